"""Orders: numbered, with a deadline in working days; answered with files; closed by proof and by
nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from crawler.model import SHANGHAI, Deed
from crawler.store.tables import VisitRow
from monitor.bulletin.errata import put_errata
from monitor.bulletin.frozen import load
from monitor.entries.papers import errata
from monitor.findings.dispensations import in_force
from monitor.findings.ledger import apply
from monitor.findings.said import journal
from monitor.model import Value, Verdict
from monitor.record.check import verify
from monitor.record.tables import EventRow, FindingRow
from monitor.rectify import orders
from monitor.rectify.appeals import appeal, appeals, decide, pending
from monitor.rectify.attachments import Unacceptable, accept, get, where
from monitor.rectify.orders import StepRefused, Terms, issue, listed, one, withdraw
from monitor.rectify.rechecks import RecheckRow
from monitor.rectify.replies import Enclosed, ReplyRow, replies, reply, settle
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings
from tests.conftest import Store
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.entries import keep
from tests.support.outbox_store import NOW, rows, seed, visit

LETTERS = LetterSettings()
SETTINGS = OrderSettings()
PDF = b"%PDF-1.7\n%sample\n"


def issued(store: Store, *, now: datetime = NOW, finding: str = "2020-0001") -> orders.Order:
    with store.engine.begin() as c:
        return issue(c, finding, deed=Deed("办公室", now), terms=Terms(LETTERS, SETTINGS))


def answered(store: Store, folder: Path, now: datetime, **more: object) -> orders.Order:
    given: dict[str, Any] = {
        "unit": "jsj",
        "by": "联系人",
        "words": "已更新栏目。",
        "files": (),
        "number": "2020-1",
        **more,
    }
    number, enclosed = given.pop("number"), Enclosed(folder, given.pop("files"))
    with store.engine.begin() as c:
        return reply(c, number, deed=Deed(now=now, **given), settings=SETTINGS, enclosed=enclosed)


def verdict(value: Value, looked: datetime) -> Verdict:
    return Verdict(
        "column_stale",
        "outlet:zlaq",
        value,
        "句子。",
        "19号",
        ("jsj", "yjj"),
        period="1",
        name="质量安全",
        looked=looked,
    )


def judged(store: Store, value: Value, at: datetime) -> tuple[str, ...]:
    """What a recorded judgement does: ledger, journal, orders."""
    said = [verdict(value, at)]
    with store.engine.begin() as c:
        apply(c, said, at)
        journal(c, said, at)
        return settle(c, at)


def looked(store: Store, outcome: str, at: datetime) -> None:
    with store.engine.begin() as c:
        c.execute(insert(VisitRow).values(visit(outcome, at)))


def test_an_order_has_a_number_and_its_deadline_counts_working_days(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("yjj",))
    order = issued(store, now=datetime(2020, 9, 29, 9, tzinfo=SHANGHAI))
    assert (order.number, order.unit, order.units) == ("整改〔2020〕1号", "jsj", ("jsj", "yjj"))
    # National Day 2020: off from 1 to 8 October, Saturday the 10th worked.
    assert order.deadline == datetime(2020, 10, 13, 17, 30, tzinfo=SHANGHAI)
    assert issued(store, finding="2020-0002").number == "整改〔2020〕2号"
    with store.reader.connect() as c:
        assert one(c, "2020-2") == one(c, "整改〔2020〕2号")
        assert [o.number for o in listed(c)] == ["整改〔2020〕2号", "整改〔2020〕1号"]
    assert [row.kind for row in rows(store, EventRow)] == ["ordered", "ordered"]


def test_an_order_is_refused_in_one_sentence(store: Store) -> None:
    seed(store, ("jsj",), ())
    issued(store)
    for number, words in (
        ("2020-0001", "已有整改通知"),
        ("2020-0002", "由我办核查"),
        ("9", "没有编号为 9"),
    ):
        with pytest.raises(StepRefused, match=words):
            issued(store, finding=number)
    with store.engine.begin() as c:
        withdraw(c, "2020-1", deed=Deed("办公室", NOW, "重复"))
        c.execute(update(FindingRow).values(closed=NOW))
    with pytest.raises(StepRefused, match="已经销号"):
        issued(store)


def test_a_reply_is_kept_with_its_files_and_asks_for_a_look(store: Store, tmp_path: Path) -> None:
    seed(store, ("jsj", "yjj"))
    issued(store)
    order = answered(store, tmp_path, NOW, files=[("../截图\r\n.pdf", PDF)])
    assert order.state == "replied"
    (asked,) = rows(store, RecheckRow)
    assert (asked.outlet_id, asked.asked_by) == ("zlaq", "整改〔2020〕1号反馈")
    with store.reader.connect() as c:
        (kept,) = replies(c, order.id)
        assert verify(c).broken == ""
    ((name, sha256),) = kept.files
    assert name == "截图 .pdf"
    assert get(tmp_path, sha256) == PDF
    where(tmp_path, sha256).write_bytes(b"%PDF-another")
    with pytest.raises(Unacceptable, match="被改动过"):
        get(tmp_path, sha256)


def test_a_reply_is_refused_whole(store: Store, tmp_path: Path) -> None:
    seed(store, ("jsj",))
    issued(store)
    for more, words in (
        ({"unit": "jyj"}, "不接受 jyj 的反馈"),
        ({"words": "  "}, "须写明"),
        ({"files": [("a.pdf", PDF), ("b.exe", b"MZ\x90")]}, "b.exe：不是PDF"),
        ({"files": [("a.pdf", PDF)] * 6}, "最多 5 个"),
        ({"number": "2020-9"}, "没有整改通知 2020-9"),
    ):
        with pytest.raises(StepRefused, match=words):
            answered(store, tmp_path, NOW, **more)
    assert rows(store, ReplyRow) == []
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_done_without_a_post_is_sent_back_and_proof_closes_by_itself(
    store: Store, tmp_path: Path
) -> None:
    seed(store, ("jsj", "yjj"))
    issued(store)
    judged(store, Value.STALE, NOW + timedelta(minutes=1))
    said = NOW + timedelta(hours=1)
    answered(store, tmp_path, said)
    # A look that proved nothing settles nothing, nor does a judgement without a look.
    looked(store, "blocked", said + timedelta(minutes=1))
    assert judged(store, Value.STALE, said + timedelta(minutes=2)) == ()
    looked(store, "read", said + timedelta(minutes=3))
    assert judged(store, Value.STALE, said + timedelta(minutes=4)) == ("整改〔2020〕1号",)
    with store.reader.connect() as c:
        order = one(c, "2020-1")
        assert (order.state, order.reopened) == ("issued", 1)
        assert [r.result for r in replies(c, order.id)] == ["unproved"]
    again = said + timedelta(days=1)
    answered(store, tmp_path, again)
    looked(store, "read", again + timedelta(minutes=1))
    assert judged(store, Value.FRESH, again + timedelta(minutes=2)) == ("整改〔2020〕1号",)
    with store.reader.connect() as c:
        order = one(c, "2020-1")
        assert (order.state, order.ended, order.closed) == (
            "closed",
            "fresh",
            again + timedelta(minutes=2),
        )
        assert [r.result for r in replies(c, order.id)] == ["unproved", "proved"]
        assert verify(c).broken == ""
    with pytest.raises(StepRefused, match="已销号，不再接受反馈"):
        answered(store, tmp_path, again + timedelta(hours=1))
    kinds = [row.kind for row in rows(store, EventRow)]
    for kind in ("ordered", "replied", "reopened", "replied", "closed", "order_closed"):
        assert kind in kinds


def test_an_order_closes_without_any_reply_when_the_unit_simply_publishes(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    issued(store)
    assert judged(store, Value.FRESH, NOW + timedelta(hours=3)) == ("整改〔2020〕1号",)


def test_a_recurrence_is_counted_on_the_next_order(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    judged(store, Value.FRESH, NOW)
    judged(store, Value.STALE, NOW + timedelta(days=20))
    order = issued(store, finding="2020-0002", now=NOW + timedelta(days=21))
    assert order.recurrence == 1


def test_an_upheld_appeal_ends_the_finding_and_spares_it_for_a_while(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    issued(store)
    with store.engine.begin() as c:
        entered = appeal(c, "2020-0001", deed=Deed("联系人", NOW, "当日已更新", unit="yjj"))
        assert pending(c) == {1}
        assert entered.state == "waiting"
        with pytest.raises(StepRefused, match="已有申诉待核"):
            appeal(c, "2020-0001", deed=Deed("联系人", NOW, "也", unit="jsj"))
    later = NOW + timedelta(days=1)
    with store.engine.begin() as c:
        found = decide(
            c,
            "2020-0001",
            upheld=True,
            deed=Deed("分管负责人", later, "网页日期识别有误"),
            exempt_days=30,
        )
        assert (found.state, found.decided, found.decided_by) == ("upheld", later, "分管负责人")
        assert settle(c, later) == ("整改〔2020〕1号",)
        (spared,) = in_force(c, later)
        assert spared.until == date(2020, 8, 20)
        assert spared.covers("column_stale", "outlet:zlaq")
        assert one(c, "2020-1").ended == "upheld"
        assert pending(c) == frozenset()
        with pytest.raises(StepRefused, match="没有待核的申诉"):
            decide(c, "2020-0001", upheld=False, deed=Deed("他人", later, "改"), exempt_days=30)
    with store.reader.connect() as c:
        assert verify(c).broken == ""


def test_a_rejected_appeal_changes_nothing_but_the_record(store: Store) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        appeal(c, "2020-0001", deed=Deed("联系人", NOW, "不服", unit="jsj"))
        decide(
            c,
            "2020-0001",
            upheld=False,
            deed=Deed("办公室", NOW, "复查仍无更新"),
            exempt_days=30,
        )
        assert appeals(c, 1)[0].state == "rejected"
        assert in_force(c, NOW) == ()
    assert rows(store, FindingRow)[0].closed is None


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.PDF", PDF, "pdf"),
        ("截图.png", b"\x89PNG\r\n\x1a\nxx", "png"),
        ("x.jpeg", b"\xff\xd8\xff\xe0", "jpg"),
        ("伪装.exe", PDF, "pdf"),
    ],
)
def test_a_file_is_what_is_in_it(name: str, data: bytes, kind: str) -> None:
    file = accept(name, data, 1000)
    assert file.kind == kind
    assert file.name.lower().endswith((f".{kind}", ".jpeg"))


def zipped(*names: str, fill: int = 10) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, b"0" * fill)
    return out.getvalue()


def test_office_files_are_told_from_archives_macros_and_bombs() -> None:
    assert (
        accept("整改.docx", zipped("[Content_Types].xml", "word/document.xml"), 10_000).kind
        == "docx"
    )
    assert accept("整改", zipped("OFD.xml"), 10_000).name == "整改.ofd"
    for data, words in (
        (zipped("word/document.xml", "word/vbaProject.bin"), "含有宏"),
        (zipped("a.txt"), "是压缩包"),
        (zipped("word/document.xml", fill=210_000_000), "解压后过大"),
        (b"PK\x03\x04 broken", "不完整"),
        (b"", "空文件"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "另存为"),
        (PDF * 100_000, "超过 1 MB"),
    ):
        with pytest.raises(Unacceptable, match=words):
            accept("附件", data, 1_000_000)


def test_an_erratum_stands_beside_every_kept_bulletin_that_named_the_finding(
    sqlite_store: Store, tmp_path: Path
) -> None:
    whole = seed_bulletin()
    blamed = replace(
        whole, columns=(replace(whole.columns[0], finding="2020-0001"), *whole.columns[1:])
    )
    with sqlite_store.engine.begin() as c:
        named = keep(c, blamed, NOW)
        other = keep(c, replace(whole, printed=date(2020, 9, 1)), NOW)
        for expected in ((named,), ()):  # a second decision of the same words adds nothing
            assert (
                put_errata(c, "2020-0001", "质量安全", deed=Deed("办公室", NOW, "误读")) == expected
            )
        (erratum,) = errata(c, named)
        assert "问题2020-0001（质量安全）经核定申诉成立" in erratum.text
        assert errata(c, other) == ()
        assert load(c, tmp_path, named).bulletin == blamed


def test_a_refusal_speaks_of_no_option_of_a_command() -> None:
    """The rooms are asked by pages, too: what an option is called is known to the command alone."""
    rooms = (
        "rectify/acks",
        "rectify/appeals",
        "judging/checklist",
        "findings/dispensations",
        "rectify/orders",
        "rectify/replies",
    )
    folder = Path(__file__).parents[3] / "monitor"
    said = [
        line for room in rooms for line in (folder / f"{room}.py").read_text("utf-8").splitlines()
    ]
    refusals = [line for line in said if re.search(r"raise \w*Refused\(", line)]
    assert len(refusals) > 20
    assert [line for line in refusals if "--" in line or "gengxin " in line] == []
