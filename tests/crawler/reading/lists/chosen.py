"""Lists of a hand-written page as blocks, to ask the chooser alone about them."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.reading.lists.blocks import Block, Row
from crawler.reading.lists.cells import Cell, cells_of
from crawler.reading.lists.choice import Scored, Surroundings, pager_texts, rank
from crawler.reading.lists.outline import Outline, outline, plain_tree
from tests.support.listpages import LOOK, TODAY

FOLDER = "www.x.example.org/tzgg/"
HOMES = ("ul", "tbody")
ROWS = ("li", "tr")


@dataclass(frozen=True)
class Sheet:
    """A page and the lists on it, each a block."""

    outline: Outline
    blocks: list[Block]


def sheet_of(html: str) -> Sheet:
    root = plain_tree(f"<html><body>{html}</body></html>")
    assert root is not None
    sheet = outline(root)
    homes = [number for number, tag in enumerate(sheet.tags) if tag in HOMES]
    blocks = [Block(rows) for home in homes if (rows := _rows(sheet, home))]
    return Sheet(sheet, blocks)


def _rows(sheet: Outline, home: int) -> list[Row]:
    inside = range(home + 1, sheet.end[home])
    return [
        Row(number, home, sheet.links_in(number)[0], sheet.first[number], sheet.last[number],
            _cells(sheet, number))
        for number in inside
        if sheet.tags[number] in ROWS and sheet.links_in(number)
    ]  # fmt: skip


def _cells(sheet: Outline, row: int) -> list[Cell]:
    """The dates among the row's texts."""
    every = cells_of(sheet, TODAY, LOOK)
    return [cell for cell in every if sheet.first[row] <= cell.text < sheet.last[row]]


def rows(count: int = 3, *, at: str = "/tzgg/", title: str = "关于某事项的通知", date: str = "2026-11-02") -> str:  # fmt: skip
    return "".join(
        f"<li><a href='http://www.x.example.org{at}{n}.htm'>{title}</a>"
        + (f"<span>{date}</span>" if date else "")
        + "</li>"
        for n in range(count)
    )


def ranked(
    html: str,
    *,
    names: tuple[str, ...] = ("通知公告",),
    folder: str = FOLDER,
    total: int | None = None,
) -> list[Scored]:
    """The lists of the page, the best first."""
    made = sheet_of(html)
    sheet = made.outline
    scripts = [(number, sheet.elements[number].text or "") for number in sheet.scripts]
    around = Surroundings(
        names, folder, tuple(pager_texts(sheet, scripts)), lambda a: sheet.hrefs.get(a, ""), total
    )
    return rank(sheet, made.blocks, around)


def alone(html: str, **values: object) -> Scored:
    """The only list of the page."""
    (found,) = ranked(html, **values)  # type: ignore[arg-type]
    return found
