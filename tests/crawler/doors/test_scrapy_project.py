"""Who knows Scrapy finds a Scrapy project: its commands list the spider, run it, and show what it
saw."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.clock import clock
from crawler.config import crawl_config, load_yaml
from crawler.register.catalogue import read_catalogue
from crawler.register.enter import sync
from crawler.store.tables import Base, RunRow, VisitRow, open_store
from tests.crawler.doors.test_doors import PAGE
from tests.crawler.net.test_guard_trial import config
from tests.support.district import PROJECT
from tests.support.doors import Server, plain, serving


def scrapy(*words: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )


def enter(path: Path) -> None:
    """The catalogue of ``path`` into the store beside it."""
    data = load_yaml(path)
    engine = open_store(f"sqlite:///{path.parent}/store.db")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        sync(connection, read_catalogue(data, path, crawl_config(data, path)), clock(None)())
    engine.dispose()


def test_scrapy_lists_the_spider() -> None:
    done = scrapy("list")
    assert done.stdout.split() == ["outlets"], done.stderr[-2000:]


def test_scrapy_crawls_one_column_and_tells_its_outcome(tmp_path: Path) -> None:
    server = Server({"/": plain(PAGE)})
    with serving({"portal": server}):
        path = config(tmp_path, server.port)
        enter(path)
        done = scrapy("crawl", "outlets", "-a", "only=tz", "-a", f"config={path}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "'outcome/read': 1" in done.stderr
    assert "'downloader/response_status_count/200': 1" in done.stderr
    assert server.asked[0].path == "/"
    engine = open_store(f"sqlite:///{tmp_path}/store.db", readonly=True)
    with engine.connect() as connection:
        (visit,) = connection.execute(select(VisitRow.outlet_id, VisitRow.outcome, VisitRow.door))
        (run,) = connection.execute(select(RunRow.kind, RunRow.ended, RunRow.note))
    engine.dispose()
    assert tuple(visit) == ("tz", "read", "spider")
    assert (run.kind, run.ended is not None, run.note) == ("scrapy", True, "")


@pytest.mark.slow
@pytest.mark.parametrize("entered", [False, True], ids=["no store", "unknown id"])
def test_scrapy_says_what_is_missing(tmp_path: Path, entered: bool) -> None:
    path = config(tmp_path, 80)
    if entered:
        enter(path)
    done = scrapy("crawl", "outlets", "-a", "only=nobody", "-a", f"config={path}")
    assert done.returncode == 1
    assert "enters the catalogue of config.yaml into the store" in done.stderr


@pytest.mark.slow
def test_any_other_scrapy_command_stands_behind_the_guard() -> None:
    server = Server({"/": plain(PAGE)})
    with serving({"inside": server}):
        done = scrapy("fetch", f"http://127.0.0.1:{server.port}/")
        named = scrapy("fetch", f"http://localhost.:{server.port}/")
    assert (done.stdout, named.stdout, server.asked) == ("", "", [])
    assert "forbidden_address" in done.stderr + named.stderr or "Forbidden" in done.stderr
