"""How a frozen bulletin's text and its errata are sealed, in the store and in files alike.

The text is sealed by a hash, each erratum by a hash that covers everything before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.model import utc

ALGORITHM = "sha256"


class Unsound(ValueError):
    """One sentence: what in the archive is not as it was printed, and where."""


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction told after the print. ``chain`` seals it together with everything before it."""

    moment: datetime
    subject: str
    text: str
    by: str
    chain: str


def root_of(text: str) -> str:
    """The root hash of a kept text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_sealed(file: Path) -> str:
    """The text in a kept bulletin's file, checked against its seal. Raises :class:`Unsound`,
    ``OSError``."""
    try:
        text = file.read_bytes().decode("utf-8")
        sealed = seal_of(file).read_text(encoding="utf-8").split()[0]
    except (FileNotFoundError, IndexError):
        raise Unsound(
            f"{file.name}：没有封存校验值（{seal_of(file).name}），不能确认是印发时的数据"
        ) from None
    except UnicodeDecodeError:
        raise Unsound(f"{file.name}：不是文字，印发后被改动过；请从备份恢复") from None
    if sealed != root_of(text):
        raise Unsound(f"{file.name}：与封存时的校验值不符，印发后被改动过；请从备份恢复")
    return text


def read_errata(file: Path, root: str) -> tuple[Erratum, ...]:
    """The errata beside a kept bulletin's file, oldest first. Raises :class:`Unsound` for a broken
    chain."""
    beside = beside_of(file)
    return tuple(_errata(beside, root)) if beside.exists() else ()


def chained(before: str, moment: datetime, subject: str, text: str, by: str) -> Erratum:
    """An erratum after the one whose chain is ``before`` (the first: after the bulletin's root).

    Raises :class:`Unsound` where nothing is said.
    """
    if not text.strip() or not subject.strip():
        raise Unsound("更正须写明对象和内容")
    parts = (before, utc(moment).isoformat(), subject, text, by)
    chain = hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()
    return Erratum(utc(moment), subject, text, by, chain)


def line_of(erratum: Erratum) -> str:
    """An erratum as a line of its file."""
    said = {"moment": erratum.moment.isoformat(), "subject": erratum.subject, "text": erratum.text}
    said |= {"by": erratum.by, "chain": erratum.chain}
    return json.dumps(said, ensure_ascii=False) + "\n"


def seal_of(file: Path) -> Path:
    """The file that holds the hash of a kept bulletin's file."""
    return file.with_suffix(f".{ALGORITHM}")


def beside_of(file: Path) -> Path:
    """The file that holds the errata of a kept bulletin's file."""
    return file.with_suffix(".errata.jsonl")


def _errata(beside: Path, chain: str) -> Iterator[Erratum]:
    for number, line in enumerate(beside.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(line)
            moment = datetime.fromisoformat(found["moment"])
            made = chained(chain, moment, found["subject"], found["text"], found["by"])
            if found["chain"] != made.chain:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unsound(f"{beside.name}第{number}行：更正记录被改动或不完整") from None
        yield made
        chain = made.chain
