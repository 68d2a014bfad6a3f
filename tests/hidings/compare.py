"""A run with things hidden against the run in full sight: which accusations are new, early, or rest
on nothing seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tests.hidings.claims import Key, Said

HOLDS = 2
"""Days: what a look of the last two days proves may be said."""


def violations(full: Said, less: Said) -> list[str]:
    """What ``less`` says that ``full`` does not say then: one line each, empty where seeing less
    accused nobody more.

    A claim of a day must be one of full sight's of that day or the two before. It may come later
    than there, never earlier; and what full sight has closed for longer may be said no more.
    """
    return [*_new(full, less), *_soon(full, less), *_larger(full, less)]


def _lately(full: Said, day: date) -> list[date]:
    return [day - timedelta(days=n) for n in range(HOLDS + 1)]


def _new(full: Said, less: Said) -> Iterator[str]:
    for day in sorted(less.claims):
        allowed: set[Key] = set().union(
            *(full.claims.get(one, set()) for one in _lately(full, day))
        )
        for key in sorted(less.claims[day]):
            if not _allowed(full, key, day, allowed):
                yield f"{day}: says {' '.join(key)}"


def _allowed(full: Said, key: Key, day: date, allowed: set[Key]) -> bool:
    if key in allowed:
        return True
    kind, *rest = key
    if kind in ("finding", "verdict"):
        return ("verdict", *rest) in allowed
    if kind in ("letter", "reminder"):
        return ("verdict", *rest[1:]) in allowed
    if kind in ("overdue", "leader_letter"):
        before = {one for at, keys in full.claims.items() if at <= day for one in keys}
        return key in before and ("verdict", *rest[1:]) in allowed
    return kind == "letter_soon"  # its verdicts are held against full sight's in _soon


def _soon(full: Said, less: Said) -> Iterator[str]:
    """Nothing is called soon due that full sight does not call so, or worse."""
    for day, keys in sorted(less.soon.items()):
        near: set[Key] = set()
        for one in _lately(full, day):
            near |= full.soon.get(one, set())
            near |= {key[1:] for key in full.claims.get(one, set()) if key[0] == "verdict"}
        for key in sorted(keys - near):
            yield f"{day}: calls {' '.join(key)} soon due"


def _larger(full: Said, less: Said) -> Iterator[str]:
    for day, numbers in sorted(less.numbers.items()):
        for key, number in sorted(numbers.items()):
            known = [
                full.numbers[one].get(key, 0) for one in _lately(full, day) if one in full.numbers
            ]
            if number > max(known, default=0):
                yield f"{day}: counts {number} of {' '.join(key)}, in full sight {max(known, default=0)}"
