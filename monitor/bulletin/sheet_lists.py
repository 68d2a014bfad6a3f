"""The annexes and lists of the workbook: each column declared once, its head with its width and what
it says of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crawler.reading.media import PAPER_NAMES
from monitor.bulletin.model import Bulletin, FigurePost, Group
from monitor.bulletin.sheet_more import by_month
from monitor.bulletin.words import STATES, VERDICTS
from monitor.model import Count
from monitor.sheets.pen import Cell, SheetColumn, SheetPage

EVIDENCE = "每个数字对应的信息明细（按“计入单位”“计入月份”筛选，行数即为附件中的数字）"
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""


@dataclass(frozen=True, slots=True)
class AnnexColumn(SheetColumn):
    """One of an annex of units: ``total`` is what the line of sums says of the group."""

    total: Callable[[Group], Cell] = lambda _: ""


def annex(months: Sequence[str]) -> tuple[AnnexColumn, ...]:
    """The columns of an annex of units by month."""
    return (
        AnnexColumn("单位名称", 20, lambda row: row.short, total=lambda _: "合计"),
        *(_month(month, at) for at, month in enumerate(months)),
        AnnexColumn(
            "合计", 10, lambda row: _cell(row.total), total=lambda group: _cell(group.total)
        ),
        AnnexColumn("月任务数", 10, lambda row: row.quota),
        AnnexColumn("完成情况", 30, lambda row: row.completion),
    )


def _month(month: str, at: int) -> AnnexColumn:
    return AnnexColumn(
        f"{int(month[5:])}月",
        10,
        lambda row: _cell(row.counts[at]),
        total=lambda group: _cell(group.month_total(at)),
    )


def reconciled(bulletin: Bulletin) -> tuple[tuple[str, Cell], ...]:
    """The lines that make annexes and headline agree."""
    portal = bulletin.portal
    return (
        ("附件合计", portal.listed.figure),
        ("未归属", portal.unattributed.figure),
        ("全站合计", portal.total.figure),
    )


def _units(row: Any) -> str:
    return "、".join(row.units)


ACCOUNTS = (
    SheetColumn("维护单位", 24, _units),
    SheetColumn("政务新媒体名称", 34, lambda a: a.name),
    SheetColumn("平台", 14, lambda a: PAPER_NAMES.get(a.platform, a.platform)),
    SheetColumn("备案情况", 12, lambda a: STATES.get(a.state, a.state)),
    SheetColumn("最近更新", 13, lambda a: a.newest),
    SheetColumn("距今天数", 11, lambda a: a.days),
    SheetColumn("已知发布", 11, lambda a: a.posts),
    SheetColumn("最长间隔天数", 11, lambda a: a.gap),
    SheetColumn("超期天数", 11, lambda a: a.days_out),
    SheetColumn("判定", 12, lambda a: VERDICTS.get(a.verdict, a.verdict)),
)


def accounts(bulletin: Bulletin, name: str) -> SheetPage:
    """The annex of accounts; ``name`` is its number."""
    title = f"{name}　现开通政务新媒体情况"
    return SheetPage(f"{name} 新媒体", title, ACCOUNTS, bulletin.registered, landscape=True)


COLUMNS = (
    SheetColumn("栏目", 30, lambda row: row.name, left=True),
    SheetColumn("路径", 26, lambda row: row.path, left=True),
    SheetColumn("类别", 12, lambda row: row.cls),
    SheetColumn("责任单位", 28, _units),
    SheetColumn("最近更新", 13, lambda row: row.newest),
    SheetColumn("更新期限", 13, lambda row: row.due),
    SheetColumn("超期天数", 11, lambda row: row.days_over or None),
    SheetColumn("判定", 12, lambda row: VERDICTS.get(row.state, row.state)),
    SheetColumn("说明", 40, lambda row: row.sentence, left=True),
    SheetColumn("网址", 40, lambda row: row.url, left=True),
)


def columns(bulletin: Bulletin) -> SheetPage:
    """Columns past their date and blank ones; of a bulletin kept before the unjudged were listed,
    those too."""
    kept = bulletin.unknown_columns if not bulletin.unjudged else ()
    title = "栏目更新情况（超期、空白；未能判定的另列于“未判定”）"
    rows = [*bulletin.columns, *bulletin.blank_columns, *kept]
    return SheetPage("栏目", title, COLUMNS, rows, landscape=True)


def disclosure(bulletin: Bulletin) -> SheetPage:
    """Documents of each unit by month."""
    columns = (
        SheetColumn("单位名称", 24, lambda row: row[0]),
        *by_month(bulletin.months, lambda row: row[1]),
    )
    title = f"{bulletin.period.words}主动公开政府信息情况"
    return SheetPage("主动公开", title, columns, bulletin.disclosure.units)


def outlook(bulletin: Bulletin) -> SheetPage:
    """Ranks inside each group, earlier periods, and the running month's forecast: hints, no
    verdicts."""
    ahead = {found.unit: found for found in bulletin.forecasts}

    def of_ahead(value: Callable[[Any], Cell], row: Any) -> Cell:
        return value(ahead[row.unit]) if row.unit in ahead else None

    columns = (
        SheetColumn("类别", 12, lambda c: c.group),
        SheetColumn("单位名称", 20, lambda c: c.unit),
        SheetColumn("发布数", 11, lambda c: c.total.figure),
        SheetColumn("同类名次", 11, lambda c: c.rank),
        SheetColumn("同类单位数", 11, lambda c: c.of),
        SheetColumn("上期", 11, lambda c: _figure(c.before)),
        SheetColumn("比上期", 11, lambda c: _change(c.total, c.before)),
        SheetColumn("上年同期", 11, lambda c: _figure(c.year_ago)),
        SheetColumn("比上年同期", 11, lambda c: _change(c.total, c.year_ago)),
        SheetColumn("本月已发", 11, partial(of_ahead, lambda pace: pace.so_far.figure)),
        SheetColumn("月末预计", 11, partial(of_ahead, lambda pace: pace.expected)),
        SheetColumn("剩余工作日", 11, partial(of_ahead, lambda pace: pace.days_left)),
    )
    title = "同类比较与预计（仅供参考，不作为通报依据；空格表示该期未采集）"
    return SheetPage("比较", title, columns, bulletin.comparisons, landscape=True)


POSTS = (
    SheetColumn("类别", 10, lambda row: row[0]),
    SheetColumn("计入单位", 20, lambda row: row[1].unit or "未归属"),
    SheetColumn("计入月份", 12, lambda row: row[1].month or "不计"),
    SheetColumn("发布日期", 13, lambda row: row[1].day),
    SheetColumn("标题", 56, lambda row: row[1].title, left=True),
    SheetColumn("来源", 26, lambda row: row[1].origin),
    SheetColumn("栏目", 24, lambda row: "、".join(row[1].columns)),
    SheetColumn("归属理由", 30, lambda row: _reason(row[1])),
    SheetColumn("把握", 9, lambda row: float(row[1].confidence)),
    SheetColumn("网址", 66, lambda row: row[1].url, left=True),
)


def evidence(bulletin: Bulletin) -> Iterator[SheetPage]:
    """Every post and document: filter by unit and month, and the number of lines is the figure."""
    series = [("网站信息", post) for post in bulletin.posts] + [
        ("主动公开", paper) for paper in bulletin.documents
    ]
    for part, first in enumerate(range(0, max(1, len(series)), MOST_ROWS), 1):
        name, chosen = f"依据{part if part > 1 else ''}", series[first : first + MOST_ROWS]
        yield SheetPage(
            name, EVIDENCE, POSTS, chosen, first + 1, number_width=8, tall=False, landscape=True
        )


QUESTIONS = (
    SheetColumn("来源", 30, lambda q: q.origin or "（无来源）"),
    SheetColumn("栏目", 30, lambda q: "、".join(q.columns)),
    SheetColumn("原因", 34, lambda q: q.reason),
    SheetColumn("条数", 8, lambda q: q.count),
    SheetColumn("例", 50, lambda q: q.example, left=True),
    SheetColumn("网址", 50, lambda q: q.url, left=True),
)


def questions(bulletin: Bulletin) -> Iterator[SheetPage]:
    """Origins that wait for a person's word, where there are any."""
    if bulletin.questions:
        title = "来源待人工认定（认定一次，以后沿用）"
        yield SheetPage("待认定", title, QUESTIONS, bulletin.questions, landscape=True)


def _reason(line: FigurePost) -> str:
    if not line.late:
        return line.reason
    counted = "疑似补录，按出现月份计" if line.month else "疑似倒填日期，不计"
    return f"{line.reason}；{counted}"


def _cell(count: Count) -> Cell:
    """The number of a complete count, else ``≥12`` or ``未判定``."""
    return count.at_least if count.complete else count.sign


def _figure(count: Count | None) -> Cell:
    return None if count is None else count.figure


def _change(now: Count, then: Count | None) -> int | None:
    """The difference of two complete counts; of any other nobody can say."""
    whole = then is not None and now.complete and then.complete
    return now.at_least - then.at_least if then is not None and whole else None
