"""The first sheet of the workbook: every figure of the paper with where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.bulletin.coverage import coverage_words, draft_words
from monitor.bulletin.model import Bulletin
from monitor.bulletin.words import record_line
from monitor.model import together
from monitor.sheets.pen import Cell


def summary_rows(b: Bulletin) -> list[tuple[Cell, Cell, Cell]]:
    """What, how many, and what belongs to it."""
    rows: list[tuple[Cell, Cell, Cell]] = [
        ("统计期间", b.period.words, f"{b.period.start}至{b.period.end}"),
        ("检查期间", None, f"{b.check_from}至{b.check_to}"),
        ("印发日期", b.printed, None),
        *((("草稿", None, draft),) if (draft := draft_words(b)) else ()),
        ("门户网站发布信息（条）", b.portal.total.figure, "同一信息在多个栏目只计一次"),
    ]
    for number, group in enumerate(b.groups, 1):
        rows.append(
            (f"{len(group.rows)}个{group.name}发布信息（条）", group.total.figure, f"附件{number}")
        )
    rows.append(("列入附件的单位合计（条）", b.portal.listed.figure, None))
    rows.append(
        ("未归属（条）", b.portal.unattributed.figure, "不属于附件所列单位的信息，构成如下")
    )
    rows += [
        (f"　其中：{name}", together(months).figure, "台账内不计任务的单位")
        for name, months in b.portal.others
    ]
    rows += [
        (f"　其中：{reason}", together(months).figure, None) for reason, months in b.portal.nobody
    ]
    if b.portal.undated:
        rows.append(("日期无法采信的信息（条）", b.portal.undated, "不计入任何月份"))
    for group in b.groups:
        unsure = sum("unknown" in row.states for row in group.rows)
        for label, named in (
            ("做得较好", group.good),
            ("多次未达要求", group.several),
            ("每月均未达要求", group.every),
        ):
            count = _named(named, len(group.rows) - unsure, unsure)
            rows.append((f"{group.name}：{label}", count, "、".join(named)))
    columns, accounts = _unjudged(b, "栏目"), _unjudged(b, "账号")
    answered, dark = len(b.registered) - accounts, len(b.disclosure.unknown)
    seen = len(b.disclosure.units) - dark
    rows += [
        (
            "检查栏目（个）",
            b.columns_judged,
            f"达标{b.columns_passed}个" if b.columns_judged else None,
        ),
        ("更新较差的栏目（个）", _named(b.columns, b.columns_judged or 0, columns), "见“栏目”"),
        (
            "空白栏目（个）",
            _named(b.blank_columns, b.columns_judged or 0, columns),
            "、".join(r.name for r in b.blank_columns),
        ),
        ("未能判定的栏目（个）", columns, "由检查单位核实，不计入通报，见“未判定”"),
        ("未能判定的账号（个）", accounts, "由检查单位核实，不计入通报，见“未判定”"),
        ("登记在册的政务新媒体（个）", len(b.registered), f"附件{len(b.groups) + 1}"),
        (
            "超期未更新的账号（个）",
            _named(b.idle, answered, accounts),
            "、".join(r.name for r in b.idle),
        ),
        (
            "内容空白的账号（个）",
            _named(b.blank_accounts, answered, accounts),
            "、".join(r.name for r in b.blank_accounts),
        ),
        ("未备案的账号（个）", len(b.unregistered), "、".join(r.name for r in b.unregistered)),
        ("主动公开政府信息（条）", b.disclosure.total.figure, "与网站信息分别统计"),
        (
            "主动公开为0的单位（个）",
            _named(b.disclosure.none, seen, dark),
            "、".join(b.disclosure.none),
        ),
        *(
            (f"{line.name}（个）", line.count, f"{line.site}：满{line.limit}个即单项否决")
            for line in b.veto
        ),
        *_by_hand(b),
        (
            "检查覆盖（个）",
            b.coverage.looked,
            f"应查{b.coverage.known}个，台账共{b.coverage.outlets}个",
        ),
        ("监测情况说明", None, coverage_words(b).removeprefix("监测情况说明：")),
    ]
    if line := record_line(b):
        rows.append(("留痕", None, line))
    return rows


def _named(names: Sequence[object], judged: int, unjudged: int) -> Cell:
    """How many are on a list; where there is none, only of how many that was found."""
    if names or (judged and not unjudged):
        return len(names)
    return f"无（另有{unjudged}个未判定）" if judged else "未判定"


def _unjudged(b: Bulletin, kind: str) -> int:
    """How many columns or accounts have no answer; of a bulletin kept before they were listed, its
    columns."""
    found = sum(one.kind == kind for one in b.unjudged)
    return found or (len(b.unknown_columns) if kind == "栏目" else 0)


def _by_hand(b: Bulletin) -> list[tuple[Cell, Cell, Cell]]:
    rows: list[tuple[Cell, Cell, Cell]] = []
    if b.past is not None:
        open_ = [p.name for p in b.past if p.state == "open"]
        rows.append(
            (
                "上期问题未整改（个）",
                len(open_),
                f"上期共{len(b.past)}个；未整改：{'、'.join(open_) or '无'}",
            )
        )
    if b.errors_reported is not None:
        found = b.errors_reported
        rows.append(
            (
                "网民找错留言（条）",
                found.received,
                f"办结{found.done}条，其中超过1个月办结{found.late}条（手工填报）",
            )
        )
    rows += [("表扬", None, f"{c.name}：{c.reason}") for c in b.commended]
    return rows
