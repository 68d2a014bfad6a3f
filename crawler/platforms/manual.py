"""人工登记: a person looked, and says when the account last published, with proof.

Evidence: MANUAL for 48 hours after the person looked, LOWER_BOUND afterwards: what was published
since nobody
has seen. On by default: for many accounts the only lawful complete source. ``identity["looked"]``
is the moment
that the evidence stands for: the entry may only convict of what was so at that moment. The probe's
handle holds
``published`` (ISO 8601 moment with zone), ``url`` or ``shot`` (sha256 of a screenshot), ``by``,
``looked``
(when) and ``until`` (valid to; a date means the end of that day). Reasons: ``no_entry``,
``incomplete_entry``,
``entry_expired``, ``entry_not_believed``; ``entry_old`` (read, but a lower bound only). Nothing is
fetched; the page lends only the moment of asking.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from crawler.model import (
    SHANGHAI,
    Ask,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    Page,
    Post,
    Probe,
    Reading,
    utc,
)
from crawler.platforms._common import believe, setting, unreadable
from crawler.platforms._traits import Traits

TRAITS = Traits(title="人工登记")
ON_BY_DEFAULT = True
TERMS = "人工查看公开页面, 不涉及自动抓取。"
WHY = "默认开启: 由登记人员提供链接或截图为证, 到期自动失效。"

EARLIEST = datetime(2009, 8, 1, tzinfo=UTC)
HOLDS = timedelta(hours=48)
"""How long a person's look may stand for the present; the rules want no older look either."""
SHOT = re.compile(r"[0-9a-f]{64}")
NEEDED = ("published", "by", "looked", "until")


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """Nothing to ask."""
    return ()


def at(moment: datetime) -> Page:
    """The page that :func:`read` wants: no bytes, only the moment of asking."""
    return Page("", "", 200, {}, b"", moment)


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The entry as one post, while it is valid at ``page.fetched_at``."""
    fields = {key: setting(outlet, probe, key) for key in (*NEEDED, "url", "shot")}
    if not fields["published"]:
        return unreadable("no_entry")
    missing = [key for key in NEEDED if not fields[key]]
    if missing or not (
        fields["url"].startswith(("http://", "https://")) or SHOT.fullmatch(fields["shot"])
    ):
        return unreadable("incomplete_entry", ", ".join(missing) or "url or shot")
    moments = [_moment(fields[key]) for key in ("published", "looked", "until")]
    if any(moment is None for moment in moments):
        return unreadable("incomplete_entry", "a moment without zone, or none")
    published, looked, until = (moment for moment in moments if moment is not None)
    return _valid(page, fields, published, looked, until)


def _valid(
    page: Page, fields: dict[str, str], published: datetime, looked: datetime, until: datetime
) -> Reading:
    if utc(page.fetched_at) > until:
        return unreadable("entry_expired", f"valid until {fields['until']}")
    when = believe(
        published, fields["published"], "manual", page, EARLIEST, f"seen by {fields['by']}"
    )
    if (
        not isinstance(when, Dated)
        or published > looked
        or looked > utc(page.fetched_at) + timedelta(days=1)
    ):
        return unreadable("entry_not_believed", f"{fields['published']} seen {fields['looked']}")
    post = Post("", fields["url"] or f"sha256:{fields['shot']}", when)
    fresh = utc(page.fetched_at) - looked <= HOLDS
    evidence, reason = (Evidence.MANUAL, "") if fresh else (Evidence.LOWER_BOUND, "entry_old")
    seen = {"looked": min(looked, page.fetched_at).isoformat()}
    return Reading(Outcome.READ, evidence, (post,), reason=reason, family="manual", identity=seen)


def _moment(text: str) -> datetime | None:
    """An aware moment; a bare date is the end of that day in China. ``None`` for a naive or broken
    one."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), SHANGHAI)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
