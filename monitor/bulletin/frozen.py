"""A printed bulletin is kept: its whole data in one file, sealed by a hash; corrections are errata beside it.

The file's bytes are the truth: printing again reads them back, so Word, Excel and figures stay the same
whatever the store says later. Files are never overwritten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crawler.model import utc
from monitor.bulletin.compile import to_json
from monitor.bulletin.model import Bulletin, Period

ALGORITHM = "sha256"


class Unsound(ValueError):
    """One sentence: what in the archive is not as it was printed, and where."""


class Unfinished(Unsound):
    """One sentence: why this bulletin is only a draft, and that freezing it needs somebody's word."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A bulletin of the archive; ``root`` is the hash over the bytes of ``file``."""

    bulletin: Bulletin
    file: Path
    root: str


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction told after the print. ``chain`` seals it together with everything before it."""

    moment: datetime
    subject: str
    text: str
    by: str
    chain: str


def text_of(bulletin: Bulletin) -> str:
    """The whole bulletin as the text that is kept: stable, with the rows behind every figure."""
    return to_json(bulletin, rows=True) + "\n"


def root_of(text: str) -> str:
    """The root hash of a kept text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def keep(bulletin: Bulletin, folder: Path) -> Kept:
    """Keep ``bulletin``; what was printed under the same period and day before is returned instead.

    Raises :class:`Unsound` when the kept file was changed, ``OSError`` when it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_name(bulletin)}.json"
    if file.exists():
        return load(file)
    text = text_of(bulletin)
    _put(_seal(file), f"{root_of(text)}  {file.name}\n")
    _put(file, text)
    return Kept(bulletin, file, root_of(text))


def load(file: Path) -> Kept:
    """A kept bulletin, checked against its seal. Raises :class:`Unsound`, ``OSError``."""
    text = file.read_text(encoding="utf-8")
    try:
        sealed = _seal(file).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        raise Unsound(f"{file.name}：没有封存校验值（{_seal(file).name}），不能确认是印发时的数据") from None
    if sealed != root_of(text):
        raise Unsound(f"{file.name}：与封存时的校验值不符，印发后被改动过；请从备份恢复")
    return Kept(bulletin_of(text), file, sealed)


def archived(folder: Path, period: Period, printed: date | None = None) -> Kept | None:
    """The kept bulletin of ``period``, the last printed one unless ``printed`` names its day; ``None``: there is none.

    Raises :class:`Unsound` when it was changed since.
    """
    stem = period.name.replace("..", "至")
    day = f"{printed:%Y%m%d}" if printed else "[0-9]" * 8
    found = sorted(folder.glob(f"{stem}-{day}.json"))
    return load(found[-1]) if found else None


def bulletin_of(text: str) -> Bulletin:
    """The bulletin in a kept text. Raises :class:`Unsound` for any other text."""
    try:
        data = json.loads(text)
        data.pop("figures", None)
        return TypeAdapter(Bulletin).validate_python(data)
    except (json.JSONDecodeError, ValidationError, AttributeError, TypeError) as error:
        raise Unsound(f"不是本系统封存的通报数据（{error.__class__.__name__}）") from None


def correct(file: Path, moment: datetime, subject: str, text: str, by: str) -> Erratum:
    """Add an erratum beside a kept bulletin; the bulletin itself never changes.

    Raises :class:`Unsound` when the bulletin or an earlier erratum was changed, or nothing is said.
    """
    if not text.strip() or not subject.strip():
        raise Unsound("更正须写明对象和内容")
    root = load(file).root
    earlier = errata(file)
    chain = _chain(earlier[-1].chain if earlier else root, utc(moment).isoformat(), subject, text, by)
    line = {"moment": utc(moment).isoformat(), "subject": subject, "text": text, "by": by, "chain": chain}
    with _beside(file).open("a", encoding="utf-8") as beside:
        beside.write(json.dumps(line, ensure_ascii=False) + "\n")
    return Erratum(utc(moment), subject, text, by, chain)


def errata(file: Path) -> tuple[Erratum, ...]:
    """The errata beside a kept bulletin, oldest first. Raises :class:`Unsound` for a broken chain."""
    return tuple(_read_errata(file)) if _beside(file).exists() else ()


def _read_errata(file: Path) -> Iterator[Erratum]:
    chain = root_of(file.read_text(encoding="utf-8"))
    for number, line in enumerate(_beside(file).read_text(encoding="utf-8").splitlines(), 1):
        try:
            found = json.loads(line)
            wanted = _chain(chain, found["moment"], found["subject"], found["text"], found["by"])
            if found["chain"] != wanted:
                raise ValueError
            yield Erratum(
                datetime.fromisoformat(found["moment"]), found["subject"], found["text"], found["by"], wanted
            )
        except (ValueError, KeyError, TypeError):
            raise Unsound(f"{_beside(file).name}第{number}行：更正记录被改动或不完整") from None
        chain = wanted


def _chain(before: str, *parts: str) -> str:
    return hashlib.sha256("\x1f".join((before, *parts)).encode("utf-8")).hexdigest()


def _name(bulletin: Bulletin) -> str:
    return f"{bulletin.period.name.replace('..', '至')}-{bulletin.printed:%Y%m%d}"


def _seal(file: Path) -> Path:
    return file.with_suffix(f".{ALGORITHM}")


def _beside(file: Path) -> Path:
    return file.with_suffix(".errata.jsonl")


def _put(file: Path, text: str) -> None:
    """Write whole or not at all."""
    partial = file.with_name(f".{file.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
