"""Hostile files and addresses: refused by rule, recorded, no harm; the same guard stands behind
every fetch."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpcore
import pytest
from sqlalchemy import insert, select

from crawler.checking.isolated import ReadingRoom
from crawler.checks.documents import MOST_DEPTH, read_document
from crawler.checks.pictures import look_at_picture
from crawler.config import ContentConfig, CrawlConfig
from crawler.doors.recheck import CUT, HttpDoor
from crawler.model import Ask
from crawler.net.guard import forbidden
from crawler.net.resolver import ForbiddenAddress, GuardedBackend
from crawler.store.content_tables import CheckedPostRow, ResourceRow
from crawler.store.tables import PostRow
from monitor.demo import defect_files as files
from monitor.demo.defect_run import COLUMN, CONFIG, START, stage
from monitor.demo.defect_site import DefectSite
from monitor.night.content import sweep
from monitor.office import Office

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONFIGURED = CrawlConfig(
    contact="office@example.org", allow_loopback=True, delay=0.001, timeout=1.0, robots=False, retries=0,
    content=ContentConfig(document_seconds=5),
)  # fmt: skip
HOME = "127.0.0.1"


class Raw:
    """A server that does what no honest one does, from a thread of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        async def begin() -> None:
            self.server = await asyncio.start_server(self._serve, HOME, 0)
            self.port = self.server.sockets[0].getsockname()[1]
            self.ready.set()

        self.loop.run_until_complete(begin())
        self.loop.run_forever()
        self.loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                self.asked.append(path)
                await self._answer(path, writer)
        except asyncio.CancelledError:
            writer.transport.abort()  # what an endless answer still holds is not waited for
            raise
        writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/to/"):
            target = {
                "file": "file:///etc/passwd",
                "ftp": "ftp://example.org/x",
                "inner": "http://inner.example.org/x.pdf",
                "meta": "http://169.254.169.254/latest/",
                "number": "http://2130706433/x",
                "v6": "http://[::ffff:10.0.0.1]/x",
            }[path[4:]]
            writer.write(
                f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
            return
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nConnection: close\r\n\r\n%PDF-1.4\n"
        )
        if path.startswith("/endless"):
            while True:
                writer.write(bytes(65536))
                await writer.drain()
        if path.startswith("/slow"):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.2)
        await writer.drain()

    def close(self) -> None:
        async def end() -> None:
            self.server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)  # the closed transports say goodbye in the loop's next turn
            self.loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self.loop)
        self.thread.join(10)


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    server = Raw()
    server.thread.start()
    assert server.ready.wait(10)
    yield server
    server.close()


async def names(host: str, port: int) -> list[str]:
    """``inner`` names lead inside; the rest is the local machine."""
    return ["10.0.0.5"] if host.startswith("inner.") else [HOME]


def door(**kwargs: object) -> HttpDoor:
    given = {"resolve": names, "foreign": True} | kwargs
    return HttpDoor(CONFIGURED, frozenset({HOME}), lambda: NOW, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", ["/to/file", "/to/ftp", "/to/inner", "/to/meta", "/to/number", "/to/v6"]
)
async def test_a_redirect_inside_or_out_of_the_web_is_refused_at_both_ways_of_asking(
    raw: Raw, path: str
) -> None:
    async with door() as opened:
        for ask in (
            opened.fetch(Ask(f"http://{HOME}:{raw.port}{path}")),
            opened.glance(Ask(f"http://{HOME}:{raw.port}{path}"), 100),
        ):
            page = await ask
            assert (page.status, page.body) == (0, b"")
            assert page.error in ("forbidden_address", "bad_address")


async def test_a_catalogue_host_that_resolves_inside_is_refused_unless_the_office_says_so() -> None:
    host = "inner.example.org"
    async with HttpDoor(CONFIGURED, frozenset({host}), lambda: NOW, resolve=names) as opened:
        assert (await opened.fetch(Ask(f"http://{host}/"))).error == "forbidden_address"
    backend = GuardedBackend(names, inside=frozenset({host}), below=Counting())
    await backend.connect_tcp(host, 80)
    assert backend.below.to == ["10.0.0.5"]  # type: ignore[attr-defined]


class Counting(httpcore.AsyncNetworkBackend):
    """Notes what would be connected to."""

    def __init__(self) -> None:
        self.to: list[str] = []

    async def connect_tcp(
        self, host: str, port: int, *args: object, **kwargs: object
    ) -> httpcore.AsyncNetworkStream:  # type: ignore[override]
        self.to.append(host)
        return httpcore.AsyncMockStream([])


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """DNS rebinding: public at the first look, inside at the second. Each connection goes to the
    address judged."""
    answers = iter(
        [
            ["93.184.216.34"],
            ["127.0.0.1"],
            ["93.184.216.34", "192.168.1.1"],
            ["fd00::1"],
            ["::ffff:127.0.0.1"],
            [],
        ]
    )

    async def changing(host: str, port: int) -> list[str]:
        return next(answers)

    below = Counting()
    backend = GuardedBackend(changing, below=below)
    await backend.connect_tcp("rebind.example.org", 80)
    for _ in range(4):
        with pytest.raises(ForbiddenAddress):
            await backend.connect_tcp("rebind.example.org", 80)
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("rebind.example.org", 80)
    assert below.to == ["93.184.216.34"]
    with pytest.raises(ForbiddenAddress):
        await backend.connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.1.1", "172.31.0.1", "192.168.9.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "198.18.0.1", "no address"],
)  # fmt: skip
def test_no_address_inside_passes_in_any_clothing(address: str) -> None:
    assert forbidden(address)


def test_a_public_address_passes() -> None:
    assert not forbidden("93.184.216.34")
    assert not forbidden("2606:2800:220:1:248:1893:25c8:1946")
    assert not forbidden("127.0.0.1", allow_loopback=True)
    assert forbidden("::ffff:127.0.0.1", allow_loopback=True)


async def test_an_endless_file_is_cut_and_a_slow_one_ends_in_time(raw: Raw) -> None:
    async with door() as opened:
        endless = await opened.glance(Ask(f"http://{HOME}:{raw.port}/endless.pdf"), 1_000_000)
        slow = await opened.glance(Ask(f"http://{HOME}:{raw.port}/slow.pdf"), 1_000_000)
    assert (endless.headers[CUT], len(endless.body)) == ("size", 1_000_000)
    assert slow.headers[CUT] == "time"
    assert len(slow.body) < 100


async def test_bombs_end_in_the_reading_room_and_the_next_file_is_read() -> None:
    async with ReadingRoom(10) as room:
        assert (await room.document(files.zip_bomb(), "docx")).problem == "refused"
        assert (await room.document(files.pdf_bomb(), "pdf")).problem == "refused"
        assert (await room.document(files.nested(6), "zip")).problem == "refused"
        assert (await room.picture(files.huge_png())).problem == "refused"
        assert (await room.document(files.docx("正文"), "docx")).text == "正文"
        assert (await room.picture(files.png())).problem == ""


async def test_a_file_that_takes_too_long_costs_its_time_and_no_more() -> None:
    async with ReadingRoom(0.0001) as room:
        assert (await room.document(files.docx("正文"), "docx")).problem == "refused"
        room.seconds = 20
        assert (await room.document(files.docx("正文"), "docx")).text == "正文"
        assert room.started == 2


def test_the_limits_are_exact() -> None:
    assert read_document(files.nested(MOST_DEPTH - 1), "zip").problem == ""
    assert read_document(files.nested(MOST_DEPTH), "zip").problem == "refused"
    assert look_at_picture(files.huge_png(8000)).problem != "refused"
    assert look_at_picture(files.huge_png(8001)).problem == "refused"
    entity = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]><w:document xmlns:w="x"><w:p><w:t>&a;</w:t></w:p></w:document>'
    assert "b" not in read_document(files.zipped({"word/document.xml": entity}), "docx").text


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, raw: Raw
) -> Iterator[tuple[DefectSite, Office]]:
    old = dict(CONFIG)
    CONFIG.update({"timeout": 1, "content": {"largest_file": 3_000_000, "document_seconds": 10}})
    with stage(tmp_path_factory.mktemp("hostile")) as (site, office):
        yield site, office
    CONFIG.clear()
    CONFIG.update(old)


FAULTS = {
    "/fj/zip_bomb.docx": ("attachments.refused", files.zip_bomb),
    "/fj/pdf_bomb.pdf": ("attachments.refused", files.pdf_bomb),
    "/fj/nested.zip": ("attachments.refused", lambda: files.nested(5)),
    "/tp/huge.png": ("pictures.refused", files.huge_png),
}


def test_one_post_with_every_fault_ends_each_in_its_own_row(
    hostile: tuple[DefectSite, Office], raw: Raw, tmp_path: Path
) -> None:
    site, office = hostile
    served = type(site.pages["/"])
    for path, (_, make) in FAULTS.items():
        site.pages[path] = served(make())
    base = f"http://{HOME}:{raw.port}"
    addresses = [
        *FAULTS,
        f"{base}/endless.pdf",
        f"{base}/slow.pdf",
        f"{base}/to/meta",
        f"{base}/to/file",
        f"{base}/to/inner",
    ]
    html = "".join(
        f'<img src="{one}">' if one.endswith(".png") else f'<a href="{one}">附件</a>'
        for one in addresses
    )
    site.pages["/nr/hostile.htm"] = served(
        f'<html><head><title>样例</title></head><body><div class="TRS_Editor"><p>正文内容在此，文字足够多。</p>{html}</div></body></html>'.encode(),
        200,
        "text/html; charset=utf-8",
    )
    url = f"http://{HOME}:{site.port}/nr/hostile.htm"
    with office.engine.begin() as connection:
        row = connection.execute(select(PostRow.__table__).limit(1)).mappings().one()
        connection.execute(
            insert(PostRow),
            {**{k: v for k, v in row.items() if k != "id"}, "url": url, "outlet_id": COLUMN},
        )
    swept = sweep(office, lambda: START, post=url, resolve=names)
    assert (swept.posts, swept.resources) == (1, len(addresses))
    with office.reader.connect() as connection:
        results = {
            row.url: (row.result, row.reason)
            for row in connection.execute(select(ResourceRow.__table__))
        }
        assert (
            connection.execute(
                select(CheckedPostRow.outcome).where(CheckedPostRow.url == url)
            ).scalar_one()
            == "read"
        )
    for path, (rule, _) in FAULTS.items():
        assert results[f"http://{HOME}:{site.port}{path}"][0] == rule, path
    assert results[f"{base}/slow.pdf"] == ("unknown", "slow")
    assert results[f"{base}/endless.pdf"][0] == "fine", (
        "too large to be opened; its head is a PDF's"
    )
    for way in ("meta", "file", "inner"):
        assert results[f"{base}/to/{way}"][0] == "links.refused"
