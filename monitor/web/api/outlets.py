"""Columns and accounts: lists, one, its posts, its looks, its verdicts with proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from crawler.model import shanghai_day
from monitor.access.visitor import Visitor
from monitor.board import outlets as board
from monitor.board import spans
from monitor.board.filters import Selection
from monitor.board.filters.outlets import EVERY, FILTERS
from monitor.judging.evaluate import explain
from monitor.model import Value
from monitor.web.api import models
from monitor.web.api.gate import Reading, fresh, scope_of
from monitor.web.api.paging import Paged, Wanted
from monitor.web.api.words import asked, part, said
from monitor.web.filters import from_interface
from monitor.web.gate import NotFound
from monitor.web.state import Web, web_of

router = APIRouter(tags=["outlets"], dependencies=[Depends(fresh)])
Kept = Annotated[Web, Depends(web_of)]
Id = Annotated[
    str,
    part("栏目或账号编号", "Id of the outlet", min_length=1, max_length=64, pattern=r"^[\w.-]+$"),
]
Listed = Annotated[Selection, Depends(from_interface(EVERY))]
Accounts = Annotated[Selection, Depends(from_interface(FILTERS["account"], kind="account"))]
Sort = Annotated[
    Literal["gravity", "name", "newest", "due", "look"],
    asked("排序：轻重、名称、最新信息、到期、最近查看", "Order: gravity, name, newest, due, look"),
]
Down = Annotated[bool, asked("倒序", "The other way round")]
COLUMNS_OF_A_POST = tuple(models.PostLine.model_fields)
COLUMNS_OF_A_LOOK = tuple(models.VisitLine.model_fields)


@router.get("/outlets", **said("栏目和账号", "Columns and accounts"))
def outlets(
    who: Reading,
    web: Kept,
    paged: Paged,
    wanted: Listed,
    sort: Sort = "gravity",
    down: Down = False,
) -> models.Outlets:
    """Columns (or accounts) that match, a span at a time."""
    return _listed(web, who, replace(wanted, sort=sort, down=down), paged)


@router.get("/accounts", tags=["accounts"], **said("政务新媒体账号", "New-media accounts"))
def accounts(
    who: Reading, web: Kept, wanted: Accounts, paged: Paged, sort: Sort = "gravity",
    down: Down = False,
) -> models.Outlets:  # fmt: skip
    """Accounts that match, a span at a time."""
    return _listed(web, who, replace(wanted, sort=sort, down=down), paged)


@router.get("/outlets/{id}", **said("一个栏目或账号", "One column or account"))
def outlet(who: Reading, web: Kept, id: Id) -> models.OutletLine:
    """One outlet as its list shows it."""
    today = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        row = _known(connection, web, who, id)
        stands = spans.standing(connection, f"outlet:{id}")
        units = board.units_short(connection, [id], today)[id]
    newest = row["newest"]
    return models.OutletLine(
        **{
            name: row[name]
            for name in ("id", "kind", "name", "path", "cls", "platform", "url", "newest")
        },
        value=stands.get("value", Value.UNKNOWN.value),
        sentence=stands.get("sentence", ""),
        cause=stands.get("cause", ""),
        days=(today - newest).days if newest else None,
        due=stands.get("due"),
        looked=row["last_look"],
        seen=row["last_conclusive"],
        since=stands.get("since"),
        units=list(units),
    )


@router.get("/outlets/{id}/posts", **said("栏目或账号的信息", "Its posts"))
def posts(who: Reading, web: Kept, id: Id, paged: Paged) -> models.Posts:
    """Posts with the proof of their dates, the newest first."""
    with web.office.reader.connect() as connection:
        _known(connection, web, who, id)
        found = spans.posts(connection, id, paged.limit, paged.offset)
    rows = [models.PostLine(**{n: row[n] for n in COLUMNS_OF_A_POST}) for row in found.rows]
    return models.Posts(rows=rows, **paged.told(found.total))


@router.get("/outlets/{id}/visits", **said("抓取记录", "The looks at it"))
def visits(who: Reading, web: Kept, id: Id, paged: Paged) -> models.Visits:
    """Looks, the newest first; blocked and broken ones too."""
    with web.office.reader.connect() as connection:
        _known(connection, web, who, id)
        found = spans.visits(connection, id, paged.limit, paged.offset)
    rows = [models.VisitLine(**{n: row[n] for n in COLUMNS_OF_A_LOOK}) for row in found.rows]
    return models.Visits(rows=rows, **paged.told(found.total))


@router.get("/outlets/{id}/verdicts", **said("判定及依据", "Its verdicts with proof"))
def verdicts(who: Reading, web: Kept, id: Id) -> models.Verdicts:
    """Every rule's verdict, judged now from the store, with the newest posts as proof."""
    now, settings = web.clock(), web.office.settings
    with web.office.reader.connect() as connection:
        _known(connection, web, who, id)
    found = explain(
        web.office.reader, settings.monitor, id, now, horizon=settings.crawl.backfill_from, posts=10
    )
    if found is None:
        raise NotFound("这个栏目或账号已不在台账里")
    names, shown = tuple(models.VerdictLine.model_fields), tuple(models.Proof.model_fields)
    return models.Verdicts(
        outlet=id,
        as_of=now,
        verdicts=[models.VerdictLine(**{n: getattr(v, n) for n in names}) for v in found.verdicts],
        proofs=[models.Proof(**{n: getattr(p, n) for n in shown}) for p in found.posts],
    )


def _listed(web: Web, who: Visitor, wanted: Selection, paged: Wanted) -> models.Outlets:
    scope = scope_of(who)
    if scope and wanted["unit"] not in ("", scope):
        raise NotFound("您只能查看本单位的栏目和账号")
    if scope:
        wanted = wanted.changed(unit=scope)
    today = shanghai_day(web.clock())
    with web.office.reader.connect() as connection:
        rows, total = _span(connection, wanted, today, paged)
    return models.Outlets(rows=[_line(line, wanted["kind"]) for line in rows], **paged.told(total))


def _span(
    connection: Connection, wanted: Selection, today: Any, paged: Wanted
) -> tuple[Sequence[board.ListedOutlet], int]:
    """The board turns whole pages: a span that does not begin with one lies on two."""
    page, into = divmod(paged.offset, paged.limit)
    first = board.lines(connection, wanted, today, page + 1, paged.limit)
    if paged.offset >= first.total:
        return (), first.total
    rows = list(first.rows)[into:]
    if into and first.page < first.pages:
        rows += list(board.lines(connection, wanted, today, page + 2, paged.limit).rows)[:into]
    return rows, first.total


def _line(line: board.ListedOutlet, kind: str) -> models.OutletLine:
    names = [
        name for name in models.OutletLine.model_fields if name not in ("kind", "units", "value")
    ]
    told = {name: getattr(line, name) for name in names}
    value = Value(line.value or Value.UNKNOWN).value
    return models.OutletLine(kind=kind, units=list(line.units), value=value, **told)


def _known(connection: Connection, web: Web, who: Visitor, id: str) -> Any:
    """The outlet, when the caller may see it; one of another unit is not there for them."""
    found, scope = spans.outlet(connection, id), scope_of(who)
    if found is None or (scope and not spans.answers_for(connection, scope, id, web.clock())):
        raise NotFound("没有这个栏目或账号")
    return found
