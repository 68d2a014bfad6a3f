"""One contract over both doors: the spider and the recheck reach the same Visit, over good pages
and every fault."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from crawler.clock import clock as real_clock
from crawler.config import load_yaml
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import Evidence, Visit
from crawler.store.rows import unread_of
from crawler.store.tables import VisitRow
from monitor.demo.faults import CAPTCHA, CHALLENGE, LOGIN, gzip_bomb
from monitor.night.child import run_crawl
from monitor.office import enter_catalogue, open_office
from tests.support.district import PROJECT, START
from tests.support.doors import (
    Answer,
    Request,
    Server,
    chunked,
    deflated,
    gzipped,
    plain,
    raw,
    redirect,
    serving,
    validated,
)

ROWS = "".join(
    f'<li><span>2020-07-{day:02d}</span><a href="./t202007{day:02d}_{day}.htm">样例第{day}条工作动态信息</a></li>'
    for day in range(19, 4, -1)
)
LIST = (
    '<!DOCTYPE html><html><head><meta charset="{charset}"><title>工作动态</title></head><body>'
    f'<div class="nav"><a href="/">首页</a></div><ul class="list">{ROWS}</ul></body></html>'
)
PAGE = LIST.format(charset="utf-8").encode()
GBK = LIST.format(charset="utf-8").encode("gb18030")
EMPTY = b""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
LIMIT = 200_000
DOOR = ("moment", "door", "seconds", "seen")
"""What may differ between two looks at the same page."""


@dataclass(frozen=True)
class Case:
    """What a host answers for ``/`` (and other paths), and how the look must end; ``None``: any
    reason."""

    answers: dict[str, Answer] = field(default_factory=dict)
    outcome: str = "read"
    reason: str | None = ""
    path: str = "/"


def one(answer: Answer, outcome: str = "read", reason: str | None = "", path: str = "/") -> Case:
    return Case({path: answer}, outcome, reason, path)


async def cookie_gate(request: Request, writer: Any) -> None:
    """Lets nobody in who does not bring back its cookie."""
    if "cookie" in request.headers:
        await plain(PAGE)(request, writer)
    else:
        await plain(b"", status="302 Found", location="/", set_cookie="seen=1; Path=/")(
            request, writer
        )


async def echo(request: Request, writer: Any) -> None:
    """Shows the list only to who says the same of itself as the other door does."""
    same = (
        request.headers["user-agent"].startswith("gengxin/")
        and "zh-CN" in request.headers["accept-language"]
    )
    await plain(PAGE if same else EMPTY)(request, writer)


CASES: dict[str, Case] = {
    # Pages
    "plain": one(plain(PAGE)),
    "agent": one(echo),
    "etag": one(validated(PAGE, '"tag-1"')),
    "odd etag": one(plain(PAGE, etag='W/"样例"'.encode().decode("latin-1"))),
    "gbk said utf-8": one(plain(GBK, content_type="text/html; charset=utf-8")),
    "gbk unsaid": one(plain(GBK, content_type="text/html")),
    "gzip": one(gzipped(PAGE)),
    "gzip twice": one(plain(gzip.compress(gzip.compress(PAGE)), content_encoding="gzip, gzip")),
    "deflate": one(deflated(PAGE)),
    "chunked": one(chunked(PAGE)),
    "no length": one(raw(HEAD + b"\r\n", PAGE)),
    "old http": one(raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)),
    "query": Case({"/list": plain(PAGE)}, path="/list?id=7&page=1"),
    "chinese path": Case({"/%E6%A0%8F%E7%9B%AE/": plain(PAGE)}, path="/栏目/"),
    "nul bytes": one(plain(PAGE.replace("样例第12条".encode(), b"\x00\x00"))),
    # Copies of caches
    "young copy": one(plain(PAGE, age="600", via="1.1 squid")),
    "old copy": one(plain(PAGE, age="1900800", via="1.1 squid"), "read", "old_copy"),
    "stale copy": one(plain(PAGE, warning='110 - "Response is Stale"'), "read", "old_copy"),
    "copy by its date": one(plain(PAGE, date="Sun, 28 Jun 2020 01:00:00 GMT", x_cache="HIT"), "read", "old_copy"),
    "frozen date": one(plain(PAGE, date="Sun, 28 Jun 2020 01:00:00 GMT"), "read", "old_copy"),
    "broken age": one(plain(PAGE, age="soon", date="yesterday")),
    # Redirects
    "redirect": Case({"/": redirect("/b/"), "/b/": plain(PAGE)}, reason="moved_address"),
    "redirect 301": Case({"/": redirect("b/", "301 Moved"), "/b/": plain(PAGE)}, reason="moved_address"),
    "redirect 303": Case({"/": redirect("b/", "303 See Other"), "/b/": plain(PAGE)}, reason="moved_address"),
    "redirect 307": Case({"/": redirect("b/?a=b#c", "307 Temporary"), "/b/": plain(PAGE)}, reason="moved_address"),
    "redirect raw": Case({"/": redirect("/栏目/".encode().decode("latin-1")), "/%E6%A0%8F%E7%9B%AE/": plain(PAGE)}, reason="moved_address"),
    "redirect loop": one(redirect("/"), "unreachable", "redirect_loop"),
    "redirect far": Case({"/": redirect("/1/"), **{f"/{n}/": redirect(f"/{n + 1}/") for n in range(1, 9)}}, "unreachable", "redirect_loop"),
    "redirect inside": one(redirect("http://10.0.0.1/"), "unreachable", "forbidden_address"),
    "redirect abroad": one(redirect("http://elsewhere.example.com/"), "unreachable", "foreign_host"),
    "redirect scheme": one(redirect("ftp://127.0.0.1/"), "unreachable", "bad_address"),
    "redirect nonsense": one(redirect("http://[/"), "unreachable", "bad_address"),
    "redirect nowhere": one(plain(b"", status="302 Found"), "unreadable", None),
    "stub": Case({"/": plain(b'<html><head><meta http-equiv="refresh" content="0;url=real/"></head></html>'), "/real/": plain(PAGE)}, reason="moved_address"),
    "cookie gate": one(cookie_gate, "unreachable", "redirect_loop"),
    # Refusals
    "403": one(plain("禁止访问".encode(), status="403 Forbidden"), "blocked", None),
    "404": one(plain(b"", status="404 Not Found"), "unreachable", "not_found"),
    "412": one(plain(CHALLENGE.encode(), status="412 Precondition Failed"), "blocked", None),
    "418": one(plain(b"", status="418 Teapot"), "blocked", None),
    "429": one(plain(b"", status="429 Too Many"), "blocked", None),
    "500": one(plain(b"", status="500 Error"), "unreachable", "server_error"),
    "521": one(plain(CHALLENGE.encode(), status="521 x"), "blocked", None),
    "304 unasked": one(plain(b"", status="304 Not Modified"), "unreadable", "bad_304"),
    "204": one(raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "unreadable", None),
    "captcha": one(plain(CAPTCHA.encode()), "blocked", None),
    "challenge": one(plain(CHALLENGE.encode()), "blocked", None),
    "login": one(plain(LOGIN.encode()), "blocked", "login_wall"),
    "empty": one(plain(EMPTY), "unreadable", "empty_body"),
    "pdf": one(plain(b"%PDF-1.4 " + bytes(3000), content_type="application/pdf"), "unreadable", "not_html"),
    # Faults of the network
    "cut": one(raw(HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE), "unreachable", "reset"),
    "cut chunk": one(chunked(PAGE, cut=True), "unreachable", "reset"),
    "reset": one(raw(HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE, reset=True), "unreachable", "reset"),
    "no answer": one(raw(), "unreachable", "reset"),
    "nonsense": one(raw(b"\x15\x03\x01\x00\x02\x02\x16 no http at all\r\n\r\n"), "unreachable", "reset"),
    "silent": one(raw(hang=True), "unreachable", "timeout"),
    "stalls": one(raw(HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE, hang=True), "unreachable", "timeout"),
    # Too much, and broken packing
    "too large": one(plain(PAGE + b" " * LIMIT), "unreadable", "too_large"),
    "too large, unsaid": one(raw(HEAD + b"\r\n", *[b"<p>x</p>" * 4000] * 20), "unreadable", "too_large"),
    "gzip bomb": one(plain(gzip_bomb(20_000_000), content_encoding="gzip"), "unreadable", "too_large"),
    "no gzip": one(plain(PAGE, content_encoding="gzip"), "unreachable", "bad_encoding"),
    "torn gzip": one(plain(gzip.compress(PAGE)[:-300], content_encoding="gzip"), "unreadable", None),
    "unknown packing": one(plain(PAGE, content_encoding="x-none")),
}  # fmt: skip


@dataclass
class Both:
    """The visits of both doors by case, with and without validators, and the recheck's seconds for
    one column."""

    spider: dict[str, Visit]
    recheck: dict[str, Visit]
    second_spider: dict[str, Visit]
    second_recheck: dict[str, Visit]
    seconds: float


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    servers = {name: Server(case.answers) for name, case in CASES.items()}
    with serving(servers):
        stores = {}
        for door in ("spider", "recheck"):
            stores[door] = write(tmp_path_factory.mktemp(door), servers)
        first = spider(stores["spider"])
        second = spider(stores["spider"])
        found = rechecked(stores["recheck"])
        again = rechecked(stores["recheck"])
        began = monotonic()
        rechecked(stores["recheck"], only="plain")
        yield Both(first, found, second, again, monotonic() - began)


def ids() -> dict[str, str]:
    return {name: f"c{number}" for number, name in enumerate(CASES)}


def write(folder: Path, servers: dict[str, Server]) -> Path:
    base = load_yaml(PROJECT / "config.yaml")
    settings = {"contact": "office@example.org", "delay": 0.001, "timeout": 1.5, "retries": 0}
    settings |= {"max_size": LIMIT, "allow_loopback": True, "redirects": 5}
    columns = [
        {
            "id": ids()[name],
            "name": "工作动态",
            "url": f"http://127.0.0.1:{servers[name].port}{case.path}",
        }
        for name, case in CASES.items()
    ]
    sites = [{"id": "portal", "name": "样例", "home": "http://127.0.0.1/", "delay": 0.001}]
    data = {
        "store": f"sqlite:///{folder}/store.db",
        "crawler": settings,
        "monitor": base["monitor"],
    }
    data["catalogue"] = {"sites": sites, "columns": columns}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def spider(path: Path) -> dict[str, Visit]:
    with open_office(path) as office:
        enter_catalogue(office, START)
        crawled = run_crawl(path, START, time_limit=60)
        assert crawled.fault == ""
        with office.reader.connect() as connection:
            rows = connection.execute(
                select(VisitRow.__table__).where(VisitRow.page_no == 1).order_by(VisitRow.id)
            ).mappings()
            names = {id_: name for name, id_ in ids().items()}
            kept = [f.name for f in fields(Visit) if f.name != "outlet"]
            return {
                names[row["outlet_id"]]: Visit(
                    row["outlet_id"],
                    **{name: row[name] for name in kept}
                    | {"unread": tuple(unread_of(one) for one in row["unread"])},
                )
                for row in rows
            }


def rechecked(path: Path, only: str = "") -> dict[str, Visit]:
    wanted = ids() if not only else {only: ids()[only]}
    with open_office(path) as office:
        enter_catalogue(office, START)
        crawl = office.settings.crawl
        visits = recheck(
            Desk(office.engine, office.reader, crawl, real_clock(START)),
            list(wanted.values()),
            glance=Glance(conditional=True),
        )
    return dict(zip(wanted, visits, strict=True))


def shape(visit: Visit) -> dict[str, object]:
    """The visit without what may differ; ports differ from nothing here."""
    return {f.name: str(getattr(visit, f.name)) for f in fields(Visit) if f.name not in DOOR}


@pytest.mark.parametrize("name", CASES)
def test_both_doors_reach_the_same_visit(both: Both, name: str) -> None:
    assert shape(both.spider[name]) == shape(both.recheck[name])
    assert (both.spider[name].door, both.recheck[name].door) == ("spider", "recheck")


@pytest.mark.parametrize("name", CASES)
def test_both_doors_reach_the_same_visit_when_they_come_again(both: Both, name: str) -> None:
    assert shape(both.second_spider[name]) == shape(both.second_recheck[name])


@pytest.mark.parametrize("name", CASES)
def test_every_answer_has_its_documented_outcome(both: Both, name: str) -> None:
    visit, case = both.recheck[name], CASES[name]
    assert visit.outcome.value == case.outcome, visit
    assert case.reason is None or visit.reason == case.reason
    assert visit.outcome.conclusive or visit.reason


def test_a_tag_that_comes_back_is_answered_304_at_both_doors(both: Both) -> None:
    for again in (both.second_spider["etag"], both.second_recheck["etag"]):
        assert (again.status, str(again.outcome), again.etag) == (304, "unchanged", '"tag-1"')
        assert again.newest == both.spider["etag"].newest


def test_a_copy_stands_for_the_moment_it_was_made_and_proves_no_list_whole(both: Both) -> None:
    for visit in (both.spider["old copy"], both.recheck["old copy"]):
        assert Evidence(visit.evidence) is Evidence.LOWER_BOUND
        assert visit.seen is not None
        assert abs(visit.moment - timedelta(seconds=1900800) - visit.seen) < timedelta(seconds=5)
        assert visit.path == "age=1900800; via=1.1 squid"
    assert Evidence(both.spider["young copy"].evidence) is Evidence.COMPLETE
    assert both.spider["stale copy"].seen is None


def test_a_recheck_is_quick_enough_to_wait_for(
    both: Both, record_property: pytest.FixtureRequest
) -> None:
    record_property("recheck_seconds", round(both.seconds, 2))  # type: ignore[operator]
    assert both.recheck["plain"].outcome.value == "read"
