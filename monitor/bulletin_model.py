"""The bulletin (通报) as plain frozen data: what every report writes and the lint reads. Imports no query.

Months are texts like ``2020-04``; every name is the short name that is printed; days are ``date``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter

from pydantic import Field, field_validator

from crawler.config import Strict
from monitor.tally import months_between

DONE = "完成"
QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
_PERIOD = re.compile(
    r"(\d{4})(?:[-年]?(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])|-(0?[1-9]|1[0-2])))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that the bulletin counts, both included. ``name`` is how it was asked for: ``2020Q2``."""

    name: str
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """``2020Q2``, ``2020-06``, ``2020H1``, ``2020`` or ``2020-04-01..2020-06-25``.

        Raises ``ValueError`` with what is allowed.
        """
        try:
            if ".." in text:
                start, _, end = text.partition("..")
                first, last = date.fromisoformat(start.strip()), date.fromisoformat(end.strip())
                if first > last:
                    raise ValueError
                return cls(f"{first}..{last}", first, last)
            found = _PERIOD.fullmatch(text.strip())
            if not found:
                raise ValueError
            return _named(found)
        except ValueError:
            raise ValueError(
                f"{text!r} is no period; allowed: 2020Q2, 2020-06, 2020H1, 2020 or 2020-04-01..2020-06-25"
            ) from None

    @property
    def months(self) -> tuple[str, ...]:
        return months_between(self.start, self.end)

    @property
    def words(self) -> str:
        """``2020年第二季度``, ``2020年6月``, ``2020年上半年``, ``2020年`` or the two days."""
        if len(self.months) == 3 and self == _span(self.name, self.start.year, self.start.month, 3):
            if self.start.month % 3 == 1:
                return f"{self.start.year}年{QUARTERS[self.start.month // 3]}"
        elif len(self.months) == 1 and self == _span(self.name, self.start.year, self.start.month, 1):
            return f"{self.start.year}年{self.start.month}月"
        elif self == _span(self.name, self.start.year, self.start.month, 6) and self.start.month in (1, 7):
            return f"{self.start.year}年{'上' if self.start.month == 1 else '下'}半年"
        elif self == _span(self.name, self.start.year, 1, 12):
            return f"{self.start.year}年"
        return f"{_day(self.start)}至{_day(self.end)}"


def _named(found: re.Match[str]) -> Period:
    year = int(found.group(1))
    if found.group(2):
        return _span(f"{year}Q{found.group(2)}", year, int(found.group(2)) * 3 - 2, 3)
    if found.group(3):
        return _span(f"{year}H{found.group(3)}", year, int(found.group(3)) * 6 - 5, 6)
    month = found.group(4) or found.group(5)
    return _span(f"{year}-{int(month):02d}", year, int(month), 1) if month else _span(str(year), year, 1, 12)


def _span(name: str, year: int, month: int, length: int) -> Period:
    last_year, last = divmod(year * 12 + month + length - 2, 12)
    return Period(name, date(year, month, 1), date(last_year, last + 1, monthrange(last_year, last + 1)[1]))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


FIELD_NAMES = ("统计期", "印发日期", "整改时限", "备案时限", "下期末", "报送", "地区", "办公室")
"""What an office's own sentences and Word templates may name in braces."""
REQUIREMENTS = (
    "进一步提高信息发布的数量和质量。请各单位对照栏目维护分工，找出差距，积极整改，做好下一期栏目更新工作。",
    "进一步完善信息审核制度。按照谁发布谁负责的原则，信息发布严格落实审核和保密审查制度。",
    "进一步排查本单位开设的政务新媒体。无法保障更新的一律关停注销，确需保留的于{备案时限}前填写附件所列"
    "政务新媒体情况调查表，报送{报送}。",
    "进一步加强整改自查。请被通报单位逐项整改，于{整改时限}前将书面整改报告报送{报送}。",
)
"""The seed's four requirements in our own words; an office writes its own in config.yaml."""


class BulletinSettings(Strict):
    """How the office prints its bulletin. Check window and print date belong to one printing, not to here.

    ``good_times``: praised is who published that many times the quota in every month (仓山区 2020Q2 named
    exactly the units with 2.5 times). ``several``: months below the quota that make 多次. ``report_days`` and
    ``filing_days`` are working days from the print to 整改时限 and 备案时限. ``template``: the office's own
    Word file with fields in double braces (docs/reports.md).
    """

    place: str = ""
    office: str = ""
    centre: str = ""
    addressees: str = "区直各有关部门，各镇人民政府、街道办事处"
    portal: str = "区政府门户网站"
    measure: str = "政务公开绩效考核办法"
    basis: tuple[str, ...] = (
        "《国务院办公厅关于印发政府网站发展指引的通知》（国办发〔2017〕47号）",
        "《国务院办公厅秘书局关于印发政府网站与政务新媒体检查指标、监管工作年度考核指标的通知》（国办秘函〔2019〕19号）",
    )
    groups: tuple[str, ...] = ("镇街", "区直部门")
    good_times: float = Field(default=2.5, gt=0, le=100)
    several: int = Field(default=2, ge=1, le=12)
    report_to: str = ""
    report_days: int = Field(default=6, ge=1, le=60)
    filing_days: int = Field(default=9, ge=1, le=120)
    requirements: tuple[str, ...] = REQUIREMENTS
    template: str = ""

    @field_validator("requirements")
    @classmethod
    def _known_fields(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            for _, name, _, _ in Formatter().parse(text):
                if name is not None and name not in FIELD_NAMES:
                    raise ValueError(f"unknown field {{{name}}}; known: {', '.join(FIELD_NAMES)}")
        return texts


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of annex 1 or 2. ``states`` per month: ``met``, ``short``, ``running``, ``unknown``, ``exempt``."""

    unit: str
    short: str
    quota: int
    counts: tuple[int, ...]
    states: tuple[str, ...]
    completion: str
    causes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def missing(self) -> tuple[int, ...]:
        """Posts short of the quota, 0 in months that met it; months never offset each other."""
        return tuple(max(0, self.quota - count) for count in self.counts)

    @property
    def months_short(self) -> int:
        return sum(state == "short" for state in self.states)


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are compared with each other: an annex. ``good``, ``several``, ``every`` are short names."""

    name: str
    rows: tuple[UnitRow, ...]
    good: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    every: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    def month_total(self, number: int) -> int:
        return sum(row.counts[number] for row in self.rows)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column with the units that answer for it together. ``state`` is a verdict's value."""

    outlet: str
    name: str
    path: str
    cls: str
    units: tuple[str, ...]
    state: str
    url: str = ""
    newest: date | None = None
    newest_title: str = ""
    newest_url: str = ""
    proof: str = ""
    due: date | None = None
    days_over: int = 0
    year_over: bool = False
    sentence: str = ""
    clause: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One new-media account. ``state`` is its filing state, ``verdict`` a verdict's value or empty."""

    outlet: str
    name: str
    platform: str
    units: tuple[str, ...]
    state: str
    verdict: str = ""
    newest: date | None = None
    days: int | None = None
    sentence: str = ""
    clause: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post or document behind a figure. ``unit`` is empty when it is nobody's; ``month`` when it counts nowhere."""

    title: str
    url: str
    day: date
    month: str
    unit: str
    origin: str
    columns: tuple[str, ...]
    reason: str
    confidence: float
    late: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """An origin (or a column without origins) that a person should decide once."""

    origin: str
    columns: tuple[str, ...]
    reason: str
    count: int
    example: str
    url: str


@dataclass(frozen=True, slots=True)
class Portal:
    """The posts of the period: ``listed`` by units of the annexes, ``others`` by units without a quota.

    ``nobody`` holds (reason in Chinese, posts per month); ``total`` = listed + others + nobody.
    """

    total: int
    listed: int
    others: tuple[tuple[str, tuple[int, ...]], ...]
    nobody: tuple[tuple[str, tuple[int, ...]], ...]
    undated: int = 0

    @property
    def unattributed(self) -> int:
        """Posts of no unit of the annexes."""
        return self.total - self.listed


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The register of disclosed documents (主动公开), a series apart from posts."""

    total: int
    units: tuple[tuple[str, tuple[int, ...]], ...]
    none: tuple[str, ...]
    unattributed: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what had to be looked at was looked at in the check window. ``known`` = had an address."""

    outlets: int
    known: int
    looked: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One unit in its group; ``before`` and ``year_ago`` are ``None`` where that period was not crawled."""

    unit: str
    group: str
    total: int
    rank: int
    of: int
    before: int | None = None
    year_ago: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a running month will end at the pace so far; ``days_left`` are working days after today."""

    unit: str
    month: str
    so_far: int
    expected: int
    quota: int
    days_left: int

    @property
    def enough(self) -> bool:
        return self.expected >= self.quota


@dataclass(frozen=True, slots=True)
class Edit:
    """What the clerk struck or added, with the reason: ``list`` is good, several, every, columns …"""

    list: str
    name: str
    action: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One period's bulletin, complete. ``year_units``: units with several columns over a year past their limit."""

    title: str
    period: Period
    check_from: date
    check_to: date
    printed: date
    as_of: datetime
    settings: BulletinSettings
    portal: Portal
    groups: tuple[Group, ...]
    columns: tuple[ColumnRow, ...]
    blank_columns: tuple[ColumnRow, ...]
    unknown_columns: tuple[ColumnRow, ...]
    year_units: tuple[tuple[str, int], ...]
    accounts: tuple[AccountRow, ...]
    disclosure: Disclosure
    coverage: Coverage
    posts: tuple[PostLine, ...] = ()
    documents: tuple[PostLine, ...] = ()
    questions: tuple[Question, ...] = ()
    edits: tuple[Edit, ...] = ()
    column_counts: tuple[tuple[str, tuple[int, ...]], ...] = ()
    deadlines: tuple[tuple[str, date], ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    forced: bool = False

    @property
    def months(self) -> tuple[str, ...]:
        return self.period.months

    @property
    def registered(self) -> tuple[AccountRow, ...]:
        """Annex 3: accounts on the register that are not closed or merged."""
        return tuple(a for a in self.accounts if a.state in ("registered", "closing"))

    @property
    def unregistered(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.state == "unregistered")

    @property
    def idle(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.verdict == "stale")

    @property
    def blank_accounts(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.verdict == "blank")
