"""A portal in the manner of the province's platform on loopback: static and dynamic columns, ``POST
/fjdzapp/search``.

Its posts, pages and faults are plain attributes; what was asked is kept in ``asked``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.crawler.reading.pages import Row, column, list_model, numbers, static
from tests.support.serving import NOT_FOUND, Answer, Request

SEARCH = "/fjdzapp/search"
HOME_PAGE = "<html><body><h3>要闻</h3><ul>{}</ul></body></html>"


@dataclass
class Column:
    """A column: its posts in their order, how much of them stands in the page, and the mode it
    says."""

    chnlid: int
    posts: list[Row]
    mode: str = "动静结合"
    form: str = "pageChnlInfo"
    static_pages: int = 5
    page: int = 15
    name: str = "通知公告"

    def html(self, url: str) -> bytes:
        shown = [] if self.mode.startswith("动态") else self.posts[: self.static_pages * self.page]
        make = numbers if self.form == "pageChnlInfo" else list_model
        script = make(
            len(self.posts), mode=self.mode, static_pages=self.static_pages, page=self.page
        )
        script = script.replace("chnlid=1780", f"chnlid={self.chnlid}")
        return column(static(shown) if shown else "", script, name=self.name, url=url).body


def posts(number: int, newest: date, every: float, folder: str = ".") -> list[Row]:
    """``number`` posts, the newest first, one in ``every`` days."""
    days = [newest - timedelta(days=int(every * i)) for i in range(number)]
    return [
        (
            f"关于第{number - i}号事项的通知",
            f"{folder}/{day:%Y%m}/t{day:%Y%m%d}_{70000 + number - i}.htm",
            day,
        )
        for i, day in enumerate(days)
    ]


@dataclass
class Portal:
    """``columns`` by path. ``fault`` of the interface: ``""``, ``error`` (500), ``tiny``, ``html``,
    ``empty`` or ``json``."""

    columns: dict[str, Column]
    fault: str = ""
    port: int = 0
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forms(self) -> list[dict[str, str]]:
        """The forms posted so far."""
        return [form for method, _, form in self.asked if method == "POST"]

    def answer(self, request: Request) -> Answer:
        self.asked.append((request.method, request.path, dict(request.form)))
        if request.method == "POST":
            return self.search(dict(request.form)) if request.path == SEARCH else NOT_FOUND
        return self.get(request.path)

    def get(self, path: str) -> tuple[int, str, bytes]:
        found = self.columns.get(path)
        if found is not None:
            return 200, "text/html; charset=utf-8", found.html(f"{self.url}{path}")
        if path.endswith(".htm"):
            return 200, "text/html; charset=utf-8", self._article(path)
        return 404, "text/html", b""

    def _article(self, path: str) -> bytes:
        for place, one in self.columns.items():
            for title, href, day in one.posts:
                if path == f"{place}{href.removeprefix('./')}":
                    return _article(title, day)
        return b""

    def search(self, form: dict[str, str]) -> tuple[int, str, bytes]:
        if self.fault == "error":
            return 500, "text/html", b"error"
        if self.fault == "tiny":
            return 200, "application/json", b"ok"
        if self.fault == "html":
            rows = "".join(
                f'<li><a href="/a/{i}.htm">全省要闻第{i}条</a><span>2026-11-2{i}</span></li>'
                for i in range(4)
            )
            return 200, "text/html; charset=utf-8", HOME_PAGE.format(rows).encode()
        if self.fault in ("empty", "json"):
            return (
                200,
                "application/json",
                b'{"data": [], "pageCount": 0}' if self.fault == "empty" else b'{"msg": "busy"}',
            )
        place, one = next(
            (p, c) for p, c in self.columns.items() if form["classsql"] == f"chnlid={c.chnlid}"
        )
        page, size = int(form["page"]), min(int(form["prepage"]), 75)
        rows = one.posts[(page - 1) * size : page * size]
        data: dict[str, Any] = {"pageCount": -(-len(one.posts) // size), "pageNum": page}
        data["data"] = [
            {
                "doctitle": title,
                "chnldocurl": f"{self.url}{place}{href.removeprefix('./')}",
                "docreltime": f"{day} 09:30:00",
            }
            for title, href, day in rows
        ]
        return 200, "application/json;charset=utf-8", json.dumps(data, ensure_ascii=False).encode()


def _article(title: str, day: date | None) -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title><meta name="SiteName" content="样例区人民政府">'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{day} 09:30"><meta name="ContentSource" content="">'
        f"</head><body><h1>{title}</h1><p>时间：{day} 09:30</p><p>{'样例正文，用于检验读取。' * 20}</p>"
        "<p>来源：样例区人民政府</p></body></html>"
    ).encode()
