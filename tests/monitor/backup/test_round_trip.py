"""A back-up while others write, and the way back, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import stat
import threading
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from crawler.store.tables import VisitRow
from monitor.backup import postgres
from monitor.backup.archive import check
from monitor.backup.manifest import BadArchive, NoBackup
from monitor.backup.restoring import Wish, restore
from monitor.night.lock import try_lock
from monitor.office import Settings
from monitor.record.chain import AuditRow
from monitor.record.links import load_keys
from monitor.rectify import attachments
from tests.conftest import Store, opened
from tests.support.backups import LATER, MADE, column, made, office_of, put_back, sound
from tests.support.outbox_store import NOW, seed, visit


def crawl(store: Store, nights: int, stop: threading.Event) -> None:
    """A transaction after the other, as a night writes them: three looks each."""
    for night in range(nights):
        if stop.is_set():
            return
        moment = NOW + timedelta(minutes=night)
        with store.engine.begin() as c:
            for second in range(3):
                c.execute(
                    insert(VisitRow).values(visit("read", moment + timedelta(seconds=second)))
                )


def test_a_back_up_while_a_crawl_writes_holds_whole_transactions_and_comes_back(
    office: Settings,
) -> None:
    stop = threading.Event()
    with opened(office.store) as store:
        seed(store, ("jsj",))
        writer = threading.Thread(target=crawl, args=(store, 3000, stop))
        writer.start()
        backups = [made(office, MADE + timedelta(seconds=n)) for n in range(3)]
        stop.set()
        writer.join(60)
        written = len(column(store, VisitRow.id))
    counts = []
    for backup in backups:
        assert check(backup.archive) == backup.manifest
        done = put_back(office, backup.archive, LATER)
        assert done.manifest == backup.manifest
        with opened(office.store) as store:
            assert sound(store)
            counts.append(len(column(store, VisitRow.id)) - 2)  # two were seeded
            assert column(store, AuditRow.what)[-1] == "restored"
    assert all(count % 3 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] + 2 <= written


def test_the_record_of_a_restore_names_who_and_which_back_up(office: Settings) -> None:
    backup = made(office)
    put_back(office, backup.archive)
    with opened(office.store) as store, store.reader.connect() as c:
        row = c.execute(AuditRow.__table__.select().order_by(AuditRow.seq.desc())).first()
    assert row is not None
    assert (row.who, row.what) == ("测试", "restored")
    assert json.loads(row.data)["archive"] == backup.sha256
    assert json.loads(row.data)["root"] == backup.manifest.state.root


def test_attachments_and_the_book_are_in_it_and_keys_are_not(office: Settings) -> None:
    file = attachments.accept("a.pdf", b"%PDF-1.4 text", 1000)
    attachments.put(office.folder / "files", file)
    office.book.write_bytes(b"\n")
    for name in ("web.key", "links.key", "other.key"):
        load_keys(office.folder / name)
    backup = made(office)
    with zipfile.ZipFile(backup.archive) as packed:
        names = packed.namelist()
        inside = b"".join(packed.read(name) for name in names)
    assert f"files/{file.sha256[:2]}/{file.sha256}" in names
    assert "letters.ledger" in names
    assert [key.name for key in backup.keys] == ["links.key", "other.key", "web.key"]
    assert all(key.read_bytes().strip() not in inside for key in backup.keys)
    assert stat.S_IMODE(backup.archive.stat().st_mode) == 0o600
    attachments.where(office.folder / "files", file.sha256).unlink()
    put_back(office, backup.archive)
    assert attachments.get(office.folder / "files", file.sha256) == file.data


def test_a_store_that_is_there_is_not_replaced_unless_told(office: Settings) -> None:
    backup = made(office)
    with pytest.raises(NoBackup, match="--replace"):
        restore(office, Wish(backup.archive, "测试"), LATER)
    with opened(office.store) as store:
        assert "restored" not in column(store, AuditRow.what)


@pytest.mark.parametrize("name", ["scheduler", "night", "letters", "backup"])
def test_nothing_is_restored_while_the_service_runs(office: Settings, name: str) -> None:
    backup = made(office)
    with opened(office.store) as store, try_lock(store.engine, name) as mine:
        assert mine is not None
        with pytest.raises(NoBackup, match=r"停止服务|正在进行"):
            put_back(office, backup.archive)


def test_a_reader_who_has_the_store_open_stops_the_switch(tmp_path: Path) -> None:
    office = office_of(tmp_path)
    backup = made(office)
    with opened(office.store) as store, store.reader.connect() as c:
        c.execute(AuditRow.__table__.select()).all()
        with pytest.raises(NoBackup, match="打开着"):
            put_back(office, backup.archive)
    put_back(office, backup.archive)


def test_what_the_wal_of_the_old_store_holds_never_comes_into_the_new(tmp_path: Path) -> None:
    office = office_of(tmp_path)
    backup = made(office)
    store_file = Path(office.store.removeprefix("sqlite:///"))
    with opened(office.store) as store:
        seed(store, ("jsj",))
        for side in ("-wal", "-shm"):  # as a kill leaves them
            left = store_file.with_name(store_file.name + side)
            left.with_name(f"{left.name}.left").write_bytes(left.read_bytes())
    for side in ("-wal", "-shm"):
        left = store_file.with_name(f"{store_file.name}{side}.left")
        left.rename(left.with_name(f"{store_file.name}{side}"))
    done = put_back(office, backup.archive)
    with opened(office.store) as store:
        assert sound(store)
        assert column(store, VisitRow.id) == []
    assert done.kept is not None
    with opened(f"sqlite:///{done.kept}") as old:
        assert len(column(old, VisitRow.id)) == 2


def test_a_back_up_comes_back_where_there_is_no_store_at_all(tmp_path: Path) -> None:
    office = office_of(tmp_path)
    backup = made(office)
    for file in office.folder.glob("store.db*"):
        file.unlink()
    done = restore(office, Wish(backup.archive, "测试"), LATER)
    assert done.kept is None
    with opened(office.store) as store:
        assert sound(store)


def test_the_back_up_of_another_kind_of_store_is_refused(tmp_path: Path) -> None:
    office = office_of(tmp_path)
    backup = made(office)
    other = replace(office, store="postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(BadArchive, match="同一种数据库"):
        restore(other, Wish(backup.archive, "测试", replace=True), LATER)


def test_without_postgresql_s_tools_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBackup, match="postgresql-client"):
        postgres.put_back("postgresql+psycopg://a@127.0.0.1/b", tmp_path / "store.pgdump")
