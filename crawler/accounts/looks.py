"""What one look at an account becomes: a visit and its posts, with the path that the answer came
by. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crawler.accounts.chain import ProbeLook, bridge_of
from crawler.model import Evidence, OutletKind, Probe, Reading, Visit, utc
from crawler.walking.asking import PageAnswer
from crawler.walking.freshness import part, said_by_caches
from crawler.walking.model import Known, Looked


def account_looked(known: Known, look: ProbeLook, moment: datetime, door: str) -> Looked:
    """One look as visit and posts. What a lower bound shows never makes the newest known older."""
    probe, reading = look.probe, _not_behind(look, known)
    newest = reading.newest
    day, url = (newest.day, _url(reading)) if newest else (None, "")
    if (
        reading.evidence is not Evidence.COMPLETE
        and known.newest
        and (day is None or known.newest > day)
    ):
        day, url = known.newest, known.newest_url
    visit = Visit(
        outlet=known.outlet.id,
        moment=moment,
        outcome=reading.outcome,
        evidence=reading.evidence if reading.outcome.conclusive else Evidence.NONE,
        door=door,
        probe=probe.platform,
        reason=reading.reason,
        mark=reading.mark[:500],
        url=probe.url or "",
        newest=day,
        newest_url=url,
        dated=sum(post.published is not None for post in reading.posts),
        family=reading.family,
        seen=look.seen or _seen(reading),
        path=look.path,
    )
    return Looked(
        visit,
        posts=()
        if known.outlet.kind is OutletKind.CANARY or not reading.outcome.conclusive
        else reading.posts,
        walk_prior=known.last_conclusive,
        walk_done=True,
    )


def _not_behind(look: ProbeLook, known: Known) -> Reading:
    """A bridge whose feed is older than what is known of the account stopped looking: it may clear
    and never convict."""
    reading, newest = look.reading, look.reading.newest
    if (
        not bridge_of(look.probe)
        or reading.evidence is not Evidence.COMPLETE
        or known.newest is None
    ):
        return reading
    if newest is not None and newest.day >= known.newest:
        return reading
    return replace(reading, evidence=Evidence.LOWER_BOUND, reason="newer_elsewhere")


def path_of(probe: Probe, answers: Sequence[PageAnswer]) -> str:
    """What the answers say of the caches on their way, and the bridge that they came by."""
    said = dict.fromkeys(one for answer in answers for one in said_by_caches(answer.page))
    bridge = bridge_of(probe)
    return "; ".join([*said, *([part("bridge", bridge)] if bridge else [])])


def as_copy(look: ProbeLook, answers: Sequence[PageAnswer]) -> ProbeLook:
    """An old copy is no look at now: what it shows was so when it was made."""
    copies = [answer.copy for answer in answers if answer.copy is not None]
    if not copies or not look.reading.outcome.conclusive:
        return look
    made = [one.made for one in copies if one.made is not None]
    since = min(made) if len(made) == len(copies) else None
    mark = "; ".join(one for one in (copies[0].said, look.reading.mark) if one)
    reading = replace(look.reading, evidence=Evidence.LOWER_BOUND, reason="old_copy", mark=mark)
    return replace(look, reading=reading, seen=since)


def _seen(reading: Reading) -> datetime | None:
    """When a person looked, for a person's entry: the look proves nothing of later."""
    looked = reading.identity.get("looked", "") if reading.evidence is Evidence.MANUAL else ""
    return utc(datetime.fromisoformat(looked)) if looked else None


def _url(reading: Reading) -> str:
    newest = reading.newest
    return next((post.url for post in reading.posts if post.published is newest), "")
