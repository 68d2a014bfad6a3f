"""A second night on an unchanged portal: one request a column, answered 304, and nothing new in the
store but looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.clock import clock as real_clock
from crawler.store.tables import PostRow, VisitRow
from monitor.demo.server import Sample
from monitor.night import jobs
from monitor.office import open_office
from tests.support.district import COLUMNS, START, Clock, contents, served, town

LOOKS = (
    "outlet.last_look",
    "outlet.last_conclusive",
    "outlet.last_plain",
    "outlet.last_outcome",
    "outlet.walk_prior",
    "post.last_seen",
    "finding.numbers",
)
"""What a look may touch: its own row, its run, when the outlet (an account's posts, too) was last
seen, and which looks a finding rests on."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The portal stands still at ``START``: two nights see the same pages."""
    with served(tmp_path_factory.mktemp("still"), Clock()) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres_database"))


@pytest.mark.slow
def test_the_second_night_asks_once_a_column_and_changes_nothing(
    sample: Sample, tmp_path: Path, store: str
) -> None:
    sample.portal.log.clear()
    with town(tmp_path, sample, Clock(), store=store) as one:
        now = real_clock(START)
        first = jobs.nightly(one.office, now, as_of=now())
        assert first.crawled.fault == ""
        asked = sample.portal.log.paths()
        # The late column, and it alone, is looked at twice before it is blamed, and once with the
        # pages behind its first.
        assert max(times for path, times in asked.items() if path != "/robots.txt") == 3
        assert {path for path, times in asked.items() if times > 1} - {"/", "/robots.txt"} == {
            "/zdly/tpgj/"
        }
        before = contents(one.office.engine, without=LOOKS)
        sample.portal.log.clear()
        now = real_clock(START + timedelta(hours=2))
        second = jobs.nightly(one.office, now, as_of=now())
        after = contents(one.office.engine, without=LOOKS)
        assert after == before
        assert (second.crawled.fault, second.saw.new_posts, second.saw.unknown) == ("", 0, 0)
        lists = {f"/{c.folder}/" for c in sample.district.columns}
        hits = [hit for hit in sample.portal.log.hits if hit.path in lists]
        # Whoever stays accused is looked at once more, and so that no server can answer
        # "unchanged".
        again = [hit for hit in hits if not hit.conditional]
        assert [(hit.path, hit.status) for hit in again] == [("/zdly/tpgj/", 200)]
        assert sorted(hit.path for hit in hits if hit.conditional) == sorted(lists)
        assert {hit.status for hit in hits if hit.conditional} == {304}
        # Beside them robots.txt and the home page, whose answering is watched: no article, no
        # further page.
        assert {hit.path for hit in sample.portal.log.hits} - lists <= {"/robots.txt", "/"}
        with one.office.engine.connect() as connection:
            looks = connection.execute(
                select(VisitRow.outlet_id, VisitRow.outcome, VisitRow.moment).order_by(VisitRow.id)
            ).all()
            columns = PostRow.outlet_id.in_(COLUMNS)
            seen = connection.execute(
                select(func.max(PostRow.last_seen)).where(columns)
            ).scalar_one()
        assert seen < START + timedelta(hours=1)
        of_night = [row for row in looks if row.moment >= START + timedelta(hours=2)]
        assert Counter(row.outcome for row in of_night if row.outlet_id in COLUMNS) == {
            "unchanged": 6 + 1
        }


@pytest.mark.slow
def test_nobody_is_asked_beyond_the_cap_of_its_host(sample: Sample, tmp_path: Path) -> None:
    """Measured where it counts, at the server: robots, lists, further pages and articles of a whole
    backfill."""
    sample.portal.log.clear()
    with town(tmp_path, sample, Clock()) as one:
        now = real_clock(START)
        jobs.nightly(one.office, now, as_of=now())
        assert len(sample.portal.log.hits) > 150
        assert 1 <= sample.portal.log.max_in_flight <= 4  # concurrency of the catalogue's site
    path = tmp_path / "config.yaml"
    text = path.read_text("utf-8")
    assert "concurrency: 4" in text
    path.write_text(
        text.replace("concurrency: 4", "concurrency: 1").replace("store.db", "other.db"), "utf-8"
    )
    sample.portal.log.clear()
    with open_office(path) as office:
        now = real_clock(START)
        jobs.nightly(office, now, as_of=now())
    assert len(sample.portal.log.hits) > 150
    assert sample.portal.log.max_in_flight == 1


def test_a_page_whose_frame_changes_costs_one_request_and_writes_no_post(
    sample: Sample, tmp_path: Path
) -> None:
    """The sidebar moves with the week: new bytes, the same list."""
    clock, portal_clock = Clock(START - timedelta(hours=9, minutes=5)), sample.portal.clock
    sample.portal.clock = clock
    with town(tmp_path, sample, clock) as one:
        one.night()
        with one.office.engine.connect() as connection:
            posts = connection.execute(select(func.count()).select_from(PostRow)).scalar_one()
        before = contents(one.office.engine, without=(*LOOKS, "outlet", "finding"))
        sample.portal.log.clear()
        try:
            clock.forward(hours=1)
            one.night()
        finally:
            sample.portal.clock = portal_clock
        assert sample.portal.log.statuses()[304] == 0
        asked = sample.portal.log.paths()
        again = {path for path, times in asked.items() if times == 2} - {"/robots.txt"}
        assert again == {"/zdly/tpgj/"}, "whoever stays accused is looked at once more"
        assert (
            sum(times for path, times in asked.items() if path not in ("/", "/robots.txt")) == 6 + 1
        )
        assert contents(one.office.engine, without=(*LOOKS, "outlet", "finding")) == before
        assert posts > 0
