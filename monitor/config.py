"""The ``monitor`` section of config.yaml, read strictly: rules with their limits, timetable,
letters.

A rule's keys are the keyword arguments of its ``check``; the name in the file is the module's name.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_type_hints

from pydantic import Field, create_model

from crawler.config import BadConfig, Strict, section
from monitor.channels import section_fields
from monitor.rules import rule, rule_names
from monitor.settings.bulletin import BulletinSettings
from monitor.settings.counting import CountRule
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings
from monitor.settings.proof import ProofSettings
from monitor.settings.sending import AlertsConfig
from monitor.settings.timetable import Timetable
from monitor.settings.versions import Version
from monitor.settings.web import WebSettings

REPORTS = Path(__file__).parent / "bulletin" / "reports"


class MonitorSection(Strict):
    """``coverage`` is the least share of outlets a night must have looked at to accuse anybody.

    Each channel adds its own section (:func:`monitor.channels.section_fields`).
    """

    coverage: float = Field(default=0.8, ge=0, le=1)
    rules: dict[str, Any] = Field(min_length=1)
    timetable: Timetable = Timetable()
    letters: LetterSettings = LetterSettings()
    bulletin: BulletinSettings = BulletinSettings()
    reports: tuple[str, ...] = ("sheet",)
    orders: OrderSettings = OrderSettings()
    proof: ProofSettings = ProofSettings()
    web: WebSettings = WebSettings()
    counting: CountRule = CountRule()


@dataclass(frozen=True, slots=True)
class MonitorConfig:
    """What the judgement and the letters need; ``rules`` holds each rule's versions, oldest
    first."""

    rules: Mapping[str, tuple[Version, ...]]
    coverage: float = 0.8
    timetable: Timetable = field(default_factory=Timetable)
    alerts: AlertsConfig = field(default_factory=AlertsConfig)
    bulletin: BulletinSettings = field(default_factory=BulletinSettings)
    reports: tuple[str, ...] = ("sheet",)
    orders: OrderSettings = field(default_factory=OrderSettings)
    proof: ProofSettings = field(default_factory=ProofSettings)
    web: WebSettings = field(default_factory=WebSettings)
    counting: CountRule = field(default_factory=CountRule)

    def in_force(self, day: date) -> dict[str, Version]:
        """Each rule's version on ``day``; rules not yet in force are left out."""
        found = {}
        for name, versions in self.rules.items():
            begun = [version for version in versions if version.valid_from <= day]
            if begun:
                found[name] = begun[-1]
        return found


def monitor_config(data: Mapping[str, Any], path: Path) -> MonitorConfig:
    """The ``monitor`` section of a loaded config.yaml.

    Raises :class:`BadConfig` with the place of an unknown key or rule, or an impossible limit.
    """
    place = f"{path.name}: monitor"
    channels = section_fields()
    model = create_model("MonitorSection", __base__=MonitorSection, **channels)
    read = section(model, data.get("monitor"), place)
    rules = read_rules(read.rules, f"{place}.rules")
    alerts = AlertsConfig(read.letters, {name: getattr(read, name) for name in channels})
    for name in read.reports:
        if name not in report_names():
            raise BadConfig(
                f"{place}.reports: unknown report {name}; known: {', '.join(report_names())}"
            )
    return MonitorConfig(
        rules,
        read.coverage,
        read.timetable,
        alerts,
        read.bulletin,
        read.reports,
        read.orders,
        read.proof,
        read.web,
        read.counting,
    )


def read_rules(entries: Mapping[str, Any], place: str) -> dict[str, tuple[Version, ...]]:
    """Each rule's versions, oldest first. Raises :class:`BadConfig` with the place of the first
    fault."""
    return {name: _versions(name, entry, place) for name, entry in entries.items()}


def report_names() -> tuple[str, ...]:
    """The reports that exist: one module each, with ``TRAITS`` and ``write``. Told by their files:
    reports stand high above."""
    names = (found.name for found in iter_modules([str(REPORTS)]))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def _versions(name: str, entry: Any, place: str) -> tuple[Version, ...]:
    if name not in rule_names():
        raise BadConfig(f"{place}: unknown rule {name}; known: {', '.join(rule_names())}")
    entries = entry if isinstance(entry, list) else [entry]
    if not entries:
        raise BadConfig(f"{place}.{name}: no limits given; to switch the rule off remove its line")
    model = _model(name)
    where = [
        f"{place}.{name}.{n}" if isinstance(entry, list) else f"{place}.{name}"
        for n in range(len(entries))
    ]
    versions = [section(model, one, spot) for one, spot in zip(entries, where, strict=True)]
    days = [version.valid_from for version in versions]
    for number, day in enumerate(days):
        if day in days[:number]:
            raise BadConfig(
                f"{where[number]}.valid_from: {day} is given twice; each version needs its own day"
            )
    return tuple(sorted(versions, key=lambda version: version.valid_from))


@cache
def _model(name: str) -> type[Version]:
    """The rule's keyword arguments as a strict section."""
    check = rule(name).check
    hints = get_type_hints(check, include_extras=True)
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in inspect.signature(check).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return create_model(name, __base__=Version, **fields)
