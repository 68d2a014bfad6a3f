"""Facts made by hand for the tests of the judgement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from crawler.model import (
    SHANGHAI,
    AccountState,
    ColumnClass,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Probe,
    Unit,
    shanghai_day,
)
from monitor.config import MonitorConfig, monitor_config
from monitor.days.calendar import add_months, month_of, months_from, quarter_start
from monitor.model import Count, Facts, Look, Newest, OutletFacts, UnitFacts, Verdict, exactly
from monitor.words.causes import NOT_COVERED

RULES = """
column_stale:
  valid_from: 2019-04-01
  news: {clause: 19号 栏目不更新, operator: ">", days: 14, warn: 10}
  notice: {clause: 19号 栏目不更新, operator: ">", months: 6, warn: 5}
  policy: {clause: 19号 栏目不更新, operator: ">", months: 6, warn: 5}
  other: {clause: 超期一年, operator: ">", months: 12, warn: 11}
column_blank: {valid_from: 2019-04-01, clause: 19号 空白栏目}
account_idle:
  valid_from: 2019-04-01
  idle: {clause: 19号 2周内无更新, operator: ">", days: 14, warn: 10}
outlet_unreadable: {valid_from: 2019-04-01, clause: 本系统, failed_looks: 2}
unit_quota:
  valid_from: 2019-04-01
  limit: {clause: 每月10条, operator: ">=", warn_days: 7}
"""


def config(rules: str = RULES) -> MonitorConfig:
    """A monitor section with the given rules."""
    return monitor_config({"monitor": {"rules": yaml.safe_load(rules)}}, Path("config.yaml"))


def at(day: date | str, hour: int = 9, minute: int = 0) -> datetime:
    """A moment in Asia/Shanghai."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def look(moment: datetime, newest: date | str | None = None, **values: Any) -> Look:
    """A complete look that read a list (or, with ``newest=None``, an empty one)."""
    newest = date.fromisoformat(newest) if isinstance(newest, str) else newest
    defaults = {
        "outcome": Outcome.READ if newest else Outcome.EMPTY,
        "evidence": Evidence.COMPLETE,
        "probe": "portal",
        "newest": newest,
        "dated": 20 if newest else 0,
    }
    return Look(moment=moment, **{**defaults, **values})


def failed(
    moment: datetime, outcome: Outcome = Outcome.UNREACHABLE, reason: str = "timeout"
) -> Look:
    """A look that proves nothing."""
    return Look(moment, outcome, Evidence.NONE, "portal", reason=reason)


def nights(as_of: datetime, newest: date | None, count: int = 2) -> tuple[Look, ...]:
    """Looks of the last nights up to ``as_of``, newest first."""
    return tuple(look(as_of - timedelta(hours=1 + 24 * n), newest) for n in range(count))


def column(
    cls: ColumnClass = ColumnClass.NEWS, url: str | None = "http://www.example.gov.cn/a/"
) -> Outlet:
    return Outlet(
        "a", OutletKind.COLUMN, "要闻", "portal", "site", ("u",), url, cls, path="首页/要闻"
    )


def account(
    state: AccountState = AccountState.REGISTERED, probes: tuple[Probe, ...] | None = None
) -> Outlet:
    probes = (Probe("weibo"),) if probes is None else probes
    return Outlet(
        "w", OutletKind.ACCOUNT, "仓山发布", "weibo", "site", ("u",), state=state, probes=probes
    )


def about(
    outlet: Outlet, newest: date | None, looks: Sequence[Look] = (), *, ever: bool | None = None
) -> OutletFacts:
    proof = (
        Newest(newest, "标题", "http://www.example.gov.cn/1.html", newest.isoformat(), "item")
        if newest
        else None
    )
    return OutletFacts(
        outlet=outlet,
        units=outlet.units,
        looks=tuple(looks),
        newest=proof,
        ever_posts=newest is not None if ever is None else ever,
        last_look=looks[0].moment if looks else None,
    )


def facts(
    as_of: datetime, *outlets: OutletFacts, units: Sequence[UnitFacts] = (), **values: Any
) -> Facts:
    day = shanghai_day(as_of)
    months = months_from(add_months(quarter_start(day), -3), day.replace(day=1))
    return Facts(as_of, day, outlets, tuple(units), months, month_of(day), **values)


def unit(
    counts: dict[str, int], quota: int | None = 10, gaps: dict[str, tuple[str, ...]] | None = None
) -> UnitFacts:
    """A unit whose months were all counted whole, but for those with ``gaps`` (outlets by
    month)."""
    months = [f"{year}-{month:02d}" for year in (2019, 2020) for month in range(1, 13)]
    gaps = gaps or {}
    known = {
        month: Count(counts.get(month, 0), None, ("有栏目没有抓取完整",), NOT_COVERED, gaps[month])
        if gaps.get(month)
        else exactly(counts.get(month, 0))
        for month in months
    }
    return UnitFacts(Unit("u", "房管局", "区房屋管理局", "区直部门", quota=quota), known)


def one(verdicts: Sequence[Verdict], rule: str, period: str = "") -> Verdict:
    """The only verdict of that rule (and period)."""
    found = [v for v in verdicts if v.rule == rule and v.period == period]
    assert len(found) == 1, found
    return found[0]
