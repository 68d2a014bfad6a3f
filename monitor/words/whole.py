"""Of whose counts nothing may be said yet, because nobody knows that their places are all
watched."""

from __future__ import annotations


def counts_open(waiting: int, units: int) -> str:
    """Why the counts of ``waiting`` of ``units`` units accuse nobody; empty where none waits."""
    if not waiting:
        return ""
    return f"{units} 个单位中有 {waiting} 个尚未确认发布栏目是否都在台账里：对这些单位，数量只说看到了多少，不认定不足。"
