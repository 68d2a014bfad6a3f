"""Posts that a script opens have no address of their own: each is still one row, and is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.store.tables import PostRow
from monitor.counting.addresses import exact
from tests.situations.test_looks import START, night, office
from tests.support.doors import Server, plain, serving

DAYS = [START.date() - timedelta(days=n) for n in range(31)]
LINKS: dict[str, Callable[[int], str]] = {
    "fragment": lambda n: f"href='view.html#{4700 + n}'",
    "onclick": lambda n: f"href='#' onclick='view({n})'",
    "javascript": lambda n: f"href='javascript:view({n})'",
    "one viewer": lambda n: f"href='view.html' onclick='view({n})'",
    "own": lambda n: f"href='content/{n}.html'",
}


def page(link: Callable[[int], str], days: list[date]) -> bytes:
    rows = "".join(
        f"<li><a {link(n)}>样例街道{day.month}月{day.day}日开展活动情况</a><span>{day}</span></li>"
        for n, day in ((day.toordinal(), day) for day in days)
    )
    return f"<html><head><meta charset='utf-8'><title>工作动态</title></head><body><ul>{rows}</ul></body></html>".encode()


@pytest.mark.parametrize("name", LINKS)
def test_every_post_is_one_row_however_it_is_opened(tmp_path: Path, name: str) -> None:
    server = Server({"/a/": plain(page(LINKS[name], DAYS))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        night(place, 0.05, second=True)
        server.answers["/a/"] = plain(page(LINKS[name], [START.date() + timedelta(days=1), *DAYS]))
        night(place, 1)
        with place.reader.connect() as connection:
            rows = connection.execute(select(PostRow.url, PostRow.published)).all()
    if name != "own" and not rows:
        pytest.fail("the list was not read at all")
    assert len({row.published for row in rows}) == len(DAYS) + 1
    assert len({exact(row.url) for row in rows}) == len(DAYS) + 1
