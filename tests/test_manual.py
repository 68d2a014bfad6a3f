"""A person's entry: MANUAL evidence while it is valid, with proof, and nothing otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.model import SHANGHAI, Evidence, Outcome, Outlet, OutletKind, Probe, Reading
from crawler.platforms import manual

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
def test_an_entry_without_proof_or_sense_proves_nothing(changes: dict[str, str], reason: str) -> None:
    reading = read(**changes)
    assert (reading.outcome, reading.evidence, reading.reason) == (Outcome.UNREADABLE, Evidence.NONE, reason)


def test_nothing_is_asked() -> None:
    assert manual.start(OUTLET, Probe("manual")) == ()
