"""What a browser shows of a column that stands in no row with a link: frames, lists that a script
writes, years, bare dates.

Each is a kind of page on which an old list was taken for all there is. Pure; what is found bounds
the reading, it adds no post.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from crawler.days.text import find_dates
from crawler.model import Dated, Post, Unread
from crawler.reading.bounds.blank import room
from crawler.reading.bounds.bounds import Listed
from crawler.reading.bounds.filling import above, filled
from crawler.reading.bounds.sight import Sight
from crawler.reading.frames import AROUND, PART
from crawler.reading.lists.addresses import column_like
from crawler.reading.lists.outline import LINK, Outline, squeeze
from crawler.reading.lists.pager import is_pager_word
from crawler.reading.lists.spans import spans_of

WORDS = 80
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(20[0-4]\d)\s?年?度?\Z")
"""Archives that choose the year by a link or an option."""
_YEAR_OF = re.compile(
    r"\W{0,3}(?:20[0-4]\d\s?年?\s?[-—~至到]\s?)?(20[0-4]\d)\s?年?度?\s?"
    r"(?:[-/.年]?\s?(?:1[0-2]|0?[1-9])\s?月?|第?[一二三四1-4]季度|[上下]半年|第\s?\d{1,3}\s?期)?"
    r"(?:信息|文件|动态|公告|公示|通知|列表|档案)?\s?(?:\W\d{0,5}\W)?\W{0,2}\Z"
)
"""A year, or a part of it, on a link: 2020年信息, 2020-06, 2020年（12）, 2016-2020年."""
_WHOLE_DAY = re.compile(r"\s*20\d\d([-/.])\d\d?\1\d\d?\s*\Z")
"""What most texts with a year are: the day of a row."""
_SINCE = re.compile(r"(20[0-4]\d)\s?年?(?:度|\d{1,2}月)?(?:以后|之后|以来|至今|起)")
"""Lists that say themselves where later posts stand (查看2020年以后信息)."""
_NOT_A_DAY_OF_POSTS = re.compile(
    r"今天(?:是|：|:)|现在(?:是|时间)|当前(?:时间|日期)|截[止至](?:到|时间|日期|20|\W)|起止|版权|©|(?:总|日|总的)?访问(?:量|人?次)|农历"
)
"""Words around a date that is the page's, a counter's or a deadline's; 浏览 and 发布日期 stand beside
posts' own."""
_RANGE = re.compile(r"\d\s{0,3}日?\s{0,3}(?:至|到|—|~|～|-(?=\s))\s{0,3}\d")
"""From one day to another: fields of a search, a term of notice."""
_LINKED = re.compile(r"<a\b[^<>]*href", re.I)
_PLAYERS = re.compile(
    r"//(?:[\w-]+\.)*(?:v\.qq|youku|iqiyi|bilibili|cctv|map\.baidu|amap)\.\w+|/(?:player|video|map)[/.]",
    re.I,
)
"""Frames of films and maps hold no list."""
FORM, FRAMES = frozenset({"form"}), frozenset({"iframe", "object", "embed"})
"""Search forms print days of their own: from, to."""
OPTIONS = 60
"""Options of one choice that are read."""
SHORT = 40
"""Characters around the day of a page's head."""


def shown(sight: Sight, listed: Listed, near: range, posts: tuple[Post, ...]) -> Iterator[Unread]:
    """What may be newer than ``posts`` and is no link of the page. ``near`` are the texts from
    heading to pager."""
    newest = max((post.published.day for post in posts if post.published is not None), default=None)
    yield from framed(sight, near)
    if listed.home >= 0:
        yield from filled(sight, listed.home)
        yield from above(sight, listed.home)
        yield from written(sight, near)
        yield from bare(sight, listed, near)
    if newest is not None:
        yield from years(sight, near, newest, {post.url for post in posts})


def framed(sight: Sight, near: range) -> Iterator[Unread]:
    """Frames with room for a list between heading and pager: the present list above an archive."""
    sheet = sight.source.sheet
    for number, tag in enumerate(sheet.tags if sheet.kinds & FRAMES else ()):
        if tag not in FRAMES or not _beside(sheet, number, near):
            continue
        url = sight.join(
            sheet.elements[number].get("src") or sheet.elements[number].get("data") or ""
        )
        if url[:4] == "http" and not _PLAYERS.search(url) and room(sheet, number, unsaid=False):
            yield Unread("a frame", AROUND, tag, url)


def written(sight: Sight, near: range) -> Iterator[Unread]:
    """Rows with links that a script writes between heading and pager (``document.write('<li><a
    …')``)."""
    sheet = sight.source.sheet
    for number, script in zip(sheet.scripts, sight.source.scripts, strict=True):
        if "document.write" in script and _beside(sheet, number, near) and _LINKED.search(script):
            text = re.sub(r"<[^<>]*>|\\+", " ", script)
            found = find_dates(
                text, today=sight.today, place="script", fetched_at=sight.page.fetched_at
            )
            if found.believed:  # without a day it is a menu
                newest = max(dated.day for dated in found.believed)
                yield Unread("a script's row", PART, squeeze(text)[:WORDS], "", newest)


def years(
    sight: Sight, near: range, newest: date, known: Collection[str] = frozenset()
) -> Iterator[Unread]:
    """Lists of later years, to which a link, a tab or a choice leads that says nothing but the
    year.

    One year alone is a topic (2020年 above a banner); two or more are a choice of lists.
    """
    sheet = sight.source.sheet
    told: list[Unread] = []
    named: set[str] = set()
    for number in near:
        text = sheet.texts[number]
        if "20" not in text or _WHOLE_DAY.match(text):
            continue
        about = _years_in(_unnamed(sight, text))
        named.update(about)
        if not about and not (_YEAR.match(text.strip()) or _SINCE.search(text)):
            continue
        anchor = sheet.up(sheet.owners[number], LINK)
        url = sight.href(anchor) if anchor >= 0 else ""
        if not url or (url not in (sight.page.url, sight.page.final_url) and url not in known):
            told += _year(sight, text, url, newest)
    for number, tag in enumerate(sheet.tags if "select" in sheet.kinds else ()):
        # A choice that leads to other pages by itself; one of a form for searching does not.
        if tag == "select" and _beside(sheet, number, near) and sheet.up(number, FORM) < 0:
            for option in islice(sheet.elements[number].iter("option"), OPTIONS):
                named.update(_years_in(option.text or ""))
                told += _year(sight, option.text or "", "", newest)
    several = len(named) > 1
    yield from (one for one in told if several or _SINCE.search(one.text))


def _unnamed(sight: Sight, text: str) -> str:
    """The words without the column's name behind them (2020年工作动态)."""
    words = text.strip()
    for name in sight.names:
        words = words.removesuffix(name)
    return words


def _years_in(text: str) -> list[str]:
    """The year that a short text is about as a whole; the day of a row is none."""
    match = _YEAR_OF.match(text.strip()) if len(text) < 20 else None
    return [match[1]] if match is not None else []


def _year(sight: Sight, text: str, url: str, newest: date) -> Iterator[Unread]:
    words = _unnamed(sight, text) if url else text.strip()
    match = (_YEAR_OF if url else _YEAR).match(words) if len(words) < 20 else None
    since = _SINCE.search(text) if url and len(text) < 30 else None
    if match is not None and newest.year < int(match[1]) <= sight.today.year:
        last = min(sight.today, date(int(match[1]), 12, 31))
        yield Unread(f"year {match[1]}", PART, match[0], url, last)
    elif since is not None and newest.year <= int(since[1]) <= sight.today.year:
        yield Unread(f"year {since[1]}", PART, text.strip(), url, sight.today)


def below(sight: Sight, near: range) -> Iterator[Unread]:
    """Columns below this one that its page leads to: an empty channel's posts stand there."""
    sheet, here = sight.source.sheet, sight.page.final_url or sight.page.url
    folder = here.rpartition("/")[0] + "/"
    for anchor in sheet.anchors:
        url = sight.href(anchor) if sheet.first[anchor] in near else ""
        if (
            url.startswith(folder)
            and len(url) > len(folder)
            and column_like(url)
            and url.partition("index")[0] != folder
        ):
            yield Unread("a column below", PART, sheet.text_of(anchor)[:WORDS], url)


def bare(sight: Sight, listed: Listed, near: range) -> Iterator[Unread]:
    """Dates between heading and pager that stand in no row of the page and on no link: an entry
    without an address."""
    sheet = sight.source.sheet
    rows = spans_of((item.row.start, item.row.stop) for item in listed.items)
    linked = spans_of((sheet.first[anchor] - 3, sheet.last[anchor] + 4) for anchor in listed.others)
    for number in rows.free(near):
        text = sheet.texts[number]
        if len(text) > 2 * WORDS or _DIGIT.search(text) is None or linked.hold(number):
            continue
        if _NOT_A_DAY_OF_POSTS.search(_around(sheet, number)) or is_pager_word(text.strip()):
            continue
        found = find_dates(text, today=sight.today, place="item", fetched_at=sight.page.fetched_at)
        if number < listed.start and _of_the_page(sight, found.believed, _around(sheet, number)):
            continue
        if found.believed and not sheet.hidden(sheet.owners[number]):
            yield Unread(
                "a text without a link",
                PART,
                _around(sheet, number)[:WORDS],
                "",
                max(one.day for one in found.believed),
            )


def _of_the_page(sight: Sight, believed: Sequence[Dated], words: str) -> bool:
    """Whether dates above a list are the day of the look (2020年7月1日 in a page's head) or fields of
    a search."""
    today = sight.today in (one.day for one in believed) and len(words) < SHORT
    return today or (len(words) < SHORT and _RANGE.search(words) is not None)


def _around(sheet: Outline, number: int) -> str:
    """The words of the box that text ``number`` stands in, as far as they are few."""
    node = sheet.owners[number]
    words = sheet.text_of(node)
    for _ in range(2):
        node = sheet.parents[node]
        if node < 0 or sheet.last[node] - sheet.first[node] > 6:
            break
        words = sheet.text_of(node)
    return words


def _beside(sheet: Outline, number: int, near: range) -> bool:
    """Whether an element without texts stands between heading and pager."""
    return not near or near.start <= sheet.first[number] <= near.stop


def several(posts: Iterable[Post]) -> Iterator[Unread]:
    """Rows with another day beside the one that was believed, where nothing says what either is."""
    for post in posts:
        believed = post.published
        if believed is None:
            continue
        days = [
            one.day for one in post.others if one.place == believed.place and one.day > believed.day
        ]
        if days:
            # Without its address: the post is known there, with the day that is in doubt.
            title = post.title[:WORDS]
            yield Unread(f"row {title}", "several_dates", title, "", max(days))
