"""Workbooks as offices have them, read as people answered before the program was asked. The files
are others' and stay beside the checkout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from crawler.register.books.bounds import BadWorkbook
from tests.conftest import SHARED, Store
from tests.support.workbooks import CONTACTS, SURVEY, fill, proposed

CASES = SHARED / "cases" / "books"
PHONE = "13800000000"
PLAIN = f"jyj contact 张三 {PHONE} zhang@example.org 2020-01-01"
COLUMN = "教育政策 jyj policy http://www.example.org/jyzc/"
ACCOUNT = f"jyj wechat 样例教育 http://weixin.qq.com/r/abc 张三 {PHONE} 李四 13900000000"
TAKEN: Mapping[str, tuple[str, ...]] = {
    "c01_zero_width_unit": (PLAIN,),
    "c02_zero_width_mail": (PLAIN,),
    "c03_bom_name": (PLAIN,),
    "c04_x000D": (PLAIN,),
    "c09_zhijin": (PLAIN,),
    "c10_float_phone": (PLAIN,),
    "c11_phone_spaces": (PLAIN,),
    "c15_fullwidth_mail": (PLAIN,),
    "c16_upper_mail": (PLAIN.replace("zhang@e", "Zhang@E"),),
    "c18_sheet1": (PLAIN,),
    "c20_hidden_row": (PLAIN,),
    "c22_note_row": (PLAIN,),
    "c23_title_rows": (PLAIN,),
    "c24_merged_unit": (PLAIN, "jyj leader 李四 13900000000 li@example.org"),
    "c26_date1904": (PLAIN,),
    "c27_datetime": (PLAIN,),
    "c30_role_space": (PLAIN,),
    "c31_mail_space": (PLAIN,),
    "c32_mail_cn_dot": (PLAIN,),
    "c35_mailto": (PLAIN,),
    "c36_plus86": (PLAIN,),
    "c37_landline_ext": (PLAIN.replace(PHONE, "0591-83312345-801"),),
    "c38_head_wraps": (PLAIN,),
    "c39_head_alias": (PLAIN,),
    "d02_hidden_row_filter": (COLUMN,),
    "d03_url_zero_width": (COLUMN,),
    "d05_url_as_hyperlink_text": (COLUMN,),
    "d06_url_fullwidth": (COLUMN,),
    "d08_url_ctrl": (COLUMN,),
    "d09_class_note": (COLUMN,),
    "d11_two_units_br": (COLUMN.replace("jyj", "jyj,mzj"),),
    "d13_strike": (COLUMN,),
    "d14_foot": (COLUMN,),
    "d15_subtotal": (COLUMN,),
    "d17_number_name": (COLUMN.replace("教育政策", "12345"),),
    "d19_url_dup_slash": (
        COLUMN,
        COLUMN.replace("教育政策", "教育政策二").replace("jyzc/", "jyzc/index.html"),
    ),
    "e01_plain": (ACCOUNT,),
    "e02_dispimg": (ACCOUNT.replace("http://weixin.qq.com/r/abc ", ""),),
    "e07_zero_width": (ACCOUNT,),
    "e08_contact_float": (ACCOUNT,),
    "e11_platform_space": (ACCOUNT,),
    "e12_platform_weixin_id": (ACCOUNT,),
    "e13_date_serial_unit": (ACCOUNT,),
    "e14_unit_nextcell": (ACCOUNT,),
    "e15_blank_template_rows": (ACCOUNT,),
    "s01_strict": (PLAIN,),
    "s05_formatted_rows": (PLAIN,),
    "w01_dim": (PLAIN.removesuffix(" 2020-01-01"),),
}
"""What is taken of each file: a person, a column or an account a line."""
FAULTY: Mapping[str, tuple[str, str]] = {
    "c05_serial_day": ("F2", "是数字，不是日期"),
    "c06_int_day": ("F2", "不是日期"),
    "c07_dot_day_2digits": ("F2", "不是日期"),
    "c08_month_only": ("F2", "不是日期"),
    "c12_two_phones": ("D2", "一格只写一个"),
    "c13_two_mails": ("E2", "一格只写一个"),
    "c14_named_mail": ("E2", "不是邮箱地址"),
    "c17_extra_column": ("H1", "表头“职务”不认识"),
    "c25_blank_unit_below": ("A3", "没有写单位"),
    "c28_leap": ("G2", "不是日期"),
    "c29_end_before": ("G2", "早于起"),
    "c33_formula_name": ("C2", "是公式"),
    "c34_hyperlink_formula": ("E2", "是公式"),
    "d04_url_hyperlink_formula": ("H2", "是公式，请改成文字：http://www.example.org/jyzc/"),
    "d07_url_no_scheme": ("H2", "应以 http:// 或 https:// 开头"),
    "d10_class_6m": ("E2", "类别只填"),
    "d12_units_and": ("F2", "没有单位“各镇街”"),
    "d18_url_dup_scheme": ("H3", "http、https 和末尾的斜杠不算不同"),
    "d20_url_trailing_dot_host": ("H2", "不在任何站点之内"),
    "d21_url_fragment": ("H2", "服务器看不到"),
    "e04_hyperlink": ("E5", "是公式，请改成文字：https://weibo.com/u/1234567890"),
    "e09_contact_lost": ("G5", "不是完整的电话号码"),
    "e10_platform_slash": ("B5", "平台类型只写一个"),
}
"""The one cell that keeps each file out, and why."""
REFUSED: Mapping[str, str] = {
    "s02_html.xls": "不是 Excel 工作簿",
    "s03_csv": "不是 Excel 工作簿",
    "s04": "旧版 .xls",
    "s06_wide": "最多 40 栏",
}
NOTED: Mapping[str, str] = {
    "c20_hidden_row": "里隐藏的行，没有读：第 3 行“离职王”",
    "c22_note_row": "里的说明，没有读：第 3 行",
    "d02_hidden_row_filter": "里隐藏的行，没有读：第 3 行“已撤栏目”",
    "d13_strike": "里划了删除线的行，没有读：第 3 行“撤”",
    "d14_foot": "里的说明，没有读：第 3 行",
    "d15_subtotal": "里的小计，没有读：第 3 行",
    "e02_dispimg": "没有认出二维码，账号照常登记，网址留空：附件4!E5",
    "e14_unit_nextcell": "按“运营主体”认作教育局",
}
"""What is told of each file beside its rows."""


def answers() -> Mapping[str, str]:
    """The form of each case by its file."""
    if not CASES.is_dir():
        return {}
    lines = (CASES / "answers.jsonl").read_text("utf-8").splitlines()
    return {one["file"]: one["form"] for line in lines if (one := json.loads(line))}


@pytest.fixture(scope="module", autouse=True)
def cases() -> None:
    if not CASES.is_dir():
        pytest.skip(f"the workbooks of offices are not beside the checkout: {CASES}")


def test_every_case_has_its_answer_here() -> None:
    assert {Path(name).stem for name in answers()} == {*TAKEN, *FAULTY, *REFUSED}


def said(form: str, change: object) -> str:
    """A change as one line of plain words, as :data:`TAKEN` has it."""
    one: object = change
    if form == CONTACTS:
        new = one.new  # type: ignore[attr-defined]
        words = [one.unit, new.role.value, new.name, new.phone, new.email, new.valid_from]  # type: ignore[attr-defined]
    elif form == SURVEY:
        row = one.row  # type: ignore[attr-defined]
        people = [word for c in row.contacts for word in (c.name, c.phone)]
        words = [one.unit, row.platform, row.name, row.link, *people]  # type: ignore[attr-defined]
    else:
        new = one.new  # type: ignore[attr-defined]
        words = [new.name, ",".join(new.units), new.cls.value, new.url]
    return " ".join(str(word) for word in words if word)


@pytest.mark.parametrize("file", answers())
def test_an_office_s_workbook_is_read_as_answered(sqlite_store: Store, file: str) -> None:
    fill(sqlite_store)
    name, form = Path(file).stem, answers()[file]
    with sqlite_store.reader.connect() as connection:
        if name in REFUSED:
            with pytest.raises(BadWorkbook, match=REFUSED[name]):
                proposed(connection, form, CASES / file)
            return
        found = proposed(connection, form, CASES / file)
    if name in FAULTY:
        cell, why = FAULTY[name]
        assert [f.cell.partition("!")[2] for f in found.faults] == [cell]
        assert why in found.faults[0].sentence
    else:
        assert found.faults == ()
        assert tuple(said(form, one) for one in found.changes) == TAKEN[name]
    assert NOTED.get(name, "") in " ".join(found.notes)
