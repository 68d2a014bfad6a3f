"""The ``monitor`` section of config.yaml, read strictly: rules with their limits, timetable, letters.

A rule's keys are the keyword arguments of its ``check``; the name in the file is the module's name.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import Field, create_model

import monitor.bulletin.reports
import monitor.rules
from crawler.config import BadConfig, Strict, section
from monitor.access.settings import WebSettings
from monitor.bulletin.model import BulletinSettings
from monitor.counting.rows import CountRule
from monitor.days.hours import Hour
from monitor.letters.alerts import AlertsConfig
from monitor.letters.channels.mail import MailConfig
from monitor.letters.channels.webhook import WebhookConfig
from monitor.letters.text import LetterSettings
from monitor.rectify.orders import OrderSettings
from monitor.rectify.proof import ProofSettings
from monitor.settings.life import Life


class Timetable(Strict):
    """Hours of the day in Asia/Shanghai."""

    nightly: Hour = time(1, 30)
    letters: Hour = time(8, 30)
    content: Hour = time(3)
    drafts: Hour = time(9)
    retention: Hour = time(4, 30)
    self_check: Hour = time(7, 30)
    recheck_seconds: float = Field(default=2, ge=0.2, le=60)
    retry_seconds: float = Field(
        default=60,
        ge=0.2,
        le=3600,
        description="a daily job that broke is tried again, each time twice as late",
    )
    visits_a_day: int = Field(
        default=24, ge=20, le=288, description="home page visits; the rule wants 20 a week"
    )


class Version(Strict):
    """One version of a rule's limits, in force from a day on until the next version; and its findings' life."""

    valid_from: date
    life: Life = Life()

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments for ``check``."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in OWN}


OWN = ("valid_from", "life")
"""Keys of every rule that are no argument of its ``check``."""


class MonitorSection(Strict):
    """``coverage`` is the least share of outlets a night must have looked at to accuse anybody."""

    coverage: float = Field(default=0.8, ge=0, le=1)
    rules: dict[str, Any] = Field(min_length=1)
    timetable: Timetable = Timetable()
    letters: LetterSettings = LetterSettings()
    mail: MailConfig | None = None
    robots: dict[str, WebhookConfig] = Field(default_factory=dict)
    bulletin: BulletinSettings = BulletinSettings()
    reports: tuple[str, ...] = ("sheet",)
    orders: OrderSettings = OrderSettings()
    proof: ProofSettings = ProofSettings()
    web: WebSettings = WebSettings()
    counting: CountRule = CountRule()


@dataclass(frozen=True, slots=True)
class MonitorConfig:
    """What the judgement and the letters need; ``rules`` holds each rule's versions, oldest first."""

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
    read = section(MonitorSection, data.get("monitor"), place)
    rules = read_rules(read.rules, f"{place}.rules")
    alerts = AlertsConfig(letters=read.letters, mail=read.mail, robots=read.robots)
    for name in read.reports:
        if name not in report_names():
            raise BadConfig(f"{place}.reports: unknown report {name}; known: {', '.join(report_names())}")
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
    """Each rule's versions, oldest first. Raises :class:`BadConfig` with the place of the first fault."""
    return {name: _versions(name, entry, place) for name, entry in entries.items()}


def rule_names() -> tuple[str, ...]:
    """The rules that exist: one module each."""
    return tuple(sorted(found.name for found in iter_modules(monitor.rules.__path__)))


def report_names() -> tuple[str, ...]:
    """The reports that exist: one module each, with ``SUFFIX`` and ``write``."""
    return tuple(sorted(found.name for found in iter_modules(monitor.bulletin.reports.__path__)))


def rule(name: str) -> ModuleType:
    """The rule's module, with ``check``. Only for names of :func:`rule_names`."""
    return import_module(f"monitor.rules.{name}")


def _versions(name: str, entry: Any, place: str) -> tuple[Version, ...]:
    if name not in rule_names():
        raise BadConfig(f"{place}: unknown rule {name}; known: {', '.join(rule_names())}")
    entries = entry if isinstance(entry, list) else [entry]
    if not entries:
        raise BadConfig(f"{place}.{name}: no limits given; to switch the rule off remove its line")
    model = _model(name)
    where = [
        f"{place}.{name}.{n}" if isinstance(entry, list) else f"{place}.{name}" for n in range(len(entries))
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
