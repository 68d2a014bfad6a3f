"""What all platform readers share: refusals, JSON that may be anything, epochs that may be
nonsense.

No platform itself (the underscore keeps it from being one). Reasons are the words of every reader:
``login_wall``, ``captcha``, ``rate_limited``, ``http_error``, ``network``, ``shape_changed``,
``empty_list``, ``no_list``, ``no_dates``, ``stale_bridge``, ``identity_mismatch``,
``identity_unconfirmed``, ``account_gone_suspected``, ``platform_error`` and those that one reader
names in its docstring.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crawler.model import (
    Dated,
    Evidence,
    Outcome,
    Outlet,
    Page,
    Probe,
    Reading,
    Refused,
    shanghai_day,
    utc,
)

FETCH_UNKNOWN = datetime(9999, 1, 1, tzinfo=UTC)
"""``fetched_at`` of a saved answer whose moment nobody noted: relative dates then rest on ids
alone."""
AHEAD = timedelta(minutes=10)
"""How far a platform's clock may run before ours."""
AGENT = {"Accept-Language": "zh-CN,zh;q=0.9"}
TOO_FAST = frozenset({414, 418, 429})
"""Weibo says 418 to those who ask too fast."""
WALLS = frozenset({400, 403, 405, 412, 423, 432})
"""Refusals by status; 432: no visitor's cookie, or an address that Weibo does not like."""
JSONP = re.compile(r"^\s*(?:[\w.$]+\s*&&\s*)?[\w.$]+\s*\(")
"""Weibo wraps the handshake's answer: ``window.visitor_gray_callback &&
visitor_gray_callback({…})``."""
PRE = re.compile(r"<pre[^>]{0,300}>", re.I)
"""Browsers show JSON within a ``pre``: answers that a person saved."""
MARK_LENGTH = 80


def setting(outlet: Outlet, probe: Probe, key: str, default: str = "") -> str:
    """One id or setting: the probe's own handle first, then the account's."""
    return (probe.handle.get(key) or outlet.handle.get(key) or default).strip()


def refused(outcome: Outcome, reason: str, mark: str = "", **more: Any) -> Reading:
    """A look that proves nothing, with its reason and the text that gave it away."""
    return Reading(
        outcome, Evidence.NONE, reason=reason, mark=" ".join(mark.split())[:MARK_LENGTH], **more
    )


def blocked(reason: str, mark: str = "", **more: Any) -> Reading:
    """A wall: captcha, login, too fast."""
    return refused(Outcome.BLOCKED, reason, mark, **more)


def unreadable(reason: str, mark: str = "", **more: Any) -> Reading:
    """An answer came and does not say what was asked."""
    return refused(Outcome.UNREADABLE, reason, mark, **more)


def transport(page: Page) -> Reading | None:
    """The refusal that status and network alone tell, or ``None`` for an answer worth reading."""
    if page.status == 0:
        if page.error == "redirect_loop":
            return blocked("http_error", "redirect loop")
        if page.error == "robots":
            return blocked("robots", "robots.txt")
        return refused(Outcome.UNREACHABLE, "network", page.error or "no answer")
    if page.status in TOO_FAST:
        return blocked("rate_limited", f"HTTP {page.status}")
    if page.status == 401:
        return blocked("login_wall", "HTTP 401")
    if page.status in WALLS:
        return blocked("http_error", f"HTTP {page.status}")
    if page.status >= 500:
        return refused(Outcome.UNREACHABLE, "http_error", f"HTTP {page.status}")
    return None if page.status == 200 else unreadable("http_error", f"HTTP {page.status}")


def landed(page: Page) -> tuple[str, str]:
    """Host and path (with query) where the fetch ended, or would have gone had it followed a
    redirect."""
    target = page.headers.get("location", "") if 300 <= page.status < 400 else ""
    try:
        parts = urlsplit(target or page.final_url)
        return (parts.hostname or "").lower(), f"{parts.path}?{parts.query}"
    except ValueError:
        return "", target


def parse_json(text: str) -> Any:
    """JSON, JSONP, or JSON that a browser saved inside ``<pre>``; ``None`` for anything else."""
    text = text.strip().lstrip("\ufeff")
    if text.startswith("<"):
        opened = PRE.search(text)
        if opened is None:
            return None
        text = html.unescape(text[opened.end() :].split("</pre", 1)[0]).strip()
    padded = JSONP.match(text[:300])
    if padded is not None:
        text = text[padded.end() :].rstrip().rstrip(";").rstrip().removesuffix(")")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_map(value: Any) -> Mapping[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> Sequence[Any]:
    """A list as it is, a single object as a list of one: platforms collapse lists of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def as_text(value: Any) -> str:
    """Ids and short texts that come as number or string; everything else is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def from_epoch(value: Any) -> datetime | None:
    """UTC seconds of ten digits, as number or string; ``None`` otherwise."""
    text = as_text(value)
    return (
        datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"[1-9][0-9]{8,9}", text) else None
    )


def believe(
    moment: datetime, raw: str, place: str, page: Page, earliest: datetime, why: str = ""
) -> Dated | Refused:
    """``moment`` with its proof, unless it lies before the platform existed or after the fetch."""
    if utc(moment) < earliest:
        return Refused(raw, f"before {earliest:%Y-%m-%d}")
    if utc(moment) > utc(page.fetched_at) + AHEAD:
        return Refused(raw, "later than the fetch")
    return Dated(shanghai_day(moment), raw, place, moment, why)
