"""Columns whose list a script makes: through a real Chromium where there is one, else the look says
what is missing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.config import CrawlConfig
from crawler.doors.choice import Doors
from crawler.doors.plan import Desk
from crawler.doors.recheck import HttpDoor, recheck
from crawler.model import Ask, Outcome, Page, Visit
from crawler.net.browser import BrowserDoor, lacking
from crawler.register.catalogue import read_catalogue
from crawler.register.enter import sync
from tests.conftest import Store

pytestmark = pytest.mark.slow

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
CHROMIUM = "/usr/bin/chromium"
needs_chromium = pytest.mark.skipif(
    bool(lacking(CHROMIUM)), reason=f"NOT TESTED: lists made by script. {lacking(CHROMIUM)}"
)

LIST = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告</title></head><body><h2>通知公告</h2>
<ul id="list"></ul><img src="/pixel.png"><script>
fetch('/api/list?column=tzgg', {method: 'POST', body: 'page=1'}).then(r => r.json()).then(data => {
  for (const row of data.rows) {
    const li = document.createElement('li');
    li.innerHTML = '<a href="/tz/' + row.id + '.html">' + row.title + '</a><span>' + row.day + '</span>';
    document.getElementById('list').appendChild(li);
  }
});
fetch('http://169.254.169.254/latest/meta-data/').catch(() => {});
fetch('http://elsewhere.example.org/spy').catch(() => {});
</script></body></html>"""
ROWS = ",".join(
    f'{{"id": {n}, "title": "关于做好第{n}号台风防御工作的通知", "day": "2020-07-{n:02d}"}}'
    for n in range(18, 6, -1)
)


@contextmanager
def served(answers: dict[str, tuple[int, str, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server on loopback: path -> (status, type, text); yields its address and what was asked of
    it."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            asked.append(
                (
                    self.command,
                    self.path + (" " + self.rfile.read(length).decode() if length else ""),
                )
            )
            status, kind, text = answers.get(self.path.partition("?")[0], (404, "text/html", "no"))
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SITE = {
    "/tzgg/": (200, "text/html; charset=utf-8", LIST),
    "/api/list": (200, "application/json", f'{{"rows": [{ROWS}]}}'),
    "/plain/": (200, "text/html; charset=utf-8", LIST),
    "/wall/": (412, "text/html", "<html><script>challenge()</script></html>"),
}


def settings(chromium: str = CHROMIUM) -> CrawlConfig:
    return CrawlConfig(
        contact="office@example.org",
        allow_loopback=True,
        delay=0.001,
        chromium=chromium,
        timeout=20,
    )


def enter(store: Store, address: str) -> None:
    column: dict[str, Any] = {"name": "通知公告", "class": "notice"}
    data = {
        "catalogue": {
            "sites": [{"id": "p", "name": "门户", "home": f"{address}/"}],
            "columns": [
                {"id": "made", "url": f"{address}/tzgg/", "render": "browser", **column},
                {"id": "plain", "url": f"{address}/plain/", **column},
                {"id": "wall", "url": f"{address}/wall/", "render": "browser", **column},
            ],
        }
    }
    with store.engine.begin() as connection:
        sync(connection, read_catalogue(data, Path("config.yaml"), settings()), NOW)


def look(store: Store, *ids: str, chromium: str = CHROMIUM) -> list[Visit]:
    return recheck(Desk(store.engine, store.reader, settings(chromium), lambda: NOW), ids)


@needs_chromium
def test_a_list_made_by_script_is_read_in_a_browser_and_one_not_marked_so_is_not_called_blank(
    sqlite_store: Store,
) -> None:
    with served(SITE) as (address, asked):
        enter(sqlite_store, address)
        made, plain, wall = look(sqlite_store, "made", "plain", "wall")
    assert (made.outcome, made.newest, made.dated) == (Outcome.READ, date(2020, 7, 18), 12)
    assert (plain.outcome, plain.reason) == (Outcome.UNREADABLE, "script_list")
    assert (wall.outcome, wall.status) == (Outcome.BLOCKED, 412)
    assert ("POST", "/api/list?column=tzgg page=1") in asked
    assert not any("pixel" in path for _, path in asked)


@needs_chromium
async def test_what_a_script_asks_elsewhere_reaches_nobody() -> None:
    wanted: list[str] = []
    with served(SITE) as (address, _):
        async with HttpDoor(settings(), frozenset({"127.0.0.1"}), lambda: NOW) as door:

            async def watched(ask: Ask) -> Page:
                page = await door.fetch(ask)
                wanted.append(f"{ask.url.removeprefix(address)} {page.error or page.status}")
                return page

            browser = BrowserDoor(watched, CHROMIUM, 20, lambda: NOW)
            try:
                page = await browser.fetch(Ask(f"{address}/tzgg/", render=True))
            finally:
                await browser.close()
    assert "第18号台风" in page.body.decode()
    assert "http://169.254.169.254/latest/meta-data/ forbidden_address" in wanted
    assert "http://elsewhere.example.org/spy foreign_host" in wanted


def test_without_a_chromium_the_look_says_what_is_missing_and_asks_nothing(
    sqlite_store: Store,
) -> None:
    with served(SITE) as (address, asked):
        enter(sqlite_store, address)
        (made,) = look(sqlite_store, "made", chromium="/nowhere/chromium")
    assert (made.outcome, made.reason) == (Outcome.UNREADABLE, "needs_browser")
    assert "crawler.chromium" in made.mark or "gengxin[browser]" in made.mark
    assert [path for _, path in asked] == ["/robots.txt"]


async def test_plain_pages_open_neither_the_browser_nor_the_old_door() -> None:
    def never() -> Any:
        raise AssertionError("the old door was opened")

    async def plain(ask: Ask) -> Page:
        return Page(ask.url, ask.url, 200, {}, b"x", NOW)

    async with Doors(plain, never, settings(), lambda: NOW) as doors:
        assert (await doors.fetch(Ask("http://www.example.gov.cn/"))).body == b"x"
        assert doors._browser is None


@pytest.mark.parametrize("value", ["chrome", "", True])
def test_an_unknown_way_to_render_is_refused(value: object, tmp_path: Path) -> None:
    text = yaml.safe_dump({"columns": [{"id": "a", "name": "甲", "render": value}]})
    with pytest.raises(ValueError, match=r"catalogue\.columns\.0\.render"):
        read_catalogue({"catalogue": yaml.safe_load(text)}, Path("config.yaml"), settings())


@needs_chromium
def test_the_night_reads_a_list_made_by_script_as_the_recheck_does(tmp_path: Path) -> None:
    """In a process of its own: a Scrapy crawl can run once in each."""
    import subprocess
    import sys

    with served(SITE) as (address, _):
        config = {
            "store": f"sqlite:///{tmp_path}/store.db",
            "crawler": {"contact": "office@example.org", "allow_loopback": True, "delay": 0.001},
            "catalogue": {
                "sites": [{"id": "p", "name": "门户", "home": f"{address}/"}],
                "columns": [
                    {
                        "id": "made",
                        "name": "通知公告",
                        "url": f"{address}/tzgg/",
                        "render": "browser",
                    }
                ],
            },
        }
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", NIGHT, str(path)],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert done.stdout.strip() == "read 2020-07-18 12", done.stderr[-2000:]


NIGHT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.register.catalogue import read_catalogue
from crawler.config import crawl_config, load_yaml, store_url
from crawler.doors.crawl import crawl
from crawler.doors.plan import Desk
from crawler.register.enter import sync
from crawler.store.tables import Base, open_store
path = Path(sys.argv[1])
data = load_yaml(path)
config, url = crawl_config(data, path), store_url(data, path)
engine, reader = open_store(url), open_store(url, readonly=True)
Base.metadata.create_all(engine)
clock = lambda: datetime(2020, 7, 20, 1, tzinfo=UTC)
with engine.begin() as connection:
    sync(connection, read_catalogue(data, path, config), clock())
looks = []
crawl(Desk(engine, reader, config, clock), on_look=looks.append)
print(*(f"{one.visit.outcome} {one.visit.newest} {one.visit.dated}" for one in looks))
"""
