"""Who may come in: signing in and out, locks, sessions, forged words, other sites."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from monitor.access import sessions
from monitor.access.roles import Role
from monitor.access.sessions import same_word
from monitor.access.tables import CountedActRow, SessionRow, TokenRow, UserRow
from monitor.access.users import (
    HASHER,
    NOBODY,
    change_user,
    matches,
    user,
)
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.links import load_keys
from monitor.web.gate import COOKIE
from monitor.web.pages.signing import safe_next
from tests.support.web_helpers import NOW, PASSWORD, UNIT, Browser, ClientFor, clients, rows

Fixture = tuple[ClientFor, Office]


def enter(browser: Browser, name: str = "jingban", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/login", data={"name": name, "password": password, **more})


def id_of(office: Office, name: str) -> int:
    found: int = next(row.id for row in rows(office, UserRow) if row.name == name)
    return found


# Signing in


def test_the_right_password_opens_a_session_in_a_cookie_that_scripts_cannot_read(
    office_web: Fixture,
) -> None:
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
def test_wrong_and_unknown_get_the_same_words(
    office_web: Fixture, name: str, password: str
) -> None:
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
    """The stand-in is a hash that is computed, with the same cost as the real ones, and that opens
    to nobody."""
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
    assert {row.who for row in rows(office, CountedActRow)} == {"from:testclient"}
    assert "登录名或密码不对" in enter(client_for(None), password="wrong wrong").text


def test_wrong_passwords_at_once_do_not_slip_past_the_count(office_web: Fixture) -> None:
    client_for = office_web[0]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: enter(client_for(None), password="wrong wrong").text, range(12))
        )
    assert sum("登录名或密码不对" in text for text in answers) == 5
    assert sum("分钟后再试" in text for text in answers) == 7


def test_one_address_cannot_try_every_name(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        row = {"who": "from:testclient", "what": "sign_in", "moment": NOW - timedelta(minutes=1)}
        c.execute(insert(CountedActRow), [row] * 30)
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
        token = {
            "user_id": id_of(office, "lingdao"),
            "label": "x",
            "hash": "h",
            "scopes": [],
            "created": NOW,
        }
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


def test_a_browser_that_says_nothing_of_itself_is_let_in_over_plain_http(
    office_web: Fixture,
) -> None:
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


def test_sessions_that_ended_are_swept_away_by_the_next_sign_in(office_web: Fixture) -> None:
    client_for, office = office_web
    client_for(Role.OFFICE)
    later = clients(office, lambda: NOW + timedelta(hours=13))
    later(Role.LEADER)
    with office.reader.connect() as c:
        left = c.execute(select(SessionRow.user_id)).scalars().all()
    assert left == [id_of(office, "lingdao")]
