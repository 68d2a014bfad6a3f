"""Whose post is it: labelled origins, duty, aliases with validity, and what may never be
attributed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Unit
from monitor.counting.attribution import REASON_NAMES, Attribution, Names, Reason, attribute
from monitor.counting.names import Place, place_of, split_alias
from monitor.counting.origins import clean, parts

DAY = date(2020, 5, 20)
BUREAUS = """
发改局 发展和改革局|工信局 工业和信息化局|教育局 教育局|民政局 民政局|司法局 司法局|财政局 财政局
人社局 人力资源和社会保障局|商务局 商务局|建设局 建设局|城管局 城市管理局|农业农村局 农业农村局
文体旅局 文化体育和旅游局|卫健局 卫生健康局|审计局 审计局|统计局 统计局|房管局 住房保障和房产管理局
市场监管局 市场监督管理局|应急管理局 应急管理局|广电中心 广播电视中心|旅游中心 旅游事业发展中心
园林中心 园林中心|大数据服务中心 大数据服务中心|土储中心 土地储备中心|信访局 信访局|营商办 营商环境建设办公室
"""
TOWNS = ["仓山镇", "城门镇", "盖山镇", "建新镇", "螺洲镇"]
STREETS = [
    "仓前街道",
    "东升街道",
    "对湖街道",
    "金山街道",
    "临江街道",
    "三叉街街道",
    "上渡街道",
    "下渡街道",
]
ACCOUNTS = {
    "仓山发布": "大数据服务中心",
    "福州仓山警方在线": "公安分局",
    "仓山司法": "司法局",
    "仓山营商": "营商办",
    "美丽临江": "临江街道",
}


def district() -> list[Unit]:
    """The units of the sample district; a unit's id is its short name here."""
    pairs = [entry.split() for line in BUREAUS.split("\n") for entry in line.split("|") if entry]
    units = [Unit(short, short, f"福州市仓山区{full}", "区直部门") for short, full in pairs]
    units.append(Unit("生态环境局", "生态环境局", "福州市仓山生态环境局", "区直部门"))
    units.append(Unit("公安分局", "公安分局", "福州市公安局仓山分局", "区直部门", ("仓山分局",)))
    units += [Unit(t, t, f"福州市仓山区{t}人民政府", "镇街") for t in TOWNS]
    units += [Unit(s, s, f"福州市仓山区{s}办事处", "镇街") for s in STREETS]
    return units


NAMES = Names.build(district(), accounts=ACCOUNTS)


def whose(
    origin: str | None, *column_units: str, names: Names = NAMES, day: date = DAY
) -> Attribution:
    return attribute(origin, column_units, names, day)


def labelled() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "origins.tsv").read_text(encoding="utf-8").splitlines()
    return [(o, label) for o, label in (x.rsplit("\t", 1) for x in lines if not x.startswith("#"))]


def test_labelled_origins_reach_the_promised_precision_and_recall() -> None:
    cases = labelled()
    assert len(cases) >= 300
    table: Counter[str] = Counter()
    wrong: list[str] = []
    for origin, label in cases:
        answer = whose(origin)
        ours = label not in "-?"
        if answer.unit is not None:
            kind = "assigned right" if ours and answer.unit == label else "assigned wrong"
        elif ours:
            kind = "missed, queued" if answer.doubtful else "missed, nobody's"
        else:
            kind = "queued" if answer.doubtful else "nobody's"
        table[kind] += 1
        expected_quiet = label == "?" and not answer.doubtful
        if kind.startswith(("missed", "assigned wrong")) or expected_quiet:
            wrong.append(f"{origin!r}: wanted {label}, got {answer.unit} ({answer.reason})")
    assigned = table["assigned right"] + table["assigned wrong"]
    precision = table["assigned right"] / assigned
    recall = table["assigned right"] / sum(1 for _, label in cases if label not in "-?")
    print(f"\n{len(cases)} origins: precision {precision:.2%}, recall {recall:.2%}")  # noqa: T201
    print("\n".join([*(f"  {name}: {count}" for name, count in table.most_common()), *wrong]))  # noqa: T201
    assert precision >= 0.99, wrong
    assert recall >= 0.95, wrong
    assert not [w for w in wrong if "wanted ?" in w], wrong


def test_labelled_outsiders_are_not_put_into_the_queue() -> None:
    queued = [origin for origin, label in labelled() if label == "-" and whose(origin).doubtful]
    assert len(queued) <= 3, queued


@pytest.mark.parametrize(
    "origin", [None, "", "  ", "无", "本站", "来源：", "null", "管理员", "张小明", "作者：张小明"]
)
def test_without_an_origin_the_one_unit_of_the_column_answers_with_less_confidence(
    origin: str | None,
) -> None:
    answer = whose(origin, "教育局")
    assert (answer.unit, answer.reason, answer.doubtful) == ("教育局", Reason.DUTY, False)
    assert answer.confidence < whose("教育局").confidence


def test_without_an_origin_several_units_of_a_column_go_to_the_queue() -> None:
    answer = whose(None, "民政局", "农业农村局")
    assert (answer.unit, answer.doubtful, answer.reason) == (None, True, Reason.SEVERAL)


def test_without_an_origin_a_column_of_nobody_is_nobodys_and_asks_nobody() -> None:
    assert (whose(None).unit, whose(None).doubtful) == (None, False)


@pytest.mark.parametrize(
    "origin", ["新华社", "福州市教育局", "鼓楼区教育局", "仓山区人民政府办公室"]
)
def test_an_outside_origin_is_nobodys_even_in_a_units_own_column(origin: str) -> None:
    assert whose(origin, "教育局").unit is None


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ("福建省生态环境厅", Reason.PROVINCE), ("省政府", Reason.PROVINCE), ("国家统计局", Reason.HIGHER),
        ("福州市教育局", Reason.HIGHER), ("鼓楼区教育局", Reason.ELSEWHERE), ("厦门市教育局", Reason.ELSEWHERE),
        ("福州日报", Reason.MEDIA), ("区委宣传部", Reason.PARTY), ("仓山区人民政府办公室", Reason.OFFICE),
    ],
)  # fmt: skip
def test_what_is_nobodys_says_why(origin: str, reason: Reason) -> None:
    assert whose(origin).reason is reason


def test_a_joint_post_goes_to_the_first_and_names_the_others() -> None:
    answer = whose("教育局、卫健局、仓山镇", "卫健局")
    assert (answer.unit, answer.others, answer.reason) == (
        "教育局",
        ("卫健局", "仓山镇"),
        Reason.JOINT,
    )


def test_a_reform_moves_a_name_from_one_unit_to_another_on_its_day() -> None:
    units = [
        Unit("old", "旅游局", "福州市仓山区旅游局", "区直部门", ("文化旅游中心 ../2020-06-01",)),
        Unit(
            "new", "文体局", "福州市仓山区文化体育局", "区直部门", ("文化旅游中心 2020-06-01/..",)
        ),
    ]
    names = Names.build(units)
    assert whose("区文化旅游中心", names=names, day=date(2020, 5, 31)).unit == "old"
    assert whose("区文化旅游中心", names=names, day=date(2020, 6, 1)).unit == "new"
    assert names.era(date(2020, 5, 31)) != names.era(date(2020, 6, 1))


def test_a_name_that_two_units_could_mean_decides_nothing() -> None:
    units = [
        Unit("a", "建设一局", "福州市仓山区建设一局", "区直部门", ("建管办",)),
        Unit("b", "建设二局", "福州市仓山区建设二局", "区直部门", ("建管办",)),
    ]
    answer = whose("区建管办", names=Names.build(units))
    assert (answer.unit, answer.doubtful, answer.reason) == (None, True, Reason.AMBIGUOUS)


def test_a_usual_name_never_beats_another_units_own_name() -> None:
    units = [
        Unit("jsj", "建设局", "福州市仓山区建设局", "区直部门"),
        Unit("zjj", "住建局", "福州市仓山区住房和城乡建设局", "区直部门"),
    ]
    names = Names.build(units)
    assert whose("区建设局", names=names).unit == "jsj"
    assert whose("区住建局", names=names).unit == "zjj"


def test_what_a_person_decided_once_is_kept() -> None:
    names = Names.build(
        district(), decisions={"来源：仓山区融媒体中心": "广电中心", "区老年大学": None}
    )
    assert whose("仓山区融媒体中心", names=names).unit == "广电中心"
    answer = whose("区老年大学", "教育局", names=names)
    assert (answer.unit, answer.doubtful) == (None, False)


def test_a_county_level_city_calls_itself_city() -> None:
    units = [
        Unit("jyj", "教育局", "福州市福清市教育局", "市直部门"),
        Unit("x", "龙田镇", "福清市龙田镇人民政府", "镇街"),
    ]
    names = Names.build(units)
    assert names.place == Place("福清市", "福州市")
    assert whose("市教育局", names=names).unit == "jyj"
    assert whose("福州市教育局", names=names).unit is None


def test_the_place_is_read_off_the_full_names_and_asked_for_when_there_is_none() -> None:
    assert place_of(district()) == Place("仓山区", "福州市")
    with pytest.raises(ValueError, match="full"):
        place_of([Unit("a", "教育局", "教育局", "g")])


def test_an_alias_with_a_broken_validity_is_refused_with_what_is_allowed() -> None:
    assert split_alias("经信局 ../2019-02-20") == ("经信局", None, date(2019, 2, 20))
    with pytest.raises(ValueError, match="2019-02-01/2024-03-01"):
        split_alias("经信局 2019/2020")


def test_every_reason_has_a_chinese_sentence() -> None:
    assert set(REASON_NAMES) == set(Reason)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gets_an_answer_that_is_consistent(text: str) -> None:
    answer = whose(text, "教育局", "卫健局")
    assert answer.unit is None or not answer.doubtful
    assert 0.0 <= answer.confidence <= 1.0
    assert all(parts(clean(text)))


LEADS = ["", "区", "仓山区", "福州市仓山区", "福建省福州市仓山区", "来源：仓山区", "【来源：区"]
TAILS = ["", " ", "　", "办公室", "供稿", " 宣传科", "（办公室）", "。", "网站"]


@given(
    st.sampled_from(BUREAUS.replace("\n", "|").split("|")),
    st.sampled_from(LEADS),
    st.sampled_from(TAILS),
)
@settings(max_examples=200, deadline=None)
def test_a_bureau_is_known_by_short_and_full_name_with_any_usual_dress(
    entry: str, lead: str, tail: str
) -> None:
    if not entry:
        return
    short, full = entry.split()
    for name in (short, full):
        assert whose(lead + name + tail).unit == short


@given(
    st.sampled_from(["鼓楼区", "福州市", "福州市台江区", "厦门市", "省", "闽侯县", "福州", "市"]),
    st.sampled_from(district()),
)
@settings(max_examples=200, deadline=None)
def test_the_same_bureau_of_another_place_is_never_ours(place: str, unit: Unit) -> None:
    bureau = unit.full.removeprefix("福州市仓山区").removeprefix("福州市")
    if (
        unit.group == "区直部门"
        and "仓山" not in unit.full.removeprefix("福州市仓山区")
        and not bureau.startswith("仓山")
    ):
        assert whose(place + bureau).unit is None
