"""The content sample as a portal of its own on loopback: one column, one post a case, and
everything the posts use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

from monitor.demo.defect_resources import HTML, PAGE, PLAIN, Served
from monitor.demo.defects import Case, cases
from monitor.demo.server import HOST, Listener

DAY = "2020-06-01"
INNER = "10.0.0.5"
NAMES = (
    "sample.gov.cn",
    "xn--zfr164b",
    "政务",
    "example.com",
    "example.net",
    "example.org",
    "example.cn",
    "mygov.cn",
)
"""Endings of the names that the sample stands for; all others do not exist."""


async def resolve(host: str, port: int) -> list[str]:
    """Names as the sample wants them: most on loopback, some nowhere, some inside. Nothing outside
    is ever asked."""
    if host == HOST:
        return [HOST]
    if host.startswith("gone."):
        raise OSError("Name or service not known")
    if host.startswith(("inner.", "127.0.0.1.")):
        return [INNER]
    if host.endswith(NAMES):
        return [HOST]
    raise OSError("Name or service not known")


@dataclass
class DefectSite:
    """The ASGI app. ``asked`` counts requests by path."""

    port: int = 0
    cases: tuple[Case, ...] = ()
    asked: dict[str, int] = field(default_factory=dict)
    pages: dict[str, Served] = field(default_factory=dict)

    def fill(self, port: int) -> None:
        """Make every case; links need to know the port."""
        self.port, self.cases = port, cases(port)
        home = PAGE.format(title="内容检查样例门户", text=PLAIN, foot="")
        index = Served(home.encode(), 200, HTML)
        self.pages = {
            "/": index,
            "/index.htm": index,
            "/index.html": index,
            "/tzgg/": Served(self._list().encode(), 200, HTML),
        }
        for name in ("menu", "inner"):
            self.pages[f"/nr/{name}.htm"] = Served(
                PAGE.format(title="样例", text=PLAIN, foot="").encode(), 200, HTML
            )
        for case in self.cases:
            self.pages[case.path] = Served(article(case).encode("utf-8", "replace"), 200, HTML)
            self.pages.update(case.files)

    def _list(self) -> str:
        rows = "".join(
            f'<li><a href="{case.path}" title="{escape(title_of(case))}">{escape(title_of(case))}</a><span>{DAY}</span></li>'
            for case in self.cases
        )
        return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告</title></head><body><ul class="list">{rows}</ul></body></html>'

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        self.asked[path] = self.asked.get(path, 0) + 1
        served = self.pages.get(path) or Served("没有这个网页".encode(), 404, HTML)
        if path == "/robots.txt":
            served = Served(b"User-agent: *\nAllow: /\n", 200, "text/plain")
        await asyncio.sleep(0)
        headers = [
            (b"content-type", served.kind.encode()),
            (b"content-length", str(len(served.body)).encode()),
        ]
        if served.location:
            headers.append((b"location", served.location.encode()))
        await send({"type": "http.response.start", "status": served.status, "headers": headers})
        await send(
            {
                "type": "http.response.body",
                "body": b"" if scope["method"] == "HEAD" else served.body,
            }
        )


def title_of(case: Case) -> str:
    """What the list prints."""
    return case.title or f"内容检查样例第{case.number}篇（{'近似' if case.near else '问题'}）"


def article(case: Case) -> str:
    """The page of one case, in the manner of a TRS portal."""
    inside = case.html if case.whole else f'<div class="TRS_Editor">{case.html}</div>'
    title = escape(title_of(case))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="{DAY} 09:00"></head><body><div class="top"><a href="/">内容检查样例门户</a></div>'
        f'<div class="article"><h1>{title}</h1><p class="info">发布时间：{DAY} 09:00　来源：样例单位</p>{inside}</div>'
        f'<div class="foot"><p>主办单位：样例单位　{PLAIN}</p></div></body></html>'
    )


@contextmanager
def served_site() -> Iterator[DefectSite]:
    """The sample, listening on loopback until the block ends."""
    site = DefectSite()
    listener = Listener(site)
    listener.start()
    try:
        site.fill(listener.port)
        yield site
    finally:
        listener.stop()
