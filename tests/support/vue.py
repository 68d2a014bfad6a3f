"""The sample portal that a script draws: every page is a shell with its first state, lists come
from a JSON interface."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.support.columns import BODY, START, SampleColumn, paged, standard
from tests.support.serving import HTML, NOT_FOUND, Answer, Request

API = "/api/article/page"
JSON = "application/json; charset=utf-8"


@dataclass
class VuePortal:
    """Ten columns ``/list/N``; the menu stands in each page's first state."""

    columns: tuple[SampleColumn, ...] = field(default_factory=standard)
    today: date = START
    port: int = 0
    unknown: frozenset[str] = frozenset()

    def path(self, column: SampleColumn) -> str:
        return f"/list/{301 + column.place}"

    def answer(self, request: Request) -> Answer:
        if request.path == API:
            return self._rows(request)
        for column in self.columns:
            if request.path == self.path(column):
                return self._shell(column.name, self._list_state(column))
            if request.path.startswith("/detail/"):
                return self._article(request.path)
        return self._shell("首页", {}) if request.path == "/" else NOT_FOUND

    def _list_state(self, column: SampleColumn) -> dict[str, Any]:
        number = 301 + column.place
        return {
            "channel": {"id": number, "name": column.name},
            "listApi": f"{API}?channelId={number}&pageNo=1&pageSize=15",
        }

    def _shell(self, name: str, state: dict[str, Any]) -> Answer:
        menu = [{"name": c.name, "path": self.path(c)} for c in self.columns]
        data = json.dumps({"siteName": "样例区人民政府", "menu": menu, **state}, ensure_ascii=False)
        text = (
            f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{name} - 样例区人民政府</title><link href="/css/app.3f.css" rel="stylesheet"></head>'
            f'<body><noscript>请启用脚本。</noscript><div id="app"></div><script>window.__INITIAL_STATE__={data};</script>'
            '<script src="/js/chunk-vendors.81.js"></script><script src="/js/app.77.js"></script></body></html>'
        )
        return 200, HTML, text.encode()

    def _rows(self, request: Request) -> Answer:
        place = int(request.query.get("channelId", "0")) - 301
        posts = self.columns[place].posts(self.today) if 0 <= place < len(self.columns) else []
        size, page = int(request.query.get("pageSize", "15")), int(request.query.get("pageNo", "1"))
        records = [
            {
                "id": one.number,
                "title": one.title,
                "url": f"/detail/{301 + place}/{one.number}",
                "publishTime": f"{one.day} 09:00:00",
                "source": "区政府办公室",
            }
            for one in paged(posts, page, size)
        ]
        data = {"code": 0, "msg": "ok", "data": {"total": len(posts), "records": records}}
        return 200, JSON, json.dumps(data, ensure_ascii=False).encode()

    def _article(self, path: str) -> Answer:
        number = path.rpartition("/")[2]
        found = (
            one for c in self.columns for one in c.posts(self.today) if str(one.number) == number
        )
        told = next(found, None)
        if told is None:
            return NOT_FOUND
        text = (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{told.title}</title><meta name="PubDate" content="{told.day} 09:00">'
            f'</head><body><div id="app"><h1>{told.title}</h1><p>发布时间：{told.day} 09:00</p>{BODY}</div></body></html>'
        )
        return 200, HTML, text.encode()
