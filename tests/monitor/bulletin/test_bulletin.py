"""The bulletin as plain data: the seed's figures, names chosen by rules, and nobody accused without
a verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from monitor.bulletin.asked import JudgedThen, Practice, PrintDates
from monitor.bulletin.compile import Bulletin, BulletinSettings, Period, compile, figures, to_json
from monitor.counting.asked import Stretch
from monitor.counting.counts import unit_month_counts
from monitor.model import ZERO, Count, Newest, Value, Verdict, exactly
from tests.support.quarter import (
    AS_OF,
    MONTHS,
    NO_DOCUMENTS,
    add_outlet,
    add_posts,
    add_site,
    add_unit,
    new_store,
    post,
    seed_accounts,
    seed_quarter,
    seed_rows,
    watch,
)

Q2 = Period.parse("2020Q2")
STALE = {
    "项目质量安全监督信息": ("建设局", "应急管理局", "审计局"),
    "住房保障": ("房管局", "建设局"),
    "村务公开": ("盖山镇",),
    "财政预决算": ("盖山镇",),
}


def quota_verdicts(
    counts: Iterable[tuple[tuple[str, str], Count]], units: Sequence[str]
) -> list[Verdict]:
    """What the quota rule would say of every unit and month."""
    found = dict(counts)
    return [
        Verdict(
            "unit_quota",
            f"unit:{unit}",
            Value.FRESH if found.get((unit, month), ZERO).meets(10) else Value.STALE,
            "",
            "c",
            units=(unit,),
            period=month,
            numbers={"quota": 10},
        )
        for unit in units
        for month in MONTHS
    ]


def outlet_verdict(
    outlet: str, value: Value, newest: date | None = None, due: date | None = None
) -> Verdict:
    shown = (
        Newest(newest, "样例", "http://portal.example.org/x.htm", str(newest), "item")
        if newest
        else None
    )
    return Verdict("column_stale", f"outlet:{outlet}", value, "句子。", "c", newest=shown, due=due)


@cache
def seed_bulletin() -> Bulletin:
    """The seed's quarter with stale columns, the eleven accounts, and one account that no register
    knows."""
    with TemporaryDirectory() as folder:
        engine = new_store(Path(folder))
        try:
            return _seed_bulletin(engine)
        finally:
            engine.dispose()


def _seed_bulletin(engine: Engine) -> Bulletin:
    rows, accounts = seed_rows(), seed_accounts()
    verdicts: list[Verdict] = []
    with engine.begin() as connection:
        seed_quarter(connection)
        for name in ("信访局", "营商办"):
            add_unit(connection, name, quota=None)
        for name, units in STALE.items():
            add_outlet(connection, name, units)
            old = units == ("盖山镇",)
            newest, due = (
                (date(2018, 3, 1), date(2019, 3, 1))
                if old
                else (date(2019, 5, 1), date(2020, 5, 1))
            )
            verdicts.append(outlet_verdict(name, Value.STALE, newest, due))
        for account in accounts:
            name = account["account"]
            add_outlet(connection, name, [account["unit"]], kind="account", platform="wechat")
            idle = name == "仓山营商"
            verdicts.append(
                outlet_verdict(
                    name, Value.STALE if idle else Value.FRESH, date(2020, 6, 24 if idle else 30)
                )
            )
        add_outlet(
            connection,
            "仓山市场监管",
            ["市场监管局"],
            kind="account",
            platform="wechat",
            state="unregistered",
        )
        verdicts.append(outlet_verdict("仓山市场监管", Value.BLANK))
        verdicts.append(outlet_verdict("要闻", Value.UNKNOWN))
        watch(connection)
    with engine.connect() as connection:
        counts = unit_month_counts(connection, Stretch(Q2.start, Q2.end, AS_OF))
        verdicts += quota_verdicts(counts.items(), [row["unit"] for row in rows])
        return compile(
            connection,
            Q2,
            JudgedThen(AS_OF, verdicts),
            practice=Practice(
                BulletinSettings(place="仓山区"),
                [row["unit"] for row in rows],
                [a["account"] for a in accounts],
            ),
        )


def test_the_seeds_figures_one_by_one() -> None:
    found = figures(seed_bulletin())
    assert found["posts"] == 3038
    assert (found["listed"], found["unattributed"]) == (1993, 1045)
    assert found["groups"] == {
        "镇街": {"units": 13, "posts": 684},
        "区直部门": {"units": 23, "posts": 1309},
    }
    assert found["good"] == {
        "镇街": ["临江街道", "三叉街街道"],
        "区直部门": ["教育局", "人社局", "文体旅局", "生态环境局", "应急管理局"],
    }
    assert found["several"] == {
        "镇街": ["螺洲镇"],
        "区直部门": ["工信局", "审计局", "房管局", "市场监管局"],
    }
    assert found["every"] == {"镇街": ["螺洲镇"], "区直部门": ["工信局", "审计局", "房管局"]}
    assert found["shortfalls"] == {
        "螺洲镇": "4月-6 5月-8 6月-8",
        "工信局": "4月-1 5月-7 6月-2",
        "审计局": "4月-10 5月-10 6月-10",
        "房管局": "4月-4 5月-5 6月-4",
        "市场监管局": "5月-3 6月-7",
    }
    assert (found["accounts"], found["idle"]) == (11, ["仓山营商"])
    assert (found["unregistered"], found["blank_accounts"]) == (["仓山市场监管"], ["仓山市场监管"])
    assert (found["documents"], sorted(found["no_documents"])) == (200, sorted(NO_DOCUMENTS))
    assert found["year_units"] == {"盖山镇": 2}


def test_the_annexes_equal_the_seeds_number_for_number() -> None:
    bulletin = seed_bulletin()
    printed = {row["unit"]: tuple(exactly(int(row[m])) for m in MONTHS) for row in seed_rows()}
    assert {row.short: row.counts for group in bulletin.groups for row in group.rows} == printed
    assert [row.short for group in bulletin.groups for row in group.rows] == list(printed)
    assert [(a.units, a.name) for a in bulletin.registered] == [
        ((a["unit"],), a["account"]) for a in seed_accounts()
    ]


def test_blamed_columns_come_with_their_joint_units_and_unknown_ones_are_not_blamed() -> None:
    bulletin = seed_bulletin()
    assert {row.name: row.units for row in bulletin.columns} == STALE
    assert [row.name for row in bulletin.unknown_columns] == ["要闻"]


def test_every_figure_of_an_annex_is_the_number_of_its_rows() -> None:
    bulletin = seed_bulletin()
    for group in bulletin.groups:
        for row in group.rows:
            for month, count in zip(bulletin.months, row.counts, strict=True):
                lines = sum(p.unit == row.short and p.month == month for p in bulletin.posts)
                assert exactly(lines) == count
    assert len(bulletin.documents) == 200


def test_json_is_stable_and_carries_the_rows_only_when_asked() -> None:
    bulletin = seed_bulletin()
    text = to_json(bulletin)
    assert text == to_json(bulletin)
    assert json.loads(text)["figures"]["posts"] == 3038
    assert "posts" not in json.loads(text)
    assert len(json.loads(to_json(bulletin, rows=True))["posts"]) == 3038


def small(tmp_path: Path, count: int, *verdicts: Verdict, period: Period = Q2) -> Bulletin:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "教育局")
        add_outlet(connection, "edu", ["教育局"])
        add_posts(
            connection, [post("edu", date(2020, 4, 1 + n), title=f"样例{n}") for n in range(count)]
        )
        watch(connection)
    with engine.connect() as connection:
        return compile(
            connection,
            period,
            JudgedThen(AS_OF, verdicts),
            dates=PrintDates(check=(date(2020, 7, 20), date(2020, 7, 20))),
        )


def month_verdict(month: str, value: Value, cause: str = "") -> Verdict:
    return Verdict(
        "unit_quota",
        "unit:教育局",
        value,
        "",
        "c",
        period=month,
        numbers={"quota": 10},
        cause=cause,
    )


def test_without_a_verdict_nobody_is_short(tmp_path: Path) -> None:
    (group,) = small(tmp_path, 3).groups
    assert group.rows[0].states == ("unknown", "unknown", "unknown")
    assert (group.several, group.every) == ((), ())
    assert group.rows[0].completion == "4月未判定 5月未判定 6月未判定"


def test_an_unknown_month_is_printed_as_unknown_with_its_cause(tmp_path: Path) -> None:
    verdicts = [
        month_verdict("2020-04", Value.UNKNOWN, "not_covered"),
        month_verdict("2020-05", Value.STALE),
    ]
    (group,) = small(tmp_path, 3, *verdicts, month_verdict("2020-06", Value.STALE)).groups
    assert group.rows[0].completion == "4月未判定 5月-10 6月-10"
    assert group.rows[0].causes[0] == "有栏目没有抓取完整"
    assert (group.several, group.every) == (("教育局",), ())


def test_exactly_ten_passes_and_months_do_not_offset(tmp_path: Path) -> None:
    verdicts = [
        month_verdict(m, v)
        for m, v in zip(MONTHS, [Value.FRESH, Value.STALE, Value.STALE], strict=True)
    ]
    (group,) = small(tmp_path, 10, *verdicts).groups
    assert group.rows[0].completion == "5月-10 6月-10"


def test_a_bulletin_before_the_quarters_end_does_not_judge_the_running_month(
    tmp_path: Path,
) -> None:
    verdicts = [
        month_verdict("2020-04", Value.FRESH),
        month_verdict("2020-05", Value.STALE),
        month_verdict("2020-06", Value.DUE_SOON),
    ]
    (group,) = small(tmp_path, 10, *verdicts).groups
    assert group.rows[0].completion == "5月-10 6月未结束"
    assert group.every == ()


def test_coverage_of_the_check_window_is_stated(tmp_path: Path) -> None:
    covered = small(tmp_path, 0).coverage
    assert (covered.outlets, covered.known, covered.looked) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "start", "end", "words"),
    [
        ("2020Q2", "2020-04-01", "2020-06-30", "2020年第二季度"),
        ("2020q4", "2020-10-01", "2020-12-31", "2020年第四季度"),
        ("2020-02", "2020-02-01", "2020-02-29", "2020年2月"),
        ("2020H2", "2020-07-01", "2020-12-31", "2020年下半年"),
        ("2021", "2021-01-01", "2021-12-31", "2021年"),
        ("2020-04-01..2020-06-25", "2020-04-01", "2020-06-25", "2020年4月1日至2020年6月25日"),
    ],
)
def test_a_period_is_read_as_asked(text: str, start: str, end: str, words: str) -> None:
    period = Period.parse(text)
    assert (period.start.isoformat(), period.end.isoformat(), period.words) == (start, end, words)


@pytest.mark.parametrize(
    "text",
    ["", "2020Q5", "2020-13", "Q2", "2020-06-30..2020-04-01", "../x", "2020-02-30..2020-03-01"],
)
def test_no_period_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="2020Q2"):
        Period.parse(text)
