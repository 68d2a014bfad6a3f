"""Printed is printed: the same bytes again, a changed file is named, corrections stand beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from crawler.model import Deed
from monitor.bulletin.frozen import archived, bulletin_of, load, text_of
from monitor.bulletin.reports import sheet
from monitor.entries import exports
from monitor.entries.papers import correct, errata
from monitor.entries.sealing import Unsound, read_errata, read_sealed
from monitor.entries.tables import EntryRow, FrozenRow
from monitor.model import exactly
from tests.conftest import Store
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.entries import keep

NOW = datetime(2020, 8, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def c(sqlite_store: Store) -> Iterator[Connection]:
    with sqlite_store.engine.begin() as connection:
        yield connection


def put(c: Connection, name: str, folder: Path) -> Path:
    """Export a kept bulletin as files; returns the file of its data."""
    places = exports.Places(folder / "decisions.yaml", folder)
    for one in exports.of_paper(name)(c, places):
        one.file.write_text(one.text, encoding="utf-8")
    return folder / f"{name}.json"


def test_what_is_read_back_is_what_was_printed() -> None:
    bulletin = seed_bulletin()
    assert bulletin_of(text_of(bulletin)) == bulletin


def test_printing_again_gives_the_same_bytes_whatever_the_store_says_now(
    c: Connection, tmp_path: Path
) -> None:
    name = keep(c, seed_bulletin(), NOW)
    again = archived(c, tmp_path, seed_bulletin().period)
    assert again is not None
    assert (again.name, again.bulletin) == (name, seed_bulletin())
    later = replace(seed_bulletin(), portal=replace(seed_bulletin().portal, total=exactly(4000)))
    assert text_of(again.bulletin) != text_of(later)
    assert text_of(again.bulletin).encode() == put(c, name, tmp_path).read_bytes()


def test_a_kept_bulletin_can_be_written_as_a_report_again(c: Connection, tmp_path: Path) -> None:
    kept = load(c, tmp_path, keep(c, seed_bulletin(), NOW))
    sheet.write(kept.bulletin, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").stat().st_size > 10_000


def test_a_changed_file_and_a_missing_seal_are_named(c: Connection, tmp_path: Path) -> None:
    name = keep(c, seed_bulletin(), NOW)
    file = put(c, name, tmp_path)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"total": 3038', '"total": 3039'), encoding="utf-8")
    with pytest.raises(Unsound, match="被改动过"):
        read_sealed(file)
    with pytest.raises(Unsound, match="被改动过"):
        load(c, tmp_path, name)
    file.write_text(text, encoding="utf-8")
    file.with_suffix(".sha256").unlink()
    with pytest.raises(Unsound, match="没有封存校验值"):
        read_sealed(file)
    file.unlink()
    assert load(c, tmp_path, name).bulletin == seed_bulletin(), "the store holds it"


def test_what_was_changed_in_the_store_is_named(c: Connection, tmp_path: Path) -> None:
    name = keep(c, seed_bulletin(), NOW)
    for packed in (b"x", b""):
        c.execute(update(FrozenRow).values(packed=packed))
        with pytest.raises(Unsound, match="被改动过"):
            load(c, tmp_path, name)


def test_errata_stand_beside_in_their_order_and_leave_the_bulletin_alone(
    c: Connection, tmp_path: Path
) -> None:
    name = keep(c, seed_bulletin(), NOW)
    root = load(c, tmp_path, name).root
    correct(c, name, subject="房管局", deed=Deed("办公室", NOW, "4月漏印"))
    correct(c, name, subject="螺洲镇", deed=Deed("办公室", NOW, "月份有误"))
    said = [("房管局", "4月漏印"), ("螺洲镇", "月份有误")]
    assert [(e.subject, e.text) for e in errata(c, name)] == said
    assert load(c, tmp_path, name).root == root
    assert read_errata(put(c, name, tmp_path), root) == errata(c, name), "the file tells the same"


@pytest.mark.parametrize(
    "change", [lambda s: s.replace("漏印", "无误"), lambda s: s.split("\n", 1)[1], lambda s: s[:40]]
)
def test_a_changed_erratum_is_found(c: Connection, tmp_path: Path, change: object) -> None:
    name = keep(c, seed_bulletin(), NOW)
    correct(c, name, subject="房管局", deed=Deed("办公室", NOW, "4月漏印"))
    correct(c, name, subject="螺洲镇", deed=Deed("办公室", NOW, "月份有误"))
    file = put(c, name, tmp_path)
    beside = file.with_suffix(".errata.jsonl")
    beside.write_text(change(beside.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(Unsound, match="第1行"):
        read_errata(file, load(c, tmp_path, name).root)
    first = {"moment": NOW.isoformat(), "subject": "房管局", "text": "没有漏印", "by": "办公室"}
    c.execute(update(EntryRow).where(EntryRow.id == 1).values(data=first))
    with pytest.raises(Unsound, match="第1条"):
        errata(c, name)


def test_an_erratum_that_says_nothing_is_refused(c: Connection) -> None:
    name = keep(c, seed_bulletin(), NOW)
    with pytest.raises(Unsound, match="写明"):
        correct(c, name, subject="房管局", deed=Deed("办公室", NOW, " "))
    with pytest.raises(ValueError, match="naive"):
        correct(c, name, subject="房管局", deed=Deed("办公室", datetime(2020, 8, 3), "x"))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"title": 1}'])
def test_any_other_text_is_not_a_kept_bulletin(text: str) -> None:
    with pytest.raises(Unsound, match="不是本系统封存"):
        bulletin_of(text)
