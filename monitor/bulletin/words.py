"""Words that bulletins print: platforms, states, and the fields that an office may use in its own
sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.bulletin.model import Bulletin
from monitor.days.calendar import chinese_day

STATES: Mapping[str, str] = {
    "registered": "已备案", "unregistered": "未备案", "closing": "注销中", "closed": "已注销", "merged": "已合并",
}  # fmt: skip
VERDICTS: Mapping[str, str] = {
    "fresh": "正常", "due_soon": "即将超期", "stale": "超期", "blank": "空白", "unknown": "未知", "exempt": "豁免",
}  # fmt: skip
FORM = (
    "序号", "平台类型", "账号名称", "运营主体", "网址/二维码", "是否建立信息审核机制", "联系人姓名、手机号码",
    "负责人姓名、手机号码",
)  # fmt: skip
FORM_NOTES = (
    "1.平台类型为开通（或入驻）新媒体平台的类型，如新浪微博、微信公众号、人民日报客户端等。",
    "2.运营主体为负责维护发布信息的本级单位或下设部门的名称。",
    "3.信息内容审核机制应附相关工作制度进行说明。",
)


ROOT_SHOWN = 16
"""Hexadecimal digits of a root on paper: enough to find its row, short enough to be typed."""


def record_line(bulletin: Bulletin) -> str:
    """The foot of a frozen paper: the root of the record of that day; empty for a draft."""
    record = bulletin.record
    if record is None:
        return ""
    return f"记录根值（{record.day}）：{record.root[:ROOT_SHOWN]}… 可用 gengxin audit verify 核对"


def level(bulletin: Bulletin) -> str:
    """区, 县 or 市: the last character of the place."""
    return bulletin.settings.place[-1] if bulletin.settings.place else "区"


def units_of(units: Sequence[str]) -> str:
    """Units in a sentence, or that nobody answers."""
    return "、".join(units) or "责任单位未明确、"


def fields(bulletin: Bulletin) -> dict[str, str]:
    """The value of every field (``FIELD_NAMES``) for this bulletin."""
    days = dict(bulletin.deadlines)
    return {
        "统计期": bulletin.period.words,
        "印发日期": chinese_day(bulletin.printed),
        **{
            name: chinese_day(days[name]) if name in days else ""
            for name in ("整改时限", "备案时限", "下期末")
        },
        "报送": bulletin.settings.report_to or bulletin.settings.office or "检查单位",
        "地区": bulletin.settings.place,
        "办公室": bulletin.settings.office,
    }
