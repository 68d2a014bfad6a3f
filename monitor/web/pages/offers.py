"""A clerk takes the data address of a column whose page shows no list, refuses it, or gives it
back: on the record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from crawler.model import Deed
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlet_page as board
from monitor.desk.column_words import WordRefused
from monitor.desk.offers import FOUND, back, refuse, take
from monitor.rectify.rechecks import ask
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.pages.outlet import address, outlet_page
from monitor.web.state import Web, web_of

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
SAID = {
    "take": "已采用数据地址，正在复查", "refuse": "已排除，不再建议这个地址", "back": "已改回网页地址，正在复查",
}  # fmt: skip


@router.post("/outlets/{id:path}/data/{number:int}/take")
def take_it(
    id: str, number: int, request: Request, who: Handler, form: Posted, web: Kept
) -> Response:
    """Take the offer ``number``; another one than the person looked at is refused."""
    return _done("take", id, number, request, who, form, web)


@router.post("/outlets/{id:path}/data/{number:int}/refuse")
def refuse_it(
    id: str, number: int, request: Request, who: Handler, form: Posted, web: Kept
) -> Response:
    """Refuse it, with a reason: it is not offered again."""
    return _done("refuse", id, number, request, who, form, web)


@router.post("/outlets/{id:path}/data/back")
def give_it_back(id: str, request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Read the column at its page again, with a reason."""
    return _done("back", id, 0, request, who, form, web)


def _done(
    act: str, id: str, number: int, request: Request, who: Visitor, form: Form, web: Web
) -> Response:
    now, asked = web.clock(), 0
    try:
        reason = FOUND if act == "take" else form.must("reason", "理由", 400)
        with web.office.engine.begin() as connection:
            here = board.here(connection, id)
            if here is None or here.retired is not None:
                raise NotFound("台账里没有这个栏目")
            if act == "take":
                take(connection, id, deed=Deed(who.who, now, reason), number=number)
            elif act == "refuse":
                refuse(connection, id, deed=Deed(who.who, now, reason), number=number)
            else:
                back(connection, id, deed=Deed(who.who, now, reason))
            if act != "refuse":
                asked, _ = ask(connection, id, who.who, now)
    except (WordRefused, BadForm) as error:
        return outlet_page(request, web, id, problem=str(error), given={**form.values, "act": act})
    return RedirectResponse(f"{address(id)}?recheck={asked or ''}&said={SAID[act]}#recheck", 303)
