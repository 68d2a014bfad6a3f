"""A printed bulletin is kept: its whole data as one text in the store, sealed by a hash, with
errata beside it.

That text is the truth: printing again reads it back, so Word, Excel and figures stay the same
whatever the store says later. Files of the same text are exported into the archive; one that was
changed there is refused, never printed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from monitor.bulletin.compile import to_json
from monitor.bulletin.model import Bulletin, Period
from monitor.entries import papers
from monitor.entries.papers import Paper
from monitor.entries.sealing import Unsound, root_of


class Unfinished(Unsound):
    """One sentence: why this bulletin is only a draft, and that freezing it needs somebody's
    word."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A bulletin of the archive; ``root`` is the hash over its text, ``file`` where that is
    exported to."""

    bulletin: Bulletin
    file: Path
    root: str

    @property
    def name(self) -> str:
        """What it is kept under."""
        return self.file.stem


def text_of(bulletin: Bulletin) -> str:
    """The whole bulletin as the text that is kept: stable, with the rows behind every figure."""
    return to_json(bulletin, rows=True) + "\n"


def paper_of(bulletin: Bulletin) -> Paper:
    """The bulletin as it is kept."""
    return Paper(bulletin.period.name, bulletin.printed, text_of(bulletin))


def archived(
    connection: Connection, folder: Path, period: Period, printed: date | None = None
) -> Kept | None:
    """The kept bulletin of ``period``, the last printed one unless ``printed`` names its day;
    ``None``: there is none.

    ``folder`` is where its file lies. Raises :class:`Unsound` when the text or that file was
    changed since.
    """
    name = papers.newest(connection, period.name, printed)
    return load(connection, folder, name) if name else None


def load(connection: Connection, folder: Path, name: str) -> Kept:
    """The kept bulletin ``name``, checked against its seal and its file. Raises :class:`Unsound`,
    ``OSError``."""
    text, file = papers.text_in(connection, name), folder / f"{name}.json"
    if file.is_file() and file.read_bytes() != text.encode("utf-8"):
        raise Unsound(
            f"{file.name}：与封存时的校验值不符，印发后被改动过；库中封存的数据没有变，"
            "可用 gengxin entries export 重写这个文件"
        )
    return Kept(bulletin_of(text), file, root_of(text))


def bulletin_of(text: str) -> Bulletin:
    """The bulletin in a kept text. Raises :class:`Unsound` for any other text."""
    try:
        data = json.loads(text)
        data.pop("figures", None)
        return TypeAdapter(Bulletin).validate_python(data)
    except (json.JSONDecodeError, ValidationError, AttributeError, TypeError) as error:
        raise Unsound(f"不是本系统封存的通报数据（{error.__class__.__name__}）") from None
