"""How often one caller may ask: a full bucket of so many questions that fills again evenly. Kept in
memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

BURST, A_MINUTE = 120, 600
KEPT = 10_000
"""Callers remembered; beyond that the fullest buckets are forgotten, which only ever allows
more."""


@dataclass
class Rates:
    """Buckets by caller."""

    burst: float = BURST
    a_minute: float = A_MINUTE
    _held: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, caller: str, now: datetime) -> int:
        """0 = go on, and one is taken; else the seconds to wait."""
        with self._lock:
            left, since = self._held.get(caller, (self.burst, now))
            seconds = max(0.0, (now - since).total_seconds())
            left = min(self.burst, left + seconds * self.a_minute / 60)
            if left < 1:
                return max(1, round((1 - left) * 60 / self.a_minute))
            if len(self._held) >= KEPT and caller not in self._held:
                self._held.clear()
            self._held[caller] = (left - 1, now)
            return 0
