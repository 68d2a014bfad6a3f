"""What stands now: one row an outlet, the gravest of what was said about its being kept up to date;
the trend beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from crawler.model import Outlet, OutletKind
from crawler.store.tables import OutletRow, SiteRow
from monitor.findings.standing import StandingRow, TrendRow, greet, stand, stands
from monitor.model import Facts, Newest, OutletFacts, Value, Verdict
from monitor.record.tables import JudgementRow
from tests.conftest import Store

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
DAY = date(2020, 7, 20)
NEWEST = Newest(date(2020, 7, 1), "一条", "http://a.example.org/1", "2020-07-01", "item")


def outlet(id: str) -> OutletFacts:
    made = Outlet(
        id=id,
        kind=OutletKind.COLUMN,
        name=f"{id}栏目",
        platform="portal",
        site="mh",
        units=("jyj",),
        url="http://a.example.org/",
    )
    return OutletFacts(made, ("jyj",), (), NEWEST, True)


def facts(*ids: str, moment: datetime = NOW, partial: bool = False, failed: bool = False) -> Facts:
    return Facts(
        moment,
        DAY,
        tuple(outlet(id) for id in ids),
        (),
        (),
        "2020-07",
        partial=partial,
        failed_night=failed,
    )


def said(id: str, value: Value, rule: str = "column_stale", sentence: str = "句子。") -> Verdict:
    return Verdict(
        rule, f"outlet:{id}", value, sentence, "条款", name=f"{id}栏目", due=date(2020, 7, 15)
    )


def put(store: Store, verdicts: list[Verdict], of: Facts) -> None:
    with store.engine.begin() as connection:
        stand(connection, verdicts, of)


def rows(store: Store) -> dict[str, StandingRow]:
    with store.reader.connect() as connection:
        return {row.key: row for row in connection.execute(select(StandingRow.__table__))}


def test_the_gravest_verdict_of_an_outlet_stands_with_what_a_list_shows(store: Store) -> None:
    put(
        store,
        [said("a", Value.FRESH, "column_blank"), said("a", Value.STALE), said("b", Value.FRESH)],
        facts("a", "b"),
    )
    found = rows(store)
    assert (found["outlet:a"].value, found["outlet:a"].outlet_id, found["outlet:a"].newest) == (
        "stale",
        "a",
        date(2020, 7, 1),
    )
    assert found["outlet:b"].sentence == ""  # it would change every day and tell nothing
    with store.reader.connect() as connection:
        assert stands(connection, "column") == {"stale": 1, "fresh": 1}


def test_what_is_beside_the_point_never_decides_whether_a_column_is_kept_up(store: Store) -> None:
    verdicts = [
        said("a", Value.FRESH),
        said("a", Value.UNKNOWN, "content_suspects"),
        said("a", Value.FRESH, "content_faults"),
    ]
    put(store, verdicts, facts("a"))
    found = rows(store)
    assert found["outlet:a"].value == "fresh"
    beside = [row for row in found.values() if row.kind == "beside"]
    assert [(row.rule, row.outlet_id) for row in beside] == [("content_suspects", None)]


def test_a_change_keeps_its_moment_and_what_was_before(store: Store) -> None:
    put(store, [said("a", Value.FRESH)], facts("a"))
    later = NOW + timedelta(days=1)
    put(store, [said("a", Value.STALE)], facts("a", moment=later))
    put(
        store,
        [said("a", Value.STALE, sentence="又过了一天。")],
        facts("a", moment=later + timedelta(days=1)),
    )
    row = rows(store)["outlet:a"]
    assert (row.value, row.before, row.since.replace(tzinfo=UTC), row.sentence) == (
        "stale",
        "fresh",
        later,
        "又过了一天。",
    )


def test_a_recheck_touches_its_own_outlet_only(store: Store) -> None:
    put(store, [said("a", Value.STALE), said("b", Value.STALE)], facts("a", "b"))
    site = replace(said("a", Value.STALE, "host_name"), subject="site:mh")
    put(
        store,
        [said("a", Value.FRESH), site],
        facts("a", moment=NOW + timedelta(hours=1), partial=True),
    )
    found = rows(store)
    assert {key: row.value for key, row in found.items()} == {
        "outlet:a": "fresh",
        "outlet:b": "stale",
    }


def test_what_left_the_catalogue_stands_no_more_and_what_no_rule_speaks_of_is_unknown(
    store: Store,
) -> None:
    put(store, [said("a", Value.STALE), said("b", Value.STALE)], facts("a", "b"))
    put(store, [said("b", Value.STALE)], facts("b", "c", moment=NOW + timedelta(days=1)))
    assert {key: row.value for key, row in rows(store).items()} == {
        "outlet:b": "stale",
        "outlet:c": "unknown",
    }


def test_an_older_judgement_leaves_what_stands(store: Store) -> None:
    with store.engine.begin() as connection:
        row = {"as_of": NOW, "failed_night": False, "counts": {}, "digest": "", "limits": {}}
        connection.execute(insert(JudgementRow).values(row))
        stand(connection, [said("a", Value.STALE)], facts("a"))
        stand(connection, [said("a", Value.FRESH)], facts("a", moment=NOW - timedelta(days=3)))
    assert rows(store)["outlet:a"].value == "stale"


@pytest.mark.parametrize("failed", [False, True])
def test_the_trend_keeps_each_day_s_last_whole_judgement_and_no_failed_night(
    store: Store, failed: bool
) -> None:
    put(store, [said("a", Value.FRESH)], facts("a"))
    put(store, [said("a", Value.STALE)], facts("a", moment=NOW + timedelta(hours=2), failed=failed))
    with store.reader.connect() as connection:
        found = [
            (row.day, row.kind, row.value, row.n)
            for row in connection.execute(select(TrendRow.__table__))
        ]
    assert found == [(DAY, "column", "fresh" if failed else "stale", 1)]


def test_an_outlet_has_a_row_from_its_first_day_in_the_catalogue(store: Store) -> None:
    with store.engine.begin() as connection:
        site = {
            "id": "mh",
            "name": "门户",
            "home": "http://a.example.org/",
            "hosts": [],
            "delay": 1.0,
            "concurrency": 1,
        }
        connection.execute(insert(SiteRow).values(site | {"legacy_tls": False}))
        new = {
            "id": "n",
            "kind": "column",
            "name": "新栏目",
            "platform": "portal",
            "site_id": "mh",
            "cls": "news",
            "path": "",
            "level": 1,
            "floor": 1,
            "state": "registered",
            "handle": {},
            "probes": [],
        }
        connection.execute(insert(OutletRow).values(new))
        assert greet(connection, NOW) == 1
        assert greet(connection, NOW) == 0
    row = rows(store)["outlet:n"]
    assert (row.value, row.cls) == ("unknown", "news")
    assert "尚未判定" in row.sentence


def test_a_first_judgement_is_no_change_and_the_next_one_is(store: Store) -> None:
    """A place that was entered before any night has a row already, unknown; that was never a
    verdict."""
    put(store, [], facts("a"))
    put(store, [said("a", Value.STALE)], facts("a", moment=NOW + timedelta(days=1)))
    row = rows(store)["outlet:a"]
    assert (row.value, row.before) == ("stale", "")
    put(store, [said("a", Value.FRESH)], facts("a", moment=NOW + timedelta(days=2)))
    assert rows(store)["outlet:a"].before == "stale"
    put(store, [], facts("a", moment=NOW + timedelta(days=3)))
    put(store, [said("a", Value.STALE)], facts("a", moment=NOW + timedelta(days=4)))
    assert rows(store)["outlet:a"].before == "unknown", (
        "it had been judged before: this is a change"
    )
