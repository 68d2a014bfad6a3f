"""What a rule says of itself beside its verdicts: each rule's file holds one :class:`Traits`, and
no list elsewhere repeats it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """``title`` is the rule's name on screens and papers.

    ``accused`` is what its accusation is called where nothing is past a date (empty: the verdict's
    own name). ``advice`` is what the office does about a finding that is its own. ``kind`` is set
    where findings are of another kind than their subject, ``mended`` where mending is called
    otherwise than publishing anew. ``newest``: it rests on a column's newest post, so a crosscheck
    may clear it. ``upkeep``: the next bulletin says what became of whom it blamed. ``visits``: it
    rests on visits to home pages, which the night's crawl does not make. ``beside``: it speaks of
    an outlet, but not of whether that is kept up to date; its verdicts colour no standing.
    ``once``: it stands in one letter of the office's and after that on the screens only.
    ``explains`` are the rules whose findings about the same columns it makes needless.
    """

    title: str
    accused: str = ""
    advice: str = ""
    kind: str = ""
    mended: str = ""
    newest: bool = False
    upkeep: bool = False
    visits: bool = False
    beside: bool = False
    once: bool = False
    explains: tuple[str, ...] = ()
