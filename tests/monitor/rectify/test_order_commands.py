"""The commands of an office that rectifies: issue, reply, look, appeal, decide, verify; each
refusal is one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from monitor.__main__ import attach, cli
from monitor.judging.now import judge_now
from monitor.night import jobs
from monitor.record.tables import EventRow, FindingRow, LetterRow
from tests.support.district import Clock, Town, served, town

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        made.night()
        yield made


def run(place: Town, *words: str) -> Result:
    attach()
    at = ["--as-of", place.clock().isoformat()] if words[:2] not in STILL else []
    given = [*words[:1], *words[1:], "--config", str(place.config), *at]
    return CliRunner().invoke(cli, given, standalone_mode=False)


STILL = {("order", "list"), ("order", "show"), ("audit", "verify"), ("audit", "root")}


def ok(place: Town, *words: str) -> str:
    result = run(place, *words)
    assert result.exception is None, result.exception
    assert result.return_value == 0
    return result.output


def refused(place: Town, *words: str) -> str:
    result = run(place, *words)
    assert result.exception is not None
    assert "\n" not in str(result.exception)
    return str(result.exception)


def number_of(place: Town) -> str:
    with place.office.reader.connect() as c:
        query = select(FindingRow.number).where(FindingRow.subject == "outlet:old")
        return str(c.execute(query).scalar_one())


def test_from_the_order_to_the_decision_on_an_appeal(place: Town, tmp_path: Path) -> None:
    number = number_of(place)
    assert f"未发整改通知：{number}" in ok(place, "order", "list")
    assert "整改〔2020〕1号" in ok(place, "order", "issue", number, "--by", "办公室")
    report = tmp_path / "报告.pdf"
    report.write_bytes(b"%PDF-1.7")
    said = ("order", "reply", "2020-1", "--unit", "mzj", "--by", "联系人", "--text", "已更新")
    assert "等待复查" in ok(place, *said, "--file", str(report))
    place.clock.forward(minutes=1)
    jobs.recheck(place.office, place.clock, ["old"])
    shown = ok(place, "order", "show", "2020-1")
    for words in (
        "退回 1 次",
        "复查未见更新，退回整改",
        "附件：报告.pdf",
        "网页存档：",
        "原文“",
        "SHA-256",
    ):
        assert words in shown, words
    ok(
        place,
        "order",
        "appeal",
        number,
        "--unit",
        "mzj",
        "--by",
        "联系人",
        "--reason",
        "栏目已停用",
    )
    assert "第二次查看：尚未完成" in ok(place, "order", "show", "2020-1")
    assert "申诉成立" in ok(
        place, "order", "decide", number, "--upheld", "--by", "分管负责人", "--reason", "栏目已停用"
    )
    place.clock.forward(minutes=1)
    judge_now(place.office, place.clock())
    assert "没有未办结的整改通知" in ok(place, "order", "list")
    shown = ok(place, "order", "list", "--all")
    assert "已销号" in shown
    # The next night does not accuse the same column again.
    assert f"未发整改通知：{number}" not in shown


def test_who_is_late_is_listed_for_the_talk(place: Town) -> None:
    number = number_of(place)
    ok(place, "order", "issue", number, "--by", "办公室", "--days", "2")
    assert "没有逾期" in ok(place, "order", "overdue")
    place.clock.forward(days=9)
    assert "近两日没有看清，暂不列为逾期" in ok(place, "order", "overdue")
    place.night()
    late = ok(place, "order", "overdue")
    assert "民政局：1 件逾期，最长 5 个工作日" in late
    ok(place, "order", "appeal", number, "--unit", "mzj", "--by", "联系人", "--reason", "不服")
    assert "没有逾期" in ok(place, "order", "overdue")
    ok(place, "order", "decide", number, "--rejected", "--by", "办公室", "--reason", "仍无更新")
    ok(place, "order", "withdraw", "2020-1", "--by", "办公室", "--reason", "重复")
    assert "没有逾期" in ok(place, "order", "overdue")


def test_an_acknowledgement_rests_the_reminders(place: Town) -> None:
    number = number_of(place)
    words = ("order", "ack", number, "--unit", "mzj", "--by", "联系人")
    assert "不再提醒" in ok(place, *words, "--until", "2020-07-24")
    assert "10 个工作日以内" in refused(place, *words, "--until", "2020-12-24")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("order", "issue", "9", "--by", "x"), "没有编号为 9 的问题"),
        (("order", "show", "2020-7"), "没有整改通知 2020-7"),
        (("order", "decide", "9", "--upheld", "--by", "x", "--reason", "y"), "没有编号为 9 的问题"),
        (("proof", "9", "--out", "x.html"), "没有编号为 9 的问题"),
        (("proof", "9", "--out", "x.doc"), "须以 .warc.gz、.html 或 .png 结尾"),
    ],
)
def test_a_refusal_is_one_sentence(place: Town, words: tuple[str, ...], said: str) -> None:
    assert said in refused(place, *words)


def test_the_page_behind_a_finding_can_be_taken_out(place: Town, tmp_path: Path) -> None:
    number = number_of(place)
    for name in ("存档.warc.gz", "存档.html"):
        assert "SHA-256" in ok(place, "proof", number, "--out", str(tmp_path / name))
    assert (tmp_path / "存档.warc.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert "网页存档".encode("ascii", "xmlcharrefreplace") in (tmp_path / "存档.html").read_bytes()


def test_the_record_of_a_night_holds_and_a_change_is_named(place: Town) -> None:
    assert "全部相符" in ok(place, "audit", "verify")
    root = ok(place, "audit", "root", "2020-07-20").strip()
    assert "是第" in ok(place, "audit", "verify", "--root", root)
    assert run(place, "audit", "verify", "--root", "0" * 64).return_value == 1
    with place.office.engine.begin() as c:
        c.execute(update(LetterRow).where(LetterRow.id == 1).values(subject="改过"))
    broken: Any = run(place, "audit", "verify", "--json")
    assert broken.return_value == 1
    assert "letter 表第1行被改动过" in json.loads(broken.output)["broken"]
    with place.office.reader.connect() as c:
        assert c.execute(select(EventRow.id)).first() is not None
