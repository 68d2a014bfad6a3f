"""What convicts: which looks are looks of their own, and where a day must stand. Pure.

An accusation rests on two looks that cannot have seen one and the same copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations

from crawler.model import Evidence
from monitor.model import Look

ANOTHER_NIGHT = timedelta(hours=6)
"""Looks of one door so far apart are of two nights: a crawl that was begun again looks again
sooner."""
BRIDGE = "bridge"
CONVICTING = frozenset({"item", "attr", "label", "meta", "json", "feed", "manual"})
"""Where a day stands that may convict: printed in its row or on its article, or given by a
platform. A day that only the address, a script or a comment bears clears and never convicts."""


def bridge_of(look: Look) -> str:
    """The bridge that the answer came by, as its path names it; empty where it came straight."""
    parts = (part.strip().partition("=") for part in look.path.split(";"))
    return next((value for name, _, value in parts if name == BRIDGE), "")


def independent(one: Look, other: Look) -> bool:
    """Whether the two are two: another door or another night, not one copy, not one bridge, not one
    person's entry."""
    if one.stands_for == other.stands_for:
        return False
    bridge = bridge_of(one)
    if bridge and bridge == bridge_of(other):
        return False
    if Evidence.MANUAL in (one.evidence, other.evidence):
        return True  # a person who looks at another moment looks anew
    return one.door != other.door or abs(one.stands_for - other.stands_for) >= ANOTHER_NIGHT


def pair_of(looks: Iterable[Look]) -> tuple[Look, Look] | None:
    """The newest two independent looks of which one was asked without validators; ``None`` where
    there are none.

    ``looks`` are newest first. A server's "unchanged" alone is its word, not a sight of the page.
    """
    for one, other in combinations(looks, 2):
        if independent(one, other) and not (one.conditional and other.conditional):
            return one, other
    return None


def enough(looks: Sequence[Look]) -> bool:
    """Whether ``looks`` hold such a pair: older ones add nothing to them."""
    return pair_of(looks) is not None


PROVING = (Evidence.COMPLETE, Evidence.MANUAL)


BOUNDED = (*PROVING, Evidence.PARTIAL)
"""A part of a list convicts where nothing that was left unread can be new enough to matter."""
