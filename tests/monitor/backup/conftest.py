"""The office whose store is backed up: every test that asks for ``office`` runs on both stores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.office import Settings
from tests.support.backups import office_of, tools_of


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    if request.param == "sqlite":
        return office_of(tmp_path)
    url = str(request.getfixturevalue("postgres_database"))
    tools = tools_of(url)
    if not tools:
        pytest.skip("no pg_dump on this machine that is as new as the server")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return office_of(tmp_path, url)
