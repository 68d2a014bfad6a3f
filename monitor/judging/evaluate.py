"""Facts go through the rules in force and into the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from crawler.model import OutletKind
from crawler.system.collecting import rare_collections
from monitor.config import MonitorConfig
from monitor.days.calendar import quarter_start
from monitor.facts.accounts import DAYS, Rhythm, account_rhythms
from monitor.facts.facts import Shown, gather, posts_of
from monitor.facts.pace import with_paces
from monitor.facts.units import Counter
from monitor.findings.dispensations import Dispensation, dispensed, in_force
from monitor.findings.inhibit import inhibited
from monitor.findings.ledger import Changes, apply, open_findings
from monitor.findings.said import journal
from monitor.findings.standing import stand
from monitor.model import Count, Facts, Finding, OutletFacts, Value, Verdict
from monitor.rectify.replies import settle
from monitor.rules import rule, rules_with
from monitor.settings.limits import Limit
from monitor.words.causes import AWAITING, FAILED_NIGHT, cause_name


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was said at ``as_of``, and what it changed in the ledger (nothing when it was not
    recorded)."""

    as_of: datetime
    verdicts: tuple[Verdict, ...]
    changes: Changes
    failed_night: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one outlet stands where it stands: its verdicts, looks, newest posts and open findings.

    ``rhythm`` is an account's since the quarter began.
    """

    facts: OutletFacts
    verdicts: tuple[Verdict, ...]
    posts: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    rhythm: Rhythm | None = None


def judge(
    facts: Facts, config: MonitorConfig, decisions: Sequence[Dispensation] = ()
) -> tuple[Verdict, ...]:
    """The verdicts of every rule in force on the judged day. Pure: the same facts, the same
    verdicts.

    Findings that another one explains are held back, and ``decisions`` (exemptions, reported
    maintenance) count.
    """
    verdicts = [
        verdict
        for name, version in config.in_force(facts.day).items()
        for verdict in rule(name).check(facts, **version.arguments)
    ]
    if facts.failed_night:
        verdicts = [_withheld(verdict) for verdict in verdicts]
    elif facts.blind or facts.dark:
        verdicts = [_withheld(v) if _unseen(v, facts) else v for v in verdicts]
    return dispensed(inhibited(verdicts, facts), decisions, facts)


def _unseen(verdict: Verdict, facts: Facts) -> bool:
    """Whether an accusation rests on what the night could not see; what is ours to mend may open
    all the same."""
    if not verdict.value.accuses or verdict.rule in rules_with("visits"):
        return False
    return facts.blind or verdict.subject in facts.dark


def _withheld(verdict: Verdict) -> Verdict:
    """A failed night opens nothing; what is open stays open, what is proved fresh may close."""
    if not verdict.opens:
        return verdict
    sentence = f"{verdict.name}未能判定：{cause_name(FAILED_NIGHT)}。"
    return replace(verdict, value=Value.UNKNOWN, cause=FAILED_NIGHT, sentence=sentence, ours=False)


def evaluate(
    engine: Engine,
    config: MonitorConfig,
    as_of: datetime,
    *,
    count: Counter,
    horizon: date,
    only: Collection[str] | None = None,
    record: bool = True,
    failed_night: bool | None = None,
    reader: Engine | None = None,
) -> Judgement:
    """Judge the store at ``as_of`` and, with ``record``, open and close findings.

    ``count`` gives the units' posts per month (``counts.unit_month_counts``), ``horizon`` the first
    day that was crawled (``crawler.backfill_from``). ``only`` judges those outlets and no units.
    ``failed_night`` overrules what the coverage says. The facts are read before the ledger is
    locked, through ``reader`` where one is given: a writing engine on SQLite locks in order to
    read. What was said is noted in the journal, in the same transaction as the findings; orders are
    closed or sent back by it.
    """
    with rare_collections(), (reader or engine).connect() as connection:
        facts = gather(
            connection,
            as_of,
            count=count,
            horizon=horizon,
            coverage=config.coverage,
            only=only,
            failed_night=failed_night,
        )
        facts = with_paces(connection, facts, config.alerts.letters, config.in_force(facts.day))
        decisions = in_force(connection, facts.as_of)
        verdicts = judge(facts, config, decisions)
    if not record:
        return Judgement(as_of, verdicts, Changes(), facts.unseen)
    rules = config.in_force(facts.day)
    scope = None if only is not None else _subjects(facts)
    lives = {name: version.life for name, version in rules.items()}
    with engine.begin() as connection:
        changes = apply(connection, verdicts, as_of, rules=rules, subjects=scope, lives=lives)
        journal(
            connection,
            verdicts,
            facts.as_of,
            failed_night=facts.unseen,
            limits={name: version.model_dump(mode="json") for name, version in rules.items()},
            only=None if only is None else _subjects(facts),
        )
        stand(connection, verdicts, facts)
        settle(connection, facts.as_of)
    return Judgement(as_of, verdicts, changes, facts.unseen)


def _subjects(facts: Facts) -> frozenset[str]:
    """Everything that this judgement speaks of; a finding about anything else has lost its
    subject."""
    outlets = {f"outlet:{of.outlet.id}" for of in (*facts.outlets, *facts.canaries)}
    sites = {f"site:{of.site.id}" for of in facts.sites}
    return frozenset(outlets | sites | {f"unit:{of.unit.id}" for of in facts.units})


def awaiting(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Ids of the outlets that need a second look before anybody may be accused: recheck these."""
    doubtful = (v.subject for v in verdicts if v.cause == AWAITING)
    found = {
        subject.removeprefix("outlet:") for subject in doubtful if subject.startswith("outlet:")
    }
    return tuple(sorted(found))


def explain(
    engine: Engine,
    config: MonitorConfig,
    outlet: str,
    as_of: datetime,
    *,
    horizon: date,
    posts: int = 10,
) -> Explanation | None:
    """Everything behind the verdicts of one outlet; ``None`` where the catalogue has no such
    outlet."""
    with engine.connect() as connection:
        facts = gather(connection, as_of, count=_none, horizon=horizon, coverage=0, only=[outlet])
        found = (*facts.outlets, *facts.canaries)
        if not found:
            return None
        facts = with_paces(connection, facts, config.alerts.letters, config.in_force(facts.day))
        shown = posts_of(connection, outlet, as_of, posts)
        decisions = in_force(connection, as_of)
        findings = open_findings(connection, as_of, subject=f"outlet:{outlet}")
        kept = _rhythm(connection, found[0], config, facts)
    return Explanation(found[0], judge(facts, config, decisions), shown, findings, kept)


def _rhythm(
    connection: Connection, of: OutletFacts, config: MonitorConfig, facts: Facts
) -> Rhythm | None:
    """How an account kept to its limit since the quarter began."""
    if of.outlet.kind is OutletKind.COLUMN:
        return None
    version = config.in_force(facts.day).get("account_idle")
    limit: Limit | None = version.arguments["idle"] if version else None
    days = (limit.due(facts.day) - facts.day).days if limit else DAYS
    start = quarter_start(facts.day)
    name = of.outlet.id
    return account_rhythms(connection, [name], start, facts.day, facts.as_of, limit=days)[name]


def _none(*_: object) -> dict[tuple[str, str], Count]:
    """One outlet's explanation counts no units."""
    return {}
