"""The filters of content suspects: what each is called and may be. The desk, which a command asks
too, knows what each keeps."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, true

from crawler.checks.rules import FAMILIES, RULES
from monitor.board.filters._filter import Filter, Selection, Sought
from monitor.desk.content import STATES, WantedSuspects, totals
from monitor.facts.unit_names import unit_names


def suspects(wanted: Selection) -> WantedSuspects:
    """The same for the desk."""
    given = {**wanted.given, "state": "" if wanted["state"] == "all" else wanted["state"]}
    return WantedSuspects(**given)


def _by_the_desk(_: Sought) -> ColumnElement[bool]:
    return true()


def _rules(connection: Connection) -> Mapping[str, str]:
    found = totals(connection)
    counts = {rule: f"（{found[rule]}）" if found.get(rule) else "" for rule in RULES}
    return {rule: f"{one.title}{counts[rule]}" for rule, one in RULES.items()}


FILTERS = (
    Filter(
        "state",
        where=_by_the_desk,
        label="状态",
        kind="choice",
        choices=lambda _: {**STATES, "all": "全部"},
        every="",
        default="open",
    ),
    Filter("family", where=_by_the_desk, label="类别", kind="choice", choices=lambda _: FAMILIES),
    Filter("rule", where=_by_the_desk, label="规则", kind="choice", choices=_rules),
    Filter("unit", where=_by_the_desk, label="栏目责任单位", kind="choice", choices=unit_names),
    Filter("column", where=_by_the_desk, linked=True),
    Filter("text", where=_by_the_desk, label="标题、原文"),
)
LISTS = {"/content": FILTERS}
