"""One-time links (``/join?key=…``) with which a person sets the first password; nothing of them is
kept in the store.

A link is signed over the account and its password hash of that moment: as soon as a password is
set, by whomever, the link is dead. It ends by itself after two days.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, select, text

from crawler.model import utc
from monitor.access.tables import UserRow
from monitor.access.users import User, set_password, user
from monitor.record.chain import Entry, append
from monitor.record.links import Keys

SALT = "gengxin invite 1"
LASTS = timedelta(hours=48)
DEAD = "链接无效、已经用过或已过期（48 小时内有效），请管理员另发一个"


class BadInvite(ValueError):
    """One sentence for whoever opened the link."""


@dataclass(frozen=True, slots=True)
class _Invitation:
    user: int
    until: int
    mark: str


def invite(connection: Connection, keys: Keys, id: int, now: datetime, *, by: str) -> str:
    """The key of a link for account ``id``, on the record. Raises :class:`BadInvite` for a shut or
    unknown one."""
    found = user(connection, id)
    if found is None or found.disabled:
        raise BadInvite("没有可用的账号可以邀请")
    until = now + LASTS
    append(connection, now, [Entry("user_invited", f"user:{found.name}", by, {"until": until})])
    said = [id, int(utc(until).timestamp()), _mark(_secret(connection, id))]
    return str(URLSafeSerializer(keys.keys[0].hex(), salt=SALT).dumps(said))


def invited(connection: Connection, keys: Keys, key: str, now: datetime) -> User:
    """Whom a link invites. Raises :class:`BadInvite`."""
    said = _read(keys, key)
    found = user(connection, said.user) if said else None
    if said is None or found is None or found.disabled or utc(now).timestamp() > said.until:
        raise BadInvite(DEAD)
    if _mark(_secret(connection, said.user)) != said.mark:
        raise BadInvite(DEAD)
    return found


def join(connection: Connection, keys: Keys, key: str, password: str, now: datetime) -> User:
    """Set the password of whoever the link invites, once. Raises :class:`BadInvite`,
    ``BadUser``."""
    said = _read(keys, key)
    if said is not None and connection.dialect.name == "postgresql":
        # SQLite's writers queue; here two uses of one link would both find it unused.
        connection.execute(
            text("SELECT id FROM web_user WHERE id = :id FOR UPDATE"), {"id": said.user}
        )
    found = invited(connection, keys, key, now)
    set_password(connection, now, found.id, password, by=f"{found.shown}（一次性链接）")
    return found


def _read(keys: Keys, key: str) -> _Invitation | None:
    for one in keys.keys:
        try:
            id, until, mark = URLSafeSerializer(one.hex(), salt=SALT).loads(key[:500])
            return _Invitation(int(id), int(until), str(mark))
        except (BadSignature, ValueError, TypeError):
            continue
    return None


def _secret(connection: Connection, id: int) -> str:
    return str(connection.execute(select(UserRow.secret).where(UserRow.id == id)).scalar() or "")


def _mark(secret: str) -> str:
    """What changes when the password does, and tells nothing of it."""
    return hashlib.sha256(f"invite\x00{secret}".encode()).hexdigest()[:16]
