"""Before a column is accused the system looks beside its list, and says what it looked at: each
with a local server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from crawler.clock import clock as real_clock
from crawler.crosscheck.model import Deposition, Where, Witness
from crawler.crosscheck.store import last_of
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import Deed, Unit, shanghai_day
from monitor.access.roles import Role
from monitor.board.finding import detail
from monitor.bulletin.model import Period
from monitor.bulletin.printing import draft
from monitor.desk.column_words import WordAbout, give_word
from monitor.findings.ledger import open_findings
from monitor.letters.matters import open_matters
from monitor.letters.text import News, letter
from monitor.looks.column_words import PART
from monitor.model import Value, Verdict
from monitor.night import jobs
from monitor.office import Office
from monitor.rules import rule_name
from monitor.settings.letters import LetterSettings
from tests.situations.test_bounds import FRESH, OLD, STALE, item, items, page
from tests.situations.test_looks import START, night, office
from tests.situations.test_saying import everything
from tests.support.doors import Answer, Server, plain, raw, serving
from tests.support.web_helpers import clients, enter_users

MENU = "".join(
    f"<li><a href='/{name}/'>{name}</a></li>" for name in ("zwgk", "bsfw", "hdjl", "jgzn", "zjcs")
)


def home(*links: str) -> bytes:
    """A home page with a menu and a box that the column's link heads."""
    box = f"<div class='box'><h3><a href='/a/'>工作动态</a></h3><ul>{''.join(links)}</ul></div>"
    return f"<html><head><meta charset='utf-8'></head><body><ul>{MENU}</ul>{box}</body></html>".encode()


def link(url: str, title: str = "样例区召开工作会议", day: str = "") -> str:
    return f"<li><a href='{url}'>{title}</a><span>{day}</span></li>"


def article(day: date | str, column: str = "工作动态") -> bytes:
    return (
        f"<html><head><meta charset='utf-8'><meta name='ColumnName' content='{column}'></head><body>"
        f"<h1>样例区召开工作会议</h1><p>发布时间：{day}</p><p>{'正文' * 80}</p></body></html>"
    ).encode()


@dataclass
class Place:
    """An office with one column, looked at twice by jobs that accuse."""

    office: Office
    server: Server

    def look(self, days: float = 1) -> list[Verdict]:
        """A second look whose judgement is recorded; what it says of the column."""
        clock = real_clock(START + timedelta(days=days))
        _, judgement = jobs.recheck(self.office, clock, ["a"])
        return sorted(
            (v for v in judgement.verdicts if v.rule in ("column_stale", "column_blank")),
            key=lambda v: v.rule == "column_blank",
        )

    @property
    def looked(self) -> tuple[Witness, ...]:
        with self.office.reader.connect() as c:
            return last_of(c, ["a"], START + timedelta(days=90))["a"].looked

    @property
    def accused(self) -> list[str]:
        with self.office.reader.connect() as c:
            return [f.rule for f in open_findings(c, START + timedelta(days=90)) if not f.ours]

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.server.asked)


@contextmanager
def place(folder: Path, middle: str, answers: dict[str, Answer]) -> Iterator[Place]:
    server = Server({"/a/": plain(page(middle)), **answers})
    with serving({"s": server}), office(folder, server, "/a/") as opened:
        night(opened, 0, second=True)
        yield Place(opened, server)


LIST = f"<ul>{OLD}</ul>"


def test_a_row_without_a_day_in_the_middle_of_a_list_is_asked_for_it(tmp_path: Path) -> None:
    """Its neighbours bound it far back, so the list alone accuses; its own page knows better."""
    rows = items(STALE[:4]) + item("", 7) + items(STALE[4:], before="<!-- -->")
    numbered = rows.replace("content/893", "content/777", 1)
    with place(
        tmp_path, f"<ul>{numbered}</ul>", {"/a/content/777.html": plain(article(FRESH))}
    ) as here:
        assert {v.value for v in here.look()} == {Value.FRESH}
        assert here.accused == []
        rows_seen = [one for one in here.looked if one.where is Where.ROW]
        assert [(one.found, one.day) for one in rows_seen] == [(Deposition.NEWER, FRESH)]


@pytest.mark.parametrize("day", ["", str(FRESH), FRESH.strftime("%m-%d")])
def test_a_newer_post_on_the_home_page_makes_it_unknown_and_says_why(
    tmp_path: Path, day: str
) -> None:
    answers = {
        "/": plain(home(link("/a/content/999.html", day=day), link("/bsfw/content/5.html"))),
        "/a/content/999.html": plain(article(FRESH)),
    }
    with place(tmp_path, LIST, answers) as here:
        (stale,) = (v for v in here.look() if v.rule == "column_stale")
        assert (stale.value, stale.cause) == (Value.UNKNOWN, "newer_elsewhere")
        assert "别处看到更新的内容" in stale.sentence
        assert "网站首页“样例区召开工作会议”" in stale.sentence
        assert here.accused == []
        assert here.look(1.2)[0].cause == "newer_elsewhere", "and stays so while it stands"
        with here.office.reader.connect() as c:
            assert [f.rule for f in open_findings(c, START + timedelta(days=2)) if f.ours] == [
                "word_wanted"
            ]
        assert here.asked("/a/content/999.html") == 1, "without being asked again"


def test_a_headline_without_any_day_in_the_columns_folder_is_no_proof_that_nothing_is_newer(
    tmp_path: Path,
) -> None:
    answers = {
        "/": plain(home(link("/a/content/999.html"))),
        "/a/content/999.html": plain(article("")),
    }
    with place(tmp_path, LIST, answers) as here:
        assert here.look()[0].cause == "newer_elsewhere"
        assert here.accused == []


def test_where_nothing_is_newer_anywhere_the_column_is_accused(tmp_path: Path) -> None:
    known = link("/a/content/899.html", day=str(STALE[0]))
    other = link("/x/5.html", "别的栏目的信息", str(FRESH))
    answers = {"/": plain(home(known, other)), "/x/5.html": plain(article(FRESH, "通知公告"))}
    with place(tmp_path, LIST, answers) as here:
        assert Value.STALE in {v.value for v in here.look()}
        assert here.accused == ["column_stale"]
        told = [(one.where, one.found) for one in here.looked]
        assert told == [(Where.HOME, Deposition.NOTHING), (Where.SHOWN, Deposition.OTHER)]
        before = len(here.server.asked)
        here.look(1.1)
        assert len(here.server.asked) - before == 2, (
            "another look is the list and robots.txt: no second crosscheck"
        )


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"/": raw(b"", reset=True)}, [(Where.HOME, Deposition.FAILED)]),
        ({"/": plain(b"", status="503 Busy")}, [(Where.HOME, Deposition.FAILED)]),
        (
            {"/": plain(b"<html><script src='x.js'></script></html>")},
            [(Where.HOME, Deposition.FAILED)],
        ),
        (
            {
                "/": plain(home(link("/a/content/999.html"))),
                "/a/content/999.html": plain(b"", status="503 Busy"),
            },
            [(Where.HOME, Deposition.NOTHING), (Where.SHOWN, Deposition.FAILED)],
        ),
    ],
)
def test_what_could_not_be_looked_at_accuses_as_before_and_is_kept(
    tmp_path: Path, answers: dict[str, Answer], told: list[tuple[Where, Deposition]]
) -> None:
    with place(tmp_path, LIST, answers) as here:
        here.look()
        assert here.accused == ["column_stale"]
        assert [(one.where, one.found) for one in here.looked] == told
        assert all(one.reason for one in here.looked if one.found is Deposition.FAILED)


def test_a_post_that_the_home_page_dates_stands_though_its_own_page_fails(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {
        "/": plain(home(link("/a/content/999.html", day=str(FRESH)))),
        "/a/content/999.html": plain(b"", status="503 Busy"),
    }
    with place(tmp_path, LIST, answers) as here:
        assert here.look()[0].cause == "newer_elsewhere"
        assert here.accused == []


def test_a_blank_column_whose_posts_stand_on_the_home_page_is_not_called_blank(
    tmp_path: Path,
) -> None:
    empty = "<div class='nodata'>暂无数据</div>"
    answers = {
        "/": plain(home(link("/a/content/999.html"))),
        "/a/content/999.html": plain(article(STALE[0])),
    }
    with place(tmp_path, empty, answers) as here:
        said = {v.rule: (v.value, v.cause) for v in here.look()}
        assert said["column_blank"] == (Value.UNKNOWN, "newer_elsewhere")
        assert here.accused == []


def test_hosts_outside_of_the_catalogue_are_never_asked(tmp_path: Path) -> None:
    foreign = Server({"/a/content/999.html": plain(article(FRESH))})
    server = Server({"/a/": plain(page(LIST))})
    with serving({"s": server, "f": foreign}):
        there = f"http://localhost:{foreign.port}/a/content/999.html"
        server.answers["/"] = plain(home(link(there, day=str(FRESH)), link("/bsfw/content/1.html")))
        with office(tmp_path, server, "/a/") as opened:
            night(opened, 0, second=True)
            here = Place(opened, server)
            here.look()
            assert foreign.asked == []
            assert {one.reason for one in here.looked if one.url == there} == {"foreign_host"}


def test_a_clerk_says_once_that_it_is_not_the_columns(tmp_path: Path) -> None:
    answers = {
        "/": plain(home(link("/a/content/999.html", day=str(FRESH)))),
        "/a/content/999.html": plain(article(FRESH)),
    }
    with place(tmp_path, LIST, answers) as here:
        here.look()
        with here.office.engine.begin() as c:
            now = START + timedelta(days=1.1)
            give_word(
                c, "a", WordAbout(PART, "elsewhere shown"), deed=Deed("经办人", now, "是专题的信息")
            )
        here.look(1.2)
        assert here.accused == ["column_stale"]


def test_the_columns_page_shows_what_stands_beside_its_list_and_takes_the_word(
    tmp_path: Path,
) -> None:
    answers = {
        "/": plain(home(link("/a/content/999.html", day=str(FRESH)))),
        "/a/content/999.html": plain(article(FRESH)),
    }
    with place(tmp_path, LIST, answers) as here:
        here.look()
        enter_users(here.office, "jyj")
        browser = clients(here.office, lambda: START + timedelta(days=1.1))(Role.OFFICE)
        page = browser.get("/outlets/a").text
        card = page[page.index('id="beside"') :]
        assert "网站首页“样例区召开工作会议”：本栏目的信息，列表中没有 2020-06-28" in card
        given = dict(re.findall(r'type="hidden" name="(kind|key|seen)" value="([^"]*)"', card))
        assert (
            browser.submit(
                "/outlets/a/words", {**given, "seen": "0" * 16, "reason": "专题"}
            ).status_code
            == 422
        )
        assert (
            browser.submit("/outlets/a/words", {**given, "reason": "专题的信息"}).status_code == 303
        )
        assert 'id="beside"' not in browser.get("/outlets/a").text
        here.look(1.2)
        assert here.accused == ["column_stale"]


def test_the_night_looks_beside_only_whom_it_is_about_to_accuse(tmp_path: Path) -> None:
    fresh = plain(page(f"<ul>{items([FRESH, *STALE])}</ul>"))
    server = Server(
        {"/a/": plain(page(LIST)), "/b/": fresh, "/": plain(home(link("/a/content/899.html")))}
    )
    with serving({"s": server}), office(tmp_path, server, "/a/", "/b/") as opened:
        clock = real_clock(START)

        def walked(*args: object, **more: object) -> jobs.Crawled:
            crawl = opened.settings.crawl
            recheck(
                Desk(opened.engine, opened.reader, crawl, clock),
                ("a", "b"),
                glance=Glance(whole=True, name="spider"),
            )
            return jobs.Crawled(0, 2, 2)

        ran = jobs.one_night(opened, clock, crawl=walked, letters=False)
        assert [v.subject for v in ran.judgement.verdicts if v.value is Value.STALE] == ["outlet:a"]
        with opened.reader.connect() as c:
            assert set(last_of(c, ["a", "b"], clock())) == {"a"}


def test_the_letter_the_page_and_the_annex_say_what_was_looked_at(tmp_path: Path) -> None:
    """What was looked at with moment and address, what could not be looked at with its cause."""
    answers: dict[str, Answer] = {
        "/": plain(home(link("/a/content/999.html"), link("/x/5.html", "别的栏目的信息"))),
        "/a/content/999.html": plain(b"", status="503 Busy"),
        "/x/5.html": plain(article(FRESH, "通知公告")),
    }
    with place(tmp_path, LIST, answers) as here:
        here.look()
        unit = Unit("jyj", "教育局", "样例区教育局", "区直部门")
        now, root = START + timedelta(days=1.1), f"http://127.0.0.1:{here.server.port}"
        with here.office.reader.connect() as c:
            by_unit, _ = open_matters(c, shanghai_day(now), now, {"jyj": unit})
            found = detail(c, "2020-0001", now)
        text = letter(unit, News(by_unit["jyj"]), shanghai_day(now), LetterSettings()).text
        told = text[text.index("核对情况") :]
        assert f"2020年7月2日 09:00，网站首页：未见本栏目较新的信息（{root}/）" in told
        assert "首页上的链接“样例区召开工作会议”：未能查看（网站返回服务器错误）" in told
        assert "首页上的链接“别的栏目的信息”：不是本栏目的信息" in told
        assert found is not None
        assert [one.seen for one in found.checked] == [True, False, True]
        assert found.rate is not None
        bulletin = draft(here.office, Period.parse("2020Q2"), now).bulletin
        (basis,) = bulletin.accused
        assert "网站首页：未见本栏目较新的信息" in basis.checked
        assert "复查" in basis.looks
        said = everything(bulletin, tmp_path)
        assert said.count(basis.checked) >= 2, "in the paper and in the workbook"
        assert (
            f"各项认定至今经申诉或更正撤回的情况：{rule_name('column_stale')}1件中撤回0件" in said
        )
