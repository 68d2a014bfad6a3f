"""A night in lines for people and as plain data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from crawler.model import Visit
from monitor.bulletin.outlets import worst
from monitor.facts.saw import blind_sentence
from monitor.model import VALUE_NAMES, Value, Verdict
from monitor.night.jobs import Night
from monitor.rules.units.unit_quota import NAME as QUOTA
from monitor.rules.units.unit_quota import count_of
from monitor.words import Share, Sight, of_standing


def night_data(night: Night) -> dict[str, Any]:
    return {
        "failed": night.failed,
        "fault": night.crawled.fault,
        "planned": night.crawled.planned,
        "looked": night.saw.asked,
        "unknown": night.saw.unknown,
        "seen": night.saw.seen,
        "blind": night.blind,
        "new_posts": night.saw.new_posts,
        "rechecked": list(night.rechecked),
        "verdicts": value_counts(night.judgement.verdicts),
        "opened": [asdict(finding) for finding in night.judgement.changes.opened],
        "closed": [asdict(finding) for finding in night.judgement.changes.closed],
        "letters": {
            "written": night.written.n,
            "no_address": night.written.no_address,
            **asdict(night.sent),
        },
    }


def night_lines(night: Night) -> list[str]:
    changes = night.judgement.changes
    lines = [
        f"抓取：{sight_of(night).text}；新信息 {night.saw.new_posts} 条",
        f"复看：{len(night.rechecked)} 个（先看两遍，再说超期）",
        "判定：" + values_line(night.judgement.verdicts),
        f"栏目和账号在期限内：{outlets_share(night.judgement.verdicts).text}",
        f"问题：新开 {len(changes.opened)} 个，销号 {len(changes.closed)} 个",
        f"信件：新写 {night.written.n} 封，发出 {night.sent.n} 封"
        + (f"，被拒 {night.sent.refused} 封" if night.sent.refused else "")
        + (f"，暂未送达 {night.sent.failed} 封（会再试）" if night.sent.failed else "")
        + (f"，留待发送 {night.sent.held} 封" if night.sent.held else ""),
    ]
    if night.written.no_address:
        lines.append(f"没有邮箱、信件无处可寄的单位：{'、'.join(night.written.no_address)}")
    if night.blind:
        lines.append(blind_sentence(night.crawled.planned, night.saw.reasons))
    if night.failed:
        fault = night.crawled.fault or ("什么也没有看到" if sight_of(night).blind else "看到的太少")
        lines.append(f"今晚不算数：{fault}。没有任何单位因今晚被判超期。")
    return lines


def sight_of(night: Night) -> Sight:
    """What the night saw of what it had to look at."""
    bare = night.saw.without_address
    return Sight(night.crawled.planned, night.saw.asked - bare, night.saw.unknown - bare)


def outlets_share(verdicts: Iterable[Verdict]) -> Share:
    """Columns and accounts in time, of those that were judged: each by its gravest verdict on being
    kept up to date."""
    return of_standing(Counter(verdict.value.value for verdict in worst(verdicts).values()))


def values_line(verdicts: Sequence[Verdict]) -> str:
    counts = Counter(verdict_word(verdict) for verdict in verdicts)
    return "，".join(
        f"{word} {counts[word]}" for word in (*VALUE_NAMES.values(), RUNNING) if counts.get(word)
    )


def value_counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    found = Counter(verdict.value for verdict in verdicts)
    return {value.value: found[value] for value in Value}


def visit_data(visit: Visit) -> dict[str, Any]:
    return {**asdict(visit), "moment": visit.moment.isoformat(), "outcome": visit.outcome.value}


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict), "value": verdict.value.value}


RUNNING = "未到月底"


def verdict_word(verdict: Verdict) -> str:
    return RUNNING if _runs(verdict) else VALUE_NAMES[verdict.value]


def _runs(verdict: Verdict) -> bool:
    """Whether it says only that a unit's month is not over."""
    if verdict.rule != QUOTA or verdict.value is not Value.FRESH or "count" not in verdict.numbers:
        return False
    return not count_of(verdict.numbers).meets(int(verdict.numbers.get("quota", 0)))
