"""Whether a number lies in one of many spans, asked in a time that does not grow with their
number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans from a start (within) to a stop (without), which may overlap. ``reach[i]``: how far the
    first ``i + 1`` reach."""

    starts: Sequence[int]
    reach: Sequence[int]

    def hold(self, number: int) -> bool:
        """Whether ``number`` lies in one of them."""
        at = bisect_right(self.starts, number)
        return at > 0 and self.reach[at - 1] > number

    def free(self, numbers: range) -> Iterator[int]:
        """Those of ``numbers`` that lie in none: from span to span, so that long lists are not
        walked text by text."""
        number = numbers.start
        while number < numbers.stop:
            at = bisect_right(self.starts, number)
            if at > 0 and self.reach[at - 1] > number:
                number = self.reach[at - 1]
                continue
            stop = self.starts[at] if at < len(self.starts) else numbers.stop
            yield from range(number, min(stop, numbers.stop))
            number = stop


def spans_of(pairs: Iterable[tuple[int, int]]) -> Spans:
    """``pairs`` of start and stop, in any order; one that ends before it starts holds nothing."""
    ordered = sorted(pairs)
    return Spans(
        [start for start, _ in ordered], list(accumulate((stop for _, stop in ordered), max))
    )
