"""The doors for machines: is it alive, and its figures; who may read them, under which names they
are counted."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text, update

from crawler.store.migrate import newest_revision
from crawler.store.tables import open_store
from monitor.access import tokens
from monitor.access.roles import Permission, Role
from monitor.access.users import secret_of
from monitor.office import Office
from monitor.record.tables import LetterRow
from monitor.web.app import create_app
from tests.support.web_helpers import NAMES, NOW, Browser, ClientFor

Web = tuple[ClientFor, Office]
HERE = {"client": ("127.0.0.1", 50000)}


def stamp(office: Office, revision: str) -> None:
    with office.engine.begin() as c:
        c.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        c.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": revision})


def test_it_is_well_when_the_store_answers_in_its_newest_form(office_web: Web) -> None:
    client_for, office = office_web
    stamp(office, newest_revision())
    found = client_for(None).get("/healthz")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


def test_it_is_not_well_with_a_store_of_another_form(office_web: Web) -> None:
    client_for, office = office_web
    stamp(office, "0000")
    found = client_for(None).get("/healthz")
    assert (found.status_code, found.json()["status"]) == (503, "schema")


def test_it_is_not_well_without_a_store_and_tells_no_secret(office_web: Web) -> None:
    _, office = office_web
    gone = open_store(f"sqlite:///{office.settings.folder}/secret-name.db", readonly=True)
    app = create_app(Office(office.settings, office.engine, gone), lambda: NOW)
    found = Browser(app).get("/healthz")
    gone.dispose()
    assert found.status_code == 503
    assert "secret-name" not in found.text


def test_the_figures_are_for_this_machine_and_for_whoever_may_see_health(office_web: Web) -> None:
    client_for, office = office_web
    assert client_for(None).get("/metrics").status_code == 403
    assert client_for(None, **HERE).get("/metrics").status_code == 200
    assert client_for(Role.LEADER).get("/metrics").status_code == 403
    assert client_for(Role.AUDITOR).get("/metrics").status_code == 200
    with office.engine.begin() as c:
        known = secret_of(c, NAMES[Role.OFFICE])
        assert known is not None
        said = {
            scope: tokens.issue(c, NOW, known[0], label="监控", scopes=[scope], days=1, by="测试")[
                1
            ]
            for scope in (Permission.HEALTH, Permission.DISTRICT)
        }
    for scope, status in ((Permission.HEALTH, 200), (Permission.DISTRICT, 403)):
        headers = {"Authorization": f"Bearer {said[scope]}"}
        assert client_for(None).get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_from_this_machine(
    office_web: Web, header: str
) -> None:
    client_for, _ = office_web
    assert (
        client_for(None, **HERE).get("/metrics", headers={header: "203.0.113.9"}).status_code == 403
    )


def test_the_store_is_told_in_figures(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(update(LetterRow).values(state="sent"))
    told = client_for(None, **HERE).get("/metrics").text
    assert 'gengxin_outlets{kind="column",value="stale"} 1.0' in told
    assert "gengxin_last_night_looked 8.0" in told
    assert "gengxin_last_night_age_seconds 28800.0" in told
    assert re.search(r'gengxin_open_findings\{whose="units"\} [1-9]', told)
    assert re.search(r"gengxin_disk_free_bytes [\d.e+]+", told)


def test_requests_are_counted_by_route_and_never_by_address(office_web: Web) -> None:
    client_for, _ = office_web
    browser = client_for(Role.OFFICE)
    browser.get("/api/v1/outlets/wjxx")
    browser.get("/bulletins/2020Q2")
    browser.get("/nowhere/at-all")
    browser.request("BREW", "/columns")
    browser.get("/static/gengxin.css")
    told = client_for(None, client=("127.0.0.1", 1)).get("/metrics").text
    assert (
        'gengxin_requests_total{method="GET",route="/api/v1/outlets/{id}",status="200"} 1.0' in told
    )
    assert 'route="/bulletins/{name}"' in told
    assert 'route="/static"' in told
    assert 'gengxin_requests_total{method="GET",route="(none)",status="404"} 1.0' in told
    assert 'method="OTHER"' in told
    assert "wjxx" not in told
    assert "at-all" not in told
    assert (
        'gengxin_request_seconds_bucket{le="0.3",method="GET",route="/api/v1/outlets/{id}"}' in told
    )


def test_two_applications_count_apart(office_web: Web) -> None:
    _, office = office_web
    one, other = (Browser(create_app(office, lambda: NOW), **HERE) for _ in range(2))
    one.get("/healthz")
    assert 'route="/healthz"' in one.get("/metrics").text
    assert 'route="/healthz"' not in other.get("/metrics").text
