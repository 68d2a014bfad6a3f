"""A list's filters as they stand in its address: read back by the form, changed by its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crawler.model import SHANGHAI


@dataclass(frozen=True, slots=True)
class Filters:
    """``given`` are the values in force by name; ``sort`` and ``down`` are also read by the table's
    head."""

    given: Mapping[str, Any]

    @property
    def sort(self) -> str:
        return str(self.given.get("sort", ""))

    @property
    def down(self) -> bool:
        return bool(self.given.get("down"))

    def __getitem__(self, name: str) -> Any:
        return self.given.get(name, "")

    def query(self, **changed: Any) -> str:
        """The address's query with some values changed; empty ones left out."""
        kept = {k: v for k, v in {**self.given, **changed}.items() if v not in ("", None, 0, False)}
        return "?" + urlencode({k: ("1" if v is True else v) for k, v in kept.items()})


def moment_of(text: str) -> datetime | None:
    """A day (its start) or a moment, in Shanghai, as an address names it; ``None`` for no filter,
    or none that exists."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=SHANGHAI) if 2000 <= found.year < 2100 else None
