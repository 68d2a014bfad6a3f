"""What was left unread in a look is held against what the store knows: the site's frame, stored
posts, people's words.

What is the frame, leads to a post of a known day, or was said not to be of the column, may no
longer be newer. A look with nothing remaining is whole. Happens at judgement, so that what is
learned later clears what was seen before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from crawler.model import shanghai_day
from crawler.reading.frames import frame_key, proves, remaining
from crawler.store.tables import PostRow
from crawler.walking.frame_store import frame_of
from monitor.looks.column_words import ColumnWord, words_of
from monitor.looks.weight import CONVICTING
from monitor.model import Look

POST = PostRow.__table__.c
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the links that looks left unread. ``frames`` are a site's by its id, ``own``
    the days of an outlet's posts by outlet and address, ``others`` the newest day of a post of any
    other at that address.
    """

    frames: Mapping[str, frozenset[str]] = field(default_factory=dict)
    own: Mapping[tuple[str, str], date] = field(default_factory=dict)
    others: Mapping[str, date] = field(default_factory=dict)
    words: Mapping[str, tuple[ColumnWord, ...]] = field(default_factory=dict)


def resolve(
    connection: Connection,
    looks: Mapping[str, tuple[Look, ...]],
    sites: Mapping[str, str],
    as_of: datetime,
) -> dict[str, tuple[Look, ...]]:
    """``looks`` by outlet as they stand at ``as_of``; ``sites`` names the site of each outlet that
    has some."""
    doubtful = {outlet for outlet, seen in looks.items() if any(look.unread for look in seen)}
    if not doubtful:
        return dict(looks)
    known = _known(connection, {outlet: looks[outlet] for outlet in doubtful}, sites, as_of)
    return {
        outlet: tuple(settled(look, outlet, sites.get(outlet, ""), known) for look in seen)
        if outlet in doubtful
        else seen
        for outlet, seen in looks.items()
    }


def settled(look: Look, outlet: str, site: str, known: Known) -> Look:
    """``look`` with what remains unread of it; whole where nothing does. Its newest is that of the
    rows that are known."""
    if not look.unread:
        return look
    words = known.words.get(outlet, ())
    rows = [one for one in look.unread if not any(word.dismisses(one) for word in words)]
    own = [known.own[outlet, one.url] for one in rows if (outlet, one.url) in known.own]
    seen = shanghai_day(look.stands_for)
    newest = max(
        (day for day in (look.newest, *own) if day is not None and day <= seen), default=look.newest
    )
    frame = known.frames.get(site, frozenset())
    left = remaining(
        rows,
        newest,
        is_frame=lambda url: frame_key(url) in frame,
        known_day=lambda url: known.own.get((outlet, url)) or known.others.get(url),
        dismissed=frozenset(),
    )
    return replace(look, unread=left, newest=newest, evidence=proves(look.evidence, left))


def _known(
    connection: Connection,
    looks: Mapping[str, Sequence[Look]],
    sites: Mapping[str, str],
    as_of: datetime,
) -> Known:
    urls = {one.url for seen in looks.values() for look in seen for one in look.unread if one.url}
    own, others = _days(connection, urls, as_of)
    wanted = {sites[outlet] for outlet in looks if outlet in sites}
    words = words_of(connection, looks, as_of)
    return Known(frame_of(connection, wanted, as_of), own, others, words)


def _days(
    connection: Connection, urls: Collection[str], as_of: datetime
) -> tuple[dict[tuple[str, str], date], dict[str, date]]:
    """The days of the posts at ``urls`` that were known by then: a day that cannot convict cannot
    exclude either."""
    own: dict[tuple[str, str], date] = {}
    others: dict[str, date] = {}
    every = sorted(urls)
    for start in range(0, len(every), CHUNK):
        query = select(POST.outlet_id, POST.url, POST.published).where(
            POST.url.in_(every[start : start + CHUNK]),
            POST.first_seen <= as_of,
            POST.published.is_not(None),
            POST.place.in_(CONVICTING),
        )
        for outlet, url, day in connection.execute(query):
            own[outlet, url] = day
            others[url] = max(day, others.get(url, day))
    return own, others
