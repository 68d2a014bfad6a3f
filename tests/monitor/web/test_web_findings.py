"""Findings, orders and the list for talks: who may do what, under which name, and that a kept page
is dead."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select, update

from crawler.model import Deed, Page
from crawler.walking.copies import PageCopyRow, PageShotRow, keep_copies
from monitor.access.roles import Role
from monitor.record.chain import AuditRow
from monitor.record.tables import DispensationRow, FindingRow, LetterFindingRow, LetterRow
from monitor.rectify.acks import AckRow
from monitor.rectify.appeals import AppealRow, appeal
from monitor.rectify.orders import OrderRow, Terms, issue
from monitor.rectify.rechecks import RecheckRow
from monitor.rectify.replies import ReplyRow
from tests.support.web_helpers import HOSTILE, NIGHT, NOW, TODAY, ClientFor, rows

Web = tuple[ClientFor, Any]


def numbered(office: Any, subject: str = "outlet:wjxx") -> str:
    with office.reader.connect() as connection:
        query = select(FindingRow.number).where(
            FindingRow.subject == subject, FindingRow.closed.is_(None)
        )
        return str(connection.execute(query).scalar_one())


def order(office: Any, subject: str = "outlet:wjxx", days_ago: int = 0) -> str:
    monitor = office.settings.monitor
    with office.engine.begin() as connection:
        made = issue(
            connection,
            numbered(office, subject),
            deed=Deed("样例", NOW - timedelta(days=days_ago)),
            terms=Terms(monitor.alerts.letters, monitor.orders),
        )
    return made.number


def audit_of(office: Any) -> list[tuple[str, str]]:
    return [(row.what, row.who) for row in rows(office, AuditRow)]


def test_the_table_filters_and_names_what_it_shows(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.LEADER)
    everything = browser.get("/findings").text
    assert numbered(office) in everything
    assert "新发现" in everything
    assert numbered(office) not in browser.get("/findings?unit=jyj").text
    assert numbered(office) not in browser.get("/findings?value=blank").text
    assert (
        numbered(office)
        in browser.get("/findings?unit=wjj&rule=column_stale&whose=units&text=卫生").text
    )
    assert "没有符合条件的问题" in browser.get("/findings?late=true").text
    assert "<html" not in browser.part("/findings?state=all").text


def test_a_finding_moves_over_the_board_as_things_happen(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)

    def stage() -> str:
        text = browser.get("/findings/board?unit=wjj&rule=column_stale").text
        sections = text.split('aria-labelledby="stage-')[1:]
        (found,) = [one.split('"')[0] for one in sections if number in one]
        return found

    assert stage() == "new"
    with office.engine.begin() as connection:
        letter = {
            "key": "k",
            "unit_id": "wjj",
            "day": TODAY,
            "recipients": [],
            "subject": "s",
            "text_body": "t",
            "html_body": "",
            "state": "sent",
            "written": NOW,
        }
        id = connection.execute(insert(LetterRow).values(letter)).inserted_primary_key[0]
        finding = connection.execute(
            select(FindingRow.id).where(FindingRow.number == number)
        ).scalar_one()
        link = {"letter_id": id, "finding_id": finding, "unit_id": "wjj", "day": TODAY}
        connection.execute(insert(LetterFindingRow).values(link))
    assert stage() == "told"
    browser.submit(
        f"/findings/{number}/ack", {"unit": "wjj", "until": "2020-07-24", "reason": "来电"}
    )
    assert stage() == "acked"
    browser.submit(f"/findings/{number}/order")
    assert stage() == "ordered"
    browser.submit(f"/findings/{number}/reply", {"unit": "wjj", "text": "纸质反馈：已更新"})
    assert stage() == "replied"
    assert [row.who for row in rows(office, AckRow) + rows(office, ReplyRow)] == [
        "样例经办人（代）"
    ] * 2
    with office.engine.begin() as connection:
        connection.execute(
            update(FindingRow).where(FindingRow.number == number).values(closed=NOW, ended="fresh")
        )
    assert stage() == "closed"


def test_an_order_is_issued_and_withdrawn_with_its_reason_on_the_record(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)
    found = browser.submit(f"/findings/{number}/order", {"days": "3", "note": "请尽快"})
    assert found.status_code == 303
    (made,) = rows(office, OrderRow)
    assert (made.issued_by, made.note, made.deadline.date().isoformat()) == (
        "样例经办人",
        "请尽快",
        "2020-07-23",
    )
    assert made.number in browser.get("/orders").text
    again = browser.submit(f"/findings/{number}/order")
    assert (again.status_code, "已有整改通知" in again.text) == (422, True)
    bare = browser.submit(f"/findings/{number}/withdraw", {"order": made.number})
    assert (bare.status_code, "请填写撤回的理由" in bare.text) == (422, True)
    assert (
        browser.submit(
            f"/findings/{number}/withdraw", {"order": made.number, "reason": "误发"}
        ).status_code
        == 303
    )
    assert rows(office, OrderRow)[0].state == "withdrawn"
    page = browser.get(f"/findings/{number}").text
    assert "撤回整改通知" in page
    assert "误发" in page


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER, Role.AUDITOR, Role.UNIT])
def test_only_who_handles_findings_acts_on_them(office_web: Web, role: Role) -> None:
    client_for, office = office_web
    browser, number = client_for(role), numbered(office)
    before = audit_of(office)
    for act in ("order", "withdraw", "ack", "reply", "dispense", "restore", "decide", "correct"):
        assert browser.submit(f"/findings/{number}/{act}", {"reason": "x"}).status_code == 403
    assert "发整改通知</button>" not in browser.get(f"/findings/{number}").text
    assert audit_of(office) == before


def test_no_act_goes_through_without_the_forms_word(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)
    assert browser.post(f"/findings/{number}/order", data={"csrf": "wrong"}).status_code == 403
    assert rows(office, OrderRow) == []


def test_a_dispensation_names_who_approved_and_who_wrote_it_down_and_can_be_taken_back(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)
    given = {
        "kind": "exemption",
        "scope": "rule",
        "approved_by": "样例主任",
        "since": str(TODAY),
        "until": "2020-08-20",
        "reason": "栏目改版",
    }
    assert browser.submit(f"/findings/{number}/dispense", given).status_code == 303
    (row,) = rows(office, DispensationRow)
    assert (row.subject, row.rule, row.approved_by) == (
        "outlet:wjxx",
        "column_stale",
        "样例主任（样例经办人录入）",
    )
    assert "栏目改版" in browser.get(f"/findings/{number}").text
    other = browser.submit(
        f"/findings/{numbered(office, 'outlet:wjkb')}/restore",
        {"dispensation": str(row.id), "reason": "x"},
    )
    assert other.status_code == 422
    assert (
        browser.submit(
            f"/findings/{number}/restore", {"dispensation": str(row.id), "reason": "改版完成"}
        ).status_code
        == 303
    )
    assert rows(office, DispensationRow)[0].withdrawn is not None
    backwards = browser.submit(f"/findings/{number}/dispense", given | {"until": "2020-07-01"})
    assert (backwards.status_code, len(rows(office, DispensationRow))) == (422, 1)
    site = browser.submit(
        f"/findings/{number}/dispense", given | {"kind": "maintenance", "scope": "site"}
    )
    assert (site.status_code, rows(office, DispensationRow)[-1].subject) == (303, "site:mh")


@pytest.mark.parametrize(
    ("decision", "state", "closed"), [("upheld", "upheld", True), ("rejected", "rejected", False)]
)
def test_an_appeal_is_decided_once_with_a_reason(
    office_web: Web, decision: str, state: str, closed: bool
) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)
    with office.engine.begin() as connection:
        appeal(connection, number, deed=Deed("联系人", NOW, "<b>有新信息</b>", unit="wjj"))
    page = browser.get(f"/findings/{number}").text
    assert "&lt;b&gt;有新信息" in page
    assert browser.submit(f"/findings/{number}/decide", {"decision": decision}).status_code == 422
    given = {"decision": decision, "reason": "核对了网页"}
    assert browser.submit(f"/findings/{number}/decide", given).status_code == 303
    (row,) = rows(office, AppealRow)
    assert (row.state, row.decided_by) == (state, "样例经办人")
    (found,) = [one for one in rows(office, FindingRow) if one.number == number]
    assert (found.closed is not None) == closed
    assert browser.submit(f"/findings/{number}/decide", given).status_code == 422


def test_the_office_takes_an_accusation_back_once_with_a_reason(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.OFFICE), numbered(office)
    assert browser.submit(f"/findings/{number}/correct", {"reason": " "}).status_code == 422
    assert (
        browser.submit(f"/findings/{number}/correct", {"reason": "日期识别有误"}).status_code == 303
    )
    page = browser.get(f"/findings/{number}").text
    assert "经核对不成立，已撤回并更正" in page
    assert "我办撤回认定</b>" in page
    assert "1件中撤回1件" in page
    assert "撤回认定</button>" not in page, "there is nothing left to take back"
    assert browser.submit(f"/findings/{number}/correct", {"reason": "再撤"}).status_code == 422


def test_a_kept_page_is_served_dead_and_as_a_warc(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.LEADER), numbered(office)
    assert browser.get(f"/findings/{number}/proof").status_code == 404
    body = "<html><head></head><body onload=x()><script>x()</script><img src='http://evil.example.org/'>卫生信息</body></html>"
    page = Page(
        "http://www.example.org/wjxx/",
        "http://www.example.org/wjxx/",
        200,
        {"content-type": "text/html; charset=gbk"},
        body.encode("gbk"),
        NIGHT,
    )
    with office.engine.begin() as connection:
        keep_copies(connection, [("wjxx", page)])
        connection.execute(
            update(FindingRow).where(FindingRow.number == number).values(opened=NIGHT)
        )
    found = browser.get(f"/findings/{number}/proof")
    policy = found.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "http" not in policy
    assert found.headers["content-type"] == "text/html; charset=gbk"
    assert found.headers["x-frame-options"] == "SAMEORIGIN"
    assert "sandbox" in browser.get(f"/findings/{number}").text
    kept = browser.get(f"/findings/{number}/proof?download=true")
    assert kept.headers["content-disposition"].startswith("attachment")
    warc = browser.get(f"/findings/{number}/proof.warc.gz")
    assert (warc.content[:2], warc.headers["content-type"]) == (b"\x1f\x8b", "application/warc")


def test_the_picture_of_a_kept_page_is_shown_where_there_is_one(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.LEADER), numbered(office)
    page = Page(
        "http://www.example.org/wjxx/", "http://www.example.org/wjxx/", 200, {}, b"<p>1</p>", NIGHT
    )
    with office.engine.begin() as connection:
        keep_copies(connection, [("wjxx", page)])
        connection.execute(
            update(FindingRow).where(FindingRow.number == number).values(opened=NIGHT)
        )
    at = f"/findings/{number}/shot.png"
    assert browser.get(at).status_code == 404
    assert at not in browser.get(f"/findings/{number}").text
    picture = b"\x89PNG\r\n\x1a\n"
    with office.engine.begin() as connection:
        copy = connection.scalar(select(PageCopyRow.id).where(PageCopyRow.outlet_id == "wjxx"))
        shot = {"copy_id": copy, "moment": NIGHT, "sha256": "0" * 64, "picture": picture}
        connection.execute(insert(PageShotRow).values(shot))
    found = browser.get(at)
    assert (found.content, found.headers["content-type"]) == (picture, "image/png")
    text = browser.get(f"/findings/{number}").text
    assert f'<img class="shot" src="{at}"' in text
    assert "截图与校验值不符" in text
    assert client_for(Role.UNIT).get(at).status_code == 403


def test_who_is_late_stands_on_the_list_and_in_the_workbook(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.LEADER)
    assert "没有逾期未办结" in browser.get("/overdue").text
    number = order(office, days_ago=20)
    with office.engine.begin() as connection:
        connection.execute(
            update(FindingRow)
            .where(FindingRow.subject == "outlet:wjxx")
            .values(name="=1+1", sentence=HOSTILE)
        )
    page = browser.get("/overdue").text
    assert number in page
    assert "<script>alert" not in page
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get("/overdue.xlsx").content)).active
    assert sheet is not None
    (row,) = list(sheet.iter_rows(min_row=3, values_only=True))
    assert row[:3] == ("卫健局", number, "'=1+1")
    assert number in browser.get("/orders?late=true").text
    assert "逾期" in browser.get("/findings?late=true").text


def test_a_finding_that_is_none_is_not_found(office_web: Web) -> None:
    client_for, _ = office_web
    browser = client_for(Role.OFFICE)
    assert browser.get("/findings/2020-9999").status_code == 404
    assert (
        browser.submit(
            "/findings/2020-9999/dispense",
            {"kind": "silence", "scope": "rule", "approved_by": "x", "reason": "x"},
        ).status_code
        == 404
    )


def test_whoever_decides_an_appeal_sees_what_the_second_look_found(office_web: Web) -> None:
    client_for, office = office_web
    number = numbered(office)
    with office.engine.begin() as connection:
        appeal(connection, number, deed=Deed("联系人", NOW, "有新信息", unit="wjj"))
        result = {
            "visit": {},
            "verdicts": [{"value": "fresh", "sentence": "最近一次更新为<i>昨天"}],
        }
        connection.execute(update(RecheckRow).values(state="done", result=result))
    text = client_for(Role.OFFICE).get(f"/findings/{number}").text
    assert "最近一次更新为&lt;i&gt;昨天" in text
