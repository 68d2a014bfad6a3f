"""The clock for the outer rooms, which alone may ask it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from crawler.model import SHANGHAI, utc

Clock = Callable[[], datetime]


def clock(as_of: datetime | None = None) -> Clock:
    """The real time; or a clock that stood at ``as_of`` when this was called and goes on from
    there."""
    if as_of is None:
        return lambda: datetime.now(UTC)
    start, began = utc(as_of), monotonic()
    return lambda: start + timedelta(seconds=monotonic() - began)


def parse_moment(text: str) -> datetime:
    """``2020-07-20``, ``2020-07-20T09:00`` or with an offset; without one it is Asia/Shanghai.

    A day alone means its last second. Raises ``ValueError`` with a sentence.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no moment; write 2020-07-20 or 2020-07-20T09:00") from None
    if len(text.strip()) == 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
