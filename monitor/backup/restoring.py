"""A back-up is put back: verified before anything is touched, prepared beside the store, switched in
one step.

The book of letters beside the store is not put back: what left since the back-up is read from it,
so that no letter leaves twice and no number is given out twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from crawler.model import utc
from crawler.store.copying import damage, flush
from crawler.store.migrate import known_revisions, migrate
from crawler.store.tables import open_store
from monitor.backup import postgres, sqlite
from monitor.backup.archive import file_hash, opened, unpack
from monitor.backup.manifest import BOOK, BadArchive, Manifest, NoBackup
from monitor.backup.stores import SERVICE, HeldStore, held, keys_of, state_of
from monitor.letters.postbook import merged, posted
from monitor.letters.readback import read_back
from monitor.office import Settings
from monitor.record.chain import Entry, append


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: this back-up, put back by ``by``; ``replace``: in the place of a
    store that is there."""

    archive: Path
    by: str
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. ``letters`` were read back from the book, whose last letter left at
    ``booked``; ``kept`` is the old store."""

    manifest: Manifest
    letters: int
    booked: datetime | None
    kept: Path | None
    keys: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """A restore under way: everything of the back-up lies in ``store.work``, as its hashes say."""

    store: HeldStore
    manifest: Manifest
    sha256: str
    by: str
    now: datetime


def restore(settings: Settings, wish: Wish, now: datetime) -> Restored:
    """Put the back-up of ``wish`` in the place of this office's store.

    A kill leaves the old store or the new one, whole. Raises :class:`BadArchive` for a back-up that
    is not as it says, or of a newer program; :class:`NoBackup` while the service runs, and for a
    store that is there unless ``replace``. Nothing was touched then.
    """
    with opened(wish.archive) as archive:
        _must_suit(settings, archive.manifest)
        with held(settings, SERVICE) as store:
            if not wish.replace:
                _must_be_empty(store)
            unpack(archive, store.work)
            task = _Task(store, archive.manifest, file_hash(archive.path), wish.by, utc(now))
            return _put_back(task)


def _must_suit(settings: Settings, manifest: Manifest) -> None:
    ours = "sqlite" if settings.store.startswith("sqlite") else "postgresql"
    if manifest.kind != ours:
        raise BadArchive(
            f"这是 {manifest.kind} 的备份，config.yaml 的 store 是 {ours}：请改用同一种数据库恢复"
        )
    if manifest.state.revision not in known_revisions():
        raise BadArchive(
            f"这份备份是更新版本的程序（{manifest.program}，{manifest.state.revision}）做的：请升级程序再恢复"
        )


def _must_be_empty(store: HeldStore) -> None:
    if store.sqlite is not None:
        empty = sqlite.is_empty(store.sqlite)
    else:
        engine = open_store(store.settings.store, readonly=True)
        with engine.connect() as connection:
            empty = postgres.is_empty(connection)
        engine.dispose()
    if not empty:
        raise NoBackup(f"数据库 {store.shown} 已经有内容，没有动它：确要用备份代替，请加 --replace")


def _put_back(task: _Task) -> Restored:
    store = task.store
    ours = store.settings.book.read_bytes() if store.settings.book.exists() else b""
    packed = store.work / BOOK
    packed.write_bytes(merged(ours, packed.read_bytes() if packed.exists() else b""))
    letters, kept = _switched(task, packed)
    _put_book(packed, store.settings.book)
    left = posted(store.settings.book)
    last = left[-1].leaving.moment if left else None
    return Restored(task.manifest, letters, last, kept, keys_of(store.settings))


def _switched(task: _Task, book: Path) -> tuple[int, Path | None]:
    store = task.store
    new = store.work / task.manifest.store
    if store.sqlite is None:
        return _into_postgres(task, new, book), None
    letters = _prepared(task, new, book)
    _put_files(store)
    return letters, sqlite.switch(new, store.sqlite, task.now)


def _prepared(task: _Task, new: Path, book: Path) -> int:
    """The copy sound, at its newest form, with the letters since and the record of its return."""
    if fault := damage(new):
        raise BadArchive(f"备份里的数据库有损坏的页（{fault}）：请换一份备份")
    engine = open_store(f"sqlite:///{new}")
    try:
        letters = _brought_up(engine, task, book)
    finally:
        engine.dispose()
    with sqlite.alone(new):
        pass
    return letters


def _into_postgres(task: _Task, dump: Path, book: Path) -> int:
    engine = open_store(task.store.settings.store)
    try:
        postgres.must_fit(engine, task.manifest.state.tables)
        _put_files(task.store)
        postgres.put_back(task.store.settings.store, dump)
        return _brought_up(engine, task, book)
    finally:
        engine.dispose()


def _brought_up(engine: Engine, task: _Task, book: Path) -> int:
    with engine.connect() as connection:
        _must_be_whole(connection, task.manifest)
    migrate(engine)
    with engine.begin() as connection:
        letters = read_back(connection, posted(book), task.now)
        data = {
            "archive": task.sha256,
            "made": task.manifest.made,
            "program": task.manifest.program,
            "root": task.manifest.state.root,
            "letters": letters,
        }
        append(connection, task.now, [Entry("restored", "store", task.by, data)])
    return letters


def _must_be_whole(connection: Connection, manifest: Manifest) -> None:
    if state_of(connection) != manifest.state:
        raise BadArchive("备份里的数据库与清单所记的留痕不符，被改动过：请换一份备份")


def _put_files(store: HeldStore) -> None:
    """The attachments of the back-up where they belong; one that is there as it should be stays."""
    folder = store.settings.folder
    for packed in sorted((store.work / "files").glob("??/*")):
        target = folder / packed.relative_to(store.work)
        if target.is_file() and file_hash(target) == target.name:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(packed, target)
        flush(target.parent)


def _put_book(packed: Path, book: Path) -> None:
    if not packed.stat().st_size:
        return
    packed.chmod(0o600)
    flush(packed)
    os.replace(packed, book)
    flush(book.parent)
