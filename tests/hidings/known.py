"""Hidings by which somebody was accused once, each the least that did it."""

from __future__ import annotations

from tests.hidings.hiding import Hiding
from tests.hidings.pages import DATES, SHAPES

NO_ARTICLES = Hiding("articles", how="timeout")
KNOWN: dict[str, tuple[Hiding, ...]] = {
    "all looks fail after findings opened": (Hiding("look", (), 15, how="timeout"),),
    "the list shows two posts less than before": (Hiding("older", (), 10, amount=2),),
    "the list shows eight posts less than before": (Hiding("older", (), 12, amount=8),),
    "pages end after a third": (Hiding("cut", amount=3),),
    "pages end after two thirds": (Hiding("cut", amount=6),),
    "the news column fails while its finding is open": (Hiding("look", ("yw",), 14, how="http_403"),),
    "the bridge stopped six days ago": (Hiding("bridge_frozen", (), 3, amount=6),),
    "a machine three weeks ahead": (Hiding("clock", (), 9, 3, amount=480),),
    "a machine a day and a quarter behind": (Hiding("clock", (), 9, 3, amount=-30),),
    "an old word on an account that is walled": (
        Hiding("proof", ("fabu",), 9, 1, amount=20), Hiding("account", ("fabu",), 9, how="captcha"),
    ),
    **{f"two rows' dates: {how}": (Hiding("dates", how=how, amount=2),) for how in DATES},
    **{f"five rows' dates, no articles: {how}": (Hiding("dates", (), 3, how=how, amount=5), NO_ARTICLES) for how in DATES},
    **{f"two rows as {how}": (Hiding("shape", how=how, amount=2),) for how in SHAPES},
    **{f"four rows as {how}, no articles": (Hiding("shape", (), 3, how=how, amount=4), NO_ARTICLES) for how in SHAPES},
}  # fmt: skip
