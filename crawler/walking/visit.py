"""One page and its reading become a Visit: unchanged? refused? below its floor? is there more to
walk?

The same function stands behind both doors (spider and recheck), so both reach the same Visit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

from crawler.model import (
    Ask,
    Evidence,
    Outcome,
    Outlet,
    Page,
    Probe,
    Reading,
    Visit,
)
from crawler.reading.keys import key, keys
from crawler.walking.addresses import is_archive, other_host, same_place
from crawler.walking.asking import conditional
from crawler.walking.behind import carried, looks_on
from crawler.walking.forms import answered
from crawler.walking.freshness import Copy, final_part, said_by_caches
from crawler.walking.model import STUBS, Known, Looked, Step, further_key
from crawler.walking.onward import onward
from crawler.walking.reserve import (
    as_old_copy,
    drifted,
    led_elsewhere,
    marked_again,
    turned_round,
    with_doubt,
    with_final,
)
from crawler.walking.wholeness import (
    with_page,
)

logger = logging.getLogger(__name__)

Read = Callable[[Page, Outlet, Probe], Reading]
LEARNED_SHARE = 3
"""A first page that shows fewer than a third of the dated posts it last showed is not believed."""
OTHER_STRUCTURE = ("no_list", "no_dates", "script_list")
"""What a reader says of a page whose list it does not find; where it found one before, the page was
redesigned."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a page was asked for and came, through ``door``, in ``seconds``.

    ``probe`` is the column's own where none is given. ``asked`` is the request where it was more
    than a plain GET; ``sent`` whether validators went with it (by default as :func:`conditional`
    would); ``copy`` tells that the answer is an old one. ``landed`` is where the column's own page
    ended, where not at ``page.final_url``; ``column_at(url)`` names the other column that is
    registered there.
    """

    door: str
    probe: Probe | None = None
    asked: Ask | None = None
    sent: bool | None = None
    copy: Copy | None = None
    seconds: float = 0.0
    landed: str = ""
    column_at: Callable[[str], str] = lambda url: ""


def look(known: Known, page: Page, read: Read, *, fetched: Fetched, step: Step) -> Looked:
    """Judge one fetched page of ``known.outlet``."""
    validated = bool(conditional(known)) if fetched.sent is None else fetched.sent
    asked_as = fetched.probe or Probe(known.outlet.platform, known.outlet.url)
    digest = blake2b(page.body, digest_size=16).hexdigest() if page.body else ""
    visit = Visit(
        outlet=known.outlet.id,
        moment=page.fetched_at,
        outcome=Outcome.UNCHANGED,
        evidence=known.evidence,
        door=fetched.door,
        probe=asked_as.platform,
        page_no=step.page_no,
        url=page.final_url,
        status=page.status,
        newest=known.newest,
        newest_url=known.newest_url,
        dated=known.dated,
        page_hash=digest or known.page_hash,
        etag=page.headers.get("etag", "")[:500],
        last_modified=page.headers.get("last-modified", "")[:100],
        mark=f"tls: {page.tls}" if page.tls else "",
        seconds=round(fetched.seconds, 3),
        unread=known.unread,
        total=known.total,
        conditional=validated,
        path="; ".join(said_by_caches(page)),
    )
    unchanged = step.page_no == 1 and known.settled and _unchanged(known, page, digest, validated)
    onward = page.status == 200 and looks_on(
        known.unread, known.newest, page.fetched_at, sent=validated
    )
    if unchanged and not onward:
        return _same(known, page, visit, fetched.landed, fetched.copy)
    reading = (
        _unasked()
        if page.status == 304 and not validated
        else guarded(read, page, known.outlet, asked_as)
    )
    if unchanged and not reading.further:
        return _same(known, page, visit, fetched.landed, fetched.copy)
    if fetched.asked is not None:
        reading = answered(fetched.asked, reading)
    here = {further_key(fetched.asked)} if fetched.asked else {key(page.url), key(page.final_url)}
    so_far = with_page(step.walked, reading, step.page_no, copy=fetched.copy is not None)
    if not so_far.met:
        old = keys(known.front)
        so_far = replace(so_far, met=any(key(post.url) in old for post in reading.posts))
    looked = _read(known, reading, visit, replace(step, trail=step.trail | here, walked=so_far))
    if step.page_no > 1 or not looked.visit.outcome.conclusive:
        return as_old_copy(known, looked, fetched.copy)
    looked = replace(looked, site=known.outlet.site, around=reading.around)
    if fetched.copy is not None:
        return as_old_copy(known, looked, fetched.copy)
    looked = drifted(known, turned_round(known, looked, reading), reading)
    return _arrived(known, looked, reading, fetched.landed or page.final_url, fetched.column_at)


def _same(known: Known, page: Page, visit: Visit, landed: str, copy: Copy | None) -> Looked:
    """The look at a page that shows what it showed before."""
    told = with_final(visit, known.outlet.url or "", landed or page.final_url)
    kept = replace(
        told,
        etag=visit.etag or known.etag,
        last_modified=visit.last_modified or known.last_modified,
    )
    return as_old_copy(known, Looked(kept, walk_done=True), copy)


def _arrived(
    known: Known, looked: Looked, reading: Reading, landed: str, column_at: Callable[[str], str]
) -> Looked:
    """A page that stands elsewhere than registered is told; whose list it is must be known before
    it counts."""
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
        return led_elsewhere(known, told, "other_column", f"{other} {landed}")
    if is_archive(registered, landed):
        return led_elsewhere(known, told, "moved_address", landed)
    if looked.believed is not None:
        return led_elsewhere(known, told, "moved_address", landed)
    if other_host(registered, landed) or (
        known.front and known.evidence is not Evidence.LOWER_BOUND
    ):
        return told
    # Never seen at its own address: it is read and walked, and convicts nobody until the office
    # says whose it is.
    weak = replace(
        told.visit, evidence=Evidence.LOWER_BOUND, reason=told.visit.reason or "moved_address"
    )
    return replace(told, visit=weak)


def _unasked() -> Reading:
    """Nothing was sent that could be unchanged: a cache's fault, or a server that says so of
    everything."""
    said = "304 to a request without validators"
    return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="bad_304", mark=said)


def guarded(read: Read, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """``read``'s answer; a reader that breaks on a page is our fault with that page, not the
    night's end."""
    try:
        return read(page, outlet, probe)
    except Exception as error:
        logger.exception("%s: the reader of %s broke on %s", outlet.id, probe.platform, page.url)
        return Reading(
            Outcome.UNREADABLE, Evidence.NONE, reason="reader_broke", mark=repr(error)[:200]
        )


def _unchanged(known: Known, page: Page, digest: str, sent: bool) -> bool:
    return (page.status == 304 and sent) or (
        page.status == 200 and bool(digest) and digest == known.page_hash
    )


def _read(known: Known, reading: Reading, visit: Visit, step: Step) -> Looked:
    dated = sum(post.published is not None for post in reading.posts)
    newest = reading.newest
    visit = replace(
        visit,
        outcome=reading.outcome,
        evidence=reading.evidence if reading.outcome.conclusive else Evidence.NONE,
        reason=reading.reason,
        mark=marked_again(visit.mark, reading.mark),
        family=reading.family,
        newest=newest.day if newest else None,
        newest_url=next((p.url for p in reading.posts if p.published is newest), "")
        if newest
        else "",
        dated=dated,
        unread=reading.unread,
        total=reading.total,
    )
    mark = carried(known.unread, visit.newest) if visit.page_no == 1 else ()
    if mark:
        partial = Evidence.PARTIAL if visit.evidence is Evidence.COMPLETE else visit.evidence
        visit = replace(visit, unread=(*mark, *visit.unread), evidence=partial)
    if visit.page_no == 1 and not (visit.reason in STUBS and reading.further):
        visit = above_floor(known, visit)
    if not visit.outcome.conclusive:
        more = reading.further if visit.reason in STUBS else ()
        kept = replace(
            visit, newest=known.newest, newest_url=known.newest_url, etag="", last_modified=""
        )
        return Looked(
            kept,
            walk_since=known.walk_since,
            walk_prior=known.walk_prior,
            walk_done=known.walk_done,
            more=more,
        )
    return onward(known, reading, visit, step)


def above_floor(known: Known, visit: Visit) -> Visit:
    """What the outlet showed before decides whether this look is believed.

    Nothing where there was a list (``emptied``), no list in a page that had one (``redesigned``),
    or fewer dated posts than the outlet's floor or than a third of what it last showed
    (``below_floor``): not believed. A person who finds the page healthy lets the outlet learn anew
    (:func:`crawler.register.accept`).
    """
    floor = floor_of(known)
    if visit.outcome is Outcome.EMPTY and known.dated:
        return with_doubt(visit, "emptied", f"0 < {floor}")
    if visit.outcome is Outcome.UNREADABLE and visit.reason in OTHER_STRUCTURE and known.dated:
        before = f"{known.family or 'generic'} {known.dated}"
        return with_doubt(
            visit, "redesigned", f"{before} -> {visit.family or 'generic'} {visit.reason}"
        )
    if visit.outcome is Outcome.READ and visit.dated < floor:
        return with_doubt(visit, "below_floor", f"{visit.dated} < {floor}")
    return visit


def floor_of(known: Known) -> int:
    """The least number of dated posts that is believed: the configured floor, or a third of what
    was last shown."""
    return max(known.outlet.floor, -(-known.dated // LEARNED_SHARE))
