"""An hour of the day as config.yaml writes it."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _hour(value: Any) -> time:
    # YAML reads an unquoted 11:30 as the number 690, which would pass for a quarter to midnight.
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ValueError('write an hour of the day in quotes, like "08:30"')
    return time.fromisoformat(value)


Hour = Annotated[time, BeforeValidator(_hour)]
"""A time of day in Asia/Shanghai, given as quoted text."""
