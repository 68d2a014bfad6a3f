"""What a back-up says of itself: a zip file whose every member stands in its manifest with size and
hash. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from crawler.config import BadConfig, Strict

NAME, BOOK, CONFIG = "manifest.json", "letters.ledger", "config.yaml"
STORES = {"sqlite": "store.db", "postgresql": "store.pgdump"}
FILE = re.compile(r"files/([0-9a-f]{2})/\1[0-9a-f]{62}")
MOST_MEMBERS = 500_000
MOST_BYTES = 64_000_000
"""Of a manifest: a member has some 200 bytes."""
HEX = Field(pattern=r"^[0-9a-f]{64}$")


class BadArchive(BadConfig):
    """One sentence: what is wrong with a back-up, and what to do."""


class NoBackup(BadConfig):
    """One sentence: why no back-up was made, or none was put back, and what to do."""


class Packed(Strict):
    """A file of the back-up: its place in it, bytes, sha256."""

    name: str = Field(max_length=120)
    size: int = Field(ge=0)
    sha256: str = HEX


class StoreState(Strict):
    """What the store was: the form of its tables, their names, the number of links of its record
    and the last one's hash."""

    revision: str = Field(max_length=32)
    tables: tuple[str, ...]
    links: int = Field(ge=0)
    root: str = Field(max_length=64)


class Manifest(Strict):
    """The whole of a back-up, made at ``made`` by version ``program``."""

    format: Literal[1] = 1
    program: str = Field(max_length=60)
    kind: Literal["sqlite", "postgresql"]
    made: AwareDatetime
    state: StoreState
    members: tuple[Packed, ...] = Field(max_length=MOST_MEMBERS)

    @model_validator(mode="after")
    def _places(self) -> Manifest:
        names = [member.name for member in self.members]
        allowed = {STORES[self.kind], BOOK, CONFIG}
        strange = [name for name in names if name not in allowed and not FILE.fullmatch(name)]
        if strange or len(set(names)) < len(names) or STORES[self.kind] not in names:
            raise ValueError("members")
        return self

    @property
    def store(self) -> str:
        """The member that is the store."""
        return STORES[self.kind]

    @property
    def files(self) -> tuple[Packed, ...]:
        """The attachments."""
        return tuple(member for member in self.members if FILE.fullmatch(member.name))


def read_manifest(data: bytes) -> Manifest:
    """The manifest in ``data``. Raises :class:`BadArchive` for anything but one of ours."""
    try:
        return Manifest.model_validate_json(data)
    except ValidationError:
        raise BadArchive(
            "备份的清单不是本系统写的，或者被改动过：请换一份备份；较新版本写的备份要用那个版本恢复"
        ) from None


def archive_name(moment: datetime) -> str:
    """What the file of a back-up is called: ``gengxin-20200720T013000Z.zip``."""
    return f"gengxin-{moment:%Y%m%dT%H%M%SZ}.zip"
