"""Words about numbers, for every page, letter, report, command and answer: no sentence here forgets
what was not judged.

``share`` is a part of what was judged (never of what was not), ``none_found`` says that nothing was
found and among how many, ``seen_words`` what a night saw, ``counts_open`` whose counts say nothing
yet. Numbers of posts are :class:`monitor.model.Count`, which prints its own bounds. Pure; knows no
other room.

Face: ``plain.clean``, ``causes.cause_name``, ``exits.DONE``, ``Sight``, ``Share``.
"""

from __future__ import annotations

from monitor.words.found import none_found, nothing_listed
from monitor.words.nights import Sight
from monitor.words.shares import Share, of_standing, share
from monitor.words.whole import counts_open

__all__ = ["Share", "Sight", "counts_open", "none_found", "nothing_listed", "of_standing", "share"]
