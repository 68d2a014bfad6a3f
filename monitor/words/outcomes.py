"""What came of a look, in Chinese."""

from __future__ import annotations

OUTCOMES = {
    "read": "读取成功",
    "unchanged": "无变化",
    "empty": "空栏目",
    "blocked": "被拦截",
    "unreachable": "无法访问",
    "unreadable": "读不懂",
}
