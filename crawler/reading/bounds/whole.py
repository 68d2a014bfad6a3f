"""The reading of a page whose list was found, or found empty: its posts, its further pages, and
what may be newer."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from crawler.days.strength import is_weak
from crawler.model import Evidence, Outcome, Post, Reading, Refused, Unread
from crawler.reading.bounds.blank import NO_DATES, Blank, empty
from crawler.reading.bounds.bounds import Listed, newer, outside, unread_rows
from crawler.reading.bounds.hinted import hinted, pointed
from crawler.reading.bounds.moving import settle_moving
from crawler.reading.bounds.parts import Teller, near_of
from crawler.reading.bounds.shown import below, framed, several, shown, years
from crawler.reading.bounds.sight import Sight
from crawler.reading.bounds.totals import NO_TOTAL, Total, backwards, fewer
from crawler.reading.families import Family
from crawler.reading.frames import PART
from crawler.reading.lists.addresses import Addresses
from crawler.reading.lists.blocks import Block
from crawler.reading.lists.choice import REACH, folder
from crawler.reading.lists.dating import posts_of
from crawler.reading.lists.outline import Outline
from crawler.reading.lists.pager import PAGER_WORD_LIKE, is_pager_word, links_further
from crawler.reading.lists.shapes import shape_of

MORE = (
    re.compile(r"更多(?<=[载看击示览]更多)"),
    re.compile(r"oad[\s_-]?[mM]ore"),
    re.compile(r"拉加载"),
)
"""Words of lists that a script makes longer: what follows is no link, and comes after the last
row."""


_BACK = re.compile(r"\W{0,3}(?:上一?页|前一?页)")
"""A clerk may copy the last page's address: its pager leads only back."""
_BACK_LIKE = re.compile(r"[上前]一?页")
_AT_LIKE = re.compile(r"第\s?\d{1,4}\s?页")
_AT = re.compile(r"(?:当前)?第\s?(\d{1,4})\s?页\s?[/，,]?\s?(?:共|总|\Z)")
"""Pagers that say 第3页/共8页: not the first page of the list."""
_NUMBERED = re.compile(
    r"(?:_|/|[?&](?:page|pageno|p|pn|pageindex|currentpage)=)(\d{1,4})(?:\.\w{2,6})?\Z", re.I
)
"""Addresses of further pages: _3.html, /3.htm, ?page=3."""
COUNTER = 60
"""Characters of a pager's counter at most."""


def whole(
    sight: Sight,
    family: Family,
    listed: Listed,
    refused: Iterable[Refused],
    sheet: Outline,
    near: range = range(0),
    total: Total = NO_TOTAL,
) -> Reading:
    """The reading of a list: its posts, and what of the page may be newer. ``sheet`` is the one
    that the rows stand in."""
    settle_moving(listed.items, sight.today)
    posts = posts_of(listed.items)
    addresses = Addresses(
        posts, sight.page.final_url or sight.page.url, folder(sight.source.url), sight.today
    )
    newest = max((post.published.day for post in posts if post.published is not None), default=None)
    beside, around = outside(sight, listed, addresses, near, newest)
    reading = Reading(
        Outcome.READ,
        Evidence.COMPLETE,
        posts,
        next=next_pages(sight, family),
        asks=family.asks(sight.source),
        total=total.posts if (total.posts or 0) >= len(posts) else None,
        identity={} if total.pages is None else {"pages": str(total.pages)},
        family=family.name,
        refused=tuple(dict.fromkeys(refused)),
        mark=family.interface(sight.source),
        around=around,
    )
    further = bool(reading.further) or (total.pages or 0) > 1 or _longer(sight.source.text)
    more = backwards(posts) if further else ()
    more += () if reading.further else fewer(posts, total)
    more += (Unread("further pages", PART),) if not_first(sight) else ()
    rows = [*unread_rows(sheet, listed, addresses, sight.today), *several(posts)]
    seen = [*shown(sight, listed, near, posts), *hinted(sight, listed, addresses, near, posts)]
    unread = newer([*rows, *beside, *seen, *more], newest)
    return replace(
        reading,
        unread=(*unread, *(m for m in more if m not in unread)),
        evidence=_evidence(posts, unread),
        shape=shape_of(reading, sheet, listed.items, listed.home),
    )


def _longer(text: str) -> bool:
    return any(sign.search(text) for sign in MORE)


def _evidence(posts: tuple[Post, ...], unread: tuple[Unread, ...]) -> Evidence:
    """WEAK where only weak dates bear the newest day, PARTIAL where something unread may be
    newer."""
    days = [post.published.day for post in posts if post.published is not None]
    sure = [
        post.published.day
        for post in posts
        if post.published is not None and not is_weak(post.published)
    ]
    if not sure or max(days) > max(sure):
        return Evidence.WEAK
    return Evidence.PARTIAL if unread else Evidence.COMPLETE


def not_first(sight: Sight) -> bool:
    """Whether the page is a further one of its list: an address that a clerk copied from the pager.
    Its own counter says so (第9页), or its address bears a page's number and a link leads back.
    """
    here = sight.page.final_url or sight.page.url
    if any(int(found[1]) > 1 for found in map(_AT.search, _counters(sight)) if found):
        return True
    number, stem = _place_in_list(here)
    if number < 1:
        return False
    back = (
        _place_in_list(url)
        for _, url in _links_saying(sight, sight.source.sheet.run.hits(_BACK_LIKE), _BACK.match)
    )
    return any(one < number and of == stem for one, of in back)


def _place_in_list(url: str) -> tuple[int, str]:
    """Which page of its list an address bears (0 where it bears none), and the address without that."""
    numbered = _NUMBERED.search(url)
    stem = url[: numbered.start()] if numbered else re.sub(r"\.\w{2,6}\Z", "", url)
    return int(numbered[1]) if numbered else 0, re.sub(r"/(?:index)?\Z", "", stem)


def _counters(sight: Sight) -> Iterable[str]:
    sheet = sight.source.sheet
    return (
        sheet.text_of(sheet.owners[n])
        for n in sheet.run.hits(_AT_LIKE)
        if len(sheet.texts[n]) < COUNTER
    )


def next_pages(sight: Sight, family: Family) -> tuple[str, ...]:
    """Further pages by real links, else as the family's script would write them."""
    here = sight.page.final_url or sight.page.url
    found = links_further(_short_links(sight), here) or family.further(sight.source)
    return tuple(url for url in dict.fromkeys(found) if url[:4] == "http" and url != here)


def _short_links(sight: Sight) -> Iterable[tuple[str, str]]:
    """Words and addresses of the links that may lead to another page, in page order."""
    return _links_saying(sight, sight.source.sheet.run.opening(PAGER_WORD_LIKE), is_pager_word)


def _links_saying(
    sight: Sight, texts: Iterable[int], said: Callable[[str], object]
) -> Iterator[tuple[str, str]]:
    """Words and addresses of the short links whose words are ``said``, in page order; they stand
    among ``texts``."""
    sheet = sight.source.sheet
    first, last, anchors = sheet.first, sheet.last, sheet.anchors
    for number in texts:
        words = sheet.texts[number].strip()
        if not said(words):
            continue
        begin = bisect_left(anchors, number, key=first.__getitem__)
        for anchor in anchors[begin : bisect_right(anchors, number, key=first.__getitem__)]:
            if 0 < last[anchor] - number < 3:
                yield words, sight.href(anchor)


def nothing_in(
    sight: Sight,
    blank: Blank,
    family: Family,
    teller: Teller,
    blocks: list[Block],
    pagers: tuple[int, ...],
) -> Reading:
    """An empty column, and what else on its page may be a post of it: proven empty only where
    nothing is."""
    sheet = sight.source.sheet
    listed = Listed((), teller.days(blocks), blank.at, blank.at)
    here = sight.page.final_url or sight.page.url
    addresses = Addresses((), here, folder(sight.source.url), sight.today)
    near = near_of(sheet, listed, sight.names, pagers)
    beside, around = outside(sight, listed, addresses, near)
    unread = newer(beside, None)
    dated = {sight.href(anchor) for anchor in listed.others}
    lost = [
        one
        for one in unread
        if one.why == PART and (one.url not in dated if one.url else one.day is None)
    ]
    if lost:  # titles without dates between heading and pager: rows whose dates are lost
        return Reading(
            Outcome.UNREADABLE,
            Evidence.NONE,
            reason=NO_DATES,
            mark=lost[0].text,
            family=family.name,
            unread=unread,
        )
    wide = range(near.start, min(len(sheet.texts), max(near.stop, blank.at + REACH)))
    told = [*years(sight, wide, date.min), *below(sight, wide), *framed(sight, wide)]
    told += pointed(sight, wide)
    unread = newer([*unread, *told], None)
    evidence = Evidence.PARTIAL if unread else Evidence.COMPLETE
    return replace(empty(blank, family), unread=unread, around=around, evidence=evidence)
