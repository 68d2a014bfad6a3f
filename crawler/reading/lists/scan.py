"""All texts of a page searched in one go: one run of a pattern costs less than a call for every
text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

SEAM = "\x00"
"""Stands before, between and after the texts; no tree holds it. Patterns name it where a text
begins or ends."""


_OPENS = re.compile(
    rf"{SEAM}[^\w{SEAM}]*[\d年月二〇一三四五六七八九十下后尾末最JFMASONDLjfmasondlſ]"
)
"""Texts whose first letter may begin a day, a month or a pager's word: one walk instead of four."""


@dataclass(slots=True)
class Run:
    """``text``: every text between seams; text ``i`` begins at ``starts[i]``."""

    text: str
    starts: Sequence[int]
    _opened: Sequence[int] | None = None

    def hits(self, *patterns: re.Pattern[str]) -> list[int]:
        """The numbers of the texts in which one of the patterns is found, each once, in their
        order."""
        if len(patterns) == 1:
            return list(self._hits(patterns[0]))
        return sorted({number for pattern in patterns for number in self._hits(pattern)})

    def opening(self, pattern: re.Pattern[str]) -> list[int]:
        """The numbers of the texts that ``pattern`` matches from the seam before them on.

        For patterns that begin with a day's, a month's or a pager's first letter.
        """
        if self._opened is None:
            self._opened = list(self._hits(_OPENS))
        text, starts = self.text, self.starts
        return [number for number in self._opened if pattern.match(text, starts[number] - 1)]

    def _hits(self, pattern: re.Pattern[str]) -> Iterator[int]:
        starts, end = self.starts, 0
        for match in pattern.finditer(self.text):
            at = match.start() + 1  # a match begins in its text or with the seam before it
            if at >= end:
                number = bisect_right(starts, at) - 1
                end = starts[number + 1]
                yield number


def run_of(texts: Sequence[str]) -> Run:
    """``texts`` as one run."""
    return Run(
        f"{SEAM}{SEAM.join(texts)}{SEAM}",
        list(accumulate([len(text) + 1 for text in texts], initial=1)),
    )
