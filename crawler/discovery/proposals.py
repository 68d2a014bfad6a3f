"""What a survey of a portal means: which of its pages are columns, under which name, path and
class, and how they stand to the catalogue. Pure; every judgement is a proposal with its reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from crawler.discovery.classes import propose_class
from crawler.discovery.discover import PortalSurvey, Seen, Shown
from crawler.discovery.navigation import best_name, plain
from crawler.model import ColumnClass, Outcome, Outlet, OutletKind
from crawler.reading.homes import ids_of

FRAME_SHARE = 0.5
"""A link that stands on so large a share of the pages belongs to the portal's frame, not to a
page."""
PANELS = 2
"""So many 更多 links of its own to other pages make a page a section that leads to columns."""
FEW_PAGES = 4
UNDATED = ("no_dates", "script_list")
"""Reasons that still show a column: titles without dates, a list that a script fills."""
SHARED_TAG = 3
"""A ColumnName that so many pages share was copied with a template and names none of them."""


class Standing(StrEnum):
    """How a column of the site stands to the catalogue."""

    NEW = "new"
    KNOWN = "known"
    ADDRESS = "address"
    MOVED = "moved"


STANDING_NAMES: Mapping[Standing, str] = {
    Standing.NEW: "新发现",
    Standing.KNOWN: "已在台账",
    Standing.ADDRESS: "台账缺地址",
    Standing.MOVED: "地址可能已变",
}


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One column as the site shows it. ``word`` is what the class was proposed for, ``outlet`` the
    id of the catalogue's own entry where there is one. ``posts`` counts the first page's posts,
    ``more`` says that pages follow.
    """

    name: str
    parents: tuple[str, ...]
    url: str
    cls: ColumnClass
    word: str
    outcome: Outcome
    reason: str
    family: str
    posts: int
    dated: int
    newest: date | None
    more: bool
    standing: Standing = Standing.NEW
    outlet: str = ""
    others: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The names from the first level down, as the catalogue writes a path."""
        return "/".join((*self.parents, self.name))

    @property
    def level(self) -> int:
        return min(len(self.parents) + 1, 9)

    @property
    def listed(self) -> bool:
        """Whether the page looks like a list at all: read, or recognised and empty."""
        return self.outcome in (Outcome.READ, Outcome.EMPTY)

    @property
    def by_script(self) -> bool:
        return self.reason == "script_list"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A page that may be a column and could not be seen or understood."""

    name: str
    url: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class UnlinkedColumn:
    """A column of the catalogue that the site does not lead to: still there, or what its address
    answered."""

    outlet: str
    name: str
    url: str
    outcome: Outcome | None
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account that the site shows (``place``: ``link`` or ``qr``), with the first page that
    does; ``outlet`` is the register's own entry, empty where the register does not know it.
    """

    platform: str
    key: str
    number: str
    name: str
    link: str
    place: str
    page: str
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a person decides about. ``sections`` are pages that only lead to columns."""

    home: str
    columns: tuple[ProposedColumn, ...]
    doubts: tuple[Doubt, ...] = ()
    absent: tuple[UnlinkedColumn, ...] = ()
    sections: tuple[str, ...] = ()
    pages: int = 0
    left: int = 0
    barred: int = 0
    accounts: tuple[Account, ...] = ()


def findings(survey: PortalSurvey, catalogue: Sequence[Outlet] = ()) -> Findings:
    """The proposals of ``survey``, compared with the columns and accounts of ``catalogue``."""
    home = plain(survey.home)
    pages = [seen for seen in survey.seen if seen.kind != "article" and plain(seen.url) != home]
    facts = _Facts(pages)
    candidates = [seen for seen in pages if facts.is_list(seen)]
    leading = {plain(s.url) for s in pages if facts.is_section(s) or _repeats(s, candidates, facts)}
    columns = [seen for seen in candidates if plain(seen.url) not in leading]
    proposals = _merged((seen, _proposal(seen, facts, home)) for seen in columns)
    settled = leading | {plain(url) for one in proposals for url in (one.url, *one.others)}
    doubts = [_doubt(s, facts) for s in pages if plain(s.url) not in settled and _doubtful(s)]
    linked = [one for one in proposals if facts.linked(one)]
    compared = compare(linked, [o for o in catalogue if o.kind is OutletKind.COLUMN])
    return Findings(
        survey.home,
        compared,
        tuple(doubts),
        tuple(_absent(compared, catalogue, pages)),
        tuple(seen.url for seen in pages if plain(seen.url) in leading),
        len(survey.seen),
        survey.left,
        survey.barred,
        tuple(_account(shown, catalogue) for shown in survey.accounts),
    )


def _account(shown: Shown, catalogue: Sequence[Outlet]) -> Account:
    found, home = shown.found, shown.found.home
    known = (
        outlet.id
        for outlet in catalogue
        if outlet.platform == home.platform
        and (home.platform, home.number) in ids_of(outlet.handle, outlet.platform)
    )
    return Account(
        home.platform,
        home.key,
        home.number,
        found.name,
        found.link,
        found.place,
        shown.page,
        next(known, ""),
    )


class _Facts:
    """What only all the pages together tell: the frame that each repeats, and the names of them
    all."""

    def __init__(self, pages: Sequence[Seen]) -> None:
        stands: Counter[tuple[str, bool]] = Counter()
        for seen in pages:
            stands.update({(plain(link.url), link.more) for link in seen.links})
        often = max(FEW_PAGES, FRAME_SHARE * len(pages))
        self._frame = {link for link, count in stands.items() if count > often}
        self._places = {plain(seen.url) for seen in pages}
        self._came = {plain(seen.url): seen.came for seen in pages}
        tags = Counter(seen.signs.column for seen in pages)
        copied = {tag for tag, count in tags.items() if count >= SHARED_TAG}
        self.names = {
            plain(seen.url): best_name(
                seen.signs,
                [link.text for link in seen.came],
                trust_tag=seen.signs.column not in copied,
            )
            for seen in pages
        }

    def linked(self, one: ProposedColumn) -> bool:
        """Whether anything on the site leads to the column, or only the catalogue."""
        return any(self._came.get(plain(url)) for url in (one.url, *one.others))

    def is_list(self, seen: Seen) -> bool:
        """A list page of posts of its own: read, empty, without dates, or filled by script."""
        reading = seen.reading
        if seen.kind == "home" and not urlsplit(seen.url).query:
            return False
        if reading.outcome is Outcome.EMPTY or reading.reason == "script_list":
            return True
        if reading.outcome is not Outcome.READ and reading.reason != "no_dates":
            return False
        urls = [plain(post.url) for post in reading.posts]
        own = [url for url in urls if url not in self._places and (url, False) not in self._frame]
        return 2 * len(own) > len(urls)

    def is_section(self, seen: Seen) -> bool:
        """Panels with 更多 links of their own, and no further pages: it leads to columns and is
        none."""
        onward = {plain(link.url) for link in seen.links if link.more} - {plain(seen.url)}
        own = [url for url in onward if (url, True) not in self._frame]
        return len(own) >= PANELS and not seen.reading.further


def _repeats(seen: Seen, candidates: Iterable[Seen], facts: _Facts) -> bool:
    """Whether the page only shows what one column below it shows (its first child's list, most
    often)."""
    shown = {plain(post.url) for post in seen.reading.posts}
    if not shown:
        return False
    return any(
        other is not seen
        and _below(other, seen, facts)
        and shown <= {plain(p.url) for p in other.reading.posts}
        for other in candidates
    )


def _below(lower: Seen, upper: Seen, facts: _Facts) -> bool:
    low, high = plain(lower.url), plain(upper.url)
    name = facts.names.get(high, "")
    folder = high if high.endswith("/") else high + "/"
    in_crumb = name in lower.signs.crumb[:-1] and facts.names.get(low) not in upper.signs.crumb[:-1]
    return low.startswith(folder) or (bool(name) and in_crumb)


def _proposal(seen: Seen, facts: _Facts, home: str) -> ProposedColumn:
    name = (
        facts.names[plain(seen.url)]
        or urlsplit(seen.url).path.strip("/").rpartition("/")[2]
        or "未知"
    )
    parents = _parents(seen, name, facts, home)
    proposed = propose_class(name, parents)
    reading = seen.reading
    newest = reading.newest
    return ProposedColumn(
        name,
        parents,
        seen.url,
        proposed.cls,
        proposed.word,
        reading.outcome,
        reading.reason,
        reading.family,
        len(reading.posts),
        sum(post.published is not None for post in reading.posts),
        newest.day if newest else None,
        bool(reading.further),
    )


def _parents(seen: Seen, name: str, facts: _Facts, home: str) -> tuple[str, ...]:
    """The names above a column: by its breadcrumb, else by the menus, else by the page that led to
    it."""
    crumb = seen.signs.crumb
    if name in crumb:
        return crumb[: crumb.index(name)]
    if crumb:
        known = Counter(facts.names.values())
        return crumb if known[crumb[-1]] else crumb[:-1]
    menus = Counter(link.menu for link in seen.came if link.menu and name not in link.menu)
    if menus:
        return menus.most_common(1)[0][0]
    above = facts.names.get(plain(seen.above), "") if plain(seen.above) != home else ""
    return (above,) if above and above != name else ()


def _merged(found: Iterable[tuple[Seen, ProposedColumn]]) -> list[ProposedColumn]:
    """One column at two addresses (the same name over the same posts, or the same page) is one
    proposal."""
    kept: dict[object, ProposedColumn] = {}
    for seen, one in found:
        posts = frozenset(plain(post.url) for post in seen.reading.posts)
        key = (one.name, posts) if posts else (one.name, seen.page.body)
        twin = kept.get(key)
        if twin is None:
            kept[key] = one
        else:
            first, second = sorted((twin, one), key=lambda p: (len(p.url), p.url))
            kept[key] = replace(first, others=(*twin.others, *one.others, second.url))
    return list(kept.values())


NO_COLUMN = ("no_list", "article", "not_html", *UNDATED)


def _doubtful(seen: Seen) -> bool:
    outcome = seen.reading.outcome
    if outcome in (Outcome.BLOCKED, Outcome.UNREACHABLE):
        return True
    return outcome is Outcome.UNREADABLE and seen.reading.reason not in NO_COLUMN


def _doubt(seen: Seen, facts: _Facts) -> Doubt:
    return Doubt(
        facts.names[plain(seen.url)], seen.page.url, seen.reading.outcome, seen.reading.reason
    )


def compare(
    proposals: Sequence[ProposedColumn], outlets: Sequence[Outlet]
) -> tuple[ProposedColumn, ...]:
    """Each proposal with its standing: by address; else by path or name, where only one of each can
    be meant."""
    by_url = {plain(outlet.url): outlet for outlet in outlets if outlet.url}
    told = [_known(one, by_url) for one in proposals]
    taken = {one.outlet for one in told}
    named: dict[str, list[Outlet]] = defaultdict(list)
    for outlet in outlets:
        if outlet.id not in taken:
            named[outlet.name].append(outlet)
    new = Counter(one.name for one in told if not one.outlet)
    return tuple(_by_name(one, named, new) for one in told)


def _known(one: ProposedColumn, by_url: Mapping[str, Outlet]) -> ProposedColumn:
    outlet = next((by_url[plain(u)] for u in (one.url, *one.others) if plain(u) in by_url), None)
    return one if outlet is None else replace(one, standing=Standing.KNOWN, outlet=outlet.id)


def _by_name(
    one: ProposedColumn, named: Mapping[str, Sequence[Outlet]], new: Mapping[str, int]
) -> ProposedColumn:
    same = named.get(one.name, ())
    if one.outlet or not same:
        return one
    fitting = [outlet for outlet in same if outlet.path == one.path] or (
        same if new[one.name] == 1 else []
    )
    if len(fitting) != 1:
        return one
    standing = Standing.MOVED if fitting[0].url else Standing.ADDRESS
    return replace(one, standing=standing, outlet=fitting[0].id)


def _absent(
    proposals: Sequence[ProposedColumn], outlets: Sequence[Outlet], pages: Sequence[Seen]
) -> Iterable[UnlinkedColumn]:
    """The catalogue's columns that nothing on the site led to, with what their addresses
    answered."""
    met = {one.outlet for one in proposals if one.standing is not Standing.MOVED}
    by_url = {plain(url): seen.reading for seen in pages for url in (seen.url, seen.page.url)}
    for outlet in outlets:
        if outlet.kind is OutletKind.COLUMN and outlet.id not in met:
            reading = by_url.get(plain(outlet.url)) if outlet.url else None
            reason = reading.reason if reading else ("no_address" if not outlet.url else "")
            yield UnlinkedColumn(
                outlet.id,
                outlet.name,
                outlet.url or "",
                reading.outcome if reading else None,
                reason,
            )
