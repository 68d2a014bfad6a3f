"""In which month a post counts, and in which it may count instead. Pure.

Back-dating (house rule 4): a post that an earlier look did not show, dated more than ``grace`` days
before that look, is
*late*. It counts in the month in which it appeared, not in the one it claims; dated more than
``oldest`` days before, it
counts in none (an archive moved, not a month's work). On which of the nights without a look it
appeared nobody knows: where
that decides about the month, it may count in any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from monitor.counting.rows import ShownRow, Undated
from monitor.days.calendar import first_day, month_of, months_between
from monitor.settings.counting import CountRule

DAY = timedelta(days=1)
OFF = timedelta(days=31)


class When(NamedTuple):
    """The printed day, the month in which the post counts (empty: in none), whether it came late,
    and other months in which it may count."""

    day: date
    month: str
    late: bool
    also: tuple[str, ...] = ()


def when(rows: Sequence[ShownRow], rule: CountRule | None) -> When:
    """When a post counts that ``rows`` show: a place that showed it in time clears it. Without a
    rule its day decides."""
    if len(rows) == 1:  # nearly all are shown once
        return _when(rows[0], rule)
    every = [_when(row, rule) for row in rows]
    best = min(every, key=lambda w: (w.late, not w.month, w.day))
    if any(not one.late and not one.also for one in every):
        return best._replace(also=())
    also = {month for one in every for month in one.also} - {best.month}
    return best._replace(also=tuple(sorted(also)))


def _when(row: ShownRow, rule: CountRule | None) -> When:
    plain = When(row.day, month_of(row.day), False)
    if rule is None:
        return _off(plain, row)
    prior = row.prior
    if prior is None:
        return _off(plain._replace(also=_begun(row, rule)), row)
    behind = (prior - row.day).days
    late = behind > rule.grace
    month = (month_of(prior) if behind <= rule.oldest else "") if late else month_of(row.day)
    return _off(When(row.day, month, late, _also(row, rule, prior, month)), row)


def _off(at: When, row: ShownRow) -> When:
    """A day that is no proof may be off by weeks: addresses bear the day of an import, of an event,
    of a first draft."""
    if not row.weak:
        return at
    last = row.day + OFF if row.shown is None else min(row.shown, row.day + OFF)
    near = months_of(row.day - OFF, max(last, row.day))
    return at._replace(also=tuple(sorted({*at.also, *near} - {at.month})))


def _also(row: ShownRow, rule: CountRule, prior: date, month: str) -> tuple[str, ...]:
    """The months in which it appeared late, if it appeared on a later night than the first that
    missed it."""
    if row.shown is None or row.shown - DAY <= prior:
        return ()
    first = max(prior, row.day + timedelta(days=rule.grace + 1))
    last = min(row.shown - DAY, row.day + timedelta(days=rule.oldest))
    return tuple(one for one in months_of(first, last) if one != month)


def _begun(row: ShownRow, rule: CountRule) -> tuple[str, ...]:
    """A column's first look: in the month in which it fell, what is dated shortly before may have
    come late.

    Where it was asked before (``begun``) and could not be seen, in every month since: it is not
    judged as if nothing had come late meanwhile.
    """
    if row.shown is None:
        return ()
    last, own = row.shown - DAY, month_of(row.day)
    if row.begun is None:
        late = rule.grace < (last - row.day).days <= rule.oldest
        return (month_of(last),) if late and month_of(last) != own else ()
    first = max(row.day + timedelta(days=rule.grace + 1), first_day(month_of(min(row.begun, last))))
    months = months_of(first, min(last, row.day + timedelta(days=rule.oldest)))
    return tuple(month for month in months if month != own)


def possible(row: Undated, rule: CountRule, since: date) -> tuple[str, ...]:
    """The months in which a row without a date may count, none before ``since``."""
    first = since if row.prior is None else max(since, row.prior - timedelta(days=rule.grace))
    return months_of(first, row.shown)


def months_of(first: date, last: date) -> tuple[str, ...]:
    """The months that the days from ``first`` to ``last`` touch; none where they are the wrong way
    round."""
    return months_between(first, last) if first <= last else ()
