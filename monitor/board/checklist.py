"""Sites and accounts for the people's indicators, with what the machine says of them now. Pure
queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Select, func, select

from crawler.model import OutletKind, shanghai_day
from crawler.store.tables import OutletRow, SiteRow
from monitor.board.filters import Selection
from monitor.board.paging import ROWS, Paged, within
from monitor.findings.standing import StandingRow
from monitor.judging.checklist import (
    Answered,
    ChecklistResult,
    Indicator,
    answers,
    items,
    kind_of,
    results_of,
)
from monitor.model import Value, Verdict
from monitor.record.tables import FindingRow, SaidRow

IDLE = "account_idle"


@dataclass(frozen=True, slots=True)
class Subject:
    """A site or account with its result; ``answered`` of ``asked`` indicators have a person's
    answer."""

    key: str
    name: str
    kind: str
    result: ChecklistResult | None
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class AskedIndicator:
    """An indicator with the answer in force."""

    item: Indicator
    given: Answered | None


def listed(
    connection: Connection, period: str, now: datetime, wanted: Selection, page: int = 1
) -> Paged[Subject]:
    """Sites first, then accounts, a page at a time, each with its result for ``period``. A site is
    no unit's."""
    kind = wanted["kind"]
    sites = [] if kind == "account" or wanted["unit"] else _sites(connection, wanted["text"])
    accounts = _accounts_query(wanted, shanghai_day(now))
    total = (
        0
        if kind == "site"
        else int(
            connection.execute(select(func.count()).select_from(accounts.subquery())).scalar_one()
        )
    )
    page = within(page, len(sites) + total)
    start = (page - 1) * ROWS
    here = sites[start : start + ROWS]
    if kind != "site" and len(here) < ROWS:
        query = (
            accounts.order_by(OutletRow.id)
            .offset(max(0, start - len(sites)))
            .limit(ROWS - len(here))
        )
        here = [*here, *((f"outlet:{row.id}", row.name) for row in connection.execute(query))]
    return Paged(
        _subjects(connection, here, answers(connection, period, now)), page, len(sites) + total
    )


def one(
    connection: Connection, key: str, period: str, now: datetime
) -> tuple[Subject, tuple[AskedIndicator, ...]] | None:
    """One site or account with every indicator; ``None`` for one that is none."""
    kind, _, id = key.partition(":")
    if kind == "site":
        query = select(SiteRow.name).where(SiteRow.id == id, SiteRow.retired_at.is_(None))
    else:
        accounts = OutletRow.kind == OutletKind.ACCOUNT.value
        query = select(OutletRow.name).where(
            OutletRow.id == id, OutletRow.retired_at.is_(None), accounts
        )
    if kind not in ("site", "outlet"):
        return None
    name = connection.execute(query).scalar()
    if name is None:
        return None
    given = answers(connection, period, now)
    (subject,) = _subjects(connection, [(key, name)], given)
    asked = tuple(
        AskedIndicator(item, given.get((key, item.id)))
        for item in items()
        if item.applies == kind_of(key)
    )
    return subject, asked


def _sites(connection: Connection, text: str) -> list[tuple[str, str]]:
    query = (
        select(SiteRow.id, SiteRow.name).where(SiteRow.retired_at.is_(None)).order_by(SiteRow.id)
    )
    if text:
        query = query.where(SiteRow.name.contains(text, autoescape=True))
    return [(f"site:{row.id}", row.name) for row in connection.execute(query)]


def _accounts_query(wanted: Selection, today: date) -> Select[str, str]:
    return select(OutletRow.id, OutletRow.name).where(
        OutletRow.kind == OutletKind.ACCOUNT.value,
        OutletRow.retired_at.is_(None),
        *wanted.conditions(today),
    )


def _subjects(
    connection: Connection,
    pairs: Sequence[tuple[str, str]],
    given: Mapping[tuple[str, str], Answered],
) -> list[Subject]:
    results = {
        one.subject: one
        for one in results_of(pairs, _verdicts(connection, [key for key, _ in pairs]), given)
    }
    found = []
    for key, name in pairs:
        asked = [item for item in items() if item.applies == kind_of(key)]
        done = sum((key, item.id) in given for item in asked)
        found.append(Subject(key, name, kind_of(key), results.get(key), done, len(asked)))
    return found


def _verdicts(connection: Connection, keys: Sequence[str]) -> Iterable[Verdict]:
    """The machine's veto rules as they stand. Of an account only its gravest verdict is kept, so
    that its own rule is read from what is said of it: nothing said of a judged account is a fresh
    one."""
    rows = connection.execute(
        select(StandingRow.__table__).where(StandingRow.subject.in_(keys))
    ).all()
    yield from (
        Verdict(r.rule, r.subject, Value(r.value), r.sentence, r.clause, cause=r.cause, name=r.name)
        for r in rows
        if r.kind == "site" or r.rule == IDLE
    )
    stood = {r.subject: r for r in rows if r.kind == "account" and r.rule != IDLE}
    said = select(SaidRow.subject, SaidRow.value, SaidRow.cause, SaidRow.clause)
    said = said.where(
        SaidRow.rule == IDLE, SaidRow.until.is_(None), SaidRow.subject.in_(sorted(stood))
    )
    now = {r.subject: r for r in connection.execute(said)}
    told = select(FindingRow.subject, FindingRow.sentence)
    told = told.where(
        FindingRow.rule == IDLE, FindingRow.closed.is_(None), FindingRow.subject.in_(sorted(stood))
    )
    sentences = {r.subject: r.sentence for r in connection.execute(told)}
    for subject, row in stood.items():
        mine = now.get(subject)
        value = Value(mine.value) if mine else Value.FRESH
        sentence = sentences.get(subject, "更新情况见账号页")
        yield Verdict(
            IDLE,
            subject,
            value,
            sentence,
            mine.clause if mine else "",
            cause=mine.cause if mine else "",
            name=row.name,
        )
