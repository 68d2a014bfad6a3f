"""Situations of the judged side: what was not seen, or was our trouble, accuses nobody and silences
nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert

from crawler.model import AccountCard, ColumnClass, Evidence, Outcome, Outlet, OutletKind, Probe
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.tables import PostRow
from crawler.walking.attestations import AttestationRow
from monitor.facts import probes
from monitor.facts.facts import gather
from monitor.findings.inhibit import down_now
from monitor.findings.ledger import open_findings
from monitor.judging.evaluate import evaluate, judge
from monitor.letters.matters import open_matters
from monitor.model import Probed, Value, Verdict
from monitor.office import count_until
from tests.conftest import Store
from tests.monitor.rules.test_site_rules import CONFIG
from tests.support.judging_facts import at
from tests.support.judging_store import SITE, column, enter, failure, post, unit, visit

OLD, DAY = date(2019, 5, 8), date(2020, 7, 20)
UNITS = (unit("a", quota=None),)
HORIZON = date(2019, 1, 1)


@pytest.fixture
def stale_column(sqlite_store: Store) -> Store:
    """A column past its year, seen by the night and once more."""
    with sqlite_store.engine.begin() as c:
        enter(c, at("2020-07-01"), UNITS, column("x", "a"))
        post(c, "x", "/old", OLD, at("2020-07-01"))
        visit(c, "x", at(DAY, 2), OLD)
        visit(c, "x", at(DAY, 3), OLD, door="recheck")
    return sqlite_store


def visits(store: Store, *results: str, until: datetime) -> None:
    """A visit of the home page every hour, the last one at ``until``."""
    with store.engine.begin() as c:
        for number, result in enumerate(results):
            moment = until - timedelta(hours=len(results) - 1 - number)
            probes.add(c, "site", Probed(moment, result, 1.0 if result == "open" else 15.0))


def told(store: Store) -> tuple[list[str], list[str]]:
    """The rules of the findings that unit ``a`` gets a letter of, and of those that stand open."""
    evaluate(store.engine, CONFIG, at(DAY), count=count_until, horizon=HORIZON, failed_night=False)
    with store.reader.connect() as c:
        by_unit, _ = open_matters(c, DAY, at(DAY), {"a": UNITS[0]})
        found = open_findings(c, at(DAY))
    return [m.finding.rule for m in by_unit.get("a", []) if not m.held], [f.rule for f in found]


@pytest.mark.parametrize(
    "results",
    [
        ("open",) * 3,
        ("blocked",) * 30,
        (*("closed",) * 3, *("open",) * 30),
        (*("closed",) * 3, *("open",) * 30, "closed"),
    ],
)
def test_situation_16_a_site_that_is_not_down_now_silences_no_letter(
    stale_column: Store, results: tuple[str, ...]
) -> None:
    visits(stale_column, *results, until=at(DAY, 8))
    letters, found = told(stale_column)
    assert "column_stale" in letters
    assert "site_unreachable" in found


def test_a_site_that_is_down_now_keeps_its_columns_letters_back(stale_column: Store) -> None:
    visits(stale_column, *("open",) * 30, *("closed",) * 3, until=at(DAY, 8))
    letters, found = told(stale_column)
    assert letters == []
    assert {"column_stale", "site_unreachable"} <= set(found)


def test_an_unknown_word_about_a_site_is_no_word_that_it_is_down() -> None:
    unknown = Verdict("site_unreachable", "site:site", Value.UNKNOWN, "不能判定。", "c", ours=True)
    unseen = Verdict("site_unseen", "site:site", Value.UNKNOWN, "读不到。", "c", ours=True)
    assert down_now([unknown]) == {}
    assert down_now([unknown, unseen]) == {"site": "reader_broken"}


def test_situation_21_a_redesigned_column_is_never_soon_due(sqlite_store: Store) -> None:
    newest = DAY - timedelta(days=12)
    with sqlite_store.engine.begin() as c:
        enter(c, at("2020-07-01"), UNITS, column("x", "a", cls=ColumnClass.NEWS))
        post(c, "x", "/new", newest, at("2020-07-09"))
        visit(c, "x", at(DAY, 2) - timedelta(days=1), newest)
        reason = {
            "outcome": Outcome.UNREADABLE.value,
            "evidence": Evidence.NONE.value,
            "reason": "redesigned",
        }
        visit(c, "x", at(DAY, 2), None, **reason)
        facts = gather(c, at(DAY), count=count_until, horizon=HORIZON, failed_night=False)
    said = {v.rule: v for v in judge(facts, CONFIG) if v.subject == "outlet:x"}
    assert Value.DUE_SOON not in [v.value for v in said.values()]
    assert (said["column_stale"].value, said["column_stale"].cause) == (Value.UNKNOWN, "redesigned")
    assert (said["outlet_unreadable"].value, said["outlet_unreadable"].opens) == (
        Value.UNKNOWN,
        False,
    )


ACCOUNT = Outlet(
    "w", OutletKind.ACCOUNT, "仓山发布", "weibo", "site", ("a",), probes=(Probe("weibo"),), floor=0
)


def account_says(store: Store, moment: datetime) -> Verdict:
    with store.reader.connect() as c:
        facts = gather(c, moment, count=count_until, horizon=HORIZON, failed_night=False)
    return next(v for v in judge(facts, CONFIG) if v.rule == "account_idle")


def test_situation_20_a_persons_proof_is_read_beside_the_probes_until_it_expires(
    sqlite_store: Store,
) -> None:
    newest = DAY - timedelta(days=30)
    with sqlite_store.engine.begin() as c:
        sync(c, Catalogue(UNITS, (SITE,), (ACCOUNT,), {"w": AccountCard()}), at("2020-07-01"))
        post(c, "w", "/old", newest, at("2020-07-01"), place="json")
        for day in range(8):
            for hour, door in ((2, "spider"), (3, "recheck")):
                visit(c, "w", at(DAY + timedelta(days=day), hour), newest, probe="weibo", door=door)
    assert account_says(sqlite_store, at(DAY)).value is Value.STALE
    entry = {
        "outlet_id": "w",
        "published": at("2020-07-15"),
        "looked": at(DAY, 10),
        "until": date(2020, 7, 24),
        "url": "https://weibo.example.org/1",
        "shot": "",
        "file_name": "",
        "seen_by": "经办人",
        "entered": at(DAY, 11),
    }
    with sqlite_store.engine.begin() as c:
        c.execute(insert(AttestationRow).values(**entry))
    fresh = account_says(sqlite_store, at(DAY, 12))
    assert (fresh.value, fresh.newest and fresh.newest.day) == (Value.FRESH, date(2020, 7, 15))
    assert account_says(sqlite_store, at(DAY, 10, 30)).value is Value.STALE, "not entered yet"
    assert account_says(sqlite_store, at("2020-07-24", 12)).value is Value.FRESH
    assert account_says(sqlite_store, at("2020-07-25", 12)).value is Value.STALE
    with sqlite_store.engine.begin() as c:
        c.execute(AttestationRow.__table__.update().values(withdrawn=at(DAY, 13)))  # type: ignore[attr-defined]
    assert account_says(sqlite_store, at("2020-07-21", 12)).value is Value.STALE


def test_a_row_of_a_persons_entry_alone_counts_for_nothing_once_the_entry_is_gone(
    sqlite_store: Store,
) -> None:
    with sqlite_store.engine.begin() as c:
        sync(c, Catalogue(UNITS, (SITE,), (ACCOUNT,), {"w": AccountCard()}), at("2020-07-01"))
        post(c, "w", "/seen", date(2020, 7, 19), at("2020-07-19"), place="manual")
        failure(c, "w", at(DAY, 2))
        assert c.execute(PostRow.__table__.select()).first() is not None
    assert account_says(sqlite_store, at(DAY)).value is Value.UNKNOWN
