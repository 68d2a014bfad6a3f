"""The clerk strikes or adds a name, with a reason; the reason stays with the bulletin. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from monitor.bulletin.model import AccountRow, Bulletin, Edit, Group

LISTS = (
    "good",
    "several",
    "every",
    "columns",
    "blank_columns",
    "year_units",
    "no_documents",
    "idle",
    "blank_accounts",
    "content_units",
)
ADDABLE = ("good", "several", "every")


class BadEdit(ValueError):
    """One sentence: which edit cannot be made, and why."""


def edited(bulletin: Bulletin, edits: Iterable[Edit]) -> Bulletin:
    """``bulletin`` with ``edits`` made and kept. Figures never change, only who is named.

    Raises :class:`BadEdit` for an unknown list or name, a missing reason, or an addition to a list
    that only verdicts may fill (nobody is accused by hand).
    """
    for edit in edits:
        _checked(bulletin, edit)
        bulletin = replace(_made(bulletin, edit), edits=(*bulletin.edits, edit))
    return bulletin


def _checked(bulletin: Bulletin, edit: Edit) -> None:
    if edit.list not in LISTS:
        raise BadEdit(f"名单“{edit.list}”不存在；可用：{'、'.join(LISTS)}")
    if edit.action not in ("strike", "add"):
        raise BadEdit(f"操作“{edit.action}”不存在；可用：strike（删去）、add（补列）")
    if not edit.reason.strip():
        raise BadEdit(f"{edit.name}：删去或补列须写明理由")
    if edit.action == "add" and edit.list not in ADDABLE:
        raise BadEdit(f"{edit.name}：“{edit.list}”只能由判定列入，不能手工补列")
    if edit.action == "add" and edit.name not in {
        row.short for group in bulletin.groups for row in group.rows
    }:
        raise BadEdit(f"{edit.name}：附件中没有这个单位，不能补列")
    if edit.action == "strike" and edit.name not in names_on(bulletin, edit.list):
        raise BadEdit(f"{edit.name}：不在名单“{edit.list}”中，无从删去")


def names_on(bulletin: Bulletin, name: str) -> set[str]:
    """The names on the list ``name`` (one of ``LISTS``): what may be struck from it."""
    if name in ADDABLE:
        return {unit for group in bulletin.groups for unit in getattr(group, name)}
    if name == "year_units":
        return {unit for unit, _ in bulletin.year_units}
    if name == "no_documents":
        return set(bulletin.disclosure.none)
    if name == "content_units":
        return set(bulletin.content.blamed) if bulletin.content else set()
    return {row.name for row in getattr(bulletin, name)}


def _made(bulletin: Bulletin, edit: Edit) -> Bulletin:
    if edit.list in ADDABLE:
        return replace(bulletin, groups=tuple(_group(group, edit) for group in bulletin.groups))
    if edit.list == "year_units":
        return replace(
            bulletin, year_units=tuple(pair for pair in bulletin.year_units if pair[0] != edit.name)
        )
    if edit.list == "no_documents":
        none = tuple(name for name in bulletin.disclosure.none if name != edit.name)
        return replace(bulletin, disclosure=replace(bulletin.disclosure, none=none))
    if edit.list == "content_units" and bulletin.content is not None:
        left = tuple(fault for fault in bulletin.content.faults if fault.unit != edit.name)
        return replace(bulletin, content=replace(bulletin.content, faults=left))
    if edit.list in ("idle", "blank_accounts"):
        return replace(bulletin, accounts=tuple(_spared(row, edit) for row in bulletin.accounts))
    rows = tuple(row for row in getattr(bulletin, edit.list) if row.name != edit.name)
    if edit.list == "columns":
        return replace(bulletin, columns=rows)
    return replace(bulletin, blank_columns=rows)


def _spared(row: AccountRow, edit: Edit) -> AccountRow:
    """A struck account is neither blamed nor counted as good."""
    blamed = row.name == edit.name and row.verdict in ("stale", "blank")
    return replace(row, verdict="exempt", sentence=f"人工删去：{edit.reason}") if blamed else row


def _group(group: Group, edit: Edit) -> Group:
    names = list(getattr(group, edit.list))
    if edit.action == "strike":
        names = [name for name in names if name != edit.name]
    elif edit.name in {row.short for row in group.rows} and edit.name not in names:
        names.append(edit.name)
    if edit.list == "good":
        return replace(group, good=tuple(names))
    return (
        replace(group, several=tuple(names))
        if edit.list == "several"
        else replace(group, every=tuple(names))
    )
