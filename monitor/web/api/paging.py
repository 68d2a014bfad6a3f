"""Spans of rows: how many, from where on; told back in the body and in the Link header."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import Response

from monitor.web.api.words import asked

MOST_OFFSET = 10_000_000
Limit = Annotated[int, asked("最多返回条数", "How many rows at most", ge=1, le=200)]
Offset = Annotated[int, asked("跳过条数", "How many rows to skip", ge=0, le=MOST_OFFSET)]


class Wanted:
    """A dependency: ``limit`` and ``offset``; :meth:`told` writes the Link header."""

    def __init__(
        self, request: Request, response: Response, limit: Limit = 50, offset: Offset = 0
    ) -> None:
        self.limit, self.offset = limit, offset
        self._request, self._response = request, response

    def told(self, total: int) -> dict[str, int]:
        """The three figures of the answer; the header names first, prev, next and last where there
        are any."""
        last = max(0, (total - 1) // self.limit * self.limit)
        places = {"first": 0, "last": last}
        if self.offset > 0:
            places["prev"] = max(0, self.offset - self.limit)
        if self.offset + self.limit < total:
            places["next"] = self.offset + self.limit
        self._response.headers["Link"] = ", ".join(
            f'<{self._address(at)}>; rel="{name}"' for name, at in places.items()
        )
        return {"total": total, "limit": self.limit, "offset": self.offset}

    def _address(self, offset: int) -> str:
        kept: list[tuple[str, Any]] = [
            (name, value)
            for name, value in self._request.query_params.multi_items()
            if name not in ("limit", "offset")
        ]
        query = urlencode([*kept, ("limit", self.limit), ("offset", offset)], errors="replace")
        return f"{self._request.url.path}?{query}"


Paged = Annotated[Wanted, Depends(Wanted)]
