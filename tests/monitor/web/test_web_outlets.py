"""The tables of columns and accounts, an outlet's own page, its kept pages, and the recheck with
its answer in place."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, update

from crawler.model import Deed
from crawler.store.tables import OutletRow, PostRow
from crawler.walking.copies import PageCopyRow
from monitor.access.roles import Role
from monitor.access.users import add_user
from monitor.board import outlets as board
from monitor.board.filters import outlets as outlet_filters
from monitor.findings.dispensations import Bounds, DispensationKind, grant
from monitor.findings.standing import follow
from monitor.night.service import Service
from monitor.office import Office
from monitor.rectify.rechecks import RecheckRow
from monitor.web.calendar import drawn
from tests.support.district import Clock, served, town
from tests.support.web_helpers import (
    NAMES,
    NIGHT,
    NOW,
    PORTAL,
    TODAY,
    Browser,
    ClientFor,
    clients,
    rows,
)

Web = tuple[ClientFor, Office]
ROWS = {"HX-Request": "true", "HX-Target": "div#rows"}


def names(text: str) -> list[str]:
    """The outlets of a table, by their links."""
    return re.findall(r'<td data-label="名称" class="name"><span><a href="/outlets/([^"]+)">', text)


@pytest.fixture
def office(office_web: Web) -> Browser:
    return office_web[0](Role.OFFICE)


def test_the_table_of_columns_shows_the_gravest_first_with_word_and_reason(office: Browser) -> None:
    text = office.get("/columns").text
    assert names(text)[:2] == ["wjxx", "wjkb"]
    assert '<span class="chip stale">超期</span>' in text
    assert "最近一次更新为2020年7月4日" in text
    assert names(office.get("/accounts").text) == ["wjwb", "jywx"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("value=stale", ["wjxx"]),
        ("cls=notice", ["jytz"]),
        ("unit=wjj", ["wjxx", "wjkb", "jytz"]),
        ("text=城管", ["cgxx"]),
        ("text=cszw", ["cszw"]),
        ("days=100", ["jytz"]),
        ("soon=20&sort=due", ["jytz", "jyxx"]),
        ("value=unjudged", []),
        ("value=&days=&soon=&page=&sort=nonsense&cls=policy", ["cszw"]),
        ("days=many&cls=policy", ["cszw"]),
        ("text=%25", []),
        ("sort=name&down=1&value=fresh", ["cszw", "jyxx"]),
    ],
)
def test_filters_and_sorting_leave_what_they_ask_for(
    office: Browser, query: str, expected: list[str]
) -> None:
    answer = office.get(f"/columns?{query}")
    assert answer.status_code == 200
    found = names(answer.text)
    assert found == expected if query != "text=%25" else len(found) == 6


def test_htmx_gets_the_rows_alone_and_history_the_whole_page(office: Browser) -> None:
    part = office.get("/columns?value=stale", headers=ROWS).text
    assert part.lstrip().startswith('<div id="rows"')
    assert names(part) == ["wjxx"]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true", "HX-Target": "body"}
    assert "<!doctype html>" in office.get("/columns?value=stale", headers=back).text


def test_a_column_that_nobody_judged_yet_says_so_and_can_be_asked_for(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        row = {
            "kind": "column",
            "name": "新栏目",
            "platform": "portal",
            "site_id": "mh",
            "cls": "other",
            "path": "新栏目",
            "level": 1,
            "floor": 1,
            "state": "registered",
            "handle": {},
            "probes": [],
        }
        c.execute(insert(OutletRow).values(id="新栏目?a b", **row))
        follow(c, NOW)
    browser = client_for(Role.LEADER)
    text = browser.get("/columns?value=unjudged").text
    assert names(text) == ["%E6%96%B0%E6%A0%8F%E7%9B%AE%3Fa%20b"]
    page = browser.get("/outlets/%E6%96%B0%E6%A0%8F%E7%9B%AE%3Fa%20b")
    assert page.status_code == 200
    assert "新栏目尚未判定" in text
    assert "没有登记责任单位" in page.text


def test_an_empty_table_says_what_to_do(office: Browser) -> None:
    assert "没有符合条件的栏目" in (text := office.get("/columns?text=没有这个").text)
    assert '<a href="/columns">清除筛选条件</a>' in text


def test_the_workbook_holds_the_filtered_rows_and_nothing_that_computes(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(
            update(OutletRow)
            .where(OutletRow.id == "wjxx")
            .values(name='=HYPERLINK("http://x.example.org")')
        )
    answer = client_for(Role.LEADER).get("/columns.xlsx?unit=wjj")
    assert answer.headers["content-disposition"] == 'attachment; filename="columns-2020-07-20.xlsx"'
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0][:6] == ["序号", "编号", "名称", "层级或平台", "类别", "判定"]
    assert [row[1] for row in cells[1:]] == ["wjxx", "wjkb", "jytz"]
    assert cells[1][2] == '\'=HYPERLINK("http://x.example.org")'
    assert all(
        cell.data_type != "f" and cell.hyperlink is None
        for row in sheet.iter_rows()
        for cell in row
    )


@pytest.mark.parametrize(
    "address", ["/columns", "/accounts", "/columns.xlsx", "/outlets/wjxx", "/rechecks/1"]
)
def test_a_unit_s_contact_and_a_stranger_stay_outside(office_web: Web, address: str) -> None:
    client_for, _ = office_web
    assert client_for(Role.UNIT).get(address).status_code == 403
    assert client_for(None).get(address).status_code == 303


def test_the_page_tells_the_verdict_its_clause_and_what_it_rests_on(office: Browser) -> None:
    text = unescape(office.get("/outlets/wjxx").text)
    assert "单项否决 栏目不更新（动态、要闻类2周）" in text
    assert "日期原文“2020-07-04”，取自列表文字" in text
    assert re.search(r'<a href="/findings/2020-\d{4}">', text)
    assert "2020-07-04：1 条" in text  # the calendar's square
    assert "2020-07-20 01:30" in text  # the look
    assert '<a href="/units/wjj">卫健局</a>' in text


def test_a_look_that_met_a_wall_says_so_in_chinese(office: Browser) -> None:
    text = office.get("/outlets/cgxx").text
    assert "被拦截" in text
    assert "被验证码拦截" in text


def test_hostile_titles_and_addresses_are_text(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(
            update(PostRow)
            .where(PostRow.url == f"{PORTAL}/cszw/1.html")
            .values(url="javascript:alert(2)")
        )
    text = client_for(Role.OFFICE).get("/outlets/cszw").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;关于" in text
    assert "\u202e" not in text
    assert 'href="javascript:' not in text
    assert "长" * 700 not in text


def test_dispensations_in_force_and_changes_of_duty_are_told(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        grant(
            c,
            DispensationKind.EXEMPTION,
            "outlet:wjxx",
            deed=Deed("李主任", NOW, "机构改革"),
            bounds=Bounds(TODAY, TODAY + timedelta(days=9)),
        )
    text = client_for(Role.OFFICE).get("/outlets/wjxx").text
    assert "豁免：机构改革（李主任批准，2020-07-20 至 2020-07-29）" in text
    assert '<span class="chip exempt">豁免</span>' in text


def test_an_outlet_that_is_not_there_is_a_sentence_and_one_that_left_keeps_its_history(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    gone = browser.get("/outlets/nothing")
    assert (gone.status_code, "台账里没有这个栏目或账号" in gone.text) == (404, True)
    with office.engine.begin() as c:
        c.execute(update(OutletRow).where(OutletRow.id == "wjxx").values(retired_at=NOW))
    text = browser.get("/outlets/wjxx").text
    assert "已停用 2020-07-20" in text
    assert "立即复查" not in text
    assert browser.submit("/outlets/wjxx/recheck").status_code == 404


EVIL = b"<html><head><meta http-equiv=refresh content='0;url=http://x.example.org'></head><body><script>top.x=1</script>\xd5\xfd\xce\xc4</body></html>"


def kept_page(office: Office, body: bytes = EVIL, digest: str = "") -> int:
    copy = {
        "outlet_id": "wjxx",
        "hash": digest or hashlib.sha256(body).hexdigest(),
        "url": f"{PORTAL}/wjxx/",
        "final_url": f"{PORTAL}/wjxx/",
        "moment": NIGHT,
        "last": NIGHT,
        "status": 200,
        "headers": {"content-type": "text/html; charset=gbk"},
        "body": zlib.compress(body),
    }
    with office.engine.begin() as c:
        return int(
            c.execute(insert(PageCopyRow).values(copy).returning(PageCopyRow.id)).scalar_one()
        )


def test_a_kept_page_is_shown_in_a_frame_where_nothing_runs(office_web: Web) -> None:
    client_for, office = office_web
    number = kept_page(office)
    browser = client_for(Role.LEADER)
    view = browser.get(f"/outlets/wjxx/frozen/{number}/view").text
    assert f'<iframe class="frame" sandbox="" src="/outlets/wjxx/frozen/{number}"' in view
    answer = browser.get(f"/outlets/wjxx/frozen/{number}")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "正文" in answer.content.decode()
    assert f'/outlets/wjxx/frozen/{number}/view"' in browser.get("/outlets/wjxx").text


def test_a_kept_page_of_another_outlet_or_with_a_broken_seal_is_not_shown(office_web: Web) -> None:
    client_for, office = office_web
    number, broken = kept_page(office), kept_page(office, digest="0" * 64)
    browser = client_for(Role.OFFICE)
    assert browser.get(f"/outlets/jyxx/frozen/{number}").status_code == 404
    answer = browser.get(f"/outlets/wjxx/frozen/{broken}")
    assert (answer.status_code, "不能作为依据" in answer.text) == (404, True)
    assert "<iframe" not in browser.get(f"/outlets/wjxx/frozen/{broken}/view").text


def test_a_recheck_needs_its_permission_and_the_word_of_the_form(office_web: Web) -> None:
    client_for, office = office_web
    assert client_for(Role.LEADER).submit("/outlets/wjxx/recheck").status_code == 403
    assert (
        client_for(Role.OFFICE).post("/outlets/wjxx/recheck", data={"csrf": "x"}).status_code == 403
    )
    assert "立即复查" not in client_for(Role.LEADER).get("/outlets/wjxx").text
    assert rows(office, RecheckRow) == []


def test_a_recheck_without_a_script_goes_back_to_the_page_that_tells_how_it_stands(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.INSPECTOR)
    answer = browser.submit("/outlets/wjxx/recheck")
    (row,) = rows(office, RecheckRow)
    assert (row.outlet_id, row.asked_by, row.state) == ("wjxx", "样例检查员", "waiting")
    assert answer.headers["location"] == f"/outlets/wjxx?recheck={row.id}#recheck"
    assert "没有自动更新时，请刷新本页查看" in browser.get(f"/outlets/wjxx?recheck={row.id}").text
    browser.submit("/outlets/wjxx/recheck")
    assert len(rows(office, RecheckRow)) == 1


def test_a_recheck_that_nobody_does_says_so_after_a_while_and_asks_less_often(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    part = browser.submit("/outlets/wjxx/recheck", headers={"HX-Request": "true"}).text
    assert 'hx-trigger="every 1s"' in part
    with office.engine.begin() as c:
        c.execute(update(RecheckRow).values(asked=NOW - timedelta(seconds=21)))
    late = browser.part("/rechecks/1").text
    assert 'hx-trigger="every 5s"' in late
    assert "gengxin serve" in late


def test_a_recheck_that_failed_says_why_and_the_page_stops_asking(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    browser.submit("/outlets/wjxx/recheck")
    with office.engine.begin() as c:
        c.execute(update(RecheckRow).values(state="failed", ended=NOW, note="复查没有做完：磁盘满"))
    part = browser.part("/rechecks/1").text
    assert "复查没有做完：磁盘满" in part
    assert "hx-trigger" not in part
    assert browser.part("/rechecks/99").status_code == 404


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Any, Browser]]:
    """The small district on loopback after a night, with a clerk's browser."""
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as place:
        place.night()
        with place.office.engine.begin() as c:
            name = NAMES[Role.OFFICE]
            add_user(
                c,
                clock(),
                name=name,
                shown="经办人甲",
                role=Role.OFFICE,
                password="yi-ge-ceshi-mima",
                by="测试",
            )
        yield place, clients(place.office, clock)(Role.OFFICE)


def test_a_column_turns_fresh_in_place_after_the_portal_got_a_post(
    live: tuple[Any, Browser],
) -> None:
    place, browser = live
    assert '<span class="chip stale">超期</span>' in browser.get("/outlets/old").text
    place.sample.portal.publish("old", "脱贫攻坚新进展", "样例日报", place.clock())
    part = browser.submit("/outlets/old/recheck", headers={"HX-Request": "true"}).text
    number = re.search(r'hx-get="/rechecks/(\d+)"', part)
    assert number is not None
    Service(place.office, place.clock, Event()).rechecks()
    done = browser.part(f"/rechecks/{number[1]}").text
    assert "every 1s" not in done
    assert f'hx-get="/outlets/old?recheck={number[1]}" hx-trigger="load" hx-target="#main"' in done
    assert "复查完成" in done
    whole = browser.get(f"/outlets/old?recheck={number[1]}").text
    assert "复查完成" in whole
    assert "hx-trigger" not in whole
    assert re.search(r'class="chip stale">超期</span>.*class="chip fresh">正常</span>', done, re.S)
    assert "最新信息 2020-07-20" in done
    assert '<span class="chip fresh">正常</span>' in browser.get("/outlets/old").text
    assert "已销号" in browser.get("/outlets/old").text


def test_the_board_pages_and_counts(office_web: Web) -> None:
    _, office = office_web
    with office.reader.connect() as c:
        found = board.lines(
            c, outlet_filters.wanted_of("column", sort="name"), TODAY, page=2, size=4
        )
    assert (found.total, found.pages, found.page, len(found.rows)) == (6, 2, 2, 2)


def test_the_calendar_draws_every_day_once_and_adds_up() -> None:
    counts = {date(2020, 7, 1): 2, date(2020, 7, 20): 9, date(2019, 7, 1): 1}
    found = drawn(counts, date(2019, 7, 1), date(2020, 7, 20))
    assert len(found.squares) == len({(s.x, s.y) for s in found.squares}) == 386
    assert found.total == 12
    assert found.months[0] == ("2019-07", 1, 1)
    assert found.months[-1] == ("2020-07", 11, 2)
    assert len({s.fill for s in found.squares}) == 4
