"""Small pages of the province's platform, written by hand: static, dynamic, empty, pictures,
yearly, and its answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from crawler.model import Page

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOME = "http://portal.example.org"
COLUMN = f"{HOME}/xwzx/tzgg/"
TEMPLATE = (
    '<div ms-visible="!showStatic"><ul ms-if="list.length==0"><div ms-if="!error"><img src="/images/loading.gif"></div>'
    '<div ms-if="error">暂无数据</div></ul><ul ms-if="list.length>0"><li ms-repeat="list" ms-if-loop="$index<5">'
    '<a ms-attr-title="el.doctitle" ms-attr-href="el.chnldocurl" ms-text="el.doctitle|html"></a>'
    "<span ms-text=\"el.docreltime | date2('yyyy-MM-dd')\"></span></li></ul></div>"
)
Row = tuple[str, str, date | None]
"""Title, address, printed day."""


def rows(number: int, newest: date, step: int = 3, folder: str = ".") -> list[Row]:
    """``number`` posts, the newest first, ``step`` days apart."""
    days = [newest - timedelta(days=step * i) for i in range(number)]
    return [
        (
            f"第{number - i}号事项的工作通知",
            f"{folder}/{day:%Y%m}/t{day:%Y%m%d}_{9000 - i}.htm",
            day,
        )
        for i, day in enumerate(days)
    ]


def static(shown: Sequence[Row]) -> str:
    """Posts in lists of five, as the platform writes them."""
    groups = [shown[i : i + 5] for i in range(0, len(shown), 5)]
    inside = "".join(
        f'<div ms-visible="$showStatic({5 * i + 1})"><ul>{"".join(map(_item, group))}</ul><div class="line"></div></div>'
        for i, group in enumerate(groups)
    )
    return f'<div ms-visible="showStatic">{inside}</div>'


def _item(row: Row) -> str:
    title, href, day = row
    printed = f'<span class="bf-pass">{day}</span>' if day else ""
    return f'<li><a href="{href}" title="{title}" target="_blank">{title}</a><em id="rel_1"></em>{printed}</li>'


def numbers(count: int, *, mode: str = "动静结合", static_pages: int = 5, page: int = 15) -> str:
    """The first form of the script: ``pageChnlInfo``."""
    return (
        f"<script>var SiteInfo={{searchId: 200999, defaultPgTemp: 'pgBar.html'}};</script><script>var pageChnlInfo={{quickMode:\"{mode}\","
        f"maxStaticIndex: {static_pages},classsql: \"\"||\"chnlid=1780\",recordCount:'{count}',sortfield:'-docorderpri,-docreltime',"
        f"prepage:{page},cache:true}}</script><script>require(['list2.trsapi'],function(m){{m({{listApi:{{url:\"/fjdzapp/search\"}},"
        f"listArgs:{{channelid:SiteInfo.searchId,classsql:pageChnlInfo.classsql}}}})}})</script>"
    )


def list_model(count: int, *, mode: str = "动静结合", static_pages: int = 5, page: int = 12) -> str:
    """The second form: everything inside the call, without ``listApi``."""
    return (
        "<script>var SiteInfo={searchId:200999};</script><script>require(['list2.trsapi','jquery'],function(listModel){listModel({"
        f"quickMode: '{mode}', maxStaticIndex: {static_pages}, listArgs:{{channelid: SiteInfo.searchId, classsql: 'chnlid=1780', "
        f"sortfield: '-docorderpri,-docreltime'}}, pagebar: {{recordCount: '{count}', prepage: {page}, pgCountMode: 'recordCount'}}}})}})</script>"
    )


def column(middle: str, script: str, *, name: str = "通知公告", url: str = COLUMN) -> Page:
    """A column page with menu, breadcrumb, templates, footer and the scripts' numbers."""
    body = (
        f'<!DOCTYPE html><html ms-controller="windowRoot"><head><meta charset="utf-8"><meta name="SiteName" content="样例区人民政府">'
        f'<meta name="ColumnName" content="{name}"><meta name="ChnlId" content="1780"><title>{name}_样例区人民政府</title></head><body>'
        '<div class="menu"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/jdhy/">解读回应</a></li></ul></div>'
        f'<div class="breadcrumb"><span>当前位置：</span><ul><li><a href="/">首页</a></li><li><a href="./">{name}</a></li></ul></div>'
        f'<div class="list_base" ms-controller="list" role="viewlist">{middle}{TEMPLATE}</div>'
        '<div class="page_base" ms-controller="list_pagebar" ms-include-src="pgTemp"></div>'
        f'<div class="footer"><p>主办单位：样例区人民政府办公室</p></div>{script}</body></html>'
    )
    return Page(url, url, 200, {"content-type": "text/html"}, body.encode(), NOW)


def answer(posts: Sequence[Row], *, pages: int | None = 1, key: str = "data") -> Page:
    """What the interface answers."""
    data: dict[str, object] = {
        key: [
            {
                "doctitle": title,
                "docpuburl": f"{COLUMN}{href.removeprefix('./')}",
                "docreltime": f"{day} 09:30:00",
            }
            for title, href, day in posts
        ]
    }
    if pages is not None:
        data |= {"pageCount": pages, "pageNum": 1}
    body = json.dumps(data, ensure_ascii=False).encode()
    url = f"{HOME}/fjdzapp/search"
    return Page(url, url, 200, {"content-type": "application/json"}, body, NOW)
