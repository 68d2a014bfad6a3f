"""Signed-in browsers: a signed cookie with a random serial, whose hash stands in the store until it
ends.

Nothing of a session is in the cookie but its serial; the anti-forgery word of its forms is derived
from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, delete, insert, select

from crawler.model import utc
from monitor.access.tables import SessionRow
from monitor.access.users import User, user
from monitor.record.links import Keys

SALT = "gengxin session 1"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, with the word that their forms must carry."""

    user: User
    csrf: str = field(repr=False)


def begin(connection: Connection, keys: Keys, user: User, now: datetime, hours: int) -> str:
    """Sign ``user`` in for ``hours``; what the cookie says. Sessions that ended are swept away."""
    serial = secrets.token_urlsafe(32)
    connection.execute(delete(SessionRow).where(SessionRow.ends <= now))
    connection.execute(
        insert(SessionRow).values(
            id=_hash(serial), user_id=user.id, created=now, ends=now + timedelta(hours=hours)
        )
    )
    return str(URLSafeSerializer(keys.keys[0].hex(), salt=SALT).dumps(serial))


def session_of(connection: Connection, keys: Keys, cookie: str, now: datetime) -> Session | None:
    """The session behind a cookie, or none: forged, ended, signed out, or its account shut."""
    serial = _serial(keys, cookie)
    if serial is None:
        return None
    row = connection.execute(
        select(SessionRow.user_id, SessionRow.ends).where(SessionRow.id == _hash(serial))
    ).first()
    if row is None or utc(row.ends) <= utc(now):
        return None
    found = user(connection, row.user_id)
    return Session(found, csrf_word(keys, serial)) if found and not found.disabled else None


def end(connection: Connection, keys: Keys, cookie: str) -> None:
    """Sign this browser out."""
    serial = _serial(keys, cookie)
    if serial is not None:
        connection.execute(delete(SessionRow).where(SessionRow.id == _hash(serial)))


def csrf_word(keys: Keys, serial: str) -> str:
    """The anti-forgery word that belongs to ``serial``: forms carry it, other sites cannot know
    it."""
    return hmac.new(keys.keys[0], b"csrf\x00" + serial.encode("utf-8"), hashlib.sha256).hexdigest()


def same_word(one: str, other: str) -> bool:
    """Whether two words are the same, in constant time."""
    return bool(one) and hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8"))


def _serial(keys: Keys, cookie: str) -> str | None:
    for key in keys.keys:
        try:
            return str(URLSafeSerializer(key.hex(), salt=SALT).loads(cookie[:500]))
        except BadSignature:
            continue
    return None


def _hash(serial: str) -> str:
    return hashlib.sha256(serial.encode("utf-8")).hexdigest()
