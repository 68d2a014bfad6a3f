"""The content sweep over a large portal: ``python -m bench.content [--short]``.

10,000 posts with 30,000 resources on a server in a process of its own. The sweep is killed once in
the middle. Told are: seconds, requests, peak memory, most requests in flight on the host, and what
a second run asks. Ends with status 1 where a limit is broken.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, insert, select

from crawler.model import SHANGHAI
from crawler.store.content_tables import CheckedPostRow, ResourceRow
from crawler.store.tables import PostRow
from monitor.night.content import sweep
from monitor.office import Office, enter_catalogue, open_office

NOW = datetime(2026, 11, 23, 2, tzinfo=SHANGHAI)
MOST_MEMORY = 500_000_000
PER_POST = 3
CONCURRENCY = 4
DELAY = 0.001


def main() -> int:
    short = "--short" in sys.argv
    posts = 400 if short else 10_000
    with tempfile.TemporaryDirectory() as folder, serving() as (server, port):
        path = Path(folder) / "config.yaml"
        path.write_text(yaml.safe_dump(config(port)), encoding="utf-8")
        fill(path, port, posts)
        began = time.monotonic()
        killed = child(path, kill_at=posts // 4)
        halfway = done(path)
        told = child(path)
        seconds = time.monotonic() - began
        first = counts(server)
        again = child(path)
        second = counts(server)
        found = {
            "posts": posts,
            "resources": PER_POST * posts,
            "seconds": round(seconds, 1),
            "killed": killed is None,
            "done_when_killed": halfway,
            "after_the_kill": told,
            "requests": first["requests"],
            "repeated": first["repeated"],
            "most_in_flight": first["most_in_flight"],
            "requests_of_second_run": second["requests"] - first["requests"],
            "second_run": again,
            "peak_memory_mb": (told or {}).get("peak_mb"),
            "rooms_memory_mb": (told or {}).get("room_mb"),
        }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0 if good(found, posts) else 1


def good(found: dict[str, Any], posts: int) -> bool:
    """The promises: memory, manners, resume, a quiet second run."""
    memory = (found["peak_memory_mb"] + found["rooms_memory_mb"]) * 1e6 < MOST_MEMORY
    manners = found["most_in_flight"] <= CONCURRENCY
    whole = (
        found["after_the_kill"]["checked"] == posts
        and found["after_the_kill"]["looked"] == PER_POST * posts
    )
    resumed = found["killed"] and found["repeated"] <= 500
    return bool(memory and manners and whole and resumed and found["requests_of_second_run"] == 0)


def config(port: int) -> dict[str, Any]:
    base = f"http://127.0.0.1:{port}"
    rules = {"content_suspects": {"valid_from": "2019-04-01", "clause": "bench"}}
    return {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "bench@example.org",
            "allow_loopback": True,
            "delay": DELAY,
            "concurrency": CONCURRENCY,
        },
        "monitor": {"rules": rules},
        "catalogue": {
            "units": [{"id": "u", "short": "样例", "full": "样例单位", "group": "区直部门"}],
            "sites": [
                {
                    "id": "portal",
                    "name": "门户",
                    "home": f"{base}/",
                    "delay": DELAY,
                    "concurrency": CONCURRENCY,
                }
            ],
            "columns": [
                {
                    "id": "c",
                    "name": "通知公告",
                    "url": f"{base}/c/",
                    "class": "notice",
                    "units": ["u"],
                }
            ],
            "accounts": [],
        },
    }


def fill(path: Path, port: int, posts: int) -> None:
    """The stock of a portal, first seen long ago."""
    seen = NOW - timedelta(days=200)
    with open_office(path) as office:
        enter_catalogue(office, NOW)
        rows = [
            {
                "outlet_id": "c",
                "url": f"http://127.0.0.1:{port}/c/t20260101_{n}.htm",
                "title": f"样例信息{n}",
                "published": seen.date(),
                "published_at": None,
                "raw": "",
                "place": "item",
                "why": "",
                "origin": None,
                "others": [],
                "pinned": False,
                "page_hash": "",
                "first_seen": seen,
                "last_seen": seen,
                "prior_look": None,
                "article": "read",
            }
            for n in range(posts)
        ]
        with office.engine.begin() as connection:
            connection.execute(insert(PostRow), rows)


def child(path: Path, kill_at: int | None = None) -> dict[str, Any] | None:
    """One sweep in a process of its own; ``None`` when it was killed, as soon as ``kill_at`` posts
    were checked."""
    run = subprocess.Popen(
        [sys.executable, "-m", "bench.content", "--sweep", str(path)], stdout=subprocess.PIPE
    )
    while kill_at is not None and run.poll() is None:
        time.sleep(0.2)
        if done(path)["checked"] >= kill_at:
            run.kill()
            run.communicate()
            return None
    out, _ = run.communicate()
    told: dict[str, Any] = json.loads(out)
    return told


def one_sweep(path: Path) -> None:
    with open_office(path) as office:
        swept = sweep(office, lambda: NOW)
        told = {
            "posts": swept.posts,
            "resources": swept.resources,
            "opened": swept.opened,
            "unknown": swept.unknown,
            **state(office),
        }
    used = resource.getrusage(resource.RUSAGE_SELF)
    told["cpu_seconds"] = round(used.ru_utime + used.ru_stime)
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    told["room_mb"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    print(json.dumps(told))


def state(office: Office) -> dict[str, int]:
    with office.reader.connect() as connection:
        checked = connection.execute(select(func.count(CheckedPostRow.looked))).scalar_one()
        looked = connection.execute(select(func.count(ResourceRow.looked))).scalar_one()
    return {"checked": checked, "looked": looked}


def done(path: Path) -> dict[str, int]:
    with open_office(path) as office:
        return state(office)


def counts(port: int) -> dict[str, int]:
    import httpx

    found: dict[str, int] = httpx.get(f"http://127.0.0.1:{port}/_counts", trust_env=False).json()
    return found


class serving:
    """The sample server in a process of its own: ``(port, port)``."""

    def __enter__(self) -> tuple[int, int]:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.content", "--serve"], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        return port, port

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()


def serve() -> None:
    """Answers until it is killed; every post has a file, a picture and a link of its own."""
    import asyncio
    from collections import Counter

    from monitor.demo.defect_files import docx, png

    seen: Counter[str] = Counter()
    flight = [0, 0]
    file, picture = docx("样例附件的正文，供检查之用。"), png()
    words = "".join(
        f"<p>第{n}段：样例信息的正文，会议要求各单位提高认识，压实责任，细化措施，确保任务完成。</p>"
        for n in range(20)
    )

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                flight[0] += 1
                flight[1] = max(flight)
                kind, body = _body(path, seen, flight, file, picture, words)
                if path != "/_counts":
                    seen[path] += 1
                await asyncio.sleep(0.001)  # in flight: other requests may come meanwhile
                writer.write(
                    f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
                flight[0] -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(run())


def _body(
    path: str, seen: Any, flight: list[int], file: bytes, picture: bytes, words: str
) -> tuple[str, bytes]:
    if path == "/_counts":
        repeated = sum(n - 1 for p, n in seen.items() if p != "/robots.txt")
        return "application/json", json.dumps(
            {"requests": sum(seen.values()), "repeated": repeated, "most_in_flight": flight[1]}
        ).encode()
    if path == "/robots.txt":
        return "text/plain", b"User-agent: *\nAllow: /\n"
    if path.endswith(".docx"):
        return "application/octet-stream", file
    if path.endswith(".png"):
        return "image/png", picture
    if path.startswith("/l/"):
        return (
            "text/html; charset=utf-8",
            f"<html><head><title>链接</title></head><body>{words}</body></html>".encode(),
        )
    number = path.rpartition("_")[2].partition(".")[0]
    inside = f'<img src="/p/{number}.png" alt="图"><a href="/l/{number}.htm">相关</a><a href="/f/{number}.docx">附件.docx</a>'
    html = f'<html><head><title>样例信息{number}</title><meta name="PubDate" content="2026-01-01"></head><body><h1>样例信息{number}</h1><div class="TRS_Editor">{words}{inside}</div></body></html>'
    return "text/html; charset=utf-8", html.encode()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve()
    elif "--sweep" in sys.argv:
        one_sweep(Path(sys.argv[-1]))
    else:
        sys.exit(main())
