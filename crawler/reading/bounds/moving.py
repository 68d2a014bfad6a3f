"""Rows that all bear the day of the look: a page that prints the hour of its making beside every
title dates nothing.

Tomorrow the same rows would all bear tomorrow, and a column that sleeps would be fresh for ever.
Such a day is believed where something else tells it too: the addresses, or times of day that lie
apart as people's work does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from crawler.days.strength import DOUBTED, is_weak
from crawler.days.text import url_date, url_day
from crawler.reading.lists.addresses import NIGHTS, SAVED
from crawler.reading.lists.dating import Item

ROWS = 3
"""So many rows of one day are looked at: fewer may well have been published together."""
APART = timedelta(minutes=10)
"""Times of day so far apart were not printed by the page's making."""
OF_THE_LOOK = f"{DOUBTED}every row bears the day of the look"
"""A page that printed the hour of its making beside every title kept a sleeping column fresh."""
_RELATIVE = "今刚前"
"""Rows that say 今天 or 刚刚 mean the day of the look."""


def settle_moving(items: Sequence[Item], today: date) -> None:
    """Take the strength, or the day itself, from rows that all bear ``today`` where nothing else
    tells it.

    Where most addresses tell days of long ago these are what is left (weak); else the day stays,
    doubted: it clears, and convicts nobody. The look of the next day, when honest rows bear
    yesterday, proves them.
    """
    dated = [item for item in items if item.published is not None and not is_weak(item.published)]
    if len(dated) < ROWS or any(item.published.day != today for item in dated if item.published):
        return
    told = [
        day for item in dated if item.url and (day := url_day(item.url, today=today)) is not None
    ]
    if 2 * sum(today - day <= NIGHTS for day in told) >= len(dated) or _told_apart(dated):
        return
    saved_long_ago = 2 * sum(today - day > SAVED for day in told) >= len(dated)
    for item in dated:
        if item.published is None or item.post is None:
            continue
        witness = url_date(item.url, today=today) if item.url else None
        item.published = witness if saved_long_ago else replace(item.published, why=OF_THE_LOOK)
        item.post = replace(item.post, published=item.published)


def _told_apart(items: Sequence[Item]) -> bool:
    """Whether the rows print times of day that lie apart, or say today in words."""
    days = [item.published for item in items if item.published is not None]
    if any(letter in dated.raw for dated in days for letter in _RELATIVE):
        return True
    moments = [dated.moment for dated in days if dated.moment is not None]
    return len(moments) > 1 and max(moments) - min(moments) >= APART
