"""A workbook opened in this very process: ``python -m crawler.register.books.opening ROWS FILE``
does it within limits of memory and processor time, for :mod:`crawler.register.books.reading`.

Tells one line of JSON: the grids, or ``{"refused": sentence}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from crawler.register.books.bounds import (
    MEMORY,
    MOST_ANSWER,
    OLE,
    PACKED,
    SECONDS,
    BadWorkbook,
    check_file,
    no_workbook,
    too_large,
)
from crawler.register.books.grid import Grid
from crawler.register.books.older import TEXTS, read_text, read_xls
from crawler.register.books.packed import packed
from crawler.register.books.xlsx import read_xlsx
from crawler.system.limits import limit_self


def opened(path: Path, rows: int) -> tuple[Grid, ...]:
    """The sheets of ``path``, of at most ``rows`` filled rows each, by what the file is and not by
    its name. Raises :class:`BadWorkbook`; nothing is half-read."""
    head = check_file(path)
    try:
        if head == OLE:
            return read_xls(path, rows)
        if head.startswith(PACKED):
            return read_xlsx(path, rows)
        if path.suffix.lower() in TEXTS:
            return read_text(path, rows)
    except BadWorkbook:
        raise
    except MemoryError:
        raise too_large(path) from None
    except Exception as error:  # a broken workbook breaks its reader in ways nobody can list
        raise BadWorkbook(
            f"{path.name}：工作簿已损坏，读不出来（{type(error).__name__}），请在 Excel 中打开后另存再导入"
        ) from error
    raise no_workbook(path)


def told(path: Path, rows: int) -> str:
    """The answer of the child."""
    try:
        answer = packed(opened(path, rows))
        if len(answer) > MOST_ANSWER:
            raise too_large(path)
    except BadWorkbook as error:
        return json.dumps({"refused": str(error)})
    except MemoryError:
        return json.dumps({"refused": str(too_large(path))})
    return answer


if __name__ == "__main__":
    limit_self(MEMORY, SECONDS)
    sys.stdout.write(told(Path(sys.argv[2]), int(sys.argv[1])))
