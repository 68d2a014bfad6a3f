"""Printed is printed: the same bytes again, a changed file is named, corrections stand beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.bulletin.frozen import Unsound, bulletin_of, correct, errata, keep, load, text_of
from monitor.bulletin.reports import sheet
from monitor.model import exactly
from tests.test_bulletin import seed_bulletin

NOW = datetime(2020, 8, 3, 2, 0, tzinfo=UTC)


def test_what_is_read_back_is_what_was_printed() -> None:
    bulletin = seed_bulletin()
    assert bulletin_of(text_of(bulletin)) == bulletin


def test_printing_again_gives_the_same_bytes_whatever_the_store_says_now(tmp_path: Path) -> None:
    first = keep(seed_bulletin(), tmp_path)
    bytes_ = first.file.read_bytes()
    later = replace(seed_bulletin(), portal=replace(seed_bulletin().portal, total=exactly(4000)))
    again = keep(later, tmp_path)
    assert (again.root, again.file.read_bytes(), again.bulletin) == (first.root, bytes_, seed_bulletin())
    assert text_of(again.bulletin).encode() == bytes_


def test_a_kept_bulletin_can_be_written_as_a_report_again(tmp_path: Path) -> None:
    kept = load(keep(seed_bulletin(), tmp_path).file)
    sheet.write(kept.bulletin, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").stat().st_size > 10_000


def test_a_changed_file_and_a_missing_seal_are_named(tmp_path: Path) -> None:
    file = keep(seed_bulletin(), tmp_path).file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"total": 3038', '"total": 3039'), encoding="utf-8")
    with pytest.raises(Unsound, match="被改动过"):
        load(file)
    file.write_text(text, encoding="utf-8")
    file.with_suffix(".sha256").unlink()
    with pytest.raises(Unsound, match="没有封存校验值"):
        load(file)


def test_errata_stand_beside_in_their_order_and_leave_the_bulletin_alone(tmp_path: Path) -> None:
    kept = keep(seed_bulletin(), tmp_path)
    correct(kept.file, NOW, "房管局", "4月漏印", "办公室")
    correct(kept.file, NOW, "螺洲镇", "月份有误", "办公室")
    assert [(e.subject, e.text) for e in errata(kept.file)] == [("房管局", "4月漏印"), ("螺洲镇", "月份有误")]
    assert load(kept.file).root == kept.root


@pytest.mark.parametrize(
    "change", [lambda s: s.replace("漏印", "无误"), lambda s: s.split("\n", 1)[1], lambda s: s[:40]]
)
def test_a_changed_erratum_is_found(tmp_path: Path, change: object) -> None:
    kept = keep(seed_bulletin(), tmp_path)
    correct(kept.file, NOW, "房管局", "4月漏印", "办公室")
    correct(kept.file, NOW, "螺洲镇", "月份有误", "办公室")
    beside = kept.file.with_suffix(".errata.jsonl")
    beside.write_text(change(beside.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(Unsound, match="第1行"):
        errata(kept.file)


def test_an_erratum_that_says_nothing_is_refused(tmp_path: Path) -> None:
    kept = keep(seed_bulletin(), tmp_path)
    with pytest.raises(Unsound, match="写明"):
        correct(kept.file, NOW, "房管局", " ", "办公室")
    with pytest.raises(ValueError, match="naive"):
        correct(kept.file, datetime(2020, 8, 3), "房管局", "x", "办公室")  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"title": 1}'])
def test_any_other_text_is_not_a_kept_bulletin(text: str) -> None:
    with pytest.raises(Unsound, match="不是本系统封存"):
        bulletin_of(text)
