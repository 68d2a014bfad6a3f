"""What rules, stages and events are called on screen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.rectify.appeals import STATE_NAMES as APPEALS
from monitor.rules import rule_name as rule_name
from monitor.rules import traits
from monitor.words.ends import end_words

STAGES: Mapping[str, str] = {
    "new": "新发现", "told": "已通知", "acked": "已签收", "ordered": "整改中", "replied": "已反馈待复查",
    "closed": "已销号",
}  # fmt: skip
"""Where a finding is on its way, the furthest step that it has reached."""

EVENTS: Mapping[str, str] = {
    "opened": "发现问题", "changed": "情况有变化", "flapping": "反复出现", "closed": "销号", "told": "写入通知",
    "ordered": "发整改通知", "replied": "单位反馈", "reopened": "复查未见更新，退回整改", "order_closed": "整改通知办结",
    "withdrawn": "撤回整改通知", "transferred": "栏目移交，整改通知终结", "acknowledged": "签收", "appealed": "申诉",
    "decided": "申诉核定", "corrected": "我办撤回认定",
}  # fmt: skip
LETTERS: Mapping[str, str] = {
    "waiting": "待发送", "claimed": "发送中", "sent": "已发送", "refused": "未发出", "failed": "发送失败",
    "superseded": "由后来的通知代替",
}  # fmt: skip
LETTER_CHIPS: Mapping[str, str] = {
    "waiting": "waiting", "claimed": "waiting", "sent": "sent", "refused": "bad", "failed": "bad", "superseded": "",
}  # fmt: skip


NUMBERS: Mapping[str, str] = {
    "days": "已过天数", "limit": "期限", "months": "月数", "count": "数量", "floor": "下限", "due": "到期", "failures": "没有看清的次数",
    "faults": "问题处数", "posts": "涉及信息", "suspects": "疑点", "needed": "应达", "asked": "查看次数", "failed": "其中失败",
}  # fmt: skip
"""A verdict's numbers that a person reads; whatever has no name here is for programs."""


def value_word(rule: str, value: str) -> str:
    """The word on a finding's chip; empty = the verdict's own name."""
    return traits(rule).accused if value == "stale" else ""


def titled(name: str, period: str) -> str:
    """A finding's subject, with the month or quarter that it is about."""
    return f"{name} {period}" if period else name


def ended_words(ended: str) -> str:
    """How a finding or order ended."""
    return end_words(ended)


def event_words(kind: str, detail: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """What an event says beyond its name; hostile text like everything that came from outside."""
    of = detail.get("unit", "")
    unit = units.get(of, of)
    said: Mapping[str, tuple[Any, ...]] = {
        "opened": (detail.get("sentence"),),
        "changed": (detail.get("sentence"),),
        "flapping": (f"近期第{detail.get('times', '若干')}次出现",),
        "closed": (ended_words(str(detail.get("reason", ""))), detail.get("sentence")),
        "told": (unit,),
        "ordered": (
            detail.get("order"),
            f"期限{str(detail.get('deadline', ''))[:10]}",
            detail.get("by"),
        ),
        "replied": (detail.get("order"), unit, detail.get("who"), detail.get("text")),
        "reopened": (detail.get("order"),),
        "order_closed": (detail.get("order"), ended_words(str(detail.get("ended", "")))),
        "withdrawn": (detail.get("order"), detail.get("why")),
        "transferred": (
            detail.get("order"),
            "、".join(units.get(u, u) for u in detail.get("to", ())),
        ),
        "acknowledged": (unit, f"{detail.get('until', '')}前不再提醒", detail.get("text")),
        "appealed": (unit, detail.get("reason")),
        "corrected": (detail.get("reason"), detail.get("by")),
        "decided": (
            APPEALS.get(str(detail.get("decision")), ""),
            detail.get("reason"),
            detail.get("by"),
        ),
    }
    return "；".join(str(part) for part in said.get(kind, ()) if part)
