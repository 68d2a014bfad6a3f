"""A redesign is told from silence, both numbers are said, and a person lets a column learn its page
anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import select

from crawler.model import Evidence, Outcome, Reading, UnknownOutlet
from crawler.store.tables import RunRow, open_store
from crawler.walking.model import Known, Step
from crawler.walking.visit import Fetched, floor_of, look
from monitor.__main__ import attach, cli
from monitor.office import read_settings
from monitor.words.causes import looked_like
from tests.crawler.net.test_browser import served
from tests.support.walking import NOW, TODAY, outlet, page, post, reading

LEARNED = Known(outlet(), dated=20, family="trs", last_conclusive=NOW, walk_done=True)


def seen(known: Known, said: Reading) -> Any:
    return look(known, page(), lambda *_: said, fetched=Fetched("spider"), step=Step(TODAY))


@pytest.mark.parametrize("reason", ["no_list", "no_dates", "script_list"])
def test_a_page_that_had_a_list_and_has_none_was_redesigned(reason: str) -> None:
    said = Reading(
        Outcome.UNREADABLE, Evidence.NONE, reason=reason, family="generic", mark="was it"
    )
    visit = seen(LEARNED, said).visit
    assert (visit.outcome, visit.reason) == (Outcome.UNREADABLE, "redesigned")
    assert visit.mark == f"trs 20 -> generic {reason}; was it"
    assert seen(Known(outlet()), said).visit.reason == reason


@pytest.mark.parametrize("reason", ["captcha", "soft_404", "empty_body"])
def test_a_wall_is_no_redesign(reason: str) -> None:
    said = Reading(Outcome.BLOCKED, Evidence.NONE, reason=reason)
    assert seen(LEARNED, said).visit.reason == reason
    assert seen(LEARNED, replace(said, outcome=Outcome.UNREADABLE)).visit.reason == reason


def test_the_floor_is_the_higher_of_the_configured_and_the_learned_one() -> None:
    assert floor_of(Known(outlet(floor=5), dated=20)) == 7
    assert floor_of(Known(outlet(floor=5), dated=3)) == 5
    assert floor_of(Known(outlet(floor=0))) == 0


def test_both_numbers_are_said() -> None:
    visit = seen(LEARNED, reading(post(n) for n in range(3))).visit
    assert looked_like(visit.reason, visit.mark) == "列表条数少于应有的下限：看到 3 条，下限 7 条"
    emptied = seen(LEARNED, reading([])).visit
    assert looked_like(emptied.reason, emptied.mark).endswith("看到 0 条，下限 7 条")
    assert looked_like("redesigned", "trs 20 -> \x1b[31mgeneric no_list").endswith(
        "trs 20 -> [31mgeneric no_list"
    )
    assert looked_like("captcha", "请输入验证码") == "被验证码拦截"


def lists(count: int) -> str:
    rows = "".join(
        f'<li><a href="/t{n}.html">关于做好第{n}号台风防御工作的通知</a><span>{TODAY - timedelta(days=n)}</span></li>'
        for n in range(count)
    )
    return f"<html><head><meta charset='utf-8'><title>通知</title></head><body><h2>通知</h2><ul>{rows}</ul></body></html>"


def tables(count: int) -> str:
    """The same posts in another dress."""
    listed = lists(count).replace("<li><a", "<tr><td><a").replace("</a><span>", "</a></td><td>")
    return (
        listed.replace("</span></li>", "</td></tr>")
        .replace("<ul>", "<table>")
        .replace("</ul>", "</table>")
    )


@pytest.fixture
def shrunk(tmp_path: Path) -> Iterator[Path]:
    """A config whose column showed twenty posts and now shows three; the store remembers twenty."""
    yield from showing(tmp_path, lists(3))


@pytest.fixture
def dressed(tmp_path: Path) -> Iterator[Path]:
    """A config whose column showed twenty posts in a list and now shows them in a table."""
    yield from showing(tmp_path, tables(20))


def showing(tmp_path: Path, now: str) -> Iterator[Path]:
    pages = {"/tz/": (200, "text/html; charset=utf-8", lists(20))}
    shipped = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text("utf-8"))
    with served(pages) as (address, _):
        config = {
            "store": f"sqlite:///{tmp_path}/store.db",
            "crawler": {"contact": "office@example.org", "allow_loopback": True, "delay": 0.001},
            "monitor": shipped["monitor"],
            "catalogue": {
                "sites": [{"id": "p", "name": "门户", "home": f"{address}/"}],
                "columns": [
                    {"id": "tz", "name": "通知", "url": f"{address}/tz/", "class": "notice"}
                ],
            },
        }
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        assert said(path, "recheck", "tz", "--json")["visits"][0]["dated"] == 20
        pages["/tz/"] = (200, "text/html; charset=utf-8", now)
        yield path


def said(path: Path, *words: str, at: str = "2020-07-20T09:00") -> Any:
    attach()
    words = (*words, "--config", str(path), "--as-of", at)
    result = CliRunner().invoke(cli, words, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout) if "--json" in words else result.stdout


def test_a_shortened_column_is_not_believed_until_a_person_accepts_it(shrunk: Path) -> None:
    assert "看到 3 条，下限 7 条" in said(shrunk, "recheck", "tz")
    assert "看到 3 条，下限 7 条" in said(shrunk, "explain", "tz", at="2020-07-20T10:00")
    told = said(shrunk, "accept", "tz", "--by", "值班员", "--reason", "栏目精简，列表正常")
    assert "20 条" in told
    visit = said(shrunk, "recheck", "tz", "--json")["visits"][0]
    assert (visit["outcome"], visit["dated"]) == ("read", 3)
    reader = open_store(read_settings(shrunk).store, readonly=True)
    with reader.connect() as connection:
        note = connection.execute(select(RunRow.note).where(RunRow.kind == "accept")).scalar_one()
    reader.dispose()
    assert note == "tz: dated 20 -> 0, family generic -> -; 值班员: 栏目精简，列表正常"


def test_a_page_built_anew_that_leads_on_is_taken_and_nothing_else_forgotten(dressed: Path) -> None:
    assert said(dressed, "recheck", "tz", "--json")["visits"][0]["outcome"] == "read"
    told = said(dressed, "accept", "tz", "--by", "值班员", "--reason", "栏目改版，列表正常")
    assert (
        "tz：已采用新版式（列表的位置 table；日期的位置 标题后面；首页条数 20 条；下一页的网址 没有下一页）"
        in told
    )
    assert "已清除" not in told
    again = said(dressed, "accept", "tz", "--by", "值班员", "--reason", "再核实", "--json")
    assert (again["adopted"], again["forgotten"]) == (None, True)


def test_an_unknown_column_is_refused(shrunk: Path) -> None:
    with pytest.raises(UnknownOutlet):
        said(shrunk, "accept", "nobody", "--by", "值班员", "--reason", "无")


JPAAS = """<html><head><meta charset="utf-8"><title>通知</title></head><body><h2>通知</h2>
<script src="/jpaas-publish-server/x.js"></script><div class="list"><script url="{url}"
querydata="{{'webId':'7','pageId':'p1'}}" src="/unit.js"></script></div></body></html>"""


def test_a_list_behind_a_known_interface_is_read_from_its_data_night_after_night(
    tmp_path: Path,
) -> None:
    unit = "/jpaas-publish-server/front/page/build/unit"
    answer = json.dumps(
        {"success": True, "data": {"html": lists(12).partition("<h2>")[2]}}, ensure_ascii=False
    )
    pages = {
        "/tz/": (200, "text/html; charset=utf-8", JPAAS.format(url=unit)),
        unit: (200, "application/json; charset=utf-8", answer),
    }
    shipped = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text("utf-8"))
    with served(pages) as (address, asked):
        config = {
            "store": f"sqlite:///{tmp_path}/store.db",
            "crawler": {"contact": "office@example.org", "allow_loopback": True, "delay": 0.001},
            "monitor": shipped["monitor"],
            "catalogue": {
                "sites": [{"id": "p", "name": "门户", "home": f"{address}/"}],
                "columns": [
                    {"id": "tz", "name": "通知", "url": f"{address}/tz/", "class": "notice"}
                ],
            },
        }
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        for _ in range(2):
            visit = said(path, "recheck", "tz", "--json")["visits"][0]
            assert (visit["outcome"], visit["dated"], visit["newest"]) in (
                ("read", 12, "2020-07-20"),
                ("unchanged", 12, "2020-07-20"),
            )
        pages[unit] = (500, "text/html", "x")
        broken = said(path, "recheck", "tz", "--json")["visits"][0]
    assert (broken["outcome"], broken["reason"]) == ("unreachable", "server_error")
    assert ("GET", f"{unit}?webId=7&pageId=p1") in asked
