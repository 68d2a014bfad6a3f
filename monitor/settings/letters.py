"""The settings of letters: who signs, how long a unit has, when letters may leave."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from crawler.config import Strict
from monitor.days.official_days import KNOWN, official_days
from monitor.days.workdays import Calendar, Hours
from monitor.words.plain import safe_link


class LetterSettings(Strict):
    """Who signs, whom to call, how long a unit has, and when letters may leave."""

    office: str = Field(default="政务公开工作机构", min_length=2, max_length=60)
    contact: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=60)
    office_emails: tuple[str, ...] = ()
    deadline_days: int = Field(default=5, ge=1, le=60, description="working days")
    deadline_time: time = time(17, 30)
    base_url: str = Field(
        default="", description="address of the web pages, for links to a unit's page"
    )
    link_days: int = Field(
        default=30, ge=1, le=366, description="days that a link in a letter works"
    )
    remind_every: int = Field(
        default=3,
        ge=1,
        le=20,
        description="working days between letters that only repeat what is open",
    )
    weekly: bool = Field(
        default=True, description="the week's first letter lists all that is due soon"
    )
    leader_after: int = Field(
        default=1, ge=0, le=60, description="working days past the deadline: to the leader"
    )
    talk_after: int = Field(
        default=5, ge=0, le=60, description="working days past the deadline: on the 约谈 list"
    )
    ack_days: int = Field(
        default=10, ge=0, le=60, description="working days that an acknowledgement may last"
    )
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
        # YAML reads an unquoted 20:00 as the number 1200, which would become twenty minutes past
        # midnight.
        if not isinstance(value, str | time):
            raise ValueError('write an hour of the day in quotes, like "20:00"')
        return value

    @model_validator(mode="after")
    def _links(self) -> Self:
        if self.base_url and not safe_link(self.base_url):
            raise ValueError(f"base_url {self.base_url[:60]!r} must be an http or https address")
        return self

    @model_validator(mode="after")
    def _ladder(self) -> Self:
        if self.talk_after < self.leader_after:
            raise ValueError(
                f"talk_after {self.talk_after} comes before leader_after {self.leader_after}"
            )
        return self

    @property
    def calendar(self) -> Calendar:
        """The State Council's days for the years that are known, with this config's own days before
        them."""
        return _calendar(frozenset(self.holidays), frozenset(self.workdays))

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet_from, self.quiet_until, self.workdays_only)


@lru_cache(maxsize=8)
def _calendar(holidays: frozenset[date], workdays: frozenset[date]) -> Calendar:
    state = official_days(Calendar(), KNOWN).calendar
    return Calendar(
        (frozenset(state.holidays) - workdays) | holidays,
        (frozenset(state.workdays) - holidays) | workdays,
    )
