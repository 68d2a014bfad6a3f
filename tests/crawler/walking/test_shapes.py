"""How a page is built is learned and watched: what changes from day to day is no drift, another
list is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Ask, Evidence, Outcome, Reading, Shape
from crawler.reading.keys import key
from crawler.reading.listing import read_list
from crawler.reading.lists.shapes import further_form
from crawler.walking.model import Known, Looked, Step
from crawler.walking.shapes import Turn, differences, leads_on, same_place
from crawler.walking.visit import Fetched, look
from tests.crawler.walking.test_walk import run
from tests.support.listpages import PAGER, days, items, page, whole
from tests.support.walking import HOME, NOW, TODAY, Memory, Web, outlet, post, reading, walker
from tests.support.walking import page as fetched

ITEM = "<li><a href='{url}'>{title}</a><span>{day}</span></li>"
LIST = f"<div class='main'><div class='news'><h3>通知公告</h3><ul class='list'>{items(days(15))}</ul></div>{PAGER}</div>"


def shape(middle: str, **more: str) -> Shape:
    said = read_list(page(whole(middle, **more)))
    assert said.outcome is Outcome.READ, said.reason
    assert said.shape is not None
    return said.shape


LEARNED = shape(LIST)


def test_a_reading_tells_how_its_page_is_built() -> None:
    assert shape(LIST) == Shape(
        "trs", ("div.main", "div.news", "ul.list"), "item after", 15, "index_#.html"
    )


SMALL = {
    "a class more": LIST.replace("class='list'", "class='list blue'"),
    "a class in front": LIST.replace("class='news'", "class='first wide news'"),
    "a box without a name more": LIST.replace("<ul class", "<div><ul class").replace(
        "</ul>", "</ul></div>"
    ),
    "a number in a name": LIST.replace("class='main'", "class='main' id='id_8f3a2c91'"),
    "posts fewer": LIST.replace(items(days(15)), items(days(9))),
    "posts more": LIST.replace(items(days(15)), items(days(20))),
    "a pinned row": LIST.replace(
        "<ul class='list'>", "<ul class='list'>" + items([date(2026, 3, 1)], start=90)
    ),
    "a banner above": "<div class='banner'><img src='/a.png'></div>" + LIST,
    "a state": LIST.replace("class='list'", "class='list active'"),
    "so few posts that nothing turns": LIST.replace(items(days(15)), items(days(9))).replace(
        PAGER, ""
    ),
    "new posts": LIST.replace(items(days(15)), items(days(15, date(2026, 11, 22)), start=3)),
    "another pager's words": LIST.replace("尾页", "末页"),
}


@pytest.mark.parametrize("name", SMALL)
def test_what_changes_while_a_page_is_built_the_same_is_no_drift(name: str) -> None:
    assert SMALL[name] != LIST
    assert differences(LEARNED, shape(SMALL[name])) == ()


ANEW = {
    "a list in another box": (LIST.replace("class='news'", "class='hot'"), ("place",)),
    "another list": (LIST.replace("class='list'", "class='rank'"), ("place",)),
    "a table": (
        LIST.replace("<ul class='list'>", "<table class='list'>").replace("</ul>", "</table>")
        .replace(items(days(15)), items(days(15), "<tr><td><a href='{url}'>{title}</a></td><td>{day}</td></tr>")),
        ("place",),
    ),
    "the day before the title": (
        LIST.replace(items(days(15)), items(days(15), "<li><span>{day}</span><a href='{url}'>{title}</a></li>")),
        ("date",),
    ),
    "twice as many and more": (LIST.replace(items(days(15)), items(days(40, step=1))), ("rows",)),
    "pages under other addresses": (LIST.replace("index_1.html", "list.jsp?page=2"), ("further",)),
    "a full page that nothing turns": (LIST.replace(PAGER, ""), ("further",)),
}  # fmt: skip


@pytest.mark.parametrize("name", ANEW)
def test_a_page_that_is_built_anew_is_a_drift_and_says_in_what(name: str) -> None:
    middle, differs = ANEW[name]
    assert differences(LEARNED, shape(middle)) == differs


def test_data_in_place_of_a_page_is_another_place() -> None:
    rows = ",".join(
        f'{{"title": "关于做好第{n}号工作的通知", "url": "/a/{day:%Y%m}/t{day:%Y%m%d}_{n}.htm", "publishTime": "{day}"}}'
        for n, day in enumerate(days(15))
    )
    said = read_list(page(f'{{"rows": [{rows}]}}'))
    assert said.shape is not None
    assert said.shape.place == ("data",)
    assert "place" in differences(LEARNED, said.shape)


NAMES = st.lists(
    st.sampled_from(["main", "news", "list", "left", "tab1", "tab2"]), max_size=3, unique=True
)
BOX = st.builds(
    lambda tag, names: "".join([tag, *(f".{n}" for n in sorted(names))]),
    st.sampled_from(["div", "section", "td"]),
    NAMES,
)
PLACE = st.lists(BOX, max_size=8).map(lambda boxes: (*boxes, "ul.list"))


@given(PLACE, st.data())
def test_any_place_survives_a_class_more_and_boxes_without_a_name(
    place: tuple[str, ...], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(place) - 1))
    named = (*place[:at], f"{place[at]}.zz", *place[at + 1 :])
    assert same_place(place, named)
    assert same_place(named, place)
    wrapped = (*place[:at], "div", *place[at:])
    assert same_place(place, wrapped)
    assert same_place(wrapped, place)


@given(PLACE, st.data())
def test_no_place_is_the_one_beside_it(place: tuple[str, ...], data: st.DataObject) -> None:
    beside = (*place[:-1], "ul.side")
    assert not same_place(place, beside)
    other = (*place[:-1], "div.aside", "ul.list")
    assert not same_place(place, other) or "div" in place[:-1]


@pytest.mark.parametrize("boxes", [24, 60])
def test_of_pages_that_nest_deep_the_nearest_boxes_count(boxes: int) -> None:
    deep = "<div class='w'>" * boxes + LIST + "</div>" * boxes
    assert len(shape(deep).place) == 24
    assert differences(shape(deep), shape(f"<div>{deep}</div>")) == ()
    assert differences(shape(deep), shape(deep.replace("class='list'", "class='rank'"))) == (
        "place",
    )


def test_further_pages_are_told_apart_by_how_they_are_addressed() -> None:
    assert further_form("http://a.example.org/x/index_1.html") == further_form(
        "http://a.example.org/x/index_12.html"
    )
    assert further_form("http://a.example.org/list.do?id=7&page=2") == "list.do?id&page"
    assert (
        further_form(Ask("http://a.example.org/fjdzapp/search", "POST", {}, b"page=2"))
        == "POST /fjdzapp/search"
    )
    assert further_form("http://[") == ""


# Looks

OLD = Shape("generic", ("ul.list",), "item after", 4)
NEW = replace(OLD, place=("div.cards",))


def column(*ages: int, **more: Any) -> Known:
    """A column whose first page, built as OLD, last showed posts of those ages."""
    posts = [post(age) for age in ages]
    given: dict[str, Any] = {"golden": OLD, **more}
    return Known(
        outlet(),
        front=b"".join(key(one.url) for one in posts),
        newest=posts[0].published.day if posts[0].published else None,
        newest_url=posts[0].url,
        dated=len(posts),
        last_conclusive=NOW - timedelta(days=1),
        last_plain=NOW,
        walk_done=True,
        **given,
    )


def listed(*ages: int, built: Shape = NEW) -> Reading:
    return replace(reading(post(age) for age in ages), shape=built)


def seen(known: Known, said: Reading) -> Looked:
    return look(
        known,
        fetched(),
        lambda *_: said,
        fetched=Fetched("spider"),
        step=Step(TODAY - timedelta(days=200)),
    )


def test_a_page_built_as_it_was_says_nothing_to_the_store() -> None:
    assert seen(column(2, 5, 8, 9), listed(1, 2, 5, 8, built=OLD)).built is None
    again = seen(column(2, 5, 8, 9, drifting=True), listed(2, 5, 8, 9, built=OLD)).built
    assert again is not None
    assert again.turn is Turn.SAME


def test_the_first_look_learns_and_so_does_one_after_a_person_accepted() -> None:
    for known in (Known(outlet()), replace(column(2, 5), front=b"")):
        built = seen(known, listed(2, 5)).built
        assert built is not None
        assert (built.turn, built.shape, [row.title for row in built.rows]) == (
            Turn.LEARN,
            NEW,
            ["信息2", "信息5"],
        )


def test_a_drift_that_leads_on_from_the_known_posts_is_a_look_as_ever() -> None:
    looked = seen(column(2, 5, 8, 9), listed(1, 2, 5, 8))
    assert (looked.visit.evidence, looked.visit.reason, looked.learns) == (
        Evidence.COMPLETE,
        "",
        True,
    )
    assert looked.built is not None
    assert (looked.built.turn, looked.built.overlaps) == (Turn.DRIFT, True)


def test_a_drift_that_shows_few_of_the_known_posts_clears_and_never_convicts() -> None:
    looked = seen(column(2, 5, 8, 9), listed(2, 30, 31, 32))
    assert (looked.visit.evidence, looked.visit.reason, looked.learns) == (
        Evidence.LOWER_BOUND,
        "drift",
        False,
    )
    assert looked.built is not None
    assert not looked.built.overlaps
    same = seen(column(2, 5, 8, 9), listed(2, 30, 31, 32, built=OLD))
    assert (same.visit.evidence, same.visit.reason) == (Evidence.COMPLETE, ""), (
        "the page is as it was"
    )


def test_a_doubt_is_told_once_and_the_drift_beside_it() -> None:
    looked = seen(column(2, 5, 8), listed(1, 30, 31))
    assert looked.visit.reason == "no_known_posts"
    assert looked.built is not None
    assert (looked.built.turn, looked.built.overlaps) == (Turn.DRIFT, False)


def test_a_persons_word_that_the_list_is_right_explains_a_drift_too() -> None:
    looked = seen(column(2, 5, 8, backwards=NOW), listed(2, 30, 31))
    assert (looked.visit.evidence, looked.visit.reason) == (Evidence.COMPLETE, "")


@given(st.sets(st.integers(1, 60), min_size=1), st.sets(st.integers(1, 60), min_size=1))
def test_a_drift_never_proves_more_than_the_same_look_without_it(
    before: set[int], now: set[int]
) -> None:
    """Seeing less never accuses more: to know how a page was built only ever takes proof away."""
    known, said = column(*sorted(before)), listed(*sorted(now))
    drifted, plain = seen(known, said), seen(replace(known, golden=None), said)
    proving = (Evidence.COMPLETE, Evidence.MANUAL)
    assert drifted.visit.evidence not in proving or drifted.visit == plain.visit
    assert plain.visit.evidence in proving or drifted.visit.evidence not in proving


@pytest.mark.parametrize(
    ("shown", "fresh", "met", "front", "answer"),
    [
        (15, 2, 13, 20, True),
        (20, 0, 15, 15, True),
        (20, 1, 9, 20, False),
        (5, 0, 5, 20, True),
        (20, 20, 0, 20, False),
        (0, 0, 0, 20, False),
    ],
)
def test_two_thirds_of_what_should_be_known_must_be(
    shown: int, fresh: int, met: int, front: int, answer: bool
) -> None:
    assert leads_on(shown, fresh, met, front) is answer


class Familiar(Memory):
    """A keeper that knows so many of the posts by title and day."""

    met = 0

    def familiar(self, *_: Any) -> int:
        return self.met


@pytest.mark.parametrize(("met", "evidence"), [(4, Evidence.COMPLETE), (1, Evidence.LOWER_BOUND)])
def test_posts_under_new_addresses_are_known_by_title_and_day(
    monkeypatch: pytest.MonkeyPatch, met: int, evidence: Evidence
) -> None:
    web, memory = Web(), Familiar()
    memory.met = met
    monkeypatch.setattr("crawler.walking.walk.platform", lambda _: web)
    said = replace(
        reading(post(n, host="https://new.example.gov.cn") for n in (2, 5, 8, 9)), shape=NEW
    )
    web.pages = {f"{HOME}/x/": said}
    run(walker(web, memory), [column(2, 5, 8, 9)])
    (looked,) = memory.looks
    assert looked.visit.evidence is evidence
    assert looked.built is not None
    assert looked.built.overlaps is (evidence is Evidence.COMPLETE)
