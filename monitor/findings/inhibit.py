"""One cause, one finding: while a site or a probe is out, what it made unreadable is not reported
one by one.

Pure. A verdict that rests on a good look is never touched: what was seen was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from crawler.model import OutletKind
from monitor.model import Facts, Finding, OutletFacts, Value, Verdict
from monitor.rules import traits
from monitor.rules.accounts.probe_out_of_service import NAME as PROBE_RULE
from monitor.rules.sites import site_unreachable, site_unseen
from monitor.rules.sites.site_unreachable import DOWN_NOW
from monitor.words.causes import PROBE_OUT, READER_BROKEN, SITE_DOWN, cause_name

SITE_RULES: Mapping[str, str] = {site_unreachable.NAME: SITE_DOWN, site_unseen.NAME: READER_BROKEN}
"""Rules about a site that explain what its columns could not show, with the cause that they
give."""


def inhibited(verdicts: Sequence[Verdict], facts: Facts) -> tuple[Verdict, ...]:
    """``verdicts`` without the findings that a site's or a probe's own finding explains.

    A probe's verdict has the subject ``probe:NAME``, or ``outlet:ID`` of the canary that stands for
    it.
    """
    sites, probes, misled = down_now(verdicts), _probes(verdicts, facts), _misled(verdicts)
    if not (sites or probes or misled):
        return tuple(verdicts)
    causes = (
        {of.outlet.id: _cause(of, sites, probes) for of in _blind(facts)} if sites or probes else {}
    )
    return tuple(
        _held(
            v,
            causes.get(v.subject.removeprefix("outlet:"), "")
            or misled.get((v.rule, v.subject), ""),
        )
        for v in verdicts
    )


def _misled(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], str]:
    """By rule and outlet's subject: the cause of what another finding explains."""
    found: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        explained = traits(verdict.rule).explains
        if not explained or verdict.value is not Value.UNKNOWN or not verdict.cause:
            continue
        outlets = [f"outlet:{one}" for one in str(verdict.numbers.get("outlets", "")).split()]
        for subject in outlets or [verdict.subject]:
            found |= {(rule, subject): verdict.cause for rule in explained}
    return found


def _blind(facts: Facts) -> Iterable[OutletFacts]:
    """Outlets whose newest look proved nothing."""
    return (
        of
        for of in (*facts.outlets, *facts.canaries)
        if of.looks and not of.looks[0].outcome.conclusive
    )


def _cause(of: OutletFacts, sites: Mapping[str, str], probes: Collection[str]) -> str:
    if of.outlet.kind is OutletKind.COLUMN:
        return sites.get(of.outlet.site, "")
    asked = {of.looks[0].probe, *(probe.platform for probe in of.outlet.probes)}
    return PROBE_OUT if not asked.isdisjoint(probes) else ""


def down_now(said: Iterable[Verdict | Finding]) -> dict[str, str]:
    """The sites that are down now, by id, with the cause; ``said`` are verdicts or open findings of
    one moment.

    Down is what was closed too often this week *and* is closed at the newest visits, and what
    tonight's crawl could mostly not see. A site of which nothing is known (too few visits, a
    firewall that refuses us alone), or that was closed last week and is open now, keeps back
    nothing.
    """
    return {
        one.subject.removeprefix("site:"): SITE_RULES[one.rule]
        for one in said
        if (
            one.rule == site_unreachable.NAME
            and one.value is Value.STALE
            and one.numbers.get(DOWN_NOW)
        )
        or (one.rule == site_unseen.NAME and one.value is Value.UNKNOWN and one.ours)
    }


def _probes(verdicts: Sequence[Verdict], facts: Facts) -> set[str]:
    out = {v.subject for v in verdicts if v.rule == PROBE_RULE and v.opens}
    names = {subject.removeprefix("probe:") for subject in out if subject.startswith("probe:")}
    canaries = [of for of in facts.canaries if f"outlet:{of.outlet.id}" in out]
    return names | {probe.platform for of in canaries for probe in of.outlet.probes}


def _held(verdict: Verdict, cause: str) -> Verdict:
    if (
        not cause
        or not verdict.opens
        or verdict.rule == PROBE_RULE
        or not verdict.subject.startswith("outlet:")
    ):
        return verdict
    sentence = f"{verdict.name}未能判定：{cause_name(cause)}。"
    return replace(verdict, value=Value.UNKNOWN, cause=cause, sentence=sentence, ours=False)
