"""The limit that stands before the work of taking a page apart: tags with thousands of attributes.

The parser walks the list of an element's attributes for each new one, which is quadratic: one tag
of 1.5 MB with 160,000 attributes held it for more than a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MOST = 2000
"""Attributes of one tag at most; on 700 real and written pages the most was 27."""
BLOCK = 4096
_LONG_TAG = re.compile(rf"<[A-Za-z][^<>]{{{2 * BLOCK},}}")
"""Long enough to hold one whole block in which no tag ends, wherever it begins."""
_ATTRIBUTE = re.compile(r"""[^\s/=]+(?:\s{0,9}=\s{0,9}(?:"[^"]*"|'[^']*'|[^\s"']+))?""")
"""Pictures and tables written into one attribute (``src="data:…"``) make long tags of few
attributes."""


def crowded(text: str) -> bool:
    """Whether one tag of ``text`` has more than :data:`MOST` attributes.

    A look into each block of :data:`BLOCK` characters tells of nearly all that no long tag stands
    there. Tags that hide their end in quotes pass: the limits of the process that reads stand
    behind.
    """
    return any(_attributes(tag) > MOST for tag in _long_tags(text))


def _long_tags(text: str) -> Iterator[str]:
    before = -1
    for start in range(0, len(text) - BLOCK, BLOCK):
        if text.find(">", start, start + BLOCK) >= 0:
            continue
        begin = text.rfind("<", 0, start)
        tag = _LONG_TAG.match(text, begin) if begin > before else None
        before = max(begin, before)
        if tag is not None:
            yield tag[0]


def _attributes(tag: str) -> int:
    """The attributes of a tag, counted up to one more than it may have."""
    return sum(1 for _ in islice(_ATTRIBUTE.finditer(tag, tag.find(" ") + 1), MOST + 1))
