"""A night over the accounts: whom to ask, which probe next, what the answers together prove, whom
to believe.

Pure: no clock, no network. A probe that failed passes to the next one; a refused look never counts
as silence;
a probe whose canaries are silent is out of service for the night (new-media notes, chapters 1 and
5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from crawler.model import Ask, Dated, Evidence, Outcome, Outlet, Probe, Reading, shanghai_day, utc
from crawler.walking.addresses import host_of

DECISIVE = frozenset({Evidence.COMPLETE, Evidence.MANUAL})
BRIDGE = "feed"
"""Looks through one bridge are one look, whoever asks: its host stands in the look's path."""
WALL_REASONS = frozenset({"captcha", "login_wall", "rate_limited", "http_error", "not_allowed"})
WALLS_IN_A_ROW = 3
REFUSED_SHARE = 0.2
REFUSED_AFTER = 20
"""Answers before the share of refusals says anything."""
CANARY_SILENCE = timedelta(hours=48)
EMPTY_SHARE = 0.5
EMPTY_AFTER = 4
WARN_DAYS = 10


@dataclass(frozen=True, slots=True)
class ProbeLook:
    """One probe asked once, and what its reader made of the answer.

    ``path`` tells how the answer came (:attr:`crawler.model.Visit.path`), ``seen`` when a copy of
    it was made.
    """

    probe: Probe
    reading: Reading
    path: str = ""
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a night's looks at one account prove together. ``by`` is the probe that decided.

    ``newest`` is the newest believed date of all looks. Evidence NONE means unknown: ``reason`` and
    ``mark``
    are those of the first refused look, ``no_source`` when nothing could be asked.
    """

    outcome: Outcome
    evidence: Evidence
    newest: Dated | None
    by: Probe | None
    reason: str = ""
    mark: str = ""
    looks: tuple[ProbeLook, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a probe may be believed tonight, and why not."""

    ok: bool
    reason: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class NightPlan:
    """A night's requests: ``due`` accounts, ``skipped`` ones seen lately enough, and requests a
    host.

    ``requests`` counts the first probe of each due account, ``at_most`` their whole chains.
    """

    due: tuple[Outlet, ...]
    skipped: tuple[Outlet, ...]
    requests: Mapping[str, int]
    at_most: Mapping[str, int]
    pace: float

    @property
    def seconds(self) -> float:
        """How long the busiest host takes; hosts are asked side by side."""
        return max(self.requests.values(), default=0) * self.pace

    @property
    def seconds_at_most(self) -> float:
        return max(self.at_most.values(), default=0) * self.pace

    def lines(self) -> tuple[str, ...]:
        """The plan in Chinese, one fact a line."""
        head = f"账号 {len(self.due) + len(self.skipped)} 个: 今晚应查 {len(self.due)} 个, 近期已更新免查 {len(self.skipped)} 个"
        hosts = tuple(
            f"{host}: 请求 {count} 次, 每 {self.pace:g} 秒一次, 约 {spell(count * self.pace)}"
            f" (全部备用渠道都用上最多 {spell(self.at_most.get(host, count) * self.pace)})"
            for host, count in sorted(self.requests.items())
        )
        return (head, *hosts, f"预计用时 {spell(self.seconds)}, 最多 {spell(self.seconds_at_most)}")


def next_probe(
    chain: Sequence[Probe],
    looks: Sequence[ProbeLook],
    today: date,
    *,
    warn_days: int = WARN_DAYS,
    out: Collection[str] = (),
) -> Probe | None:
    """The probe to ask now, or ``None``: the account is decided or cleared, or the chain is at its
    end.

    ``out`` names the platforms out of service (tripped breaker, failed canaries). One bridge alone
    decides nothing but that its account is well: whatever else can see the account is asked, too,
    and no bridge twice.
    """
    if any(clears(look.reading, today, warn_days) for look in looks):
        return None
    decided = {bridge_of(look.probe) for look in looks if decides(look.reading)}
    if len(decided) > 1 or "" in decided:
        return None
    asked = [look.probe for look in looks]
    left = (probe for probe in chain if probe not in asked and probe.platform not in out)
    return next((probe for probe in left if bridge_of(probe) not in decided), None)


def bridge_of(probe: Probe) -> str:
    """The host of the bridge that a probe asks; empty for one that asks the platform, or a
    person."""
    return host_of(probe.url) if probe.platform == BRIDGE and probe.url else ""


def decides(reading: Reading) -> bool:
    """A conclusive answer from a list that must hold the newest post, or from a person."""
    return reading.outcome.conclusive and reading.evidence in DECISIVE


def clears(reading: Reading, today: date, warn_days: int = WARN_DAYS) -> bool:
    """Evidence of any class that the account is not even due soon."""
    newest = reading.newest
    usable = reading.outcome.conclusive and reading.evidence is not Evidence.NONE
    return usable and newest is not None and (today - newest.day).days < warn_days


def settle(looks: Sequence[ProbeLook]) -> Settled:
    """All looks of one night at one account as one answer.

    The first COMPLETE or MANUAL answer decides. Where a lower bound is newer than it, the list was
    not complete after all: it may still clear, and no longer convict.
    """
    useful = [
        look
        for look in looks
        if look.reading.outcome.conclusive and look.reading.evidence != Evidence.NONE
    ]
    if not useful:
        return _unknown(looks)
    decided = next((look for look in useful if decides(look.reading)), None)
    dates = [look.reading.newest for look in useful]
    newest = max((found for found in dates if found is not None), key=_order, default=None)
    by = decided or next((look for look in useful if look.reading.newest == newest), useful[0])
    contradicted = newest is not None and _newer(newest, by.reading.newest)
    evidence = Evidence.LOWER_BOUND if contradicted else by.reading.evidence
    outcome = Outcome.READ if newest is not None else by.reading.outcome
    reason = "newer_elsewhere" if contradicted else by.reading.reason
    return Settled(outcome, evidence, newest, by.probe, reason, by.reading.mark, tuple(looks))


def _unknown(looks: Sequence[ProbeLook]) -> Settled:
    if not looks:
        return Settled(Outcome.UNREADABLE, Evidence.NONE, None, None, "no_source")
    first = next((look for look in looks if not look.reading.outcome.conclusive), looks[0])
    reading = first.reading
    outcome = reading.outcome if not reading.outcome.conclusive else Outcome.UNREADABLE
    reason = reading.reason or "no_source"
    return Settled(outcome, Evidence.NONE, None, first.probe, reason, reading.mark, tuple(looks))


def _order(found: Dated) -> tuple[date, float]:
    return found.day, found.moment.timestamp() if found.moment is not None else 0.0


def _newer(found: Dated, than: Dated | None) -> bool:
    """Newer by a day: lists and articles differ by seconds, and that is nothing."""
    return than is None or found.day > than.day


def due(
    newest: date | None,
    last_complete: date | None,
    today: date,
    warn_days: int = WARN_DAYS,
) -> bool:
    """Whether to ask tonight. An account seen posting less than ``warn_days`` ago can't be idle
    tonight.

    ``last_complete`` is the day of the last conclusive look: one such look a night is enough.
    """
    if last_complete is not None and last_complete >= today:
        return False
    return newest is None or (today - newest).days >= warn_days


def tripped(readings: Sequence[Reading]) -> bool:
    """The circuit breaker: three walls in a row, or too large a share of refusals, end a probe's
    night.

    ``readings`` are one probe's answers of tonight in the order asked.
    """
    walls = [
        reading.outcome is Outcome.BLOCKED and reading.reason in WALL_REASONS
        for reading in readings
    ]
    if len(walls) >= WALLS_IN_A_ROW and all(walls[-WALLS_IN_A_ROW:]):
        return True
    refusals = sum(not reading.outcome.conclusive for reading in readings)
    return len(readings) >= REFUSED_AFTER and refusals > REFUSED_SHARE * len(readings)


def probe_health(
    canaries: Mapping[str, Reading], answers: Sequence[Reading], now: datetime
) -> Health:
    """Whether one probe's answers of this night may be believed. Judged before any of them is.

    ``canaries`` are the readings of accounts known to post daily, by name; one that shows nothing
    of the last 48 hours, for whatever cause, puts the probe out of service. So does half of all
    accounts turning empty.
    """
    for name, reading in sorted(canaries.items()):
        if not _sings(reading, now):
            said = reading.reason or (
                f"newest {reading.newest.day}" if reading.newest else "nothing"
            )
            return Health(False, "canary_failed", f"{name}: {said}")
    empty = sum(
        reading.outcome is Outcome.EMPTY or reading.reason == "empty_list" for reading in answers
    )
    if len(answers) >= EMPTY_AFTER and empty >= EMPTY_SHARE * len(answers):
        return Health(
            False, "canary_failed", f"{empty} of {len(answers)} accounts empty in one night"
        )
    return Health(True)


def _sings(reading: Reading, now: datetime) -> bool:
    newest = reading.newest
    if not reading.outcome.conclusive or newest is None:
        return False
    if newest.moment is None:
        return (shanghai_day(now) - newest.day).days <= CANARY_SILENCE.days
    return utc(now) - utc(newest.moment) <= CANARY_SILENCE


def believed(reading: Reading, health: Health) -> Reading:
    """The reading as it counts under ``health``: out of service, it may clear an account and never
    convict it.

    A post that was seen was seen; but a list from a failing probe is no longer complete, and its
    empty one says nothing.
    """
    if health.ok or not reading.outcome.conclusive or reading.evidence is Evidence.MANUAL:
        return reading
    if reading.outcome is Outcome.READ and reading.posts:
        return replace(
            reading, evidence=Evidence.LOWER_BOUND, reason=health.reason, mark=health.mark
        )
    return Reading(Outcome.UNREADABLE, Evidence.NONE, reason=health.reason, mark=health.mark)


def plan_night(
    outlets: Iterable[Outlet],
    newest: Mapping[str, date],
    last_complete: Mapping[str, date],
    today: date,
    asks: Callable[[Outlet, Probe], Sequence[Ask]],
    *,
    pace: float = 3.0,
    warn_days: int = WARN_DAYS,
) -> NightPlan:
    """Who is due tonight and how long that takes at ``pace`` seconds a request and host.

    ``newest`` and ``last_complete`` are by outlet id; ``asks`` is the platforms' ``start``.
    """
    chosen: dict[bool, list[Outlet]] = {True: [], False: []}
    first: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for outlet in outlets:
        wanted = due(newest.get(outlet.id), last_complete.get(outlet.id), today, warn_days)
        chosen[wanted].append(outlet)
        for at, probe in enumerate(outlet.probes if wanted else ()):
            for ask in asks(outlet, probe):
                host = urlsplit(ask.url).hostname or ""
                whole[host] += 1
                first[host] += at == 0
    used = {host: count for host, count in first.items() if count}
    return NightPlan(tuple(chosen[True]), tuple(chosen[False]), used, dict(whole), pace)


def spell(seconds: float) -> str:
    """A duration for people: ``33 分钟``, ``2 小时 46 分钟``."""
    minutes = -(-int(seconds) // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} 分钟"
    return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"
