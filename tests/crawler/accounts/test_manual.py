"""A person's entry: MANUAL evidence while it is valid, with proof, and nothing otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawler.accounts import chain
from crawler.accounts.looks import account_looked
from crawler.model import SHANGHAI, Evidence, Outcome, Outlet, OutletKind, Probe, Reading
from crawler.platforms import manual
from crawler.walking.model import Known
from monitor.model import Facts, Look, Newest, OutletFacts, Value
from monitor.settings.limits import Limit
from monitor.verdicts.judging import stale
from monitor.words.causes import AWAITING

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
OUTLET = Outlet("d1", OutletKind.ACCOUNT, "示例抖音号", "douyin", "", ("u1",))
ENTRY = {
    "published": "2026-11-20T09:00:00+08:00",
    "url": "https://www.douyin.com/video/1",
    "by": "wang",
    "looked": "2026-11-21T10:00:00+08:00",
    "until": "2026-12-04",
}


def read(moment: datetime = NOW, **changes: str) -> Reading:
    return manual.read(manual.at(moment), OUTLET, Probe("manual", None, {**ENTRY, **changes}))


def test_a_valid_entry_is_manual_evidence_with_its_proof() -> None:
    reading = read()
    assert (reading.outcome, reading.evidence) == (Outcome.READ, Evidence.MANUAL)
    assert reading.newest is not None
    assert reading.newest.moment == datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    assert (reading.newest.place, reading.newest.why) == ("manual", "seen by wang")
    assert reading.posts[0].url == ENTRY["url"]


def test_a_screenshot_is_proof_too() -> None:
    assert read(url="", shot="a" * 64).posts[0].url == f"sha256:{'a' * 64}"


def test_a_date_is_valid_to_its_end_in_china() -> None:
    last = datetime(2026, 12, 4, 23, 59, 59, tzinfo=SHANGHAI)
    assert read(last).outcome is Outcome.READ
    assert read(last + timedelta(seconds=1)).reason == "entry_expired"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"published": ""}, "no_entry"),
        ({"by": ""}, "incomplete_entry"),
        ({"until": ""}, "incomplete_entry"),
        ({"url": ""}, "incomplete_entry"),
        ({"url": "", "shot": "abc"}, "incomplete_entry"),
        ({"url": "javascript:alert(1)"}, "incomplete_entry"),
        ({"published": "2026-11-20T09:00:00"}, "incomplete_entry"),
        ({"published": "last week"}, "incomplete_entry"),
        ({"published": "2026-11-22T09:00:00+08:00"}, "entry_not_believed"),
        ({"published": "2001-11-20T09:00:00+08:00"}, "entry_not_believed"),
        ({"looked": "2026-12-01T09:00:00+08:00"}, "entry_not_believed"),
    ],
)
def test_an_entry_without_proof_or_sense_proves_nothing(
    changes: dict[str, str], reason: str
) -> None:
    reading = read(**changes)
    assert (reading.outcome, reading.evidence, reading.reason) == (
        Outcome.UNREADABLE,
        Evidence.NONE,
        reason,
    )


def test_an_entry_holds_for_two_days_after_the_person_looked_and_only_clears_later() -> None:
    looked = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
    assert read(looked + timedelta(hours=48)).evidence is Evidence.MANUAL
    later = read(looked + timedelta(hours=48, seconds=1))
    assert (later.outcome, later.evidence, later.reason) == (
        Outcome.READ,
        Evidence.LOWER_BOUND,
        "entry_old",
    )
    assert later.newest is not None


def test_the_evidence_stands_for_the_moment_the_person_looked() -> None:
    assert read().identity == {"looked": "2026-11-21T10:00:00+08:00"}


def test_an_entry_seen_before_the_line_never_convicts_after_it() -> None:
    """Looked at on the fourteenth day, read on the fifteenth and sixteenth: what came since nobody
    saw."""
    published = datetime(2026, 11, 8, 9, tzinfo=SHANGHAI)
    before = facts(
        published, datetime(2026, 11, 22, 20, tzinfo=SHANGHAI), NOW - timedelta(hours=1), NOW
    )
    assert stale(before.outlets[0], before, LIMIT, 48).value is Value.UNKNOWN
    once = datetime(2026, 11, 23, 8, tzinfo=SHANGHAI)
    one = facts(published, once, NOW - timedelta(hours=1), NOW)
    assert stale(one.outlets[0], one, LIMIT, 48).cause == AWAITING
    both = facts(published, once, NOW - timedelta(hours=1)).outlets[0]
    second = facts(published, once + timedelta(hours=1), NOW).outlets[0]
    agreed = replace(both, looks=(*second.looks, *both.looks))
    assert stale(agreed, one, LIMIT, 48).value is Value.STALE


LIMIT = Limit(clause="x", operator=">", days=14)


def facts(published: datetime, looked: datetime, *read_at: datetime) -> Facts:
    """What the rules see of an account whose entry was read at ``read_at``."""
    looks = []
    for moment in sorted(read_at, reverse=True):
        reading = read(moment, published=published.isoformat(), looked=looked.isoformat())
        visit = account_looked(
            Known(OUTLET), chain.ProbeLook(Probe("manual"), reading), moment, "spider"
        ).visit
        looks.append(
            Look(
                visit.moment,
                visit.outcome,
                visit.evidence,
                visit.probe,
                visit.newest,
                "",
                1,
                "",
                visit.seen,
            )
        )
    newest = Newest(published.date(), "", "", "", "manual")
    outlet = replace(OUTLET, probes=(Probe("manual"),))
    of = OutletFacts(outlet, ("u1",), tuple(looks), newest, True)
    return Facts(NOW, NOW.date(), (of,), (), (), "2026-11")


def test_nothing_is_asked() -> None:
    assert manual.start(OUTLET, Probe("manual")) == ()
