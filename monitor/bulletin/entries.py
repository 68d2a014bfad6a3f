"""A bulletin with what was entered by hand for its period: names struck or added, 找错 numbers,
commendations. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from crawler.config import section
from monitor.bulletin.edits import BadEdit, edited
from monitor.bulletin.model import Bulletin, Edit
from monitor.bulletin.printed.check import Fault
from monitor.entries.forms import EditEntry, Entries


def edit_entry(edit: Edit) -> EditEntry:
    """An edit as it is entered. Raises ``BadConfig`` for one without a reason and the like."""
    return section(EditEntry, asdict(edit), "edit")


def applied(bulletin: Bulletin, entries: Entries, file: str) -> tuple[Bulletin, tuple[Fault, ...]]:
    """``bulletin`` with what was entered, and a fault for every edit that no longer fits.

    ``file`` is the one that is exported, for who undoes it there (``gengxin entries import``).
    """
    faults: list[Fault] = []
    bulletin = replace(bulletin, errors_reported=entries.errors, commended=entries.commended)
    for one in entries.edits:
        try:
            bulletin = edited(bulletin, [Edit(one.list, one.name, one.action, one.reason, one.by)])
        except BadEdit as error:
            faults.append(
                Fault("error", one.name, f"人工修改不再适用，请撤销或改好{file}再采用：{error}")
            )
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
