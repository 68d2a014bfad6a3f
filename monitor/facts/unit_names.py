"""Units by name, for choices and headings."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from crawler.store.tables import UnitRow


def unit_names(connection: Connection, *, retired: bool = False) -> Mapping[str, str]:
    """Short names by unit id, in the catalogue's groups; those that left it too where
    ``retired``."""
    query = select(UnitRow.id, UnitRow.short).order_by(UnitRow.group_name.desc(), UnitRow.id)
    if not retired:
        query = query.where(UnitRow.retired_at.is_(None))
    return {row.id: row.short for row in connection.execute(query)}
