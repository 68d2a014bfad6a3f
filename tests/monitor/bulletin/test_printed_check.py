"""Somebody's printed bulletin against itself: every kind of contradiction found, and no false
alarm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.bulletin.printed.check import Fault, check, check_file
from monitor.bulletin.printed.claims import claims
from monitor.bulletin.printed.files import NotRead, blocks_of, read_file
from monitor.bulletin.reports import sheet
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.quarter import SEED

GOOD = """关于2021年第三季度全县网站检查情况的通报
2021年第三季度，我县政府门户网站共发布信息101条。各单位每月发布信息应达到10条及以上。其中，2个乡镇做得较好的有：东河镇。发布数量多次未达到每月信息发布要求的有：文化体育和旅游局、西岭镇，其中西岭镇第三季度每月均未达到考核要求。
附件1 第三季度乡镇信息更新情况
名称\t7月\t8月\t9月\t完成情况
东河镇\t10\t12\t11\t完成
西岭镇\t1\t2\t3\t7月-9、8月-8、9月-7
附件2 第三季度县直部门信息更新情况
序号\t单位\t7月\t8月\t9月\t合计\t完成情况
1\t文化体育和旅游局\t9\t10\t9\t28\t7月-1 9月-1
2\t教育局\t10\t14\t10\t34\t完成
\t合计\t19\t24\t19\t62\t
"""


def faults(text: str) -> list[str]:
    return [fault.sentence for fault in check(claims(blocks_of(text)))]


def test_the_seeds_defects_are_found_and_nothing_else() -> None:
    path = SEED / "bulletin-2020Q2.txt"
    if not path.is_file():
        pytest.skip("the seed's text is not beside the checkout: its defects are NOT checked")
    found = check(claims(read_file(path)))
    assert [fault.sentence for fault in found] == [
        "螺洲镇：完成情况的月份1月、2月、3月不在统计期内，应为“4月-6 5月-8 6月-8”（4/2/2）",
        "房管局：漏印4月（缺4条），6/5/6应为“4月-4 5月-5 6月-4”",
        "市场监管局：标为“完成”，但12/7/3中5月（缺3条）、6月（缺7条）未达到10条，应为“5月-3 6月-7”",
        "房管局：附件中每个月均未达到10条，但正文“每月均未达到要求”的单位没有列它",
        "正文称共发布信息3,038条，附件各单位合计1,993条，相差1,045条未作说明",
    ]
    assert [fault.level for fault in found] == ["error"] * 4 + ["note"]


def test_a_consistent_bulletin_raises_nothing() -> None:
    assert faults(GOOD) == []


RANGED = (
    GOOD.replace(
        "西岭镇\t1\t2\t3\t7月-9、8月-8、9月-7", "西岭镇\t1至2\t2\t3至6\t7月-8、8月-8、9月-4"
    )
    .replace("教育局\t10\t14\t10\t34\t完成", "教育局\t不少于10\t14\t未作判定\t\t9月未判定")
    .replace("\t19\t24\t19\t62\t", "\t不少于19\t24\t不少于9\t不少于52\t")
    .replace("文化体育和旅游局\t9\t10\t9\t28", "文化体育和旅游局\t9\t10\t9至9\t28")
)


def test_numbers_with_bounds_are_read_as_such() -> None:
    """As our own annexes print what was not seen whole: a row with a range is a row."""
    assert faults(RANGED) == []
    wrong = RANGED.replace("9月-4", "9月-7")
    assert faults(wrong) == [
        "西岭镇：完成情况印为“7月-8、8月-8、9月-7”，1至2/2/3至6应为“7月-8 8月-8 9月-4”"
    ]
    less = RANGED.replace("共发布信息101条", "共发布信息70条")
    assert any("附件反而多" in said for said in faults(less))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("7月-9、8月-8、9月-7", "7月-9、8月-8", "西岭镇：漏印9月（缺7条），1/2/3应为“7月-9 8月-8 9月-7”"),
        ("7月-9、8月-8、9月-7", "7月-9、8月-8、9月-6", "西岭镇：完成情况印为“7月-9、8月-8、9月-6”，1/2/3应为“7月-9 8月-8 9月-7”"),
        ("7月-9、8月-8、9月-7", "4月-9、5月-8、6月-7", "西岭镇：完成情况的月份4月、5月、6月不在统计期内，应为“7月-9 8月-8 9月-7”（1/2/3）"),
        ("12\t11\t完成", "12\t11\t8月-1", "东河镇：完成情况印为“8月-1”，10/12/11应为“完成”"),
        ("\t28\t", "\t29\t", "文化体育和旅游局：合计印为29，各月相加为28"),
        ("合计\t19\t24", "合计\t19\t25", "附件2 第三季度县直部门信息更新情况：8月合计印为25，各单位相加为24"),
        ("其中西岭镇第三", "其中西岭镇、教育局第三", "教育局：正文称每月均未达到要求，但附件中只有0个月不足10条"),
        ("有：文化体育和旅游局、", "有：教育局、", "教育局：正文称多次未达到要求，但附件中各月均达到10条"),
        ("有：东河镇", "有：东河镇、西岭镇", "西岭镇：正文既列为做得较好，附件或正文又显示其未达到要求"),
        ("有：东河镇", "有：东和镇", "东和镇：正文列为做得较好，但附件中没有这个名称"),
        ("101条", "90条", "正文称共发布信息90条，附件各单位合计101条，附件反而多11条"),
        ("其中，2个乡镇", "其中，3个乡镇", "正文称3个乡镇，附件1 第三季度乡镇信息更新情况列出2个，请核对"),
        ("县政府", "县检查134家网站，不合格8家，合格率94.3%；县政府", "“检查134家网站，不合格8家，合格率94.3%”：126/134应为94.0%"),
        ("9月\t完成情况\n东", "10月\t完成情况\n东", "附件1 第三季度乡镇信息更新情况：表头月份7月、8月、10月不在统计期7月、8月、9月内"),
        ("2\t教育局\t10\t14", "2\t东河镇\t10\t14", "东河镇：在附件中出现2次"),
    ],
)  # fmt: skip
def test_each_contradiction_is_one_sentence(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    assert sentence in faults(GOOD.replace(old, new, 1))


def test_a_deadline_on_a_day_off_is_a_note_where_working_days_are_known() -> None:
    text = GOOD + "请于10月16日前报送。"
    found = check(claims(blocks_of(text)), works=lambda day: day.weekday() < 5)
    assert found == (Fault("note", "时限", "时限2021年10月16日不是工作日"),)
    assert (
        check(claims(blocks_of(text.replace("16", "15"))), works=lambda day: day.weekday() < 5)
        == ()
    )


def test_some_towns_that_failed_are_not_taken_for_the_number_of_towns() -> None:
    assert faults(GOOD + "本季度1个乡镇未达到要求。") == []


def test_our_own_workbook_raises_only_what_it_states_itself(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    sheet.write(seed_bulletin(), path)
    assert check(claims(read_file(path))) == ()


def test_a_word_file_is_read_with_its_tables_and_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "b.docx"
    write_docx(path, GOOD)
    assert check(claims(read_file(path))) == ()
    write_docx(path, GOOD.replace("9月-7", "9月-6"))
    assert len(check(claims(read_file(path)))) == 1


def test_a_workbook_of_somebody_else_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["2021年第三季度乡镇信息更新情况"])
    page.append(["名称", "7月", "8月", "9月", "完成情况"])
    page.append(["东河镇", 10, 12.0, 9, "完成"])
    book.save(tmp_path / "b.xlsx")
    (fault,) = check(claims(read_file(tmp_path / "b.xlsx")))
    assert fault.sentence == "东河镇：标为“完成”，但10/12/9中9月（缺1条）未达到10条，应为“9月-1”"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.doc", b"x", "另存为"),
        ("a.docx", b"no zip", "损坏"),
        ("a.xlsx", b"PK\x03\x04", "损坏"),
        ("a.txt", b"\xff\xfe\x00\x81", "UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotRead, match=word):
        read_file(tmp_path / name)


def test_a_file_that_is_no_bulletin_is_told_so_and_never_passed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("今天天气很好。", encoding="utf-8")
    with pytest.raises(NotRead, match="没有找到通报"):
        check_file(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text(GOOD, encoding="gb18030")
    assert check_file(tmp_path / "b.txt") == ()


def test_a_missing_file_and_a_bomb_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRead, match="打不开"):
        read_file(tmp_path / "none.txt")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 210_000_000)
    with pytest.raises(NotRead, match="过大"):
        read_file(tmp_path / "bomb.docx")


def test_an_entity_in_a_word_file_brings_no_file_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("机密", encoding="utf-8")
    xml = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><w:document xmlns:w="{NS}"><w:body>'
        "<w:p><w:r><w:t>甲&x;乙</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as archive:
        archive.writestr("word/document.xml", xml)
    assert "机密" not in "".join(block.text for block in read_file(tmp_path / "b.docx"))


@given(
    st.text(
        alphabet="0123456789月-、：。，\t\n关于年第一二季度镇局完成合计每均未达到其中有 附件",
        max_size=300,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_checked_without_a_crash(text: str) -> None:
    assert all(fault.sentence for fault in check(claims(blocks_of(text))))


NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def write_docx(path: Path, text: str) -> None:
    """A minimal Word file: paragraphs, and tables where lines have tabs; the first cell of a head
    spans none."""
    body = []
    for block in blocks_of(text):
        if block.text:
            body.append(f"<w:p><w:r><w:t>{block.text}</w:t></w:r></w:p>")
            continue
        wide = len(block.rows[0])
        title = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="{wide}"/></w:tcPr>{_para("情况表")}</w:tc></w:tr>'
        rows = "".join(
            "<w:tr>" + "".join(f"<w:tc>{_para(cell)}</w:tc>" for cell in row) + "</w:tr>"
            for row in block.rows
        )
        body.append(f"<w:tbl>{title}{rows}</w:tbl>")
    xml = f'<w:document xmlns:w="{NS}"><w:body>{"".join(body)}</w:body></w:document>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", xml)


def _para(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
