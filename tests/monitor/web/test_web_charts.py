"""Charts are data: what is drawn and what the table beside it says are the same."""

from __future__ import annotations

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Count, Value, exactly
from monitor.web import charts
from monitor.web.charts import Chart, Month, SilentBar
from monitor.web.render import STATIC, environment

START, END = date(2020, 4, 22), date(2020, 7, 20)
HOSTILE = "<script>alert(1)</script>\u202e{b|x}" + "长" * 900


def test_the_heat_map_has_a_row_a_unit_and_a_column_a_day() -> None:
    names = {"jyj": "教育局", "wjj": "卫健局"}
    posts = [
        ("jyj", date(2020, 7, 20), 3),
        ("jyj", START, 1),
        ("wjj", date(2020, 7, 1), 2),
        ("", END, 9),
    ]
    chart = charts.heat(names, [*posts, ("jyj", date(2019, 1, 1), 5)], START, END, href="/units/")
    assert len(chart.option["xAxis"]["data"]) == 90
    assert chart.option["yAxis"]["data"] == ["教育局", "卫健局"]
    assert chart.option["series"][0]["data"] == [[89, 0, 3], [0, 0, 1], [70, 1, 2]]
    assert chart.option["visualMap"]["max"] == 3
    assert chart.rows == (
        ({"text": "教育局", "href": "/units/jyj"}, 4, 2, "2020-07-20"),
        ({"text": "卫健局", "href": "/units/wjj"}, 2, 1, "2020-07-01"),
    )


def test_nothing_to_draw_is_said_so() -> None:
    assert charts.heat({"a": "甲"}, [], START, END).empty
    assert charts.trend({}).empty
    assert charts.silence([]).empty
    assert charts.quota([]).empty
    assert charts.year_calendar({}, START, END).empty
    assert charts.lines([], {}, first="周").empty


def test_the_calendar_keeps_to_its_days_and_sums_by_month() -> None:
    posts = {
        date(2020, 6, 30): 2,
        date(2020, 7, 1): 1,
        date(2020, 7, 2): 4,
        date(2020, 8, 1): 7,
        END: 0,
    }
    chart = charts.year_calendar(posts, START, END)
    assert chart.option["series"][0]["data"] == [
        ["2020-06-30", 2],
        ["2020-07-01", 1],
        ["2020-07-02", 4],
    ]
    assert chart.rows == (("2020年6月", 2, 1), ("2020年7月", 5, 2))


def test_a_silent_outlet_has_its_verdicts_colour_and_its_word_and_leads_to_its_page() -> None:
    chart = charts.silence([SilentBar("质量安全", 400, "stale", date(2019, 6, 1), "/outlets/zlaq")])
    bar = chart.option["series"][0]["data"][0]
    assert (bar["value"], bar["href"], bar["itemStyle"]["color"]) == (
        400,
        "/outlets/zlaq",
        charts.COLOURS["stale"],
    )
    assert chart.rows == (
        ({"text": "质量安全", "href": "/outlets/zlaq"}, 400, "2019-06-01", "超期"),
    )


def test_a_unit_below_its_quota_is_told_by_more_than_colour() -> None:
    chart = charts.quota(
        [Month("甲", exactly(12), 10), Month("乙", exactly(7), 10), Month("丙", exactly(0), None)]
    )
    styles = [bar["itemStyle"].get("borderType") for bar in chart.option["series"][0]["data"]]
    assert styles == [None, "dashed", None]
    assert chart.option["series"][1]["data"] == [10, 10, "-"]
    assert chart.rows == (("甲", 12, 10, 0), ("乙", 7, 10, 3), ("丙", 0, "—", "—"))


def test_many_bars_lie_and_few_stand() -> None:
    few, many = ([Month(f"单位{n}", exactly(n), 10) for n in range(count)] for count in (12, 13))
    assert charts.quota(few).option["xAxis"]["type"] == "category"
    assert charts.quota(many).option["yAxis"]["type"] == "category"
    assert charts.quota(many).option["yAxis"]["inverse"]


def test_of_a_long_path_the_axis_bears_the_end() -> None:
    chart = charts.silence([SilentBar("重点领域信息公开/社会公益事业/慈善组织", 3, "fresh", None)])
    assert chart.option["yAxis"]["data"] == ["…/慈善组织"]
    assert chart.rows[0][0] == "重点领域信息公开/社会公益事业/慈善组织"


def test_a_day_that_was_not_judged_is_a_gap_in_the_trend_and_no_zero() -> None:
    first, last = date(2020, 7, 1), date(2020, 7, 3)
    counts = {(first, "fresh"): 5, (first, "stale"): 1, (last, "fresh"): 6}
    chart = charts.trend(counts)
    drawn = {one["name"]: one["data"] for one in chart.option["series"]}
    assert drawn == {"超期": [1, "-", 0], "正常": [5, "-", 6]}
    assert chart.head == ("日期", "超期", "正常")
    assert chart.rows == (("2020-07-03", 0, 6), ("2020-07-01", 1, 5))


def test_lines_leave_gaps_and_draw_the_limit() -> None:
    chart = charts.lines(["第1周", "第2周"], {"门户": [None, 1.5]}, first="周", unit="%", limit=5)
    assert chart.option["series"][0]["data"] == ["-", 1.5]
    assert chart.option["series"][0]["markLine"]["data"] == [{"yAxis": 5}]
    assert chart.rows == (("第1周", "—"), ("第2周", "1.5%"))


def test_hostile_names_stay_text_in_the_chart_and_in_its_table() -> None:
    chart = charts.silence([SilentBar(HOSTILE, 3, "fresh", None, "/outlets/x")])
    drawn = chart.option["yAxis"]["data"][0]
    assert len(drawn) <= charts.NAME + 1
    assert "{" not in drawn
    assert "\u202e" not in json.dumps(chart.option, ensure_ascii=False)
    text = shown(chart)
    assert "<script>alert" not in text
    assert '<a href="/outlets/x">&lt;script&gt;' in text


def numbers(chart: Chart, only: int | None = None) -> list[int]:
    """The numbers of the table, or of its one column."""
    rows = [row[1:] if only is None else row[only : only + 1] for row in chart.rows]
    return [cell for row in rows for cell in row if isinstance(cell, int)]


def shown(chart: Chart) -> str:
    source = "{% import 'macros.html' as ui %}{{ ui.chart('c', '图', chart.option, chart.head, chart.rows) }}"
    return environment().from_string(source).render(chart=chart)


@given(
    st.dictionaries(
        st.tuples(st.dates(START, END), st.sampled_from([v.value for v in Value])),
        st.integers(0, 10**6),
    )
)
def test_every_trend_is_json_whose_bars_sum_to_its_table(
    counts: dict[tuple[date, str], int],
) -> None:
    chart = charts.trend(counts)
    option = json.loads(json.dumps(chart.option))
    drawn = sum(n for one in option["series"] for n in one["data"] if n != "-")
    assert drawn == sum(numbers(chart)) == sum(counts.values())


def test_a_year_of_days_is_drawn_whole() -> None:
    posts = {START + timedelta(days=n): n % 7 for n in range(365)}
    chart = charts.year_calendar(posts, START, START + timedelta(days=364))
    assert sum(numbers(chart, 1)) == sum(posts.values())


def test_the_files_of_others_are_those_that_their_page_names() -> None:
    page = (STATIC / "vendor" / "README.md").read_text("utf-8")
    for file, version in (("echarts.min.js", "6.1.0"), ("htmx.min.js", "4.0.1")):
        text = (STATIC / "vendor" / file).read_text("utf-8")
        assert version in text
        assert f"| `{file}` |" in page
        assert f"| {version} |" in page
        assert "sourceMappingURL" not in text
    kept = {path.name for path in (STATIC / "vendor").iterdir()}
    assert {name for name in kept if f"`{name}`" not in page} == {"README.md"}


def test_days_of_which_nothing_was_seen_are_grey_and_no_zeros() -> None:
    last = START + timedelta(days=2)
    chart = charts.heat({"a": "甲"}, [("a", START, 3)], START, END, seen=(START, last))
    known, unseen = chart.option["series"]
    assert known["data"] == [[0, 0, 3]]
    days = (END - START).days + 1
    assert [cell[0] for cell in unseen["data"]] == list(range(3, days))
    assert [one["seriesIndex"] for one in chart.option["visualMap"]] == [0, 1]
    assert (
        len(
            charts.heat({"a": "甲"}, [("a", START, 3)], START, END, seen=(START, END)).option[
                "series"
            ]
        )
        == 1
    )


def test_a_month_that_was_not_seen_whole_lacks_nothing_and_is_drawn_apart() -> None:
    lower, nothing = Count(4, None, ("有栏目没有抓取完整",)), Count()
    chart = charts.quota(
        [Month("甲", lower, 10), Month("乙", nothing, 10), Month("丙", Count(10, None, ("",)), 10)]
    )
    bars = chart.option["series"][0]["data"]
    assert [bar["value"] for bar in bars] == [4, "-", 10]
    assert [bar["label"]["show"] for bar in bars] == [True, True, True]
    assert all("borderType" not in bar["itemStyle"] for bar in bars), "nobody is shown as short"
    assert [row[3] for row in chart.rows] == ["—", "—", 0]
