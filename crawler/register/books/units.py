"""Units as workbooks name them: by short name, full name or alias, by a shorter form, or in any
other form that whoever asks understands."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crawler.register.contacts import without_phones
from crawler.store.tables import UnitRow

Understood = Callable[[str], str | None]
"""A unit's id for a name in a form that the catalogue does not spell out."""


def _nobody(said: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Units:
    """The names of the units in the catalogue by id, the short one first."""

    names: Mapping[str, Sequence[str]]
    understood: Understood = _nobody

    def find(self, said: str) -> str | None:
        """The one unit that ``said`` names."""
        return unit_named(said, self.names) or (self.understood(said) if said else None)

    def short(self, unit: str) -> str:
        """The short name; the id of one that left the catalogue."""
        return self.names.get(unit, [unit])[0]

    def unknown(self, said: str) -> str:
        """Why ``said`` is no unit of the catalogue, with the nearest name that is."""
        return unknown_unit(without_phones(said)[:40], self.names)


def units_in(connection: Connection, understood: Understood = _nobody) -> Units:
    """The units that are in the catalogue now."""
    query = select(UnitRow.id, UnitRow.short, UnitRow.full, UnitRow.aliases)
    rows = connection.execute(query.where(UnitRow.retired_at.is_(None)).order_by(UnitRow.id))
    return Units({row.id: [row.short, row.full, *row.aliases] for row in rows}, understood)


def unit_named(said: str, units: Mapping[str, Sequence[str]]) -> str | None:
    """By short name, full name or alias; else a shorter form of one unit's full name, and of one
    only."""
    wanted = plain(said)
    if len(wanted) < 2:
        return None
    exact = [unit for unit, names in units.items() if wanted in map(plain, names)]
    if exact:
        return exact[0] if len(exact) == 1 else None
    loose = [
        unit
        for unit, names in units.items()
        if _shortened(wanted, plain(names[0]), plain(names[1]))
    ]
    return loose[0] if len(loose) == 1 else None


def _shortened(said: str, short: str, full: str) -> bool:
    """仓山区工信局 for 工信局 of 福州市仓山区…, or the full name without its city."""
    head = said.removesuffix(short)
    return (len(said) >= 4 and full.endswith(said)) or (
        head != said and len(head) >= 2 and head in full
    )


def unknown_unit(said: str, units: Mapping[str, Sequence[str]]) -> str:
    """Why ``said`` is no unit of the catalogue, with the nearest name that is."""
    if not said:
        return "没有写单位名称"
    names = {name for known in units.values() for name in known}
    near = difflib.get_close_matches(said, names, n=1, cutoff=0.5)
    hint = f"，最接近的是“{near[0]}”" if near else ""
    return f"台账里没有单位“{said[:40]}”{hint}；请改成台账中的名称，或在 config.yaml 给该单位加别名"


def plain(text: str) -> str:
    """Without blanks, quotes and width: what names are compared by."""
    return re.sub(r"[\s·•“”\"'()（）]+", "", unicodedata.normalize("NFKC", text)).casefold()


def same_name(one: str, other: str) -> bool:
    """Names equal but for blanks, quotes and width."""
    return plain(one) == plain(other)
