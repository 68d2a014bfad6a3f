"""A clerk decides on the outlet's page about what was left unread, once, with a reason; and takes
it back."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from crawler.model import Evidence, Unread
from crawler.store.proof_tables import ColumnWordRow
from crawler.store.tables import OutletRow
from crawler.walking.record import unread_values
from monitor.access.roles import Role
from monitor.judging.now import judge_now
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.rectify.rechecks import RecheckRow
from tests.support.judging_store import visit
from tests.support.web_helpers import HOSTILE, NEWEST, NOW, PORTAL, Browser, ClientFor, rows

Web = tuple[ClientFor, Office]
ROW = Unread("row /wjxx/new.html", "undated", "没有日期的一条", f"{PORTAL}/wjxx/new.html")
HOT = Unread("below the list: div.hot", "outside", HOSTILE, f"{PORTAL}/hot/1.html")
PAGE = "/outlets/wjxx"


def left_unread(office: Office, *found: Unread, minutes: int = 20, **values: Any) -> None:
    """Two looks before now that left ``found`` unread, and the judgement upon them."""
    with office.engine.begin() as c:
        unread = [unread_values(one) for one in found]
        evidence = Evidence.PARTIAL if found else Evidence.COMPLETE
        given = {
            "unread": unread,
            "evidence": evidence.value,
            "url": f"{PORTAL}/wjxx/",
            "dated": 20,
        }
        for door, past in (("spider", minutes), ("recheck", minutes - 5)):
            moment = NOW - timedelta(minutes=past)
            visit(
                c,
                "wjxx",
                moment,
                NEWEST["wjxx"],
                newest_url=f"{PORTAL}/wjxx/0.html",
                door=door,
                **given | values,
            )
        c.execute(update(OutletRow).where(OutletRow.id == "wjxx").values(unread=unread))
    judge_now(office, NOW - timedelta(minutes=minutes - 10))


def forms(browser: Browser) -> dict[str, dict[str, str]]:
    """The page's forms of words by what they are about, each with its hidden fields."""
    text = browser.get(PAGE).text
    found = {}
    for action, body in re.findall(
        r'<form[^>]*action="(/outlets/wjxx/words[^"]*)">(.*?)</form>', text, re.S
    ):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))
        told = {name: html.unescape(value) for name, value in fields.items()}
        found[told.get("key") or told.get("kind") or action] = told | {"action": action}
    return found


def test_both_rows_are_shown_and_the_clerk_decides_once(office_web: Web) -> None:
    client_for, office = office_web
    left_unread(office, ROW, HOT)
    browser = client_for(Role.OFFICE)
    text = browser.get(PAGE).text
    assert "已证实的最新" in text
    assert "wjxx 第1条工作信息" in text
    assert "没有日期的一条" in text
    assert f"{PORTAL}/wjxx/new.html" in text
    assert "列表下方（div.hot）" in text
    assert "&lt;script&gt;alert(1)" in text, "what was crawled is text"
    assert "<script>alert(1)" not in text
    given = forms(browser)[HOT.place]
    answer = browser.submit(given.pop("action"), given | {"reason": "站内热点"})
    assert answer.status_code == 303
    assert "recheck=" in answer.headers["location"]
    (word,) = rows(office, ColumnWordRow)
    assert (word.outlet_id, word.kind, word.key, word.person, word.reason) == (
        "wjxx",
        "part",
        HOT.place,
        "样例经办人",
        "站内热点",
    )
    assert [row.outlet_id for row in rows(office, RecheckRow)] == ["wjxx"]
    with office.reader.connect() as c:
        assert "column_word" in set(c.execute(select(AuditRow.what)).scalars())
    after = browser.get(PAGE).text
    assert "有效的认定" in after
    assert "站内热点" in after
    assert HOT.place not in forms(browser), "it is asked once"
    assert ROW.place in forms(browser)


def test_with_every_part_decided_the_column_is_judged_again_and_without_the_word_no_more(
    office_web: Web,
) -> None:
    client_for, office = office_web
    left_unread(office, HOT)
    browser = client_for(Role.OFFICE)
    assert "可能有未读出的较新信息" in browser.get(PAGE).text
    given = forms(browser)[HOT.place]
    browser.submit(given.pop("action"), given | {"reason": "站内热点"})
    assert "可能有未读出的较新信息" not in browser.get(PAGE).text
    end = next(one for one in forms(browser).values() if one["action"].endswith("/end"))
    refused = browser.submit(end["action"], {"reason": " "})
    assert refused.status_code == 422
    assert "请填写撤回的理由" in refused.text
    assert browser.submit(end["action"], {"reason": "看错了"}).status_code == 303
    assert "可能有未读出的较新信息" in browser.get(PAGE).text
    assert browser.submit(end["action"], {"reason": "再撤"}).status_code == 404
    with office.reader.connect() as c:
        said = list(
            c.execute(select(AuditRow.what).where(AuditRow.what.like("column_word%"))).scalars()
        )
    assert said == ["column_word", "column_word_ended"]


def test_nobody_decides_about_rows_that_they_did_not_see(office_web: Web) -> None:
    """Between the page and the button a night passed: something else stands in the place by now."""
    client_for, office = office_web
    left_unread(office, HOT)
    browser = client_for(Role.OFFICE)
    given = forms(browser)[HOT.place]
    left_unread(office, Unread(HOT.place, "outside", "另一条", f"{PORTAL}/hot/2.html"), minutes=16)
    answer = browser.submit(given.pop("action"), given | {"reason": "站内热点"})
    assert answer.status_code == 422
    assert "在您查看之后变了" in answer.text
    assert 'value="站内热点"' in answer.text, "what was typed is kept"
    assert rows(office, ColumnWordRow) == []


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        (
            {"reason": "went_back", "evidence": "lower_bound", "mark": "2020-07-04 -> 2020-05-01"},
            "backwards",
            "以前看到的最新是 2020-07-04",
        ),
        (
            {"reason": "other_column", "path": f"age=1; final={PORTAL}/gone/"},
            f"{PORTAL}/gone/",
            f"跳转到了 {PORTAL}/gone/",
        ),
    ],
)
def test_a_list_that_went_back_or_leads_elsewhere_is_told_and_decided(
    office_web: Web, values: dict[str, str], kind: str, told: str
) -> None:
    client_for, office = office_web
    left_unread(office, **values)
    browser = client_for(Role.OFFICE)
    assert told in browser.get(PAGE).text
    given = forms(browser)[kind]
    assert (
        browser.submit(given.pop("action"), given | {"reason": "已打电话核实"}).status_code == 303
    )
    assert kind not in forms(browser)
    assert "已打电话核实" in browser.get(PAGE).text


def test_who_may_not_handle_sees_the_rows_and_no_form(office_web: Web) -> None:
    client_for, office = office_web
    left_unread(office, HOT)
    for role in (Role.INSPECTOR, Role.LEADER, Role.AUDITOR):
        browser = client_for(role)
        assert "列表下方（div.hot）" in browser.get(PAGE).text
        assert forms(browser) == {}
        given = {"kind": "part", "key": HOT.place, "reason": "错"}
        assert browser.submit(f"{PAGE}/words", given).status_code == 403
    assert client_for(Role.OFFICE).post(f"{PAGE}/words", data=given).status_code == 403, (
        "without the word"
    )
    assert rows(office, ColumnWordRow) == []
    assert client_for(Role.OFFICE).submit("/outlets/nowhere/words", given).status_code == 404
