"""One response of the sample portal: its validators, its conditions, and the answers of its
faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from crawler.model import EARLIEST, utc
from monitor.demo import faults as broken
from monitor.demo.content import roll
from monitor.demo.faults import ServedFault

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SampleResponse:
    """One response. ``etag`` and ``modified`` are empty where a page has no validators."""

    status: int
    body: bytes
    kind: str = HTML
    etag: str = ""
    modified: str = ""
    extra: tuple[tuple[str, str], ...] = ()


def answered(html: str, modified: datetime, fault: str) -> SampleResponse:
    """``html`` as an answer with validators; the fault ``gbk`` encodes it against its own
    declaration."""
    body = html.encode("gb18030" if fault == "gbk" else "utf-8")
    moment = max(modified, EARLIEST.replace(year=1980))
    return SampleResponse(200, body, HTML, f'"{roll(html):08x}-{len(body):x}"', http_date(moment))


def unchanged(answer: SampleResponse, headers: Mapping[str, str]) -> bool:
    """If-None-Match decides where it is sent; If-Modified-Since only without it (RFC 9110,
    13.2.2)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return (
            answer.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            or tags.strip() == "*"
        )
    since = headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(answer.modified)
    except (TypeError, ValueError):
        return False


def broken_answer(fault: ServedFault, path: str) -> SampleResponse | None:
    """The whole answer of a fault, or ``None`` when the page itself is still made."""
    if fault.kind in broken.STATUSES:
        status = broken.STATUSES[fault.kind]
        return SampleResponse(
            status, broken.REFUSED.format(status=status, words=broken.WORDS[status]).encode()
        )
    bodies = {
        "captcha": broken.CAPTCHA,
        "challenge": broken.CHALLENGE,
        "login": broken.LOGIN,
        "empty": "",
    }
    if fault.kind in bodies:
        return SampleResponse(200, bodies[fault.kind].encode())
    if fault.kind == "gzip_bomb":
        return SampleResponse(200, broken.gzip_bomb(), extra=(("content-encoding", "gzip"),))
    if fault.kind == "redirect_loop":
        return SampleResponse(302, b"", extra=(("location", path),))
    if fault.kind == "redirect_private":
        return SampleResponse(302, b"", extra=(("location", broken.PRIVATE),))
    return None


def http_date(moment: datetime) -> str:
    return format_datetime(utc(moment).replace(microsecond=0), usegmt=True)
