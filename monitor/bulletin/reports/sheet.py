"""The bulletin as an Excel workbook: a summary, the annexes, and a sheet 依据 with the rows behind
each figure.

Crawled text is inert: nothing becomes a formula or a link, and a text that begins like a formula
gets an apostrophe in front, so that it stays text when somebody saves the sheet as CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from crawler.reading.media import PAPER_NAMES
from monitor.bulletin.coverage import coverage_words, draft_words, reasons_of
from monitor.bulletin.model import AccountRow, Bulletin, ColumnRow, FigurePost, Group
from monitor.bulletin.reports._traits import ReportTraits
from monitor.bulletin.sheet_more import pages
from monitor.bulletin.words import FORM, STATES, VERDICTS, record_line
from monitor.model import Count, together
from monitor.sheets.pen import BROKEN, Cell, Pen, inert

__all__ = ["TRAITS", "inert", "write"]

TRAITS = ReportTraits(
    title="Excel",
    suffix=".xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    holds="通报附件",
)
EVIDENCE = "每个数字对应的信息明细（按“计入单位”“计入月份”筛选，行数即为附件中的数字）"
EVIDENCE_HEAD = (
    "序号", "类别", "计入单位", "计入月份", "发布日期", "标题", "来源", "栏目", "归属理由", "把握", "网址",
)  # fmt: skip
EVIDENCE_WIDTHS = (8, 10, 20, 12, 13, 56, 26, 24, 30, 9, 66)
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""


def write(bulletin: Bulletin, path: Path) -> None:
    """Write ``bulletin`` to ``path``. Raises ``OSError`` when the file cannot be written."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties(
        {
            "title": BROKEN.sub("", bulletin.title)[:250],
            "author": BROKEN.sub("", bulletin.settings.office)[:250],
            "comments": _remark(bulletin),
            "created": bulletin.as_of.replace(tzinfo=None),
        }
    )
    pen = Pen(book)
    _summary(pen, bulletin)
    for number, group in enumerate(bulletin.groups, 1):
        _annex(pen, bulletin, number, group)
    last = len(bulletin.groups)
    _accounts(
        pen, f"附件{last + 1} 新媒体", bulletin.registered, f"附件{last + 1}　现开通政务新媒体情况"
    )
    _form(pen, f"附件{last + 2} 调查表")
    _columns(pen, bulletin)
    _disclosure(pen, bulletin)
    for page in pages(bulletin):
        more = pen.sheet(page.name, page.title, page.widths, landscape=sum(page.widths) > 100)
        pen.table(more, page.head, page.rows, left=page.left)
    _outlook(pen, bulletin)
    _evidence(pen, bulletin)
    _questions(pen, bulletin)
    book.close()


def _remark(bulletin: Bulletin) -> str:
    forced = "；自检未通过，经强制生成" if bulletin.forced else ""
    return f"统计期间{bulletin.period.start}至{bulletin.period.end}；检查期间{bulletin.check_from}至{bulletin.check_to}{forced}"


def _summary(pen: Pen, bulletin: Bulletin) -> None:
    sheet = pen.sheet("汇总", bulletin.title, (36, 14, 60))
    pen.table(sheet, ("项目", "数值", "说明"), _summary_rows(bulletin), left=(0, 2))


def _summary_rows(b: Bulletin) -> list[tuple[Cell, Cell, Cell]]:
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


def _annex(pen: Pen, bulletin: Bulletin, number: int, group: Group) -> None:
    months = bulletin.months
    name = f"附件{number} {group.name}"
    title = f"附件{number}　{bulletin.period.words}{group.name}{bulletin.settings.place}政府网站信息更新情况"
    sheet = pen.sheet(name, title, (6, 20, *(10 for _ in months), 10, 10, 30))
    head = (
        "序号",
        "单位名称",
        *(f"{int(m[5:])}月" for m in months),
        "合计",
        "月任务数",
        "完成情况",
    )
    rows: list[list[Cell]] = [
        [n, row.short, *map(_cell, row.counts), _cell(row.total), row.quota, row.completion]
        for n, row in enumerate(group.rows, 1)
    ]
    short = {
        (n, 2 + m)
        for n, row in enumerate(group.rows)
        for m, state in enumerate(row.states)
        if state == "short"
    }
    end = pen.table(sheet, head, rows, bad=short)
    totals: list[Cell] = [
        "",
        "合计",
        *(_cell(group.month_total(n)) for n in range(len(months))),
        _cell(group.total),
        "",
        "",
    ]
    for column, value in enumerate(totals):
        pen.cell(sheet, end, column, value, pen.sum)
    if number == len(bulletin.groups):
        _reconcile(pen, sheet, end + 1, bulletin, len(months))
        end += 3
    if note := reasons_of(group, months):
        pen.remark(sheet, end + 1, f"注：{note}")


def _reconcile(pen: Pen, sheet: Any, row: int, bulletin: Bulletin, months: int) -> None:
    """The lines that make annexes and headline agree."""
    portal = bulletin.portal
    for label, value in (
        ("附件合计", portal.listed.figure),
        ("未归属", portal.unattributed.figure),
        ("全站合计", portal.total.figure),
    ):
        line: list[Cell] = ["", label, *("" for _ in range(months)), value, "", ""]
        for column, content in enumerate(line):
            pen.cell(sheet, row, column, content, pen.sum)
        row += 1


def _accounts(pen: Pen, name: str, rows: Sequence[AccountRow], title: str) -> None:
    sheet = pen.sheet(name, title, (6, 24, 34, 14, 12, 13, 11, 11, 11, 11, 12), landscape=True)
    head = (
        "序号",
        "维护单位",
        "政务新媒体名称",
        "平台",
        "备案情况",
        "最近更新",
        "距今天数",
        "已知发布",
        "最长间隔天数",
        "超期天数",
        "判定",
    )
    lines: list[list[Cell]] = [
        [
            number,
            "、".join(a.units),
            a.name,
            PAPER_NAMES.get(a.platform, a.platform),
            STATES.get(a.state, a.state),
            a.newest,
            a.days,
            a.posts,
            a.gap,
            a.days_out,
            VERDICTS.get(a.verdict, a.verdict),
        ]
        for number, a in enumerate(rows, 1)
    ]
    pen.table(sheet, head, lines)


def _form(pen: Pen, name: str) -> None:
    sheet = pen.sheet(
        name,
        f"{name.split()[0]}　政务新媒体情况调查表",
        (6, 16, 20, 20, 26, 16, 20, 20),
        landscape=True,
    )
    sheet.write_string(1, 0, "单位名称（盖章）：", pen.note)
    sheet.write_string(1, 5, "填表日期：", pen.note)
    blank: list[list[Cell]] = [[None] * len(FORM) for _ in range(6)]
    end = pen.table(sheet, FORM, blank, at=2)
    sheet.write_string(end, 0, "填表人：", pen.note)
    sheet.write_string(end, 5, "联系电话：", pen.note)


def _columns(pen: Pen, bulletin: Bulletin) -> None:
    sheet = pen.sheet(
        "栏目",
        "栏目更新情况（超期、空白；未能判定的另列于“未判定”）",
        (6, 30, 26, 12, 28, 13, 13, 11, 12, 40, 40),
        landscape=True,
    )
    head = (
        "序号",
        "栏目",
        "路径",
        "类别",
        "责任单位",
        "最近更新",
        "更新期限",
        "超期天数",
        "判定",
        "说明",
        "网址",
    )
    kept = (
        bulletin.unknown_columns if not bulletin.unjudged else ()
    )  # of a bulletin kept before they were listed
    rows = [*bulletin.columns, *bulletin.blank_columns, *kept]
    pen.table(
        sheet,
        head,
        [_column(number, row) for number, row in enumerate(rows, 1)],
        left=(1, 2, 9, 10),
    )


def _column(number: int, row: ColumnRow) -> list[Cell]:
    return [
        number,
        row.name,
        row.path,
        row.cls,
        "、".join(row.units),
        row.newest,
        row.due,
        row.days_over or None,
        VERDICTS.get(row.state, row.state),
        row.sentence,
        row.url,
    ]


def _disclosure(pen: Pen, bulletin: Bulletin) -> None:
    months = bulletin.months
    sheet = pen.sheet(
        "主动公开",
        f"{bulletin.period.words}主动公开政府信息情况",
        (6, 24, *(10 for _ in months), 10),
    )
    rows: list[list[Cell]] = [
        [number, unit, *(count.figure for count in found), together(found).figure]
        for number, (unit, found) in enumerate(bulletin.disclosure.units, 1)
    ]
    if bulletin.disclosure.unattributed.at_least:
        rows.append(
            [None, "未归属", *(None for _ in months), bulletin.disclosure.unattributed.figure]
        )
    pen.table(sheet, ("序号", "单位名称", *(f"{int(m[5:])}月" for m in months), "合计"), rows)


def _outlook(pen: Pen, bulletin: Bulletin) -> None:
    """Ranks inside each group, earlier periods, and the running month's forecast: hints, no
    verdicts."""
    head = (
        "序号",
        "类别",
        "单位名称",
        "发布数",
        "同类名次",
        "同类单位数",
        "上期",
        "比上期",
        "上年同期",
        "比上年同期",
        "本月已发",
        "月末预计",
        "剩余工作日",
    )
    ahead = {found.unit: found for found in bulletin.forecasts}
    rows: list[list[Cell]] = []
    for number, c in enumerate(bulletin.comparisons, 1):
        pace = ahead.get(c.unit)
        rows.append(
            [
                number,
                c.group,
                c.unit,
                c.total.figure,
                c.rank,
                c.of,
                _figure(c.before),
                _change(c.total, c.before),
                _figure(c.year_ago),
                _change(c.total, c.year_ago),
                *((pace.so_far.figure, pace.expected, pace.days_left) if pace else (None,) * 3),
            ]
        )
    title = "同类比较与预计（仅供参考，不作为通报依据；空格表示该期未采集）"
    sheet = pen.sheet("比较", title, (6, 12, 20, *(11 for _ in head[3:])), landscape=True)
    pen.table(sheet, head, rows)


def _cell(count: Count) -> Cell:
    """The number of a complete count, else ``≥12`` or ``未判定``."""
    return count.at_least if count.complete else count.sign


def _figure(count: Count | None) -> Cell:
    return None if count is None else count.figure


def _change(now: Count, then: Count | None) -> int | None:
    """The difference of two complete counts; of any other nobody can say."""
    whole = then is not None and now.complete and then.complete
    return now.at_least - then.at_least if then is not None and whole else None


def _evidence(pen: Pen, bulletin: Bulletin) -> None:
    """Every post and document: filter by unit and month, and the number of lines is the figure."""
    series = [("网站信息", post) for post in bulletin.posts] + [
        ("主动公开", paper) for paper in bulletin.documents
    ]
    for part, first in enumerate(range(0, max(1, len(series)), MOST_ROWS), 1):
        sheet = pen.sheet(
            f"依据{part if part > 1 else ''}", EVIDENCE, EVIDENCE_WIDTHS, landscape=True
        )
        chosen = enumerate(series[first : first + MOST_ROWS], first + 1)
        pen.table(
            sheet,
            EVIDENCE_HEAD,
            [_post(number, kind, line) for number, (kind, line) in chosen],
            left=(5, 10),
            tall=False,
        )


def _post(number: int, kind: str, line: FigurePost) -> list[Cell]:
    reason = line.reason + (
        "；疑似补录，按出现月份计"
        if line.late and line.month
        else "；疑似倒填日期，不计"
        if line.late
        else ""
    )
    return [
        number,
        kind,
        line.unit or "未归属",
        line.month or "不计",
        line.day,
        line.title,
        line.origin,
        "、".join(line.columns),
        reason,
        float(line.confidence),
        line.url,
    ]


def _questions(pen: Pen, bulletin: Bulletin) -> None:
    if not bulletin.questions:
        return
    sheet = pen.sheet(
        "待认定", "来源待人工认定（认定一次，以后沿用）", (6, 30, 30, 34, 8, 50, 50), landscape=True
    )
    rows: list[list[Cell]] = [
        [
            number,
            q.origin or "（无来源）",
            "、".join(q.columns),
            q.reason,
            q.count,
            q.example,
            q.url,
        ]
        for number, q in enumerate(bulletin.questions, 1)
    ]
    pen.table(sheet, ("序号", "来源", "栏目", "原因", "条数", "例", "网址"), rows, left=(5, 6))
