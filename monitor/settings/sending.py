"""What letters say and by which channels they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.settings.letters import LetterSettings


@dataclass(frozen=True, slots=True)
class AlertsConfig:
    """What letters say, and the channels they leave by: each one's settings by its section of
    config.yaml. Without any, letters are written and wait."""

    letters: LetterSettings = field(default_factory=LetterSettings)
    channels: Mapping[str, Any] = field(default_factory=dict)
