"""The filters of findings: what each is called, may be, and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, exists, or_, select, true

from crawler.model import utc
from monitor.board.filters._filter import ApiParameter, Filter, Selection, Sought, selection
from monitor.board.lateness import late
from monitor.board.words import STAGES, rule_name
from monitor.facts.unit_names import unit_names
from monitor.findings.ledger import answered_by
from monitor.model import VALUE_NAMES
from monitor.record.tables import FindingRow
from monitor.rectify.appeals import WAITING, AppealRow
from monitor.rectify.orders import OrderRow

F, ORDER = FindingRow, OrderRow
APPEALED = exists().where(AppealRow.finding_id == F.id, AppealRow.state == WAITING).correlate(F)


def rules_known(connection: Connection) -> Mapping[str, str]:
    """The rules that have findings, by name, for a choice."""
    rows = connection.execute(select(F.rule).distinct()).scalars()
    return dict(sorted(((rule, rule_name(rule)) for rule in rows), key=lambda pair: pair[1]))


def _state(ask: Sought) -> ColumnElement[bool]:
    ends = {"open": F.closed.is_(None), "closed": F.closed.is_not(None)}
    return ends.get(ask.value, true())


def _since(ask: Sought) -> ColumnElement[bool]:
    """Closed ones were closed since then, others opened."""
    moment = F.closed if ask.given.get("state") == "closed" else F.opened
    return moment >= utc(ask.value)


def _named(ask: Sought) -> ColumnElement[bool]:
    return or_(
        F.name.contains(ask.value, autoescape=True),
        F.number == ask.value,
        F.subject == ask.value,
    )


STATES = {"open": "未销号", "closed": "已销号", "all": "全部"}
WHOSE = {"units": "单位", "ours": "我办"}
STATE = Filter(
    "state",
    where=_state,
    label="状态",
    kind="choice",
    choices=lambda _: STATES,
    every="",
    default="open",
    api=ApiParameter(
        "open 未销号，closed 已销号，all 全部", "open, closed or all",
        Literal["open", "closed", "all"], "open",
    ),
)  # fmt: skip
STAGE = Filter(
    "stage",
    where=lambda _: true(),
    label="进展",
    kind="choice",
    choices=lambda _: {stage: shown for stage, shown in STAGES.items() if stage != "closed"},
)
"""The stage is no column: the list keeps those that stand at it."""
RULE = Filter(
    "rule",
    where=lambda ask: F.rule == ask.value,
    label="问题类别",
    kind="choice",
    choices=rules_known,
    api=ApiParameter("规则", "Rule", bounds={"max_length": 60}),
)
VALUE = Filter(
    "value",
    where=lambda ask: F.value == ask.value,
    label="判定",
    kind="choice",
    choices=lambda _: {value.value: shown for value, shown in VALUE_NAMES.items()},
)
UNIT = Filter(
    "unit",
    where=lambda ask: answered_by(ask.value),
    label="责任单位",
    kind="choice",
    choices=unit_names,
    api=ApiParameter("责任单位编号", "Id of a unit that answers", bounds={"max_length": 64}),
)
OWNER = Filter(
    "whose",
    where=lambda ask: F.ours.is_(ask.value == "ours"),
    label="由谁处理",
    kind="choice",
    choices=lambda _: WHOSE,
)
SINCE = Filter("since", where=_since, label="发现（销号）不早于", kind="moment")
TEXT = Filter("text", where=_named, label="名称或编号")
SUBJECT = Filter(
    "subject",
    where=lambda ask: F.subject == ask.value,
    api=ApiParameter("对象，如 outlet:编号", "Subject, like outlet:ID", bounds={"max_length": 120}),
)
LATE = Filter(
    "late",
    where=lambda ask: F.id.in_(select(ORDER.finding_id).where(late(ask.at)).correlate(None)),
    label="只看逾期",
    kind="tick",
)
WAITING_APPEAL = Filter("appealed", where=lambda _: APPEALED, label="只看申诉待核", kind="tick")
BEGINS = {"whose": "units"}
FILTERS = (
    STATE, STAGE, RULE, VALUE, UNIT, OWNER, SINCE, TEXT, SUBJECT, LATE, WAITING_APPEAL,
)  # fmt: skip
ON_THE_BOARD = (RULE, UNIT, OWNER, LATE)
BOARD_FILTERS = tuple(
    replace(
        one,
        label=one.label if one in ON_THE_BOARD else "",
        default=BEGINS.get(one.name, one.default),
    )
    for one in FILTERS
)
"""The board of stages may be narrowed by a few of them, and begins with what units must do."""


LISTS = {"/findings": FILTERS, "/findings/board": BOARD_FILTERS}


def wanted_of(**given: Any) -> Selection:
    """The findings that ``given`` asks for, by the names of their filters; open ones where it says
    nothing else."""
    return selection(FILTERS, given)
