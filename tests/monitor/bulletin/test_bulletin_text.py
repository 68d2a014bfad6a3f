"""The parts that other bulletins add: rates with numerators, platforms, veto, found errors, praise;
and the lint of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from monitor.bulletin.edits import BadEdit, edited
from monitor.bulletin.entries import Entries, applied
from monitor.bulletin.filter import UnknownGroup, narrowed
from monitor.bulletin.lint import errors, lint, text_blocks
from monitor.bulletin.model import (
    AccountRow,
    Bulletin,
    Commendation,
    Edit,
    ErrorReports,
    FoundAccount,
    PastMatter,
    VetoLine,
)
from monitor.bulletin.printed.check import check_file
from monitor.bulletin.reports import sheet
from monitor.bulletin.scoring import Scheme, ScoreItem, scored
from monitor.bulletin.text import sections
from tests.monitor.bulletin.test_bulletin import seed_bulletin


def full() -> Bulletin:
    """The seed's quarter with everything that a bulletin may say beyond it."""
    return replace(
        seed_bulletin(),
        columns_judged=68,
        columns_passed=64,
        veto=(
            VetoLine("门户", "空白栏目", 5, 5),
            VetoLine("门户", "应更新而长期未更新的栏目", 3, 10, 2),
        ),
        past=(
            PastMatter("a", "栏目", "规划计划", ("发改局",), "repaired"),
            PastMatter("b", "账号", "样例号", (), "open"),
            PastMatter("c", "栏目", "旧栏目", ("教育局",), "gone"),
        ),
        errors_reported=ErrorReports(received=6, done=5, late=1),
        commended=(Commendation(name="教育局", reason="信息质量较高"),),
        found_accounts=(
            FoundAccount("weibo", "样例", ("教育局",), "http://portal.example.org/", True),
        ),
    )


def text(bulletin: Bulletin) -> str:
    return "".join(paragraph for section in sections(bulletin) for paragraph in section.paragraphs)


def test_every_part_is_said_with_its_numerators() -> None:
    said = text(full())
    assert "检查栏目68个，达标64个，达标率94.12%" in said
    assert (
        "空白栏目5个（已达到否决标准）；应更新而长期未更新的栏目3个（满10个即单项否决，另有2个未能判定）"
        in said
    )
    assert "上期通报的3个栏目和账号中，已整改1个，未整改1个，已停止使用1个" in said
    assert "转来留言6条，办结5条，其中超过1个月办结1条" in said
    assert "教育局：信息质量较高。予以表扬。" in said
    assert "登记在册的11个政务新媒体（微信公众号11个）中，检查11个，合格10个，合格率90.91%" in said
    assert "教育局的新浪微博“样例”" in said


def test_the_added_parts_raise_no_fault_in_our_own_lint() -> None:
    assert errors(lint(full())) == ()


def test_a_rate_that_does_not_follow_from_its_numerators_is_found() -> None:
    wrong = replace(full(), columns_passed=69)
    assert any("分子大于分母" in fault.sentence for fault in errors(lint(wrong)))


@pytest.mark.parametrize("suffix", [".txt", ".xlsx"])
def test_no_false_alarm_on_our_own_text_and_workbook(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"own{suffix}"
    if suffix == ".xlsx":
        sheet.write(full(), path)
    else:
        lines = [
            block.text or "\n".join("\t".join(row) for row in block.rows)
            for block in text_blocks(full())
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
    assert check_file(path) == ()


def test_the_workbook_shows_last_periods_list_and_the_accounts_gaps(tmp_path: Path) -> None:
    bulletin = full()
    first = replace(bulletin.accounts[0], posts=12, gap=17, days_out=3)
    sheet.write(replace(bulletin, accounts=(first, *bulletin.accounts[1:])), tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert [cell.value for cell in book["上期整改"][3]][:5] == [
        1,
        "栏目",
        "规划计划",
        "发改局",
        "已整改",
    ]
    assert [cell.value for cell in book["附件3 新媒体"][3]][7:10] == [12, 17, 3]
    assert "栏目条数" in book.sheetnames
    assert "未登记账号" in book.sheetnames


def test_scores_are_printed_with_their_formula_and_their_source(tmp_path: Path) -> None:
    scheme = Scheme(
        name="示例",
        source="仅为示例",
        example=True,
        items=(ScoreItem(name="缺信息", measure="missing_posts", points=0.5),),
    )
    bulletin = replace(full(), scored=scored(full(), scheme))
    sheet.write(bulletin, tmp_path / "b.xlsx")
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["评分"]
    assert "示例，不是任何单位的规定" in str(page["A1"].value)
    rows = {row[1].value: (row[2].value, row[3].value) for row in page.iter_rows(min_row=3)}
    assert rows["螺洲镇"] == (89, "100 − 缺信息22×0.5 = 89")
    assert rows["教育局"][0] == 100
    assert page["C3"].number_format == "0.##"
    assert [row.unit for row in narrowed(bulletin, ["镇街"]).scored.rows][:1] == ["仓山镇"]  # type: ignore[union-attr]


def test_a_struck_account_is_neither_blamed_nor_counted() -> None:
    bulletin = edited(full(), [Edit("idle", "仓山营商", "strike", "账号已申请注销")])
    assert bulletin.idle == ()
    assert "检查10个，合格10个，合格率100.00%；另有1个暂无法判定" in text(bulletin)
    with pytest.raises(BadEdit, match="只能由判定列入"):
        edited(full(), [Edit("idle", "仓山发布", "add", "样例")])


def test_praise_by_hand_beside_blame_by_rule_is_told() -> None:
    praised = Entries(commended=(Commendation(name="工信局", reason="样例事由"),))
    _, faults = applied(seed_bulletin(), praised, "x.yaml")
    assert [fault.level for fault in faults] == ["note"]
    assert "工信局" in faults[0].sentence


def test_one_group_alone_still_adds_up() -> None:
    found = narrowed(full(), ["镇街"])
    assert [group.name for group in found.groups] == ["镇街"]
    assert (found.portal.listed.figure, found.portal.total.figure) == (684, 3038)
    assert {row.units for row in found.columns} == {("盖山镇",)}
    assert [account.name for account in found.registered] == ["美丽临江"]
    assert set(found.disclosure.none) == {"盖山镇", "东升街道"}
    assert errors(lint(found)) == ()


def test_a_group_that_nobody_is_in_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownGroup, match="镇街、区直部门"):
        narrowed(full(), ["乡镇"])


def test_strange_names_in_the_added_parts_stay_text(tmp_path: Path) -> None:
    evil = "=cmd|'/c calc'!A1"
    bulletin = replace(
        full(),
        past=(PastMatter("a", "栏目", evil, ("+x",), "open", sentence="@y", finding="\t=z"),),
        found_accounts=(FoundAccount("weibo", evil, (), "\x00http://x"),),
        edits=(Edit("good", evil, "strike", "-1+1"),),
        accounts=(AccountRow("z", evil, "weibo", ("长" * 220,), "registered"), *full().accounts),
    )
    sheet.write(bulletin, tmp_path / "b.xlsx")
    for page in openpyxl.load_workbook(tmp_path / "b.xlsx"):
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "@", "\t", "-"))
