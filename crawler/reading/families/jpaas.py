"""Hanweb JPAAS (集约化): an empty place in the page, filled by GET from ``…/front/page/build/unit``.

The answer is JSON whose ``html`` holds the list; ``crawler/reading/data/datalist.py`` reads it. The
page itself says where to ask: an element with the interface in ``url`` and its parameters in
``querydata``.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

from crawler.reading.families.base import Family, Source, says
from crawler.reading.markup import join

_UNIT = re.compile(
    r"<\w{1,10}\b[^<>]{0,1500}\bquery[dD]ata=(\"[^\"]{2,1200}\"|'[^']{2,1200}')[^<>]{0,800}>"
)
"""The empty place of a list: an element with the interface's address and ``querydata``."""
_URL = re.compile(r"\burl=[\"']([^\"'<>\s]{1,300})[\"']")
_PAIR = re.compile(r"[\"'](\w{1,40})[\"']\s{0,3}:\s{0,3}[\"']([^\"']{0,200})[\"']")


def fits(source: Source) -> bool:
    return says(source.marks, "jpaas-publish-server")


def interface(source: Source) -> str:
    """The address of the first unit that builds a list, with its parameters."""
    if "uery" not in source.text:
        return ""
    for match in _UNIT.finditer(source.text):
        url = _URL.search(match[0])
        pairs = _PAIR.findall(html.unescape(match[1]))
        if url is not None and pairs:
            return join(source.url, f"{html.unescape(url[1])}?{urlencode(pairs)}")
    return ""


FAMILY = Family("jpaas", fits, (b"jpaas-publish-server",), interface=interface)
