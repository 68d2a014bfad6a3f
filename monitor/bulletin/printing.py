"""A bulletin from the store to files: compiled once, or taken from the archive, and written by
every report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from crawler.model import shanghai_day
from monitor.bulletin import compile as bulletins
from monitor.bulletin.asked import JudgedThen, Practice, PrintDates
from monitor.bulletin.compile import TODAY
from monitor.bulletin.entries import applied
from monitor.bulletin.filter import narrowed
from monitor.bulletin.frozen import Kept, archived
from monitor.bulletin.lint import errors, lint
from monitor.bulletin.model import Bulletin, Period
from monitor.bulletin.outlook import previous
from monitor.bulletin.past import named_outlets
from monitor.bulletin.printed.check import Fault
from monitor.bulletin.reports import Unavailable, report
from monitor.bulletin.scoring import read_scheme, scored
from monitor.days.official_days import OfficialDays, official_days
from monitor.entries.entered import entries_of
from monitor.entries.exports import edited, of_period
from monitor.entries.forms import Entries, entries_name
from monitor.entries.papers import errata
from monitor.entries.sealing import Erratum
from monitor.findings.ledger import open_findings
from monitor.judging.now import judge_now
from monitor.office import Office, decisions_of
from monitor.rectify.error_rates import error_rates


@dataclass(frozen=True, slots=True)
class PrintedFiles:
    """A bulletin and the files that hold it; ``missing`` says which report could not be made, and
    why."""

    bulletin: Bulletin
    files: tuple[Path, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A bulletin ready to be printed, with what its lint found."""

    bulletin: Bulletin
    faults: tuple[Fault, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether its faults stop the print."""
        return bool(errors(self.faults)) and not self.bulletin.forced


def archive(office: Office) -> Path:
    """The folder that kept bulletins and hand entries are exported to."""
    return office.settings.places.archive


def kept_bulletin(office: Office, period: Period, printed: date | None = None) -> Kept | None:
    """The kept bulletin of ``period``, the last one unless ``printed`` names its day. Raises
    ``frozen.Unsound``."""
    with office.reader.connect() as connection:
        return archived(connection, archive(office), period, printed)


def days_of(office: Office, *days: date) -> OfficialDays:
    """The working days of the years of ``days`` and of those after them."""
    years = {year for day in days for year in (day.year, day.year + 1)}
    return official_days(office.settings.monitor.alerts.letters.calendar, years)


def compile_bulletin(
    office: Office,
    period: Period,
    as_of: datetime,
    dates: PrintDates = TODAY,
) -> Bulletin:
    """The bulletin of ``period`` as judged at ``as_of``; nothing is written anywhere."""
    day = dates.printed or shanghai_day(as_of)
    judgement = judge_now(office, as_of, record=False)
    before = kept_bulletin(office, _same_length_before(period))
    with office.reader.connect() as connection:
        said = JudgedThen(
            as_of,
            judgement.verdicts,
            open_findings(connection, as_of),
            error_rates(connection, as_of),
            judgement.failed_night,
        )
        last = (before.bulletin.as_of, named_outlets(before.bulletin)) if before else None
        return bulletins.compile(
            connection,
            period,
            said,
            practice=_practice(office, days_of(office, day, period.end)),
            dates=PrintDates(dates.check, day, last),
        )


def _practice(office: Office, calendar: OfficialDays) -> Practice:
    """How this office counts and prints, as its settings say."""
    catalogue = office.settings.catalogue
    return Practice(
        _settings(office),
        [unit.id for unit in catalogue.units],
        [outlet.id for outlet in catalogue.outlets],
        calendar,
        decisions_of(office),
        office.settings.monitor.counting,
        office.settings.crawl.backfill_from,
    )


@dataclass(frozen=True, slots=True)
class Edition:
    """Of which ``groups`` of units (empty: of all), whether it is printed though it contradicts
    itself, and the ``entries`` instead of those that are kept."""

    groups: Sequence[str] = ()
    force: bool = False
    entries: Entries | None = None


WHOLE = Edition()


def draft(
    office: Office,
    period: Period,
    as_of: datetime,
    *,
    dates: PrintDates = TODAY,
    edition: Edition = WHOLE,
) -> Draft:
    """Compile, put in what was entered by hand, narrow, lint.

    Raises ``BadConfig``, ``UnknownGroup``.
    """
    return finished(office, compile_bulletin(office, period, as_of, dates), edition)


def finished(
    office: Office,
    compiled: Bulletin,
    edition: Edition = WHOLE,
) -> Draft:
    """A compiled bulletin with what was entered by hand, narrowed and linted. Raises ``BadConfig``,
    ``UnknownGroup``."""
    name = compiled.period.name
    with office.reader.connect() as connection:
        kept = edition.entries
        entries = entries_of(connection, name) if kept is None else kept
        by_hand = edited(connection, office.settings.places, of_period(name))
    found, faults = applied(compiled, entries, entries_name(name))
    faults = (*faults, *(Fault("note", entries_name(name), sentence) for sentence in by_hand))
    if found.settings.scheme:
        found = replace(found, scored=scored(found, read_scheme(Path(found.settings.scheme))))
    if edition.groups:
        found = narrowed(found, edition.groups)
    days = days_of(office, found.printed, compiled.period.end)
    faults = (*faults, *lint(found, works=days.works))
    faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.level != "error"))
    return Draft(replace(found, forced=edition.force and bool(errors(faults))), faults)


def print_bulletin(office: Office, bulletin: Bulletin, folder: Path) -> PrintedFiles:
    """Write ``bulletin`` into ``folder``: its figures as JSON and every report, named after its
    period.

    A report that this machine cannot make is told in a sentence; the others are written all the
    same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name(bulletin)
    figures = folder / f"{name}.json"
    figures.write_text(bulletins.to_json(bulletin) + "\n", encoding="utf-8")
    files, missing = [figures], []
    for made in office.settings.monitor.reports:
        module = report(made)
        path = folder / f"{name}{module.TRAITS.suffix}"
        try:
            module.write(bulletin, path)
        except Unavailable as error:
            missing.append(str(error))
            continue
        files.append(path)
    return PrintedFiles(bulletin, tuple(files), tuple(missing))


def write_errata(
    office: Office, kept: Kept, folder: Path
) -> tuple[tuple[Erratum, ...], Path | None]:
    """The errata of a kept bulletin, and the file that tells them beside its papers."""
    with office.reader.connect() as connection:
        found = errata(connection, kept.name)
    if not found:
        return (), None
    lines = [f"{kept.bulletin.title}　更正", ""]
    lines += [
        f"{n}. {shanghai_day(e.moment)}　{e.subject}：{e.text}{f'（{e.by}）' if e.by else ''}"
        for n, e in enumerate(found, 1)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name(kept.bulletin)}-更正.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found, path


def file_name(bulletin: Bulletin) -> str:
    """The name of its files without suffix; groups' names lose what no file name holds."""
    only = "".join(f"-{re.sub(r'[^0-9A-Za-z一-鿿]', '', group)[:40]}" for group in bulletin.only)
    return f"通报-{bulletin.period.name.replace('..', '至')}{only}"


def _same_length_before(period: Period) -> Period:
    """The period before under the name it was printed under, where it has one: 2020Q2 -> 2020Q1."""
    before = previous(period)
    year, month, many = before.start.year, before.start.month, len(before.months)
    whole = before.start.day == 1 and period == _parsed(period.name)
    names = {
        1: f"{year}-{month:02d}",
        3: f"{year}Q{(month + 2) // 3}",
        6: f"{year}H{(month + 5) // 6}",
        12: str(year),
    }
    found = _parsed(names.get(many, "")) if whole else None
    return found if found and (found.start, found.end) == (before.start, before.end) else before


def _parsed(name: str) -> Period | None:
    try:
        return Period.parse(name)
    except ValueError:
        return None


def _settings(office: Office) -> bulletins.BulletinSettings:
    """The office's settings, its template and scheme found from config.yaml's own folder."""
    found, folder = office.settings.monitor.bulletin, office.settings.path.parent
    files = {"template": found.template, "scheme": found.scheme}
    return found.model_copy(update={key: str(folder / name) for key, name in files.items() if name})
