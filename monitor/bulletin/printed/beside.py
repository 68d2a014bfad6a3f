"""A printed bulletin beside the truth: one Chinese line for each place where they differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.bulletin.model import DONE, Bulletin, UnitRow
from monitor.model import Count, exactly

_SHORTFALL = re.compile(r"(\d{1,2})\s*月\s*[-－—–:：]?\s*(\d+)")


@dataclass(frozen=True, slots=True)
class PrintedFigures:
    """What a bulletin printed: completion words by unit, lists of names and figures. ``None`` = not
    printed."""

    completion: Mapping[str, str] = field(default_factory=dict)
    never_met: tuple[str, ...] | None = None
    often_missed: tuple[str, ...] | None = None
    no_documents: tuple[str, ...] | None = None
    posts: int | None = None
    documents: int | None = None
    accounts: int | None = None


def printed_of(data: Mapping[str, Any]) -> PrintedFigures:
    """Plain data (as in a district file) as :class:`PrintedFigures`. Raises ``ValueError`` for an
    unknown key."""
    known = set(PrintedFigures.__dataclass_fields__)
    for key in data:
        if key not in known:
            raise ValueError(f"printed: unknown key {key}; known: {', '.join(sorted(known))}")
    lists = ("never_met", "often_missed", "no_documents")
    fields: dict[str, Any] = {
        k: tuple(v) if k in lists and v is not None else v for k, v in data.items()
    }
    return PrintedFigures(**fields)


def shortfalls(text: str) -> tuple[tuple[int, int], ...]:
    """``4月-1、5月-7`` → ((4, 1), (5, 7)); also without a dash (``1月6``). Empty for 完成."""
    return tuple((int(month), int(missing)) for month, missing in _SHORTFALL.findall(text))


def unjudged(text: str) -> frozenset[int]:
    """The months that a completion word sets apart: 4月未判定, 6月未结束, 5月豁免."""
    return frozenset(
        int(month) for month in re.findall(r"(\d{1,2})\s*月\s*(?:未判定|未结束|豁免)", text)
    )


def compare(truth: Bulletin, printed: PrintedFigures | Mapping[str, Any]) -> list[str]:
    """Where ``printed`` differs from ``truth``: one complete Chinese line each, annexes first.

    Units may be given by id or by short name; a unit without a printed word was printed 完成.
    """
    words = printed if isinstance(printed, PrintedFigures) else printed_of(printed)
    rows = [row for group in truth.groups for row in group.rows]
    names = {row.unit: row.short for row in rows}
    said = {names.get(unit, unit): text for unit, text in words.completion.items()}
    lines = [
        line for row in rows for line in _completion(row, said.get(row.short, DONE), truth.months)
    ]
    every = [name for group in truth.groups for name in group.every]
    several = [name for group in truth.groups for name in group.several]
    lines += _list("每个月均未达到要求的单位", every, words.never_met, names)
    lines += _list("多次未达到要求的单位", several, words.often_missed, names)
    lines += _list("主动公开信息数量为0的单位", truth.disclosure.none, words.no_documents, names)
    lines += _figure("主动公开政府信息", truth.disclosure.total, words.documents, "条")
    lines += _figure("登记在册的政务新媒体", len(truth.registered), words.accounts, "个")
    lines += _figure("门户网站发布信息", truth.portal.total, words.posts, "条")
    listed = truth.portal.listed
    if words.posts is not None and listed.complete and words.posts != listed.at_least:
        gap = words.posts - listed.at_least
        lines.append(
            f"正文称共发布信息{words.posts:,}条，附件所列单位合计{listed.at_least:,}条，"
            f"差{gap:,}条未说明：属未归属信息（区政府办、媒体、上级等）"
        )
    return lines


def _completion(row: UnitRow, said: str, months: Sequence[str]) -> list[str]:
    """One unit's completion word against its numbers."""
    true = {
        int(m[5:]): n
        for m, n, s in zip(months, row.missing, row.states, strict=True)
        if s == "short"
    }
    found = dict(shortfalls(said))
    if found == true:
        return []
    numbers = "/".join(count.text for count in row.counts)
    if not found:
        return [f"{row.short}：印为“{said}”，实际{numbers}，应为“{row.completion}”"]
    inside = {int(month[5:]) for month in months}
    if not set(found) <= inside and list(found.values()) == list(true.values()):
        wrong = "、".join(f"{month}月" for month in found)
        return [f"{row.short}：月份印为{wrong}，不在统计期内，应为“{row.completion}”"]
    missed = [month for month in true if month not in found]
    if missed and all(true.get(month) == value for month, value in found.items()):
        gone = "、".join(f"{month}月（缺{true[month]}条）" for month in missed)
        return [f"{row.short}：漏印{gone}，应为“{row.completion}”"]
    return [f"{row.short}：印为“{said}”，实际{numbers}，应为“{row.completion}”"]


def _list(
    label: str, true: Sequence[str], said: Sequence[str] | None, names: Mapping[str, str]
) -> list[str]:
    if said is None:
        return []
    printed = [names.get(unit, unit) for unit in said]
    lines = []
    if missing := [name for name in true if name not in printed]:
        lines.append(f"{label}：正文漏列{'、'.join(missing)}")
    if extra := [name for name in printed if name not in true]:
        lines.append(f"{label}：正文多列{'、'.join(extra)}")
    return lines


def _figure(label: str, counted: Count | int, said: int | None, word: str) -> list[str]:
    count = exactly(counted) if isinstance(counted, int) else counted
    if said is None or (count.at_least <= said and not count.falls_short(said)):
        return []
    true = count.at_least
    return [f"{label}：正文印为{said:,}{word}，实际{true:,}{word}"]
