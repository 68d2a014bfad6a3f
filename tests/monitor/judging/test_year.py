"""A simulated year, finding by finding: everything that was deserved, on its day, and nothing
else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.model import AccountState, ColumnClass, Deed, Evidence, Outcome, Unit, shanghai_day
from crawler.store.tables import Base
from monitor.findings.dispensations import Bounds, DispensationKind, grant
from monitor.judging.evaluate import Judgement
from monitor.judging.rejudging import rejudge
from monitor.model import Value, Verdict
from monitor.office import count_until
from monitor.record.tables import EventRow, FindingRow
from tests.conftest import Store, opened
from tests.monitor.rules.test_site_rules import CONFIG
from tests.support.judging_facts import at
from tests.support.year import FIRST, FULL, LAST, Place, Sight, Year, account, column, days, posts

pytestmark = pytest.mark.slow

NEWS, NOTICE, POLICY, OTHER = (
    ColumnClass.NEWS,
    ColumnClass.NOTICE,
    ColumnClass.POLICY,
    ColumnClass.OTHER,
)
UNITS = (
    Unit("jyj", "教育局", "样例区教育局", "区直部门", quota=10),
    Unit("mzj", "民政局", "样例区民政局", "区直部门", quota=10),
    Unit("gsz", "盖山镇", "样例区盖山镇人民政府", "镇街"),
)
MACHINE_OFF = frozenset(days(date(2021, 8, 10), date(2021, 8, 17)))
REDESIGN = dict.fromkeys(
    days(date(2021, 4, 10), date(2021, 4, 20)), (Outcome.UNREADABLE, "no_list")
)
OUTAGE = dict.fromkeys(days(date(2021, 5, 1), date(2021, 5, 5)), (Outcome.UNREACHABLE, "timeout"))
PORTAL = {**REDESIGN, **OUTAGE}
CAPTCHA = dict.fromkeys(days(date(2021, 9, 1), date(2021, 9, 30)), (Outcome.BLOCKED, "captcha"))
SHAKY = {
    date(2021, 11, day): (Outcome.UNREACHABLE, "timeout") for day in (1, 2, 4, 5, 7, 8, 10, 11)
}  # each time two failed looks, then a good one


def monthly(unit: str, count: int, *, short: dict[int, int] | None = None) -> list[date]:
    """So many days in every month of the year; ``short`` names other counts for some months."""
    return [
        date(2021, month, 1 + n * 2)
        for month in range(1, 13)
        for n in range((short or {}).get(month, count))
    ]


def places() -> list[Place]:
    silent_march = [
        day for day in days(FIRST, LAST, 2) if not date(2021, 3, 1) <= day <= date(2021, 3, 20)
    ]
    festival = [
        day for day in days(FIRST, LAST, 5) if not date(2021, 2, 6) <= day <= date(2021, 2, 17)
    ]
    return [
        Place(column("yw", NEWS, "jyj", level=1), posts(*silent_march), PORTAL),
        Place(column("bmdt", NEWS, "gsz", level=1), posts(*festival), PORTAL),
        Place(
            column("tzgg", NOTICE, "mzj", level=1),
            posts(date(2020, 8, 31), *days(date(2021, 3, 5), LAST, 30)),
            PORTAL,
        ),
        Place(
            column("zcwj", POLICY, "jyj", "mzj", level=1),
            posts(date(2020, 12, 1), *days(date(2021, 1, 20), LAST, 60)),
            PORTAL,
        ),
        Place(column("jyj", OTHER, "jyj"), posts(*monthly("jyj", 12), unit="教育局"), PORTAL),
        Place(
            column("mzj", OTHER, "mzj"),
            posts(*monthly("mzj", 12, short={2: 6}), unit="民政局"),
            PORTAL,
        ),
        Place(column("tpgj", OTHER, "gsz"), posts(date(2019, 5, 8)), PORTAL),
        Place(column("runian", OTHER, "gsz"), posts(date(2020, 2, 29)), PORTAL),
        Place(column("kong", OTHER, "gsz"), posts(date(2021, 6, 10)), PORTAL),
        Place(column("zt", OTHER, "jyj"), posts(date(2018, 1, 1)), PORTAL),
        Place(
            column("bulu", NOTICE, "gsz", level=1),
            [
                *posts(date(2020, 12, 1), date(2021, 1, 10)),
                *posts(date(2021, 7, 5), date(2021, 7, 8), shown=date(2021, 8, 1)),
            ],
            PORTAL,
        ),
        Place(column("huadong", NEWS, "gsz"), posts(*days(FIRST, LAST, 3)), {**PORTAL, **SHAKY}),
        Place(account("fabu", "jyj"), posts(*days(FIRST, LAST, 3))),
        Place(account("siwang", "gsz"), posts(*days(FIRST, date(2021, 5, 20), 4))),
        Place(account("yanzhengma", "mzj"), posts(*days(FIRST, LAST, 6)), CAPTCHA),
        Place(
            account("xiaxian", "gsz"),
            posts(date(2021, 1, 1), date(2021, 12, 20)),
            evidence=Evidence.LOWER_BOUND,
        ),
    ]


@dataclass
class Lived:
    """The year after its last night."""

    store: Store
    year: Year
    nights: list[Judgement]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with living(tmp_path_factory.mktemp("year"), FULL) as found:
        yield found


@contextmanager
def living(path: Path, sight: Sight) -> Iterator[Lived]:
    """The year lived from its first night to its last, with looks that see as much as ``sight``
    says."""
    with opened(f"sqlite:///{path}/store.db") as store:
        Base.metadata.create_all(store.engine)
        with store.engine.begin() as connection:
            grant(
                connection,
                DispensationKind.EXEMPTION,
                "outlet:zt",
                deed=Deed("张主任", at(FIRST, 0), "历史专题"),
                bounds=Bounds(FIRST, date(2021, 6, 30)),
            )
        year = Year(
            store,
            CONFIG,
            UNITS,
            places(),
            MACHINE_OFF,
            sight,
            states={date(2021, 9, 15): {"siwang": AccountState.CLOSED}},
            duties={date(2021, 7, 1): {"tpgj": ("mzj",)}},
        )
        yield Lived(store, year, list(year.nights()))


Row = tuple[str, str, str, str, str, str]


def ledger(lived: Lived, *, ours: bool) -> list[Row]:
    """rule, subject, period, opened, closed, how it ended (and ``again`` for a recurrence)."""
    with lived.store.reader.connect() as connection:
        found = connection.execute(select(FindingRow.__table__).order_by(FindingRow.id)).all()
    return [
        (
            row.rule,
            row.subject,
            row.period,
            str(shanghai_day(row.opened)),
            str(shanghai_day(row.closed)) if row.closed else "",
            row.ended + " again" * row.recurrence,
        )
        for row in found
        if row.ours is ours
    ]


DESERVED: list[Row] = [
    ("column_stale", "outlet:tpgj", "", "2021-01-01", "", ""),
    ("column_blank", "outlet:kong", "", "2021-01-01", "2021-06-10", "fresh"),
    ("unit_quota", "unit:mzj", "2021-02", "2021-03-01", "2021-07-01", "period_over"),
    ("column_stale", "outlet:runian", "", "2021-03-01", "", ""),
    ("column_stale", "outlet:tzgg", "", "2021-03-01", "2021-03-05", "fresh"),
    ("column_stale", "outlet:yw", "", "2021-03-15", "2021-03-22", "fresh"),
    ("account_idle", "outlet:siwang", "", "2021-06-01", "2021-09-15", "exempt"),
    ("column_stale", "outlet:zt", "", "2021-07-01", "", ""),
    ("column_stale", "outlet:bulu", "", "2021-07-11", "2021-08-01", "fresh"),
]
"""What the script's units deserve, in the order of its numbers: six months from 31 August and one
year from 29 February end with February, two weeks of silence in March, a dead account until it was
cancelled, an exemption that ran out, and posts of July that were shown in August: the days before
stay as they were.
"""

OURS: list[Row] = [
    ("site_unseen", "site:portal", "", "2021-04-10", "2021-04-21", "fresh"),
    ("site_unseen", "site:portal", "", "2021-05-01", "2021-05-06", "fresh again"),
    ("backdated_posts", "outlet:bulu", "", "2021-08-01", "2021-08-31", "fresh"),
    ("outlet_unreadable", "outlet:yanzhengma", "", "2021-09-03", "2021-10-01", "fresh"),
    ("outlet_unreadable", "outlet:huadong", "", "2021-11-02", "2021-11-03", "fresh"),
    ("outlet_unreadable", "outlet:huadong", "", "2021-11-05", "2021-11-06", "fresh again"),
    ("outlet_unreadable", "outlet:huadong", "", "2021-11-08", "2021-11-26", "fresh again again"),
]
"""What is ours to mend: a redesign and an outage as one finding each, back-dated posts, a captcha,
and a column that comes and goes."""


def test_every_finding_was_deserved_and_none_is_missing(lived: Lived) -> None:
    assert ledger(lived, ours=False) == DESERVED


LATEST = 2
"""Days after its day by which a breach is found at the latest, whatever is seen less of the
portal."""


@pytest.mark.parametrize(
    "sight",
    [
        Sight(furniture=True),
        Sight(conditional=True),
        Sight(furniture=True, conditional=True, failing=10),
    ],
    ids=["furniture", "unchanged", "furniture, unchanged, one look in ten fails"],
)
def test_every_breach_is_still_found_two_days_later_at_most_when_less_is_seen(
    tmp_path: Path, sight: Sight
) -> None:
    with living(tmp_path, sight) as dim:
        found = ledger(dim, ours=False)
    assert sorted(row[:3] for row in found) == sorted(row[:3] for row in DESERVED)
    days_late = {
        one[:3]: (date.fromisoformat(one[3]) - date.fromisoformat(due[3])).days
        for one, due in zip(sorted(found), sorted(DESERVED), strict=True)
    }
    assert all(0 <= late <= LATEST for late in days_late.values()), days_late


def test_what_broke_is_ours_once_for_each_cause(lived: Lived) -> None:
    assert ledger(lived, ours=True) == OURS


def test_numbers_are_given_once_and_in_order(lived: Lived) -> None:
    with lived.store.reader.connect() as connection:
        numbers = connection.execute(
            select(FindingRow.number).order_by(FindingRow.opened, FindingRow.id)
        )
        assert list(numbers.scalars()) == [
            f"2021-{n:04d}" for n in range(1, len(DESERVED) + len(OURS) + 1)
        ]


def test_every_finding_has_one_opening_and_at_most_one_end_and_one_is_called_flapping(
    lived: Lived,
) -> None:
    with lived.store.reader.connect() as connection:
        events = connection.execute(
            select(EventRow.finding_id, EventRow.kind).order_by(EventRow.id)
        ).all()
        closed = set(
            connection.execute(
                select(FindingRow.id).where(FindingRow.closed.is_not(None))
            ).scalars()
        )
    kinds: dict[int, list[str]] = {}
    for finding, kind in events:
        kinds.setdefault(finding, []).append(kind)
    assert len(kinds) == len(DESERVED) + len(OURS)
    for finding, seen in kinds.items():
        assert seen.count("opened") == 1
        assert seen[0] == "opened"
        assert seen.count("closed") == (finding in closed)
    assert [seen.count("flapping") for seen in kinds.values()].count(1) == 1


def test_the_answerable_unit_of_a_finding_follows_the_catalogue(lived: Lived) -> None:
    with lived.store.reader.connect() as connection:
        units = connection.execute(
            select(FindingRow.units).where(FindingRow.subject == "outlet:tpgj")
        ).scalar()
        changed = (
            connection.execute(select(EventRow.moment).where(EventRow.kind == "changed"))
            .scalars()
            .all()
        )
    assert units == ["mzj"]
    assert date(2021, 7, 1) in [shanghai_day(moment) for moment in changed]


def test_eight_days_without_the_machine_turn_nothing_stale_and_nothing_fresh(lived: Lived) -> None:
    before = {v.subject: v.value for v in judged(lived, date(2021, 8, 9)) if v.rule in DATED}
    for day in (date(2021, 8, 13), date(2021, 8, 17)):
        for verdict in judged(lived, day):
            accuses = verdict.value.accuses and verdict.rule in DATED
            assert not accuses, "nobody is accused by a machine that did not look"
            if verdict.rule in DATED and verdict.value is Value.UNKNOWN:
                assert verdict.cause in ("not_looked", "failed_night", "lower_bound")
    after = {v.subject: v.value for v in judged(lived, date(2021, 8, 18)) if v.rule in DATED}
    assert before == after
    changes = [n.changes for n in lived.nights if shanghai_day(n.as_of) == date(2021, 8, 18)]
    assert [(c.opened, c.closed) for c in changes] == [((), ())]


DATED = ("column_stale", "column_blank", "account_idle")


def judged(lived: Lived, day: date) -> tuple[Verdict, ...]:
    return lived.year.judge(at(day, 12), record=False).verdicts


@pytest.mark.parametrize(
    "day",
    ["2021-01-01", "2021-02-28", "2021-03-01", "2021-04-15", "2021-05-03", "2021-07-20", "2021-08-18", "2021-12-31"],
)  # fmt: skip
def test_any_day_of_the_year_judged_again_says_what_was_said(lived: Lived, day: str) -> None:
    with lived.store.reader.connect() as connection:
        found = rejudge(connection, CONFIG, at(day, 23), count=count_until, horizon=FIRST)
    assert found.judged is not None
    assert found.differences == ()


def test_the_site_never_came_near_its_veto_and_no_unit_was_blamed_for_the_portal(
    lived: Lived,
) -> None:
    values = {
        v.value for night in lived.nights for v in night.verdicts if v.rule == "site_veto_columns"
    }
    assert values <= {Value.FRESH, Value.UNKNOWN}
    assert len(lived.nights) == 365 - len(MACHINE_OFF)
    assert not any(
        v.units for night in lived.nights for v in night.verdicts if v.subject.startswith("site:")
    )
