"""The filters of columns and accounts: what each is called, may be, and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select

from crawler.model import CLASS_NAMES, ColumnClass
from crawler.reading.media import MEDIA_NAMES
from crawler.store.tables import DutyRow
from monitor.board.filters._filter import ApiParameter, Filter, Selection, Sought, selection
from monitor.facts.unit_names import unit_names
from monitor.findings.standing import StandingRow
from monitor.model import VALUE_NAMES, Value
from monitor.words.causes import NOT_JUDGED

S = StandingRow
UNJUDGED = "unjudged"


def _value(ask: Sought) -> ColumnElement[bool]:
    return S.cause == NOT_JUDGED if ask.value == UNJUDGED else S.value == ask.value


def _named(ask: Sought) -> ColumnElement[bool]:
    plain = ask.value.replace("%", "").replace("_", "")
    return or_(S.name.like(f"%{plain}%"), S.outlet_id == ask.value)


def _answers(ask: Sought) -> ColumnElement[bool]:
    mine = DutyRow.unit_id == ask.value, DutyRow.since <= ask.at
    still = or_(DutyRow.until.is_(None), DutyRow.until > ask.at)
    return S.outlet_id.in_(select(DutyRow.outlet_id).where(*mine, still))


KIND = Filter(
    "kind",
    where=lambda ask: S.kind == ask.value,
    api=ApiParameter(
        "column 栏目，account 账号", "column (the default) or account",
        Literal["column", "account"], "column",
    ),
)  # fmt: skip
VALUE = Filter(
    "value",
    where=_value,
    label="判定",
    kind="choice",
    choices=lambda _: (
        {value.value: shown for value, shown in VALUE_NAMES.items()} | {UNJUDGED: "未判定"}
    ),
    api=ApiParameter("判定", "Verdict", Value | None, None),
)
CLASS = Filter(
    "cls",
    where=lambda ask: S.cls == ask.value,
    label="类别",
    kind="choice",
    choices=lambda _: {cls.value: shown for cls, shown in CLASS_NAMES.items()},
    api=ApiParameter("类别", "Class", ColumnClass | None, None),
)
PLATFORM = Filter(
    "platform",
    where=lambda ask: S.platform == ask.value,
    label="平台",
    kind="choice",
    choices=lambda _: MEDIA_NAMES,
)
UNIT = Filter(
    "unit",
    where=_answers,
    label="责任单位",
    kind="choice",
    choices=unit_names,
    api=ApiParameter("责任单位编号", "Id of the unit that answers", bounds={"max_length": 64}),
)
TEXT = Filter(
    "text",
    where=_named,
    label="名称或编号",
    api=ApiParameter("名称或位置里的字", "Words of its name or place", bounds={"max_length": 100}),
)
DAYS = Filter(
    "days",
    where=lambda ask: S.newest <= ask.at - timedelta(days=ask.value),
    label="未更新天数不少于",
    kind="number",
    most=10_000,
    api=ApiParameter(
        "至少多少天没有更新", "At least so many days without a post", int, 0,
        {"ge": 0, "le": 10_000},
    ),
)  # fmt: skip
SOON = Filter(
    "soon",
    where=lambda ask: S.due.between(ask.at, ask.at + timedelta(days=ask.value)),
    label="几天内到期",
    kind="number",
    most=10_000,
    api=ApiParameter("几天内到期", "Due within so many days", int, 0, {"ge": 0, "le": 10_000}),
)
FILTERS: Mapping[str, tuple[Filter, ...]] = {
    "column": (KIND, VALUE, CLASS, UNIT, TEXT, DAYS, SOON),
    "account": (KIND, VALUE, PLATFORM, UNIT, TEXT, DAYS, SOON),
}
"""By kind of list, in the order of their forms."""
EVERY = FILTERS["column"]
"""Those of the interface, which lists either kind."""


LISTS = {"/columns": FILTERS["column"], "/accounts": FILTERS["account"]}


def wanted_of(kind: str, *, sort: str = "gravity", down: bool = False, **given: Any) -> Selection:
    """The columns or accounts that ``given`` asks for, by the names of their filters. ``days``
    keeps what has been silent for at least so many days, ``soon`` what comes due within so many."""
    return selection(FILTERS[kind], {"kind": kind, **given}, sort=sort, down=down)
