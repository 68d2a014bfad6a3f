"""What people do about accounts: enter a look with its proof, note a change of state, judge who
nobody registered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import SHANGHAI, AccountState, Deed, OutletKind, shanghai_day
from crawler.reading.media import MEDIA_NAMES
from crawler.register.account_candidates import UnknownCandidate, candidates
from crawler.register.account_cards import CONFIG
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import outlet_page as board
from monitor.desk import entering
from monitor.desk.attesting import (
    MOST_BYTES,
    AttestationRefused,
    PersonLook,
    attest,
    proof_file,
    take_back,
)
from monitor.rectify.attachments import Attachment
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.pages.outlet import address, outlet_page
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Inspector = Annotated[Visitor, Depends(need(Permission.INSPECT))]
Handler = Annotated[Visitor, Depends(need(Permission.HANDLE))]
Keeper = Annotated[Visitor, Depends(need(Permission.CATALOGUE))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
FIELDS = ("published", "looked", "seen_by", "until", "url")
DECIDED = {"accepted": "已核实为漏报", "dismissed": "已排除"}


@router.get("/accounts/found")
def found(request: Request, who: Keeper, web: Kept, all: str = "") -> HTMLResponse:
    """Accounts that the portal shows and the register does not know."""
    with web.office.reader.connect() as connection:
        seen = candidates(connection, web.clock())
    waiting = [one for one in seen if one.open and one.standing == "new"]
    settled = [one for one in seen if one not in waiting]
    return page(
        request,
        "accounts_found.html",
        waiting=waiting,
        settled=settled if all else (),
        hidden=len(settled),
        all=bool(all),
        platforms=MEDIA_NAMES,
        decided=DECIDED,
    )


@router.post("/accounts/found/{number}")
def decide(number: int, who: Keeper, form: Posted, web: Kept) -> Response:
    """A person's word on one of them, with its reason."""
    verdict = form.must("verdict", "结论", 20)
    reason = form.must("reason", "理由", 500)
    if verdict not in DECIDED:
        raise BadForm("结论只能是“漏报”或“与本区无关”")
    try:
        with web.office.engine.begin() as connection:
            entering.candidate(
                connection, number, verdict, by=who.who, reason=reason, now=web.clock()
            )
    except UnknownCandidate:
        raise NotFound("没有这个待核实的账号") from None
    return RedirectResponse("/accounts/found?said=已登记结论", 303)


@router.post("/outlets/{id:path}/attestations/{number:int}/withdraw")
def withdraw(id: str, number: int, who: Handler, form: Posted, web: Kept) -> Response:
    """Take a person's entry back."""
    try:
        with web.office.engine.begin() as connection:
            take_back(
                connection, id, number, deed=Deed(who.who, web.clock(), form.text("reason", 200))
            )
    except AttestationRefused as error:
        raise BadForm(str(error)) from None
    return RedirectResponse(f"{address(id)}?said=已撤回，下次抓取起不再作为依据", 303)


@router.post("/outlets/{id:path}/attestations")
def enter(id: str, request: Request, who: Inspector, form: Posted, web: Kept) -> Response:
    """What a person saw of an account, with proof; it is judged by it at once."""
    given = {name: form.text(name, 1000) for name in FIELDS}
    try:
        published, looked = (
            _moment(given["published"], "发布时间"),
            _moment(given["looked"], "查看时间"),
        )
        until, file = _day(given["until"], "有效期"), _file(form)
        with web.office.engine.begin() as connection:
            number = attest(
                connection,
                id,
                seen=PersonLook(
                    published=published,
                    looked=looked,
                    until=until,
                    seen_by=given["seen_by"][:100],
                    url=given["url"],
                    file=file,
                ),
                deed=Deed(who.who, web.clock()),
                folder=web.office.settings.folder / "files",
            )
    except AttestationRefused as error:
        return outlet_page(request, web, id, problem=str(error), given=given)
    return RedirectResponse(f"{address(id)}?recheck={number}&said=已登记#recheck", 303)


@router.post("/outlets/{id:path}/state")
def state(id: str, who: Keeper, form: Posted, web: Kept) -> Response:
    """An account closed, merged, closing or in use again, since a day, by what."""
    now = web.clock()
    with web.office.reader.connect() as connection:
        here = board.here(connection, id)
    if here is None or here.retired is not None or here.outlet.kind is not OutletKind.ACCOUNT:
        raise NotFound("台账里没有这个账号")
    if here.kept_in == CONFIG:
        raise BadForm(
            "登记在 config.yaml，请在 catalogue.accounts 的 state 和 dates 里改，否则下次又会改回去"
        )
    try:
        chosen, since = AccountState(form.text("state", 20)), _day(form.text("since", 20), "日期")
    except ValueError as error:
        raise BadForm(
            str(error) if isinstance(error, AttestationRefused) else "没有这种状态"
        ) from None
    if since > shanghai_day(now):
        raise BadForm("日期还没有到，到那一天再登记")
    note = form.must("note", "依据", 200)
    with web.office.engine.begin() as connection:
        entering.account_state(connection, id, chosen, since, by=who.who, note=note, now=now)
    return RedirectResponse(f"{address(id)}?said=已登记，下次判定时生效", 303)


def _file(form: Form) -> Attachment | None:
    files = form.files.get("file", ())
    if not files:
        return None
    return proof_file(files[0].filename or "", files[0].file.read(MOST_BYTES + 1))


def _moment(text: str, name: str) -> datetime:
    """A moment as a browser's field gives it, in Asia/Shanghai. Raises
    :class:`AttestationRefused`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise AttestationRefused(f"请填写{name}，如 2020-07-20 09:00") from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AttestationRefused(f"请填写{name}，如 2020-07-20") from None
