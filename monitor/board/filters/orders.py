"""The filters of orders: what each is called, may be, and keeps."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, true

from monitor.board.filters._filter import ApiParameter, Filter, Selection, Sought, selection
from monitor.board.lateness import late as is_late
from monitor.facts.unit_names import unit_names
from monitor.rectify.orders import OPEN, STATE_NAMES, OrderRow


def _state(ask: Sought) -> ColumnElement[bool]:
    if ask.value == "all":
        return true()
    return OrderRow.state.in_(OPEN) if ask.value == "open" else OrderRow.state == ask.value


STATES = {"open": "未办结", **STATE_NAMES, "all": "全部"}
FILTERS = (
    Filter(
        "state",
        where=_state,
        label="状态",
        kind="choice",
        choices=lambda _: STATES,
        every="",
        default="open",
        api=ApiParameter(
            "状态；open 为未办结",
            "State; open = not ended",
            Literal["open", "issued", "replied", "closed", "withdrawn", "moved", "all"],
            "open",
        ),
    ),
    Filter(
        "unit",
        where=lambda ask: OrderRow.unit_id == ask.value,
        label="责任单位",
        kind="choice",
        choices=unit_names,
        api=ApiParameter("责任单位编号", "Id of a unit that answers", bounds={"max_length": 64}),
    ),
    Filter("late", where=lambda ask: is_late(ask.at), label="只看逾期", kind="tick"),
)


LISTS = {"/orders": FILTERS}


def wanted_of(**given: Any) -> Selection:
    """The orders that ``given`` asks for, by the names of their filters; those in force where it
    says nothing else."""
    return selection(FILTERS, given)
