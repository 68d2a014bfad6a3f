"""What an outlet's posts and looks prove under a limit. Pure; the rules put it into verdicts.

A post's date alone proves that a place is fresh. Anything worse needs two independent looks, made
after the line was crossed, of which each excludes anything newer: its upper bound is beyond the
limit, too. What only one of them saw of something newer stands against all of them; what one of
them failed to see stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawler.model import AccountState, Outcome, Unread, shanghai_day
from monitor.looks.crosscheck_rows import as_row
from monitor.looks.due import has_address
from monitor.looks.weight import BOUNDED, CONVICTING, PROVING, bridge_of, pair_of
from monitor.model import Facts, Look, OutletFacts, Value
from monitor.settings.limits import Limit
from monitor.words import causes

ONE_LOOK = timedelta(minutes=10)
"""An account's probes are asked one after the other and written together."""
GONE = (AccountState.CLOSED, AccountState.MERGED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an outlet stands under one limit, and why not known where it is not.

    ``rows`` are the unread rows and parts that may be newer, or what was found beside the list;
    ``looks`` the two that an accusation rests on.
    """

    value: Value
    cause: str = ""
    rows: tuple[Unread, ...] = ()
    looks: tuple[Look, ...] = ()


def conclusive(of: OutletFacts) -> Iterator[Look]:
    """The looks that saw the page, newest first."""
    return (look for look in of.looks if look.outcome.conclusive)


def proving(of: OutletFacts) -> Iterator[Look]:
    """The conclusive looks that show a whole list, newest first."""
    return (look for look in conclusive(of) if look.evidence in PROVING)


def recent(look: Look | None, as_of: datetime, hours: int) -> bool:
    """Whether ``look`` is at most ``hours`` old at ``as_of``."""
    return look is not None and as_of - look.moment <= timedelta(hours=hours)


def _holds(look: Look, as_of: datetime, hours: int) -> bool:
    """Whether what ``look`` stands for is at most ``hours`` old: a person's entry ages from when
    the person looked."""
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
    if last.evidence in PROVING:
        return causes.NOT_LOOKED
    return last.reason or (causes.UNREAD_NEWER if last.unread else causes.LOWER_BOUND)


def stale(of: OutletFacts, facts: Facts, limit: Limit, hours: int) -> Standing:
    """Where an outlet stands by its newest post; one that never showed a post is as :func:`blank`
    says."""
    if not has_address(of):
        return Standing(Value.UNKNOWN, causes.NO_ADDRESS)
    if of.newest is None:
        return (
            Standing(Value.UNKNOWN, causes.NO_DATES) if of.ever_posts else blank(of, facts, hours)
        )
    if of.newest.day > facts.day:
        return Standing(Value.UNKNOWN, causes.FUTURE_DATE)
    if facts.day <= limit.due(of.newest.day):
        return _within(of, of.newest.day, facts, limit, hours)
    return _beyond(of, of.newest.day, facts, limit, hours)


def _within(of: OutletFacts, newest: date, facts: Facts, limit: Limit, hours: int) -> Standing:
    """Within its limit by its newest post. 即将超期 is said only of a page that was seen whole after
    the warn day."""
    warn = limit.warn_from(newest)
    if facts.day < warn:
        return Standing(Value.FRESH)
    last = _last(of)
    if last is None or not recent(last, facts.as_of, hours):
        return Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
    if last.unread and facts.day < limit.warn_from(_top(last, newest)):
        return Standing(Value.UNKNOWN, causes.UNREAD_NEWER, last.unread)
    seen = any(shanghai_day(look.stands_for) >= warn for look in proving(of))
    return Standing(Value.DUE_SOON if seen and _convicts(of) else Value.FRESH)


def _last(of: OutletFacts) -> Look | None:
    """The newest conclusive look, unless the place was looked at in vain since. An account's probes
    are one look."""
    seen = next(conclusive(of), None)
    return seen if seen is not None and of.looks[0].moment - seen.moment <= ONE_LOOK else None


def _beyond(of: OutletFacts, newest: date, facts: Facts, limit: Limit, hours: int) -> Standing:
    """Past its limit by its newest post: stale where two independent looks leave room for nothing
    newer."""
    partial = [look for look in conclusive(of) if look.unread and _top(look, newest) > newest]
    ceiling = max((_top(look, newest) for look in partial), default=newest)
    if facts.day <= limit.due(ceiling):
        rows = partial[0].unread
        return Standing(Value.UNKNOWN, causes.UNREAD_NEWER, rows)
    shown = max((look.newest for look in _since_withdrawal(of) if look.newest), default=newest)
    if shown > newest:
        return Standing(Value.UNKNOWN, causes.FUTURE_DATE if shown > facts.day else causes.REDATED)
    if not _convicts(of):
        return Standing(Value.UNKNOWN, causes.WEAK_DATE)
    after = [look for look in conclusive(of) if shanghai_day(look.stands_for) > limit.due(ceiling)]
    good = [look for look in after if look.evidence in BOUNDED and look.newest == shown]
    if not good or not _holds(good[0], facts.as_of, hours):
        return Standing(Value.UNKNOWN, _against(of, after, facts, hours))
    pair = pair_of(good)
    if pair is None or not _holds(pair[0], facts.as_of, hours):
        whole = next(look for look in after if look.evidence in BOUNDED)
        back = whole.newest is not None and whole.newest < shown
        return Standing(Value.UNKNOWN, causes.WENT_BACK if back else _lacking(good))
    return _unless_elsewhere(of, newest, Standing(Value.STALE, looks=pair))


def _unless_elsewhere(of: OutletFacts, newest: date | None, accusing: Standing) -> Standing:
    """``accusing``, but for a column of which something newer was found beside its list: that list
    is not all."""
    rows = tuple(as_row(one) for one in of.elsewhere if one.newer_than(newest))
    return Standing(Value.UNKNOWN, causes.NEWER_ELSEWHERE, rows) if rows else accusing


def _lacking(good: list[Look]) -> str:
    """What a second look must be: any other one, or one that does not come by the bridge of all the
    others."""
    bridges = {bridge_of(look) for look in good}
    return causes.ONE_BRIDGE if len(bridges) == 1 and bridges != {""} else causes.AWAITING


def _since_withdrawal(of: OutletFacts) -> Iterator[Look]:
    """The conclusive looks since the crawl last found that a column's newest post was withdrawn:
    older ones showed it."""
    for look in conclusive(of):
        yield look
        if "withdrawn=" in look.path:
            return


def _top(look: Look, newest: date) -> date:
    """The newest day that the page could have held when it was seen: what bears no day may be of
    that very day."""
    seen = shanghai_day(look.stands_for)
    return max(newest, seen if look.upper is None else look.upper)


def _convicts(of: OutletFacts) -> bool:
    """Whether the newest post's day stands where a day may convict."""
    return of.newest is not None and of.newest.place in CONVICTING


def _against(of: OutletFacts, after: list[Look], facts: Facts, hours: int) -> str:
    """Why no look after the line convicts: the newest whole one shows nothing, or something else
    than it ought to."""
    whole = next((look for look in after if look.evidence in PROVING), None)
    if whole is None or not _holds(whole, facts.as_of, hours):
        return trouble(of, facts.as_of, hours)
    if whole.newest is None:
        return causes.EMPTIED if _empty(whole) else causes.NO_DATES
    return causes.WENT_BACK


def blank(of: OutletFacts, facts: Facts, hours: int) -> Standing:
    """Whether the outlet holds nothing at all. One that held posts before is never blank, only in
    doubt."""
    if not has_address(of):
        return Standing(Value.UNKNOWN, causes.NO_ADDRESS)
    empties = [look for look in proving(of) if _empty(look)]
    if of.ever_posts or of.newest is not None:
        emptied = bool(empties) and next(proving(of)) is empties[0]
        return Standing(Value.UNKNOWN, causes.EMPTIED) if emptied else Standing(Value.FRESH)
    partial = next((look for look in conclusive(of) if look.unread), None)
    if partial is not None:
        return Standing(Value.UNKNOWN, causes.UNREAD_NEWER, partial.unread)
    if any(not _empty(look) for look in proving(of)):
        return Standing(Value.UNKNOWN, causes.NO_DATES)
    if not empties or not _holds(empties[0], facts.as_of, hours):
        return Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
    pair = pair_of(empties)
    if pair is None or not _holds(pair[0], facts.as_of, hours):
        return Standing(Value.UNKNOWN, _lacking(empties))
    return _unless_elsewhere(of, None, Standing(Value.BLANK, looks=pair))


def _empty(look: Look) -> bool:
    """The look showed a list without posts; an unchanged page shows what it showed before."""
    if look.outcome is Outcome.UNCHANGED:
        return look.newest is None and look.dated == 0
    return look.outcome is Outcome.EMPTY
