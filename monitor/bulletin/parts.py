"""Tally, outlets and verdicts -> the parts of a bulletin: annexes, columns, accounts, portal,
register. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil

from crawler.model import CLASS_NAMES, Outlet, OutletKind, Unit
from monitor.bulletin.asked import Labels, QuotaDays
from monitor.bulletin.model import (
    DONE,
    Basis,
    BulletinSettings,
    ColumnRow,
    Disclosure,
    FigurePost,
    Group,
    Period,
    PortalCount,
    Question,
    UnitRow,
)
from monitor.bulletin.outlets import worst
from monitor.counting.attribution import REASON_NAMES, Reason
from monitor.counting.tally import Counted, Doubt, Tally
from monitor.days.calendar import add_months, first_day, last_day
from monitor.days.workdays import Calendar
from monitor.model import Count, Value, Verdict, exactly, together
from monitor.words.causes import cause_name

NOBODY_LEFT: Mapping[str, date] = {}
SHORT_VALUES = {
    Value.STALE: "short",
    Value.FRESH: "met",
    Value.DUE_SOON: "running",
    Value.UNKNOWN: "unknown",
    Value.EXEMPT: "exempt",
}


UNMET = {"unknown": "未判定", "exempt": "豁免", "running": "未结束", "gone": "已撤并"}
"""States of a month that is neither met nor short, as the completion word has them."""


def completion(row_months: Sequence[str], missing: Sequence[int], states: Sequence[str]) -> str:
    """The completion word of a line: 完成 where every month was met, or ``4月-6 5月-8``; months not
    judged are said to be so."""
    words = []
    for month, short, state in zip(row_months, missing, states, strict=True):
        number = f"{int(month[5:])}月"
        if state == "short":
            words.append(f"{number}-{short}")
        elif state in UNMET:
            words.append(f"{number}{UNMET[state]}")
    return " ".join(words) or DONE


def deadlines_of(
    printed: date, period: Period, settings: BulletinSettings, calendar: Calendar
) -> tuple[tuple[str, date], ...]:
    """整改时限, 备案时限, and the last working day of the next period of the same length."""
    end = add_months(period.end + timedelta(days=1), len(period.months)) - timedelta(days=1)
    while not calendar.works(end):
        end -= timedelta(days=1)
    return (
        ("整改时限", calendar.after(printed, settings.report_days)),
        ("备案时限", calendar.after(printed, settings.filing_days)),
        ("下期末", end),
    )


def whole_of(settings: BulletinSettings) -> str:
    return "全" + settings.place[-1] if settings.place else "全区"


def groups_of(
    units: Sequence[Unit],
    tally: Tally,
    verdicts: Sequence[Verdict],
    settings: BulletinSettings,
    days: QuotaDays,
) -> tuple[Group, ...]:
    """The annexes, in the order of the settings."""
    judged = {(v.subject, v.period): v for v in verdicts if v.rule == "unit_quota" and v.period}
    named = [unit.group for unit in units if unit.quota is not None]
    order = [*(name for name in settings.groups if name in named), *named]
    return tuple(
        _group(
            name,
            [
                _row(unit, tally, judged, days)
                for unit in units
                if unit.group == name and unit.quota is not None
            ],
            settings,
            len(days.months),
        )
        for name in dict.fromkeys(order)
    )


def _group(name: str, found: Sequence[UnitRow], settings: BulletinSettings, whole: int) -> Group:
    rows = tuple(found)
    return Group(
        name,
        rows,
        good=tuple(r.short for r in rows if _good(r, settings)),
        several=tuple(r.short for r in rows if r.months_short >= min(settings.several, whole)),
        every=tuple(r.short for r in rows if r.months_short == whole),
    )


def _good(row: UnitRow, settings: BulletinSettings) -> bool:
    needed = ceil(settings.good_times * row.quota)
    return set(row.states) == {"met"} and all(count.meets(needed) for count in row.counts)


def _row(
    unit: Unit,
    tally: Tally,
    judged: Mapping[tuple[str, str], Verdict],
    days: QuotaDays,
) -> UnitRow:
    months, gone = days.months, days.left.get(unit.id, date.max)
    numbers = tuple(tally.count(unit.id, month) for month in months)
    verdicts = [judged.get((f"unit:{unit.id}", month)) for month in months]
    quota = next(
        (int(v.numbers["quota"]) for v in verdicts if v and "quota" in v.numbers), unit.quota or 0
    )
    states = tuple(
        _state(n, quota, v, month, (days.day, gone))
        for n, v, month in zip(numbers, verdicts, months, strict=True)
    )
    missing = [n.lacking(quota) for n in numbers]
    causes = tuple(
        _cause(v, n, state) for v, n, state in zip(verdicts, numbers, states, strict=True)
    )
    return UnitRow(
        unit.id, unit.short, quota, numbers, states, completion(months, missing, states), causes
    )


def _cause(verdict: Verdict | None, count: Count, state: str) -> str:
    """Why a month is unknown; nothing of any other."""
    if state != "unknown":
        return ""
    return (
        cause_name(verdict.cause)
        if verdict and verdict.cause
        else "；".join(count.gaps) or "没有判定"
    )


def _state(
    count: Count, quota: int, verdict: Verdict | None, month: str, days: tuple[date, date]
) -> str:
    """Enough posts always pass; fewer convict only with a verdict that says so and a count that
    cannot grow to enough.

    A unit is there for its days only: of the months after it left, and of the one in which it did
    where nobody judged it, nothing is asked. ``days``: the one on which it is judged, the one on
    which the unit left.
    """
    day, gone = days
    if gone <= first_day(month):
        return "gone"
    if count.meets(quota):
        return "met"
    if verdict is None:
        return (
            "gone"
            if gone <= last_day(month)
            else "running"
            if day <= last_day(month)
            else "unknown"
        )
    state = SHORT_VALUES.get(verdict.value, "unknown")
    if gone <= last_day(month) and state == "short":
        return "gone"
    return "unknown" if state == "short" and not count.falls_short(quota) else state


def columns_of(
    outlets: Sequence[Outlet],
    verdicts: Sequence[Verdict],
    labels: Labels,
) -> list[ColumnRow]:
    by_outlet = worst(verdicts)
    rows = []
    for outlet in outlets:
        verdict = by_outlet.get(outlet.id)
        if outlet.kind is OutletKind.COLUMN and verdict is not None:
            finding = labels.numbers.get(f"outlet:{outlet.id}", "")
            rows.append(_column(outlet, verdict, labels.names, finding, labels.day))
    return rows


def _column(
    outlet: Outlet, verdict: Verdict, names: Mapping[str, str], finding: str, day: date
) -> ColumnRow:
    newest, due = verdict.newest, verdict.due
    late = due is not None and verdict.value is Value.STALE
    return ColumnRow(
        outlet=outlet.id,
        name=outlet.name,
        path=outlet.path,
        cls=CLASS_NAMES[outlet.cls],
        units=tuple(names.get(unit, unit) for unit in (verdict.units or outlet.units)),
        state=verdict.value.value,
        url=outlet.url or "",
        newest=newest.day if newest else None,
        newest_title=newest.title if newest else "",
        newest_url=newest.url if newest else "",
        proof=f"{newest.place}：{newest.raw}" if newest else "",
        due=due,
        days_over=(day - due).days if due and late else 0,
        year_over=bool(due and late and add_months(due, 12) < day),
        sentence=verdict.sentence,
        clause=verdict.clause,
        finding=finding,
        cause=cause_name(verdict.cause) if verdict.cause else "",
    )


def bases_of(
    columns: Iterable[ColumnRow], verdicts: Sequence[Verdict], checked: Mapping[str, str]
) -> tuple[Basis, ...]:
    """What each of the accused ``columns`` is accused by; ``checked`` is by outlet what was looked
    at beside its list."""
    said = worst(verdicts)
    return tuple(
        Basis(
            row.outlet,
            row.name,
            row.units,
            row.finding,
            str(said[row.outlet].numbers.get("looks", "")),
            checked.get(row.outlet, ""),
        )
        for row in columns
        if row.state in (Value.STALE, Value.BLANK)
    )


def year_units_of(stale: Sequence[ColumnRow]) -> tuple[tuple[str, int], ...]:
    """Units that alone answer for two or more columns more than a year past their limit
    (多个栏目超期一年)."""
    found = Counter(row.units[0] for row in stale if row.year_over and len(row.units) == 1)
    return tuple(
        (unit, count)
        for unit, count in sorted(found.items(), key=lambda x: (-x[1], x[0]))
        if count > 1
    )


def portal_of(tally: Tally, names: Mapping[str, str], listed: set[str]) -> PortalCount:
    others = [
        (names.get(unit, unit), tuple(tally.count(unit, month) for month in tally.months))
        for unit, found in tally.units.items()
        if unit not in listed and together(found.values()).at_least
    ]
    reasons = sorted({reason for found in tally.nobody.values() for reason in found})
    nobody = [
        (
            REASON_NAMES[Reason(reason)],
            tuple(tally.nobody[month].get(reason, exactly(0)) for month in tally.months),
        )
        for reason in reasons
    ]
    return PortalCount(
        total=tally.total,
        listed=together(tally.count(unit, month) for unit in listed for month in tally.months),
        others=tuple(sorted(others, key=lambda entry: entry[0])),
        nobody=tuple(sorted(nobody, key=lambda entry: (-together(entry[1]).at_least, entry[0]))),
        undated=tally.undated,
    )


def undecided(verdicts: Sequence[Verdict], period: str) -> frozenset[str]:
    """The ids of the units of which the rule ``disclosure_zero`` could not judge ``period``."""
    return frozenset(
        v.subject.partition(":")[2]
        for v in verdicts
        if v.rule == "disclosure_zero" and v.period == period and v.value is Value.UNKNOWN
    )


def disclosure_of(
    tally: Tally,
    groups: Sequence[Group],
    names: Mapping[str, str],
    unsure: Collection[str] = (),
    gone: Collection[str] = (),
) -> Disclosure:
    """Every listed unit has a line, those without a document too; then other units that have some.

    Only a zero that was seen whole names a unit: none of the ``unsure`` (:func:`undecided`), and
    none of those ``gone`` before the period's end.
    """
    unknown = {names.get(unit, unit) for unit in unsure}
    listed = [(row.unit, row.short) for group in groups for row in group.rows]
    more = [
        (unit, names.get(unit, unit))
        for unit, found in tally.documents.items()
        if unit and unit not in dict(listed) and together(found.values()).at_least
    ]
    lines = tuple(
        (short, tuple(tally.papers(unit, month) for month in tally.months))
        for unit, short in [*listed, *more]
    )
    totals = {short: together(months) for short, months in lines if short not in gone}
    empty = (
        [short for short, total in totals.items() if not total.at_least] if tally.disclosed else []
    )
    unknown |= {short for short in empty if not totals[short].complete}
    return Disclosure(
        total=tally.papers_total,
        units=lines,
        none=tuple(short for short in empty if short not in unknown),
        unknown=tuple(short for short in empty if short in unknown),
        unattributed=together(tally.papers("", month) for month in tally.months),
    )


def line_of(post: Counted, names: Mapping[str, str], titles: Mapping[str, str]) -> FigurePost:
    unit = post.whose.unit
    return FigurePost(
        post.title,
        post.url,
        post.day,
        post.month,
        names.get(unit, unit) if unit else "",
        post.origin,
        tuple(titles.get(outlet, outlet) for outlet in post.outlets),
        post.whose.sentence,
        post.whose.confidence,
        post.late,
        post.whose.doubtful,
    )


def question_of(doubt: Doubt, titles: Mapping[str, str]) -> Question:
    columns = tuple(titles.get(outlet, outlet) for outlet in doubt.outlets)
    return Question(
        doubt.origin,
        columns,
        REASON_NAMES[Reason(doubt.reason)],
        doubt.count,
        doubt.example,
        doubt.url,
    )


def column_counts_of(
    tally: Tally, outlets: Sequence[Outlet]
) -> tuple[tuple[str, tuple[Count, ...]], ...]:
    columns = [outlet for outlet in outlets if outlet.kind is OutletKind.COLUMN]
    return tuple(
        (o.path or o.name, tuple(tally.shown(o.id, month) for month in tally.months))
        for o in columns
    )
