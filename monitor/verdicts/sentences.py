"""From a standing to a verdict: the numbers and the Chinese sentence, the same way for columns and
accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from crawler.model import SHANGHAI
from monitor.days.calendar import chinese_day
from monitor.looks.places import rows_text
from monitor.model import Facts, Look, OutletFacts, Value, Verdict
from monitor.settings.limits import Limit
from monitor.verdicts.judging import Standing
from monitor.words.causes import cause_name

GONE_STATE = {"closed": "已注销", "merged": "已合并"}
DOORS = {"spider": "夜间抓取", "recheck": "复查", "person": "人工登记"}
SENTENCES = {
    Value.FRESH: "{name}最近一次更新为{newest}（{days}天前），未超过{limit}的更新期限。",
    Value.DUE_SOON: "{name}最近一次更新为{newest}（{days}天前），期限为{limit}，请在{due}前更新。",
    Value.UNKNOWN: "{name}未能判定：{cause}；已知最近一次更新为{newest}。",
}


def sentence_of(doc: str | None) -> str:
    """A rule's sentence: the first line of its docstring. Raises ``ValueError`` where there is
    none."""
    if not doc or not doc.strip():
        raise ValueError("a rule needs a docstring whose first line is its Chinese sentence")
    return doc.strip().splitlines()[0]


def display(of: OutletFacts) -> str:
    """The outlet's name on screen: 栏目“政务公开”, 账号“仓山发布”."""
    noun = "账号" if of.outlet.kind.value == "account" else "栏目"
    return f"{noun}“{of.outlet.path or of.outlet.name}”"


def on_outlet(
    rule: str,
    of: OutletFacts,
    standing: Standing,
    clause: str,
    sentence: str = "",
    *,
    ours: bool = False,
) -> Verdict:
    """A verdict about an outlet; an unknown or exempt one gets its sentence here."""
    if standing.value is Value.UNKNOWN and not sentence:
        sentence = f"{display(of)}未能判定：{why(standing)}。"
    return Verdict(
        rule=rule,
        subject=f"outlet:{of.outlet.id}",
        value=standing.value,
        sentence=sentence,
        clause=clause,
        units=() if ours else of.units,
        cause=standing.cause,
        newest=of.newest,
        ours=ours,
        name=of.outlet.path or of.outlet.name,
        looked=_looked(of, standing),
        numbers={"looks": looks_text(standing.looks)} if standing.looks else {},
    )


def _looked(of: OutletFacts, standing: Standing) -> datetime | None:
    """The newest look that the verdict rests on: of those that accuse, else the newest of all."""
    newest = next(iter(standing.looks or of.looks), None)
    return newest.moment if newest is not None else None


def why(standing: Standing) -> str:
    """The cause in Chinese, with the rows that were left unread."""
    said = cause_name(standing.cause)
    return f"{said}（{rows_text(standing.rows)}）" if standing.rows else said


def looks_text(looks: Iterable[Look]) -> str:
    """``2020-07-20 02:00夜间抓取、2020-07-20 03:30复查``: the looks that an accusation rests on."""
    return "、".join(
        f"{look.stands_for.astimezone(SHANGHAI):%Y-%m-%d %H:%M}{DOORS.get(look.door, look.door)}"
        for look in looks
    )


def exempt(rule: str, of: OutletFacts, clause: str, *, ours: bool = False) -> Verdict:
    """A closed or merged account: out of the base, and said so."""
    state = GONE_STATE.get(of.outlet.state.value, of.outlet.state.value)
    if of.state_since is not None:
        state = f"{state}（{chinese_day(of.state_since)}）"
    return on_outlet(
        rule,
        of,
        Standing(Value.EXEMPT, of.outlet.state.value),
        clause,
        f"{display(of)}{state}，不作判定。",
        ours=ours,
    )


def dated(
    rule: str, template: str, of: OutletFacts, facts: Facts, limit: Limit, standing: Standing
) -> Verdict:
    """A verdict about the age of an outlet's newest post; ``template`` is the accusing sentence."""
    if of.newest is None:
        return on_outlet(rule, of, standing, limit.clause)
    day, due = of.newest.day, limit.due(of.newest.day)
    numbers: dict[str, str | int] = {
        "newest": day.isoformat(),
        "days": (facts.day - day).days,
        "limit": limit.text,
        "over": max(0, (facts.day - due).days),
        "due": due.isoformat(),
        "warn": limit.warn_from(day).isoformat(),
    }
    words = {
        **numbers,
        "name": display(of),
        "newest": chinese_day(day),
        "due": chinese_day(due),
        "today": chinese_day(facts.day),
        "cause": why(standing),
    }
    sentence = {Value.STALE: template, **SENTENCES}[standing.value].format(**words)
    verdict = on_outlet(rule, of, standing, limit.clause, sentence)
    return replace(verdict, numbers={**numbers, **verdict.numbers}, due=due)
