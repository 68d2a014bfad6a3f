"""What a run says against anybody, as plain keys and numbers: from the ledger, letters, bulletin
and leader's page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.board import overview, trend
from monitor.bulletin import compile as bulletins
from monitor.bulletin.asked import JudgedThen, Practice
from monitor.bulletin.compile import figures
from monitor.bulletin.model import Bulletin, Period
from monitor.bulletin.text import sections
from monitor.findings.ledger import open_findings
from monitor.findings.standing import StandingRow
from monitor.letters.text import OFFICE
from monitor.model import Value, Verdict
from monitor.office import Office, decisions_of
from monitor.record.tables import FindingRow, LetterFindingRow, LetterRow
from tests.hidings.story import ACCOUNTS, SHELVES, UNITS

Key = tuple[str, ...]
ACCUSING = re.compile(
    "较差|超期|空白|多次未达到|均未达到|未达到要求|数量为0|停更|无更新|未更新|未整改|否决标准"
)
"""Words of the bulletin's text by which a sentence accuses whoever it names."""
CLEARING = re.compile("未发现|即单项否决")
NAMES: tuple[str, ...] = (
    *(unit["short"] for unit in UNITS), *(one.name for one in SHELVES), *(one.name for one, _ in ACCOUNTS),
)  # fmt: skip


@dataclass
class Said:
    """Claims by day, and numbers by day: ``claims[day]`` are keys, ``numbers[day]`` the figures of
    breaches.

    ``standing`` are the accusations in force that night (a finding's key while its verdict accuses
    or it is open).
    """

    claims: dict[date, set[Key]] = field(default_factory=lambda: defaultdict(set))
    numbers: dict[date, dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))
    soon: dict[date, set[Key]] = field(default_factory=lambda: defaultdict(set))
    opened: dict[Key, date] = field(default_factory=dict)
    names: tuple[str, ...] = NAMES

    def ever(self) -> set[Key]:
        """Every accusation of the ledger: rule, subject, period."""
        return set(self.opened)


def of_verdicts(said: Said, day: date, verdicts: Sequence[Verdict]) -> None:
    """What a judgement accuses, and what it calls soon due of a unit."""
    for one in verdicts:
        key = (one.rule, one.subject, one.period)
        if one.value.accuses:
            said.claims[day].add(("verdict", *key))
        if one.value is Value.DUE_SOON and one.units:
            said.soon[day].add(key)


def of_ledger(connection: Connection, said: Said, day: date, since: int) -> int:
    """Findings that opened since the finding ``since``; returns the newest id."""
    table = FindingRow.__table__
    query = select(table).where(table.c.id > since).order_by(table.c.id)
    for row in connection.execute(query):
        since = row.id
        if not row.ours:
            said.claims[day].add(("finding", row.rule, row.subject, row.period))
            said.opened.setdefault((row.rule, row.subject, row.period), day)
    return since


def of_letters(connection: Connection, said: Said, day: date, since: int) -> int:
    """What the letters after letter ``since`` say; returns the newest id."""
    table = LetterRow.__table__
    findings = {row.id: row for row in connection.execute(select(FindingRow.__table__))}
    keys = {row.number: (row.rule, row.subject, row.period) for row in findings.values()}
    for row in connection.execute(select(table).where(table.c.id > since).order_by(table.c.id)):
        since = row.id
        if row.unit_id == OFFICE:
            _of_office(said, day, row.text_body)
            continue
        held = select(LetterFindingRow.finding_id).where(LetterFindingRow.letter_id == row.id)
        ids = set(connection.execute(held).scalars())
        said.claims[day] |= set(_letter(row, ids, keys, findings, said.names))
    return since


def _letter(
    row: Any,
    ids: set[int],
    keys: Mapping[str, Key],
    findings: Mapping[int, Any],
    names: Sequence[str],
) -> Iterator[Key]:
    """A unit's letter: the findings it holds as open, those it reminds of or calls overdue, whether
    its leader reads it."""
    main = re.split(r"\n(?:已销号|已移交|即将到期)（", row.text_body)
    blocks = re.split(r"\n  \d+\. ", main[0])[1:]
    to_leader = any("leader" in address for address in row.recipients)
    for block in blocks:
        found = re.search(r"编号：(\S+)", block)
        if found is None:
            continue
        key = keys[found[1]]
        yield ("letter", row.unit_id, *key)
        if "【再次提醒】" in block:
            yield ("reminder", row.unit_id, *key)
        if "逾期】" in block or "（已逾期）" in block:
            yield ("overdue", row.unit_id, *key)
            if to_leader:
                yield ("leader_letter", row.unit_id, *key)
    listed = {key for number, key in keys.items() if number in main[0]}
    for id_ in ids:
        finding = findings[id_]
        key = (finding.rule, finding.subject, finding.period)
        open_then = finding.closed is None or finding.closed > row.written
        if open_then and key not in listed:
            yield ("letter", row.unit_id, *key)
    for part in re.findall(r"\n即将到期（\d+ 项）\n(.*?)(?:\n\n\n|\Z)", row.text_body, re.S):
        for name in names:
            if name in part:
                yield ("letter_soon", row.unit_id, name)


def _of_office(said: Said, day: date, text: str) -> None:
    """The office's letter: units with overdue findings and how many, the 约谈 list."""
    late = re.search(r"以下单位有逾期未整改的问题：\n(.*?)(?:\n\n|\Z)", text, re.S)
    for name, number in re.findall(r"- (\S+)：(\d+) 项", late[1] if late else ""):
        said.claims[day].add(("overdue_unit", name))
        said.numbers[day]["overdue_unit", name] = int(number)
    talks = re.search(r"建议约谈：\n(.*?)(?:\n\n\n|\Z)", text, re.S)
    for name, number in re.findall(r"- (\S+)：(\d+) 项", talks[1] if talks else ""):
        said.claims[day].add(("talk", name))
        said.numbers[day]["talk", name] = int(number)


def of_papers(
    office: Office,
    said: Said,
    day: date,
    now: datetime,
    verdicts: Sequence[Verdict],
    failed: bool,
    quarter: str,
) -> None:
    """The quarter's bulletin as its figures and its text, and the leader's page, as they stand at
    ``now``."""
    period = Period.parse(quarter)
    with office.reader.connect() as connection:
        made = bulletins.compile(
            connection,
            period,
            JudgedThen(now, verdicts, open_findings(connection, now), failed_night=failed),
            practice=Practice(
                decisions=decisions_of(office), horizon=office.settings.crawl.backfill_from
            ),
        )
        _of_bulletin(said, day, made)
        night = overview.last_night(connection, now)
        if (
            night is not None and not night.missing
        ):  # else the page says that it stands as of an earlier night
            _of_leader(connection, said, day)


def _of_bulletin(said: Said, day: date, made: Bulletin) -> None:
    claims, numbers = said.claims[day], said.numbers[day]
    told = figures(made)
    for name in ("good", "several", "every"):
        for names in told[name].values():
            claims |= {(f"bulletin_{name}", one) for one in names if name != "good"}
    for row in (row for group in made.groups for row in group.rows):
        numbers["months_short", row.short] = row.months_short
        claims |= {
            ("short", row.short, str(n)) for n, state in enumerate(row.states) if state == "short"
        }
    for name in ("columns", "blank_columns"):
        for column in getattr(made, name):
            claims.add((f"bulletin_{name}", column.name))
            claims |= {(f"bulletin_{name}", column.name, unit) for unit in column.units}
            numbers["days_over", column.name] = column.days_over
    for name in ("idle", "blank_accounts"):
        claims |= {(f"bulletin_{name}", account.name) for account in getattr(made, name)}
        numbers[(name,)] = len(getattr(made, name))
    claims |= {("no_documents", unit) for unit in made.disclosure.none}
    numbers |= {("year_units", unit): count for unit, count in made.year_units}
    numbers |= {("veto", line.site, line.name): line.count for line in made.veto}
    numbers["stale_columns",] = len(made.columns)
    numbers["blank_columns",] = len(made.blank_columns)
    for past in made.past or ():
        if past.state == "open":
            claims.add(("past_open", past.name))
    for account in made.accounts:
        numbers["days_out", account.name] = account.days_out or 0
    for section in sections(made):
        of_text(said, day, "text", _plain(section))


def of_text(said: Said, day: date, paper: str, text: str) -> None:
    """Whom the sentences of ``text`` accuse by name."""
    for sentence in re.split("[。；\n]", text):
        if ACCUSING.search(sentence) and not CLEARING.search(sentence):
            said.claims[day] |= {(paper, name) for name in said.names if name in sentence}


def _plain(section: Any) -> str:
    """All of a section's words, whatever it is made of."""
    if isinstance(section, str):
        return section
    parts = section if isinstance(section, list | tuple) else vars_of(section)
    return "\n".join(_plain(one) for one in parts if isinstance(one, str | list | tuple))


def vars_of(thing: Any) -> tuple[Any, ...]:
    """The values of a frozen dataclass with slots."""
    return tuple(getattr(thing, name) for name in getattr(thing, "__slots__", ()) or vars(thing))


def _of_leader(connection: Connection, said: Said, day: date) -> None:
    """What the leader's page counts."""
    claims, numbers = said.claims[day], said.numbers[day]
    table = StandingRow.__table__.c
    bad = (Value.STALE.value, Value.BLANK.value)
    for row in connection.execute(
        select(table.subject, table.rule, table.period).where(table.value.in_(bad))
    ):
        claims.add(("standing", row.subject, row.period))
    for kind in ("column", "account"):
        query = select(table.value).where(table.kind == kind, table.value.in_(bad))
        numbers["leader_stale", kind] = len(connection.execute(query).all())
    for unit in trend.quarter(connection, day).units:
        numbers["leader_short", unit.name] = unit.short
    for site in overview.sites(connection):
        for counter in site.counters:
            numbers["leader_veto", site.id, counter.name] = counter.count
    for rule in trend.open_by_kind(connection):
        numbers["leader_open", rule.rule] = rule.count
