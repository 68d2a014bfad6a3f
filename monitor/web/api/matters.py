"""Units, findings and orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from crawler.model import shanghai_day
from monitor.board import spans
from monitor.board.filters import Selection
from monitor.board.filters.findings import FILTERS, wanted_of
from monitor.board.filters.orders import FILTERS as ORDER_FILTERS
from monitor.judging.unit_rhythm import MonthKept, months_kept
from monitor.model import NOT_COUNTED
from monitor.rectify import orders as rooms
from monitor.web.api import models
from monitor.web.api.gate import Reading, fresh, scope_of
from monitor.web.api.paging import Paged
from monitor.web.api.words import NO_NUL, part, said
from monitor.web.filters import from_interface
from monitor.web.gate import NotFound
from monitor.web.state import Web, web_of

router = APIRouter(dependencies=[Depends(fresh)])
Kept = Annotated[Web, Depends(web_of)]
UnitId = Annotated[
    str, part("单位编号", "Id of the unit", min_length=1, max_length=64, pattern=r"^[\w.-]+$")
]
Number = Annotated[str, part("编号", "Number", min_length=1, max_length=60, pattern=NO_NUL)]
Findings = Annotated[Selection, Depends(from_interface(FILTERS))]
Orders = Annotated[Selection, Depends(from_interface(ORDER_FILTERS))]
MONTHS = 13
FINDING = tuple(models.FindingLine.model_fields)
ORDER = tuple(models.OrderLine.model_fields)
SHORT = re.compile(r"[0-9]{4}-[0-9]{1,6}|[^-]+")
"""A short number whose serial fits the store's integer, or a full one."""


@router.get("/units", tags=["units"], **said("单位", "Units"))
def units(who: Reading, web: Kept) -> models.Units:
    """The units of the catalogue (a unit's contact: only their own)."""
    scope = scope_of(who)
    with web.office.reader.connect() as connection:
        found = [row for row in spans.units(connection) if not scope or row["id"] == scope]
    return models.Units(total=len(found), rows=[models.UnitLine(**_unit(row)) for row in found])


@router.get("/units/{id}", tags=["units"], **said("一个单位：各月条数", "One unit with its months"))
def unit(who: Reading, web: Kept, id: UnitId) -> models.UnitCard:
    """What counted in the last 13 months, as the last night counted it."""
    scope = scope_of(who)
    with web.office.reader.connect() as connection:
        row = next((row for row in spans.units(connection) if row["id"] == id), None)
        if row is None or (scope and scope != id):
            raise NotFound("没有这个单位")
        months = spans.months_back(shanghai_day(web.clock()), MONTHS)
        kept = {one.month: one for one in months_kept(connection, months, id)}
        waiting = _waiting(connection, id, web)
    lines = [_month(month, kept.get(month)) for month in months]
    return models.UnitCard(months=lines, open_findings=waiting, **_unit(row))


@router.get("/findings", tags=["findings"], **said("问题", "Findings"))
def findings(who: Reading, web: Kept, wanted: Findings, paged: Paged) -> models.Findings:
    """Findings that match, the newest first (a unit's contact: only those of the unit)."""
    scope = scope_of(who)
    if scope and wanted["unit"] not in ("", scope):
        raise NotFound("您只能查看本单位的问题")
    wanted = wanted.changed(unit=scope, whose="units") if scope else wanted
    with web.office.reader.connect() as connection:
        found = spans.findings(connection, wanted, web.clock(), paged.limit, paged.offset)
    return models.Findings(rows=[_finding(row) for row in found.rows], **paged.told(found.total))


@router.get("/findings/{number}", tags=["findings"], **said("一个问题", "One finding"))
def finding(who: Reading, web: Kept, number: Number) -> models.FindingLine:
    """A finding by its number."""
    scope = scope_of(who)
    with web.office.reader.connect() as connection:
        row = spans.finding(connection, number)
    if row is None or (scope and (row["ours"] or scope not in row["units"])):
        raise NotFound("没有这个问题")
    return _finding(row)


@router.get("/orders", tags=["orders"], **said("整改通知", "Orders"))
def orders(who: Reading, web: Kept, wanted: Orders, paged: Paged) -> models.Orders:
    """Orders that match, the nearest deadline first (a unit's contact: only those of the unit)."""
    scope, state, unit = scope_of(who), wanted["state"], wanted["unit"]
    if scope and unit not in ("", scope):
        raise NotFound("您只能查看本单位的整改通知")
    states = {"open": rooms.OPEN, "all": rooms.EVERY}.get(state, (state,))
    with web.office.reader.connect() as connection:
        found = rooms.listed(connection, states=states)
    mine = [one for one in found if not (scope or unit) or (scope or unit) in one.units]
    rows = mine[paged.offset : paged.offset + paged.limit]
    return models.Orders(rows=[_order(one) for one in rows], **paged.told(len(mine)))


@router.get(
    "/orders/{number}",
    tags=["orders"],
    **said("一份整改通知（文号或 2020-1）", "One order (number, or 2020-1)"),
)
def order(who: Reading, web: Kept, number: Number) -> models.OrderLine:
    """An order by its number."""
    scope = scope_of(who)
    try:
        if not SHORT.fullmatch(number):
            raise rooms.StepRefused(number)
        with web.office.reader.connect() as connection:
            found = rooms.one(connection, number)
    except rooms.StepRefused:
        raise NotFound("没有这份整改通知") from None
    if scope and scope not in found.units:
        raise NotFound("没有这份整改通知")
    return _order(found)


def _waiting(connection: Connection, unit: str, web: Web) -> int:
    """Open findings that a unit answers for."""
    wanted = wanted_of(unit=unit, whose="units")
    return spans.findings(connection, wanted, web.clock(), 1, 0).total


def _unit(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "short": row["short"],
        "full": row["full"],
        "group": row["group_name"],
        "quota": row["quota"],
    }


def _month(month: str, kept: MonthKept | None) -> models.MonthLine:
    posts, documents = (kept.posts, kept.documents) if kept else (NOT_COUNTED, NOT_COUNTED)
    return models.MonthLine(
        month=month,
        posts=posts.at_least if posts.complete else None,
        posts_at_least=posts.at_least,
        posts_at_most=posts.at_most,
        documents=documents.at_least if documents.complete else None,
        documents_at_least=documents.at_least,
        documents_at_most=documents.at_most,
        gaps=list(dict.fromkeys((*posts.gaps, *documents.gaps))),
        as_of=kept.as_of if kept else None,
    )


def _finding(row: Mapping[str, Any]) -> models.FindingLine:
    return models.FindingLine(**{name: row[name] for name in FINDING})


def _order(one: rooms.Order) -> models.OrderLine:
    return models.OrderLine(
        **{name: getattr(one, name) for name in ORDER if name != "units"}, units=list(one.units)
    )
