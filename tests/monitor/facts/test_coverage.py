"""How much a night saw: our own blindness keeps everybody safe, one site's trouble only those who
stand on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crawler.model import Evidence, Outcome, Outlet, OutletKind, Probe
from monitor.facts.coverage import sight
from monitor.model import Look, Newest, OutletFacts

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
TONIGHT, BEFORE = timedelta(hours=1), timedelta(days=2)


def look(outcome: Outcome, ago: timedelta, probe: str = "portal") -> Look:
    proves = Evidence.COMPLETE if outcome.conclusive else Evidence.NONE
    return Look(NOW - ago, outcome, proves, probe)


GOOD, OLD = look(Outcome.READ, TONIGHT), look(Outcome.READ, BEFORE)
REFUSED = look(Outcome.UNREACHABLE, TONIGHT)
UNREADABLE = look(Outcome.UNREADABLE, TONIGHT)


def column(name: str, *looks: Look, site: str = "a") -> OutletFacts:
    outlet = Outlet(
        name, OutletKind.COLUMN, name, "portal", site, (), f"http://{site}.example.org/{name}/"
    )
    return OutletFacts(outlet, (), looks, None, False)


def account(name: str, *looks: Look, newest: date | None = None) -> OutletFacts:
    outlet = Outlet(name, OutletKind.ACCOUNT, name, "weibo", "a", (), probes=(Probe("weibo"),))
    known = Newest(newest, "", "", "", "item") if newest else None
    return OutletFacts(outlet, (), looks, known, newest is not None)


def many(count: int, *looks: Look, site: str = "a", first: int = 0) -> list[OutletFacts]:
    return [column(f"{site}{first + n}", *looks, site=site) for n in range(count)]


def test_a_night_on_which_every_answer_was_an_error_asked_all_and_saw_nothing() -> None:
    found = sight(many(10, REFUSED, OLD), NOW, 0.8)
    assert (found.asked, found.blind) == (1.0, True)


def test_a_first_night_that_nobody_answers_is_blind_and_one_that_is_not_understood_in_part_is_not() -> (
    None
):
    assert sight(many(10, REFUSED), NOW, 0.8).blind
    assert not sight([*many(2, UNREADABLE), *many(2, GOOD, first=2)], NOW, 0.8).blind


def test_of_several_sites_the_one_that_is_down_keeps_back_its_own_columns_only() -> None:
    down = many(6, REFUSED, OLD, site="a")
    up = [*many(3, GOOD, OLD, site="b"), *many(3, GOOD, OLD, site="c")]
    found = sight([*down, *up], NOW, 0.8)
    assert not found.blind
    assert found.dark == {"site:a", *(f"outlet:a{n}" for n in range(6))}


def test_most_sites_dark_in_one_night_are_our_own_line() -> None:
    down = [*many(2, REFUSED, OLD, site="a"), *many(2, REFUSED, OLD, site="b")]
    assert sight([*down, *many(2, GOOD, OLD, site="c")], NOW, 0.8).blind


def test_a_page_that_nobody_could_read_all_week_is_not_tonights_blindness() -> None:
    week = [look(Outcome.UNREADABLE, timedelta(days=n)) for n in range(1, 5)]
    found = sight([*many(5, UNREADABLE, *week), *many(5, GOOD, first=5)], NOW, 0.8)
    assert (found.blind, found.dark) == (False, frozenset())


def test_a_catalogue_without_an_address_saw_nothing() -> None:
    nowhere = OutletFacts(
        Outlet("x", OutletKind.COLUMN, "x", "portal", "a", ()), (), (), None, False
    )
    assert sight([nowhere], NOW, 0.8).blind
    assert sight([], NOW, 0.8).blind


def test_accounts_that_all_posted_lately_are_left_in_peace_and_nobody_is_blind() -> None:
    assert not sight([account("wb", newest=date(2020, 7, 19))], NOW, 0.8).blind
    assert sight([account("wb", look(Outcome.BLOCKED, TONIGHT, "weibo"))], NOW, 0.8).blind
