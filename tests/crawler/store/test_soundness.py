"""Pages of a store that a disk has harmed: told in one sentence wherever they lie, and nothing else
is taken for it."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.store.soundness import Depth, Soundness, sound_sentence, soundness
from monitor.__main__ import main
from monitor.night.service import Service
from tests.conftest import opened
from tests.support.web_helpers import NOW, make_office
from tests.support.web_helpers import opened as opened_office

SIZE = 4096
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a judged office whose store is one file."""
    folder = make_office(tmp_path_factory.mktemp("sound")).parent
    with closing(sqlite3.connect(store_in(folder))) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """The office's config.yaml, in this test's own copy."""
    shutil.copytree(made, tmp_path / "office")
    return tmp_path / "office" / "config.yaml"


def store_in(folder: Path) -> Path:
    return next(folder.rglob("store.db"))


def page_of(store: Path, name: str) -> int:
    """The first page of the tree ``name`` that is a leaf."""
    with closing(sqlite3.connect(store)) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [name]).fetchone()[
            0
        ]
    data = store.read_bytes()
    start = (page - 1) * SIZE
    if data[start] in (0x02, 0x05):  # interior: its first child
        cell = start + int.from_bytes(data[start + 12 : start + 14], "big")
        return int.from_bytes(data[cell : cell + 4], "big")
    return int(page)


def spoil(store: Path, page: int, offset: int) -> None:
    with store.open("r+b") as file:
        file.seek((page - 1) * SIZE + offset)
        file.write(b"\xa5" * 512)


PLACES = {
    "the schema": ("", 100),
    "a leaf of posts": ("post", 0),
    "a leaf of an index": ("ix_said_subject", 0),
    "rows of letters or looks": ("visit", SIZE - 512),
    "the record": ("audit", SIZE - 512),
}


@pytest.fixture(params=sorted(PLACES))
def harmed(request: pytest.FixtureRequest, office: Path) -> Path:
    name, offset = PLACES[request.param]
    store = store_in(office.parent)
    spoil(store, page_of(store, name) if name else 1, offset)
    return office


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: its exit code and all that it said."""

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["gengxin", *words])
        code, said = main(), capsys.readouterr()
        return code, said.out + said.err

    return command


@pytest.mark.parametrize("words", [["status"], ["audit", "verify"]])
def test_a_damaged_page_is_told_in_one_sentence_that_says_what_to_do(
    harmed: Path, run: Run, words: list[str]
) -> None:
    code, said = run(*words, "--config", str(harmed))
    assert code not in (0, 3)
    assert len(said.strip().splitlines()) == 1
    assert "有损坏的页" in said
    assert "gengxin restore" in said


def test_the_self_check_tells_a_damaged_page(office: Path) -> None:
    with opened_office(office) as place:
        service = Service(place, lambda: NOW, None)  # type: ignore[arg-type]
        assert not any("损坏" in line for line in service.worries())
    store = store_in(office.parent)
    with closing(sqlite3.connect(store)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")
    spoil(store, page_of(store, "post"), 0)
    with opened_office(office) as place:
        service = Service(place, lambda: NOW + timedelta(days=1), None)  # type: ignore[arg-type]
        assert any("有损坏的页" in line and "gengxin restore" in line for line in service.worries())


def test_a_damaged_store_is_not_backed_up(harmed: Path, run: Run) -> None:
    code, said = run("backup", "--config", str(harmed))
    assert code == 2
    assert "没有备份" in said
    assert not list(harmed.parent.rglob("gengxin-*.zip"))


@pytest.mark.parametrize("depth", list(Depth))
def test_a_sound_store_is_called_sound_closed_and_in_use(office: Path, depth: Depth) -> None:
    store = store_in(office.parent)
    assert soundness(store, depth) == Soundness()
    with opened(f"sqlite:///{store}") as in_use, in_use.engine.begin() as connection:
        connection.execute(text("UPDATE visit SET seconds = 1"))
        assert soundness(store, depth, 60) == Soundness()
    assert soundness(store, depth) == Soundness()


def test_a_check_that_takes_too_long_is_left_and_says_nothing(tmp_path: Path) -> None:
    store = tmp_path / "big.db"
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute("CREATE TABLE t (a TEXT UNIQUE, b TEXT UNIQUE)")
        rows = ((f"{n:060}", f"{n * 7919 % 200_003:060}{n}") for n in range(200_000))
        raw.executemany("INSERT INTO t VALUES (?, ?)", rows)
    assert soundness(store, Depth.FULL, 0.05) == Soundness(finished=False)


def test_a_store_that_is_locked_or_gone_is_not_called_damaged(tmp_path: Path) -> None:
    assert sound_sentence(f"sqlite:///{tmp_path}/none.db", Depth.QUICK, 1) == ""
    assert sound_sentence("postgresql+psycopg://nobody@127.0.0.1/x", Depth.QUICK, 1) == ""
    store = tmp_path / "locked.db"
    with closing(sqlite3.connect(store, isolation_level=None)) as raw:
        raw.execute("CREATE TABLE t (a TEXT)")
        raw.execute("BEGIN EXCLUSIVE")
        assert soundness(store, Depth.QUICK, 0.05) == Soundness(finished=False)
        assert sound_sentence(f"sqlite:///{store}", Depth.QUICK, 0.05) == ""
