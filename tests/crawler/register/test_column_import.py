"""The 栏目维护分工表: read strictly, compared before it is written, entered whole, on the record, and out
again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, update

from crawler.discovery.proposals import Findings, ProposedColumn
from crawler.model import ColumnClass, Outcome, Outlet, OutletKind, Purpose, Site, Unit
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.grid import Fault, Grid
from crawler.register.books.proposal import Outrun
from crawler.register.books.proposal import Proposal as Proposed
from crawler.register.catalogue import Catalogue
from crawler.register.column_book import ColumnBook, read_columns
from crawler.register.column_import import ColumnChange, columns_kept
from crawler.register.enter import sync
from crawler.store.tables import DutyRow, OutletRow
from monitor.__main__ import cli
from monitor.commands.columns import columns
from monitor.commands.discovered import ground_of
from monitor.commands.screen import status_lines
from monitor.desk import columns as desk
from monitor.desk.workbooks import proof_of
from monitor.judging.now import judge_now
from monitor.office import open_office
from monitor.record.chain import AuditRow
from monitor.record.check import verify
from monitor.sheets.columns import write_columns
from tests.conftest import Store

Proposal = Proposed[ColumnChange]
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOST = "http://portal.example.org/"
HEAD = [
    "编号",
    "一级栏目",
    "二级栏目",
    "栏目名称",
    "类别",
    "责任单位",
    "协同单位",
    "栏目网址",
    "更新要求",
    "备注",
]
NEWS = ["yw", "政务动态", "要闻", "要闻", "动态要闻", "发改局", "", f"{HOST}yw/", "", ""]
NOTICE = [
    "",
    "政务公开",
    "通知公告",
    "通知公告",
    "通知公告",
    "民政局",
    "发改局、盖山镇",
    f"{HOST}zwgk/tzgg/index.html",
    "",
    "x",
]
OLD = ["", "专题", "旧专题", "旧专题", "其他", "盖山镇", "", "", "不要求更新", ""]


def catalogue() -> Catalogue:
    names = {"fgj": "发改局", "mzj": "民政局", "gsz": "盖山镇"}
    column = Outlet(
        "yw",
        OutletKind.COLUMN,
        "要闻",
        "portal",
        "s",
        ("fgj",),
        url=f"{HOST}yw/",
        cls=ColumnClass.NEWS,
        path="政务动态/要闻",
    )
    account = Outlet("wx", OutletKind.ACCOUNT, "样例发布", "wechat", "s", ("fgj",))
    return Catalogue(
        tuple(Unit(id, short, f"样例市样例区{short}", "区直部门") for id, short in names.items()),
        (Site("s", "样例区政府网", HOST),),
        (column, account),
    )


@pytest.fixture
def kept(sqlite_store: Store) -> Store:
    return filled(sqlite_store)


def filled(store: Store) -> Store:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW - timedelta(days=30))
    return store


def book(
    path: Path,
    *lines: Sequence[Any],
    head: Sequence[Any] = HEAD,
    sheet: str = "分工表",
    merge: str = "",
) -> Path:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    page.append(["样例区政府网站栏目维护分工表"])
    page.append(list(head))
    for line in lines:
        page.append(list(line))
    if merge:
        page.merge_cells(merge)
    made.save(path)
    made.close()
    return path


def proposal(store: Store, path: Path, now: datetime = NOW) -> Proposal:
    with store.reader.connect() as connection:
        return desk.proposed(connection, desk.read(path), now)


def enter(store: Store, path: Path, now: datetime = NOW) -> Proposal:
    found = proposal(store, path, now)
    assert found.faults == ()
    with store.engine.begin() as connection:
        desk.enter(connection, found, now, by="经办人", proof=proof_of(path))
    return found


def columns_of(store: Store) -> Mapping[str, Any]:
    with store.reader.connect() as connection:
        return {one.outlet.id: one for one in columns_kept(connection)}


def faults(store: Store, path: Path) -> list[str]:
    return [fault.line for fault in proposal(store, path).faults]


def test_columns_enter_with_class_units_and_address_and_config_yaml_keeps_its_own(
    store: Store, tmp_path: Path
) -> None:
    filled(store)
    found = enter(store, book(tmp_path / "分工表.xlsx", NEWS, NOTICE, OLD))
    assert [c.kind for c in found.changes] == ["same", "added", "added"]
    known = columns_of(store)
    notice = known["tzgg"]
    assert (notice.outlet.units, notice.outlet.cls) == (("mzj", "fgj", "gsz"), ColumnClass.NOTICE)
    assert (notice.outlet.path, notice.outlet.level, notice.kept_in) == (
        "政务公开/通知公告",
        2,
        "workbook",
    )
    assert known["yw"].kept_in == "config"
    (old,) = (one for one in known.values() if one.outlet.name == "旧专题")
    assert (old.outlet.purpose, old.outlet.url) == (Purpose.STATIC, None)


def test_a_night_s_sync_of_config_yaml_leaves_the_workbook_s_columns_alone(
    kept: Store, tmp_path: Path
) -> None:
    enter(kept, book(tmp_path / "a.xlsx", NEWS, NOTICE))
    with kept.engine.begin() as connection:
        diff = sync(connection, catalogue(), NOW + timedelta(days=1))
    assert (diff.changed, diff.retired) == ((), ())
    assert not columns_of(kept)["tzgg"].retired


def test_the_same_file_twice_changes_nothing(kept: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", NEWS, NOTICE, OLD)
    enter(kept, path)
    again = enter(kept, path, NOW + timedelta(days=1))
    assert {c.kind for c in again.changes} == {"same"}


def test_what_is_exported_imports_as_no_change(kept: Store, tmp_path: Path) -> None:
    risky = ["risky", "专题", "-减负", "+减负", "其他", "", "", "", "", ""]
    enter(kept, book(tmp_path / "a.xlsx", NEWS, NOTICE, OLD, risky))
    with kept.reader.connect() as connection:
        assert desk.export(connection, tmp_path / "out.xlsx") == 4
    found = proposal(kept, tmp_path / "out.xlsx")
    assert found.faults == ()
    assert [c.line for c in found.changes if c.kind != "same"] == []


def test_changes_are_shown_before_and_after_and_duties_keep_their_history(
    kept: Store, tmp_path: Path
) -> None:
    enter(kept, book(tmp_path / "a.xlsx", NEWS, NOTICE))
    moved = [*NOTICE]
    moved[0], moved[5], moved[6], moved[7] = "tzgg", "盖山镇", "", f"{HOST}new/tzgg/"
    found = enter(kept, book(tmp_path / "b.xlsx", NEWS, moved), NOW + timedelta(days=7))
    (change,) = found.changed
    assert ("责任单位", "民政局、发改局、盖山镇", "盖山镇") in change.fields
    assert change.line.startswith("变更 分工表!D4：通知公告（tzgg）：网址 ")
    with kept.reader.connect() as connection:
        duties = connection.execute(
            select(DutyRow.unit_id, DutyRow.since, DutyRow.until)
            .where(DutyRow.outlet_id == "tzgg")
            .order_by(DutyRow.id)
        ).all()
    assert [tuple(row) for row in duties] == [
        ("mzj", date(2026, 11, 23), date(2026, 11, 30)),
        ("fgj", date(2026, 11, 23), date(2026, 11, 30)),
        ("gsz", date(2026, 11, 23), date(2026, 11, 30)),
        ("gsz", date(2026, 11, 30), None),
    ]


def test_a_new_address_starts_the_column_s_memory_afresh(kept: Store, tmp_path: Path) -> None:
    enter(kept, book(tmp_path / "a.xlsx", NEWS, NOTICE))
    with kept.engine.begin() as connection:
        connection.execute(
            update(OutletRow)
            .where(OutletRow.id == "tzgg")
            .values(etag="x", dated=20, family="jcms")
        )
    enter(kept, book(tmp_path / "b.xlsx", NEWS, ["tzgg", *NOTICE[1:7], f"{HOST}new/", "", ""]))
    with kept.reader.connect() as connection:
        row = connection.execute(select(OutletRow).where(OutletRow.id == "tzgg")).one()
    assert (row.etag, row.dated, row.family, row.url) == ("", 0, "", f"{HOST}new/")


def test_what_the_book_no_longer_lists_is_retired_and_comes_back_with_its_history(
    kept: Store, tmp_path: Path
) -> None:
    both = book(tmp_path / "a.xlsx", NEWS, NOTICE)
    enter(kept, both)
    found = enter(kept, book(tmp_path / "b.xlsx", NEWS), NOW + timedelta(days=1))
    assert [c.id for c in found.ended] == ["tzgg"]
    assert columns_of(kept)["tzgg"].retired
    back = enter(kept, both, NOW + timedelta(days=2))
    assert [(c.id, c.kind) for c in back.changes] == [("yw", "same"), ("tzgg", "added")]
    assert "曾停用，现恢复" in back.added[0].line
    assert not columns_of(kept)["tzgg"].retired


def test_columns_of_config_yaml_that_the_book_does_not_list_stay(
    kept: Store, tmp_path: Path
) -> None:
    found = enter(kept, book(tmp_path / "a.xlsx", NOTICE))
    assert found.ended == ()
    assert "登记在 config.yaml、表上没有的栏目 1 个，保持不动" in found.notes
    assert not columns_of(kept)["yw"].retired


def test_a_column_of_config_yaml_is_changed_there_and_not_here(kept: Store, tmp_path: Path) -> None:
    other = [*NEWS]
    other[4] = "其他"
    (line,) = faults(kept, book(tmp_path / "a.xlsx", other))
    assert (
        line
        == "分工表!D3：栏目“要闻”（yw）登记在 config.yaml，要改请在那里改：类别 动态要闻 → 其他"
    )


def test_a_proposal_of_discover_adds_and_retires_nothing(kept: Store, tmp_path: Path) -> None:
    enter(kept, book(tmp_path / "a.xlsx", NEWS, NOTICE))
    head = [
        "是否纳入",
        "一级栏目",
        "栏目名称",
        "类别（建议）",
        "类别依据",
        "责任单位（牵头）",
        "协同单位",
        "栏目网址",
        "建议编号",
    ]
    lines = (
        ["是", "政务公开", "规划计划", "其他", "", "发改局", "", f"{HOST}ghjh/", "ghjh"],
        ["否", "政务公开", "网站地图", "其他", "", "", "", f"{HOST}map/", "map"],
    )
    found = enter(kept, book(tmp_path / "b.xlsx", *lines, head=head))
    assert [(c.id, c.kind) for c in found.changes] == [("ghjh", "added")]
    assert any("填“否”的 1 行" in note for note in found.notes)
    assert not columns_of(kept)["tzgg"].retired


def test_a_path_that_leaves_the_column_s_own_name_out_is_completed_and_stays_the_same(
    kept: Store, tmp_path: Path
) -> None:
    path = book(tmp_path / "a.xlsx", NEWS, [*NOTICE[:2], "", *NOTICE[3:]])
    enter(kept, path)
    known = columns_of(kept)["tzgg"].outlet
    assert (known.path, known.level) == ("政务公开/通知公告", 2)
    assert {c.kind for c in enter(kept, path).changes} == {"same"}


def test_merged_cells_speak_for_their_rows(kept: Store, tmp_path: Path) -> None:
    second = ["", None, "政策文件", "政策文件", "政策文件", "民政局", "", f"{HOST}zcwj/", "", ""]
    enter(kept, book(tmp_path / "a.xlsx", NOTICE, second, merge="B3:B4"))
    assert columns_of(kept)["zcwj"].outlet.path == "政务公开/政策文件"


BAD: Mapping[str, tuple[int, Any, str]] = {
    "an unknown class": (4, "新闻类", "分工表!E3：类别只填：动态要闻、"),
    "an unknown unit": (5, "民证局", "分工表!F3：台账里没有单位“民证局”，最接近的是“民政局”"),
    "no address": (7, "见门户首页", "分工表!H3：不是网址"),
    "a host of nobody": (7, "http://elsewhere.example.org/a/", "分工表!H3：网址的主机 elsewhere.example.org 不在任何站点之内"),
    "this machine": (7, "http://127.0.0.1/x/", "分工表!H3：网址的主机 127.0.0.1 指向本机或内部网络"),
    "a password in the address": (7, "http://u:p@portal.example.org/", "分工表!H3：网址的主机 portal.example.org 不是可以"),
    "a formula": (3, "=HYPERLINK(\"http://x\")", "分工表!D3：是公式，请改成文字"),
    "no name": (3, "", "分工表!D3：没有写栏目名称"),
    "a rhythm of one's own": (8, "每两周", "分工表!I3：只填：按类别、"),
    "an account's id": (0, "wx", "分工表!A3：编号 wx 是一个账号的编号，请另起一个"),
    "an impossible id": (0, "a b/c", "分工表!A3：编号只用"),
    "one unit twice": (6, "民政局", "分工表!F3：同一个单位写了两次"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_one_bad_cell_keeps_the_whole_book_out_and_is_named(
    kept: Store, tmp_path: Path, what: str
) -> None:
    place, value, said = BAD[what]
    line = [*NOTICE]
    line[place] = value
    path = book(tmp_path / "a.xlsx", line, OLD)
    told = faults(kept, path)
    assert [one for one in told if one.startswith(said)] != [], told
    with kept.engine.begin() as connection, pytest.raises(ValueError, match="faults"):
        desk.enter(connection, proposal(kept, path), NOW, by="经办人", proof="x")
    assert set(columns_of(kept)) == {"yw"}


def test_rows_that_mean_one_column_twice_are_named(kept: Store, tmp_path: Path) -> None:
    twin = ["", "政务公开", "公告", "公告", "通知公告", "民政局", "", NOTICE[7], "", ""]
    assert faults(kept, book(tmp_path / "a.xlsx", NOTICE, twin)) == [
        "分工表!D4：与 分工表!D3 的网址相同，同一栏目只填一行"
    ]


def test_two_columns_of_one_address_are_refused_with_both_ids(kept: Store, tmp_path: Path) -> None:
    """http, https and a slash make no second column, whether the other one stands in the book or in
    config.yaml."""
    twin = [
        "gg",
        "政务公开",
        "公告",
        "公告",
        "通知公告",
        "民政局",
        "",
        f"https{NOTICE[7][4:]}/",
        "",
        "",
    ]
    (told,) = faults(kept, book(tmp_path / "a.xlsx", NOTICE, twin))
    assert told.startswith("分工表!H4：与栏目“通知公告”（tzgg）是同一个网址")
    assert "栏目 gg 不能再用" in told
    other = ["yw2", "政务动态", "要闻", "本地要闻", "动态要闻", "发改局", "", f"{HOST}yw", "", ""]
    (told,) = faults(kept, book(tmp_path / "b.xlsx", other))
    assert "要闻”（yw）" in told
    assert "yw2" in told


def test_a_list_that_only_a_script_can_choose_is_refused_unless_a_browser_reads_it(
    kept: Store, tmp_path: Path
) -> None:
    lines = [
        ["", "政务公开", name, name, "通知公告", "民政局", "", f"{HOST}app/#/list/{name}", "", ""]
        for name in ("a", "b")
    ]
    told = faults(kept, book(tmp_path / "a.xlsx", *lines))
    assert [one.partition("：")[0] for one in told] == ["分工表!H3", "分工表!H4"]
    assert "#" in told[0]
    rendered = [[*line[:-1], "浏览器"] for line in lines]
    assert faults(kept, book(tmp_path / "b.xlsx", *rendered, head=[*HEAD[:-1], "读取方式"])) == []


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (["栏目名称", "类别", "栏目网址"], "表头缺少“责任单位”"),
        ([*HEAD[:-1], "分管领导"], "表头“分管领导”不认识"),
        ([*HEAD[:-1], "网址"], "表头“网址”与另一栏重复"),
    ],
)
def test_a_head_that_is_not_ours_is_one_sentence(
    kept: Store, tmp_path: Path, head: list[str], said: str
) -> None:
    (line,) = faults(kept, book(tmp_path / "a.xlsx", NOTICE, head=head))
    assert said in line


def test_a_book_without_the_sheet_is_refused_with_the_sheets_it_has(tmp_path: Path) -> None:
    with pytest.raises(
        BadWorkbook, match=r"a\.xlsx：没有一张工作表是栏目维护分工表（现有：通讯录）"
    ):
        desk.read(book(tmp_path / "a.xlsx", ["x"], head=["单位", "姓名"], sheet="通讯录"))
    (tmp_path / "b.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(BadWorkbook, match=r"b\.xlsx"):
        desk.read(tmp_path / "b.xlsx")


def test_a_catalogue_that_changed_meanwhile_is_not_overwritten(kept: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", NEWS, NOTICE)
    seen = proposal(kept, path)
    enter(kept, path)
    with kept.engine.begin() as connection, pytest.raises(Outrun, match="被别人改过"):
        desk.enter(connection, seen, NOW, by="经办人", proof="x")


def test_the_record_tells_who_changed_what_from_which_file(kept: Store, tmp_path: Path) -> None:
    enter(kept, book(tmp_path / "分工表.xlsx", NEWS, NOTICE))
    with kept.reader.connect() as connection:
        rows = connection.execute(select(AuditRow).where(AuditRow.subject == "outlet:tzgg")).all()
        assert not verify(connection).broken
    (row,) = rows
    said = json.loads(row.data)
    assert (row.who, row.what, said["before"]) == ("经办人", "column", "")
    assert said["proof"].startswith("分工表.xlsx ")
    assert said["after"]["units"] == ["mzj", "fgj", "gsz"]


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 6), st.integers(1, 8)),
        st.one_of(
            st.text(max_size=12),
            st.integers(),
            st.floats(allow_nan=False),
            st.sampled_from([*HEAD, "是", "发改局"]),
        ),
        max_size=30,
    )
)
def test_no_grid_breaks_the_reader(cells: dict[tuple[int, int], Any]) -> None:
    grid = Grid("分工表", cells, ())
    try:
        found = read_columns((grid,))
    except BadWorkbook:
        return
    assert isinstance(found, ColumnBook)
    assert all(
        isinstance(fault, Fault) and fault.cell.startswith("分工表!") for fault in found.faults
    )


def run(config: Path, *words: str) -> Result:
    if "columns" not in cli.commands:
        cli.add_command(columns)
    result = CliRunner().invoke(
        cli, ["columns", *words, "--config", str(config)], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    return result


def config_of(tmp_path: Path) -> Path:
    config = tmp_path / "config.yaml"
    data = {
        "store": f"sqlite:///{tmp_path}/store.db",
        "crawler": {"contact": "office@example.org"},
        "monitor": {"rules": {"column_blank": {"valid_from": "2019-04-01", "clause": "空白栏目"}}},
        "catalogue": {
            "units": [
                {"id": "mzj", "short": "民政局", "full": "样例市样例区民政局", "group": "区直部门"}
            ],
            "sites": [{"id": "s", "name": "样例区政府网", "home": HOST}],
        },
    }
    config.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return config


def test_the_command_previews_then_writes_then_exports(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    path = book(tmp_path / "a.xlsx", [*NOTICE[:6], "", *NOTICE[7:]])
    shown = run(config, "import", str(path))
    assert "新增 1 个，变更 0 个，停用 0 个，不变 0 个" in shown.output
    assert "台账没有改动；加 --apply 写入" in shown.output
    assert "已写入台账" in run(config, "import", str(path), "--apply", "--by", "经办人").output
    assert "新增 0 个，变更 0 个，停用 0 个，不变 1 个" in run(config, "import", str(path)).output
    assert "栏目 1 个" in run(config, "export", "--out", str(tmp_path / "out.xlsx")).output
    bad = run(config, "import", str(book(tmp_path / "c.xlsx", NEWS)), "--apply")
    assert bad.return_value == 2
    assert "不合格 分工表!F3" in bad.output


def test_status_and_discover_know_the_columns_of_the_workbook(tmp_path: Path) -> None:
    """What config.yaml does not name is told, and is not proposed as new."""
    config = config_of(tmp_path)
    path = book(tmp_path / "a.xlsx", [*NOTICE[:6], "", *NOTICE[7:]])
    assert [o.name for o in ground_of(HOST, config, "", False).outlets] == []
    assert "已写入台账" in run(config, "import", str(path), "--apply", "--by", "经办人").output
    (known,) = ground_of(HOST, config, "", False).outlets
    assert (known.name, known.url, known.site) == ("通知公告", NOTICE[7], "s")
    with open_office(config) as office:
        judgement = judge_now(office, datetime.now(UTC), record=False)
        assert "通知公告" in "".join(status_lines(office, judgement))
        assert "民政局" in "".join(status_lines(office, judgement))


def test_the_workbook_that_discover_writes_is_taken_once_a_person_filled_it(
    kept: Store, tmp_path: Path
) -> None:
    one = ProposedColumn(
        "规划计划",
        ("政务公开",),
        f"{HOST}ghjh/",
        ColumnClass.OTHER,
        "规划",
        Outcome.READ,
        "",
        "jcms",
        20,
        20,
        date(2026, 11, 20),
        False,
    )
    other = replace(one, name="网站地图", url=f"{HOST}map/")
    path = tmp_path / "建议.xlsx"
    write_columns(Findings(HOST, (one, other)), path)
    assert any("“是否纳入”没有填" in line for line in faults(kept, path))
    made = load_workbook(path)
    sheet = made.worksheets[0]
    heads = {str(cell.value): cell.column for cell in sheet[2]}
    for row, wanted, unit in ((3, "是", "发改局"), (4, "否", "")):
        sheet.cell(row, heads["是否纳入"], wanted)
        sheet.cell(row, heads["责任单位（牵头）"], unit)
    made.save(path)
    found = enter(kept, path)
    assert [(c.id, c.kind) for c in found.changes] == [("ghjh", "added")]
    assert columns_of(kept)["ghjh"].outlet.units == ("fgj",)


ONLY = [*HEAD, "仅限单位"]


def test_whose_posts_alone_a_column_can_hold_is_entered_kept_and_cleared(
    kept: Store, tmp_path: Path
) -> None:
    own = [*NOTICE]
    own[0], own[4] = "own", "其他"
    enter(kept, book(tmp_path / "a.xlsx", [*NEWS, ""], [*own, "民政局"], head=ONLY))
    assert columns_of(kept)["own"].outlet.only == "mzj"
    with kept.reader.connect() as connection:
        desk.export(connection, tmp_path / "out.xlsx")
    assert {c.kind for c in proposal(kept, tmp_path / "out.xlsx").changes} == {"same"}
    enter(kept, book(tmp_path / "b.xlsx", NEWS, own))
    assert columns_of(kept)["own"].outlet.only == "mzj", (
        "a book without the heading leaves it as it is"
    )
    (change,) = enter(
        kept, book(tmp_path / "c.xlsx", [*NEWS, ""], [*own, "不限"], head=ONLY)
    ).changed
    assert change.fields == (("仅限单位", "民政局", "不限"),)
    assert columns_of(kept)["own"].outlet.only == ""


def test_a_unit_that_is_unknown_or_not_one_is_refused_and_news_of_one_unit_is_asked_about(
    kept: Store, tmp_path: Path
) -> None:
    bad = book(tmp_path / "a.xlsx", [*NOTICE, "气象局"], head=ONLY)
    assert any("气象局" in line and "K3" in line for line in faults(kept, bad))
    two = book(tmp_path / "b.xlsx", [*NOTICE, "民政局、发改局"], head=ONLY)
    assert any("只写一个单位" in line for line in faults(kept, two))
    found = proposal(kept, book(tmp_path / "c.xlsx", [*NOTICE, "民政局"], head=ONLY))
    assert any("填了“仅限单位”的 1 个，请核对" in note for note in found.notes)
