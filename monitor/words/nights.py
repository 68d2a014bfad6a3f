"""What a night saw: to have asked is not to have seen."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.words.shares import Share


@dataclass(frozen=True, slots=True)
class Sight:
    """A run over ``planned`` outlets: ``looked`` were asked, of which ``unknown`` gave no answer
    that says anything."""

    planned: int
    looked: int
    unknown: int

    @property
    def seen(self) -> int:
        """Outlets of which the run knows something."""
        return max(0, min(self.looked, self.planned or self.looked) - self.unknown)

    @property
    def blind(self) -> bool:
        """Whether it had something to look at and saw nothing at all."""
        return self.planned > 0 and self.seen == 0

    @property
    def coverage(self) -> str:
        """``93.5%`` of what was planned; empty where nothing was seen or nothing was due."""
        found = Share(self.seen, self.planned).rate()
        return "" if self.blind or not self.planned else found or f"{self.seen}/{self.planned}"

    @property
    def text(self) -> str:
        """``计划 83 个，看到 80 个，没有看清 3 个``, or that nothing was seen."""
        if not self.planned and not self.looked:
            return "没有要看的栏目和账号"
        if self.blind:
            asked = (
                f"，问了 {self.looked} 个，没有一个给出可用的回答"
                if self.looked
                else "，一个也没有问到"
            )
            return f"没有看到任何栏目和账号（计划 {self.planned} 个{asked}）"
        missed = self.planned - min(self.looked, self.planned)
        parts = [f"计划 {self.planned} 个", f"看到 {self.seen} 个"]
        parts += [f"没有看清 {self.unknown} 个"] if self.unknown else []
        parts += [f"没有看 {missed} 个"] if missed else []
        return "，".join(parts)
