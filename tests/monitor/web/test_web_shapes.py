"""The column's page shows what was learned of it, and a page built anew beside it; one click takes
what is proposed."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crawler.model import Evidence, Outcome, Shape, Visit
from crawler.store.proof_tables import ColumnShapeRow
from crawler.walking.model import Looked
from crawler.walking.shape_store import learn
from crawler.walking.shapes import Built, ShapeRow, Turn
from monitor.access.roles import Role
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.rectify.rechecks import RecheckRow
from tests.support.web_helpers import HOSTILE, NEWEST, NOW, PORTAL, Browser, ClientFor, rows

Web = tuple[ClientFor, Office]
PAGE = "/outlets/wjxx"
OLD = Shape("trs", ("div.main", "ul.list"), "item after", 20, "index_#.htm")
NEW = replace(OLD, place=("div.<script>alert(1)</script>",), rows=15, date="item before")


def row(n: int, title: str = "") -> ShapeRow:
    day = NEWEST["wjxx"] - timedelta(days=3 * n)
    return ShapeRow(title or f"wjxx 第{n + 1}条工作信息", f"{PORTAL}/wjxx/{n}.html", day)


def kept(
    office: Office, turn: Turn, shape: Shape, *shown: ShapeRow, days: float = 0.5, **more: Any
) -> None:
    given: dict[str, Any] = {"overlaps": True, "evidence": Evidence.COMPLETE, **more}
    moment = NOW - timedelta(days=days)
    visit = Visit("wjxx", moment, Outcome.READ, given["evidence"], "spider", newest=NEWEST["wjxx"])
    built = Built(turn, shape, shown, given["overlaps"])
    with office.engine.begin() as connection:
        learn(connection, [Looked(visit, site="mh", built=built)])


@pytest.fixture
def drifted(office_web: Web) -> Web:
    """A column that was learned and whose page is built anew since, with a known post and a new
    one."""
    _, office = office_web
    kept(office, Turn.LEARN, OLD, *(row(n) for n in range(4)), days=2.5)
    kept(
        office,
        Turn.DRIFT,
        NEW,
        ShapeRow(HOSTILE, f"{PORTAL}/wjxx/new.html", date(2020, 7, 19)),
        row(0),
        row(1),
    )
    return office_web


def form_of(browser: Browser) -> tuple[str, bool]:
    """Where the page's form of a new shape leads, and whether it asks for a reason; empty where it
    has none."""
    found = re.search(
        r'<form[^>]*action="(/outlets/wjxx/shape/\d+/adopt)">(.*?)</form>',
        browser.get(PAGE).text,
        re.S,
    )
    return (found[1], 'name="reason"' in found[2]) if found else ("", False)


def card(browser: Browser, id: str = "drift") -> str:
    found = re.search(
        rf'<section class="card"[^>]*aria-labelledby="h-{id}">(.*?)</section>',
        browser.get(PAGE).text,
        re.S,
    )
    return html.unescape(re.sub(r"<[^>]+>", " ", found[1])) if found else ""


def test_what_was_learned_stands_on_the_page(office_web: Web) -> None:
    client_for, office = office_web
    kept(office, Turn.LEARN, OLD, row(0))
    browser = client_for(Role.LEADER)
    assert card(browser) == ""
    text = card(browser, "golden")
    for told in ("div.main › ul.list", "标题后面", "20 条", "index_#.htm"):
        assert told in text


def test_both_readings_stand_side_by_side_and_hostile_text_is_text(drifted: Web) -> None:
    client_for, _ = drifted
    browser = client_for(Role.OFFICE)
    text = card(browser)
    assert "变了： 列表的位置、日期的位置" in re.sub(r"\s+", " ", text)
    for told in (
        "div.main › ul.list",
        "标题后面",
        "标题前面",
        "20 条",
        "15 条",
        "wjxx 第1条工作信息",
    ):
        assert told in text
    assert [text.count(word) for word in ("没见过", "见过", "较新")] == [0, 2, 1], (
        "of three rows two were known"
    )
    whole = browser.get(PAGE).text
    assert "<script>alert(1)" not in whole
    for code in ("place", "item before", "drift "):
        assert code not in text, "no machine words"


def test_one_click_takes_what_is_proposed(drifted: Web) -> None:
    client_for, office = drifted
    browser = client_for(Role.OFFICE)
    action, asks = form_of(browser)
    assert not asks
    answer = browser.submit(action)
    assert answer.status_code == 303
    assert "recheck=" in answer.headers["location"]
    assert [one.outlet_id for one in rows(office, RecheckRow)] == ["wjxx"]
    with office.reader.connect() as c:
        acts = c.execute(select(AuditRow.what, AuditRow.who, AuditRow.subject)).all()
        (golden,) = c.execute(
            select(ColumnShapeRow.__table__).where(ColumnShapeRow.ended.is_(None))
        ).all()
    assert ("shape_adopted", "样例经办人", "outlet:wjxx") in [tuple(one) for one in acts]
    assert (golden.kind, golden.person, golden.shape["rows"]) == ("golden", "样例经办人", 15)
    assert card(browser) == ""
    assert "样例经办人采用" in card(browser, "golden")
    again = browser.submit(action)
    assert again.status_code == 422
    assert "已有人采用" in again.text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"overlaps": False, "evidence": Evidence.LOWER_BOUND}, "接不上"),
        ({"evidence": Evidence.WEAK}, "没有读全"),
    ],
)
def test_what_is_not_proposed_wants_a_look_and_a_reason(
    office_web: Web, more: dict[str, Any], told: str
) -> None:
    client_for, office = office_web
    kept(office, Turn.LEARN, OLD, row(0), days=2.5)
    kept(
        office,
        Turn.DRIFT,
        NEW,
        ShapeRow("别的", f"{PORTAL}/else/1.html", date(2020, 7, 4)),
        days=0.1,
        **more,
    )
    browser = client_for(Role.OFFICE)
    assert told in card(browser)
    assert "没见过" in card(browser), "and no newer than what was known"
    action, asks = form_of(browser)
    assert asks
    if not more.get("overlaps", True):
        assert browser.submit(action, {"reason": " "}).status_code == 422
        assert form_of(browser)[0] == action
    assert browser.submit(action, {"reason": "已打开栏目核实"}).status_code == 303
    assert card(browser) == ""


def test_another_page_than_was_looked_at_is_not_taken(drifted: Web) -> None:
    client_for, office = drifted
    browser = client_for(Role.OFFICE)
    action, _ = form_of(browser)
    kept(office, Turn.DRIFT, replace(NEW, place=("table",)), row(0), days=0.1)
    answer = browser.submit(action)
    assert answer.status_code == 422
    assert "在您查看之后变了" in answer.text
    assert browser.submit("/outlets/nowhere/shape/1/adopt").status_code == 404


def test_who_may_not_handle_sees_both_and_no_form(drifted: Web) -> None:
    client_for, _ = drifted
    for role in (Role.INSPECTOR, Role.LEADER, Role.AUDITOR):
        browser = client_for(role)
        assert "现在的版式" in card(browser)
        assert form_of(browser) == ("", False)
        assert browser.submit(f"{PAGE}/shape/2/adopt").status_code == 403
    assert card(client_for(Role.UNIT)) == ""
