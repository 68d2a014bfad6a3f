"""Home page visits: what counts as open, what is our own fault, and the exact rule over a week."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Thread

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import SHANGHAI, Site
from crawler.net.client import Gate
from crawler.net.resolver import Resolve, system_resolve
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from monitor.facts import probes
from monitor.model import Facts, Probed, SiteWeek, Value
from monitor.night.availability import day_plan, due_visits, visit_home
from monitor.rules.sites.certificate_expiry import check as certificate
from monitor.rules.sites.site_unreachable import check
from tests.conftest import Store

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)


@contextmanager
def answering(answer: bytes, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on loopback that gives one raw answer to every request, over ``tls`` where it is
    given."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            try:
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
            except OSError:  # the visitor did not like our certificate
                connection.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes the accept
        server.close()
        thread.join(5)


def visit(url: str, seconds: float = 5.0, resolve: Resolve = system_resolve) -> Probed:
    gate = Gate(allow_loopback=True, resolve=resolve)
    return asyncio.run(visit_home(url, NOW, {"User-Agent": "test"}, seconds=seconds, gate=gate))


def head(status: str, body: bytes = b"<html>home</html>") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )


def test_an_open_page_has_its_stages_timed_apart() -> None:
    with answering(head("200 OK")) as url:
        found = visit(url)
    assert (found.result, found.status, found.host, found.tls) == ("open", 200, "127.0.0.1", None)
    assert found.dns is not None
    assert found.tcp is not None
    assert found.first is not None
    assert found.seconds >= found.tcp


@pytest.mark.parametrize(
    ("status", "result", "error"),
    [
        ("500 Oops", "closed", "http_500"),
        ("404 Gone", "closed", "http_404"),
        ("403 No", "blocked", "http_403"),
        ("412 No", "blocked", "http_412"),
    ],
)
def test_an_error_page_is_closed_and_a_firewalls_refusal_is_no_visit(
    status: str, result: str, error: str
) -> None:
    with answering(head(status)) as url:
        found = visit(url)
    assert (found.result, found.error) == (result, error)


def test_a_page_that_never_comes_is_closed_after_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = visit(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.3)
    assert (found.result, found.error) == ("closed", "timeout")


def test_a_closed_port_is_the_sites_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = visit(f"http://127.0.0.1:{port}/")
    assert (found.result, found.error) == ("closed", "refused")


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(socket.EAI_AGAIN, "no name server"),
        OSError(errno.ENETUNREACH, "no route"),
        OSError(errno.EHOSTUNREACH, "no route"),
    ],
)
def test_no_way_out_at_all_is_our_own_outage(error: OSError) -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise error

    assert visit("http://www.example.org/", resolve=nowhere).result == "own_outage"


def test_a_name_that_does_not_exist_is_the_sites_fault() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = visit("http://www.example.org/", resolve=unknown)
    assert (found.result, found.error) == ("closed", "dns")


def test_a_home_page_that_leads_inside_is_never_asked_and_tells_nothing() -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "127.0.0.1" else ["10.0.0.5"]

    found = visit("http://www.example.org/", resolve=inside)
    assert (found.result, found.error) == ("blocked", "forbidden_address")
    for target in (
        "http://www.example.org/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00::1]/",
    ):
        head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with answering(head.encode()) as url:
            found = visit(url, resolve=system_resolve if "www" not in target else inside)
        assert (found.result, found.error) == ("blocked", "forbidden_address"), target


def test_loopback_is_for_the_sample_only() -> None:
    with answering(head("200 OK")) as url:
        found = asyncio.run(visit_home(url, NOW, {}, seconds=5))
    assert (found.result, found.error, found.status) == ("blocked", "forbidden_address", 0)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(20, 96))
def test_a_days_visits_are_spread_over_the_day_and_the_same_after_a_restart(
    day: date, count: int
) -> None:
    plan = day_plan("portal", day, count)
    assert plan == day_plan("portal", day, count)
    assert len(plan) == count
    assert plan == sorted(plan)
    assert {moment.astimezone(SHANGHAI).date() for moment in plan} == {day}


def test_each_planned_visit_is_due_once_and_long_past_ones_are_forgone() -> None:
    start = datetime(2020, 7, 20, tzinfo=SHANGHAI)
    beats = [start + timedelta(minutes=n) for n in range(24 * 60 + 1)]
    made = [m for before, now in pairwise(beats) for m in due_visits("p", before, now, 24)]
    assert made == day_plan("p", start.date(), 24)
    assert len(due_visits("p", start - timedelta(days=8), start + timedelta(hours=12), 24)) <= 1


def week(counted: int, closed: int) -> SiteWeek:
    return SiteWeek("portal", "门户", "http://portal/", counted, closed, 0, last=NOW)


def judged(counted: int, closed: int) -> Value:
    facts = Facts(NOW, date(2020, 7, 20), (), (), (), "2020-07", weeks=(week(counted, closed),))
    (verdict,) = check(facts, clause="站点无法访问")
    return verdict.value


@pytest.mark.parametrize(
    ("counted", "closed", "value"),
    [
        (19, 19, Value.UNKNOWN),
        (20, 0, Value.FRESH),
        (20, 1, Value.STALE),
        (168, 8, Value.DUE_SOON),
        (168, 9, Value.STALE),
        (160, 8, Value.STALE),
        (100, 3, Value.DUE_SOON),
        (100, 2, Value.FRESH),
        (1000, 49, Value.DUE_SOON),
        (1000, 50, Value.STALE),
    ],
)
def test_exactly_five_percent_fails_and_three_warns(
    counted: int, closed: int, value: Value
) -> None:
    assert judged(counted, closed) is value


@pytest.fixture
def portal(store: Store) -> Store:
    with store.engine.begin() as connection:
        sync(connection, Catalogue((), (Site("portal", "门户", "http://portal/"),), ()), NOW)
    return store


def test_exactly_fifteen_seconds_is_not_open(portal: Store) -> None:
    with portal.engine.begin() as connection:
        for minutes, seconds in ((3, 14.999), (2, 15.0)):
            probes.add(
                connection,
                "portal",
                Probed(NOW - timedelta(minutes=minutes), "open", seconds, status=200),
            )
        (found,) = probes.weeks(connection, NOW)
    assert (found.counted, found.closed) == (2, 1)


def test_our_own_outage_is_left_out_even_when_found_at_the_confirmation(portal: Store) -> None:
    rows = [
        ("closed", False),
        ("own_outage", True),
        ("blocked", False),
        ("closed", False),
        ("open", True),
    ]
    with portal.engine.begin() as connection:
        for number, (result, confirms) in enumerate(rows):
            moment = NOW - timedelta(minutes=50 - number)
            probes.add(connection, "portal", Probed(moment, result, 1.0), confirms=confirms)
        (found,) = probes.weeks(connection, NOW)
    assert (found.counted, found.closed, found.excluded) == (1, 1, 2)


def test_a_week_is_seven_days_and_a_year_is_kept(portal: Store) -> None:
    with portal.engine.begin() as connection:
        for days in (0, 6, 8, 365, 400):
            probes.add(
                connection, "portal", Probed(NOW - timedelta(days=days, seconds=1), "open", 1.0)
            )
        assert probes.weeks(connection, NOW)[0].counted == 2
        assert probes.forget(connection, NOW) == 1
        assert probes.weeks(connection, NOW - timedelta(days=365))[0].counted == 1


def test_a_failed_visit_asks_for_one_confirmation(portal: Store) -> None:
    ago = timedelta(minutes=5)
    with portal.engine.begin() as connection:
        probes.add(connection, "portal", Probed(NOW - ago, "closed", 15.0))
        window = (NOW - timedelta(minutes=30), NOW - timedelta(minutes=3))
        assert probes.unconfirmed(connection, *window) == {"portal"}
        probes.add(connection, "portal", Probed(NOW, "closed", 15.0), confirms=True)
        assert probes.unconfirmed(connection, NOW - timedelta(minutes=30), NOW) == set()


def of_sites(store: Store, *results: str, minutes: int = 1) -> list[SiteWeek]:
    """A site for each of ``results``, visited ``minutes`` apart from the one before."""
    names = [f"s{number}" for number in range(len(results))]
    sites = tuple(Site(name, name, f"http://{name}/") for name in names)
    with store.engine.begin() as connection:
        sync(connection, Catalogue((), sites, ()), NOW)
        for number, (name, result) in enumerate(zip(names, results, strict=True)):
            moment = NOW - timedelta(hours=3) + timedelta(minutes=number * minutes)
            probes.add(connection, name, Probed(moment, result, 1.0 if result == "open" else 15.0))
        return list(probes.weeks(connection, NOW))


def test_situation_29_sites_that_fail_in_the_same_minutes_fail_by_our_line(store: Store) -> None:
    found = of_sites(store, "closed", "closed", "closed")
    assert [(one.counted, one.closed, one.excluded) for one in found] == [(0, 0, 1)] * 3


def test_a_site_that_fails_while_others_open_fails_for_itself(store: Store) -> None:
    found = of_sites(store, "open", "closed", "open")
    assert [(one.counted, one.closed) for one in found] == [(1, 0), (1, 1), (1, 0)]


def test_sites_that_fail_hours_apart_fail_each_for_itself(store: Store) -> None:
    found = of_sites(store, "closed", "closed", minutes=60)
    assert [(one.counted, one.closed) for one in found] == [(1, 1), (1, 1)]


def test_two_sites_of_one_host_are_one_witness(store: Store) -> None:
    sites = (Site("a", "a", "http://one/"), Site("b", "b", "http://one/b/"))
    with store.engine.begin() as connection:
        sync(connection, Catalogue((), sites, ()), NOW)
        for site in ("a", "b"):
            probes.add(connection, site, Probed(NOW - timedelta(hours=1), "closed", 15.0))
        assert [one.closed for one in probes.weeks(connection, NOW)] == [1, 1]


OLD = "Date: Mon, 06 Jul 2020 01:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (f"{OLD}", True),
        (f"{OLD}\r\nAge: 1209600", False),
        (f"{OLD}\r\nAge: 0\r\nX-Cache: MISS from squid", True),
        (f"{OLD}\r\nX-Cache: HIT from squid", False),
        (f"{OLD}\r\nX-Cache-Status: STALE", False),
        (f'{OLD}\r\nWarning: 110 squid "Response is stale"', False),
        (f"{OLD}\r\nVia: 1.1 proxy (squid)", False),
        (f"{OLD}\r\nVia: 1.1 proxy (squid)\r\nX-Cache: MISS from proxy", True),
    ],
)
def test_situation_14_a_caches_copy_tells_no_time(headers: str, told: bool) -> None:
    with answering(head(f"200 OK\r\n{headers}")) as url:
        found = visit(url)
    assert found.result == "open"
    assert (found.ahead is not None) is told
    if told:
        assert found.ahead == 14 * 86400


def test_a_missing_intermediate_certificate_is_a_fault_of_its_own_and_the_site_is_open(
    portal: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = trustme.CA()
    between = root.create_child_ca()
    leaf = between.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with leaf.cert_chain_pems[0].tempfile() as chain, leaf.private_key_pem.tempfile() as key:
        context.load_cert_chain(chain, key)
    trusting = ssl.create_default_context()
    root.configure_trust(trusting)
    monkeypatch.setattr("monitor.night.availability.verifying", lambda: trusting)
    with answering(head("200 OK"), context) as url:
        found = visit(url)
    assert (found.result, found.error) == ("open", "incomplete_chain")
    with portal.engine.begin() as connection:
        probes.add(connection, "portal", found)
        facts = Facts(NOW, NOW.date(), (), (), (), "2020-07", weeks=probes.weeks(connection, NOW))
    (verdict,) = certificate(facts, clause="证书")
    assert (verdict.value, verdict.ours) == (Value.STALE, True)
    assert "中间证书" in verdict.sentence
