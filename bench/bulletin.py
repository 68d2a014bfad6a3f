"""How long a quarter's bulletin takes, from the store to its files: ``python -m bench.bulletin``.

Two districts: one like the seed's (36 units, 3,038 posts) and a prefecture (500 units, 200,000
posts). Measured is what ``gengxin bulletin 2020Q2`` does after its start: judge, count, compile,
lint, write workbook, paper and figures. Limits are of processor seconds (one process, hence the
time on an idle machine); the clock's are told beside them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import insert, update

from bench.figures import Figure, missed
from crawler.clock import parse_moment
from crawler.config import load_yaml
from crawler.store.tables import OutletRow, PostRow, VisitRow
from crawler.system.shipped import shipped
from monitor.bulletin.model import Period
from monitor.bulletin.printing import draft, print_bulletin
from monitor.office import Office, enter_catalogue, open_office

QUARTER = Period.parse("2020Q2")
AS_OF = parse_moment("2020-07-20T09:00")
LOOK = parse_moment("2020-07-19T02:00")
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Size:
    """One district to print; ``limit`` is in seconds."""

    name: str
    units: int
    posts: int
    limit: float


SIZES = (
    Size("36 units, 3,038 posts", 36, 3_038, 5),
    Size("500 units, 200,000 posts", 500, 200_000, 60),
)


def config(folder: Path, units: int, reports: list[str]) -> Path:
    """A district of ``units`` with a column each."""
    names = [f"样例{n:03d}局" if n % 3 else f"样例{n:03d}街道" for n in range(units)]
    catalogue = {
        "units": [
            {
                "id": f"u{n}",
                "short": name,
                "full": f"样例市样例区{name}",
                "group": "区直部门" if n % 3 else "镇街",
                "quota": 10,
            }
            for n, name in enumerate(names)
        ],
        "sites": [{"id": "p", "name": "门户", "home": "http://portal.example.org/"}],
        "columns": [
            {
                "id": f"c{n}",
                "name": f"{name}动态",
                "url": f"http://portal.example.org/{n}/",
                "units": [f"u{n}"],
            }
            for n, name in enumerate(names)
        ],
    }
    settings = {
        "store": "sqlite:///store.db",
        "crawler": {"contact": "office@example.org", "backfill_from": date(2020, 1, 1)},
        "monitor": {
            "rules": load_yaml(shipped("config.yaml"))["monitor"]["rules"],
            "bulletin": {"place": "样例区", "office": "样例区人民政府办公室"},
            "reports": reports,
        },
        "catalogue": catalogue,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return path


def fill(office: Office, size: Size) -> None:
    """Posts spread over units and days, a third of them without origin; every column read to its
    end."""
    enter_catalogue(office, LOOK - timedelta(days=200))
    shorts = [unit.short for unit in office.settings.catalogue.units]
    with office.engine.begin() as connection:
        for first in range(0, size.posts, CHUNK):
            rows = [
                _post(n, size.units, shorts) for n in range(first, min(first + CHUNK, size.posts))
            ]
            connection.execute(insert(PostRow), rows)
        for moment in (LOOK, LOOK + timedelta(days=1)):
            connection.execute(insert(VisitRow), [_visit(n, moment) for n in range(size.units)])
        connection.execute(
            update(OutletRow).values(
                last_look=LOOK, last_conclusive=LOOK, walk_done=True, newest=QUARTER.end
            )
        )


def _post(n: int, units: int, shorts: list[str]) -> dict[str, Any]:
    unit = n % units
    day = QUARTER.start + timedelta(days=n * 7 % 91)
    origin = (shorts[unit], f"区{shorts[unit]}", None)[n // units % 3]
    return {
        "outlet_id": f"c{unit}",
        "url": f"http://portal.example.org/{n}.htm",
        "title": f"样例信息{n}",
        "published": day,
        "published_at": None,
        "raw": str(day),
        "place": "item",
        "why": "",
        "origin": origin,
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": LOOK,
        "last_seen": LOOK,
        "prior_look": None,
        "article": "read",
        "article_tries": 0,
        "article_reason": "",
    }


def _visit(n: int, moment: datetime) -> dict[str, Any]:
    return {
        "outlet_id": f"c{n}",
        "moment": moment,
        "outcome": "read",
        "evidence": "complete",
        "door": "spider",
        "probe": "portal",
        "page_no": 1,
        "reason": "",
        "mark": "",
        "url": "",
        "status": 200,
        "newest": QUARTER.end,
        "newest_url": "",
        "dated": 1,
        "page_hash": "",
        "etag": "",
        "last_modified": "",
        "seconds": 0.1,
        "family": "",
    }


def measure(size: Size, reports: list[str]) -> list[Figure]:
    """Print ``size`` once; the sums must hold, or the seconds mean nothing."""
    with tempfile.TemporaryDirectory(prefix="gengxin-bench-") as name:
        folder = Path(name)
        with open_office(config(folder, size.units, reports)) as office:
            fill(office, size)
            began, wall = time.process_time(), time.perf_counter()
            made = draft(office, QUARTER, AS_OF)
            compiled = time.process_time()
            printed = print_bulletin(office, made.bulletin, folder / "out")
            ended, wall = time.process_time(), time.perf_counter() - wall
        if made.stopped or made.bulletin.portal.total != size.posts:
            raise SystemExit(
                f"{size.name}: printed {made.bulletin.portal.total} posts, {made.faults[:3]}"
            )
        weight = sum(file.stat().st_size for file in printed.files) / 1e6
        return [
            Figure(f"{size.name}: judge, count, compile, lint", compiled - began, "s"),
            Figure(
                f"{size.name}: write {'、'.join(reports)}",
                ended - compiled,
                "s",
                note=f"{weight:.1f} MB",
            ),
            Figure(
                f"{size.name}: all",
                ended - began,
                "s",
                size.limit,
                note=f"{wall:.1f} s by the clock",
            ),
        ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reports", nargs="+", default=["sheet", "word"], help="add pdf where LibreOffice is"
    )
    parser.add_argument("--small", action="store_true", help="only the district of the seed's size")
    asked = parser.parse_args()
    found: list[Figure] = []
    for size in SIZES[: 1 if asked.small else None]:
        found += measure(size, asked.reports)
    for figure in found:
        print(figure.line())
    return 1 if missed(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
