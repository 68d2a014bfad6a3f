"""附件4 comes in: the printed form, whatever Excel and people made of it; bad workbooks change
nothing."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import select

from crawler.model import AccountState
from crawler.reading.homes import home_of
from crawler.register.account_import import AccountProposal, apply, propose, registered
from crawler.register.books.bounds import OLE
from crawler.register.books.opening import opened
from crawler.register.books.units import units_in
from crawler.register.survey import read_survey
from crawler.register.survey_rows import Survey
from crawler.store.tables import AccountRow, OutletRow
from monitor.__main__ import attach, cli
from monitor.office import enter_catalogue, open_office
from monitor.sheets.survey import HEAD_4, write_annex3, write_annex4

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
PHONE = "13800001234"
ROW = (
    "1",
    "微信公众号",
    "样例工信",
    "工信局办公室",
    "",
    "是",
    f"张三 {PHONE}",
    "李四、13900005678",
)


def form(
    path: Path,
    *rows: tuple[Any, ...],
    unit: str = "工信局",
    more: Callable[[Any], None] | None = None,
) -> Path:
    """A filled 附件4 as the bulletin prints it: the export's own empty form, with rows written into
    it."""
    write_annex4(path, unit)
    book = openpyxl.load_workbook(path)
    for at, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            book.active.cell(at, column).value = value or None
    if more is not None:
        more(book)
    book.save(path)
    return path


def survey(path: Path) -> Survey:
    return read_survey(opened(path, 2000))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    units = [
        {
            "id": "gxj",
            "short": "工信局",
            "full": "样例市样例区工业和信息化局",
            "group": "区直部门",
            "aliases": ["工业和信息化局"],
        },
        {"id": "sfj", "short": "司法局", "full": "样例市样例区司法局", "group": "区直部门"},
    ]
    data = {
        "store": f"sqlite:///{tmp_path}/store.db",
        "crawler": {"contact": "office@example.org"},
        "monitor": {"rules": {"column_blank": {"valid_from": "2019-04-01", "clause": "x"}}},
        "catalogue": {
            "units": units,
            "sites": [{"id": "s", "name": "门户", "home": "http://portal.example.org/"}],
            "accounts": [
                {"id": "zh-01", "name": "样例司法", "platform": "other", "units": ["sfj"]}
            ],
        },
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    attach()
    return CliRunner().invoke(cli, [str(one) for one in arguments], standalone_mode=False)


def contents(config: Path) -> list[Any]:
    with open_office(config) as office, office.reader.connect() as connection:
        rows = [*connection.execute(select(OutletRow.__table__).order_by(OutletRow.id))]
        return [
            *rows,
            *connection.execute(select(AccountRow.__table__).order_by(AccountRow.outlet_id)),
        ]


def test_the_printed_form_is_read_field_by_field(tmp_path: Path) -> None:
    found = survey(form(tmp_path / "a.xlsx", ROW))
    assert (found.faults, found.forms) == ((), 1)
    row = found.rows[0]
    assert (row.cell, row.unit, row.platform, row.name) == (
        "附件4!C5",
        "工信局",
        "wechat",
        "样例工信",
    )
    assert (row.body, row.review) == ("工信局办公室", True)
    assert [(c.role.value, c.name, c.phone) for c in row.contacts] == [
        ("contact", "张三", PHONE),
        ("leader", "李四", "13900005678"),
    ]


def test_an_empty_form_is_a_form_without_rows(tmp_path: Path) -> None:
    found = survey(form(tmp_path / "a.xlsx"))
    assert (found.rows, found.faults, found.forms) == ((), (), 1)


def test_several_accounts_and_several_sheets_are_read(tmp_path: Path) -> None:
    def second(book: Any) -> None:
        sheet = book.copy_worksheet(book.active)
        sheet.title = "司法局"
        sheet.cell(3, 1).value = "单位名称（盖章）：司法局"
        book.create_sheet("说明").cell(1, 1).value = "填表说明"

    rows = (
        ROW,
        ("2", "新浪微博", "样例工信微博", "", "https://weibo.com/u/5900000001", "否", "", ""),
    )
    found = survey(form(tmp_path / "a.xlsx", *rows, more=second))
    assert [row.cell for row in found.rows] == ["附件4!C5", "附件4!C6", "司法局!C5", "司法局!C6"]
    assert found.rows[1].handle == {"uid": "5900000001"}
    assert found.ignored == ("说明",)


def test_a_phone_that_excel_turned_into_a_float_is_read(tmp_path: Path) -> None:
    def split(book: Any) -> None:
        sheet = book.active
        sheet.unmerge_cells("F3:H3")
        sheet.insert_cols(8)
        sheet.merge_cells("G4:H4")
        sheet["G5"], sheet["H5"], sheet["I5"] = "张三", 13800001234.0, "李四 13900005678"

    row = survey(form(tmp_path / "a.xlsx", ROW, more=split)).rows[0]
    assert [(c.name, c.phone) for c in row.contacts] == [("张三", PHONE), ("李四", "13900005678")]


def test_merged_cells_give_their_value_to_every_row_they_cover(tmp_path: Path) -> None:
    def merge(book: Any) -> None:
        for column in "DFGH":
            book.active.merge_cells(f"{column}5:{column}6")

    second = ("2", "新浪微博", "样例工信微博", "", "", "", "", "")
    rows = survey(form(tmp_path / "a.xlsx", ROW, second, more=merge)).rows
    assert [(row.name, row.body, row.review, len(row.contacts)) for row in rows] == [
        ("样例工信", "工信局办公室", True, 2),
        ("样例工信微博", "工信局办公室", True, 2),
    ]


def test_a_row_merged_across_fields_is_refused_with_its_cell(tmp_path: Path) -> None:
    found = survey(
        form(tmp_path / "a.xlsx", ROW, more=lambda book: book.active.merge_cells("C5:D5"))
    )
    assert [fault.cell for fault in found.faults] == ["附件4!C5"]
    assert found.rows == ()


@pytest.mark.parametrize(
    ("column", "value", "cell", "words"),
    [
        (2, "", "附件4!B5", "平台类型"),
        (3, "", "附件4!C5", "账号名称"),
        (6, "正在建", "附件4!F5", "只填“是”或“否”"),
        (7, "张三 1380000", "附件4!G5", "完整的电话号码"),
        (8, "李四 1.39E+10", "附件4!H5", "完整的电话号码"),
        (5, "https://weibo.com/u/5900000001", "附件4!E5", "与平台类型不符"),
        (4, "=A1", "附件4!D5", "公式"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cell(
    tmp_path: Path, column: int, value: str, cell: str, words: str
) -> None:
    row = (*ROW[: column - 1], value, *ROW[column:])
    found = survey(form(tmp_path / "a.xlsx", row, ROW))
    assert [fault.cell for fault in found.faults] == [cell]
    assert words in found.faults[0].sentence
    assert "1380000" not in found.faults[0].sentence


def test_a_formula_that_only_counts_the_rows_does_no_harm(tmp_path: Path) -> None:
    assert survey(form(tmp_path / "a.xlsx", ("=ROW()-4", *ROW[1:]))).faults == ()


@pytest.mark.parametrize(
    ("printed", "platform"),
    [
        ("微信公众号", "wechat"), ("新浪微博", "weibo"), ("今日头条", "toutiao"), ("抖音", "douyin"),
        ("人民日报客户端", "rmh"), ("视频号", "channels"), ("APP", "app"), ("Ａpp", "app"), ("学习强国", "other"),
    ],
)  # fmt: skip
def test_platforms_keep_the_printed_word(tmp_path: Path, printed: str, platform: str) -> None:
    row = survey(form(tmp_path / "a.xlsx", ("1", printed, *ROW[2:]))).rows[0]
    assert (row.platform, row.printed) == (platform, printed)


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        ("https://weibo.com/u/5900000001?from=x", {"uid": "5900000001"}),
        ("http://m.weibo.cn/profile/5900000001", {"uid": "5900000001"}),
        ("https://weibo.com/5900000001", {"uid": "5900000001"}),
        ("https://weibo.com/samplegov", {"nick": "samplegov"}),
        ("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=Mzk5MDAwMDAwNA==#x", {"biz": "Mzk5MDAwMDAwNA=="}),
        ("http://weixin.qq.com/r/abcDEF123456", {"qr": "abcDEF123456"}),
        ("https://mp.weixin.qq.com/s?__biz=Mzk5MDAwMDAwNA==&mid=1", None),
        ("https://weibo.com/5900000001/KzAbCdEfG", None),
        ("https://weibo.com/login.php", None),
        ("https://weibo.com/share", None),
        ("https://service.weibo.com/share/share.php?url=x", None),
        ("https://example.org/u/5900000001", None),
        ("https://[broken", None),
    ],
)  # fmt: skip
def test_an_address_tells_whose_home_it_is_and_an_article_tells_nothing(
    url: str, handle: Any
) -> None:
    home = home_of(url)
    assert (home.handle if home else None) == handle


def proposal(config: Path, path: Path, *, write: bool = False) -> AccountProposal:
    with open_office(config) as office:
        enter_catalogue(office, NOW)
        with office.engine.begin() as connection:
            found = propose(connection, survey(path), NOW, units_in(connection))
            if write:
                apply(connection, found, NOW, "proof")
            return found


def test_an_import_shows_its_diff_writes_on_request_and_survives_the_night(
    tmp_path: Path, config: Path
) -> None:
    path = form(tmp_path / "a.xlsx", ROW, unit="样例区工信局")
    preview = run("accounts", "import", path, "--config", config)
    assert (
        preview.return_value,
        "新增 附件4!C5：工信局 微信公众号“样例工信”" in preview.output,
    ) == (0, True)
    assert "加 --apply 写入" in preview.output
    assert len(contents(config)) == 2  # zh-01 and its card, as config.yaml says
    assert run("accounts", "import", path, "--apply", "--config", config).return_value == 0
    with open_office(config) as office:
        assert enter_catalogue(office, NOW).retired == ()
        with office.reader.connect() as connection:
            found = {one.outlet.name: one for one in registered(connection, NOW)}
    imported = found["样例工信"]
    assert (imported.units, imported.kept_in, imported.state) == (
        ("gxj",),
        "workbook",
        AccountState.REGISTERED,
    )
    again = run("accounts", "import", path, "--config", config)
    assert "新增 0 个，变更 0 个，不变 1 个" in again.output


def test_a_form_fills_what_config_yaml_leaves_open_and_is_then_unchanged(
    tmp_path: Path, config: Path
) -> None:
    row = ("1", "新浪微博", "样例司法", "", "https://weibo.com/u/5900000002", "是", "", "")
    path = form(tmp_path / "a.xlsx", row, unit="司法局")
    found = proposal(config, path, write=True)
    assert [(c.id, c.new) for c in found.changes] == [("zh-01", False)]
    assert ("平台类型", "其他", "新浪微博") in found.changes[0].fields
    assert [c.same for c in proposal(config, path).changes] == [True]


def test_phones_are_shown_to_nobody_who_did_not_ask(tmp_path: Path, config: Path) -> None:
    path = form(tmp_path / "a.xlsx", ROW)
    shown = [run("accounts", "import", path, "--apply", "--config", config).output]
    changed = form(tmp_path / "b.xlsx", (*ROW[:6], "张三 13800009999", ROW[7]))
    shown.append(run("accounts", "import", changed, "--config", config).output)
    shown.append(run("accounts", "list", "--config", config).output)
    shown.append(run("accounts", "list", "--json", "--config", config).output)
    assert all(PHONE not in text and "13800009999" not in text for text in shown)
    assert "138****9999" in shown[1]
    assert PHONE in run("accounts", "list", "--phones", "--json", "--config", config).output
    out = tmp_path / "out"
    assert run("accounts", "export", "--out", out, "--config", config).return_value == 0
    assert all(PHONE.encode() not in part for part in _parts(out / "附件3.xlsx"))


def _parts(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_one_bad_row_and_nothing_is_written(tmp_path: Path, config: Path) -> None:
    path = form(tmp_path / "a.xlsx", ROW, ("2", "微信公众号", "", "", "", "", "", ""))
    before = contents(config)
    result = run("accounts", "import", path, "--apply", "--config", config)
    assert (result.return_value, "附件4!C6" in result.output) == (2, True)
    assert len([row for row in contents(config) if "样例工信" in str(row)]) == 0
    assert before == []


def test_an_unknown_unit_is_refused_with_its_cell_and_a_hint(tmp_path: Path, config: Path) -> None:
    found = proposal(config, form(tmp_path / "a.xlsx", ROW, unit="工信委"))
    assert [fault.cell for fault in found.faults] == ["附件4!A3"]
    assert "最接近的是“工信局”" in found.faults[0].sentence


def test_the_same_account_twice_is_refused_and_two_on_one_platform_are_named(
    tmp_path: Path, config: Path
) -> None:
    twice = proposal(config, form(tmp_path / "a.xlsx", ROW, ROW))
    assert [fault.line for fault in twice.faults] == [
        "附件4!C6：与 附件4!C5 是同一个账号，同一账号只填一行"
    ]
    other = (*ROW[:2], "样例工信二", *ROW[3:])
    named = proposal(config, form(tmp_path / "b.xlsx", ROW, other))
    assert named.faults == ()
    assert named.twice == ("工信局（工信局办公室）在微信公众号有 2 个账号：样例工信、样例工信二",)


def test_an_account_of_another_unit_and_a_closed_one_are_refused(
    tmp_path: Path, config: Path
) -> None:
    row = ("1", "新浪微博", "样例微博", "", "https://weibo.com/u/5900000003", "", "", "")
    proposal(config, form(tmp_path / "a.xlsx", row), write=True)
    stolen = proposal(config, form(tmp_path / "b.xlsx", row, unit="司法局"))
    assert "别的单位名下" in stolen.faults[0].sentence
    closed = run(
        "accounts", "state", "wb-5900000003", "closed", "--since", "2026-11-01", "--config", config
    )
    assert closed.return_value == 0
    assert "已注销" in proposal(config, form(tmp_path / "c.xlsx", row)).faults[0].sentence


def test_accounts_that_the_form_leaves_out_stay_and_are_named(tmp_path: Path, config: Path) -> None:
    proposal(config, form(tmp_path / "a.xlsx", ROW), write=True)
    other = ("1", "抖音", "样例工信抖音", *ROW[3:])
    assert [
        one.split("（")[0] for one in proposal(config, form(tmp_path / "b.xlsx", other)).absent
    ] == ["工信局 微信公众号“样例工信”"]


def test_the_exported_annexes_are_as_printed(tmp_path: Path) -> None:
    write_annex3(tmp_path / "3.xlsx", [("工信局", "=1+1"), ("司法局", "样例司法")])
    sheet = openpyxl.load_workbook(tmp_path / "3.xlsx").active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert rows == [
        ["序号", "维护单位", "政务新媒体名称"],
        [1, "工信局", "=1+1"],
        [2, "司法局", "样例司法"],
    ]
    assert sheet["C4"].data_type == "s"
    write_annex4(tmp_path / "4.xlsx")
    blank = openpyxl.load_workbook(tmp_path / "4.xlsx").active
    assert tuple(cell.value for cell in blank[4]) == HEAD_4


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return path


def _with_part(path: Path, name: str, body: bytes) -> Path:
    form(path, ROW)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return path


def _rows(path: Path, count: int) -> Path:
    def many(book: Any) -> None:
        sheet = book.active
        sheet.cell(count, 1).value = " "

    return form(path, ROW, more=many)


def _doctype(path: Path) -> Path:
    form(path, ROW)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    lol = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    parts["xl/worksheets/sheet1.xml"] = lol + parts["xl/worksheets/sheet1.xml"].partition(b"?>")[2]
    return _zip(path, parts)


def _styled_rows(path: Path) -> Path:
    """What Excel writes when somebody fills a colour down to row 100,000."""
    form(path, ROW)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = b"".join(
        b'<row r="%d">%s</row>'
        % (n, b"".join(b'<c r="%c%d" s="1"/>' % (65 + c, n) for c in range(8)))
        for n in range(30, 100_030)
    )
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", rows + b"</sheetData>")
    return _zip(path, parts)


def _wrong(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "部门"])
    book.save(path)
    return path


def _merged(path: Path) -> Path:
    def everywhere(book: Any) -> None:
        sheet = book.active
        for span in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(span))
        sheet.merge_cells("A1:H30")

    return form(path, ROW, more=everywhere)


def _write(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "password": (lambda p: _write(p / "a.xlsx", OLE + b"\0" * 5000), "密码"),
    "old": (lambda p: _write(p / "a.xls", OLE + b"\0" * 5000), "旧版"),
    "macro name": (lambda p: _write(p / "a.xlsm", form(p / "x.xlsx", ROW).read_bytes()), "带宏"),
    "macro inside": (lambda p: _with_part(p / "a.xlsx", "xl/vbaProject.bin", b"x"), "带宏"),
    "no workbook": (lambda p: _write(p / "a.xlsx", b"hello"), "不是 Excel 工作簿"),
    "another zip": (lambda p: _zip(p / "a.xlsx", {"word/document.xml": b"<x/>"}), "不是 Excel 工作簿"),
    "empty file": (lambda p: _write(p / "a.xlsx", b""), "不是 Excel 工作簿"),
    "nothing there": (lambda p: p / "none.xlsx", "打不开"),
    "folder": (lambda p: p, "打不开"),
    "bomb": (lambda p: _with_part(p / "a.xlsx", "xl/big.xml", b"0" * 50_000_000), "解压后过大"),
    "sheet bomb": (lambda p: _with_part(p / "a.xlsx", "xl/worksheets/s.xml", b"0" * 90_000_000), "解压后过大"),
    "entities": (lambda p: _doctype(p / "a.xlsx"), "外来标记"),
    "far row": (lambda p: _rows(p / "a.xlsx", 100_000), "超过 2000 行"),
    "empty rows": (lambda p: _styled_rows(p / "a.xlsx"), "超过 2000 行"),
    "wrong sheet": (lambda p: _wrong(p / "a.xlsx"), "没有一张工作表是附件4"),
    "merged everywhere": (lambda p: _merged(p / "a.xlsx"), "没有一张工作表是附件4"),
    "broken": (lambda p: _zip(p / "a.xlsx", {"xl/workbook.xml": b"<x", "[Content_Types].xml": b"<x"}), "已损坏"),
    "nothing filled in": (lambda p: form(p / "a.xlsx"), "没有填写任何账号"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_workbook_is_refused_in_one_sentence_and_changes_nothing(
    name: str, tmp_path: Path, config: Path
) -> None:
    make, words = BAD[name]
    path = make(tmp_path)
    started = time.process_time()
    tracemalloc.start()
    result = run("accounts", "import", path, "--apply", "--config", config)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    said = str(result.exception)
    assert words in said
    assert "\n" not in said
    assert not (tmp_path / "store.db").exists()  # the store was not even opened
    assert peak < 80_000_000
    assert time.process_time() - started < 20


def test_a_sheet_that_claims_a_million_columns_costs_nothing(tmp_path: Path) -> None:
    form(tmp_path / "x.xlsx", ROW)
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"<sheetData", b'<dimension ref="A1:XFD1048576"/><sheetData'
    )
    assert len(survey(_zip(tmp_path / "a.xlsx", parts)).rows) == 1
