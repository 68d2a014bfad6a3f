"""The overview tells today's state, every number opens its rows; the leader's sheet and the charts
read only."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from crawler.model import Deed
from crawler.store.tables import CandidateRow, OutletRow, RunRow
from monitor.access.roles import Permission, Role, may
from monitor.board import overview as board
from monitor.board import trend as trends
from monitor.days.workdays import Calendar
from monitor.findings.standing import StandingRow
from monitor.judging.unit_rhythm import DoubtRow, UnitDayRow, UnitMonthRow
from monitor.model import exactly
from monitor.office import Office
from monitor.record.tables import FindingRow, JudgementRow, LetterRow, SaidRow
from monitor.rectify.appeals import appeal
from monitor.rectify.orders import Terms, issue
from monitor.web.pages.overview import looked_last
from tests.support.web_helpers import NOW, TODAY, ClientFor, clients, rows

Fixture = tuple[ClientFor, Office]
PAGES = ("/", "/changes", "/charts", "/leader")


def shown(text: str) -> str:
    """What a reader sees, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.S))


def ours(office: Office, number: str) -> Any:
    return next(row for row in rows(office, FindingRow) if row.number == number)


def of_rule(office: Office, rule: str) -> str:
    found: str = next(row.number for row in rows(office, FindingRow) if row.rule == rule)
    return found


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_see_the_district_sees_it_and_nobody_else(
    office_web: Fixture, path: str, role: Role
) -> None:
    answer = office_web[0](role).get(path)
    assert answer.status_code == (200 if may(role, Permission.DISTRICT) else 403)


@pytest.mark.parametrize("path", PAGES)
def test_a_store_without_any_night_says_what_to_do(office_web: Fixture, path: str) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        for table in (StandingRow, RunRow, UnitDayRow):
            c.execute(delete(table))
        c.execute(update(OutletRow).values(newest=None))
    answer = client_for(Role.OFFICE).get(path)
    assert answer.status_code == 200
    if path == "/":
        assert "还没有夜间抓取的记录" in answer.text


def test_every_verdict_is_counted_and_its_number_opens_its_rows(office_web: Fixture) -> None:
    browser = office_web[0](Role.LEADER)
    text = browser.get("/").text
    for value, count in (("stale", 1), ("blank", 1), ("due_soon", 1), ("unknown", 1), ("fresh", 2)):
        assert f'<a href="/columns?value={value}"><b>{count}</b>' in text
    assert '<a href="/accounts?value=stale"><b>1</b>' in text
    assert "卫生信息" in browser.get("/columns?value=stale").text


def test_every_link_of_the_overview_leads_somewhere(office_web: Fixture) -> None:
    """Every number opens its rows: no link of these pages is dead for whom it is shown to."""
    client_for, office = office_web
    with office.engine.begin() as c:
        work(c, office)
    browser = client_for(Role.OFFICE)
    links = {
        link for path in PAGES for link in re.findall(r'href="(/[^"#]*)', browser.get(path).text)
    }
    assert len(links) > 20
    dead = {link: browser.get(link.replace("&amp;", "&")).status_code for link in sorted(links)}
    assert {link: status for link, status in dead.items() if status != 200} == {}


def work(c: Any, office: Office) -> None:
    """Something of every kind that waits for the office."""
    letters, orders = office.settings.monitor.alerts.letters, office.settings.monitor.orders
    issue(
        c,
        of_rule(office, "column_blank"),
        deed=Deed("样例", NOW - timedelta(days=30)),
        terms=Terms(letters, orders),
    )
    appeal(c, of_rule(office, "account_idle"), deed=Deed("卫健局（链接）", NOW, "发过", unit="wjj"))
    letter = {
        "key": "k",
        "unit_id": "wjj",
        "day": TODAY,
        "recipients": ["wjj@example.org"],
        "subject": "通知",
        "text_body": "",
        "html_body": "",
        "state": "failed",
        "written": NOW,
        "tries": 8,
        "answer": "550 no such user",
    }
    c.execute(insert(LetterRow).values(letter))
    candidate = {
        "platform": "wechat",
        "number": "MzX",
        "name": "没登记的号",
        "link": "",
        "place": "link",
        "page_url": "",
        "page_hash": "",
        "first_seen": NOW,
        "last_seen": NOW,
        "state": "new",
    }
    c.execute(insert(CandidateRow).values(candidate))


def test_the_clerk_sees_what_waits_and_the_leader_does_not(office_web: Fixture) -> None:
    client_for, office = office_web
    assert (
        '<a href="/attribution"><b>1</b><span class="chip waiting">来源待认定'
        in client_for(Role.OFFICE).get("/").text
    )
    with office.engine.begin() as c:
        c.execute(delete(DoubtRow))
    assert "待办" not in client_for(Role.OFFICE).get("/").text, "nothing waits, nothing is said"
    with office.engine.begin() as c:
        work(c, office)
    text = client_for(Role.OFFICE).get("/").text
    found = dict(
        re.findall(r'<a href="([^"]+)"><b>(\d+)</b><span class="chip (?:bad|waiting)">', text)
    )
    assert found == {
        "/findings?state=all&amp;appealed=1": "1",
        "/orders?late=1": "1",
        "/health#letters": "1",
        "/accounts/found": "1",
    }
    assert f'<a href="/findings/{of_rule(office, "account_idle")}">' in text
    assert "待办" not in client_for(Role.LEADER).get("/").text


def test_an_appeal_holds_its_order_from_being_late(office_web: Fixture) -> None:
    office = office_web[1]
    letters, orders = office.settings.monitor.alerts.letters, office.settings.monitor.orders
    number = of_rule(office, "column_blank")
    with office.engine.begin() as c:
        c.execute(delete(DoubtRow))
        issue(c, number, deed=Deed("样例", NOW - timedelta(days=30)), terms=Terms(letters, orders))
        assert [one.name for one in board.waiting(c, NOW)] == ["整改超期"]
        appeal(c, number, deed=Deed("卫健局", NOW, "栏目已并入", unit="wjj"))
        assert [one.name for one in board.waiting(c, NOW)] == ["申诉待核"]


def test_the_distance_to_veto_names_the_columns_behind(office_web: Fixture) -> None:
    text = office_web[0](Role.LEADER).get("/").text
    assert 'aria-label="动态要闻与通知政策类 1/5"' in text
    assert 'aria-label="空白栏目 1/5"' in text
    assert '<a href="/outlets/wjxx">卫生信息</a>' in text
    assert "再有 4 个即达到" in text


def test_the_months_quota_says_who_is_behind_and_how_many_working_days_are_left(
    office_web: Fixture,
) -> None:
    office = office_web[1]
    calendar = office.settings.monitor.alerts.letters.calendar
    with office.reader.connect() as c:
        month = board.this_month(c, TODAY, calendar)
    assert (month.month, month.left) == ("2020-07", 9)
    assert [(one.unit, one.count.at_least, one.quota) for one in month.units] == [
        ("cgj", 0, 10),
        ("wjj", 2, 10),
        ("cst", 1, 5),
        ("jyj", 7, 10),
    ]
    assert [one.unit for one in month.behind] == ["wjj", "cst"]
    assert month.units[0].unsure, "a column of it cannot be read: it may be we who are behind"


def test_what_changed_since_the_last_working_day_is_counted_and_listed(office_web: Fixture) -> None:
    client_for, _office = office_web
    browser = client_for(Role.LEADER)
    text = browser.get("/").text
    assert "2020-07-17 09:00 以来" in text, "20 July is a Monday"
    assert "变为超期、空白 3 个" in text
    listed = browser.get("/changes?way=turned").text
    for name in ("卫生信息", "健康科普", "健康仓山"):
        assert name in listed
    assert "没有已更新的栏目或账号" in browser.get("/changes?way=mended").text
    assert browser.get("/changes?way=<script>").status_code == 200


def test_new_and_closed_findings_are_counted_and_open_as_many_rows(office_web: Fixture) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.LEADER), of_rule(office, "column_blank")
    old = {
        "opened": NOW - timedelta(days=30),
        "closed": NOW - timedelta(hours=1),
        "ended": "mended",
    }
    with office.engine.begin() as c:
        c.execute(update(FindingRow).where(FindingRow.number == number).values(old))
    text = browser.get("/").text
    for word, expected in (("新问题", None), ("办结", {number})):
        (found,) = re.findall(word + r' <a href="([^"]+)">(\d+) 件', text)
        listed = browser.get(found[0].replace("&amp;", "&")).text
        numbers = set(re.findall(r'href="/findings/(\d{4}-\d+)"', listed))
        assert len(numbers) == int(found[1]) > 0
        assert (number in numbers) is (word == "办结")
        assert expected in (None, numbers)
    assert browser.get("/findings?since=0001-01-01").status_code == 200, (
        "no such time filters nothing"
    )


def test_an_appeal_that_waits_is_found_from_the_overview(office_web: Fixture) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    with office.engine.begin() as c:
        work(c, office)
    listed = browser.get("/findings?state=all&appealed=1").text
    assert set(re.findall(r'href="/findings/(\d{4}-\d+)"', listed)) == {
        of_rule(office, "account_idle")
    }


def test_what_was_mended_is_told_as_such(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        mended = {"value": "fresh", "before": "stale", "since": NOW - timedelta(hours=1)}
        c.execute(update(StandingRow).where(StandingRow.key == "outlet:wjxx").values(mended))
    assert "已更新 1 个" in client_for(Role.LEADER).get("/").text
    assert "卫生信息" in client_for(Role.LEADER).get("/changes?way=mended").text


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2020, 7, 20), "2020-07-17 09:00"),
        (date(2020, 7, 21), "2020-07-20 09:00"),
        (date(2020, 10, 9), "2020-09-30 09:00"),
    ],
)
def test_news_begin_where_the_office_last_looked(today: date, since: str) -> None:
    holidays = [date(2020, 10, n) for n in range(1, 9)]
    calendar = Calendar(frozenset(holidays), frozenset())
    assert f"{looked_last(today, calendar):%Y-%m-%d %H:%M}" == since


def test_a_night_that_failed_or_did_not_come_is_told_loudly(office_web: Fixture) -> None:
    client_for, office = office_web
    assert (
        "昨夜没有抓取"
        in clients(office, lambda: NOW + timedelta(days=2))(Role.OFFICE).get("/").text
    )
    with office.engine.begin() as c:
        c.execute(update(JudgementRow).values(failed_night=True))
    text = client_for(Role.OFFICE).get("/").text
    assert "昨夜看到的太少" in text
    assert "没有对任何单位作出新的认定" in text
    assert "昨夜看到的太少" in client_for(Role.LEADER).get("/leader").text


def test_what_turns_red_this_week_has_its_last_working_day(office_web: Fixture) -> None:
    client_for, office = office_web
    saturday = date(2020, 7, 25)
    with office.engine.begin() as c:
        c.execute(update(StandingRow).where(StandingRow.key == "outlet:jytz").values(due=saturday))
    text = shown(client_for(Role.LEADER).get("/").text)
    assert "2020-07-25 到期，最后一个工作日 2020-07-24，还有 4 个工作日" in text
    with office.reader.connect() as c:
        found = board.soon(c, TODAY, office.settings.monitor.alerts.letters.calendar)
    assert (found.columns, found.accounts) == (1, 0)
    assert [one.units for one in found.rows] == [("教育局", "卫健局")]


def test_hostile_names_are_text_on_every_page(office_web: Fixture) -> None:
    client_for, office = office_web
    name = '<script>alert(1)</script>\u202e"><img src=x onerror=alert(2)>' + "长" * 1500
    with office.engine.begin() as c:
        changed = {"name": name, "before": "fresh", "since": NOW, "due": TODAY}
        c.execute(update(StandingRow).where(StandingRow.kind == "column").values(changed))
        c.execute(update(FindingRow).values(name=name))
    for path in PAGES:
        text = client_for(Role.OFFICE).get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert "长" * 1000 not in text


def test_charts_carry_their_data_and_a_table_and_load_the_drawing_file_only_there(
    office_web: Fixture,
) -> None:
    browser = office_web[0](Role.LEADER)
    text = browser.get("/charts").text
    drawn = re.findall(
        r'<script type="application/json" id="([\w-]+)-data">(.*?)</script>', text, flags=re.S
    )
    options = {name: json.loads(option) for name, option in drawn}
    assert set(options) == {"trend-columns", "trend-accounts", "quota", "heat", "silence"}
    assert len(options["heat"]["xAxis"]["data"]) == 90
    assert options["silence"]["series"][0]["data"][0]["href"] == "/outlets/jytz"
    assert text.count("看数据表") == len(options)
    assert "echarts.min.js" in text
    assert "echarts.min.js" not in browser.get("/").text


def test_the_leaders_figures_are_the_quarters_and_against_last_month(office_web: Fixture) -> None:
    office = office_web[1]
    with office.reader.connect() as c:
        quarter, kinds = trends.quarter(c, TODAY), trends.open_by_kind(c)
        posts = trends.compared(c, TODAY)[0]
    assert quarter.months == ("2020-04", "2020-05", "2020-06", "2020-07")
    found = {
        one.id: (tuple(n.at_least for n in one.months), one.total.at_least, one.short)
        for one in quarter.units
    }
    assert found["wjj"] == ((0, 0, 10, 2), 12, 2)
    assert found["jyj"] == ((0, 0, 5, 7), 12, 3)
    assert [one.total.at_least for one in quarter.units] == [12, 12, 12, 0]
    assert {kind.rule: kind.count for kind in kinds} == {
        "unit_quota": 7,
        "column_stale": 1,
        "column_blank": 1,
        "account_idle": 1,
    }
    with office.reader.connect() as c:
        days = [(row.day, row.posts) for row in rows(office, UnitDayRow) if row.unit_id]
    assert posts.now.at_least == sum(n for day, n in days if date(2020, 7, 1) <= day <= TODAY)
    assert posts.before.at_least == sum(
        n for day, n in days if date(2020, 6, 1) <= day <= date(2020, 6, 20)
    )
    assert posts.more is None, (
        "a column of one unit cannot be read: how many more there were nobody knows"
    )


def test_the_leader_is_told_apart_what_stands_open_only_because_nobody_saw(
    office_web: Fixture,
) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        now = SaidRow.__table__.c
        c.execute(
            update(SaidRow)
            .where(now.subject == "outlet:wjxx", now.rule == "column_stale", now.until.is_(None))
            .values(value="unknown", cause="timeout")
        )
    with office.reader.connect() as c:
        kinds = {one.rule: (one.count, one.unseen) for one in trends.open_by_kind(c)}
    assert kinds["column_stale"] == (0, 1)
    assert kinds["column_blank"] == (1, 0)
    assert "另有 1 件近期未能查看" in client_for(Role.LEADER).get("/leader").text


def test_the_months_are_compared_over_as_many_days_even_where_the_last_was_shorter(
    office_web: Fixture,
) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        c.execute(delete(UnitDayRow))
        days = [{"unit_id": "jyj", "day": date(2021, 2, n), "posts": 1} for n in range(1, 29)]
        c.execute(
            insert(UnitDayRow), [*days, {"unit_id": "jyj", "day": date(2021, 3, 31), "posts": 5}]
        )
        unknown = trends.compared(c, date(2021, 3, 31))[0]
        whole = asdict(exactly(0)) | {"gaps": [], "places": []}
        kept = {"posts": whole, "documents": whole, "as_of": NOW}
        units, months = ("jyj", "wjj", "cgj", "cst"), ("2021-02", "2021-03")
        c.execute(
            insert(UnitMonthRow),
            [{"unit_id": u, "month": m, **kept} for u in units for m in months],
        )
        posts = trends.compared(c, date(2021, 3, 31))[0]
    assert (posts.now, posts.before, posts.more) == (exactly(5), exactly(28), -23)
    assert (unknown.now.text, unknown.more) == ("不少于5", None), "nobody counted those months"


def test_of_very_many_units_the_heat_map_shows_those_with_the_fewest_posts(
    office_web: Fixture,
) -> None:
    names = {"jyj": "教育局", "wjj": "卫健局", "cgj": "城管局", "cst": "仓山镇"}
    with office_web[1].reader.connect() as c:
        every, all_posts = trends.posts(c, date(2020, 1, 1), names, 4)
        fewest, their_posts = trends.posts(c, date(2020, 1, 1), names, 2)
    assert every is names
    assert list(fewest) == ["cgj", "cst"]
    assert sorted(their_posts) == sorted(post for post in all_posts if post[0] in fewest)
