"""What only people judge: answers with proof under their name, and the four results that come of
them."""

from __future__ import annotations

from typing import Any

from monitor.access.roles import Role
from monitor.judging.checklist import items
from monitor.record.chain import AuditRow
from monitor.record.tables import PersonVerdictRow
from tests.support.web_helpers import ClientFor, rows

Web = tuple[ClientFor, Any]
VETO = "media.veto.safety.wording"


def test_every_site_and_account_has_its_result_and_silence_passes_nobody(office_web: Web) -> None:
    client_for, _ = office_web
    text = client_for(Role.INSPECTOR).get("/checklist").text
    for name in ("区政府门户网站", "健康仓山", "仓山教育"):
        assert name in text
    only = client_for(Role.INSPECTOR).get("/checklist?kind=account&text=健康").text
    assert "不合格" in only
    assert "内容不更新" in only
    assert "待人工" in client_for(Role.INSPECTOR).get("/checklist?text=仓山教育").text


def test_answers_are_kept_with_proof_under_the_inspectors_name(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.INSPECTOR)
    given = {
        "period": "2020Q3",
        "day": "2020-07-19",
        f"given-{VETO}": "pass",
        f"proof-{VETO}": "<b>截图 3</b>",
    }
    assert browser.submit("/checklist/outlet:jywx", given).status_code == 303
    (row,) = rows(office, PersonVerdictRow)
    assert (row.indicator, row.answer, row.by, str(row.day)) == (
        VETO,
        "pass",
        "样例检查员",
        "2020-07-19",
    )
    assert rows(office, AuditRow)[-1].who == "样例检查员"
    page = browser.get("/checklist/outlet:jywx?period=2020Q3").text
    assert "&lt;b&gt;截图 3" in page
    assert "待判" in browser.get("/checklist/outlet:jywx?period=2020Q2").text


def test_all_vetoes_answered_pass_and_one_failed_fails(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.INSPECTOR)
    asked = [one.id for one in items() if one.applies == "account" and one.kind == "veto"]
    given = {f"given-{id}": "pass" for id in asked} | {f"proof-{id}": "网页" for id in asked}
    browser.submit("/checklist/outlet:jywx", {"period": "2020Q3", "day": "2020-07-20", **given})
    assert len(rows(office, PersonVerdictRow)) == len(asked)
    assert 'chip good">合格' in browser.get("/checklist?text=仓山教育").text
    failed = {
        "period": "2020Q3",
        "day": "2020-07-20",
        f"given-{VETO}": "fail",
        f"proof-{VETO}": "截图",
    }
    browser.submit("/checklist/outlet:jywx", failed)
    assert "（人工）" in browser.get("/checklist?text=仓山教育").text


def test_an_answer_without_proof_or_of_tomorrow_keeps_none_of_them(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.INSPECTOR)
    other = "media.veto.safety.secret"
    two = {
        "day": "2020-07-20",
        f"given-{VETO}": "pass",
        f"proof-{VETO}": "x",
        f"given-{other}": "pass",
    }
    found = browser.submit("/checklist/outlet:jywx", two)
    assert (found.status_code, "的依据" in found.text) == (422, True)
    late = {"day": "2020-07-21", f"given-{VETO}": "pass", f"proof-{VETO}": "x"}
    assert browser.submit("/checklist/outlet:jywx", late).status_code == 422
    assert browser.submit("/checklist/outlet:jywx", {"day": "2020-07-20"}).status_code == 422
    assert browser.submit("/checklist/outlet:jyxx", late).status_code == 404, (
        "a column has no such list"
    )
    assert rows(office, PersonVerdictRow) == []


def test_only_inspectors_judge(office_web: Web) -> None:
    client_for, office = office_web
    for role in (Role.LEADER, Role.AUDITOR, Role.UNIT):
        assert client_for(role).get("/checklist").status_code == 403
        given = {"day": "2020-07-20", f"given-{VETO}": "pass", f"proof-{VETO}": "x"}
        assert client_for(role).submit("/checklist/outlet:jywx", given).status_code == 403
    assert rows(office, PersonVerdictRow) == []
