"""Columns and accounts: the tables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from crawler.model import CLASS_NAMES, shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlets as board
from monitor.board.units import unit_names
from monitor.web.filters import Filters
from monitor.web.gate import need
from monitor.web.render import page, partial
from monitor.web.state import Web, web_of

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
Text = Annotated[str, Query(max_length=100)]
Days = Annotated[int, Query(ge=0, le=10_000)]


@router.get("/columns")
def columns(
    request: Request, who: Reader, web: Kept, value: Text = "", cls: Text = "", unit: Text = "", text: Text = "",
    days: Days = 0, soon: Days = 0, sort: Text = "gravity", down: bool = False,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:  # fmt: skip
    """The columns of the portal."""
    wanted = board.Wanted("column", value, cls, unit, text, days, soon, sort, down)
    return _listed(request, web, wanted, number, "columns.html")


def _listed(request: Request, web: Web, wanted: board.Wanted, number: int, name: str) -> HTMLResponse:
    today = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        found = board.lines(connection, wanted, today, number)
        units = unit_names(connection)
    given = {
        "value": wanted.value, "cls": wanted.cls, "unit": wanted.unit, "text": wanted.text, "days": wanted.days,
        "soon": wanted.soon, "sort": wanted.sort, "down": wanted.down,
    }  # fmt: skip
    return page(
        request, "parts/outlet_rows.html" if partial(request) else name,
        found=found, filters=Filters(given), units=units, classes=CLASS_NAMES, kind=wanted.kind,
    )  # fmt: skip
