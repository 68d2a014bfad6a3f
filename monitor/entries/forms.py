"""What people enter, as plain data, and the text of the files that hold it beside the store. Pure
but for reading a file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from crawler.config import BadConfig, Strict, section
from monitor.counting.origins import clean

NOBODY = "nobody"
DECISIONS = "decisions.yaml"
"""The file of decisions about origins, beside config.yaml."""
ENTRIES = ".entries.yaml"
"""How the file of a period's entries ends."""


class Decision(Strict):
    """Whose a doubtful origin is. ``origin`` is the text as printed; it is compared after
    cleaning."""

    origin: str = Field(min_length=1, max_length=400)
    unit: str = Field(min_length=1, max_length=64)
    by: str = Field(default="", max_length=100)
    day: date
    why: str = Field(default="", max_length=400)


class EditEntry(Strict):
    """One name struck from a list of a bulletin or added to it."""

    list: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=220)
    action: str = Field(pattern="^(strike|add)$")
    reason: str = Field(min_length=2, max_length=400)
    by: str = Field(default="", max_length=100)


class ErrorReports(Strict):
    """找错: messages of 我为政府网站找错 in the period, entered by hand. ``late``: done later than a
    month."""

    received: int = Field(ge=0, le=1_000_000)
    done: int = Field(ge=0, le=1_000_000)
    late: int = Field(default=0, ge=0, le=1_000_000)


class Commendation(Strict):
    """A commendation (表扬) entered by hand: who, and for what."""

    name: str = Field(min_length=1, max_length=220)
    reason: str = Field(min_length=2, max_length=400)
    by: str = Field(default="", max_length=100)


class Entries(Strict):
    """Everything entered for one period. ``errors`` are 找错 messages."""

    edits: tuple[EditEntry, ...] = ()
    errors: ErrorReports | None = None
    commended: tuple[Commendation, ...] = ()


def stem_of(period: str) -> str:
    """A period's name as names of files hold it."""
    return period.replace("..", "至")


def entries_name(period: str) -> str:
    """The name of the file of a period's entries."""
    return f"{stem_of(period)}{ENTRIES}"


def period_of(file: str) -> str:
    """The period's name, from the name of that file."""
    return file.removesuffix(ENTRIES).replace("至", "..")


def read_entries(file: Path) -> Entries:
    """The entries in a file; none where there is no such file. Raises :class:`BadConfig` with the
    place."""
    return section(Entries, _yaml(file), file.name)


def text_of(entries: Entries) -> str:
    """The text of that file."""
    return _text(entries.model_dump(mode="json", exclude_defaults=True))


def read_decisions(path: Path, units: Collection[str]) -> tuple[Decision, ...]:
    """The decisions in a file, oldest first; none where there is no such file.

    Raises :class:`BadConfig` with the place of a broken entry, an unknown unit or an origin that
    names nothing.
    """
    data = _yaml(path)
    if data is None:
        return ()
    if not isinstance(data, list):
        raise BadConfig(f"{path}: must be a list of entries with origin, unit, day")
    return tuple(
        _entry(item, f"{path.name}: {number}", units) for number, item in enumerate(data, 1)
    )


def decisions_text(decisions: Collection[Decision]) -> str:
    """The text of that file."""
    return _text([one.model_dump(mode="json", exclude_defaults=True) for one in decisions])


def known(decision: Decision, place: str, units: Collection[str]) -> Decision:
    """``decision`` itself. Raises :class:`BadConfig` for an unknown unit or an origin that names
    nothing."""
    if decision.unit != NOBODY and decision.unit not in units:
        raise BadConfig(
            f"{place}: unknown unit {decision.unit}; write an id of catalogue.units, or {NOBODY}"
        )
    if not clean(decision.origin):
        raise BadConfig(
            f"{place}: origin {decision.origin!r} names nothing; posts without origin go by their column"
        )
    return decision


def _entry(item: Any, place: str, units: Collection[str]) -> Decision:
    return known(section(Decision, item, place), place, units)


def _yaml(file: Path) -> Any:
    if not file.is_file():
        return None
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{file}: is not YAML text ({error.__class__.__name__}); mend it or restore it"
        ) from None


def _text(data: Any) -> str:
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
