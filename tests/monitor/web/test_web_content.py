"""Suspects on screen: hostile quotes, a person's word with its reach, false alarms taken back, how
well rules do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from crawler.store.content_tables import CheckedPostRow, ContentDecisionRow, SuspectRow
from monitor.access.roles import Role
from monitor.record.chain import AuditRow
from tests.support.web_helpers import HOSTILE, NIGHT, ClientFor, rows

Web = tuple[ClientFor, Any]


@pytest.fixture
def suspects(office_web: Web) -> tuple[ClientFor, Any, list[int]]:
    client_for, office = office_web
    made = []
    with office.engine.begin() as connection:
        for n in range(2):
            url = f"http://www.example.org/jyxx/{n}.html"
            post = {
                "url": url,
                "outlet_id": "jyxx",
                "title": HOSTILE,
                "first_seen": NIGHT,
                "due": NIGHT,
            }
            id = connection.execute(insert(CheckedPostRow).values(post)).inserted_primary_key[0]
            suspect = {
                "post_id": id,
                "rule": "wording.typo" if n else "attachments.missing",
                "key": f"k{n}",
                "identity": f"同一词{n}",
                "state": "open",
                "place": "正文<b>",
                "quote": "javascript:alert(1)",
                "sentence": f"第{n}处<script>x</script>",
                "why": "",
                "hint": "",
                "first_seen": NIGHT,
                "last_seen": NIGHT,
            }
            made.append(
                int(connection.execute(insert(SuspectRow).values(suspect)).inserted_primary_key[0])
            )
    return client_for, office, made


def test_the_list_filters_and_hostile_quotes_are_text(suspects: Any) -> None:
    client_for, _, numbers = suspects
    browser = client_for(Role.INSPECTOR)
    text = browser.get("/content").text
    assert "<script>x" not in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert f"/content/{numbers[0]}" in text
    only = browser.get("/content?family=attachments").text
    assert f"/content/{numbers[1]}" not in only
    assert "没有符合条件的疑点" in browser.get("/content?state=confirmed").text
    assert browser.get("/content?state=nonsense").status_code == 422
    assert "<html" not in browser.part("/content").text


def test_what_is_right_is_laid_to_the_publisher_with_name_and_reason(suspects: Any) -> None:
    client_for, office, numbers = suspects
    browser = client_for(Role.INSPECTOR)
    assert "教育局" in browser.get(f"/content/{numbers[0]}").text
    bare = browser.submit(f"/content/{numbers[0]}", {"word": "true"})
    assert (bare.status_code, "请填写理由" in bare.text) == (422, True)
    assert (
        browser.submit(
            f"/content/{numbers[0]}", {"word": "true", "reason": "确实打不开"}
        ).status_code
        == 303
    )
    (row,) = [one for one in rows(office, SuspectRow) if one.id == numbers[0]]
    assert (row.state, row.unit_id, row.decided_by) == ("confirmed", "jyj", "样例检查员")
    assert rows(office, AuditRow)[-1].what == "confirmed"


def test_a_false_alarm_has_a_reach_and_an_end_and_can_be_taken_back(suspects: Any) -> None:
    client_for, office, numbers = suspects
    browser = client_for(Role.INSPECTOR)
    given = {"word": "false", "reason": "是专名", "scope": "phrase", "until": "2020-08-31"}
    assert (
        browser.submit(f"/content/{numbers[1]}", given | {"until": "2020-07-01"}).status_code == 422
    )
    assert browser.submit(f"/content/{numbers[1]}", given | {"scope": "world"}).status_code == 422
    assert browser.submit(f"/content/{numbers[1]}", given).status_code == 303
    (decision,) = rows(office, ContentDecisionRow)
    assert decision.until.isoformat() == "2020-08-31T16:00:00+00:00", (
        "to the end of that day in Shanghai"
    )
    page = browser.get("/content/dismissals").text
    assert "是专名" in page
    assert "2020-08-31" in page
    assert browser.submit(f"/content/dismissals/{decision.id}", {}).status_code == 422
    assert (
        browser.submit(f"/content/dismissals/{decision.id}", {"reason": "看错了"}).status_code
        == 303
    )
    assert {one.state for one in rows(office, SuspectRow)} == {"open"}
    assert (
        browser.submit(f"/content/dismissals/{decision.id}", {"reason": "再撤"}).status_code == 422
    )


def test_rules_show_how_often_they_were_right(office_web: Web) -> None:
    client_for, _ = office_web
    text = client_for(Role.INSPECTOR).get("/content/rules").text
    assert "附件下载不了" in text
    assert "准确率" in text


def test_only_inspectors_and_the_office_see_and_decide(suspects: Any) -> None:
    client_for, office, numbers = suspects
    for role in (Role.LEADER, Role.AUDITOR, Role.UNIT):
        browser = client_for(role)
        for path in ("/content", f"/content/{numbers[0]}", "/content/rules", "/content/dismissals"):
            assert browser.get(path).status_code == 403
        assert (
            browser.submit(f"/content/{numbers[0]}", {"word": "true", "reason": "x"}).status_code
            == 403
        )
    assert client_for(Role.INSPECTOR).get("/content/999999").status_code == 404
    assert {one.state for one in rows(office, SuspectRow)} == {"open"}
