"""Orders by deadline, and who is late: the list for 约谈, on paper and as a workbook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import orders as board
from monitor.board.filters import Selection
from monitor.board.filters.orders import FILTERS, STATES
from monitor.board.lateness import held as held_orders
from monitor.facts.unit_names import unit_names
from monitor.rectify.appeals import pending
from monitor.rectify.orders import listed
from monitor.rectify.overdue import Overdue
from monitor.rectify.overdue import overdue as late_units
from monitor.sheets.overdue import overdue_sheet
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import BadForm, need
from monitor.web.pages.findings import attached
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
Number = Annotated[int, Query(alias="page", ge=1, le=100_000)]
All = Annotated[Selection, Depends(from_address(FILTERS))]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/orders")
def orders(
    request: Request, who: Reader, web: Kept, wanted: All, number: Number = 1
) -> HTMLResponse:
    """Orders, the nearest deadline first."""
    if wanted["state"] not in STATES:
        raise BadForm(f"状态只能选：{'、'.join(STATES)}")
    with web.office.reader.connect() as connection:
        found = board.lines(connection, wanted, web.clock(), number)
        filters = filters_of(connection, wanted)
    return page(request, "orders.html", found=found, filters=filters)


@router.get("/overdue")
def overdue(request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """Who is late, the longest first."""
    with web.office.reader.connect() as connection:
        found = _late(web, connection)
        held = held_orders(connection, web.clock())
        units = unit_names(connection, retired=True)
    return page(
        request,
        "overdue.html",
        found=found,
        held=held,
        units=units,
        letters=web.office.settings.monitor.alerts.letters,
    )


@router.get("/overdue.xlsx")
def workbook(who: Reader, web: Kept) -> Response:
    """The same list as a workbook."""
    day = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        data = overdue_sheet(_late(web, connection), unit_names(connection, retired=True), day)
    return Response(data, media_type=SHEET, headers=attached(f"逾期未办结-{day}.xlsx"))


def _late(web: Web, connection: Connection) -> tuple[Overdue, ...]:
    calendar = web.office.settings.monitor.alerts.letters.calendar
    late = board.late_findings(connection, web.clock())
    return late_units(listed(connection, findings=late), web.clock(), calendar, pending(connection))
