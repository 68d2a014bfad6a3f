"""The sample portal's lists in the manner of the province's platform: static pages, templates,
numbers in a script, a search by form.

Every sixth column with posts is dynamic: its page holds templates only. A post of another column is
shown as everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from crawler.model import SHANGHAI
from monitor.demo import pages
from monitor.demo.content import SamplePage
from monitor.demo.district import SampleColumn
from monitor.demo.pages import Frame

SEARCH = "/fjdzapp/search"
CHANNEL, FIRST_CLASS = "200999", 1000
STATIC_PAGES, PER_PAGE, MOST = 5, 15, 75
EACH = 6
TEMPLATE = (
    '<div ms-visible="!showStatic"><ul ms-if="list.length==0"><div ms-if="!error"><img src="/images/loading.gif"></div>'
    '<div ms-if="error">暂无数据</div></ul><ul class="list" ms-if="list.length>0"><li ms-repeat="list">'
    '<a ms-attr-title="el.doctitle" ms-attr-href="el.chnldocurl" ms-text="el.doctitle|html"></a>'
    "<span ms-text=\"el.docreltime | date2('yyyy-MM-dd')\"></span></li></ul></div>"
)


@dataclass(frozen=True, slots=True)
class NumberedColumn:
    """A column as the platform numbers it: ``number`` is its place among the district's columns."""

    column: SampleColumn
    number: int

    @property
    def classes(self) -> str:
        return f"chnlid={FIRST_CLASS + self.number}"

    def dynamic(self, posts: int) -> bool:
        """Whether its page holds templates only; a column without posts says so in its page."""
        return posts > 0 and self.number % EACH == EACH - 1


def list_page(
    f: Frame, of: NumberedColumn, items: Sequence[SamplePage], hot: Sequence[SamplePage], fault: str
) -> str:
    """A column's page. ``items`` are all of its posts, newest first."""
    dynamic = of.dynamic(len(items))
    shown = () if dynamic else items[: STATIC_PAGES * PER_PAGE]
    if fault == "redesign":
        body = pages.cards(f, shown)
    else:
        groups = [shown[i : i + 5] for i in range(0, len(shown), 5)]
        inside = "".join(
            _group(f, of.column, group, 5 * i + 1, fault) for i, group in enumerate(groups)
        )
        body = f'<div ms-visible="showStatic">{inside}</div>{TEMPLATE}' if groups else TEMPLATE
    main = (
        f'<h2>{escape(of.column.name)}</h2><div class="list_base" ms-controller="list" role="viewlist">{body}</div>'
        f'<div class="page_base" ms-controller="list_pagebar" ms-include-src="pgTemp"></div>{_numbers(of, len(items), dynamic=dynamic)}'
    )
    return pages.column_page(f, of.column, main, hot)


def _group(
    f: Frame, column: SampleColumn, items: Sequence[SamplePage], first: int, fault: str
) -> str:
    rows = "".join(
        pages.row(f, column, item, fault if first == 1 and n == 0 else "")
        for n, item in enumerate(items)
    )
    return f'<div ms-visible="$showStatic({first})"><ul class="list">{rows}</ul><div class="line"></div></div>'


def _numbers(of: NumberedColumn, posts: int, *, dynamic: bool) -> str:
    mode = "动态" if dynamic else "动静结合"
    said = f"maxStaticIndex: {STATIC_PAGES},classsql: '{of.classes}',sortfield:'-docorderpri,-docreltime'"
    site = f"<script>var SiteInfo={{searchId: {CHANNEL}}};</script>"
    if of.number % 2:
        return (
            f"{site}<script>require(['list2.trsapi'],function(m){{m({{quickMode:'{mode}',{said},"
            f"pagebar:{{recordCount: '{posts}', prepage: {PER_PAGE}}}}})}})</script>"
        )
    return f"{site}<script>var pageChnlInfo={{quickMode:'{mode}',{said},recordCount:'{posts}',prepage:{PER_PAGE}}};</script>"


def answer(items: Sequence[SamplePage], form: Mapping[str, str], f: Frame, base: str) -> bytes:
    """What the interface says to ``form``: at most :data:`MOST` posts a page, ``base`` before their
    addresses."""
    size = min(_number(form.get("prepage"), PER_PAGE), MOST)
    page = _number(form.get("page"), 1)
    rows = [
        {
            "doctitle": item.title,
            "chnldocurl": f"{base}{pages.address(f.columns, item)}",
            "docreltime": f"{item.dated.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        }
        for item in items[(page - 1) * size : page * size]
    ]
    told = {"data": rows, "pageCount": max(1, -(-len(items) // size)), "pageNum": page}
    return json.dumps(told, ensure_ascii=False).encode()


def _number(said: str | None, otherwise: int) -> int:
    return int(said) if said and said.isdigit() and int(said) else otherwise
