"""The bulletin's lines on what posts hold: counts by kind and publisher, only what a person
confirmed, nobody for suspects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from monitor.bulletin.compile import to_json
from monitor.bulletin.edits import BadEdit, edited
from monitor.bulletin.filter import narrowed
from monitor.bulletin.frozen import bulletin_of
from monitor.bulletin.lint import errors, lint
from monitor.bulletin.model import Bulletin, Edit, Period
from monitor.bulletin.printing import compile_bulletin
from monitor.bulletin.reports import sheet
from monitor.bulletin.text import sections
from monitor.model import ContentCheck, ContentFault
from monitor.night import jobs
from monitor.settings.bulletin import REQUIREMENTS
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.monitor.desk.test_content_rectify import IDS, Place, place  # noqa: F401

DAY = date(2020, 6, 20)


def fault(unit: str, family: str, kind: str, mended: date | None = None) -> ContentFault:
    return ContentFault(
        unit,
        family,
        kind,
        "=样例标题",
        "http://portal.example.org/1.htm",
        "通知公告",
        "正文",
        "应为“部署”：布署",
        DAY,
        mended,
    )


FAULTS = (
    fault("教育局", "错别字", "错别字"),
    fault("教育局", "附件", "附件为零字节", DAY),
    fault("仓山镇", "错别字", "日期不存在"),
    fault("", "暗链", "载入外部脚本"),
)


def checked(**more: object) -> Bulletin:
    given: dict[str, object] = {
        "posts": 3038,
        "faults": FAULTS,
        "suspects": (("链接", 9), ("排版", 3)),
        **more,
    }
    return replace(seed_bulletin(), content=ContentCheck(**given))  # type: ignore[arg-type]


def four(bulletin: Bulletin) -> tuple[str, ...]:
    return sections(bulletin)[3].paragraphs


def test_section_four_tells_counts_by_kind_and_unit_behind_the_demand_for_sound_posts() -> None:
    said = four(checked())
    number = next(n for n, text in enumerate(said) if "审核制度" in text)
    assert said[number + 1] == (
        "信息内容检查情况：共检查信息3038篇，经人工核实存在内容问题4处（错别字2处、附件1处、暗链1处），其中："
        "教育局2处（错别字1处、附件1处，已改正1处）；仓山镇1处（错别字1处）；责任单位待定1处（暗链1处）。"
        "另有12处疑点待核实，不计入各单位。"
    )
    assert len(said) == len(REQUIREMENTS) + 1


def test_suspects_name_nobody_and_an_unchecked_portal_says_nothing() -> None:
    (said,) = [text for text in four(checked(faults=())) if "信息内容检查" in text]
    assert (
        said
        == "信息内容检查情况：共检查信息3038篇，没有经人工核实的内容问题。另有12处疑点待核实，不计入各单位。"
    )
    assert not any("信息内容检查" in text for text in four(seed_bulletin()))
    assert four(seed_bulletin()) == tuple(t for t in four(checked()) if "信息内容检查" not in t)


def test_an_offices_own_requirements_keep_their_order_and_the_line_its_place() -> None:
    own = seed_bulletin().settings.model_copy(
        update={"requirements": ("加强更新。", "做到无错别字、附件能够下载。", "自查。")}
    )
    said = four(replace(checked(), settings=own))
    assert [text[:4] for text in said] == ["一是加强", "二是做到", "信息内容", "三是自查"]
    one = seed_bulletin().settings.model_copy(update={"requirements": ("加强更新。",)})
    assert [text[:4] for text in four(replace(checked(), settings=one))] == ["加强更新", "信息内容"]


def test_the_lint_finds_nothing_in_it_and_it_survives_the_archive() -> None:
    assert errors(lint(checked())) == errors(lint(seed_bulletin()))
    assert bulletin_of(to_json(checked(), rows=True)).content == checked().content


def test_a_clerk_strikes_a_unit_with_a_reason_and_groups_are_narrowed() -> None:
    struck = edited(checked(), [Edit("content_units", "仓山镇", "strike", "已澄清")])
    assert struck.content is not None
    assert struck.content.blamed == ("教育局",)
    with pytest.raises(BadEdit, match="不在名单"):
        edited(checked(), [Edit("content_units", "财政局", "strike", "已澄清")])
    with pytest.raises(BadEdit, match="不能手工补列"):
        edited(checked(), [Edit("content_units", "财政局", "add", "应有")])
    only = narrowed(checked(), ["镇街"]).content
    assert only is not None
    assert [f.unit for f in only.faults] == ["仓山镇"]


def test_the_workbook_lists_the_evidence_inert(tmp_path: Path) -> None:
    sheet.write(checked(), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    rows = [[cell.value for cell in row] for row in book["内容问题"].iter_rows(min_row=1)]
    (head,) = [n for n, row in enumerate(rows) if row[0] == "序号"]
    assert [row[1] for row in rows[head + 1 :]] == ["教育局", "教育局", "仓山镇", "待定"]
    assert rows[head + 1][3] == "'=样例标题"
    assert rows[head + 1][8] == "未改正"
    sheet.write(seed_bulletin(), tmp_path / "s.xlsx")
    assert "内容问题" not in openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames


def test_a_period_tells_what_the_store_knew_then(place: Place) -> None:  # noqa: F811
    period = Period.parse("2020Q2")
    before = compile_bulletin(place.office, period, place.clock()).content
    assert before is not None
    assert (before.posts, before.faults, sum(n for _, n in before.suspects)) == (3, (), 4)
    moment = place.clock()
    place.clock.now += timedelta(hours=1)
    place.confirm("personal.id")
    place.confirm("hidden.script")
    now = compile_bulletin(place.office, period, place.clock())
    assert now.content is not None
    assert now.content.blamed == ("教育局",)
    assert sum(n for _, n in now.content.suspects) == 2
    assert IDS[0] not in to_json(now, rows=True)
    place.put("/tzgg/t20200601_1.htm", "<p>张某，身份证号：已隐去。</p>")
    place.clock.now += timedelta(hours=1)
    jobs.recheck(place.office, place.clock, ["tzgg"])
    later = compile_bulletin(place.office, period, place.clock()).content
    assert later is not None
    assert [(f.unit, f.mended is not None) for f in later.faults] == [("", False), ("教育局", True)]
    assert compile_bulletin(place.office, period, moment).content == before, "as it was known then"
