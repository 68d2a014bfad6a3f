"""A clerk takes a column's page as it is built now: on the record, by the same way as ``gengxin
accept``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlet_page as board
from monitor.desk.entering import learn_anew
from monitor.looks.drifts import drift_of
from monitor.rectify.rechecks import ask
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.pages.outlet import address, outlet_page
from monitor.web.state import Web, web_of

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
TAKEN = "已采用新版式，正在复查"
READY = "新版式读全了，与以前的信息接得上"
"""The reason of a click on what is proposed."""
GONE = "这个版式在您查看之后变了，或已有人采用，请看清现在的再定"


@router.post("/outlets/{id:path}/shape/{number:int}/adopt")
def adopt(
    id: str, number: int, request: Request, who: Handler, form: Posted, web: Kept
) -> Response:
    """Take the reading ``number``; another one than the person looked at is refused. Without
    overlap a reason is asked."""
    now = web.clock()
    try:
        with web.office.engine.begin() as connection:
            here = board.here(connection, id)
            if here is None or here.retired is not None:
                raise NotFound("台账里没有这个栏目")
            found = drift_of(connection, id)
            if found is None or found.now.id != number:
                raise BadForm(GONE)
            given = form.text("reason", 400).strip()
            reason = given or (
                READY if found.now.overlaps else form.must("reason", "核实情况", 400)
            )
            learn_anew(connection, id, by=who.who, reason=reason, now=now)
            asked, _ = ask(connection, id, who.who, now)
    except BadForm as error:
        return outlet_page(request, web, id, problem=str(error), given=dict(form.values))
    return RedirectResponse(f"{address(id)}?recheck={asked or ''}&said={TAKEN}#recheck", 303)
