"""A bulletin from the store to files: compiled once, written by every report that config.yaml names."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from crawler.model import shanghai_day
from monitor import bulletin as bulletins
from monitor.bulletin_model import Bulletin, Period
from monitor.findings import open_findings
from monitor.jobs import judge_now
from monitor.office import Office


@dataclass(frozen=True, slots=True)
class Printed:
    """A bulletin and the files that hold it."""

    bulletin: Bulletin
    files: tuple[Path, ...]


def compile_bulletin(
    office: Office, period: Period, as_of: datetime, printed: date | None = None
) -> Bulletin:
    """The bulletin of ``period`` as judged at ``as_of``; nothing is written anywhere."""
    catalogue = office.settings.catalogue
    judgement = judge_now(office, as_of, record=False)
    with office.reader.connect() as connection:
        return bulletins.compile(
            connection,
            period,
            as_of=as_of,
            settings=office.settings.monitor.bulletin,
            verdicts=judgement.verdicts,
            findings=open_findings(connection, as_of),
            order=[unit.id for unit in catalogue.units],
            outlet_order=[outlet.id for outlet in catalogue.outlets],
            printed=printed or shanghai_day(as_of),
            failed_night=judgement.failed_night,
        )


def print_bulletin(office: Office, bulletin: Bulletin, folder: Path) -> Printed:
    """Write ``bulletin`` into ``folder``: its figures as JSON and every report, named after its period."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"通报-{bulletin.period.name.replace('..', '至')}"
    figures = folder / f"{name}.json"
    figures.write_text(bulletins.to_json(bulletin) + "\n", encoding="utf-8")
    files = [figures]
    for report in office.settings.monitor.reports:
        module = importlib.import_module(f"monitor.reports.{report}")
        path = folder / f"{name}{module.SUFFIX}"
        module.write(bulletin, path)
        files.append(path)
    return Printed(bulletin, tuple(files))
