"""A list page -> the column's own posts, their dates with proof, and further pages: no selectors
needed.

Found by structure: repeated dated links that stand together, tied to the column by a pager, a
heading or their addresses. What is not understood is an outcome with its reason, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from crawler.days.text import is_weak
from crawler.model import Evidence, Outcome, Page, Reading
from crawler.reading import markup
from crawler.reading.bounds.blank import PROSE, Blank, emptiness, why_nothing
from crawler.reading.bounds.bounds import Listed
from crawler.reading.bounds.counts import uncounted
from crawler.reading.bounds.cut import cut_off
from crawler.reading.bounds.elsewhere import elsewhere
from crawler.reading.bounds.notices import moved_notice
from crawler.reading.bounds.parts import Teller, joined, near_of
from crawler.reading.bounds.sight import Sight, sight_of
from crawler.reading.bounds.totals import total_of
from crawler.reading.bounds.undated import address_rows, titled_posts
from crawler.reading.bounds.whole import nothing_in, whole
from crawler.reading.data.datalist import (
    beside_in_scripts,
    list_in_scripts,
    markup_in_data,
    read_data,
    read_rows,
)
from crawler.reading.data.feedlist import is_feed, read_feed
from crawler.reading.data.jsonish import looks_like_data
from crawler.reading.families import Family, family_of
from crawler.reading.lists.blocks import Block, Row, blocks_of, rows_of
from crawler.reading.lists.cells import ALONE, cells_of, unseen_cells, written_cells
from crawler.reading.lists.choice import (
    COVERED,
    Scored,
    Surroundings,
    alike,
    folder,
    is_of_the_site,
    merged_channel,
    pager_texts,
    rank,
    stands_bare,
)
from crawler.reading.lists.clicks import linked
from crawler.reading.lists.dating import Item, posts_of
from crawler.reading.lists.grouped import given
from crawler.reading.lists.headings import under_headings
from crawler.reading.lists.links import Links
from crawler.reading.lists.outline import Outline, outline, plain_tree
from crawler.reading.lists.shapes import shape_of_data
from crawler.reading.lists.writes import written_out

MIN_ROWS = 3
"""As many dated rows make a list by themselves; fewer need a pager, a heading or addresses for
it."""


def read_list(
    page: Page, *, column: str = "", text: str | None = None, days: Mapping[str, date] | None = None
) -> Reading:
    """The posts of a column's list page, READ, EMPTY (recognised, holds nothing) or UNREADABLE with
    a reason.

    ``column`` is the column's name in the catalogue: it helps to choose between two lists. "Today"
    is the Shanghai day of ``page.fetched_at``. Challenge pages and errors are decided before, by
    ``states.refusal``. ``text`` spares the decoding when the caller has done it. ``days``, by
    address, are what some posts' own articles print: they give rows that print month and day their
    year. Never raises for what a page holds.
    """
    if text is None:
        text = markup.decode(page.body, page.headers)
    return cut_off(_shaped(_read_text(page, column, text, days or {})), text)


def _shaped(reading: Reading) -> Reading:
    """The reading with its shape, where the list came as data."""
    if reading.outcome is not Outcome.READ or reading.shape is not None:
        return reading
    return replace(reading, shape=shape_of_data(reading))


def _read_text(page: Page, column: str, text: str, days: Mapping[str, date]) -> Reading:
    if is_feed(text):
        return read_feed(text, page)
    if looks_like_data(text):
        data = read_data(text, page)
        held = markup_in_data(text) if data is not None and data.outcome is not Outcome.READ else ""
        if data is not None and not held:
            return data
        text = held or text
    text = written_out(text)
    root = plain_tree(text)
    if root is None:
        return _unreadable("no_list", "no markup")
    clicked = linked(root, text)
    sight = sight_of(text, outline(root), page, column, clicked=clicked)
    sight.days = days
    family = family_of(sight.source)
    if family.apart(sight.source):
        return elsewhere(sight.source, family)
    fragment = family.fragment(sight.source)
    if fragment:
        reading = _read_fragment(fragment, sight, family)
        newest = reading.newest if reading is not None else None
        if (newest is None or is_weak(newest)) and family.anew(sight.source):
            # a list of pictures: its rows print no date, the interface tells them
            return elsewhere(sight.source, family)
        if reading is not None:
            return reading
    return _read_page(sight, family)


def _read_fragment(fragment: str, sight: Sight, family: Family) -> Reading | None:
    """The rows of a data block, read like a page that holds nothing else."""
    root = plain_tree(fragment)
    if root is None:
        return None
    sheet = outline(root)
    scripts = tuple(sheet.elements[number].text or "" for number in sheet.scripts)
    inner = replace(
        sight,
        source=replace(
            sight.source, text=fragment, sheet=sheet, scripts=scripts, raw=fragment.encode()
        ),
        known={},
    )
    blocks, dates = _blocks(inner)
    if not blocks:
        links = Links(sheet, dates)
        blocks = blocks_of(sheet, address_rows(inner, links), links)
    teller = Teller(inner, dates)
    items = [item for block in blocks for item in teller.items(block)]
    if not any(item.published for item in items):
        return None
    total = total_of(sight.source, (), family)
    return whole(sight, family, Listed(items, {}), teller.refused, inner.source.sheet, total=total)


def _blocks(sight: Sight, pagers: tuple[int, ...] = ()) -> tuple[list[Block], frozenset[int]]:
    """The page's dated blocks, and the texts that hold nothing but a date."""
    sheet, source = sight.source.sheet, sight.source.raw
    cells = uncounted(sheet, cells_of(sheet, sight.today, sight.page.fetched_at))
    cells = under_headings(sheet, cells, sight.today, sight.names)
    dates = frozenset(number for cell in cells if cell.rank == ALONE for number in cell.texts)
    cells += unseen_cells(sheet, source, sight.today, sight.page.fetched_at)
    cells += written_cells(sheet, sight.source.scripts, sight.today, sight.page.fetched_at)
    links = Links(sheet, dates)
    cells = given(sheet, cells, links)
    blocks = blocks_of(sheet, rows_of(sheet, cells, links), links, pagers, cells)
    for block in blocks:
        _put_hidden_apart(sight, block)
    return blocks, dates


def _put_hidden_apart(sight: Sight, block: Block) -> None:
    """Rows that the page switches off stand apart; asked row by row, which costs less than a walk
    through the page's bytes for the words that switch off."""
    sheet, source = sight.source.sheet, sight.source.raw
    off = {id(row) for row in block.rows if not row.flat and sheet.unshown(row.node, row.home)}
    off.update(id(row) for row in _of_a_hidden_tab(sight, block))
    if off and (b"none" in source or b"hidden" in source):
        block.hidden = [row for row in block.rows if id(row) in off]
        block.rows = [row for row in block.rows if id(row) not in off] or block.rows


def _of_a_hidden_tab(sight: Sight, block: Block) -> list[Row]:
    """Rows of a box that is switched off and leads to other folders, beside seen rows of the
    column's own folder.

    Further pages of the column wait hidden too, and a channel page shows its columns as tabs: they
    stay.
    """
    sheet = sight.source.sheet
    homes = {home for home in {row.home for row in block.rows} if sheet.hidden(home)}
    off = [row for row in block.rows if not row.flat and row.home in homes] if homes else []
    if not off or len(off) == len(block.rows):
        return []
    away = set(map(id, off))
    own = folder(sight.source.url)
    below = {
        id(row) for row in block.rows if sight.href(row.anchor).partition("//")[2].startswith(own)
    }
    if own.count("/") < 2 or any(id(row) not in below for row in block.rows if id(row) not in away):
        return []
    return [row for row in off if id(row) not in below]


def _read_page(sight: Sight, family: Family) -> Reading:
    sheet = sight.source.sheet
    pagers = tuple(pager_texts(sheet, zip(sheet.scripts, sight.source.scripts, strict=True)))
    total = total_of(sight.source, pagers, family)
    around = Surroundings(sight.names, folder(sight.source.url), pagers, sight.href, total.posts)
    blocks, dates = _blocks(sight, pagers)
    notice = moved_notice(
        sight, [(row.start, row.stop) for block in blocks for row in block.rows if row.cells]
    )
    if notice:
        return replace(_unreadable("moved_notice", notice), family=family.name)
    teller = Teller(sight, dates)
    ranked = _ranked(sheet, blocks, around)
    if not ranked or not ranked[0].own:
        blank = emptiness(sight, family, pagers, total, beside=bool(ranked))
        if ranked and blank.script:
            return _from_data(sight, family) or replace(
                _unreadable("script_list", blank.script),
                family=family.name,
                asks=family.anew(sight.source),
            )
        if ranked and blank.mark:
            certain = blank.certain and (ranked[0].foreign or ranked[0].other)
            return (
                nothing_in(sight, blank, family, teller, blocks, pagers)
                if certain
                else _refuse_both(blank.mark, family)
            )
        bare = stands_bare(sheet, sight.titles) if ranked and ranked[0].other else ""
        if bare:
            return _from_data(sight, family) or _refuse_both(bare, family)
        if not ranked:
            ranked = _by_address(sight, around, dates) if not blank.mark else []
        if not ranked:
            return _from_data(sight, family) or _nothing(
                sight, family, blank, teller, blocks, pagers
            )
    if _is_article(sheet, ranked[0]):
        return replace(_unreadable("article", ""), family=family.name)
    chosen = joined(sheet, ranked, merged_channel(sheet, ranked), teller, around)
    items = [item for block in chosen for item in teller.items(block)]
    refused = tuple(dict.fromkeys(teller.refused))
    if not any(item.published for item in items):
        return replace(
            _unreadable("no_dates", ""), posts=posts_of(items), family=family.name, refused=refused
        )
    others = teller.days((block for block in blocks if block not in chosen), chosen)
    listed = Listed(items, others, chosen[0].start, chosen[-1].stop, chosen[0].rows[0].home)
    near = near_of(sheet, listed, sight.names, pagers)
    return whole(sight, family, listed, refused, sheet, near, total)


def _by_address(sight: Sight, around: Surroundings, dates: frozenset[int]) -> list[Scored]:
    """Blocks dated by their addresses. A page with a date of its own and no list of its own is an
    article."""
    sheet = sight.source.sheet
    links = Links(sheet, dates)
    ranked = _ranked(
        sheet, blocks_of(sheet, address_rows(sight, links), links, around.pagers), around
    )
    if not ranked or ranked[0].covered < COVERED:
        return []
    return ranked if ranked[0].own or not dates else []


def _from_data(sight: Sight, family: Family) -> Reading | None:
    """The list written as data into an inline script."""
    chosen = list_in_scripts(sight.source.scripts)
    rows = chosen.best.rows if chosen.best is not None else ()
    posts, refused = read_rows(rows, sight.page, sight.source.url)
    if sum(1 for post in posts if post.published) < MIN_ROWS:
        return None
    items = [
        Item(Row(-1, -1, -1, 0, 0), post.url, published=post.published, post=post) for post in posts
    ]
    reading = whole(sight, family, Listed(items, {}), refused, sight.source.sheet)
    newest = reading.newest.day if reading.newest is not None else date.min
    beside = beside_in_scripts(chosen, posts, newest, sight.page, sight.source.url)
    if not beside:
        return reading
    lower = Evidence.PARTIAL if reading.evidence is Evidence.COMPLETE else reading.evidence
    return replace(reading, unread=(*reading.unread, *beside), evidence=lower)


def _nothing(
    sight: Sight,
    family: Family,
    blank: Blank,
    teller: Teller,
    blocks: list[Block],
    pagers: tuple[int, ...],
) -> Reading:
    titled = () if blank.mark else titled_posts(sight, Links(sight.source.sheet, teller.dates))
    reading = why_nothing(sight, family, blank, titled)
    return (
        nothing_in(sight, blank, family, teller, blocks, pagers)
        if reading.outcome is Outcome.EMPTY
        else reading
    )


def _refuse_both(mark: str, family: Family) -> Reading:
    """An empty list or box of the column's name beside one that nothing ties to the column: which
    is the column's cannot be told."""
    return replace(_unreadable("no_list", mark), family=family.name)


def _ranked(sheet: Outline, blocks: list[Block], around: Surroundings) -> list[Scored]:
    """The blocks that may be the column's, best first; none when the best one may not be."""
    blocks = [
        block for block in blocks if block.dated >= MIN_ROWS or not is_of_the_site(sheet, block)
    ]
    ranked = rank(sheet, blocks, around) if blocks else []
    return ranked if ranked and (_acceptable(sheet, ranked[0]) or _boxes(sheet, ranked)) else []


def _boxes(sheet: Outline, ranked: list[Scored]) -> bool:
    """Whether the page is a channel of boxes with a post or two each: alike, headed alike, and a
    list together."""
    best = ranked[0]
    same = [
        scored.block
        for scored in ranked
        if scored.other == best.other and alike(sheet, best.block, scored.block)
    ]
    rows = [row for block in same for row in block.rows]
    return best.other and len(same) >= MIN_ROWS and all(_compact(sheet, row) for row in rows)


def _acceptable(sheet: Outline, scored: Scored) -> bool:
    """Whether the block may be the column's list: many rows, or few that are tied to the column and
    small."""
    block = scored.block
    if scored.foreign and not scored.own:
        return False
    if block.dated >= MIN_ROWS:
        return True
    return scored.own and all(_compact(sheet, row) for row in block.rows)


def _compact(sheet: Outline, row: Row) -> bool:
    """An item, not an article or a page's whole middle that happens to hold a date and a link."""
    # cards with a picture, a heading, a summary and a day are the largest items
    if row.stop - row.start > 16:
        return False
    return sum(len(text) for text in sheet.texts[row.start : row.stop]) < 700


def _is_article(sheet: Outline, scored: Scored) -> bool:
    """Whether the page is one article with a list beside or below it: nothing pages, and prose
    outweighs."""
    block = scored.block
    if scored.paged:
        return False
    named = any(
        (sheet.elements[number].get("name") or "").lower() == "articletitle"
        and markup.said([sheet.elements[number].get("content") or ""])
        for number, tag in enumerate(sheet.tags[:120])
        if tag == "meta"
    )
    if named:
        return True
    prose = sheet.prose(block.start, block.stop)
    return prose > PROSE and (block.dated < MIN_ROWS or not scored.own)


def _unreadable(reason: str, mark: str) -> Reading:
    return Reading(Outcome.UNREADABLE, Evidence.NONE, reason=reason, mark=mark)
