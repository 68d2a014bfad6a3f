"""How fast the pages answer: ``python -m bench.web [--outlets N] [--posts N] [--url URL] [--users
20] [--pause 1.0] [--rounds 6]``.

A store of the given size is made by hand (or kept, with ``--keep FOLDER``, and used again), judged
once, and served by the real command in a process of its own. Users ask one page after another with
``--pause`` seconds to read each, while another process writes what a crawl writes, in batches of
200 pages a second. Promised: a median under 0.3 s and a 99th percentile under 1 s on every page,
with 20 users, for 100,000 outlets and 5,000,000 posts in PostgreSQL and 300 and 100,000 in SQLite.
"""

from __future__ import annotations

import argparse
import http.client
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote, urlsplit

import yaml
from sqlalchemy import Engine, insert, select, text

from bench.judging import HORIZON, NOW, POSTS, fill
from crawler.store.tables import PostRow, VisitRow, open_store
from monitor.access import sessions
from monitor.access.roles import Role
from monitor.access.users import add_user, user
from monitor.judging.now import judge_now
from monitor.judging.unit_rhythm import keep_rhythm
from monitor.office import open_office
from monitor.record.links import load_keys
from monitor.record.tables import FindingRow
from monitor.web.gate import COOKIE

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "/", "/changes", "/charts", "/findings/board", "/content/rules", "/bulletins/2020Q2", "/columns", "/columns?value=stale", "/columns?unit=u5&sort=newest", "/columns?text=%E6%A0%B7%E4%BE%8B123", "/columns?days=300",
    "/columns?page=900", "/columns?soon=7&sort=due", "/accounts", "/accounts?value=stale", "/accounts/found", "/outlets/o7", "/outlets/o1000",
    "/outlets/o9", "/units", "/units/u7", "/findings", "/findings?unit=u7", "FINDING", "/orders", "/overdue", "/attribution",
    "/bulletins", "/content", "/checklist", "/catalogue", "/health", "/leader", "/users", "/audit", "/me",
    "/api/v1/outlets", "/api/v1/outlets?value=stale", "/api/v1/units", "/api/v1/findings", "/healthz", "/metrics",
)  # fmt: skip
MORE = """
INSERT INTO post (outlet_id, url, title, published, raw, place, why, origin, others, pinned, page_hash, first_seen, last_seen,
                  article, article_tries, article_reason)
WITH RECURSIVE k(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM k WHERE n + 1 < {last})
SELECT o.id, o.url || k.n || '.html', o.name || ' ' || k.n, {day}, '', 'item', '', NULL, '[]', {false}, '', {seen}, {seen},
       'read', 0, ''
FROM outlet o CROSS JOIN k WHERE o.url IS NOT NULL
"""
NIGHTS = """
INSERT INTO visit (outlet_id, moment, outcome, evidence, door, probe, page_no, reason, mark, url, status, newest, newest_url,
                   dated, page_hash, etag, last_modified, seconds, family)
WITH RECURSIVE k(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM k WHERE n < 8)
SELECT o.id, {moment}, 'unchanged', 'complete', 'spider', 'portal', 1, '', '', '', 304, o.newest, '', 20, '', '', '', 0.1, ''
FROM outlet o CROSS JOIN k
"""


def made(engine: Engine, outlets: int, posts: int) -> None:
    """A store of that size; what a few rows in Python cannot bring in time comes by SQL."""
    fill(engine, outlets)
    postgres = engine.dialect.name == "postgresql"
    seen = f"{NOW - timedelta(hours=29):%Y-%m-%d %H:%M:%S}"
    words = {
        "first": POSTS,
        "last": posts * 10 // (outlets * 9) + 1,
        "false": "false" if postgres else "0",
        "day": "o.newest - 9 * k.n" if postgres else "date(o.newest, '-' || (9 * k.n) || ' days')",
        "seen": f"timestamptz '{seen}+08'" if postgres else f"'{seen}.000000'",
        "moment": f"timestamptz '{seen}+08' - k.n * interval '1 day'"
        if postgres
        else f"datetime('{seen}', '-' || k.n || ' days')",
    }
    with engine.begin() as connection:
        connection.execute(text(MORE.format(**words)))
        connection.execute(text(NIGHTS.format(**words)))
    if postgres:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def config(folder: Path, url: str) -> Path:
    """The shipped rules over a store of our own."""
    data = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    data["store"] = url
    data["crawler"]["backfill_from"] = HORIZON
    data["monitor"]["web"] = {"port": 0}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def prepared(path: Path, outlets: int, posts: int) -> tuple[dict[Role, str], str]:
    """The store judged and counted, an account of every role with a session's cookie; a finding's
    number."""
    start = perf_counter()
    with open_office(path) as office:
        with office.reader.connect() as connection:
            there = connection.execute(text("SELECT count(*) FROM outlet")).scalar_one()
        if not there:
            made(office.engine, outlets, posts)
            print(
                f"made {outlets} outlets and about {posts} posts in {perf_counter() - start:.0f} s"
            )
            start = perf_counter()
            judge_now(office, NOW)
            print(f"judged in {perf_counter() - start:.0f} s")
            start = perf_counter()
            keep_rhythm(office, NOW)
            print(f"counted in {perf_counter() - start:.0f} s")
        keys = load_keys(office.settings.folder / "web.key")
        cookies = {}
        with office.engine.begin() as connection:
            name = f"n{random.randrange(10**9)}"
            for role in (Role.ADMINISTRATOR, Role.OFFICE, Role.LEADER):
                number = add_user(
                    connection,
                    NOW,
                    name=f"{name}-{role.value}",
                    shown="样例",
                    role=role,
                    by="bench",
                )
                found = user(connection, number)
                assert found is not None
                cookies[role] = sessions.begin(connection, keys, found, NOW, 12)
            finding = connection.execute(select(FindingRow.number).limit(1)).scalar()
    return cookies, f"/findings/{quote(finding or '')}"


@contextmanager
def served(path: Path) -> Iterator[str]:
    """The web as the command serves it; its host and port."""
    command = [
        sys.executable,
        "-m",
        "monitor",
        "serve",
        "--web-only",
        "--as-of",
        NOW.isoformat(),
        "--config",
        str(path),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stderr is not None
        try:
            for line in child.stderr:
                if "网页已启动" in line:
                    break
                print(line, end="")
            else:
                raise SystemExit("the web did not start")
            Thread(
                target=lambda: [print(line, end="") for line in child.stderr or ()], daemon=True
            ).start()
            yield urlsplit(line[line.index("http://") :].strip()).netloc
        finally:
            child.terminate()


def crawling(url: str, seconds: float) -> None:
    """Write what a crawl writes: 200 looks and 400 posts a second, one transaction each second."""
    engine = open_store(url)
    end, beat = perf_counter() + seconds, 0
    while perf_counter() < end:
        beat, began = beat + 1, perf_counter()
        with engine.begin() as connection:
            connection.execute(insert(VisitRow), [_look(n) for n in range(200)])
            connection.execute(insert(PostRow), [_post(beat, n) for n in range(400)])
        sleep(max(0.0, 1 - (perf_counter() - began)))
    engine.dispose()


def _look(n: int) -> dict[str, Any]:
    return {
        "outlet_id": f"o{n}",
        "moment": NOW,
        "outcome": "read",
        "evidence": "complete",
        "door": "spider",
        "probe": "portal",
        "page_no": 1,
        "reason": "",
        "mark": "",
        "url": "",
        "status": 200,
        "newest": NOW.date(),
        "newest_url": "",
        "dated": 20,
        "page_hash": "",
        "etag": "",
        "last_modified": "",
        "seconds": 0.1,
        "family": "",
    }


def _post(beat: int, n: int) -> dict[str, Any]:
    return {
        "outlet_id": f"o{n % 200}",
        "url": f"http://new.example.gov.cn/{random.random()}/{beat}/{n}",
        "title": f"新信息{n}",
        "published": NOW.date(),
        "raw": "",
        "place": "item",
        "why": "",
        "origin": None,
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": NOW,
        "last_seen": NOW,
        "prior_look": None,
        "article": "read",
    }


def visit(
    address: str, cookie: str, pages: list[str], pause: float, found: dict[str, list[float]]
) -> None:
    """One user: every page of ``pages`` in turn, and what each took."""
    connection = http.client.HTTPConnection(address, timeout=60)
    for page in pages:
        start = perf_counter()
        connection.request("GET", page, headers={"Cookie": f"{COOKIE}={cookie}"})
        answer = connection.getresponse()
        answer.read()
        found[page if answer.status == 200 else f"{page} ({answer.status})"].append(
            perf_counter() - start
        )
        if pause:
            sleep(random.uniform(0.5, 1.5) * pause)
    connection.close()


def measured(
    address: str, cookie: str, pages: list[str], users: int, rounds: int, pause: float
) -> dict[str, list[float]]:
    """Every answer's seconds by page."""
    found: dict[str, list[float]] = defaultdict(list)
    threads = []
    for _ in range(users):
        order = [page for _ in range(rounds) for page in random.sample(pages, len(pages))]
        threads.append(Thread(target=visit, args=(address, cookie, order, pause, found)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def table(found: dict[str, list[float]]) -> Iterator[str]:
    """Page, answers, median, 99th percentile, slowest, in milliseconds."""
    yield f"{'page':60} {'n':>5} {'median':>8} {'p99':>8} {'max':>8}"
    every = sorted(second for seconds in found.values() for second in seconds)
    for page, seconds in [*sorted(found.items()), ("ALL", every)]:
        ranked = sorted(seconds)
        middle, last = (
            ranked[len(ranked) // 2],
            ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))],
        )
        yield f"{page[:60]:60} {len(ranked):5} {middle * 1000:8.0f} {last * 1000:8.0f} {ranked[-1] * 1000:8.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outlets", type=int, default=300)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--alone", action="store_true", help="no crawl writes meanwhile")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gxweb") as folder:
        place = given.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        url = given.url or f"sqlite:///{place}/store.db"
        path = config(place, url)
        cookies, finding = prepared(path, given.outlets, given.posts)
        pages = [finding if page == "FINDING" else page for page in PAGES]
        with served(path) as address:
            once = measured(
                address, cookies[Role.ADMINISTRATOR], pages, 1, 1, 0
            )  # templates compiled, caches as after a first look
            print("first look, one user:", *table(once), sep="\n")
            pages = [page for page in pages if page in once]
            seconds = len(pages) * given.rounds * (given.pause + 0.3) + 5
            writer = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from bench.web import crawling; crawling({url!r}, {0 if given.alone else seconds})",
                ],
                cwd=ROOT,
            )
            found = measured(
                address, cookies[Role.ADMINISTRATOR], pages, given.users, given.rounds, given.pause
            )
            writer.terminate()
            writer.wait()
            print(
                f"{given.users} users, {given.pause} s to read a page{'' if given.alone else ', while a crawl writes'}:",
                *table(found),
                sep="\n",
            )


if __name__ == "__main__":
    main()
