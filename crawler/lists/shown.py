"""What a browser shows of a column that stands in no row with a link: frames, lists that a script writes, years, bare dates.

Each is a kind of page on which an old list was taken for all there is. Pure; what is found bounds the reading, it adds no post.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from crawler.dates import find_dates
from crawler.frames import AROUND, PART
from crawler.lists.addresses import column_like
from crawler.lists.blank import room
from crawler.lists.bounds import Listed
from crawler.lists.outline import LINK, Outline, squeeze
from crawler.lists.pager import is_pager_word
from crawler.lists.sight import Sight
from crawler.lists.totals import FETCHES
from crawler.model import Post, Unread

WORDS = 80
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(20[0-4]\d)\s?年?度?\Z")
_SINCE = re.compile(r"(20[0-4]\d)\s?年?(?:度|\d{1,2}月)?(?:以后|之后|以来|至今|起)")
_FILLS = r"\s{0,3}\.\s{0,3}(?:html|append|prepend|before|load|replaceWith|innerHTML|insertAdjacentHTML|bootstrapTable)\b"
_NOT_A_DAY_OF_POSTS = re.compile(
    r"今天|现在|当前|更新(?:时间|日期)|截[止至]|起止|日期[:：]|版权|©|星期|天气|访问|浏览"
)
NEAR = 3000
"""Characters between a fetch and what is done with its answer."""
_READY = re.compile(r"\$\(\s?(?:function|\(\s?\)\s?=>)|ready\s?\(|onload|DOMContentLoaded", re.I)
_LINKED = re.compile(r"<a\b[^<>]*href", re.I)
NOSCRIPT = frozenset({"noscript"})
BEYOND, OVERLAP = 10**9, 8
"""Greater than every text's number; so many spans at most reach over one text."""
CALLS = 20
"""Places of one script at which a box is looked for: the rest of a page with more of them is no page of a portal."""
_UP = 4
"""Elements around a list whose names a script may know as its box."""


def shown(sight: Sight, listed: Listed, near: range, posts: tuple[Post, ...]) -> Iterator[Unread]:
    """What may be newer than ``posts`` and is no link of the page. ``near`` are the texts from heading to pager."""
    newest = max((post.published.day for post in posts if post.published is not None), default=None)
    yield from framed(sight, near)
    if listed.home >= 0:
        yield from filled(sight, listed.home)
        yield from written(sight, near)
        yield from bare(sight, listed, near)
    if newest is not None:
        yield from years(sight, near, newest)


def framed(sight: Sight, near: range) -> Iterator[Unread]:
    """Frames with room for a list between heading and pager: the present list above an archive."""
    sheet = sight.source.sheet
    for number, tag in enumerate(sheet.tags):
        if tag not in ("iframe", "object", "embed") or not _beside(sheet, number, near):
            continue
        url = sight.join(sheet.elements[number].get("src") or sheet.elements[number].get("data") or "")
        if url[:4] == "http" and room(sheet, number, unsaid=False):
            yield Unread("a frame", AROUND, tag, url)


def filled(sight: Sight, home: int) -> Iterator[Unread]:
    """The list's own box is one that a script of the page writes into: the server's rows are what stood there before."""
    sheet = sight.source.sheet
    if sheet.up(home, NOSCRIPT) >= 0 and sheet.scripts:
        yield Unread("#noscript", PART, "script")
    node = home
    for _ in range(_UP):
        if node < 0 or sheet.tags[node] in ("body", "html"):
            return
        name = sheet.elements[node].get("id") or ""
        if name and _writes_into(name, sight.source.scripts):
            yield Unread(f"#{name[:40]}", PART, "script")
            return
        node = sheet.parents[node]


def _writes_into(name: str, scripts: Iterable[str]) -> bool:
    """Whether a script fills the element ``name`` as soon as the page is there. One that a click calls (the pager of a list
    that the server wrote) leaves the first page as it is.
    """
    told = [script for script in scripts if name in script]
    if not told:
        return False
    box = re.escape(name)
    pattern = re.compile(
        rf"""(?:["']#{box}(?:\s[^"']{{0,40}})?["']\s?\)|getElementById\(\s?["']{box}["']\s?\)){_FILLS}|\bel\s?:\s?["']#{box}["']"""
    )
    return any(
        _at_once(script, match.start())
        for script in told
        for match in islice(pattern.finditer(script), CALLS)
    )


def _at_once(script: str, at: int) -> bool:
    """Whether what stands ``at`` is called when the page is ready, by itself: outside every function but of a fetch's answer."""
    asked = [match.start() for match in FETCHES.finditer(script, max(0, at - NEAR), at)]
    before = script[: asked[-1] if asked else at]
    depth = before.count("{") - before.count("}")
    return depth <= 0 or (depth == 1 and _READY.search(before[max(0, before.rfind("{") - 80) :]) is not None)


def written(sight: Sight, near: range) -> Iterator[Unread]:
    """Rows with links that a script writes between heading and pager (``document.write('<li><a …')``)."""
    sheet = sight.source.sheet
    for number, script in zip(sheet.scripts, sight.source.scripts, strict=True):
        if "document.write" in script and _LINKED.search(script) and _beside(sheet, number, near):
            text = re.sub(r"<[^<>]*>|\\+", " ", script)
            found = find_dates(text, today=sight.today, place="script", fetched_at=sight.page.fetched_at)
            if found.believed:  # without a day it is a menu
                newest = max(dated.day for dated in found.believed)
                yield Unread("a script's row", PART, squeeze(text)[:WORDS], "", newest)


def years(sight: Sight, near: range, newest: date) -> Iterator[Unread]:
    """Lists of later years, to which a link, a tab or a choice leads that says nothing but the year."""
    sheet = sight.source.sheet
    for number in near:
        if "20" not in sheet.texts[number]:
            continue
        anchor = sheet.up(sheet.owners[number], LINK)
        url = sight.href(anchor) if anchor >= 0 else ""
        if not url or url not in (sight.page.url, sight.page.final_url):
            yield from _year(sight, sheet.texts[number], url, newest)
    for number, tag in enumerate(sheet.tags):
        # A choice that leads to other pages by itself; one of a form for searching does not.
        if tag == "select" and sheet.elements[number].get("onchange") and _beside(sheet, number, near):
            for option in sheet.elements[number].iter("option"):
                yield from _year(sight, option.text or "", "", newest)


def _year(sight: Sight, text: str, url: str, newest: date) -> Iterator[Unread]:
    match = _YEAR.match(text.strip()) if len(text) < 12 else None
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
    """Dates between heading and pager that stand in no row of the page and on no link: an entry without an address."""
    sheet = sight.source.sheet
    spans = sorted((item.row.start, item.row.stop) for item in listed.items)
    linked = sorted((sheet.first[anchor] - 3, sheet.last[anchor] + 4) for anchor in listed.others)
    for number in near:
        text = sheet.texts[number]
        if len(text) > 2 * WORDS or _DIGIT.search(text) is None:
            continue
        if _within(number, spans) or _within(number, linked):
            continue
        if _NOT_A_DAY_OF_POSTS.search(_around(sheet, number)) or is_pager_word(text.strip()):
            continue
        found = find_dates(text, today=sight.today, place="item", fetched_at=sight.page.fetched_at)
        if found.believed and not sheet.hidden(sheet.owners[number]):
            yield Unread(
                "a text without a link",
                PART,
                _around(sheet, number)[:WORDS],
                "",
                max(one.day for one in found.believed),
            )


def _within(number: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a text stands in one of the spans, which follow each other: of rows, or of links that are told already."""
    at = bisect_right(spans, (number, BEYOND))
    return any(start <= number < stop for start, stop in spans[max(0, at - OVERLAP) : at])


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
        days = [one.day for one in post.others if one.place == believed.place and one.day > believed.day]
        if days:
            # Without its address: the post is known there, with the day that is in doubt.
            title = post.title[:WORDS]
            yield Unread(f"row {title}", "several_dates", title, "", max(days))
