"""``gengxin bulletin`` and ``gengxin attribution`` from the outside: a small district, a quarter,
real files."""

from __future__ import annotations

import getpass
import json
import shutil
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import docx
import pytest
import yaml

from crawler.clock import parse_moment
from crawler.config import load_yaml
from crawler.system.shipped import shipped
from monitor import __main__ as command
from monitor.bulletin.printed.check import check_file
from monitor.office import enter_catalogue, open_office
from tests.support.empty_store import lay_migrated_store
from tests.support.judging_store import post, visit
from tests.support.quarter import SEED

AT = "2020-07-20T09:00"
LOOK = parse_moment("2020-07-19T02:00")
UNITS = {
    "dhz": ("东河镇", "样例县东河镇人民政府", "镇街", (12, 11, 10)),
    "xlz": ("西岭镇", "样例县西岭镇人民政府", "镇街", (3, 4, 12)),
    "jyj": ("教育局", "样例县教育局", "区直部门", (30, 31, 28)),
    "fgj": ("房管局", "样例县房产管理局", "区直部门", (6, 5, 6)),
}
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A district whose columns, each of one unit, were all read to the end on the day before; the
    office vouched for them."""
    path = tmp_path / "config.yaml"
    units = [
        {"id": id_, "short": short, "full": full, "group": group, "quota": 10}
        for id_, (short, full, group, _counts) in UNITS.items()
    ]
    columns = [
        {
            "id": f"c-{id_}",
            "name": f"{unit[0]}动态",
            "url": f"http://portal.example.org/{id_}/",
            "units": [id_],
            "only": id_,
        }
        for id_, unit in UNITS.items()
    ]
    settings = {
        "store": "sqlite:///store.db",
        "crawler": {"contact": "office@example.org", "backfill_from": date(2020, 1, 1)},
        "monitor": {
            "rules": load_yaml(shipped("config.yaml"))["monitor"]["rules"],
            "bulletin": {"place": "样例县", "office": "样例县人民政府办公室"},
            "reports": ["sheet", "word"],
        },
        "catalogue": {
            "units": units,
            "sites": [{"id": "p", "name": "门户", "home": "http://portal.example.org/"}],
            "columns": columns,
            "whole": {"reason": "逐个单位核对", "by": "测试", "day": "2020-01-01"},
        },
    }
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    lay_migrated_store(path.parent / "store.db")
    with open_office(path) as office:
        enter_catalogue(office, LOOK - timedelta(days=200))
        with office.engine.begin() as connection:
            for id_, (short, _full, _group, counts) in UNITS.items():
                for month, count in enumerate(counts, 4):
                    for n in range(count):
                        origin = f"县{short}" if n else ("房管所" if id_ == "fgj" else short)
                        post(
                            connection,
                            f"c-{id_}",
                            f"http://portal.example.org/{id_}/{month}-{n}.htm",
                            date(2020, month, 1 + n % 28),
                            LOOK,
                            title=f"样例{id_}{month}{n}",
                            origin=origin,
                        )
                for moment in (LOOK, LOOK + timedelta(days=1)):
                    visit(connection, f"c-{id_}", moment, date(2020, 6, 28))
    return path


@pytest.fixture
def run(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command line on that district: its exit code and everything it said."""

    def said(*words: str) -> tuple[int, str]:
        moment = () if {"commend", "errors"} & {*words} else ("--as-of", AT)
        place = () if words[:2] == ("bulletin", "check") else ("--config", str(config), *moment)
        monkeypatch.chdir(config.parent)
        monkeypatch.setattr(sys, "argv", ["gengxin", *words, *place])
        code = command.main()
        out = capsys.readouterr()
        return code, out.out + out.err

    return said


def test_a_period_is_printed_with_the_names_that_the_rules_choose(run: Run, config: Path) -> None:
    code, said = run("bulletin", "2020Q2")
    assert code == 0, said
    assert "西岭镇：4月-7 5月-6" in said
    assert "房管局：4月-4 5月-5 6月-4" in said, (
        "what it surely lacks: the post signed 房管所 may be its own"
    )
    folder = config.parent / "通报"
    assert {file.name for file in folder.iterdir()} == {
        f"通报-2020Q2{s}" for s in (".json", ".xlsx", ".docx")
    }
    assert check_file(folder / "通报-2020Q2.docx") == check_file(folder / "通报-2020Q2.xlsx") == ()
    assert "3条信息的来源待人工认定" in said


def test_options_may_stand_before_the_period(run: Run) -> None:
    code, said = run("bulletin", "--out", "x", "2020-06")
    assert code == 0, said
    assert "2020年6月" in said


def test_one_decision_about_an_origin_holds_for_counts_rules_and_bulletin(
    run: Run, config: Path
) -> None:
    code, said = run("attribution", "--month", "2020-06")
    assert code == 0
    assert "房管所　1 条" in said
    code, said = run(
        "attribution",
        "--month",
        "2020-06",
        "--decide",
        "房管所=房管局",
        "--why",
        "下属单位",
        "--by",
        "值班员",
    )
    assert code == 0
    assert "看到的信息里没有待认定的来源" in said
    assert "房管局 6条：来源为单位名称 5；人工认定 1" in said
    assert "房管局：4月-4 5月-5 6月-4" in run("bulletin", "2020Q2")[1]
    assert "房管局" in run("status")[1]


def test_a_number_that_may_be_more_is_said_so_with_the_reason(run: Run, config: Path) -> None:
    settings = load_yaml(config)
    del settings["catalogue"]["whole"]
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    with open_office(config) as office:
        enter_catalogue(office, LOOK)
    _, said = run("attribution", "--month", "2020-06")
    assert "2020年6月：共不少于56条" in said
    assert "没有看全：尚未确认各单位的发布栏目已全部纳入台账" in said
    assert "西岭镇 不少于12条" in said
    _, answer = run("attribution", "--month", "2020-06", "--json")
    (row,) = (one for one in json.loads(answer)["units"] if one["unit"] == "xlz")
    assert (row["posts"], row["seen"], row["at_most"]) == ("不少于12", 12, None)
    assert row["gaps"] == ["尚未确认该单位的发布栏目已全部纳入台账"]
    _, none = run("attribution", "--month", "2019-06")
    assert "2019年6月：共未作判定" in none
    assert "没有待认定的来源" not in none


def test_an_origin_can_be_decided_to_be_nobodys(run: Run) -> None:
    _, said = run("attribution", "--month", "2020-06", "--decide", "房管所=none")
    assert "人工认定不归属任何单位 1" in said
    assert "看到的信息里没有待认定的来源" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("attribution", "--decide", "房管所"), "来源=单位"),
        (("attribution", "--decide", "房管所=水利局"), "没有这个单位"),
        (("bulletin", "2020Q9"), "2020Q2"),
        (("bulletin", "2020Q2", "--group", "乡镇"), "可用：镇街、区直部门"),
        (("bulletin", "2020Q2", "--check", "2020-07-20..2020-07-01"), "before the first"),
        (("bulletin", "2020Q2", "--freeze", "--draft"), "不能"),
        (("bulletin", "strike", "2020Q2", "多次", "教育局", "--reason", "样例"), "不在名单"),
        (("bulletin", "add", "2020Q2", "较好", "水利局", "--reason", "样例"), "附件中没有这个单位"),
        (("bulletin", "correct", "2020Q2", "--subject", "x", "--text", "y"), "没有封存过"),
        (("bulletin", "errors", "2020Q2", "--received", "1", "--done", "2"), "不能大于"),
        (("bulletin", "check", "没有.txt"), "打不开"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(run: Run, words: tuple[str, ...], told: str) -> None:
    code, said = run(*words)
    assert code == 2
    assert told in said
    assert len(said.strip().splitlines()) == 1


def test_the_clerk_strikes_and_adds_with_reasons_that_stay(run: Run, config: Path) -> None:
    assert (
        run(
            "bulletin",
            "strike",
            "2020Q2",
            "多次",
            "西岭镇",
            "--reason",
            "机构调整",
            "--by",
            "办公室",
        )[0]
        == 0
    )
    assert run("bulletin", "add", "2020Q2", "较好", "东河镇", "--reason", "报送及时")[0] == 0
    assert run("bulletin", "commend", "2020Q2", "教育局", "--reason", "信息质量较高")[0] == 0
    assert (
        run("bulletin", "errors", "2020Q2", "--received", "6", "--done", "6", "--late", "1")[0] == 0
    )
    code, _ = run("bulletin", "2020Q2")
    assert code == 0
    data = json.loads((config.parent / "通报" / "通报-2020Q2.json").read_text(encoding="utf-8"))
    assert data["figures"]["several"]["镇街"] == []
    assert data["figures"]["good"]["镇街"] == ["东河镇"]
    assert [(e["name"], e["reason"], e["by"]) for e in data["edits"]] == [
        ("西岭镇", "机构调整", "办公室"),
        ("东河镇", "报送及时", getpass.getuser()),
    ]
    text = "\n".join(
        p.text for p in docx.Document(str(config.parent / "通报" / "通报-2020Q2.docx")).paragraphs
    )
    assert "转来留言6条，办结6条，其中超过1个月办结1条" in text
    assert "教育局：信息质量较高。予以表扬。" in text


def test_an_edit_that_no_longer_fits_stops_the_print_and_names_its_file(
    run: Run, config: Path
) -> None:
    folder = config.parent / "bulletins"
    folder.mkdir()
    edits = {"edits": [{"list": "several", "name": "教育局", "action": "strike", "reason": "样例"}]}
    file = folder / "2020Q2.entries.yaml"
    file.write_text(yaml.safe_dump(edits), encoding="utf-8")
    code, said = run("bulletin", "2020Q2")
    assert (code, "改动没有生效" in said) == (0, True), "a file is no truth, and that is told"
    shutil.rmtree(config.parent / "通报")
    assert run("entries", "import", str(file))[0] == 0
    code, said = run("bulletin", "2020Q2")
    assert code == 5
    assert "2020Q2.entries.yaml" in said
    assert not (config.parent / "通报").exists()
    code, said = run("bulletin", "2020Q2", "--force")
    assert code == 0
    paper = docx.Document(str(config.parent / "通报" / "通报-2020Q2.docx"))
    assert "强制" in paper.core_properties.comments


def test_a_frozen_bulletin_stays_as_it_was_and_its_errata_stand_beside_it(
    run: Run, config: Path
) -> None:
    code, said = run(
        "bulletin",
        "2020Q2",
        "--printed",
        "2020-07-20",
        "--check",
        "2020-07-13..2020-07-20",
        "--freeze",
    )
    assert code == 0
    assert "已封存" in said
    folder = config.parent / "通报"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    run("attribution", "--month", "2020-06", "--decide", "房管所=房管局")
    assert (
        run(
            "bulletin",
            "correct",
            "2020Q2",
            "--subject",
            "房管局",
            "--text",
            "应为缺4、5、4条",
            "--by",
            "办公室",
        )[0]
        == 0
    )
    code, said = run("bulletin", "2020Q2")
    assert code == 0
    assert "按封存数据重印" in said
    assert "更正：房管局：应为缺4、5、4条" in said
    assert (folder / "通报-2020Q2.json").read_bytes() == before["通报-2020Q2.json"]
    assert "应为缺4、5、4条" in (folder / "通报-2020Q2-更正.txt").read_text(encoding="utf-8")
    assert "房管局：4月-4 5月-5 6月-4" in run("bulletin", "2020Q2", "--draft", "--out", "新")[1]


def test_a_changed_archive_is_refused(run: Run, config: Path) -> None:
    run("bulletin", "2020Q2", "--freeze")
    (kept,) = (config.parent / "bulletins").glob("*.json")
    kept.write_text(kept.read_text(encoding="utf-8").replace("教育局", "体育局"), encoding="utf-8")
    code, said = run("bulletin", "2020Q2")
    assert code == 2
    assert "改动" in said


def test_a_bulletin_of_one_group_names_nobody_else_and_its_sums_hold(
    run: Run, config: Path
) -> None:
    code, said = run("bulletin", "2020Q2", "--group", "镇街")
    assert code == 0, said
    path = config.parent / "通报" / "通报-2020Q2-镇街.json"
    found = json.loads(path.read_text(encoding="utf-8"))["figures"]
    assert list(found["groups"]) == ["镇街"]
    assert found["listed"] == 52
    assert found["posts"] == sum(sum(counts) for *_ignored, counts in UNITS.values())
    assert check_file(config.parent / "通报" / "通报-2020Q2-镇街.docx") == ()


def test_the_seeds_text_has_its_defects_and_an_exit_code_for_them(run: Run) -> None:
    path = SEED / "bulletin-2020Q2.txt"
    if not path.is_file():
        pytest.skip("the seed's text is not beside the checkout: its defects are NOT checked")
    code, said = run("bulletin", "check", str(path))
    assert code == 5
    assert "读到附件表格 2 个、单位 36 行，正文总数 3038 条；发现 4 处错误，1 处提示" in said
    code, said = run("bulletin", "check", str(path), "--json")
    assert len(json.loads(said)["faults"]) == 5


def test_a_faultless_text_passes(run: Run, tmp_path: Path) -> None:
    text = "县政府门户网站共发布信息22条。\n附件1 乡镇信息更新情况\n名称\t4月\t5月\t完成情况\n东河镇\t10\t12\t完成\n"
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    code, said = run("bulletin", "check", str(tmp_path / "b.txt"))
    assert (code, "没有发现矛盾" in said) == (0, True)
