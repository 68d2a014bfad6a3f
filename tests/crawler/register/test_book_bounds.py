"""Workbooks that cost more than a form ever does are refused in one sentence, by the child that
opens them or with it; the process that asks, and the store, notice nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.opening import opened, told
from crawler.register.books.packed import packed, unpacked
from crawler.register.books.reading import read_workbook
from tests.support.workbooks import CONTACTS, SURVEY, book, repacked, row, strike

SHEET = "xl/worksheets/sheet1.xml"


def with_rows(path: Path, rows: bytes) -> Path:
    """A 通讯录 whose sheet goes on with ``rows``."""
    return repacked(
        book(path, CONTACTS), {SHEET: lambda b: b.replace(b"</sheetData>", rows + b"</sheetData>")}
    )


def with_more(path: Path, more: bytes) -> Path:
    """A 通讯录 with ``more`` behind its cells."""
    return repacked(
        book(path, CONTACTS), {SHEET: lambda b: b.replace(b"</sheetData>", b"</sheetData>" + more)}
    )


CELL = b'<c r="A9"><v>1</v></c>'
MERGE = b'<mergeCell ref="A1:XFD1048576"/>'
LINK = b'<hyperlink ref="A1:XFD1048576" location="x"/>'
BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a million and a half cells": (lambda p: with_rows(p, b'<row r="9">' + CELL * 1_500_000 + b"</row>"), "解压后过大"),
    "a hundred thousand rows": (lambda p: with_rows(p, b'<row r="9"><c r="A9"><v>1</v></c></row>' * 100_000), "超过 2000 行"),
    "one merged cell over all": (lambda p: with_more(p, b"<mergeCells>" + MERGE + b"</mergeCells>"), "范围过大"),
    "merged cells without end": (lambda p: with_more(p, b"<mergeCells>" + MERGE * 2_100 + b"</mergeCells>"), "范围过大"),
    "a link over all": (lambda p: with_more(p, b"<hyperlinks>" + LINK + b"</hyperlinks>"), "范围过大"),
    "three thousand rows with words": (lambda p: book(p, CONTACTS, *([row(CONTACTS)] * 3_000)), "超过 2000 行"),
    "a column far to the right": (lambda p: book(p, CONTACTS, [*row(CONTACTS), *[None] * 50, "x"]), "最多 40 栏"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_one_sentence(tmp_path: Path, bomb: str) -> None:
    make, words = BOMBS[bomb]
    with pytest.raises(BadWorkbook, match=words) as refused:
        read_workbook(make(tmp_path / "a.xlsx"))
    assert str(refused.value).startswith("a.xlsx：")
    assert "\n" not in str(refused.value)


LIMITED = """
import sys
from crawler.system.limits import limit_self
limit_self(300_000_000, 2)
{}
"""


@pytest.mark.parametrize("deed", ["x = bytearray(500_000_000)", "while True: pass"])
def test_a_child_with_limits_ends_and_its_parent_does_not(deed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED.format(deed)], capture_output=True, check=False
    )
    assert done.returncode != 0


def test_what_the_child_tells_is_what_it_read(tmp_path: Path) -> None:
    def more(made: object) -> None:
        sheet = made.active  # type: ignore[attr-defined]
        sheet.row_dimensions[6].hidden = True
        strike(sheet, 5, [3])
        sheet["E5"].hyperlink = "http://weixin.qq.com/r/abcd"
        sheet.merge_cells("D5:D6")
        made.create_sheet("旧").sheet_state = "hidden"  # type: ignore[attr-defined]

    path = book(tmp_path / "a.xlsx", SURVEY, row(SURVEY, 主体="=A1"), row(SURVEY), more=more)
    grids = opened(path, 2_000)
    assert read_workbook(path) == grids
    assert unpacked(packed(grids)) == grids
    first = grids[0]
    assert (dict(first.left), first.struck) == ({6: "隐藏"}, {(5, 3)})
    assert first.links == {(5, 5): "http://weixin.qq.com/r/abcd"}
    assert [grid.hidden for grid in grids] == [False, True]


def test_what_is_no_answer_of_the_child_is_no_workbook(tmp_path: Path) -> None:
    for said in ('[{"name": 1}]', "[1]", "nothing", '[{"cells": [[1]]}]'):
        with pytest.raises(ValueError):
            unpacked(said)
    (tmp_path / "a.xlsx").write_bytes(b"PK no archive")
    assert told(tmp_path / "a.xlsx", 2_000).startswith('{"refused": ')
