"""How old is an answer? A copy that a cache hands out is told from a look at now, by what the
answer says of itself.

Pure. ``Age``, ``Date`` and ``Warning`` tell (RFC 9111); ``Via`` and ``X-Cache`` tell that a cache
stands in the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.model import Ask, Page, utc

PAST_CACHES = {"Cache-Control": "no-cache", "Pragma": "no-cache"}
"""Asks every cache on the way for the server's own answer (``Pragma`` for those of the last
century)."""
VALIDATORS = ("if-none-match", "if-modified-since")
OLDEST = timedelta(days=3650)
"""An ``Age`` beyond ten years (a counter that ran over) says old, and not how old."""
STALE_WARNINGS = re.compile(r"\b11[0-3]\b")
"""Response is stale, revalidation failed, disconnected, heuristically expired."""
STALE_STATUS = re.compile(r"\bSTALE\b", re.IGNORECASE)
"""A cache that hands out what it knows to be old (nginx ``X-Cache-Status: STALE``, ``HIT-STALE``):
how old nobody says."""
ONE_DATE = re.compile(r"\d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{1,2}:\d{2}:\d{2}")
"""Several ``Date`` headers come as one line: each is found."""
CACHES = ("x-cache", "x-cache-status", "x-proxy-cache", "x-cache-lookup", "cf-cache-status")
"""Names under which caches on the way say that the answer is a copy."""
AGES = ("age", "x-cache-age")
"""The standard's header, and one that a cache writes of its own."""
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Copy:
    """An answer that is no look at now. ``made`` is when the copy was taken, ``None`` where nobody
    says.

    ``alone``: nothing but its ``Date`` says so, which a server with a wrong clock would send, too.
    """

    made: datetime | None
    said: str
    alone: bool = False


def copy_of(page: Page, limit: timedelta, skew: timedelta = timedelta(0)) -> Copy | None:
    """What tells that ``page`` is a copy made longer than ``limit`` before it was fetched, or
    ``None``.

    ``skew`` is how far the server's clock is known to run ahead of ours (behind: negative).
    """
    age, moment = age_of(page), date_of(page)
    if age is not None and age > limit:
        made = None if age > OLDEST else utc(page.fetched_at) - age
        return Copy(made, f"Age: {int(age.total_seconds())}")
    behind = utc(page.fetched_at) - (moment - skew) if moment is not None else timedelta(0)
    warning = page.headers.get("warning", "")
    if STALE_WARNINGS.search(warning):
        return Copy(moment if behind > limit else None, f"Warning: {warning[:LONGEST]}")
    if any(STALE_STATUS.search(page.headers.get(name, "")) for name in CACHES):
        said = next(part(name, page.headers[name]) for name in CACHES if page.headers.get(name))
        return Copy(moment if behind > limit else None, said)
    if behind > limit:
        cached = age is not None or any(page.headers.get(name) for name in ("via", *CACHES))
        return Copy(moment, f"Date: {page.headers['date'][:LONGEST]}", alone=not cached)
    return None


def age_of(page: Page) -> timedelta | None:
    """The largest age in seconds that the answer bears (``Age``, or what a maker of caches calls
    it); ``None`` without a number."""
    found = re.findall(r"\d+", " ".join(page.headers.get(name, "") for name in AGES))
    return timedelta(seconds=min(max(map(int, found)), 10**10)) if found else None


def date_of(page: Page) -> datetime | None:
    """The oldest ``Date`` of the answer, aware; ``None`` without one that can be read."""
    found = []
    for text in ONE_DATE.findall(page.headers.get("date", "")):
        try:
            found.append(parsedate_to_datetime(f"{text} GMT"))
        except ValueError:
            continue  # 31 Feb: a header that is no date tells nothing
    return min((one.replace(tzinfo=UTC) for one in found), default=None)


def past_caches(ask: Ask) -> Ask:
    """The same request without validators, for the server's own answer of now."""
    kept = {name: value for name, value in ask.headers.items() if name.lower() not in VALIDATORS}
    return replace(ask, headers={**kept, **PAST_CACHES})


def asks_past(ask: Ask) -> bool:
    """Whether the request tells caches to stand aside."""
    return ask.headers.get("Cache-Control") == PAST_CACHES["Cache-Control"]


def runs(first: Page, second: Page) -> bool:
    """Whether the server's clock went on between two answers: it is wrong then, and they are no
    copies."""
    before, after = date_of(first), date_of(second)
    return before is not None and after is not None and after > before


def said_by_caches(page: Page) -> tuple[str, ...]:
    """What the answer says of the caches on its way, as parts of
    :attr:`crawler.model.Visit.path`."""
    headers = page.headers
    named = [("age", headers.get("age", "")), ("warning", headers.get("warning", ""))]
    named += [("via", headers.get("via", "")), *((name, headers.get(name, "")) for name in CACHES)]
    return tuple(part(name, value) for name, value in named if value.strip() not in ("", "0"))


def part(name: str, value: str) -> str:
    """One ``name=value`` of a path; what a server sends cannot make two of it."""
    return f"{name}={' '.join(value.replace(';', ',').split())[:LONGEST]}"


def final_part(url: str) -> str:
    """Where the page stands, as a part of a path: whole, for a person may be asked whether that is
    the column's address."""
    return f"final={''.join(url.replace(';', '%3B').split())}"
