"""``gengxin columns|contacts|accounts import``: one command for the three workbooks of the
catalogue. Looked at first, written on request, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.clock import clock
from crawler.config import BadConfig
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE, REFUSED
from monitor.words.plain import clean

LONGEST = 400


@dataclass(frozen=True, slots=True)
class Telling:
    """How one kind of workbook is told: ``place`` is what it is written into, ``measure`` counts
    its rows, ``ended`` is the key of what is no longer listed (empty: nothing ever ends).
    ``shown`` and ``notes`` give the lines above and below the counts, ``row`` and ``more`` the
    data for programs."""

    kind: str
    help: str
    place: str
    measure: str
    ended: str
    row: Callable[[Any], object]
    notes: Callable[[Any], Sequence[str]]
    more: Callable[[Any], Mapping[str, object]]


def importing(telling: Telling) -> click.Command:
    """The command ``import`` of one kind of workbook."""
    written = f"写入{telling.place}；不加则只显示会有什么变化"

    @click.command("import", help=telling.help)
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--apply", "wanted", is_flag=True, help=written)
    @with_by()
    @with_config
    @with_as_of
    @with_json
    def import_(
        file: Path, wanted: bool, by: str, path: Path, as_of: datetime | None, as_json: bool
    ) -> int:
        return _import(telling, file, by if wanted else None, path, clock(as_of)(), as_json)

    return import_


def _import(
    telling: Telling, file: Path, by: str | None, config: Path, now: datetime, as_json: bool
) -> int:
    # The desks of all rooms below: nobody else waits for their import.
    from crawler.register.books.bounds import BadWorkbook
    from monitor.desk.counters import COUNTERS
    from monitor.desk.workbooks import proof_of

    counter = COUNTERS[telling.kind]
    try:
        book = counter.read(file)
    except BadWorkbook as error:
        raise BadConfig(str(error)) from None
    with open_office(config) as office:
        enter_catalogue(office, now)
        loopback = office.settings.crawl.allow_loopback
        with office.engine.begin() as connection:
            proposal = counter.propose(connection, book, now, loopback)
            written = by is not None and not proposal.faults
            if by is not None and written:
                proof = proof_of(file)
                counter.enter(connection, proposal, now, by=signed(by), proof=proof)
    tell(as_json, _data(telling, proposal, written), _lines(telling, proposal, written))
    return REFUSED if proposal.faults else DONE


def _lines(telling: Telling, proposal: Any, written: bool) -> list[str]:
    moved = (*proposal.added, *proposal.changed, *proposal.ended)
    lines = [_clean(line) for change in moved for line in change.line.splitlines()]
    lines.append(_counts(telling, proposal))
    lines += [_clean(note) for note in telling.notes(proposal)]
    lines += [f"不合格 {_clean(fault.line)}" for fault in proposal.faults]
    if proposal.faults:
        said = f"有 {len(proposal.faults)} 处不合格，{telling.place}没有改动；请改好后再导入"
    elif written:
        said = f"已写入{telling.place}"
    else:
        said = f"以上只是预览，{telling.place}没有改动；加 --apply 写入"
    return [*lines, said]


def _clean(line: str) -> str:
    """One printed line; the blanks at its beginning stay."""
    return " " * (len(line) - len(line.lstrip(" "))) + clean(line, LONGEST)


def _counts(telling: Telling, proposal: Any) -> str:
    counted = {"新增": proposal.added, "变更": proposal.changed}
    counted |= {"停用": proposal.ended} if telling.ended else {}
    counted |= {"不变": proposal.same}
    return "，".join(f"{name} {len(rows)} {telling.measure}" for name, rows in counted.items())


def _data(telling: Telling, proposal: Any, written: bool) -> dict[str, Any]:
    kinds = {"added": proposal.added, "changed": proposal.changed}
    kinds |= {telling.ended: proposal.ended} if telling.ended else {}
    return {
        "written": written,
        **{kind: [telling.row(change) for change in changes] for kind, changes in kinds.items()},
        "same": len(proposal.same),
        **telling.more(proposal),
        "faults": [{"cell": fault.cell, "sentence": fault.sentence} for fault in proposal.faults],
    }


def noted(proposal: Any) -> list[str]:
    """What a person should look at, as lines."""
    return [f"注意：{note}" for note in proposal.notes]


def notes_data(proposal: Any) -> dict[str, object]:
    return {"notes": list(proposal.notes)}
