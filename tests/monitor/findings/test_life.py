"""The life of a finding: looks in a row, flapping, recurrence, causes that explain it, decisions
that end it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crawler.model import Deed, Outcome, OutletKind, Probe, Site
from monitor.findings.dispensations import (
    Bounds,
    Dispensation,
    DispensationKind,
    DispensationRefused,
    dispensed,
    grant,
    in_force,
    unsilenced,
    withdraw,
)
from monitor.findings.inhibit import inhibited
from monitor.findings.ledger import Changes, apply, open_findings
from monitor.findings.said import journal, judged_on, said_at
from monitor.judging.evaluate import judge
from monitor.model import Facts, SiteFacts, Value, Verdict
from monitor.record.tables import EventRow
from monitor.settings.life import Life
from tests.conftest import Store
from tests.support.judging_facts import (
    RULES,
    about,
    account,
    at,
    column,
    config,
    facts,
    failed,
    nights,
    one,
)

NIGHT = at("2020-07-20", 5)
WITH_SITES = RULES + "site_unseen: {valid_from: 2019-04-01, clause: 本系统}\n"


def verdict(value: Value = Value.STALE, night: int = 0, **values: Any) -> Verdict:
    fixed: dict[str, Any] = {
        "rule": "column_stale",
        "subject": "outlet:x",
        "value": value,
        "sentence": f"x {value}。",
        "clause": "19号",
        "units": ("a",),
        "name": "栏目",
        "looked": NIGHT + timedelta(days=night, hours=-3),
    }
    return Verdict(**fixed | values)


def fold(store: Store, night: int, *verdicts: Verdict, **life: Any) -> Changes:
    lives = {"column_stale": Life(**life)} if life else None
    with store.engine.begin() as connection:
        return apply(connection, verdicts, NIGHT + timedelta(days=night), lives=lives)


def kinds(store: Store) -> list[str]:
    with store.reader.connect() as connection:
        return list(connection.execute(select(EventRow.kind).order_by(EventRow.id)).scalars())


def test_a_finding_opens_after_the_third_look_in_a_row_and_closes_after_the_second(
    store: Store,
) -> None:
    life = {"open_after": 3, "close_after": 2}
    opened = [len(fold(store, n, verdict(night=n), **life).opened) for n in range(4)]
    assert opened == [0, 0, 1, 0]
    closed = [len(fold(store, n, verdict(Value.FRESH, n), **life).closed) for n in range(4, 7)]
    assert closed == [0, 1, 0]


def test_one_look_judged_twice_counts_once_and_an_unknown_neither_counts_nor_breaks_the_row(
    store: Store,
) -> None:
    for _ in range(3):
        assert fold(store, 0, verdict(), open_after=2) == Changes()
    assert fold(store, 1, verdict(Value.UNKNOWN, 1), open_after=2) == Changes()
    assert len(fold(store, 2, verdict(night=2), open_after=2).opened) == 1


def test_a_good_look_between_breaks_the_row(store: Store) -> None:
    for night, value in enumerate((Value.STALE, Value.FRESH, Value.STALE, Value.FRESH)):
        assert fold(store, night, verdict(value, night), open_after=2) == Changes()


def test_what_comes_back_after_it_was_mended_counts_as_recurrence(store: Store) -> None:
    found = []
    for night, value in enumerate(
        (Value.STALE, Value.FRESH, Value.STALE, Value.EXEMPT, Value.STALE)
    ):
        found += fold(store, night, verdict(value, night)).opened
    assert [(f.number, f.recurrence) for f in found] == [
        ("2020-0001", 0),
        ("2020-0002", 1),
        ("2020-0003", 1),
    ]
    with store.reader.connect() as connection:
        detail = (
            connection.execute(select(EventRow.detail).where(EventRow.kind == "opened"))
            .scalars()
            .all()
        )
    assert [d.get("previous") for d in detail] == [None, "2020-0001", "2020-0001"]


def test_a_finding_that_comes_and_goes_is_one_finding_until_it_is_calm(store: Store) -> None:
    life = {"flap_times": 3, "flap_days": 14}
    told = []
    for night in range(12):
        value = Value.FRESH if night % 2 else Value.STALE
        changes = fold(store, night, verdict(value, night), **life)
        told.append((len(changes.opened), len(changes.closed)))
    assert told == [(1, 0), (0, 1), (1, 0), (0, 1), (1, 0)] + [(0, 0)] * 7
    with store.reader.connect() as connection:
        (finding,) = open_findings(connection, NIGHT + timedelta(days=11))
    assert finding.flapping
    assert finding.recurrence == 2
    assert "近期反复出现" in finding.sentence
    assert kinds(store).count("flapping") == 1
    closed = [len(fold(store, n, verdict(Value.FRESH, n), **life).closed) for n in range(12, 27)]
    assert closed == [0] * 13 + [1, 0]


def of_site(night: int = 0, *, broken: int, whole: int) -> Facts:
    as_of = NIGHT + timedelta(days=night)
    outlets = [
        about(
            replace(column(), id=f"c{n}"),
            date(2020, 6, 1),
            [failed(as_of - timedelta(hours=h), Outcome.UNREADABLE, "no_list") for h in (1, 25)]
            if n < broken
            else nights(as_of, date(2020, 6, 1)),
        )
        for n in range(whole)
    ]
    return facts(
        as_of, *outlets, sites=(SiteFacts(Site("site", "门户网站", "http://www.example.gov.cn/")),)
    )


def test_a_redesigned_site_is_one_finding_of_ours_and_the_columns_wait_for_it() -> None:
    said = judge(of_site(broken=4, whole=6), config(WITH_SITES))
    site = one(said, "site_unseen")
    assert site.opens
    assert site.ours
    assert "有4个栏目（共6个）本次未能读取（页面上没有找到列表4个）" in site.sentence
    columns = [v for v in said if v.rule == "outlet_unreadable"]
    assert [v.opens for v in columns] == [False] * 6
    assert {v.cause for v in columns[:4]} == {"reader_broken"}
    stale = [v.subject for v in said if v.rule == "column_stale" and v.opens]
    assert stale == ["outlet:c4", "outlet:c5"], "what was seen was seen"


@pytest.mark.parametrize(("broken", "whole", "opens"), [(2, 2, False), (3, 7, False), (3, 6, True)])
def test_a_sites_finding_needs_three_columns_and_half_of_them(
    broken: int, whole: int, opens: bool
) -> None:
    said = judge(of_site(broken=broken, whole=whole), config(WITH_SITES))
    assert one(said, "site_unseen").opens is opens
    assert len([v for v in said if v.rule == "outlet_unreadable" and v.opens]) == (
        0 if opens else broken
    )


def test_a_probe_out_of_service_explains_the_accounts_it_could_not_read() -> None:
    looks = [
        failed(NIGHT - timedelta(hours=h), Outcome.UNREADABLE, "canary_failed") for h in (1, 25)
    ]
    other = replace(account(probes=(Probe("feed"),)), id="f")
    blind = [failed(look.moment, look.outcome, "timeout") for look in looks]
    blind = [replace(look, probe="feed") for look in blind]
    bird = about(replace(account(), id="bird", kind=OutletKind.CANARY), None, looks)
    known = facts(NIGHT, about(account(), None, looks), about(other, None, blind), canaries=(bird,))
    out = verdict(Value.UNKNOWN, rule="probe_out_of_service", subject="outlet:bird", ours=True)
    said = inhibited([*judge(known, config()), out], known)
    ours = {v.subject: (v.opens, v.cause) for v in said if v.rule == "outlet_unreadable"}
    assert ours == {
        "outlet:w": (False, "probe_out_of_service"),
        "outlet:f": (True, "timeout"),
        "outlet:bird": (False, "probe_out_of_service"),
    }
    by_name = replace(out, subject="probe:weibo")
    assert inhibited([by_name], known) == (by_name,)


def decision(kind: DispensationKind, subject: str = "outlet:x", rule: str = "") -> Dispensation:
    return Dispensation(
        1, kind, rule, subject, "历史专题", "张主任", date(2020, 7, 1), date(2020, 12, 31)
    )


def test_an_exemption_names_who_approved_it_and_until_when() -> None:
    (said,) = dispensed([verdict()], [decision(DispensationKind.EXEMPTION)], facts(NIGHT))
    assert said.value is Value.EXEMPT
    assert said.sentence == "栏目：张主任批准豁免至2020年12月31日，事由：历史专题，其间不作判定。"
    fresh = verdict(Value.FRESH)
    assert dispensed([fresh], [decision(DispensationKind.EXEMPTION)], facts(NIGHT)) == (fresh,)


def test_reported_maintenance_finds_nothing_new_and_clears_nothing() -> None:
    (said,) = dispensed([verdict()], [decision(DispensationKind.MAINTENANCE)], facts(NIGHT))
    assert (said.value, said.cause) == (Value.UNKNOWN, "maintenance")
    assert not said.opens


@pytest.mark.parametrize(
    ("subject", "rule", "covered"),
    [
        ("outlet:x", "", True), ("outlet:*", "", True), ("outlet:y", "", False), ("*", "", True),
        ("site:site", "", True), ("site:other", "", False), ("outlet:x", "column_blank", False),
        ("outlet:x", "column_stale", True),
    ],
)  # fmt: skip
def test_a_decision_covers_its_subject_its_site_and_its_rule(
    subject: str, rule: str, covered: bool
) -> None:
    known = facts(NIGHT, about(replace(column(), id="x"), None))
    (said,) = dispensed([verdict()], [decision(DispensationKind.EXEMPTION, subject, rule)], known)
    assert (said.value is Value.EXEMPT) is covered


def test_a_silence_keeps_the_finding_and_stops_the_telling(store: Store) -> None:
    (finding,) = fold(store, 0, verdict()).opened
    assert unsilenced([finding], [decision(DispensationKind.SILENCE)]) == ()
    assert unsilenced([finding], [decision(DispensationKind.SILENCE, "outlet:y")]) == (finding,)
    known = facts(NIGHT)
    assert dispensed([verdict()], [decision(DispensationKind.SILENCE)], known) == (verdict(),)


def enter(
    store: Store, now: datetime, *, by: str = "张主任", words: str = "机构改革", **days: date
) -> Dispensation:
    bounds = Bounds(**{"since": date(2020, 7, 20), "until": date(2020, 7, 31)} | days)
    with store.engine.begin() as connection:
        return grant(
            connection,
            DispensationKind.EXEMPTION,
            "outlet:x",
            deed=Deed(by, now, words),
            bounds=bounds,
        )


def test_a_decision_counts_from_its_first_day_to_its_last_and_can_be_withdrawn(
    store: Store,
) -> None:
    made = enter(store, NIGHT)

    def counts(moment: datetime) -> bool:
        with store.reader.connect() as connection:
            return in_force(connection, moment) == (made,)

    days = ("2020-07-19", "2020-07-20", "2020-07-31", "2020-08-01")
    assert [counts(at(day)) for day in days] == [False, True, True, False]
    assert not counts(NIGHT - timedelta(seconds=1)), "nothing is exempt before it was entered"
    with store.engine.begin() as connection:
        assert withdraw(connection, made.id, "张主任", at("2020-07-25"))
        assert not withdraw(connection, made.id, "张主任", at("2020-07-26"))
    assert [counts(at(day)) for day in ("2020-07-24", "2020-07-25")] == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": " "},
        {"by": ""},
        {"until": date(2020, 7, 19)},
        {"since": date(2020, 8, 1)},
    ],
)
def test_a_decision_without_reason_approver_or_time_is_refused(
    sqlite_store: Store, wrong: dict[str, Any]
) -> None:
    with pytest.raises(DispensationRefused):
        enter(sqlite_store, NIGHT, **wrong)


def note(store: Store, night: int, *verdicts: Verdict, **more: Any) -> None:
    with store.engine.begin() as connection:
        journal(connection, verdicts, NIGHT + timedelta(days=night), **more)


def test_the_journal_tells_what_was_said_on_any_day_and_is_never_rewritten(store: Store) -> None:
    other = replace(verdict(Value.UNKNOWN), subject="outlet:y", cause="timeout")
    note(store, 0, verdict(Value.FRESH), other, limits={"column_stale": {"days": 14}})
    note(store, 1, verdict(), other, limits={"column_stale": {"days": 14}})
    note(store, 2, verdict(Value.FRESH), limits={"column_stale": {"days": 10}}, failed_night=True)
    note(store, 1, verdict(Value.BLANK), limits={})
    with store.reader.connect() as connection:
        said = [
            {k[1]: s.value.value for k, s in said_at(connection, NIGHT + timedelta(days=n)).items()}
            for n in range(3)
        ]
        second = judged_on(connection, NIGHT + timedelta(hours=1), NIGHT + timedelta(days=1))
        last = judged_on(connection, NIGHT, NIGHT + timedelta(days=9))
        assert judged_on(connection, NIGHT + timedelta(days=3), NIGHT + timedelta(days=9)) is None
    assert said == [{"outlet:y": "unknown"}, {"outlet:x": "stale", "outlet:y": "unknown"}, {}]
    assert second is not None
    assert last is not None
    assert (second.as_of, second.limits) == (
        NIGHT + timedelta(days=1),
        {"column_stale": {"days": 14}},
    )
    assert (last.failed_night, last.limits) == (True, {"column_stale": {"days": 10}})


def test_a_recheck_notes_only_what_it_looked_at(store: Store) -> None:
    note(store, 0, verdict(), replace(verdict(), subject="outlet:y"))
    note(store, 1, verdict(Value.FRESH), only=["outlet:x"])
    with store.reader.connect() as connection:
        assert [key[1] for key in said_at(connection, NIGHT + timedelta(days=2))] == ["outlet:y"]
        assert judged_on(connection, NIGHT + timedelta(hours=1), NIGHT + timedelta(days=3)) is None
