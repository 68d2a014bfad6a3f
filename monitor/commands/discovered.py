"""What ``gengxin discover`` needs and says: the portal's settings, the files, the lines and data it
prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.config import BadConfig, CrawlConfig
from crawler.discovery.columns_file import columns_yaml, outcome_name, visible
from crawler.discovery.discover import NoPortal, Tour, discover, place_of
from crawler.discovery.proposals import (
    STANDING_NAMES,
    Account,
    Findings,
    ProposedColumn,
    Standing,
    findings,
)
from crawler.model import CLASS_NAMES, Manners, Outlet, OutletKind
from crawler.net.guard import host_of, refusal_of
from crawler.reading.media import MEDIA_NAMES
from crawler.register.finder import platform_hosts
from monitor.office import Settings, of_workbooks, open_office
from monitor.sheets.columns import write_columns


@dataclass(frozen=True, slots=True)
class Ground:
    """What the configuration says of the portal: manners, its columns, all accounts, and which ids
    are taken."""

    config: CrawlConfig
    manners: Manners
    outlets: tuple[Outlet, ...] = ()
    platforms: frozenset[str] = frozenset()
    taken: tuple[str, ...] = ()
    site: str = ""


def survey(
    url: str, ground: Ground, clock: Callable[[], datetime], *, depth: int, pages: int
) -> Findings:
    """The portal behind ``url``, compared with the catalogue. Raises ``BadConfig`` when it is no
    portal."""
    also = [o.url for o in ground.outlets if o.url and o.kind is OutletKind.COLUMN]
    try:
        seen = discover(
            url,
            ground.config,
            clock,
            tour=Tour(depth, pages, also, ground.platforms),
            manners=ground.manners,
        )
    except NoPortal as error:
        raise BadConfig(str(error)) from None
    return findings(seen, ground.outlets)


def ground_of(url: str, path: Path | None, contact: str, allow_loopback: bool) -> Ground:
    """Settings for looking at ``url``. Raises ``BadConfig`` for an address or a file that will not
    do."""
    settings, kept = _told(path) if path is not None else (None, [])
    config = settings.crawl if settings else CrawlConfig(contact=contact)
    config = config.model_copy(update={"allow_loopback": allow_loopback or config.allow_loopback})
    if reason := refusal_of(url, (host_of(url),), allow_loopback=config.allow_loopback):
        raise BadConfig(
            f"{url}：不能抓取这个地址（{reason}）；请给出门户首页的公开网址，如 http://www.example.gov.cn/"
        )
    if settings is None:
        return Ground(config, Manners(config.delay))
    sites = [site for site in settings.catalogue.sites if place_of(site.home) == place_of(url)]
    ids = {site.id for site in sites}
    outlets = (*settings.catalogue.outlets, *kept)
    first = settings.catalogue.sites[0].id
    return Ground(
        config,
        sites[0].manners if sites else Manners(config.delay),
        tuple(o for o in outlets if o.kind is not OutletKind.COLUMN or o.site in ids),
        platform_hosts(outlets),
        tuple(o.id for o in outlets),
        sites[0].id if sites and sites[0].id != first else "",
    )


def _told(path: Path) -> tuple[Settings, list[Outlet]]:
    """The configuration, and what the store knows from workbooks beside it."""
    with open_office(path) as office:
        return office.settings, of_workbooks(office)


def save(found: Findings, out: Path, ground: Ground) -> None:
    """The proposal as a file. Raises ``BadConfig`` when it cannot be written."""
    try:
        if out.suffix == ".xlsx":
            write_columns(found, out, taken=ground.taken)
        else:
            out.write_text(
                columns_yaml(found, taken=ground.taken, site=ground.site), encoding="utf-8"
            )
    except OSError as error:
        raise BadConfig(f"{out}：写不了这个文件（{error.strerror or error}）") from None


def lines_of(found: Findings) -> list[str]:
    """What was found, for a person at the terminal; crawled text is one harmless line each."""
    standing = Counter(one.standing for one in found.columns)
    counts = "，".join(f"{STANDING_NAMES[s]} {n} 个" for s, n in sorted(standing.items()))
    lines = [
        f"{visible(found.home)}：看了 {found.pages} 个网页，找到栏目 {len(found.columns)} 个"
        + (f"（{counts}）" if counts else "")
    ]
    lines += [_line(one) for one in found.columns]
    if found.absent:
        lines.append(f"台账有、站内没有链接指向的栏目 {len(found.absent)} 个：")
        lines += [
            visible(f"  {a.outlet} {a.name} {a.url} {_state(a.outcome, a.reason)}", 400)
            for a in found.absent
        ]
    if found.doubts:
        lines.append(f"看不清、须人工打开的网页 {len(found.doubts)} 个：")
        lines += [
            visible(f"  {d.name} {d.url} {_state(d.outcome, d.reason)}", 400) for d in found.doubts
        ]
    if found.accounts:
        lines.append(f"站内链接或展示的新媒体账号 {len(found.accounts)} 个：")
        lines += [_account(one) for one in found.accounts]
    if found.barred:
        lines.append(f"robots.txt 不允许看的链接 {found.barred} 个")
    if found.left:
        lines.append(f"还有 {found.left} 个链接没有看：加大 --pages 再查")
    return [*lines, "以上是建议，请人工核对后再写入台账。"]


def _line(one: ProposedColumn) -> str:
    told = [CLASS_NAMES[one.cls], str(one.newest or "无日期"), f"{one.posts} 条", one.path, one.url]
    if not one.listed:
        told.append(outcome_name(one.outcome.value, one.reason))
    if one.standing is not Standing.NEW:
        told.append(f"［{STANDING_NAMES[one.standing]} {one.outlet}］")
    return visible("  " + "　".join(told), 600)


def _account(one: Account) -> str:
    known = f"已登记（{one.outlet}）" if one.outlet else "台账没有"
    shown = "二维码" if one.place == "qr" else "链接"
    name = MEDIA_NAMES.get(one.platform, one.platform)
    return visible(
        f"  {name}　{one.name or '（没有名称）'}　{one.key}={one.number}　{shown}见于 {one.page}　{known}",
        400,
    )


def _state(outcome: Any, reason: str) -> str:
    return (
        outcome_name(outcome.value, reason)
        if outcome
        else outcome_name("unreadable", reason or "未查看")
    )


def data_of(found: Findings) -> dict[str, Any]:
    """The findings as plain data: the contract of ``--json``."""
    data = asdict(found)
    data["columns"] = [
        {
            **column,
            "path": one.path,
            "level": one.level,
            "listed": one.listed,
            "class": column.pop("cls"),
        }
        for one, column in zip(found.columns, data["columns"], strict=True)
    ]
    return data
