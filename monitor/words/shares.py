"""A share of what was judged: how many are good of how many, and how many nobody could judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEW = 5
"""Of fewer than this a percentage says less than the numbers themselves: 账号在期限内 0.0 % of one
account."""
GOOD, BAD, EXEMPT = ("fresh", "due_soon"), ("stale", "blank"), "exempt"


@dataclass(frozen=True, slots=True)
class Share:
    """``good`` of ``judged``; ``unjudged`` more were due and could not be judged. ``exempt`` ones
    are due to nobody."""

    good: int
    judged: int
    unjudged: int = 0
    exempt: int = 0

    @property
    def bad(self) -> int:
        return self.judged - self.good

    @property
    def total(self) -> int:
        """All of them, whatever is known."""
        return self.judged + self.unjudged + self.exempt

    @property
    def tells(self) -> bool:
        """Whether a percentage of the judged ones may stand for all: not of a few, not where most
        were not judged."""
        return self.judged >= FEW and self.judged >= self.unjudged

    def rate(self, places: int = 1) -> str:
        """``97.3%``; empty where a percentage would say more than is known. Never ``100%`` or
        ``0%`` by rounding."""
        if not self.tells:
            return ""
        found = round(100 * self.good / self.judged, places)
        step = 10.0**-places
        if self.bad and found >= 100:
            found = 100 - step
        if self.good and found <= 0:
            found = step
        return f"{found:.{places}f}%"

    @property
    def coverage(self) -> str:
        """``43 个已判定，5 个未判定``, or that none was judged."""
        if not self.judged:
            return f"{self.unjudged} 个都没有判定" if self.unjudged else "没有应判定的"
        rest = f"，{self.unjudged} 个未判定" if self.unjudged else ""
        return f"{self.judged} 个已判定{rest}"

    @property
    def text(self) -> str:
        """The whole in one line: ``97.7%（43 个已判定，5 个未判定）``, ``1 个已判定：超期、空白 1 个；5 个未判定``."""
        if rate := self.rate():
            return f"{rate}（{self.coverage}）"
        if not self.judged:
            return self.coverage
        stands = "全部在期限内" if not self.bad else f"超期、空白 {self.bad} 个"
        rest = f"；{self.unjudged} 个未判定" if self.unjudged else ""
        return f"{self.judged} 个已判定：{stands}{rest}"


def share(good: int, judged: int, unjudged: int = 0, exempt: int = 0) -> Share:
    """A share; ``good`` counts among the ``judged``."""
    return Share(good, judged, unjudged, exempt)


def of_standing(counts: Mapping[str, int]) -> Share:
    """The share in time of outlets (or units' months) counted by verdict: unknown ones and exempt
    ones are not judged."""
    good = sum(counts.get(value, 0) for value in GOOD)
    bad = sum(counts.get(value, 0) for value in BAD)
    exempt = counts.get(EXEMPT, 0)
    return Share(good, good + bad, sum(counts.values()) - good - bad - exempt, exempt)
