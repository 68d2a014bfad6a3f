"""Tokens for programs: given out once, kept as a hash, never allowed more than their person, ending
by themselves."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from crawler.model import utc
from monitor.access.roles import MAY, Permission, Role
from monitor.access.tables import TokenRow, UserRow
from monitor.access.users import User, user
from monitor.access.visitor import Visitor
from monitor.record.chain import Entry, append

HEAD = "gxt_"
"""What a token begins with, so that whoever finds one in a log knows what it is."""
LONGEST = 366
"""Days that a token may work."""
MOST = 20
"""Open tokens of one person."""
TOKEN, USER = TokenRow.__table__.c, UserRow.__table__.c

SCOPE_NAMES = {
    Permission.DISTRICT: "读取全区数据",
    Permission.OWN: "读取本单位数据",
    Permission.RECHECK: "请求复查",
    Permission.INSPECT: "读取内容疑点",
    Permission.HANDLE: "处置问题",
    Permission.BULLETIN: "编制通报",
    Permission.CATALOGUE: "维护台账",
    Permission.HEALTH: "读取运行状况",
    Permission.USERS: "管理用户",
    Permission.AUDIT: "读取审计记录",
}
OFFERED = (Permission.DISTRICT, Permission.OWN, Permission.RECHECK, Permission.HEALTH)
"""What the JSON interface asks for; other permissions are for people."""


class BadTokenRequest(ValueError):
    """One sentence for whoever asks for a token."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as lists show it: never the token itself, nor its hash."""

    id: int
    user: int
    label: str
    scopes: tuple[Permission, ...]
    created: datetime
    ends: datetime
    revoked: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at ``now``."""
        return self.revoked is None and utc(now) < utc(self.ends)


def scopes_for(role: Role) -> tuple[Permission, ...]:
    """What a token of somebody with ``role`` may be allowed."""
    return tuple(one for one in OFFERED if one in MAY[role])


def issue(
    connection: Connection,
    now: datetime,
    owner: User,
    *,
    label: str,
    scopes: Collection[Permission],
    days: int,
    by: str,
) -> tuple[int, str]:
    """The id of a new token and the token, which is told this once. Raises
    :class:`BadTokenRequest`."""
    label = label.strip()
    if not 1 <= len(label) <= 100 or "\x00" in label:
        raise BadTokenRequest("请写明这个令牌给什么程序用（1 至 100 个字）")
    if not 1 <= days <= LONGEST:
        raise BadTokenRequest(f"有效期在 1 至 {LONGEST} 天之间")
    if not scopes or not set(scopes) <= set(scopes_for(owner.role)):
        raise BadTokenRequest("请至少选一个权限，只能选自己角色有的")
    if sum(one.works(now) for one in listed(connection, owner.id)) >= MOST:
        raise BadTokenRequest(f"一个人最多 {MOST} 个有效令牌，请先吊销不用的")
    said, ends = HEAD + secrets.token_urlsafe(32), now + timedelta(days=days)
    chosen = sorted(one.value for one in set(scopes))
    made = connection.execute(
        insert(TokenRow).values(
            user_id=owner.id, label=label, hash=_hash(said), scopes=chosen, created=now, ends=ends
        )
    )
    id = int((made.inserted_primary_key or (0,))[0])
    after = {"label": label, "scopes": chosen, "ends": ends, "token": id}
    append(
        connection,
        now,
        [Entry("token_issued", f"user:{owner.name}", by, {"before": None, "after": after})],
    )
    return id, said


def revoke(connection: Connection, now: datetime, id: int, owner: int, *, by: str) -> bool:
    """End a token of ``owner`` now; whether there was an open one."""
    done = connection.execute(
        update(TokenRow)
        .where(TOKEN.id == id, TOKEN.user_id == owner, TOKEN.revoked.is_(None))
        .values(revoked=now)
    )
    if not done.rowcount:
        return False
    row = connection.execute(
        select(TOKEN.label, USER.name).join(UserRow, USER.id == TOKEN.user_id).where(TOKEN.id == id)
    ).one()
    data = {"before": {"label": row.label, "token": id}, "after": None}
    append(connection, now, [Entry("token_revoked", f"user:{row.name}", by, data)])
    return True


def listed(connection: Connection, owner: int) -> tuple[Token, ...]:
    """The tokens of ``owner``, the newest first; ended ones too."""
    query = (
        select(TokenRow.__table__)
        .where(TOKEN.user_id == owner)
        .order_by(TOKEN.id.desc())
        .limit(200)
    )
    return tuple(_token(row) for row in connection.execute(query))


def open_counts(connection: Connection, now: datetime) -> dict[int, int]:
    """How many tokens of each user work now, by user id."""
    query = (
        select(TOKEN.user_id, func.count().label("n"))
        .where(TOKEN.revoked.is_(None), TOKEN.ends > now)
        .group_by(TOKEN.user_id)
    )
    return {row.user_id: row.n for row in connection.execute(query)}


def resolve(connection: Connection, said: str, now: datetime) -> tuple[int, Visitor] | None:
    """The token's id and whoever comes with it; ``None``: unknown, ended, revoked, or its account
    shut.

    The visitor may do what both the token's scopes and the person's role of today allow.
    """
    if not said.startswith(HEAD) or len(said) > 200 or not said.isascii():
        return None
    row = connection.execute(select(TokenRow.__table__).where(TOKEN.hash == _hash(said))).first()
    if row is None or not _token(row).works(now):
        return None
    owner = user(connection, row.user_id)
    if owner is None or owner.disabled or owner.must_change:
        return None
    scopes = frozenset(_scopes(row.scopes))
    return row.id, Visitor(
        f"{owner.shown}（令牌：{row.label}）", owner.role, owner.unit, user=owner, scopes=scopes
    )


def _token(row: object) -> Token:
    r: TokenRow = row  # type: ignore[assignment]
    return Token(r.id, r.user_id, r.label, _scopes(r.scopes), r.created, r.ends, r.revoked)


def _scopes(kept: Sequence[str]) -> tuple[Permission, ...]:
    return tuple(Permission(one) for one in kept if one in {p.value for p in Permission})


def _hash(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8")).hexdigest()
