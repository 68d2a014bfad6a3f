"""What making and restoring a back-up share: what a store is, and that nobody else works on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text

from crawler.store.tables import open_store
from monitor.backup.manifest import NoBackup, StoreState
from monitor.night import order
from monitor.night.lock import try_lock
from monitor.office import Settings, shown_store
from monitor.record.chain import AuditRow
from monitor.rectify.replies import ReplyFileRow

BACKUP = "backup"
SERVICE = ("scheduler", order.LOCK, "letters")
"""The locks of those who work on a store."""
WORK = ".backup-work"


@dataclass(frozen=True, slots=True)
class HeldStore:
    """A store that nobody else backs up or restores; ``work`` is an empty folder beside it."""

    settings: Settings
    work: Path

    @property
    def sqlite(self) -> Path | None:
        """The file of the store; ``None``: it is PostgreSQL's."""
        url = self.settings.store
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None

    @property
    def shown(self) -> str:
        return shown_store(self.settings.store)


@contextmanager
def held(settings: Settings, others: Sequence[str] = ()) -> Iterator[HeldStore]:
    """The store for this one alone, as far as its locks go: :data:`BACKUP` and ``others``.

    Raises :class:`NoBackup` where one is taken. What a killed one left in the work folder is
    removed.
    """
    engine = open_store(settings.store)
    settings.folder.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            for name in (BACKUP, *others):
                if stack.enter_context(try_lock(engine, name)) is None:
                    raise NoBackup(_busy(name))
            work = settings.folder / WORK
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            try:
                yield HeldStore(settings, work)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    finally:
        engine.dispose()


def state_of(connection: Connection) -> StoreState:
    """What the store is at this moment."""
    names = inspect(connection).get_table_names()
    last = connection.execute(
        select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    ).first()
    return StoreState(
        revision=connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        tables=tuple(sorted(names)),
        links=connection.scalar(select(func.count()).select_from(AuditRow)) or 0,
        root=last.hash if last else "",
    )


def attachments_of(connection: Connection) -> frozenset[str]:
    """The hashes of the files that the store knows."""
    return frozenset(connection.execute(select(ReplyFileRow.sha256)).scalars())


def keys_of(settings: Settings) -> tuple[Path, ...]:
    """The keys beside the store: in no back-up, for with both anybody could sign in our name."""
    return tuple(sorted(settings.folder.glob("*.key")))


def _busy(name: str) -> str:
    if name == BACKUP:
        return "另一个备份或恢复正在进行，等它结束再试"
    return "服务、夜间任务或发信还在运行：请先停止服务（如 systemctl stop gengxin），再恢复"
