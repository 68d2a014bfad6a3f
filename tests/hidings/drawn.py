"""What Hypothesis may hide: every kind of the issue's list, a few at a time."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from tests.hidings.hiding import WHOLE_RUN, Hiding
from tests.hidings.pages import DATES, SHAPES
from tests.hidings.story import ACCOUNT_IDS, COLUMN_IDS, FIRST, LAST, SHELVES, SITES, UNITS
from tests.hidings.web import FAULTS

NIGHTS = (LAST - FIRST).days
SPANS = (1, 2, 3, 7, 14, WHOLE_RUN)
LINE = ("timeout", "reset", "dns", "http_503")
MISSING = tuple(
    [(one,) for one in (*COLUMN_IDS, *ACCOUNT_IDS)]
    + [
        tuple(shelf.id for shelf in SHELVES if str(unit["id"]) in shelf.units)
        for unit in UNITS
        if unit["id"] != "jtj"
    ]
)
"""Outlets that the catalogue may lack: one, or all columns of a unit."""
COLUMNS = st.one_of(
    st.sampled_from(COLUMN_IDS).map(lambda one: (one,)),
    st.sets(st.sampled_from(COLUMN_IDS), min_size=2, max_size=4).map(
        lambda found: tuple(sorted(found))
    ),
    st.just(()),
)


def _one(kind: str, places: st.SearchStrategy[tuple[str, ...]], how: tuple[str, ...] = ("",), amount: tuple[int, ...] = (1,)) -> st.SearchStrategy[Hiding]:  # fmt: skip
    return st.builds(
        Hiding,
        st.just(kind),
        places,
        st.one_of(st.just(0), st.integers(0, NIGHTS)),
        st.sampled_from(SPANS),
        st.sampled_from(how),
        st.sampled_from(amount),
    )


NOWHERE = st.just(())
KINDS: dict[str, st.SearchStrategy[Hiding]] = {
    "look": _one("look", COLUMNS, FAULTS),
    "liar": _one("liar", COLUMNS),
    "cache": _one("cache", COLUMNS, ("age", "warning", "date"), (2, 5, 12, 30, 60)),
    "older": _one("older", COLUMNS, amount=(1, 2, 4, 8)),
    "cut": _one("cut", COLUMNS, amount=(1, 3, 4, 5, 6, 7, 8, 9)),
    "dates": _one("dates", COLUMNS, DATES, (1, 2, 5, 12)),
    "shape": _one("shape", COLUMNS, SHAPES, (1, 2, 4, 6)),
    "articles": _one("articles", COLUMNS, LINE),
    "catalogue": st.builds(Hiding, st.just("catalogue"), st.sampled_from(MISSING)),
    "night": _one("night", NOWHERE),
    "late": _one("late", NOWHERE),
    "clock": _one("clock", NOWHERE, amount=(-480, -30, -8, 5, 8, 30, 480)),
    "letters": _one("letters", NOWHERE),
    "probe": _one("probe", st.sampled_from(("weibo", "mweibo", "bridge", "wechat")).map(lambda one: (one,)), FAULTS),
    "account": _one("account", st.sampled_from((*ACCOUNT_IDS, "cwb", "cwx")).map(lambda one: (one,)), FAULTS),
    "bridge_frozen": _one("bridge_frozen", st.sampled_from((("wx",), ())), amount=(3, 6, 20)),
    "site": _one("site", st.sampled_from(sorted(SITES)).map(lambda one: (one,)), LINE),
    "line": _one("line", NOWHERE, LINE),
    "proof": st.builds(
        Hiding, st.just("proof"), st.sampled_from(ACCOUNT_IDS).map(lambda one: (one,)), st.integers(1, NIGHTS), st.just(1),
        st.just(""), st.sampled_from((1, 7, 20)),
    ),
}  # fmt: skip
"""Strategies by kind of hiding. ``amount``: days of age, posts, rows, tenths of a page or hours, as
the kind needs."""


@st.composite
def hidings(draw: st.DrawFn, without: Collection[str] = (), most: int = 4) -> tuple[Hiding, ...]:
    """One to ``most`` hidings, of one kind or several, but none of the kinds ``without``."""
    kinds = draw(
        st.lists(st.sampled_from(sorted(KINDS.keys() - set(without))), min_size=1, max_size=most)
    )
    return tuple(draw(KINDS[kind]) for kind in kinds)
