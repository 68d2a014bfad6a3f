"""What only a person can judge: the indicators of each site and account, and what they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import Deed, shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import checklist as board
from monitor.board.filters import Selection
from monitor.board.filters.checklist import FILTERS, KINDS
from monitor.days.calendar import add_months, quarter_name
from monitor.days.period import Period
from monitor.judging.checklist import (
    ANSWER_NAMES,
    OVERALL_NAMES,
    AnswerRefused,
    AskedOf,
    IndicatorAnswer,
    Overall,
    answer,
)
from monitor.web.fields import a_day
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Inspector = Annotated[Visitor, Depends(need(Permission.INSPECT))]
Kept = Annotated[Web, Depends(web_of)]
Text = Annotated[str, Query(max_length=100)]
Subjects = Annotated[Selection, Depends(from_address(FILTERS))]
CHIPS = {
    Overall.PASSED: "good",
    Overall.VETOED: "bad",
    Overall.PERSON: "waiting",
    Overall.NO_EVIDENCE: "",
}
QUARTERS = 6


@router.get("/checklist")
def checklist(
    request: Request, who: Inspector, web: Kept, wanted: Subjects, period: Text = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:  # fmt: skip
    """Every site and account with its result."""
    chosen = _period(web, period)
    with web.office.reader.connect() as connection:
        found = board.listed(connection, chosen, web.clock(), wanted, number)
        filters = filters_of(connection, wanted)
    return page(
        request,
        "checklist.html",
        found=found,
        filters=replace(filters, given={"period": chosen, **filters.given}),
        kinds=KINDS,
        periods=_periods(web, chosen),
        overall=OVERALL_NAMES,
        chips=CHIPS,
    )


@router.get("/checklist/{subject}")
def subject(
    request: Request, subject: str, who: Inspector, web: Kept, period: Text = ""
) -> HTMLResponse:
    """One of them, with its indicators."""
    return _show(request, web, subject, _period(web, period))


@router.post("/checklist/{subject}")
def judge(
    request: Request,
    subject: str,
    who: Inspector,
    web: Kept,
    form: Annotated[Form, Depends(posted)],
) -> Response:
    """Keep the answers that were filled in, all or none; earlier ones stay and count no more."""
    period = _period(web, form.text("period", 40))
    try:
        with web.office.engine.begin() as connection:
            found = board.one(connection, subject, period, web.clock())
            if found is None:
                raise NotFound("没有这个站点或账号")
            day = a_day(form, "day", "查看日期")
            kept = 0
            for asked in found[1]:
                given = form.text(f"given-{asked.item.id}", 20)
                if not given:
                    continue
                if given not in set(IndicatorAnswer):
                    raise BadForm("回答只能选合格、不合格、不适用")
                proof = form.must(f"proof-{asked.item.id}", f"“{asked.item.name}”的依据")
                answer(
                    connection,
                    asked=AskedOf(asked.item.id, subject, period),
                    given=IndicatorAnswer(given),
                    deed=Deed(who.who, web.clock(), proof),
                    day=day,
                )
                kept += 1
            if not kept:
                raise BadForm("没有选择任何回答")
    except (AnswerRefused, BadForm) as error:
        return _show(request, web, subject, period, str(error), 422)
    query = urlencode({"period": period, "said": f"已登记 {kept} 项"})
    return RedirectResponse(f"/checklist/{quote(subject, safe=':')}?{query}", 303)


def _show(
    request: Request, web: Web, key: str, period: str, problem: str = "", status: int = 200
) -> HTMLResponse:
    with web.office.reader.connect() as connection:
        found = board.one(connection, key, period, web.clock())
    if found is None:
        raise NotFound("没有这个站点或账号")
    return page(
        request,
        "checklist_one.html",
        status,
        subject=found[0],
        asked=found[1],
        period=period,
        answers=ANSWER_NAMES,
        overall=OVERALL_NAMES,
        chips=CHIPS,
        kinds=KINDS,
        periods=_periods(web, period),
        problem=problem,
    )


def _period(web: Web, text: str) -> str:
    if not text:
        return quarter_name(shanghai_day(web.clock()))
    try:
        return Period.parse(text).name
    except ValueError:
        raise BadForm("考核期写成 2020Q2、2020H1 或 2020") from None


def _periods(web: Web, chosen: str) -> tuple[str, ...]:
    today = shanghai_day(web.clock())
    known = [quarter_name(add_months(today, -3 * n)) for n in range(QUARTERS)]
    return tuple(dict.fromkeys((*known, chosen)))
