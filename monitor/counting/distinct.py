"""Rows -> posts: what several columns or addresses show of one article is one post. Pure.

Surely one are rows of one address (without what only tells where a reader came from) and rows of
one long title, day and origin under one site. Where it only looks so, the smaller number is what
was seen at the least, and the row may yet be a post of its own: that much the count stays open
upward, and nobody is short by it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from monitor.counting.addresses import article, exact, perhaps
from monitor.counting.origins import clean
from monitor.counting.rows import Column, ShownRow
from monitor.settings.counting import CountRule

LONG = 10
"""Characters of a title that names its matter. 公示, 招标公告 and the like head many posts of a day."""


class RepeatedRow(NamedTuple):
    """A row that repeats a post. ``sure``: it is the same; else it may be a post of its own.
    ``rows`` share its address."""

    sure: bool
    rows: tuple[ShownRow, ...]


@dataclass(slots=True)
class DistinctPost:
    """One post: ``rows`` of its address, oldest first, and what ``repeats`` it elsewhere."""

    rows: list[ShownRow]
    repeats: list[RepeatedRow] = field(default_factory=list)

    @property
    def sure(self) -> list[ShownRow]:
        """Every row that surely shows it."""
        return [*self.rows, *(row for repeat in self.repeats if repeat.sure for row in repeat.rows)]

    @property
    def maybe(self) -> list[tuple[ShownRow, ...]]:
        """The rows of each post that it may be beside itself."""
        return [repeat.rows for repeat in self.repeats if not repeat.sure]

    def absorb(self, other: DistinctPost, sure: bool) -> None:
        """``other`` repeats this post."""
        self.repeats += [
            RepeatedRow(sure, tuple(other.rows)),
            *(RepeatedRow(sure and r.sure, r.rows) for r in other.repeats),
        ]


def distinct(
    rows: Iterable[ShownRow], columns: Mapping[str, Column], rule: CountRule
) -> Iterator[DistinctPost]:
    """Rows grouped into posts; a site after the other, for the groups of all at once are large."""
    by_site: dict[str, list[ShownRow]] = defaultdict(list)
    for row in rows:
        by_site[columns[row.outlet].site].append(row)
    for known in by_site.values():
        yield from _of_site(known, rule)


def _of_site(rows: Sequence[ShownRow], rule: CountRule) -> Iterator[DistinctPost]:
    by_address: dict[str, list[ShownRow]] = defaultdict(list)
    for row in sorted(rows):
        by_address[exact(row.url)].append(row)
    alike: dict[tuple[str, date, str], list[DistinctPost]] = defaultdict(list)
    for group in _by_article(by_address):
        first = group.rows[0]
        origin = clean_fast(first.origin or origin_of(group.sure))
        alike[(plain(first.title) or first.url, first.day, origin)].append(group)
    for (title, _, origin), groups in alike.items():
        if len(groups) == 1:
            yield groups[0]
        else:
            yield from _merged(groups, bool(origin) and _names_its_matter(title), rule)


def _by_article(by_address: Mapping[str, list[ShownRow]]) -> Iterator[DistinctPost]:
    """Addresses that part only by what a reader brought along, with one title and day, are one
    article."""
    groups: dict[object, DistinctPost] = {}
    asking: dict[object, list[DistinctPost]] = defaultdict(list)
    for address, rows in by_address.items():
        if "?" not in address and ";" not in address:
            yield DistinctPost(rows)
            continue
        first = rows[0]
        said = (plain(first.title), first.day)
        sure = (article(first.url), *said)
        known = groups.get(sure)
        if known is None or _contradict(known.rows, rows):
            groups.setdefault(sure, DistinctPost(rows))
            group = groups[sure] if known is None else DistinctPost(rows)
            asking[(perhaps(first.url), *said)].append(group)
        else:
            known.absorb(DistinctPost(rows), sure=True)
    for found in asking.values():
        first_, *others = found
        yield first_
        for other in others:
            if _contradict(first_.rows, other.rows):
                yield other
            else:
                first_.absorb(other, sure=False)


def _contradict(one: Sequence[ShownRow], other: Sequence[ShownRow]) -> bool:
    """Whether both print an origin, and not the same."""
    mine, theirs = clean_fast(origin_of(one)), clean_fast(origin_of(other))
    return bool(mine and theirs and mine != theirs)


def _merged(groups: list[DistinctPost], sure: bool, rule: CountRule) -> list[DistinctPost]:
    """Alike posts of different columns are one, and copies in one column too; where each copy
    counts, as many stay as the column with the most of them shows."""
    by_outlet: dict[str, list[DistinctPost]] = defaultdict(list)
    for group in groups:
        by_outlet[group.rows[0].outlet].append(group)
    home = [groups[0]] if rule.copies == "once" else max(by_outlet.values(), key=len)
    spare = [group for group in groups if not any(group is one for one in home)]
    for number, group in enumerate(spare):
        home[number % len(home)].absorb(group, sure)
    return home


def _names_its_matter(title: str) -> bool:
    return len(title) >= LONG and not title.endswith(("…", "..."))


def origin_of(rows: Iterable[ShownRow]) -> str | None:
    """The origin that any of the places printed."""
    return next((row.origin for row in rows if row.origin), None)


def plain(title: str) -> str:
    """A title without blanks and with one form of each character."""
    text = title if title.isascii() else unicodedata.normalize("NFKC", title)
    return "".join(text.split())


def _memo(function: Callable[[str | None], str]) -> Callable[[str | None], str]:
    known: dict[str | None, str] = {}

    def answer(text: str | None) -> str:
        found = known.get(text)
        if found is None:
            if len(known) > 100_000:
                known.clear()
            found = known[text] = function(text)
        return found

    return answer


clean_fast = _memo(clean)
