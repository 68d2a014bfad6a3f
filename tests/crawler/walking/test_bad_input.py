"""Bad input at every door: a clear sentence or a documented outcome, nothing lost, no traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from crawler.model import Article, Dated, Evidence, Outcome, Post, Visit
from crawler.store.tables import OutletRow, PostRow, VisitRow
from crawler.walking.model import Looked
from crawler.walking.record import (
    ArticleSeen,
    Scope,
    adopt_articles,
    pending_articles,
    record,
    unseen,
)
from monitor import __main__ as command
from monitor.demo.server import Sample
from tests.conftest import Store
from tests.support.district import PROJECT, START, Clock, Town, served, town
from tests.support.judging_store import column, enter, unit

pytestmark = pytest.mark.slow

HOUR = {"hours": 1}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with served(tmp_path_factory.mktemp("bad"), Clock()) as running:
        yield running


@pytest.fixture
def one(sample: Sample, tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path, sample, Clock(), timeout=5) as running:
        yield running
    sample.portal.faults.clear()


def last_look(one: Town, outlet: str) -> tuple[str, str]:
    with one.office.reader.connect() as connection:
        query = select(VisitRow).where(VisitRow.outlet_id == outlet).order_by(VisitRow.id.desc())
        row = connection.execute(query).first()
    assert row is not None
    return row.outcome, row.reason


def stored(one: Town, outlet: str) -> list[tuple[str, str, date | None]]:
    with one.office.reader.connect() as connection:
        query = select(PostRow.url, PostRow.title, PostRow.published).where(
            PostRow.outlet_id == outlet
        )
        return [tuple(row) for row in connection.execute(query.order_by(PostRow.url))]


PAGES = {
    "huge": ("unreadable", "too_large"),
    "gzip_bomb": ("unreadable", "too_large"),
    "redirect_loop": ("unreachable", "redirect_loop"),
    "redirect_private": ("unreachable", "forbidden_address"),
}


@pytest.mark.parametrize("fault", PAGES)
def test_a_hostile_page_is_an_outcome_and_costs_no_other_column(
    one: Town, sample: Sample, fault: str
) -> None:
    sample.portal.faults.set(fault, "/zwdt/ylyw/")
    night = one.night()
    assert night.crawled.fault == ""
    assert last_look(one, "news") == PAGES[fault]
    assert last_look(one, "notice") == ("read", "")
    assert stored(one, "news") == []
    sample.portal.faults.clear()
    one.clock.forward(**HOUR)
    one.night()
    assert last_look(one, "news")[0] == "read"
    assert len(stored(one, "news")) > 40


def test_gbk_declared_as_utf8_is_read_all_the_same(one: Town, sample: Sample) -> None:
    one.night()
    good = stored(one, "news")
    (one.config.parent / "gbk").mkdir()
    with town(one.config.parent / "gbk", sample, Clock()) as other:
        sample.portal.faults.set("gbk", "/zwdt/ylyw/")
        other.night()
        assert stored(other, "news") == good


def test_a_date_in_2099_is_not_believed_and_the_column_is_judged_by_the_others(
    one: Town, sample: Sample
) -> None:
    sample.portal.faults.set("future", "/zwdt/ylyw/")
    one.night()
    days = [day for _, _, day in stored(one, "news") if day]
    assert max(days) <= START.date()
    said = one.verdicts()["column_stale", "outlet:news", ""]
    assert said.value.value == "fresh"


def test_an_entry_without_a_title_is_kept_and_costs_no_other(one: Town, sample: Sample) -> None:
    """An entry that nobody can read is no post yet; the list around it is read, and the first page
    is read again."""
    one.night()
    whole = {url for url, _, _ in stored(one, "news")}
    (one.config.parent / "bare").mkdir()
    with town(one.config.parent / "bare", sample, Clock()) as other:
        sample.portal.faults.set("no_title", "/zwdt/ylyw/")
        other.night()
        assert last_look(other, "news")[0] == "read"
        assert {url for url, _, _ in stored(other, "news")} == whole


DIRT = (
    "标题\x00有零",
    "半个字\ud83d",
    "\udc00",
    "\x00",
    "",
    "标" * 20_000,
    "<script>alert(1)</script>",
)


def test_titles_that_no_database_takes_are_cleaned_and_kept(store: Store) -> None:
    """A platform's JSON may hold NULs and halves of characters, in titles and in addresses."""
    now = datetime(2020, 7, 20, 1, tzinfo=UTC)
    day = Dated(date(2020, 7, 19), "2020-07-19\x00", "item")
    posts = [
        Post(title, f"http://www.example.gov.cn/{n}{title[:9]}", day, origin=title or None)
        for n, title in enumerate(DIRT)
    ]
    posts += [
        replace(posts[0], url="http://www.example.gov.cn/same\x00"),
        replace(posts[0], url="http://www.example.gov.cn/same"),
    ]
    visit = Visit(
        "x",
        now,
        Outcome.READ,
        Evidence.COMPLETE,
        "spider",
        mark="\x00\ud83d",
        url="http://www.example.gov.cn/\ud83d",
        newest=day.day,
        newest_url=posts[1].url,
        dated=len(posts),
        etag='"\xff"',
    )
    looked = Looked(visit, posts=tuple(posts), front=b"12345678", walk_done=True)
    scope = Scope(date(2020, 1, 1), lambda url: True)
    with store.engine.begin() as connection:
        enter(connection, now, (unit("a"),), column("x", "a"))
        record(connection, [looked], [], scope)
        record(connection, [looked], [], scope)
        urls = [post.url for post in posts]
        assert len(unseen(connection, urls)) >= len(DIRT)
        seen = [
            ArticleSeen(url, Article(Outcome.READ, "\x00", day, "来源\ud83d"), now) for url in urls
        ]
        record(connection, [], seen, scope)
        adopt_articles(connection)
        assert pending_articles(connection) == []
        rows = connection.execute(select(PostRow).order_by(PostRow.id)).all()
        assert connection.execute(select(OutletRow.newest)).scalar_one() == day.day
    assert len(rows) == len(DIRT) + 1
    assert [row.title for row in rows][:2] == ["标题有零", "半个字?"]
    assert all("\x00" not in row.title + row.url + (row.origin or "") for row in rows)


# The command


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    """The command in this process: its exit code and what it said on stderr."""
    monkeypatch.setattr(sys, "argv", ["gengxin", *arguments])
    code = command.main()
    return code, capsys.readouterr().err.strip()


def workbook(path: Path) -> None:
    Workbook().save(path)


def broken(path: Path) -> None:
    path.write_text("crawler:\n  delay: [1\n", "utf-8")


def misspelt(path: Path) -> None:
    path.write_text("crawler: {contact: office@example.org, dealy: 1}\n", "utf-8")


def nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (workbook, "不能是表格文件"),
        (broken, "第 3 行"),
        (misspelt, "没有“dealy”这一项"),
        (nothing, "没有这个文件"),
    ],
)
@pytest.mark.parametrize("name", ["nightly", "status", "check-config"])
def test_a_bad_config_is_one_sentence_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    write: object,
    words: str,
    name: str,
) -> None:
    path = tmp_path / "config.yaml"
    write(path)  # type: ignore[operator]
    code, sentence = said(monkeypatch, capsys, name, "--config", str(path))
    assert code == 2
    assert words in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["recheck", "explain"])
def test_an_unknown_column_is_one_sentence_and_exit_code_2(
    one: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, sentence = said(monkeypatch, capsys, name, "nosuch", "--config", str(one.config))
    assert code == 2
    assert "nosuch" in sentence
    assert "gengxin status" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("moment", ["yesterday", "2020-13-01", "2020-07-20T25:00", "", "20.7.2020"])
def test_a_moment_that_is_none_is_one_sentence_and_exit_code_2(
    one: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], moment: str
) -> None:
    code, sentence = said(
        monkeypatch, capsys, "status", "--as-of", moment, "--config", str(one.config)
    )
    assert code == 2
    assert "2020-07-20" in sentence
    assert "Traceback" not in sentence
    assert "\n" not in sentence


def test_a_database_that_cannot_be_opened_is_one_sentence_and_a_fault_of_ours(
    one: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / "other.yaml"
    path.write_text(one.config.read_text("utf-8").replace("store.db", "folder"), "utf-8")
    code, sentence = said(monkeypatch, capsys, "status", "--config", str(path))
    assert code == 1
    assert "数据库" in sentence
    assert "\n" not in sentence


def test_the_installed_command_itself_ends_with_2_and_one_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    broken(path)
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", "nightly", "--config", str(path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "第 3 行" in ended.stderr
