"""What a platform says of itself beside its answers: each platform's file holds one, and no list
elsewhere repeats it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """``title`` is what this way of looking is called on screens.

    ``service`` is its name where it is out of service; a way without one is none of ours (a person
    looks, or a column's own page), so it can be out of service in no finding. ``medium`` is the
    only medium whose accounts it can see (empty: several). ``saved``: one saved answer of it can be
    read by itself (``gengxin read``).
    """

    title: str
    service: str = ""
    medium: str = ""
    saved: bool = False
