"""What was left unread is held against what the store knows: frame, posts of a known day, people's
words, liars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from crawler.model import Deed, Evidence, Outcome, Unread
from crawler.reading.frames import frame_key
from crawler.store.proof_tables import ColumnWordRow, FrameLinkRow, HostTraitRow
from crawler.store.tables import OutletRow
from crawler.walking.record import unread_values
from monitor.desk.column_words import WordAbout, WordRefused, column_words, end_word, give_word
from monitor.facts.facts import gather
from monitor.judging.evaluate import judge
from monitor.model import OutletFacts, Value, Verdict
from monitor.record.chain import AuditRow
from tests.conftest import Store
from tests.support.judging_facts import at, config
from tests.support.judging_store import column, enter, post, unit, visit

CONFIG = config()
OLD = date(2019, 5, 8)
DAY = date(2020, 7, 20)
HOME = "http://www.example.gov.cn"
ROW = Unread("row 1", "undated", "没有日期的一条", f"{HOME}/new.htm")
HOT = Unread("beside the list", "outside", "热点", f"{HOME}/hot.htm")


def nothing(_c: Connection, _s: date, _e: date, _a: datetime) -> Mapping[tuple[str, str], int]:
    return {}


@pytest.fixture
def doubtful(store: Store) -> Store:
    """A column whose last post is a year old; two looks of the night left ``ROW`` unread."""
    with store.engine.begin() as c:
        enter(
            c, at("2020-07-01"), (unit("a"),), column("x", "a"), column("y", "a"), column("z", "a")
        )
        post(c, "x", "/old", OLD, at("2020-07-01"))
    return store


def look(store: Store, *rows: Unread, **values: Any) -> None:
    """The night's look and the second one."""
    with store.engine.begin() as c:
        for hour, door in ((2, "spider"), (3, "recheck")):
            unread = [unread_values(row) for row in rows]
            evidence = Evidence.PARTIAL if rows else Evidence.COMPLETE
            given = {
                "unread": unread,
                "evidence": evidence.value,
                "door": door,
                "url": f"{HOME}/x/",
                **values,
            }
            visit(c, "x", at(DAY, hour), OLD, **given)


def known(store: Store, as_of: datetime | None = None) -> tuple[OutletFacts, Verdict]:
    with store.reader.connect() as c:
        facts = gather(
            c, as_of or at(DAY), count=nothing, horizon=date(2019, 1, 1), failed_night=False
        )
    of = next(of for of in facts.outlets if of.outlet.id == "x")
    return of, next(
        v for v in judge(facts, CONFIG) if v.rule == "column_stale" and v.subject == "outlet:x"
    )


def test_a_row_without_a_day_keeps_its_column_unaccused(doubtful: Store) -> None:
    look(doubtful, ROW)
    of, verdict = known(doubtful)
    assert of.looks[0].unread == (ROW,)
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "unread_newer")
    assert "第1行“没有日期的一条”" in verdict.sentence


def test_a_row_whose_article_is_dated_is_a_post_like_others(doubtful: Store) -> None:
    look(doubtful, ROW)
    with doubtful.engine.begin() as c:
        post(c, "x", ROW.url, date(2019, 6, 1), at("2020-07-20", 4), place="label")
    of, verdict = known(doubtful)
    assert (of.looks[0].evidence, of.looks[0].newest) == (Evidence.COMPLETE, date(2019, 6, 1))
    assert verdict.value is Value.STALE
    assert verdict.numbers["newest"] == "2019-06-01"
    assert known(doubtful, at(DAY, 3, 30))[1].cause == "unread_newer", (
        "what was read later was not known then"
    )


def test_a_day_that_only_the_address_bears_settles_no_row(doubtful: Store) -> None:
    look(doubtful, ROW)
    with doubtful.engine.begin() as c:
        post(c, "x", ROW.url, date(2019, 4, 1), at("2020-07-20", 4), place="url")
    assert known(doubtful)[1].cause == "unread_newer"


def test_a_link_beside_the_list_is_frame_once_enough_columns_show_it(doubtful: Store) -> None:
    look(doubtful, HOT)
    assert known(doubtful)[1].cause == "unread_newer"
    with doubtful.engine.begin() as c:
        since = [at(DAY, hour).isoformat() for hour in (2, 2, 5)]
        values = {
            "site_id": "site",
            "key": frame_key(HOT.url),
            "outlets": ["x", "y", "z"],
            "since": since,
        }
        c.execute(
            insert(FrameLinkRow).values(
                values | {"first_seen": at(DAY, 2), "last_seen": at(DAY, 5)}
            )
        )
    assert known(doubtful)[1].value is Value.STALE
    assert known(doubtful, at(DAY, 4))[1].cause == "unread_newer", (
        "two columns had shown it by then"
    )


def test_the_post_of_another_column_counts_by_its_day(doubtful: Store) -> None:
    look(doubtful, HOT)
    with doubtful.engine.begin() as c:
        post(c, "y", HOT.url, date(2018, 1, 1), at("2020-07-01"))
    assert known(doubtful)[1].value is Value.STALE
    with doubtful.engine.begin() as c:
        post(c, "z", HOT.url, date(2020, 7, 1), at("2020-07-02"))
    assert known(doubtful)[1].cause == "unread_newer"


def word(
    store: Store, place: str, row: Unread, moment: datetime, ended: datetime | None = None
) -> None:
    with store.engine.begin() as c:
        shown = {"rows": [{"url": row.url, "text": row.text}]}
        c.execute(
            insert(ColumnWordRow).values(
                outlet_id="x",
                kind="part",
                key=place,
                shown=shown,
                person="经办人",
                reason="别处的栏目",
                moment=moment,
                ended=ended,
            )
        )


def test_a_clerks_word_about_a_part_counts_from_its_moment_until_it_is_ended(
    doubtful: Store,
) -> None:
    look(doubtful, HOT)
    word(doubtful, HOT.place, HOT, at(DAY, 5), at(DAY, 12))
    assert known(doubtful, at(DAY, 4))[1].cause == "unread_newer"
    assert known(doubtful, at(DAY, 6))[1].value is Value.STALE
    assert known(doubtful, at(DAY, 13))[1].cause == "unread_newer"


def test_a_clerks_word_about_a_row_is_about_that_row_and_not_the_next_in_its_place(
    doubtful: Store,
) -> None:
    look(doubtful, ROW)
    word(doubtful, ROW.place, ROW, at(DAY, 5))
    assert known(doubtful)[1].value is Value.STALE
    look(doubtful, Unread(ROW.place, ROW.why, "另一条", f"{HOME}/other.htm"))
    assert known(doubtful)[1].cause == "unread_newer"


def test_what_a_liar_calls_unchanged_proves_nothing(doubtful: Store) -> None:
    unchanged = {"outcome": Outcome.UNCHANGED.value, "conditional": True}
    look(doubtful)
    with doubtful.engine.begin() as c:
        visit(c, "x", at(DAY, 2) - timedelta(days=1), OLD, url=f"{HOME}/x/", **unchanged)
    assert known(doubtful, at(DAY, 2, 30))[1].value is Value.STALE
    with doubtful.engine.begin() as c:
        values = {"host": "www.example.gov.cn", "kind": "liar_304", "detail": ""}
        c.execute(
            insert(HostTraitRow).values(since=at(DAY, 2, 10), last_seen=at(DAY, 2, 10), **values)
        )
    assert known(doubtful, at(DAY, 2, 5))[1].value is Value.STALE
    assert known(doubtful, at(DAY, 2, 30))[1].cause == "awaiting_second_look"
    assert known(doubtful, at(DAY, 9))[1].value is Value.STALE


def test_older_looks_are_read_until_two_are_independent(doubtful: Store) -> None:
    with doubtful.engine.begin() as c:
        for minutes in range(6):
            moment = at(DAY, 2, minutes)
            visit(c, "x", moment, OLD, outcome=Outcome.UNCHANGED.value, conditional=True)
        visit(c, "x", at(DAY, 2) - timedelta(days=6), OLD)
    of, verdict = known(doubtful)
    assert verdict.value is Value.STALE
    assert len(of.looks) == 7


def known_rows(store: Store, *rows: Unread) -> None:
    look(store, *rows)
    with store.engine.begin() as c:
        values = {"unread": [unread_values(row) for row in rows]}
        c.execute(update(OutletRow).where(OutletRow.id == "x").values(values))


def test_a_clerk_decides_once_and_takes_it_back_and_both_are_on_the_record(doubtful: Store) -> None:
    known_rows(doubtful, ROW, HOT)
    with doubtful.engine.begin() as c:
        for place in (ROW.place, HOT.place):
            give_word(c, "x", WordAbout("part", place), deed=Deed("经办人", at(DAY, 5), "站内热点"))
        assert [one.key for one in column_words(c, "x")] == [ROW.place, HOT.place]
    assert known(doubtful)[1].value is Value.STALE
    with doubtful.engine.begin() as c:
        end_word(c, 2, deed=Deed("经办人", at(DAY, 6), "看错了"))
        assert [row.what for row in c.execute(select(AuditRow.what).order_by(AuditRow.seq))] == [
            "column_word",
            "column_word",
            "column_word_ended",
        ]
    assert known(doubtful)[1].cause == "unread_newer"


@pytest.mark.parametrize(
    ("column_id", "place", "reason", "sentence"),
    [
        ("x", "row 9", "错", "没有未读出的“row 9”；现有：row 1"),
        ("nowhere", "row 1", "错", "台账里没有在用的栏目"),
        ("x", "row 1", " ", "请写明理由"),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused(
    doubtful: Store, column_id: str, place: str, reason: str, sentence: str
) -> None:
    known_rows(doubtful, ROW)
    with doubtful.engine.begin() as c, pytest.raises(WordRefused, match=sentence):
        give_word(c, column_id, WordAbout("part", place), deed=Deed("经办人", at(DAY, 5), reason))


def test_the_same_word_is_given_once(doubtful: Store) -> None:
    known_rows(doubtful, ROW)
    with doubtful.engine.begin() as c:
        give_word(c, "x", WordAbout("part", ROW.place), deed=Deed("经办人", at(DAY, 5), "广告"))
        with pytest.raises(WordRefused, match="已经认定过"):
            give_word(c, "x", WordAbout("part", ROW.place), deed=Deed("经办人", at(DAY, 6), "广告"))
