"""The queries that feed the rules: what the store knew at one moment, today or on any past day.

A handful of queries whatever the number of outlets; looks are read within a window of days only.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from crawler.crosscheck.model import Witness
from crawler.model import (
    SHANGHAI,
    Evidence,
    Outcome,
    OutletKind,
    Probe,
    Purpose,
    Site,
    shanghai_day,
    utc,
)
from crawler.platforms import manual
from crawler.register.account_cards import StateSince, histories, state_on
from crawler.store.rows import outlet_of, unread_of
from crawler.store.tables import DutyRow, OutletRow, PostRow, SiteRow, VisitRow
from crawler.walking.address_store import same_lists
from crawler.walking.attestations import MANUAL, attested, with_word
from crawler.walking.hosts import host_key
from crawler.walking.traits import caught
from monitor.days.calendar import add_months, month_of, months_from, quarter_start
from monitor.facts.content import content_facts
from monitor.facts.coverage import Seen, sight
from monitor.facts.pages import homes, late_posts, pages, removed_posts
from monitor.facts.probes import weeks
from monitor.facts.units import Counter, unit_facts
from monitor.facts.unlisted import unlisted
from monitor.looks.column_words import with_addresses
from monitor.looks.crosschecks import elsewhere
from monitor.looks.drifts import with_drifts
from monitor.looks.offers import with_offers
from monitor.looks.resolving import resolve
from monitor.looks.weight import BOUNDED, CONVICTING, PROVING, enough
from monitor.model import Facts, Look, Newest, OutletFacts, PageFacts, SiteFacts
from monitor.words import causes

WINDOW = 8
"""Days of looks that are read, the judged one with them: more than the two nights that any verdict
needs."""
KEPT = 4
"""Newest looks that are always kept; see ``outlet_unreadable``."""
BATCH = 5000

OUTLET, POST, VISIT, DUTY = (
    OutletRow.__table__.c,
    PostRow.__table__.c,
    VisitRow.__table__.c,
    DutyRow.__table__.c,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A post with the proof of its date, for a person to check. ``others`` are dates that
    disagree."""

    title: str
    url: str
    published: date | None
    raw: str
    place: str
    why: str
    first_seen: datetime
    others: tuple[Mapping[str, str], ...]


def gather(
    connection: Connection,
    as_of: datetime,
    *,
    count: Counter,
    horizon: date,
    coverage: float = 0.8,
    only: Collection[str] | None = None,
    failed_night: bool | None = None,
) -> Facts:
    """What was known at ``as_of``: visits made and posts first seen by then, duties of that day.

    ``horizon`` is the first day the crawl went back to. The night failed where fewer than
    ``coverage`` of the outlets that were due were looked at, and was blind where fewer were seen
    (``coverage.py``), unless ``failed_night`` says so. ``only`` keeps to those outlet ids and
    gathers no units: such facts are ``partial``. Raises ``ValueError`` for a naive ``as_of``.
    """
    as_of, day = utc(as_of), shanghai_day(as_of)
    said = pages(connection, as_of) if only is None else {}
    lying = caught(connection, as_of)
    everything = with_offers(connection, _outlets(connection, as_of, day, only, lying), as_of)
    if only is None:
        everything = _with_pages(connection, everything, as_of, said)
        everything = with_addresses(connection, everything, as_of)
        everything = with_drifts(connection, everything, as_of)
    outlets = tuple(of for of in everything if of.outlet.kind is not OutletKind.CANARY)
    months = months_from(add_months(quarter_start(day), -3), day.replace(day=1))
    night = (
        Seen() if only is not None or failed_night is not None else sight(outlets, as_of, coverage)
    )
    return Facts(
        as_of=as_of,
        day=day,
        outlets=outlets,
        units=() if only is not None else unit_facts(connection, as_of, day, months, count),
        months=months,
        this_month=month_of(day),
        failed_night=night.asked < coverage if failed_night is None else failed_night,
        blind=night.blind,
        dark=night.dark,
        horizon=horizon,
        canaries=tuple(of for of in everything if of.outlet.kind is OutletKind.CANARY),
        sites=_sites(connection, as_of, said),
        weeks=() if only is not None else weeks(connection, as_of),
        partial=only is not None,
        content=content_facts(connection, as_of, outlets),
        unlisted=() if only is not None else unlisted(connection, as_of, outlets),
        liars=lying,
        alike=() if only is not None else same_lists(connection),
    )


def posts_of(connection: Connection, outlet: str, as_of: datetime, limit: int) -> tuple[Shown, ...]:
    """The outlet's newest posts seen by ``as_of``, undated ones last, at most ``limit``."""
    query = (
        select(PostRow.__table__)
        .where(POST.outlet_id == outlet, POST.first_seen <= as_of)
        .order_by(POST.published.is_(None), POST.published.desc(), POST.id.desc())
        .limit(limit)
    )
    return tuple(
        Shown(r.title, r.url, r.published, r.raw, r.place, r.why, r.first_seen, tuple(r.others))
        for r in connection.execute(query)
    )


def _with_pages(
    connection: Connection,
    outlets: tuple[OutletFacts, ...],
    as_of: datetime,
    said: Mapping[tuple[str, str], PageFacts],
) -> tuple[OutletFacts, ...]:
    """``outlets`` with what their pages say, and with posts that came late or went."""
    late, removed = late_posts(connection, as_of), removed_posts(connection, as_of)
    told = {subject.removeprefix("outlet:") for subject, kind in said if kind == "column"}
    touched = {*late, *removed, *told}
    return tuple(
        replace(
            of,
            page=said.get((f"outlet:{of.outlet.id}", "column")),
            late=late.get(of.outlet.id, ()),
            removed=removed.get(of.outlet.id),
        )
        if of.outlet.id in touched
        else of
        for of in outlets
    )


def _sites(
    connection: Connection, as_of: datetime, said: Mapping[tuple[str, str], PageFacts]
) -> tuple[SiteFacts, ...]:
    """The sites of the catalogue at ``as_of``."""
    site = SiteRow.__table__.c
    query = (
        select(site.id, site.name, site.home, site.code, site.hosts)
        .where(or_(site.retired_at.is_(None), site.retired_at > as_of))
        .order_by(site.id)
    )
    seen = homes(connection, as_of)
    return tuple(
        SiteFacts(
            Site(row.id, row.name, row.home, row.code, tuple(row.hosts)),
            seen.get(f"site:{row.id}"),
            said.get((f"site:{row.id}", "home")),
            said.get((f"site:{row.id}", "article")),
        )
        for row in connection.execute(query)
    )


def _outlets(
    connection: Connection,
    as_of: datetime,
    day: date,
    only: Collection[str] | None,
    lying: Collection[str],
) -> tuple[OutletFacts, ...]:
    wanted: list[ColumnElement[bool]] = [
        or_(OUTLET.retired_at.is_(None), OUTLET.retired_at > as_of)
    ]
    if only is not None:
        wanted.append(OUTLET.id.in_(only))
    looks, sites = _looks(connection, as_of, wanted, lying)
    looks = resolve(connection, looks, sites, as_of)
    newest = _newest(connection, as_of, day, wanted)
    undated = _undated(connection, as_of, day, only)
    duties = _duties(connection, day, only)
    surveys = _survey_days(connection, as_of, day, only)
    states = {id_: state_on(history, day) for id_, history in histories(connection, only).items()}
    words = attested(connection, None if only is None else list(only), as_of=as_of)
    beside = elsewhere(connection, as_of, only)
    rows = connection.execute(
        select(OutletRow.__table__).where(*wanted).order_by(OUTLET.id)
    ).mappings()
    found = (
        _in_state(
            _outlet(
                row,
                as_of,
                duties.get(row["id"], ()),
                looks.get(row["id"], ()),
                newest.get(row["id"]),
                undated,
                surveys.get(row["id"], ()),
                beside.get(row["id"], ()),
            ),
            states.get(row["id"]),
        )
        for row in rows
    )
    return tuple(_with_word(of, words.get(of.outlet.id), as_of) for of in found)


def _with_word(of: OutletFacts, word: Probe | None, as_of: datetime) -> OutletFacts:
    """An account with what a person saw of it: beside and above the probes, whichever of them is
    asked. Newest wins.

    An entry counts from when it was entered until it expires or is withdrawn; what the person saw
    then is a look.
    """
    outlet = with_word(of.outlet, word)
    entry = next((probe for probe in outlet.probes if probe.platform == MANUAL), None)
    if entry is None:
        return of
    of = replace(of, outlet=outlet)
    reading = manual.read(manual.at(as_of), outlet, entry)
    seen, post = reading.newest, next(iter(reading.posts), None)
    if reading.outcome is not Outcome.READ or seen is None or post is None:
        return of
    if of.newest is None or seen.day > of.newest.day:
        of = replace(
            of, newest=Newest(seen.day, "", post.url, seen.raw, seen.place), ever_posts=True
        )
    looked = utc(datetime.fromisoformat(reading.identity["looked"]))
    if any(look.stands_for == looked for look in of.looks):
        return of
    look = Look(
        looked,
        reading.outcome,
        reading.evidence,
        MANUAL,
        seen.day,
        post.url,
        1,
        seen=looked,
        door="person",
    )
    return replace(
        of, looks=tuple(sorted((*of.looks, look), key=lambda one: one.moment, reverse=True))
    )


def _survey_days(
    connection: Connection, as_of: datetime, day: date, only: Collection[str] | None
) -> dict[str, tuple[date, ...]]:
    """The days of the posts in columns of surveys, thirteen months back."""
    query = (
        select(POST.outlet_id, POST.published)
        .select_from(OutletRow.__table__.join(PostRow.__table__, POST.outlet_id == OUTLET.id))
        .where(OUTLET.purpose == Purpose.SURVEYS.value, POST.first_seen <= as_of)
        .where(POST.published > add_months(day, -13), POST.published <= day)
    )
    if only is not None:
        query = query.where(OUTLET.id.in_(only))
    found: dict[str, list[date]] = defaultdict(list)
    for outlet, published in connection.execute(query):
        found[outlet].append(published)
    return {outlet: tuple(days) for outlet, days in found.items()}


def _in_state(of: OutletFacts, known: StateSince | None) -> OutletFacts:
    """``of`` in the state of the judged day, which may not be today's."""
    if known is None:
        return of
    return replace(of, outlet=replace(of.outlet, state=known.state), state_since=known.since)


def _outlet(
    row: Mapping[Any, Any],
    as_of: datetime,
    units: tuple[str, ...],
    looks: tuple[Look, ...],
    newest: Newest | None,
    undated: frozenset[str],
    days: tuple[date, ...],
    beside: tuple[Witness, ...],
) -> OutletFacts:
    last = row["last_look"]
    return OutletFacts(
        outlet=outlet_of(row, units),
        units=units,
        looks=looks,
        newest=newest,
        ever_posts=newest is not None or row["id"] in undated,
        last_look=looks[0].moment if looks else last if last and last <= as_of else None,
        read_until=_read_until(row, looks, as_of),
        recent_days=days,
        elsewhere=beside,
    )


def _read_until(row: Mapping[Any, Any], looks: tuple[Look, ...], as_of: datetime) -> date | None:
    """The day of the last look whose list is known without a gap: a walk under way counts from
    before it."""
    since, prior, last = row["walk_since"], row["walk_prior"], row["last_conclusive"]
    if not row["walk_done"] and (since is None or since <= as_of):
        return shanghai_day(prior) if prior else None
    conclusive = [look for look in looks if look.outcome.conclusive]
    whole = [look.moment for look in conclusive if look.evidence in PROVING]
    if conclusive:
        return shanghai_day(whole[0]) if whole else None
    return shanghai_day(last) if last and last <= as_of else None


def _looks(
    connection: Connection,
    as_of: datetime,
    wanted: Sequence[ColumnElement[bool]],
    lying: Collection[str],
) -> tuple[dict[str, tuple[Look, ...]], dict[str, str]]:
    """The looks of each outlet within the window, newest first, thinned to what rules need; and
    each one's site."""
    query = (
        select(
            VISIT.outlet_id,
            VISIT.moment,
            VISIT.outcome,
            VISIT.evidence,
            VISIT.probe,
            VISIT.newest,
            VISIT.newest_url,
            VISIT.dated,
            VISIT.reason,
            VISIT.seen,
            VISIT.mark,
            VISIT.unread,
            VISIT.total,
            VISIT.conditional,
            VISIT.door,
            VISIT.path,
            VISIT.url,
            OUTLET.site_id,
        )
        .select_from(OutletRow.__table__.join(VisitRow.__table__, VISIT.outlet_id == OUTLET.id))
        .where(*wanted, VISIT.page_no == 1)
        .where(VISIT.moment >= _window(as_of), VISIT.moment <= as_of)
        .order_by(OUTLET.id, VISIT.moment.desc(), VISIT.id.desc())
    )
    kept: dict[str, list[Look]] = defaultdict(list)
    sites: dict[str, str] = {}
    for row in connection.execute(query, execution_options={"yield_per": BATCH}):
        seen = kept[row[0]]
        sites[row[0]] = row[17]
        look = _look(row)
        if lying and _lied(look, row[16], lying):
            look = replace(look, evidence=Evidence.LOWER_BOUND, reason=causes.LIAR)
        if len(seen) < KEPT or _adds(look, seen):
            seen.append(look)
    return {outlet: tuple(looks) for outlet, looks in kept.items()}, sites


def _window(as_of: datetime) -> datetime:
    """From when on looks are read. It moves at midnight only: both judgements of a night read the
    same looks."""
    first = shanghai_day(as_of) - timedelta(days=WINDOW - 1)
    return datetime.combine(first, time.min, SHANGHAI)


def _look(row: Sequence[Any]) -> Look:
    """A row of :func:`_looks`'s query."""
    return Look(
        moment=row[1],
        outcome=Outcome(row[2]),
        evidence=Evidence(row[3]),
        probe=sys.intern(row[4]),
        newest=row[5],
        newest_url=row[6],
        dated=row[7],
        reason=sys.intern(row[8]),
        seen=row[9],
        mark=sys.intern(row[10]) if row[8] else "",
        unread=tuple(unread_of(one) for one in row[11]),
        total=row[12],
        conditional=row[13],
        door=sys.intern(row[14]),
        path=sys.intern(row[15]),
    )


def _adds(look: Look, seen: Sequence[Look]) -> bool:
    """Whether an older look adds something: rows that were left unread, or what the newer ones lack
    for a proof."""
    if not look.outcome.conclusive or look.evidence not in BOUNDED:
        return False
    return bool(look.unread) or not enough([one for one in seen if one.evidence in BOUNDED])


def _lied(look: Look, url: str, lying: Collection[str]) -> bool:
    """Whether "unchanged" is all that the look has, from a server that says so of pages that
    changed."""
    return look.conditional and look.outcome is Outcome.UNCHANGED and host_key(url) in lying


def _newest(
    connection: Connection, as_of: datetime, day: date, wanted: Sequence[ColumnElement[bool]]
) -> dict[str, Newest]:
    """The newest post of each outlet that had been seen by then and is not dated later than
    ``day``."""
    post = PostRow.__table__.alias("newest")
    found = (
        select(POST.id)
        .where(POST.outlet_id == OUTLET.id, POST.published <= day, POST.first_seen <= as_of)
        .where(POST.place != MANUAL)  # a person's word counts while it stands: see _with_word
        # Of one day's posts the one whose day may convict: an account's article has it in a script,
        # its list in plain sight.
        .order_by(POST.published.desc(), POST.place.in_(CONVICTING).desc(), POST.id.desc())
        .limit(1)
        .correlate(OutletRow.__table__)
        .scalar_subquery()
    )
    query = (
        select(OUTLET.id, post.c.published, post.c.title, post.c.url, post.c.raw, post.c.place)
        .select_from(OutletRow.__table__.join(post, post.c.id == found))
        .where(*wanted)
    )
    rows = connection.execute(query, execution_options={"yield_per": BATCH})
    return {row[0]: Newest(row[1], row[2], row[3], row[4], sys.intern(row[5])) for row in rows}


def _undated(
    connection: Connection, as_of: datetime, day: date, only: Collection[str] | None
) -> frozenset[str]:
    """Outlets that have shown a post whose date is not believed, or lies ahead."""
    posts = select(POST.id).where(POST.outlet_id == OUTLET.id, POST.first_seen <= as_of)
    query = select(OUTLET.id).where(
        or_(  # two questions to the index (outlet, day) for each outlet instead of all posts
            posts.where(POST.published.is_(None)).exists(),
            posts.where(POST.published > day).exists(),
        )
    )
    if only is not None:
        query = query.where(OUTLET.id.in_(only))
    return frozenset(connection.execute(query).scalars())


def _duties(
    connection: Connection, day: date, only: Collection[str] | None
) -> dict[str, tuple[str, ...]]:
    """Who answers for each outlet on ``day``, the lead first."""
    query = (
        select(DUTY.outlet_id, DUTY.unit_id)
        .where(DUTY.since <= day, or_(DUTY.until.is_(None), DUTY.until > day))
        .order_by(DUTY.outlet_id, DUTY.position)
    )
    if only is not None:
        query = query.where(DUTY.outlet_id.in_(only))
    found: dict[str, list[str]] = defaultdict(list)
    for outlet, unit in connection.execute(query):
        found[outlet].append(sys.intern(unit))
    return {outlet: tuple(units) for outlet, units in found.items()}
