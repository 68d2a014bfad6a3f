"""Content suspects: a person says what is right; false alarms, what they cover, and how well each
rule does."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.checking.decisions import NoSuchSuspect
from crawler.checks.rules import FAMILIES
from crawler.model import SHANGHAI, Deed, shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board.filters import Selection
from monitor.board.filters.suspects import FILTERS, suspects
from monitor.board.paging import ROWS, Paged
from monitor.desk import content as desk
from monitor.desk.content import Ruling
from monitor.facts.unit_names import unit_names
from monitor.night.content import rule_states
from monitor.office import decisions_of
from monitor.web.fields import a_day, one_of
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import BadForm, Form, NotFound, need, posted
from monitor.web.render import page, partial
from monitor.web.state import Web, web_of

router = APIRouter()
Inspector = Annotated[Visitor, Depends(need(Permission.INSPECT))]
Kept = Annotated[Web, Depends(web_of)]
Given = Annotated[Form, Depends(posted)]
Number = Annotated[int, Query(alias="page", ge=1, le=100_000)]
Suspects = Annotated[Selection, Depends(from_address(FILTERS))]
CHIPS = {"open": "waiting", "confirmed": "bad", "dismissed": "", "mended": "good", "gone": ""}
WORDS = {"true": "属实", "false": "误报"}


@router.get("/content")
def content(
    request: Request, who: Inspector, web: Kept, wanted: Suspects, number: Number = 1
) -> HTMLResponse:
    """The list, newest first."""
    today, asked = shanghai_day(web.clock()), suspects(wanted)
    with web.office.reader.connect() as connection:
        try:
            found = desk.listing(connection, asked, today, limit=ROWS, start=(number - 1) * ROWS)
        except ValueError as error:
            raise BadForm(str(error)) from None
        filters = filters_of(connection, wanted)
    return page(
        request,
        "parts/suspect_rows.html" if partial(request) else "content.html",
        found=Paged(found.lines, number, found.total),
        filters=filters,
        states=desk.STATES,
        chips=CHIPS,
    )


@router.get("/content/rules")
def rules(request: Request, who: Inspector, web: Kept) -> HTMLResponse:
    """How often each rule was right."""
    settings = web.office.settings.crawl.content
    with web.office.reader.connect() as connection:
        found, totals = (
            rule_states(connection, settings.rules_on, settings.rules_off),
            desk.totals(connection),
        )
    return page(request, "content_rules.html", found=found, totals=totals, families=FAMILIES)


@router.get("/content/dismissals")
def dismissals(request: Request, who: Inspector, web: Kept) -> HTMLResponse:
    """The false alarms in force."""
    return _dismissals(request, web)


@router.get("/content/{number}")
def suspect(request: Request, number: int, who: Inspector, web: Kept) -> HTMLResponse:
    """One suspect with the choice."""
    return _show(request, web, number)


@router.post("/content/{number}")
def decide(request: Request, number: int, who: Inspector, web: Kept, form: Given) -> Response:
    """属实 or 误报, with a reason."""
    now = web.clock()
    try:
        right = one_of(form, "word", "认定", WORDS) == "true"
        reason = form.must("reason", "理由")
        scope = "here" if right else one_of(form, "scope", "范围", desk.SCOPE_NAMES)
        until = None
        if not right and form.text("until", 10):
            # The day that was given is the last one.
            last = a_day(form, "until", "截止日") + timedelta(days=1)
            until = datetime.combine(last, time(), SHANGHAI)
        unit = (form.text("unit", 64) or None) if right else None
        with web.office.engine.begin() as connection:
            done = desk.decide(
                connection,
                number,
                ruling=Ruling(
                    right=right,
                    scope=scope,
                    until=until,
                    unit=unit,
                    decisions=decisions_of(web.office) if right else None,
                ),
                deed=Deed(who.who, now, reason),
            )
    except NoSuchSuspect as error:
        raise NotFound(str(error)) from None
    except ValueError as error:
        return _show(request, web, number, str(error), 422)
    said = "已认定属实，将通知责任单位" if right else f"已记为误报，排除 {done.suspects} 处"
    return RedirectResponse(f"/content?said={said}", 303)


@router.post("/content/dismissals/{number}")
def take_back(request: Request, number: int, who: Inspector, web: Kept, form: Given) -> Response:
    """A false alarm no longer holds."""
    try:
        reason = form.must("reason", "撤回的理由")
        with web.office.engine.begin() as connection:
            count = desk.take_back(connection, number, deed=Deed(who.who, web.clock(), reason))
    except ValueError as error:
        return _dismissals(request, web, str(error), 422)
    return RedirectResponse(f"/content/dismissals?said=已撤回，{count} 处重新待核实", 303)


def _show(
    request: Request, web: Web, number: int, problem: str = "", status: int = 200
) -> HTMLResponse:
    today = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        try:
            found = desk.one(connection, number, today)
            blamed = desk.whose(connection, number, today, decisions_of(web.office))
        except NoSuchSuspect as error:
            raise NotFound(str(error)) from None
        units = unit_names(connection)
    return page(
        request,
        "suspect.html",
        status,
        one=found,
        units=units,
        blamed=blamed,
        scopes=desk.SCOPE_NAMES,
        states=desk.STATES,
        chips=CHIPS,
        problem=problem,
    )


def _dismissals(request: Request, web: Web, problem: str = "", status: int = 200) -> HTMLResponse:
    with web.office.reader.connect() as connection:
        found = desk.dismissals(connection, web.clock())
    tick = timedelta(seconds=1)  # ``until`` is the first moment after its last day
    return page(
        request,
        "dismissals.html",
        status,
        found=found,
        tick=tick,
        scopes=desk.SCOPE_NAMES,
        problem=problem,
    )
