"""Planned columns: what the store knows of them is read when their turn comes, in batches, and
nothing gets lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from crawler.config import CrawlConfig
from crawler.model import Manners, Outcome, Outlet, OutletKind, Probe, Site, Unit
from crawler.platforms import portal
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.tables import OutletRow
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import host_manners, known_outlets, planned_outlets
from crawler.walking.model import Known, Planned
from tests.conftest import Store
from tests.support.walking import Memory, Web, failing, outlet, post, reading, walker

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web whose lists are read by its own reader in place of the portal's."""
    web = Web()
    monkeypatch.setattr(portal, "read", web.read)
    return web


@dataclass
class Library(Memory):
    """A keeper that also knows outlets and counts how often it was asked."""

    shelf: dict[str, Known] = field(default_factory=dict)
    questions: list[list[str]] = field(default_factory=list)

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        self.questions.append(list(ids))
        return {one: self.shelf[one] for one in ids if one in self.shelf}


def library(web: Web, count: int) -> tuple[Library, list[Planned]]:
    """``count`` columns of one host that answer, on the shelf and planned."""
    outlets = [outlet(f"c{n}") for n in range(count)]
    for one in outlets:
        web.pages[str(one.url)] = reading([post(1)])
    planned = [Planned(one.id, str(one.url), one.site) for one in outlets]
    return Library(shelf={one.id: Known(one) for one in outlets}), planned


def looked(library: Library) -> dict[str, tuple[Outcome, str]]:
    return {one.visit.outlet: (one.visit.outcome, one.visit.reason) for one in library.looks}


def test_every_planned_column_is_looked_at_and_few_questions_are_asked(web: Web) -> None:
    memory, planned = library(web, 70)
    asyncio.run(walker(web, memory).run([], (), planned))
    assert looked(memory) == {one.id: (Outcome.READ, "") for one in planned}
    assert len(memory.questions) == 5
    assert max(len(ids) for ids in memory.questions) == 16


def test_what_is_known_of_a_planned_column_counts_when_it_is_asked(web: Web) -> None:
    memory, planned = library(web, 1)
    known = memory.shelf["c0"]
    memory.shelf["c0"] = replace(known, etag='"e"', walk_done=True, last_conclusive=NOW)
    asyncio.run(walker(web, memory).run([], (), planned))
    assert web.asked[-1].headers == {"If-None-Match": '"e"'}


def test_a_dead_host_leaves_a_visit_for_each_planned_column(web: Web) -> None:
    memory, planned = library(web, 80)
    for one in planned:
        web.pages[one.url] = failing("timeout")
    asyncio.run(walker(web, memory, give_up_after=3, retries=0).run([], (), planned))
    outcomes = looked(memory)
    assert {one.id for one in planned} == set(outcomes)
    assert {outcome for outcome, _ in outcomes.values()} == {Outcome.UNREACHABLE}
    assert sum(reason == "host_gave_up" for _, reason in outcomes.values()) == 77
    assert len(memory.questions) <= 6


def test_a_column_that_left_the_catalogue_meanwhile_is_left_alone(web: Web) -> None:
    memory, planned = library(web, 3)
    del memory.shelf["c1"]
    asyncio.run(walker(web, memory).run([], (), planned))
    assert set(looked(memory)) == {"c0", "c2"}
    assert planned[1].url not in [ask.url for ask in web.asked]


def test_a_planned_column_with_a_forbidden_address_says_so(web: Web) -> None:
    memory, _ = library(web, 0)
    strange = outlet("s", url="http://elsewhere.example.org/")
    memory.shelf["s"] = Known(strange)
    asyncio.run(walker(web, memory).run([], (), [Planned("s", str(strange.url), "site")]))
    assert looked(memory) == {"s": (Outcome.UNREACHABLE, "foreign_host")}


def catalogue() -> Catalogue:
    column = Outlet("a", OutletKind.COLUMN, "栏目a", "portal", "s", ("u1",), url="http://portal/a/")
    nowhere = replace(column, id="b", url=None)
    account = Outlet(
        "w",
        OutletKind.ACCOUNT,
        "某账号",
        "weibo",
        "s",
        ("u1",),
        handle={"uid": "1"},
        probes=(Probe("weibo", "http://weibo/1", {"uid": "1"}),),
    )
    units = (Unit("u1", "单位", "全称", "区直部门"),)
    return Catalogue(
        units,
        (Site("s", "门户", "http://portal/", manners=Manners(0.5, 2)),),
        (column, nowhere, account),
    )


def test_columns_are_planned_and_everything_else_is_known(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        planned, known = planned_outlets(connection)
        everything = known_outlets(connection)
        manners = host_manners(connection, known, planned)
    assert planned == [Planned("a", "http://portal/a/", "s")]
    assert {one.outlet.id for one in known} == {"b", "w"}
    assert {one.outlet.id for one in everything} == {"a", "b", "w"}
    assert manners["portal"] == Manners(0.5, 2)


def test_the_plan_follows_the_wish_and_the_last_look(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        connection.execute(update(OutletRow).where(OutletRow.id == "a").values(last_look=NOW))
        assert planned_outlets(connection, ["b"])[0] == []
        assert planned_outlets(connection, ["a"])[1] == []
        planned, known = planned_outlets(connection, since=NOW)
    assert planned == []
    assert {one.outlet.id for one in known} == {"b", "w"}


def test_the_keeper_tells_what_the_store_knows(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        connection.execute(update(OutletRow).where(OutletRow.id == "a").values(etag="e"))
    keeper = StoreKeeper(
        store.engine, store.reader, CrawlConfig(contact="x@example.org"), frozenset()
    )
    told = keeper.known(["a", "gone"])
    assert {id: one.etag for id, one in told.items()} == {"a": "e"}
