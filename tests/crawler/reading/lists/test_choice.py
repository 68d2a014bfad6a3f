"""The chooser asked alone: what counts for a list, what against it, and where each sign ends."""

from __future__ import annotations

from math import log2

import pytest

from crawler.reading.lists.choice import (
    alike,
    folder,
    is_of_the_site,
    merged_channel,
    pager_texts,
    stands_bare,
)
from tests.crawler.reading.lists.chosen import alone, ranked, rows, sheet_of

AWAY = "www.x.example.org/other/"
LIST = f"<ul>{rows()}</ul>"
BASE = 3 * log2(1 + 3) + 8 / 4
"""Three dated rows with titles of eight characters."""
PAGER = "<p>下一页</p>"
FARTHEST = 40
"""Texts between a list and its pager at most."""


def points(html: str, at: str = AWAY) -> float:
    return alone(html, folder=at).points - BASE


def test_a_list_with_no_sign_has_the_points_of_its_dates_and_titles() -> None:
    assert points(LIST) == pytest.approx(0)


@pytest.mark.parametrize(
    ("page", "worth"),
    [
        (f"{LIST}{PAGER}", 8),
        (f"<p>通知公告</p>{LIST}", 5),
        (f"<p>热点</p>{LIST}", -9),
        (f"<div><p>人事任免</p>{LIST}</div>", -4),
        (f"<p>更多&gt;&gt;</p>{LIST}", -3),
        (f"<aside>{LIST}</aside>", -8),
        (f"<footer><div>{LIST}</div></footer>", -8),
        (f"<div style='display:none'>{LIST}</div>", -3),
        (f"<div><p>人事任免</p><p>更多</p>{LIST}</div>", -7),
        (f"<p>推荐</p>{LIST}<p>更多</p>", -12),
    ],
)
def test_each_sign_has_its_worth(page: str, worth: float) -> None:
    assert points(page) == pytest.approx(worth)


def test_addresses_below_the_pages_folder_are_worth_six_by_their_share() -> None:
    assert points(LIST, "www.x.example.org/tzgg/") == pytest.approx(6)
    half = f"<ul>{rows(2)}{rows(2, at='/b/')}</ul>"
    assert alone(half).points == pytest.approx(3 * log2(5) + 2 + 3)
    assert alone(half).own
    assert not alone(f"<ul>{rows(2)}{rows(3, at='/b/')}</ul>").own


def test_addresses_tell_nothing_between_lists_that_all_lead_there() -> None:
    both = ranked(f"{LIST}<p>—</p>{LIST}")
    assert [scored.points for scored in both] == pytest.approx([BASE, BASE])
    unlike = ranked(f"{LIST}<p>—</p><ul>{rows(3, at='/b/')}</ul>")
    assert [scored.points for scored in unlike] == pytest.approx([BASE + 6, BASE])


def test_the_root_of_a_portal_is_no_folder_of_a_column() -> None:
    bare = LIST.replace("/tzgg/", "")
    assert not alone(bare, folder="www.x.example.org/").own
    assert points(LIST, "www.x.example.org/") == pytest.approx(0)


def test_rows_that_lead_nowhere_have_no_share() -> None:
    dead = f"<ul>{rows()}</ul>".replace("href=", "name=")
    assert alone(dead, folder="").points == pytest.approx(BASE)
    mixed = f"<ul>{rows(1)}{rows(1).replace('href=', 'name=')}</ul>"
    assert alone(mixed).points == pytest.approx(3 * log2(3) + 2 + 6)


def test_more_than_thirty_dates_and_titles_of_more_than_sixteen_characters_count_no_more() -> None:
    long = f"<ul>{rows(40, title='长' * 20)}</ul>"
    assert alone(long, folder=AWAY).points == pytest.approx(3 * log2(31) + 4)


def test_the_first_twelve_titles_tell_their_length() -> None:
    page = f"<ul>{rows(12, title=' 四个字长 ')}{rows(8, title='八个字的标题长度')}</ul>"
    assert alone(page, folder=AWAY).points == pytest.approx(3 * log2(21) + 1)


def test_the_best_list_stands_first() -> None:
    found = ranked(f"<ul>{rows(2)}</ul><p>之间</p><ul>{rows(9)}</ul>")
    assert [len(scored.block.rows) for scored in found] == [9, 2]


@pytest.mark.parametrize(("total", "own"), [(3, True), (4, False), (2, False), (None, False)])
def test_as_many_rows_as_the_page_counts_are_the_columns_own(total: int | None, own: bool) -> None:
    assert alone(LIST, folder=AWAY, total=total).own is own


def test_a_count_of_one_ties_nothing_to_the_column() -> None:
    assert not alone(f"<ul>{rows(1)}</ul>", folder=AWAY, total=1).own
    assert alone(f"<ul>{rows(2)}</ul>", folder=AWAY, total=2).own


def table(head: str, tag: str = "tbody") -> str:
    row = "<tr><td><a href='http://www.x.example.org/a.htm'>关于某事项的通知</a></td><td>2026-11-02</td></tr>"
    return f"<p>标题 日期</p><table><tr>{head}</tr><{tag}>{row}</{tag}></table>"


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("<th>标题</th><th>日期</th>", True),
        ("<th>名称</th><th>发布时间</th>", True),
        ("<th>标题</th><th>文号</th>", False),
        ("<th>序号</th><th>日期</th>", False),
        ("<th>标题</th>" + "<th>列</th>" * 9 + "<th>日期</th>", True),
        ("<th>标题</th>" + "<th>列</th>" * 10 + "<th>日期</th>", False),
        ("", False),
    ],
)
def test_a_row_under_a_head_of_title_and_date_is_a_list(head: str, own: bool) -> None:
    assert alone(table(head), folder=AWAY).own is own


def test_words_of_a_head_above_a_list_that_is_no_table_are_no_head() -> None:
    assert not alone(f"<table><tr><td>标题</td><td>日期<ul>{rows()}</ul></td></tr></table>", folder=AWAY).own  # fmt: skip


def test_the_share_of_dated_rows_counts_live_links_without_a_date() -> None:
    assert alone(LIST).covered == 1
    assert alone(f"<ul>{rows(1)}{rows(3, date='')}</ul>").covered == 0.25
    dead = rows(3, date="").replace("href=", "name=")
    assert alone(f"<ul>{rows(1)}{dead}</ul>").covered == 1
    assert alone(f"<ul>{rows(3, date='')}</ul>").covered == 0


# pagers


def texts(count: int) -> str:
    return "<p>文</p>" * count


def test_a_pager_belongs_to_the_list_before_it_and_no_further_than_its_reach() -> None:
    assert alone(f"{LIST}{texts(FARTHEST)}{PAGER}").paged
    assert not alone(f"{LIST}{texts(FARTHEST + 1)}{PAGER}").paged
    first, second = sorted(ranked(f"{LIST}<p>之间</p>{LIST}{PAGER}"), key=lambda s: s.block.start)
    assert (first.paged, second.paged) == (False, True)
    assert not alone(f"{PAGER}{LIST}").paged


def test_an_empty_list_before_the_pager_takes_it() -> None:
    assert not alone(f"{LIST}<p>栏目</p><ul></ul>{PAGER}").paged
    assert alone(f"<ul></ul>{LIST}{PAGER}").paged
    assert alone(f"{LIST}<ul></ul>{texts(15)}{PAGER}").paged


def test_a_tab_that_is_switched_off_takes_no_pager_from_a_shown_list() -> None:
    page = f"{LIST}<div style='display:none'><p>之间</p>{LIST}</div>{PAGER}"
    first, second = sorted(ranked(page), key=lambda scored: scored.block.start)
    assert (first.paged, second.paged) == (True, False)
    assert alone(f"<div style='display:none'>{LIST}</div>{PAGER}").paged


def found_pagers(html: str) -> list[str]:
    sheet = sheet_of(html).outline
    scripts = [(number, sheet.elements[number].text or "") for number in sheet.scripts]
    return [sheet.texts[number] for number in pager_texts(sheet, scripts)]


def test_a_pager_is_a_short_text_of_it_or_the_script_that_writes_it() -> None:
    assert found_pagers("<p>甲</p><p>下一页</p><p>乙</p>") == ["下一页"]
    assert found_pagers(f"<p>下一页{'长' * 86}</p>") == ["下一页" + "长" * 86]
    assert found_pagers(f"<p>下一页{'长' * 87}</p>") == []
    assert found_pagers("<p>网页</p>") == []
    script = "<p>甲</p><script>createPageHTML(5)</script><p>乙</p><p>尾页</p>"
    assert found_pagers(script) == ["乙", "尾页"]
    assert found_pagers("<p>尾页</p><script>laypage()</script><p>乙</p>") == ["尾页", "乙"]
    assert found_pagers("<p>甲</p><script>image()</script><p>乙</p>") == []


@pytest.mark.parametrize(
    ("url", "its"),
    [
        ("http://www.x.example.org/xw/tz/index.html", "www.x.example.org/xw/tz/"),
        ("http://www.x.example.org/xw/tz/", "www.x.example.org/xw/tz/"),
        ("http://www.x.example.org", "www.x.example.org/"),
        ("http://[x/", ""),
    ],
)
def test_the_folder_of_an_address_is_host_and_path(url: str, its: str) -> None:
    assert folder(url) == its


# headings


def heading(html: str) -> tuple[bool, bool, bool]:
    found = alone(html, folder=AWAY)
    return found.points - BASE > 4, found.foreign, found.other


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("<p>通知公告</p>" + texts(5), (True, False, False)),
        ("<p>通知公告</p>" + texts(6), (False, False, False)),
        ("<p>热点</p>" + texts(5), (False, True, False)),
        ("<p>热点</p>" + texts(6), (False, False, False)),
        ("<p>推荐通知公告</p>", (True, False, False)),
        ("<p>推荐</p><p>通知公告</p>", (True, False, False)),
        ("<p>通知公告</p><p>推荐</p>", (False, True, False)),
        (f"<p>通知公告</p><p>{'长' * 40}</p>", (True, False, False)),
        (f"<p>通知公告</p><p>{'长' * 41}</p>", (False, False, False)),
        ("<p>通知公告</p><h2>甲</h2>", (False, False, False)),
        ("<p>通知公告</p><p>人事任免</p>", (False, False, True)),
        ("<p>通知公告</p><p><a href='/x'>人事任免</a></p>", (True, False, False)),
        ("<p>通知公告</p><p>发布日期</p>", (True, False, False)),
        ("<p>通知公告</p><p>一二三四五六七八九十一</p>", (True, False, False)),
    ],
)
def test_the_nearest_telling_words_before_a_list_decide(
    before: str, said: tuple[bool, bool, bool]
) -> None:
    assert heading(f"<div>{before}{LIST}</div>") == said


def test_the_heading_of_the_list_before_is_not_read_again() -> None:
    page = f"<p>通知公告</p><ul>{rows(2)}</ul><ul>{rows(9)}</ul>"
    found = ranked(page, folder=AWAY)
    assert [scored.own for scored in found] == [False, True]


def test_words_entitle_a_list_from_its_own_box_or_the_one_around_it() -> None:
    assert heading(f"<div><p>人事任免</p></div><div><div>{LIST}</div></div>")[2] is False
    assert heading(f"<div><p>人事任免</p><div>{LIST}</div></div>")[2] is True
    assert heading(f"<div><p>人事任免</p><div><div>{LIST}</div></div></div>")[2] is False


@pytest.mark.parametrize(
    ("page", "more"),
    [
        (f"<p>更多</p>{LIST}", True),
        (f"<p>更多&gt;&gt;</p>{texts(2)}{LIST}", True),
        (f"<p>更多</p>{texts(3)}{LIST}", False),
        (f"{LIST}<p>more</p>", True),
        (f"{LIST}<p>文</p><p>更多</p>", False),
        (f"<p>更多信息</p>{LIST}", False),
    ],
)
def test_a_link_to_more_stands_three_texts_before_or_one_after(page: str, more: bool) -> None:
    assert alone(page).more is more


# the column's name with nothing under it


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("<div><p>通知 公告</p></div>", "通知 公告"),
        ("<div><b>通知公告</b></div>", "通知公告"),
        ("<div><a href='/x'>通知公告</a></div>", ""),
        ("<div><p><b>通知公告</b><a href='/x'>甲</a></p></div>", ""),
        ("<div style='display:none'><b>通知公告</b></div>", ""),
        ("<div>首页 &gt; <b>通知公告</b></div>", ""),
        ("<b>通知公告</b>", ""),
        ("<div><b>别的</b></div>", ""),
        ("<div><a href='/x'>通知公告</a></div><div><b>通知公告</b></div>", "通知公告"),
        (f"<div><b>{' ' * 55}通知公告</b></div>", "通知公告"),
        (f"<div><b>{' ' * 56}通知公告</b></div>", ""),
    ],
)
def test_a_columns_name_stands_bare_as_the_title_of_a_box_without_links(
    page: str, name: str
) -> None:
    assert stands_bare(sheet_of(page).outline, ("通知公告", "通知 公告")) == name


# the portal's own dates


@pytest.mark.parametrize(
    ("before", "cell", "after", "own"),
    [
        ("", "2026-11-02", "", False),
        ("", "2026-11-02 版权所有", "", True),
        ("", "今天是2026-11-02", "", True),
        ("", "更新 2026-11-02", "", False),
        ("", "更新 2026-11-02", "<p>文</p><p>文</p><p>文</p><p>版权所有</p>", True),
        ("", "更新 2026-11-02", texts(4) + "<p>版权所有</p>", False),
        ("<p>版权所有</p>" + texts(3), "更新 2026-11-02", "", True),
        ("<p>版权所有</p>" + texts(4), "更新 2026-11-02", "", False),
        ("", "2026-11-02", "<p>版权所有</p>", False),
        ("", f"版权所有{'长' * 295} 2026-11-02", "", False),
    ],
)
def test_a_lone_date_with_imprint_update_or_clock_is_the_portals(
    before: str, cell: str, after: str, own: bool
) -> None:
    made = sheet_of(f"{before}<ul>{rows(1, date=cell)}</ul>{after}")
    assert is_of_the_site(made.outline, made.blocks[0]) is own


# channel pages


def merged(html: str, **values: object) -> list[int]:
    made = ranked(html, **values)  # type: ignore[arg-type]
    return [len(block.rows) for block in merged_channel(sheet_of(html).outline, made)]


BOXES = f"<p>之间</p><ul>{rows(3)}</ul><p>之间</p><ul>{rows(5)}</ul>"


def test_equals_of_the_best_list_are_taken_in_page_order() -> None:
    assert merged(BOXES, folder=AWAY) == [3, 5]
    assert merged(BOXES + PAGER, folder=AWAY) == [5]


@pytest.mark.parametrize(
    "second",
    [
        f"<p>热点</p><ul>{rows(2)}</ul>",
        f"<p>之间</p><ul class='x'>{rows(2)}</ul>",
        f"<p>之间</p><ul>{rows(2).replace('<li>', '<li class=x>')}</ul>",
        f"<p>之间</p><ul>{rows(2).replace('span', 'i')}</ul>",
        f"<p>之间</p><ul>{rows(2)}{rows(3, date='')}</ul>",
        f"<p>通知公告</p><ul>{rows(2)}</ul>",
        f"<p>之间</p><ul>{rows(2)}</ul><p>更多</p>",
        f"<div class='side'><p>人事任免</p><ul>{rows(2)}</ul></div>",
    ],
)
def test_what_is_unlike_the_best_list_is_left(second: str) -> None:
    assert merged(f"<ul>{rows(20)}</ul>{second}", folder=AWAY) == [20]


def test_half_covered_and_brothers_under_other_titles_are_taken() -> None:
    assert merged(f"<ul>{rows(9)}</ul><p>之间</p><ul>{rows(2)}{rows(2, date='')}</ul>", folder=AWAY) == [9, 4]  # fmt: skip
    titled = f"<div><ul>{rows(20)}</ul></div><div><p>人事任免</p><ul>{rows(2)}</ul></div>"
    assert merged(titled, folder=AWAY) == [20, 2]


def test_tastes_with_more_stand_together_with_tastes() -> None:
    taste = (
        f"<p>之间</p><p>更多</p><ul>{rows(9)}</ul><p>之间</p><p>文</p><p>文</p><ul>{rows(2)}</ul>"
    )
    assert merged(taste, folder=AWAY) == [9, 2]


def test_lists_of_one_make_and_dress_are_alike() -> None:
    made = sheet_of(f"<ul class='a'>{rows()}</ul><ul class='a'>{rows()}</ul><ul>{rows()}</ul>")
    first, second, third = made.blocks
    assert alike(made.outline, first, second)
    assert not alike(made.outline, first, third)


def test_any_of_a_columns_names_above_the_list_is_its_own() -> None:
    found = alone(f"<p>通知公告</p>{LIST}", names=("公示公告", "通知公告"), folder=AWAY)
    assert found.own


def test_the_text_after_a_list_is_no_heading_of_it() -> None:
    assert not alone(f"{LIST}<p>通知公告</p>", folder=AWAY).own
    assert not alone(f"<p>—</p>{LIST}<p>推荐</p>", folder=AWAY).foreign


def test_a_list_of_one_row_has_pager_title_and_dress_like_any_other() -> None:
    one = f"<ul>{rows(1)}</ul>"
    assert alone(f"<div>{one}{PAGER}</div>", folder=AWAY).paged
    assert alone(f"<div><p>人事任免</p>{one}</div>", folder=AWAY).other
    titled = f"<div>{one}</div><div><p>人事任免</p>{one}</div>"
    assert merged(titled, folder=AWAY) == [1, 1]


def test_a_pager_before_all_lists_hides_no_pager_after_them() -> None:
    assert alone(f"{PAGER}{LIST}{PAGER}").paged
    first, second = sorted(
        ranked(f"{LIST}{texts(FARTHEST + 1)}{PAGER}<ul>{rows(9)}</ul>{PAGER}"),
        key=lambda scored: scored.block.start,
    )
    assert (first.paged, second.paged) == (False, True)


def test_a_pager_above_two_lists_belongs_to_neither() -> None:
    assert not any(scored.paged for scored in ranked(f"{PAGER}{LIST}<p>—</p>{LIST}"))


def test_other_words_before_the_name_that_stands_bare_are_passed_over() -> None:
    page = "<div><b>别的</b></div><div><b>通知公告</b></div>"
    assert stands_bare(sheet_of(page).outline, ("通知公告",)) == "通知公告"


def site_date(html: str) -> bool:
    made = sheet_of(html)
    return is_of_the_site(made.outline, made.blocks[0])


def test_the_row_with_a_date_tells_whose_it_is_and_any_of_its_dates_may() -> None:
    late = f"<ul>{rows(1, date='')}{rows(1, date='今天是2026-11-02')}</ul>"
    assert site_date(late)
    assert site_date(f"<ul>{rows(1, date='2026-11-02</i><i>今天是2026-11-03')}</ul>")
    updated = f"<ul>{rows(1, date='2026-11-02</i><i>更新 2026-11-03')}</ul><p>版权所有</p>"
    assert site_date(updated)


def test_an_imprint_in_three_hundred_characters_is_running_text() -> None:
    words = f"版权所有{'长' * 295}"
    assert site_date(f"<ul>{rows(1, title=words)}</ul>")
    assert not site_date(f"<ul>{rows(1, title=words + '长')}</ul>")


@pytest.mark.parametrize("place", ["<ul", "<li"])
def test_dress_is_compared_class_by_class_of_list_and_row(place: str) -> None:
    dressed = "".join(LIST.replace(place, f"{place} class='{dress}'") for dress in "aba")
    made = sheet_of(dressed)
    first, second, third = made.blocks
    assert not alike(made.outline, first, second)
    assert alike(made.outline, first, third)


def test_the_rows_own_words_are_no_heading_of_their_list() -> None:
    assert not alone(f"<ul>{rows(title='通知公告栏目的说明')}</ul>", folder=AWAY).own
