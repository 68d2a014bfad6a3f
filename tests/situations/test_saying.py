"""What is printed, shown and answered where we saw little or nothing: situations 19, 21 and 22 of the design."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crawler.clock import clock as real_clock
from crawler.store import OutletRow, VisitRow
from monitor import jobs
from monitor.access.roles import Role
from monitor.jobs import judge_now
from monitor.office import Office
from monitor.screen import night_lines, status_lines
from monitor.standing import StandingRow
from tests.district import START, Clock, Town, served, small_district, town
from tests.judging_store import failure, visit
from tests.web_helpers import NIGHT, NOW, PORTAL, ClientFor, clients, enter_users

Fixture = tuple[ClientFor, Office]


def shown(text: str) -> str:
    """What a reader sees, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.S))


@contextmanager
def columns_only(folder: Path, clock: Clock) -> Iterator[Town]:
    """The small district without its accounts: every place that is watched stands on the portal."""
    district = small_district(posts=2).model_copy(update={"accounts": ()})
    with served(folder, clock, district) as sample, town(folder, sample, clock) as one:
        yield one


def test_situation_19_a_night_whose_every_answer_is_503_saw_nothing_and_says_so(tmp_path: Path) -> None:
    clock = Clock()
    with columns_only(tmp_path, clock) as one:
        one.sample.portal.faults.set("503")
        running = real_clock(START)
        night = jobs.nightly(one.office, running, as_of=running())
        said = "\n".join(night_lines(night))
        assert "没有看到任何栏目和账号（计划 6 个" in said
        assert "看到 6 个" not in said
        assert "%" not in said
        clock.now = START + timedelta(hours=1)
        assert "没有看到任何栏目和账号" in "\n".join(status_lines(one.office, judge_now(one.office, clock())))
        enter_users(one.office, "fgj")
        browser = clients(one.office, clock)(Role.OFFICE)
        for path in ("/", "/leader", "/health"):
            text = shown(browser.get(path).text)
            assert "没有看到任何栏目和账号" in text, path
            assert "达标率" not in text, path
        leader = shown(browser.get("/leader").text)
        assert "栏目 还没有判定" in leader or "栏目还没有判定" in leader
        assert not re.search(r"\d %|\d%", leader)
        assert "没有未办结的问题" not in leader
        answer = browser.get("/api/v1/overview").json()
        assert answer["night"]["seen"] == 0
        assert answer["columns_share"]["percent"] is None


def test_situation_21_an_unreadable_column_is_ours_on_its_units_own_page(office_web: Fixture) -> None:
    """It was due soon when it was last read; since its redesign nobody is urged about it."""
    client_for, office = office_web
    before = shown(client_for(Role.UNIT).get("/units/wjj").text)
    assert "即将超期 通知公告" in before
    with office.engine.begin() as c:
        values = {"outcome": "unreadable", "evidence": "none", "reason": "redesigned"}
        visit(c, "jytz", NOW - timedelta(minutes=20), None, url=f"{PORTAL}/jytz/", **values)
    judge_now(office, NOW - timedelta(minutes=10))
    page = client_for(Role.UNIT).get("/units/wjj")
    after = shown(page.text)
    assert "我办正在核查 通知公告" in after
    assert "即将超期" not in after
    assert "通知公告" not in client_for(Role.UNIT).get("/units/wjj/calendar.ics").text
    row = next(row for row in page.text.split("<tr>") if "通知公告" in row and "我办正在核查" in row)
    assert re.findall(r'class="chip([^"]*)"', row) == [""], "no colour says anything against the unit"


def test_situation_22_the_leader_is_given_no_percentage_of_one_account(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        rows = StandingRow
        c.execute(update(rows).where(rows.outlet_id == "jywx").values(value="unknown", gravity=3))
    text = shown(client_for(Role.LEADER).get("/leader").text)
    assert "1 个已判定： 超期、空白 1 个 ； 1 个未判定" in text
    assert re.findall(r"[0-9.]+ ?%", text) == ["60.0 %"], (
        "of the five columns that were judged, and of nothing else"
    )


@pytest.mark.parametrize("path", ["/", "/leader", "/units", "/units/wjj", "/charts", "/health"])
def test_no_page_of_a_store_that_saw_nothing_claims_anything(office_web: Fixture, path: str) -> None:
    """Every look failed and everything was judged: no page says that all is well, or how much is."""
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(VisitRow.__table__.delete())  # type: ignore[attr-defined]
        c.execute(
            update(OutletRow).values(newest=None, last_conclusive=None, last_look=None, walk_done=False)
        )
        for outlet in ("jyxx", "jytz", "wjxx", "wjkb", "cgxx", "cszw", "wjwb", "jywx"):
            failure(c, outlet, NIGHT)
    judge_now(office, NOW)
    text = shown(client_for(Role.OFFICE).get(path).text)
    for claim in ("达标率", "100%", "100.0%", "全部", "都能判定", "没有要到期", "没有未办结"):
        assert claim not in text.replace("全部单位", "").replace("全部未知", ""), claim
