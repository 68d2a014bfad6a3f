"""An empty store with all its tables, made once a process and copied: tables cost a test most of
its set-up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.store.migrate import migrate
from crawler.store.tables import open_store
from monitor.tables import METADATA


def lay_store(path: Path) -> Path:
    """The tables of the models at ``path``, where nothing is yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_from_models())
    return path


def lay_migrated_store(path: Path) -> Path:
    """What ``gengxin migrate`` makes of nothing, at ``path``, where nothing is yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_migrated())
    return path


@cache
def _from_models() -> bytes:
    with TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/store.db")
        METADATA.create_all(engine)
        engine.dispose()
        return Path(folder, "store.db").read_bytes()


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/store.db")
        migrate(engine)
        engine.dispose()
        return Path(folder, "store.db").read_bytes()
