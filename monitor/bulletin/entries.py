"""What a clerk entered by hand for one period: names struck or added, 找错 numbers, commendations. A small YAML file.

It lies in the archive's folder, named after the period, so that every printing of that period finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml
from pydantic import Field

from crawler.config import BadConfig, Strict, section
from monitor.bulletin.edits import BadEdit, edited
from monitor.bulletin.model import Bulletin, Commendation, Edit, ErrorReports, Period
from monitor.bulletin.printed.check import Fault


class EditEntry(Strict):
    """One name struck from a list or added to it."""

    list: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=220)
    action: str = Field(pattern="^(strike|add)$")
    reason: str = Field(min_length=2, max_length=400)
    by: str = Field(default="", max_length=100)


class Entries(Strict):
    """Everything entered for one period. ``errors`` are 找错 messages."""

    edits: tuple[EditEntry, ...] = ()
    errors: ErrorReports | None = None
    commended: tuple[Commendation, ...] = ()


def entries_file(folder: Path, period: Period) -> Path:
    """Where the entries of ``period`` lie."""
    return folder / f"{period.name.replace('..', '至')}.entries.yaml"


def read_entries(file: Path) -> Entries:
    """The entries in ``file``; none where there is no such file. Raises :class:`BadConfig` with the place."""
    if not file.is_file():
        return Entries()
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{file}: is not YAML text ({error.__class__.__name__}); mend it or restore it"
        ) from None
    return section(Entries, data, file.name)


def write_entries(file: Path, entries: Entries) -> None:
    """Write ``entries`` whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.part")
    data = entries.model_dump(mode="json", exclude_defaults=True)
    partial.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    partial.replace(file)


def with_edit(entries: Entries, edit: Edit) -> Entries:
    """``entries`` with one more edit; an earlier one about the same name on the same list gives way."""
    kept = [one for one in entries.edits if (one.list, one.name) != (edit.list, edit.name)]
    new = section(
        EditEntry,
        {
            "list": edit.list,
            "name": edit.name,
            "action": edit.action,
            "reason": edit.reason,
            "by": edit.by,
        },
        "edit",
    )
    return entries.model_copy(update={"edits": (*kept, new)})


def applied(bulletin: Bulletin, entries: Entries, file: str) -> tuple[Bulletin, tuple[Fault, ...]]:
    """``bulletin`` with what was entered, and a fault for every edit that no longer fits."""
    faults: list[Fault] = []
    bulletin = replace(bulletin, errors_reported=entries.errors, commended=entries.commended)
    for one in entries.edits:
        try:
            bulletin = edited(bulletin, [Edit(one.list, one.name, one.action, one.reason, one.by)])
        except BadEdit as error:
            faults.append(Fault("error", one.name, f"人工修改不再适用，请在{file}中改正：{error}"))
    return bulletin, (*faults, *_commended(bulletin))


def _commended(bulletin: Bulletin) -> Sequence[Fault]:
    """Praise by hand beside blame by rule: a person looks at it."""
    blamed = {name for group in bulletin.groups for name in (*group.several, *group.every)}
    blamed |= {unit for row in bulletin.columns for unit in row.units}
    return [
        Fault("note", one.name, f"{one.name}：列入表扬，同时在批评名单中，请核对是否为同一事项")
        for one in bulletin.commended
        if one.name in blamed
    ]
