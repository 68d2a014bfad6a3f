"""Why a look proves less than it shows: an old copy, another place, a list turned round, a page
built anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from crawler.model import (
    Evidence,
    Outcome,
    Post,
    Reading,
    Visit,
)
from crawler.reading.keys import key, keys
from crawler.walking.addresses import same_place
from crawler.walking.doubts import NO_KNOWN_POSTS, TURNED_ROUND, WENT_BACK, doubt
from crawler.walking.freshness import Copy, final_part
from crawler.walking.model import Known, Looked
from crawler.walking.shapes import DRIFT, Turn, built, differences, leads_on
from crawler.walking.wholeness import (
    WholeSince,
)


def _leads_on(known: Known, reading: Reading) -> bool:
    """Whether the list leads on from the known posts, or a person said that it is right since the
    last look."""
    since = known.last_conclusive
    if known.backwards is not None and (since is None or known.backwards > since):
        return True
    shown, old = {key(post.url) for post in reading.posts}, keys(known.front)
    return leads_on(len(shown), _fresh(known.newest, reading.posts), len(shown & old), len(old))


def _fresh(newest: date | None, posts: Iterable[Post]) -> int:
    """How many posts are newer than all that was known."""
    days = (post.published.day for post in posts if post.published is not None)
    return sum(newest is None or day > newest for day in days)


def explained(believed: Looked, doubted: Looked, met: int, newest: date | None) -> Looked:
    """The look at a page built anew as it counts, when ``met`` of its posts are known by title and
    day, whatever their addresses.

    ``newest`` is the newest day that was known. As it is ``believed`` where it leads on from them,
    else as ``doubted``.
    """
    posts = believed.posts
    of = believed.built
    if of is None or not leads_on(len(posts), _fresh(newest, posts), met, len(posts)):
        return doubted
    return replace(believed, built=replace(of, overlaps=True))


def turned_round(known: Known, looked: Looked, reading: Reading) -> Looked:
    """A list that went back, or shows nothing of what is known, may be an old one or another
    one's."""
    shown = frozenset(key(post.url) for post in reading.posts)
    why = doubt(reading, shown, keys(known.front), known.newest) if reading.posts else ""
    since = known.last_conclusive
    if not why or (known.backwards is not None and (since is None or known.backwards > since)):
        return looked
    if why == TURNED_ROUND and not known.front:
        # Its pages are walked as ever; what the first one shows is never the newest.
        whole = WholeSince(None) if looked.whole else None
        weak = replace(looked.visit, evidence=Evidence.LOWER_BOUND, reason=why)
        return replace(looked, visit=weak, whole=whole)
    before = f"{known.newest} -> {looked.visit.newest}" if why == WENT_BACK else ""
    told = replace(
        looked, visit=replace(looked.visit, mark=marked_again(before, looked.visit.mark))
    )
    posts = reading.posts if why == NO_KNOWN_POSTS else looked.posts
    return replace(bounded(known, replace(told, posts=posts), why), believed=looked)


def drifted(known: Known, looked: Looked, reading: Reading) -> Looked:
    """A page built anew that does not lead on from the known posts may be another list: it clears
    and never convicts."""
    golden = (
        known.golden if known.front else None
    )  # a new address, or a person's word: learned anew
    of = built(golden, reading, drifting=known.drifting)
    if of is None:
        return looked
    if of.turn is Turn.DRIFT:
        of = replace(of, overlaps=_leads_on(known, reading))
    told = replace(looked, built=of)
    if looked.believed is not None:
        return replace(told, believed=replace(looked.believed, built=of))
    if golden is None or of.turn is not Turn.DRIFT or of.overlaps or looked.visit.reason:
        return told
    mark = marked_again(" ".join(differences(golden, of.shape)), looked.visit.mark)
    doubted = replace(told, visit=replace(looked.visit, mark=mark))
    return replace(bounded(known, doubted, DRIFT), believed=told)


def with_final(visit: Visit, registered: str, landed: str) -> Visit:
    """Where the page stands, where that is elsewhere than registered."""
    if not registered or not landed or same_place(registered, landed):
        return visit
    return replace(visit, path="; ".join(one for one in (visit.path, final_part(landed)) if one))


def led_elsewhere(known: Known, looked: Looked, reason: str, mark: str) -> Looked:
    """Another list than the column's: it says nothing of it."""
    visit = replace(
        with_doubt(looked.visit, reason, mark), newest=known.newest, newest_url=known.newest_url
    )
    blank = replace(visit, etag="", last_modified="")
    return Looked(
        blank,
        walk_since=known.walk_since,
        walk_prior=known.walk_prior,
        walk_done=known.walk_done,
        learns=False,
    )


def as_old_copy(known: Known, looked: Looked, copy: Copy | None) -> Looked:
    """A copy is no look at now: what it shows was so when it was made, and the column may hold more
    since."""
    visit = looked.visit
    if copy is None or not visit.outcome.conclusive:
        return looked
    told = replace(visit, seen=copy.made, mark=marked_again(copy.said, visit.mark))
    return bounded(known, replace(looked, visit=told), "old_copy")


def bounded(known: Known, looked: Looked, reason: str) -> Looked:
    """The look may clear and never convict. What is known of the outlet stays, its newest post
    too."""
    visit = replace(looked.visit, evidence=Evidence.LOWER_BOUND, reason=reason)
    if visit.page_no > 1:
        return replace(looked, visit=visit)
    if known.newest is not None and (visit.newest is None or visit.newest < known.newest):
        visit = replace(visit, newest=known.newest, newest_url=known.newest_url)
    return replace(
        looked,
        visit=visit,
        front=None,
        walk_since=known.walk_since,
        walk_prior=known.walk_prior,
        walk_done=known.walk_done,
        more=(),
        learns=False,
        whole=None,
    )


def marked_again(mark: str, old: str) -> str:
    return "; ".join(part for part in (mark, old) if part)[:500]


def with_doubt(visit: Visit, reason: str, mark: str) -> Visit:
    marks = marked_again(mark, visit.mark)
    return replace(
        visit, outcome=Outcome.UNREADABLE, evidence=Evidence.NONE, reason=reason, mark=marks
    )
