"""Whether a walk goes on to a further page, and where it ends."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b

from crawler.model import (
    Ask,
    Further,
    Reading,
    Visit,
)
from crawler.reading.keys import HASH, key, keys
from crawler.walking.behind import looks_on, with_mark
from crawler.walking.model import Known, Looked, Step, further_key
from crawler.walking.wholeness import (
    absent,
    reach,
    whole_since,
)


def _grew_below(known: Known, reading: Reading, old: frozenset[bytes]) -> bool:
    """Whether the column counts more new posts than its first page shows: one was put in below,
    with an older day."""
    if known.total is None or reading.total is None:
        return False
    return reading.total - known.total > sum(key(post.url) not in old for post in reading.posts)


def _past(reading: Reading, onward: Further | None, horizon: date, *, first: bool) -> bool:
    """Whether what follows can only be older than ``horizon``.

    A first page that is older as a whole may be one of pinned rows: the second is looked at. A
    form's posts are ordered by priority before their day: only a whole page that is older ends such
    a walk. Elsewhere it is enough that the page's last post is its oldest.
    """
    days = [post.published.day for post in reading.posts if post.published]
    if not days or min(days) >= horizon or (first and max(days) < horizon):
        return False
    return max(days) < horizon if isinstance(onward, Ask) else days[-1] == min(days)


def onward(known: Known, reading: Reading, visit: Visit, step: Step) -> Looked:
    front = b"".join(key(post.url) for post in reading.posts)
    first = visit.page_no == 1
    if first and known.settled:
        redated = known.newest is not None and visit.newest != known.newest
        old = keys(known.front)
        below = _grew_below(known, reading, old)
        same = front == known.front and not redated and visit.dated == known.dated
        on = (
            looks_on(known.unread, visit.newest, visit.moment, sent=visit.conditional)
            and reading.further
        )
        if same and not below and not on:
            return Looked(visit, walk_done=True)
        reached = not below and not on and (not reading.posts or key(reading.posts[-1].url) in old)
    else:
        reached = bool(reading.posts) and step.seen is not None and step.seen(reading.posts[-1].url)
        # Known posts, but none of the first page as it last was: this page is older than the first
        # one, and what moved off
        # that one since stands on no page.
        reached = reached and (step.walked.met or not known.front)
    onward = next((one for one in reading.further if further_key(one) not in step.trail), None)
    shown = blake2b(front, digest_size=HASH).digest()
    ended = (
        reached
        or onward is None
        or visit.page_no >= step.max_pages
        or not reading.posts
        or shown in step.trail
    )
    # One old row at a page's end proves little: the walk goes on until the days from the horizon on
    # are surely whole.
    past = _past(reading, onward, step.horizon, first=first)
    if past and (reach(step.walked.days) or step.horizon) <= step.horizon:
        ended = True
    starts = first and known.settled
    whole = None
    if ended and not reached:
        apart = bool(known.front) and not step.walked.met and not first
        whole = whole_since(
            step.walked, ended=onward is None and shown not in step.trail, apart=apart
        )
    return Looked(
        visit,
        posts=reading.posts,
        front=front if first else None,
        walk_since=None
        if ended
        else (visit.moment if starts else known.walk_since or visit.moment),
        walk_prior=known.last_conclusive if starts else known.walk_prior,
        walk_done=ended,
        more=() if ended or onward is None else (onward,),
        trail=step.trail | {shown},
        walked=step.walked,
        whole=whole,
        proven=absent(known.whole_since, known.unread),
        left=None
        if step.walked.behind is None or first
        else with_mark(known.unread, step.walked.behind),
    )
