"""Columns and accounts: the tables, filtered and sorted in place, and the same as a workbook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from crawler.model import CLASS_NAMES, shanghai_day
from crawler.reading.media import MEDIA_NAMES
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlets as board
from monitor.board.filters import Selection, number_of
from monitor.board.filters.outlets import FILTERS
from monitor.sheets.outlets import outlets_workbook
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import need
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {"column": "栏目", "account": "账号"}


Columns = Annotated[Selection, Depends(from_address(FILTERS["column"], board.SORTS, kind="column"))]
Accounts = Annotated[
    Selection, Depends(from_address(FILTERS["account"], board.SORTS, kind="account"))
]
Number = Annotated[str, Query(alias="page", max_length=100)]
"""A page that is no number is the first."""


@router.get("/columns")
def columns(
    request: Request, who: Reader, web: Kept, wanted: Columns, number: Number = "1"
) -> HTMLResponse:
    """The columns of the portals."""
    return _listed(request, web, wanted, number)


@router.get("/accounts")
def accounts(
    request: Request, who: Reader, web: Kept, wanted: Accounts, number: Number = "1"
) -> HTMLResponse:
    """The new-media accounts."""
    return _listed(request, web, wanted, number)


@router.get("/columns.xlsx")
def columns_book(who: Reader, web: Kept, wanted: Columns) -> Response:
    """The columns that the filters leave, as a workbook."""
    return _book(web, wanted)


@router.get("/accounts.xlsx")
def accounts_book(who: Reader, web: Kept, wanted: Accounts) -> Response:
    """The accounts that the filters leave, as a workbook."""
    return _book(web, wanted)


def _listed(request: Request, web: Web, wanted: Selection, number: str) -> HTMLResponse:
    today, kind = shanghai_day(web.clock()), wanted["kind"]
    with web.office.reader.connect() as connection:
        found = board.lines(connection, wanted, today, number_of(number) or 1)
        filters = filters_of(connection, wanted)
    # The rows alone only where they are put in the place of the rows: going back asks for the whole
    # page.
    part = request.headers.get("hx-target") == "div#rows"
    return page(
        request,
        "parts/outlet_rows.html" if part else "outlets.html",
        found=found,
        filters=filters,
        classes=CLASS_NAMES,
        places=MEDIA_NAMES,
        kind=kind,
        shown=NAMES[kind],
        at=f"/{kind}s",
    )


def _book(web: Web, wanted: Selection) -> Response:
    now, kind = web.clock(), wanted["kind"]
    with web.office.reader.connect() as connection:
        lines = board.every_line(connection, wanted, shanghai_day(now))
    title = f"{NAMES[kind]}更新情况（{shanghai_day(now)}）"
    return download(
        outlets_workbook(title, lines, MEDIA_NAMES), f"{kind}s-{shanghai_day(now)}.xlsx"
    )


def download(data: bytes, name: str, kind: str = XLSX) -> Response:
    """A file to keep; ``name`` is plain ASCII of ours."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
