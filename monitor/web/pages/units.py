"""Units: the table, and one address with two faces: the office's view, and the unit's own page."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import findings, orders, outlets
from monitor.board import unit as board
from monitor.board.filters import findings as finding_filters
from monitor.board.filters import orders as order_filters
from monitor.board.filters import outlets as outlet_filters
from monitor.board.unit_list import UnitMonth, quota_of, shown_months, units
from monitor.board.until import letter_deadlines
from monitor.board.wholes import WHOLE, places
from monitor.board.words import LETTER_CHIPS, LETTERS
from monitor.days.calendar import add_months, month_of
from monitor.desk.contacts import listing
from monitor.judging.unit_rhythm import MONTHS
from monitor.model import VALUE_NAMES, Value
from monitor.rectify.replies import RESULT_NAMES
from monitor.web.gate import Form, NotFound, need, own_unit
from monitor.web.pages.unit_page import own_page
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words import counts_open

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Own = Annotated[Visitor, Depends(own_unit)]
Kept = Annotated[Web, Depends(web_of)]
FEW = 20
"""Rows of each list on a unit's page; the rest is behind its link."""


@router.get("/units")
def all_units(request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """Every unit with its months."""
    return show_units(request, web)


def show_units(
    request: Request, web: Web, *, problem: str = "", given: Form | None = None
) -> HTMLResponse:
    """The table; with a ``problem`` of the form below it, the form as it was ``given``."""
    now = web.clock()
    today = shanghai_day(now)
    with web.office.reader.connect() as connection:
        found = units(connection, now, today, _from(web))
        known = places(connection, now)
    waiting = [one for one in known.values() if one.state != WHOLE]
    return page(
        request,
        "units.html",
        422 if problem else 200,
        found=found,
        months=shown_months(today),
        places=known,
        waiting=waiting,
        counts_open=counts_open(len(waiting), len(known)),
        problem=problem,
        reason=given.values.get("reason", "") if given else "",
        ticked=given.lists.get("unit", ()) if given else (),
    )


@router.get("/units/{id}")
def unit(request: Request, id: str, who: Own, web: Kept) -> HTMLResponse:
    """The office sees everything of a unit; the unit, or who holds its signed link, its own
    page."""
    return (
        show_unit(request, web, id) if who.may(Permission.DISTRICT) else own_page(request, web, id)
    )


def show_unit(request: Request, web: Web, id: str, *, problem: str = "") -> HTMLResponse:
    """Everything of a unit, as the office sees it. Raises :class:`NotFound`."""
    now = web.clock()
    today = shanghai_day(now)
    with web.office.reader.connect() as connection:
        head = board.head(connection, id)
        if head is None:
            raise NotFound(f"台账里没有单位 {id[:40]}")
        months = quota_of(connection, id, head.quota, _year(today), _from(web))
        context: dict[str, Any] = {
            "columns": outlets.lines(
                connection, outlet_filters.wanted_of("column", unit=id), today, 1, FEW
            ),
            "accounts": outlets.lines(
                connection, outlet_filters.wanted_of("account", unit=id), today, 1, FEW
            ),
            "open": findings.lines(connection, finding_filters.wanted_of(unit=id), now, 1, FEW),
            "closed": findings.lines(
                connection, finding_filters.wanted_of(state="closed", unit=id), now, 1, FEW
            ),
            "orders": orders.lines(
                connection, order_filters.wanted_of(state="all", unit=id), now, 1, FEW
            ),
            "answers": board.answers(connection, id),
            "letters": board.letters(connection, id),
            "contacts": listing(connection, today, unit=id),
            "doubts": board.doubts_of(connection, head),
            "places": places(connection, now, id).get(id),
        }
        letters = web.office.settings.monitor.alerts.letters
        context["until"] = letter_deadlines(connection, context["open"].rows, now, letters, id)
    return page(
        request,
        "unit.html",
        422 if problem else 200,
        problem=problem,
        unit=head,
        months=months,
        chart=chart(months, head.quota),
        month_rows=[rows_of(one) for one in reversed(months)],
        results=RESULT_NAMES,
        letter_names=LETTERS,
        letter_chips=LETTER_CHIPS,
        **context,
    )


@router.get("/units/{id}/letters/{number}")
def letter(request: Request, id: str, number: int, who: Reader, web: Kept) -> HTMLResponse:
    """A letter as it was sent."""
    with web.office.reader.connect() as connection:
        head, found = board.head(connection, id), board.letter(connection, id, number)
    if found is None:
        raise NotFound("没有这封通知")
    return page(
        request,
        "letter.html",
        unit=head,
        unit_id=id,
        letter=found,
        text=keyless(found.text),
        letter_names=LETTERS,
        letter_chips=LETTER_CHIPS,
    )


KEY = re.compile(r"([?&]key=)[A-Za-z0-9._-]+")


def keyless(text: str) -> str:
    """A letter's text without the key of its signed link: that opens the page in the unit's
    name."""
    return KEY.sub(r"\1…", text)


def rows_of(one: UnitMonth) -> list[Any]:
    """A month as a row of the chart's table."""
    judged = VALUE_NAMES[Value(one.value)] if one.value else "—"
    return [
        one.month,
        one.posts.figure,
        one.quota if one.quota is not None else "—",
        judged,
        one.gaps,
        one.undecided,
        one.documents.figure,
    ]


def _from(web: Web) -> str:
    """The first month that was counted whole."""
    start = web.office.settings.crawl.backfill_from
    return month_of(start if start.day == 1 else add_months(start.replace(day=1), 1))


def _year(today: date) -> tuple[str, ...]:
    start = today.replace(day=1)
    return tuple(month_of(add_months(start, n)) for n in range(1 - MONTHS, 1))


def chart(months: tuple[UnitMonth, ...], quota: int | None) -> dict[str, Any]:
    """Bars of a unit's months, those below the quota told apart by pattern of colour and by the
    table."""
    colours = {"stale": "#a8221b", "due_soon": "#c47a00", "unknown": "#8796a5"}
    bars = [
        {"value": one.posts.at_least, "itemStyle": {"color": colours.get(one.value, "#174a7c")}}
        for one in months
    ]
    line = {
        "data": [{"yAxis": quota, "name": "每月应达"}],
        "symbol": "none",
        "label": {"formatter": str(quota)},
    }
    series: dict[str, Any] = {"type": "bar", "name": "信息条数", "data": bars, "barMaxWidth": 36}
    return {
        "grid": {"left": 40, "right": 40, "top": 20, "bottom": 30},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [one.month for one in months]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [series | ({"markLine": line} if quota else {})],
    }
