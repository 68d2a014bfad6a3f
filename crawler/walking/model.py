"""The words of the walk: what is known of an outlet before a look, and what one look at a page came
to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from crawler.model import (
    Ask,
    Evidence,
    Further,
    Outlet,
    Post,
    Shape,
    Unread,
    Visit,
)
from crawler.reading.keys import key
from crawler.walking.shapes import Built
from crawler.walking.wholeness import (
    EVERYTHING,
    NOTHING,
    Absent,
    Walked,
    WholeSince,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of an outlet before a look (see ``OutletRow`` for the fields).

    ``backwards`` is when a person last said that its going back is right, ``other_addresses`` those
    that a person said are its own, too (:class:`crawler.proof_store.ColumnWordRow`). ``golden`` is
    how its page was built when it was learned, ``drifting`` whether a drift from it is open
    (:mod:`crawler.walking.shapes`).
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
    ``front`` is the new front, ``None`` to keep the old; ``walk_*`` the outlet's walk after this
    page; ``more`` are pages to look at next (addresses, or whole requests); ``trail`` goes with
    them, so that no list leads in a circle. Where it does not ``learn``, the look is kept and what
    is known of the outlet stays as it was. ``around`` are links of ``site`` beside the list.
    ``walked`` is what the walk's pages showed so far, ``whole`` what they prove once it ended,
    ``left`` the column's unread parts where its further pages add one. ``believed`` is the look as
    it counts where its doubt is explained. ``proven`` tells what the look at ``walk_prior`` proves
    of posts that it did not show. ``built`` is how its page is built, where that is to be kept.
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
    whole: WholeSince | None = None
    believed: Looked | None = None
    proven: Absent = EVERYTHING
    left: tuple[Unread, ...] | None = None
    built: Built | None = None

    @property
    def redirect(self) -> Further | None:
        """Where a stub page points to: worth one more fetch before the look is judged."""
        return self.more[0] if self.visit.reason in STUBS and self.more else None


STUBS = ("redirect_stub", "frameset", "script_list")
"""Pages whose content stands elsewhere: behind a jump, in a frame, or at the interface that a
script asks (by GET)."""


def request_of(further: Further) -> Ask:
    """The request for a further page."""
    return Ask(further) if isinstance(further, str) else further


def further_key(further: Further) -> bytes:
    """Eight bytes that stand for a further page: forms that differ in their fields alone are
    different pages."""
    if isinstance(further, str):
        return key(further)
    plain = further.method == "GET" and not further.body
    return key(
        further.url if plain else f"{further.method} {further.url} {further.body.decode('latin-1')}"
    )


@dataclass(frozen=True, slots=True)
class Step:
    """The page's number in its walk, from 1, and what its walk goes by.

    ``horizon`` is the day before which pages are not followed. ``seen(url)`` tells whether a post
    was stored before the present walk (needed on further pages; the first page knows its front).
    ``trail`` is that of the page before: a page that shows what an earlier one showed ends the
    walk, and a link back is not followed. ``walked`` is what the pages before showed.
    """

    horizon: date
    page_no: int = 1
    max_pages: int = 200
    seen: Callable[[str], bool] | None = None
    trail: frozenset[bytes] = frozenset()
    walked: Walked = NOTHING
