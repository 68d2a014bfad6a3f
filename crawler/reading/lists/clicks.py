"""Items that lead to their article by a click and hold no link: ``<li
onclick="location.href='8800.html'">``, ``data-href``.

They are given the link that they are to a reader, before the page is taken apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from crawler.reading.lists.addresses import column_like

ADDRESS_ATTRIBUTES = ("data-href", "data-url", "data-link")
"""Rows that a script opens by an attribute instead of a link."""
_SIGNS = (
    re.compile(r"onclick\s{0,3}=\s{0,3}.[^<>]{0,120}(?:location|open|html?)"),
    re.compile(r"data-(?:href|url|link)\s{0,3}="),
)
"""Each begins with a plain word, which is found much quicker in a whole page than one of two."""
_CLICKED = etree.XPath(".//*[@onclick or @data-href or @data-url or @data-link]")
"""One walk that makes no Python object of the other elements."""
_SENDS = re.compile(
    r"""(?:location(?:\.href)?\s{0,3}=|location\.(?:replace|assign)\s{0,3}\(|\bopen\s{0,3}\()\s{0,3}["']([^"'\s]{1,500})["']\s{0,3}(?![+\s\w])"""
)
"""Rows with ``onclick="location.href='8800.html'"`` and no link; behind ``+`` the script goes
on."""
_CALLS = re.compile(r"""\w\(\s{0,3}["']([\w./-]{1,300}\.s?html?)["']\s{0,3}[,)]""")
"""An own function that is called with the address; an address put together (``'/a/' + id``) is
none."""
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|css|js|json|mp4|mp3)\Z|\A(?:javascript:|#|data:)", re.I
)
"""A click that opens a picture or calls a script leads to no article."""
_UNSHOWN = re.compile(r"display\s{0,3}:\s{0,3}none", re.I)
_NEVER = frozenset(
    {
        "a", "body", "html", "form", "button", "input", "select", "option", "img", "area", "script", "label",
        "iframe", "video",
    }
)  # fmt: skip
REPEATED = 3
"""So many elements of one make are items; fewer are a headline, a tab, a button."""
TEXTS, CHARACTERS, LETTERS = 14, 500, 4
"""Texts and characters that an item has at most, and characters at least."""
MOST = 1000
"""Maps and calendars have thousands of clicked elements, none of them an item."""


def linked(root: etree._Element, text: str) -> bool:
    """Give the page's clicked items, of which it has several alike, a link around what they
    hold; whether the page has anything that a click leads on from."""
    if not any(sign.search(text) for sign in _SIGNS):
        return False
    items = list(_items(root))
    makes = Counter((element.tag, element.get("class")) for element, _ in items)
    for element, address in items:
        if makes[element.tag, element.get("class")] >= REPEATED:
            _link(element, address)
    return True


def address_of(element: etree._Element) -> str:
    """Where a click on ``element`` leads by its own attributes, ``""`` where they do not say."""
    script = element.get("onclick") or ""
    sends = _SENDS.search(script) or _CALLS.search(script)
    told = sends[1] if sends else next(filter(None, map(element.get, ADDRESS_ATTRIBUTES)), "")
    return "" if _NO_PAGE.search(told.strip()) else told.strip()


def _items(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for number, element in enumerate(_clicked(root)):
        address = address_of(element) if number < MOST and element.tag not in _NEVER else ""
        whole = address if "//" in address else f"//./{address}"
        if address and not column_like(whole) and _is_item(element):
            yield element, address


def _clicked(root: etree._Element) -> list[etree._Element]:
    found = _CLICKED(root)
    return (
        [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []
    )


def _is_item(element: etree._Element) -> bool:
    """Whether it holds the few words of an item, and no link or clicked item in it or around it."""
    texts: list[str] = []
    for one in element.iter():
        if isinstance(one.tag, str) and one is not element and (one.get("href") or address_of(one)):
            return False
        texts += [
            text
            for text in (one.text, one.tail if one is not element else None)
            if text and not text.isspace()
        ]
        if len(texts) > TEXTS:
            return False
    around = (element, *element.iterancestors())
    if any(outer.tag == "a" or _UNSHOWN.search(outer.get("style") or "") for outer in around):
        return False
    return LETTERS <= sum(len(text.strip()) for text in texts) <= CHARACTERS


def _link(element: etree._Element, address: str) -> None:
    bare = list(element.iter("a"))
    if len(bare) == 1:
        bare[0].set("href", address)
        return
    link = etree.Element("a", href=address)
    link.text, element.text = element.text, None
    link.extend(list(element))
    element.append(link)
