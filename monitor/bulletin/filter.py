"""A bulletin narrowed to some groups of units: the same figures, fewer names. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from monitor.bulletin.model import Bulletin, Disclosure, PortalCount
from monitor.model import together


class UnknownGroup(ValueError):
    """One sentence: the group that no unit is in, and those there are."""


def narrowed(bulletin: Bulletin, groups: Sequence[str]) -> Bulletin:
    """``bulletin`` with the annexes, columns, accounts and lists of ``groups`` only; totals stay
    the whole site's.

    A joint column stays where one of its units belongs to ``groups``. Raises :class:`UnknownGroup`.
    """
    known = [group.name for group in bulletin.groups]
    for name in groups:
        if name not in known:
            raise UnknownGroup(f"没有“{name}”这个单位类别；可用：{'、'.join(known)}")
    chosen = [group for group in bulletin.groups if group.name in groups]
    units = {short for short, group in bulletin.unit_groups if group in groups}
    listed = {row.short for group in chosen for row in group.rows}
    return replace(
        bulletin,
        only=tuple(group.name for group in chosen),
        groups=tuple(chosen),
        portal=_portal(bulletin, listed),
        title=f"{bulletin.title}（{'、'.join(group.name for group in chosen)}）",
        columns=tuple(row for row in bulletin.columns if units & {*row.units}),
        blank_columns=tuple(row for row in bulletin.blank_columns if units & {*row.units}),
        unknown_columns=tuple(row for row in bulletin.unknown_columns if units & {*row.units}),
        columns_judged=None,
        columns_passed=None,
        year_units=tuple(pair for pair in bulletin.year_units if pair[0] in units),
        accounts=tuple(row for row in bulletin.accounts if units & {*row.units}),
        found_accounts=tuple(row for row in bulletin.found_accounts if units & {*row.units}),
        past=None
        if bulletin.past is None
        else tuple(row for row in bulletin.past if units & {*row.units}),
        disclosure=_disclosure(bulletin.disclosure, units),
        scored=None
        if bulletin.scored is None
        else replace(
            bulletin.scored, rows=tuple(row for row in bulletin.scored.rows if row.unit in listed)
        ),
        comparisons=tuple(row for row in bulletin.comparisons if row.group in groups),
        forecasts=tuple(row for row in bulletin.forecasts if row.unit in listed),
        content=None
        if bulletin.content is None
        else replace(
            bulletin.content, faults=tuple(f for f in bulletin.content.faults if f.unit in units)
        ),
        commended=tuple(row for row in bulletin.commended if row.name in units),
    )


def _portal(bulletin: Bulletin, listed: Collection[str]) -> PortalCount:
    """Units that are no longer listed join the others, so that the parts still make the whole."""
    rows = [row for group in bulletin.groups for row in group.rows]
    others = [(row.short, row.counts) for row in rows if row.short not in listed]
    return replace(
        bulletin.portal,
        listed=together(row.total for row in rows if row.short in listed),
        others=(*others, *bulletin.portal.others),
    )


def _disclosure(disclosure: Disclosure, units: Collection[str]) -> Disclosure:
    kept = tuple(line for line in disclosure.units if line[0] in units)
    rest = together(
        count for name, months in disclosure.units if name not in units for count in months
    )
    return replace(
        disclosure,
        units=kept,
        none=tuple(name for name in disclosure.none if name in units),
        unknown=tuple(name for name in disclosure.unknown if name in units),
        unattributed=disclosure.unattributed + rest,
    )
