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
from monitor.facts.unit_names import unit_names
from monitor.sheets.outlets import outlets_workbook
from monitor.web.filters import Filters
from monitor.web.gate import need
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
Text = Annotated[str, Query(max_length=100)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = {"column": "栏目", "account": "账号"}


class Asked:
    """What the address asks for. A field that a form sent empty, or that holds no number, asks for
    nothing."""

    def __init__(
        self,
        value: Text = "",
        cls: Text = "",
        platform: Text = "",
        unit: Text = "",
        text: Text = "",
        days: Text = "",
        soon: Text = "",
        sort: Text = "gravity",
        down: Text = "",
        page: Text = "1",
    ) -> None:
        self.value, self.cls, self.platform, self.unit, self.text = (
            value,
            cls,
            platform,
            unit,
            text.strip(),
        )
        self.days, self.soon, self.page = number(days), number(soon), number(page) or 1
        self.sort, self.down = (
            sort if sort in board.SORTS else "gravity",
            down in ("1", "true", "True"),
        )

    def wanted(self, kind: str) -> board.WantedOutlets:
        """The same for the board."""
        return board.WantedOutlets(
            kind,
            self.value,
            self.cls,
            self.platform,
            self.unit,
            self.text,
            self.days,
            self.soon,
            self.sort,
            self.down,
        )

    @property
    def filters(self) -> Filters:
        given = {
            "value": self.value,
            "cls": self.cls,
            "platform": self.platform,
            "unit": self.unit,
            "text": self.text,
            "days": self.days,
            "soon": self.soon,
            "sort": self.sort,
            "down": self.down,
        }
        return Filters(given)


Wanted = Annotated[Asked, Depends()]


def number(text: str, most: int = 100_000) -> int:
    """A small whole number, 0 for anything else."""
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@router.get("/columns")
def columns(request: Request, who: Reader, web: Kept, asked: Wanted) -> HTMLResponse:
    """The columns of the portals."""
    return _listed(request, web, "column", asked)


@router.get("/accounts")
def accounts(request: Request, who: Reader, web: Kept, asked: Wanted) -> HTMLResponse:
    """The new-media accounts."""
    return _listed(request, web, "account", asked)


@router.get("/columns.xlsx")
def columns_book(request: Request, who: Reader, web: Kept, asked: Wanted) -> Response:
    """The columns that the filters leave, as a workbook."""
    return _book(web, "column", asked)


@router.get("/accounts.xlsx")
def accounts_book(request: Request, who: Reader, web: Kept, asked: Wanted) -> Response:
    """The accounts that the filters leave, as a workbook."""
    return _book(web, "account", asked)


def _listed(request: Request, web: Web, kind: str, asked: Asked) -> HTMLResponse:
    today = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        found = board.lines(connection, asked.wanted(kind), today, asked.page)
        units = unit_names(connection)
    # The rows alone only where they are put in the place of the rows: going back asks for the whole
    # page.
    part = request.headers.get("hx-target") == "div#rows"
    return page(
        request,
        "parts/outlet_rows.html" if part else "outlets.html",
        found=found,
        filters=asked.filters,
        units=units,
        classes=CLASS_NAMES,
        places=MEDIA_NAMES,
        kind=kind,
        shown=NAMES[kind],
        at=f"/{kind}s",
    )


def _book(web: Web, kind: str, asked: Asked) -> Response:
    now = web.clock()
    with web.office.reader.connect() as connection:
        lines = board.every_line(connection, asked.wanted(kind), shanghai_day(now))
    title = f"{NAMES[kind]}更新情况（{shanghai_day(now)}）"
    return download(
        outlets_workbook(title, lines, dict(MEDIA_NAMES)), f"{kind}s-{shanghai_day(now)}.xlsx"
    )


def download(data: bytes, name: str, kind: str = XLSX) -> Response:
    """A file to keep; ``name`` is plain ASCII of ours."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
