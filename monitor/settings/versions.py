"""What every rule of config.yaml has beside its limits: from when a version is in force, and its
findings' life."""

from __future__ import annotations

from datetime import date
from typing import Any

from crawler.config import Strict
from monitor.settings.life import Life


class Version(Strict):
    """One version of a rule's limits, in force from a day on until the next version; and its
    findings' life."""

    valid_from: date
    life: Life = Life()

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments for ``check``."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in OWN}


OWN = ("valid_from", "life")
"""Keys of every rule that are no argument of its ``check``."""
