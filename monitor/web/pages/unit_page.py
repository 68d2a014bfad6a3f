"""A unit's own page, by login or signed link: what is open and what to do; it answers here, and
sees nobody else's.

Looking changes nothing, however often; only a posted form does, with the link's own word in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import Deed, shanghai_day
from monitor.access import attempts
from monitor.access.visitor import Visitor
from monitor.board import outlets
from monitor.board import unit as board
from monitor.board.filters import outlets as outlet_filters
from monitor.board.unit_list import quota_of
from monitor.board.words import ended_words, value_word
from monitor.days.calendar import month_of
from monitor.desk.unit_page import desk
from monitor.facts.unit_names import unit_names
from monitor.letters.parts import ADVICE, deadline_text
from monitor.rectify import acks, appeals, attachments, orders, rechecks, replies
from monitor.rectify.replies import Enclosed
from monitor.rules import traits
from monitor.sheets.calendar_file import ics
from monitor.web.fields import a_day, files_of
from monitor.web.gate import BadForm, Form, NotAllowed, NotFound, own_unit, posted
from monitor.web.pages.findings import frozen, kept_file
from monitor.web.render import page, partial
from monitor.web.state import Web, web_of
from monitor.words import nothing_listed

router = APIRouter()
Own = Annotated[Visitor, Depends(own_unit)]
Kept = Annotated[Web, Depends(web_of)]
Given = Annotated[Form, Depends(posted)]
Act = Callable[[Connection, datetime, str], str]
SOON = 31
"""Days ahead that the page shows."""
FEED = 100
"""Days ahead that the calendar feed holds: whoever subscribes asks again."""
MOST = 60
"""Findings and outlets that the page lists."""
KINDS_SHOWN = ("column", "account")
HOUR = timedelta(hours=1)


def own_page(
    request: Request, web: Web, unit: str, problem: str = "", status: int = 200
) -> HTMLResponse:
    """The page of ``unit``; ``problem`` says why what was asked for was not done."""
    now = web.clock()
    today = shanghai_day(now)
    letters = web.office.settings.monitor.alerts.letters
    with web.office.reader.connect() as connection:
        head = board.head(connection, unit)
        try:
            found = desk(connection, unit, now, letters)
        except LookupError as error:
            raise NotFound(str(error)) from None
        # Names of those who answer together with it, and of nobody else.
        together = {id for one in (*found.open, *found.closed) for id in one.finding.units} | {unit}
        names = {
            id: short
            for id, short in unit_names(connection, retired=True).items()
            if id in together
        }
        kinds = [
            outlets.lines(connection, outlet_filters.wanted_of(k, unit=unit), today, 1, MOST)
            for k in KINDS_SHOWN
        ]
        judged, ours = board.seen_of(connection, unit, today)
        ahead = board.limits_ahead(connection, unit, now, letters.calendar, SOON)
        (quota,) = quota_of(connection, unit, head.quota if head else None, (month_of(today),))
        used = attempts.count(connection, f"unit:{unit}", "recheck", now - HOUR)
    who: Visitor = request.state.visitor
    if who.key:
        request.state.visitor = replace(who, who=f"{found.name}（签名链接）")
    monitor = web.office.settings.monitor
    return page(
        request,
        "unit_page.html",
        status,
        unit=head,
        desk=found,
        names=names,
        own=[row for kind in kinds for row in kind.rows],
        more=sum(kind.total - len(kind.rows) for kind in kinds),
        ahead=ahead,
        month=quota,
        letters=letters,
        most=MOST,
        settings=monitor.orders,
        attach=attachments.KIND_NAMES,
        results=replies.RESULT_NAMES,
        appeal_names=appeals.STATE_NAMES,
        order_names=orders.STATE_NAMES,
        advice=_advice,
        ended=ended_words,
        word=value_word,
        left=letters.calendar.between,
        latest=_latest(letters.calendar.after, today, letters.ack_days),
        problem=problem,
        at_rest=_at_rest(judged, ours),
        ahead_nothing=nothing_listed("未来一个月要到期的", judged, ours),
        rechecks_left=max(0, web.settings.rechecks_an_hour - used),
        here=f"/units/{quote(unit)}",
        tail=tail(request),
        until=lambda day: deadline_text(day, letters),
    )


def _at_rest(judged: int, ours: int) -> str:
    """What a unit without an open finding is told: that nothing is asked of it, and of how much we
    know that."""
    checking = f"，另有 {ours} 个我办正在核查，不需要贵单位处理" if ours else ""
    if not judged:
        return f"现在没有需要贵单位处理的问题{checking or '；栏目和账号还没有判定'}。"
    return f"现在没有需要处理的问题（已判定 {judged} 个栏目和账号{checking}）。"


def tail(request: Request) -> str:
    """What addresses of the page end in: the signed link's key, where one opened it."""
    who: Visitor = request.state.visitor
    return f"?{urlencode({'key': who.key})}" if who.key else ""


@router.get("/units/{id}/calendar.ics")
def calendar(id: str, who: Own, web: Kept) -> Response:
    """The last working days before each limit and the last days of open orders, as a calendar to
    subscribe to."""
    now = web.clock()
    with web.office.reader.connect() as connection:
        head = board.head(connection, id)
        found = board.limits_ahead(
            connection, id, now, web.office.settings.monitor.alerts.letters.calendar, FEED
        )
        orders = board.deadlines(connection, id)
    if head is None:
        raise NotFound("没有这个单位")
    body = ics(found, now, f"{head.short}更新到期", orders)
    headers = {"Content-Disposition": "inline; filename=calendar.ics"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/units/{id}/proof/{number}")
def proof(id: str, number: str, who: Own, web: Kept) -> Response:
    """The frozen page behind one of the unit's findings."""
    with web.office.reader.connect() as connection:
        theirs = board.accused(connection, id, number)
    if not theirs:
        raise NotFound("没有这个问题的网页存档")
    return frozen(web, number)


@router.get("/units/{id}/files/{sha256}")
def file(id: str, sha256: str, who: Own, web: Kept) -> Response:
    """A file that the unit itself sent."""
    with web.office.reader.connect() as connection:
        names = board.reply_files(connection, id, sha256)
    return kept_file(web, names, sha256)


@router.post("/units/{id}/ack")
def acknowledge(request: Request, id: str, who: Own, web: Kept, form: Given) -> Response:
    """签收: heard, and until when nobody needs to remind."""
    letters = web.office.settings.monitor.alerts.letters

    def act(connection: Connection, now: datetime, name: str) -> str:
        until, number = a_day(form, "until", "截止日"), form.must("finding", "问题编号", 40)
        acks.acknowledge(
            connection,
            number,
            deed=Deed(name, now, form.text("text", 1000), unit=id),
            until=until,
            letters=letters,
        )
        return f"已签收问题 {number}，{until}（含）以前不再提醒；整改期限不变"

    return _done(request, web, id, who, form, act)


@router.post("/units/{id}/reply")
def reply(request: Request, id: str, who: Own, web: Kept, form: Given) -> Response:
    """Answer an order."""
    settings = web.office.settings

    def act(connection: Connection, now: datetime, name: str) -> str:
        text, number = form.must("text", "整改情况", 5000), form.must("order", "整改通知文号", 60)
        made = replies.reply(
            connection,
            number,
            deed=Deed(name, now, text, unit=id),
            settings=settings.monitor.orders,
            enclosed=Enclosed(settings.folder / "files", files_of(form, "files")),
        )
        return f"已收到对{made.number}的反馈，系统将复查，看到新信息即销号"

    return _done(request, web, id, who, form, act)


@router.post("/units/{id}/appeal")
def appeal(request: Request, id: str, who: Own, web: Kept, form: Given) -> Response:
    """申诉."""

    def act(connection: Connection, now: datetime, name: str) -> str:
        reason, number = form.must("reason", "申诉理由", 5000), form.must("finding", "问题编号", 40)
        appeals.appeal(connection, number, deed=Deed(name, now, reason, unit=id))
        return f"已收到对问题 {number} 的申诉，将再次查看并由人核定；核定前不算逾期"

    return _done(request, web, id, who, form, act)


@router.post("/units/{id}/recheck")
def recheck(request: Request, id: str, who: Own, web: Kept, form: Given) -> Response:
    """Ask for a look at one of the unit's own outlets; so many in an hour and no more."""
    outlet, asked = form.must("outlet", "栏目", 64), 0

    def act(connection: Connection, now: datetime, name: str) -> str:
        nonlocal asked
        if not board.answers_for(connection, id, outlet, shanghai_day(now)):
            raise BadForm("这个栏目或账号现在不由贵单位负责")
        if (
            attempts.count(connection, f"unit:{id}", "recheck", now - HOUR)
            >= web.settings.rechecks_an_hour
        ):
            raise BadForm(f"一小时内最多请求 {web.settings.rechecks_an_hour} 次复查，请稍后再试")
        asked, new = rechecks.ask(connection, outlet, name, now)
        if new:
            attempts.note(connection, f"unit:{id}", "recheck", now)
        return ""

    answer = _done(request, web, id, who, form, act)
    if not asked or answer.status_code != 303:
        return answer
    return RedirectResponse(f"/units/{quote(id)}/rechecks/{asked}{tail(request)}", 303)


@router.get("/units/{id}/rechecks/{number}")
def progress(request: Request, id: str, number: int, who: Own, web: Kept) -> HTMLResponse:
    """How a recheck stands: asked for again every two seconds until it is done."""
    with web.office.reader.connect() as connection:
        found = board.look(connection, number)
        theirs = found is not None and board.answers_for(
            connection, id, found.outlet, shanghai_day(web.clock())
        )
    if not theirs:
        raise NotFound("没有这次复查")
    name = "parts/unit_recheck.html" if partial(request) else "unit_recheck.html"
    return page(request, name, look=found, here=f"/units/{quote(id)}", tail=tail(request))


def _advice(matter: Any) -> str:
    """What to do about a finding, in the words of the letters."""
    finding = matter.finding
    kind = traits(finding.rule).kind or (
        "account" if finding.rule == "account_idle" else finding.subject.partition(":")[0]
    )
    return ADVICE.get(kind, ADVICE["column"])


def _latest(after: Callable[[Any, int], Any], today: Any, days: int) -> Any:
    return after(today, days) if days else today


def _writer(who: Visitor, form: Form, short: str) -> str:
    """Under which name it stands in the record: the person's, or the link's with what they
    wrote."""
    return who.who if who.user else f"{short}（链接）{form.must('writer', '填报人', 60)}"


def _done(request: Request, web: Web, unit: str, who: Visitor, form: Form, act: Act) -> Response:
    """Do it in one transaction for the unit itself; a refusal leaves nothing and is shown on its
    page."""
    if who.unit != unit:
        raise NotAllowed("这一页由该单位填写；代为登记请到“问题”页")
    with web.office.reader.connect() as connection:
        head = board.head(connection, unit)
    if head is None or head.retired:
        raise NotFound("台账中没有这个单位，可能已经撤并；请与政务公开工作机构联系")
    try:
        name = _writer(who, form, head.short)
        with web.office.engine.begin() as connection:
            said = act(connection, web.clock(), name)
    except (orders.StepRefused, BadForm) as error:
        return own_page(request, web, unit, str(error), 422)
    query = {"key": who.key, "said": said[:120]}
    return RedirectResponse(
        f"/units/{quote(unit)}?{urlencode({k: v for k, v in query.items() if v})}", 303
    )
