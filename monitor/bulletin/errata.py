"""Errata beside the kept bulletins that name a finding which was taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.bulletin import frozen


def put_errata(
    folder: Path, finding: str, name: str, by: str, reason: str, now: datetime, *, appealed: bool = True
) -> tuple[Path, ...]:
    """An erratum beside every kept bulletin that names ``finding``; returns their files. ``appealed`` says after what.

    The bulletins themselves are not touched. Raises ``frozen.Unsound`` for one that was changed since its print.
    """
    corrected = []
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        if not file.with_suffix(f".{frozen.ALGORITHM}").exists() or not _names(file, finding):
            continue
        why = "经核定申诉成立" if appealed else "经我办核对不成立"
        told = f"问题{finding}（{name}）{why}，原通报所列该项不实，予以更正：{reason.strip()}"
        if any(one.text == told for one in frozen.errata(file)):
            continue
        frozen.correct(file, now, name, told, by)
        corrected.append(file)
    return tuple(corrected)


def _names(file: Path, finding: str) -> bool:
    """Whether a row of the bulletin rests on the finding."""
    return finding in _texts(json.loads(file.read_text(encoding="utf-8")))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
