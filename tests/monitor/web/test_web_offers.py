"""The column's page shows page and data side by side; one click takes the data's address, a reason
refuses it or gives it back."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crawler.store.tables import OutletRow
from crawler.walking.offers import How, SearchResult, Side, Tried, Why
from crawler.walking.offers.store import keep
from crawler.walking.shapes import ShapeRow
from monitor.access.roles import Role
from monitor.night.jobs import judge_now
from monitor.office import Office, enter_catalogue
from monitor.record.chain import AuditRow
from monitor.rectify.rechecks import RecheckRow
from tests.support.web_helpers import HOSTILE, NEWEST, NOW, PORTAL, Browser, ClientFor, rows

Web = tuple[ClientFor, Office]
PAGE = "/outlets/wjxx"
DATA = f"{PORTAL}/api/list?channelId=12"
FOREIGN = "http://data.example.org/api/<script>alert(1)</script>"


def found(url: str, days: float = 0.2) -> SearchResult:
    day = NEWEST["wjxx"]
    shown = (
        ShapeRow(HOSTILE, f"{PORTAL}/wjxx/new.html", date(2020, 7, 19)),
        ShapeRow("wjxx 第1条工作信息", f"{PORTAL}/wjxx/0.html", day),
        ShapeRow("另一条", "javascript:alert(1)", day - timedelta(days=1)),
    )
    tried = (
        Tried(FOREIGN, How.SCRIPT, Why.FOREIGN),
        Tried(f"{PORTAL}/api/hot", How.FILE, Why.NO_LIST, "script_list"),
        *([Tried(url, How.FILE, Why.GOOD)] if url else []),
    )
    after = Side("read", "", date(2020, 7, 19), 15, 107, shown) if url else None
    before = Side("unreadable", "script_list")
    moment = NOW - timedelta(days=days)
    how = How.FILE if url else None
    return SearchResult("wjxx", f"{PORTAL}/wjxx/", moment, before, url, how, after, tried)


def kept(office: Office, url: str = DATA, days: float = 0.2) -> None:
    with office.engine.begin() as connection:
        keep(connection, [found(url, days)])


def card(browser: Browser) -> str:
    found = re.search(
        r'<section class="card"[^>]*aria-labelledby="h-data">(.*?)</section>',
        browser.get(PAGE).text,
        re.S,
    )
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1])) if found else ""


def actions(browser: Browser) -> list[str]:
    return re.findall(r'action="(/outlets/wjxx/data/[\w/]+)"', browser.get(PAGE).text)


def address_of(office: Office) -> str:
    with office.reader.connect() as connection:
        return str(
            connection.execute(select(OutletRow.url).where(OutletRow.id == "wjxx")).scalar_one()
        )


def acts(office: Office) -> list[tuple[str, str]]:
    with office.reader.connect() as connection:
        return [
            (row.what, row.who) for row in connection.execute(select(AuditRow.what, AuditRow.who))
        ]


def test_page_and_data_stand_side_by_side_and_hostile_text_is_text(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    assert card(browser) == ""
    kept(office)
    text = card(browser)
    for told in (
        "网页显示的",
        "数据里的",
        DATA,
        "网页的脚本文件",
        "本页 15 条，共 107 条",
        "见过",
        "wjxx 第1条工作信息",
        "主机不在台账的站点之内，没有访问",
        "答复里读不出列表",
    ):
        assert told in text, told
    whole = browser.get(PAGE).text
    assert "<script>alert(1)" not in whole
    assert 'href="javascript:' not in whole
    for code in ("script_list", "foreign", "unreadable", "file "):
        assert code not in text, "no machine words"


def test_one_click_takes_the_datas_address_and_it_can_be_given_back(office_web: Web) -> None:
    client_for, office = office_web
    kept(office)
    browser = client_for(Role.OFFICE)
    take, _ = actions(browser)
    answer = browser.submit(take)
    assert answer.status_code == 303
    assert "recheck=" in answer.headers["location"]
    assert [one.outlet_id for one in rows(office, RecheckRow)] == ["wjxx"]
    assert address_of(office) == DATA
    assert ("data_adopted", "样例经办人") in acts(office)
    enter_catalogue(office, NOW)
    assert address_of(office) == DATA, "config.yaml says the page: a person's word stands above it"
    text = browser.get(PAGE).text
    assert card(browser) == ""
    assert "样例经办人采用数据地址" in re.sub(r"<[^>]+>", "", text)
    assert (
        f'href="{PORTAL}/wjxx/" rel="noopener noreferrer nofollow" target="_blank">打开栏目' in text
    )
    assert browser.submit(take).status_code == 422, "it was taken already"
    assert actions(browser) == ["/outlets/wjxx/data/back"]
    assert browser.submit("/outlets/wjxx/data/back", {"reason": " "}).status_code == 422
    assert browser.submit("/outlets/wjxx/data/back", {"reason": "数据停了"}).status_code == 303
    assert address_of(office) == f"{PORTAL}/wjxx/"
    assert ("data_given_back", "样例经办人") in acts(office)


def test_a_refusal_wants_a_reason(office_web: Web) -> None:
    client_for, office = office_web
    kept(office)
    browser = client_for(Role.OFFICE)
    _, refuse = actions(browser)
    assert browser.submit(refuse, {"reason": ""}).status_code == 422
    assert browser.submit(refuse, {"reason": "全站热点"}).status_code == 303
    assert (card(browser), address_of(office)) == ("", f"{PORTAL}/wjxx/")
    assert ("data_refused", "样例经办人") in acts(office)


def test_another_offer_than_was_looked_at_is_not_taken(office_web: Web) -> None:
    client_for, office = office_web
    kept(office)
    browser = client_for(Role.OFFICE)
    take, _ = actions(browser)
    kept(office, f"{PORTAL}/api/list?channelId=13", days=0.1)
    answer = browser.submit(take)
    assert answer.status_code == 422
    assert "在您查看之后变了" in answer.text
    assert address_of(office) == f"{PORTAL}/wjxx/"
    assert browser.submit("/outlets/nowhere/data/1/take").status_code == 404


def test_what_was_tried_in_vain_is_told_without_a_form(office_web: Web) -> None:
    client_for, office = office_web
    kept(office, "")
    browser = client_for(Role.OFFICE)
    assert "主机不在台账的站点之内" in card(browser)
    assert actions(browser) == []


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER, Role.AUDITOR])
def test_who_may_not_handle_sees_both_and_no_form(office_web: Web, role: Role) -> None:
    client_for, office = office_web
    kept(office)
    browser = client_for(role)
    assert "数据里的" in card(browser)
    assert actions(browser) == []
    assert browser.submit(f"{PAGE}/data/1/take").status_code == 403


def test_the_offer_stands_among_the_offices_things_to_do(office_web: Web) -> None:
    client_for, office = office_web
    kept(office)
    judge_now(office, NOW)
    text = html.unescape(client_for(Role.OFFICE).get("/findings?whose=ours").text)
    assert "栏目数据地址" in text
