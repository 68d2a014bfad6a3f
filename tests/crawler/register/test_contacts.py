"""The 通讯录: read strictly, compared before it is written, entered whole, on the record; letters
follow it by the day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, update

from crawler.model import SHANGHAI, Addressee, ContactRole
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.grid import Formula, Grid
from crawler.register.books.proposal import Outrun
from crawler.register.books.proposal import Proposal as Proposed
from crawler.register.contact_book import HEADS, read_book
from crawler.register.contact_import import ContactChange
from crawler.register.contacts import phone_in
from crawler.register.unit_contacts import UnitContactRow
from crawler.store.tables import UnitRow
from monitor.__main__ import cli
from monitor.commands.contacts import contacts
from monitor.counting.counts import units_of
from monitor.desk.contacts import (
    enter,
    export,
    listing,
    proposed,
    read,
)
from monitor.desk.workbooks import proof_of
from monitor.letters.alerts import write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.record.chain import AuditRow
from monitor.record.check import verify
from monitor.record.tables import LetterRow
from tests.conftest import Store
from tests.support.outbox_store import DAY, NOW, SETTINGS, Fake, deliver, look, rows, seed, states

Proposal = Proposed[ContactChange]
PHONE = "13800001234"
HEAD = list(HEADS)
ZHANG = [
    "建设局",
    "联系人",
    "张三",
    PHONE,
    "zhang@example.org",
    date(2020, 1, 1),
    date(2020, 8, 31),
]
LI = ["建设局", "联系人", "李四", "", "li@example.org", date(2020, 9, 1), None]
WANG = ["建设局", "负责人", "王五", "13900001234", "wang@example.org", None, None]
YJJ = ["应急管理局", "联系人", "赵六", "0591-83812345", "", None, None]


def book(
    path: Path, lines: Sequence[Sequence[Any]], head: Sequence[Any] = HEAD, sheet: str = "通讯录"
) -> Path:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    page.append(list(head))
    for line in lines:
        page.append(list(line))
    made.save(path)
    made.close()
    return path


def proposal(store: Store, path: Path, now: datetime = NOW) -> Proposal:
    with store.reader.connect() as c:
        return proposed(c, read(path), now)


def imported(store: Store, path: Path, now: datetime = NOW) -> Proposal:
    found = proposal(store, path, now)
    with store.engine.begin() as c:
        enter(c, found, now, by="办公室", proof=proof_of(path))
    return found


def written(store: Store, day: date = DAY) -> None:
    """The letters of ``day`` to the catalogue as the store has it."""
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    look(store, moment - timedelta(hours=7))
    with store.engine.begin() as c:
        write_letters(c, Today(day, moment), Mailing(units_of(c, day), SETTINGS))


def test_a_book_is_proposed_then_entered_with_its_days(store: Store, tmp_path: Path) -> None:
    seed(store)
    path = book(tmp_path / "通讯录.xlsx", [ZHANG, LI, WANG, YJJ])
    found = proposal(store, path)
    assert [c.kind for c in found.changes] == ["added"] * 4
    assert rows(store, UnitContactRow) == []
    imported(store, path)
    kept = rows(store, UnitContactRow)
    assert [(r.unit_id, r.role, r.name, r.phone, r.valid_to) for r in kept] == [
        ("jsj", "contact", "张三", PHONE, date(2020, 8, 31)),
        ("jsj", "contact", "李四", "", None),
        ("jsj", "leader", "王五", "13900001234", None),
        ("yjj", "contact", "赵六", "0591-83812345", None),
    ]
    assert kept[0].proof.endswith("通讯录!C2")
    again = proposal(store, path)
    assert [c.kind for c in again.changes] == ["same"] * 4


def test_a_letter_of_a_day_goes_to_that_days_people(store: Store, tmp_path: Path) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(emails=[]))
    imported(store, book(tmp_path / "b.xlsx", [ZHANG, LI, WANG]))
    for day in (DAY, date(2020, 8, 31), date(2020, 9, 3)):
        written(store, day)
        deliver(store, Fake(), datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI))
    to = {row.day: row.recipients for row in rows(store, LetterRow) if row.unit_id == "jsj"}
    assert to[DAY] == ["zhang@example.org"]
    # past the deadline the leader reads it too; 李四 has taken over on 1 September; a mere repeat
    # waits three working days
    assert to[date(2020, 8, 31)] == ["zhang@example.org", "wang@example.org"]
    assert "zhang@example.org" not in to[date(2020, 9, 3)]
    assert "li@example.org" in to[date(2020, 9, 3)]


def test_who_left_the_book_gets_nothing_not_even_a_letter_that_waits(
    store: Store, tmp_path: Path
) -> None:
    """A letter never goes to an address that is not in the catalogue, and the 通讯录 is part of it."""
    seed(store, ("jsj",), ("yjj",))
    with store.engine.begin() as c:
        c.execute(update(UnitRow).values(emails=[]))
    imported(
        store,
        book(
            tmp_path / "a.xlsx",
            [ZHANG, ["应急管理局", "联系人", "赵六", "", "zhao@example.org", None, None]],
        ),
    )
    written(store)
    waiting = {row.unit_id: row.recipients for row in rows(store, LetterRow)}
    assert waiting == {"jsj": ["zhang@example.org"], "yjj": ["zhao@example.org"]}
    imported(store, book(tmp_path / "b.xlsx", [LI]), NOW + timedelta(minutes=1))
    channel = Fake()
    deliver(store, channel)
    assert [letter.to for letter in channel.got] == [("zhao@example.org",)]
    assert not any("zhang@example.org" in letter.to for letter in channel.got)
    assert states(store)["jsj"] == "refused"


def test_a_change_shows_its_fields_and_a_missing_person_ends(store: Store, tmp_path: Path) -> None:
    seed(store)
    imported(store, book(tmp_path / "a.xlsx", [ZHANG, WANG, YJJ]))
    moved = [*ZHANG[:3], "13700009999", *ZHANG[4:]]
    found = imported(store, book(tmp_path / "b.xlsx", [moved]), NOW + timedelta(days=1))
    assert [c.kind for c in found.changes] == ["changed", "ended"]
    assert found.changed[0].fields == (("手机", "138****1234", "137****9999"),)
    assert "停用：建设局 负责人 王五 139****1234" in found.ended[0].line
    with store.reader.connect() as c:
        assert [(line.unit, line.name) for line in listing(c, DAY)] == [
            ("jsj", "张三"),
            ("yjj", "赵六"),
        ]
    # nothing is deleted: the register still knows what it said before
    assert [r.replaced is None for r in rows(store, UnitContactRow)] == [False, False, True, True]


def test_the_same_masked_phone_is_still_seen_to_change(store: Store, tmp_path: Path) -> None:
    seed(store)
    imported(store, book(tmp_path / "a.xlsx", [ZHANG]))
    found = proposal(store, book(tmp_path / "b.xlsx", [[*ZHANG[:3], "13877771234", *ZHANG[4:]]]))
    assert found.changed[0].fields == (("手机", "138****1234", "138****1234（号码有变）"),)


def test_the_book_takes_a_unit_over_from_the_config(store: Store, tmp_path: Path) -> None:
    seed(store)
    own = [{"role": "contact", "email": "config@example.org", "name": "钱七", "phone": PHONE}]
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id.in_(("jsj", "jyj"))).values(contacts=own))
    found = imported(store, book(tmp_path / "a.xlsx", [ZHANG]))
    assert [c.kind for c in found.changes] == ["added", "ended"]
    assert "原登记在config.yaml" in found.ended[0].line
    with store.reader.connect() as c:
        lines = listing(c, DAY)
    assert [(one.unit, one.name, one.kept_in) for one in lines] == [
        ("jsj", "张三", "通讯录"),
        ("jyj", "钱七", "config.yaml"),
    ]


def test_an_exported_book_comes_back_unchanged(store: Store, tmp_path: Path) -> None:
    seed(store)
    imported(store, book(tmp_path / "a.xlsx", [ZHANG, LI, WANG, YJJ]))
    out = tmp_path / "out.xlsx"
    with store.reader.connect() as c:
        assert export(c, out) == 4
    assert [c.kind for c in proposal(store, out).changes] == ["same"] * 4
    sheet = load_workbook(out)["通讯录"]
    assert [cell.value for cell in sheet[2]] == HEAD
    assert sheet["D3"].value == PHONE


def merged(path: Path) -> Path:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = "通讯录"
    page.append(["2020 年通讯录"])
    page.append(HEAD)
    page.append(ZHANG)
    page.append([None, *WANG[1:]])
    page.merge_cells("A3:A4")
    made.save(path)
    made.close()
    return path


def test_a_unit_merged_over_its_people_speaks_for_them_all(store: Store, tmp_path: Path) -> None:
    seed(store)
    found = proposal(store, merged(tmp_path / "m.xlsx"))
    assert [(c.unit, c.new.name if c.new else "") for c in found.changes] == [
        ("jsj", "张三"),
        ("jsj", "王五"),
    ]


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        (["建设局", "联络员", "张三", PHONE, "", None, None], "B2", "角色只填：联系人、负责人"),
        (["建设局", "联系人", "", PHONE, "", None, None], "C2", "没有写姓名"),
        (["建设局", "联系人", f"张三{PHONE}", "", "", None, None], "C2", "姓名里只写姓名"),
        (["建设局", "联系人", "张三", "1380000123", "", None, None], "D2", "不是完整的电话号码"),
        (
            ["建设局", "联系人", "张三", f"{PHONE}、13900001234", "", None, None],
            "D2",
            "不是完整的电话号码",
        ),
        (
            ["建设局", "联系人", "张三", "", "zhang at example.org", None, None],
            "E2",
            "不是邮箱地址",
        ),
        (
            ["建设局", "联系人", "张三", "", "a@example.org\r\nBcc: b@example.org", None, None],
            "E2",
            "不是邮箱地址",
        ),
        (["建设局", "联系人", "张三", "", "", None, None], "E2", "手机和邮箱至少填一项"),
        (["建设局", "联系人", "张三", PHONE, "", "下个月", None], "F2", "不是日期"),
        (["建设局", "联系人", "张三", PHONE, "", 44075, None], "F2", "不是日期"),
        (["建设局", "联系人", "张三", PHONE, "", "2020-02-30", None], "F2", "不是日期"),
        (
            ["建设局", "联系人", "张三", PHONE, "", date(2020, 9, 1), date(2020, 8, 1)],
            "G2",
            "早于起",
        ),
        (["", "联系人", "张三", PHONE, "", None, None], "A2", "没有写单位"),
        (["建设居", "联系人", "张三", PHONE, "", None, None], "A2", "最接近的是“建设局”"),
        (["建设局", "联系人", "=1+1", PHONE, "", None, None], "C2", "是公式"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_cell_and_nothing_is_entered(
    sqlite_store: Store, tmp_path: Path, line: list[Any], cell: str, said: str
) -> None:
    seed(sqlite_store)
    found = proposal(sqlite_store, book(tmp_path / "b.xlsx", [line, YJJ]))
    assert [fault.cell for fault in found.faults] == [f"通讯录!{cell}"]
    assert said in found.faults[0].sentence
    assert PHONE not in found.faults[0].line
    with sqlite_store.engine.begin() as c, pytest.raises(ValueError, match="faults"):
        enter(c, found, NOW, by="办公室", proof="b.xlsx")
    assert rows(sqlite_store, UnitContactRow) == []


def test_the_same_person_twice_is_refused_and_two_terms_are_not(
    sqlite_store: Store, tmp_path: Path
) -> None:
    seed(sqlite_store)
    later = [*ZHANG[:5], date(2021, 1, 1), None]
    assert proposal(sqlite_store, book(tmp_path / "a.xlsx", [ZHANG, later])).faults == ()
    overlapping = [*ZHANG[:5], date(2020, 8, 31), None]
    found = proposal(sqlite_store, book(tmp_path / "b.xlsx", [ZHANG, overlapping]))
    assert [(f.cell, "重叠" in f.sentence) for f in found.faults] == [("通讯录!C3", True)]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ([*HEAD[:5], "起"], "表头缺少“止”"),
        ([*HEAD, "职务"], "表头“职务”不认识"),
        ([*HEAD, "邮箱"], "表头“邮箱”有两栏"),
    ],
)
def test_other_headings_are_refused(
    sqlite_store: Store, tmp_path: Path, head: list[str], said: str
) -> None:
    seed(sqlite_store)
    found = proposal(sqlite_store, book(tmp_path / "b.xlsx", [ZHANG], head))
    assert [said in fault.sentence for fault in found.faults] == [True]


def test_a_workbook_without_the_sheet_or_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadWorkbook, match="没有名为“通讯录”的工作表"):
        read(book(tmp_path / "a.xlsx", [ZHANG], head=["随便"], sheet="Sheet1"))
    with pytest.raises(BadWorkbook, match=r"b.xlsx：.*没有填写任何人"):
        read(book(tmp_path / "b.xlsx", []))
    with pytest.raises(BadWorkbook, match="没有表头"):
        read(book(tmp_path / "c.xlsx", [ZHANG], head=["随便"]))


def test_the_only_sheet_with_the_heading_is_taken_whatever_its_name(tmp_path: Path) -> None:
    found = read(book(tmp_path / "a.xlsx", [ZHANG], sheet="Sheet1"))
    assert [row.cell for row in found.rows] == ["Sheet1!C2"]


def test_notes_name_what_a_clerk_may_have_overlooked(sqlite_store: Store, tmp_path: Path) -> None:
    seed(sqlite_store)
    other = ["审计局", "负责人", "孙八", "", "zhang@example.org", None, None]
    two = ["建设局", "负责人", "周九", PHONE, "", None, None]
    notes = proposal(sqlite_store, book(tmp_path / "b.xlsx", [ZHANG, WANG, two, other])).notes
    assert "建设局：今天有 2 位负责人：王五、周九；换人时请给前任填“止”" in notes
    assert "审计局：今天没有带邮箱的联系人，通知将无处可发" in notes
    assert "zhang@example.org 登记在 2 个单位名下：建设局、审计局" in notes


def test_an_import_outrun_by_another_writes_nothing(store: Store, tmp_path: Path) -> None:
    seed(store)
    imported(store, book(tmp_path / "a.xlsx", [ZHANG]))
    stale = proposal(store, book(tmp_path / "b.xlsx", [LI]))
    imported(store, book(tmp_path / "c.xlsx", [WANG]))
    with pytest.raises(Outrun, match="刚才被别人改过"), store.engine.begin() as c:
        enter(c, stale, NOW, by="办公室", proof="b.xlsx")
    with store.reader.connect() as c:
        assert [line.name for line in listing(c, DAY)] == ["王五"]


def test_an_import_stands_in_the_record_with_before_and_after_but_no_phone(
    store: Store, tmp_path: Path
) -> None:
    seed(store)
    imported(store, book(tmp_path / "a.xlsx", [ZHANG]))
    imported(store, book(tmp_path / "b.xlsx", [LI]))
    with store.reader.connect() as c:
        assert verify(c).broken == ""
        links = c.execute(select(AuditRow.__table__).where(AuditRow.what == "contacts")).all()
    last = json.loads(links[-1].data)
    assert (links[-1].who, links[-1].subject) == ("办公室", "unit:jsj")
    assert last["before"] == ["联系人 张三 138****1234 zhang@example.org 2020-01-01至2020-08-31"]
    assert last["after"] == ["联系人 李四 li@example.org 2020-09-01至"]
    assert PHONE not in "".join(row.data for row in links)


def forged_address(c: Any) -> None:
    c.execute(update(UnitContactRow).values(email="thief@example.org"))


def test_an_address_changed_behind_the_record_is_found(sqlite_store: Store, tmp_path: Path) -> None:
    seed(sqlite_store)
    imported(sqlite_store, book(tmp_path / "a.xlsx", [ZHANG]))
    with sqlite_store.engine.begin() as c:
        forged_address(c)
    with sqlite_store.reader.connect() as c:
        assert "unit_contact 表第1行被改动过" in verify(c).broken


def test_no_repr_and_no_list_shows_a_phone(sqlite_store: Store, tmp_path: Path) -> None:
    seed(sqlite_store)
    path = book(tmp_path / "a.xlsx", [ZHANG])
    found = imported(sqlite_store, path)
    with sqlite_store.reader.connect() as c:
        masked, full = listing(c, DAY), listing(c, DAY, phones=True)
    told = repr((read(path), found, masked, full, Addressee(ContactRole.CONTACT, phone=PHONE)))
    assert PHONE not in told
    assert masked[0].phone == "138****1234"
    assert full[0].phone == PHONE


CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "建设局",
            "联系人",
            "负责人",
            "张三",
            PHONE,
            f"张三 {PHONE}",
            "0591-83812345",
            "a@example.org",
        ]
    ),
    st.dates(),
    st.datetimes(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.just(Formula("=A1")),
)


@given(st.lists(st.lists(CELL, min_size=7, max_size=7), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_a_line_is_whole_or_a_fault_without_the_phone(
    lines: list[list[Any]],
) -> None:
    cells = {(1, column): name for column, name in enumerate(HEAD, 1)}
    cells |= {
        (row, column): v for row, line in enumerate(lines, 2) for column, v in enumerate(line, 1)
    }
    found = read_book((Grid("通讯录", cells, ()),))
    assert len(found.rows) + len({fault.cell[5:] for fault in found.faults}) >= len(lines)
    for row in found.rows:
        assert row.unit
        assert row.person.name
        assert row.person.email or row.person.phone
        assert phone_in(row.person.phone) == row.person.phone or not row.person.phone
    assert PHONE not in "".join(fault.line for fault in found.faults)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    data = {
        "store": f"sqlite:///{tmp_path}/store.db",
        "crawler": {"contact": "office@example.org"},
        "monitor": {"rules": {"column_blank": {"valid_from": "2019-04-01", "clause": "x"}}},
        "catalogue": {
            "units": [
                {"id": "jsj", "short": "建设局", "full": "样例区建设局", "group": "区直部门"}
            ],
            "sites": [{"id": "s", "name": "门户", "home": "http://portal.example.org/"}],
        },
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def gengxin(*words: str | Path) -> Result:
    cli.add_command(contacts)
    return CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


def test_the_command_shows_then_writes_then_lists(config: Path, tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", [ZHANG])
    shown = gengxin("contacts", "import", path, "--config", config)
    assert shown.exception is None, shown.exception
    assert (shown.return_value, "以上只是预览" in shown.output, PHONE in shown.output) == (
        0,
        True,
        False,
    )
    written = gengxin("contacts", "import", path, "--apply", "--by", "办公室", "--config", config)
    assert (written.return_value, "已写入通讯录" in written.output) == (0, True)
    listed = gengxin("contacts", "list", "--config", config).output
    assert ("张三" in listed, "138****1234" in listed, PHONE in listed) == (True, True, False)
    full = gengxin("contacts", "list", "--phones", "--json", "--config", config).output
    assert json.loads(full)[0]["phone"] == PHONE
    wrong = book(tmp_path / "w.xlsx", [["无此局", *ZHANG[1:]]])
    refused = gengxin("contacts", "import", wrong, "--apply", "--config", config)
    assert (refused.return_value, "通讯录!A2" in refused.output, "没有改动" in refused.output) == (
        2,
        True,
        True,
    )
