"""{name}的读取渠道停用：{why}。期间该平台账号一律不认定超期，请检查读取方式。

Ours, one for a probe and not one for an account. A probe is out while a canary of it is silent or
refused, while its night was broken off by walls in a row, or while half of all accounts turned
empty in one night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from crawler.accounts.chain import CANARY_SILENCE, WALL_REASONS, WALLS_IN_A_ROW
from crawler.model import Outcome, OutletKind, shanghai_day
from crawler.platforms import platform_names, traits
from monitor.looks.due import gone
from monitor.model import Facts, Look, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause, LookHours
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import PROBE_OUT, cause_name

NAME = "probe_out_of_service"
TRAITS = Traits(
    title="读取渠道停用",
    advice="请查看读取渠道停用的原因，修好后恢复；停用期间不判定只靠它的账号。",
)
SENTENCE = sentence_of(__doc__)
SAID_SO = ("canary_failed", PROBE_OUT)
WALLED_SHARE = 0.2
"""More than a fifth of refusals in a night is the platform's wall, not some accounts'."""
COPIES = 0.5
"""A cache on the way to a bridge or platform stands before all of its accounts."""


def check(facts: Facts, *, clause: Clause, look_hours: LookHours = 48) -> Iterator[Verdict]:
    """One verdict per probe that some account is looked at through."""
    if facts.partial:
        return
    accounts = [of for of in facts.outlets if of.outlet.kind is OutletKind.ACCOUNT and not gone(of)]
    since = facts.as_of - timedelta(hours=look_hours)
    looks, songs = _newest(accounts, since), _newest(facts.canaries, since)
    used = {probe.platform for of in (*accounts, *facts.canaries) for probe in of.outlet.probes}
    for probe in sorted(one for one in used if traits(one).service or one not in platform_names()):
        why = _silent(songs.get(probe, ()), facts) or _broken(looks.get(probe, ()))
        yield _verdict(probe, why, clause)


def _newest(
    outlets: Iterable[OutletFacts], since: datetime
) -> dict[str, list[tuple[OutletFacts, Look]]]:
    """By probe, each outlet's newest look through it."""
    found: dict[str, list[tuple[OutletFacts, Look]]] = defaultdict(list)
    for of in outlets:
        seen: set[str] = set()
        for look in of.looks:
            if look.probe not in seen and look.moment >= since:
                seen.add(look.probe)
                found[look.probe].append((of, look))
    return found


def _silent(songs: Sequence[tuple[OutletFacts, Look]], facts: Facts) -> str:
    for of, look in songs:
        if not look.outcome.conclusive:
            return f"校验账号“{of.outlet.name}”读不到（{cause_name(look.reason or look.outcome.value)}）"
        late = look.newest is None or shanghai_day(look.moment) - look.newest > CANARY_SILENCE
        if late or look.reason in SAID_SO:
            newest = f"最近一次更新为{look.newest}" if look.newest else "没有信息"
            return f"每日更新的校验账号“{of.outlet.name}”{newest}"
    return ""


def _broken(looks: Sequence[tuple[OutletFacts, Look]]) -> str:
    if any(look.reason == PROBE_OUT for _, look in looks):
        return "连续被平台拦截，当晚已停止访问"
    failed = sum(look.reason == "canary_failed" for _, look in looks)
    if failed:
        return f"自检未通过，{failed}个账号的结果不予采信"
    copies = sum(look.reason == "old_copy" for _, look in looks)
    if copies and copies >= COPIES * len(looks):
        return f"{copies}个账号看到的是缓存里的旧答复"
    walls = sum(
        look.outcome is Outcome.BLOCKED and look.reason in WALL_REASONS for _, look in looks
    )
    if walls >= WALLS_IN_A_ROW and walls >= WALLED_SHARE * len(looks):
        return f"{walls}个账号被平台拦截"
    return ""


def _verdict(probe: str, why: str, clause: str) -> Verdict:
    name = traits(probe).service or probe
    return Verdict(
        rule=NAME,
        subject=f"probe:{probe}",
        value=Value.UNKNOWN if why else Value.FRESH,
        sentence=SENTENCE.format(name=name, why=why) if why else f"{name}的读取渠道正常。",
        clause=clause,
        cause=PROBE_OUT if why else "",
        ours=True,
        name=name,
    )
