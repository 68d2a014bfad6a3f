"""The ``catalogue:`` section of a config.yaml that watches the served sample district."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from crawler.model import AccountState
from monitor.demo.district import District, SampleAccountFacts, SampleColumn, SampleUnit

FLOOR = 5
"""Every list of the sample portal shows at least this many dated posts."""


def catalogue(district: District, portal_url: str, media_url: str = "") -> dict[str, Any]:
    """Units, the portal, its columns and the registered accounts as plain data, ready for YAML.

    Accounts that no register knows are left out. Without ``media_url`` accounts have no way to be seen.
    """
    registered = [a for a in district.accounts if a.state is not AccountState.UNREGISTERED]
    return {
        "units": [_unit(district, u) for u in district.units],
        "sites": [
            {
                "id": "portal",
                "name": district.portal.name,
                "home": f"{portal_url}/",
                "code": district.portal.code,
                "delay": 0.002,
                "concurrency": 4,
            }
        ],
        "columns": [_column(c, portal_url) for c in district.columns],
        "accounts": [_account(a, media_url) for a in registered],
    }


def _unit(district: District, unit: SampleUnit) -> dict[str, Any]:
    """A unit with every name that its group's ways of signing make of it."""
    forms = next(g.origins for g in district.groups if g.name == unit.group)
    names = [form.format(short=unit.short, full=unit.full) for form in forms]
    return {
        "id": unit.id,
        "short": unit.short,
        "full": unit.full,
        "group": unit.group,
        "aliases": [n for n in dict.fromkeys([*names, *unit.aliases]) if n not in (unit.short, unit.full)],
        "quota": unit.quota,
        "emails": list(unit.emails),
    }


def _column(column: SampleColumn, portal_url: str) -> dict[str, Any]:
    return {
        "id": column.id,
        "name": column.name,
        "path": column.path if column.path == column.name else f"{column.path}/{column.name}",
        "url": f"{portal_url}/{column.folder}/",
        "class": column.cls.value,
        "level": column.level,
        "units": list(column.units),
        "floor": FLOOR,
    }


def _account(account: SampleAccountFacts, media_url: str) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "platform": account.platform,
        "units": [account.unit],
        "state": account.state.value,
        "handle": dict(account.handle),
        "probes": [probe(account.platform, account.handle, media_url)] if media_url else [],
    }


def probe(platform: str, handle: dict[str, str], media_url: str) -> dict[str, Any]:
    """How one account is looked at: weibo's first page, or the operator's bridge feed for WeChat."""
    if platform == "weibo":
        return {"platform": "weibo", "handle": {**handle, "base": media_url}}
    return {"platform": "feed", "url": feed_url(media_url, handle["biz"]), "handle": dict(handle)}


def feed_url(media_url: str, biz: str) -> str:
    """The bridge's address of one WeChat account: its id is the decimal that ``biz`` encodes."""
    return f"{media_url}/feeds/MP_WXS_{b64decode(biz).decode()}.rss"
