"""``gengxin users``: the accounts of the web, from the command line; the first administrator comes
from here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from crawler.clock import clock
from crawler.config import BadConfig
from monitor.access.invites import LASTS, BadInvite
from monitor.access.invites import invite as make_invite
from monitor.access.roles import ROLE_NAMES, Role
from monitor.access.users import (
    BadUser,
    add_user,
    change_user,
    new_password,
    secret_of,
    set_password,
)
from monitor.access.users import users as all_users
from monitor.commands.options import signed, tell, with_config, with_json
from monitor.office import Office, enter_catalogue, open_office
from monitor.record.links import load_keys
from monitor.words.exits import DONE


@click.group()
def users() -> None:
    """网页的用户：新增、停用、重置密码。"""


@users.command("add")
@click.argument("name")
@click.option("--shown", required=True, help="姓名，记录里用它")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="角色"
)
@click.option("--unit", default=None, help="单位编号，只给单位联系人")
@with_config
@with_json
def add(name: str, shown: str, role: str, unit: str | None, path: Path, as_json: bool) -> int:
    """新增用户，印出一次性密码；第一次登录时换掉。"""
    password = new_password()
    now = clock()
    try:
        with open_office(path) as office:
            enter_catalogue(office, now())
            with office.engine.begin() as connection:
                add_user(
                    connection,
                    now(),
                    name=name,
                    shown=shown,
                    role=Role(role),
                    unit=unit,
                    password=password,
                    by=signed(""),
                    must_change=True,
                )
    except BadUser as error:
        raise BadConfig(str(error)) from None
    tell(
        as_json,
        {"name": name, "role": role, "password": password},
        [
            f"已新增{ROLE_NAMES[Role(role)]} {name}（{shown}），一次性密码：{password}",
            "登录后须换成自己的密码。",
        ],
    )
    return DONE


@users.command("invite")
@click.argument("name")
@click.option("--shown", default="", help="姓名，记录里用它；新用户必填")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="角色；新用户必填")
@click.option("--unit", default=None, help="单位编号，只给单位联系人")
@with_config
@with_json
def invite(
    name: str, shown: str, role: str | None, unit: str | None, path: Path, as_json: bool
) -> int:
    """印出一次性链接：本人打开后自己设密码，48 小时内有效，只能用一次。没有这个用户就先新增。"""
    now = clock()
    try:
        with open_office(path) as office:
            enter_catalogue(office, now())
            keys = load_keys(office.settings.folder / "web.key")
            with office.engine.begin() as connection:
                id = _known_or_new(connection, now(), name, shown, role, unit)
                key = make_invite(connection, keys, id, now(), by=signed(""))
            link = f"{_address(office)}/join?key={key}"
    except (BadUser, BadInvite) as error:
        raise BadConfig(str(error)) from None
    hours = int(LASTS.total_seconds() // 3600)
    tell(
        as_json,
        {"name": name, "link": link, "hours": hours},
        [f"请把这个链接交给本人（{hours} 小时内有效，只能用一次）：", link],
    )
    return DONE


def _known_or_new(
    connection: Connection, now: datetime, name: str, shown: str, role: str | None, unit: str | None
) -> int:
    known = secret_of(connection, name)
    if known:
        return known[0].id
    if not shown or not role:
        raise BadConfig(f"没有可用的用户 {name}；新增须写明 --shown 和 --role")
    return add_user(
        connection, now, name=name, shown=shown, role=Role(role), unit=unit, by=signed("")
    )


def _address(office: Office) -> str:
    """Where the web is reached: as the letters say, else as it is served."""
    web = office.settings.monitor.web
    known = office.settings.monitor.alerts.letters.base_url
    return known.rstrip("/") or f"{'https' if web.https else 'http'}://{web.host}:{web.port}"


@users.command("list")
@with_config
@with_json
def show(path: Path, as_json: bool) -> int:
    """列出用户。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = all_users(connection)
    lines = [
        f"{one.name}  {one.shown}  {ROLE_NAMES[one.role]}{'  ' + one.unit if one.unit else ''}"
        + ("  （已停用）" if one.disabled else "")
        for one in found
    ]
    tell(
        as_json,
        [asdict(one) for one in found],
        lines or ["还没有用户；用 gengxin users add 新增管理员"],
    )
    return DONE


@users.command("password")
@click.argument("name")
@with_config
@with_json
def password(name: str, path: Path, as_json: bool) -> int:
    """重置密码，印出一次性密码；此人在各处的登录随之失效。"""
    fresh, now = new_password(), clock()
    with open_office(path) as office, office.engine.begin() as connection:
        found = secret_of(connection, name)
        if found is None:
            raise BadConfig(f"没有可用的用户 {name}；gengxin users list 列出全部")
        set_password(connection, now(), found[0].id, fresh, by=signed(""), must_change=True)
    tell(as_json, {"name": name, "password": fresh}, [f"{name} 的一次性密码：{fresh}"])
    return DONE


@users.command("disable")
@click.argument("name")
@with_config
def disable(name: str, path: Path) -> int:
    """停用用户；记录保留。"""
    now = clock()
    with open_office(path) as office, office.engine.begin() as connection:
        found = secret_of(connection, name)
        if found is None:
            raise BadConfig(f"没有可用的用户 {name}；gengxin users list 列出全部")
        try:
            change_user(connection, now(), found[0].id, by=signed(""), disabled=True)
        except BadUser as error:
            raise BadConfig(str(error)) from None
    click.echo(f"{name} 已停用")
    return DONE
