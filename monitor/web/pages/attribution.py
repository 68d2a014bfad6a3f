"""Doubtful origins: whose posts they are, decided once with a reason, and in force from then on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.config import BadConfig
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import unit as board
from monitor.board.filters import Selection
from monitor.board.filters.origins import FILTERS
from monitor.board.paging import ROWS, Paged, within
from monitor.desk.entering import decide_origin
from monitor.entries.decided import decisions
from monitor.entries.forms import NOBODY, Decision
from monitor.facts.unit_names import unit_names
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Origins = Annotated[Selection, Depends(from_address(FILTERS))]
Number = Annotated[int, Query(alias="page", ge=1, le=100_000)]


@router.get("/attribution")
def attribution(
    request: Request, who: Handler, web: Kept, wanted: Origins, number: Number = 1
) -> HTMLResponse:
    """What waits, the most posts first, and what was decided."""
    decided = in_force(web)
    with web.office.reader.connect() as connection:
        total = board.doubts_total(connection, wanted)
        number = within(number, total)
        rows = board.doubts(connection, wanted, ROWS, (number - 1) * ROWS)
        units = unit_names(connection, retired=True)
        filters = filters_of(connection, wanted)
    found = Paged(rows, number, total)
    return page(
        request,
        "attribution.html",
        found=found,
        decided=decided,
        units=units,
        nobody=NOBODY,
        filters=filters,
    )


@router.get("/attribution/{number}")
def doubt(request: Request, number: int, who: Handler, web: Kept) -> HTMLResponse:
    """One of them, with the choice."""
    return _one(request, web, number)


@router.post("/attribution")
def decide(
    request: Request, who: Handler, web: Kept, form: Annotated[Form, Depends(posted)]
) -> Response:
    """Say whose an origin is from now on; another word on the same origin takes the earlier one's
    place."""
    origin, unit = form.must("origin", "来源", 400), form.must("unit", "单位", 64)
    why = form.must("why", "理由", 400)
    try:
        decide_origin(web.office, origin=origin, unit=unit, by=who.who, why=why, now=web.clock())
    except BadConfig as error:
        raise BadForm(f"没有认定：{error}") from None
    return RedirectResponse(
        "/attribution?said=已认定，明早的统计起按此计算；以前的月份一并重算", 303
    )


def in_force(web: Web) -> tuple[Decision, ...]:
    """The last word on each origin, the newest first.

    Raises ``BadConfig`` while a file of the version before is broken.
    """
    with web.office.reader.connect() as connection:
        found = decisions(connection)
    return tuple(sorted(found, key=lambda one: (one.day, one.origin), reverse=True))


def _one(request: Request, web: Web, number: int) -> HTMLResponse:
    with web.office.reader.connect() as connection:
        found = board.doubt(connection, number)
        units = unit_names(connection)
    if found is None:
        raise NotFound("这个来源已经认定，或昨晚重新统计后编号变了；请从列表重新打开")
    return page(request, "doubt.html", doubt=found, units=units, nobody=NOBODY)
