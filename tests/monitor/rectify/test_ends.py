"""How findings end, in one set of words; which ends say that the accusation was wrong, and how
often each rule was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from crawler.model import Deed
from crawler.store.tables import PostRow
from monitor.board.words import ended_words
from monitor.bulletin.errata import put_errata
from monitor.entries.papers import errata
from monitor.findings.dispensations import in_force
from monitor.findings.ledger import apply, open_findings
from monitor.letters.parts import Matter, closed_items
from monitor.model import Finding, Newest, Value, Verdict
from monitor.record.tables import EventRow, FindingRow
from monitor.rectify.appeals import appeal, decide, take_back
from monitor.rectify.error_rates import error_rates
from monitor.rectify.orders import StepRefused
from monitor.words.ends import ENDS, MISTAKEN, TAKEN_BACK
from tests.conftest import Store
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.entries import keep
from tests.support.judging_facts import at
from tests.support.judging_store import column, enter, post, unit

OPENED, LATER = at("2020-07-01", 5), at("2020-07-04", 5)
OLD, NEW = date(2019, 1, 2), date(2020, 6, 30)


def said(value: Value, day: date, **more: object) -> Verdict:
    newest = Newest(day, "标题", f"/{day}", day.isoformat(), "item")
    fixed = {
        "sentence": "句子。",
        "clause": "19号",
        "units": ("a",),
        "name": "栏目x",
        "newest": newest,
    }
    return Verdict(
        "column_stale", "outlet:x", value, **{**fixed, "due": day + timedelta(days=14), **more}
    )  # type: ignore[arg-type]


@pytest.fixture
def accused(store: Store) -> Store:
    with store.engine.begin() as c:
        enter(c, at("2020-06-01"), (unit("a"),), column("x", "a"))
        post(c, "x", f"/{OLD}", OLD, at("2020-06-01"))
        apply(c, [said(Value.STALE, OLD)], OPENED)
    return store


def ended(store: Store) -> str:
    with store.reader.connect() as c:
        return str(c.execute(select(FindingRow.ended)).scalar_one())


def rates(store: Store) -> list[tuple[str, int, int]]:
    with store.reader.connect() as c:
        return [(one.rule, one.opened, one.taken_back) for one in error_rates(c, at("2020-08-01"))]


def test_what_stood_in_the_list_unread_makes_it_a_mistake(accused: Store) -> None:
    """The row was there when the finding was opened; its day came from its own page three nights
    later."""
    with accused.engine.begin() as c:
        post(c, "x", f"/{NEW}", None, at("2020-06-30"))
        c.execute(update(PostRow).where(PostRow.url == f"/{NEW}").values(published=NEW))
        apply(c, [said(Value.FRESH, NEW)], LATER)
    assert ended(accused) == MISTAKEN
    assert rates(accused) == [("column_stale", 1, 1)]


@pytest.mark.parametrize(
    ("day", "seen"), [(NEW, at("2020-07-03")), (date(2020, 7, 3), at("2020-07-03")), (date(2019, 1, 3), at("2020-06-30"))]
)  # fmt: skip
def test_what_came_later_mends_it_whatever_day_it_bears(
    accused: Store, day: date, seen: object
) -> None:
    with accused.engine.begin() as c:
        post(c, "x", f"/{day}", day, seen)  # type: ignore[arg-type]
        apply(c, [said(Value.FRESH, day)], LATER)
    assert ended(accused) == "fresh"
    assert rates(accused) == [("column_stale", 1, 0)]


def test_the_office_takes_an_accusation_back_by_itself(accused: Store, tmp_path: Path) -> None:
    with accused.engine.begin() as c:
        with pytest.raises(StepRefused, match="没有编号"):
            take_back(c, "2020-9999", deed=Deed("负责人", LATER, "有误"), exempt_days=30)
        with pytest.raises(StepRefused, match="理由"):
            take_back(c, "2020-0001", deed=Deed("负责人", LATER, " "), exempt_days=30)
        name = take_back(c, "2020-0001", deed=Deed("负责人", LATER, "日期识别有误"), exempt_days=30)
        assert name == "栏目x"
        (spared,) = in_force(c, LATER)
        assert (spared.reason, spared.until) == (
            "问题2020-0001我办撤回：日期识别有误",
            date(2020, 8, 3),
        )
        assert open_findings(c, LATER) == ()
        kinds = list(c.execute(select(EventRow.kind).order_by(EventRow.id)).scalars())
        assert kinds == ["opened", "closed", "corrected"]
        with pytest.raises(StepRefused, match="已经销号"):
            take_back(c, "2020-0001", deed=Deed("负责人", LATER, "再撤"), exempt_days=30)
    assert ended(accused) == "corrected"
    assert rates(accused) == [("column_stale", 1, 1)]


def test_while_an_appeal_waits_it_is_decided_instead(accused: Store) -> None:
    with accused.engine.begin() as c:
        appeal(c, "2020-0001", deed=Deed("联系人", LATER, "有更新", unit="a"))
        with pytest.raises(StepRefused, match="核定申诉"):
            take_back(c, "2020-0001", deed=Deed("负责人", LATER, "有误"), exempt_days=30)
        decide(c, "2020-0001", upheld=True, deed=Deed("负责人", LATER, "属实"), exempt_days=30)
    assert ended(accused) == "upheld"
    assert rates(accused) == [("column_stale", 1, 1)]


@pytest.mark.parametrize("end", TAKEN_BACK)
def test_letters_and_screens_say_the_same_of_an_end(end: str) -> None:
    finding = Finding(
        1,
        "2020-0001",
        "column_stale",
        "outlet:x",
        "",
        OPENED,
        LATER,
        "句子。",
        "19号",
        ("a",),
        "栏目x",
    )
    (item,) = closed_items([Matter(finding, "", ended=end)])
    assert item["how"] == ended_words(end) == ENDS[end]
    assert "更新，自动销号" not in item["how"], "nobody mended anything"


def test_the_printed_bulletin_is_corrected_after_the_offices_own_word(sqlite_store: Store) -> None:
    bulletin = seed_bulletin()
    row = replace(bulletin.columns[0], finding="2020-0001")
    with sqlite_store.engine.begin() as c:
        kept = keep(c, replace(bulletin, columns=(row,)), LATER)
        put_errata(
            c, "2020-0001", "栏目", deed=Deed("负责人", LATER, "日期识别有误"), appealed=False
        )
        assert "经我办核对不成立，原通报所列该项不实" in errata(c, kept)[0].text
