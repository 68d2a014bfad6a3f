"""What a process costs: processor seconds and resident memory, as the kernel counts them."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

STATUS = Path("/proc/self/status")


def resident() -> tuple[int, int]:
    """Resident memory of this process in KB, now and at its highest.

    From the kernel's own table where there is one: ``ru_maxrss`` also counts the parent at the
    moment when it started this process.
    """
    if not STATUS.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak, peak
    lines = (line.split() for line in STATUS.read_text().splitlines())
    found = {words[0]: int(words[1]) for words in lines if words[0] in ("VmRSS:", "VmHWM:")}
    return found["VmRSS:"], found["VmHWM:"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a process's life, to measure from."""

    cpu: float
    wall: float
    rss: int

    @classmethod
    def now(cls) -> Mark:
        return cls(process_time(), monotonic(), resident()[0])

    def since(self) -> dict[str, float]:
        """Processor and wall seconds since the mark (all threads, user and system), memory in
        KB."""
        rss, peak = resident()
        return {
            "cpu": process_time() - self.cpu,
            "wall": monotonic() - self.wall,
            "ended": monotonic(),
            "startup_cpu": self.cpu,
            "rss_before": self.rss,
            "rss": rss,
            "peak": peak,
        }
