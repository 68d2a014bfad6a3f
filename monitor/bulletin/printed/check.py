"""Somebody's printed bulletin against itself: months, completion words, lists, sums, rates. Pure.

Only contradictions inside the paper are told. ``error`` = two printed things cannot both be right;
``note`` = worth a look (a difference that the paper leaves unexplained, a deadline on a weekend).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.bulletin.printed.beside import shortfalls, unjudged
from monitor.bulletin.printed.claims import Annex, Claims, PrintedLine, Rate, claims
from monitor.bulletin.printed.files import NotRead, read_file
from monitor.model import ZERO, Count, exactly, together

DEFAULT_QUOTA = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """One contradiction. ``level`` is ``error`` or ``note``; ``sentence`` is Chinese and
    complete."""

    level: str
    subject: str
    sentence: str


def check(
    found: Claims, *, quota: int | None = None, works: Callable[[date], bool] | None = None
) -> tuple[Fault, ...]:
    """The faults of a printed bulletin, annexes first. ``works`` tells working days where they are
    known.

    Without ``quota`` the one that the text names is used, else ten a month.
    """
    need = quota or found.quota or DEFAULT_QUOTA
    lines = [line for annex in found.annexes for line in annex.lines]
    faults = [fault for annex in found.annexes for fault in _annex(annex, found, need)]
    faults += _names(found, lines)
    faults += _lists(found, lines, need)
    faults += _figures(found, lines)
    faults += [fault for rate in found.rates for fault in _rate(rate)]
    faults += _deadlines(found, works)
    return tuple(dict.fromkeys(faults))


def check_file(
    path: Path, *, quota: int | None = None, works: Callable[[date], bool] | None = None
) -> tuple[Fault, ...]:
    """:func:`check` of a .docx, .xlsx or .txt. Raises ``NotRead``: one sentence, also for a file
    without annexes."""
    return check(claims_of(path), quota=quota, works=works)


def claims_of(path: Path) -> Claims:
    """What a .docx, .xlsx or .txt claims. Raises ``NotRead``, also for a file with neither figures
    nor annexes."""
    found = claims(read_file(path))
    if not found.annexes and found.total is None:
        raise NotRead(
            f"{path.name}：没有找到通报的正文数字或附件表格（表头须有“4月”这样的月份）；请确认文件"
        )
    return found


def read_words(found: Claims) -> str:
    """What was understood, in Chinese: nobody shall take an unread table for a faultless one."""
    lines = sum(len(annex.lines) for annex in found.annexes)
    said = (
        f"读到附件表格 {len(found.annexes)} 个、单位 {lines} 行"
        if lines
        else "没有读到附件表格，只核对了正文"
    )
    return said + ("" if found.total is None else f"，正文总数 {found.total} 条")


def _annex(annex: Annex, found: Claims, need: int) -> Iterator[Fault]:
    if found.months and not set(annex.months) <= set(found.months):
        yield Fault(
            "error",
            annex.title,
            f"{annex.title}：表头月份{_months(annex.months)}不在统计期{_months(found.months)}内",
        )
    for line in annex.lines:
        yield from _line(line, annex.months, need)
    if annex.sums:
        for number, month in enumerate(annex.months):
            true = together(line.counts[number] for line in annex.lines)
            if number < len(annex.sums) and not _fits(annex.sums[number], true):
                yield Fault(
                    "error",
                    annex.title,
                    f"{annex.title}：{month}月合计印为{annex.sums[number]}，各单位相加为{true}",
                )


def _fits(printed: Count, true: Count) -> bool:
    """Whether the two can both be right: a number inside the bounds of the other."""
    return not (
        (true.at_most is not None and printed.at_least > true.at_most)
        or (printed.at_most is not None and printed.at_most < true.at_least)
    )


def _line(line: PrintedLine, months: tuple[int, ...], need: int) -> Iterator[Fault]:
    apart = unjudged(line.completion)
    true = {
        m: n.lacking(need)
        for m, n in zip(months, line.counts, strict=True)
        if n.falls_short(need) and m not in apart
    }
    said = dict(shortfalls(line.completion))
    right = " ".join(f"{m}月-{n}" for m, n in true.items()) or "完成"
    numbers = "/".join(map(str, line.counts))
    if line.total is not None and not _fits(exactly(line.total), summed := together(line.counts)):
        yield Fault("error", line.name, f"{line.name}：合计印为{line.total}，各月相加为{summed}")
    if not line.completion or (not said and not apart and "完成" not in line.completion):
        return
    if outside := [m for m in said if m not in months]:
        yield Fault(
            "error",
            line.name,
            f"{line.name}：完成情况的月份{_months(outside)}不在统计期内，应为“{right}”（{numbers}）",
        )
    elif true and not said:
        yield Fault(
            "error",
            line.name,
            f"{line.name}：标为“完成”，但{numbers}中{_missing(true)}未达到{need}条，应为“{right}”",
        )
    else:
        yield from _differences(line, true, said, right, numbers)


def _differences(
    line: PrintedLine, true: dict[int, int], said: dict[int, int], right: str, numbers: str
) -> Iterator[Fault]:
    missed = {month: short for month, short in true.items() if month not in said}
    wrong = {month: short for month, short in said.items() if true.get(month) != short}
    if missed:
        yield Fault(
            "error", line.name, f"{line.name}：漏印{_missing(missed)}，{numbers}应为“{right}”"
        )
    if wrong:
        yield Fault(
            "error",
            line.name,
            f"{line.name}：完成情况印为“{line.completion}”，{numbers}应为“{right}”",
        )


def _names(found: Claims, lines: list[PrintedLine]) -> Iterator[Fault]:
    known = Counter(line.name for line in lines)
    for name, times in known.items():
        if times > 1:
            yield Fault("error", name, f"{name}：在附件中出现{times}次")
    if not known:
        return
    for label, names in (
        ("做得较好", found.good),
        ("多次未达到要求", found.several),
        ("每月均未达到要求", found.every),
    ):
        for name in names:
            if name not in known:
                yield Fault("error", name, f"{name}：正文列为{label}，但附件中没有这个名称")


def _with_months(found: Claims) -> Iterator[tuple[PrintedLine, tuple[int, ...]]]:
    return ((line, annex.months) for annex in found.annexes for line in annex.lines)


def _short(line: PrintedLine, months: tuple[int, ...], need: int) -> int:
    """In how many months the unit surely published less than ``need``, those apart that were not
    judged."""
    apart = unjudged(line.completion)
    return sum(
        n.falls_short(need) and m not in apart for m, n in zip(months, line.counts, strict=True)
    )


def _lists(found: Claims, lines: list[PrintedLine], need: int) -> Iterator[Fault]:
    short = {line.name: _short(line, months, need) for line, months in _with_months(found)}
    whole = {line.name: len(line.counts) for line in lines}
    known = [name for name in short if short[name]]
    if found.every_said:
        missing = [name for name in known if short[name] == whole[name] and name not in found.every]
        for name in missing:
            yield Fault(
                "error",
                name,
                f"{name}：附件中每个月均未达到{need}条，但正文“每月均未达到要求”的单位没有列它",
            )
    for name in found.every:
        if name in short and short[name] < whole[name]:
            yield Fault(
                "error",
                name,
                f"{name}：正文称每月均未达到要求，但附件中只有{short[name]}个月不足{need}条",
            )
    for name in found.several:
        if name in short and not short[name]:
            yield Fault("error", name, f"{name}：正文称多次未达到要求，但附件中各月均达到{need}条")
    for name in found.good:
        if short.get(name) or name in found.several:
            yield Fault("error", name, f"{name}：正文既列为做得较好，附件或正文又显示其未达到要求")


def _figures(found: Claims, lines: list[PrintedLine]) -> Iterator[Fault]:
    listed = together(count for line in lines for count in line.counts)
    known = listed + (found.rest or ZERO)
    if found.total is not None and lines and not _fits(exactly(found.total), known):
        over = known.at_most is not None and found.total > known.at_most
        total = listed.at_most if over and listed.at_most is not None else listed.at_least
        gap = found.total - (
            known.at_most if over and known.at_most is not None else known.at_least
        )
        more = f"相差{gap:,}条未作说明" if gap > 0 else f"附件反而多{-gap:,}条"
        yield Fault(
            "note" if gap > 0 else "error",
            "总数",
            f"正文称共发布信息{found.total:,}条，附件各单位合计{total:,}条，{more}",
        )
    for count, word in found.groups:
        annex = _annex_of(word, found.annexes)
        if annex is not None and len(annex.lines) != count:
            yield Fault(
                "note",
                word,
                f"正文称{count}个{word}，{annex.title}列出{len(annex.lines)}个，请核对",
            )
    if None not in (found.registered, found.accounts) and found.registered != found.accounts:
        yield Fault(
            "error",
            "政务新媒体",
            f"正文称登记在册{found.registered}个政务新媒体，附件列出{found.accounts}个",
        )


def _annex_of(word: str, annexes: tuple[Annex, ...]) -> Annex | None:
    """The annex that a group's word means, where exactly one does."""
    kinds = (
        ("镇街", "乡镇", "街道")
        if word.startswith(("镇", "街", "乡"))
        else ("区直", "县直", "市直", "部门")
    )
    found = [annex for annex in annexes if any(kind in annex.title for kind in kinds)]
    exact = [
        annex for annex in found if word.startswith(("镇", "街", "乡")) == ("镇" in annex.title)
    ]
    return exact[0] if len(exact) == 1 else None


def _rate(rate: Rate) -> Iterator[Fault]:
    if not rate.checked or rate.part > rate.checked:
        yield Fault("error", "比率", f"“{rate.text}”：分子大于分母")
        return
    good = rate.checked - rate.part if rate.failing else rate.part
    digits = len(rate.percent.partition(".")[2])
    true = f"{good * 100 / rate.checked:.{digits}f}"
    if abs(float(rate.percent) - good * 100 / rate.checked) > 0.51 * 10**-digits:
        yield Fault("error", "比率", f"“{rate.text}”：{good}/{rate.checked}应为{true}%")


def _deadlines(found: Claims, works: Callable[[date], bool] | None) -> Iterator[Fault]:
    for day in found.deadlines:
        if works is not None and not works(day):
            yield Fault("note", "时限", f"时限{day.year}年{day.month}月{day.day}日不是工作日")


def _months(months: tuple[int, ...] | list[int]) -> str:
    return "、".join(f"{month}月" for month in months)


def _missing(short: dict[int, int]) -> str:
    return "、".join(f"{month}月（缺{number}条）" for month, number in short.items())
