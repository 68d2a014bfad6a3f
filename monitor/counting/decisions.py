"""What a person decided about doubtful origins, once and for all: a small YAML file beside config.yaml.

Each entry names the printed origin and whose it is (a unit id, or ``nobody``), by whom and when. The last
word on an origin holds; earlier ones stay in the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from crawler.config import BadConfig, Strict, section
from monitor.counting.origins import clean

NOBODY = "nobody"


class Decision(Strict):
    """One decision. ``origin`` is the text as printed; it is compared after cleaning."""

    origin: str = Field(min_length=1, max_length=400)
    unit: str = Field(min_length=1, max_length=64)
    by: str = Field(default="", max_length=100)
    day: date
    why: str = Field(default="", max_length=400)


def read_decisions(path: Path, units: Collection[str]) -> tuple[Decision, ...]:
    """The decisions of ``path``, oldest first; none where there is no such file.

    Raises :class:`BadConfig` with the place of a broken entry, an unknown unit or an origin that names nothing.
    """
    if not path.is_file():
        return ()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{path}: is not YAML text ({error.__class__.__name__}); mend it or restore it"
        ) from None
    if data is None:
        return ()
    if not isinstance(data, list):
        raise BadConfig(f"{path}: must be a list of entries with origin, unit, day")
    return tuple(_entry(item, f"{path.name}: {number}", units) for number, item in enumerate(data, 1))


def in_force(decisions: Sequence[Decision]) -> Mapping[str, str | None]:
    """Cleaned origin -> unit id, or ``None`` for nobody; what ``counts.tally(decisions=...)`` takes."""
    return {clean(one.origin): None if one.unit == NOBODY else one.unit for one in decisions}


def decide(path: Path, decision: Decision, units: Collection[str]) -> tuple[Decision, ...]:
    """Add ``decision`` to ``path`` and return all. The file is written whole or not at all.

    Raises :class:`BadConfig` for an unknown unit, an origin that names nothing, or a broken file.
    """
    _known(decision, f"{path.name}: new", units)
    found = (*read_decisions(path, units), decision)
    text = yaml.safe_dump(
        [one.model_dump(mode="json", exclude_defaults=True) for one in found],
        allow_unicode=True,
        sort_keys=False,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return found


def _entry(item: Any, place: str, units: Collection[str]) -> Decision:
    return _known(section(Decision, item, place), place, units)


def _known(decision: Decision, place: str, units: Collection[str]) -> Decision:
    if decision.unit != NOBODY and decision.unit not in units:
        raise BadConfig(f"{place}: unknown unit {decision.unit}; write an id of catalogue.units, or {NOBODY}")
    if not clean(decision.origin):
        raise BadConfig(
            f"{place}: origin {decision.origin!r} names nothing; posts without origin go by their column"
        )
    return decision
