"""``gengxin dispense`` and ``gengxin checklist`` as a person types them: what is kept, what it
changes, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.monitor.commands.test_command import AS_OF, run
from tests.support.district import Clock, Town, served, town

Say = Callable[..., tuple[int, str]]
GOOD = ("--reason", "专题已归档", "--by", "张主任", "--until", "2020-09-30")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The district after one night: ``old`` stands late, its finding is open."""
    folder, clock = tmp_path_factory.mktemp("checking"), Clock()
    with served(folder, clock) as sample, town(folder, sample, clock) as made:
        made.night()
        yield made


@pytest.fixture
def say(night: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """The command with the district's config, at the morning after the night."""

    def command(*words: str, as_of: str = AS_OF) -> tuple[int, str]:
        return run(monkeypatch, capsys, *words, "--config", str(night.config), "--as-of", as_of)

    return command


def data(said: tuple[int, str]) -> Any:
    code, text = said
    assert code == 0, text
    return json.loads(text)


# --- dispense ---


def test_an_exemption_is_kept_shown_and_counts_until_it_is_withdrawn(say: Say) -> None:
    code, text = say("dispense", "add", "exemption", "outlet:old", *GOOD)
    assert code == 0, text
    assert "已登记：" in text
    assert (
        "豁免 outlet:old（全部规则）2020-07-20 至 2020-09-30，批准人：张主任，事由：专题已归档"
        in text
    )
    (one,) = data(say("dispense", "list", "--json", as_of="2020-07-20T10:00"))
    assert (one["kind"], one["subject"], one["until"]) == ("exemption", "outlet:old", "2020-09-30")
    _, shown = say("explain", "old", as_of="2020-07-20T10:00")
    assert "张主任批准豁免至2020年9月30日，事由：专题已归档" in shown
    code, text = say(
        "dispense", "withdraw", str(one["id"]), "--by", "李主任", as_of="2020-07-20T11:00"
    )
    assert (code, text.strip()) == (0, f"已撤销第{one['id']}号。")
    assert data(say("dispense", "list", "--json", as_of="2020-07-20T12:00")) == []
    assert len(data(say("dispense", "list", "--json", as_of="2020-07-20T10:30"))) == 1, (
        "history stays as it was"
    )
    _, shown = say("explain", "old", as_of="2020-07-20T12:00")
    assert "张主任批准豁免" not in shown
    code, text = say(
        "dispense", "withdraw", str(one["id"]), "--by", "李主任", as_of="2020-07-20T12:00"
    )
    assert (code, "没有编号为" in text) == (2, True)


def test_an_empty_list_says_so(say: Say) -> None:
    code, text = say("dispense", "list", as_of="2020-07-19T09:00")
    assert (code, text.strip()) == (0, "没有现行有效的静默、豁免、报备。")


@pytest.mark.parametrize("subject", ["outlet:fg*", "outlet:*", "site:*", "unit:mzj", "probe:weibo"])
def test_subjects_may_be_units_sites_probes_and_groups(say: Say, subject: str) -> None:
    words = ("--reason", "维护", "--by", "张主任", "--since", "2020-07-25", "--until", "2020-07-26")
    made = data(
        say("dispense", "add", "maintenance", subject, *words, "--rule", "column_stale", "--json")
    )
    assert (made["subject"], made["rule"], made["since"]) == (subject, "column_stale", "2020-07-25")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("exemption", "outlet:odl", *GOOD), "台账里没有对象outlet:odl"),
        (("exemption", "outlet:zz*", *GOOD), "台账里没有对象outlet:zz*"),
        (("exemption", "unit:nobody", *GOOD), "台账里没有对象unit:nobody"),
        (("exemption", "old", *GOOD), "须写成 outlet:编号、unit:编号或 site:编号"),
        (("exemption", "outlet:", *GOOD), "须写成 outlet:编号"),
        (("exemption", "outlet:old", *GOOD, "--rule", "column_stael"), "没有规则 column_stael"),
        (("exemption", "outlet:old", "--reason", " ", "--by", "张", "--until", "2020-09-30"), "须写明事由"),
        (("exemption", "outlet:old", "--reason", "x", "--by", "", "--until", "2020-09-30"), "批准人"),
        (("exemption", "outlet:old", "--reason", "x", "--by", "张", "--until", "2020-07-19", "--since", "2020-07-18"), "已过"),
        (("exemption", "outlet:old", "--reason", "x", "--by", "张", "--until", "2020-07-21", "--since", "2020-07-22"), "早于开始日"),
        (("exemption", "outlet:old", "--reason", "x", "--by", "张", "--until", "2020-13-01"), "2020-13-01"),
        (("exemption", "outlet:old", "--reason", "x", "--by", "张"), "--until"),
        (("pardon", "outlet:old", *GOOD), "pardon"),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_meant_is_one_sentence_and_exit_code_2(
    say: Say, words: tuple[str, ...], why: str
) -> None:
    code, text = say("dispense", "add", *words)
    assert code == 2, text
    assert why in text
    assert "Traceback" not in text


# --- checklist ---


def test_the_checklist_names_every_site_and_account_with_what_waits(say: Say) -> None:
    found = data(say("checklist", "list", "--json"))
    assert found["period"] == "2020Q3"
    subjects = {row["subject"] for row in found["checklist"]}
    assert {"outlet:wb", "outlet:wx"} < subjects
    assert any(subject.startswith("site:") for subject in subjects)
    assert {row["answer"] for row in found["checklist"]} == {None}
    code, text = say("checklist", "list", "--subject", "outlet:wb")
    assert code == 0
    assert "2020Q3 人工核对表" in text
    assert "待判" in text


def test_an_answer_is_kept_with_name_and_proof_and_a_veto_decides(say: Say) -> None:
    answer = (
        "checklist",
        "answer",
        "outlet:wb",
        "media.veto.fake_fans",
        "fail",
        "--by",
        "王核查",
        "--proof",
        "截图7号",
    )
    code, text = say(*answer, "--period", "2020Q2")
    assert (code, text.strip()) == (
        0,
        "已登记：2020Q2 outlet:wb media.veto.fake_fans 不合格，王核查，2020-07-20",
    )
    later = "2020-07-20T11:00"
    rows = data(
        say(
            "checklist",
            "list",
            "--subject",
            "outlet:wb",
            "--period",
            "2020Q2",
            "--json",
            as_of=later,
        )
    )["checklist"]
    kept = [row["answer"] for row in rows if row["answer"]]
    assert [(one["by"], one["proof"], one["day"]) for one in kept] == [
        ("王核查", "截图7号", "2020-07-20")
    ]
    results = data(say("checklist", "result", "--period", "2020Q2", "--json", as_of=later))[
        "results"
    ]
    vetoed = {one["subject"]: one for one in results}["outlet:wb"]
    assert (vetoed["overall"], vetoed["why"]) == ("vetoed", ["购买粉丝、强制点赞（人工）"])
    code, text = say("checklist", "result", as_of=later)
    assert code == 0
    assert "2020Q3 结果：" in text
    assert "购买粉丝、强制点赞（人工）" not in text, "another quarter has its own answers"
    again = say(*answer[:4], "pass", *answer[5:], "--period", "2020Q2", as_of="2020-07-20T12:00")
    assert again[0] == 0
    results = data(
        say("checklist", "result", "--period", "2020Q2", "--json", as_of="2020-07-20T13:00")
    )["results"]
    assert {one["subject"]: one for one in results}["outlet:wb"]["overall"] == "person"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("answer", "outlet:nosuch", "media.veto.fake_fans", "fail"), "没有对象outlet:nosuch"),
        (("answer", "outlet:old", "media.veto.fake_fans", "fail"), "没有对象outlet:old"),
        (("answer", "outlet:wb", "media.veto.nosuch", "fail"), "没有指标media.veto.nosuch"),
        (("answer", "outlet:wb", "site.veto.safety.secret", "fail"), "不适用于outlet:wb"),
        (("answer", "outlet:wb", "media.veto.fake_fans", "perhaps"), "perhaps"),
        (
            ("answer", "outlet:wb", "media.veto.fake_fans", "fail", "--day", "2020-07-21"),
            "在今天以后",
        ),
        (("answer", "outlet:wb", "media.veto.fake_fans", "fail", "--period", "2020Q9"), "2020Q9"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_one_sentence_and_exit_code_2(
    say: Say, words: tuple[str, ...], why: str
) -> None:
    code, text = say("checklist", *words, "--by", "王核查", "--proof", "截图7号")
    assert code == 2, text
    assert why in text


def test_without_name_or_proof_nothing_is_kept(say: Say) -> None:
    words = ("checklist", "answer", "outlet:wx", "media.veto.fake_fans", "fail")
    assert say(*words, "--by", "王核查")[0] == 2
    assert say(*words, "--by", " ", "--proof", "x")[0] == 2
    rows = data(
        say("checklist", "list", "--subject", "outlet:wx", "--json", as_of="2020-07-20T14:00")
    )["checklist"]
    assert [row for row in rows if row["answer"]] == []
    assert say("checklist", "list", "--subject", "outlet:nosuch")[0] == 2
