"""Any day again: the same answer from the same store, and a reason for every other one; two
profiles, two results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from crawler.config import BadConfig
from crawler.model import ColumnClass, Deed
from crawler.store.tables import OutletRow, PostRow, VisitRow
from monitor.commands.judge import judge_data, judge_lines
from monitor.config import MonitorConfig
from monitor.findings.dispensations import Bounds, DispensationKind, grant
from monitor.judging.evaluate import evaluate
from monitor.judging.rejudging import Rejudged, rejudge
from monitor.model import Value
from monitor.office import count_until
from monitor.profiles import load_profile, profile_names, under
from tests.conftest import Store
from tests.monitor.rules.test_site_rules import CONFIG as SHIPPED
from tests.support.judging_facts import RULES, at, config
from tests.support.judging_store import column, enter, show, unit, visit
from tests.support.quarter import AS_OF, BASELINE, new_store, seed_quarter

HORIZON = date(2020, 1, 1)
UNITS = (unit("a", quota=None),)
STRICTER = config(RULES.replace("days: 14, warn: 10", "days: 7, warn: 5"))


def nothing(_c: Connection, _s: date, _e: date, _a: datetime) -> Mapping[tuple[str, str], int]:
    return {}


@pytest.fixture
def district(sqlite_store: Store) -> Store:
    """Three nights; ``x`` (news) was last updated on 8 July, ``y`` (news) on 1 July; the last night
    is judged."""
    with sqlite_store.engine.begin() as connection:
        enter(
            connection,
            at("2020-07-01"),
            UNITS,
            column("x", "a", cls=ColumnClass.NEWS),
            column("y", "a", cls=ColumnClass.NEWS),
        )
        show(connection, "x", at("2020-07-15", 2), date(2020, 7, 8))
        show(connection, "y", at("2020-07-15", 2), date(2020, 7, 1))
        for day in ("2020-07-16", "2020-07-17"):
            visit(connection, "x", at(day, 2), date(2020, 7, 8))
            visit(connection, "y", at(day, 2), date(2020, 7, 1))
    night(sqlite_store, at("2020-07-17", 3))
    return sqlite_store


def night(store: Store, moment: datetime, using: MonitorConfig | None = None) -> None:
    evaluate(
        store.engine, using or config(), moment, count=nothing, horizon=HORIZON, reader=store.reader
    )


def again(store: Store, day: str, using: MonitorConfig | None = None, **options: Any) -> Rejudged:
    with store.reader.connect() as connection:
        return rejudge(
            connection, using or config(), at(day, 23), count=nothing, horizon=HORIZON, **options
        )


def reasons(found: Rejudged) -> list[tuple[str, str, str, str]]:
    return [(one.rule, one.subject, one.said, one.now) for one in found.differences]


def test_the_same_store_says_the_same_again(district: Store) -> None:
    with district.engine.begin() as connection:
        show(connection, "x", at("2020-08-01", 2), date(2020, 7, 30))
        show(connection, "y", at("2020-08-01", 2), date(2020, 7, 10))
    night(district, at("2020-08-01", 3))
    found = again(district, "2020-07-17")
    assert found.judged is not None
    assert found.moment == at("2020-07-17", 3)
    assert found.differences == ()
    stale = [v.subject for v in found.verdicts if v.value is Value.STALE]
    assert stale == ["outlet:y"]
    assert judge_lines(found)[-1] == "与当天所说不同：0 项"


def test_limits_that_changed_since_are_named_as_the_reason(district: Store) -> None:
    found = again(district, "2020-07-17", STRICTER)
    assert reasons(found) == [("column_stale", "outlet:x", "正常", "超期")]
    assert found.differences[0].why == "规则的限值在那以后改过"


def test_a_profile_is_named_as_the_reason(district: Store) -> None:
    found = again(district, "2020-07-17", profile=load_profile("xinglongtai_2024"))
    assert {one.rule for one in found.differences} == {"outlet_pace"}, "the profile's own rule"
    assert all(one.why.startswith("口径不同：盘锦市兴隆台区（2024）") for one in found.differences)
    with district.engine.begin() as connection:
        connection.execute(update(OutletRow).where(OutletRow.id == "y").values(cls="other"))
    night(district, at("2020-07-17", 4))
    assert again(district, "2020-07-17", profile=load_profile("national")).differences == ()
    other = again(district, "2020-07-17", profile=load_profile("hedong_linyi"))
    assert other.differences == ()
    with district.engine.begin() as connection:
        connection.execute(
            update(PostRow).where(PostRow.outlet_id == "y").values(published=date(2020, 6, 10))
        )
        connection.execute(
            update(VisitRow).where(VisitRow.outlet_id == "y").values(newest=date(2020, 6, 10))
        )
    found = again(district, "2020-07-17", profile=load_profile("xinglongtai_2024"))
    (one,) = (difference for difference in found.differences if difference.rule != "outlet_pace")
    assert (one.subject, one.said, one.now) == ("outlet:y", "正常", "超期")
    assert one.why.startswith("口径不同：盘锦市兴隆台区（2024），兴隆台区 其他页面栏目每月至少1条")
    assert judge_data(found)["not_judged"]


def test_data_that_changed_since_is_named_with_both_dates(district: Store) -> None:
    with district.engine.begin() as connection:
        connection.execute(
            update(PostRow).where(PostRow.outlet_id == "y").values(published=date(2020, 7, 12))
        )
    (one,) = again(district, "2020-07-17").differences
    assert (one.said, one.now) == ("超期", "正常")
    assert one.why == "数据有变：当时所见最新信息为2020-07-01，现在为2020-07-12"


def test_an_exemption_of_later_does_not_reach_back(district: Store) -> None:
    with district.engine.begin() as connection:
        grant(
            connection,
            DispensationKind.EXEMPTION,
            "outlet:y",
            deed=Deed("张主任", at("2020-07-20"), "改版"),
            bounds=Bounds(date(2020, 7, 1), date(2020, 12, 31)),
        )
    assert again(district, "2020-07-17").differences == ()


def test_a_day_without_a_judgement_has_nothing_to_compare(district: Store) -> None:
    found = again(district, "2020-07-16")
    assert found.judged is None
    assert found.differences == ()
    assert judge_lines(found)[-1] == "当天没有作出过判定，无从比较。"


def test_a_failed_night_is_judged_again_as_a_failed_night(district: Store) -> None:
    evaluate(
        district.engine,
        config(),
        at("2020-07-17", 5),
        count=nothing,
        horizon=HORIZON,
        failed_night=True,
    )
    found = again(district, "2020-07-17")
    assert found.differences == ()
    assert not any(v.value.accuses for v in found.verdicts)


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_is_read_and_says_what_it_does_not_judge(name: str) -> None:
    profile = load_profile(name)
    assert profile.rules or profile.not_judged
    ready = under(SHIPPED, profile)
    assert set(profile.rules) <= set(ready.in_force(date(2019, 5, 1)))
    assert not set(profile.without) & set(ready.rules)


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadConfig, match="known: cangshan_2020"):
        load_profile("nowhere")


def test_the_seed_quarter_under_two_profiles_gives_two_results(tmp_path: Path) -> None:
    """docs/rules.md prints these numbers."""
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        seed_quarter(connection)
        outlets = list(connection.execute(OutletRow.__table__.select()))
        rows = [
            {
                "outlet_id": one.id,
                "moment": BASELINE,
                "outcome": "read",
                "evidence": "complete",
                "door": "spider",
                "probe": "portal",
                "page_no": 1,
                "reason": "",
                "mark": "",
                "url": "",
                "status": 200,
                "newest": None,
                "newest_url": "",
                "dated": 20,
                "page_hash": "",
                "etag": "",
                "last_modified": "",
                "seconds": 0.1,
                "family": "",
            }
            for one in outlets
        ]
        connection.execute(insert(VisitRow), rows)
        connection.execute(
            update(OutletRow).values(last_look=BASELINE, last_conclusive=BASELINE, walk_done=True)
        )
        found = {
            name: rejudge(
                connection,
                SHIPPED,
                AS_OF,
                count=count_until,
                horizon=HORIZON,
                profile=load_profile(name),
            )
            for name in ("national", "cangshan_2020", "wuding_2025")
        }
    engine.dispose()
    short = {
        name: sorted(
            (v.name, v.period)
            for v in one.verdicts
            if v.rule == "unit_quota" and v.value is Value.STALE
        )
        for name, one in found.items()
    }
    assert short["national"] == []
    assert len(short["cangshan_2020"]) == 14
    assert {name for name, _ in short["cangshan_2020"]} == {
        "螺洲镇",
        "工信局",
        "审计局",
        "房管局",
        "市场监管局",
    }
    assert short["wuding_2025"] == [
        ("审计局", "2020-04"),
        ("审计局", "2020-05"),
        ("审计局", "2020-06"),
    ]
    assert not [v for v in found["national"].verdicts if v.subject.startswith("unit:")]
