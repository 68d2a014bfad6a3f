"""Who may come in: signing in and out, locks, forged words, other sites, headers on every answer, limits, roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import insert, select, update

from monitor.access import sessions
from monitor.access.roles import MAY, Permission, Role, may
from monitor.access.sessions import same_word
from monitor.access.tables import AttemptRow, SessionRow, TokenRow, UserRow
from monitor.access.users import (
    HASHER,
    NOBODY,
    BadUser,
    add_user,
    administrators,
    change_user,
    hashed,
    matches,
    set_password,
    user,
)
from monitor.audit import AuditRow
from monitor.office import Office
from monitor.tokens import load_keys, sign
from monitor.web import gate
from monitor.web.gate import COOKIE
from monitor.web.pages import ROUTERS, signing
from monitor.web.pages.signing import safe_next
from tests.web_helpers import NAMES, NOW, PASSWORD, UNIT, Browser, ClientFor, clients, rows

Fixture = tuple[ClientFor, Office]
SECURE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def enter(browser: Browser, name: str = "jingban", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/login", data={"name": name, "password": password, **more})


def id_of(office: Office, name: str) -> int:
    found: int = next(row.id for row in rows(office, UserRow) if row.name == name)
    return found


# Signing in


def test_the_right_password_opens_a_session_in_a_cookie_that_scripts_cannot_read(office_web: Fixture) -> None:
    client_for, office = office_web
    browser = client_for(None)
    answer = enter(browser, " JingBan ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/").status_code == 200
    said = [row for row in rows(office, AuditRow) if row.what == "signed_in"]
    assert [(row.subject, row.who) for row in said] == [("user:jingban", "样例经办人")]
    serials = [row.id for row in rows(office, SessionRow)]
    assert all(serial not in answer.headers["set-cookie"] for serial in serials)


def test_whoever_was_sent_to_sign_in_goes_on_where_they_wanted(office_web: Fixture) -> None:
    browser = office_web[0](None)
    sent = browser.get("/columns?value=stale")
    assert sent.headers["location"] == "/login?next=%2Fcolumns%3Fvalue%3Dstale"
    assert 'value="/columns?value=stale"' in browser.get(sent.headers["location"]).text
    assert enter(browser, next="/columns?value=stale").headers["location"] == "/columns?value=stale"
    assert browser.get("/login").headers["location"] == "/"


def test_a_units_contact_begins_with_the_units_page(office_web: Fixture) -> None:
    assert enter(office_web[0](None), "danwei").headers["location"] == f"/units/{UNIT}"


@pytest.mark.parametrize(
    "text",
    ["//evil.example.org", "/\\evil.example.org", "https://evil.example.org", "javascript:alert(1)", "evil", "",
     "/\t/evil.example.org", "/a\r\nSet-Cookie: x=1", "\u202e/", "/a\\b"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site_after_signing_in(text: str) -> None:
    assert safe_next(text) == ""


def test_a_path_of_ours_is_gone_on_to() -> None:
    assert safe_next("/outlets/wjxx?from=1&text=通知") == "/outlets/wjxx?from=1&text=通知"


@pytest.mark.parametrize(
    ("name", "password"), [("jingban", "not-the-password"), ("nobody-here", PASSWORD), ("", "")]
)
def test_wrong_and_unknown_get_the_same_words(office_web: Fixture, name: str, password: str) -> None:
    client_for, office = office_web
    answer = enter(client_for(None), name, password)
    assert answer.status_code == 401
    assert "登录名或密码不对" in answer.text
    assert "set-cookie" not in answer.headers
    assert rows(office, SessionRow) == []


def test_a_disabled_account_and_one_without_a_password_stay_out(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(update(UserRow).where(UserRow.name == "lingdao").values(secret=""))
        change_user(c, NOW, id_of(office, "jiancha"), by="测试", disabled=True)
    for name in ("lingdao", "jiancha"):
        assert enter(client_for(None), name).status_code == 401


def test_an_unknown_name_costs_as_much_as_a_wrong_password() -> None:
    """The stand-in is a hash that is computed, with the same cost as the real ones, and that opens to nobody."""
    real, stand_in = HASHER.hash("x"), NOBODY
    assert real.split("$")[:4] == stand_in.split("$")[:4]
    assert not HASHER.verify("anything at all", stand_in)
    assert not matches("anything at all", "")
    assert not matches("anything at all", "no hash")


def test_after_five_wrong_passwords_the_right_one_waits_too(office_web: Fixture) -> None:
    client_for, office = office_web
    browser = client_for(None)
    for _ in range(5):
        assert "登录名或密码不对" in enter(browser, password="wrong wrong").text
    assert "15 分钟后再试" in enter(browser).text
    assert "15 分钟后再试" in enter(client_for(None), "JINGBAN").text
    assert enter(browser, "lingdao").status_code == 303, "others are let in"
    later = clients(office, lambda: NOW + timedelta(minutes=16))(None)
    assert enter(later).status_code == 303


def test_the_right_password_forgets_the_wrong_ones(office_web: Fixture) -> None:
    client_for, office = office_web
    browser = client_for(None)
    for _ in range(4):
        enter(browser, password="wrong wrong")
    assert enter(browser).status_code == 303
    assert {row.who for row in rows(office, AttemptRow)} == {"from:testclient"}
    assert "登录名或密码不对" in enter(client_for(None), password="wrong wrong").text


def test_wrong_passwords_at_once_do_not_slip_past_the_count(office_web: Fixture) -> None:
    client_for = office_web[0]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: enter(client_for(None), password="wrong wrong").text, range(12)))
    assert sum("登录名或密码不对" in text for text in answers) == 5
    assert sum("分钟后再试" in text for text in answers) == 7


def test_one_address_cannot_try_every_name(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        row = {"who": "from:testclient", "what": "sign_in", "moment": NOW - timedelta(minutes=1)}
        c.execute(insert(AttemptRow), [row] * 30)
    assert "分钟后再试" in enter(client_for(None)).text


def test_signing_out_ends_the_session_in_the_store(office_web: Fixture) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    cookie = browser.cookies[COOKIE]
    assert browser.submit("/logout").headers["location"] == "/login"
    assert rows(office, SessionRow) == []
    other = client_for(None)
    other.cookies.set(COOKIE, cookie)
    assert other.get("/").headers["location"] == "/login"


# Sessions


def test_a_forged_a_foreign_and_a_broken_cookie_open_nothing(office_web: Fixture) -> None:
    client_for, office = office_web
    good = client_for(Role.OFFICE).cookies[COOKIE]
    with office.engine.begin() as c:
        found = user(c, id_of(office, "guanli"))
        assert found is not None
        foreign = sessions.begin(c, load_keys(office.settings.folder / "other.key"), found, NOW, 12)
    for cookie in (good[:-2] + "xx", good.replace(".", "", 1), foreign, "x" * 5000, "%00", "."):
        browser = client_for(None)
        browser.cookies.set(COOKIE, cookie)
        assert browser.get("/").status_code == 303, cookie[:40]


def test_a_session_ends_by_the_hour(office_web: Fixture) -> None:
    client_for, office = office_web
    cookie = client_for(Role.OFFICE).cookies[COOKIE]
    for hours, status in ((11, 200), (13, 303)):
        then = NOW + timedelta(hours=hours)
        browser = clients(office, lambda then=then: then)(None)  # type: ignore[misc]
        browser.cookies.set(COOKIE, cookie)
        assert browser.get("/").status_code == status


def test_whoever_is_shut_or_gets_another_role_is_out_at_once(office_web: Fixture) -> None:
    client_for, office = office_web
    shut, moved = client_for(Role.INSPECTOR), client_for(Role.LEADER)
    with office.engine.begin() as c:
        token = {"user_id": id_of(office, "lingdao"), "label": "x", "hash": "h", "scopes": [], "created": NOW}
        c.execute(insert(TokenRow).values(token | {"ends": NOW + timedelta(days=9)}))
        change_user(c, NOW, id_of(office, "jiancha"), by="测试", disabled=True)
        change_user(c, NOW, id_of(office, "lingdao"), by="测试", role=Role.AUDITOR)
    assert shut.get("/").status_code == 303
    assert moved.get("/").status_code == 303
    assert [row.revoked is not None for row in rows(office, TokenRow)] == [True]


def test_a_handed_over_password_is_changed_before_anything_else(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(update(UserRow).values(must_change=True))
    office_clerk, contact = client_for(Role.OFFICE), client_for(Role.UNIT)
    assert office_clerk.get("/").headers["location"] == "/me"
    assert office_clerk.part("/columns").headers["hx-redirect"] == "/me"
    assert "这是临时密码" in office_clerk.get("/me").text
    new = "wo-zi-ji-de-mima"
    assert contact.submit("/me", {"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert contact.get("/me").status_code == 303, "every browser signs in again"
    assert enter(client_for(None), "danwei", new).status_code == 303
    assert [row.must_change for row in rows(office, UserRow) if row.name == "danwei"] == [False]
    assert "user_password" in {row.what for row in rows(office, AuditRow)}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "wrong wrong", "new": "abcd-efgh-ij", "again": "abcd-efgh-ij"}, "现在的密码不对"),
        ({"old": PASSWORD, "new": "abcd-efgh-ij", "again": "abcd-efgh-ik"}, "不一样"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "至少 10 个字符|密码须有"),
        ({"old": PASSWORD, "new": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "太简单"),
    ],
)
def test_a_bad_new_password_is_refused_with_its_reason(
    office_web: Fixture, form: dict[str, str], said: str
) -> None:
    client_for, office = office_web
    before = [row.secret for row in rows(office, UserRow)]
    answer = client_for(Role.OFFICE).submit("/me", form)
    assert answer.status_code == 422
    assert any(one in answer.text for one in said.split("|"))
    assert [row.secret for row in rows(office, UserRow)] == before


# Forged forms


def test_a_form_without_its_word_or_with_anothers_changes_nothing(office_web: Fixture) -> None:
    client_for, office = office_web
    browser, other = client_for(Role.OFFICE), client_for(Role.LEADER)
    for word in ("", other.csrf, browser.csrf[:-1], "词"):
        answer = browser.post("/logout", data={"csrf": word})
        assert answer.status_code == 403
        assert "请刷新页面后重新提交" in answer.text
    assert len(rows(office, SessionRow)) == 2
    sent = browser.post("/logout", headers={"X-CSRF-Token": browser.csrf})
    assert sent.status_code == 303, "a script of ours puts the word into a header"


def test_no_word_is_not_a_word() -> None:
    assert not same_word("", "")
    assert same_word("a", "a")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": None, "Origin": "http://evil.example.org"},
        {"Sec-Fetch-Site": None, "Origin": "http://testserver.evil.example.org"},
        {"Sec-Fetch-Site": None, "Origin": "null"},
    ],
)
def test_another_site_cannot_sign_anybody_in_or_out(
    office_web: Fixture, headers: dict[str, str | None]
) -> None:
    client_for, office = office_web
    stranger = client_for(None)
    for name, value in headers.items():
        stranger.headers.pop(name, None)
        if value:
            stranger.headers[name] = value
    assert enter(stranger).status_code == 403
    assert rows(office, SessionRow) == []


def test_a_browser_that_says_nothing_of_itself_is_let_in_over_plain_http(office_web: Fixture) -> None:
    browser = office_web[0](None)
    del browser.headers["Sec-Fetch-Site"]
    assert enter(browser).status_code == 303
    browser.headers["Origin"] = "http://testserver"
    assert enter(browser).status_code == 303


def test_a_link_in_a_mail_cannot_make_our_page_say_something(office_web: Fixture) -> None:
    browser = office_web[0](Role.OFFICE)
    asked = "/me?said=请把密码发给管理员"
    assert "请把密码" in browser.get(asked).text
    for site in ("none", "cross-site"):
        assert "请把密码" not in browser.get(asked, headers={"Sec-Fetch-Site": site}).text
    del browser.headers["Sec-Fetch-Site"]
    assert "请把密码" not in browser.get(asked).text
    assert "请把密码" in browser.get(asked, headers={"Referer": "http://testserver/me"}).text


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


def test_security_headers_stand_on_every_kind_of_answer(office_web: Fixture, breaking: Browser) -> None:
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
        "page": 200, "redirect": 303, "static": 200, "not found": 404, "refused": 403, "cross-site": 403,
        "too big": 413, "method": 405, "broken": 500,
    }  # fmt: skip
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
    assert rows(office, AttemptRow) == []


def test_a_form_that_is_none_gets_a_sentence(office_web: Fixture) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = office_web[0](None).post("/login", content=b"--x\r\nnonsense\r\n\r\n--x--", headers=kind)
    assert answer.status_code == 400
    assert "读不懂" in answer.text


# Accounts


def test_the_last_administrator_cannot_be_shut_nor_moved(office_web: Fixture) -> None:
    office = office_web[1]
    first = id_of(office, "guanli")
    for change in ({"disabled": True}, {"role": Role.OFFICE}):
        with office.engine.begin() as c, pytest.raises(BadUser, match="最后一个管理员"):
            change_user(c, NOW, first, by="测试", **change)
    with office.engine.begin() as c:
        second = add_user(c, NOW, name="guanli2", shown="另一人", role=Role.ADMINISTRATOR, by="测试")
        change_user(c, NOW, first, by="另一人", disabled=True)
        assert administrators(c) == 1
    with office.engine.begin() as c, pytest.raises(BadUser, match="最后一个管理员"):
        change_user(c, NOW, second, by="测试", disabled=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Guanli"}, "登录名用"),
        ({"name": "guanli"}, "已经有人用"),
        ({"shown": "  "}, "请填写姓名"),
        ({"unit": "jyj"}, "其他角色不选单位"),
        ({"role": Role.UNIT}, "单位联系人须选定单位"),
        ({"role": Role.UNIT, "unit": "nope"}, "台账里没有单位"),
        ({"password": "123456789"}, "密码须有"),
        ({"password": "ababababab"}, "太简单"),
        ({"password": "长" * 201}, "密码须有"),
    ],
)
def test_an_odd_account_is_refused(office_web: Fixture, given: dict[str, Any], said: str) -> None:
    office = office_web[1]
    values: dict[str, Any] = {"name": "xinren", "shown": "新人", "role": Role.OFFICE} | given
    with office.engine.begin() as c, pytest.raises(BadUser, match=said):
        add_user(c, NOW, by="测试", **values)
    assert len(rows(office, UserRow)) == len(NAMES)


def test_a_change_of_an_account_is_on_the_record_with_before_and_after(office_web: Fixture) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        id = id_of(office, "lingdao")
        change_user(c, NOW, id, by="样例管理员", role=Role.UNIT, unit="jyj", shown="改名")
        with pytest.raises(BadUser, match="请填写姓名"):
            change_user(c, NOW, id, by="样例管理员", shown=" ")
        with pytest.raises(BadUser, match="没有这个账号"):
            set_password(c, NOW, 999, "abcd-efgh-ij", by="样例管理员")
    changed = [row for row in rows(office, AuditRow) if row.what == "user_changed"]
    assert [(row.subject, row.who) for row in changed] == [("user:lingdao", "样例管理员")]
    data = json.loads(changed[0].data)
    assert data["before"]["role"] == "leader"
    assert data["after"] == {"shown": "改名", "role": "unit", "unit": "jyj", "disabled": False}


def test_passwords_are_kept_as_argon2_only() -> None:
    kept = hashed("zheng-chang-mima")
    assert kept.startswith("$argon2id$")
    assert matches("zheng-chang-mima", kept)
    assert not matches("zheng-chang-mimA", kept)


# Roles and routes


def test_what_a_role_may_is_one_table() -> None:
    assert set(MAY) == set(Role)
    assert {role for role in Role if may(role, Permission.USERS)} == {Role.ADMINISTRATOR}
    assert {role for role in Role if may(role, Permission.HANDLE)} == {Role.ADMINISTRATOR, Role.OFFICE}
    assert {role for role in Role if may(role, Permission.OWN)} == {Role.UNIT}
    assert MAY[Role.LEADER] == {Permission.DISTRICT}


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_shows_what_the_role_may_open_and_nothing_else(office_web: Fixture, role: Role) -> None:
    browser = office_web[0](role)
    text = browser.get("/me").text
    shown = {href for href in ("/health", "/users", "/audit", "/columns") if f'<a href="{href}"' in text}
    asked = {"/health": "HEALTH", "/users": "USERS", "/audit": "AUDIT", "/columns": "DISTRICT"}
    assert shown == {href for href, name in asked.items() if may(role, Permission[name])}
    assert browser.get("/columns").status_code == (200 if "/columns" in shown else 403)


def test_a_signed_link_opens_no_page_of_the_office(office_web: Fixture) -> None:
    client_for, office = office_web
    key = sign(load_keys(office.settings.folder / "links.key"), UNIT, NOW + timedelta(days=9))
    assert client_for(None).get("/columns", params={"key": key}).status_code == 303


OPEN = frozenset({"/login", "/join"})
"""Pages that anybody may ask for, beside what begins with these."""
OPEN_HEADS = ("/oidc/",)


def needs(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below.call
        yield from needs(below)


def every_page() -> Iterator[APIRoute]:
    """Of all routers; the JSON interface has its own gate and its own test."""
    for router in ROUTERS:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def test_every_page_says_whom_it_is_for_and_every_change_asks_for_the_forms_word() -> None:
    unguarded, unposted, seen = [], [], set()
    for route in every_page():
        seen.add(route.path)
        if route.path in OPEN or route.path.startswith(OPEN_HEADS):
            continue
        calls = list(needs(route.dependant))
        gates = (gate.Need, gate.OwnUnit)
        guarded = any(isinstance(call, gates) or call is signing.signed_in for call in calls)
        unguarded += [] if guarded else [route.path]
        changes = (route.methods or set()) - {"GET", "HEAD"}
        unposted += [route.path] if changes and gate.posted not in calls else []
    assert unguarded == []
    assert unposted == []
    assert {"/", "/login", "/logout", "/columns"} <= seen


def test_sessions_that_ended_are_swept_away_by_the_next_sign_in(office_web: Fixture) -> None:
    client_for, office = office_web
    client_for(Role.OFFICE)
    later = clients(office, lambda: NOW + timedelta(hours=13))
    later(Role.LEADER)
    with office.reader.connect() as c:
        left = c.execute(select(SessionRow.user_id)).scalars().all()
    assert left == [id_of(office, "lingdao")]
