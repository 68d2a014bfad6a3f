"""The sample site of a town: one script serves everything, the home page shows all columns as
boxes, few posts each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.columns import BLANK, BODY, FRESH, STALE, START, SampleColumn, Told, numbered
from tests.support.serving import HTML, NOT_FOUND, Answer, Request

SHOWN = 4


def town_columns() -> tuple[SampleColumn, ...]:
    """Six columns; some hold two or three posts in all."""
    columns = (
        SampleColumn("dt", "镇村动态", "", FRESH, 3, 4, 14, lives=True),
        SampleColumn("gg", "通知公告", "", FRESH, 60, 25, 3),
        SampleColumn("dj", "党建动态", "", STALE, 95, 11, 6),
        SampleColumn("wj", "镇级文件", "", STALE, 300, 50, 2),
        SampleColumn("cw", "村务公开", "", FRESH, 150, 40, 5),
        SampleColumn("xm", "项目公示", "", BLANK),
    )
    return numbered(columns)


@dataclass
class TownPortal:
    """``/``, ``/?lm=N`` a column, ``/?lm=N&nr=ID`` a post; ``/#jj`` and ``/#lx`` are parts of the
    home page."""

    columns: tuple[SampleColumn, ...] = field(default_factory=town_columns)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/?lm={column.place + 1}"

    def answer(self, request: Request) -> Answer:
        if request.path not in ("/", "/index.php"):
            return NOT_FOUND
        place = int(request.query.get("lm", "0")) - 1
        if not 0 <= place < len(self.columns):
            return self._page("首页", "".join(self._box(c) for c in self.columns) + self._about())
        column = self.columns[place]
        if "nr" in request.query:
            return self._article(column, request.query["nr"])
        rows = self._rows(column, column.posts(self.today)) or "<li>暂无信息</li>"
        return self._page(
            column.name,
            f"<div class='where'>位置：<a href='/'>首页</a> &gt; {column.name}</div><ul class='all'>{rows}</ul>",
        )

    def _rows(self, column: SampleColumn, posts: list[Told]) -> str:
        return "".join(
            f"<li><i>{one.day.year}.{one.day.month}.{one.day.day}</i><a href='/?lm={column.place + 1}&amp;nr={one.number}'>{one.title}</a></li>"
            for one in posts
        )

    def _box(self, column: SampleColumn) -> str:
        posts = column.posts(self.today)[:SHOWN]
        return f"<div class='box'><h2>{column.name}</h2><a href='{self.path(column)}'>更多</a><ul>{self._rows(column, posts)}</ul></div>"

    @staticmethod
    def _about() -> str:
        return "<div id='jj'><h2>本镇概况</h2><p>本镇位于样例区西部，辖十二个村。</p></div><div id='lx'><h2>联系方式</h2><p>地址：样例区镇前路1号</p></div>"

    def _page(self, name: str, middle: str) -> Answer:
        text = (
            f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{name}-样例镇人民政府</title></head><body><div class='m'><a href='/'>首页</a>"
            f"<a href='/#jj'>本镇概况</a><a href='/#lx'>联系方式</a></div>{middle}<div class='f'>样例镇人民政府</div></body></html>"
        )
        return 200, HTML, text.encode()

    def _article(self, column: SampleColumn, number: str) -> Answer:
        told = next((one for one in column.posts(self.today) if str(one.number) == number), None)
        if told is None:
            return NOT_FOUND
        info = f"<p>{told.day.year}年{told.day.month}月{told.day.day}日　来源：样例镇党政办</p>"
        return self._page(told.title, f"<h1>{told.title}</h1>{info}{BODY}")
