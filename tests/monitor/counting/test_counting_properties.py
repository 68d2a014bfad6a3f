"""Seeing less never accuses more: whatever is hidden of a month, no unit is short that was not
short in full sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Unit
from monitor.counting.asked import Series
from monitor.counting.names import Names, Place
from monitor.counting.reach import Reach
from monitor.counting.rows import Column, ShownRow, Undated
from monitor.counting.sight import SeriesSight, Stood, of_units
from monitor.counting.tally import collect
from monitor.counting.whose import Whose
from monitor.settings.counting import CountRule

START, END, TODAY = date(2020, 5, 1), date(2020, 6, 30), date(2020, 7, 5)
MONTHS = ("2020-05", "2020-06")
QUOTA = 2
UNITS = {
    name: Unit(name, name, f"仓山区{name}", "区直部门") for name in ("教育局", "卫健局", "民政局")
}
BEGAN = ((date(2020, 1, 1), None),)
COLUMNS = {
    "教育": Column("教育", "portal", "教育", "", False, (("教育局", date(2020, 1, 1), None),)),
    "联合": Column(
        "联合", "portal", "联合", "", False,
        (("卫健局", date(2020, 1, 1), None), ("民政局", date(2020, 1, 1), None)),
    ),
    "要闻": Column("要闻", "portal", "要闻", "", False, (("民政局", date(2020, 1, 1), None),), "", True),
}  # fmt: skip
NAMES = Names.build(UNITS.values(), place=Place("仓山区"))
ORIGINS = ("区教育局", "区卫健局", "民政局", "新华社", "区科技局", "仓山区政府网", None)


@dataclass(frozen=True)
class World:
    """What was seen of the two months."""

    rows: tuple[ShownRow, ...]
    reaches: Mapping[str, Reach]
    undated: tuple[Undated, ...] = ()
    vouched: frozenset[str] = frozenset(UNITS)

    def of(self, outlet: str) -> Reach:
        return self.reaches[outlet]

    def known(self, outlet: str, **changes: object) -> World:
        """The column's reach with ``changes``."""
        return replace(self, reaches={**self.reaches, outlet: replace(self.of(outlet), **changes)})  # type: ignore[arg-type]

    def without(self, *rows: ShownRow) -> World:
        return replace(self, rows=tuple(row for row in self.rows if row not in rows))


def short(world: World, rule: CountRule) -> set[tuple[str, str]]:
    """The units and months that are short of the quota, whatever was not seen."""
    posts = collect(world.rows, world.undated, COLUMNS, NAMES, Series(START, END, rule))
    units = {unit: Stood(vouched=unit in world.vouched) for unit in UNITS}
    early = timedelta(days=rule.oldest + rule.grace)
    whose = {name: Whose() for name in COLUMNS}
    sight = SeriesSight(TODAY, COLUMNS, world.reaches, whose, units, early=early)
    found = of_units(posts.ledger, sight, MONTHS)
    return {
        (u, m)
        for u, months in found.items()
        for m, count in months.items()
        if count.falls_short(QUOTA)
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A district whose every column was read whole, every night, with a few posts that came
    late."""
    rows = []
    # One article prints one origin, wherever it is shown.
    printed = draw(st.sampled_from(ORIGINS))
    for number in range(draw(st.integers(0, 9))):
        day = draw(st.dates(START - timedelta(days=20), END))
        late = draw(st.sampled_from([0, 0, 0, 2, 6, 20, 40]))
        shown = min(TODAY, day + timedelta(days=late))
        title = draw(
            st.sampled_from(["公示", "关于某事项办理情况的公告", f"样例标题第{number}条的全文"])
        )
        address = draw(
            st.sampled_from(
                [f"a{number}.htm", "b.htm", f"c.htm?from={number}", f"d.htm?utm_x={number}"]
            )
        )
        rows.append(
            ShownRow(
                number,
                draw(st.sampled_from(sorted(COLUMNS))),
                f"http://portal.example.org/{address}",
                title,
                day,
                printed if address == "b.htm" else draw(st.sampled_from(ORIGINS)),
                shown - timedelta(days=1),
                shown,
            )
        )
    reaches = {name: Reach(name, name, since=date.min, until=TODAY) for name in COLUMNS}
    # A column keeps one row of an address.
    kept = {(row.outlet, row.url): row for row in rows}
    return World(tuple(kept.values()), reaches)


def hide(draw: st.DrawFn, world: World) -> World:
    """``world`` with one thing less seen, and the mark that our not seeing leaves."""
    how = draw(st.sampled_from(HIDINGS))
    if not world.reaches:
        return world
    outlet = draw(st.sampled_from(sorted(world.reaches)))
    mine = [row for row in world.rows if row.outlet == outlet]
    if how == "column":
        return world.without(*mine).known(outlet, since=None, until=None)
    if how == "catalogue":
        seen = {name: reach for name, reach in world.reaches.items() if name != outlet}
        return replace(world.without(*mine), reaches=seen, vouched=frozenset())
    if how == "word":
        return replace(world, vouched=world.vouched - {draw(st.sampled_from(sorted(UNITS)))})
    if how == "looks":
        last = draw(st.dates(START, TODAY))
        gone = [row for row in mine if row.shown is not None and row.shown > last]
        return world.without(*gone).known(outlet, until=min(last, world.of(outlet).until or last))
    if how == "walk":
        since = draw(st.dates(START, TODAY))
        known = world.of(outlet).since
        return world.without(*(row for row in mine if row.day < since)).known(
            outlet, since=None if known is None else max(since, known)
        )
    if how == "nights":
        first, last = sorted(draw(st.tuples(st.dates(START, TODAY), st.dates(START, TODAY))))
        return replace(
            world,
            rows=tuple(_later(row, first, last) if row in mine else row for row in world.rows),
        )
    return _hide_row(draw, world, how, mine)


def _later(row: ShownRow, first: date, last: date) -> ShownRow:
    """A row as the nights around ``first`` to ``last`` saw it, on none of which anybody looked."""
    if row.shown is None or row.prior is None or row.shown < first or row.prior > last:
        return row
    shown = last + timedelta(days=1) if first <= row.shown <= last else row.shown
    prior = first - timedelta(days=1) if first <= row.prior <= last else row.prior
    return row._replace(prior=min(prior, row.prior), shown=max(shown, row.shown))


def _hide_row(draw: st.DrawFn, world: World, how: str, mine: Sequence[ShownRow]) -> World:
    if not mine:
        return world
    row = draw(st.sampled_from(list(mine)))
    rest = world.without(row)
    shown = row.shown or TODAY
    if how == "row":
        left = (draw(st.sampled_from([None, row.day, shown])), shown)
        return rest.known(row.outlet, unread=(*world.of(row.outlet).unread, left))
    if how == "date":
        lost = Undated(
            row.id, row.outlet, row.url, row.title, row.origin, row.prior, shown, row.unread
        )
        return replace(rest, undated=(*world.undated, lost))
    blank = row._replace(origin=None, unread=True)
    return replace(rest, rows=(*rest.rows, blank))


@st.composite
def less(draw: st.DrawFn, world: World) -> World:
    return hide(draw, world)


HIDINGS = (
    "column",
    "catalogue",
    "word",
    "looks",
    "walk",
    "nights",
    "row",
    "row",
    "date",
    "date",
    "origin",
    "origin",
)
RULES = st.sampled_from([CountRule(), CountRule(copies="each")])


@settings(max_examples=500, deadline=None)
@given(worlds(), RULES, st.data())
def test_whatever_is_hidden_no_unit_is_short_that_was_not(
    world: World, rule: CountRule, data: st.DataObject
) -> None:
    hidden = world
    for _ in range(data.draw(st.integers(1, 4))):
        hidden = data.draw(less(hidden))
    assert short(hidden, rule) <= short(world, rule)
