"""The files beside the store that tell what people entered: written after the commit, never read
back as truth.

A YAML file bears the hash of its own text in its first line, so an older export is known from one
that somebody edited. An edited file is left as it is and told, until somebody has it taken over or
written anew.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from monitor.entries import decided, entered, papers
from monitor.entries.forms import ENTRIES, entries_name, text_of
from monitor.entries.kept import FILE, WordKind, history, matters, waiting
from monitor.entries.sealing import beside_of, line_of, seal_of

log = logging.getLogger(__name__)

HEAD = "# 由 gengxin 从库中导出，在这里改动不会生效（docs/bulletin.md）；sha256 "
SEALED = re.compile(re.escape(HEAD) + r"([0-9a-f]{64})\n")
ASIDE = ".原文件"
"""What a file of the version before, or an edited one, is called after the export took its
place."""
FROZEN_FILE = re.compile(r"(.+)-\d{8}\.json")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the exports lie: the file of decisions about origins, the folder of bulletins."""

    decisions: Path
    archive: Path


class State(StrEnum):
    """How a file stands beside the store."""

    SAME = "same"
    MISSING = "missing"
    OLDER = "older"
    EDITED = "edited"
    FOREIGN = "foreign"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Export:
    """A file and the text that it should hold. ``grows``: an older one is a beginning of it."""

    file: Path
    text: str
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A file beside the store and how it stands; ``why`` is the sentence for a broken one."""

    file: Path
    state: State
    why: str = ""

    @property
    def sentence(self) -> str:
        """One sentence for the person who can act; empty for a file that is as it should be."""
        name = self.file.name
        said = {
            State.SAME: "",
            State.MISSING: f"{name}：导出的文件不见了，库中内容没有变；重写用 gengxin entries export",
            State.OLDER: f"{name}：还是以前的内容，库中内容更新；重写用 gengxin entries export",
            State.EDITED: f"{name}：被手工改过，改动没有生效；采用用 gengxin entries import，不采用用 gengxin entries export",
            State.FOREIGN: f"{name}：不是从库中导出的，没有生效；采用用 gengxin entries import",
        }
        return said.get(self.state, self.why)


Make = Callable[[Connection, Places], Sequence[Export]]


def of_decisions(connection: Connection, places: Places) -> Sequence[Export]:
    """The file of decisions about origins; none before the first, unless somebody wrote one by
    hand."""
    if not history(connection, WordKind.ORIGIN) and not places.decisions.exists():
        return ()
    return [Export(places.decisions, sealed(decided.exported(connection)))]


def of_period(period: str) -> Make:
    """The file of what was entered for ``period``; none before the first, unless somebody wrote one
    by hand."""

    def make(connection: Connection, places: Places) -> Sequence[Export]:
        file = places.archive / entries_name(period)
        if period not in matters(connection, *entered.KINDS) and not file.exists():
            return ()
        return [Export(file, sealed(text_of(entered.stored(connection, period))))]

    return make


def of_paper(name: str) -> Make:
    """The files of the frozen bulletin ``name``: its data, its seal, its errata."""

    def make(connection: Connection, places: Places) -> Sequence[Export]:
        file = places.archive / f"{name}.json"
        text = papers.text_in(connection, name)
        # The seal first: a file without it could not be told from one that was changed.
        found = [
            Export(seal_of(file), f"{_hash(text.encode())}  {file.name}\n"),
            Export(file, text),
        ]
        lines = "".join(line_of(one) for one in papers.errata(connection, name))
        return [*found, Export(beside_of(file), lines, grows=True)] if lines else found

    return make


def everything(connection: Connection, places: Places) -> Sequence[Export]:
    """Every file. Raises ``Unsound`` where a frozen bulletin in the store is not as it was."""
    found = [*of_decisions(connection, places)] if history(connection, WordKind.ORIGIN) else []
    for period in matters(connection, *entered.KINDS):
        found += of_period(period)(connection, places)
    for one in papers.listed(connection):
        found += of_paper(one.name)(connection, places)
    return found


def write(reader: Engine, places: Places, make: Make) -> None:
    """Bring the files of ``make`` to what the store holds now; what cannot be written is told in
    the log.

    Two who write at once end with the newest: whoever renames last looks at the store once more
    after it.
    """
    last: Sequence[Export] = ()
    with reader.connect() as connection:
        taken = _taken(connection)
    while True:
        with reader.connect() as connection:
            wanted = make(connection, places)
        if wanted == last:
            return
        for one in wanted:
            _write(one, taken)
        last = wanted


def rewrite(reader: Engine, places: Places) -> tuple[Path, ...]:
    """Write every file anew; an edited one is set aside. Returns those that were not as they should
    be.

    Raises ``OSError`` where one cannot be written, ``Unsound``.
    """
    with reader.connect() as connection:
        found = [(one, state_of(one, _taken(connection))) for one in everything(connection, places)]
    moved = [one for one, state in found if state is not State.SAME]
    for one in moved:
        if one.file.exists():
            set_aside(one.file)
        _put(one)
    return tuple(one.file for one in moved)


def adopt(reader: Engine, places: Places, make: Make, file: Path) -> None:
    """Write the files of ``make`` after somebody had ``file`` taken in: that one gives way, as it
    was."""
    with reader.connect() as connection:
        wanted = make(connection, places)
    taken = {
        one.file.name: file_hash(one.file)
        for one in wanted
        if one.file == file.resolve() and file.exists()
    }
    for one in wanted:
        _write(one, taken)


def look(connection: Connection, places: Places) -> tuple[Found, ...]:
    """Every file beside the store, and how it stands."""
    wanted = everything(connection, places)
    taken, broken = _taken(connection), waiting(connection)
    found = [Found(one.file, state_of(one, taken)) for one in wanted]
    known = {one.file for one in wanted}
    for file in legacy_files(places):
        if file.name in broken:
            found.append(Found(file, State.BROKEN, broken[file.name]))
        elif file not in known:
            found.append(Found(file, State.FOREIGN))
    return tuple(found)


def edited(connection: Connection, places: Places, make: Make) -> tuple[str, ...]:
    """A sentence for each file of ``make`` that somebody edited, and whose changes count
    nothing."""
    taken = _taken(connection)
    found = (Found(one.file, state_of(one, taken)) for one in make(connection, places))
    return tuple(one.sentence for one in found if one.state is State.EDITED)


def legacy_files(places: Places) -> Iterator[Path]:
    """The files that lie where exports lie, whoever wrote them; errata and seals go with their
    bulletin."""
    if places.decisions.is_file():
        yield places.decisions
    folder = places.archive
    if folder.is_dir():
        yield from sorted(folder.glob(f"*{ENTRIES}"))
        named = (file for file in sorted(folder.glob("*.json")) if FROZEN_FILE.fullmatch(file.name))
        yield from (file for file in named if seal_of(file).exists())


def state_of(export: Export, taken: Mapping[str, str]) -> State:
    """How the file of ``export`` stands; ``taken`` are the hashes of files that were taken over, by
    name."""
    try:
        found = export.file.read_bytes()
    except FileNotFoundError:
        return State.MISSING
    except OSError:
        return State.EDITED
    wanted = export.text.encode("utf-8")
    if found == wanted:
        return State.SAME
    if ours(found) or (export.grows and wanted.startswith(found)):
        return State.OLDER
    return State.OLDER if taken.get(export.file.name) == _hash(found) else State.EDITED


def sealed(body: str) -> str:
    """``body`` with the line that says where it comes from and seals it."""
    return f"{HEAD}{_hash(body.encode('utf-8'))}\n{body}"


def ours(data: bytes) -> bool:
    """Whether a file is as we exported it."""
    text = data.decode("utf-8", "replace")
    head = SEALED.match(text)
    return head is not None and _hash(text[head.end() :].encode("utf-8")) == head[1]


def set_aside(file: Path) -> Path:
    """Give a file another name, one that no earlier file has, so that nothing a person wrote is
    lost."""
    free = (file.with_name(f"{file.name}{ASIDE}{number or ''}") for number in range(10_000))
    aside = next(one for one in free if not one.exists())
    return file.replace(aside)


def file_hash(file: Path) -> str:
    """The hash over the bytes of a file. Raises ``OSError``."""
    return _hash(file.read_bytes())


def _write(export: Export, taken: Mapping[str, str]) -> None:
    state = state_of(export, taken)
    if state is State.SAME:
        return
    if state is State.EDITED:
        log.warning("%s", Found(export.file, state).sentence)
        return
    try:
        if state is State.OLDER and not export.grows and not ours(export.file.read_bytes()):
            set_aside(export.file)
        _put(export)
    except OSError as error:
        log.warning(
            "%s：已记入库，但导出的文件没有写成（%s）", export.file, error.strerror or error
        )


def _put(export: Export) -> None:
    """Write whole or not at all."""
    export.file.parent.mkdir(parents=True, exist_ok=True)
    partial = export.file.with_name(f".{export.file.name}.{secrets.token_hex(4)}.part")
    try:
        partial.write_text(export.text, encoding="utf-8", newline="\n")
        partial.replace(export.file)
    finally:
        partial.unlink(missing_ok=True)


def _taken(connection: Connection) -> dict[str, str]:
    return {row.name: row.sha256 for row in connection.execute(select(FILE.name, FILE.sha256))}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
