"""An outlet's own page: its verdicts and why, its posts, looks and kept pages; and the recheck with
its answer in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import CLASS_NAMES, PURPOSE_NAMES, SHANGHAI, OutletKind, shanghai_day
from crawler.platforms import titles
from crawler.reading.markup import decode
from crawler.reading.media import MEDIA_NAMES
from crawler.reading.rendering import PLACE_NAMES as DATE_PLACES
from crawler.register.account_import import STATE_NAMES
from crawler.walking.copies import one_copy
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import accounts as registered
from monitor.board import outlet_page as board
from monitor.board.filters import number_of
from monitor.board.offers import offer_page, taken_at
from monitor.board.shapes import drift_page, learned
from monitor.board.unread import Part, decisions, parts_of
from monitor.board.words import NUMBERS, ended_words, rule_name
from monitor.days.calendar import add_months
from monitor.desk.content import WantedSuspects, listing
from monitor.facts.facts import Shown
from monitor.facts.unit_names import unit_names
from monitor.findings.standing import GRAVITY
from monitor.judging.ahead import ahead
from monitor.judging.evaluate import Explanation, explain
from monitor.looks.crosscheck_rows import as_row
from monitor.looks.places import reason_name, row_text
from monitor.model import Look, Value
from monitor.model.verdicts import gravity
from monitor.rectify.attachments import Unacceptable
from monitor.rectify.rechecks import ask
from monitor.web.calendar import drawn
from monitor.web.gate import Form, NotFound, need, posted
from monitor.web.pages.outlets import download
from monitor.web.render import page, partial
from monitor.web.state import Web, web_of
from monitor.words.causes import cause_name, looked_like
from monitor.words.outcomes import OUTCOMES

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Asker = Annotated[Visitor, Depends(need(Permission.RECHECK))]
Kept = Annotated[Web, Depends(web_of)]
Posted = Annotated[Form, Depends(posted)]
MONTHS, POSTS = 12, 15
PATIENCE = timedelta(seconds=20)
"""After so long a wait in the queue somebody should look whether anybody does rechecks at all."""
FROZEN = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
"""A kept page brings its words and its own inline style; nothing of it runs, loads, sends or leads
on."""
EVIDENCE: Mapping[str, str] = {
    "complete": "完整列表",
    "partial": "部分列表",
    "weak": "日期不足为凭",
    "lower_bound": "部分信息",
    "manual": "人工登记",
    "none": "",
}
HOMES: Mapping[str, str] = {"config": "config.yaml", "workbook": "工作簿"}


@router.post("/outlets/{id:path}/recheck")
def recheck(id: str, request: Request, who: Asker, form: Posted, web: Kept) -> Response:
    """Ask for a look now; whoever does the timetable's rechecks answers it within seconds."""
    with web.office.engine.begin() as connection:
        found = board.here(connection, id)
        if found is None or found.retired is not None:
            raise NotFound("台账里没有这个栏目或账号，不能复查")
        number, _ = ask(connection, id, who.who, web.clock())
    if partial(request):
        return progress(number, request, who, web)
    return RedirectResponse(f"{address(id)}?recheck={number}#recheck", 303)


@router.get("/rechecks/{number}")
def progress(number: int, request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """How a recheck goes; asked every second while it is not over."""
    with web.office.reader.connect() as connection:
        found = board.request(connection, number)
        if found is None:
            raise NotFound("没有这次复查")
        here = board.here(connection, found.outlet)
    return page(
        request, "parts/recheck.html", recheck=_told(found, here, web, live=True), here=here
    )


@router.get("/outlets/{id:path}/frozen/{number:int}")
def frozen(id: str, number: int, who: Reader, web: Kept) -> Response:
    """A kept page as it was brought, harmless: shown in a frame that has nothing of ours."""
    with web.office.reader.connect() as connection:
        copy = one_copy(connection, id, number)
    if copy is None:
        raise NotFound("没有这份存档网页")
    if not copy.sound:
        raise NotFound("这份存档与当时的校验值不符，不能作为依据；请从备份恢复")
    markup = decode(copy.body, copy.headers)
    plain = "html" not in copy.headers.get("content-type", "html")
    return Response(
        markup.encode("utf-8", "replace"),
        media_type="text/plain" if plain else "text/html",
        headers={
            "Content-Security-Policy": FROZEN,
            "X-Frame-Options": "SAMEORIGIN",
            "Content-Disposition": f'inline; filename="page-{number}.html"',
            "Cache-Control": "private, max-age=3600",
        },
    )


@router.get("/outlets/{id:path}/frozen/{number:int}/view")
def frozen_view(id: str, number: int, request: Request, who: Reader, web: Kept) -> HTMLResponse:
    """The kept page in its frame, with when and whence it came."""
    with web.office.reader.connect() as connection:
        here = board.here(connection, id)
        copy = one_copy(connection, id, number)
    if here is None or copy is None:
        raise NotFound("没有这份存档网页")
    return page(
        request, "frozen.html", here=here, copy=copy, source=f"{address(id)}/frozen/{number}"
    )


@router.get("/outlets/{id:path}/attestations/{number:int}")
def attestation_file(id: str, number: int, who: Reader, web: Kept) -> Response:
    """The file that proves a person's entry, to keep."""
    folder = web.office.settings.folder / "files"
    with web.office.reader.connect() as connection:
        try:
            found = registered.proof_of(connection, id, number, folder)
        except Unacceptable as error:
            raise NotFound(str(error)) from None
    if found is None:
        raise NotFound("没有这份证据")
    data, suffix = found
    return download(data, f"proof-{number}.{suffix}", "application/octet-stream")


@router.get("/outlets/{id:path}")
def outlet(id: str, request: Request, who: Reader, web: Kept, recheck: str = "") -> HTMLResponse:
    """Everything about one outlet."""
    return outlet_page(request, web, id, recheck=number_of(recheck))


def outlet_page(
    request: Request,
    web: Web,
    id: str,
    *,
    recheck: int = 0,
    problem: str = "",
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page of ``id``; with a ``problem`` of its form, the form as it was ``given``. Raises
    :class:`NotFound`."""
    now = web.clock()
    today = shanghai_day(now)
    with web.office.reader.connect() as connection:
        here = board.here(connection, id)
        if here is None:
            raise NotFound("台账里没有这个栏目或账号")
        shown = _stored(connection, here, now)
    column = here.outlet.kind is OutletKind.COLUMN
    asked = shown["requests"]
    current = next(
        (one for one in asked if one.id == recheck),
        asked[0] if asked and not asked[0].over else None,
    )
    settings = web.office.settings
    why = explain(
        web.office.reader,
        settings.monitor,
        id,
        now,
        horizon=settings.crawl.backfill_from,
        posts=POSTS,
    )
    verdicts = sorted(why.verdicts, key=gravity, reverse=True) if why else []
    judged = (
        next((look for look in why.facts.looks if look.outcome.conclusive), None) if why else None
    )
    partly = judged if judged and judged.unread else None
    with web.office.reader.connect() as connection:
        left = partly.unread if partly else ()
        decided = decisions(connection, id, left, shown["looks"]) if column else None
        drift = drift_page(connection, id, why.facts if why else None) if column else None
        golden = learned(connection, id) if column else None
        offer = offer_page(connection, id) if column else None
        adopted = taken_at(connection, id) if column else None
    return page(
        request,
        "outlet.html",
        422 if problem else 200,
        here=here,
        outlet=here.outlet,
        why=why,
        verdicts=verdicts,
        ahead=ahead(verdicts, today, settings.monitor.alerts.letters.calendar),
        at=address(id),
        problem=problem,
        recheck=_told(current, here, web) if current else None,
        column=column,
        decided=decided,
        partly=partly,
        given=given or {},
        now_local=now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        until_default=today + timedelta(days=7),
        proven=_proven(partly, why),
        why_unread=reason_name,
        beside=_beside(why),
        drift=drift,
        golden=golden,
        offer=offer,
        adopted=adopted,
        row_text=row_text,
        **WORDS,
        **shown,
    )


def _proven(look: Look | None, why: Explanation | None) -> Shown | None:
    """The post that a look proves to be the newest, as it stands in the list."""
    if look is None or why is None:
        return None
    return next((post for post in why.posts if post.url == look.newest_url), None)


def _beside(why: Explanation | None) -> tuple[Part, ...]:
    """What was found beside the list, by place, for the clerk who decides whose it is."""
    rows = [as_row(one) for one in why.facts.elsewhere] if why else []
    return parts_of(rows, rows)


WORDS: Mapping[str, Any] = {
    "places": DATE_PLACES, "number_names": NUMBERS, "probes": titles(), "evidence": EVIDENCE, "outcomes": OUTCOMES, "homes": HOMES, "platforms": MEDIA_NAMES,
    "classes": CLASS_NAMES, "purposes": PURPOSE_NAMES, "states": STATE_NAMES, "reason": looked_like, "cause": cause_name,
    "ended": ended_words, "rule_name": rule_name,
}  # fmt: skip


def _stored(connection: Connection, here: board.Here, now: datetime) -> dict[str, Any]:
    """What the store tells of an outlet beside its verdicts."""
    id, today = here.outlet.id, shanghai_day(now)
    start = add_months(today.replace(day=1), -MONTHS)
    account = here.outlet.kind is not OutletKind.COLUMN
    return {
        "duties": board.duties(connection, id),
        "looks": board.looks(connection, id),
        "known": board.posts_known(connection, id),
        "copies": board.copies(connection, id),
        "findings": board.findings(connection, id),
        "dispensed": board.dispensed(connection, here.outlet, now),
        "suspects": listing(connection, WantedSuspects(column=id), today, limit=1).total,
        "calendar": drawn(board.days(connection, id, start, today), start, today),
        "requests": board.requests(connection, id),
        "only_name": unit_names(connection, retired=True).get(here.outlet.only, here.outlet.only),
        "account": registered.account_page(connection, here.outlet, today) if account else None,
    }


def address(id: str) -> str:
    """The address of an outlet's page; an id may hold any character."""
    return f"/outlets/{quote(id, safe='')}"


def _told(
    found: board.Request, here: board.Here | None, web: Web, *, live: bool = False
) -> Mapping[str, Any]:
    """A recheck for the screen: how far, since when, and what it said before and after; ``live``:
    it stands in a page that was made before, and is to be made anew when the recheck is over.
    """
    after = max(
        found.result.get("verdicts", ()), key=lambda v: GRAVITY[Value(v["value"])], default=None
    )
    visit = found.result.get("visit", {})
    began = found.started or found.asked
    changed = bool(here and here.since and here.before and found.started and here.since >= began)
    waited = (found.ended or web.clock()) - found.asked
    return {
        "asked": found,
        "live": live,
        "waited": int(waited.total_seconds()),
        "alone": not found.over and waited > PATIENCE,
        "before": (here.before if changed else here.value) if here else "",
        "after": after["value"] if after else "",
        "sentence": after["sentence"] if after else "",
        "visit": visit,
        "outcome": OUTCOMES.get(visit.get("outcome", ""), ""),
        "reason": looked_like(visit["reason"], visit.get("mark", ""))
        if visit.get("reason")
        else "",
    }
