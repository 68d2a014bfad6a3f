"""The workbook: annexes as data, rows behind each figure, and crawled text that can do no harm."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from monitor.bulletin.model import FigurePost
from monitor.bulletin.reports import sheet
from tests.monitor.bulletin.test_bulletin import seed_bulletin, small
from tests.support.quarter import MONTHS, seed_rows

NASTY = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    " =1",
    "http://evil.example.org/",
    '=HYPERLINK("x")',
    "＝1+1",
]


def values(path: Path, name: str) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


def test_the_annexes_in_the_workbook_are_the_seeds(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    sheet.write(seed_bulletin(), path)
    found = {}
    for name in ("附件1 镇街", "附件2 区直部门"):
        for row in values(path, name)[2:]:
            if isinstance(row[0], int):
                found[row[1]] = tuple(row[2:5])
    assert found == {row["unit"]: tuple(int(row[m]) for m in MONTHS) for row in seed_rows()}
    totals = {row[1]: row[5] for row in values(path, "附件2 区直部门") if row[0] is None}
    assert totals == {"合计": 1309, "附件合计": 1993, "未归属": 1045, "全站合计": 3038}


def test_the_rows_behind_a_figure_can_be_counted(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    sheet.write(seed_bulletin(), path)
    rows = values(path, "依据")[2:]
    assert (
        sum(row[1] == "网站信息" and row[2] == "螺洲镇" and row[3] == "2020-05" for row in rows)
        == 2
    )
    assert sum(row[1] == "网站信息" for row in rows) == 3038
    assert sum(row[1] == "主动公开" for row in rows) == 200


def test_it_is_an_offices_table(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    sheet.write(seed_bulletin(), path)
    annex = openpyxl.load_workbook(path)["附件1 镇街"]
    assert annex.freeze_panes == "A3"
    assert annex.auto_filter.ref
    assert annex.print_title_rows == "$2:$2"
    assert annex.page_setup.paperSize == 9
    assert annex["A3"].font.name == "仿宋_GB2312"


def test_crawled_text_never_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    line = FigurePost("", "", date(2020, 4, 1), "2020-04", "", "", (), "", 1.0)
    posts = tuple(
        replace(line, title=text, origin=text, url=text, columns=(text,)) for text in NASTY
    )
    path = tmp_path / "b.xlsx"
    sheet.write(replace(small(tmp_path, 1), posts=posts), path)
    book = openpyxl.load_workbook(path)
    cells = [cell for row in book["依据"].iter_rows(min_row=3) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    titles = [cell.value for cell in book["依据"]["F"][2:]]
    assert [title[0] == "'" for title in titles] == ["http" not in text for text in NASTY]
    assert not [n for n in zipfile.ZipFile(path).namelist() if "hyperlink" in n]


@pytest.mark.parametrize(
    "name", ["一/二:三?", "长" * 220, "😀局", "\x00\x01局\ud800", "[x]", "'x'"]
)
def test_strange_names_do_no_harm(tmp_path: Path, name: str) -> None:
    bulletin = small(tmp_path, 1)
    group = replace(
        bulletin.groups[0], name=name, rows=(replace(bulletin.groups[0].rows[0], short=name),)
    )
    path = tmp_path / "b.xlsx"
    sheet.write(replace(bulletin, groups=(group,)), path)
    assert len(openpyxl.load_workbook(path).sheetnames) == len(
        set(openpyxl.load_workbook(path).sheetnames)
    )


def test_a_big_bulletin_is_written_in_seconds(tmp_path: Path) -> None:
    line = FigurePost(
        "样例标题",
        "http://portal.example.org/a.htm",
        date(2020, 4, 1),
        "2020-04",
        "教育局",
        "区教育局",
        ("c",),
        "来源",
        1.0,
    )
    posts = tuple(replace(line, day=line.day + timedelta(days=n % 90)) for n in range(8_000))
    began = time.process_time()
    sheet.write(replace(small(tmp_path, 1), posts=posts), tmp_path / "b.xlsx")
    assert time.process_time() - began < 8


def test_inert_keeps_ordinary_titles_as_they_are() -> None:
    assert sheet.inert("关于—招生的公告（2020）") == "关于—招生的公告（2020）"
    assert sheet.inert("——转发") == "——转发"
