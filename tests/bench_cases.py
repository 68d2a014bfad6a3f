"""Are pages that were once read wrongly read as answered? ``python -m tests.bench_cases DIR``

DIR holds pages and ``answers.jsonl``: ``right`` is a day, ``unknown`` (nothing may be proven),
``empty``, ``notempty``, ``no origin`` or ``any``, with ``(or refuse)`` where refusing is right too.
A page is refused where no newest day is proven. Exit code 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.reading.reader import read_saved

URL = "http://www.x.gov.cn/xwzx/tzgg/index.html"
AS_OF = datetime(2026, 11, 23, 2, tzinfo=UTC)
OTHER_ADDRESSES: Mapping[str, tuple[str, datetime]] = {
    "fj5_": ("http://www.x.gov.cn/zwgk/zxgk/index.htm", datetime(2026, 7, 12, 2, tzinfo=UTC)),
}
"""Cases whose answer names another address and moment."""


@dataclass(frozen=True, slots=True)
class Case:
    """One page: what is right, what was said, and whether that is right."""

    file: str
    what: str
    right: str
    said: str
    ok: bool


def cases(folder: Path) -> Iterator[Case]:
    """Every case of ``folder`` with today's answer."""
    for line in (folder / "answers.jsonl").read_text("utf-8").splitlines():
        answer = json.loads(line)
        yield _case(folder, answer)


def _case(folder: Path, answer: Mapping[str, str]) -> Case:
    file, right = answer["file"], answer["right"]
    url, as_of = next((v for k, v in OTHER_ADDRESSES.items() if file.startswith(k)), (URL, AS_OF))
    kind = "article" if answer["what"].startswith("article") else "list"
    read = read_saved((folder / file).read_bytes(), url=url, as_of=as_of, kind=kind)
    said, ok = (_article if kind == "article" else _list)(read, right)
    return Case(file, answer["what"], right, said, ok)


def _list(read: Mapping[str, Any], right: str) -> tuple[str, bool]:
    evidence = read.get("evidence", "complete")
    said = read["newest"] or f"{read['outcome']} {read['reason']}".strip()
    shown = f"{said} ({evidence}, upper {read.get('upper')})" if read["newest"] else said
    proven = bool(read["newest"]) and evidence == "complete"
    wanted = right.removesuffix(" (or refuse)").strip()
    refused = not proven and read["outcome"] != "empty"
    if "(or refuse)" in right and refused:
        return shown, True
    if wanted in ("unknown", "any"):
        return shown, refused or wanted == "any"
    if wanted == "empty":
        return shown, read["outcome"] == "empty"
    if wanted == "notempty":
        return shown, read["outcome"] != "empty"
    return shown, read["newest"] == wanted


def _article(read: Mapping[str, Any], right: str) -> tuple[str, bool]:
    article = read["article"] or {}
    if right == "no origin":
        return f"origin {article.get('origin')}", bool(article) and not article.get("origin")
    said = article.get("date") or f"{read['outcome']} {read['reason']}".strip()
    wanted = right.removesuffix(" (or refuse)").strip()
    refused = not article.get("date") and "(or refuse)" in right
    return said, wanted == "any" or refused or said == wanted


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="pages and answers.jsonl")
    options = parser.parse_args(arguments)
    rows = list(cases(options.folder))
    for row in rows:
        if not row.ok:
            print(f"WRONG {row.file}: said {row.said}; right: {row.right}; {row.what}")
    print(f"{sum(row.ok for row in rows)} of {len(rows)} as answered")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
