"""Orders: the ``monitor.orders`` section of config.yaml."""

from __future__ import annotations

from pydantic import Field

from crawler.config import Strict


class OrderSettings(Strict):
    """How orders are numbered, how long a unit has, and what a reply may bring.

    ``days`` are working days; the hour is ``letters.deadline_time``. ``exempt_days`` is how long an
    upheld appeal keeps the rule silent about its subject, while the cause is mended.
    """

    prefix: str = Field(default="整改", min_length=1, max_length=20)
    days: int = Field(default=5, ge=1, le=60)
    exempt_days: int = Field(default=30, ge=1, le=366)
    max_files: int = Field(default=5, ge=0, le=20)
    max_file_bytes: int = Field(default=10_000_000, ge=1000, le=100_000_000)
