"""The sample district as one strictly read data file (format: docs/district.md)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import AwareDatetime, Field

from crawler.config import BadConfig, Strict, parsed, section
from crawler.model import AccountState, ColumnClass

SAMPLE = Path(__file__).with_name("district.yaml")
"""The file that ships with the project."""
TRS, PROVINCE = "trs", "province"
"""The sample portal's manners: plain TRS WCM, or the province's platform with its search by
form."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=0, le=5000)]
Counts = dict[Month, Count]

T = TypeVar("T")


class PortalFacts(Strict):
    """What the portal's meta tags and footer say."""

    name: Name
    domain: str = Field(pattern=r"^[a-z0-9.-]+$")
    code: str = Field(
        pattern=r"^[0-9a-z]{10}$", description="标识码: division code and four digits"
    )
    keeper: Name


class Shared(Strict):
    """A column that all units of a group also use, for ``share`` percent of their posts."""

    column: Id
    share: int = Field(ge=0, le=50)


class UnitGroup(Strict):
    """区直部门 or 镇街: how its units sign (``{short}``, ``{full}``), and the columns they share."""

    name: Name
    origins: tuple[Name, ...] = Field(min_length=1)
    shared: tuple[Shared, ...] = ()


class SampleUnit(Strict):
    """A unit with its posts and disclosure documents by month; ``column`` is where its posts
    stand."""

    id: Id
    short: Name
    full: Name
    group: Name
    aliases: tuple[Name, ...] = ()
    quota: int | None = Field(default=None, ge=1, le=1000)
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@([a-z0-9-]+\.)*example\.org$")], ...] = ()
    column: Id | None = None
    themes: tuple[Name, ...] = ()
    posts: Counts = Field(default_factory=dict)
    documents: Counts = Field(default_factory=dict)


class Origin(Strict):
    """Somebody who is no unit and whose news the portal prints, in ``columns`` in turn."""

    name: Name
    columns: tuple[Id, ...] = Field(min_length=1)
    posts: Counts


class SampleColumn(Strict):
    """A portal column. ``newest`` ends it; ``archive`` counts its posts before the first declared
    month."""

    id: Id
    name: Name
    path: Name
    folder: str = Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$")
    cls: ColumnClass = Field(alias="class")
    level: Literal[1, 2, 3] = 2
    units: tuple[Id, ...] = Field(min_length=1)
    share: int = Field(default=0, ge=0, le=60)
    newest: date | None = None
    archive: int = Field(default=10, ge=5, le=1000)


class SampleAccountFacts(Strict):
    """A new-media account; ``newest`` is the day of its last post, ``every`` the days between
    posts."""

    id: Id
    platform: Literal["weibo", "wechat"]
    name: Name
    unit: Id
    handle: dict[str, str]
    state: AccountState = AccountState.REGISTERED
    newest: date | None = None
    every: float = Field(default=3, gt=0, le=365)


class CanaryFacts(Strict):
    """An account of nobody's here that posts every day."""

    id: Id
    platform: Literal["weibo", "wechat"]
    name: Name
    handle: dict[str, str]


class PrintedTruth(Strict):
    """What a printed bulletin says, where a program can compare. ``completion`` is by unit id."""

    completion: dict[Id, Name] = Field(default_factory=dict)
    never_met: tuple[Id, ...] = ()
    often_missed: tuple[Id, ...] = ()
    no_documents: tuple[Id, ...] = ()
    posts: int | None = None
    documents: int | None = None
    accounts: int | None = None


class District(Strict):
    """A whole district. ``as_of`` is the moment at which the demonstration looks, unless told
    otherwise."""

    name: Name
    city: Name
    portal: PortalFacts
    as_of: AwareDatetime
    quarter: str = Field(pattern=r"^\d{4}Q[1-4]$")
    horizon: date
    archive_from: date
    groups: tuple[UnitGroup, ...] = Field(min_length=1)
    units: tuple[SampleUnit, ...] = Field(min_length=1)
    origins: tuple[Origin, ...] = ()
    columns: tuple[SampleColumn, ...] = Field(min_length=1)
    accounts: tuple[SampleAccountFacts, ...] = ()
    canaries: tuple[CanaryFacts, ...] = ()
    printed: PrintedTruth | None = None

    @property
    def months(self) -> tuple[str, ...]:
        """Every month for which somebody declares a number, in order."""
        declared = [u.posts for u in self.units] + [u.documents for u in self.units]
        return tuple(
            sorted({m for counts in [*declared, *(o.posts for o in self.origins)] for m in counts})
        )

    @property
    def register(self) -> SampleColumn | None:
        """The column of disclosure documents, if there is one."""
        return next((c for c in self.columns if c.cls is ColumnClass.DISCLOSURE), None)

    def column(self, id: str) -> SampleColumn:
        """The column of that id. Raises ``KeyError``."""
        return _only((c for c in self.columns if c.id == id), id)

    def unit(self, id: str) -> SampleUnit:
        """The unit of that id. Raises ``KeyError``."""
        return _only((u for u in self.units if u.id == id), id)


def _only(found: Iterable[T], id: str) -> T:
    for one in found:
        return one
    raise KeyError(id)


def load_district(path: Path = SAMPLE) -> District:
    """The district in ``path``. Raises :class:`BadConfig` with file, place and what is allowed."""
    try:
        data: Any = parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(
            f"{path}: cannot be read as a UTF-8 text file ({error.__class__.__name__})"
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadConfig(f"{path}: line {line}: {error.problem}; mend the YAML there") from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadConfig(f"{path}: is not YAML text ({error.__class__.__name__})") from None
    if not isinstance(data, dict):
        raise BadConfig(f"{path}: top level must be a mapping; see docs/district.md")
    try:
        district = section(District, data, path.name)
    except BadConfig as error:
        raise BadConfig(str(error).replace(f"{path.name}.", f"{path.name}: ", 1)) from None
    _check(district, path.name)
    return district


def _check(district: District, place: str) -> None:
    for kind, ids in _ids(district).items():
        seen: set[str] = set()
        for id in ids:
            if id in seen:
                raise BadConfig(f"{place}: {kind}: id {id} is given twice")
            seen.add(id)
    for where, wanted, known in _references(district):
        if wanted not in known:
            raise BadConfig(
                f"{place}: {where}: no {wanted}; known: {', '.join(sorted(known))[:200]}"
            )
    for fault in _contradictions(district):
        raise BadConfig(f"{place}: {fault}")


def _ids(d: District) -> Mapping[str, list[str]]:
    return {
        "groups": [g.name for g in d.groups],
        "units": [u.id for u in d.units],
        "columns, accounts and canaries": [c.id for c in d.columns]
        + [a.id for a in d.accounts]
        + [c.id for c in d.canaries],
        "columns (folder)": [c.folder for c in d.columns],
    }


def _references(d: District) -> Iterable[tuple[str, str, set[str]]]:
    groups, units = {g.name for g in d.groups}, {u.id for u in d.units}
    columns = {c.id for c in d.columns}
    for u in d.units:
        yield f"units.{u.id}.group", u.group, groups
        if u.column:
            yield f"units.{u.id}.column", u.column, columns
    for g in d.groups:
        for s in g.shared:
            yield f"groups.{g.name}.shared", s.column, columns
    for o in d.origins:
        for id in o.columns:
            yield f"origins.{o.name}.columns", id, columns
    for c in d.columns:
        for id in c.units:
            yield f"columns.{c.id}.units", id, units
    for a in d.accounts:
        yield f"accounts.{a.id}.unit", a.unit, units
    if d.printed:
        for id in (
            *d.printed.completion,
            *d.printed.never_met,
            *d.printed.often_missed,
            *d.printed.no_documents,
        ):
            yield "printed", id, units


def _contradictions(d: District) -> Iterable[str]:
    closed = {c.id for c in d.columns if c.newest}
    if not d.months:
        yield "units: nobody declares a month; give posts such as {2020-04: 15}"
    elif first_day(d.months[0]) <= d.archive_from or first_day(d.months[-1]) > d.horizon:
        yield f"archive_from and horizon must lie around the declared months {d.months[0]} to {d.months[-1]}"
    for u in d.units:
        if sum(u.posts.values()) and (u.column is None or u.column in closed):
            yield f"units.{u.id}.column: posts need a column without newest"
        if sum(u.documents.values()) and d.register is None:
            yield f"units.{u.id}.documents: needs a column of class disclosure"
    used = {s.column for g in d.groups for s in g.shared} | {
        id for o in d.origins for id in o.columns
    }
    used |= {c.id for c in d.columns if c.share}
    for id in sorted(used & closed):
        yield f"columns.{id}.newest: posts are published here, so it cannot be closed"
    for c in d.columns:
        if c.newest and not d.archive_from < c.newest <= d.horizon:
            yield f"columns.{c.id}.newest: {c.newest} must lie between archive_from and horizon"
    for a in d.accounts:
        wanted = "uid" if a.platform == "weibo" else "biz"
        if wanted not in a.handle:
            yield f"accounts.{a.id}.handle: a {a.platform} account needs {wanted}"


def first_day(month: str) -> date:
    """The first day of ``YYYY-MM``."""
    return date.fromisoformat(f"{month}-01")


def days_in(month: str) -> int:
    """How many days ``YYYY-MM`` has."""
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1]


def quarter_months(quarter: str) -> tuple[str, str, str]:
    """``2020Q2`` as its three months ``2020-04`` … Raises ``ValueError`` for anything else."""
    year, mark, number = quarter.partition("Q")
    if not (len(year) == 4 and year.isdigit() and mark and number in {"1", "2", "3", "4"}):
        raise ValueError(f"{quarter!r} is not a quarter; write it like 2020Q2")
    first = 3 * int(number) - 2
    return (f"{year}-{first:02d}", f"{year}-{first + 1:02d}", f"{year}-{first + 2:02d}")
