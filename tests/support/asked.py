"""What the house asks its store, and how the store would answer: every statement of a stretch of
work, and those for which the planner reads a whole table."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text

PLANNED = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)", re.IGNORECASE)
SCANNED = re.compile(r"SCAN (\w+)(?! USING INDEX ix_post_pending)")
OURS = re.compile(r"/((?:monitor|crawler)/[\w/]+\.py)$")


@dataclass
class Asked:
    """The statements of a stretch of work: text -> one set of its values and who asked."""

    statements: dict[str, tuple[Any, str]] = field(default_factory=dict)

    def hear(self, statement: str, values: Any, *, many: bool) -> None:
        if PLANNED.match(statement) and statement not in self.statements:
            self.statements[statement] = (values[0] if many and values else values, _asker())


def _asker() -> str:
    for frame in reversed(traceback.extract_stack()):
        if found := OURS.search(frame.filename):
            return f"{found[1]} {frame.name}"
    return "?"


@contextmanager
def asking(*engines: Engine) -> Iterator[Asked]:
    """Hear everything that is asked of ``engines`` meanwhile."""
    asked = Asked()

    def hear(_c: Any, _k: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        asked.hear(statement, values, many=many)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


def scans(connection: Connection, asked: Asked, tables: Collection[str]) -> dict[str, str]:
    """Who asks something for which one of ``tables`` is read from end to end, and the statement."""
    look = _sqlite_scans if connection.dialect.name == "sqlite" else _postgres_scans
    found = {}
    for statement, (values, asker) in asked.statements.items():
        if any(table in look(connection, statement, values) for table in tables):
            found[asker] = " ".join(statement.split())[:300]
    return found


def _sqlite_scans(connection: Connection, statement: str, values: Any) -> set[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    aliases = dict(re.findall(r"\b(post|visit) AS (\w+)", statement))
    names = {alias: table for table, alias in aliases.items()}
    seen = [found[1] for row in rows if (found := SCANNED.match(row[3]))]
    return {names.get(name, name) for name in seen}


def _postgres_scans(connection: Connection, statement: str, values: Any) -> set[str]:
    said = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    plan = json.loads(said) if isinstance(said, str) else said
    return {
        node["Relation Name"]
        for node in _nodes(plan[0]["Plan"])
        if node["Node Type"] == "Seq Scan" or _whole_index(node)
    }


def _whole_index(node: Mapping[str, Any]) -> bool:
    """An index read from end to end, but for the small one of what waits."""
    return (
        node["Node Type"] in ("Index Scan", "Index Only Scan")
        and "Index Cond" not in node
        and node["Index Name"] != "ix_post_pending"
    )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


DAY = {
    "sqlite": "date('2020-07-19', '-' || (i / {each}) || ' days')",
    "postgresql": "(date '2020-07-19' - cast(i / {each} as integer))",
}
MOMENT = {
    "sqlite": "{day} || ' 01:00:00.000000'",
    "postgresql": "({day} + time '01:00') at time zone 'UTC'",
}


def fill(connection: Connection, *, columns: int, posts: int, visits: int) -> None:
    """``columns`` more columns like ``news`` with so many posts and visits over the last years,
    each number in all; and the store knows its own sizes. Every column has a post on every third
    day and a look on every tenth."""
    dialect = connection.dialect.name
    day = DAY[dialect].format(each=columns // 3)
    moment = MOMENT[dialect].format(day=day)
    name = f"'c' || (i % {columns})"
    _copies(connection, "outlet", columns, {"id": "'c' || (i - 1)"})
    shown = {"url": "url || '?' || i", "published": day, "first_seen": moment}
    _copies(connection, "post", posts, {"outlet_id": name, **shown, "last_seen": moment})
    sparse = MOMENT[dialect].format(day=DAY[dialect].format(each=columns // 10))
    looked = {"moment": sparse, "seen": "NULL", "run_id": f"i / {columns}"}
    _copies(connection, "visit", visits, {"outlet_id": name, **looked})
    connection.execute(text("ANALYZE"))


def _copies(connection: Connection, table: str, rows: int, made: Mapping[str, str]) -> None:
    """``rows`` copies of a row of ``news``, but for what is ``made`` from their number ``i``."""
    own = "id" if table == "outlet" else "outlet_id"
    names = [
        column["name"]
        for column in _columns(connection, table)
        if table == "outlet" or column["name"] != "id"
    ]
    values = ", ".join(made.get(name, f'"{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        text(
            f"INSERT INTO {table} ({quoted}) "
            "WITH RECURSIVE number(i) AS "
            f"(SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < {rows}) "
            f"SELECT {values} FROM number, "
            f"(SELECT * FROM {table} WHERE {own} = 'news' LIMIT 1) AS model"
        )
    )


def _columns(connection: Connection, table: str) -> list[Any]:
    return list(inspect(connection).get_columns(table))
