"""How a finding ends, in one set of words for letters, screens, the record and the error rates."""

from __future__ import annotations

from collections.abc import Mapping

UPHELD, CORRECTED, MISTAKEN = "upheld", "corrected", "mistaken"
"""An appeal was right; the office took the accusation back by itself; what the list showed then was
read only later."""
TAKEN_BACK = (UPHELD, CORRECTED, MISTAKEN)
"""Ends that say that the accusation should never have been made."""
ENDS: Mapping[str, str] = {
    "fresh": "已更新，自动销号",
    "due_soon": "已更新，自动销号",
    "exempt": "已获豁免",
    UPHELD: "申诉成立，已更正",
    CORRECTED: "经核对不成立，已撤回并更正",
    MISTAKEN: "认定时信息已在栏目中，系统未能读出，已撤回",
    "retired": "已不在台账中",
    "period_over": "考核期已过",
}
"""By the reason of the closing event."""
OTHER = "不再判定"


def end_words(ended: str) -> str:
    """How it ended; empty for what has not."""
    return ENDS.get(ended, OTHER) if ended else ""
