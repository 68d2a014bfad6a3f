"""What is searched in one go finds nothing less than what is asked of every text by itself."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.days.text import find_dates, url_date, url_day
from crawler.reading.bounds.blank import empty_lists
from crawler.reading.lists.cells import (
    _ATTRIBUTE_GATES,
    _ATTRIBUTE_SIGN,
    _PIECE_LIKE,
    _simple,
    _told,
    like_dates,
)
from crawler.reading.lists.headings import _DAY, _HEADING
from crawler.reading.lists.outline import outline, plain_tree
from crawler.reading.lists.pager import PAGER_WORD_LIKE, is_pager_word
from crawler.reading.lists.scan import run_of
from crawler.register.finder import COM_TAILS, TAILS, _tails

TODAY = date(2026, 11, 23)
LOOK = datetime(2026, 11, 23, 1, tzinfo=UTC)
LETTERS = "0123456789０２－-/.年月日时前昨今天刚才〇○二月以之分钟周期 \t\n\u3000[]（）,:t发布页下尾Nov共条x"
DATE_TEXTS = (
    "2026-11-02", "[2026/11/2]", "11-02", "02", "2026年", "20261102", "２０２６－１１－０２", "昨天 10:20", "3小时前", "3 天 之前", "刚刚",
    "二〇二六年十一月二日", "Nov 2, 2026", "发布时间：2026-11-02", "（2026-11-02）关于公告", "2 Nov 2026", "工作动态000", "第3期", "",
)  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(DATE_TEXTS), st.text(LETTERS, max_size=24)), max_size=12)


def alone(text: str) -> bool:
    """Whether the text by itself, without the search among others, is or holds a date or a piece of
    one."""
    told = _told(text)
    if told is None:
        return _simple(text, TODAY) is not None
    relative = find_dates(text, today=TODAY, place="item", fetched_at=LOOK)
    return bool(told.piece or told.best or relative.believed or relative.refused)


@given(texts)
@example([*DATE_TEXTS])
def test_every_text_that_holds_a_date_by_itself_is_hit_among_others(said: list[str]) -> None:
    hit = set(like_dates(run_of(said)))
    assert {number for number, text in enumerate(said) if alone(text)} <= hit


@pytest.mark.parametrize(
    "text",
    [text for text in DATE_TEXTS if text not in ("工作动态000", "第3期", "", "02", "2026年")],
)
def test_the_forms_of_dates_are_hit_between_words(text: str) -> None:
    assert like_dates(run_of(["栏目", text, "标题"])) == [1]


def test_words_with_numbers_are_no_dates() -> None:
    said = ["工作动态000", "第3期", "", "闽ICP备05000000号", "0591-88888888"]
    assert like_dates(run_of(said)) == [4]


@pytest.mark.parametrize("pattern", [_PIECE_LIKE, _HEADING, _DAY, PAGER_WORD_LIKE])
@given(texts)
@example(
    [
        *DATE_TEXTS,
        "20日",
        "二〇二六年",
        "2026年工作动态",
        "下一页",
        "[尾页]",
        " ·Last· ",
        "十一月",
        "sep",
    ]
)
def test_the_walk_to_texts_that_open_like_days_passes_none_over(
    pattern: re.Pattern[str], said: list[str]
) -> None:
    run = run_of(said)
    assert run.opening(pattern) == run.hits(pattern)


@given(texts)
def test_a_hit_is_told_by_the_number_of_its_text(said: list[str]) -> None:
    pattern = re.compile("[0-9]")
    assert run_of(said).hits(pattern) == [n for n, text in enumerate(said) if pattern.search(text)]


@given(
    st.lists(
        st.text("0123456789下一页頁后尾末最LASTnext pg\n\u3000<[…]>·", max_size=16), max_size=10
    )
)
@example(["下一页", " 2 ", "[3]", "next page", "LAST", "第 2 页", "12345678901"])
def test_every_word_of_a_pager_is_hit(said: list[str]) -> None:
    hit = set(run_of(said).hits(PAGER_WORD_LIKE))
    assert {number for number, text in enumerate(said) if is_pager_word(text.strip())} <= hit


values = st.one_of(
    st.sampled_from(
        (
            "2026-11-02",
            "2026年11月2日",
            "发布时间：2026-11-02",
            "1604275200",
            "20261102",
            "1999/1/2 10:00",
        )
    ),
    st.text("0129-/年月 :发布时间：T", max_size=20),
)


@given(
    st.sampled_from(("title", "data-time", "datetime", "alt")),
    values,
    st.sampled_from("\"'"),
    st.booleans(),
)
def test_the_one_sign_stands_wherever_one_of_the_four_stands(
    name: str, value: str, mark: str, gbk: bool
) -> None:
    source = f"<li {name}={mark}{value}{mark}>".encode("gb18030" if gbk else "utf-8")
    if any(gate.search(source) for gate in _ATTRIBUTE_GATES):
        assert _ATTRIBUTE_SIGN.search(source)


OLD_URL_DAY = re.compile(
    r"(?<![0-9A-Za-z])[tT]?(20[0-4]\d|199[5-9])(?:"
    r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![0-9A-Za-z])"
    r"|[-/](1[0-2]|0?[1-9])[-/](0[1-9]|[12]\d|3[01]|[1-9])(?![0-9A-Za-z])"
    r"|(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])(?![0-9A-Za-z]))"
)


@given(st.text("012t9/-._?aT", max_size=24).map(lambda path: f"http://x.example.org/{path}"))
@example("http://x.example.org/202011/t20201119_44.htm")
@example("http://x.example.org/at20201119_44.htm")
@example("http://x.example.org/2020/11/19/1.htm")
def test_the_day_of_an_address_has_its_proof(url: str) -> None:
    day, dated = url_day(url, today=TODAY), url_date(url, today=TODAY)
    assert day == (dated.day if dated else None)
    match = OLD_URL_DAY.search(url.partition("?")[0])
    if dated is not None and match is not None and url.count("20") + url.count("199") == 1:
        assert dated.raw == match[0].strip("/")


LISTS = "<ul><li><a href=a>关于公告</a></li></ul><ul></ul><p>一</p><ul id=x> </ul><p>二</p><table><tbody></tbody></table>"


def test_empty_lists_are_found_among_all_texts_or_between_some() -> None:
    root = plain_tree(f"<body>{LISTS}</body>")
    assert root is not None
    sheet = outline(root)
    every = empty_lists(sheet)
    assert [sheet.tags[number] for number in every] == ["ul", "ul", "tbody"]
    for start in range(len(sheet.texts) + 1):
        for stop in range(start, len(sheet.texts) + 1):
            assert empty_lists(sheet, start, stop) == [
                n for n in every if start <= sheet.first[n] <= stop
            ]


ADDRESSES = (
    b"https://weibo.com/u/1", b"//m.weibo.cn/2", b"?__biz=Mz=&x", b"http://weixin.qq.com/r/ab", b"x.com/", b".com/.com/",
    b"www.toutiao.com/c/user/3", b"v.douyin.com/user/4", b"/u/5", b" ", b'"', b"weibo.com/weibo.com/", b"com/r/",
)  # fmt: skip


@given(st.lists(st.sampled_from(ADDRESSES), max_size=12).map(b"".join))
def test_every_account_address_is_found_in_one_look_at_the_bytes(body: bytes) -> None:
    every = {
        mark + body[at + len(mark) :].partition(b'"')[0].partition(b" ")[0]
        for mark in (*TAILS, *COM_TAILS)
        for at in range(len(body))
        if body.startswith(mark, at)
    }
    assert {tail[:60] for tail in _tails(body)} == {tail[:60] for tail in every}
