"""A back-up is made: the store at one moment, then the files that it knows, then the book of letters;
never a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import make_url

from crawler.model import utc
from monitor.backup import postgres, sqlite
from monitor.backup.archive import file_hash, pack
from monitor.backup.manifest import (
    BOOK,
    CONFIG,
    FILE,
    STORES,
    Manifest,
    NoBackup,
    Packed,
    StoreState,
    archive_name,
)
from monitor.backup.stores import HeldStore, held, keys_of
from monitor.office import Settings


@dataclass(frozen=True, slots=True)
class Made:
    """A back-up. ``keys`` are not in it; ``notes`` say what is wrong with what was backed up."""

    archive: Path
    size: int
    sha256: str
    manifest: Manifest
    keys: tuple[Path, ...]
    notes: tuple[str, ...]


def back_up(settings: Settings, folder: Path, now: datetime) -> Made:
    """Everything of this office but its keys as one file in ``folder``, while others work on.

    A kill leaves no half file under a back-up's name. Raises :class:`NoBackup` where the store is
    damaged, a tool or room on the disk is missing, or another one is at work.
    """
    with held(settings) as store:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _made(store, folder, utc(now))
        except OSError as error:
            raise NoBackup(
                f"备份写不成（{error.strerror or error}）：检查 {folder} 所在的磁盘和权限"
            ) from None


def _made(store: HeldStore, folder: Path, now: datetime) -> Made:
    settings = store.settings
    kind = "sqlite" if store.sqlite else "postgresql"
    copy = store.work / STORES[kind]
    if store.sqlite is not None:
        state, known = sqlite.copied(store.sqlite, copy)
    else:
        state, known = postgres.dumped(settings.store, copy)
    target = folder / archive_name(now)
    if target.exists():
        raise NoBackup(f"{target} 已经有了，没有覆盖")
    sources = [(STORES[kind], copy), *_beside(settings)]

    def describe(members: Sequence[Packed]) -> Manifest:
        return _manifest(kind, now, state, members)

    manifest = pack(target, _partial(folder, settings), sources, describe)
    notes = _notes(manifest, known)
    size = target.stat().st_size
    return Made(target, size, file_hash(target), manifest, keys_of(settings), notes)


def _manifest(kind: str, now: datetime, state: StoreState, members: Sequence[Packed]) -> Manifest:
    return Manifest.model_validate(
        {
            "program": version("gengxin"),
            "kind": kind,
            "made": now,
            "state": state,
            "members": tuple(members),
        }
    )


def _beside(settings: Settings) -> list[tuple[str, Path]]:
    """What lies beside the store and belongs to it, under its name in the back-up.

    Attachments are kept before the store knows them and never deleted: listed after the store was
    copied, all that it knows are there.
    """
    files = [
        (path.relative_to(settings.folder).as_posix(), path)
        for path in sorted((settings.folder / "files").glob("??/*"))
    ]
    found = [(name, path) for name, path in files if FILE.fullmatch(name) and path.is_file()]
    if settings.book.exists():
        found.append((BOOK, settings.book))
    if not make_url(settings.store).password:
        found.append((CONFIG, settings.path))
    return found


def _partial(folder: Path, settings: Settings) -> Path:
    """One name for each store: what a kill left is written over by the next back-up."""
    return folder / f".gengxin-{settings.folder.parent.name}-{settings.folder.name}.partial"


def _notes(manifest: Manifest, known: frozenset[str]) -> tuple[str, ...]:
    names = {member.name.rpartition("/")[2]: member for member in manifest.files}
    lost = sorted(known - set(names))
    changed = sorted(name for name, member in names.items() if name != member.sha256)
    found = []
    if lost:
        found.append(
            f"{len(lost)} 份附件不在 files 里（如 {lost[0][:12]}），备份里也没有：请从以前的备份找回"
        )
    if changed:
        found.append(
            f"{len(changed)} 份附件与登记的校验值不符（如 {changed[0][:12]}）：请从以前的备份找回"
        )
    return tuple(found)
