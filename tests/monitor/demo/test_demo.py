"""The main job on the sample district: the printed quarter's numbers, the true shortfalls, nobody
else accused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crawler.clock import Clock, clock
from monitor.bulletin.compile import figures
from monitor.commands.demo import demo_lines
from monitor.demo import defect_files as files
from monitor.demo.district import load_district
from monitor.demo.province import EACH, SEARCH
from monitor.demo.run import MARKER, Demonstration, show, stage
from monitor.demo.server import Sample
from monitor.model import Value, exactly
from monitor.night import jobs
from monitor.office import Office
from tests.conftest import SHARED

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Ran:
    """The sample after its first night, still served."""

    shown: Demonstration
    sample: Sample
    office: Office
    clock: Clock
    folder: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("demo")
    district = load_district()
    now = clock(district.as_of)
    with stage(district, now, folder) as (sample, office):
        yield Ran(show(district, office, now, sample=sample), sample, office, now, folder)


def seed(name: str) -> list[dict[str, str]]:
    path = SHARED / "seed" / name
    if not path.exists():
        pytest.skip(f"LOUD: {path} is not there; the printed annexes are not compared")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_run_agrees_with_the_districts_own_truth(ran: Ran) -> None:
    assert ran.shown.wrong == ()
    assert not ran.shown.night.failed


@pytest.mark.parametrize(
    ("name", "group"),
    [("annex1-towns-and-streets.csv", "镇街"), ("annex2-departments.csv", "区直部门")],
)
def test_the_annexes_equal_the_printed_ones_number_for_number(
    ran: Ran, name: str, group: str
) -> None:
    printed = {
        row["unit"]: tuple(exactly(int(row[month])) for month in ("2020-04", "2020-05", "2020-06"))
        for row in seed(name)
    }
    found = next(g for g in ran.shown.printed.bulletin.groups if g.name == group)
    assert {row.short: row.counts for row in found.rows} == printed


def test_the_totals_reconcile_with_the_headline(ran: Ran) -> None:
    found = figures(ran.shown.printed.bulletin)
    assert found["groups"] == {
        "镇街": {"units": 13, "posts": 684},
        "区直部门": {"units": 23, "posts": 1309},
    }
    assert (found["listed"], found["unattributed"], found["posts"]) == (1993, 1045, 3038)
    assert found["documents"] == 200
    assert set(found["no_documents"]) == {"审计局", "盖山镇", "东升街道", "工信局"}


def test_the_bulletin_counts_the_districts_own_outlets_as_checked(ran: Ran) -> None:
    coverage = ran.shown.printed.bulletin.coverage
    assert (coverage.outlets, coverage.looked) == (79, 79)


def test_the_shortfalls_are_the_true_ones(ran: Ran) -> None:
    assert figures(ran.shown.printed.bulletin)["shortfalls"] == {
        "螺洲镇": "4月-6 5月-8 6月-8",
        "工信局": "4月-1 5月-7 6月-2",
        "审计局": "4月-10 5月-10 6月-10",
        "房管局": "4月-4 5月-5 6月-4",
        "市场监管局": "5月-3 6月-7",
    }


def test_where_the_printed_bulletin_errs_is_said_in_one_line_each(ran: Ran) -> None:
    assert ran.shown.differences == (
        "螺洲镇：月份印为1月、2月、3月，不在统计期内，应为“4月-6 5月-8 6月-8”",
        "房管局：漏印4月（缺4条），应为“4月-4 5月-5 6月-4”",
        "市场监管局：印为“完成”，实际12/7/3，应为“5月-3 6月-7”",
        "每个月均未达到要求的单位：正文漏列房管局",
        "多次未达到要求的单位：正文漏列市场监管局",
        "正文称共发布信息3,038条，附件所列单位合计1,993条，差1,045条未说明：属未归属信息（区政府办、媒体、上级等）",
    )


def test_the_blamed_columns_are_stale_with_their_joint_units(ran: Ran) -> None:
    blamed = {row.name: row.units for row in ran.shown.printed.bulletin.columns}
    assert blamed.pop("住房保障") == ("土储中心", "房管局", "建设局")
    assert blamed.pop("项目质量安全监督信息") == ("建设局", "应急管理局", "审计局")
    assert blamed.pop("卫生和食品安全药品安全") == ("卫健局", "市场监管局")
    assert blamed.pop("脱贫攻坚") == ("民政局", "农业农村局")
    assert blamed.pop("就业创业") == ("人社局",)
    assert (blamed.pop("社会组织"), blamed.pop("慈善组织")) == (("民政局",), ("民政局",))
    assert len(blamed) == 3
    assert set(blamed.values()) == {("盖山镇",)}


def test_nobody_else_is_accused(ran: Ran) -> None:
    said = ran.shown.night.judgement.verdicts
    # What goes to the office (distance to veto, who published no document) accuses nobody.
    accused = {(v.subject, v.period) for v in said if v.value.accuses and not v.ours}
    outlets = {subject for subject, period in accused if not period}
    assert len(outlets) == 11
    assert len([1 for subject, period in accused if period]) == 14
    assert "outlet:csys" in outlets
    # The account that nobody registered is ours to decide about; nothing else is unknown.
    unknown = {v.rule for v in said if v.value is Value.UNKNOWN}
    assert unknown == {"account_unregistered"}


def test_the_office_is_told_the_distance_to_veto_and_who_published_no_document(ran: Ran) -> None:
    said = ran.shown.night.judgement.verdicts
    veto = next(v for v in said if v.rule == "site_veto_columns")
    assert (veto.value, veto.numbers["dated"], veto.numbers["due"], veto.numbers["blank"]) == (
        Value.DUE_SOON,
        0,
        8,
        0,
    )
    none = {v.name for v in said if v.rule == "disclosure_zero" and v.value is Value.STALE}
    assert none == {"审计局", "盖山镇", "东升街道", "工信局"}
    assert not any(v.units for v in said if v.rule in ("site_veto_columns", "disclosure_zero"))


def test_the_unregistered_account_is_not_in_the_registers_count(ran: Ran) -> None:
    found = figures(ran.shown.printed.bulletin)
    assert found["accounts"] == 11
    assert found["idle"] == ["仓山营商"]


def test_every_answerable_unit_got_one_letter_and_nobody_else(ran: Ran) -> None:
    letters = [
        message_from_bytes(kept.content, policy=policy.default)
        for kept in ran.sample.mailbox.messages
    ]
    to = sorted(str(letter["To"].addresses[0].addr_spec) for letter in letters)
    units = {unit.id: unit for unit in ran.office.settings.catalogue.units}
    accused = {
        unit
        for v in ran.shown.night.judgement.verdicts
        if v.value.accuses and not v.ours
        for unit in v.units
    }
    expected = {units[unit].emails[0] for unit in accused}
    assert set(to) - {"office@example.org"} == expected
    assert len(to) == len(set(to))
    for letter in letters:
        kinds = {part.get_content_type() for part in letter.walk()}
        assert {"text/plain", "text/html"} <= kinds


def test_the_workbook_holds_the_annexes(ran: Ran) -> None:
    path = next(file for _, file in ran.shown.files if file.suffix == ".xlsx")
    book = load_workbook(path, read_only=True, data_only=True)
    cells = {
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell
    }
    book.close()
    assert {"螺洲镇", "4月-6 5月-8 6月-8", "市场监管局", "5月-3 6月-7", "仓山营商"} <= cells


def test_the_figures_are_written_as_json_too(ran: Ran) -> None:
    path = next(file for _, file in ran.shown.files if file.suffix == ".json")
    assert json.loads(path.read_text(encoding="utf-8"))["figures"]["posts"] == 3038


def test_the_summary_speaks_to_a_clerk_and_names_every_file(ran: Ran) -> None:
    text = "\n".join(demo_lines(ran.shown, ran.clock()))
    assert "与样例数据核对：全部一致" in text
    assert "未归属（其他来源）1045 条" in text
    for _, path in ran.shown.files:
        assert path.exists()
        assert str(path) in text


def test_the_planted_content_defects_are_found_and_no_near_miss_is_reported(ran: Ran) -> None:
    text = "\n".join(ran.shown.content)
    assert "植入的9处问题找出9处，6处近似项误报0处" in text
    for word in (
        "布署",
        "[2020]15号",
        "2月30日",
        "附件为零字节",
        "图片损坏",
        "shop.example.com",
        "{{article.editor}}",
    ):
        assert word in text
    number = files.id_number(7)
    assert number not in text
    assert f"{number[:3]}***********{number[-4:]}" in text
    content = ran.shown.printed.bulletin.content
    assert content is not None
    assert (content.faults, sum(count for _, count in content.suspects)) == ((), 9), (
        "suspects accuse nobody"
    )


def test_a_second_night_on_the_same_day_tells_nobody_anything_again(ran: Ran) -> None:
    before = len(ran.sample.mailbox.messages)
    ran.sample.portal.log.clear()
    night = jobs.nightly(ran.office, ran.clock, as_of=ran.clock())
    assert (night.saw.new_posts, night.written.n, len(night.judgement.changes.opened)) == (0, 0, 0)
    assert len(ran.sample.mailbox.messages) == before
    log = ran.sample.portal.log
    statuses, forms = log.statuses(), log.paths()[SEARCH]
    # One request a column, one for robots.txt, one for the home page; and the late columns once
    # more without validators,
    # for a server's "unchanged" alone bears out no accusation. The pages of dynamic columns never
    # change, so that their
    # "unchanged" would say nothing: they are asked whole, and then by their form, late ones too.
    dynamic = range(EACH - 1, len(ran.shown.district.columns), EACH)
    stale = {
        v.subject.removeprefix("outlet:")
        for v in night.judgement.verdicts
        if v.value is Value.STALE
    }
    late = [ran.shown.district.columns[n].id in stale for n in dynamic]
    assert statuses[304] == 68 - len(dynamic)
    assert forms == len(dynamic)
    assert statuses[200] == 3 + 2 * len(dynamic) + 10 - sum(late)
    assert sum(statuses.values()) == statuses[304] + statuses[200]


def test_a_folder_with_other_things_is_left_alone(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "important.docx").write_bytes(b"x")
    with pytest.raises(ValueError, match="别的文件"), stage(load_district(), ran.clock, tmp_path):
        pass
    assert (tmp_path / "important.docx").exists()
    assert not (tmp_path / MARKER).exists()
