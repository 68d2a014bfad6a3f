"""Drafts of bulletins, kept in a folder beside the store: compiled once, looked at and edited at
once, printed to files.

A draft rests on the judgement, the decisions and the settings of its moment; its page says when
these have moved on. What a person strikes or adds is applied anew each time it is looked at, so
only compiling takes long.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from monitor.bulletin.asked import PrintDates
from monitor.bulletin.frozen import Kept, bulletin_of, text_of
from monitor.bulletin.model import Bulletin, FigurePost, Period
from monitor.bulletin.printed.check import Fault
from monitor.bulletin.printing import Draft, compile_bulletin, finished, print_bulletin
from monitor.desk.chores import tell_step
from monitor.entries.entered import entries_of
from monitor.entries.forms import stem_of as stem
from monitor.entries.sealing import root_of
from monitor.office import Office, decisions_of
from monitor.record.tables import JudgementRow

FOLDER = "drafts"
ABOUT, COMPILED, EVIDENCE = "about.json", "compiled.json", "evidence"
MOST_EVIDENCE = 5_000
"""Rows behind one unit's figures that a page can turn; the workbook holds them all."""
NOBODY = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a folder of a draft (or of a frozen bulletin's papers) holds.

    ``basis`` stands for the data it rests on, ``entered`` for the entries by hand, ``root`` for
    every byte of the bulletin with its rows. ``units`` are those with rows behind their figures.
    """

    period: str
    as_of: datetime
    printed: date
    check_from: date
    check_to: date
    basis: str
    entered: str
    root: str
    faults: tuple[Fault, ...]
    files: tuple[str, ...]
    missing: tuple[str, ...]
    units: tuple[str, ...]
    seconds: float

    @property
    def stopped(self) -> bool:
        return any(fault.level == "error" for fault in self.faults)


def home(office: Office, stem: str) -> Path:
    """The folder of a draft (its period's stem) or of the papers of a frozen bulletin (its file's
    stem)."""
    return office.settings.folder / FOLDER / stem


def stem_of(period: Period) -> str:
    """A period as file names hold it."""
    return stem(period.name)


def basis_of(office: Office) -> str:
    """What changes when a draft compiled now would differ: the last judgement, decisions about
    origins, settings."""
    with office.reader.connect() as connection:
        judged = connection.execute(select(func.max(JudgementRow.id))).scalar()
    settings = office.settings.monitor.bulletin.model_dump_json()
    return _digest(str(judged), str(sorted(decisions_of(office).items())), settings)


def entered_of(office: Office, period: Period) -> str:
    """What changes when something is entered by hand for ``period``.

    Raises ``BadConfig`` while a file of the version before is broken.
    """
    with office.reader.connect() as connection:
        return _digest(entries_of(connection, period.name).model_dump_json())


def about(folder: Path) -> About | None:
    """What ``folder`` holds; ``None``: nothing, or nothing whole."""
    try:
        data = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        days = {
            name: date.fromisoformat(data[name]) for name in ("printed", "check_from", "check_to")
        }
        lists = {name: tuple(data[name]) for name in ("files", "missing", "units")}
        faults = tuple(Fault(**fault) for fault in data["faults"])
        moment = datetime.fromisoformat(data["as_of"])
        return About(**{**data, **days, **lists, "faults": faults, "as_of": moment})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def compiled(folder: Path) -> Bulletin | None:
    """The bulletin in ``folder`` without the rows behind its figures: for a draft before any entry
    by hand."""
    try:
        return bulletin_of((folder / COMPILED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def evidence(folder: Path, known: About, unit: str) -> Sequence[Mapping[str, Any]]:
    """The rows behind the figures of ``unit`` (short name; ``NOBODY`` = of no unit), at most
    ``MOST_EVIDENCE``."""
    try:
        file = folder / EVIDENCE / f"{known.units.index(unit)}.json"
        found: list[Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return found


def make(
    office: Office,
    period: Period,
    as_of: datetime,
    dates: PrintDates,
) -> tuple[Draft, Bulletin]:
    """Compile and finish; also the bulletin before any entry by hand. Raises ``BadConfig``."""
    tell_step("判定、统计")
    plain = compile_bulletin(office, period, as_of, dates)
    tell_step("自检")
    return finished(office, plain), plain


def put(
    office: Office, made: Draft, plain: Bulletin, basis: str, entered: str, seconds: float
) -> About:
    """Print ``made`` into its period's folder, whole or not at all."""
    folder = home(office, stem_of(made.bulletin.period))
    return _put(office, folder, made, plain, basis, entered, seconds)


def put_kept(office: Office, kept: Kept, seconds: float) -> About:
    """Print the papers of a frozen bulletin."""
    return _put(
        office, home(office, kept.file.stem), Draft(kept.bulletin), kept.bulletin, "", "", seconds
    )


def _put(
    office: Office,
    folder: Path,
    made: Draft,
    plain: Bulletin,
    basis: str,
    entered: str,
    seconds: float,
) -> About:
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    tell_step("生成 Word、Excel、PDF")
    printed = print_bulletin(office, made.bulletin, fresh)
    text = text_of(replace(plain, posts=(), documents=()))
    (fresh / COMPILED).write_text(text, encoding="utf-8")
    units = _put_evidence(fresh, (*made.bulletin.posts, *made.bulletin.documents))
    b = made.bulletin
    found = About(
        b.period.name,
        b.as_of,
        b.printed,
        b.check_from,
        b.check_to,
        basis,
        entered,
        root_of(text_of(b)),
        made.faults,
        tuple(file.name for file in printed.files),
        printed.missing,
        units,
        seconds,
    )
    (fresh / ABOUT).write_text(
        json.dumps(asdict(found), ensure_ascii=False, default=str), encoding="utf-8"
    )
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return found


def _put_evidence(folder: Path, posts: Iterable[FigurePost]) -> tuple[str, ...]:
    by_unit: dict[str, list[FigurePost]] = defaultdict(list)
    for post in posts:
        by_unit[post.unit].append(post)
    (folder / EVIDENCE).mkdir()
    for number, rows in enumerate(by_unit.values()):
        data = [asdict(row) for row in rows[:MOST_EVIDENCE]]
        text = json.dumps(data, ensure_ascii=False, default=str)
        (folder / EVIDENCE / f"{number}.json").write_text(text, encoding="utf-8")
    return tuple(by_unit)


def file_of(folder: Path, known: About, suffix: str) -> Path | None:
    """The paper with that suffix, one of those that were made."""
    name = next((one for one in known.files if one.endswith(f".{suffix}")), "")
    # Names come from our own list; a period's holds no separator, and neither may this.
    plain = re.fullmatch(r"[^/\\]+", name)
    return folder / name if plain and (folder / name).is_file() else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:24]
