"""The desk, the facts and the templates' views on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from crawler.checking.due import due_posts, enlist
from crawler.checking.record import record_post
from crawler.checking.views import TemplateLook, due_templates, picture, record_view, views
from crawler.checks.page import Checked
from crawler.checks.suspects import Suspect
from crawler.checks.view import View, judge_view
from crawler.model import Deed, Outcome, Page
from crawler.store.content_tables import CheckedPostRow, SuspectRow
from crawler.store.tables import DutyRow, PostRow, UnitRow
from monitor.desk.content import (
    Ruling,
    WantedSuspects,
    decide,
    dismissals,
    listing,
    take_back,
    totals,
    whose,
)
from monitor.facts.content import content_check, fault_lines, looked_since
from tests.conftest import Store
from tests.crawler.checking.test_content_record import BASE, NOW, catalogue

DAY = timedelta(days=1)
WORD = Suspect("wording.pair", "正文", "布署", "会议布署了工作。", "易混词", "部署")
SCRIPT = Suspect(
    "hidden.script", "网页", "http://js.example.net/x.js", "", "外部脚本", "", "js.example.net"
)
SEEN = View(f"{BASE}/1.htm", True, 200, 0, 0, 200, True, 1366, picture=b"\xff\xd8x")


def fill(connection: Connection) -> None:
    catalogue(connection)
    for id_, short in (("jyj", "教育局"), ("mzj", "民政局")):
        connection.execute(
            insert(UnitRow).values(
                id=id_,
                short=short,
                full=f"样例区{short}",
                group_name="区直部门",
                aliases=[],
                emails=[],
                contacts=[],
            )
        )
    for outlet in ("c1", "c2"):
        connection.execute(
            insert(DutyRow).values(
                outlet_id=outlet, unit_id="jyj", position=0, since=NOW.date() - DAY
            )
        )
    connection.execute(
        update(PostRow).where(PostRow.url == f"{BASE}/2.htm").values(origin="民政局")
    )
    enlist(connection, NOW)
    for post in due_posts(connection, NOW, 10):
        page = Page(post.url, post.url, 200, {}, b"", NOW)
        checked = Checked(
            Outcome.READ, title=post.title, suspects=(WORD, SCRIPT), template="t1", digest="d"
        )
        record_post(connection, post, page, checked)


def number(connection: Connection, rule: str, post: int) -> int:
    query = select(SuspectRow.id).join(CheckedPostRow, CheckedPostRow.id == SuspectRow.post_id)
    query = query.where(SuspectRow.rule == rule, CheckedPostRow.url == f"{BASE}/{post}.htm")
    return int(connection.execute(query).scalar_one())


def test_a_word_goes_the_whole_way(store: Store) -> None:
    with store.engine.begin() as c:
        fill(c)
        day = NOW.date()
        assert totals(c) == {"wording.pair": 2, "hidden.script": 1}, (
            "a template is told once a site"
        )
        assert [one.units for one in listing(c, WantedSuspects(unit="jyj"), day).lines] == [
            ("教育局",)
        ] * 3
        one, two = number(c, "wording.pair", 1), number(c, "wording.pair", 2)
        assert (whose(c, one, day).unit, whose(c, two, day).unit) == ("jyj", "mzj")
        for n in (one, two):
            decide(c, n, ruling=Ruling(right=True), deed=Deed("值班员", NOW + DAY, "属实"))
        assert sorted((line.unit, line.url[-5:]) for line in fault_lines(c, NOW + DAY)) == [
            ("jyj", "1.htm"),
            ("mzj", "2.htm"),
        ]
        assert listing(c, WantedSuspects(state="confirmed", laid="mzj"), day).lines[0].id == two
        assert listing(c, WantedSuspects(state="confirmed", laid="jyj"), day).total == 1
        assert fault_lines(c, NOW) == (), "as it was before"
        assert fault_lines(c, NOW + DAY, ["w1"]) == ()
        assert not looked_since(c, "c1", NOW)
        assert looked_since(c, "c1", NOW - DAY)
        found = content_check(c, NOW, NOW + DAY, {"jyj": "教育局", "mzj": "民政局"})
        assert found is not None
        assert (found.posts, set(found.blamed), found.suspects) == (
            2,
            {"教育局", "民政局"},
            (("暗链", 1),),
        )
        assert content_check(c, NOW, NOW - 9 * DAY, {}) is None
        done = decide(
            c,
            one,
            ruling=Ruling(right=False, scope="rule"),
            deed=Deed("值班员", NOW + 2 * DAY, "原文"),
        )
        assert (done.suspects, len(fault_lines(c, NOW + 2 * DAY))) == (2, 0)
        assert [kept.suspects for kept in dismissals(c, NOW + 2 * DAY)] == [2]
        assert done.decision is not None
        assert take_back(c, done.decision, deed=Deed("科长", NOW + 2 * DAY, "有误")) == 2
        assert listing(c, WantedSuspects(text="布署"), day, limit=1).total == 2


def test_a_template_is_due_once_and_its_suspects_live_apart_from_the_pages(store: Store) -> None:
    late = datetime(2026, 12, 30, tzinfo=UTC)
    with store.engine.begin() as c:
        fill(c)
        (one,) = due_templates(c, NOW, 10)
        assert (one.site, one.template, one.view, one.before) == ("s", "t1", None, None)
        blank = View(one.url, True, 0, 0, 0, 200, True, 1366, picture=b"\xff\xd8x")
        assert record_view(c, one, TemplateLook(blank, judge_view(blank), NOW), 30) == 1
        assert due_templates(c, NOW + DAY, 10) == []
        (again,) = due_templates(c, NOW + 8 * DAY, 10)
        assert (again.view, again.before) == (1, one.post)
        (post,) = [p for p in due_posts(c, late, 10) if p.id == one.post]
        record_post(
            c,
            post,
            Page(post.url, post.url, 200, {}, b"", late),
            Checked(Outcome.READ, title="样例", template="t1"),
        )
        assert totals(c)["view.blank"] == 1, "the page's own checks do not end it"
        assert record_view(c, again, TemplateLook("timeout", (), late), 30) == 0
        assert totals(c)["view.blank"] == 1, "nor does a look that failed"
        assert record_view(c, again, TemplateLook(SEEN, judge_view(SEEN), late), 30) == 0
        assert "view.blank" not in totals(c)
        (row,) = views(c)
        assert (row["outcome"], row["bytes"], row["suspects"]) == ("", 3, 0)
        assert picture(c, row["id"]) == b"\xff\xd8x"
        assert due_templates(c, NOW, 10, column="c1")[0].post == one.post
        assert due_templates(c, NOW, 10, url=f"{BASE}/9.htm") == []
