"""The record: whoever changes, takes away or adds a row later is found, and the first such row is
named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from crawler.model import SHANGHAI, Deed
from monitor.findings.dispensations import Bounds, DispensationKind, grant, withdraw
from monitor.record.chain import AuditRow, Entry, append, link_hash, root_of_day
from monitor.record.check import Checked, verify, where_is
from monitor.record.tables import DispensationRow, EventRow, LetterRow
from tests.conftest import Store
from tests.support.outbox_store import NOW, Fake, deliver, rows, seed, together, write


def recorded(store: Store) -> None:
    """A day with letters, a decision and its end."""
    seed(store, ("jsj", "yjj"), ())
    write(store)
    deliver(store, Fake())
    with store.engine.begin() as c:
        made = grant(
            c,
            DispensationKind.SILENCE,
            "outlet:zlaq",
            deed=Deed("分管负责人", NOW, "系统升级"),
            bounds=Bounds(NOW.date(), NOW.date() + timedelta(days=3)),
        )
        assert withdraw(c, made.id, "经办人", NOW + timedelta(hours=1))


def checked(store: Store) -> Checked:
    with store.reader.connect() as c:
        return verify(c)


def test_letters_events_and_decisions_stand_in_the_chain_and_it_holds(store: Store) -> None:
    recorded(store)
    found = checked(store)
    assert found.broken == ""
    assert found.rows == len(rows_of(store)) > 8
    whats = {row.what for row in rows_of(store)}
    assert whats >= {"event", "letter", "sent", "dispensation", "withdrawn"}
    assert {row.who for row in rows_of(store)} == {"系统", "分管负责人", "经办人"}


def rows_of(store: Store) -> Any:
    with store.reader.connect() as c:
        return c.execute(select(AuditRow.__table__).order_by(AuditRow.seq)).all()


def edit_event(c: Connection) -> None:
    c.execute(update(EventRow).where(EventRow.id == 1).values(detail={"unit": "yjj"}))


def edit_letter(c: Connection) -> None:
    c.execute(update(LetterRow).where(LetterRow.id == 1).values(text_body="没有问题"))


def edit_decision(c: Connection) -> None:
    c.execute(update(DispensationRow).values(until=date(2030, 1, 1)))


def drop_event(c: Connection) -> None:
    c.execute(delete(EventRow).where(EventRow.id == 1))


def edit_link(c: Connection) -> None:
    c.execute(update(AuditRow).where(AuditRow.seq == 4).values(who="别人"))


def drop_link(c: Connection) -> None:
    c.execute(delete(AuditRow).where(AuditRow.seq == 4))


def drop_last_event_link(c: Connection) -> None:
    """The end of the chain is cut off: what it sealed stands outside."""
    last = c.scalar(select(AuditRow.seq).where(AuditRow.what == "dispensation"))
    c.execute(delete(AuditRow).where(AuditRow.seq >= last))


def forge_link(c: Connection) -> None:
    """A link is rewritten with a right hash of its own: the next one no longer fits."""
    row = dict(c.execute(select(AuditRow.__table__).where(AuditRow.seq == 4)).mappings().one())
    row["who"] = "别人"
    row["hash"] = link_hash(row)
    c.execute(update(AuditRow).where(AuditRow.seq == 4).values(row))


def add_event(c: Connection) -> None:
    c.execute(insert(EventRow).values(finding_id=1, kind="closed", moment=NOW, detail={}))


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        (edit_event, "event 表第1行被改动过"),
        (edit_letter, "letter 表第1行被改动过"),
        (edit_decision, "dispensation 表第1行被改动过"),
        (drop_event, "event 表第1行不见了"),
        (edit_link, "第4条（"),
        (drop_link, "第4条缺失"),
        (forge_link, "第5条（"),
        (drop_last_event_link, "dispensation 表第1行没有记入留痕链"),
        (add_event, "event 表第4行没有记入留痕链"),
    ],
)
def test_every_forgery_is_named(
    sqlite_store: Store, forgery: Callable[[Connection], None], said: str
) -> None:
    recorded(sqlite_store)
    with sqlite_store.engine.begin() as c:
        forgery(c)
    found = checked(sqlite_store)
    assert said in found.broken
    assert said.startswith("第") is False or found.seq == int(said[1])


def test_a_transaction_that_breaks_leaves_no_link(store: Store) -> None:
    with pytest.raises(RuntimeError), store.engine.begin() as c:  # noqa: PT012
        append(c, NOW, [Entry("edit", "unit:jsj", "经办人")])
        raise RuntimeError("killed")
    assert checked(store) == Checked(0, "0" * 64)


def test_many_writers_at_once_make_one_chain(store: Store) -> None:
    def work() -> None:
        for n in range(5):
            with store.engine.begin() as c:
                append(c, NOW, [Entry("edit", f"unit:{n}"), Entry("edit", f"unit:{n}b")])

    together(work, 4)
    found = checked(store)
    assert (found.rows, found.broken) == (40, "")


def test_the_root_of_a_day_stays_whatever_is_entered_later(store: Store) -> None:
    monday, tuesday = date(2020, 7, 20), date(2020, 7, 21)

    def enter(moment: datetime) -> None:
        with store.engine.begin() as c:
            append(c, moment, [Entry("edit", "unit:jsj")])

    def root(day: date) -> str:
        with store.reader.connect() as c:
            return root_of_day(c, day)

    assert root(monday) == ""
    enter(datetime(2020, 7, 20, 23, 59, tzinfo=SHANGHAI))
    first = root(monday)
    enter(datetime(2020, 7, 21, 0, 1, tzinfo=SHANGHAI))
    enter(datetime(2020, 7, 20, 9, tzinfo=SHANGHAI))  # entered late, for the day before
    assert root(monday) == first != root(tuesday)
    with store.reader.connect() as c:
        found = where_is(c, first.upper())
        assert found is not None
        assert found.seq == 1
        assert where_is(c, "0" * 64) is None


def test_the_rows_helper_reads_what_the_chain_seals(sqlite_store: Store) -> None:
    recorded(sqlite_store)
    sealed = {row.subject for row in rows_of(sqlite_store) if row.what == "event"}
    assert sealed == {f"event:{row.id}" for row in rows(sqlite_store, EventRow)}
