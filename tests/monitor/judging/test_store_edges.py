"""What a judgement leaves behind: orders that end with their findings, findings that lost their
subject, and the night's own word on what it saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from crawler.model import ColumnClass, Deed, Purpose
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.tables import PostRow
from monitor.config import MonitorConfig
from monitor.days.workdays import Calendar
from monitor.judging.ahead import last_workday
from monitor.judging.checklist import AskedOf, IndicatorAnswer, answer
from monitor.judging.evaluate import Judgement, evaluate, explain
from monitor.judging.now import judge_now
from monitor.judging.rejudging import Rejudged, rejudge
from monitor.model import Finding
from monitor.profiles import Profile, load_profile
from monitor.record.chain import AuditRow
from monitor.record.tables import FindingRow, JudgementRow
from monitor.rectify.orders import Terms, issue, one
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings
from tests.conftest import Store
from tests.situations.test_looks import START, office
from tests.support.doors import Server, serving
from tests.support.judging_facts import at, config
from tests.support.judging_store import SITE, column, enter, failure, show, unit, visit

OLD, DAY = date(2020, 6, 1), date(2020, 7, 12)
X = column("x", "b", cls=ColumnClass.NEWS)
Y = column("y", "b")


def nothing(_c: Connection, _s: date, _e: date, _a: datetime) -> dict[tuple[str, str], int]:
    return {}


@pytest.fixture
def late(sqlite_store: Store) -> Store:
    """Column ``x`` last updated in June, seen in two nights; ``y`` of another class is in time."""
    with sqlite_store.engine.begin() as c:
        enter(c, at("2020-07-01"), (unit("b", quota=None),), X, Y)
        for outlet in ("x", "y"):
            show(c, outlet, at("2020-07-11", 2), OLD)
            visit(c, outlet, at(DAY, 2), OLD)
    return sqlite_store


def judged(
    store: Store, moment: datetime, using: MonitorConfig | None = None, failed: bool | None = None
) -> Judgement:
    return evaluate(
        store.engine,
        using or config(),
        moment,
        count=nothing,
        horizon=date(2020, 1, 1),
        failed_night=failed,
    )


def again(store: Store, moment: datetime, profile: Profile | None = None) -> Rejudged:
    with store.reader.connect() as c:
        return rejudge(
            c, config(), moment, count=nothing, horizon=date(2020, 1, 1), profile=profile
        )


def ended(store: Store) -> str:
    with store.reader.connect() as c:
        query = select(FindingRow.ended).where(FindingRow.subject == "outlet:x")
        return str(c.execute(query).scalar_one())


def accused(found: Judgement) -> list[Finding]:
    return [each for each in found.changes.opened if each.rule == "column_stale"]


# evaluate


def test_an_order_ends_with_the_judgement_that_ends_its_finding(late: Store) -> None:
    (finding,) = accused(judged(late, at(DAY)))
    with late.engine.begin() as c:
        terms = Terms(LetterSettings(), OrderSettings())
        order = issue(c, finding.number, deed=Deed("办公室", at(DAY, 10)), terms=terms)
        show(c, "x", at("2020-07-13", 2), DAY)
        visit(c, "y", at("2020-07-13", 2), OLD)
    judged(late, at("2020-07-13"))
    with late.reader.connect() as c:
        assert (one(c, order.number).state, ended(late)) == ("closed", "fresh")


@pytest.mark.parametrize(
    ("catalogue", "how"),
    [((replace(X, purpose=Purpose.STATIC), Y), "not_judged"), ((Y,), "retired")],
)
def test_a_finding_without_a_verdict_tells_whether_its_subject_left(
    late: Store, catalogue: tuple[object, ...], how: str
) -> None:
    judged(late, at(DAY))
    with late.engine.begin() as c:
        enter(c, at("2020-07-13"), (unit("b", quota=None),), *catalogue)  # type: ignore[arg-type]
        for outlet in ("x", "y"):
            visit(c, outlet, at("2020-07-13", 2), OLD)
    judged(late, at("2020-07-13"))
    assert ended(late) == how


@pytest.mark.parametrize(("least", "failed"), [(0.5, False), (0.51, True)])
def test_a_night_failed_by_the_share_that_the_office_asks_for(
    late: Store, least: float, failed: bool
) -> None:
    with late.engine.begin() as c:
        visit(c, "x", at("2020-07-15", 2), OLD)
    found = judged(late, at("2020-07-15"), replace(config(), coverage=least))
    assert found.failed_night is failed
    assert bool(accused(found)) is not failed


def test_an_office_judges_now_and_leaves_its_record_only_where_it_is_to(tmp_path: Path) -> None:
    with serving({"s": (server := Server({}))}), office(tmp_path, server, "/a/") as place:

        def records() -> int:
            with place.reader.connect() as c:
                return int(c.execute(select(func.count()).select_from(JudgementRow)).scalar_one())

        tried = judge_now(place, START, record=False, accuse=False)
        assert (tried.failed_night, records()) == (True, 0)
        assert judge_now(place, START, accuse=False).failed_night
        assert records() == 1


def test_an_outlet_is_explained_by_its_own_findings_and_a_column_has_no_rhythm(
    late: Store,
) -> None:
    with late.engine.begin() as c:
        enter(c, at(DAY, 1), (unit("b", quota=None),), X, replace(X, id="y"))
    assert len(accused(judged(late, at(DAY)))) == 2
    found = explain(late.reader, config(), "x", at(DAY), horizon=date(2020, 1, 1))
    assert found is not None
    assert [each.subject for each in found.findings] == ["outlet:x"]
    assert found.rhythm is None


# judged again


def test_a_judgement_of_the_first_hour_is_of_its_day(late: Store) -> None:
    early = at(DAY, 0, 10)
    judged(late, early)
    found = again(late, at(DAY, 23))
    assert found.judged is not None
    assert found.moment == early
    assert again(late, at("2020-07-13", 23)).judged is None


def test_a_night_that_was_taken_for_good_is_so_again(late: Store) -> None:
    """Nobody looked that night; who called it good knew why."""
    moment = at("2020-07-15")
    assert not judged(late, moment, failed=False).failed_night
    assert again(late, moment).differences == ()


def test_a_night_that_saw_enough_for_its_office_is_not_blind_by_a_stricter_share(
    late: Store,
) -> None:
    """Two sites of three were seen to a third only, which was enough then."""
    sites = (SITE, *(replace(SITE, id=each) for each in "pq"))
    more = [replace(Y, id=f"{site}{n}", site=site) for site in "pq" for n in range(3)]
    with late.engine.begin() as c:
        sync(c, Catalogue((unit("b", quota=None),), sites, (X, Y, *more)), at("2020-07-02"))
        for each in more:
            visit(c, each.id, at("2020-07-11", 2), OLD)
            if each.id.endswith("0"):
                visit(c, each.id, at(DAY, 2), OLD)
            else:
                failure(c, each.id, at(DAY, 2))
    assert accused(judged(late, at(DAY), replace(config(), coverage=0.3)))
    assert "outlet:x" not in {each.subject for each in again(late, at(DAY)).differences}


def test_what_differs_is_told_with_name_value_and_reason(late: Store) -> None:
    judged(late, at(DAY))
    with late.engine.begin() as c:
        new = update(PostRow).where(PostRow.outlet_id == "x").values(published=date(2020, 7, 10))
        c.execute(new)
    for profile in (None, load_profile("national")):
        (found,) = again(late, at(DAY, 23), profile).differences
        assert (found.name, found.said, found.now) == ("栏目x", "超期", "正常")
        assert found.why == "数据有变：当时所见最新信息为2020-06-01，现在为2020-07-10"
        assert "最近一次更新为2020年7月10日" in found.sentence


# what only people judge, and working days


def test_an_answer_is_sealed_with_what_it_was_before_and_is_now(store: Store) -> None:
    asked = AskedOf("media.veto.fake_fans", "outlet:w", "2020Q3")
    deed = Deed("张三丰", at(DAY), "截图")
    for given in (IndicatorAnswer.PASS, IndicatorAnswer.FAIL):
        with store.engine.begin() as c:
            answer(c, asked=asked, given=given, deed=deed)
    with store.reader.connect() as c:
        rows = c.execute(select(AuditRow.who, AuditRow.data).order_by(AuditRow.seq)).all()
    assert [who for who, _ in rows] == ["张三丰"] * 2
    assert '"after":"pass"' in rows[0].data
    assert '"before":null' in rows[0].data
    assert '"after":"fail","before":"pass"' in rows[1].data


@pytest.mark.parametrize(("back", "found"), [(0, 0), (30, 30), (31, 0)])
def test_a_working_day_is_looked_for_a_month_back(back: int, found: int) -> None:
    day = date(2020, 7, 16)
    free = frozenset(day - timedelta(days=n) for n in range(-40, 80)) - {day - timedelta(days=back)}
    assert last_workday(day, Calendar(free)) == day - timedelta(days=found)
