"""The desk of the content checks: suspects listed for people, their word taken with its line in the
audit.

The command and the web pages call these functions; none of them looks at the network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from crawler.checking.decisions import Decided, NoSuchSuspect, confirm, dismiss, withdraw
from crawler.checks.page import SITE_WIDE
from crawler.checks.rules import FAMILIES, RULES
from crawler.model import Deed, shanghai_day, utc
from crawler.store.content_tables import CheckedPostRow, ContentDecisionRow, SuspectRow
from crawler.store.tables import DutyRow, OutletRow, PostRow, UnitRow
from monitor.counting.attribution import Attribution, Reason, attribute
from monitor.counting.counts import names_of
from monitor.facts.content import title_of
from monitor.record.chain import Entry, append


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person finds of a suspect. ``right`` confirms it, for ``unit``: ``None`` is the one
    that published the post (:func:`whose` under ``decisions``, see ``office.decisions_of``), ``""``
    leaves that open. Else it is a false alarm of ``scope`` (see ``SCOPE_NAMES``), until the moment
    ``until`` or for good."""

    right: bool
    scope: str = "here"
    until: datetime | None = None
    unit: str | None = None
    decisions: Mapping[str, str | None] | None = None


STATES: Mapping[str, str] = {
    "open": "待核实",
    "confirmed": "已认定",
    "dismissed": "已排除",
    "mended": "已改正",
    "gone": "自行消失",
}
SCOPE_NAMES: Mapping[str, str] = {
    "here": "此处",
    "page": "此页",
    "phrase": "此词",
    "rule": "此规则",
}
SUSPECT, POST, DECISION = (
    SuspectRow.__table__.c, CheckedPostRow.__table__.c, ContentDecisionRow.__table__.c,
)  # fmt: skip
OUTLET, DUTY, UNIT = OutletRow.__table__.c, DutyRow.__table__.c, UnitRow.__table__.c


@dataclass(frozen=True, slots=True)
class WantedSuspects:
    """Which suspects. An empty field asks for nothing; ``unit`` keeps the column, a confirmed one
    is ``laid`` to a unit; ``text`` is looked for in the post's title, quote and sentence."""

    state: str = "open"
    family: str = ""
    rule: str = ""
    unit: str = ""
    column: str = ""
    post: str = ""
    text: str = ""
    laid: str = ""


@dataclass(frozen=True, slots=True)
class SuspectLine:
    """One suspect as people see it. ``units`` are the short names of who answers for the column on
    that day, the lead first.

    ``quote`` and ``sentence`` are masked where personal, and hostile text as everything that was
    crawled. ``unit`` is the id of the unit that a confirmed one is laid to, empty where it is
    nobody's yet.
    """

    id: int
    rule: str
    title: str
    family: str
    state: str
    outlet: str
    column: str
    units: tuple[str, ...]
    post_title: str
    url: str
    place: str
    quote: str
    sentence: str
    why: str
    hint: str
    first_seen: datetime
    last_seen: datetime
    ended: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str
    decision: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of suspects, newest first, and how many there are in all."""

    lines: tuple[SuspectLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A false alarm in force: its rule, reach and phrase, who said so, until when (``None`` = for
    good)."""

    id: int
    rule: str
    title: str
    scope: str
    phrase: str
    url: str
    reason: str
    by: str
    entered: datetime
    until: datetime | None
    suspects: int


def listing(
    connection: Connection, wanted: WantedSuspects, day: date, *, limit: int = 50, start: int = 0
) -> Listing:
    """The suspects that ``wanted`` asks for, ``limit`` of them from number ``start`` on.

    Raises ``ValueError`` for an unknown state, family or rule.
    """
    query = _chosen(_select(), wanted, day)
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = (
        connection.execute(query.order_by(SUSPECT.id.desc()).limit(limit).offset(start))
        .mappings()
        .all()
    )
    return Listing(_lines(connection, rows, day), int(total))


def one(connection: Connection, number: int, day: date) -> SuspectLine:
    """The suspect ``number``. Raises :class:`NoSuchSuspect`."""
    row = connection.execute(_select().where(SUSPECT.id == number)).mappings().first()
    if row is None:
        raise NoSuchSuspect(f"没有编号为 {number} 的疑点；gengxin content list 可以查看编号")
    return _lines(connection, [row], day)[0]


def totals(connection: Connection, state: str = "open") -> Mapping[str, int]:
    """How many suspects each rule has in ``state``; rules without one are absent."""
    query = select(SUSPECT.rule, func.count()).where(SUSPECT.state == state).group_by(SUSPECT.rule)
    return {rule: int(count) for rule, count in connection.execute(query)}


def decide(connection: Connection, number: int, *, ruling: Ruling, deed: Deed) -> Decided:
    """Take a person's word on the suspect ``number``, and put it into the audit in the same
    transaction.

    Raises :class:`NoSuchSuspect`, and ``ValueError`` with a sentence for a missing name or reason,
    an unknown scope or unit, or an end that is not ahead."""
    if not deed.by.strip() or not deed.words.strip():
        raise ValueError("请写明认定人和理由")
    if ruling.until is not None and utc(ruling.until) <= utc(deed.now):
        raise ValueError("期限应在今天之后")
    said: dict[str, Any] = {"reason": deed.words}
    if ruling.right:
        laid = _laid(connection, number, ruling.unit, ruling.decisions, shanghai_day(deed.now))
        done = confirm(connection, number, deed, laid)
        said |= {"unit": laid}
    else:
        done = dismiss(connection, number, deed, scope=ruling.scope, until=ruling.until)
        said |= {
            "scope": ruling.scope,
            "until": ruling.until.isoformat() if ruling.until else None,
            "suspects": done.suspects,
        }
    append(
        connection,
        deed.now,
        [Entry("confirmed" if ruling.right else "dismissed", f"suspect:{number}", deed.by, said)],
    )
    return done


def whose(
    connection: Connection,
    number: int,
    day: date,
    decisions: Mapping[str, str | None] | None = None,
) -> Attribution:
    """Who published the suspect's post, by its printed origin, else by the duty of its column
    (谁发布谁负责).

    What a rule says of the site's template is nobody's. Raises :class:`NoSuchSuspect`.
    """
    row = connection.execute(_select().where(SUSPECT.id == number)).mappings().first()
    if row is None:
        raise NoSuchSuspect(f"没有编号为 {number} 的疑点；gengxin content list 可以查看编号")
    if row["rule"] in SITE_WIDE or (row["rule"].startswith("view.") and row["place"] != "正文"):
        return Attribution(None, Reason.OFFICE, 1.0)
    post = PostRow.__table__.c
    listed = connection.execute(
        select(post.outlet_id, post.origin).where(post.url == row["url"])
    ).all()
    origin = next((one.origin for one in listed if one.origin), None)
    outlets = {row["outlet_id"], *(one.outlet_id for one in listed)}
    duty = select(DUTY.unit_id).where(DUTY.outlet_id.in_(outlets), *_in_force(day))
    units = connection.execute(duty.order_by(DUTY.position, DUTY.outlet_id)).scalars().all()
    return attribute(origin, units, names_of(connection, day, decisions=decisions), day)


def _laid(
    connection: Connection,
    number: int,
    unit: str | None,
    decisions: Mapping[str, str | None] | None,
    day: date,
) -> str:
    if unit is None:
        return whose(connection, number, day, decisions).unit or ""
    if unit and connection.execute(select(UNIT.id).where(UNIT.id == unit)).first() is None:
        raise ValueError(f"台账里没有单位 {unit}")
    return unit


def take_back(connection: Connection, decision: int, *, deed: Deed) -> int:
    """A dismissal no longer holds; its suspects are open again. Returns how many.

    Raises ``ValueError`` for one that is none or was taken back before, or a missing name or
    reason.
    """
    if not deed.by.strip() or not deed.words.strip():
        raise ValueError("请写明撤回人和理由")
    standing = select(DECISION.id).where(DECISION.id == decision, DECISION.withdrawn.is_(None))
    if connection.execute(standing).scalar() is None:
        raise ValueError(f"没有编号为 {decision} 的有效排除；gengxin content decisions 列出全部")
    count = withdraw(connection, decision, deed.now)
    said = {"reason": deed.words, "suspects": count}
    append(
        connection, deed.now, [Entry("withdrawn", f"content_decision:{decision}", deed.by, said)]
    )
    return count


def dismissals(connection: Connection, now: datetime) -> tuple[Dismissal, ...]:
    """The false alarms in force at ``now``, newest first, each with how many suspects it covers."""
    covered = (
        select(func.count())
        .where(SUSPECT.decision_id == DECISION.id)
        .correlate(ContentDecisionRow.__table__)
    )
    query = (
        select(ContentDecisionRow.__table__, POST.url, covered.scalar_subquery().label("suspects"))
        .outerjoin(CheckedPostRow.__table__, POST.id == DECISION.post_id)
        .where(
            DECISION.withdrawn.is_(None), or_(DECISION.until.is_(None), DECISION.until > utc(now))
        )
        .order_by(DECISION.id.desc())
    )
    return tuple(
        Dismissal(
            row.id,
            row.rule,
            title_of(row.rule),
            row.scope,
            row.identity,
            row.url or "",
            row.reason,
            row.decided_by,
            row.entered,
            row.until,
            int(row.suspects),
        )
        for row in connection.execute(query)
    )


def _select() -> Select[Any]:
    return select(
        SuspectRow.__table__, POST.url, POST.title.label("post_title"), POST.outlet_id, OUTLET.name
    ).select_from(
        SuspectRow.__table__.join(CheckedPostRow.__table__, POST.id == SUSPECT.post_id).join(
            OutletRow.__table__, OUTLET.id == POST.outlet_id
        )
    )


def _chosen(query: Select[Any], wanted: WantedSuspects, day: date) -> Select[Any]:
    known = (("state", STATES), ("family", FAMILIES), ("rule", RULES))
    for name, values in known:
        if getattr(wanted, name) and getattr(wanted, name) not in values:
            raise ValueError(f"没有“{getattr(wanted, name)}”；可选：{'、'.join(values)}")
    if wanted.state:
        query = query.where(SUSPECT.state == wanted.state)
    if wanted.rule:
        query = query.where(SUSPECT.rule == wanted.rule)
    if wanted.family:
        query = query.where(SUSPECT.rule.startswith(f"{wanted.family}.", autoescape=True))
    if wanted.column:
        query = query.where(POST.outlet_id == wanted.column)
    if wanted.post:
        query = query.where(POST.url == wanted.post)
    if wanted.unit:
        theirs = select(DUTY.outlet_id).where(DUTY.unit_id == wanted.unit, *_in_force(day))
        query = query.where(POST.outlet_id.in_(theirs))
    if wanted.laid:
        query = query.where(SUSPECT.unit_id == wanted.laid)
    if wanted.text:
        places = (POST.title, SUSPECT.quote, SUSPECT.sentence)
        query = query.where(
            or_(*(place.contains(wanted.text, autoescape=True) for place in places))
        )
    return query


def _in_force(day: date) -> tuple[Any, Any]:
    return DUTY.since <= day, or_(DUTY.until.is_(None), DUTY.until > day)


def _lines(
    connection: Connection, rows: Sequence[Mapping[Any, Any]], day: date
) -> tuple[SuspectLine, ...]:
    outlets = {row["outlet_id"] for row in rows}
    query = select(DUTY.outlet_id, UNIT.short).join(UnitRow.__table__, UNIT.id == DUTY.unit_id)
    query = query.where(DUTY.outlet_id.in_(outlets), *_in_force(day)).order_by(
        DUTY.outlet_id, DUTY.position
    )
    units: dict[str, list[str]] = defaultdict(list)
    for outlet, short in connection.execute(query):
        units[outlet].append(short)
    plain = (
        "id",
        "rule",
        "state",
        "post_title",
        "url",
        "place",
        "quote",
        "sentence",
        "why",
        "hint",
        "first_seen",
    )
    more = ("last_seen", "ended", "decided_at", "decided_by", "reason")
    return tuple(
        SuspectLine(
            **{name: row[name] for name in (*plain, *more)},
            title=title_of(row["rule"]),
            family=FAMILIES.get(row["rule"].partition(".")[0], row["rule"]),
            outlet=row["outlet_id"],
            column=row["name"],
            units=tuple(units[row["outlet_id"]]),
            decision=row["decision_id"],
            unit=row["unit_id"],
        )
        for row in rows
    )
