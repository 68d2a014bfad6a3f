"""Is the guard on in Scrapy? Tried before the spider's first page, through the very downloader that
fetches the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scrapy import Request

from crawler.doors.spiders.forbidden import Forbidden
from crawler.net.guard_trial import INSIDE, PATIENCE, PROBE_NAME, judge, listening

DOORS = {INSIDE: "Scrapy 中间件", PROBE_NAME: "Scrapy 域名解析"}
"""A number is refused by the middleware, a name by the resolver: each is tried by what only it can
refuse."""


async def try_door(download: Callable[[Request], Awaitable[object]]) -> None:
    """Raises :class:`crawler.guard_trial.GuardOff` unless ``download`` refuses this machine, by
    number and by name."""
    for host, door in DOORS.items():
        with listening() as (port, visited):
            said = await _said(download, f"http://{host}:{port}/")
            judge(door, said, visited())


async def _said(download: Callable[[Request], Awaitable[object]], url: str) -> str:
    """Empty where the guard refused; otherwise what came instead."""
    try:
        await download(Request(url, meta={"download_timeout": PATIENCE}, dont_filter=True))
    except Forbidden as error:
        return "" if str(error) == "forbidden_address" else str(error)
    except Exception as error:  # whatever else it says, it was not the guard that spoke
        return type(error).__name__
    return "得到了答复"
