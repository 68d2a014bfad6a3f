"""The overview: today's state in one screen; every number opens its rows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.standing import stands
from monitor.web.gate import need
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()


@router.get("/")
def overview(
    request: Request,
    who: Annotated[Visitor, Depends(need(Permission.DISTRICT))],
    web: Annotated[Web, Depends(web_of)],
) -> HTMLResponse:
    """What stands today."""
    with web.office.reader.connect() as connection:
        columns, accounts = stands(connection, "column"), stands(connection, "account")
    return page(request, "overview.html", columns=columns, accounts=accounts)
