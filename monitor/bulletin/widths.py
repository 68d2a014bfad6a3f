"""How wide the columns of a printed table must be for their words: figures never break, names give
way last. Pure.

A clerk's quarter of units that nobody saw ("未判定" in every month) and of counts with two bounds
("12–14") was printed in columns of 1.2 cm, which broke both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

CM_PER_POINT = 2.54 / 72
MARGIN = 0.1
"""Centimetres between a cell's border and its words, on each side."""
SPARE = 0.12
"""Rounding of programs, and fonts that are a little wider."""


def ems(text: str) -> float:
    """The width of ``text`` in ems: a Chinese character is one, a letter or a digit half of one."""
    wide = sum(unicodedata.east_asian_width(one) in "WFA" for one in text)
    return wide + 0.55 * (len(text) - wide)


def needed(rows: Sequence[Sequence[str]], points: float) -> list[float]:
    """Centimetres that each column needs to hold its longest line without a break."""
    longest = [
        max((ems(line) for cell in column for line in cell.splitlines()), default=0)
        for column in zip(*rows, strict=True)
    ]
    return [em * points * CM_PER_POINT + 2 * MARGIN + SPARE for em in longest]


def fitted(
    rows: Sequence[Sequence[str]], total: float, sizes: Sequence[float]
) -> tuple[tuple[float, ...], float, bool]:
    """Widths in centimetres that add up to ``total``, the points of the text, and whether nothing
    breaks.

    The largest of ``sizes`` that fits is taken, and what is left over goes to all alike. Where none
    fits, the widest columns of the smallest share what the others leave and break their lines;
    short ones stay whole.
    """
    for points in sizes:
        wanted = needed(rows, points)
        if (spare := total - sum(wanted)) >= 0:
            return tuple(width + spare / len(wanted) for width in wanted), points, True
    return tuple(_shared(needed(rows, sizes[-1]), total)), sizes[-1], False


def _shared(wanted: Sequence[float], total: float) -> list[float]:
    """``wanted``, the widest cut to one width so that all add up to ``total``."""
    left, most = total, 0.0
    for number, width in enumerate(sorted(wanted)):
        most = left / (len(wanted) - number)
        if width > most:
            break
        left -= width
    return [min(width, most) for width in wanted]
