"""A period -> :class:`Bulletin`, plain data: figures, the rows behind them, and the names that
rules choose.

It accuses only what the verdicts accuse: a month or an outlet that could not be judged is named as
such.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from crawler.model import SHANGHAI, Outlet, OutletKind, Unit, shanghai_day
from crawler.register.account_candidates import Candidate, candidates
from monitor.bulletin.asked import JudgedThen, Labels, Practice, PrintDates, QuotaDays
from monitor.bulletin.model import DONE, Bulletin, BulletinSettings, PastMatter, Period, Repeated
from monitor.bulletin.outlets import (
    COLUMN,
    accounts_of,
    columns_judged,
    found_accounts_of,
    unjudged_of,
    veto_of,
    worst,
)
from monitor.bulletin.outlook import Earlier, compare, forecast, previous, year_before
from monitor.bulletin.parts import (
    bases_of,
    column_counts_of,
    columns_of,
    completion,
    deadlines_of,
    disclosure_of,
    groups_of,
    line_of,
    portal_of,
    question_of,
    undecided,
    whole_of,
    year_units_of,
)
from monitor.bulletin.past import Before, past_matters
from monitor.bulletin.sight import draft_reasons, last_seen, left_since, sight
from monitor.counting import counts
from monitor.counting.asked import CountBasis, Stretch
from monitor.counting.tally import Tally
from monitor.days.calendar import chinese_day
from monitor.facts.accounts import Rhythm, account_rhythms
from monitor.facts.content import content_check
from monitor.looks.crosscheck_rows import summary
from monitor.looks.crosschecks import looked_at
from monitor.model import (
    ContentCheck,
    Count,
    Coverage,
    ErrorRate,
    Value,
    Verdict,
    exactly,
    together,
)
from monitor.rules import rules_with
from monitor.settings.counting import CountRule

__all__ = ["Bulletin", "BulletinSettings", "Period", "assemble", "compile", "completion", "to_json"]


NOT_COMPARED = Earlier()
USUAL_PRACTICE, TODAY = Practice(), PrintDates()


@dataclass(frozen=True, slots=True)
class Stock:
    """What is read from the store for one bulletin; ``outlets`` come with the units answering that
    day."""

    units: Sequence[Unit]
    outlets: Sequence[Outlet]
    tally: Tally
    coverage: Coverage
    earlier: Earlier = NOT_COMPARED
    rhythms: Mapping[str, Rhythm] = field(default_factory=dict)
    seen: Sequence[Candidate] = ()
    past: tuple[PastMatter, ...] | None = None
    content: ContentCheck | None = None
    left: Mapping[str, date] = field(default_factory=dict)
    seen_last: Mapping[str, datetime] = field(default_factory=dict)
    error_rates: tuple[ErrorRate, ...] = ()
    copies: str = CountRule().copies
    checked: Mapping[str, str] = field(default_factory=dict)


def compile(
    connection: Connection,
    period: Period,
    said: JudgedThen,
    *,
    practice: Practice = USUAL_PRACTICE,
    dates: PrintDates = TODAY,
) -> Bulletin:
    """The bulletin of ``period`` as the store knew it at the moment of ``said``."""
    as_of, verdicts = said.as_of, said.verdicts
    day = shanghai_day(as_of)
    moment, listed = dates.last or (datetime.combine(period.start, time(0), SHANGHAI), None)
    places = {outlet: number for number, outlet in enumerate(practice.outlet_order)}
    window = dates.check or (min(period.end + timedelta(days=1), day), day)
    units = counts.units_of(connection, period.start)
    names = {unit.id: unit.short for unit in units}
    outlets = sorted(
        counts.outlets_of(connection, day), key=lambda o: (places.get(o.id, len(places)), o.id)
    )
    accounts = [outlet.id for outlet in outlets if outlet.kind is OutletKind.ACCOUNT]
    stretch = Stretch(period.start, period.end, as_of)
    stock = Stock(
        units,
        outlets,
        counts.tally(connection, stretch, basis=_basis(practice)),
        sight(connection, period, window, as_of, failed=said.failed_night),
        _earlier(connection, period, as_of, practice),
        account_rhythms(connection, accounts, period.start, period.end, as_of),
        candidates(connection, as_of),
        past_matters(connection, Before(moment, listed), said, outlets, names),
        content_check(connection, moment, as_of, names),
        left_since(connection, period.start),
        last_seen(connection, _unanswered(outlets, verdicts), as_of),
        said.rates,
        (practice.counting or CountRule()).copies,
        _checked(connection, verdicts, as_of),
    )
    resolved = PrintDates(window, dates.printed or day)
    return assemble(stock, period, said, practice=practice, dates=resolved)


def _basis(practice: Practice) -> CountBasis:
    return CountBasis(decisions=practice.decisions, rule=practice.counting)


def _checked(
    connection: Connection, verdicts: Iterable[Verdict], as_of: datetime
) -> dict[str, str]:
    """By accused outlet one line of what was looked at beside its list."""
    accused = {
        v.subject.removeprefix("outlet:")
        for v in verdicts
        if v.rule in rules_with("newest") and v.value.accuses
    }
    return {
        outlet: summary(lines) for outlet, lines in looked_at(connection, accused, as_of).items()
    }


def _gone(left: Mapping[str, date], names: Mapping[str, str], period: Period) -> frozenset[str]:
    """Short names of the units that left before the period's end."""
    return frozenset(names.get(unit, unit) for unit, day in left.items() if day <= period.end)


def _unanswered(outlets: Iterable[Outlet], verdicts: Iterable[Verdict]) -> list[str]:
    """The ids of the outlets that no verdict answers."""
    said = worst(verdicts)
    return [o.id for o in outlets if o.id not in said or said[o.id].value is Value.UNKNOWN]


def _earlier(
    connection: Connection, period: Period, as_of: datetime, practice: Practice
) -> Earlier:
    def totals(of: Period) -> dict[str, Count] | None:
        if practice.horizon is None or of.start < practice.horizon:
            return None
        stretch = Stretch(of.start, of.end, as_of)
        found = counts.tally(connection, stretch, basis=_basis(practice))
        return {unit: together(months.values()) for unit, months in found.units.items()}

    return Earlier(totals(previous(period)), totals(year_before(period)))


def assemble(
    stock: Stock, period: Period, said: JudgedThen, *, practice: Practice, dates: PrintDates
) -> Bulletin:
    """Put a stock of figures together; ``dates`` tell the window and the print date. Pure."""
    as_of, verdicts, settings = said.as_of, said.verdicts, practice.settings
    calendar, day = practice.calendar, shanghai_day(said.as_of)
    printed = dates.printed or day
    check_from, check_to = dates.check or (day, day)
    names = {unit.id: unit.short for unit in stock.units}
    ranks = {unit: number for number, unit in enumerate(practice.order)}
    units = sorted(stock.units, key=lambda unit: (ranks.get(unit.id, len(ranks)), unit.id))
    numbers = {
        finding.subject: finding.number for finding in said.findings if finding.closed is None
    }
    labels = Labels(names, numbers, day)
    columns = columns_of(stock.outlets, verdicts, labels)
    stale = tuple(row for row in columns if row.state == Value.STALE)
    titles = {outlet.id: outlet.name for outlet in stock.outlets}
    days = QuotaDays(period.months, day, stock.left)
    groups = groups_of(units, stock.tally, verdicts, settings, days)
    gone = _gone(stock.left, names, period)
    draft = draft_reasons(stock.coverage, period, as_of)
    unjudged = unjudged_of(stock.outlets, verdicts, names, stock.seen_last)
    mark = f"（草稿，截至{chinese_day(_known_to(stock.coverage, as_of))}）" if draft else ""
    return Bulletin(
        title=f"关于{period.words}{whole_of(settings)}网站和政务新媒体检查情况的通报{mark}",
        period=period,
        check_from=check_from,
        check_to=check_to,
        printed=printed,
        as_of=as_of,
        settings=settings,
        portal=portal_of(stock.tally, names, {row.unit for group in groups for row in group.rows}),
        groups=groups,
        columns=stale,
        blank_columns=tuple(row for row in columns if row.state == Value.BLANK),
        unknown_columns=tuple(row for row in columns if row.state == Value.UNKNOWN),
        year_units=year_units_of(stale),
        accounts=accounts_of(stock.outlets, verdicts, labels, stock.rhythms),
        disclosure=disclosure_of(
            stock.tally, groups, names, undecided(verdicts, period.name), gone
        ),
        coverage=stock.coverage,
        posts=tuple(line_of(post, names, titles) for post in stock.tally.posts),
        documents=tuple(line_of(post, names, titles) for post in stock.tally.disclosed),
        questions=tuple(question_of(doubt, titles) for doubt in stock.tally.doubts),
        column_counts=column_counts_of(stock.tally, stock.outlets),
        deadlines=(deadlines := deadlines_of(printed, period, settings, calendar.calendar)),
        comparisons=compare(groups, stock.earlier),
        forecasts=forecast(groups, period.months, day, calendar.calendar.works),
        columns_judged=(judged := columns_judged(stock.outlets, verdicts)),
        columns_passed=judged - sum(row.state in (Value.STALE, Value.BLANK) for row in columns),
        past=stock.past,
        content=stock.content,
        veto=veto_of(verdicts),
        found_accounts=found_accounts_of(stock.seen, stock.outlets, names),
        unknown_years=tuple(
            year for year in calendar.unknown if year in {day.year for _, day in deadlines}
        ),
        unit_groups=tuple((unit.short, unit.group) for unit in units),
        draft=draft,
        columns_unjudged=sum(one.kind == COLUMN for one in unjudged),
        unjudged=unjudged,
        error_rates=stock.error_rates,
        bases=bases_of(columns, verdicts, stock.checked),
        repeats=tuple(
            Repeated(one.title, one.url, titles.get(one.outlet, one.outlet), one.day, one.of)
            for one in stock.tally.repeats
        ),
        copies=stock.copies,
    )


def _known_to(coverage: Coverage, as_of: datetime) -> date:
    """The day up to which a draft tells: of later ones nothing was seen."""
    return min(shanghai_day(coverage.last or as_of), shanghai_day(as_of))


def to_json(bulletin: Bulletin, *, rows: bool = False) -> str:
    """The bulletin as stable JSON text; ``rows`` adds the posts and documents behind the
    figures."""
    data = _plain(bulletin)
    if not rows:
        del data["posts"], data["documents"]
    data["figures"] = figures(bulletin)
    return json.dumps(data, ensure_ascii=False, indent=1)


def figures(bulletin: Bulletin) -> dict[str, Any]:
    """The figures of the text, under the names of this house.

    Counts are numbers; ``at_least`` names those that are lower bounds, because something of them
    was not seen. A count of which nothing was seen is None.
    """
    counts = {
        "posts": bulletin.portal.total,
        "listed": bulletin.portal.listed,
        "unattributed": bulletin.portal.unattributed,
        "documents": bulletin.disclosure.total,
    }
    totals = {group.name: group.total for group in bulletin.groups}
    return {
        **{name: _number(count) for name, count in counts.items()},
        "at_least": [name for name, count in (counts | totals).items() if not count.complete],
        "groups": {
            group.name: {"units": len(group.rows), "posts": _number(group.total)}
            for group in bulletin.groups
        },
        "good": {group.name: list(group.good) for group in bulletin.groups},
        "several": {group.name: list(group.several) for group in bulletin.groups},
        "every": {group.name: list(group.every) for group in bulletin.groups},
        "shortfalls": {
            row.short: row.completion
            for group in bulletin.groups
            for row in group.rows
            if row.completion != DONE
        },
        "columns": [{"name": row.name, "units": list(row.units)} for row in bulletin.columns],
        "blank_columns": [row.name for row in bulletin.blank_columns],
        "year_units": dict(bulletin.year_units),
        "accounts": len(bulletin.registered),
        "idle": [row.name for row in bulletin.idle],
        "blank_accounts": [row.name for row in bulletin.blank_accounts],
        "unregistered": [row.name for row in bulletin.unregistered],
        "no_documents": list(bulletin.disclosure.none),
    }


def _number(count: Count) -> int | None:
    return None if count.nothing_seen else count.at_least


def _plain(value: Any) -> Any:
    if isinstance(value, Count) and value == exactly(value.at_least):
        return value.at_least
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
