"""The queries behind the bulletin, on SQLite and on PostgreSQL: counts, coverage, last period's
list, accounts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from crawler.model import shanghai_day
from crawler.store.tables import CandidateRow
from monitor.bulletin.asked import JudgedThen, Practice, PrintDates
from monitor.bulletin.compile import BulletinSettings, Period, compile, figures
from monitor.bulletin.lint import lint
from monitor.bulletin.past import Before, named_outlets, past_matters
from monitor.bulletin.text import sections
from monitor.counting import counts
from monitor.counting.asked import Stretch
from monitor.findings.ledger import apply
from monitor.model import ZERO, Newest, Value, Verdict
from tests.conftest import Store
from tests.monitor.bulletin.test_bulletin import quota_verdicts
from tests.support.judging_store import visit
from tests.support.quarter import (
    AS_OF,
    MONTHS,
    NO_DOCUMENTS,
    add_outlet,
    add_site,
    add_unit,
    seed_quarter,
    seed_rows,
)

Q2 = Period.parse("2020Q2")
BEFORE = datetime.fromisoformat("2020-03-31T09:00+08:00")
BEGIN = datetime.fromisoformat("2020-04-01T00:00+08:00")


def test_the_seeds_figures_come_from_either_store(store: Store) -> None:
    rows = seed_rows()
    with store.engine.begin() as connection:
        seed_quarter(connection)
    with store.reader.connect() as connection:
        found = counts.unit_month_counts(connection, Stretch(Q2.start, Q2.end, AS_OF))
        bulletin = compile(
            connection,
            Q2,
            JudgedThen(AS_OF, quota_verdicts(found.items(), [row["unit"] for row in rows])),
            practice=Practice(BulletinSettings(place="仓山区"), horizon=date(2019, 1, 1)),
        )
    printed = {
        (row["unit"], month): int(row[month]) for row in rows for month in MONTHS if int(row[month])
    }
    assert {key: count.at_least for key, count in found.items() if count.at_least} == printed
    assert all(found[key].complete for key in printed)
    said = figures(bulletin)
    assert (said["posts"], said["listed"], said["unattributed"], said["documents"]) == (
        3038,
        1993,
        1045,
        200,
    )
    assert {row.short for group in bulletin.groups for row in group.rows} == {
        row["unit"] for row in rows
    }
    assert set(said["no_documents"]) == set(NO_DOCUMENTS)
    assert {one.before for one in bulletin.comparisons} == {ZERO}, (
        "January to March were watched and held nothing"
    )
    assert [fault for fault in lint(bulletin) if fault.level == "error"] == []


def test_coverage_ends_with_the_moment_of_the_bulletin(store: Store) -> None:
    with store.engine.begin() as connection:
        add_site(connection)
        add_outlet(connection, "要闻")
        visit(connection, "要闻", AS_OF + timedelta(minutes=1), date(2020, 7, 1))
        day = shanghai_day(AS_OF)
        assert counts.coverage(connection, day, day, AS_OF).looked == 0
        assert counts.coverage(connection, day, day, AS_OF + timedelta(minutes=1)).looked == 1


def blame(outlet: str, value: Value = Value.STALE, rule: str = "column_stale") -> Verdict:
    newest = Newest(
        date(2019, 1, 1), "样例", "http://portal.example.org/x.htm", "2019-01-01", "item"
    )
    return Verdict(
        rule, f"outlet:{outlet}", value, f"{outlet}超期。", "c", units=("教育局",), newest=newest
    )


OUTLETS = ("修好了", "还没修", "又坏了", "看不到", "批准了", "撤了")


def earlier(connection: Connection) -> None:
    """Six columns blamed in March; what became of each is its name."""
    add_site(connection)
    add_unit(connection, "教育局")
    for outlet in OUTLETS:
        add_outlet(connection, outlet, ["教育局"])
    apply(connection, [blame(outlet) for outlet in OUTLETS], BEFORE)
    better = [blame(outlet, Value.FRESH) for outlet in ("修好了", "又坏了")]
    apply(connection, better, BEFORE + timedelta(days=20))
    apply(connection, [blame("又坏了")], BEFORE + timedelta(days=60))


NOW = [
    blame("修好了", Value.FRESH), blame("还没修"), blame("又坏了"), blame("看不到", Value.UNKNOWN),
    blame("批准了", Value.EXEMPT),
]  # fmt: skip


def test_the_list_before_is_told_as_it_stands_now(store: Store) -> None:
    with store.engine.begin() as connection:
        earlier(connection)
    with store.reader.connect() as connection:
        there = [o for o in counts.outlets_of(connection, shanghai_day(AS_OF)) if o.id != "撤了"]
        found = past_matters(
            connection, Before(BEGIN), JudgedThen(AS_OF, NOW), there, {"教育局": "教育局"}
        )
    assert found is not None
    assert {one.name: one.state for one in found} == {
        "修好了": "repaired",
        "还没修": "open",
        "又坏了": "open",
        "看不到": "unknown",
        "批准了": "exempt",
        "撤了": "gone",
    }
    assert next(one.day for one in found if one.state == "repaired") == date(2020, 4, 20)


def test_only_what_the_bulletin_before_really_named_is_told(store: Store) -> None:
    with store.engine.begin() as connection:
        earlier(connection)
    with store.reader.connect() as connection:
        bulletin = compile(
            connection,
            Q2,
            JudgedThen(AS_OF, NOW),
            practice=Practice(BulletinSettings(place="样例区")),
            dates=PrintDates(last=(BEGIN, {"还没修", "修好了"})),
        )
    assert [one.name for one in bulletin.past or ()] == ["修好了", "还没修"]
    assert named_outlets(bulletin) == {"还没修", "又坏了"}
    text = "".join(paragraph for section in sections(bulletin) for paragraph in section.paragraphs)
    assert (
        "上期通报的2个栏目和账号中，已整改1个，未整改1个；仍未整改的有：教育局的还没修栏目。"
        in text
    )


def test_without_an_earlier_judgement_nothing_is_said_of_the_list_before(store: Store) -> None:
    with store.engine.begin() as connection:
        earlier(connection)
        too_early = BEFORE - timedelta(days=1)
        assert past_matters(connection, Before(too_early), JudgedThen(AS_OF, NOW), (), {}) is None


@pytest.mark.parametrize(
    ("standing", "named"), [("new", False), ("accepted", True), ("dismissed", False)]
)
def test_an_account_that_nobody_registered_is_named_once_a_person_has_said_so(
    store: Store, standing: str, named: bool
) -> None:
    with store.engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "教育局")
        add_outlet(connection, "教育动态", ["教育局"])
        connection.execute(
            insert(CandidateRow).values(
                platform="weibo",
                number="uid:1",
                name="样例教育",
                link="",
                place="link",
                outlet_id="教育动态",
                page_url="http://portal.example.org/",
                page_hash="",
                first_seen=BEFORE,
                last_seen=BEFORE,
                state=standing,
                decided_by="值班员",
                decided_at=BEFORE,
                reason="样例",
            )
        )
    with store.reader.connect() as connection:
        bulletin = compile(connection, Q2, JudgedThen(AS_OF))
    text = "".join(paragraph for section in sections(bulletin) for paragraph in section.paragraphs)
    assert ("未备案的政务新媒体有：教育局的新浪微博“样例教育”" in text) is named
    waiting = [fault for fault in lint(bulletin) if fault.subject == "未登记账号"]
    assert bool(waiting) is (standing == "new")
