"""The settings of letters: who signs, how long a unit has, when letters may leave."""

from __future__ import annotations

from datetime import date, time
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from crawler.config import Strict
from monitor.plain import safe_link
from monitor.workdays import Calendar, Hours


class LetterSettings(Strict):
    """Who signs, whom to call, how long a unit has, and when letters may leave."""

    office: str = Field(default="政务公开工作机构", min_length=2, max_length=60)
    contact: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=60)
    office_emails: tuple[str, ...] = ()
    deadline_days: int = Field(default=5, ge=1, le=60, description="working days")
    deadline_time: time = time(17, 30)
    base_url: str = Field(default="", description="address of the web pages, for links to a unit's page")
    warn_left: tuple[int, ...] = Field(
        default=(2, 0), description="warn when so many working days are left before a limit"
    )
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    workdays_only: bool = False
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    @field_validator("deadline_time", "quiet_from", "quiet_until", mode="before")
    @classmethod
    def _hours(cls, value: Any) -> Any:
        # YAML reads an unquoted 20:00 as the number 1200, which would become twenty minutes past midnight.
        if not isinstance(value, str | time):
            raise ValueError('write an hour of the day in quotes, like "20:00"')
        return value

    @model_validator(mode="after")
    def _links(self) -> Self:
        if self.base_url and not safe_link(self.base_url):
            raise ValueError(f"base_url {self.base_url[:60]!r} must be an http or https address")
        return self

    @property
    def calendar(self) -> Calendar:
        return Calendar(frozenset(self.holidays), frozenset(self.workdays))

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet_from, self.quiet_until, self.workdays_only)
