"""The catalogue's page: workbooks in, seen before they are entered and bound to what was seen; and
out again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl import Workbook, load_workbook
from sqlalchemy import update

from crawler.store.tables import OutletRow, UnitRow
from monitor.access.roles import Role
from monitor.findings.standing import StandingRow
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.sheets.survey import HEAD_4
from tests.support.web_helpers import PORTAL, Browser, ClientFor, rows

Web = tuple[ClientFor, Office]
HEAD = ["编号", "一级栏目", "栏目名称", "类别", "责任单位", "协同单位", "栏目网址", "更新要求"]
NEW = ["ghjh", "政务公开", "规划计划", "其他", "教育局", "卫健局", f"{PORTAL}/ghjh/", ""]
OTHER = ["rsxx", "政务公开", "人事信息", "其他", "城管局", "", f"{PORTAL}/rsxx/", ""]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book(*lines: Sequence[Any], head: Sequence[Any] = HEAD, sheet: str = "栏目维护分工表") -> bytes:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    page.append(list(head))
    for line in lines:
        page.append(list(line))
    out = BytesIO()
    made.save(out)
    made.close()
    return out.getvalue()


def upload(browser: Browser, data: bytes, kind: str = "columns", name: str = "分工表.xlsx") -> str:
    """The address that the upload leads to."""
    files = {"file": (name, data, XLSX)}
    answer = browser.post(
        "/catalogue/upload", data={"csrf": browser.csrf, "kind": kind}, files=files
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of the form that enters what is shown."""
    form = re.search(r'action="/catalogue/apply">(.*?)</form>', text, re.S)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))
    return {name: unescape(value) for name, value in fields.items()}


def columns_of(office: Office) -> dict[str, Any]:
    return {r.id: r for r in rows(office, OutletRow) if r.kind == "column"}


def kept_files(office: Office) -> list[Path]:
    return sorted((office.settings.folder / "uploads").glob("*"))


def enter(browser: Browser, data: bytes, **more: str) -> Any:
    shown = form_of(browser.get(upload(browser, data)).text)
    return browser.submit("/catalogue/apply", {**shown, **more})


def test_only_who_keeps_the_catalogue_may_see_and_change_it(office_web: Web) -> None:
    client_for, office = office_web
    for role in (Role.LEADER, Role.INSPECTOR, Role.AUDITOR, Role.UNIT):
        browser = client_for(role)
        assert browser.get("/catalogue").status_code == 403
        assert browser.get("/catalogue/columns.xlsx").status_code == 403
        assert browser.submit("/catalogue/apply", {"file": "a" * 64}).status_code == 403
    assert client_for(None).get("/catalogue").status_code == 303
    browser = client_for(Role.OFFICE)
    assert (
        browser.post("/catalogue/upload", data={"kind": "columns", "csrf": "x"}).status_code == 403
    )
    assert kept_files(office) == []


def test_the_page_counts_what_there_is_and_says_how_to_discover_more(office_web: Web) -> None:
    text = office_web[0](Role.OFFICE).get("/catalogue").text
    assert "<b>6</b>栏目" in text
    assert "<b>4</b>单位" in text
    assert f"gengxin discover {PORTAL}/" in text
    assert "contacts.xlsx" not in text


def test_an_upload_shows_every_change_and_writes_nothing(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    before = rows(office, OutletRow)
    address = upload(browser, book(NEW, OTHER), name="../../etc/分工表<b>.xlsx")
    page = browser.get(address)
    assert page.status_code == 200
    assert "新增 2，变更 0，停用 0，不变 0" in page.text
    assert "栏目维护分工表!C2" in page.text
    assert "教育局、卫健局" in page.text
    assert "<b>.xlsx" not in page.text
    assert rows(office, OutletRow) == before
    (file,) = kept_files(office)
    assert re.fullmatch(r"[0-9a-f]{64}\.xlsx", file.name)
    assert file.stat().st_mode & 0o077 == 0


def test_what_was_shown_is_entered_whole_on_the_record_and_the_file_is_dropped(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    answer = enter(browser, book(NEW, OTHER))
    assert answer.status_code == 303
    assert {"ghjh", "rsxx"} <= set(columns_of(office))
    links = [r for r in rows(office, AuditRow) if r.what == "column"]
    assert [(r.who, r.subject) for r in links] == [
        ("样例经办人", "outlet:ghjh"),
        ("样例经办人", "outlet:rsxx"),
    ]
    assert json.loads(links[0].data)["proof"].startswith("分工表.xlsx ")
    assert kept_files(office) == []
    assert "规划计划" in browser.get("/columns?unit=wjj").text
    assert "outlet:ghjh" in browser.get("/catalogue").text


def test_the_same_workbook_again_is_said_to_change_nothing(office_web: Web) -> None:
    browser = office_web[0](Role.OFFICE)
    enter(browser, book(NEW))
    text = browser.get(upload(browser, book(NEW))).text
    assert "与台账完全一致" in text
    assert "/catalogue/apply" not in text


def test_changes_are_shown_from_what_to_what_and_retiring_asks_again(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    enter(browser, book(NEW, OTHER))
    moved = [*NEW]
    moved[4], moved[5] = "城管局", ""
    page = browser.get(upload(browser, book(moved)))
    assert "责任单位：<del>教育局、卫健局</del> → <ins>城管局</ins>" in page.text
    assert "确认停用下列 1 项" in page.text
    refused = browser.submit("/catalogue/apply", form_of(page.text))
    assert (refused.status_code, "请勾选确认" in refused.text) == (409, True)
    assert columns_of(office)["rsxx"].retired_at is None
    assert (
        browser.submit("/catalogue/apply", {**form_of(page.text), "sure": "1"}).status_code == 303
    )
    assert columns_of(office)["rsxx"].retired_at is not None
    assert [r.outlet_id for r in rows(office, StandingRow) if r.outlet_id in ("ghjh", "rsxx")] == [
        "ghjh"
    ]


def test_a_catalogue_that_changed_since_it_was_shown_is_shown_again_not_overwritten(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    enter(browser, book(NEW))
    moved = [*NEW]
    moved[2] = "规划和计划"
    shown = form_of(browser.get(upload(browser, book(moved))).text)
    with office.engine.begin() as c:
        c.execute(update(OutletRow).where(OutletRow.id == "ghjh").values(cls="policy"))
    answer = browser.submit("/catalogue/apply", shown)
    assert answer.status_code == 409
    assert "台账有了变化" in answer.text
    assert "类别：<del>政策文件</del>" in answer.text
    assert columns_of(office)["ghjh"].name == "规划计划"
    again = form_of(answer.text)
    assert again["token"] != shown["token"]
    assert browser.submit("/catalogue/apply", again).status_code == 303
    assert columns_of(office)["ghjh"].name == "规划和计划"


def test_another_file_under_the_shown_token_is_refused(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    shown = form_of(browser.get(upload(browser, book(NEW))).text)
    other = form_of(browser.get(upload(browser, book(OTHER))).text)
    answer = browser.submit("/catalogue/apply", {**other, "token": shown["token"]})
    assert answer.status_code == 409
    assert set(columns_of(office)) & {"ghjh", "rsxx"} == set()


@pytest.mark.parametrize("file", ["../../config", "a" * 64, "", "A" * 64])
def test_a_file_that_is_not_there_is_a_sentence(office_web: Web, file: str) -> None:
    browser = office_web[0](Role.OFFICE)
    answer = browser.submit(
        "/catalogue/apply", {"kind": "columns", "file": file, "name": "x", "token": "x"}
    )
    assert (answer.status_code, "请重新上传" in answer.text) == (422, True)
    assert browser.get(f"/catalogue/diff?kind=columns&file={file}").status_code == 422


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a workbook", "不是PDF"),
        (b"%PDF-1.7 a printed page", "不是 Excel 工作簿"),
        (b"PK\x03\x04broken", "文件不完整"),
    ],
)
def test_what_is_no_workbook_never_lies_in_our_folder(
    office_web: Web, data: bytes, said: str
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    files = {"file": ("分工表.xlsx", data, XLSX)}
    answer = browser.post(
        "/catalogue/upload", data={"csrf": browser.csrf, "kind": "columns"}, files=files
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert kept_files(office) == []
    nothing = browser.submit("/catalogue/upload", {"kind": "columns"})
    assert (nothing.status_code, "请选择" in nothing.text) == (422, True)


def test_faults_are_listed_with_their_cells_and_nothing_can_be_entered(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    bad = [*OTHER]
    bad[4] = "成管局"
    text = browser.get(address := upload(browser, book(NEW, bad))).text
    assert "栏目维护分工表!E3" in text
    assert "最接近的是“城管局”" in text
    assert "/catalogue/apply" not in text
    file = re.search(r"file=([0-9a-f]{64})", address)
    assert file is not None
    answer = browser.submit(
        "/catalogue/apply", {"kind": "columns", "file": file[1], "name": "x", "token": "x"}
    )
    assert answer.status_code == 409
    assert "ghjh" not in columns_of(office)


def test_a_workbook_of_another_kind_is_refused_with_the_name_that_was_uploaded(
    office_web: Web,
) -> None:
    browser = office_web[0](Role.OFFICE)
    for kind in ("accounts", "contacts", "columns"):
        answer = browser.get(
            upload(browser, book(["x"], head=["别的"], sheet="别的"), kind, "别的表.xlsx")
        )
        assert answer.status_code == 422
        assert "别的表.xlsx：" in answer.text
    answer = browser.get(upload(browser, book(NEW), "nonsense"))
    assert (answer.status_code, "只能导入" in answer.text) == (422, True)


def test_a_survey_form_enters_accounts(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    made = Workbook()
    page = made.active
    assert page is not None
    page.append(["单位名称（盖章）：城管局"])
    page.append(list(HEAD_4))
    page.append(
        [
            1,
            "微信公众号",
            "仓山城管",
            "城管局办公室",
            "",
            "是",
            "王五 13800001234",
            "赵六 13900001234",
        ]
    )
    out = BytesIO()
    made.save(out)
    shown = browser.get(upload(browser, out.getvalue(), "accounts", "附件4.xlsx"))
    assert "新增 1" in shown.text
    assert "13800001234" not in shown.text
    assert browser.submit("/catalogue/apply", form_of(shown.text)).status_code == 303
    (account,) = [r for r in rows(office, OutletRow) if r.name == "仓山城管"]
    assert (account.kept_in, account.platform) == ("workbook", "wechat")
    assert "仓山城管" in browser.get("/accounts").text


def test_a_list_of_contacts_is_entered_and_only_the_administrator_takes_it_out(
    office_web: Web,
) -> None:
    client_for, _ = office_web
    browser = client_for(Role.OFFICE)
    head = ["单位", "角色", "姓名", "手机", "邮箱", "起", "止"]
    data = book(
        ["城管局", "联系人", "王五", "13800001234", "cgj@example.org", None, None],
        head=head,
        sheet="通讯录",
    )
    shown = browser.get(upload(browser, data, "contacts", "通讯录.xlsx"))
    assert "138****1234" in shown.text
    assert "13800001234" not in shown.text
    assert browser.submit("/catalogue/apply", form_of(shown.text)).status_code == 303
    assert browser.get("/catalogue/contacts.xlsx").status_code == 403
    found = client_for(Role.ADMINISTRATOR).get("/catalogue/contacts.xlsx")
    cells = [
        c.value
        for row in load_workbook(BytesIO(found.content)).worksheets[0].iter_rows()
        for c in row
    ]
    assert "13800001234" in cells


def test_the_columns_come_out_and_go_in_as_no_change(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    enter(browser, book(NEW, OTHER))
    found = browser.get("/catalogue/columns.xlsx")
    assert found.headers["content-disposition"] == 'attachment; filename="columns-2020-07-20.xlsx"'
    text = browser.get(upload(browser, found.content)).text
    assert "新增 0，变更 0，停用 0，不变 8" in text
    for kind in ("annex3", "annex4"):
        assert browser.get(f"/catalogue/{kind}.xlsx").status_code == 200
    assert browser.get("/catalogue/passwd.xlsx").status_code == 404
    assert len(rows(office, UnitRow)) == 4


def test_only_the_newest_uploads_are_kept(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    for n in range(22):
        upload(browser, book([f"x{n}", *NEW[1:]]))
    assert len(kept_files(office)) == 20


def test_a_csv_and_an_old_xls_are_taken_for_what_they_are(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    text = "\r\n".join(",".join(line) for line in (HEAD, NEW))
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("栏目维护分工表")
    for at, line in enumerate((HEAD, NEW, OTHER)):
        for column, cell in enumerate(line):
            sheet.write(at, column, cell)
    out = BytesIO()
    made.save(out)
    for name, data, id in (
        ("a.csv", text.encode("gbk"), "ghjh"),
        ("b.xls", out.getvalue(), "rsxx"),
    ):
        shown = browser.get(upload(browser, data, name=name))
        assert "新增 1，变更 0，停用 0" in shown.text
        assert browser.submit("/catalogue/apply", form_of(shown.text)).status_code == 303
        assert id in columns_of(office)
    assert kept_files(office) == []
