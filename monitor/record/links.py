"""Signed links (签名链接) to a unit's page: for that unit only, until a day, checked without any store.

A token says who may look; it is not used up by looking, so a mail scanner that opens every link
changes nothing. The key lies in a file beside the store, readable by its owner only; it stands in
no config, log or letter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crawler.model import utc

KEY_BYTES = 32
PURPOSE = b"gengxin unit page 1"
"""What the key signs here; a token for anything else is signed over other words."""


class BadToken(ValueError):
    """One sentence for whoever opened the link."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The first key signs, all are accepted: put a new one on top, and take the old one out a month
    later."""

    keys: tuple[bytes, ...] = field(repr=False)


def load_keys(path: Path) -> Keys:
    """The keys in ``path``, one a line in hex; the file is made with one key where there is none.

    Raises ``BadToken`` for a file that holds no whole key.
    """
    if not path.exists():
        _make(path)
    try:
        keys = tuple(bytes.fromhex(line) for line in path.read_text(encoding="ascii").split())
    except (ValueError, UnicodeDecodeError):
        keys = ()
    if not keys or any(len(key) < KEY_BYTES for key in keys):
        raise BadToken(
            f"{path} 不是完整的密钥文件；从备份恢复，或移走它另生成一个（已发出的链接随之失效）"
        )
    return Keys(keys)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
    try:
        os.link(partial, path)  # whoever comes second keeps the first one's key
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def sign(keys: Keys, unit: str, until: datetime) -> str:
    """A token with which ``unit``'s page opens until ``until``; safe in an address as it is."""
    said = f"{_packed(unit.encode('utf-8'))}.{int(utc(until).timestamp()):x}"
    return f"{said}.{_packed(_seal(keys.keys[0], said))}"


def unit_of(keys: Keys, token: str, now: datetime) -> str:
    """The unit that ``token`` opens. Raises :class:`BadToken`; the words never repeat the token."""
    said, _, seal = token.rpartition(".")
    unit, _, until = said.partition(".")
    try:
        given = _unpacked(seal)
        if not any(hmac.compare_digest(given, _seal(key, said)) for key in keys.keys):
            raise ValueError
        name, end = _unpacked(unit).decode("utf-8"), int(until, 16)
    except (ValueError, binascii.Error):
        raise BadToken("链接不完整或不是本系统发出的，请从最近一封通知打开") from None
    if utc(now).timestamp() > end:
        raise BadToken("链接已过期，请从最近一封通知打开")
    return name


def allows(keys: Keys, token: str, unit: str, now: datetime) -> bool:
    """Whether ``token`` opens the page of ``unit`` now."""
    try:
        return unit_of(keys, token, now) == unit
    except BadToken:
        return False


def signer(keys: Keys, now: datetime, days: int) -> Signer:
    """``sign`` for letters of ``now`` whose links work ``days`` days."""
    return Signer(keys, now + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Signer:
    """Called with a unit's id, gives its token."""

    keys: Keys
    until: datetime

    def __call__(self, unit: str) -> str:
        return sign(self.keys, unit, self.until)


def _seal(key: bytes, said: str) -> bytes:
    return hmac.new(
        key, PURPOSE + b"\x00" + said.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).digest()


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
