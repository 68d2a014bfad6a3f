"""How a column's page is built, and a page built anew, in words; whether the new one can be taken
as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.model import Evidence, Shape
from crawler.walking.shapes import (
    DATE,
    FURTHER,
    PLACE,
    ROWS,
    Drifted,
    KeptShape,
)
from monitor.looks.told import page_seen
from monitor.model import OutletFacts
from monitor.words.plain import clean

DIFFERENCES: Mapping[str, str] = {
    PLACE: "列表的位置", DATE: "日期的位置", ROWS: "每页条数", FURTHER: "下一页的网址",
}  # fmt: skip
DATES: Mapping[str, str] = {
    "item after": "标题后面", "item before": "标题前面", "item in": "标题里面", "item": "列表文字", "attr": "标题属性",
    "url": "网址", "comment": "网页注释", "script": "网页脚本", "meta": "页面标签", "label": "页面所印", "id": "信息编号",
    "json": "接口数据", "feed": "订阅源", "updated": "更新时间", "written": "成文日期", "event": "活动日期",
}  # fmt: skip
"""Where a row's day stands, in words."""
DATA = "接口数据，不在网页里"
LONGEST = 160


def proposed(of: OutletFacts) -> bool:
    """Whether the new page can be taken as it is: every row of it is accounted for, and it leads on
    from the known posts."""
    if of.drifted is None or not of.drifted.now.overlaps:
        return False
    look = page_seen(of)
    since = of.drifted.now.first_seen
    whole = (
        look is not None
        and look.moment >= since
        and not look.reason
        and look.evidence is Evidence.COMPLETE  # what was unread of it may be known by now
    )
    return of.drifted.now.whole or whole


def changed(drifted: Drifted) -> str:
    """``列表的位置、每页条数``."""
    return "、".join(DIFFERENCES[one] for one in drifted.differs) or "版式"


def told(kept: KeptShape) -> tuple[tuple[str, str, str], ...]:
    """A kept reading line by line: the :data:`DIFFERENCES` that the line is about, what it is, and
    how it is."""
    shape = kept.shape
    return (
        (PLACE, "列表的位置", place_words(shape)),
        (DATE, "日期的位置", DATES.get(shape.date, "没有日期") if shape.date else "没有日期"),
        (ROWS, "首页条数", f"{shape.rows} 条"),
        (FURTHER, "下一页的网址", clean(shape.further, LONGEST) or "没有下一页"),
    )


def place_words(shape: Shape) -> str:
    """The boxes around the list, the outermost first, the nearest five of them."""
    if shape.place in ((), ("data",)):
        return DATA
    return clean(" › ".join(shape.place[-5:]), LONGEST)
