"""A clerk's word on a column: a part that is not of it, a list that rightly went back, an address;
and taking one back.

Each is decided once, with a reason and on the record, and the column is looked at again at once.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from crawler.model import Deed
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlet_page as board
from monitor.desk.column_words import WordAbout, WordRefused, column_words, end_word, give_word
from monitor.rectify.rechecks import ask
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.pages.outlet import address, outlet_page
from monitor.web.state import Web, web_of

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
GIVEN = "已认定，正在按此复查"
ENDED = "已撤回，正在按此复查"


@router.post("/outlets/{id:path}/words/{number:int}/end")
def end(id: str, number: int, request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Take a word back; it counts no more from now on."""
    now = web.clock()
    try:
        reason = form.must("reason", "撤回的理由", 400)
        with web.office.engine.begin() as connection:
            if number not in {word.id for word in column_words(connection, id)}:
                raise NotFound("这个栏目没有这一号认定，或已经撤回")
            end_word(connection, number, deed=Deed(who.who, now, reason))
            here = board.here(connection, id)
            asked = ask(connection, id, who.who, now)[0] if here and here.retired is None else 0
    except (WordRefused, BadForm) as error:
        return outlet_page(request, web, id, problem=str(error))
    return _done(id, asked, ENDED)


@router.post("/outlets/{id:path}/words")
def give(id: str, request: Request, who: Handler, form: Posted, web: Kept) -> Response:
    """Decide once; a form that was filled before the page changed is refused."""
    now = web.clock()
    try:
        kind, key = form.must("kind", "认定的种类", 20), form.text("key", 2000)
        reason, seen = form.must("reason", "理由", 400), form.text("seen", 40)
        with web.office.engine.begin() as connection:
            if board.here(connection, id) is None:
                raise NotFound("台账里没有这个栏目")
            give_word(connection, id, WordAbout(kind, key, seen), deed=Deed(who.who, now, reason))
            asked, _ = ask(connection, id, who.who, now)
    except (WordRefused, BadForm) as error:
        return outlet_page(request, web, id, problem=str(error), given=dict(form.values))
    return _done(id, asked, GIVEN)


def _done(id: str, asked: int, said: str) -> Response:
    return RedirectResponse(f"{address(id)}?recheck={asked or ''}&said={said}#recheck", 303)
