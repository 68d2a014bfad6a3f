"""The days that a bulletin counts: 2020Q2, 2020-06, 2020H1, 2020, or any two days."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from monitor.days.calendar import months_between

QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
_PERIOD = re.compile(
    r"(\d{4})(?:[-年]?(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])|-(0?[1-9]|1[0-2])))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that the bulletin counts, both included. ``name`` is how it was asked for:
    ``2020Q2``."""

    name: str
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """``2020Q2``, ``2020-06``, ``2020H1``, ``2020`` or ``2020-04-01..2020-06-25``.

        Raises ``ValueError`` with what is allowed.
        """
        try:
            if ".." in text:
                start, _, end = text.partition("..")
                first, last = date.fromisoformat(start.strip()), date.fromisoformat(end.strip())
                if first > last:
                    raise ValueError
                return cls(f"{first}..{last}", first, last)
            found = _PERIOD.fullmatch(text.strip())
            if not found:
                raise ValueError
            return _named(found)
        except ValueError:
            raise ValueError(
                f"{text!r} is no period; allowed: 2020Q2, 2020-06, 2020H1, 2020 or 2020-04-01..2020-06-25"
            ) from None

    @property
    def months(self) -> tuple[str, ...]:
        return months_between(self.start, self.end)

    @property
    def words(self) -> str:
        """``2020年第二季度``, ``2020年6月``, ``2020年上半年``, ``2020年`` or the two days."""
        if len(self.months) == 3 and self == _span(self.name, self.start.year, self.start.month, 3):
            if self.start.month % 3 == 1:
                return f"{self.start.year}年{QUARTERS[self.start.month // 3]}"
        elif len(self.months) == 1 and self == _span(
            self.name, self.start.year, self.start.month, 1
        ):
            return f"{self.start.year}年{self.start.month}月"
        elif self == _span(
            self.name, self.start.year, self.start.month, 6
        ) and self.start.month in (1, 7):
            return f"{self.start.year}年{'上' if self.start.month == 1 else '下'}半年"
        elif self == _span(self.name, self.start.year, 1, 12):
            return f"{self.start.year}年"
        return f"{_day(self.start)}至{_day(self.end)}"


def _named(found: re.Match[str]) -> Period:
    year = int(found.group(1))
    if found.group(2):
        return _span(f"{year}Q{found.group(2)}", year, int(found.group(2)) * 3 - 2, 3)
    if found.group(3):
        return _span(f"{year}H{found.group(3)}", year, int(found.group(3)) * 6 - 5, 6)
    month = found.group(4) or found.group(5)
    return (
        _span(f"{year}-{int(month):02d}", year, int(month), 1)
        if month
        else _span(str(year), year, 1, 12)
    )


def _span(name: str, year: int, month: int, length: int) -> Period:
    last_year, last = divmod(year * 12 + month + length - 2, 12)
    return Period(
        name, date(year, month, 1), date(last_year, last + 1, monthrange(last_year, last + 1)[1])
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
