"""What is printed, shown and answered where we saw little or nothing: situations 19, 21 and 22 of
the design."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from sqlalchemy import delete, update

from crawler.clock import clock as real_clock
from crawler.model import SHANGHAI
from crawler.store.tables import DutyRow, OutletRow, UnitRow, VisitRow
from monitor.access.roles import Role
from monitor.bulletin.coverage import coverage_words
from monitor.bulletin.frozen import Unfinished
from monitor.bulletin.lint import errors, lint, text_blocks
from monitor.bulletin.model import Bulletin, Period
from monitor.bulletin.printing import draft
from monitor.bulletin.reports import sheet, word
from monitor.commands.screen import status_lines
from monitor.desk import entering
from monitor.findings.standing import StandingRow
from monitor.judging.now import judge_now
from monitor.night import jobs
from monitor.night.told import night_lines
from monitor.office import Office, enter_catalogue, open_office
from tests.support.district import START, Clock, Town, served, small_district, town
from tests.support.judging_store import failure, visit
from tests.support.web_helpers import NIGHT, NOW, PORTAL, ClientFor, clients, enter_users

Fixture = tuple[ClientFor, Office]


def shown(text: str) -> str:
    """What a reader sees, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.S))


@contextmanager
def columns_only(folder: Path, clock: Clock) -> Iterator[Town]:
    """The small district without its accounts: every place that is watched stands on the portal."""
    district = small_district(posts=2).model_copy(update={"accounts": ()})
    with served(folder, clock, district) as sample, town(folder, sample, clock) as one:
        yield one


def test_situation_19_a_night_whose_every_answer_is_503_saw_nothing_and_says_so(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with columns_only(tmp_path, clock) as one:
        one.sample.portal.faults.set("503")
        running = real_clock(START)
        night = jobs.nightly(one.office, running, as_of=running())
        said = "\n".join(night_lines(night))
        assert "没有看到任何栏目和账号（计划 6 个" in said
        assert "看到 6 个" not in said
        assert "%" not in said
        clock.now = START + timedelta(hours=1)
        assert "没有看到任何栏目和账号" in "\n".join(
            status_lines(one.office, judge_now(one.office, clock()))
        )
        enter_users(one.office, "fgj")
        browser = clients(one.office, clock)(Role.OFFICE)
        for path in ("/", "/leader", "/health"):
            text = shown(browser.get(path).text)
            assert "没有看到任何栏目和账号" in text, path
            assert "达标率" not in text, path
        leader = shown(browser.get("/leader").text)
        assert "栏目 还没有判定" in leader or "栏目还没有判定" in leader
        assert not re.search(r"\d %|\d%", leader)
        assert "没有未办结的问题" not in leader
        answer = browser.get("/api/v1/overview").json()
        assert answer["night"]["seen"] == 0
        assert answer["columns_share"]["percent"] is None


def test_situation_21_an_unreadable_column_is_ours_on_its_units_own_page(
    office_web: Fixture,
) -> None:
    """It was due soon when it was last read; since its redesign nobody is urged about it."""
    client_for, office = office_web
    before = shown(client_for(Role.UNIT).get("/units/wjj").text)
    assert "即将超期 通知公告" in before
    with office.engine.begin() as c:
        values = {"outcome": "unreadable", "evidence": "none", "reason": "redesigned"}
        visit(c, "jytz", NOW - timedelta(minutes=20), None, url=f"{PORTAL}/jytz/", **values)
    judge_now(office, NOW - timedelta(minutes=10))
    page = client_for(Role.UNIT).get("/units/wjj")
    after = shown(page.text)
    assert "我办正在核查 通知公告" in after
    assert "即将超期" not in after
    assert "通知公告" not in client_for(Role.UNIT).get("/units/wjj/calendar.ics").text
    row = next(
        row for row in page.text.split("<tr>") if "通知公告" in row and "我办正在核查" in row
    )
    assert re.findall(r'class="chip([^"]*)"', row) == [""], (
        "no colour says anything against the unit"
    )


def test_situation_22_the_leader_is_given_no_percentage_of_one_account(office_web: Fixture) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        rows = StandingRow
        c.execute(update(rows).where(rows.outlet_id == "jywx").values(value="unknown", gravity=3))
    text = shown(client_for(Role.LEADER).get("/leader").text)
    assert "1 个已判定： 超期、空白 1 个 ； 1 个未判定" in text
    assert re.findall(r"[0-9.]+ ?%", text) == ["60.0 %"], (
        "of the five columns that were judged, and of nothing else"
    )


@pytest.mark.parametrize("path", ["/", "/leader", "/units", "/units/wjj", "/charts", "/health"])
def test_no_page_of_a_store_that_saw_nothing_claims_anything(
    office_web: Fixture, path: str
) -> None:
    """Every look failed and everything was judged: no page says that all is well, or how much
    is."""
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(VisitRow.__table__.delete())  # type: ignore[attr-defined]
        c.execute(
            update(OutletRow).values(
                newest=None, last_conclusive=None, last_look=None, walk_done=False
            )
        )
        for outlet in ("jyxx", "jytz", "wjxx", "wjkb", "cgxx", "cszw", "wjwb", "jywx"):
            failure(c, outlet, NIGHT)
    judge_now(office, NOW)
    text = shown(client_for(Role.OFFICE).get(path).text)
    for claim in ("达标率", "100%", "100.0%", "全部", "都能判定", "没有要到期", "没有未办结"):
        assert claim not in text.replace("全部单位", "").replace("全部未知", ""), claim


def empty_office(folder: Path) -> Path:
    """The shipped config.yaml, whose store has never seen anything."""
    path = folder / "config.yaml"
    path.write_text((Path(__file__).parents[2] / "config.yaml").read_text("utf-8"), "utf-8")
    return path


def everything(b: Bulletin, folder: Path) -> str:
    """Text and annexes as readers get them: the paper's blocks and every cell of the workbook."""
    sheet.write(b, folder / "b.xlsx")
    word.write(b, folder / "b.docx")
    book = openpyxl.load_workbook(folder / "b.xlsx")
    cells = [
        str(c.value)
        for page in book
        for row in page.iter_rows()
        for c in row
        if c.value is not None
    ]
    paper = docx.Document(str(folder / "b.docx"))
    lines = [p.text for p in paper.paragraphs]
    lines += [c.text for table in paper.tables for row in table.rows for c in row.cells]
    blocks = [
        block.text + "|".join("|".join(row) for row in block.rows) for block in text_blocks(b)
    ]
    return "\n".join([*blocks, *lines, *cells])


CLAIMS = (
    "未发现", "数量为0", "达标率", "合格率", "各月均达到", "做得较好的单位", "均未达到考核要求", "超期未更新的政务新媒体有",
    "更新情况较差",
)  # fmt: skip
ZEROS = re.compile(r"(?:共发布信息|政府信息|公开|发布|更新)(?:为|共)?0条|0篇|0个单位")
"""A nothing that was counted nowhere. 10条 and 20条 are none: the digit before decides."""


def test_a_bulletin_on_an_empty_store_claims_nothing(tmp_path: Path) -> None:
    path, period = empty_office(tmp_path), Period.parse("2020Q2")
    now = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
    with open_office(path) as office:
        enter_catalogue(office, now - timedelta(days=1))
        made = draft(office, period, now)
    b, said = made.bulletin, everything(made.bulletin, tmp_path)
    assert b.draft
    assert "（草稿，截至" in b.title
    assert "还没有看到过任何栏目和账号" in said
    assert [claim for claim in CLAIMS if claim in said] == []
    assert ZEROS.findall(said) == []
    assert not re.search(r"\d%", said)
    rows = [row for group in b.groups for row in group.rows]
    assert rows
    assert {count.sign for row in rows for count in row.counts} == {"未判定"}
    assert {row.completion for row in rows} == {"4月未判定 5月未判定 6月未判定"}
    assert (b.columns, b.blank_columns, b.idle, b.disclosure.none) == ((), (), (), ())
    assert len(b.unjudged) == 18  # every place of the shipped catalogue
    assert errors(lint(b)) == ()


def test_a_bulletin_printed_inside_its_period_is_a_draft_and_frozen_only_by_somebodys_word(
    tmp_path: Path, office_web: Fixture
) -> None:
    _, office = office_web
    made = draft(office, Period.parse("2020Q3"), NOW)
    b = made.bulletin
    assert "（草稿，截至2020年7月20日）" in b.title
    said = everything(b, tmp_path)
    assert "统计期到2020年9月30日才结束" in said
    assert "共发布信息" not in said or "2020年第三季度（截至2020年7月20日）" in said
    assert ZEROS.findall(said) == []
    for row in (row for group in b.groups for row in group.rows):
        assert "完成" not in row.completion
        assert {count.sign for count in row.counts[1:]} == {"未判定"}, (
            "August and September are not over"
        )
        assert row.counts[0].complete is False, "nor is July"
        assert row.states[1:] == ("running", "running")
    with pytest.raises(Unfinished, match="只是草稿"):
        entering.freeze(office, b, NOW, by="测试")
    kept = entering.freeze(office, b, NOW, by="测试", unfinished="区里要求提前报送")
    assert kept.bulletin.unfinished == "区里要求提前报送"
    assert "经决定仍予封存：区里要求提前报送" in everything(kept.bulletin, tmp_path)


def test_a_bulletin_whose_last_night_is_older_than_its_periods_end_is_a_draft(
    office_web: Fixture,
) -> None:
    _, office = office_web
    late = NOW + timedelta(days=100)
    b = draft(office, Period.parse("2020Q3"), late).bulletin
    assert "统计期结束后只看到应查的8个栏目和账号中的0个" in b.draft[0]
    assert "截至2020年7月20日" in b.title
    whole = draft(office, Period.parse("2020Q2"), NOW).bulletin
    assert whole.draft == ()


def test_situation_17_in_print_a_unit_that_was_merged_is_there_for_its_days_only(
    office_web: Fixture,
) -> None:
    """城管局 left on 20 May: nothing is said of May and June, and it is named on no list."""
    _, office = office_web
    gone = datetime(2020, 5, 20, 9, tzinfo=SHANGHAI)
    with office.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "cgj").values(retired_at=gone))
        c.execute(delete(DutyRow).where(DutyRow.unit_id == "cgj"))
    b = draft(office, Period.parse("2020Q2"), NOW).bulletin
    (row,) = (row for group in b.groups for row in group.rows if row.short == "城管局")
    assert row.states[1:] == ("gone", "gone")
    assert row.completion.endswith("5月已撤并 6月已撤并")
    for group in b.groups:
        assert "城管局" not in (*group.several, *group.every)
    assert "城管局" not in b.disclosure.none
    assert "城管局在统计期内撤并，只统计存续期间" in coverage_words(b)


def test_what_could_not_be_judged_stands_apart_with_its_cause(
    tmp_path: Path, office_web: Fixture
) -> None:
    _, office = office_web
    b = draft(office, Period.parse("2020Q2"), NOW).bulletin
    assert [(one.kind, one.name, one.cause) for one in b.unjudged] == [
        ("栏目", "城管动态", "被验证码拦截")
    ]
    said = everything(b, tmp_path)
    assert "未能判定的栏目1个（被验证码拦截1个），由检查单位另行核实，不归责任何单位" in said
    assert "另有1个未能判定，不计入" in said
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert "城管动态" in {cell.value for row in book["未判定"].iter_rows() for cell in row}
    assert "城管动态" not in {cell.value for row in book["栏目"].iter_rows() for cell in row}


def test_a_register_of_documents_that_nobody_watches_is_no_zero(
    tmp_path: Path, office_web: Fixture
) -> None:
    client_for, office = office_web
    b = draft(office, Period.parse("2020Q2"), NOW).bulletin
    said = everything(b, tmp_path)
    assert "主动公开政府信息的数量未作判定（台账中没有主动公开文件的栏目）" in said
    assert ZEROS.findall(said) == []
    assert b.disclosure.none == ()
    page = client_for(Role.OFFICE).get("/units/jyj").text
    assert re.findall(r'data-label="主动公开文件" class="n">([^<]*)<', page) == ["未判定"] * 6
