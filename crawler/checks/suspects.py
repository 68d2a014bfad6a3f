"""A suspect: something in a post that a person should look at, with its place and sentence. It
accuses nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass

ENDS = "。！？!?；;\n"
LONGEST = 120
"""Characters of a sentence that are kept around a quote."""
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Suspect:
    """One alarm of ``rule`` (a name of ``rules.RULES``).

    ``place`` says where on the page (正文, 标题, 链接, 附件《…》). ``quote`` is the phrase, ``sentence`` what
    stands around it: both masked where they are personal. ``why`` explains, ``hint`` suggests.
    ``key`` tells two alarms of one rule on one page apart, and is the same on every look.
    """

    rule: str
    place: str
    quote: str
    sentence: str = ""
    why: str = ""
    hint: str = ""
    key: str = ""

    @property
    def identity(self) -> str:
        return self.key or self.quote


def around(text: str, start: int, end: int) -> str:
    """The sentence of ``text[start:end]``, cut to a readable length at both sides."""
    left = max((text.rfind(mark, 0, start) for mark in ENDS), default=-1) + 1
    rights = [at for mark in ENDS if (at := text.find(mark, end)) >= 0]
    right = min(rights, default=len(text) - 1) + 1
    room = max(20, (LONGEST - (end - start)) // 2)
    head, tail = max(left, start - room), min(right, end + room)
    cut = ("…" if head > left else "") + text[head:tail].strip() + ("…" if tail < right else "")
    return SPACES.sub(" ", cut)


def masked(number: str) -> str:
    """A personal number as it may be stored and mailed: ``110***********1234``."""
    keep = 3 if len(number) <= 11 else 4
    return number[:3] + "*" * (len(number) - 3 - keep) + number[-keep:]
