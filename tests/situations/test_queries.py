"""At a million posts no query of a night, a judgement or a page reads all posts or all visits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.access.roles import Role
from tests.support.asked import Asked, asking, fill, scans
from tests.support.district import Clock, Town, crawl_here, served, town
from tests.support.web_helpers import Browser, clients, enter_users

pytestmark = pytest.mark.slow
TABLES = ("post", "visit")
LINK = re.compile(r'href="(/[^"#]*)"')
MOST_PAGES = 160
"""Two pages of each kind are opened; there are some eighty kinds."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    postgres = request.param == "postgresql"
    store = str(request.getfixturevalue("postgres_database")) if postgres else ""
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock, store=store) as made:
        yield made


def test_nothing_that_is_asked_at_night_or_by_day_reads_all_posts_or_all_visits(
    place: Town,
) -> None:
    with asking(place.office.engine, place.office.reader) as asked:
        place.night()
        place.clock.forward(days=1)
        place.night()
        crawl_here(place.office, place.clock, ["old"])
        enter_users(place.office, "mzj")
        pages = look_through(clients(place.office, place.clock)(Role.ADMINISTRATOR))
    assert len(pages) > 60
    assert len(asked.statements) > 300
    with place.office.engine.connect() as connection:
        fill(connection, columns=3000, posts=1_000_000, visits=300_000)
        connection.commit()
        found = scans(connection, asked, TABLES)
    assert not found, "\n".join(f"{asker}: {statement}" for asker, statement in found.items())


def test_a_scan_would_be_seen(place: Town) -> None:
    asked = Asked()
    asked.hear("SELECT count(*) FROM post WHERE title = 'x'", (), many=False)
    asked.hear("SELECT count(*) FROM visit AS v WHERE v.url = 'x'", (), many=False)
    place.night()
    with place.office.engine.connect() as connection:
        for table in TABLES:
            assert scans(connection, asked, [table])


def kind(url: str) -> str:
    """What page it is, whatever it shows."""
    return re.sub(r"/outlets/[^/?]+", "/outlets/X", re.sub(r"\d+", "N", url))


def look_through(browser: Browser) -> set[str]:
    """Open two pages of every kind that links lead to; their addresses."""
    waiting, opened, kinds = ["/"], set[str](), Counter[str]()
    while waiting and len(opened) < MOST_PAGES:
        url = waiting.pop(0)
        if url in opened or kinds[kind(url)] >= 2 or url.startswith("/static"):
            continue
        opened.add(url)
        kinds[kind(url)] += 1
        answer = browser.get(url)
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(answer.text)]
    return opened
