"""Printed against truth: the seed's own mistakes, each in one line, and no false alarm."""

from __future__ import annotations

import pytest

from monitor.bulletin.printed.beside import compare, printed_of, shortfalls
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.support.quarter import seed_rows

SAID = {
    "never_met": ["螺洲镇", "工信局", "审计局"],
    "often_missed": ["螺洲镇", "工信局", "审计局", "房管局"],
    "no_documents": ["审计局", "盖山镇", "东升街道", "工信局"],
    "posts": 3038,
    "documents": 200,
    "accounts": 11,
}


def test_the_seeds_mistakes_are_told_in_a_line_each_and_nothing_else() -> None:
    words = {row["unit"]: row["completion_as_printed"] for row in seed_rows()}
    lines = compare(seed_bulletin(), {**SAID, "completion": words})
    assert lines == [
        "螺洲镇：月份印为1月、2月、3月，不在统计期内，应为“4月-6 5月-8 6月-8”",
        "房管局：漏印4月（缺4条），应为“4月-4 5月-5 6月-4”",
        "市场监管局：印为“完成”，实际12/7/3，应为“5月-3 6月-7”",
        "每个月均未达到要求的单位：正文漏列房管局",
        "多次未达到要求的单位：正文漏列市场监管局",
        "正文称共发布信息3,038条，附件所列单位合计1,993条，差1,045条未说明：属未归属信息（区政府办、媒体、上级等）",
    ]


def test_a_bulletin_that_says_the_truth_has_no_lines() -> None:
    truth = seed_bulletin()
    rows = [row for group in truth.groups for row in group.rows]
    said = {
        "completion": {row.unit: row.completion for row in rows},
        "never_met": [name for group in truth.groups for name in group.every],
        "documents": 200,
        "accounts": 11,
    }
    assert compare(truth, said) == []


def test_wrong_figures_and_names_too_many_are_told() -> None:
    lines = compare(
        seed_bulletin(),
        {"documents": 201, "never_met": ["螺洲镇", "工信局", "审计局", "房管局", "教育局"]},
    )
    assert "主动公开政府信息：正文印为201条，实际200条" in lines
    assert "每个月均未达到要求的单位：正文多列教育局" in lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4月-1、5月-7、6月-2", ((4, 1), (5, 7), (6, 2))),
        ("1月 6 2月 8 3月 8", ((1, 6), (2, 8), (3, 8))),
        ("4 月-1 5 月－7", ((4, 1), (5, 7))),
        ("完成", ()),
    ],
)
def test_completion_words_are_read_in_every_dress(
    text: str, found: tuple[tuple[int, int], ...]
) -> None:
    assert shortfalls(text) == found


def test_an_unknown_key_of_printed_data_is_refused() -> None:
    with pytest.raises(ValueError, match="known: accounts"):
        printed_of({"post": 1})
