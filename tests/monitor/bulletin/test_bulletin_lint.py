"""Lint before print: each fault is found once it is made, and the seed's true bulletin has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.bulletin.edits import BadEdit, edited
from monitor.bulletin.lint import errors, lint
from monitor.bulletin.model import Bulletin, BulletinSettings, Edit, Question, UnitRow
from monitor.bulletin.text import sections
from monitor.model import Count, Coverage, exactly
from tests.monitor.bulletin.test_bulletin import seed_bulletin


def with_row(bulletin: Bulletin, short: str, **changes: Any) -> Bulletin:
    """The bulletin with one unit's line changed."""

    def changed(row: UnitRow) -> UnitRow:
        return replace(row, **changes) if row.short == short else row

    groups = tuple(replace(g, rows=tuple(changed(r) for r in g.rows)) for g in bulletin.groups)
    return replace(bulletin, groups=groups)


def said(bulletin: Bulletin) -> str:
    return "\n".join(
        fault.sentence for fault in errors(lint(bulletin, works=lambda day: day.weekday() < 5))
    )


def test_the_true_bulletin_has_no_error() -> None:
    assert said(seed_bulletin()) == ""


def test_coverage_and_open_questions_are_told_and_do_not_stop_the_print() -> None:
    seed = seed_bulletin()
    asked = replace(
        seed,
        questions=(Question("区融媒体", (), "待认定", 3, "样例", ""),),
        coverage=replace(seed.coverage, looked=0),
    )
    notes = [fault.sentence for fault in lint(asked) if fault.level == "note"]
    assert any("只查到0个" in note for note in notes)
    assert any("3条信息的来源待人工认定" in note for note in notes)


def numbers(*counts: int) -> tuple[Count, ...]:
    return tuple(exactly(count) for count in counts)


BROKEN = {
    "a sum that is not its rows": (lambda b: with_row(b, "教育局", counts=numbers(32, 29, 31)), "附件各单位合计1994条，汇总为1993条"),
    "a count without its rows": (lambda b: with_row(b, "教育局", counts=numbers(30, 30, 31)), "教育局：2020-04计30条，依据只有31条"),
    "a total that is not its parts": (lambda b: replace(b, portal=replace(b.portal, total=exactly(3039))), "不等于总数3039条"),
    "done at 12/7/3": (lambda b: with_row(b, "市场监管局", completion="完成"), "市场监管局：有月份未达到，却写为“完成”"),
    "months of another quarter": (lambda b: with_row(b, "螺洲镇", completion="1月-6 2月-8 3月-8"), "没有写明4月-6"),
    "short at ten": (
        lambda b: with_row(b, "旅游中心", states=("short", "met", "met")),
        "旅游中心：4月10条已达10条，却判为未达到",
    ),
    "met below ten": (lambda b: with_row(b, "房管局", states=("met",) * 3, completion="完成"), "房管局：4月6条不足10条，却判为达到"),
    "left out of the list": (
        lambda b: replace(b, groups=tuple(replace(g, every=()) for g in b.groups)),
        "房管局：每月均未达到，却没有列入名单",
    ),
    "praised and blamed": (
        lambda b: replace(b, groups=tuple(replace(g, good=(*g.good, "螺洲镇")) if g.name == "镇街" else g for g in b.groups)),
        "螺洲镇：同一事项既表扬又批评",
    ),
    "a name that is nobody": (
        lambda b: replace(b, groups=tuple(replace(g, good=("临江街",)) if g.name == "镇街" else g for g in b.groups)),
        "临江街：列为较好，但附件中没有这个单位",
    ),
    "a failed night": (lambda b: replace(b, coverage=Coverage(50, 50, 3, failed=True)), "检查当晚抓取失败"),
    "a deadline on a Saturday": (lambda b: replace(b, deadlines=(("整改时限", date(2020, 7, 25)),)), "不是工作日"),
    "a deadline in the past": (lambda b: replace(b, deadlines=(("整改时限", date(2020, 7, 20)),)), "不晚于印发日期"),
    "a stale column within its limit": (
        lambda b: replace(b, columns=(replace(b.columns[0], days_over=0), *b.columns[1:])),
        "列为超期，但到检查日并未超过期限",
    ),
    "documents that do not add up": (
        lambda b: replace(b, disclosure=replace(b.disclosure, total=exactly(201))),
        "主动公开各单位合计200条，总数为201条",
    ),
    "a unit with documents among those without": (
        lambda b: replace(b, disclosure=replace(b.disclosure, none=(*b.disclosure.none, "教育局"))),
        "教育局：列为主动公开数量为0，但有公开记录",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_is_found(name: str) -> None:
    spoil, sentence = BROKEN[name]
    assert sentence in said(spoil(seed_bulletin()))


def test_a_struck_name_is_gone_from_the_text_and_its_reason_is_kept() -> None:
    edit = Edit("several", "市场监管局", "strike", "系统切换期间已备案说明", "办公室")
    bulletin = edited(seed_bulletin(), [edit])
    assert "市场监管局" not in bulletin.groups[1].several
    assert bulletin.edits == (edit,)
    assert said(bulletin) == ""
    assert "房管局、市场监管局" not in "".join(p for s in sections(bulletin) for p in s.paragraphs)


def test_a_name_may_be_added_to_the_good_ones() -> None:
    bulletin = edited(seed_bulletin(), [Edit("good", "发改局", "add", "信息质量高")])
    assert bulletin.groups[1].good[-1] == "发改局"
    assert "发改局" not in bulletin.groups[0].good


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (Edit("good", "发改局", "add", " "), "理由"),
        (Edit("columns", "教育", "add", "x"), "不能手工补列"),
        (Edit("good", "甲局", "add", "x"), "没有这个单位"),
        (Edit("good", "发改局", "strike", "x"), "无从删去"),
        (Edit("best", "发改局", "add", "x"), "good"),
        (Edit("good", "发改局", "move", "x"), "strike"),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused(edit: Edit, word: str) -> None:
    with pytest.raises(BadEdit, match=word):
        edited(seed_bulletin(), [edit])


def test_columns_and_units_of_zero_can_be_struck() -> None:
    edits = [
        Edit("columns", "住房保障", "strike", "已迁移"),
        Edit("no_documents", "工信局", "strike", "已补报"),
        Edit("year_units", "盖山镇", "strike", "另行约谈"),
    ]
    bulletin = edited(seed_bulletin(), edits)
    assert "住房保障" not in [row.name for row in bulletin.columns]
    assert "工信局" not in bulletin.disclosure.none
    assert bulletin.year_units == ()


def test_the_text_has_the_seeds_sections_and_figures() -> None:
    found = sections(seed_bulletin())
    text = "\n".join([s.heading + "".join(s.paragraphs) for s in found])
    assert [s.heading[0] for s in found] == ["一", "二", "三", "四"]
    for words in (
        "共发布信息3038条",
        "13个镇街中，做得较好的单位有：临江街道、三叉街街道",
        "其中螺洲镇第二季度每月均未达到考核要求",
        "23个区直部门中",
        "教育局、人社局、文体旅局、生态环境局、应急管理局",
        "登记在册的11个政务新媒体",
        "共主动公开政府信息200条",
        "盖山镇有2个栏目超期一年以上未更新",
        "于2020年7月28日前",
        "于2020年7月31日前",
        "建设局、应急管理局、审计局负责维护的项目质量安全监督信息栏目",
        "合格率90.91%",
    ):
        assert words in text


def test_an_office_sentence_with_an_unknown_field_is_refused_with_its_name() -> None:
    with pytest.raises(ValidationError, match="电话"):
        BulletinSettings(requirements=("请致电{电话}",))
