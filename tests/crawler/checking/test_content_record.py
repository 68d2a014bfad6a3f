"""The rows of the content checks on both databases: enlisted, due, used, suspected, decided,
ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select

from crawler.checking.decisions import confirm, dismiss, expire, learned, post_of
from crawler.checking.due import Errand, due_posts, due_resources, enlist
from crawler.checking.record import (
    ResourceLook,
    record_post,
    record_resource,
    tell_what_hangs_there,
)
from crawler.checks.page import Checked, Resource
from crawler.checks.resources import Judged
from crawler.checks.suspects import Suspect
from crawler.model import Deed, Outcome, Page
from crawler.store.content_tables import SuspectRow
from crawler.store.tables import OutletRow, PostRow, SiteRow
from tests.conftest import Store

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = "http://www.example.gov.cn"
WORD = Suspect("wording.pair", "正文", "布署", "会议布署了工作。", "易混词", "部署")
LINK = Suspect(
    "links.foreign", "链接", "http://a.example.com/", "", "不是政府网站", "", "a.example.com"
)


def catalogue(connection: Connection) -> None:
    connection.execute(
        insert(SiteRow).values(
            id="s",
            name="门户",
            home=f"{BASE}/",
            code=None,
            hosts=[],
            delay=1.0,
            concurrency=1,
            legacy_tls=False,
        )
    )
    common = {
        "platform": "portal",
        "site_id": "s",
        "cls": "other",
        "path": "",
        "level": 2,
        "floor": 1,
        "state": "registered",
        "handle": {},
        "probes": [],
    }
    for id_, kind in (("c1", "column"), ("c2", "column"), ("w1", "account")):
        connection.execute(
            insert(OutletRow).values(id=id_, kind=kind, name=id_, url=f"{BASE}/{id_}/", **common)
        )
    for outlet, number in (("c1", 1), ("c2", 1), ("c1", 2), ("w1", 3)):
        connection.execute(
            insert(PostRow).values(
                outlet_id=outlet,
                url=f"{BASE}/{number}.htm",
                title=f"样例{number}",
                published=NOW.date(),
                raw="",
                place="item",
                why="",
                others=[],
                pinned=False,
                page_hash="",
                first_seen=NOW - DAY,
                last_seen=NOW,
                article="read",
            )
        )


def page(url: str, moment: datetime = NOW, status: int = 200) -> Page:
    return Page(url, url, status, {}, b"", moment)


def states(connection: Connection) -> dict[str, str]:
    return {
        row.rule: row.state for row in connection.execute(select(SuspectRow.rule, SuspectRow.state))
    }


def test_a_post_in_two_columns_is_looked_at_once_and_an_accounts_never(store: Store) -> None:
    with store.engine.begin() as connection:
        catalogue(connection)
        enlist(connection, NOW)
        enlist(connection, NOW)
        assert sorted(post.url for post in due_posts(connection, NOW, 10)) == [
            f"{BASE}/1.htm",
            f"{BASE}/2.htm",
        ]
        assert [
            post.url
            for post in due_posts(connection, NOW, 10, errand=Errand(column="c2", since=NOW))
        ] == [f"{BASE}/1.htm"]


def test_suspects_live_from_the_first_look_to_the_last_word(store: Store) -> None:
    wanted = (
        Resource("link", "http://a.example.com/", "外部"),
        Resource("picture", f"{BASE}/a.png", ""),
    )
    with store.engine.begin() as connection:
        catalogue(connection)
        enlist(connection, NOW)
        post = next(one for one in due_posts(connection, NOW, 10) if one.url.endswith("/1.htm"))
        seen = Checked(Outcome.READ, "", "标题", (WORD, LINK), wanted, (), 1, 1, "d")
        assert record_post(connection, post, page(post.url), seen) == 2
        assert record_post(connection, post, page(post.url, NOW + DAY), seen) == 0, (
            "the same again is nothing new"
        )
        resources = due_resources(connection, NOW, 10)
        assert {one.kind for one in resources} == {"link", "picture"}
        link = next(one for one in resources if one.kind == "link")
        told = Suspect("links.parked", "链接", link.url, "", "停放", "", link.url)
        judged = Judged("links.parked", "停放", (), (told,), owner="某报社")
        assert (
            record_resource(
                connection, link, ResourceLook(page(link.url), judged, judged.suspects), 30
            )
            == 1
        )
        tell_what_hangs_there(connection, link, "a.example.com", "出售中")
        number = connection.execute(
            select(SuspectRow.id).where(SuspectRow.rule == "wording.pair")
        ).scalar_one()
        assert post_of(connection, number) == post.url
        confirm(connection, number, Deed("值班员", NOW, "属实"))
        foreign = connection.execute(
            select(SuspectRow).where(SuspectRow.rule == "links.foreign")
        ).one()
        assert "现为：出售中" in foreign.why
        dismiss(
            connection,
            foreign.id,
            Deed("值班员", NOW, "合作网站"),
            scope="phrase",
            until=NOW + 9 * DAY,
        )
        assert learned(connection) == {"wording.pair": (1, 1), "links.foreign": (0, 1)}
        record_post(
            connection,
            post,
            page(post.url, NOW + 2 * DAY),
            Checked(Outcome.READ, "", "标题", (LINK,), (), digest="e"),
        )
        assert states(connection) == {
            "wording.pair": "mended",
            "links.foreign": "dismissed",
            "links.parked": "gone",
        }
        assert expire(connection, NOW + 9 * DAY) == 1
        assert states(connection)["links.foreign"] == "open"


def test_a_look_that_failed_changes_no_suspect(store: Store) -> None:
    with store.engine.begin() as connection:
        catalogue(connection)
        enlist(connection, NOW)
        post = due_posts(connection, NOW, 1)[0]
        record_post(connection, post, page(post.url), Checked(Outcome.READ, "", "标题", (WORD,)))
        record_post(
            connection, post, page(post.url, NOW + DAY, 412), Checked(Outcome.BLOCKED, "challenge")
        )
        assert states(connection) == {"wording.pair": "open"}
        again = next(one for one in due_posts(connection, NOW + 2 * DAY, 10) if one.id == post.id)
        record_post(connection, again, page(post.url, NOW + 2 * DAY, 304), None)
        assert states(connection) == {"wording.pair": "open"}
        assert post.id not in {one.id for one in due_posts(connection, NOW + 2 * DAY, 10)}
