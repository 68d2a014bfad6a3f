"""Crawled text made harmless for one line of a letter, and links that may be followed."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a reader cannot see and a mail program obeys: controls, bidi marks, line
ends."""

SPACES = re.compile(r"\s+")
NOT_IN_A_LINK = re.compile(r"[\s\"'<>\\^`{|}()（）《》]")
MAX_LINK = 2000


def clean(text: str, limit: int = 200) -> str:
    """``text`` as one visible line of at most ``limit`` characters; what was cut off is marked with
    ``…``.

    Line ends and tabs become a space; control, bidi, zero-width and surrogate characters vanish.
    """
    # Ten times the limit leaves room for what vanishes; megabytes are not worth walking through.
    head = SPACES.sub(" ", text[: limit * 10])
    # Once more after what vanished: two spaces may have met.
    line = SPACES.sub(
        " ", "".join(c for c in head if unicodedata.category(c) not in INVISIBLE)
    ).strip()
    shorter = len(line) > limit or len(text) > limit * 10
    return line[: limit - 1].rstrip() + "…" if shorter else line


def safe_link(url: str) -> str:
    """``url`` when it is a plain http or https address, else an empty text.

    Refused are other schemes, addresses with a user part (they look like another host), with
    invisible characters, blanks, quotes or brackets, and those longer than 2,000 characters.
    """
    if len(url) > MAX_LINK or NOT_IN_A_LINK.search(url):
        return ""
    if any(unicodedata.category(c) in INVISIBLE for c in url):
        return ""
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host and user is None else ""
