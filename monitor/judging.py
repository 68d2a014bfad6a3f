"""What an outlet's posts and looks prove under a limit. Pure; the rules put it into verdicts.

A post's date alone proves that a place is fresh. Anything worse needs conclusive looks that show a whole
list (COMPLETE, or a person's word), made after the line was crossed; an accusation needs two that agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawler.chain import due
from crawler.model import AccountState, Evidence, Outcome, OutletKind, shanghai_day
from monitor import causes
from monitor.limits import Limit
from monitor.model import Facts, Look, OutletFacts, Value

PROVING = (Evidence.COMPLETE, Evidence.MANUAL)
GONE = (AccountState.CLOSED, AccountState.MERGED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an outlet stands under one limit, and why not known where it is not."""

    value: Value
    cause: str = ""


def gone(of: OutletFacts) -> bool:
    """A closed or merged account is out of the base; one that is closing is still judged."""
    return of.outlet.state in GONE


def has_address(of: OutletFacts) -> bool:
    """Whether anybody could look: an address, or a probe."""
    return bool(of.outlet.url or of.outlet.probes)


def asked(of: OutletFacts, day: date) -> bool:
    """Whether the crawl asks at all: an account that is known to have posted lately is left in peace."""
    return of.outlet.kind is not OutletKind.ACCOUNT or due(of.newest.day if of.newest else None, None, day)


def proving(of: OutletFacts) -> Iterator[Look]:
    """The conclusive looks that show a whole list, newest first."""
    return (look for look in of.looks if look.outcome.conclusive and look.evidence in PROVING)


def _apart(looks: Iterable[Look]) -> Iterator[Look]:
    """Looks that are not the same look read again: one entry of one person is one look, however often read."""
    known: set[datetime] = set()
    for look in looks:
        if look.stands_for not in known:
            known.add(look.stands_for)
            yield look


def recent(look: Look | None, as_of: datetime, hours: int) -> bool:
    """Whether ``look`` is at most ``hours`` old at ``as_of``."""
    return look is not None and as_of - look.moment <= timedelta(hours=hours)


def _holds(look: Look, as_of: datetime, hours: int) -> bool:
    """Whether what ``look`` stands for is at most ``hours`` old: a person's entry ages from when the person looked."""
    return as_of - look.stands_for <= timedelta(hours=hours)


def trouble(of: OutletFacts, as_of: datetime, hours: int) -> str:
    """Why the looks prove nothing: nobody looked, the last look failed, or it saw only a part."""
    if not has_address(of):
        return causes.NO_ADDRESS
    last = of.looks[0] if of.looks else None
    if last is None or not recent(last, as_of, hours):
        return causes.NOT_LOOKED
    if not last.outcome.conclusive:
        return last.reason or last.outcome.value
    return causes.NOT_LOOKED if last.evidence in PROVING else causes.LOWER_BOUND


def stale(of: OutletFacts, facts: Facts, limit: Limit, hours: int) -> Standing:
    """Where an outlet stands by its newest post; one that never showed a post is as :func:`blank` says."""
    if not has_address(of):
        return Standing(Value.UNKNOWN, causes.NO_ADDRESS)
    if of.newest is None:
        return Standing(Value.UNKNOWN, causes.NO_DATES) if of.ever_posts else blank(of, facts, hours)
    if of.newest.day > facts.day:
        return Standing(Value.UNKNOWN, causes.FUTURE_DATE)
    if facts.day <= limit.due(of.newest.day):
        return _within(of, facts, limit, hours)
    return _beyond(of, facts, limit, hours)


def _within(of: OutletFacts, facts: Facts, limit: Limit, hours: int) -> Standing:
    assert of.newest is not None
    warn = limit.warn_from(of.newest.day)
    if facts.day < warn:
        return Standing(Value.FRESH)
    if not any(look.outcome.conclusive and recent(look, facts.as_of, hours) for look in of.looks):
        return Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
    seen = any(shanghai_day(look.moment) >= warn for look in proving(of))
    return Standing(Value.DUE_SOON if seen else Value.FRESH)


def _beyond(of: OutletFacts, facts: Facts, limit: Limit, hours: int) -> Standing:
    assert of.newest is not None
    newest = of.newest.day
    after = list(_apart(look for look in proving(of) if shanghai_day(look.stands_for) > limit.due(newest)))[
        :2
    ]
    if not after or not _holds(after[0], facts.as_of, hours):
        return Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
    for look in after:
        if look.newest is None:
            return Standing(Value.UNKNOWN, causes.EMPTIED if _empty(look) else causes.NO_DATES)
        if look.newest > newest:
            ahead = look.newest > facts.day
            return Standing(Value.UNKNOWN, causes.FUTURE_DATE if ahead else causes.REDATED)
    return Standing(Value.STALE) if len(after) == 2 else Standing(Value.UNKNOWN, causes.AWAITING)


def blank(of: OutletFacts, facts: Facts, hours: int) -> Standing:
    """Whether the outlet holds nothing at all. One that held posts before is never blank, only in doubt."""
    if not has_address(of):
        return Standing(Value.UNKNOWN, causes.NO_ADDRESS)
    looks = list(_apart(proving(of)))[:2]
    if of.ever_posts or of.newest is not None:
        emptied = bool(looks) and _empty(looks[0])
        return Standing(Value.UNKNOWN, causes.EMPTIED) if emptied else Standing(Value.FRESH)
    if not looks or not _holds(looks[0], facts.as_of, hours):
        return Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
    if not _empty(looks[0]):
        return Standing(Value.UNKNOWN, causes.NO_DATES)
    twice = len(looks) == 2 and _empty(looks[1])
    return Standing(Value.BLANK) if twice else Standing(Value.UNKNOWN, causes.AWAITING)


def _empty(look: Look) -> bool:
    """The look showed a list without posts; an unchanged page shows what it showed before."""
    if look.outcome is Outcome.UNCHANGED:
        return look.newest is None and look.dated == 0
    return look.outcome is Outcome.EMPTY
