"""The filters of what only a person can judge. Its list is of sites and of accounts: a condition is
one on accounts, a site is kept or left by the same values."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true

from crawler.store.tables import DutyRow, OutletRow
from monitor.board.filters._filter import Filter, Sought
from monitor.facts.unit_names import unit_names

KINDS = {"site": "站点", "account": "账号"}


def _answers(ask: Sought) -> ColumnElement[bool]:
    mine = DutyRow.unit_id == ask.value, DutyRow.since <= ask.at
    still = or_(DutyRow.until.is_(None), DutyRow.until > ask.at)
    return OutletRow.id.in_(select(DutyRow.outlet_id).where(*mine, still))


FILTERS = (
    Filter("kind", where=lambda _: true(), label="对象", kind="choice", choices=lambda _: KINDS),
    Filter("unit", where=_answers, label="账号的责任单位", kind="choice", choices=unit_names),
    Filter(
        "text",
        where=lambda ask: OutletRow.name.contains(ask.value, autoescape=True),
        label="名称",
    ),
)
LISTS = {"/checklist": FILTERS}
