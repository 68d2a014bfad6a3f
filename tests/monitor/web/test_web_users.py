"""People in the web: accounts, handed-over passwords, one-time links, own tokens; the commands that
make the first one."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from crawler.store.migrate import newest_revision
from monitor.access import invites, tokens
from monitor.access.roles import Permission as P
from monitor.access.roles import Role
from monitor.access.tables import TokenRow, UserRow
from monitor.access.users import add_user, secret_of, set_password
from monitor.commands.users import users
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.links import Keys, load_keys
from tests.support.web_helpers import NAMES, NOW, UNIT, ClientFor, rows

Web = tuple[ClientFor, Office]
NEW = "wo-de-xin-mima-9"


def id_of(office: Office, name: str) -> int:
    with office.reader.connect() as c:
        return int(c.execute(select(UserRow.id).where(UserRow.name == name)).scalar_one())


def secret_shown(text: str) -> str:
    found = re.findall(r'<code class="secret">([^<]+)</code>', text)
    assert len(found) == 1
    return str(found[0])


def keys_of(office: Office) -> Keys:
    return load_keys(office.settings.folder / "web.key")


def test_an_account_is_added_with_a_password_shown_once(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.ADMINISTRATOR)
    given = {"name": "XinRen", "shown": "新人", "role": "unit", "unit": "jyj"}
    answer = browser.submit("/users", given)
    password = secret_shown(answer.text)
    assert password not in browser.get("/users").text
    assert password not in "".join(row.data for row in rows(office, AuditRow))
    fresh = client_for(None)
    assert fresh.post("/login", data={"name": "xinren", "password": password}).status_code == 303
    assert fresh.get("/units/jyj").headers["location"] == "/me", "their own password comes first"
    said = [
        row
        for row in rows(office, AuditRow)
        if row.subject == "user:xinren" and row.what == "user_added"
    ]
    assert said[0].who == "样例管理员"
    assert json.loads(said[0].data)["after"]["unit"] == "jyj"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "jingban"}, "已经有人用"),
        ({"name": "../../x"}, "登录名用"),
        ({"shown": ""}, "请填写姓名"),
        ({"role": "unit", "unit": ""}, "须选定单位"),
        ({"role": "unit", "unit": "nowhere"}, "没有单位"),
        ({"role": "king"}, "请选一个角色"),
        ({"shown": "长" * 101}, "最多"),
    ],
)
def test_an_odd_account_is_refused_and_the_form_keeps_what_was_typed(
    office_web: Web, changed: dict[str, str], said: str
) -> None:
    client_for, office = office_web
    before = len(rows(office, UserRow))
    given = {"name": "xinren", "shown": "新<b>人", "role": "office", "unit": ""} | changed
    answer = client_for(Role.ADMINISTRATOR).submit("/users", given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<b>人" not in answer.text
    assert len(rows(office, UserRow)) == before


def test_a_role_is_changed_with_before_and_after(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.ADMINISTRATOR), id_of(office, NAMES[Role.LEADER])
    other = client_for(Role.LEADER)
    answer = browser.submit(f"/users/{number}", {"shown": "某领导", "role": "unit", "unit": UNIT})
    assert answer.status_code == 303
    assert other.get("/").status_code == 303, "signed out with the old role"
    data = json.loads(
        [row for row in rows(office, AuditRow) if row.what == "user_changed"][-1].data
    )
    assert (data["before"]["role"], data["after"]["role"], data["after"]["unit"]) == (
        "leader",
        "unit",
        UNIT,
    )
    assert "某领导" in browser.get(f"/users/{number}").text


def test_the_last_administrator_stays(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.ADMINISTRATOR), id_of(office, NAMES[Role.ADMINISTRATOR])
    answer = browser.submit(f"/users/{number}/disabled", {"state": "on"})
    assert answer.status_code == 422
    assert "最后一个管理员" in answer.text
    assert browser.submit(f"/users/{number}", {"shown": "甲", "role": "office"}).status_code == 422


def test_a_reset_password_is_shown_once_and_ends_every_session(office_web: Web) -> None:
    client_for, office = office_web
    browser, number, other = (
        client_for(Role.ADMINISTRATOR),
        id_of(office, NAMES[Role.OFFICE]),
        client_for(Role.OFFICE),
    )
    password = secret_shown(browser.submit(f"/users/{number}/password").text)
    assert other.get("/").status_code == 303
    assert (
        other.post("/login", data={"name": NAMES[Role.OFFICE], "password": password}).status_code
        == 303
    )
    assert other.get("/").headers["location"] == "/me"


def test_a_shut_account_is_opened_again(office_web: Web) -> None:
    client_for, office = office_web
    browser, number = client_for(Role.ADMINISTRATOR), id_of(office, NAMES[Role.OFFICE])
    assert browser.submit(f"/users/{number}/disabled", {"state": "on"}).status_code == 303
    assert "已停用" in browser.get("/users").text
    assert browser.submit(f"/users/{number}/disabled", {"state": "off"}).status_code == 303
    with office.reader.connect() as c:
        assert secret_of(c, NAMES[Role.OFFICE]) is not None


@pytest.mark.parametrize("path", ["/users/9999", "/users/9999/password"])
def test_an_account_that_is_none_is_not_there(office_web: Web, path: str) -> None:
    browser = office_web[0](Role.ADMINISTRATOR)
    answer = browser.get(path) if path.endswith("9") else browser.submit(path)
    assert answer.status_code == 404


# One-time links


def test_a_one_time_link_sets_a_password_once(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        number = add_user(c, NOW, name="xinren", shown="新人", role=Role.OFFICE, by="测试")
    link = secret_shown(client_for(Role.ADMINISTRATOR).submit(f"/users/{number}/invite").text)
    key = link.partition("key=")[2]
    fresh = client_for(None)
    for _ in range(2):  # a mail scanner may look first
        assert "新人" in fresh.get("/join", params={"key": key}).text
    assert fresh.post("/join", data={"key": key, "new": NEW, "again": "other"}).status_code == 422
    assert (
        fresh.post("/join", data={"key": key, "new": "short", "again": "short"}).status_code == 422
    )
    assert (
        fresh.post("/join", data={"key": key, "new": NEW, "again": NEW})
        .headers["location"]
        .startswith("/login")
    )
    assert fresh.post("/login", data={"name": "xinren", "password": NEW}).status_code == 303
    again = fresh.post("/join", data={"key": key, "new": NEW + "x", "again": NEW + "x"})
    assert again.status_code == 403
    assert "已经用过" in again.text
    said = [row.what for row in rows(office, AuditRow) if row.subject == "user:xinren"]
    assert said[:3] == ["user_added", "user_invited", "user_password"]
    assert key not in "".join(row.data for row in rows(office, AuditRow))


def test_a_link_ends_after_two_days_or_when_a_password_was_set_otherwise(office_web: Web) -> None:
    _, office = office_web
    keys, later = keys_of(office), NOW + invites.LASTS + timedelta(seconds=1)
    with office.engine.begin() as c:
        number = add_user(c, NOW, name="xinren", shown="新人", role=Role.OFFICE, by="测试")
        key = invites.invite(c, keys, number, NOW, by="测试")
        assert invites.invited(c, keys, key, NOW).name == "xinren"
        with pytest.raises(invites.BadInvite):
            invites.invited(c, keys, key, later)
        set_password(c, NOW, number, NEW, by="测试")
        with pytest.raises(invites.BadInvite):
            invites.join(c, keys, key, NEW, NOW)


@pytest.mark.parametrize("key", ["", "x", "WzEsMV0.abc", "x" * 600])
def test_a_forged_link_opens_nothing(office_web: Web, key: str) -> None:
    answer = office_web[0](None).get("/join", params={"key": key})
    assert answer.status_code in (403, 422)
    assert "设置密码" not in answer.text


def test_a_key_for_links_of_units_signs_no_invitation(office_web: Web) -> None:
    _, office = office_web
    with office.engine.begin() as c:
        number = add_user(c, NOW, name="xinren", shown="新人", role=Role.OFFICE, by="测试")
        key = invites.invite(
            c, load_keys(office.settings.folder / "links.key"), number, NOW, by="测试"
        )
        with pytest.raises(invites.BadInvite):
            invites.invited(c, keys_of(office), key, NOW)


# Tokens


def test_a_token_is_shown_once_and_revoked_by_its_owner_only(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    answer = browser.submit("/me/tokens", {"label": "大屏", "scope": "district", "days": "30"})
    said = secret_shown(answer.text)
    assert said not in browser.get("/me/tokens").text
    number = rows(office, TokenRow)[0].id
    own = {"Authorization": f"Bearer {said}"}
    assert client_for(None).get("/api/v1/units", headers=own).status_code == 200
    assert client_for(Role.LEADER).submit(f"/me/tokens/{number}/revoke").status_code == 404
    assert client_for(None).get("/api/v1/units", headers=own).status_code == 200
    assert browser.submit(f"/me/tokens/{number}/revoke").status_code == 303
    assert client_for(None).get("/api/v1/units", headers=own).status_code == 401
    assert [row.what for row in rows(office, AuditRow)][-2:] == ["token_issued", "token_revoked"]


@pytest.mark.parametrize(
    "changed",
    [
        {"label": ""},
        {"days": "0"},
        {"days": "367"},
        {"days": "²"},
        {"days": "x"},
        {"scope": "users"},
        {"scope": ""},
        {"scope": "own"},
    ],
)
def test_an_odd_token_is_refused(office_web: Web, changed: dict[str, str]) -> None:
    client_for, office = office_web
    given = {"label": "大屏", "scope": "district", "days": "30"} | changed
    assert client_for(Role.LEADER).submit("/me/tokens", given).status_code == 422
    assert rows(office, TokenRow) == []


def test_a_person_has_so_many_tokens_and_no_more(office_web: Web) -> None:
    _, office = office_web
    with office.engine.begin() as c:
        known = secret_of(c, NAMES[Role.OFFICE])
        assert known is not None
        for _ in range(tokens.MOST):
            tokens.issue(c, NOW, known[0], label="一", scopes=[P.DISTRICT], days=1, by="测试")
        with pytest.raises(tokens.BadTokenRequest, match="最多"):
            tokens.issue(c, NOW, known[0], label="一", scopes=[P.DISTRICT], days=1, by="测试")
        later = NOW + timedelta(days=2)
        tokens.issue(c, later, known[0], label="一", scopes=[P.DISTRICT], days=1, by="测试")


# The record on screen


def test_the_record_shows_who_changed_what_and_hides_nothing_hostile(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        add_user(
            c, NOW, name="xinren", shown="<img src=x>\u202e新", role=Role.OFFICE, by="<script>甲"
        )
    browser = client_for(Role.AUDITOR)
    shown = browser.get("/audit", params={"subject": "user:xinren"}).text
    assert "新增用户" in shown
    assert "&lt;img src=x&gt;" in shown
    assert "<script>甲" not in shown
    assert "\u202e" not in shown
    assert "没有符合条件的记录" in browser.get("/audit", params={"what": "reply"}).text
    assert browser.get("/audit?subject=%00").status_code == 422
    assert browser.get(f"/audit?before={2**63}").status_code == 422


def test_the_record_is_turned_page_by_page(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        for n in range(60):
            add_user(c, NOW, name=f"ren{n:02d}", shown="人", role=Role.OFFICE, by="测试")
    browser = client_for(Role.AUDITOR)
    shown = browser.get("/audit", params={"what": "user_added"}).text
    older = re.findall(r'href="(/audit\?[^"]*before=\d+)" rel="next"', shown)
    assert len(older) == 1
    assert "ren59" in shown
    assert "ren05" not in shown
    assert "ren05" in browser.get(older[0].replace("&amp;", "&")).text


def test_the_record_is_taken_away_as_files_without_formulas(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        add_user(c, NOW, name="xinren", shown="人", role=Role.OFFICE, by="=cmd|calc")
    browser = client_for(Role.AUDITOR)
    told = browser.get("/audit.csv")
    assert told.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert told.content.startswith(b"\xef\xbb\xbf")
    assert "'=cmd|calc" in told.text
    assert ",=cmd" not in told.text
    book = browser.get("/audit.xlsx")
    assert book.content.startswith(b"PK")


# Commands


def stamped(office: Office) -> Path:
    """The test's store was made without migrations; a command looks for their mark."""
    with office.engine.begin() as c:
        c.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        c.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": newest_revision()})
    return office.settings.path


def run(path: Path, *given: str) -> tuple[int, str]:
    found = CliRunner().invoke(users, [*given, "--config", str(path)], standalone_mode=False)
    return (2 if found.exception else int(found.return_value or 0)), found.stdout + str(
        found.exception or ""
    )


def test_the_first_administrator_comes_from_a_command_with_a_one_time_link(office_web: Web) -> None:
    client_for, office = office_web
    path = stamped(office)
    given = ("zhuren", "--shown", "主任", "--role", "administrator", "--json")
    code, told = run(path, "invite", *given)
    assert code == 0, told
    key = json.loads(told)["link"].partition("key=")[2]
    fresh = client_for(None)
    assert fresh.get("/join", params={"key": key}).status_code == 200
    assert fresh.post("/join", data={"key": key, "new": NEW, "again": NEW}).status_code == 303
    assert fresh.post("/login", data={"name": "zhuren", "password": NEW}).status_code == 303
    code, told = run(path, "invite", "zhuren")
    assert code == 0
    assert "/join?key=" in told
    code, told = run(path, "invite", "nobody")
    assert code == 2
    assert "--shown" in told


def test_users_are_added_listed_reset_and_shut_by_commands(office_web: Web) -> None:
    _, office = office_web
    path = stamped(office)
    code, told = run(path, "add", "xinren", "--shown", "新人", "--role", "unit", "--unit", UNIT)
    assert code == 0, told
    assert "一次性密码" in told
    assert "xinren  新人  单位联系人" in run(path, "list")[1]
    assert "一次性密码" in run(path, "password", "xinren")[1]
    assert run(path, "disable", "xinren") == (0, "xinren 已停用\n")
    assert "已停用" in run(path, "list")[1]
    for bad in (
        ("disable", "xinren"),
        ("password", "nobody"),
        ("disable", NAMES[Role.ADMINISTRATOR]),
        ("add", "X", "--shown", "a", "--role", "office"),
    ):
        assert run(path, *bad)[0] == 2, bad
