"""The sample portal of an old ASP site: GBK, nested tables, lists that print ``[MM-DD]`` and no
year anywhere but in articles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.columns import BODY, START, SampleColumn, paged, pages_of, standard
from tests.support.serving import NOT_FOUND, Answer, Request

KIND = "text/html"
SIZE = 20


@dataclass
class AspPortal:
    """Ten columns ``list.asp?id=N``."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/list.asp?id={column.place + 1}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/list.asp":
            place = int(request.query.get("id", "0")) - 1
            return (
                self._list(self.columns[place], int(request.query.get("page", "1")))
                if 0 <= place < len(self.columns)
                else NOT_FOUND
            )
        if request.path == "/show.asp":
            return self._article(request.query.get("id", ""))
        return (
            self._page("首页", "<p>欢迎访问样例区政府网站</p>")
            if request.path == "/"
            else NOT_FOUND
        )

    def _list(self, column: SampleColumn, page: int) -> Answer:
        posts = column.posts(self.today)
        pages = pages_of(posts, SIZE)
        rows = "".join(
            f'<tr><td height="24"><img src="images/dot.gif">&nbsp;<a href="show.asp?id={one.number}" target="_blank">{one.title}</a></td>'
            f'<td width="70" align="center"><font color="#999999">[{one.day:%m-%d}]</font></td></tr>'
            for one in paged(posts, page, SIZE)
        )
        empty = "" if posts else '<tr><td align="center">暂无信息</td></tr>'
        onward = (
            f'<a href="list.asp?id={column.place + 1}&page={page + 1}">下一页</a>'
            if page < pages
            else "下一页"
        )
        pager = f'<div align="center">共 {len(posts)} 条 第 {page}/{pages} 页 首页 上一页 {onward} 尾页</div>'
        where = f'当前位置：<a href="/">首页</a> &gt;&gt; {column.section} &gt;&gt; {column.name}'
        return self._page(
            column.name,
            f'<table width="700"><tr><td>{where}</td></tr></table><table width="700">{rows}{empty}</table>{pager}',
        )

    def _page(self, name: str, middle: str) -> Answer:
        menu = "".join(
            f'<tr><td height="26"><a href="list.asp?id={c.place + 1}">{c.name}</a></td></tr>'
            for c in self.columns
        )
        text = (
            f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{name}-样例区政府网站</title></head>'
            f'<body><table width="960" align="center"><tr><td width="200" valign="top"><table>{menu}</table></td><td valign="top">{middle}</td></tr></table>'
            "<center>版权所有 样例区人民政府</center></body></html>"
        )
        return 200, KIND, text.encode("gbk")

    def _article(self, number: str) -> Answer:
        found = (
            one for c in self.columns for one in c.posts(self.today) if str(one.number) == number
        )
        told = next(found, None)
        if told is None:
            return NOT_FOUND
        day = f"{told.day.year}-{told.day.month}-{told.day.day}"
        info = f'<div align="center">发布时间：{day} 10:05:00　点击：31</div>'
        return self._page(told.title, f'<div align="center"><b>{told.title}</b></div>{info}{BODY}')
