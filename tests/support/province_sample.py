"""The sample portal of the province's platform: static and dynamic columns in both script forms,
sections that only lead on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tests.support.columns import START, SampleColumn, standard
from tests.support.province import Column, Portal
from tests.support.serving import HTML, Answer, Request

FOLDERS = {"新闻中心": "xwzx", "政务公开": "zwgk"}
DYNAMIC = ("bm", "rs")
SECOND_FORM = ("zj", "zc", "cz")


def _home(columns: tuple[SampleColumn, ...]) -> str:
    menus = "".join(
        f'<li><a href="/{FOLDERS[section]}/">{section}</a><ul>'
        + "".join(f'<li><a href="/{FOLDERS[section]}/{c.key}/">{c.name}</a></li>' for c in inside)
        + "</ul></li>"
        for section, inside in groupby(columns, key=lambda c: c.section)
    )
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>样例区人民政府</title></head><body><div class="nav"><ul><li><a href="/">首页</a></li>{menus}</ul></div></body></html>'


@dataclass
class ProvincePortal:
    """Ten columns; two are dynamic, three say their numbers in the second form."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/{FOLDERS[column.section]}/{column.key}/"

    def answer(self, request: Request) -> Answer:
        if request.path == "/":
            return 200, HTML, _home(self.columns).encode()
        first = {
            f"/{folder}/": next(c for c in self.columns if c.section == name)
            for name, folder in FOLDERS.items()
        }
        if request.path in first:
            onward = f'<html><head><meta http-equiv="refresh" content="0;url=./{first[request.path].key}/"></head></html>'
            return 200, HTML, onward.encode()
        return self._platform().answer(request)

    def _platform(self) -> Portal:
        return Portal({self.path(c): self._column(c) for c in self.columns}, port=self.port)

    def _column(self, column: SampleColumn) -> Column:
        rows = [
            (told.title, f"./{told.day:%Y%m}/t{told.day:%Y%m%d}_{told.number}.htm", told.day)
            for told in column.posts(self.today)
        ]
        return Column(
            1700 + column.place,
            list(rows),
            mode="动态" if column.key in DYNAMIC else "动静结合",
            form="listModel" if column.key in SECOND_FORM else "pageChnlInfo",
            name=column.name,
        )
