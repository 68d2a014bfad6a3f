"""Findings open once, close once, and keep their number and their history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from monitor.findings.ledger import Changes, apply, open_findings
from monitor.model import Newest, Value, Verdict
from monitor.record.tables import EventRow, FindingRow
from tests.conftest import Store
from tests.support.judging_facts import at

NEWEST = Newest(date(2020, 5, 1), "标题", "http://www.example.gov.cn/1.html", "2020-05-01", "item")
NIGHT = at("2020-07-20", 5)


def verdict(value: Value = Value.STALE, subject: str = "outlet:x", **values: Any) -> Verdict:
    fixed: dict[str, Any] = {
        "rule": "column_stale",
        "subject": subject,
        "value": value,
        "sentence": f"{subject} {value}。",
        "clause": "19号",
        "units": ("a", "b"),
        "numbers": {"days": 80},
        "due": date(2020, 5, 15),
        "newest": NEWEST,
        "name": "栏目",
    }
    return Verdict(**fixed | values)


def fold(store: Store, as_of: datetime, *verdicts: Verdict, **scope: Any) -> Changes:
    with store.engine.begin() as connection:
        return apply(connection, verdicts, as_of, **scope)


@contextmanager
def reading(store: Store) -> Iterator[Connection]:
    with store.reader.connect() as connection:
        yield connection


def events(store: Store) -> list[tuple[str, datetime, dict[str, Any]]]:
    with reading(store) as connection:
        rows = connection.execute(
            select(EventRow.kind, EventRow.moment, EventRow.detail).order_by(EventRow.id)
        )
        return [(row.kind, row.moment, row.detail) for row in rows]


def test_an_accusation_opens_a_finding_with_its_proof_and_event(store: Store) -> None:
    opened = fold(store, NIGHT, verdict()).opened
    assert len(opened) == 1
    finding = opened[0]
    assert finding.number == "2020-0001"
    assert (finding.opened, finding.closed, finding.units, finding.newest) == (
        NIGHT,
        None,
        ("a", "b"),
        NEWEST,
    )
    assert (finding.value, finding.numbers, finding.due) == (
        Value.STALE,
        {"days": 80},
        date(2020, 5, 15),
    )
    with reading(store) as connection:
        assert open_findings(connection, NIGHT) == opened
        assert open_findings(connection, NIGHT - timedelta(seconds=1)) == ()
    ((kind, moment, detail),) = events(store)
    assert (kind, moment) == ("opened", NIGHT)
    assert detail["sentence"] == "outlet:x stale。"
    assert detail["newest"]["raw"] == "2020-05-01"


def test_the_same_night_again_changes_nothing(store: Store) -> None:
    verdicts = [verdict(), verdict(subject="outlet:y"), verdict(Value.BLANK, subject="outlet:z")]
    fold(store, NIGHT, *verdicts)
    before = events(store)
    assert fold(store, NIGHT, *verdicts) == Changes()
    assert (
        fold(
            store, NIGHT, *verdicts, rules=["column_stale"], subjects=[v.subject for v in verdicts]
        )
        == Changes()
    )
    assert events(store) == before


@pytest.mark.parametrize("value", [Value.FRESH, Value.DUE_SOON, Value.EXEMPT])
def test_what_is_no_breach_closes_the_finding_once(store: Store, value: Value) -> None:
    number = fold(store, NIGHT, verdict()).opened[0].number
    next_night = NIGHT + timedelta(days=1)
    closed = fold(store, next_night, verdict(value)).closed
    assert [(f.number, f.closed) for f in closed] == [(number, next_night)]
    assert fold(store, next_night + timedelta(days=1), verdict(value)) == Changes()
    assert [kind for kind, _, _ in events(store)] == ["opened", "closed"]
    assert events(store)[1][2]["reason"] == value.value
    with reading(store) as connection:
        assert open_findings(connection, next_night) == ()
        assert [f.number for f in open_findings(connection, NIGHT)] == [number]


def test_unknown_neither_opens_nor_closes(store: Store) -> None:
    unknown = verdict(Value.UNKNOWN, cause="timeout")
    assert fold(store, NIGHT, unknown) == Changes()
    opened = fold(store, NIGHT, verdict()).opened
    assert (
        fold(
            store, NIGHT + timedelta(days=1), unknown, rules=["column_stale"], subjects=["outlet:x"]
        )
        == Changes()
    )
    with reading(store) as connection:
        assert open_findings(connection, NIGHT + timedelta(days=2)) == opened


def test_an_unknown_of_ours_opens_a_finding_without_units(store: Store) -> None:
    ours = verdict(
        Value.UNKNOWN,
        rule="outlet_unreadable",
        units=(),
        ours=True,
        cause="no_list",
        newest=None,
        due=None,
    )
    finding = fold(store, NIGHT, ours).opened[0]
    assert finding.ours
    assert finding.units == ()
    fresh = replace(ours, value=Value.FRESH, cause="")
    assert [f.number for f in fold(store, NIGHT + timedelta(days=1), fresh).closed] == [
        finding.number
    ]


def test_a_later_breach_is_a_new_finding(store: Store) -> None:
    nights = [NIGHT + timedelta(days=n) for n in range(3)]
    fold(store, nights[0], verdict())
    fold(store, nights[1], verdict(Value.FRESH))
    assert [f.number for f in fold(store, nights[2], verdict()).opened] == ["2020-0002"]


def test_days_that_pass_are_refreshed_silently_and_a_new_fact_is_an_event(store: Store) -> None:
    fold(store, NIGHT, verdict())
    older = verdict(sentence="已81天。", numbers={"days": 81})
    assert fold(store, NIGHT + timedelta(days=1), older) == Changes()
    with reading(store) as connection:
        (finding,) = open_findings(connection, NIGHT + timedelta(days=1))
    assert (finding.sentence, finding.numbers) == ("已81天。", {"days": 81})
    moved = replace(older, units=("c",), newest=replace(NEWEST, day=date(2020, 5, 2)))
    changed = fold(store, NIGHT + timedelta(days=2), moved).changed
    assert [(f.number, f.units, f.newest and f.newest.day) for f in changed] == [
        ("2020-0001", ("c",), date(2020, 5, 2))
    ]
    assert [kind for kind, _, _ in events(store)] == ["opened", "changed"]


def test_what_is_no_longer_judged_closes_with_its_reason(store: Store) -> None:
    month = verdict(subject="unit:a", rule="unit_quota", period="2020-04")
    kept = [verdict(), verdict(subject="outlet:gone"), verdict(rule="column_old"), month]
    kept.append(verdict(subject="outlet:now-disclosure"))
    fold(store, NIGHT, *kept)
    assert fold(store, NIGHT, verdict()) == Changes()
    scope = {
        "rules": ["column_stale", "unit_quota"],
        "subjects": ["outlet:x", "unit:a", "outlet:now-disclosure"],
    }
    closed = fold(store, NIGHT + timedelta(days=1), verdict(), **scope).closed
    assert [f.number for f in closed] == ["2020-0002", "2020-0003", "2020-0004", "2020-0005"]
    assert [d["reason"] for kind, _, d in events(store) if kind == "closed"] == [
        "retired",
        "rule_off",
        "period_over",
        "not_judged",
    ]


def test_an_older_judgement_never_undoes_a_later_one(store: Store) -> None:
    later = NIGHT + timedelta(hours=4)
    fold(store, later, verdict())
    assert fold(store, NIGHT, verdict(Value.FRESH)) == Changes()
    fold(store, later + timedelta(hours=1), verdict(Value.FRESH))
    assert fold(store, NIGHT, verdict()) == Changes()


def test_numbers_count_within_the_year_of_shanghai_and_pass_9999(store: Store) -> None:
    new_year = at("2021-01-01", 0, 30)
    assert [f.number for f in fold(store, NIGHT, verdict()).opened] == ["2020-0001"]
    assert [f.number for f in fold(store, new_year, verdict(subject="outlet:y")).opened] == [
        "2021-0001"
    ]
    with store.engine.begin() as connection:
        connection.execute(
            FindingRow.__table__.update().values(number="2021-9999").where(FindingRow.id == 2)
        )
    more = [verdict(subject=f"outlet:{n}") for n in range(2)]
    assert [f.number for f in fold(store, new_year, *more).opened] == ["2021-10000", "2021-10001"]
    assert [f.number for f in fold(store, new_year, verdict(subject="outlet:z")).opened] == [
        "2021-10002"
    ]


def test_judges_at_the_same_time_share_no_number_and_open_nothing_twice(store: Store) -> None:
    ready = Barrier(4)
    faults: list[Exception] = []

    def judge(worker: int) -> None:
        ready.wait()
        try:
            for round_ in range(5):
                fold(
                    store,
                    NIGHT,
                    verdict(subject=f"outlet:{worker}-{round_}"),
                    verdict(subject=f"outlet:{round_}"),
                )
        except IntegrityError as error:
            faults.append(error)

    workers = [Thread(target=judge, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    with reading(store) as connection:
        findings = open_findings(connection, NIGHT)
    assert len(findings) == 25
    assert {f.number for f in findings} == {f"2020-{n:04d}" for n in range(1, 26)}


def test_a_fault_halfway_leaves_neither_finding_nor_event(store: Store) -> None:
    def cut_short() -> None:
        with store.engine.begin() as connection:
            apply(connection, [verdict()], NIGHT)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        cut_short()
    assert events(store) == []
    assert fold(store, NIGHT, verdict()).opened[0].number == "2020-0001"
