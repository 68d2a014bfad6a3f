"""What surrounds every answer: headers, limits, faults told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter

from monitor.access.roles import Role
from monitor.access.tables import CountedActRow
from monitor.office import Office
from monitor.web.pages import signing
from tests.support.web_helpers import PASSWORD, Browser, ClientFor, clients, rows

Fixture = tuple[ClientFor, Office]
SECURE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def enter(browser: Browser, name: str = "jingban", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/login", data={"name": name, "password": password, **more})


# What surrounds every answer


@pytest.fixture
def breaking(office_web: Fixture, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser of an application one of whose pages breaks."""
    router = APIRouter()

    @router.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("boom with a secret")

    monkeypatch.setattr("monitor.web.app.ROUTERS", (signing.router, router))
    return clients(office_web[1])(Role.OFFICE)


def test_security_headers_stand_on_every_kind_of_answer(
    office_web: Fixture, breaking: Browser
) -> None:
    browser = office_web[0](Role.LEADER)
    answers = {
        "page": browser.get("/"),
        "redirect": office_web[0](None).get("/"),
        "static": browser.get("/static/gengxin.css"),
        "not found": browser.get("/nothing-here"),
        "refused": browser.post("/logout", data={}),
        "cross-site": browser.post("/logout", headers={"Sec-Fetch-Site": "cross-site"}),
        "too big": browser.post("/login", content=b"", headers={"Content-Length": "99999999"}),
        "method": browser.put("/login"),
        "broken": breaking.get("/breaks"),
    }
    status = {name: answer.status_code for name, answer in answers.items()}
    assert status == {
        "page": 200,
        "redirect": 303,
        "static": 200,
        "not found": 404,
        "refused": 403,
        "cross-site": 403,
        "too big": 413,
        "method": 405,
        "broken": 500,
    }
    for name, answer in answers.items():
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert {header: answer.headers[header] for header in SECURE} == SECURE, name
        assert "boom" not in answer.text
    assert "系统出错了" in answers["broken"].text


def test_pages_are_not_kept_by_browsers_and_files_with_a_version_are(office_web: Fixture) -> None:
    browser = office_web[0](Role.LEADER)
    page = browser.get("/")
    assert page.headers["cache-control"] == "no-store"
    sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in browser.get(sheet).headers["cache-control"]
    assert browser.get("/static/gengxin.css").headers["cache-control"] == "no-store"
    assert browser.get("/static/no-such-file.css?v=1").headers["cache-control"] == "no-store"


def test_behind_https_cookies_travel_only_so(office_web: Fixture) -> None:
    office = office_web[1]
    web = office.settings.monitor.web.model_copy(update={"https": True})
    settings = replace(office.settings, monitor=replace(office.settings.monitor, web=web))
    answer = enter(clients(Office(settings, office.engine, office.reader))(None))
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_body_that_is_too_big_is_refused_declared_or_not(office_web: Fixture) -> None:
    client_for, office = office_web
    limit = office.settings.monitor.web.upload_bytes

    def endless() -> Iterator[bytes]:
        yield b"name="
        for _ in range(limit // 1_000_000 + 1):
            yield b"x" * 1_000_000

    browser = client_for(None)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for answer in (
        browser.post("/login", content=b"x" * (limit + 1), headers=kind),
        browser.post("/login", content=endless(), headers=kind),
        browser.post("/login", content=b"", headers={b"Content-Length": b"\xb2"}),
    ):
        assert answer.status_code == 413
        assert "12 MB" in answer.text
    assert rows(office, CountedActRow) == []


def test_a_form_that_is_none_gets_a_sentence(office_web: Fixture) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = office_web[0](None).post(
        "/login", content=b"--x\r\nnonsense\r\n\r\n--x--", headers=kind
    )
    assert answer.status_code == 400
    assert "读不懂" in answer.text
