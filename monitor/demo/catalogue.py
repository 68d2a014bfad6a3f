"""The ``catalogue:`` section of a config.yaml that watches the served sample district."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crawler.model import AccountState, Probe
from monitor.demo.accounts import accounts_of
from monitor.demo.district import (
    CanaryFacts,
    District,
    SampleAccountFacts,
    SampleColumn,
    SampleUnit,
    first_day,
)
from monitor.demo.media_pages import SampleAccount

FLOOR = 5
"""Every list of the sample portal shows at least this many dated posts."""


def catalogue(
    district: District, portal_url: str, media_url: str = "", *, now: datetime | None = None
) -> dict[str, Any]:
    """Units, the portal, its columns and the registered accounts as plain data, ready for YAML.

    Accounts that no register knows are left out. Without ``media_url`` accounts have no way to be
    seen; the one article that is known of a WeChat account is its newest at ``now`` (default:
    ``as_of``).
    """
    served = {account.id: account for account in accounts_of(district)}
    registered = [a for a in district.accounts if a.state is not AccountState.UNREGISTERED]
    moment = now or district.as_of
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
        "whole": {
            "reason": "样例：台账按门户全部栏目编成",
            "by": "样例",
            "day": first_day(district.months[0]),
        },
        "accounts": [_account(served[a.id], a, media_url, moment) for a in registered],
        "canaries": [
            _canary(served[c.id], c, media_url, moment) for c in district.canaries if media_url
        ],
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
        "aliases": [
            n for n in dict.fromkeys([*names, *unit.aliases]) if n not in (unit.short, unit.full)
        ],
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


def _account(
    account: SampleAccount, facts: SampleAccountFacts, media_url: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": facts.id,
        "name": facts.name,
        "platform": facts.platform,
        "units": [facts.unit],
        "state": facts.state.value,
        "handle": dict(facts.handle),
        "probes": [_probe(probe) for probe in account.probes(media_url, now)] if media_url else [],
    }


def _canary(
    account: SampleAccount, facts: CanaryFacts, media_url: str, now: datetime
) -> dict[str, Any]:
    """A canary keeps to the probes that list: one known article would grow old and fall silent."""
    probes = [
        probe for probe in account.probes(media_url, now) if probe.platform != "wechat_article"
    ]
    return {
        "id": facts.id,
        "name": facts.name,
        "platform": facts.platform,
        "handle": dict(facts.handle),
        "probes": [_probe(probe) for probe in probes],
    }


def _probe(probe: Probe) -> dict[str, Any]:
    address = {"url": probe.url} if probe.url else {}
    return {"platform": probe.platform, **address, "handle": dict(probe.handle)}
