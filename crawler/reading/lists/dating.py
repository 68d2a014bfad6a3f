"""Rows of the chosen list -> posts: which of a row's dates is its publication, and with which
proof."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from crawler.days.parts import Part
from crawler.days.strength import DOUBTED, WRITTEN, is_weak
from crawler.days.text import (
    FUTURE,
    NO_DAY,
    NO_YEAR,
    NOT_PUBLISHED,
    OTHER_DATE,
    judge,
    url_date,
    url_day,
    url_year,
)
from crawler.days.years import Hint, years
from crawler.model import Dated, Post, Refused
from crawler.reading.bounds.sight import Sight
from crawler.reading.lists.blocks import Block, Row
from crawler.reading.lists.cells import ALONE, EDGE, Cell
from crawler.reading.lists.outline import Outline, squeeze
from crawler.reading.lists.titles import PINNED, title_of

IN_TITLE = "inside the title, not the publication"
"""36 of the labelled rows end their title with a day; on others that is an event's."""
WIDE = 0.3
"""Share of the rows that must have a second date for the list to have two columns of them."""
EDGE_SHARE = 0.6
"""Dates at the end of titles are the publication's when this share of the rows has one."""
URL_SHARE = 0.8
"""Addresses date the rows that print no date when they agree with this share of the printed
ones."""

_ORIGIN = re.compile(
    r"(?:信息来源|来源|发布机构|发布单位|发文机关|供稿单位?)\s{0,3}[:：]\s{0,3}([^\s:：|()（）\[\]]{2,30})"
)
"""Cards and lists of search results print 来源：区应急局 in each row."""
_PUBLISHED = re.compile(r"发布|公开|公布|更新|发文|刊登|上网")
"""Tables with a column of 成文日期 and one of 发布日期."""
_SHOWN = re.compile(r"回复|开始|起始")
"""When nothing is called published: a letter is shown with its reply, a consultation from its
beginning."""
_DATE_HEAD = re.compile(r"时间|日期|有效期|期限")
"""Heads of tables above a column of days."""
_HELD = re.compile(r"召开|举行|举办|开展|播出|有效期|期限")
"""Heads of a column of days on which something was held or ends, beside those of OTHER_DATE."""
_SIGNED = re.compile(r"成文|印发|签署|制定|签发|发文日期")
"""Dates of a document that are seldom after its publication: they clear, and never convict."""
_ENDS = re.compile(r"截止|截至|结束|到期|开标|失效|废止|有效")
"""Heads of a column of days that come after the publication by their nature: they cast no doubt on
it."""
HALF = f"{DOUBTED}one of the dates that the other rows have"
UNDATED, IMPOSSIBLE, FUTURE_DATE, WEAK_DATE = (
    "undated",
    "impossible_date",
    "future_date",
    "weak_date",
)
"""Why a row became no post that is surely dated (:attr:`crawler.model.Unread.why`)."""


@dataclass(slots=True)
class Item:
    """One row on its way to a post. ``doubts`` are its dates that were not believed."""

    row: Row
    url: str
    cells: list[Cell] = field(default_factory=list)
    published: Dated | None = None
    others: list[Dated] = field(default_factory=list)
    edge: bool = False
    doubts: list[Refused] = field(default_factory=list)
    post: Post | None = None

    @property
    def why(self) -> str:
        """Why its day is not sure, ``""`` when it is."""
        if self.published is not None:
            return WEAK_DATE if is_weak(self.published) else ""
        whys = {doubt.why for doubt in self.doubts}
        return FUTURE_DATE if FUTURE in whys else IMPOSSIBLE if NO_DAY in whys else UNDATED


def items_of(sight: Sight, block: Block, dates: frozenset[int]) -> tuple[list[Item], list[Refused]]:
    """The rows of a block with their posts, and the date candidates not believed."""
    refused: list[Refused] = []
    items = [Item(row, sight.href(row.anchor), list(row.cells)) for row in block.rows]
    _publish(sight, items, refused)
    for item in items:
        item.post = _post(sight.source.sheet, item, dates)
    return items, refused


def posts_of(items: Sequence[Item]) -> tuple[Post, ...]:
    """The posts of rows in page order without repeats."""
    return _unique([item.post for item in items if item.post is not None])


def _publish(sight: Sight, items: list[Item], refused: list[Refused]) -> None:
    edge = sum(1 for item in items if item.cells and max(cell.rank for cell in item.cells) == EDGE)
    believe_edge = edge >= EDGE_SHARE * len(items)
    for item in items:
        item.cells = _candidates(item, believe_edge, refused)
    _one_column(sight.source.sheet, items)
    _give_years(sight, items, refused)
    for item in items:
        _settle(item, refused)
    _from_addresses(sight, items)


def _candidates(item: Item, believe_edge: bool, refused: list[Refused]) -> list[Cell]:
    """The cells that may be the publication: alone in their place, else at the edge where most rows
    are so."""
    kept = []
    for cell in item.cells:
        if cell.label and OTHER_DATE.search(cell.label) and not _PUBLISHED.search(cell.label):
            refused.append(Refused(f"{cell.label} {cell.raw}", NOT_PUBLISHED))
        else:
            kept.append(cell)
    if not kept:
        return [_as(cell, WRITTEN) for cell in item.cells if _SIGNED.search(cell.label)][:1]
    alone = [cell for cell in kept if cell.rank == ALONE]
    if alone:
        shown = [cell for cell in alone if cell.place == "item"]
        return shown + [cell for cell in alone if cell.place != "item"]
    if believe_edge:
        return kept
    refused.extend(Refused(cell.raw, IN_TITLE) for cell in kept)
    return []


def _as(cell: Cell, why: str) -> Cell:
    """The cell with a date that only clears."""
    answer = cell.answer
    if not isinstance(answer, Dated):
        return cell
    return replace(
        cell, answer=replace(answer, place=WRITTEN) if why == WRITTEN else replace(answer, why=why)
    )


def _one_column(sheet: Outline, items: list[Item]) -> None:
    """Of several dates in every row, put the column that is the publication's first."""
    if all(len(item.cells) < 2 for item in items):
        _signed_column(sheet, items)
        return
    counts = Counter(
        len([c for c in item.cells if c.place == "item"]) for item in items if item.cells
    )
    if not counts or max(counts) < 2:
        return
    width = max(
        width
        for width, count in counts.items()
        if count >= WIDE * len(items) or width == counts.most_common(1)[0][0]
    )
    if width < 2:
        return
    wide = [item for item in items if len([c for c in item.cells if c.place == "item"]) == width]
    best = _labelled_column(sheet, wide, width)
    labelled = best is not None
    heads = (
        _head(sheet, items[0].row, width)
        if labelled and not any(c.label for c in wide[0].cells)
        else []
    )
    other = [
        i for i, head in enumerate(heads) if _ENDS.search(head) and not _PUBLISHED.search(head)
    ]
    if best is None:
        best = _ordered_column(wide, width)
    for item in wide:
        if best is None:
            item.cells.sort(key=_latest)
        else:
            kept = item.cells[best]  # the table's head says of the others what they are: 截止时间
            item.cells = [
                kept,
                *(c for i, c in enumerate(item.cells) if i != best and i not in other),
            ]
    if labelled:  # a letter without a reply shows the day it was written where the others show the day of the reply
        for item in items:
            if 0 < len(item.cells) < width - len(other):
                item.cells = [_as(cell, HALF) for cell in item.cells]


def _signed_column(sheet: Outline, items: list[Item]) -> None:
    """A table whose only dates stand under 成文日期: the day of the document, not of its
    publication."""
    first = next((item.row for item in items if item.cells), None)
    if first is None or (sheet.tags[first.node] != "tr" and not _head_row(sheet, first)):
        return
    heads = _head(sheet, first, 1)
    if heads and _is_other(heads[0]) and not _PUBLISHED.search(heads[0]):
        for item in items:
            item.cells = [_as(cell, WRITTEN) for cell in item.cells]


def _is_other(head: str) -> bool:
    return OTHER_DATE.search(head) is not None or _HELD.search(head) is not None


def _head_row(sheet: Outline, row: Row) -> bool:
    """Whether the brother before the first row is a head: two to eight short texts without a link,
    in no table."""
    node, before = row.home + 1, -1
    while 0 <= node < row.node:
        before, node = node, sheet.end[node]
    if row.home < 0 or row.flat or before < 0 or sheet.links_in(before):
        return False
    said = sheet.texts[sheet.first[before] : sheet.last[before]]
    return 2 <= len(said) <= 8 and all(len(squeeze(text)) < 12 for text in said)


def _latest(cell: Cell) -> int:
    return -cell.answer.day.toordinal() if isinstance(cell.answer, Dated) else 0


def _labelled_column(sheet: Outline, items: list[Item], width: int) -> int | None:
    """By the rows' own labels, else by the words of the table's head."""
    labels = [cell.label for cell in items[0].cells[:width]]
    if not any(labels):
        labels = _head(sheet, items[0].row, width)
    good = [i for i, label in enumerate(labels) if _PUBLISHED.search(label)]
    good = good or [i for i, label in enumerate(labels) if _SHOWN.search(label)]
    plain = [i for i, label in enumerate(labels) if label and not OTHER_DATE.search(label)]
    if good:
        return good[0]
    return plain[0] if len(plain) == 1 else None


def _head(sheet: Outline, row: Row, width: int) -> list[str]:
    """The date headings printed before the first row, as many as there are date columns."""
    before = [squeeze(text) for text in sheet.texts[max(0, row.start - 14) : row.start]]
    heads = [text for text in before if len(text) < 12 and _DATE_HEAD.search(text)]
    return heads[-width:] if len(heads) >= width else []


def _ordered_column(items: list[Item], width: int) -> int | None:
    """The only column whose days descend."""
    if len(items) < 4:
        return None
    descending = []
    for i in range(width):
        days = [answer.day for item in items if isinstance(answer := item.cells[i].answer, Dated)]
        pairs = list(itertools.pairwise(days))
        if pairs and sum(1 for a, b in pairs if a >= b) >= 0.9 * len(pairs) and len(set(days)) > 1:
            descending.append(i)
    return descending[0] if len(descending) == 1 else None


def _give_years(sight: Sight, items: list[Item], refused: list[Refused]) -> None:
    """Dates without a year get one where the page gives reason, else they are refused."""
    if not any(cell.answer is None for item in items for cell in item.cells):
        return
    found = years([_hint(item, sight) for item in items], sight.today)
    for item, answer in zip(items, found, strict=True):
        for cell in item.cells:
            if cell.answer is not None:
                continue
            if answer is None:
                cell.answer = Refused(cell.raw, NO_YEAR)
            else:
                part = Part(answer[0], cell.month, cell.day, 0, len(cell.raw), alone=True)
                judged = judge(part, cell.raw, today=sight.today, place=cell.place)
                cell.answer = (
                    replace(judged, why=answer[1]) if isinstance(judged, Dated) else judged
                )


def _hint(item: Item, sight: Sight) -> Hint:
    full = next((cell.answer.day for cell in item.cells if isinstance(cell.answer, Dated)), None)
    short = next((cell for cell in item.cells if cell.answer is None), None)
    url = url_date(item.url, today=sight.today)
    return Hint(
        full,
        short.month if short else 0,
        short.day if short else 0,
        url.day if url else None,
        url_year(item.url),
        sight.days.get(item.url),
    )


def _settle(item: Item, refused: list[Refused]) -> None:
    for cell in item.cells:
        if isinstance(cell.answer, Refused):
            refused.append(cell.answer)
            item.doubts.append(cell.answer)
        elif cell.answer is not None and item.published is None:
            item.published = cell.answer
            item.edge = cell.rank == EDGE
        elif cell.answer is not None and item.published and cell.answer.day != item.published.day:
            item.others.append(cell.answer)


def _from_addresses(sight: Sight, items: list[Item]) -> None:
    """The day in the address: a witness where a date is printed, the date itself where none is."""
    today = sight.today
    told = [url_day(item.url, today=today) if item.url else None for item in items]
    both = [
        (item.published, day)
        for item, day in zip(items, told, strict=True)
        if item.published and day
    ]
    agree = sum(1 for shown, day in both if shown.day == day)
    trusted = not any(item.published for item in items) or (both and agree >= URL_SHARE * len(both))
    for item, day in zip(items, told, strict=True):
        if day is None:
            continue
        if item.published is None:
            if trusted and not item.cells:
                item.published = url_date(item.url, today=today)
        elif item.published.day != day and (witness := url_date(item.url, today=today)) is not None:
            item.others.append(witness)


def _post(sheet: Outline, item: Item, dates: frozenset[int]) -> Post:
    row = item.row
    words = sheet.texts[row.start : row.stop]
    return Post(
        title_of(sheet, row, dates, edge=item.edge),
        item.url,
        item.published,
        _origin(words),
        tuple(item.others),
        any("顶" in text and PINNED.search(text) is not None for text in words),
    )


def _origin(words: Sequence[str]) -> str | None:
    for text in words:
        match = _ORIGIN.search(text) if ":" in text or "：" in text else None
        if match is not None:
            return match[1]
    return None


def _unique(posts: list[Post]) -> tuple[Post, ...]:
    """Each post once: the same rows stand twice where a page serves desktops and telephones."""
    seen: dict[tuple[str, str, date | None], int] = {}
    kept: list[Post] = []
    for post in posts:
        day = post.published.day if post.published is not None else None
        key = (post.url, "", None) if post.url else ("", post.title, day)
        at = seen.get(key)
        if at is None:
            seen[key] = len(kept)
            kept.append(post)
        elif kept[at].published is None and post.published is not None:
            kept[at] = post
        elif kept[at].title != post.title and kept[at].published != post.published:
            kept.append(post)
    return tuple(post for post in kept if post.title or (post.url and post.published))
