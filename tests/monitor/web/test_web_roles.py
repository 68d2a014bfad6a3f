"""Accounts and what their roles may do; every page says whom it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from monitor.access.roles import MAY, Permission, Role, may
from monitor.access.tables import UserRow
from monitor.access.users import (
    BadUser,
    add_user,
    administrators,
    change_user,
    hashed,
    matches,
    set_password,
)
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.links import load_keys, sign
from monitor.web import gate
from monitor.web.app import ROUTERS
from monitor.web.pages import signing
from tests.support.web_helpers import NAMES, NOW, UNIT, ClientFor, rows

Fixture = tuple[ClientFor, Office]


def id_of(office: Office, name: str) -> int:
    found: int = next(row.id for row in rows(office, UserRow) if row.name == name)
    return found


# Accounts


def test_the_last_administrator_cannot_be_shut_nor_moved(office_web: Fixture) -> None:
    office = office_web[1]
    first = id_of(office, "guanli")
    for change in ({"disabled": True}, {"role": Role.OFFICE}):
        with office.engine.begin() as c, pytest.raises(BadUser, match="最后一个管理员"):
            change_user(c, NOW, first, by="测试", **change)
    with office.engine.begin() as c:
        second = add_user(
            c, NOW, name="guanli2", shown="另一人", role=Role.ADMINISTRATOR, by="测试"
        )
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
    assert {role for role in Role if may(role, Permission.HANDLE)} == {
        Role.ADMINISTRATOR,
        Role.OFFICE,
    }
    assert {role for role in Role if may(role, Permission.OWN)} == {Role.UNIT}
    assert MAY[Role.LEADER] == {Permission.DISTRICT}


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_shows_what_the_role_may_open_and_nothing_else(
    office_web: Fixture, role: Role
) -> None:
    browser = office_web[0](role)
    text = browser.get("/me").text
    shown = {
        href for href in ("/health", "/users", "/audit", "/columns") if f'<a href="{href}"' in text
    }
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
