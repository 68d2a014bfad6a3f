"""Verdicts about outlets -> accounts of the annex, distance to a veto, accounts that nobody
registered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from crawler.model import AccountState, Outlet, OutletKind
from crawler.register.account_candidates import ACCEPTED, Candidate
from monitor.bulletin.asked import Labels
from monitor.bulletin.model import AccountRow, FoundAccount, Unjudged, VetoLine
from monitor.facts.accounts import Rhythm
from monitor.model import Value, Verdict
from monitor.rules import rules_with
from monitor.words.causes import NOT_JUDGED, cause_name

RANKS = (Value.BLANK, Value.STALE, Value.UNKNOWN, Value.EXEMPT, Value.DUE_SOON, Value.FRESH)
VETO = {
    "dated": "动态要闻、一级通知公告和政策文件超期栏目", "due": "应更新而长期未更新的栏目", "blank": "空白栏目",
}  # fmt: skip
"""The counters of the rule ``site_veto_columns`` in the words of the bulletin."""
COLUMN = "栏目"
ON_REGISTER = (AccountState.REGISTERED, AccountState.CLOSING)
"""Accounts of the annex: of these it is said how they stand, or that nobody knows."""
ANSWERED = (Value.FRESH, Value.DUE_SOON, Value.STALE, Value.BLANK)


def worst(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """One verdict of the rules of freshness per outlet: what accuses before what is unknown before
    what is well."""
    chosen: dict[str, Verdict] = {}
    for verdict in verdicts:
        kind, _, outlet = verdict.subject.partition(":")
        if kind != "outlet" or verdict.rule not in rules_with("upkeep"):
            continue
        old = chosen.get(outlet)
        if old is None or RANKS.index(verdict.value) < RANKS.index(old.value):
            chosen[outlet] = verdict
    return chosen


def accounts_of(
    outlets: Sequence[Outlet],
    verdicts: Sequence[Verdict],
    labels: Labels,
    rhythms: Mapping[str, Rhythm],
) -> tuple[AccountRow, ...]:
    """Every account with its verdict and how it kept to its limit."""
    by_outlet = worst(verdicts)
    return tuple(
        _account(outlet, by_outlet.get(outlet.id), labels, rhythms.get(outlet.id))
        for outlet in outlets
        if outlet.kind is OutletKind.ACCOUNT
    )


def _account(
    outlet: Outlet, verdict: Verdict | None, labels: Labels, rhythm: Rhythm | None
) -> AccountRow:
    newest = verdict.newest.day if verdict and verdict.newest else None
    seen = rhythm if rhythm and rhythm.known_until else None
    return AccountRow(
        outlet=outlet.id,
        name=outlet.name,
        platform=outlet.platform,
        units=tuple(labels.names.get(unit, unit) for unit in outlet.units),
        state=outlet.state.value,
        verdict=verdict.value.value if verdict else "",
        newest=newest,
        days=(labels.day - newest).days if newest else None,
        sentence=verdict.sentence if verdict else "",
        clause=verdict.clause if verdict else "",
        finding=labels.numbers.get(f"outlet:{outlet.id}", ""),
        posts=seen.posts if seen else None,
        gap=seen.longest.days if seen and seen.longest else None,
        days_out=seen.days_out if seen else None,
        cause=cause_name(verdict.cause) if verdict and verdict.cause else "",
    )


def unjudged_of(
    outlets: Iterable[Outlet],
    verdicts: Iterable[Verdict],
    names: Mapping[str, str],
    seen: Mapping[str, datetime],
) -> tuple[Unjudged, ...]:
    """The columns, and the accounts on the register, without an answer: columns first, each with
    its cause."""
    by_outlet = worst(verdicts)
    found = [
        _unjudged(outlet, verdict, names, seen.get(outlet.id))
        for outlet in outlets
        if outlet.kind is OutletKind.COLUMN or outlet.state in ON_REGISTER
        if (verdict := by_outlet.get(outlet.id)) is None or verdict.value is Value.UNKNOWN
        if outlet.kind is not OutletKind.CANARY
    ]
    return tuple(sorted(found, key=lambda one: one.kind != COLUMN))


def _unjudged(
    outlet: Outlet, verdict: Verdict | None, names: Mapping[str, str], seen: datetime | None
) -> Unjudged:
    newest = verdict.newest.day if verdict and verdict.newest else None
    return Unjudged(
        outlet.id,
        COLUMN if outlet.kind is OutletKind.COLUMN else "账号",
        outlet.name,
        tuple(names.get(unit, unit) for unit in outlet.units),
        cause_name(verdict.cause if verdict and verdict.cause else NOT_JUDGED),
        verdict.sentence if verdict else "",
        newest,
        seen,
    )


def columns_judged(outlets: Iterable[Outlet], verdicts: Iterable[Verdict]) -> int:
    """How many columns got an answer: the base of a rate."""
    columns = {outlet.id for outlet in outlets if outlet.kind is OutletKind.COLUMN}
    return sum(outlet in columns and v.value in ANSWERED for outlet, v in worst(verdicts).items())


def veto_of(verdicts: Iterable[Verdict]) -> tuple[VetoLine, ...]:
    """Each site's distance to the national one-strike items, as the rule ``site_veto_columns``
    counted it."""
    return tuple(
        VetoLine(
            v.name,
            name,
            int(v.numbers[key]),
            int(v.numbers[f"{key}_of"]),
            int(v.numbers.get(f"{key}_unknown", 0)),
        )
        for v in verdicts
        if v.rule == "site_veto_columns"
        for key, name in VETO.items()
        if key in v.numbers
    )


def found_accounts_of(
    seen: Iterable[Candidate], outlets: Iterable[Outlet], names: Mapping[str, str]
) -> tuple[FoundAccount, ...]:
    """Accounts shown by the portal that the register does not know; ``sure`` where a person has
    said so."""
    units = {outlet.id: outlet.units for outlet in outlets}
    return tuple(
        FoundAccount(
            one.platform,
            one.name or one.number,
            tuple(names.get(unit, unit) for unit in units.get(one.outlet or "", ())),
            one.page_url,
            one.standing == ACCEPTED,
        )
        for one in seen
        if one.open
    )
