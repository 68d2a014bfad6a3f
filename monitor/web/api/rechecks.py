"""Asking for a look now, and its result."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from monitor.access import attempts
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import spans
from monitor.rectify import rechecks as queue
from monitor.web.api import models
from monitor.web.api.gate import Reading, TooOften, asks, scope_of
from monitor.web.api.words import MOST, part, said
from monitor.web.gate import NotFound
from monitor.web.state import Web, web_of

router = APIRouter(tags=["rechecks"])
Kept = Annotated[Web, Depends(web_of)]
Asker = Annotated[Visitor, Depends(asks(Permission.RECHECK, Permission.OWN))]
Id = Annotated[int, part("编号", "Id", ge=1, le=MOST)]
HOUR = timedelta(hours=1)
AT = "/api/v1/rechecks/"


@router.post("/rechecks", status_code=202, **said("请求复查", "Ask for a look now"))
def ask(
    who: Asker, web: Kept, wanted: models.RecheckAsked, response: Response
) -> models.RecheckState:
    """Put the outlet into the queue; where it waits already, that request is told. A unit may ask
    so often an hour."""
    now = web.clock()
    unit = "" if who.may(Permission.RECHECK) else scope_of(who)
    with web.office.engine.begin() as connection:
        known = spans.outlet(connection, wanted.outlet)
        mine = not unit or spans.answers_for(connection, unit, wanted.outlet, now)
        if known is None or known["retired_at"] is not None or not mine:
            raise NotFound("没有这个栏目或账号")
        if (
            unit
            and attempts.count(connection, f"unit:{unit}", "recheck", now - HOUR)
            >= web.settings.rechecks_an_hour
        ):
            raise TooOften(int(HOUR.total_seconds()))
        id, new = queue.ask(connection, wanted.outlet, who.who, now)
        if unit and new:
            attempts.note(connection, f"unit:{unit}", "recheck", now)
        found = queue.one(connection, id)
    assert found is not None  # it was put there in this transaction
    response.headers["Location"] = f"{AT}{id}"
    return _state(found)


@router.get("/rechecks/{id}", **said("复查结果", "The result of a recheck"))
def result(who: Reading, web: Kept, id: Id) -> models.RecheckState:
    """A recheck as it stands; ask again while it waits or runs."""
    scope = scope_of(who)
    with web.office.reader.connect() as connection:
        found = queue.one(connection, id)
        if found is None or (
            scope and not spans.answers_for(connection, scope, found.outlet, web.clock())
        ):
            raise NotFound("没有这次复查")
    return _state(found)


def _state(found: queue.RecheckRequest) -> models.RecheckState:
    return models.RecheckState(
        id=found.id, outlet=found.outlet, asked=found.asked, state=found.state, result=found.result
    )
