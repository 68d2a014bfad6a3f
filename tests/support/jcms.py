"""The sample portal of JCMS: the list is data in a script element, further pages are asked by POST
from ``dataproxy.jsp``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.columns import BODY, START, SampleColumn, Told, standard
from tests.support.serving import HTML, NOT_FOUND, Answer, Request

PROXY = "/module/web/jpage/dataproxy.jsp"
PAGE, GROUP = 10, 30
"""Posts a page; records that the page itself holds, which are three pages."""


@dataclass
class JcmsPortal:
    """Ten columns ``/col/colN/``."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()
    posted: list[tuple[int, int]] = field(default_factory=list)

    def path(self, column: SampleColumn) -> str:
        return f"/col/col{self._id(column)}/index.html"

    @staticmethod
    def _id(column: SampleColumn) -> int:
        return 2101 + column.place

    def answer(self, request: Request) -> Answer:
        if request.path == PROXY and request.method == "POST":
            return self._proxy(request)
        for column in self.columns:
            if request.path == self.path(column):
                return self._page(self._list(column), column.name)
            if request.path.startswith("/art/") and f"/art_{self._id(column)}_" in request.path:
                return self._article(column, request.path)
        if request.path == "/":
            return self._page("", "首页")
        return NOT_FOUND

    def _records(self, column: SampleColumn, posts: list[Told]) -> str:
        own = self._id(column)
        return "".join(
            f'<record><![CDATA[<li><a href="/art/{one.day.year}/{one.day.month}/{one.day.day}/art_{own}_{one.number}.html" '
            f'title="{one.title}">{one.title}</a><span>{one.day}</span></li>]]></record>'
            for one in posts
        )

    def _store(self, column: SampleColumn, first: int, last: int) -> str:
        posts = column.posts(self.today)
        return (
            f"<datastore><totalrecord>{len(posts)}</totalrecord><totalpage>{-(-len(posts) // PAGE)}</totalpage>"
            f"<recordset>{self._records(column, posts[first - 1 : last])}</recordset></datastore>"
        )

    def _list(self, column: SampleColumn) -> str:
        own, total = self._id(column), len(column.posts(self.today))
        return (
            f'<div class="path">您现在的位置：<a href="/">首页</a> &gt; {column.section} &gt; {column.name}</div>'
            f'<div id="{own}" class="default_pgContainer"><script type="text/xml">{self._store(column, 1, GROUP)}</script></div>'
            f"<script src='/script/jpage.js'></script><script>$(function(){{$('#{own}').jpage({{themeName:'default',dataStore:dataStore,"
            f"totalRecord:{total},perPage:{PAGE},proxyUrl:'{PROXY}',groupSize:3,param:{{col:1,appid:1,webid:7,path:'/',columnid:{own},"
            f"sourceContentType:1,unitid:'64{own}',webname:'样例区人民政府',permissiontype:0}}}});}});</script>"
        )

    def _proxy(self, request: Request) -> Answer:
        first, last = (
            int(request.query.get("startrecord", "1")),
            int(request.query.get("endrecord", "1")),
        )
        self.posted.append((first, last))
        column = next(
            (c for c in self.columns if str(self._id(c)) == request.form.get("columnid")), None
        )
        if (
            column is None
            or request.form.get("unitid") != f"64{self._id(column)}"
            or request.form.get("webid") != "7"
        ):
            return 200, "text/xml; charset=utf-8", b"<datastore></datastore>"
        return 200, "text/xml; charset=utf-8", self._store(column, first, last).encode()

    def _page(self, middle: str, name: str) -> Answer:
        menu = "".join(f'<li><a href="{self.path(c)}">{c.name}</a></li>' for c in self.columns)
        text = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>样例区人民政府 {name}</title></head><body>'
            f'<div class="nav"><ul><li><a href="/">首页</a></li>{menu}</ul></div>{middle}<div class="foot">样例区人民政府办公室主办</div></body></html>'
        )
        return 200, HTML, text.encode()

    def _article(self, column: SampleColumn, path: str) -> Answer:
        told = next(
            (one for one in column.posts(self.today) if path.endswith(f"_{one.number}.html")), None
        )
        if told is None:
            return NOT_FOUND
        text = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{told.title}</title><meta name="pubdate" content="{told.day} 08:30">'
            f"</head><body><h1>{told.title}</h1><p>发布日期：{told.day} 08:30 信息来源：区政府办公室</p>{BODY}</body></html>"
        )
        return 200, HTML, text.encode()
