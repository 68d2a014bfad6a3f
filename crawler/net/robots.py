"""What a robots.txt says, whatever it was saved by: with a byte order mark, in UTF-16, or packed
and not called so."""

from __future__ import annotations

import codecs
from contextlib import suppress

from crawler.model import Page
from crawler.net.unpacking import Garbled, Oversized, Unpacked

MOST = 500_000
"""Bytes that count: what RFC 9309 asks a crawler to read at least."""
GZIP = b"\x1f\x8b"
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Windows' editor writes them; an unread mark hides the first line, which is mostly ``User-agent:
*``."""


def rules_text(page: Page) -> str:
    """The rules of ``page`` as text; empty where it holds none: another status than 200, or a page
    of HTML."""
    text = _decoded(_unpacked(page.body)[:MOST]) if page.status == 200 else ""
    return "" if not text.strip() or "<html" in text[:500].lower() else text


def _unpacked(body: bytes) -> bytes:
    """A file that lies packed on the server comes as it lies."""
    if not body.startswith(GZIP):
        return body
    found = Unpacked("gzip", MOST)
    with suppress(Oversized, Garbled):  # what came out until then are its first rules
        found.add(body)
    return bytes(found.body)


def _decoded(body: bytes) -> str:
    for mark, coding in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(coding, "replace")
    # UTF-16 without a mark: rules are ASCII, so every other byte of them is zero.
    for at, coding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(body) > 3 and not any(body[at:40:2]):
            return body.decode(coding, "replace")
    return body.decode("utf-8", "replace")
