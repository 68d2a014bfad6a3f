"""The overview: today's state in one screen; every number opens its rows. Beside it what changed,
and the charts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from crawler.model import SHANGHAI, shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import overview as board
from monitor.board import trend as trends
from monitor.board.wholes import open_words
from monitor.days.workdays import Calendar
from monitor.facts.unit_names import unit_names
from monitor.findings.standing import stands
from monitor.judging.ahead import last_workday
from monitor.web import charts
from monitor.web.filters import Filters
from monitor.web.gate import need
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words import nothing_listed, of_standing

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
MORNING = time(9)
DAYS, SILENT, UNITS = 90, 30, 60
WAY_NAMES = {"turned": "变为超期或空白", "mended": "已更新", "other": "其他变化"}


@router.get("/")
def overview(request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """What stands today."""
    now = web.clock()
    today, calendar = shanghai_day(now), web.office.settings.monitor.alerts.letters.calendar
    with web.office.reader.connect() as connection:
        sites = board.sites(connection)
        behind = [id for site in sites for counter in site.counters for id in counter.columns]
        columns, accounts = stands(connection, "column"), stands(connection, "account")
        shares = {"column": of_standing(columns), "account": of_standing(accounts)}
        judged = sum(one.judged for one in shares.values())
        unjudged = sum(one.unjudged for one in shares.values())
        context: dict[str, Any] = {
            "columns": columns,
            "accounts": accounts,
            "shares": shares,
            "sites": sites,
            "soon_nothing": nothing_listed("一周内到期的", judged, unjudged),
            "month": board.this_month(connection, today, calendar),
            "night": board.last_night(connection, now),
            "counts_open": open_words(connection, now),
            "changed": board.changed(connection, looked_last(today, calendar)),
            "soon": board.soon(connection, today, calendar),
            "names": board.named(connection, behind),
            "work": board.waiting(connection, now) if who.may(Permission.HANDLE) else (),
            "appeals": board.appealed(connection) if who.may(Permission.HANDLE) else (),
        }
    return page(request, "overview.html", **context)


@router.get("/changes")
def changes(
    request: Request, who: Reader, web: Kept, way: str = "turned",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:  # fmt: skip
    """Outlets whose verdict changed since the last working day."""
    way = way if way in board.WAYS else "turned"
    since = looked_last(
        shanghai_day(web.clock()), web.office.settings.monitor.alerts.letters.calendar
    )
    with web.office.reader.connect() as connection:
        found = board.changes(connection, since, way, number)
    given = Filters({"way": way})
    return page(request, "changes.html", found=found, filters=given, since=since, ways=WAY_NAMES)


@router.get("/charts")
def drawn(request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """The district drawn: who published when, who has been silent for how long, the month, the
    trend."""
    today = shanghai_day(web.clock())
    calendar = web.office.settings.monitor.alerts.letters.calendar
    start = today - timedelta(days=DAYS - 1)
    with web.office.reader.connect() as connection:
        known = unit_names(connection)
        names, posts = trends.posts(connection, start, known, UNITS)
        until = trends.seen_until(connection)
        silent = trends.silent(connection, today, SILENT)
        month = board.this_month(connection, today, calendar)
        days = {kind: trends.trend(connection, kind, start) for kind in board.KINDS}
    quotas = [
        charts.Month(one.name, one.count, one.quota, f"/units/{one.unit}") for one in month.units
    ]
    seen = (web.office.settings.crawl.backfill_from, until) if until else None
    lines = [
        charts.SilentBar(one.name, one.days, one.value, one.newest, f"/outlets/{one.id}")
        for one in silent
    ]
    return page(
        request,
        "charts.html",
        heat=charts.heat(names, posts, start, today, "/units/", seen),
        dark=_dark(seen, today),
        silence=charts.silence(lines),
        quota=charts.quota(quotas),
        month=month,
        trend={kind: charts.trend(counts) for kind, counts in days.items()},
        units=len(names),
        all=len(known),
        days=DAYS,
    )


def _dark(seen: tuple[date, date] | None, today: date) -> str:
    """What the grey days of a chart are."""
    if seen is None:
        return "还没有看到过栏目"
    return f"{seen[1]} 以后没有看到（灰色）" if seen[1] < today else ""


def looked_last(today: date, calendar: Calendar) -> datetime:
    """The morning of the last working day before ``today``: what happened since then is news,
    weekend and all."""
    return datetime.combine(last_workday(today - timedelta(days=1), calendar), MORNING, SHANGHAI)
