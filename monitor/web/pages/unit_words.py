"""The office's word that a unit's places are all in the catalogue, given and taken back on the
pages of the units."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from crawler.model import Deed
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.desk.wholes import WholeRefused, end_whole, give_whole
from monitor.web.gate import BadForm, Form, need, posted
from monitor.web.pages.units import show_unit, show_units
from monitor.web.state import Web, web_of

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
GIVEN = "已确认，下一次判定起生效"
ENDED = "已撤回，下一次判定起不再据此认定数量"


@router.post("/units/whole")
def give_many(request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Vouch for the ticked units."""
    try:
        reason, units = form.must("reason", "怎样核对的", 400), form.lists.get("unit", ())
        if not units:
            raise BadForm("请勾选要确认的单位")
        with web.office.engine.begin() as connection:
            done = give_whole(connection, units, deed=Deed(who.who, web.clock(), reason))
    except (WholeRefused, BadForm) as error:
        return show_units(request, web, problem=str(error), given=form)
    return RedirectResponse(f"/units?said=已确认 {len(done)} 个单位，下一次判定起生效", 303)


@router.post("/units/{id}/whole")
def give(id: str, request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Vouch for one unit."""
    try:
        reason = form.must("reason", "怎样核对的", 400)
        with web.office.engine.begin() as connection:
            give_whole(connection, [id], deed=Deed(who.who, web.clock(), reason))
    except (WholeRefused, BadForm) as error:
        return show_unit(request, web, id, problem=str(error))
    return RedirectResponse(f"/units/{quote(id)}?said={GIVEN}", 303)


@router.post("/units/{id}/whole/end")
def end(id: str, request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Take a person's word back."""
    try:
        reason = form.must("reason", "撤回的理由", 400)
        with web.office.engine.begin() as connection:
            end_whole(connection, [id], deed=Deed(who.who, web.clock(), reason))
    except (WholeRefused, BadForm) as error:
        return show_unit(request, web, id, problem=str(error))
    return RedirectResponse(f"/units/{quote(id)}?said={ENDED}", 303)
