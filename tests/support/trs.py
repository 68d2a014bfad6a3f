"""The sample portal of plain TRS WCM: folders, a pager written by script, panels of a section, a
hot list on every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tests.support.columns import BODY, START, SampleColumn, Told, paged, pages_of, standard
from tests.support.serving import HTML, NOT_FOUND, Answer, Request

SIZE = 15
FOLDERS = {"新闻中心": "xwzx", "政务公开": "zwgk"}


@dataclass
class TrsPortal:
    """Ten columns below two sections."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/{FOLDERS[column.section]}/{column.key}/"

    def answer(self, request: Request) -> Answer:
        folder, _, file = request.path.rpartition("/")
        for column in self.columns:
            base = self.path(column).rstrip("/")
            if folder == base and (file in ("", "index.html") or file.startswith("index_")):
                page = int(file[6:-5]) + 1 if file.startswith("index_") else 1
                return self._page(self._list(column, page), column.name)
            if folder.startswith(base + "/"):
                return self._article(column, file)
        for section, name in FOLDERS.items():
            if request.path in (f"/{name}/", f"/{name}/index.html"):
                return self._page(
                    self._panels([c for c in self.columns if c.section == section]), section
                )
        if request.path in ("/", "/index.html"):
            return self._page(self._panels(self.columns), "首页")
        return NOT_FOUND

    def _href(self, column: SampleColumn, told: Told) -> str:
        return f"{self.path(column)}{told.day:%Y%m}/t{told.day:%Y%m%d}_{told.number}.html"

    def _rows(self, column: SampleColumn, posts: list[Told]) -> str:
        return "".join(
            f'<li><a href="{self._href(column, one)}" title="{one.title}">{one.title}</a><span>{one.day}</span></li>'
            for one in posts
        )

    def _list(self, column: SampleColumn, page: int) -> str:
        posts = column.posts(self.today)
        pages = pages_of(posts, SIZE)
        return (
            f'<div class="where">当前位置：<a href="/">首页</a> &gt; <a href="/{FOLDERS[column.section]}/">{column.section}</a> &gt; {column.name}</div>'
            f'<ul class="list">{self._rows(column, paged(posts, page, SIZE))}</ul>'
            f'<div class="page"><script>createPageHTML({pages}, {page - 1}, "index", "html");</script></div>'
        )

    def _panels(self, columns: tuple[SampleColumn, ...] | list[SampleColumn]) -> str:
        return "".join(
            f'<div class="panel"><h3>{c.name}<a href="{self.path(c)}">更多</a></h3><ul>{self._rows(c, c.posts(self.today)[:4])}</ul></div>'
            for c in columns
        )

    def _hot(self) -> str:
        posts = [(c, one) for c in self.columns[:2] for one in c.posts(self.today)[:3]]
        rows = "".join(
            f'<li><a href="{self._href(c, one)}">{one.title}</a><span>{one.day:%m-%d}</span></li>'
            for c, one in posts
        )
        return f'<div class="hot"><h3>热点信息</h3><ul>{rows}</ul></div>'

    def _page(self, middle: str, name: str) -> Answer:
        menu = "".join(
            f'<li><a href="/{FOLDERS[section]}/">{section}</a><ul>'
            + "".join(f'<li><a href="{self.path(c)}">{c.name}</a></li>' for c in inside)
            + "</ul></li>"
            for section, inside in groupby(self.columns, key=lambda c: c.section)
        )
        text = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}_样例区人民政府</title></head><body>'
            f'<div class="menu"><ul>{menu}</ul></div>{middle}{self._hot()}<div class="foot">主办：样例区人民政府办公室</div></body></html>'
        )
        return 200, HTML, text.encode()

    def _article(self, column: SampleColumn, file: str) -> Answer:
        told = next(
            (one for one in column.posts(self.today) if file.endswith(f"_{one.number}.html")), None
        )
        if told is None:
            return NOT_FOUND
        text = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{told.title}_样例区人民政府</title><meta name="ArticleTitle" content="{told.title}">'
            f'<meta name="PubDate" content="{told.day} 10:20"></head><body><h1>{told.title}</h1><p>发布时间：{told.day} 10:20　来源：区政府办公室</p>{BODY}</body></html>'
        )
        return 200, HTML, text.encode()
