"""Columns whose newest posts stand on a further page: pinned rows fill the first one, or posts are
put at the list's end.

Whether the first page holds the newest is never taken for granted: a walk that finds newer rows
behind it leaves a mark among the column's unread parts. A column with the mark is walked on every
night, and convicts nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from crawler.model import Unread, shanghai_day

PLACE, BEHIND = "further pages", "behind"
QUIET = timedelta(days=14)
"""The newest row of a first page may be so old before the second page is looked at, too, with every
plain look."""


def marked(unread: Iterable[Unread]) -> Unread | None:
    """The mark among the unread parts of a column, if it has one."""
    return next((one for one in unread if one.why == BEHIND), None)


def carried(unread: Iterable[Unread], newest: date | None) -> tuple[Unread, ...]:
    """What a new look at the first page, whose newest row is of ``newest``, leaves of the mark:
    none where it shows the newest itself."""
    mark = marked(unread)
    if mark is None or (newest is not None and newest.isoformat() > mark.text):
        return ()
    return (mark,)


def with_mark(unread: Iterable[Unread], day: date) -> tuple[Unread, ...]:
    """The unread parts of a column of which a further page showed a row of ``day``, newer than all
    before it.

    The mark has no day of its own: what else stands there nobody saw.
    """
    return (*(one for one in unread if one.why != BEHIND), Unread(PLACE, BEHIND, day.isoformat()))


def looks_on(
    unread: Iterable[Unread], newest: date | None, moment: datetime, *, sent: bool
) -> bool:
    """Whether the look goes on behind a first page that shows what it showed before.

    ``sent``: it was asked with validators. Of a column that lives on its first page that is enough.
    """
    if marked(unread) is not None:
        return True
    return not sent and (newest is None or shanghai_day(moment) - newest > QUIET)
