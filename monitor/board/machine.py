"""The machine below: how large the store is, what room is left, which versions run. No query scans
a table."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Connection, text

PACKAGES = ("scrapy", "sqlalchemy", "fastapi", "httpx")
"""Beside our own and Python: what a fault report asks for first."""
TIGHT = 0.1
"""Less than this share of the disk free is told loudly."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that the store's folder lies on, in bytes."""

    path: str
    total: int
    free: int

    @property
    def tight(self) -> bool:
        return self.free < self.total * TIGHT


@dataclass(frozen=True, slots=True)
class Machine:
    """``store`` is the store's size in bytes, ``None`` where the database does not tell."""

    disk: Disk
    store: int | None
    versions: tuple[tuple[str, str], ...]


def machine(connection: Connection, folder: Path, chromium: str) -> Machine:
    """``folder`` is where the store or, for a server, our own files lie."""
    place = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    usage = shutil.disk_usage(place)
    browser = chromium if Path(chromium).is_file() else "没有安装（需要浏览器的栏目读不了）"
    versions = (
        ("gengxin", _version("gengxin")),
        ("Python", sys.version.split()[0]),
        *((name, _version(name)) for name in PACKAGES),
        (connection.dialect.name, _database(connection)),
        ("浏览器", browser),
    )
    return Machine(Disk(str(place), usage.total, usage.free), _size(connection, folder), versions)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "源码"


def _database(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return sqlite3.sqlite_version
    return str(connection.execute(text("SHOW server_version")).scalar())


def _size(connection: Connection, folder: Path) -> int | None:
    """SQLite: the file with its log of writes; PostgreSQL: as the server counts it."""
    if connection.dialect.name == "postgresql":
        return int(
            connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    name = connection.engine.url.database
    files = [Path(f"{name}{end}") for end in ("", "-wal")] if name else []
    found = [path.stat().st_size for path in files if path.exists()]
    return sum(found) if found else None
