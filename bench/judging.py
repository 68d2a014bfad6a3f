"""How long a whole store takes to judge: ``python -m bench.judging [OUTLETS] [URL]``; prints
seconds and the peak of memory.

The store is made by hand: columns and accounts of 300 units, two looks each, a few posts each; one
outlet in a hundred is late, one in two hundred could not be read. It is judged three times: as a
first night, again (nothing changes), and with the findings open. Promised: 100,000 outlets in under
60 s and 1 GB a judgement, on SQLite and PostgreSQL; exit code 1 when missed.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Engine, insert

from crawler.config import load_yaml
from crawler.model import SHANGHAI
from crawler.store.tables import DutyRow, OutletRow, PostRow, SiteRow, UnitRow, VisitRow, open_store
from monitor.config import monitor_config
from monitor.judging.evaluate import evaluate
from monitor.office import count_until
from monitor.tables import METADATA

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
HORIZON = date(2020, 1, 1)
UNITS, SITES, POSTS, BATCH = 300, 20, 5, 20_000
SECONDS, MEGABYTES = 60, 1000
CLASSES = ("news", "notice", "policy", "other", "other", "other")


def fill(engine: Engine, outlets: int) -> None:
    """Units, sites, outlets, duties, looks and posts."""
    METADATA.create_all(engine)
    put(engine, SiteRow, (_site(n) for n in range(SITES)))
    put(engine, UnitRow, (_unit(n) for n in range(UNITS)))
    put(engine, OutletRow, (_outlet(n) for n in range(outlets)))
    put(engine, DutyRow, (_duty(n) for n in range(outlets)))
    put(engine, VisitRow, (_visit(n, night) for n in range(outlets) for night in (1, 0)))
    put(engine, PostRow, (_post(n, k) for n in range(outlets) for k in range(POSTS)))


def put(engine: Engine, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Rows in batches, a transaction each."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            _put(engine, table, batch)
            batch = []
    _put(engine, table, batch)


def _put(engine: Engine, table: Any, batch: Sequence[dict[str, Any]]) -> None:
    if batch:
        with engine.begin() as connection:
            connection.execute(insert(table), batch)


def _site(n: int) -> dict[str, Any]:
    return {
        "id": f"s{n}",
        "name": f"样例站{n}",
        "home": f"http://www.s{n}.example.gov.cn/",
        "code": None,
        "hosts": [],
        "delay": 1.0,
        "concurrency": 1,
        "legacy_tls": False,
    }


def _unit(n: int) -> dict[str, Any]:
    return {
        "id": f"u{n}",
        "short": f"样例局{n}",
        "full": f"样例区样例局{n}",
        "group_name": "区直部门",
        "aliases": [],
        "quota": 10,
        "emails": [],
    }


def _outlet(n: int) -> dict[str, Any]:
    account = n % 10 == 9
    url = f"http://www.s{n % SITES}.example.gov.cn/{n}/"
    newest = _newest(n)
    return {
        "id": f"o{n}",
        "kind": "account" if account else "column",
        "name": f"样例{n}",
        "platform": "weibo" if account else "portal",
        "site_id": f"s{n % SITES}",
        "url": None if account else url,
        "cls": CLASSES[n % 6],
        "path": f"样例{n}",
        "level": 2,
        "floor": 1,
        "state": "registered",
        "handle": {},
        "probes": [{"platform": "weibo", "url": None, "handle": {}}] if account else [],
        "front": b"",
        "newest": newest,
        "newest_url": "",
        "last_look": NOW - timedelta(hours=5),
        "last_conclusive": NOW - timedelta(hours=5),
        "walk_done": True,
    }


def _newest(n: int) -> date:
    return date(2019, 1, 1) if n % 100 == 7 else date(2020, 7, 19) - timedelta(days=n % 8)


def _duty(n: int) -> dict[str, Any]:
    return {
        "outlet_id": f"o{n}",
        "unit_id": f"u{n % UNITS}",
        "position": 0,
        "since": HORIZON,
        "until": None,
    }


def _visit(n: int, night: int) -> dict[str, Any]:
    failed = n % 200 == 3
    return {
        "outlet_id": f"o{n}",
        "moment": NOW - timedelta(hours=5 + 24 * night),
        "outcome": "unreachable" if failed else "read",
        "evidence": "none" if failed else "complete",
        "door": "spider",
        "probe": "portal",
        "page_no": 1,
        "reason": "timeout" if failed else "",
        "mark": "",
        "url": "",
        "status": 200,
        "newest": None if failed else _newest(n),
        "newest_url": "",
        "dated": 20,
        "page_hash": "",
        "etag": "",
        "last_modified": "",
        "seconds": 0.1,
        "family": "",
    }


def _post(n: int, k: int) -> dict[str, Any]:
    day, seen = _newest(n) - timedelta(days=9 * k), NOW - timedelta(hours=29)
    return {
        "outlet_id": f"o{n}",
        "url": f"http://www.s{n % SITES}.example.gov.cn/{n}/{k}.html",
        "title": f"样例{n}第{k}条",
        "published": day,
        "raw": str(day),
        "place": "item",
        "why": "",
        "origin": f"样例局{n % UNITS}",
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": seen,
        "last_seen": seen,
        "prior_look": None,
        "article": "read",
    }


def judge(engine: Engine, reader: Engine, moment: datetime) -> tuple[float, str]:
    """One recorded judgement: seconds, and what it changed."""
    path = Path(__file__).parents[1] / "config.yaml"
    config = monitor_config(load_yaml(path), path)
    start, busy = perf_counter(), process_time()
    done = evaluate(engine, config, moment, count=count_until, horizon=HORIZON, reader=reader)
    changes = done.changes
    return (
        perf_counter() - start,
        f"{process_time() - busy:.1f} s of processor, {len(done.verdicts)} verdicts, {len(changes.opened)} opened, {len(changes.closed)} closed",
    )


def main() -> int:
    outlets = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/store.db"
        engine, reader = open_store(url), open_store(url, readonly=True)
        start, kept = perf_counter(), True
        fill(engine, outlets)
        print(f"filled {outlets} outlets in {perf_counter() - start:.1f} s")
        for name, moment in (
            ("first", NOW),
            ("again", NOW),
            ("an hour later", NOW + timedelta(hours=1)),
        ):
            seconds, said = judge(engine, reader, moment)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{name}: {seconds:.1f} s, {said}, peak {peak:.0f} MB")
            kept = kept and seconds < SECONDS and peak < MEGABYTES
        engine.dispose()
        reader.dispose()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
