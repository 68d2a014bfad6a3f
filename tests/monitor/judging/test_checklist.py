"""What only people judge: named, proved, dated, beside the machine's word; four results and no
assumption."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from crawler.model import AccountState, ColumnClass, Deed, Site
from monitor.judging.checklist import (
    Answered,
    AnswerRefused,
    AskedOf,
    ChecklistResult,
    IndicatorAnswer,
    Overall,
    answer,
    answers,
    items,
    pending,
    results,
    results_of,
)
from monitor.judging.evaluate import judge
from monitor.model import Facts, HomeFacts, SiteFacts, Value, Verdict
from tests.conftest import Store
from tests.monitor.rules.test_site_rules import CONFIG
from tests.support.judging_facts import about, account, at, column, facts, nights

NOW = at("2020-07-20")
FRESH = date(2020, 7, 18)


def district(newest: date = FRESH, state: AccountState = AccountState.REGISTERED) -> Facts:
    site = SiteFacts(
        Site("portal", "门户网站", "http://www.example.gov.cn/"),
        HomeFacts((NOW, NOW - timedelta(days=1)), FRESH, 20),
    )
    news = replace(column(ColumnClass.NEWS), site="portal")
    return facts(
        NOW,
        about(news, FRESH, nights(NOW, FRESH)),
        about(account(state), newest, nights(NOW, newest)),
        sites=(site,),
    )


UP = Verdict("site_unreachable", "site:portal", Value.FRESH, "可以打开。", "19号", ours=True)


def said(
    known: Facts, *more: Verdict, given: dict[tuple[str, str], Answered] | None = None
) -> dict[str, ChecklistResult]:
    verdicts = (*judge(known, CONFIG), *more)
    return {one.subject: one for one in results(known, verdicts, given or {})}


def all_pass(subject: str, **wrong: IndicatorAnswer) -> dict[tuple[str, str], Answered]:
    kind = "site" if subject.startswith("site") else "account"
    return {
        (subject, i.id): Answered(
            i.id,
            subject,
            "2020Q3",
            wrong.get(i.id.rsplit(".")[-1], IndicatorAnswer.PASS),
            "张",
            "图1",
            FRESH,
        )
        for i in items()
        if i.applies == kind
    }


def test_every_indicator_is_named_once_and_vetoes_come_for_sites_and_accounts() -> None:
    ids = [item.id for item in items()]
    assert len(ids) == len(set(ids))
    vetoes = {(item.applies, item.kind) for item in items()}
    assert {("site", "veto"), ("account", "veto"), ("site", "deduct")} <= vetoes
    assert all(item.original for item in items() if item.kind == "deduct"), (
        "no points were retrieved"
    )


def test_without_a_persons_answer_nothing_passes() -> None:
    found = said(district(), UP)
    assert found["outlet:w"].overall is Overall.PERSON
    assert "购买粉丝、强制点赞" in found["outlet:w"].why
    assert found["site:portal"].overall is Overall.PERSON


def test_what_the_machine_could_not_tell_is_no_evidence_and_no_pass() -> None:
    given = all_pass("site:portal")
    assert said(district(), given=given)["site:portal"].why == ("站点无法访问：没有检查记录",)
    blind = replace(UP, value=Value.UNKNOWN, cause="not_looked")
    found = said(district(), blind, given=given)["site:portal"]
    assert (found.overall, found.why) == (
        Overall.NO_EVIDENCE,
        ("站点无法访问：没有足够新的抓取记录",),
    )


def test_with_every_answer_and_every_verdict_good_it_passes() -> None:
    given = all_pass("site:portal") | all_pass("outlet:w", app_dead=IndicatorAnswer.NOT_APPLICABLE)
    assert {one.overall for one in said(district(), UP, given=given).values()} == {Overall.PASSED}


def test_one_veto_of_either_is_enough_and_is_named() -> None:
    by_person = said(district(), UP, given=all_pass("outlet:w", fake_fans=IndicatorAnswer.FAIL))[
        "outlet:w"
    ]
    assert (by_person.overall, by_person.why) == (Overall.VETOED, ("购买粉丝、强制点赞（人工）",))
    by_machine = said(district(date(2020, 6, 1)), UP, given=all_pass("outlet:w"))["outlet:w"]
    assert by_machine.overall is Overall.VETOED
    assert by_machine.why[0].startswith("内容不更新：账号“仓山发布”最近一次更新为2020年6月1日")


def test_a_deduction_is_noted_without_points_and_vetoes_nothing() -> None:
    found = said(district(), UP, given=all_pass("site:portal", search=IndicatorAnswer.FAIL))[
        "site:portal"
    ]
    assert (found.overall, found.findings) == (Overall.PASSED, ("站内搜索",))


def test_a_closed_account_is_out_of_the_base() -> None:
    assert "outlet:w" not in said(district(state=AccountState.CLOSED), UP)


def test_who_is_out_of_the_base_ends_the_list_for_nobody_behind() -> None:
    closed = replace(UP, rule="account_idle", subject="outlet:w", value=Value.EXEMPT)
    found = results_of([("outlet:w", "甲"), ("outlet:v", "乙")], [closed], {})
    assert [one.subject for one in found] == ["outlet:v"]


def give(
    store: Store,
    *,
    period: str = "2020Q3",
    given: IndicatorAnswer = IndicatorAnswer.PASS,
    now: datetime = NOW,
    **more: Any,
) -> Answered:
    fixed = {"indicator": "media.veto.fake_fans", "subject": "outlet:w"}
    words = {"by": "张三丰", "words": "截图12号"}
    deed = Deed(now=now, **{name: more.pop(name, usual) for name, usual in words.items()})
    asked = AskedOf(period=period, **{name: more.pop(name, usual) for name, usual in fixed.items()})
    with store.engine.begin() as connection:
        return answer(connection, asked=asked, given=given, deed=deed, **more)


def test_an_answer_keeps_name_proof_and_day_and_a_later_one_replaces_it(store: Store) -> None:
    first = give(store)
    later = give(store, given=IndicatorAnswer.FAIL, now=NOW + timedelta(days=1))
    give(store, period="2020Q2")

    def counted(as_of: Any) -> list[Answered]:
        with store.reader.connect() as connection:
            return list(answers(connection, "2020Q3", as_of).values())

    assert counted(NOW) == [first]
    assert counted(NOW + timedelta(days=2)) == [later]
    assert (first.by, first.proof, first.day) == ("张三丰", "截图12号", date(2020, 7, 20))
    with store.reader.connect() as connection:
        left = pending("outlet:w", answers(connection, "2020Q3", NOW))
    assert "media.veto.fake_fans" not in [item.id for item in left]
    assert len(left) == 6


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"indicator": "nothing"}, "没有指标"),
        ({"indicator": "site.veto.safety.secret"}, "不适用于"),
        ({"subject": "unit:a"}, "须写成"),
        ({"by": " "}, "判定人"),
        ({"words": ""}, "依据"),
        ({"day": date(2020, 7, 21)}, "在今天以后"),
    ],
)
def test_an_answer_without_name_proof_or_subject_is_refused(
    sqlite_store: Store, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(AnswerRefused, match=why):
        give(sqlite_store, **wrong)
