"""The one way to a workbook from outside: it is opened in a child that may break, never in the
process that asks, and never inside a transaction of the store."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crawler.register.books.bounds import (
    MOST_ROWS,
    PATIENCE,
    BadWorkbook,
    check_file,
    too_large,
)
from crawler.register.books.grid import Grid
from crawler.register.books.packed import unpacked

OPENING = "crawler.register.books.opening"


def read_workbook(path: Path, rows: int = MOST_ROWS) -> tuple[Grid, ...]:
    """Every sheet of an .xlsx, .xls or CSV as a grid, of at most ``rows`` filled rows.

    Raises :class:`BadWorkbook` with one sentence, also for a file that took more memory or time
    than a form ever does; nothing is half-read.
    """
    check_file(path)
    command = [sys.executable, "-m", OPENING, str(rows), str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise too_large(path) from None
    if done.returncode != 0:  # the limits ended it
        raise too_large(path)
    return _answer(path, done.stdout.decode("utf-8"))


def _answer(path: Path, told: str) -> tuple[Grid, ...]:
    if told.startswith("{"):
        import json

        raise BadWorkbook(str(json.loads(told)["refused"]))
    try:
        return unpacked(told)
    except ValueError:
        raise too_large(path) from None
