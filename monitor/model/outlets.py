"""What is known of a column or an account at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crawler.crosscheck.model import Witness
from crawler.model import Outlet
from crawler.walking.offers import Offer
from crawler.walking.shapes import Drifted
from monitor.model.looks import Look, Newest
from monitor.model.sites import PageFacts


@dataclass(frozen=True, slots=True)
class LatePost:
    """A post that bears a day (``published``) before a look (``before``) that did not show it;
    ``shown`` since then.

    ``number`` is the running number in its address, where there is one.
    """

    url: str
    title: str
    published: date
    shown: date
    before: date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class RemovedPosts:
    """How many posts a column no longer shows though it shows older ones; the newest of them."""

    count: int
    title: str
    url: str
    published: date


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """What is known of one outlet at the moment of judgement.

    ``units`` answer for it on that day, the lead first. ``looks`` are newest first: the newest few,
    and
    among older ones of the window the two newest conclusive ones that prove a whole list.
    ``ever_posts``
    tells whether any post was ever seen. ``newest`` counts only what had been seen by then and is
    not
    later than the judged day. ``last_look`` is the newest look of all. ``state_since`` is the day
    from which an
    account is in its state. ``read_until`` is the day of the
    look up to which its posts are known without a gap, ``None`` while its baseline is unfinished.
    ``recent_days`` are the days of its posts of the last thirteen months, for a column of surveys
    only. ``page``
    is what its list page says of itself, ``late`` the posts that came long after their day,
    ``removed`` those gone.
    ``own_addresses`` are those of which a clerk said that they are the column's, too.
    ``drifted`` is a page built otherwise than it was learned (``looks/shapes.py``), ``offered`` a
    data address of a page that shows
    no list (``looks/offers.py``).
    ``elsewhere`` are pages beside its list that were found to be its posts of late, or may be
    (``looks/crosschecks.py``).
    """

    outlet: Outlet
    units: tuple[str, ...]
    looks: tuple[Look, ...]
    newest: Newest | None
    ever_posts: bool
    last_look: datetime | None = None
    read_until: date | None = None
    state_since: date | None = None
    recent_days: tuple[date, ...] = ()
    page: PageFacts | None = None
    late: tuple[LatePost, ...] = ()
    removed: RemovedPosts | None = None
    own_addresses: tuple[str, ...] = ()
    elsewhere: tuple[Witness, ...] = ()
    drifted: Drifted | None = None
    offered: Offer | None = None


@dataclass(frozen=True, slots=True)
class PacedPosts:
    """The days of the posts that a place has shown of late, each post once; ``undated`` ones may be
    of any of them."""

    days: tuple[date, ...] = ()
    undated: int = 0
