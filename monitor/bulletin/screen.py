"""A bulletin's figures and its faults as lines for a clerk's screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.bulletin.coverage import coverage_words, draft_words
from monitor.bulletin.model import DONE, Bulletin
from monitor.bulletin.printed.check import Fault
from monitor.bulletin.words import record_line

LEVELS = {"error": "错误", "note": "提示"}


def bulletin_lines(found: Bulletin) -> list[str]:
    """The figures of the bulletin's text, as a clerk reads them."""
    names = "、".join
    lines = [
        found.title.removeprefix("关于"),
        *([f"  {draft}"] if (draft := draft_words(found)) else []),
    ]
    for group in found.groups:
        lines.append(f"  {group.name} {len(group.rows)} 个，发布 {group.total.said(' 条')}")
        lines += [
            f"    {row.short}：{row.completion}" for row in group.rows if row.completion != DONE
        ]
    portal = found.portal
    lines.append(
        f"  门户共发布 {portal.total.said(' 条')}：列表单位 {portal.listed.said(' 条')}，"
        f"未归属（其他来源）{portal.unattributed.said(' 条')}"
    )
    columns = _unjudged(found, "栏目")
    late = f"{len(found.columns)} 个" if found.columns_judged or found.columns else "未作判定"
    lines.append(f"  超期栏目 {late}" + (f"，另有 {columns} 个未能判定" if columns else ""))
    lines += [f"    {row.name}：{names(row.units)}，最新信息 {row.newest}" for row in found.columns]
    idle = [f"{row.name}（{row.newest}）" for row in found.idle]
    accounts = _unjudged(found, "账号")
    judged = len(found.registered) > accounts
    silent = f"超期 {len(idle)} 个" if judged or idle else "超期未作判定"
    lines.append(
        f"  登记账号 {len(found.registered)} 个，{silent}"
        + (f"：{names(idle)}" if idle else "")
        + (f"，另有 {accounts} 个未能判定" if accounts else "")
    )
    none = found.disclosure.none
    lines.append(
        f"  主动公开 {found.disclosure.total.said(' 条')}"
        + (f"，数量为 0 的：{names(none)}" if none else "")
    )
    lines.append(f"  {coverage_words(found)}")
    lines += [f"  {line}" for line in [record_line(found)] if line]
    return lines


def _unjudged(found: Bulletin, kind: str) -> int:
    """How many columns or accounts have no answer."""
    return sum(one.kind == kind for one in found.unjudged)


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """One line a fault, errors first as they came."""
    return [f"  [{LEVELS[fault.level]}] {fault.sentence}" for fault in faults]
