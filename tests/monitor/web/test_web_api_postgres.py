"""The JSON interface, tokens and doors over PostgreSQL: the same answers, and nothing that it
cannot hold gets to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.access.roles import Role
from tests.monitor.web.test_web_api import API, bearer, token_for
from tests.monitor.web.test_web_permissions import TABLE, address
from tests.support.web_helpers import CATALOGUE, NOW, ClientFor, clients, make_office, opened

pytestmark = pytest.mark.postgres
LISTS = (
    "/overview",
    "/outlets",
    "/accounts",
    "/units",
    "/units/wjj",
    "/findings?unit=wjj",
    "/orders?state=all",
    "/nights",
    "/health",
    "/outlets/wjxx",
    "/outlets/wjxx/posts",
    "/outlets/wjxx/visits",
    "/outlets/wjxx/verdicts",
    "/bulletins",
)


@pytest.fixture
def browsers(
    tmp_path: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ClientFor, object]]:
    """The small office, its store on PostgreSQL."""
    import tests.support.web_helpers as helpers

    def config_of(folder: Path) -> Path:
        path = plain(folder)
        path.write_text(
            path.read_text("utf-8").replace("sqlite:///var/store.db", postgres_database),
            encoding="utf-8",
        )
        return path

    plain = helpers.config_of
    monkeypatch.setattr(helpers, "config_of", config_of)
    with opened(make_office(tmp_path)) as office:
        assert office.engine.dialect.name == "postgresql"
        yield clients(office, lambda: NOW), office


def test_every_list_answers_and_odd_input_is_refused(browsers: tuple[ClientFor, object]) -> None:
    client_for, office = browsers
    own = bearer(token_for(office, Role.ADMINISTRATOR))  # type: ignore[arg-type]
    browser = client_for(None)
    for path in LISTS:
        answer = browser.get(f"{API}{path}", headers=own)
        assert answer.status_code == 200, (path, answer.text)
    assert browser.get(f"{API}/outlets", headers=own).json()["total"] == len(CATALOGUE["columns"])
    assert browser.get(f"{API}/findings?unit=wjj", headers=own).json()["total"] >= 2
    unit = bearer(token_for(office, Role.UNIT))  # type: ignore[arg-type]
    assert {row["id"] for row in browser.get(f"{API}/outlets", headers=unit).json()["rows"]} == {
        "jytz",
        "wjxx",
        "wjkb",
    }
    asked = browser.post(f"{API}/rechecks", json={"outlet": "wjxx"}, headers=own)
    assert asked.status_code == 202
    assert browser.get(asked.headers["location"], headers=own).status_code == 200


def test_no_page_breaks_over_what_postgresql_cannot_hold(
    browsers: tuple[ClientFor, object],
) -> None:
    client_for, _ = browsers
    browser = client_for(Role.ADMINISTRATOR)
    broken = []
    for template in (
        one.removeprefix("GET ")
        for one in TABLE
        if one.startswith("GET ") and "/healthz" not in one
    ):
        for odd in ("", "2147483648", "9" * 30, "%00"):
            path = address(template) if not odd else _with(template, odd)
            answer = browser.get(
                f"{path}?unit={odd}&text={odd}&page={odd}&before={odd}&subject={odd}&rule={odd}"
            )
            broken += [(path[:90], odd, answer.status_code)] if answer.status_code >= 500 else []
    assert broken == []


def _with(template: str, odd: str) -> str:
    while "{" in template:
        head, _, rest = template.partition("{")
        template = head + odd + rest.partition("}")[2]
    return template
