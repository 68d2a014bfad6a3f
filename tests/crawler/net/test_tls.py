"""TLS of the last century: only for the sites that a person marks, written on the visit, and faults
told by name."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
import yaml
from sqlalchemy import insert, select

from crawler.config import CrawlConfig
from crawler.doors.plan import Desk
from crawler.doors.recheck import HttpDoor, recheck
from crawler.model import Ask, Outcome, Page, Visit
from crawler.net.tls import any_certificate, fault_of, last_century
from crawler.register.catalogue import read_catalogue
from crawler.register.enter import sync
from crawler.store.content_tables import CheckedPostRow, ResourceRow
from crawler.store.tables import PostRow
from monitor.night.content import sweep
from monitor.office import enter_catalogue, open_office
from tests.conftest import Store
from tests.crawler.net.test_browser import NIGHT

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
ROWS = "".join(
    f'<li><a href="/t{n}.html">关于做好第{n}号台风防御工作的通知</a><span>2020-07-{n:02d}</span></li>'
    for n in range(18, 6, -1)
)
BODY = f"<html><head><meta charset='utf-8'><title>通知</title></head><body><ul>{ROWS}</ul></body></html>".encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
    % len(BODY)
)
CONFIG = CrawlConfig(
    contact="office@example.org", allow_loopback=True, delay=0.001, retries=0, robots=False
)


def context(version: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
    """A server that speaks nothing newer than ``version``."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.set_ciphers(ciphers)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = version
    return made


@contextmanager
def served(made: ssl.SSLContext) -> Iterator[str]:
    """A TLS server on loopback that answers every request with one list."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            with suppress(TimeoutError, OSError):
                one, _ = listener.accept()
                one.settimeout(5)
                with one, suppress(ssl.SSLError), made.wrap_socket(one, server_side=True) as talk:
                    talk.recv(65536)
                    talk.sendall(ANSWER + BODY)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/tz/"
    finally:
        ended.set()
        thread.join()
        listener.close()


def spoken(made: ssl.SSLContext) -> bool:
    """Whether this OpenSSL can speak the server's TLS at all, without anything of ours between."""
    with (
        served(made) as url,
        socket.create_connection(("127.0.0.1", int(url.split(":")[2][:-4])), 5) as raw,
    ):
        try:
            with last_century().wrap_socket(raw):
                return True
        except ssl.SSLError:
            return False


async def fetched(url: str, *, legacy: bool) -> Page:
    async with HttpDoor(CONFIG, frozenset({"127.0.0.1"}), lambda: NOW, legacy=legacy) as door:
        return await door.fetch(Ask(url))


OLD = [
    (ssl.TLSVersion.TLSv1, "DEFAULT:@SECLEVEL=0", "TLSv1"),
    (ssl.TLSVersion.TLSv1_1, "DEFAULT:@SECLEVEL=0", "TLSv1.1"),
]


@pytest.mark.parametrize(("version", "ciphers", "name"), OLD)
async def test_a_server_of_the_last_century_is_refused_by_name_unless_its_site_is_marked(
    version: ssl.TLSVersion, ciphers: str, name: str
) -> None:
    made = context(version, ciphers)
    if not spoken(made):
        pytest.skip(f"NOT TESTED: {ssl.OPENSSL_VERSION} of this machine cannot speak {name} at all")
    with served(made) as url:
        refused = await fetched(url, legacy=False)
        read = await fetched(url, legacy=True)
    assert (refused.status, refused.error) == (0, "tls")
    assert refused.detail.endswith("legacy_tls: true on the site may help")
    assert (read.status, read.body, read.tls) == (200, BODY, f"legacy ({name})")


async def test_a_modern_server_is_spoken_to_in_its_own_way_even_when_its_site_is_marked() -> None:
    with served(context(ssl.TLSVersion.TLSv1_3, "DEFAULT")) as url:
        page = await fetched(url, legacy=True)
        plain = await fetched(url, legacy=False)
    assert page.tls == "legacy (TLSv1.3)"
    assert (plain.status, plain.tls) == (200, "")


def look(store: Store, url: str, *, legacy: bool) -> Visit:
    data = {
        "catalogue": {
            "sites": [{"id": "p", "name": "门户", "home": url, "legacy_tls": legacy}],
            "columns": [{"id": "tz", "name": "通知", "url": url}],
        }
    }
    with store.engine.begin() as connection:
        sync(connection, read_catalogue(data, Path("config.yaml"), CONFIG), NOW)
    return recheck(Desk(store.engine, store.reader, CONFIG, lambda: NOW), ["tz"])[0]


def swept(folder: Path, url: str, *, legacy: bool) -> tuple[str, str]:
    """How the content checks read a post of a site, and what they say of a link to it."""
    data = {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "office@example.org",
            "allow_loopback": True,
            "delay": 0.001,
            "retries": 0,
            "robots": False,
        },
        "monitor": {
            "rules": {"content_suspects": {"valid_from": "2019-04-01", "clause": "内部规则"}}
        },
        "catalogue": {
            "sites": [{"id": "p", "name": "门户", "home": url, "legacy_tls": legacy}],
            "columns": [{"id": "tz", "name": "通知", "url": url}],
        },
    }
    folder.mkdir()
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    row = {
        "outlet_id": "tz",
        "url": f"{url}1.htm",
        "title": "样例",
        "published": NOW.date(),
        "published_at": None,
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
    with open_office(path) as office:
        enter_catalogue(office, NOW)
        with office.engine.begin() as connection:
            connection.execute(insert(PostRow), row)
        sweep(office, lambda: NOW)
        with office.reader.connect() as connection:
            looked = connection.execute(select(CheckedPostRow.outcome, CheckedPostRow.reason)).one()
            links = set(connection.execute(select(ResourceRow.result)).scalars())
    return f"{looked.outcome} {looked.reason}".strip(), "、".join(sorted(links))


def test_the_content_checks_speak_to_a_site_as_it_is_marked_and_call_no_old_link_dead(
    tmp_path: Path,
) -> None:
    made = context(ssl.TLSVersion.TLSv1, "DEFAULT:@SECLEVEL=0")
    if not spoken(made):
        pytest.skip(
            f"NOT TESTED: {ssl.OPENSSL_VERSION} of this machine cannot speak TLS 1.0 at all"
        )
    with served(made) as url:
        assert swept(tmp_path / "unmarked", url, legacy=False)[0] == "unreachable tls"
        assert swept(tmp_path / "marked", url, legacy=True) == ("read", "fine")


def test_the_visit_says_which_tls_it_came_by(sqlite_store: Store) -> None:
    made = context(ssl.TLSVersion.TLSv1, "DEFAULT:@SECLEVEL=0")
    if not spoken(made):
        pytest.skip(
            f"NOT TESTED: {ssl.OPENSSL_VERSION} of this machine cannot speak TLS 1.0 at all"
        )
    with served(made) as url:
        refused = look(sqlite_store, url, legacy=False)
        read = look(sqlite_store, url, legacy=True)
        again = look(sqlite_store, url, legacy=True)
    assert (refused.outcome, refused.reason) == (Outcome.UNREACHABLE, "tls")
    assert "legacy_tls" in refused.mark
    assert (read.outcome, read.dated, read.mark) == (Outcome.READ, 12, "tls: legacy (TLSv1)")
    assert (again.outcome, again.mark) == (Outcome.UNCHANGED, "tls: legacy (TLSv1)")


def test_the_night_asks_a_marked_site_in_its_own_way_too(tmp_path: Path) -> None:
    """In a process of its own: a Scrapy crawl can run once in each."""
    made = context(ssl.TLSVersion.TLSv1, "DEFAULT:@SECLEVEL=0")
    if not spoken(made):
        pytest.skip(
            f"NOT TESTED: {ssl.OPENSSL_VERSION} of this machine cannot speak TLS 1.0 at all"
        )
    with served(made) as url:
        config = {
            "store": f"sqlite:///{tmp_path}/store.db",
            "crawler": {
                **CONFIG.model_dump(include={"contact", "allow_loopback", "delay", "robots"})
            },
            "catalogue": {
                "sites": [{"id": "p", "name": "门户", "home": url, "legacy_tls": True}],
                "columns": [{"id": "tz", "name": "通知", "url": url}],
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


def test_the_old_context_offers_what_the_new_one_refuses() -> None:
    old, new = last_century(), any_certificate()
    assert old.options & 0x4
    assert not new.options & 0x4
    assert (old.security_level, new.security_level >= 1) == (0, True)
    assert old.minimum_version == ssl.TLSVersion.TLSv1
    assert new.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ssl.SSLError(1, "[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation disabled (_ssl.c:1006)"),
            "UNSAFE_LEGACY_RENEGOTIATION_DISABLED; legacy_tls: true on the site may help",
        ),
        (
            ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)"),
            "certificate verify failed: certificate has expired",
        ),
        (
            RuntimeError("[<twisted.python.failure.Failure OpenSSL.SSL.Error: [('SSL routines', '', 'dh key too small')]>]"),
            "DH_KEY_TOO_SMALL; legacy_tls: true on the site may help",
        ),
        (ssl.SSLError(1, "[SSL] record layer failure (_ssl.c:1006)"), ""),
        (RuntimeError("reset"), ""),
    ],
)  # fmt: skip
def test_a_tls_fault_is_told_by_its_name(error: Exception, said: str) -> None:
    assert fault_of(error) == said
