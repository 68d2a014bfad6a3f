"""What a clerk does to a bulletin: have it made, strike and add, enter figures, freeze, correct.
Each with a name on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from crawler.config import BadConfig
from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.bulletin.edits import LISTS, BadEdit
from monitor.bulletin.model import Edit, ErrorReports, Period
from monitor.desk import chores, drafts, entering
from monitor.entries.sealing import Unsound
from monitor.web.fields import a_day, a_number
from monitor.web.gate import BadForm, Form, need, posted
from monitor.web.pages.bulletins import WORK, Name, desk_of, period_of, show_draft, show_kept
from monitor.web.state import Web, web_of

router = APIRouter()
Clerk = Annotated[Visitor, Depends(need(Permission.BULLETIN))]
Sent = Annotated[Form, Depends(posted)]
Kept = Annotated[Web, Depends(web_of)]
REFUSALS = (BadForm, BadEdit, BadConfig, Unsound)
BUSY = "正在生成另一份，请等它做完"
MOST = 1_000_000


@router.post("/bulletins")
def choose(who: Clerk, form: Sent, web: Kept) -> Response:
    """Go to a period that the list does not offer."""
    period = period_of(web, form.must("name", "统计期", 30))
    return RedirectResponse(f"/bulletins/{period.name}", 303)


@router.post("/bulletins/{name}/draft")
def make(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """Have the draft made, beside the web."""
    period = period_of(web, name)
    try:
        more = _days(web, form)
    except BadForm as error:
        return show_draft(request, web, period, str(error), 422)
    return _begun(web, who, period, "draft", more, f"/bulletins/{period.name}")


@router.post("/bulletins/{name}/edits")
def edit(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """Strike a name from a list, or add one, with the reason."""
    period = period_of(web, name)
    folder = drafts.home(web.office, drafts.stem_of(period))
    try:
        list_, _, one = form.must("what", "名单和名称", 300).partition("|")
        action = "add" if form.text("action", 6) == "add" else "strike"
        if action == "add":
            list_, one = form.must("list", "名单", 40), form.must("what", "单位", 300)
        plain = drafts.compiled(folder)
        if plain is None:
            raise BadForm("请先生成草稿")
        made = Edit(list_, one, action, form.must("reason", "理由", 400), who.who)
        entering.edit(web.office, period, made, web.clock(), compiled=plain)
    except REFUSALS as error:
        return show_draft(request, web, period, str(error), 422)
    return _back(period, "已删去" if action == "strike" else "已补列", "edits")


@router.post("/bulletins/{name}/edits/undo")
def undo(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """Take back what was struck or added, or a commendation."""
    period, now = period_of(web, name), web.clock()
    list_, one = form.must("list", "名单", 40), form.must("name", "名称", 300)
    if list_ == "commended":
        done = entering.uncommend(web.office, period, one, by=who.who, now=now)
    else:
        done = list_ in LISTS and entering.unedit(
            web.office, period, list_, one, by=who.who, now=now
        )
    if not done:
        return show_draft(request, web, period, "没有这一条修改，可能已经撤销", 422)
    return _back(period, "已撤销", "edits")


@router.post("/bulletins/{name}/commend")
def commend(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """A commendation for the text."""
    period = period_of(web, name)
    try:
        entering.commend(
            web.office,
            period,
            name=form.must("name", "表扬谁", 220),
            reason=form.must("reason", "表扬什么", 400),
            by=who.who,
            now=web.clock(),
        )
    except REFUSALS as error:
        return show_draft(request, web, period, str(error), 422)
    return _back(period, "已记表扬", "edits")


@router.post("/bulletins/{name}/errors")
def errors(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """The period's 找错 messages."""
    period = period_of(web, name)
    try:
        found = ErrorReports(
            received=a_number(form, "received", "收到", MOST),
            done=a_number(form, "done", "办结", MOST),
            late=a_number(form, "late", "超期办结", MOST),
        )
        entering.errors(web.office, period, found, by=who.who, now=web.clock())
    except REFUSALS as error:
        return show_draft(request, web, period, str(error), 422)
    return _back(period, "已记入", "edits")


@router.post("/bulletins/{name}/freeze")
def freeze(request: Request, who: Clerk, form: Sent, web: Kept, name: Name) -> Response:
    """Freeze what was looked at; refused when anything moved since, or it has errors."""
    period = period_of(web, name)
    desk = desk_of(web, period)
    if desk is None or desk.old or desk.behind or form.text("root", 64) != desk.about.root:
        return show_draft(
            request, web, period, "预览以后数据或修改有变化，请重新生成、看过再封存", 409
        )
    if desk.stopped:
        return show_draft(request, web, period, "自检有错误，请改正后再封存", 409)
    about, why = desk.about, form.text("unfinished", 400)
    if desk.paper.b.draft and len(why) < 2:
        return show_draft(request, web, period, "这只是草稿，封存须写明理由", 422)
    more = ["--unfinished", why] if why else []
    more += [
        "--as-of",
        about.as_of.isoformat(),
        "--now",
        web.clock().isoformat(),
        "--printed",
        str(about.printed),
        "--check-from",
        str(about.check_from),
        "--check-to",
        str(about.check_to),
        "--root",
        about.root,
        "--by",
        who.who,
    ]
    return _begun(
        web,
        who,
        period,
        "freeze",
        more,
        f"/bulletins/{period.name}/kept/{about.printed}",
        f"/bulletins/{period.name}",
    )


@router.post("/bulletins/{name}/kept/{day}/papers")
def papers(who: Clerk, form: Sent, web: Kept, name: Name, day: date) -> Response:
    """Have the papers of a frozen bulletin made from its data."""
    period = period_of(web, name)
    more = ["--as-of", web.clock().isoformat(), "--printed", str(day)]
    return _begun(web, who, period, "papers", more, f"/bulletins/{period.name}/kept/{day}")


@router.post("/bulletins/{name}/kept/{day}/correct")
def correct(request: Request, who: Clerk, form: Sent, web: Kept, name: Name, day: date) -> Response:
    """An erratum beside a frozen bulletin."""
    period = period_of(web, name)
    try:
        entering.correct(
            web.office,
            period,
            subject=form.must("subject", "更正谁、哪一处", 200),
            text=form.must("text", "更正内容", 2000),
            by=who.who,
            now=web.clock(),
            printed=day,
        )
    except REFUSALS as error:
        return show_kept(request, web, period, day, str(error), 422)
    return RedirectResponse(f"/bulletins/{period.name}/kept/{day}?said=已附更正", 303)


def _days(web: Web, form: Form) -> list[str]:
    now = web.clock()
    printed = a_day(form, "printed", "印发日期") if form.text("printed", 10) else shanghai_day(now)
    more = ["--as-of", now.isoformat(), "--printed", str(printed)]
    if form.text("check_from", 10) or form.text("check_to", 10):
        first, last = a_day(form, "check_from", "检查起"), a_day(form, "check_to", "检查止")
        if first > last:
            raise BadForm("检查期间的起止日期颠倒")
        more += ["--check-from", str(first), "--check-to", str(last)]
    return more


def _begun(
    web: Web,
    who: Visitor,
    period: Period,
    what: str,
    more: Sequence[str],
    then: str,
    busy: str = "",
) -> Response:
    """Start the child; the page that follows waits for it."""
    settings = web.office.settings
    command = ["monitor.desk.drafting", what, period.name, "--config", str(settings.path), *more]
    about = {"draft": "草稿", "freeze": "封存", "papers": "印发文件"}[what]
    begun = chores.start(
        settings.folder, WORK, command, web.clock, who.who, about=f"{period.words}{about}"
    )
    if not begun:
        return RedirectResponse(f"{busy or then}?said={BUSY}", 303)
    # A freeze may yet be refused: it is waited for on the draft's page.
    return RedirectResponse(busy or then, 303)


def _back(period: Period, said: str, place: str) -> Response:
    return RedirectResponse(f"/bulletins/{period.name}?said={said}#{place}", 303)
