"""Profiles (口径): the limits of one document or place as data, to judge by instead of config.yaml's
own.

A file ``NAME.yaml`` beside this one gives ``who`` it is of, how surely we know it (``certainty`` A,
B, C, L), where it was seen, the ``rules`` that replace those of config.yaml, rules it is
``without``, and what it demands that no machine here judges (``not_judged``). A profile that is
asked for is in force on any day.

Face: ``load_profile``, ``profile_names``, ``under``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from crawler.config import BadConfig, Strict, parsed, section
from monitor.config import MonitorConfig, read_rules
from monitor.rules import rule_names
from monitor.settings.versions import Version

FOLDER = Path(__file__).parent


class ProfileFile(Strict):
    """One file, as it is read."""

    who: str = Field(min_length=2, max_length=80)
    certainty: Literal["A", "B", "C", "L"]
    seen: str = Field(min_length=2)
    rules: dict[str, Any] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with its rules read; ``not_judged`` are its demands that a person must look
    after."""

    name: str
    who: str
    certainty: str
    seen: str
    rules: Mapping[str, tuple[Version, ...]]
    without: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()


def profile_names() -> tuple[str, ...]:
    """The profiles that ship, by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load_profile(name: str) -> Profile:
    """The profile ``name``. Raises :class:`BadConfig` where there is none, or where its file says
    what cannot be meant."""
    if name not in profile_names():
        raise BadConfig(f"unknown profile {name}; known: {', '.join(profile_names())}")
    path = FOLDER / f"{name}.yaml"
    read = section(ProfileFile, parsed(path.read_text("utf-8")), path.name)
    for rule in read.without:
        if rule not in rule_names():
            raise BadConfig(f"{path.name}: without: unknown rule {rule}")
    rules = {
        rule: tuple(
            version.model_copy(update={"valid_from": date.min}) for version in versions[-1:]
        )
        for rule, versions in read_rules(read.rules, f"{path.name}: rules").items()
    }
    return Profile(name, read.who, read.certainty, read.seen, rules, read.without, read.not_judged)


def under(config: MonitorConfig, profile: Profile) -> MonitorConfig:
    """``config`` with the profile's rules in place of its own."""
    kept = {
        name: versions for name, versions in config.rules.items() if name not in profile.without
    }
    return replace(config, rules={**kept, **profile.rules})
