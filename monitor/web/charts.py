"""Charts as data: what ECharts draws, and the same as a table for whoever cannot see it. Pure.

Each function gives a :class:`Chart` for the macro ``ui.chart``. Titles are crawled or typed text:
they are cleaned and cut. A cell of the table is a text, a number, or ``{"text": …, "href": …}``. No
colour says anything alone: stacked series carry patterns, and the table has the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from monitor.model import VALUE_NAMES, Count, Value
from monitor.words.plain import clean

COLOURS: Mapping[str, str] = {
    Value.FRESH.value: "#2f7d52",
    Value.DUE_SOON.value: "#c98a1b",
    Value.STALE.value: "#b23a2f",
    Value.BLANK.value: "#7a52a0",
    Value.UNKNOWN.value: "#7d8a96",
    Value.EXEMPT.value: "#b9c2ca",
}
"""The colours of the verdicts, as on the chips."""
BLUE, LIGHT, LINE, INK = "#2b669e", "#dce8f3", "#d5dce3", "#4a5866"
SCALE = ("#eef2f5", "#cfe0ef", "#8db6da", "#4787bd", "#174a7c")
"""From nothing to much, of one hue: grey printers keep the order."""
ORDER = (Value.STALE, Value.BLANK, Value.DUE_SOON, Value.UNKNOWN, Value.EXEMPT, Value.FRESH)
UNSEEN = "#dfe3e6"
"""Days of which nothing was seen: grey, and of no scale."""
NAME = 16
"""Characters of a name on an axis."""
STANDING = 12
"""So many bars stand side by side; more of them lie."""
Cell = str | int | float | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chart:
    """``option`` is ECharts' own; ``head`` and ``rows`` are the table. ``empty`` = there is nothing
    to draw."""

    option: Mapping[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def empty(self) -> bool:
        return not self.rows


def heat(
    names: Mapping[str, str],
    posts: Iterable[tuple[str, date, int]],
    start: date,
    end: date,
    href: str = "",
    seen: tuple[date, date] | None = None,
) -> Chart:
    """Posts by row (``names``: id → name) and day from ``start`` to ``end``, both shown. ``href`` +
    id leads to a row.

    Days without posts are not in ``posts``; ids that have no name are left out. The table has one
    line a name: all posts, days with posts, the last day with one. Days outside ``seen`` (the first
    and the last day of which anything was seen) are grey: without a post there nobody knows whether
    there was one.
    """
    ids = list(names)
    days = _days(start, end)
    row_of, column_of = {id: n for n, id in enumerate(ids)}, {day: n for n, day in enumerate(days)}
    found = [(id, day, n) for id, day, n in posts if id in row_of and day in column_of]
    cells = [[column_of[day], row_of[id], n] for id, day, n in found]
    option = {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 46, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [f"{d.month}-{d.day}" for d in days],
            "axisTick": {"show": False},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [_short(names[id]) for id in ids],
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0, "fontSize": 11},
        },
        "visualMap": _scale(max((n for *_, n in found), default=1)),
        "series": [
            {
                "type": "heatmap",
                "data": cells,
                "itemStyle": {"borderColor": "#fff", "borderWidth": 1},
            }
        ],
        "tooltip": {},
    }
    if dark := [n for n, day in enumerate(days) if seen and not seen[0] <= day <= seen[1]]:
        _darken(option, [[column, row, 0] for column in dark for row in range(len(ids))])
    by: dict[str, list[tuple[date, int]]] = {id: [] for id in ids}
    for id, day, n in found:
        by[id].append((day, n))
    rows = tuple(
        (
            _cell(names[id], href and href + id),
            sum(n for _, n in own),
            len(own),
            str(max(d for d, _ in own)) if own else "—",
        )
        for id, own in by.items()
    )
    return Chart(option, ("单位", "信息数", "有信息的天数", "最近一天"), rows if found else ())


def year_calendar(posts: Mapping[date, int], start: date, end: date, what: str = "信息数") -> Chart:
    """One outlet's or unit's posts on a calendar, a square a day; the table has one line a
    month."""
    inside = {day: n for day, n in sorted(posts.items()) if start <= day <= end and n}
    option = {
        "calendar": {
            "range": [str(start), str(end)],
            "left": 36,
            "right": 8,
            "top": 24,
            "bottom": 42,
            "cellSize": ["auto", "auto"],
            "dayLabel": {"firstDay": 1, "nameMap": ["日", "一", "二", "三", "四", "五", "六"]},
            "monthLabel": {"nameMap": [f"{n}月" for n in range(1, 13)]},
            "yearLabel": {"show": False},
            "itemStyle": {"color": SCALE[0], "borderColor": "#fff"},
            "splitLine": {"lineStyle": {"color": "#b9c2ca"}},
        },
        "visualMap": _scale(max(inside.values(), default=1)),
        "series": [
            {
                "type": "heatmap",
                "coordinateSystem": "calendar",
                "data": [[str(d), n] for d, n in inside.items()],
            }
        ],
        "tooltip": {},
    }
    months: dict[str, list[int]] = {}
    for day, n in inside.items():
        months.setdefault(f"{day.year}年{day.month}月", []).append(n)
    rows = tuple((month, sum(many), len(many)) for month, many in months.items())
    return Chart(option, ("月份", what, "有信息的天数"), rows)


@dataclass(frozen=True, slots=True)
class SilentBar:
    """One outlet that has been silent for ``days``."""

    name: str
    days: int
    value: str
    newest: date | None
    href: str = ""


def silence(lines: Sequence[SilentBar]) -> Chart:
    """Days since the last update as bars, in the given order, each in its verdict's colour."""
    data = [
        {
            "value": one.days,
            "href": one.href,
            "itemStyle": {"color": COLOURS.get(one.value, INK)},
            "label": {"formatter": f"{one.days} 天 {value_name(one.value)}"},
        }
        for one in lines
    ]
    option = {
        "grid": {"left": 8, "right": 96, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [_short(one.name) for one in lines],
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0, "fontSize": 11},
        },
        "series": [
            {
                "type": "bar",
                "data": data,
                "barMaxWidth": 16,
                "label": {"show": True, "position": "right"},
            }
        ],
        "tooltip": {},
    }
    rows = tuple(
        (_cell(s.name, s.href), s.days, str(s.newest or "—"), value_name(s.value)) for s in lines
    )
    return Chart(option, ("名称", "未更新天数", "最近一次更新", "判定"), rows)


@dataclass(frozen=True, slots=True)
class Month:
    """Posts of one name (a unit, or a month of a unit) against what is asked; ``quota`` none =
    nothing is asked."""

    name: str
    count: Count
    quota: int | None
    href: str = ""

    @property
    def style(self) -> dict[str, Any]:
        """Below what is asked for sure: framed; not seen whole: open, without a frame that says it
        is short."""
        if self.quota and self.count.falls_short(self.quota):
            return {"color": LIGHT, "borderColor": BLUE, "borderWidth": 1.5, "borderType": "dashed"}
        sure = self.count.complete or (self.quota is not None and self.count.meets(self.quota))
        return {"color": BLUE} if sure else {"color": UNSEEN, "borderColor": INK, "borderWidth": 1}


def quota(lines: Sequence[Month], first: str = "单位", what: str = "信息数") -> Chart:
    """Bars against a mark at what is asked; those below it are lighter and framed, so that print
    tells them too.

    A bar of posts that were not all seen is grey and bears ``≥``; where nobody knows any number
    there is no bar.
    """
    data = [
        {
            "value": one.count.at_least if one.count.complete or one.count.at_least else "-",
            "href": one.href,
            "itemStyle": one.style,
            "label": {
                "show": not one.count.complete,
                "formatter": one.count.sign,
                "position": "inside",
            },
        }
        for one in lines
    ]
    marks = [one.quota if one.quota is not None else "-" for one in lines]
    lying = len(lines) > STANDING  # many names are read only one below the other
    names: dict[str, Any] = {
        "type": "category",
        "data": [_short(one.name) for one in lines],
        "axisTick": {"show": False},
        "inverse": lying,
        "axisLabel": {"interval": 0, "fontSize": 11},
    }
    numbers = {"type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"color": LINE}}}
    option = {
        "grid": {"left": 8, "right": 16, "top": 34, "bottom": 8, "containLabel": True},
        "legend": {"data": [what, "应达"], "top": 0, "left": 0},
        "xAxis": numbers if lying else names,
        "yAxis": names if lying else numbers,
        "series": [
            {
                "name": what,
                "type": "bar",
                "data": data,
                "barMaxWidth": 26,
                "itemStyle": {"color": BLUE},
            },
            {
                "name": "应达",
                "type": "scatter",
                "data": marks,
                "symbol": "rect",
                "symbolSize": [3, 14] if lying else [22, 3],
                "itemStyle": {"color": "#8a5a00"},
            },
        ],
        "tooltip": {"trigger": "axis"},
    }
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _cell(one.name, one.href),
            one.count.figure,
            one.quota if one.quota is not None else "—",
            _lacking(one),
        )
        for one in lines
    )
    return Chart(option, (first, what, "应达", "还差"), rows)


def _lacking(one: Month) -> Cell:
    """What is surely lacking; nothing where it is met, and a dash where nothing is asked or nobody
    knows."""
    if one.quota is None or not (one.count.meets(one.quota) or one.count.falls_short(one.quota)):
        return "—"
    return one.count.lacking(one.quota)


def trend(counts: Mapping[tuple[date, str], int], values: Sequence[Value] = ORDER) -> Chart:
    """How many stood at each value, day by day, stacked; a day that was not judged is a gap, not a
    zero."""
    days = sorted({day for day, _ in counts})
    span = _days(days[0], days[-1]) if days else []
    judged = set(days)
    used = [v for v in values if any(counts.get((day, v.value)) for day in days)]
    series = [
        {
            "name": VALUE_NAMES[v],
            "type": "bar",
            "stack": "all",
            "barCategoryGap": "20%",
            "barMaxWidth": 26,
            "data": [counts.get((day, v.value), 0) if day in judged else "-" for day in span],
            "itemStyle": {"color": COLOURS[v.value]},
        }
        for v in used
    ]
    option = {
        "aria": {"enabled": True, "decal": {"show": True}},
        "grid": {"left": 8, "right": 8, "top": 34, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {
            "type": "category",
            "data": [f"{d.month}-{d.day}" for d in span],
            "axisTick": {"show": False},
        },
        "yAxis": {"type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"color": LINE}}},
        "series": series,
        "tooltip": {"trigger": "axis"},
    }
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(day), *(counts.get((day, v.value), 0) for v in used)) for day in reversed(days)
    )
    return Chart(option, ("日期", *(VALUE_NAMES[v] for v in used)), rows)


def lines(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    first: str,
    unit: str = "",
    limit: float | None = None,
) -> Chart:
    """Lines over ``labels`` (weeks, months); ``None`` is a gap. ``limit`` draws a line that must
    not be passed."""
    marks = ("circle", "rect", "triangle", "diamond", "emptyCircle")
    drawn: list[dict[str, Any]] = [
        {
            "name": _short(name),
            "type": "line",
            "symbol": marks[n % len(marks)],
            "symbolSize": 8,
            "data": ["-" if value is None else value for value in values],
        }
        for n, (name, values) in enumerate(series.items())
    ]
    if limit is not None and drawn:
        mark = {
            "data": [{"yAxis": limit}],
            "symbol": "none",
            "label": {"formatter": f"{limit:g}{unit}"},
        }
        drawn[0]["markLine"] = mark | {"lineStyle": {"color": COLOURS["stale"]}}
    option = {
        "grid": {"left": 8, "right": 40, "top": 34, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "category", "data": list(labels)},
        "yAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}" + unit}},
        "series": drawn,
        "tooltip": {"trigger": "axis"},
    }
    rows = tuple(
        (
            label,
            *("—" if values[n] is None else f"{values[n]:g}{unit}" for values in series.values()),
        )
        for n, label in enumerate(labels)
    )
    return Chart(option, (first, *(clean(name, 60) for name in series)), rows)


def value_name(value: str) -> str:
    """The word for a verdict's value."""
    return VALUE_NAMES[Value(value)]


def _darken(option: dict[str, Any], cells: Sequence[Sequence[int]]) -> None:
    """Draw ``cells`` of a heat chart as unseen: grey, under whatever is known there, and in no
    scale."""
    unseen = {
        "type": "heatmap",
        "data": cells,
        "silent": True,
        "z": 1,
        "itemStyle": {"borderColor": "#fff", "borderWidth": 1},
    }
    option["series"].append(unseen)
    option["visualMap"] = [
        option["visualMap"] | {"seriesIndex": 0},
        {"show": False, "seriesIndex": 1, "min": 0, "max": 1, "inRange": {"color": [UNSEEN]}},
    ]


def _scale(most: int) -> dict[str, Any]:
    return {
        "min": 0,
        "max": max(most, 1),
        "calculable": False,
        "orient": "horizontal",
        "left": 0,
        "bottom": 0,
        "itemHeight": 90,
        "itemWidth": 12,
        "text": [f"{most}", "0"],
        "inRange": {"color": list(SCALE)},
    }


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _short(name: str) -> str:
    """A name as an axis bears it: of a long path its end. Braces are ECharts' own marks."""
    name = clean(name, 200)
    if len(name) > NAME and "/" in name:
        name = f"…/{name.rpartition('/')[2]}"
    return clean(name, NAME).replace("{", "（").replace("}", "）")


def _cell(name: str, href: str) -> Cell:
    return {"text": clean(name, 120), "href": href} if href else clean(name, 120)
