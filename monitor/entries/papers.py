"""Frozen bulletins and their errata in the store: printed is printed, and each stands in the
record."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from crawler.model import Deed, utc
from monitor.entries.forms import stem_of
from monitor.entries.kept import ENTRY, Word, WordKind, enter, history, waiting
from monitor.entries.sealing import Erratum, Unsound, chained, root_of
from monitor.entries.tables import FrozenRow
from monitor.record.chain import Entry, append_sealing, hold

ROW = FrozenRow.__table__.c


@dataclass(frozen=True, slots=True)
class Paper:
    """A bulletin that is to be kept: the name of its period, the day of its print, the text of its
    whole data."""

    period: str
    printed: date
    text: str

    @property
    def name(self) -> str:
        """What it is kept under."""
        return f"{stem_of(self.period)}-{self.printed:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A frozen bulletin as a list shows it; ``size`` counts the bytes of its data, ``errata`` its
    corrections."""

    name: str
    period: str
    printed: date
    sha256: str
    size: int
    errata: int


def put(connection: Connection, paper: Paper, told: Entry, *, by: str, now: datetime) -> None:
    """Keep ``paper`` and its link ``told``, in the caller's transaction.

    The caller has looked, under :func:`monitor.audit.hold`, that none of its period and day is
    kept.
    """
    data = paper.text.encode("utf-8")
    values = {"name": paper.name, "period": paper.period, "printed": paper.printed}
    values |= {"sha256": root_of(paper.text), "size": len(data), "packed": zlib.compress(data)}
    statement = (
        insert(FrozenRow).values(**values, by=by[:100], moment=utc(now)).returning(FrozenRow.id)
    )
    made = connection.execute(statement).scalar_one()
    append_sealing(connection, now, told, "frozen_bulletin", made)


def newest(connection: Connection, period: str, printed: date | None = None) -> str | None:
    """The name of the frozen bulletin of ``period``, the last printed one unless ``printed`` names
    its day.

    Raises :class:`Unsound` while a file of the version before that holds it is broken and was not
    taken over.
    """
    query = select(ROW.name).where(ROW.period == period).order_by(ROW.printed.desc()).limit(1)
    if printed:
        query = query.where(ROW.printed == printed)
    found: str | None = connection.execute(query).scalar()
    for name, why in _waiting(connection, period, printed):
        if found is None or name >= found:
            raise Unsound(why)
    return found


def text_in(connection: Connection, name: str) -> str:
    """The text that was frozen under ``name``. Raises :class:`Unsound` where it is not as it was,
    or not there."""
    row = connection.execute(select(ROW.packed, ROW.sha256).where(ROW.name == name)).first()
    if row is None:
        raise Unsound(f"{name}：库中没有这一期封存的数据")
    try:
        text = zlib.decompress(row.packed).decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        text = ""
    if root_of(text) != row.sha256:
        raise Unsound(f"{name}：库中封存的数据与校验值不符，被改动过；请从备份恢复")
    return text


def listed(connection: Connection) -> tuple[Listed, ...]:
    """Every frozen bulletin, the newest print first."""
    query = (
        select(ENTRY.about, func.count())
        .where(ENTRY.kind == WordKind.ERRATUM.value)
        .group_by(ENTRY.about)
    )
    corrections = {row[0]: int(row[1]) for row in connection.execute(query)}
    columns = (ROW.name, ROW.period, ROW.printed, ROW.sha256, ROW.size)
    rows = connection.execute(select(*columns).order_by(ROW.printed.desc(), ROW.period.desc()))
    return tuple(Listed(**row._mapping, errata=corrections.get(row.name, 0)) for row in rows)


def errata(connection: Connection, name: str) -> tuple[Erratum, ...]:
    """The errata of the frozen bulletin ``name``, oldest first. Raises :class:`Unsound` for a
    broken chain."""
    chain = _root(connection, name)
    found = []
    for number, word in enumerate(history(connection, WordKind.ERRATUM, name), 1):
        said = word.data
        moment = datetime.fromisoformat(said["moment"])
        one = chained(chain, moment, said["subject"], said["text"], said["by"])
        if one.chain != word.key:
            raise Unsound(f"{name}第{number}条：更正记录被改动或不完整")
        found.append(one)
        chain = one.chain
    return tuple(found)


def correct(connection: Connection, name: str, *, subject: str, deed: Deed) -> Erratum:
    """Add an erratum to the frozen bulletin ``name`` with its link; the bulletin itself never
    changes.

    Raises :class:`Unsound` where the bulletin or an earlier erratum was changed, or nothing is
    said.
    """
    hold(connection)
    root = root_of(text_in(connection, name))
    earlier = errata(connection, name)
    made = chained(earlier[-1].chain if earlier else root, deed.now, subject, deed.words, deed.by)
    data = {"before": None, "after": {"subject": subject, "text": deed.words}, "sha256": root}
    enter(
        connection,
        word_of(name, made),
        Entry("erratum", f"bulletin:{name}", deed.by, data),
        deed.now,
    )
    return made


def word_of(name: str, erratum: Erratum) -> Word:
    """An erratum of the frozen bulletin ``name`` as it is kept. Its ``by`` whole: the chain covers
    it."""
    data: Mapping[str, Any] = {
        "moment": erratum.moment.isoformat(),
        "subject": erratum.subject,
        "text": erratum.text,
        "by": erratum.by,
    }
    return Word(WordKind.ERRATUM, name, erratum.chain, data, erratum.by)


def unsound(connection: Connection) -> str:
    """What is wrong with the first frozen bulletin of the store that is not as it was; empty:
    nothing is."""
    for name in connection.execute(select(ROW.name).order_by(ROW.id)).scalars().all():
        try:
            text_in(connection, name)
            errata(connection, name)
        except Unsound as error:
            return str(error)
    return ""


def _root(connection: Connection, name: str) -> str:
    return str(connection.execute(select(ROW.sha256).where(ROW.name == name)).scalar_one())


def _waiting(connection: Connection, period: str, printed: date | None) -> list[tuple[str, str]]:
    """The files of that period from the version before that were not taken over: name and why."""
    day = f"{printed:%Y%m%d}" if printed else ""
    names = {name.removesuffix(".json"): why for name, why in waiting(connection).items()}
    return [
        (name, why)
        for name, why in sorted(names.items())
        if name.rpartition("-")[0] == stem_of(period) and name.endswith(day)
    ]
