"""Rows of a page, found from their dates, and the blocks that rows form by standing together.

Nothing here knows a site or a class name. A row is the smallest element that holds a date and a
titled link; rows with one home and nothing between them are a block.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from crawler.model import Dated
from crawler.reading.lists.cells import ALONE, EDGE, Cell
from crawler.reading.lists.links import ITEM_LINKS, TAG, Links, words_of
from crawler.reading.lists.outline import Outline

HOMES = frozenset({"ul", "ol", "table", "tbody", "dl"})
"""Elements that are lists by themselves: a row is never made larger than one of them."""
ITEMS = frozenset({"li", "tr", "dd", "dt", "tbody", "a"})
"""Elements that hold one row each; an ``a`` on pages whose link wraps title, summary and day."""
BROTHERS = 3
"""So many rows above the first dated one are looked at for a list that is no list element."""
GROUP = 10
"""Lists are cut into groups of at most about this many items; larger neighbours are tabs."""
MAX_CLIMB = 14
"""Pages of old editors stand nested tables and fonts between a day and its title."""
MAX_LINKS = 40
"""Pages without list elements: a holder with more links is a part of the page, no row."""
ITEM_MORE = 8
"""So many links may stand in a row's item beside those near its date."""


@dataclass(slots=True)
class Row:
    """One item: element ``node`` in ``home``, its title's ``anchor``, its texts ``start`` to
    ``stop``.

    ``flat`` rows have no element of their own: links and dates alternate in ``home``.
    """

    node: int
    home: int
    anchor: int
    start: int
    stop: int
    cells: list[Cell] = field(default_factory=list)
    flat: bool = False


@dataclass(slots=True)
class Block:
    """Rows that stand together, in page order, those without a date among them.

    ``hidden`` are rows switched off among shown ones: samples for a script, or pages that it turns.
    """

    rows: list[Row]
    hidden: list[Row] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.rows[0].start

    @property
    def stop(self) -> int:
        return self.rows[-1].stop

    @property
    def dated(self) -> int:
        return sum(1 for row in self.rows if row.cells)


def rows_of(sheet: Outline, cells: list[Cell], links: Links) -> list[Row]:
    """The rows that hold a date, in page order."""
    nodes: dict[int, list[Cell]] = {}
    for cell in cells:
        if cell.rank >= EDGE:
            node = _holder(sheet, cell.owner, links)
            if node >= 0:
                nodes.setdefault(node, []).append(cell)
    rows: list[Row] = []
    for node, own in _without_strays(sheet, nodes, links):
        rows.extend(_rows_in(sheet, node, own, links))
    lift(sheet, rows, links)
    return rows


def _holder(sheet: Outline, node: int, links: Links) -> int:
    """The smallest element around ``node`` with a titled link, or -1."""
    for _ in range(MAX_CLIMB):
        if node < 0 or links.any_within(node):
            return node
        node = sheet.parents[node]
    return -1


def _without_strays(
    sheet: Outline, nodes: dict[int, list[Cell]], links: Links
) -> list[tuple[int, list[Cell]]]:
    """Holders in page order. One around others gives them its dates (same link) or loses them (a
    stray)."""
    kept: list[tuple[int, list[Cell]]] = []
    for node in sorted(nodes, reverse=True):
        inner = []
        while kept and kept[-1][0] < sheet.end[node]:
            inner.append(kept.pop())
        if not inner:
            kept.append((node, nodes[node]))
        elif (
            len(inner) == 1 and len(links.within(node)) == len(links.within(inner[0][0]))
        ) or _whole_item(sheet, node, nodes[node], inner):
            kept.append(
                (
                    node,
                    sorted(
                        nodes[node] + [cell for _, own in inner for cell in own],
                        key=lambda cell: cell.text,
                    ),
                )
            )
        else:
            kept.extend(reversed(inner))
    kept.reverse()
    return kept


def _whole_item(
    sheet: Outline, node: int, own: list[Cell], inner: list[tuple[int, list[Cell]]]
) -> bool:
    """Whether ``node`` is one item with a date of its own, and those inside only end its title or
    begin its summary."""
    if not any(cell.rank == ALONE and cell.place == "item" for cell in own):
        return False
    if any(cell.rank == ALONE for _, cells in inner for cell in cells):
        return False
    few = len(inner) == 1 and len(sheet.links_in(node)) <= ITEM_LINKS
    return few or (sheet.tags[node] in ("li", "tr", "dd") and len(inner) <= ITEM_LINKS)


def _rows_in(sheet: Outline, node: int, cells: list[Cell], links: Links) -> list[Row]:
    """One row, or several when links and dates alternate in one element (``dt``/``dd``, ``br``)."""
    anchors = links.within(node)
    best = max(cell.rank for cell in cells)
    sure = [cell for cell in cells if cell.rank == best]
    if len(sure) > 1 and len(anchors) > 1:
        flat = _alternating(sheet, node, sure, anchors)
        if flat:
            return flat
    if len(anchors) > MAX_LINKS:
        return []
    home = sheet.parents[node]
    return [
        Row(node, home, best_anchor(sheet, anchors), sheet.first[node], sheet.last[node], cells)
    ]


def _alternating(sheet: Outline, node: int, cells: list[Cell], anchors: list[int]) -> list[Row]:
    starts = [sheet.first[anchor] for anchor in anchors]
    leading = starts[0] <= cells[0].text
    bounds = [bisect_left(starts, cell.text + 1) for cell in cells]
    if leading:
        edges = [0, *bounds]
    else:
        edges = [*bounds, len(anchors)]
    groups = [anchors[edges[i] : edges[i + 1]] for i in range(len(cells))]
    filled = sum(1 for group in groups if group)
    # old pages whose rows are lines of one paragraph: dates and links take turns
    if filled < max(2, len(cells) * 0.9):
        return []
    rows = []
    for group, cell in zip(groups, cells, strict=True):
        if group and len(group) <= 6:
            anchor = best_anchor(sheet, group)
            start = min(sheet.first[group[0]], cell.text)
            stop = max(sheet.last[group[-1]], cell.text + 1)
            rows.append(Row(anchor, node, anchor, start, stop, [cell], flat=True))
    return rows


def best_anchor(sheet: Outline, anchors: list[int]) -> int:
    """The title among the links of a row: not deep inside (a pop-up list), rather long (not a
    category)."""
    if len(anchors) == 1:
        return anchors[0]
    depths = [_depth(sheet, anchor) for anchor in anchors]
    top = min(depths)

    def worth(i: int) -> float:
        anchor = anchors[i]
        length = sum(
            len(sheet.texts[t].strip()) for t in range(sheet.first[anchor], sheet.last[anchor])
        )
        return min(length, 30) - 8 * (depths[i] - top) - i * 0.01

    return anchors[max(range(len(anchors)), key=worth)]


def _depth(sheet: Outline, node: int) -> int:
    depth = 0
    while node >= 0 and depth < 400:
        node = sheet.parents[node]
        depth += 1
    return depth


def lift(sheet: Outline, rows: list[Row], links: Links | None = None) -> None:
    """Make each row the largest element that still holds no other row: the unit that repeats.

    Where a date stood beside a few words only (a forum's author), the title is looked for in the
    whole row.
    """
    for i, row in enumerate(rows):
        if row.flat:
            continue
        before = rows[i - 1].node if i else -1
        after = rows[i + 1].node if i + 1 < len(rows) else len(sheet.tags)
        node = row.node
        for _ in range(MAX_CLIMB):
            parent = sheet.parents[node]
            if parent < 0 or sheet.tags[parent] in ("body", "html", "form"):
                break
            if sheet.tags[parent] in HOMES and sheet.tags[node] in ITEMS:
                break
            if before >= parent or after < sheet.end[parent]:
                break
            more = len(sheet.anchors_in(parent)) - len(sheet.anchors_in(node))
            if more > (ITEM_MORE if sheet.tags[parent] in ("li", "tr") else 3):
                break
            node = parent
        if links is not None and node != row.node and len(words_of(sheet, row.anchor)) <= TAG:
            row.anchor = best_anchor(sheet, links.within(node) or [row.anchor])
        row.node, row.home = node, sheet.parents[node]
        row.start, row.stop = sheet.first[node], sheet.last[node]


def blocks_of(
    sheet: Outline,
    rows: list[Row],
    links: Links,
    pagers: Sequence[int] = (),
    cells: Sequence[Cell] = (),
) -> list[Block]:
    """Rows that stand together, in page order; rows without a date that stand among them are added.

    So are rows whose link has no words: their date is among ``cells``, all that were found.
    """
    blocks: list[Block] = []
    for row in rows:
        last = blocks[-1].rows[-1] if blocks else None
        if last is not None and _together(sheet, last, row):
            blocks[-1].rows.append(row)
        else:
            blocks.append(Block([row]))
    last_in = {block.rows[0].home: block for block in blocks}
    done: dict[int, int] = {}
    for block in blocks:
        home = block.rows[0].home
        _add_undated(sheet, block, links, done.get(home, 0), last_in[home] is block)
        done[home] = sheet.end[block.rows[-1].node]
    taken = {id(cell) for row in rows for cell in row.cells}
    loose = [cell for cell in cells if cell.rank >= EDGE and id(cell) not in taken]
    if loose:
        for block in blocks:
            _add_wordless(sheet, block, loose)
    return _merge(sheet, blocks, pagers)


def _together(sheet: Outline, last: Row, row: Row) -> bool:
    return last.home == row.home and sheet.tags[last.node] == sheet.tags[row.node]


def _merge(sheet: Outline, blocks: list[Block], pagers: Sequence[int]) -> list[Block]:
    """Lists cut into groups (five items a ``ul``) made one: same shape, and nothing to read between
    them."""
    merged: list[Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.stop == block.start
            and shape(sheet, last) == shape(sheet, block)
            and brothers(sheet, last.rows[-1].home, block.rows[0].home)
            and (_paged(block, pagers) or (len(block.rows) <= GROUP and _goes_on(last, block)))
        ):
            last.rows.extend(block.rows)
        else:
            merged.append(block)
    return merged


def brothers(sheet: Outline, one: int, other: int) -> bool:
    """Whether two homes stand alike in one box: groups of a list do, a side box and the middle do
    not."""
    for _ in range(4):
        if one < 0 or other < 0 or one == other:
            return True
        if sheet.tags[one] != sheet.tags[other] or _look(sheet, one) != _look(sheet, other):
            return False
        one, other = sheet.parents[one], sheet.parents[other]
    return True


def _look(sheet: Outline, node: int) -> str:
    """The first class of an element without its number: ``list1`` and ``list2 last`` look alike."""
    return ((sheet.elements[node].get("class") or "").split() or [""])[0].rstrip("0123456789_-")


def _goes_on(last: Block, block: Block) -> bool:
    """Whether ``block`` continues the order of ``last``: tabs begin again with their newest."""
    above, below = _days(last), _days(block)
    if not above or not below:
        return True
    return below[0] <= above[-1]


def _days(block: Block) -> list[date]:
    return [
        answer.day
        for row in block.rows
        for answer in [row.cells[0].answer if row.cells else None]
        if isinstance(answer, Dated)
    ]


def _paged(block: Block, pagers: Sequence[int]) -> bool:
    """Whether a pager comes next after ``block`` or the groups that follow it."""
    return bool(pagers) and block.stop <= pagers[-1]


def shape(sheet: Outline, block: Block) -> tuple[str, str, str]:
    """What rows of one list have in common: their tag, their home's tag, the tag that holds the
    date."""
    row = next((row for row in block.rows if row.cells), block.rows[0])
    holder = sheet.tags[row.cells[0].owner] if row.cells else ""
    return sheet.tags[row.node], sheet.tags[row.home] if row.home >= 0 else "", holder


def _add_undated(sheet: Outline, block: Block, links: Links, begin: int, to_end: bool) -> None:
    """Put in the block's brothers that have a title and no date, from element ``begin`` on."""
    first, last = block.rows[0], block.rows[-1]
    if first.home < 0 or first.flat:
        return
    known = {row.node: row for row in block.rows}
    strict = sheet.tags[first.home] in HOMES
    node = max(first.home + 1, begin) if strict else _first_brother(sheet, first, begin)
    stop = sheet.end[first.home] if strict and to_end else sheet.end[last.node]
    rows: list[Row] = []
    while node < stop:
        row = known.get(node)
        if row is None and sheet.tags[node] == sheet.tags[first.node]:
            anchors = links.within(node)
            if 0 < len(anchors) <= 6:
                anchor = best_anchor(sheet, anchors)
                row = Row(node, first.home, anchor, sheet.first[node], sheet.last[node])
        if row is not None:
            rows.append(row)
        node = sheet.end[node]
    block.rows = rows or block.rows


def _first_brother(sheet: Outline, first: Row, begin: int) -> int:
    """The first of the elements just before ``first`` that look like it: the newest row may have
    lost its date."""
    node = first.node
    before = [child for child in _children(sheet, first.home) if begin <= child < first.node][
        -BROTHERS:
    ]
    for child in reversed(before):
        if sheet.tags[child] != sheet.tags[first.node] or _look(sheet, child) != _look(
            sheet, first.node
        ):
            break
        node = child
    return node


def _children(sheet: Outline, home: int) -> Iterator[int]:
    node = home + 1
    while node < sheet.end[home]:
        yield node
        node = sheet.end[node]


def _add_wordless(sheet: Outline, block: Block, loose: Sequence[Cell]) -> None:
    """Put in brothers with a date and one link that says nothing: an item whose title was
    forgotten."""
    first = block.rows[0]
    if first.home < 0 or first.flat or sheet.tags[first.home] not in HOMES:
        return
    known = {row.node for row in block.rows}
    for cell in loose:
        node = cell.owner
        while node > first.home and sheet.parents[node] != first.home:
            node = sheet.parents[node]
        if node <= first.home or node in known or sheet.tags[node] != sheet.tags[first.node]:
            continue
        anchors = sheet.links_in(node)
        if len(anchors) == 1 and anchors[0] in sheet.hrefs:
            known.add(node)
            row = Row(node, first.home, anchors[0], sheet.first[node], sheet.last[node], [cell])
            block.rows.append(row)
    block.rows.sort(key=lambda row: row.start)
