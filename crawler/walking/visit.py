"""One page and its reading become a Visit: unchanged? refused? below its floor? is there more to walk?

The same function stands behind both doors (spider and recheck), so both reach the same Visit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from zlib import crc32

from crawler.model import (
    Ask,
    Evidence,
    Further,
    Outcome,
    Outlet,
    Page,
    Post,
    Probe,
    Reading,
    Shape,
    Unread,
    Visit,
    shanghai_day,
)
from crawler.reading.keys import HASH, key, keys
from crawler.walking.addresses import is_archive, other_host, same_place
from crawler.walking.behind import carried, looks_on, marked, with_mark
from crawler.walking.doubts import NO_KNOWN_POSTS, TURNED_ROUND, WENT_BACK, doubt
from crawler.walking.forms import answered
from crawler.walking.freshness import Copy, final_part, said_by_caches
from crawler.walking.shapes import DRIFT, Built, Turn, built, differences, leads_on
from crawler.walking.wholeness import (
    EVERYTHING,
    NOTHING,
    Absent,
    Walked,
    Whole,
    absent,
    reach,
    whole_since,
    with_page,
)

logger = logging.getLogger(__name__)

Read = Callable[[Page, Outlet, Probe], Reading]
LEARNED_SHARE = 3
"""A first page that shows fewer than a third of the dated posts it last showed is not believed."""
OTHER_STRUCTURE = ("no_list", "no_dates", "script_list")
"""What a reader says of a page whose list it does not find; where it found one before, the page was redesigned."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an outlet before a look (see ``OutletRow`` for the fields).

    ``backwards`` is when a person last said that its going back is right, ``other_addresses`` those that a person said
    are its own, too (:class:`crawler.proof_store.ColumnWordRow`). ``golden`` is how its page was built when it was learned,
    ``drifting`` whether a drift from it is open (:mod:`crawler.walking.shapes`).
    """

    outlet: Outlet
    etag: str = ""
    last_modified: str = ""
    page_hash: str = ""
    front: bytes = b""
    newest: date | None = None
    newest_url: str = ""
    dated: int = 0
    family: str = ""
    last_conclusive: datetime | None = None
    walk_since: datetime | None = None
    walk_prior: datetime | None = None
    walk_done: bool = False
    evidence: Evidence = Evidence.COMPLETE
    unread: tuple[Unread, ...] = ()
    total: int | None = None
    whole_since: date | None = None
    last_plain: datetime | None = None
    backwards: datetime | None = None
    other_addresses: frozenset[str] = frozenset()
    golden: Shape | None = None
    drifting: bool = False

    @property
    def settled(self) -> bool:
        """Its pages were walked to the end: conditional requests and short cuts are safe."""
        return self.walk_done and self.last_conclusive is not None


@dataclass(frozen=True, slots=True)
class Planned:
    """A column whose turn has not come: what the store knows of it (1.5 KB) is read then."""

    id: str
    url: str
    site: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One page looked at: the item that goes to the store.

    ``posts`` are to be written (none where the first page shows just what it showed before);
    ``front`` is the new front, ``None`` to keep the old; ``walk_*`` the outlet's walk after this page;
    ``more`` are pages to look at next (addresses, or whole requests); ``trail`` goes with them, so that no list leads
    in a circle. Where it does not ``learn``, the look is kept and what is known of the outlet stays as it was.
    ``around`` are links of ``site`` beside the list. ``walked`` is what the walk's pages showed so far, ``whole`` what
    they prove once it ended, ``left`` the column's unread parts where its further pages add one. ``believed`` is the look as it counts where its doubt is explained. ``proven`` tells what the
    look at ``walk_prior`` proves of posts that it did not show. ``built`` is how its page is built, where that is to be kept.
    """

    visit: Visit
    posts: tuple[Post, ...] = ()
    front: bytes | None = None
    walk_since: datetime | None = None
    walk_prior: datetime | None = None
    walk_done: bool = False
    more: tuple[Further, ...] = ()
    trail: frozenset[bytes] = frozenset()
    learns: bool = True
    site: str = ""
    around: tuple[str, ...] = ()
    walked: Walked = NOTHING
    whole: Whole | None = None
    believed: Looked | None = None
    proven: Absent = EVERYTHING
    left: tuple[Unread, ...] | None = None
    built: Built | None = None

    @property
    def redirect(self) -> Further | None:
        """Where a stub page points to: worth one more fetch before the look is judged."""
        return self.more[0] if self.visit.reason in STUBS and self.more else None


STUBS = ("redirect_stub", "frameset", "script_list")
"""Pages whose content stands elsewhere: behind a jump, in a frame, or at the interface that a script asks (by GET)."""


def request_of(further: Further) -> Ask:
    """The request for a further page."""
    return Ask(further) if isinstance(further, str) else further


def further_key(further: Further) -> bytes:
    """Eight bytes that stand for a further page: forms that differ in their fields alone are different pages."""
    if isinstance(further, str):
        return key(further)
    plain = further.method == "GET" and not further.body
    return key(further.url if plain else f"{further.method} {further.url} {further.body.decode('latin-1')}")


def conditional(known: Known) -> dict[str, str]:
    """Headers that let the server answer 304; none while a walk is unfinished, or where the newest stands elsewhere."""
    if not known.settled or marked(known.unread):
        return {}
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def plain_due(known: Known, now: datetime, days: int) -> bool:
    """Whether the column must be asked without validators: at least once in ``days``, each on a day of its own, and at its
    first look in a month, for units are counted by the month before.

    The days are spread over the columns, so that no other night fetches all of them whole.
    """
    if known.last_plain is None:
        return True
    today = shanghai_day(now)
    last = shanghai_day(known.last_plain)
    age = (today - last).days
    own = crc32(known.outlet.id.encode()) % days == today.toordinal() % days
    return age >= days or (age > 0 and own) or (last.year, last.month) != (today.year, today.month)


def look(
    known: Known,
    page: Page,
    read: Read,
    *,
    door: str,
    horizon: date,
    probe: Probe | None = None,
    page_no: int = 1,
    seen: Callable[[str], bool] | None = None,
    seconds: float = 0.0,
    max_pages: int = 200,
    trail: frozenset[bytes] = frozenset(),
    asked: Ask | None = None,
    sent: bool | None = None,
    copy: Copy | None = None,
    walked: Walked = NOTHING,
    landed: str = "",
    column_at: Callable[[str], str] = lambda url: "",
) -> Looked:
    """Judge one fetched page of ``known.outlet``.

    ``seen(url)`` tells whether a post was stored before the present walk (needed on further pages;
    the first page knows its front). ``horizon`` is the day before which pages are not followed. ``trail`` is
    that of the page before: a page that shows what an earlier one showed ends the walk, and a link back is
    not followed. ``asked`` is the request where it was more than a plain GET; ``sent`` whether validators went with
    it (by default as :func:`conditional` would); ``copy`` tells that the answer is an old one. ``walked`` is what the
    pages before showed. ``landed`` is where the column's own page ended, where not at ``page.final_url``;
    ``column_at(url)`` names the other column that is registered there.
    """
    sent = bool(conditional(known)) if sent is None else sent
    probe = probe or Probe(known.outlet.platform, known.outlet.url)
    digest = blake2b(page.body, digest_size=16).hexdigest() if page.body else ""
    visit = Visit(
        outlet=known.outlet.id,
        moment=page.fetched_at,
        outcome=Outcome.UNCHANGED,
        evidence=known.evidence,
        door=door,
        probe=probe.platform,
        page_no=page_no,
        url=page.final_url,
        status=page.status,
        newest=known.newest,
        newest_url=known.newest_url,
        dated=known.dated,
        page_hash=digest or known.page_hash,
        etag=page.headers.get("etag", "")[:500],
        last_modified=page.headers.get("last-modified", "")[:100],
        mark=f"tls: {page.tls}" if page.tls else "",
        seconds=round(seconds, 3),
        unread=known.unread,
        total=known.total,
        conditional=sent,
        path="; ".join(said_by_caches(page)),
    )
    unchanged = page_no == 1 and known.settled and _unchanged(known, page, digest, sent)
    onward = page.status == 200 and looks_on(known.unread, known.newest, page.fetched_at, sent=sent)
    if unchanged and not onward:
        return _same(known, page, visit, landed, copy)
    reading = _unasked() if page.status == 304 and not sent else guarded(read, page, known.outlet, probe)
    if unchanged and not reading.further:
        return _same(known, page, visit, landed, copy)
    if asked is not None:
        reading = answered(asked, reading)
    here = {further_key(asked)} if asked else {key(page.url), key(page.final_url)}
    so_far = with_page(walked, reading, page_no, copy=copy is not None)
    if not so_far.met:
        old = keys(known.front)
        so_far = replace(so_far, met=any(key(post.url) in old for post in reading.posts))
    looked = _read(known, reading, visit, horizon, seen, max_pages, trail | here, so_far)
    if page_no > 1 or not looked.visit.outcome.conclusive:
        return _as_copy(known, looked, copy)
    looked = replace(looked, site=known.outlet.site, around=reading.around)
    if copy is not None:
        return _as_copy(known, looked, copy)
    looked = _drifted(known, _doubted_order(known, looked, reading), reading)
    return _arrived(known, looked, reading, landed or page.final_url, column_at)


def _same(known: Known, page: Page, visit: Visit, landed: str, copy: Copy | None) -> Looked:
    """The look at a page that shows what it showed before."""
    told = _with_final(visit, known.outlet.url or "", landed or page.final_url)
    kept = replace(
        told, etag=visit.etag or known.etag, last_modified=visit.last_modified or known.last_modified
    )
    return _as_copy(known, Looked(kept, walk_done=True), copy)


def _doubted_order(known: Known, looked: Looked, reading: Reading) -> Looked:
    """A list that went back, or shows nothing of what is known, may be an old one or another one's."""
    shown = frozenset(key(post.url) for post in reading.posts)
    why = doubt(reading, shown, keys(known.front), known.newest) if reading.posts else ""
    since = known.last_conclusive
    if not why or (known.backwards is not None and (since is None or known.backwards > since)):
        return looked
    if why == TURNED_ROUND and not known.front:
        # Its pages are walked as ever; what the first one shows is never the newest.
        whole = Whole(None) if looked.whole else None
        weak = replace(looked.visit, evidence=Evidence.LOWER_BOUND, reason=why)
        return replace(looked, visit=weak, whole=whole)
    before = f"{known.newest} -> {looked.visit.newest}" if why == WENT_BACK else ""
    told = replace(looked, visit=replace(looked.visit, mark=_marked(before, looked.visit.mark)))
    posts = reading.posts if why == NO_KNOWN_POSTS else looked.posts
    return replace(_bounded(known, replace(told, posts=posts), why), believed=looked)


def _drifted(known: Known, looked: Looked, reading: Reading) -> Looked:
    """A page built anew that does not lead on from the known posts may be another list: it clears and never convicts."""
    golden = known.golden if known.front else None  # a new address, or a person's word: learned anew
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
    mark = _marked(" ".join(differences(golden, of.shape)), looked.visit.mark)
    doubted = replace(told, visit=replace(looked.visit, mark=mark))
    return replace(_bounded(known, doubted, DRIFT), believed=told)


def _leads_on(known: Known, reading: Reading) -> bool:
    """Whether the list leads on from the known posts, or a person said that it is right since the last look."""
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
    """The look at a page built anew as it counts, when ``met`` of its posts are known by title and day, whatever their addresses.

    ``newest`` is the newest day that was known. As it is ``believed`` where it leads on from them, else as ``doubted``.
    """
    posts = believed.posts
    of = believed.built
    if of is None or not leads_on(len(posts), _fresh(newest, posts), met, len(posts)):
        return doubted
    return replace(believed, built=replace(of, overlaps=True))


def _arrived(
    known: Known, looked: Looked, reading: Reading, landed: str, column_at: Callable[[str], str]
) -> Looked:
    """A page that stands elsewhere than registered is told; whose list it is must be known before it counts."""
    registered = known.outlet.url or ""
    if not registered or not landed or same_place(registered, landed):
        return looked
    path = "; ".join(one for one in (looked.visit.path, final_part(landed)) if one)
    told = replace(looked, visit=replace(looked.visit, path=path))
    if looked.believed is not None:
        told = replace(
            told, believed=replace(looked.believed, visit=replace(looked.believed.visit, path=path))
        )
    if any(same_place(one, landed) for one in known.other_addresses):
        return told
    other = column_at(landed)
    if other:
        return _elsewhere(known, told, "other_column", f"{other} {landed}")
    if is_archive(registered, landed):
        return _elsewhere(known, told, "moved_address", landed)
    if looked.believed is not None:
        return _elsewhere(known, told, "moved_address", landed)
    if other_host(registered, landed) or (known.front and known.evidence is not Evidence.LOWER_BOUND):
        return told
    # Never seen at its own address: it is read and walked, and convicts nobody until the office says whose it is.
    weak = replace(told.visit, evidence=Evidence.LOWER_BOUND, reason=told.visit.reason or "moved_address")
    return replace(told, visit=weak)


def _with_final(visit: Visit, registered: str, landed: str) -> Visit:
    """Where the page stands, where that is elsewhere than registered."""
    if not registered or not landed or same_place(registered, landed):
        return visit
    return replace(visit, path="; ".join(one for one in (visit.path, final_part(landed)) if one))


def _elsewhere(known: Known, looked: Looked, reason: str, mark: str) -> Looked:
    """Another list than the column's: it says nothing of it."""
    visit = replace(_doubted(looked.visit, reason, mark), newest=known.newest, newest_url=known.newest_url)
    blank = replace(visit, etag="", last_modified="")
    return Looked(
        blank,
        walk_since=known.walk_since,
        walk_prior=known.walk_prior,
        walk_done=known.walk_done,
        learns=False,
    )


def _as_copy(known: Known, looked: Looked, copy: Copy | None) -> Looked:
    """A copy is no look at now: what it shows was so when it was made, and the column may hold more since."""
    visit = looked.visit
    if copy is None or not visit.outcome.conclusive:
        return looked
    told = replace(visit, seen=copy.made, mark=_marked(copy.said, visit.mark))
    return _bounded(known, replace(looked, visit=told), "old_copy")


def _bounded(known: Known, looked: Looked, reason: str) -> Looked:
    """The look may clear and never convict. What is known of the outlet stays, its newest post too."""
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


def _unasked() -> Reading:
    """Nothing was sent that could be unchanged: a cache's fault, or a server that says so of everything."""
    said = "304 to a request without validators"
    return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="bad_304", mark=said)


def _marked(mark: str, old: str) -> str:
    return "; ".join(part for part in (mark, old) if part)[:500]


def guarded(read: Read, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """``read``'s answer; a reader that breaks on a page is our fault with that page, not the night's end."""
    try:
        return read(page, outlet, probe)
    except Exception as error:
        logger.exception("%s: the reader of %s broke on %s", outlet.id, probe.platform, page.url)
        return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="reader_broke", mark=repr(error)[:200])


def _unchanged(known: Known, page: Page, digest: str, sent: bool) -> bool:
    return (page.status == 304 and sent) or (
        page.status == 200 and bool(digest) and digest == known.page_hash
    )


def _read(
    known: Known,
    reading: Reading,
    visit: Visit,
    horizon: date,
    seen: Callable[[str], bool] | None,
    max_pages: int,
    trail: frozenset[bytes],
    walked: Walked,
) -> Looked:
    dated = sum(post.published is not None for post in reading.posts)
    newest = reading.newest
    visit = replace(
        visit,
        outcome=reading.outcome,
        evidence=reading.evidence if reading.outcome.conclusive else Evidence.NONE,
        reason=reading.reason,
        mark=_marked(visit.mark, reading.mark),
        family=reading.family,
        newest=newest.day if newest else None,
        newest_url=next((p.url for p in reading.posts if p.published is newest), "") if newest else "",
        dated=dated,
        unread=reading.unread,
        total=reading.total,
    )
    mark = carried(known.unread, visit.newest) if visit.page_no == 1 else ()
    if mark:
        partial = Evidence.PARTIAL if visit.evidence is Evidence.COMPLETE else visit.evidence
        visit = replace(visit, unread=(*mark, *visit.unread), evidence=partial)
    if visit.page_no == 1 and not (visit.reason in STUBS and reading.further):
        visit = _floor(known, visit)
    if not visit.outcome.conclusive:
        more = reading.further if visit.reason in STUBS else ()
        kept = replace(visit, newest=known.newest, newest_url=known.newest_url, etag="", last_modified="")
        return Looked(
            kept,
            walk_since=known.walk_since,
            walk_prior=known.walk_prior,
            walk_done=known.walk_done,
            more=more,
        )
    return _walk(known, reading, visit, horizon, seen, max_pages, trail, walked)


def _floor(known: Known, visit: Visit) -> Visit:
    """What the outlet showed before decides whether this look is believed.

    Nothing where there was a list (``emptied``), no list in a page that had one (``redesigned``), or fewer dated
    posts than the outlet's floor or than a third of what it last showed (``below_floor``): not believed. A person
    who finds the page healthy lets the outlet learn anew (:func:`crawler.register.accept`).
    """
    floor = floor_of(known)
    if visit.outcome is Outcome.EMPTY and known.dated:
        return _doubted(visit, "emptied", f"0 < {floor}")
    if visit.outcome is Outcome.UNREADABLE and visit.reason in OTHER_STRUCTURE and known.dated:
        before = f"{known.family or 'generic'} {known.dated}"
        return _doubted(visit, "redesigned", f"{before} -> {visit.family or 'generic'} {visit.reason}")
    if visit.outcome is Outcome.READ and visit.dated < floor:
        return _doubted(visit, "below_floor", f"{visit.dated} < {floor}")
    return visit


def floor_of(known: Known) -> int:
    """The least number of dated posts that is believed: the configured floor, or a third of what was last shown."""
    return max(known.outlet.floor, -(-known.dated // LEARNED_SHARE))


def _doubted(visit: Visit, reason: str, mark: str) -> Visit:
    marks = _marked(mark, visit.mark)
    return replace(visit, outcome=Outcome.UNREADABLE, evidence=Evidence.NONE, reason=reason, mark=marks)


def _walk(
    known: Known,
    reading: Reading,
    visit: Visit,
    horizon: date,
    seen: Callable[[str], bool] | None,
    max_pages: int,
    trail: frozenset[bytes],
    walked: Walked,
) -> Looked:
    front = b"".join(key(post.url) for post in reading.posts)
    first = visit.page_no == 1
    if first and known.settled:
        redated = known.newest is not None and visit.newest != known.newest
        old = keys(known.front)
        below = _grew_below(known, reading, old)
        same = front == known.front and not redated and visit.dated == known.dated
        on = looks_on(known.unread, visit.newest, visit.moment, sent=visit.conditional) and reading.further
        if same and not below and not on:
            return Looked(visit, walk_done=True)
        reached = not below and not on and (not reading.posts or key(reading.posts[-1].url) in old)
    else:
        reached = bool(reading.posts) and seen is not None and seen(reading.posts[-1].url)
        # Known posts, but none of the first page as it last was: this page is older than the first one, and what moved off
        # that one since stands on no page.
        reached = reached and (walked.met or not known.front)
    onward = next((one for one in reading.further if further_key(one) not in trail), None)
    shown = blake2b(front, digest_size=HASH).digest()
    ended = reached or onward is None or visit.page_no >= max_pages or not reading.posts or shown in trail
    # One old row at a page's end proves little: the walk goes on until the days from the horizon on are surely whole.
    past = _past(reading, onward, horizon, first=first)
    if past and (reach(walked.days) or horizon) <= horizon:
        ended = True
    starts = first and known.settled
    whole = None
    if ended and not reached:
        apart = bool(known.front) and not walked.met and not first
        whole = whole_since(walked, ended=onward is None and shown not in trail, apart=apart)
    return Looked(
        visit,
        posts=reading.posts,
        front=front if first else None,
        walk_since=None if ended else (visit.moment if starts else known.walk_since or visit.moment),
        walk_prior=known.last_conclusive if starts else known.walk_prior,
        walk_done=ended,
        more=() if ended or onward is None else (onward,),
        trail=trail | {shown},
        walked=walked,
        whole=whole,
        proven=absent(known.whole_since, known.unread),
        left=None if walked.behind is None or first else with_mark(known.unread, walked.behind),
    )


def _grew_below(known: Known, reading: Reading, old: frozenset[bytes]) -> bool:
    """Whether the column counts more new posts than its first page shows: one was put in below, with an older day."""
    if known.total is None or reading.total is None:
        return False
    return reading.total - known.total > sum(key(post.url) not in old for post in reading.posts)


def _past(reading: Reading, onward: Further | None, horizon: date, *, first: bool) -> bool:
    """Whether what follows can only be older than ``horizon``.

    A first page that is older as a whole may be one of pinned rows: the second is looked at. A form's posts are ordered by priority before their day: only a whole page that is older ends such a walk. Elsewhere it
    is enough that the page's last post is its oldest.
    """
    days = [post.published.day for post in reading.posts if post.published]
    if not days or min(days) >= horizon or (first and max(days) < horizon):
        return False
    return max(days) < horizon if isinstance(onward, Ask) else days[-1] == min(days)
