"""Migrations: what is released stands, two at once end well, a copy is kept, and a lost store is
not made anew."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import event, inspect, text

from crawler.store.durable import durable
from crawler.store.migrate import (
    UnfitStore,
    migrate,
    migrations_folder,
    must_be_newest,
    newest_revision,
    stored_revision,
)
from monitor.office import open_office
from tests.conftest import Store, opened
from tests.support.outbox_store import Fake, deliver, open_finding, seed, write
from tests.support.web_helpers import make_office

RELEASED = {
    "0001_initial.py": "6ea223200a3acb6f5130aa7f95d19f542643957e2fd74608e7de985a1c3a4903",
    "0002_office.py": "0b18a72a2eab88fe4200501e2f2cfa45bd72d5a2fc66335bf2d6cda1612bf57d",
}
MIGRATE = """
import sys
from crawler.store.migrate import migrate
from crawler.store.tables import open_store
engine = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(engine)
"""


def upgrade(url: str, revision: str) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(migrations_folder()))
    with opened(url) as store, store.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/m.db"
    return str(request.getfixturevalue("postgres_database"))


@pytest.mark.parametrize("name", sorted(RELEASED))
def test_a_released_migration_is_never_edited(name: str) -> None:
    content = (migrations_folder() / "versions" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == RELEASED[name], (
        "stores were brought forward by it: write a new one"
    )


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", "0002"])
def test_three_who_migrate_at_once_all_end_well(url: str, before: str) -> None:
    if before:
        upgrade(url, before)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    ends = [(child.communicate(timeout=120)[1], child.returncode) for child in children]
    assert [code for _, code in ends] == [0, 0, 0], ends
    with opened(url) as store:
        assert stored_revision(store.engine) == newest_revision()


def test_a_store_of_a_newer_program_is_refused_in_one_sentence(url: str) -> None:
    with opened(url) as store:
        migrate(store.engine)
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
        for look in (migrate, must_be_newest):
            with pytest.raises(UnfitStore, match=r"更新版本的程序升级过的（0999）"):
                look(store.engine)


def test_a_sqlite_store_is_copied_beside_itself_before_it_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    upgrade(url, "0002")
    with opened(url) as store:
        migrate(store.engine)
    with closing(sqlite3.connect(tmp_path / f"m.db.before-{newest_revision()}")) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert kept.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not list(tmp_path.glob("*.partial"))


def test_a_damaged_store_is_not_migrated(tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path}/m.db", tmp_path / "m.db"
    upgrade(url, "0002")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'visit'").fetchone()[0]
    spoil(path, page)
    with opened(url) as store, pytest.raises(UnfitStore, match="没有升级"):
        migrate(store.engine)
    with opened(url) as store:
        assert stored_revision(store.engine) == "0002"


def spoil(path: Path, page: int, size: int = 4096) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * 512)


def run(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *words], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_status_looks_at_an_old_store_and_does_not_change_it(tmp_path: Path) -> None:
    path = make_office(tmp_path)
    store = next(tmp_path.rglob("store.db"))
    for file in store.parent.glob("store.db*"):
        file.unlink()
    upgrade(f"sqlite:///{store}", "0002")
    code, said = run("status", "--config", str(path))
    assert code == 2
    assert "gengxin migrate" in said
    with opened(f"sqlite:///{store}") as old:
        assert stored_revision(old.engine) == "0002"
    assert run("migrate", "--config", str(path))[0] == 0
    assert run("status", "--config", str(path))[0] == 0


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("left", ["web.key", "links.key", "files/ab"])
def test_a_store_that_is_gone_is_not_made_anew_where_its_things_are(
    tmp_path: Path, left: str, empty: bool
) -> None:
    path = make_office(tmp_path)
    store = next(tmp_path.rglob("store.db"))
    for file in store.parent.glob("store.db*"):
        file.unlink()
    if empty:
        store.touch()
    beside = store.parent / left
    beside.parent.mkdir(exist_ok=True)
    beside.write_text("x", encoding="utf-8")
    with pytest.raises(UnfitStore, match="不另建新库"), open_office(path):
        pass
    assert store.exists() is empty
    assert not empty or not store.stat().st_size
    beside.unlink()
    with open_office(path) as office:
        assert "visit" in inspect(office.engine).get_table_names()


def test_what_says_that_a_letter_left_is_flushed_before_the_next_step(sqlite_store: Store) -> None:
    seed(sqlite_store)
    open_finding(sqlite_store, "yjj")
    assert write(sqlite_store).n == 1
    levels: list[int] = []
    event.listen(
        sqlite_store.engine,
        "commit",
        lambda c: levels.append(c.exec_driver_sql("PRAGMA synchronous").scalar()),
    )
    assert deliver(sqlite_store, Fake()).n == 1
    assert levels[-3:] == [2, 2, 2]  # the claim, the hand-over, the server's yes
    with sqlite_store.engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1


def test_a_durable_transaction_that_breaks_leaves_nothing_and_the_connection_as_it_was(
    store: Store,
) -> None:
    with pytest.raises(ZeroDivisionError):
        _break(store)
    with durable(store.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM qr_image")).scalar() == 0


def _break(store: Store) -> None:
    with durable(store.engine) as connection:
        connection.execute(
            text("INSERT INTO qr_image (url, looked, text) VALUES ('u', '2020-07-20', '')")
        )
        raise ZeroDivisionError
