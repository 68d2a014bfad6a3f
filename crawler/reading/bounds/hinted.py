"""Posts of a column that a page holds where no reader of links looks: in a script's data, at an
``onclick``, in an image map, in a part that the server failed to put in. Pure; what is found bounds
the reading, it adds no post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from crawler.days.text import find_dates
from crawler.model import Post, Unread
from crawler.reading.bounds.bounds import Listed
from crawler.reading.bounds.sight import Sight
from crawler.reading.frames import PART
from crawler.reading.lists.addresses import Addresses, column_like
from crawler.reading.lists.outline import Outline, squeeze
from crawler.reading.lists.spans import spans_of

WORDS, MOST = 80, 1000
_OBJECT = re.compile(r"\{[^{}]{10,2000}\}")
"""Headlines and carousels that a script draws from objects with title and address."""
_TITLED = re.compile(
    r"""["']?\b(?:title|bt|subject|name)["']?\s?:\s?["']([^"']{4,200})["']""", re.I
)
_LEADS = re.compile(r"""(?:[uU][rR][lL]|href|link)["']?\s?:\s?["']([^"'\s]{4,300})["']""")
_VALUE = re.compile(r""":\s?["'][^"'\s]{4}""")
"""Stands wherever one of the two above stands, and begins with one letter: most scripts hold no
object."""
_POINTS = (
    re.compile(r"data-(?:url|href|link)\s?="),
    re.compile(r"onclick\s?=\s?.[^<>]{0,80}(?:location|open)"),
)
"""Each begins with a plain word, which is found much quicker in a whole page than one of
several."""
_SENDS = re.compile(
    r"""(?:location(?:\.href)?\s?=|location\.(?:replace|assign)\s?\(|\bopen\s?\()\s?["']([^"'\s]{1,300})["']"""
)
"""Headlines and image maps that open their article by ``onclick``."""
_FAILED = "an error occurred while processing"
"""What servers print in place of a part (a list, on pages that are put together) that they could
not include."""


def hinted(
    sight: Sight, listed: Listed, addresses: Addresses, near: range, posts: tuple[Post, ...]
) -> Iterator[Unread]:
    """What may be posts of the column beside ``posts``. ``near`` are the texts from heading to
    pager."""
    known = {post.url for post in posts}
    yield from _of_data(sight, addresses, known)
    yield from _of_attributes(sight, listed, addresses, near, known)
    yield from _not_included(sight.source.sheet, near)


def pointed(sight: Sight, near: range) -> Iterator[Unread]:
    """On a page without rows: what a click or a script's data leads to in the column's own folder,
    and is no column."""
    sheet, base = (
        sight.source.sheet,
        (sight.page.final_url or sight.page.url).rpartition("/")[0] + "/",
    )
    for number, url in _pointing(sight):
        if (
            url.startswith(base)
            and not column_like(url)
            and near.start <= sheet.first[number] <= near.stop
        ):
            yield Unread("a text without a link", PART, sheet.text_of(number)[:WORDS], url)
    for title, url, _ in _objects(sight):
        if url.startswith(base) and not column_like(url):
            yield Unread("a script's row", PART, title, url)


def _of_data(sight: Sight, addresses: Addresses, known: set[str]) -> Iterator[Unread]:
    """Objects of a script with a title and an address made like the list's posts (a headline, a
    data island)."""
    for title, url, text in _objects(sight):
        if url in known or not (addresses.own(url) or addresses.alike(url)):
            continue
        dates = find_dates(
            text, today=sight.today, place="script", fetched_at=sight.page.fetched_at
        )
        day = max((one.day for one in dates.believed), default=addresses.latest(url))
        yield Unread("a script's row", PART, title, url, day)


def _objects(sight: Sight) -> Iterator[tuple[str, str, str]]:
    """Title, address and text of a script's objects that have both, :data:`MOST` at most."""
    scripts = (
        one for one in sight.source.scripts if _VALUE.search(one) and _LEADS.search(one) is not None
    )
    objects = (found[0] for script in scripts for found in islice(_OBJECT.finditer(script), MOST))
    for text in islice(objects, MOST):
        leads, titled = _LEADS.search(text), _TITLED.search(text)
        url = sight.join(leads[1].replace("\\/", "/")) if leads and titled else ""
        if titled and url:
            yield titled[1][:WORDS], url, text


def _of_attributes(
    sight: Sight, listed: Listed, addresses: Addresses, near: range, known: set[str]
) -> Iterator[Unread]:
    """Addresses that a click leads to, though no link does: boxes with ``onclick``, image maps,
    ``data-url``."""
    sheet = sight.source.sheet
    # rows of a data block stand in a sheet of their own
    rows = [item.row for item in listed.items if item.url and listed.home >= 0]
    flat = spans_of((row.start, row.stop) for row in rows if row.flat)
    boxes = spans_of((row.node, sheet.end[row.node]) for row in rows if not row.flat)
    for number, url in _pointing(sight):
        # an element without texts begins, by its texts, where the next row does
        beside_texts = sheet.last[number] > sheet.first[number] and flat.hold(sheet.first[number])
        if url in known or beside_texts or boxes.hold(number):
            continue
        beside = not near or near.start <= sheet.first[number] <= near.stop
        if (
            addresses.own(url)
            or addresses.alike(url)
            or (beside and addresses.like(url) and not column_like(url))
        ):
            words = sheet.text_of(number) or squeeze(sheet.elements[number].get("alt") or "")
            yield Unread("a text without a link", PART, words[:WORDS], url, addresses.latest(url))


def _pointing(sight: Sight) -> Iterator[tuple[int, str]]:
    """Elements that are no links and lead somewhere, with the address, :data:`MOST` at most."""
    source = sight.source
    pointed_at = source.clicked and any(sign.search(source.text) for sign in _POINTS)
    if not pointed_at and "area" not in source.sheet.kinds:
        return
    tags = sight.source.sheet.tags
    spots = (i for i, tag in enumerate(tags) if tag not in ("a", "script", "option", "input"))
    yield from islice(((number, url) for number in spots if (url := _points(sight, number))), MOST)


def _points(sight: Sight, number: int) -> str:
    element = sight.source.sheet.elements[number]
    if element.tag == "area":
        return sight.join(element.get("href") or "")
    sends = _SENDS.search(element.get("onclick") or "")
    told = (
        sends[1]
        if sends
        else next(filter(None, map(element.get, ("data-url", "data-href", "data-link"))), "")
    )
    return sight.join(told) if told else ""


def _not_included(sheet: Outline, near: Iterable[int]) -> Iterator[Unread]:
    for number in near:
        if _FAILED in sheet.texts[number]:
            yield Unread("a part of the server", PART, squeeze(sheet.texts[number])[:WORDS])
