"""What a unit's signed page shows and allows: its own findings only; looking at it any number of
times changes nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crawler.model import Deed
from crawler.store.tables import UnitRow
from monitor.desk.unit_page import UnitDesk, desk
from monitor.record.links import BadToken, allows, load_keys, signer, unit_of
from monitor.record.tables import FindingRow
from monitor.rectify.acks import acknowledge
from monitor.rectify.appeals import appeal, decide
from monitor.rectify.orders import Terms, issue
from monitor.rectify.replies import Enclosed, reply
from monitor.settings.orders import OrderSettings
from monitor.tables import METADATA
from tests.conftest import Store
from tests.support.outbox_store import DAY, NOW, SETTINGS, Fake, deliver, look, rows, seed, write

ORDERS = OrderSettings()


def page(store: Store, unit: str = "jsj", days: int = 0) -> UnitDesk:
    with store.reader.connect() as c:
        return desk(c, unit, NOW + timedelta(days=days), SETTINGS)


def told(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("jsj",), ("yjj",), ())
    write(store)
    deliver(store, Fake())


def test_a_unit_sees_its_own_findings_and_nobody_elses(store: Store) -> None:
    told(store)
    found = page(store)
    assert [m.finding.number for m in found.open] == ["2020-0001", "2020-0002"]
    assert found.open[0].finding.units == ("jsj", "yjj")
    assert [m.finding.number for m in page(store, "yjj").open] == ["2020-0001", "2020-0003"]
    assert page(store, "sjj").open == ()
    with pytest.raises(LookupError, match="台账中没有这个单位"):
        page(store, "nobody")


def test_the_deadline_is_the_letters_and_then_the_orders(store: Store) -> None:
    told(store)
    assert (page(store).open[0].deadline - DAY).days == 7  # five working days from Monday
    with store.engine.begin() as c:
        made = issue(c, "2020-0001", deed=Deed("办公室", NOW), terms=Terms(SETTINGS, ORDERS, 1))
    first = page(store).open[0]
    assert (first.deadline - DAY).days == 1
    assert first.order is not None
    assert first.order.number == made.number
    unseen = page(store, days=2).open[0]
    assert (unseen.overdue, unseen.late, unseen.held) == (False, 0, "近两日没有看清")
    look(store, NOW + timedelta(days=2, hours=-7))
    late = page(store, days=2).open[0]
    assert (late.overdue, late.late, late.held) == (True, 1, "")


def test_what_a_unit_may_do_follows_what_it_did(store: Store, tmp_path: Path) -> None:
    told(store)
    assert page(store).open[0].may == {"ack", "appeal"}
    with store.engine.begin() as c:
        issue(c, "2020-0001", deed=Deed("办公室", NOW), terms=Terms(SETTINGS, ORDERS))
        acknowledge(
            c,
            "2020-0001",
            deed=Deed("联系人", NOW, unit="jsj"),
            until=DAY + timedelta(days=2),
            letters=SETTINGS,
        )
        enclosed = Enclosed(tmp_path, [("报告.pdf", b"%PDF-1.7")])
        deed = Deed("联系人", NOW, "已更新", "jsj")
        reply(c, "2020-1", deed=deed, settings=ORDERS, enclosed=enclosed)
        appeal(c, "2020-0001", deed=Deed("联系人", NOW, "已停用", unit="jsj"))
    first = page(store).open[0]
    assert first.may == {"ack", "reply"}
    assert first.resting_until == DAY + timedelta(days=2)
    assert [(one.text, one.files[0][0]) for one in first.replies] == [("已更新", "报告.pdf")]
    assert not page(store, days=30).open[0].overdue  # while the appeal waits nobody is late
    with store.engine.begin() as c:
        decide(c, "2020-0001", upheld=True, deed=Deed("负责人", NOW, "属实"), exempt_days=30)
    found = page(store)
    assert [m.finding.number for m in found.open] == ["2020-0002"]
    assert [(m.finding.number, m.may) for m in found.closed] == [("2020-0001", {"appeal"})]


def test_what_ended_long_ago_is_no_longer_shown(store: Store) -> None:
    told(store)
    with store.engine.begin() as c:
        c.execute(update(FindingRow).where(FindingRow.id == 2).values(closed=NOW, ended="fresh"))
    assert [m.finding.number for m in page(store, days=80).closed] == ["2020-0002"]
    assert page(store, days=100).closed == ()


def test_a_scanner_that_opens_every_link_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Opening a link is: check the token, read the page. The engine that reads refuses writes."""
    told(store)
    keys = load_keys(tmp_path / "links.key")
    token = signer(keys, NOW, 30)("jsj")
    before = {table.name: everything(store, table.name) for table in METADATA.sorted_tables}
    for _ in range(3):
        assert page(store, unit_of(keys, token, NOW)).name == "建设局"
    assert {name: everything(store, name) for name in before} == before
    assert unit_of(keys, token, NOW) == "jsj"  # and it still opens for the person


def everything(store: Store, table: str) -> list[tuple[object, ...]]:
    with store.reader.connect() as c:
        return [tuple(row) for row in c.execute(METADATA.tables[table].select())]


def test_a_token_opens_one_units_page_until_its_day(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "links.key")
    token = signer(keys, NOW, 30)("jsj")
    assert allows(keys, token, "jsj", NOW + timedelta(days=30))
    assert not allows(keys, token, "yjj", NOW)
    assert not allows(keys, token, "jsj", NOW + timedelta(days=30, seconds=1))
    with pytest.raises(BadToken, match="已过期"):
        unit_of(keys, token, NOW + timedelta(days=31))
    forged = f"eWpq.{token.partition('.')[2]}"  # another unit's name under this one's seal
    with pytest.raises(BadToken, match="不是本系统发出的"):
        unit_of(keys, forged, NOW)


def test_a_merged_units_link_says_whom_to_ask(store: Store) -> None:
    told(store)
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(retired_at=NOW))
    with pytest.raises(LookupError, match="可能已经撤并"):
        page(store)
    assert len(rows(store, FindingRow)) == 4
