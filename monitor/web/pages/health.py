"""Health: nights, readers, channels, letters, daily jobs, home pages, the machine; a failed letter
is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import health as board
from monitor.board.machine import machine
from monitor.findings.standing import stands
from monitor.letters.outbox import again
from monitor.web import charts
from monitor.web.gate import Form, NotFound, need, posted
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words import nothing_listed, of_standing

router = APIRouter()
WEEKS = 8
RULE = "site_unreachable"
PERCENT = 5.0
"""Where the rule is not in force: the share of failed visits that the national rule names."""


@router.get("/health")
def health(
    request: Request,
    who: Annotated[Visitor, Depends(need(Permission.HEALTH))],
    web: Annotated[Web, Depends(web_of)],
) -> HTMLResponse:
    """How the system itself is doing."""
    now = web.clock()
    settings = web.office.settings
    with web.office.reader.connect() as connection:
        nights, rechecks = board.runs(connection), board.runs(connection, "recheck", 5)
        channels, causes, unread = (
            board.channels(connection),
            board.causes(connection),
            board.unread(connection),
        )
        letters, diary = board.letters(connection, now), board.diary(connection, shanghai_day(now))
        sites, ahead = board.availability(connection, now, WEEKS), board.clock_ahead(connection)
        shares = [of_standing(stands(connection, kind)) for kind in ("column", "account")]
        below = machine(connection, settings.folder, settings.crawl.chromium)
    ends = [shanghai_day(now - timedelta(days=7 * back)) for back in reversed(range(WEEKS))]
    chart = charts.lines(
        [f"至{end.month}月{end.day}日" for end in ends],
        {
            site.name: site.closed
            for site in sites
            if any(share is not None for share in site.closed)
        },
        first="一周",
        unit="%",
        limit=_percent(web),
    )
    return page(
        request,
        "health.html",
        nights=nights,
        rechecks=rechecks,
        channels=channels,
        causes=causes,
        unread=unread,
        letters=letters,
        diary=diary,
        sites=sites,
        ahead=ahead,
        below=below,
        chart=chart,
        coverage=100 * settings.monitor.coverage,
        all_judged=nothing_listed("不能判定的栏目和账号", sum(s.judged for s in shares), 0),
    )


@router.post("/health/letters/{id}/again")
def send_again(
    id: int,
    who: Annotated[Visitor, Depends(need(Permission.HANDLE))],
    form: Annotated[Form, Depends(posted)],
    web: Annotated[Web, Depends(web_of)],
) -> Response:
    """Put a letter that was given up back into the queue; the cause is mended by then."""
    with web.office.engine.begin() as connection:
        if not again(connection, id, web.clock(), by=who.who):
            raise NotFound("这封通知不在发送失败之列，不能重新投递")
    return RedirectResponse(f"/health?said={quote('已重新投递，稍后发送')}#letters", 303)


def _percent(web: Web) -> float:
    """The limit that is drawn: the office's own."""
    version = web.office.settings.monitor.in_force(shanghai_day(web.clock())).get(RULE)
    return float(version.arguments.get("percent", PERCENT)) if version else PERCENT
