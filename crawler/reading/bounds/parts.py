"""The parts of one column on its page: boxes, headlines and columns that are read together with its
list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crawler.model import Dated, Refused
from crawler.reading.bounds.bounds import Listed
from crawler.reading.bounds.sight import Sight
from crawler.reading.lists.addresses import Addresses
from crawler.reading.lists.blocks import Block
from crawler.reading.lists.choice import HEADINGS, PATH, REACH, Scored, Surroundings
from crawler.reading.lists.dating import Item, items_of, posts_of
from crawler.reading.lists.outline import LINK, Outline, squeeze

SHARE = 0.5
"""Share of a box's rows that must lie in the column's own folder to be a part of it."""
UNHEADED = 6
"""Texts above a list without a heading that count as its own place."""
HEADING = 40
"""Texts before a list among which its heading is looked for: a headline with its summary may stand
between."""


@dataclass(slots=True)
class Teller:
    """Blocks as rows with their posts, each told once."""

    sight: Sight
    dates: frozenset[int]
    refused: list[Refused] = field(default_factory=list)
    told: dict[int, list[Item]] = field(default_factory=dict)

    def items(self, block: Block) -> list[Item]:
        """The rows of a block of the list; what of their dates was not believed is kept."""
        return self._tell(block, self.refused)

    def _tell(self, block: Block, refused: list[Refused]) -> list[Item]:
        items = self.told.get(block.rows[0].node)
        if items is None:
            items, doubts = items_of(self.sight, block, self.dates)
            self.told[block.rows[0].node] = items
            refused.extend(doubts)
        return items

    def days(self, blocks: Iterable[Block], chosen: Iterable[Block] = ()) -> dict[int, Dated]:
        """The dates of links in blocks outside the list and in hidden rows, by anchor."""
        sheet = self.sight.source.sheet
        found: dict[int, Dated] = {}
        for block in [*blocks, *(Block(one.hidden) for one in chosen if one.hidden)]:
            for item in self._tell(block, []):
                if item.published is not None:
                    row = item.row
                    anchors = [row.anchor] if row.flat else sheet.links_in(row.node)
                    found.update(dict.fromkeys(anchors, item.published))
        return found


def joined(
    sheet: Outline,
    ranked: Sequence[Scored],
    chosen: list[Block],
    teller: Teller,
    around: Surroundings,
) -> list[Block]:
    """The chosen blocks and the other ones that show posts of the column's own folder, in page
    order.

    A dated post from the column's own folder is the column's, in whatever box it stands: a headline
    above the list, a pinned box, a second column, a box of the same channel. Where the folder is
    not the column's own nothing is joined.
    """
    if len(ranked) == len(chosen):
        return chosen
    posts = posts_of([item for block in chosen for item in teller.items(block)])
    page = teller.sight.page
    addresses = Addresses(posts, page.final_url or page.url, around.folder, teller.sight.today)
    if not addresses.folder:
        return chosen
    paged = any(scored.paged for scored in ranked if scored.block in chosen)
    more = []
    for scored in ranked:
        if scored.block in chosen:
            continue
        urls = [around.href(row.anchor) for row in scored.block.rows]
        live = [url for url in urls if url]
        own = sum(1 for url in live if (addresses.own(url) if paged else addresses.below(url)))
        if live and own > SHARE * len(live):
            more.append(scored.block)
    return sorted([*chosen, *more], key=lambda block: block.start) if more else chosen


def near_of(sheet: Outline, listed: Listed, names: Sequence[str], pagers: Sequence[int]) -> range:
    """The texts from the list's heading, or the path to it, to its pager."""
    start, headings = max(0, listed.start - UNHEADED), sheet.kinds & HEADINGS
    for number in range(listed.start - 1, max(-1, listed.start - HEADING), -1):
        words = squeeze(sheet.texts[number])
        if len(words) > 40:
            continue
        owner = sheet.owners[number]
        named = any(name in words for name in names) and sheet.up(owner, LINK) < 0
        if named or PATH.search(words) or (headings and sheet.up(owner, HEADINGS) >= 0):
            start = number
            break
    after = bisect_left(pagers, listed.stop)
    stop = listed.stop
    if after < len(pagers) and pagers[after] - listed.stop <= REACH:
        stop = pagers[after]
    return range(start, stop)
