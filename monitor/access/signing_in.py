"""Signing in with a name and a password. Wrong and unknown cost the same time and get the same
words."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from monitor.access import attempts, sessions
from monitor.access.users import User, matches, secret_of
from monitor.record.chain import Entry, append
from monitor.record.links import Keys
from monitor.settings.web import WebSettings

FROM_ONE_ADDRESS = 30
"""Wrong passwords that one address may send in the rest period, whatever the names: offices share
an address."""


class SignInRefused(ValueError):
    """One sentence for whoever tries to sign in."""


def sign_in(
    engine: Engine,
    keys: Keys,
    settings: WebSettings,
    now: datetime,
    name: str,
    password: str,
    address: str,
) -> tuple[User, str]:
    """The person and what the cookie says. Raises :class:`SignInRefused`; after too many tries even
    for the right one."""
    name = name.strip().lower()[:60]
    since = now - timedelta(minutes=settings.rest_minutes)
    who, place = f"user:{name}", f"from:{address}"
    # Noted before the slow look at the password: a hundred tries at once are a hundred tries.
    with engine.begin() as connection:
        resting = (
            attempts.count(connection, who, "sign_in", since) >= settings.tries
            or attempts.count(connection, place, "sign_in", since) >= FROM_ONE_ADDRESS
        )
        if not resting:
            noted = [attempts.note(connection, one, "sign_in", now) for one in (who, place)]
            found = secret_of(connection, name)
    if resting:
        raise SignInRefused(
            f"试错次数过多，请 {settings.rest_minutes} 分钟后再试，或请管理员重置密码"
        )
    if not matches(password, found[1] if found else "") or found is None:
        raise SignInRefused("登录名或密码不对")
    with engine.begin() as connection:
        for number in noted:
            attempts.undo(connection, number)
    return found[0], enter(engine, keys, settings, now, found[0], "密码")


def enter(
    engine: Engine, keys: Keys, settings: WebSettings, now: datetime, user: User, way: str
) -> str:
    """Open a session for somebody whose identity is proved, on the record; what the cookie says."""
    with engine.begin() as connection:
        attempts.forget(connection, f"user:{user.name}", "sign_in")
        append(connection, now, [Entry("signed_in", f"user:{user.name}", user.shown, {"way": way})])
        return sessions.begin(connection, keys, user, now, settings.session_hours)
