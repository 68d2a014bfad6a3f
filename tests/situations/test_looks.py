"""Situations 1 to 6 of what a look proves, at the crawl: each with a local server that misleads,
several nights on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from crawler.clock import clock as real_clock
from crawler.config import BadConfig, load_yaml
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import Evidence, Outcome, Visit
from crawler.store.tables import PostRow
from crawler.walking.traits import liars
from monitor.judging.now import judge_now
from monitor.model import Value
from monitor.office import Office, enter_catalogue, open_office
from tests.support.district import PROJECT
from tests.support.doors import Answer, Request, Server, plain, redirect, serving
from tests.support.empty_store import lay_migrated_store

START = datetime(2020, 7, 1, 1, tzinfo=UTC)


def listed(*days: date, folder: str = "") -> bytes:
    path = f"/{folder}" if folder else "."
    rows = "".join(
        f'<li><span>{day}</span><a href="{path}/t{day:%Y%m%d}_{day:%j}.htm">样例工作动态信息{day:%j}</a></li>'
        for day in sorted(days, reverse=True)
    )
    return f'<html><head><meta charset="utf-8"><title>工作动态</title></head><body><ul>{rows}</ul></body></html>'.encode()


OLD = listed(*(date(2020, 5, day) for day in range(1, 16)))


def liar_of(shown: list[bytes]) -> Answer:
    """A server that shows ``shown`` and answers 304 to whatever validator."""

    async def liar(request: Request, writer: asyncio.StreamWriter) -> None:
        asked = "if-none-match" in request.headers
        answer = (
            plain(b"", status="304 Not Modified", etag='"1"')
            if asked
            else plain(shown[0], etag='"1"')
        )
        await answer(request, writer)

    return liar


@contextmanager
def office(
    folder: Path, server: Server, *paths: str, hosts: tuple[Server, ...] = ()
) -> Iterator[Office]:
    """An office that watches ``paths`` of ``server`` as columns a, b, …; its unit publishes news
    there."""
    base = load_yaml(PROJECT / "config.yaml")
    home = f"http://127.0.0.1:{server.port}"
    columns = [
        {
            "id": "abc"[n],
            "name": "工作动态",
            "url": f"{home}{path}",
            "class": "news",
            "units": ["jyj"],
        }
        for n, path in enumerate(paths)
    ]
    unit = {"id": "jyj", "short": "教育局", "full": "样例区教育局", "group": "区直部门"}
    data: dict[str, Any] = {
        "store": f"sqlite:///{folder}/store.db",
        "crawler": {
            "contact": "office@example.org",
            "delay": 0.001,
            "allow_loopback": True,
            "retries": 0,
        },
        "monitor": base["monitor"],
        "catalogue": {
            "units": [unit],
            "sites": [
                {"id": "p", "name": "样例", "home": f"{home}/", "delay": 0.001}
                | {"hosts": [f"127.0.0.1:{one.port}" for one in hosts]}
            ],
            "columns": columns,
        },
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    lay_migrated_store(folder / "store.db")
    with open_office(path) as opened:
        enter_catalogue(opened, START)
        yield opened


def night(
    place: Office, days: float, ids: tuple[str, ...] = ("a",), *, second: bool = False
) -> list[Visit]:
    """One look at each column ``days`` after the start: a night's, or a second look."""
    clock = real_clock(START + timedelta(days=days))
    crawl = place.settings.crawl
    return recheck(
        Desk(place.engine, place.reader, crawl, clock),
        ids,
        glance=Glance(conditional=not second, whole=not second),
    )


def accused(place: Office, days: float) -> list[str]:
    said = judge_now(place, START + timedelta(days=days), record=False).verdicts
    return [one.subject for one in said if one.value in (Value.STALE, Value.BLANK)]


def test_situation_01_a_server_that_says_304_for_weeks_is_seen_through_within_the_week(
    tmp_path: Path,
) -> None:
    today = [OLD]
    server = Server({"/a/": liar_of(today)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        for days in range(1, 15):
            today[0] = listed(*(date(2020, 6, 20) + timedelta(days=n) for n in range(days + 10)))
            night(place, days + 0.1)
        with place.reader.connect() as connection:
            stored = connection.execute(select(PostRow.published)).scalars().all()
            assert list(liars(connection)) == [f"127.0.0.1:{server.port}"]
        assert max(day for day in stored if day) >= date(2020, 7, 12)
        (last,) = night(place, 15)
        assert (last.conditional, last.outcome.conclusive) == (False, True), "asked so no more"
        assert accused(place, 15.1) == []


def test_situation_02_a_cache_of_22_days_at_both_doors_accuses_nobody(tmp_path: Path) -> None:
    copy: Answer = plain(
        OLD, age=str(22 * 86400), warning='110 - "Response is Stale"', via="1.1 cache"
    )
    server = Server({"/a/": copy})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1, 2):
            visits = [*night(place, days), *night(place, days + 0.05, second=True)]
            assert {one.evidence for one in visits} == {Evidence.LOWER_BOUND}
            assert {one.reason for one in visits} == {"old_copy"}
            assert accused(place, days + 0.1) == []


@pytest.mark.parametrize("known", [True, False])
def test_situation_03_a_redirect_to_the_archive_is_no_late_column(
    tmp_path: Path, known: bool
) -> None:
    server = Server({"/a/": plain(OLD)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        if known:
            night(place, 0)
        server.answers |= {
            "/a/": redirect("/a/2019/"),
            "/a/2019/": plain(listed(*(date(2019, 5, n) for n in range(1, 9)))),
        }
        for days in (1, 2):
            for visit in (*night(place, days), *night(place, days + 0.05, second=True)):
                assert (visit.outcome, visit.reason) == (Outcome.UNREADABLE, "moved_address")
                assert visit.path == f"final=http://127.0.0.1:{server.port}/a/2019/"
        assert accused(place, 2.1) == []


def test_situation_05_a_redirect_to_another_registered_column_is_unknown_and_named(
    tmp_path: Path,
) -> None:
    fresh = plain(listed(*(date(2020, 6, day) for day in range(10, 29))))
    server = Server({"/a/": redirect("/b/", "301 Moved"), "/b/": fresh})
    with serving({"s": server}), office(tmp_path, server, "/a/", "/b/") as place:
        first, other = night(place, 0, ("a", "b"))
        assert (first.outcome, first.reason) == (Outcome.UNREADABLE, "other_column")
        assert first.mark.startswith("b ")
        assert other.outcome is Outcome.READ
        with place.reader.connect() as connection:
            assert set(connection.execute(select(PostRow.outlet_id)).scalars()) == {"b"}


def test_situation_06_hash_routes_of_one_page_are_refused(tmp_path: Path) -> None:
    server = Server({})
    refused = pytest.raises(BadConfig, match="render: browser")
    with serving({"s": server}), refused, office(tmp_path, server, "/#/list/1", "/#/list/2"):
        pass


def test_a_list_that_goes_back_is_no_late_column_at_either_door(tmp_path: Path) -> None:
    fresh = listed(*(date(2020, 6, day) for day in range(10, 29)))
    server = Server({"/a/": plain(fresh)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        night(place, 0)
        server.answers["/a/"] = plain(listed(*(date(2020, 6, day) for day in range(1, 20))))
        for days in (40, 41):
            for visit in (*night(place, days), *night(place, days + 0.05, second=True)):
                assert (visit.evidence, visit.reason) == (Evidence.LOWER_BOUND, "went_back")
                assert visit.newest == date(2020, 6, 28)
        assert accused(place, 41.1) == []


def test_a_column_that_truly_stands_still_is_still_found(tmp_path: Path) -> None:
    server = Server({"/a/": plain(OLD)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            night(place, days)
            night(place, days + 0.05, second=True)
        assert accused(place, 1.1) == ["outlet:a"]
