"""A finding that turned out wrong is corrected beside every frozen bulletin that named it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from crawler.model import Deed
from monitor.entries import papers
from monitor.record.chain import hold


def put_errata(
    connection: Connection, finding: str, name: str, *, deed: Deed, appealed: bool = True
) -> tuple[str, ...]:
    """An erratum beside every frozen bulletin that names ``finding``, in the caller's transaction;
    returns their names.

    ``appealed`` says after what. The bulletins themselves are not touched. Raises ``Unsound`` for
    one that was changed since its print: what is decided then waits until that is mended.
    """
    hold(connection)
    why = "经核定申诉成立" if appealed else "经我办核对不成立"
    told = f"问题{finding}（{name}）{why}，原通报所列该项不实，予以更正：{deed.words.strip()}"
    corrected = []
    for one in reversed(papers.listed(connection)):
        if not _names(papers.text_in(connection, one.name), finding):
            continue
        if any(erratum.text == told for erratum in papers.errata(connection, one.name)):
            continue
        papers.correct(connection, one.name, subject=name, deed=Deed(deed.by, deed.now, told))
        corrected.append(one.name)
    return tuple(corrected)


def _names(text: str, finding: str) -> bool:
    """Whether a row of the bulletin rests on the finding."""
    return finding in text and finding in _texts(json.loads(text))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
