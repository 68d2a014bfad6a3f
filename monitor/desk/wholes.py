"""Somebody at the office says that a unit's places are all in the catalogue, or takes it back: with
a reason, on the record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from crawler.model import Deed, utc
from crawler.store.tables import UnitRow
from monitor.counting.word import WholeWord, end, vouch, words_of
from monitor.record.chain import Entry, append

UNIT = UnitRow.__table__.c
LONGEST = 400


class WholeRefused(ValueError):
    """One sentence for the person who decides."""


def give_whole(connection: Connection, names: Sequence[str], *, deed: Deed) -> tuple[str, ...]:
    """Keep the word about the units ``names`` (ids or names); returns their ids. An earlier word of
    a person gives way.

    Raises :class:`WholeRefused`: no unit, an unknown one, no reason.
    """
    units, deed = _checked(connection, names, deed)
    before = {one.unit: _told(one) for one in _in_force(connection, units)}
    vouch(connection, units, person=deed.by, reason=deed.words, moment=utc(deed.now))
    told = [
        Entry(
            "whole_word",
            f"unit:{unit}",
            deed.by,
            {"before": before.get(unit), "after": "齐全", "reason": deed.words},
        )
        for unit in units
    ]
    append(connection, deed.now, told)
    return units


def end_whole(connection: Connection, names: Sequence[str], *, deed: Deed) -> tuple[str, ...]:
    """Take a person's word back: from now on no count accuses these units. Raises
    :class:`WholeRefused`, also where no person's word is in force; config.yaml's own stands until
    the file says otherwise."""
    units, deed = _checked(connection, names, deed)
    given = {one.unit: one for one in _in_force(connection, units)}
    for unit in units:
        if unit not in given:
            raise WholeRefused(f"没有人确认过 {unit} 的栏目已齐全{_elsewhere(connection, unit)}")
    end(connection, units, utc(deed.now))
    told = [
        Entry(
            "whole_word_ended",
            f"unit:{unit}",
            deed.by,
            {"before": _told(given[unit]), "after": "撤回", "reason": deed.words},
        )
        for unit in units
    ]
    append(connection, deed.now, told)
    return units


def units_named(connection: Connection, names: Sequence[str]) -> tuple[str, ...]:
    """The ids of the units of the catalogue that are called so: id, short name, full name or alias.
    Raises :class:`WholeRefused`."""
    query = select(UNIT.id, UNIT.short, UNIT.full, UNIT.aliases).where(UNIT.retired_at.is_(None))
    rows = connection.execute(query.order_by(UNIT.id)).all()
    ids = {row.id for row in rows}
    found = []
    for name in dict.fromkeys(one.strip() for one in names if one.strip()):
        called = [row.id for row in rows if name in (row.short, row.full, *row.aliases)]
        if name not in ids and len(called) != 1:
            raise WholeRefused(
                f"“{name}”{'不止一个单位' if called else '不在台账的单位中'}，请用单位编号"
            )
        found.append(name if name in ids else called[0])
    return tuple(dict.fromkeys(found))


def _checked(
    connection: Connection, names: Sequence[str], deed: Deed
) -> tuple[tuple[str, ...], Deed]:
    if not deed.words.strip() or not deed.by.strip():
        raise WholeRefused("请写明理由（怎样核对的）和经办人")
    units = units_named(connection, names)
    if not units:
        raise WholeRefused("请写明是哪些单位")
    return units, Deed(deed.by.strip()[:100], deed.now, deed.words.strip()[:LONGEST])


def _in_force(connection: Connection, units: Sequence[str]) -> list[WholeWord]:
    """The persons' words that are in force about ``units``."""
    return [
        one
        for one in words_of(connection)
        if one.unit in units and one.ended is None and not one.config
    ]


def _elsewhere(connection: Connection, unit: str) -> str:
    said = any(one.config and one.ended is None for one in words_of(connection, unit))
    return "；现有的一条写在 config.yaml 的 catalogue.whole，请在那里改" if said else ""


def _told(word: WholeWord) -> str:
    return f"{word.person}：{word.reason}"
