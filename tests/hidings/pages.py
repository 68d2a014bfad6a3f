"""List pages as four kinds of content systems make them, whole or with a part hidden; and their
article pages.

A hiding takes nothing off the server: the row keeps its link, the part stands elsewhere on the
page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from tests.hidings.story import SHELVES, SITES, Shelf, Told

PER_PAGE = 12
DATES = ("lost", "impossible", "month13", "future", "letter", "picture", "comment")
"""What may become of a row's date."""
SHAPES = ("headline", "strip", "second", "tab", "months", "undated_box", "reversed")
"""How a part of the list may stand in another shape."""


@dataclass(frozen=True)
class Altered:
    """A page's hiding: the first ``rows`` rows have their date ``dates``, or stand in another
    ``shape``; or the page is cut after ``cut`` per mille of its bytes. Empty: the page as it is."""

    dates: str = ""
    shape: str = ""
    rows: int = 1
    cut: int = 0


WHOLE = Altered()


@dataclass(frozen=True)
class Row:
    """A row as printed."""

    title: str
    url: str
    date: str


def list_page(shelf: Shelf, shown: Sequence[Told], number: int, altered: Altered = WHOLE) -> bytes:
    """Page ``number`` (from 0) of the column when it shows ``shown``."""
    return _list(shelf.id, tuple(shown), number, altered)


@lru_cache(maxsize=4096)
def _list(name: str, shown: tuple[Told, ...], number: int, altered: Altered) -> bytes:
    shelf = next(one for one in SHELVES if one.id == name)
    part = shown[number * PER_PAGE : (number + 1) * PER_PAGE]
    rows = [Row(one.title, shelf.path(one), one.day.isoformat()) for one in part]
    if altered.dates:
        rows = [
            _garbled(row, altered.dates) if at < altered.rows else row
            for at, row in enumerate(rows)
        ]
    pages = max(1, -(-len(shown) // PER_PAGE))
    body = _framed(shelf, _shaped(shelf, rows, altered) + _pager(shelf, number, pages))
    return body[: len(body) * altered.cut // 1000] if altered.cut else body


def _garbled(row: Row, how: str) -> Row:
    year, month, day = row.date.split("-")
    said = {
        "lost": "",
        "impossible": f"{year}-02-31",
        "month13": f"{year}-13-{day}",
        "future": f"{int(year) + 6}-{month}-{day}",
        "letter": f"{year.replace('0', 'O')}-{month.replace('0', 'O')}-{day}",
        "picture": '<img src="/images/new.gif" alt="NEW">',
        "comment": f"<!--{row.date}-->",
    }[how]
    return Row(row.title, row.url, said)


def _shaped(shelf: Shelf, rows: Sequence[Row], altered: Altered) -> str:
    """The list box; with a part of it elsewhere where ``altered`` says so."""
    if not rows:
        return '<div class="list_box"><p class="none">暂无信息</p></div>'
    shape, first = altered.shape, rows[: altered.rows]
    if not shape:
        return _box(shelf, rows)
    rest = (
        _box(shelf, rows[altered.rows :])
        if rows[altered.rows :]
        else '<div class="list_box"></div>'
    )
    if shape == "headline":
        return (
            "".join(
                f'<div class="toutiao"><h2><a href="{row.url}">{row.title}</a></h2><p>据悉，该事项已经办理。'
                f'<a href="{row.url}">[详细]</a></p></div>'
                for row in first
            )
            + rest
        )
    if shape == "strip":
        return (
            '<div class="focus"><div class="bd">'
            + "".join(
                f'<a href="{row.url}"><img src="/images/{at}.jpg" alt="{row.title}"><b>{row.title}</b></a>'
                for at, row in enumerate(first)
            )
            + "</div></div>"
            + rest
        )
    if shape == "second":
        cells = "".join(
            f'<dd><a href="{row.url}">{row.title}</a><i>{row.date}</i></dd>' for row in first
        )
        return f'<div class="fl">{rest}</div><div class="fr"><dl class="two"><dt>{shelf.name}</dt>{cells}</dl></div>'
    if shape == "tab":
        return (
            f'<div class="tabs"><span>全部</span><span>最新</span></div><div class="tab">{rest}</div>'
            + (f'<div class="tab" style="display:none">{_box(shelf, first)}</div>')
        )
    if shape == "undated_box":
        links = "".join(f'<p><a href="{row.url}">{row.title}</a></p>' for row in first)
        return f'<div class="zuixin">{links}</div>{rest}'
    if shape == "months":
        head = first[0].date[:7].split("-")
        items = "".join(
            f'<li><a href="{row.url}">{row.title}</a><em>{row.date[8:]}</em></li>' for row in first
        )
        return (
            f'<div class="month"><h3>{head[0]}年{int(head[1])}月</h3><ul>{items}</ul></div>{rest}'
        )
    return _box(shelf, list(reversed(rows)))


def _box(shelf: Shelf, rows: Sequence[Row]) -> str:
    """The list in the column's own manner."""
    if shelf.manner == "table":
        cells = "".join(
            f'<tr><td width="20">·</td><td><a href="{row.url}" target="_blank">{row.title}</a></td>'
            f'<td align="right">{row.date}</td></tr>'
            for row in rows
        )
        return f'<table class="list" width="100%">{cells}</table>'
    if shelf.manner == "summary":
        return (
            '<div class="news">'
            + "".join(
                f'<div class="item"><h4><a href="{row.url}" title="{row.title}">{row.title}</a></h4>'
                f"<p>为做好有关工作，现将情况予以公布，请遵照办理。</p><span class='time'>{row.date}</span></div>"
                for row in rows
            )
            + "</div>"
        )
    if shelf.manner == "trs":
        return (
            '<ul class="list_ul">'
            + "".join(
                f'<li><em>{row.date}</em><a href=".{row.url.removeprefix("/" + shelf.id)}" title="{row.title}">{row.title}</a></li>'
                for row in rows
            )
            + "</ul>"
        )
    return (
        '<ul class="news_list">'
        + "".join(
            f'<li><a href="{row.url}" title="{row.title}">{row.title}</a><span>{row.date}</span></li>'
            for row in rows
        )
        + "</ul>"
    )


def _pager(shelf: Shelf, number: int, pages: int) -> str:
    if shelf.manner == "trs":
        return f'<div class="page"><script>createPageHTML({pages}, {number}, "index", "html");</script></div>'
    links = [f'<a href="{page_path(shelf, n)}">{n + 1}</a>' for n in range(pages)]
    onward = f'<a href="{page_path(shelf, number + 1)}">下一页</a>' if number + 1 < pages else ""
    return f'<div class="page">共{pages}页 {"".join(links)}{onward}</div>'


def page_path(shelf: Shelf, number: int) -> str:
    """The address of a further page below its site."""
    return f"/{shelf.id}/" + ("" if number == 0 else f"index_{number}.html")


def _framed(shelf: Shelf, main: str) -> bytes:
    host = SITES[shelf.site]
    own = [one for one in SHELVES if one.site == shelf.site]
    menu = "".join(f'<li><a href="/{one.id}/">{one.name}</a></li>' for one in own)
    hot = "".join(
        f'<li><a href="{one.path(told)}">{told.title}</a></li>'
        for one in own[:2]
        for told in one.by_day[-3:]
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{shelf.name}_样例区人民政府</title>'
        f'<meta name="SiteName" content="样例区人民政府"><meta name="ColumnName" content="{shelf.name}"></head><body>'
        f'<div class="header"><ul class="nav"><li><a href="http://{host}/">首页</a></li>{menu}</ul></div>'
        f'<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/{shelf.id}/">{shelf.name}</a></div>'
        f'<div class="main">{main}</div><div class="side"><h3>热点信息</h3><ul class="hot">{hot}</ul></div>'
        f'<div class="footer"><p>主办：样例区人民政府办公室</p><p><a href="/about.html">关于我们</a></p></div>'
        f"</body></html>"
    ).encode()


@lru_cache(maxsize=1024)
def article_page(shelf_id: str, one: Told) -> bytes:
    """The page of one post: its printed date and who signs it."""
    shelf = next(shelf for shelf in SHELVES if shelf.id == shelf_id)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{one.title}_样例区人民政府</title>'
        f'<meta name="ArticleTitle" content="{one.title}"><meta name="PubDate" content="{one.day} 09:00">'
        f'<meta name="ContentSource" content="{one.by}"><meta name="ColumnName" content="{shelf.name}"></head><body>'
        f'<div class="article"><h1>{one.title}</h1><div class="info">发布时间：{one.day} 09:00　来源：{one.by}</div>'
        f"<div class='content'><p>样例正文，为测试而写。</p><p>{escape(one.title)}。</p></div></div></body></html>"
    ).encode()


def home_page(site: str, newest: Sequence[tuple[str, str, str]]) -> bytes:
    """A home page: menu, and the newest posts of its columns as (title, path, day)."""
    own = [one for one in SHELVES if one.site == site]
    menu = "".join(f'<li><a href="/{one.id}/">{one.name}</a></li>' for one in own)
    news = "".join(
        f'<li><a href="{path}">{title}</a><span>{day}</span></li>' for title, path, day in newest
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>样例区人民政府门户网站</title>'
        f'<meta name="SiteName" content="样例区人民政府"></head><body><ul class="nav">{menu}</ul>'
        f'<ul class="news_list">{news}</ul><div class="footer">主办：样例区人民政府办公室</div></body></html>'
    ).encode()
