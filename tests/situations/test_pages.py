"""Situations 10, 14, 29 and 31 end to end: data, caches, lines and generated dates that once spoke
for a portal."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from crawler.clock import clock as real_clock
from crawler.config import load_yaml
from crawler.store.tables import PostRow
from monitor.facts import probes
from monitor.judging.now import judge_now
from monitor.night.clocks import WrongClock, trust_clock, visit_homes
from monitor.office import enter_catalogue, open_office
from tests.situations.test_looks import START, accused, night, office
from tests.support.district import PROJECT
from tests.support.doors import Server, plain, raw, serving
from tests.support.empty_store import lay_migrated_store

TODAY = START.date()
FRESH, OLD = TODAY - timedelta(days=3), date(2019, 5, 1)
JSON = "application/json; charset=utf-8"


def listed(newest: date) -> list[dict[str, str]]:
    return [
        {
            "title": f"样例工作动态第{n}号",
            "url": f"/a/content/{90 - n}.html",
            "pubDate": f"{newest - timedelta(days=n)} 09:00:00",
        }
        for n in range(6)
    ]


def menu(day: date) -> list[dict[str, str]]:
    names = (("首页", "index"), ("政务公开", "zwgk"), ("互动交流", "hdjl"), ("办事服务", "bsfw"))
    return [
        {"name": name, "url": f"/{folder}/", "releaseTime": f"{day} 08:00:00"}
        for name, folder in names
    ]


@pytest.mark.parametrize(
    ("of_menu", "of_list"), [(OLD, FRESH), (FRESH, OLD)], ids=["old menu", "new menu"]
)
def test_situation_10_navigation_with_release_times_speaks_for_no_column(
    tmp_path: Path, of_menu: date, of_list: date
) -> None:
    data = json.dumps(
        {"nav": menu(of_menu), "data": {"list": listed(of_list)}}, ensure_ascii=False
    ).encode()
    server = Server({"/a/": plain(data, content_type=JSON)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            for visit in (*night(place, days), *night(place, days + 0.05, second=True)):
                assert visit.newest == of_list
        assert ("outlet:a" in accused(place, 1.1)) is (of_list == OLD)


def test_situation_31_the_moment_of_generation_makes_no_old_column_new(tmp_path: Path) -> None:
    """The newest row bears no date; its article was generated anew last night, and prints its own
    day."""
    day = "<span>{}</span>"
    rows = "".join(
        f"<li><a href='content/{90 - n}.html'>样例工作动态信息第{n}号</a>{day.format(OLD - timedelta(days=n)) if n else ''}</li>"
        for n in range(6)
    )
    frame = "<html><head><meta charset='utf-8'><title>工作动态</title>{meta}</head><body>{body}</body></html>"
    made = f"<meta name='PubDate' content='{TODAY} 03:16:14'><meta name='others' content='页面生成时间 {TODAY} 03:16:14'>"
    article = f"<h1>样例工作动态信息第0号</h1><p>发布时间：{OLD}</p><p>正文如下。</p>"
    pages = {
        "/a/": plain(
            frame.format(meta="", body=f"<div class='main'><ul>{rows}</ul></div>").encode()
        ),
        "/a/content/90.html": plain(frame.format(meta=made, body=article).encode()),
    }
    server = Server(pages)
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            night(place, days)
            night(place, days + 0.05, second=True)
        with place.reader.connect() as connection:
            query = select(PostRow.published).where(PostRow.url.like("%/90.html"))
            assert connection.execute(query).scalars().all() == [OLD]
        assert "outlet:a" in accused(place, 1.1)


TURNS = 8
BEHIND = "Thu, 11 Jun 2020 01:00:00 GMT"


def test_situation_14_a_caches_old_copy_of_the_home_page_refuses_no_night(tmp_path: Path) -> None:
    home = plain(
        b"<html><title>x</title></html>", date=BEHIND, age="1728000", x_cache="HIT from squid"
    )
    server = Server({"/": home})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        trust_clock(place, real_clock(START))
        server.answers["/"] = plain(b"<html><title>x</title></html>", date=BEHIND)
        with pytest.raises(WrongClock):
            trust_clock(place, real_clock(START))


@pytest.mark.parametrize("answers", ["none", "some"])
def test_situation_29_home_pages_that_fail_in_the_same_minutes_are_our_line(
    tmp_path: Path, answers: str
) -> None:
    servers = {f"s{n}": Server({"/": raw(reset=True)}) for n in range(4)}
    if answers == "some":
        for name in ("s0", "s1", "s2"):
            servers[name].answers["/"] = plain(b"<html><title>x</title></html>")
    base = load_yaml(PROJECT / "config.yaml")
    with ExitStack() as stack:
        stack.enter_context(serving(servers))
        sites = [
            {"id": name, "name": f"样例{name}", "home": f"http://127.0.0.1:{one.port}/"}
            for name, one in servers.items()
        ]
        data = {
            "store": f"sqlite:///{tmp_path}/store.db",
            "crawler": {"contact": "office@example.org", "allow_loopback": True, "retries": 0},
            "monitor": base["monitor"],
            "catalogue": {"sites": sites},
        }
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
        lay_migrated_store(tmp_path / "store.db")
        place = stack.enter_context(open_office(tmp_path / "config.yaml"))
        enter_catalogue(place, START)
        for turn in range(TURNS):
            visit_homes(place, real_clock(START + timedelta(hours=5 * turn)), confirms=False)
        end = START + timedelta(hours=5 * TURNS)
        with place.reader.connect() as connection:
            closed = {one.site: (one.counted, one.closed) for one in probes.weeks(connection, end)}
        said = [
            one
            for one in judge_now(place, end, record=False).verdicts
            if "closed" in one.cause + one.rule
        ]
    if answers == "none":
        assert {count for _, count in closed.values()} == {0}
        assert not [one for one in said if one.value.accuses]
    else:
        assert closed["s3"][1] > 0, "one that fails while the others answer fails for itself"


LATE = "".join(
    f"<li><a href='content/{90 - n}.html'>样例工作动态信息第{n}号</a><span>{OLD - timedelta(days=9 * n)}</span></li>"
    for n in range(8)
)
FRAME = "<html><head><meta charset='utf-8'>{head}<title>工作动态</title></head><body><div class='main'><ul>{rows}</ul></div></body></html>"
ONWARD = "<meta http-equiv='refresh' content='0; url=/new/'>"


@pytest.mark.parametrize(
    ("head", "headers", "blamed"),
    [
        ("", {}, True),
        (ONWARD, {}, False),
        ("", {"refresh": "0; url=/new/"}, False),
        (f"<noscript>{ONWARD}</noscript>", {}, True),
        ("<meta http-equiv='refresh' content='30; url=/a/'>", {}, True),
        ("", {"status": "206 Partial Content"}, False),
        ("", {"x_cache_status": "STALE"}, False),
        ("", {"x_cache": "HIT-STALE"}, False),
    ],
)
def test_what_sends_its_readers_on_or_is_a_part_or_an_old_copy_accuses_nobody(
    tmp_path: Path, head: str, headers: dict[str, str], blamed: bool
) -> None:
    body = FRAME.format(head=head, rows=LATE).encode()
    fresh = FRAME.format(head="", rows=LATE.replace(str(OLD), str(FRESH))).encode()
    server = Server({"/a/": plain(body, **headers), "/new/": plain(fresh)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            night(place, days)
            night(place, days + 0.05, second=True)
        assert ("outlet:a" in accused(place, 1.1)) is blamed


@pytest.mark.parametrize(
    "said",
    [
        {"code": 500, "msg": "token expired"},
        {"success": False, "msg": "未登录"},
        {"status": "error"},
    ],
)
def test_an_interface_that_answers_with_an_error_shows_no_empty_column(
    tmp_path: Path, said: dict[str, object]
) -> None:
    data = json.dumps({**said, "data": {"total": 0, "rows": []}}, ensure_ascii=False).encode()
    server = Server({"/a/": plain(data, content_type=JSON)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            night(place, days)
            night(place, days + 0.05, second=True)
        assert accused(place, 1.1) == []
