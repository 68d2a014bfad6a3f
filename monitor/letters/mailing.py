"""What the letters of a day are written from: what is said today, and whom they may reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crawler.model import Unit
from monitor.letters.parts import Matter
from monitor.model import Verdict
from monitor.settings.letters import LetterSettings


@dataclass(frozen=True, slots=True)
class Today:
    """The ``day`` of the letters and the aware ``moment`` of their writing; ``verdicts``: what is
    said now (``None``: not asked); ``notes``: troubles of our own; ``unseen``: the night saw too
    little, no limit is said to pass soon."""

    day: date
    moment: datetime
    verdicts: Sequence[Verdict] | None = None
    notes: Sequence[str] = ()
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Mailing:
    """Whom the letters may reach: ``units`` is the catalogue, no other address is written to;
    ``doors`` get the day's summary, ``copies`` (the supervisor's addresses, from config) a copy of
    every unit's letter; ``sign`` gives the token of a unit's page."""

    units: Sequence[Unit]
    settings: LetterSettings
    doors: Collection[str] = ()
    copies: Collection[str] = ()
    sign: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """How matters stand for the letter to ourselves: the ``units`` by id, what each is told of,
    what is ``ours`` to mend, and what is ``held`` until a look."""

    units: Mapping[str, Unit]
    by_unit: Mapping[str, Sequence[Matter]]
    ours: Sequence[Matter]
    held: Mapping[str, Sequence[Matter]]
