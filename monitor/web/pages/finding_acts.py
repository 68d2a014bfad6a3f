"""What the office does about a finding: each with a reason, under the name of who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from crawler.model import Deed
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import finding as board
from monitor.bulletin.errata import put_errata
from monitor.entries import exports
from monitor.entries.sealing import Unsound
from monitor.findings import dispensations
from monitor.findings.dispensations import Bounds
from monitor.rectify import acks, appeals, orders, replies
from monitor.rectify.orders import Terms
from monitor.rectify.replies import Enclosed
from monitor.web.fields import a_day, a_number, files_of, one_of
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.pages.findings import show
from monitor.web.render import moment
from monitor.web.state import Web, web_of
from monitor.words.ends import UPHELD

router = APIRouter()
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Kept = Annotated[Web, Depends(web_of)]
Given = Annotated[Form, Depends(posted)]
Act = Callable[[Connection, datetime], Any]
REFUSALS = (orders.StepRefused, dispensations.DispensationRefused, BadForm, Unsound)
SCOPES = {"rule": "只对这一条规则", "every": "对全部规则", "site": "对整个站点的全部规则"}
DECISIONS = {"upheld": "申诉成立", "rejected": "申诉不成立"}


@router.post("/findings/{number}/order")
def order(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Issue an order."""
    settings = web.office.settings.monitor

    def act(connection: Connection, now: datetime) -> str:
        days = a_number(form, "days", "期限", 60)
        made = orders.issue(
            connection,
            number,
            deed=Deed(who.who, now, form.text("note")),
            terms=Terms(settings.alerts.letters, settings.orders, days),
        )
        return f"已发{made.number}，期限 {moment(made.deadline)}"

    return _done(request, web, number, act)


@router.post("/findings/{number}/withdraw")
def withdraw(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Take an order back."""

    def act(connection: Connection, now: datetime) -> str:
        why = form.must("reason", "撤回的理由")
        known = {one.number for one, _ in _detail(connection, number, now).orders}
        if (told := form.text("order", 60)) not in known:
            raise BadForm("这个问题没有这份整改通知")
        return f"已撤回{orders.withdraw(connection, told, deed=Deed(who.who, now, why)).number}"

    return _done(request, web, number, act)


@router.post("/findings/{number}/ack")
def ack(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Acknowledge for a unit that said so by telephone or on paper."""
    letters = web.office.settings.monitor.alerts.letters

    def act(connection: Connection, now: datetime) -> str:
        until, text = a_day(form, "until", "截止日"), form.must("reason", "说明")
        unit = form.must("unit", "单位", 64)
        acks.acknowledge(
            connection,
            number,
            deed=Deed(f"{who.who}（代）", now, text, unit=unit),
            until=until,
            letters=letters,
        )
        return f"已代为签收，{until}（含）以前不再提醒"

    return _done(request, web, number, act)


@router.post("/findings/{number}/reply")
def reply(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Enter a unit's reply that came on paper."""
    settings = web.office.settings

    def act(connection: Connection, now: datetime) -> str:
        text, unit = form.must("text", "整改情况", 5000), form.must("unit", "单位", 64)
        found = _detail(connection, number, now)
        if not found.line.order:
            raise BadForm("这个问题没有待反馈的整改通知")
        made = replies.reply(
            connection,
            found.line.order,
            deed=Deed(f"{who.who}（代）", now, text, unit=unit),
            settings=settings.monitor.orders,
            enclosed=Enclosed(settings.folder / "files", files_of(form, "files")),
        )
        return f"已登记对{made.number}的反馈，系统将复查"

    return _done(request, web, number, act)


@router.post("/findings/{number}/dispense")
def dispense(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Silence, exempt, or enter reported maintenance."""

    def act(connection: Connection, now: datetime) -> str:
        kind = dispensations.DispensationKind(
            one_of(form, "kind", "种类", {k.value: v for k, v in dispensations.KIND_NAMES.items()})
        )
        scope = one_of(form, "scope", "范围", SCOPES)
        reason, approver = form.must("reason", "事由"), form.must("approved_by", "批准人", 60)
        found = _detail(connection, number, now)
        if scope == "site" and not found.site:
            raise BadForm("这个问题不在某个站点上，范围请另选")
        made = dispensations.grant(
            connection,
            kind,
            found.site if scope == "site" else found.line.subject,
            deed=Deed(
                approver if approver == who.who else f"{approver}（{who.who}录入）", now, reason
            ),
            bounds=Bounds(
                a_day(form, "since", "开始日"),
                a_day(form, "until", "截止日"),
                found.line.rule if scope == "rule" else "",
            ),
        )
        return f"已登记{dispensations.KIND_NAMES[kind]}第{made.id}号，至 {made.until}；下一次判定起生效"

    return _done(request, web, number, act)


@router.post("/findings/{number}/restore")
def restore(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Take a dispensation back."""

    def act(connection: Connection, now: datetime) -> str:
        told = a_number(form, "dispensation", "编号", 10**9)
        reason = form.must("reason", "撤回的理由")
        if told not in {one.id for one in _detail(connection, number, now).dispensations}:
            raise BadForm("这个问题没有这一号登记，或已经撤回")
        dispensations.withdraw(connection, told, f"{who.who}：{reason}"[:100], now)
        return f"已撤回第{told}号，下一次判定起不再有效"

    return _done(request, web, number, act)


@router.post("/findings/{number}/decide")
def decide(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Decide the appeal; an upheld one corrects the printed bulletins too."""
    settings = web.office.settings.monitor.orders
    put: list[str] = []

    def act(connection: Connection, now: datetime) -> str:
        chosen, reason = (
            one_of(form, "decision", "核定结果", DECISIONS),
            form.must("reason", "理由"),
        )
        made = appeals.decide(
            connection,
            number,
            upheld=chosen == "upheld",
            deed=Deed(who.who, now, reason),
            exempt_days=settings.exempt_days,
        )
        if made.state == UPHELD:
            name = _detail(connection, number, now).line.name
            put.extend(put_errata(connection, number, name, deed=Deed(who.who, now, reason)))
        return f"已核定：{appeals.STATE_NAMES[made.state]}"

    return _exported(web, put, _done(request, web, number, act))


@router.post("/findings/{number}/correct")
def correct(request: Request, number: str, who: Handler, web: Kept, form: Given) -> Response:
    """Take an accusation back that the office finds to be wrong; the printed bulletins are
    corrected too."""
    settings = web.office.settings.monitor.orders
    put: list[str] = []

    def act(connection: Connection, now: datetime) -> str:
        reason = form.must("reason", "理由")
        name = appeals.take_back(
            connection, number, deed=Deed(who.who, now, reason), exempt_days=settings.exempt_days
        )
        corrected = put_errata(
            connection, number, name, deed=Deed(who.who, now, reason), appealed=False
        )
        put.extend(corrected)
        return "已撤回认定"

    return _exported(web, put, _done(request, web, number, act))


def _exported(web: Web, papers: list[str], answer: Response) -> Response:
    """``answer``, after the files of the bulletins that were corrected were written anew."""
    for name in papers:
        exports.write(web.office.reader, web.office.settings.places, exports.of_paper(name))
    return answer


def _detail(connection: Connection, number: str, now: datetime) -> board.Detail:
    found = board.detail(connection, number, now)
    if found is None:
        raise NotFound(f"没有编号为 {number[:40]} 的问题")
    return found


def _done(request: Request, web: Web, number: str, act: Act) -> Response:
    """Do it in one transaction; a refusal leaves nothing and is shown on the page."""
    try:
        with web.office.engine.begin() as connection:
            said = act(connection, web.clock())
    except REFUSALS as error:
        return show(request, web, number, str(error), 422)
    return RedirectResponse(f"/findings/{quote(number)}?said={quote(said[:120])}", 303)
