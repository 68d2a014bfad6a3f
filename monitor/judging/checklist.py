"""Judgement by people: the indicators that no machine can judge, who answered them, and what comes
of it all.

A person's answer stands beside the machine's verdicts. The result of a site or account has four
values: 合格, 不合格 (and which veto), 待人工 (a person has not answered yet), 无证据 (the machine could not
tell). Nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field
from sqlalchemy import Connection, insert, select

from crawler.config import Strict, section
from crawler.model import Deed, OutletKind, shanghai_day, utc
from monitor.model import Facts, Value, Verdict
from monitor.record.chain import Seal, seal
from monitor.record.tables import PersonVerdictRow
from monitor.words.causes import cause_name

FILE = Path(__file__).with_name("checklist.yaml")
ROW = PersonVerdictRow.__table__.c
VETOES: Mapping[str, tuple[str, ...]] = {
    "site": ("site_unreachable", "home_stale", "site_veto_columns"),
    "account": ("account_idle",),
}
"""The machine's veto rules about each kind of subject."""
RULE_NAMES: Mapping[str, str] = {
    "site_unreachable": "站点无法访问", "home_stale": "首页不更新", "site_veto_columns": "栏目不更新",
    "account_idle": "内容不更新",
}  # fmt: skip


class IndicatorAnswer(StrEnum):
    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


ANSWER_NAMES: Mapping[IndicatorAnswer, str] = {
    IndicatorAnswer.PASS: "合格",
    IndicatorAnswer.FAIL: "不合格",
    IndicatorAnswer.NOT_APPLICABLE: "不适用",
}


class Indicator(Strict):
    """One indicator. ``original`` = points or thresholds were not retrieved: 需查原文."""

    id: str
    applies: Literal["site", "account"]
    kind: Literal["veto", "deduct"]
    name: str
    ask: str
    certainty: Literal["A", "B", "C", "R"]
    original: bool = False


class _File(Strict):
    items: tuple[Indicator, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class AskedOf:
    """One indicator asked of one subject (``site:ID``, ``outlet:ID``) for one period's name."""

    indicator: str
    subject: str
    period: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's answer, with who gave it, the proof and the day."""

    indicator: str
    subject: str
    period: str
    answer: IndicatorAnswer
    by: str
    proof: str
    day: date


class Overall(StrEnum):
    PASSED = "passed"
    VETOED = "vetoed"
    PERSON = "person"
    NO_EVIDENCE = "no_evidence"


OVERALL_NAMES: Mapping[Overall, str] = {
    Overall.PASSED: "合格",
    Overall.VETOED: "不合格",
    Overall.PERSON: "待人工",
    Overall.NO_EVIDENCE: "无证据",
}


@dataclass(frozen=True, slots=True)
class ChecklistResult:
    """What a site or account comes to in a period. ``why`` names the vetoes, the open questions or
    what is unknown."""

    subject: str
    name: str
    overall: Overall
    why: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


class AnswerRefused(ValueError):
    """One sentence: why an answer cannot be taken."""


@cache
def items() -> tuple[Indicator, ...]:
    """Every indicator of the checklist, in the order of its file."""
    return section(_File, {"items": yaml.safe_load(FILE.read_text("utf-8"))}, FILE.name).items


def kind_of(subject: str) -> str:
    """``site`` or ``account``: what the indicators call the subject. Raises :class:`AnswerRefused`
    for anything else."""
    kinds = {"site": "site", "outlet": "account"}
    kind, _, name = subject.partition(":")
    if kind not in kinds or not name:
        raise AnswerRefused(f"对象{subject!r}须写成 site:编号 或 outlet:账号编号")
    return kinds[kind]


def answer(
    connection: Connection,
    *,
    asked: AskedOf,
    given: IndicatorAnswer,
    deed: Deed,
    day: date | None = None,
) -> Answered:
    """Keep a person's answer; an earlier one stays and counts no more. Raises
    :class:`AnswerRefused`."""
    item = next((one for one in items() if one.id == asked.indicator), None)
    if item is None:
        raise AnswerRefused(f"没有指标{asked.indicator}")
    if item.applies != kind_of(asked.subject):
        raise AnswerRefused(f"{item.name}（{asked.indicator}）不适用于{asked.subject}")
    if not deed.by.strip() or not deed.words.strip():
        raise AnswerRefused("须写明判定人和依据")
    looked = day or shanghai_day(deed.now)
    if looked > shanghai_day(deed.now):
        raise AnswerRefused(f"查看日期{looked}在今天以后")
    made = Answered(
        asked.indicator,
        asked.subject,
        asked.period,
        given,
        deed.by.strip(),
        deed.words.strip(),
        looked,
    )
    before = answers(connection, asked.period, utc(deed.now)).get((asked.subject, asked.indicator))
    row = connection.execute(
        insert(PersonVerdictRow).values(
            indicator=asked.indicator,
            subject=asked.subject,
            period=asked.period,
            answer=given.value,
            by=made.by,
            proof=made.proof,
            day=looked,
            entered=utc(deed.now),
        )
    )
    said: dict[str, str | None] = {
        "subject": asked.subject,
        "indicator": asked.indicator,
        "period": asked.period,
    }
    said |= {"before": before.answer.value if before else None, "after": given.value}
    number = int((row.inserted_primary_key or (0,))[0])
    seal(connection, "person_verdict", [number], deed.now, told=Seal(made.by, data=said))
    return made


def answers(
    connection: Connection, period: str, as_of: datetime
) -> dict[tuple[str, str], Answered]:
    """The answers that counted at ``as_of``, by subject and indicator."""
    query = (
        select(PersonVerdictRow.__table__)
        .where(ROW.period == period, ROW.entered <= as_of)
        .order_by(ROW.entered, ROW.id)
    )
    return {
        (r.subject, r.indicator): Answered(
            r.indicator, r.subject, r.period, IndicatorAnswer(r.answer), r.by, r.proof, r.day
        )
        for r in connection.execute(query)
    }


def subjects(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Every site and account that is judged, with its name."""
    sites = [(f"site:{one.site.id}", one.site.name) for one in facts.sites]
    accounts = [
        (f"outlet:{of.outlet.id}", of.outlet.name)
        for of in facts.outlets
        if of.outlet.kind is OutletKind.ACCOUNT
    ]
    return (*sites, *accounts)


def results(
    facts: Facts, verdicts: Sequence[Verdict], given: Mapping[tuple[str, str], Answered]
) -> tuple[ChecklistResult, ...]:
    """What every site and account comes to; closed accounts and exempt ones are out of the base."""
    return results_of(subjects(facts), verdicts, given)


def results_of(
    judged: Iterable[tuple[str, str]],
    verdicts: Iterable[Verdict],
    given: Mapping[tuple[str, str], Answered],
) -> tuple[ChecklistResult, ...]:
    """The same for some of them, each a subject with its name."""
    by_subject: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        by_subject.setdefault(verdict.subject, {})[verdict.rule] = verdict
    found = []
    for subject, name in judged:
        mine = by_subject.get(subject, {})
        if all(v.value is Value.EXEMPT for v in mine.values()) and mine:
            continue
        found.append(_result(subject, name, mine, given))
    return tuple(found)


def _result(
    subject: str,
    name: str,
    verdicts: Mapping[str, Verdict],
    given: Mapping[tuple[str, str], Answered],
) -> ChecklistResult:
    kind = kind_of(subject)
    asked = [item for item in items() if item.applies == kind]
    failed = [
        i for i in asked if (a := given.get((subject, i.id))) and a.answer is IndicatorAnswer.FAIL
    ]
    deducted = tuple(item.name for item in failed if item.kind == "deduct")
    machine = {rule: verdicts.get(rule) for rule in VETOES[kind]}
    vetoes = [
        f"{RULE_NAMES[rule]}：{v.sentence}" for rule, v in machine.items() if v and v.value.accuses
    ]
    vetoes += [f"{item.name}（人工）" for item in failed if item.kind == "veto"]
    if vetoes:
        return ChecklistResult(subject, name, Overall.VETOED, tuple(vetoes), deducted)
    blind = [
        f"{RULE_NAMES[rule]}：{cause_name(v.cause) if v else '没有检查记录'}"
        for rule, v in machine.items()
        if v is None or v.value is Value.UNKNOWN
    ]
    if blind:
        return ChecklistResult(subject, name, Overall.NO_EVIDENCE, tuple(blind), deducted)
    waiting = tuple(i.name for i in asked if i.kind == "veto" and (subject, i.id) not in given)
    overall = Overall.PERSON if waiting else Overall.PASSED
    return ChecklistResult(subject, name, overall, waiting, deducted)


def pending(
    subject: str,
    given: Mapping[tuple[str, str], Answered],
    asked: Iterable[Indicator] | None = None,
) -> tuple[Indicator, ...]:
    """The indicators of ``subject`` that nobody has answered yet."""
    kind = kind_of(subject)
    return tuple(i for i in asked or items() if i.applies == kind and (subject, i.id) not in given)
