"""The three workbooks of the catalogue, one counter each: how one is read, held against the
catalogue, entered and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from crawler.reading.media import MEDIA_NAMES
from crawler.register.account_import import AccountProposal
from crawler.register.books.proposal import CHANGED, Proposal
from monitor.desk import accounts as accounts_desk
from monitor.desk import columns as columns_desk
from monitor.desk import contacts as contacts_desk


@dataclass(frozen=True, slots=True)
class WorkbookLine:
    """What one row does: ``kind`` is ``added``, ``changed`` or ``ended``; ``fields`` are (name,
    before, after)."""

    kind: str
    cell: str
    name: str
    detail: str = ""
    fields: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class WorkbookCounter:
    """One kind of workbook: how it is read (in a child, with no store at hand), held against the
    catalogue, entered on the record, and told row by row."""

    title: str
    read: Callable[[Path], Any]
    propose: Callable[[Connection, Any, datetime, bool], Proposal[Any]]
    enter: Callable[..., None]
    told: Callable[[Any, Mapping[str, str]], WorkbookLine]


def notes_of(proposal: Proposal[Any]) -> list[str]:
    """What a person should look at before anything is written."""
    if not isinstance(proposal, AccountProposal):
        return list(proposal.notes)
    notes = [f"{one}（原则上一个主体在一个平台只开一个账号）" for one in proposal.twice]
    return [*notes, *_listed("表上没有、台账里有，保持不动", proposal.absent), *proposal.notes]


def _listed(said: str, names: Iterable[str]) -> list[str]:
    known = list(names)
    return [f"{said}（{len(known)}）：{'、'.join(known[:20])}"] if known else []


def _column(one: Any, names: Mapping[str, str]) -> WorkbookLine:
    detail = ""
    if one.new is not None:
        units = "、".join(names.get(unit, unit) for unit in one.new.units) or "没有责任单位"
        detail = f"{one.new.path}；{units}；{one.new.url or '没有网址'}"
    fields = one.fields if one.kind == CHANGED else ()
    return WorkbookLine(one.kind, one.cell, f"{one.name}（{one.id}）", detail, fields)


def _account(one: Any, names: Mapping[str, str]) -> WorkbookLine:
    place = MEDIA_NAMES.get(one.row.platform, one.row.platform)
    return WorkbookLine(
        one.kind, one.cell, f"{one.row.name}（{one.id}）", f"{one.unit_name}；{place}", one.fields
    )


def _contact(one: Any, names: Mapping[str, str]) -> WorkbookLine:
    detail = "" if one.fields else one.line.partition("：")[2]
    return WorkbookLine(one.kind, one.cell, one.unit_name, detail, one.fields)


COUNTERS: Mapping[str, WorkbookCounter] = {
    "columns": WorkbookCounter(
        "栏目维护分工表",
        columns_desk.read,
        lambda c, book, now, loopback: columns_desk.proposed(c, book, now, allow_loopback=loopback),
        columns_desk.enter,
        _column,
    ),
    "accounts": WorkbookCounter(
        "附件4 政务新媒体情况调查表",
        accounts_desk.read,
        lambda c, book, now, _: accounts_desk.proposed(c, book, now),
        accounts_desk.enter,
        _account,
    ),
    "contacts": WorkbookCounter(
        "通讯录",
        contacts_desk.read,
        lambda c, book, now, _: contacts_desk.proposed(c, book, now),
        contacts_desk.enter,
        _contact,
    ),
}
KINDS: Mapping[str, str] = {kind: one.title for kind, one in COUNTERS.items()}
