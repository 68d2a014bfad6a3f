"""A bulletin's figures and its faults as lines for a clerk's screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.bulletin_model import DONE, Bulletin
from monitor.bulletin_words import record_line
from monitor.printed_check import Fault

LEVELS = {"error": "错误", "note": "提示"}


def bulletin_lines(found: Bulletin) -> list[str]:
    """The figures of the bulletin's text, as a clerk reads them."""
    names = "、".join
    lines = [found.title.removeprefix("关于")]
    for group in found.groups:
        lines.append(f"  {group.name} {len(group.rows)} 个，发布 {group.total.text} 条")
        lines += [f"    {row.short}：{row.completion}" for row in group.rows if row.completion != DONE]
    portal = found.portal
    lines.append(
        f"  门户共发布 {portal.total.text} 条：列表单位 {portal.listed.text} 条，"
        f"未归属（其他来源）{portal.unattributed.text} 条"
    )
    lines.append(f"  超期栏目 {len(found.columns)} 个")
    lines += [f"    {row.name}：{names(row.units)}，最新信息 {row.newest}" for row in found.columns]
    idle = [f"{row.name}（{row.newest}）" for row in found.idle]
    lines.append(
        f"  登记账号 {len(found.registered)} 个，超期 {len(idle)} 个" + (f"：{names(idle)}" if idle else "")
    )
    none = found.disclosure.none
    lines.append(
        f"  主动公开 {found.disclosure.total.text} 条" + (f"，数量为 0 的：{names(none)}" if none else "")
    )
    lines += [f"  {line}" for line in [record_line(found)] if line]
    return lines


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """One line a fault, errors first as they came."""
    return [f"  [{LEVELS[fault.level]}] {fault.sentence}" for fault in faults]
