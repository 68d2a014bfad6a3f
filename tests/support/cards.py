"""The sample portal of cards: a picture, a heading, a summary that begins with another day,
categories, a read-more link."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.columns import BODY, START, SampleColumn, Told, paged, pages_of, standard
from tests.support.serving import HTML, NOT_FOUND, Answer, Request

SIZE = 9


@dataclass
class CardPortal:
    """Ten columns ``/c/KEY``, posts ``/p/N``."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/c/{column.key}"

    def answer(self, request: Request) -> Answer:
        for column in self.columns:
            if request.path == self.path(column):
                return self._list(column, int(request.query.get("page", "1")))
        if request.path.startswith("/p/"):
            return self._article(request.path[3:])
        return (
            self._page("首页", "<section class='hero'><p>欢迎</p></section>")
            if request.path == "/"
            else NOT_FOUND
        )

    def _card(self, column: SampleColumn, one: Told) -> str:
        return (
            f'<article class="card"><a class="pic" href="/p/{one.number}"><img src="/img/{one.number}.webp" alt=""></a><div class="txt">'
            f'<span class="tag"><a href="{self.path(column)}">{column.name}</a></span><h3><a href="/p/{one.number}">{one.title}</a></h3>'
            f"<p>2021年6月18日，首轮工作启动以来，有关单位持续推进各项任务。<a href='/p/{one.number}'>阅读全文</a></p>"
            f"<time>{one.day.year}年{one.day.month}月{one.day.day}日</time></div></article>"
        )

    def _list(self, column: SampleColumn, page: int) -> Answer:
        posts = column.posts(self.today)
        pages = pages_of(posts, SIZE)
        cards = "".join(self._card(column, one) for one in paged(posts, page, SIZE))
        onward = f'<a href="{self.path(column)}?page={page + 1}">下一页</a>' if page < pages else ""
        pager = (
            f'<nav class="pager"><span>{page} / {pages} 页</span>{onward}</nav>' if posts else ""
        )
        middle = cards or '<p class="tips">该栏目暂无内容</p>'
        return self._page(
            column.name,
            f'<h1 class="title">{column.name}</h1><div class="grid">{middle}</div>{pager}',
        )

    def _page(self, name: str, middle: str) -> Answer:
        menu = "".join(f'<a href="{self.path(c)}">{c.name}</a>' for c in self.columns)
        text = (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{name} | 样例区融合门户</title></head><body><header><nav><a href="/">首页</a>{menu}</nav></header>'
            f"<main>{middle}</main><footer>样例区人民政府办公室</footer></body></html>"
        )
        return 200, HTML, text.encode()

    def _article(self, number: str) -> Answer:
        found = (
            one for c in self.columns for one in c.posts(self.today) if str(one.number) == number
        )
        told = next(found, None)
        if told is None:
            return NOT_FOUND
        day = f"{told.day.year}年{told.day.month}月{told.day.day}日"
        return self._page(
            told.title,
            f"<h1>{told.title}</h1><p class='meta'>发布时间：{day}　来源：区政府办公室</p>{BODY}",
        )
