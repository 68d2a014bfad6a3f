"""Rows without a printed date: those dated by their addresses, and those that only show that a list
is there."""

from __future__ import annotations

from crawler.days.text import url_date
from crawler.model import Post
from crawler.reading.bounds.sight import Sight
from crawler.reading.lists.blocks import Block, Row, blocks_of, lift
from crawler.reading.lists.cells import ALONE, Cell
from crawler.reading.lists.links import Links
from crawler.reading.lists.titles import title_of

MANY, LONG = 4, 12
"""So many links with titles of so many characters on average are a list of articles, not a menu."""


def address_rows(sight: Sight, links: Links) -> list[Row]:
    """Rows of titled links whose address holds a day, where no date is printed."""
    sheet = sight.source.sheet
    rows: list[Row] = []
    previous = ""
    for anchor in sheet.anchors:
        url = sight.href(anchor)
        if not url or url == previous or not links.titled(anchor):
            continue
        dated = url_date(url, today=sight.today)
        if dated is None:
            continue
        previous = url
        cell = Cell(sheet.first[anchor], anchor, ALONE, dated, dated.raw, place="url")
        rows.append(_row(sight, anchor, [cell]))
    lift(sheet, rows)
    return rows


def titled_posts(sight: Sight, links: Links) -> tuple[Post, ...]:
    """The posts of the longest list of titles that no date stands beside, none when there is no
    such list."""
    sheet = sight.source.sheet
    rows = [
        _row(sight, anchor, [])
        for anchor in sheet.anchors
        if _long(sight, anchor) and links.titled(anchor)
    ]
    lift(sheet, rows)
    best: Block | None = None
    for block in blocks_of(sheet, rows, links):
        if len(block.rows) >= MANY and (best is None or len(block.rows) > len(best.rows)):
            best = block
    if best is None:
        return ()
    posts = [
        Post(title_of(sheet, row, frozenset()), sight.href(row.anchor), None) for row in best.rows
    ]
    return tuple(posts) if sum(len(post.title) for post in posts) >= LONG * len(posts) else ()


def _row(sight: Sight, anchor: int, cells: list[Cell]) -> Row:
    sheet = sight.source.sheet
    return Row(
        anchor, sheet.parents[anchor], anchor, sheet.first[anchor], sheet.last[anchor], cells
    )


def _long(sight: Sight, anchor: int) -> bool:
    sheet = sight.source.sheet
    words = sum(
        len(sheet.texts[number].strip())
        for number in range(sheet.first[anchor], sheet.last[anchor])
    )
    return words >= LONG - 4
