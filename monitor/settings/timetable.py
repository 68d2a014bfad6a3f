"""The hours of a day's jobs: the ``monitor.timetable`` section of config.yaml."""

from __future__ import annotations

from datetime import time

from pydantic import Field

from crawler.config import Strict
from monitor.days.hours import Hour


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
