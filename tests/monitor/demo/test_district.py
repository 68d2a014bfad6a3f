"""The sample district: its file is read strictly, and its posts are exactly what the bulletin
counts."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from crawler.config import BadConfig, CrawlConfig
from crawler.model import SHANGHAI, ColumnClass
from crawler.register.catalogue import read_catalogue
from monitor.demo.answers import answers, late
from monitor.demo.catalogue import catalogue
from monitor.demo.content import SamplePage, generate
from monitor.demo.district import SAMPLE, District, load_district, quarter_months

SEED = Path(__file__).parents[4] / "shared" / "seed"
QUARTER = ("2020-04", "2020-05", "2020-06")
DAY = date(2020, 7, 20)


@pytest.fixture(scope="module")
def district() -> District:
    return load_district()


@pytest.fixture(scope="module")
def items(district: District) -> tuple[SamplePage, ...]:
    return generate(district)


def month(item: SamplePage) -> str:
    return f"{item.dated.astimezone(SHANGHAI):%Y-%m}"


def in_quarter(items: tuple[SamplePage, ...], *, documents: bool) -> list[SamplePage]:
    return [item for item in items if month(item) in QUARTER and item.document is documents]


def test_every_unit_has_the_monthly_numbers_of_the_annexes(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    files = [SEED / "annex1-towns-and-streets.csv", SEED / "annex2-departments.csv"]
    if not all(file.exists() for file in files):
        pytest.skip(f"the printed annexes are not at {SEED}; nothing to compare with")
    shorts = {unit.id: unit.short for unit in district.units}
    made = Counter((shorts[i.unit], month(i)) for i in in_quarter(items, documents=False) if i.unit)
    rows = [
        row for file in files for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())
    ]
    assert len(rows) == 36
    printed = {(row["unit"], m): int(row[m]) for row in rows for m in QUARTER}
    assert {key: made[key] for key in printed} == printed
    assert set(made) <= set(printed)
    completion = {
        u.short: (district.printed.completion if district.printed else {}).get(u.id, "完成")
        for u in district.units
    }
    assert {row["unit"]: row["completion_as_printed"] for row in rows} == {
        row["unit"]: completion[row["unit"]] for row in rows
    }


def test_the_accounts_are_those_of_annex_3(district: District) -> None:
    file = SEED / "annex3-accounts.csv"
    if not file.exists():
        pytest.skip(f"the printed annex 3 is not at {SEED}; nothing to compare with")
    rows = [
        (r["unit"], r["account"]) for r in csv.DictReader(file.read_text("utf-8-sig").splitlines())
    ]
    registered = [a for a in district.accounts if a.state.value == "registered"]
    assert [(district.unit(a.unit).short, a.name) for a in registered] == rows


def test_the_totals_are_those_of_the_bulletin(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    posts = in_quarter(items, documents=False)
    groups = {unit.id: unit.group for unit in district.units}
    counts = Counter(groups[item.unit] if item.unit else "" for item in posts)
    assert counts == {"镇街": 684, "区直部门": 1309, "": 1045}
    addresses = {(item.home, item.file) for item in posts}
    assert len(addresses) == len(posts) == 3038
    documents = in_quarter(items, documents=True)
    assert len(documents) == 200
    assert not {"审计局", "盖山镇", "东升街道", "工信局"} & {
        district.unit(d.unit or "").short for d in documents
    }


def test_documents_stand_in_the_register_alone(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    assert district.register is not None
    for item in items:
        assert item.document is (item.home == district.register.id)
        assert not (item.document and item.also)


def test_content_is_the_same_every_time(district: District, items: tuple[SamplePage, ...]) -> None:
    assert generate(load_district()) == items
    numbers = [item.number for item in items]
    assert numbers == sorted(set(numbers))
    assert [i.moment for i in items] == sorted(i.moment for i in items)
    assert all(item.title.startswith("【样例】") for item in items)


def test_units_sign_in_many_ways_and_the_catalogue_knows_them_all(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    known = {
        u["id"]: {u["short"], u["full"], *u["aliases"]}
        for u in catalogue(district, "http://x")["units"]
    }
    ways: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.unit:
            assert item.origin in known[item.unit]
            ways[item.unit].add(item.origin)
        else:
            assert not any(item.origin in names for names in known.values())
    assert {"仓山区教育局", "区教育局", "教育局", "福州市仓山区教育局"} <= ways["jyj"]


def test_some_posts_stand_on_two_columns_and_some_units_in_shared_ones(
    items: tuple[SamplePage, ...],
) -> None:
    posts = in_quarter(items, documents=False)
    assert sum(bool(item.also) for item in posts) > 100
    assert all(item.home not in item.also for item in posts)
    assert {"bmdt", "zjdt", "tzgg"} <= {item.home for item in posts if item.unit}
    assert all(
        item.home in {"yw", "mtjj", "tzgg", "zcwj", "zcjd"} for item in posts if not item.unit
    )


def test_some_posts_fall_where_utc_has_another_month(items: tuple[SamplePage, ...]) -> None:
    early = [i for i in items if i.dated.day == 1 and i.dated.hour == 0 and month(i) in QUARTER]
    assert len(early) > 5


def test_every_list_holds_five_posts_and_ends_before_the_horizon(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    held = Counter(id for item in items for id in (item.home, *item.also))
    assert min(held[column.id] for column in district.columns) >= 5
    assert max(item.moment for item in items).date() == district.horizon
    assert min(item.moment for item in items).year <= 2018


def test_only_the_blamed_columns_are_late(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    newest: dict[str, date] = {}
    for item in items:
        for id in (item.home, *item.also):
            newest[id] = max(newest.get(id, date.min), item.dated.date())
    stale = [c for c in district.columns if late(c, newest[c.id], DAY)]
    blamed = [
        (c.name, [district.unit(u).short for u in c.units]) for c in stale if c.units[0] != "gsz"
    ]
    assert blamed == [
        ("项目质量安全监督信息", ["建设局", "应急管理局", "审计局"]),
        ("卫生和食品安全药品安全", ["卫健局", "市场监管局"]),
        ("社会组织", ["民政局"]),
        ("慈善组织", ["民政局"]),
        ("就业创业", ["人社局"]),
        ("脱贫攻坚", ["民政局", "农业农村局"]),
        ("住房保障", ["土储中心", "房管局", "建设局"]),
    ]
    town = [c for c in stale if c.units[0] == "gsz"]
    assert len(town) == 3
    assert all((DAY - newest[c.id]).days > 2 * 365 for c in town), (
        "more than a year past the one allowed"
    )
    assert tuple(c.id for c in stale) == answers(district, "2020Q2", DAY).stale_columns
    assert newest["bm-sjj"] == date(2020, 2, 27)


def test_news_columns_are_never_silent_for_more_than_a_few_days(
    district: District, items: tuple[SamplePage, ...]
) -> None:
    for column in (c for c in district.columns if c.cls is ColumnClass.NEWS):
        days = sorted(
            {
                i.dated.date()
                for i in items
                if column.id in (i.home, *i.also) and i.dated.date() >= date(2020, 4, 1)
            }
        )
        gaps = [(b - a).days for a, b in pairwise(days)]
        assert max(gaps) <= 4, column.name
        assert (DAY - days[-1]).days <= 3, column.name


def test_the_answers_are_the_true_shortfalls(district: District) -> None:
    found = answers(district, "2020Q2", DAY)
    assert found.by_group == {"区直部门": 1309, "镇街": 684}
    assert (found.attributed, found.unattributed, found.total) == (1993, 1045, 3038)
    assert {
        district.unit(id).short: list(missing.values()) for id, missing in found.shortfalls.items()
    } == {
        "工信局": [1, 7, 2],
        "审计局": [10, 10, 10],
        "房管局": [4, 5, 4],
        "市场监管局": [3, 7],
        "螺洲镇": [6, 8, 8],
    }
    assert found.shortfalls["scjgj"] == {"2020-05": 3, "2020-06": 7}
    assert sum(found.documents.values()) == 200
    assert {district.unit(id).short for id in found.no_documents} == {
        "审计局",
        "盖山镇",
        "东升街道",
        "工信局",
    }
    assert [
        next(a.name for a in district.accounts if a.id == id) for id in found.idle_accounts
    ] == ["仓山营商"]
    assert len(found.live_accounts) == 10
    assert len(found.unregistered_accounts) == 1


def test_a_quarter_that_is_not_declared_is_refused(district: District) -> None:
    with pytest.raises(ValueError, match="2019-01"):
        answers(district, "2019Q1", DAY)
    with pytest.raises(ValueError, match="2020Q2"):
        quarter_months("2020-2")


def test_the_catalogue_is_one_that_the_crawler_reads(district: District) -> None:
    data = {"catalogue": catalogue(district, "http://127.0.0.1:8001", "http://127.0.0.1:8002")}
    again = yaml.safe_load(yaml.safe_dump(data, allow_unicode=True))
    crawl = CrawlConfig(contact="desk@example.org", allow_loopback=True)
    read = read_catalogue(again, Path("config.yaml"), crawl)
    assert len(read.units) == 40
    assert sum(unit.quota == 10 for unit in read.units) == 36
    assert sum(o.platform == "portal" for o in read.outlets) == len(district.columns)
    looked_at = [o.kind.value for o in read.outlets if o.probes]
    assert (looked_at.count("account"), looked_at.count("canary")) == (11, 4)
    assert "仓山市场监管" not in {o.name for o in read.outlets}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "    short: 发改局\n",
            "    short: 发改局\n    colour: red\n",
            "district.yaml: units.0: unknown key colour; known: ",
        ),
        (
            "    group: 区直部门\n",
            "    group: 县直部门\n",
            "district.yaml: units.fgj.group: no 县直部门; known:",
        ),
        (
            "    column: bm-fgj\n",
            "    column: bm-xxx\n",
            "district.yaml: units.fgj.column: no bm-xxx; known:",
        ),
        ("  - id: gxj\n", "  - id: fgj\n", "district.yaml: units: id fgj is given twice"),
        ("csyw, class: news", "csyw, class: daily", "district.yaml: columns.0.class: "),
        ("{2020-04: 40", "{2020-13: 40", "district.yaml: units.0.posts.2020-13"),
        ("{2020-04: 40", "{2020-04: -1", "district.yaml: units.0.posts.2020-04"),
        ("emails: [fgj@example.org]", "emails: [fgj@mail.cn]", "district.yaml: units.0.emails.0"),
        (
            "horizon: 2020-07-19",
            "horizon: 2020-06-19",
            "district.yaml: archive_from and horizon must lie around",
        ),
        (
            "column: bm-fgj\n",
            "column: shzz\n",
            "district.yaml: units.fgj.column: posts need a column without newest",
        ),
        (
            "as_of: 2020-07-20T09:00:00+08:00",
            "as_of: 2020-07-20 09:00:00",
            "district.yaml: as_of: ",
        ),
        ("name: 仓山区\n", "name: 仓山区\nname: 鼓楼区\n", "line 7: key name is given twice"),
        ("name: 仓山区\n", "name: [仓山区\n", "mend the YAML there"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = SAMPLE.read_text("utf-8")
    assert old in text
    file = tmp_path / "district.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadConfig) as refused:
        load_district(file)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_are_no_district_are_refused(tmp_path: Path) -> None:
    for name, content in {
        "workbook.xlsx": b"PK\x03\x04\xff",
        "list.yaml": b"- 1\n",
        "empty.yaml": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadConfig, match=name):
            load_district(tmp_path / name)
    with pytest.raises(BadConfig, match=r"absent\.yaml"):
        load_district(tmp_path / "absent.yaml")


def test_another_small_district_can_be_described(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    text = (Path(__file__).parents[3] / "docs" / "district.md").read_text("utf-8")
    file.write_text(text.split("```yaml\n", 1)[1].split("```", 1)[0], "utf-8")
    other = load_district(file)
    made = [item for item in generate(other) if month(item) == "2021-01" and not item.document]
    assert Counter(item.unit for item in made) == {"jyj": 12, "dh": 4, None: 5}
    assert answers(other, "2021Q1", date(2021, 4, 1)).shortfalls == {
        "dh": {"2021-01": 6, "2021-03": 2}
    }
