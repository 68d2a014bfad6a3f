"""The leader's page: the district's picture and trend on one printed sheet. It reads, and asks for
nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import overview as board
from monitor.board import trend as trends
from monitor.board.wholes import open_words
from monitor.findings.standing import stands
from monitor.web import charts
from monitor.web.gate import need
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words import nothing_listed, of_standing

router = APIRouter()
DAYS = 60


@router.get("/leader")
def leader(
    request: Request,
    who: Annotated[Visitor, Depends(need(Permission.DISTRICT))],
    web: Annotated[Web, Depends(web_of)],
) -> HTMLResponse:
    """The district today, this quarter, and against last month."""
    now = web.clock()
    today, settings = shanghai_day(now), web.office.settings.monitor
    with web.office.reader.connect() as connection:
        shares = {kind: of_standing(stands(connection, kind)) for kind in board.KINDS}
        quarter = trends.quarter(connection, today)
        counts = trends.trend(connection, "column", today - timedelta(days=DAYS - 1))
        sites, night = board.sites(connection), board.last_night(connection, now)
        counts_open = open_words(connection, now)
        kinds, compared = trends.open_by_kind(connection), trends.compared(connection, today)
    judged, unjudged = (
        sum(n) for n in zip(*((s.judged, s.unjudged) for s in shares.values()), strict=True)
    )
    nothing = nothing_listed("未办结的问题", judged, unjudged)
    return page(
        request,
        "leader.html",
        shares=shares,
        nothing=nothing,
        quarter=quarter,
        trend=charts.trend(counts),
        days=DAYS,
        sites=sites,
        night=night,
        counts_open=counts_open,
        kinds=kinds,
        compared=compared,
        office=settings.alerts.letters.office,
        place=settings.bulletin.place,
    )
