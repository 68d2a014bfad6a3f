"""A bulletin against itself before it is printed. Pure; ``error`` stops the print, ``note`` is only
told.

Besides its own figures it reads its own text the way a printed bulletin of somebody else is read
(``printed_check``): what a reader would find, we find first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from monitor.bulletin.coverage import coverage_words, draft_words
from monitor.bulletin.model import DONE, Bulletin, Group, UnitRow
from monitor.bulletin.printed.check import Fault, check
from monitor.bulletin.printed.claims import claims
from monitor.bulletin.printed.files import Block
from monitor.bulletin.text import annex_titles, opening, sections
from monitor.model import together

LEAST_COVERAGE = 0.8


def lint(bulletin: Bulletin, *, works: Callable[[date], bool] | None = None) -> tuple[Fault, ...]:
    """The faults of ``bulletin``, errors first. ``works`` tells working days where they are
    known."""
    found = [
        *_sums(bulletin),
        *_rows(bulletin),
        *_lists(bulletin),
        *_columns(bulletin),
        *_accounts(bulletin),
    ]
    found += [
        *_coverage(bulletin),
        *_deadlines(bulletin, works),
        *_open_questions(bulletin),
        *_own_text(bulletin),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: fault.level != "error"))


def errors(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The faults that stop a print."""
    return tuple(fault for fault in faults if fault.level == "error")


def text_blocks(bulletin: Bulletin) -> tuple[Block, ...]:
    """Text and annexes as a reader gets them."""
    blocks = [Block(text=bulletin.title), *(Block(text=t) for t in [draft_words(bulletin)] if t)]
    blocks += [Block(text=opening(bulletin))]
    for section in sections(bulletin):
        blocks += [Block(text=section.heading), *(Block(text=p) for p in section.paragraphs)]
    blocks += [Block(text=coverage_words(bulletin))]
    months = tuple(f"{int(month[5:])}月" for month in bulletin.months)
    for number, (title, group) in enumerate(
        zip(annex_titles(bulletin), bulletin.groups, strict=False), 1
    ):
        rows = tuple((r.short, *(n.text for n in r.counts), r.completion) for r in group.rows)
        blocks += [
            Block(text=f"附件{number}{title}"),
            Block(rows=(("单位名称", *months, "完成情况"), *rows)),
        ]
    head = ("序号", "维护单位", "政务新媒体名称")
    accounts = tuple(
        (str(n), "、".join(a.units), a.name) for n, a in enumerate(bulletin.registered, 1)
    )
    return (*blocks, Block(text="附件 现开通政务新媒体情况"), Block(rows=(head, *accounts)))


def _sums(b: Bulletin) -> Iterator[Fault]:
    listed, told = together(group.total for group in b.groups), b.portal.listed
    if listed.at_least != told.at_least:
        yield _error("总数", f"附件各单位合计{listed.text}条，汇总为{told.text}条")
    rest, total = b.portal.unattributed, b.portal.total
    if told.at_least + rest.at_least != total.at_least:
        yield _error("总数", f"附件{told.text}条加未归属{rest.text}条不等于总数{total.text}条")
    lines = together(count for _, months in b.disclosure.units for count in months)
    if lines.at_least + b.disclosure.unattributed.at_least != b.disclosure.total.at_least:
        yield _error(
            "主动公开", f"主动公开各单位合计{lines.text}条，总数为{b.disclosure.total.text}条"
        )
    for name in b.disclosure.none:
        if any(together(months).at_least for unit, months in b.disclosure.units if unit == name):
            yield _error(name, f"{name}：列为主动公开数量为0，但有公开记录")


def _rows(b: Bulletin) -> Iterator[Fault]:
    behind = Counter((post.unit, post.month) for post in b.posts)
    for group in b.groups:
        for row in group.rows:
            yield from _row(row, b.months)
            for month, count in zip(b.months, row.counts, strict=False):
                if b.posts and behind[(row.short, month)] != count.at_least:
                    rows = behind[(row.short, month)]
                    yield _error(
                        row.short, f"{row.short}：{month}计{count.text}条，依据只有{rows}条"
                    )
    months = frozenset(b.months)
    if outside := {post.month for post in b.posts if post.month} - months:
        yield _error("月份", f"依据中有统计期以外的月份：{'、'.join(sorted(outside))}")


def _row(row: UnitRow, months: tuple[str, ...]) -> Iterator[Fault]:
    if not len(row.counts) == len(row.states) == len(months):
        yield _error(row.short, f"{row.short}：月数与统计期不符")
        return
    for month, count, state in zip(months, row.counts, row.states, strict=True):
        number = int(month[5:])
        told, lacking = (
            f"{row.short}：{number}月{count.text}条",
            f"{number}月-{count.lacking(row.quota)}",
        )
        if state == "short" and count.meets(row.quota):
            yield _error(row.short, f"{told}已达{row.quota}条，却判为未达到")
        elif state == "short" and not count.falls_short(row.quota):
            yield _error(row.short, f"{told}没有数全，却判为未达到")
        elif state == "met" and not count.meets(row.quota):
            yield _error(row.short, f"{told}不足{row.quota}条，却判为达到")
        elif state == "short" and lacking not in row.completion:
            yield _error(row.short, f"{row.short}：完成情况“{row.completion}”没有写明{lacking}")
    if row.completion == DONE and "short" in row.states:
        yield _error(row.short, f"{row.short}：有月份未达到，却写为“完成”")


def _lists(b: Bulletin) -> Iterator[Fault]:
    names = Counter(row.short for group in b.groups for row in group.rows)
    for name, times in names.items():
        if times > 1:
            yield _error(name, f"{name}：在附件中出现{times}次")
    struck = {(edit.list, edit.name) for edit in b.edits if edit.action == "strike"}
    for group in b.groups:
        yield from _group(group, struck, min(b.settings.several, len(b.months)), len(b.months))
    known = (
        set(names)
        | {unit for row in b.accounts for unit in row.units}
        | {u for u, _ in b.disclosure.units}
    )
    for unit, _ in b.year_units:
        if unit not in known:
            yield _error(unit, f"{unit}：被点名，但台账中没有这个名称")


def _group(group: Group, struck: set[tuple[str, str]], several: int, whole: int) -> Iterator[Fault]:
    rows = {row.short: row for row in group.rows}
    for label, names in (
        ("较好", group.good),
        ("多次未达到", group.several),
        ("每月均未达到", group.every),
    ):
        for name in names:
            if name not in rows:
                yield _error(name, f"{name}：列为{label}，但附件中没有这个单位")
    for name in set(group.good) & {*group.several, *group.every}:
        yield _error(name, f"{name}：同一事项既表扬又批评")
    for name, row in rows.items():
        if (
            row.months_short >= several
            and name not in group.several
            and ("several", name) not in struck
        ):
            yield _error(name, f"{name}：{row.months_short}个月未达到，却没有列入多次未达到的名单")
        if row.months_short == whole and name not in group.every and ("every", name) not in struck:
            yield _error(name, f"{name}：每月均未达到，却没有列入名单")
        if name in group.every and row.months_short < whole:
            yield _error(name, f"{name}：并非每月未达到，却列入每月均未达到的名单")
        if name in group.several and not row.months_short:
            yield _error(name, f"{name}：没有未达到的月份，却列入多次未达到的名单")


def _columns(b: Bulletin) -> Iterator[Fault]:
    for row in b.columns:
        if not row.units:
            yield Fault("note", row.name, f"{row.name}栏目：超期但没有责任单位，请在台账中补上")
        if row.newest and row.due and row.newest > row.due:
            yield _error(row.name, f"{row.name}栏目：更新期限早于最近更新日期")
        if row.due and row.days_over <= 0:
            yield _error(row.name, f"{row.name}栏目：列为超期，但到检查日并未超过期限")
    for name, times in Counter(
        row.outlet for row in (*b.columns, *b.blank_columns, *b.unknown_columns)
    ).items():
        if times > 1:
            yield _error(name, f"栏目{name}：在名单中出现{times}次")


def _accounts(b: Bulletin) -> Iterator[Fault]:
    for row in b.registered:
        if not row.units:
            yield Fault("note", row.name, f"账号“{row.name}”：没有维护单位，请在台账中补上")


def _coverage(b: Bulletin) -> Iterator[Fault]:
    accused = [*b.columns, *b.blank_columns, *b.idle, *b.blank_accounts]
    if b.coverage.failed and accused:
        yield _error("覆盖", "检查当晚抓取失败，不得据以点名；请重新抓取后再印")
    if b.coverage.known and b.coverage.looked < LEAST_COVERAGE * b.coverage.known:
        share = b.coverage.looked * 100 / b.coverage.known
        yield Fault(
            "note",
            "覆盖",
            f"检查期间应查{b.coverage.known}个，只查到{b.coverage.looked}个（{share:.1f}%），请说明",
        )
    if b.check_from > b.check_to:
        yield _error("检查期间", "检查期间的起止日期颠倒")
    if b.draft:
        yield Fault(
            "note", "草稿", f"只是草稿：{'；'.join(b.draft)}；没有看到的不作判定，封存须写明理由"
        )
    elif b.period.end >= b.printed:
        yield Fault(
            "note", "统计期", f"印发时统计期尚未结束（至{b.period.end}），未结束的月份不作判定"
        )


def _deadlines(b: Bulletin, works: Callable[[date], bool] | None) -> Iterator[Fault]:
    for year in b.unknown_years:
        yield Fault(
            "note",
            "时限",
            f"{year}年的节假日安排尚不知道，时限按周一至周五推算，请核对或在 monitor.letters 填 holidays、workdays",
        )
    for name, day in b.deadlines:
        if day <= b.printed:
            yield _error(name, f"{name}{day}不晚于印发日期")
        elif works is not None and not works(day):
            yield _error(name, f"{name}{day}不是工作日")


def _open_questions(b: Bulletin) -> Iterator[Fault]:
    waiting = sum(question.count for question in b.questions)
    if waiting:
        yield Fault("note", "待认定", f"有{waiting}条信息的来源待人工认定，可能使有的单位少计")
    new = sum(not account.sure for account in b.found_accounts)
    if new:
        yield Fault(
            "note",
            "未登记账号",
            f"门户上有{new}个账号台账中没有登记，待人工核实（gengxin accounts found）",
        )
    late = sum(post.late for post in b.posts)
    if late:
        yield Fault(
            "note", "补录", f"有{late}条信息疑似补录或倒填日期，按出现的月份计或不计，见“依据”"
        )


def _own_text(b: Bulletin) -> Iterator[Fault]:
    for fault in check(claims(text_blocks(b)), quota=_quota(b)):
        yield Fault(fault.level, fault.subject, f"正文与附件核对：{fault.sentence}")


def _quota(b: Bulletin) -> int | None:
    quotas = {row.quota for group in b.groups for row in group.rows}
    return quotas.pop() if len(quotas) == 1 else None


def _error(subject: str, sentence: str) -> Fault:
    return Fault("error", subject, sentence)
