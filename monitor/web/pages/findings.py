"""Findings: the table, the board by stage, and one finding with its proof."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from crawler.model import shanghai_day
from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board import finding as one_board
from monitor.board import findings as board
from monitor.board.filters import Selection
from monitor.board.filters.findings import BOARD_FILTERS, FILTERS
from monitor.board.until import letter_deadlines
from monitor.board.words import LETTER_CHIPS, LETTERS, STAGES, ended_words
from monitor.bulletin.coverage import rate_words
from monitor.findings.dispensations import KIND_NAMES
from monitor.rectify import attachments
from monitor.rectify.appeals import STATE_NAMES as APPEAL_NAMES
from monitor.rectify.orders import STATE_NAMES
from monitor.rectify.proof import FindingProof, NoProof, proof_of, to_html, to_warc
from monitor.rectify.replies import RESULT_NAMES
from monitor.settings.letters import LetterSettings
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import NotFound, need
from monitor.web.render import page, partial
from monitor.web.state import Web, web_of
from monitor.words.outcomes import OUTCOMES

router = APIRouter()
Reader = Annotated[Visitor, Depends(need(Permission.DISTRICT))]
Kept = Annotated[Web, Depends(web_of)]
Number = Annotated[int, Query(alias="page", ge=1, le=100_000)]
All = Annotated[Selection, Depends(from_address(FILTERS))]
OnTheBoard = Annotated[Selection, Depends(from_address(BOARD_FILTERS))]
FROZEN = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""A kept page neither runs anything nor asks anybody for anything."""
CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,20})")


@router.get("/findings")
def findings(
    request: Request, who: Reader, web: Kept, wanted: All, number: Number = 1
) -> HTMLResponse:
    """The table."""
    with web.office.reader.connect() as connection:
        found = board.lines(connection, wanted, web.clock(), number)
        until = letter_deadlines(connection, found.rows, web.clock(), _letters(web))
        filters = filters_of(connection, wanted)
    template = "parts/finding_rows.html" if partial(request) else "findings.html"
    return page(request, template, found=found, until=until, filters=filters)


@router.get("/findings/board")
def by_stage(request: Request, who: Reader, web: Kept, wanted: OnTheBoard) -> HTMLResponse:
    """The board: a list for each stage."""
    with web.office.reader.connect() as connection:
        found = board.board(connection, wanted, web.clock())
        shown = [line for stage in found.values() for line in stage.rows]
        until = letter_deadlines(connection, shown, web.clock(), _letters(web))
        filters = filters_of(connection, wanted)
    return page(
        request, "findings_board.html", found=found, until=until, filters=filters, stages=STAGES
    )


@router.get("/findings/{number}")
def finding(request: Request, number: str, who: Reader, web: Kept) -> HTMLResponse:
    """One finding."""
    return show(request, web, number)


def show(
    request: Request, web: Web, number: str, problem: str = "", status: int = 200
) -> HTMLResponse:
    """The page of a finding; ``problem`` says why what was asked for was not done."""
    now = web.clock()
    with web.office.reader.connect() as connection:
        found = one_board.detail(connection, number, now)
        if found is None:
            raise NotFound(f"没有编号为 {number[:40]} 的问题")
        proved, why_not = _proof(connection, number)
        letters = _letters(web)
        until = letter_deadlines(connection, [found.line], now, letters)
    return page(
        request,
        "finding.html",
        status,
        f=found,
        line=found.line,
        until=until,
        proved=proved,
        why_not=why_not,
        problem=problem,
        kinds=KIND_NAMES,
        letter_names=LETTERS,
        letter_chips=LETTER_CHIPS,
        order_names=STATE_NAMES,
        appeal_names=APPEAL_NAMES,
        results=RESULT_NAMES,
        ended=ended_words,
        attach=attachments.KIND_NAMES,
        settings=web.office.settings.monitor.orders,
        letters=letters,
        latest=_latest(web),
        outcomes=OUTCOMES,
        rate_words=rate_words,
    )


def _letters(web: Web) -> LetterSettings:
    return web.office.settings.monitor.alerts.letters


@router.get("/findings/{number}/proof")
def frozen_page(number: str, who: Reader, web: Kept, download: bool = False) -> Response:
    """The page as it was, dead: for a sandboxed frame, or to keep."""
    return frozen(web, number, download)


@router.get("/findings/{number}/shot.png")
def picture(number: str, who: Reader, web: Kept) -> Response:
    """How the page looked in a browser."""
    with web.office.reader.connect() as connection:
        shot = _must(connection, number).shot
    if shot is None:
        raise NotFound("这个网页没有截图")
    return Response(shot.picture, media_type="image/png")


@router.get("/findings/{number}/proof.warc.gz")
def warc(number: str, who: Reader, web: Kept) -> Response:
    """The pages as a WARC file."""
    with web.office.reader.connect() as connection:
        found = _must(connection, number)
    return Response(
        to_warc(found, web.clock()),
        headers=attached(f"{number}.warc.gz"),
        media_type="application/warc",
    )


@router.get("/findings/{number}/files/{sha256}")
def file(number: str, sha256: str, who: Reader, web: Kept) -> Response:
    """A file that came with a reply."""
    with web.office.reader.connect() as connection:
        found = one_board.detail(connection, number, web.clock())
    orders = found.orders if found else ()
    names = {hash: name for _, many in orders for reply in many for name, hash in reply.files}
    return kept_file(web, names, sha256)


def kept_file(web: Web, names: dict[str, str], sha256: str) -> Response:
    """One of ``names`` (by hash), always as an attachment. Raises :class:`NotFound`."""
    if sha256 not in names:
        raise NotFound("没有这个附件")
    try:
        data = attachments.get(web.office.settings.folder / "files", sha256)
    except attachments.Unacceptable as error:
        raise NotFound(str(error)) from None
    return Response(data, headers=attached(names[sha256]), media_type="application/octet-stream")


def frozen(web: Web, number: str, download: bool = False) -> Response:
    """The kept page of a finding under its own policy. Raises :class:`NotFound`."""
    with web.office.reader.connect() as connection:
        found = _must(connection, number)
    headers = {"Content-Security-Policy": FROZEN, "X-Frame-Options": "SAMEORIGIN"}
    headers |= attached(f"{number}.html") if download else {}
    told = next((v for k, v in found.page.headers.items() if k.lower() == "content-type"), "")
    charset = CHARSET.search(told)
    kind = f"text/html; charset={charset[1]}" if charset else "text/html"
    # Starlette would add its own charset to a media type of text; the page has its own.
    return Response(to_html(found), headers=headers | {"Content-Type": kind})


def attached(name: str) -> dict[str, str]:
    """Headers of a download under ``name``."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def _latest(web: Web) -> str:
    """The last day that an acknowledgement may name today."""
    letters, today = web.office.settings.monitor.alerts.letters, shanghai_day(web.clock())
    return str(letters.calendar.after(today, letters.ack_days) if letters.ack_days else today)


def _proof(connection: Connection, number: str) -> tuple[FindingProof | None, str]:
    try:
        return proof_of(connection, number), ""
    except NoProof as error:
        return None, str(error)


def _must(connection: Connection, number: str) -> FindingProof:
    try:
        return proof_of(connection, number)
    except NoProof as error:
        raise NotFound(str(error)) from None
