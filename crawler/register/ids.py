"""Identifiers made of an address, for columns that enter the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, urlsplit


def ids_of_urls(urls: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """The same for plain addresses."""
    used = set(taken)
    ids: list[str] = []
    for url in urls:
        choices = [*_names(url), *(f"{_names(url)[-1][:58]}-{n}" for n in range(2, 10_000))]
        id = next(choice for choice in choices if choice not in used)
        used.add(id)
        ids.append(id)
    return ids


def _names(url: str) -> list[str]:
    """``csyw``, ``zwdt-csyw``, ``xjwz-zwdt-csyw`` for ``/xjwz/zwdt/csyw/index.html``."""
    parts = urlsplit(url)
    folders = [NO_WORD.sub("-", part).strip("-.") for part in parts.path.split("/")]
    if (
        folders
        and not parts.query
        and re.fullmatch(r"(?:index|default|list)?(?:\.\w{2,6})?", folders[-1], re.I)
    ):
        folders.pop()
    words = [
        re.sub(r"\.(?:s?html?|jhtml|php|jsp|aspx?)\Z", "", part, flags=re.I)
        for part in folders
        if part
    ]
    values = [NO_WORD.sub("-", value) for _, value in parse_qsl(parts.query)]
    words = [word for word in (*words, *values) if word] or ["column"]
    names = [
        "-".join(words[-count:])[-LONGEST_ID:].strip("-.") for count in range(1, len(words) + 1)
    ]
    return [name for name in names if name and not name.isdigit()] or [f"column-{names[-1]}"]


NO_WORD = re.compile(r"[^\w.-]+", re.ASCII)


LONGEST_ID = 64
