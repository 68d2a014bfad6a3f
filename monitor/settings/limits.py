"""A limit as config.yaml gives it: clause, operator, window in days or calendar months, warning.

The keyword arguments of a rule's ``check`` are of these types. Impossible limits are refused when
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from crawler.config import Strict
from crawler.model import ColumnClass
from monitor.days.calendar import add_months

LookHours = Annotated[int, Field(gt=0, le=24 * 31)]
"""How old the newest conclusive look may be, in hours, for a verdict worse than fresh."""
Clause = Annotated[str, Field(min_length=1)]
"""Document and item that a verdict quotes."""


class Limit(Strict):
    """How long a place may go without a new post.

    ``operator`` says when the limit is broken: ``>`` more than the window (day 14 of 14 passes),
    ``>=`` the window itself. ``warn`` counts like the window, from the newest post on.
    """

    clause: Clause
    operator: Literal[">", ">="]
    days: int | None = Field(default=None, gt=0, le=3660)
    months: int | None = Field(default=None, gt=0, le=120)
    warn: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise ValueError("give either days or months, one of them")
        most = self.window if self.operator == ">" else self.window - 1
        if self.warn is not None and self.warn > most:
            raise ValueError(f"warn {self.warn} lies beyond the limit; allowed: 1 to {most}")
        return self

    @property
    def window(self) -> int:
        """The window's length, in days or in months."""
        return self.days or self.months or 0

    @property
    def text(self) -> str:
        """The window in Chinese: ``14天``, ``6个月``, ``1年``."""
        if self.days:
            return f"{self.days}天"
        years, months = divmod(self.window, 12)
        return f"{self.window}个月" if months else f"{years}年"

    def due(self, newest: date) -> date:
        """The last day that still passes when the newest post is of ``newest``."""
        end = self._after(newest, self.window)
        return end if self.operator == ">" else end - timedelta(days=1)

    def warn_from(self, newest: date) -> date:
        """The first day of the warning; the day after :meth:`due` where there is none."""
        if self.warn is None:
            return self.due(newest) + timedelta(days=1)
        return self._after(newest, self.warn)

    def _after(self, newest: date, length: int) -> date:
        return newest + timedelta(days=length) if self.days else add_months(newest, length)


class Threshold(Strict):
    """A count over a whole site that breaks the rule. ``warn`` is the count from which we are told.

    ``operator`` ``>=`` stands for N个（含）以上.
    """

    clause: Clause
    operator: Literal[">", ">="]
    count: int = Field(gt=0, le=10_000)
    warn: int | None = Field(default=None, gt=0)

    @property
    def needed(self) -> int:
        """The least count that breaks it."""
        return self.count if self.operator == ">=" else self.count + 1


class Least(Strict):
    """How many posts a place owes within a window of calendar months. ``operator`` says what
    passes."""

    clause: Clause
    operator: Literal[">=", ">"]
    posts: int = Field(gt=0, le=10_000)
    months: int = Field(gt=0, le=120)

    @property
    def needed(self) -> int:
        """The least count that passes."""
        return self.posts if self.operator == ">=" else self.posts + 1


class Pace(Strict):
    """How many posts a place owes in every calendar week (Monday to Sunday) or on every working
    day.

    ``operator`` says what passes. ``warn_days`` before the week's end a place that is short is
    warned.
    """

    clause: Clause
    operator: Literal[">=", ">"]
    posts: int = Field(gt=0, le=1000)
    per: Literal["week", "workday"]
    warn_days: int = Field(default=2, ge=0, le=6)

    @property
    def needed(self) -> int:
        """The least count that passes."""
        return self.posts if self.operator == ">=" else self.posts + 1


class Quota(Strict):
    """How many posts a unit owes in every calendar month.

    The catalogue gives the number per unit; ``posts``, where set, replaces it for every counted
    unit. ``operator`` says what passes. ``warn_days`` before the month's end a unit that is short
    is warned.
    """

    clause: Clause
    operator: Literal[">=", ">"]
    posts: int | None = Field(default=None, gt=0, le=10_000)
    warn_days: int = Field(default=7, ge=0, le=31)

    def needed(self, quota: int) -> int:
        """The least count that passes."""
        number = quota if self.posts is None else self.posts
        return number if self.operator == ">=" else number + 1


def by_class(
    news: Limit, notice: Limit, policy: Limit, other: Limit, disclosure: Limit | None
) -> Mapping[ColumnClass, Limit | None]:
    """The limit of each class of columns; ``None``: columns of that class have none."""
    return {
        ColumnClass.NEWS: news,
        ColumnClass.NOTICE: notice,
        ColumnClass.POLICY: policy,
        ColumnClass.OTHER: other,
        ColumnClass.DISCLOSURE: disclosure,
    }
