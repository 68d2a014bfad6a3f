"""Accounts of people: made, signed in, changed, shut; every change in the record with before and
after."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, insert, select, update

from crawler.store.tables import UnitRow
from monitor.access.roles import ROLE_NAMES, Role
from monitor.access.tables import SessionRow, TokenRow, UserRow
from monitor.record.chain import Entry, append

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
LEAST, MOST = 10, 200
"""Characters of a password."""
HASHER = PasswordHash((Argon2Hasher(),))
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Rk9oZ2l0c2FkdW1teWhhc2hkdW1teWhhc2hkdW1teQ"
"""A hash that no password opens: an unknown name costs as long as a wrong password."""
USER = UserRow.__table__.c


class BadUser(ValueError):
    """One sentence for whoever enters an account."""


@dataclass(frozen=True, slots=True)
class User:
    """A person as the pages know them; never the hash."""

    id: int
    name: str
    shown: str
    role: Role
    unit: str | None
    created: datetime
    disabled: datetime | None = None
    must_change: bool = False
    has_password: bool = True


def hashed(password: str) -> str:
    """The argon2id hash. Raises :class:`BadUser` for a password too short, too long or too
    plain."""
    if not LEAST <= len(password) <= MOST:
        raise BadUser(f"密码须有 {LEAST} 至 {MOST} 个字符")
    if len(set(password)) < 4:
        raise BadUser("密码太简单：请至少用四种不同的字符")
    return HASHER.hash(password)


def matches(password: str, secret: str) -> bool:
    """Whether ``password`` opens ``secret``; takes as long for an unknown name (empty
    ``secret``)."""
    try:
        return HASHER.verify(password[:MOST], secret or NOBODY) and bool(secret)
    except UnknownHashError:
        return False


def add_user(
    connection: Connection,
    now: datetime,
    *,
    name: str,
    shown: str,
    role: Role,
    unit: str | None = None,
    password: str = "",
    by: str,
    must_change: bool = False,
) -> int:
    """A new account, on the record. Raises :class:`BadUser`: name taken or odd, unit missing or out
    of place."""
    if not NAME.fullmatch(name):
        raise BadUser("登录名用 2 至 60 个小写字母、数字、点、横线或下划线，以字母或数字开头")
    if not shown.strip():
        raise BadUser("请填写姓名：经手的每件事都记在这个名字下")
    if (role is Role.UNIT) != bool(unit):
        raise BadUser("单位联系人须选定单位，其他角色不选单位")
    if unit and connection.execute(select(UnitRow.id).where(UnitRow.id == unit)).scalar() is None:
        raise BadUser(f"台账里没有单位 {unit}")
    if connection.execute(select(USER.id).where(USER.name == name)).scalar() is not None:
        raise BadUser(f"登录名 {name} 已经有人用")
    secret = hashed(password) if password else ""
    made = connection.execute(
        insert(UserRow).values(
            name=name,
            shown=shown.strip()[:100],
            role=role.value,
            unit_id=unit,
            secret=secret,
            created=now,
            must_change=must_change,
        )
    )
    after = {"shown": shown.strip()[:100], "role": role.value, "unit": unit}
    append(
        connection, now, [Entry("user_added", f"user:{name}", by, {"before": None, "after": after})]
    )
    return int((made.inserted_primary_key or (0,))[0])


def change_user(
    connection: Connection,
    now: datetime,
    id: int,
    *,
    by: str,
    shown: str | None = None,
    role: Role | None = None,
    unit: str | None = None,
    disabled: bool | None = None,
) -> None:
    """Change what is given; whoever is shut or gets another role is signed out and loses their
    tokens.

    Raises :class:`BadUser`: unknown account, unit missing or out of place, the last administrator
    shut.
    """
    old = user(connection, id)
    if old is None:
        raise BadUser("没有这个账号")
    if shown is not None and not shown.strip():
        raise BadUser("请填写姓名：经手的每件事都记在这个名字下")
    new_role, new_unit = role or old.role, unit if role else old.unit
    if (new_role is Role.UNIT) != bool(new_unit):
        raise BadUser("单位联系人须选定单位，其他角色不选单位")
    shut = old.disabled if disabled is None else (now if disabled else None)
    leaves = old.role is Role.ADMINISTRATOR and (shut or new_role is not Role.ADMINISTRATOR)
    if leaves and not old.disabled and administrators(connection) <= 1:
        raise BadUser("这是最后一个管理员，不能停用也不能换角色")
    values = {
        "shown": (shown or old.shown).strip()[:100],
        "role": new_role.value,
        "unit_id": new_unit,
        "disabled": shut,
    }
    connection.execute(update(UserRow).where(UserRow.id == id).values(values))
    if shut or new_role is not old.role or new_unit != old.unit:
        end_sessions(connection, id, now)
    before = {
        "shown": old.shown,
        "role": old.role.value,
        "unit": old.unit,
        "disabled": bool(old.disabled),
    }
    after = {
        "shown": values["shown"],
        "role": new_role.value,
        "unit": new_unit,
        "disabled": bool(shut),
    }
    data = {"before": before, "after": after}
    append(connection, now, [Entry("user_changed", f"user:{old.name}", by, data)])


def set_password(
    connection: Connection,
    now: datetime,
    id: int,
    password: str,
    *,
    by: str,
    must_change: bool = False,
) -> None:
    """A new password; every session and token of the account ends. Raises :class:`BadUser`."""
    old = user(connection, id)
    if old is None:
        raise BadUser("没有这个账号")
    connection.execute(
        update(UserRow)
        .where(UserRow.id == id)
        .values(secret=hashed(password), must_change=must_change)
    )
    end_sessions(connection, id, now)
    append(connection, now, [Entry("user_password", f"user:{old.name}", by)])


def end_sessions(connection: Connection, id: int, now: datetime) -> None:
    """Sign the account out everywhere and revoke its tokens."""
    connection.execute(SessionRow.__table__.delete().where(SessionRow.user_id == id))  # type: ignore[attr-defined]
    connection.execute(
        update(TokenRow)
        .where(TokenRow.user_id == id, TokenRow.revoked.is_(None))
        .values(revoked=now)
    )


def user(connection: Connection, id: int) -> User | None:
    """The account with this id."""
    row = connection.execute(select(UserRow.__table__).where(USER.id == id)).first()
    return _user(row) if row else None


def secret_of(connection: Connection, name: str) -> tuple[User, str] | None:
    """The open account with this name, and its hash: for signing in only."""
    row = connection.execute(
        select(UserRow.__table__).where(USER.name == name, USER.disabled.is_(None))
    ).first()
    return (_user(row), row.secret) if row else None


def users(connection: Connection) -> tuple[User, ...]:
    """Every account, by name."""
    return tuple(
        _user(row) for row in connection.execute(select(UserRow.__table__).order_by(UserRow.name))
    )


def administrators(connection: Connection) -> int:
    """How many administrators can still sign in; until the transaction ends nobody else changes one
    of them."""
    query = (
        select(USER.id)
        .where(USER.role == Role.ADMINISTRATOR.value, USER.disabled.is_(None))
        .with_for_update()
    )
    return len(connection.execute(query).all())


def new_password() -> str:
    """A password to hand over once."""
    return secrets.token_urlsafe(12)


def _user(row: object) -> User:
    r: UserRow = row  # type: ignore[assignment]
    return User(
        r.id,
        r.name,
        r.shown,
        Role(r.role),
        r.unit_id,
        r.created,
        r.disabled,
        r.must_change,
        bool(r.secret),
    )


def role_name(role: Role) -> str:
    """The role's name on screen."""
    return ROLE_NAMES[role]
