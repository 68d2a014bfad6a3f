"""A portal or platform that is broken is never a unit's silence, and the next good night heals
everything.

The clock moves thirteen months between the good night and the broken one: whoever reads a wall as
an empty list, or counts days from the last good look, would accuse everybody.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from _pytest.mark import ParameterSet
from sqlalchemy import select

from crawler.clock import clock as real_clock
from crawler.model import Outcome
from crawler.store.tables import VisitRow
from monitor.demo.server import Sample
from monitor.model import Value, Verdict
from monitor.night import jobs
from monitor.record.tables import FindingRow
from tests.support.district import (
    ACCOUNTS,
    BLAMED,
    COLUMNS,
    START,
    Clock,
    Town,
    accused,
    served,
    town,
)

LATER = START + timedelta(days=400)
HEALED = START + timedelta(days=401)
ACCUSING = (Value.STALE, Value.BLANK)

PORTAL = {
    "stopped": {"refused"},
    "403": {"forbidden", "waf"},
    "412": {"challenge"},
    "500": {"server_error"},
    "502": {"server_error"},
    "captcha": {"captcha", "waf"},
    "challenge": {"challenge", "waf"},
    "login": {"login_wall"},
    "empty": {"empty_body"},
    "cut": {"reset"},
    "redesign": {"no_dates", "no_list", "redesigned"},
    "gzip_bomb": {"too_large"},
    "redirect_loop": {"redirect_loop"},
    "redirect_private": {"forbidden_address"},
}
"""What is broken, and the causes that the columns must name."""

MEDIA = {
    "refused": {"weibo": "rate_limited_418", "mweibo": "rate_limited_418", "wechat_article": "captcha", "wechat_album": "captcha", "feed": "http_403"},
    "login walls": {"weibo": "login_wall", "mweibo": "login_wall", "wechat_article": "captcha_redirect", "wechat_album": "login_wall", "feed": "http_400"},
    "servers down": {"weibo": "http_500", "mweibo": "http_500", "wechat_article": "http_503", "wechat_album": "http_500", "feed": "http_503"},
    "empty lists": {"weibo": "empty_list", "mweibo": "empty_list", "wechat_article": "expired", "wechat_album": "empty", "feed": "empty"},
    "changed answers": {"weibo": "shape_changed", "mweibo": "shape_changed", "wechat_article": "shape_changed", "wechat_album": "http_404", "feed": "shape_changed"},
    "somebody else's": {"weibo": "identity_mismatch", "mweibo": "identity_mismatch", "wechat_article": "migrated", "wechat_album": "rate_limited", "feed": "identity_mismatch"},
    "no visitors": {"visitor": "login_wall", "wechat_article": "deleted", "wechat_album": "http_403", "feed": "http_404"},
}  # fmt: skip

Said = dict[tuple[str, str, str], Verdict]


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Sample]:
    with served(tmp_path_factory.mktemp("district"), clock) as running:
        yield running


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, sample: Sample, clock: Clock) -> Path:
    """The folder of an office after one good night at ``START``."""
    folder = tmp_path_factory.mktemp("good")
    clock.now = START
    with town(folder, sample, clock) as one:
        night = one.night()
        assert not night.failed
        assert accused(one.verdicts()) == {BLAMED}
    return folder


@contextmanager
def after_a_good_night(folder: Path, good: Path, sample: Sample, clock: Clock) -> Iterator[Town]:
    """An office of its own with the good night's store, thirteen months later."""
    shutil.copy(good / "store.db", folder / "store.db")
    clock.now = LATER
    with town(folder, sample, clock, timeout=2) as one:
        yield one


@pytest.fixture(scope="module")
def healthy(
    tmp_path_factory: pytest.TempPathFactory, good: Path, sample: Sample, clock: Clock
) -> dict[str, str]:
    """What an office says on the last day that never met a fault."""
    with after_a_good_night(tmp_path_factory.mktemp("healthy"), good, sample, clock) as one:
        clock.now = HEALED
        one.night()
        return values(one.verdicts())


def values(said: Said) -> dict[str, str]:
    """What is said of the catalogue's columns, accounts and units."""
    ours = ("outlet:", "unit:")
    return {
        " ".join(k): f"{v.value} {v.cause}".strip()
        for k, v in said.items()
        if k[1].startswith(ours)
    }


def nobody_is_accused(one: Town, night: jobs.Night, outlets: tuple[str, ...]) -> None:
    """No verdict and no finding against anybody that the good night had not reached already."""
    said = one.verdicts()
    about_them = {f"outlet:{outlet}" for outlet in outlets} | {
        v.subject for v in said.values() if v.period
    }
    assert accused(said) & about_them <= {BLAMED}
    assert not {f.subject for f in night.judgement.changes.opened if not f.ours} & about_them
    assert night.judgement.changes.closed == ()
    for outlet in outlets:
        about = [v for (rule, subject, _), v in said.items() if subject == f"outlet:{outlet}"]
        assert not any(v.value in ACCUSING for v in about), outlet
        assert any(v.value is Value.UNKNOWN for v in about), outlet
    with one.office.reader.connect() as connection:
        open_ = (
            connection.execute(select(FindingRow.subject).where(FindingRow.ours.is_(False)))
            .scalars()
            .all()
        )
    assert set(open_) & about_them == {BLAMED}


def reasons(one: Town, outlets: tuple[str, ...]) -> dict[str, str]:
    """The reason of the last look at each outlet; a conclusive one has ``seen``."""
    with one.office.reader.connect() as connection:
        rows = connection.execute(
            select(VisitRow.outlet_id, VisitRow.outcome, VisitRow.reason).order_by(VisitRow.id)
        ).all()
    found = {r.outlet_id: "seen" if Outcome(r.outcome).conclusive else r.reason for r in rows}
    return {outlet: found[outlet] for outlet in outlets}


def _quick(faults: Mapping[str, object], *names: str) -> list[ParameterSet]:
    """All of them; those that are not among ``names`` are slow, each costs two nights."""
    slow = pytest.mark.slow
    return [pytest.param(one, marks=() if one in names else slow) for one in faults]


@pytest.mark.parametrize("fault", _quick(PORTAL, "stopped", "captcha", "redesign"))
def test_a_broken_portal_accuses_nobody_and_heals(
    fault: str, tmp_path: Path, good: Path, sample: Sample, clock: Clock, healthy: dict[str, str]
) -> None:
    with after_a_good_night(tmp_path, good, sample, clock) as one:
        sample.portal.faults.set(fault)
        try:
            night = one.night()
        finally:
            sample.portal.faults.clear()
        nobody_is_accused(one, night, COLUMNS)
        said = reasons(one, COLUMNS)
        assert set(said.values()) <= PORTAL[fault] | {"host_gave_up"}
        assert set(said.values()) & PORTAL[fault]
        clock.now = HEALED
        one.night()
        assert values(one.verdicts()) == healthy


@pytest.mark.parametrize("faults", _quick(MEDIA, "refused", "empty lists"))
def test_broken_platforms_accuse_no_account_and_heal(
    faults: str, tmp_path: Path, good: Path, sample: Sample, clock: Clock, healthy: dict[str, str]
) -> None:
    with after_a_good_night(tmp_path, good, sample, clock) as one:
        for probe, fault in MEDIA[faults].items():
            switch(sample, probe, fault)
        try:
            one.night()
        finally:
            for probe in MEDIA[faults]:
                switch(sample, probe, "")
        said = one.verdicts()
        assert not accused(said) & {f"outlet:{account}" for account in ACCOUNTS}
        for account in ACCOUNTS:
            assert said["account_idle", f"outlet:{account}", ""].value is Value.UNKNOWN
        assert "seen" not in reasons(one, ACCOUNTS).values()
        clock.now = HEALED
        one.night()
        assert values(one.verdicts()) == healthy


def switch(sample: Sample, probe: str, fault: str) -> None:
    query = {"account": "*", "probe": probe, "fault": fault}
    httpx.post(f"{sample.media_url}/switch", params=query, trust_env=False).raise_for_status()


def test_a_fault_in_one_folder_leaves_the_other_columns_judged(
    tmp_path: Path, good: Path, sample: Sample, clock: Clock
) -> None:
    with after_a_good_night(tmp_path, good, sample, clock) as one:
        sample.portal.faults.set("captcha", "/zwdt/")
        try:
            one.night()
        finally:
            sample.portal.faults.clear()
        said = one.verdicts()
        assert said["column_stale", "outlet:news", ""].value is Value.UNKNOWN
        assert said["column_stale", "outlet:fgj", ""].value is Value.STALE
        found = reasons(one, ("news", "notice", "fgj"))
        assert found["fgj"] == "seen"
        assert {found["news"], found["notice"]} <= PORTAL["captcha"]
        assert said["column_stale", "outlet:news", ""].cause == found["news"]


def test_a_portal_that_is_down_for_a_week_from_its_first_night_is_read_whole_afterwards(
    tmp_path: Path, sample: Sample, clock: Clock, good: Path
) -> None:
    """Articles that wait while every page is refused are read when the portal is back: nobody's
    count is short."""
    clock.now = START
    with town(tmp_path, sample, clock) as one:
        sample.portal.faults.set("403", "/zwdt/ylyw/2020")
        sample.portal.faults.set("captcha", "/bm/fgj/2020")
        try:
            for _ in range(5):
                one.night()
                clock.forward(days=1)
        finally:
            sample.portal.faults.clear()
        one.night()
        with one.office.reader.connect() as connection:
            states = connection.exec_driver_sql(
                "select article, count(*) from post group by article"
            ).all()
        assert {row[0] for row in states} == {"read", "skipped"}


def real_night(one: Town, moment: datetime) -> jobs.Night:
    """A night with its child process, whose clock runs; the office's, and the portal's, is set to
    an hour later."""
    one.clock.now = moment
    running = real_clock(moment)
    night = jobs.nightly(one.office, running, as_of=running())
    one.clock.now = moment + timedelta(hours=1)
    return night


def test_the_spider_meets_a_stopped_portal_and_ends_soon(
    tmp_path: Path, good: Path, sample: Sample, clock: Clock, healthy: dict[str, str]
) -> None:
    """The same through the real night: a child process with Scrapy."""
    with after_a_good_night(tmp_path, good, sample, clock) as one:
        sample.portal.faults.set("stopped")
        try:
            night = real_night(one, LATER)
        finally:
            sample.portal.faults.clear()
        assert night.crawled.fault == ""
        nobody_is_accused(one, night, COLUMNS)
        real_night(one, HEALED)
        assert values(one.verdicts()) == healthy
