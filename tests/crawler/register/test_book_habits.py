"""One tolerance for every workbook: twenty habits of offices, each written by code, in all forms
where it occurs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl.drawing.image import Image
from openpyxl.styles import PatternFill

from crawler.model import Addressee, ContactRole
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.proposal import Proposal
from crawler.register.unit_contacts import UnitContactRow
from tests.conftest import Store
from tests.support.workbooks import (
    COLUMNS,
    CONTACTS,
    HEADS,
    NOW,
    ROWS,
    SURVEY,
    book,
    fill,
    proposed,
    qr_picture,
    repacked,
    row,
    strike,
)

FORMS = (CONTACTS, COLUMNS, SURVEY)
SHEET = "xl/worksheets/sheet1.xml"
FIRST = {CONTACTS: 2, COLUMNS: 2, SURVEY: 5}
"""The row of the first line of data."""
NAME = {CONTACTS: "姓名", COLUMNS: "栏目名称", SURVEY: "账号名称"}


@pytest.fixture
def look(sqlite_store: Store) -> Callable[[str, Path], Proposal[Any]]:
    fill(sqlite_store)

    def asked(form: str, path: Path) -> Proposal[Any]:
        with sqlite_store.reader.connect() as connection:
            return proposed(connection, form, path)

    return asked


Look = Callable[[str, Path], Proposal[Any]]


def taken(found: Proposal[Any], count: int = 1) -> str:
    """That the book is taken with so many rows; what is told beside them."""
    assert [fault.line for fault in found.faults] == []
    assert len(found.added) == count
    return "\n".join(found.notes)


@pytest.mark.parametrize("form", FORMS)
def test_a_title_a_subtitle_and_an_empty_line_stand_above_the_head(
    look: Look, tmp_path: Path, form: str
) -> None:
    def more(made: Any) -> None:
        made.active.insert_rows(1, 3)
        made.active["A1"], made.active["A2"] = f"2026 年{form}", "填报单位：办公室"
        made.active.merge_cells("A1:G1")

    assert taken(look(form, book(tmp_path / "a.xlsx", form, more=more))) == ""


def test_a_head_of_two_lines_is_one_head(look: Look, tmp_path: Path) -> None:
    def contacts(made: Any) -> None:
        sheet = made.active
        sheet.insert_rows(1)
        for column, text in enumerate(("单位", "角色", "姓名", "联系方式", None, "任期"), 1):
            sheet.cell(1, column).value = text
        for area in ("A1:A2", "B1:B2", "C1:C2"):
            sheet[area.partition(":")[0].replace("1", "2")].value = None
            sheet.merge_cells(area)
        sheet.merge_cells("D1:E1")
        sheet.merge_cells("F1:G1")

    def survey(made: Any) -> None:
        sheet = made.active
        sheet.insert_cols(8)
        sheet["I4"].value = "负责人"
        sheet.insert_rows(5)
        sheet["G5"], sheet["H5"] = "姓名", "手机号码"
        sheet["G6"], sheet["H6"] = "张三", 13800000000
        sheet.merge_cells("G4:H4")

    def columns(made: Any) -> None:
        sheet = made.active
        sheet.insert_rows(1)
        sheet["F1"] = "责任单位"
        sheet["F2"], sheet["G2"] = "牵头单位", "协同单位"
        for letter in "ABCDEH":
            sheet[f"{letter}1"].value, sheet[f"{letter}2"].value = sheet[f"{letter}2"].value, None
            sheet.merge_cells(f"{letter}1:{letter}2")
        sheet.merge_cells("F1:G1")

    for form, more in ((CONTACTS, contacts), (SURVEY, survey), (COLUMNS, columns)):
        found = look(form, book(tmp_path / f"{form}.xlsx", form, more=more))
        assert taken(found) == ""
        if form == SURVEY:
            assert [c.phone for c in found.added[0].row.contacts] == ["13800000000", "13900000000"]


@pytest.mark.parametrize("form", FORMS)
def test_notes_and_sums_below_the_rows_are_left_out_and_named(
    look: Look, tmp_path: Path, form: str
) -> None:
    tail = [["小计", 1], ["注：1.本表由办公室维护"], ["2.每季度更新一次"], ["填表人：王五"]]
    told = taken(look(form, book(tmp_path / "a.xlsx", form, ROWS[form], *tail)))
    at = FIRST[form]
    assert f"里的小计，没有读：第 {at + 1} 行“小计”" in told
    assert f"第 {at + 2} 行“注:1.本表由办公室维护”" in told
    assert f"第 {at + 4} 行“填表人:王五”" in told


@pytest.mark.parametrize("form", FORMS)
def test_headings_between_the_rows_and_the_head_again_on_the_next_page(
    look: Look, tmp_path: Path, form: str
) -> None:
    other = row(form, **{NAME[form]: "李四"})
    if form == COLUMNS:
        other = row(form, 栏目名称="教育动态", 栏目网址="http://www.example.org/jydt/")
    rows = [["一、区直部门"], ROWS[form], HEADS[form], ["二、镇街"], other]
    told = taken(look(form, book(tmp_path / "a.xlsx", form, *rows)), 2)
    assert "里的小标题，没有读" in told


@pytest.mark.parametrize("form", FORMS)
def test_hidden_and_struck_out_rows_are_left_out_and_named(
    look: Look, tmp_path: Path, form: str
) -> None:
    def more(made: Any) -> None:
        made.active.row_dimensions[FIRST[form] + 1].hidden = True
        strike(made.active, FIRST[form] + 2)

    rows = [ROWS[form], row(form, **{NAME[form]: "藏"}), row(form, **{NAME[form]: "划"})]
    told = taken(look(form, book(tmp_path / "a.xlsx", form, *rows, more=more)))
    assert f"里隐藏的行，没有读：第 {FIRST[form] + 1} 行“藏”" in told
    assert f"里划了删除线的行，没有读：第 {FIRST[form] + 2} 行“划”" in told


@pytest.mark.parametrize("form", FORMS)
def test_one_struck_out_cell_is_a_fault_because_nobody_knows_what_holds(
    look: Look, tmp_path: Path, form: str
) -> None:
    path = book(tmp_path / "a.xlsx", form, more=lambda made: strike(made.active, FIRST[form], [3]))
    assert [f.cell for f in look(form, path).faults] == [f"{form}!C{FIRST[form]}"]


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_sheet_is_not_read_and_named(look: Look, tmp_path: Path, form: str) -> None:
    def more(made: Any) -> None:
        old = made.copy_worksheet(made.active)
        old.title, old.sheet_state = "去年", "hidden"

    told = taken(look(form, book(tmp_path / "a.xlsx", form, more=more)))
    assert "隐藏的工作表没有读：去年" in told


def test_who_is_hidden_is_not_taken_out(sqlite_store: Store, tmp_path: Path) -> None:
    """A filter hides rows and takes nobody out: what nobody can see says nothing of who is gone."""
    fill(sqlite_store)
    old = Addressee(ContactRole.LEADER, "li@example.org", "李四")
    with sqlite_store.engine.begin() as connection:
        connection.execute(
            UnitContactRow.__table__.insert().values(
                unit_id="jyj", role=old.role.value, name=old.name, email=old.email, entered=NOW
            )
        )
    rows = [ROWS[CONTACTS], row(CONTACTS, 角色="负责人", 姓名="李四", 邮箱="li@example.org")]

    def hide(made: Any) -> None:
        made.active.row_dimensions[3].hidden = True

    with sqlite_store.reader.connect() as connection:
        shown = proposed(connection, CONTACTS, book(tmp_path / "a.xlsx", CONTACTS, ROWS[CONTACTS]))
        hidden = proposed(
            connection, CONTACTS, book(tmp_path / "b.xlsx", CONTACTS, *rows, more=hide)
        )
    assert [one.kind for one in shown.changes] == ["added", "ended"]
    assert [one.kind for one in hidden.changes] == ["added"]
    assert "这次不停用任何人" in " ".join(hidden.notes)


CELL_IMAGES = (
    '<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="ID_0A1B"/></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>'
)
IMAGE_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="media/image1.png" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/image"/></Relationships>'
)


def with_cell_image(path: Path, picture: bytes) -> Path:
    """As WPS puts a picture into a cell."""
    cells = row(SURVEY, **{"网址/二维码": '=_xlfn.DISPIMG("ID_0A1B",1)'})
    parts = {
        "xl/cellimages.xml": CELL_IMAGES.encode(),
        "xl/_rels/cellimages.xml.rels": IMAGE_RELATION.encode(),
        "xl/media/image1.png": picture,
    }
    return repacked(book(path, SURVEY, cells), {}, **parts)


def test_the_code_of_a_picture_in_a_cell_of_wps_is_the_address(look: Look, tmp_path: Path) -> None:
    path = with_cell_image(tmp_path / "a.xlsx", qr_picture("http://weixin.qq.com/r/abcDEF123456"))
    found = look(SURVEY, path)
    assert taken(found) == ""
    assert found.added[0].row.link == "http://weixin.qq.com/r/abcDEF123456"
    assert found.added[0].row.handle == {"qr": "abcDEF123456"}


def test_the_code_of_a_picture_drawn_over_a_cell_is_the_address(look: Look, tmp_path: Path) -> None:
    def draw(made: Any) -> None:
        made.active.add_image(
            Image(BytesIO(qr_picture("http://weixin.qq.com/r/abcDEF123456"))), "E5"
        )

    path = book(tmp_path / "a.xlsx", SURVEY, row(SURVEY, **{"网址/二维码": None}), more=draw)
    assert look(SURVEY, path).added[0].row.link == "http://weixin.qq.com/r/abcDEF123456"


def test_a_picture_that_says_nothing_leaves_the_address_open_and_is_told(
    look: Look, tmp_path: Path
) -> None:
    told = taken(look(SURVEY, with_cell_image(tmp_path / "a.xlsx", b"no picture at all")))
    assert "没有认出二维码，账号照常登记，网址留空：附件4!E5" in told


@pytest.mark.parametrize("form", FORMS)
def test_invisible_signs_and_escapes_of_the_spreadsheet_are_no_text(
    look: Look, tmp_path: Path, form: str
) -> None:
    cells = [
        f"\u200b{cell[:1]}\ufeff{cell[1:]}_x000D_\u2060" if isinstance(cell, str) else cell
        for cell in ROWS[form]
    ]
    found = look(form, book(tmp_path / "a.xlsx", form, cells))
    plain = look(form, book(tmp_path / "b.xlsx", form))
    assert taken(found) == ""
    assert found.added[0].line == plain.added[0].line


STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
)  # fmt: skip


def strictly(body: bytes) -> bytes:
    for usual, strict in STRICT:
        body = body.replace(usual, strict)
    return body


@pytest.mark.parametrize("form", FORMS)
def test_strict_ooxml_says_the_same_under_other_names(
    look: Look, tmp_path: Path, form: str
) -> None:
    parts = (SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "_rels/.rels")
    path = repacked(book(tmp_path / "a.xlsx", form), dict.fromkeys(parts, strictly))
    assert taken(look(form, path)) == ""


def old_book(path: Path, form: str, *, hide: bool = False) -> Path:
    """The same as an .xls, its last row struck out or hidden."""
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet(form)
    above = [["单位名称（盖章）：样例区教育局"]] if form == SURVEY else []
    gone = row(form, **{NAME[form]: "旧"})
    struck = xlwt.easyxf("font: struck_out true")
    for at, line in enumerate([*above, HEADS[form], ROWS[form], gone]):
        for column, value in enumerate(line):
            if value is not None:
                style = struck if line is gone and not hide else xlwt.XFStyle()
                sheet.write(at, column, value, style)
        sheet.row(at).hidden = hide and line is gone
    if form == CONTACTS:
        day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
        sheet.write(1, 6, date(2026, 12, 31), day)
    made.save(str(path))
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("hide", [False, True])
def test_an_old_xls_is_read_with_what_is_hidden_and_struck_out(
    look: Look, tmp_path: Path, form: str, hide: bool
) -> None:
    found = look(form, old_book(tmp_path / "a.xls", form, hide=hide))
    told = taken(found)
    assert ("里隐藏的行" if hide else "里划了删除线的行") in told
    assert "旧版 .xls 看不出哪些单元格是公式" in told
    if form == CONTACTS:
        assert found.added[0].new.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("charset", ["gbk", "utf-8-sig", "utf-16"])
def test_a_csv_is_read_in_its_charset(look: Look, tmp_path: Path, form: str, charset: str) -> None:
    above = ["单位名称（盖章）：样例区教育局"] if form == SURVEY else []
    lines = [",".join(str(cell or "") for cell in line) for line in (HEADS[form], ROWS[form])]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join([*above, *lines]).encode(charset))
    assert taken(look(form, path)) == ""


@pytest.mark.parametrize("form", FORMS)
def test_ten_thousand_coloured_rows_without_a_word_are_no_rows(
    look: Look, tmp_path: Path, form: str
) -> None:
    def colour(made: Any) -> None:
        made.active.cell(FIRST[form] + 1, 1).fill = PatternFill("solid", fgColor="DDEEFF")

    def down(body: bytes) -> bytes:
        rows = (f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(20, 10_020))
        return body.replace(b"</sheetData>", "".join(rows).encode() + b"</sheetData>")

    path = repacked(book(tmp_path / "a.xlsx", form, more=colour), {SHEET: down})
    assert taken(look(form, path)) == ""


@pytest.mark.parametrize("none", ["无", "/", "——", "-", "暂无"])
def test_none_is_no_text_where_nothing_need_be_filled_in(
    look: Look, tmp_path: Path, none: str
) -> None:
    person = look(CONTACTS, book(tmp_path / "a.xlsx", CONTACTS, row(CONTACTS, 手机=none, 止=none)))
    assert taken(person) == ""
    assert (person.added[0].new.phone, person.added[0].new.valid_to) == ("", None)
    column = look(
        COLUMNS, book(tmp_path / "b.xlsx", COLUMNS, row(COLUMNS, 协同单位=none, 栏目网址=none))
    )
    assert "没有网址的栏目 1 个" in taken(column)
    cells = row(SURVEY, **{"网址/二维码": none, "负责人": none})
    account = look(SURVEY, book(tmp_path / "c.xlsx", SURVEY, cells))
    assert taken(account) == ""
    assert (account.added[0].row.link, len(account.added[0].row.contacts)) == ("", 1)


def test_none_is_an_answer_where_a_form_asks_and_a_fault_where_something_must_stand(
    look: Look, tmp_path: Path
) -> None:
    cells = row(SURVEY, 是否建立信息审核机制="无")
    found = look(SURVEY, book(tmp_path / "a.xlsx", SURVEY, cells))
    assert found.added[0].row.review is False
    nameless = look(CONTACTS, book(tmp_path / "b.xlsx", CONTACTS, row(CONTACTS, 姓名="/")))
    assert [f.line for f in nameless.faults] == ["通讯录!C2：没有写姓名"]


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("样例区教育局", "jyj"),
        ("区教育局", "jyj"),
        ("样例市样例区教育局", "jyj"),
        ("教 育 局", "jyj"),
        ("工业和信息化局", "gxj"),
        ("区工信局", "gxj"),
        ("盖山镇政府", "gsz"),
        ("盖山镇人民政府", "gsz"),
        ("样例区盖山镇人民政府", "gsz"),
    ],
)
def test_a_unit_is_known_by_every_form_that_counting_understands(
    look: Look, tmp_path: Path, written: str, unit: str
) -> None:
    found = look(CONTACTS, book(tmp_path / "a.xlsx", CONTACTS, row(CONTACTS, 单位=written)))
    assert [one.unit for one in found.added] == [unit], [f.line for f in found.faults]
    column = look(COLUMNS, book(tmp_path / "b.xlsx", COLUMNS, row(COLUMNS, 责任单位=written)))
    if " " not in written:  # a blank parts two units there
        assert [one.new.units for one in column.added] == [(unit,)]


@pytest.mark.parametrize(
    "phone", [13800000000, 13800000000.0, "1.38000000000E+10", "138-0000-0000"]
)
def test_a_phone_is_a_phone_as_number_too(look: Look, tmp_path: Path, phone: object) -> None:
    found = look(CONTACTS, book(tmp_path / "a.xlsx", CONTACTS, row(CONTACTS, 手机=phone)))
    assert taken(found) == ""
    assert found.added[0].new.phone == "13800000000"


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_of_many_rows_speaks_for_them_where_the_form_lets_it(
    look: Look, tmp_path: Path, form: str
) -> None:
    shared = {CONTACTS: 1, COLUMNS: 2, SURVEY: 4}[form]
    second = row(form, **{NAME[form]: "李四"})
    if form == COLUMNS:
        second = row(form, 栏目名称="教育动态", 栏目网址="http://www.example.org/jydt/")
    second[shared - 1] = None

    def merge(made: Any) -> None:
        at, letter = FIRST[form], "ABCD"[shared - 1]
        made.active.merge_cells(f"{letter}{at}:{letter}{at + 1}")

    path = book(tmp_path / "a.xlsx", form, ROWS[form], second, more=merge)
    assert taken(look(form, path), 2) == ""


@pytest.mark.parametrize("form", FORMS)
def test_every_refused_cell_is_named_with_what_is_allowed_and_nothing_is_taken(
    sqlite_store: Store, tmp_path: Path, form: str
) -> None:
    wrong = {
        CONTACTS: row(CONTACTS, 角色="秘书", 手机="138", 起="去年"),
        COLUMNS: row(COLUMNS, 栏目名称="旧闻", 类别="新闻类", 栏目网址="见首页"),
        SURVEY: row(SURVEY, 账号名称=None, 是否建立信息审核机制="在建", 联系人="张三 138"),
    }[form]
    fill(sqlite_store)
    with sqlite_store.reader.connect() as connection:
        found = proposed(connection, form, book(tmp_path / "a.xlsx", form, ROWS[form], wrong))
    at = FIRST[form] + 1
    cells = {CONTACTS: "BDF", COLUMNS: "EH", SURVEY: "CFG"}[form]
    assert {f.cell for f in found.faults} == {f"{form}!{letter}{at}" for letter in cells}
    told = " ".join(f.sentence for f in found.faults)
    allowed = {
        CONTACTS: "角色只填：联系人、负责人",
        COLUMNS: "类别只填：",
        SURVEY: "只填“是”或“否”",
    }
    assert allowed[form] in told


def test_a_wide_merged_cell_hides_what_stands_in_which_field(look: Look, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", CONTACTS, more=lambda made: made.active.merge_cells("D2:E2"))
    (fault,) = look(CONTACTS, path).faults
    assert fault.line == "通讯录!D2：合并了“手机”“邮箱”几栏，请取消合并后分别填写"


@pytest.mark.parametrize("form", FORMS)
def test_a_web_page_that_bears_the_name_of_a_workbook_is_refused(
    look: Look, tmp_path: Path, form: str
) -> None:
    for name in ("a.xlsx", "a.xls", "a.csv"):
        (tmp_path / name).write_bytes("<html><table><tr><td>单位</td></tr></table>".encode("gbk"))
        with pytest.raises(BadWorkbook, match=f"{name}：不是 Excel 工作簿"):
            look(form, tmp_path / name)
