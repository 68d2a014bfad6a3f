"""The store: moments, migrations, and what a batch leaves behind, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import func, insert, inspect, select, update

from crawler.model import (
    Article,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Post,
    Site,
    Unit,
    Visit,
)
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.migrate import migrate, migrations_folder
from crawler.store.tables import DutyRow, OutletRow, PostRow, RunRow, VisitRow
from crawler.walking.known import known_outlets
from crawler.walking.model import Looked
from crawler.walking.record import (
    ArticleSeen,
    Scope,
    adopt_articles,
    close_run,
    open_run,
    pending_articles,
    record,
    stored_before,
    unseen,
)
from tests.conftest import Store, opened

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
SCOPE = Scope(date(2020, 4, 1), lambda url: "portal" in url)


def outlet(id: str = "a", units: tuple[str, ...] = ("u1",), **more: object) -> Outlet:
    return Outlet(
        id,
        OutletKind.COLUMN,
        f"栏目{id}",
        "portal",
        "s",
        units,
        url=f"http://portal/{id}/",
        **more,  # type: ignore[arg-type]
    )


def catalogue(*outlets: Outlet) -> Catalogue:
    units = tuple(Unit(f"u{n}", f"单位{n}", f"全称{n}", "区直部门") for n in (1, 2))
    return Catalogue(units, (Site("s", "门户", "http://portal/"),), outlets or (outlet(),))


def post(n: int, day: date | None = date(2020, 6, 19), column: str = "a") -> Post:
    dated = Dated(day, day.isoformat(), "item") if day else None
    return Post(f"标题{n}", f"http://portal/{column}/t{n}.htm", dated)


def looked(moment: datetime, *posts: Post, column: str = "a", **more: object) -> Looked:
    visit = Visit(
        column, moment, Outcome.READ, Evidence.COMPLETE, "spider", newest=date(2020, 6, 19)
    )
    return Looked(visit, posts=posts, front=b"12345678", walk_done=True, **more)  # type: ignore[arg-type]


def test_a_naive_moment_is_refused_on_the_way_in(store: Store) -> None:
    with pytest.raises(Exception, match="naive"), store.engine.begin() as connection:
        connection.execute(insert(RunRow).values(kind="x", started=datetime(2020, 1, 1)))  # noqa: DTZ001


def test_a_moment_comes_back_as_the_same_instant_in_utc(store: Store) -> None:
    there = datetime(2020, 7, 20, 9, tzinfo=timezone(timedelta(hours=8)))
    with store.engine.begin() as connection:
        open_run(connection, "nightly", there, 1)
    with store.reader.connect() as connection:
        assert connection.execute(select(RunRow.started)).scalar_one() == there
        assert connection.execute(select(RunRow.started)).scalar_one().tzinfo is UTC


def test_migrations_lead_from_nothing_to_exactly_the_models(
    tmp_path: object, request: pytest.FixtureRequest
) -> None:
    for url in (f"sqlite:///{tmp_path}/m.db", request.getfixturevalue("postgres_database")):
        with opened(url) as store:
            migrate(store.engine)
            migrate(store.engine)
            config = Config()
            config.set_main_option("script_location", str(migrations_folder()))
            with store.engine.begin() as connection:
                config.attributes["connection"] = connection
                command.check(config)
            assert "visit" in inspect(store.engine).get_table_names()


def test_the_catalogue_enters_changes_and_retires_without_deleting(store: Store) -> None:
    with store.engine.begin() as connection:
        first = sync(connection, catalogue(outlet("a"), outlet("b")), NOW)
        assert first.added == ("unit:u1", "unit:u2", "site:s", "outlet:a", "outlet:b")
        again = sync(connection, catalogue(outlet("a"), outlet("b")), NOW + timedelta(days=1))
        assert (again.added, again.changed, again.retired) == ((), (), ())
        third = sync(connection, catalogue(outlet("a", floor=5)), NOW + timedelta(days=2))
        assert (third.changed, third.retired) == (("outlet:a",), ("outlet:b",))
        assert [known.outlet.id for known in known_outlets(connection)] == ["a"]
        assert connection.execute(select(func.count()).select_from(OutletRow)).scalar_one() == 2


def test_a_duty_that_moves_keeps_the_days_it_was_held(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(outlet("a", ("u1",))), NOW)
        sync(connection, catalogue(outlet("a", ("u2", "u1"))), NOW + timedelta(days=10))
        rows = connection.execute(select(DutyRow).order_by(DutyRow.since, DutyRow.position)).all()
    kept = [(r.unit_id, r.position, r.since, r.until) for r in rows]
    assert kept == [
        ("u1", 0, date(2020, 7, 20), date(2020, 7, 30)),
        ("u2", 0, date(2020, 7, 30), None),
        ("u1", 1, date(2020, 7, 30), None),
    ]


def test_a_new_address_forgets_the_old_pages_validators(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1))], [], SCOPE)
        connection.execute(update(OutletRow).values(etag="old"))
        moved = Outlet(
            "a", OutletKind.COLUMN, "栏目a", "portal", "s", ("u1",), url="http://portal/new/"
        )
        sync(connection, catalogue(moved), NOW)
        known = known_outlets(connection)[0]
    assert (known.etag, known.walk_done, known.newest) == ("", False, date(2020, 6, 19))


def test_writing_a_batch_twice_adds_only_visits(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
    for hours in (0, 1):
        with store.engine.begin() as connection:
            record(connection, [looked(NOW + timedelta(hours=hours), post(1), post(2))], [], SCOPE)
    with store.reader.connect() as connection:
        posts = connection.execute(select(PostRow).order_by(PostRow.id)).all()
        assert connection.execute(select(func.count()).select_from(VisitRow)).scalar_one() == 2
    assert [(p.url[-6:], p.first_seen) for p in posts] == [("t1.htm", NOW), ("t2.htm", NOW)]
    assert {p.last_seen for p in posts} == {NOW + timedelta(hours=1)}


def test_a_post_dated_anew_keeps_its_first_date_and_each_other_one_once_with_its_proof(
    store: Store,
) -> None:
    days = (
        date(2020, 6, 19),
        date(2020, 7, 1),
        date(2020, 7, 1),
        date(2020, 6, 19),
        date(2020, 7, 2),
    )
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        for hours, day in enumerate(days):
            record(
                connection,
                [looked(NOW + timedelta(hours=hours), post(1, day), post(2, None))],
                [],
                SCOPE,
            )
        one, two = connection.execute(select(PostRow).order_by(PostRow.id)).all()
    assert (one.published, one.raw) == (days[0], days[0].isoformat())
    assert one.others == [
        {"day": d, "raw": d, "place": "item"} for d in ("2020-07-01", "2020-07-02")
    ]
    assert (two.published, two.others) == (None, [])


def test_only_posts_of_the_horizon_on_our_hosts_wait_for_their_article(store: Store) -> None:
    abroad = Post("外链", "http://elsewhere/x.htm", Dated(date(2020, 6, 1), "2020-06-01", "item"))
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        old = post(3, date(2019, 1, 1))
        record(connection, [looked(NOW, post(1), abroad, old, post(4, None))], [], SCOPE)
        assert sorted(pending_articles(connection)) == [
            "http://portal/a/t1.htm",
            "http://portal/a/t4.htm",
        ]


def test_an_article_gives_origin_and_date_and_keeps_what_disagrees(store: Store) -> None:
    day = date(2020, 6, 19)
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1), post(2, None))], [], SCOPE)
        other = Dated(date(2020, 6, 25), "2020-06-25 10:00", "meta")
        article = Article(Outcome.READ, "标题", other, "区教育局")
        found = Article(Outcome.READ, "标题", Dated(day, "2020-06-19", "meta"), None)
        urls = ("http://portal/a/t1.htm", "http://portal/a/t2.htm")
        seen = [ArticleSeen(urls[0], article, NOW), ArticleSeen(urls[1], found, NOW)]
        record(connection, [], seen, SCOPE)
        one, two = connection.execute(select(PostRow).order_by(PostRow.id)).all()
    assert (one.published, one.origin, one.article) == (day, "区教育局", "read")
    assert one.others == [{"day": "2020-06-25", "raw": "2020-06-25 10:00", "place": "meta"}]
    assert (two.published, two.place, two.article) == (day, "meta", "read")


def test_an_article_that_is_gone_three_times_is_left_alone(store: Store) -> None:
    failed = Article(Outcome.UNREACHABLE, reason="not_found")
    url = "http://portal/a/t1.htm"
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1))], [], SCOPE)
        for _ in range(2):
            record(connection, [], [ArticleSeen(url, failed, NOW)], SCOPE)
            assert pending_articles(connection) == [url]
        record(connection, [], [ArticleSeen(url, failed, NOW)], SCOPE)
        assert pending_articles(connection) == []
        assert connection.execute(select(PostRow.article_reason)).scalar_one() == "not_found"


def test_a_portal_that_is_down_for_a_week_costs_no_article(store: Store) -> None:
    url = "http://portal/a/t1.htm"
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1))], [], SCOPE)
        for reason in (
            "server_error",
            "timeout",
            "captcha",
            "forbidden",
            "challenge",
            "reset",
            "login_wall",
        ):
            outcome = Outcome.BLOCKED if reason in ("captcha", "challenge") else Outcome.UNREACHABLE
            record(connection, [], [ArticleSeen(url, Article(outcome, reason=reason), NOW)], SCOPE)
        assert pending_articles(connection) == [url]
        record(
            connection,
            [],
            [ArticleSeen(url, Article(Outcome.READ, "标题", None, "区教育局"), NOW)],
            SCOPE,
        )
        assert connection.execute(select(PostRow.article, PostRow.origin)).one() == (
            "read",
            "区教育局",
        )


def test_a_further_page_that_failed_alone_in_its_batch_changes_no_outlet(store: Store) -> None:
    failed = replace(
        looked(NOW).visit, page_no=3, outcome=Outcome.UNREACHABLE, evidence=Evidence.NONE
    )
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1))], [], SCOPE)
        before = connection.execute(select(OutletRow.__table__)).all()
        record(connection, [Looked(failed)], [], SCOPE)
        assert connection.execute(select(OutletRow.__table__)).all() == before
        assert connection.execute(select(func.count()).select_from(VisitRow)).scalar_one() == 2


def test_a_post_on_two_columns_is_fetched_once_for_both(store: Store) -> None:
    shared = post(1)
    with store.engine.begin() as connection:
        sync(connection, catalogue(outlet("a"), outlet("b")), NOW)
        record(connection, [looked(NOW, shared)], [], SCOPE)
        record(
            connection,
            [],
            [ArticleSeen(shared.url, Article(Outcome.READ, origin="财政局"), NOW)],
            SCOPE,
        )
        assert unseen(connection, [shared.url]) == set()
        record(connection, [looked(NOW, shared, column="b")], [], SCOPE)
        adopt_articles(connection)
        rows = connection.execute(select(PostRow.outlet_id, PostRow.origin, PostRow.article)).all()
    assert sorted(tuple(row) for row in rows) == [("a", "财政局", "read"), ("b", "财政局", "read")]


def test_stored_before_tells_an_earlier_walk_from_this_one(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        record(connection, [looked(NOW, post(1))], [], SCOPE)
        url = "http://portal/a/t1.htm"
        assert stored_before(connection, "a", url, NOW + timedelta(seconds=1))
        assert not stored_before(connection, "a", url, NOW)
        assert not stored_before(connection, "b", url, NOW + timedelta(seconds=1))


def test_a_run_counts_what_it_saw_and_what_it_did_not(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(outlet("a"), outlet("b")), NOW)
        run = open_run(connection, "nightly", NOW, 2)
        blocked = Visit("b", NOW, Outcome.BLOCKED, Evidence.NONE, "spider", reason="captcha")
        record(connection, [looked(NOW, post(1)), Looked(blocked)], [], replace(SCOPE, run=run))
        close_run(connection, run, NOW + timedelta(minutes=1))
        row = connection.execute(select(RunRow)).one()
    assert (row.planned, row.looked, row.unknown, row.new_posts) == (2, 2, 1, 1)


def test_two_runs_at_once_count_each_its_own(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(outlet("a"), outlet("b")), NOW)
        night, again = (open_run(connection, kind, NOW, 1) for kind in ("nightly", "recheck"))
        record(connection, [looked(NOW, post(1), post(2))], [], replace(SCOPE, run=night))
        later = NOW + timedelta(seconds=1)
        record(connection, [looked(later, post(2), post(3))], [], replace(SCOPE, run=again))
        beside = NOW + timedelta(seconds=2)
        record(connection, [looked(beside, post(4))], [], SCOPE)  # beside the runs: an offer's look
        for run in (night, again):
            close_run(connection, run, NOW + timedelta(minutes=1))
        rows = connection.execute(select(RunRow).order_by(RunRow.id)).all()
    assert [(row.looked, row.new_posts) for row in rows] == [(1, 2), (1, 1)]


def test_two_writers_on_sqlite_lose_no_update(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        run = open_run(connection, "nightly", NOW, 0)

    def add() -> None:
        for _ in range(100):
            with sqlite_store.engine.begin() as connection:
                planned = connection.execute(select(RunRow.planned)).scalar_one()
                connection.execute(
                    update(RunRow).where(RunRow.id == run).values(planned=planned + 1)
                )

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite_store.reader.connect() as connection:
        assert connection.execute(select(RunRow.planned)).scalar_one() == 400


def test_a_reading_engine_refuses_to_write(sqlite_store: Store) -> None:
    with pytest.raises(Exception, match="readonly"), sqlite_store.reader.begin() as connection:
        open_run(connection, "nightly", NOW, 0)
