"""How much of what a night was to look at it saw: too little of it, and nobody is accused. Pure.

The share is there to catch our own blindness (a line that is down, a firewall that took against
us). So it counts what was *seen*, not what was asked; it is counted for each site and platform by
itself, so that one site that is down keeps back its own columns only; and a place that nobody could
read all week is not tonight's blindness: it stands on our list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import Outcome, OutletKind, shanghai_day
from monitor.looks.due import asked, gone, has_address
from monitor.model import OutletFacts

NIGHT = timedelta(hours=26)
"""A look of the last night is at most this old."""
HALF = 0.5
"""A site of which less was seen is dark; a wall before one of its folders, or a column made anew,
darkens no other column."""
LINE = 2
"""So many sites that go dark in one night, and more than half of them, are our own line."""


@dataclass(frozen=True, slots=True)
class Seen:
    """``asked`` is the share of what was due that was looked at; ``dark`` the subjects
    (``outlet:ID``, ``site:ID``) of sites and platforms that were seen too little; ``blind`` =
    nothing was seen, or too little of nearly everything.
    """

    asked: float = 1.0
    dark: frozenset[str] = frozenset()
    blind: bool = False


def sight(outlets: Sequence[OutletFacts], as_of: datetime, least: float) -> Seen:
    """What the last night before ``as_of`` saw of ``outlets``; ``least`` is the share that must be
    seen."""
    due = [of for of in outlets if _due(of, as_of)]
    if not due:
        return Seen(blind=not any(_resting(of) for of in outlets))
    groups: dict[str, list[OutletFacts]] = defaultdict(list)
    for of in due:
        if _could_be_seen(of, as_of):
            groups[_group(of)].append(of)
    dark = {name for name, members in groups.items() if _share(members, as_of) < min(least, HALF)}
    asked_share = sum(looked_at(of, as_of) for of in due) / len(due)
    hidden = frozenset(f"outlet:{of.outlet.id}" for of in due if _group(of) in dark)
    return Seen(asked_share, hidden | dark, _blind(due, groups, dark, as_of))


def _blind(
    due: Iterable[OutletFacts],
    groups: Mapping[str, object],
    dark: Iterable[str],
    as_of: datetime,
) -> bool:
    if not any(seen(of, as_of) for of in due):
        return True
    sites = {name for name in groups if name.startswith("site:")}
    out = sites & set(dark)
    return set(dark) == set(groups) or (len(out) >= LINE and 2 * len(out) > len(sites))


def _share(members: Sequence[OutletFacts], as_of: datetime) -> float:
    return sum(seen(of, as_of) for of in members) / len(members)


def _group(of: OutletFacts) -> str:
    if of.outlet.kind is OutletKind.COLUMN:
        return f"site:{of.outlet.site}"
    return f"platform:{of.looks[0].probe if of.looks else of.outlet.platform}"


def seen(of: OutletFacts, as_of: datetime) -> bool:
    """Whether the newest look is of the last night and proved something."""
    return looked_at(of, as_of) and of.looks[0].outcome.conclusive


def looked_at(of: OutletFacts, as_of: datetime) -> bool:
    """Whether the newest look is of the last night, whatever came of it."""
    return bool(of.looks) and as_of - of.looks[0].moment <= NIGHT


def _due(of: OutletFacts, as_of: datetime) -> bool:
    """A column is due every night; an account that is known to have posted lately is not asked at
    all."""
    if not has_address(of) or gone(of):
        return False
    return looked_at(of, as_of) or asked(of, shanghai_day(as_of))


def _resting(of: OutletFacts) -> bool:
    """An account that is left in peace because it posted lately: nothing to see there is no
    blindness."""
    return of.outlet.kind is OutletKind.ACCOUNT and has_address(of) and not gone(of)


def _could_be_seen(of: OutletFacts, as_of: datetime) -> bool:
    """Whether not seeing it tonight says something of tonight.

    Who was looked at all week in vain cannot be seen (a page that we do not understand, a platform
    without a way in). A page that is new to us and is not understood is the reader's matter; one
    that does not answer may be our line.
    """
    if seen(of, as_of) or not of.looks:
        return True
    earlier = [look for look in of.looks if as_of - look.moment > NIGHT]
    if earlier:
        return any(look.outcome.conclusive for look in of.looks)
    if any(look.outcome.conclusive for look in of.looks):
        return True
    return of.looks[0].outcome is not Outcome.UNREADABLE
