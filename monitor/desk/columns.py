"""The 栏目维护分工表 for whoever keeps it, at a desk or on a page: read, propose, enter, export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from crawler.model import CLASS_NAMES
from crawler.register.account_cards import CONFIG
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.proposal import ADDED, ENDED, SAME, Proposal
from crawler.register.books.reading import read_workbook
from crawler.register.column_book import (
    ANYBODY,
    MOST_ROWS,
    PURPOSES,
    RENDERS,
    ColumnBook,
    read_columns,
)
from crawler.register.column_import import (
    PURPOSE_SAID,
    RENDER_SAID,
    ColumnChange,
    KeptColumn,
    apply,
    columns_kept,
    propose,
)
from crawler.store.tables import UnitRow
from monitor.desk.naming import office_units
from monitor.findings.standing import follow
from monitor.record.chain import Entry, append
from monitor.sheets.columns_book import write_column_book

HOMES: Mapping[str, str] = {CONFIG: "config.yaml"}


def read(path: Path) -> ColumnBook:
    """The workbook at ``path``. Raises :class:`BadWorkbook`, one sentence with the file's name."""
    grids = read_workbook(path, MOST_ROWS)
    try:
        return read_columns(grids)
    except BadWorkbook as error:
        raise BadWorkbook(f"{path.name}：{error}") from None


def proposed(
    connection: Connection, book: ColumnBook, now: datetime, *, allow_loopback: bool = False
) -> Proposal[ColumnChange]:
    """What ``book`` would change; reads only. ``allow_loopback`` as config.yaml has it."""
    units = office_units(connection, now)
    return propose(connection, book, units, allow_loopback=allow_loopback)


def enter(
    connection: Connection, proposal: Proposal[ColumnChange], now: datetime, *, by: str, proof: str
) -> None:
    """Write ``proposal`` whole, on the record with before and after of each column.

    Raises ``ValueError`` where it has faults, :class:`Outrun` where the catalogue changed since it
    was made.
    """
    apply(connection, proposal, now)
    follow(connection, now)
    moved = [change for change in proposal.changes if change.kind != SAME]
    entries = [
        Entry("column", f"outlet:{one.id}", by, {"proof": proof, **_told(one)}) for one in moved
    ]
    append(
        connection,
        now,
        entries or [Entry("columns", "columns", by, {"proof": proof, "changed": 0})],
    )


def _told(change: ColumnChange) -> dict[str, Any]:
    if change.kind == ENDED:
        return {"before": "在用", "after": "停用", "name": change.name}
    if change.kind == ADDED:
        assert change.new is not None
        new = change.new
        said = {
            "name": new.name,
            "path": new.path,
            "url": new.url,
            "class": new.cls.value,
            "units": list(new.units),
        }
        return {"before": "停用" if change.old else "", "after": said}
    return {
        "before": {name: before for name, before, _ in change.fields},
        "after": {name: after for name, _, after in change.fields},
    }


def export(connection: Connection, path: Path) -> int:
    """Write every column in use into a workbook that imports as no change. Returns how many. Raises
    ``OSError``."""
    names = {row.id: row.short for row in connection.execute(select(UnitRow.id, UnitRow.short))}
    kept = [one for one in columns_kept(connection) if not one.retired]
    kept.sort(key=lambda one: (one.outlet.path, one.outlet.id))
    rows = [_row(one, names) for one in kept]
    write_column_book(path, rows, purposes=list(PURPOSES), renders=list(RENDERS))
    return len(kept)


def _row(kept: KeptColumn, names: Mapping[str, str]) -> list[str | int]:
    one = kept.outlet
    first, _, rest = one.path.partition("/")
    second, _, rest = rest.partition("/")
    units = [names.get(unit, unit) for unit in one.units]
    return [
        one.id,
        first,
        second,
        rest,
        one.name,
        one.level,
        CLASS_NAMES[one.cls],
        *units[:1],
        *([""] if not units else []),
        "、".join(units[1:]),
        one.url or "",
        PURPOSE_SAID[one.purpose],
        one.floor,
        RENDER_SAID[one.render],
        one.site,
        names.get(one.only, one.only) or ANYBODY,
        HOMES.get(kept.kept_in, "分工表"),
    ]
