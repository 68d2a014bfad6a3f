"""福建省统一平台 (TRS WCM with a search interface): the first pages stand in the HTML, all others come by
POST.

A column page says in a script how many posts its column has (``recordCount``), how many pages of
how many stand in it (``maxStaticIndex``, ``prepage``) and how its interface is asked
(``SiteInfo.searchId``, ``classsql``, ``sortfield``). The numbers stand in ``pageChnlInfo`` or
inside the call ``m({… pagebar: {…}})``; either way each name is said once as a literal. In the mode
动态 the page holds templates only, and its count is as old as the page: only the interface knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from lxml import etree

from crawler.model import Ask, Reading
from crawler.reading.families.base import Family, Source, says
from crawler.reading.markup import join

SEARCH = "/fjdzapp/search"
MOST = 75
"""Posts that the interface gives in one answer."""
DYNAMIC = "动态"
_MODE = re.compile(r"\bquickMode[\"']?\s{0,5}:\s{0,5}[\"']([^\"']{1,20})[\"']")
"""动静结合, or 动态: columns in the second mode hold templates only."""
_COUNT = re.compile(r"\brecordCount[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,8})")
"""The posts of the whole column, in ``pageChnlInfo`` or inside ``listModel({…})``."""
_STATIC = re.compile(r"\bmaxStaticIndex[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,4})")
"""So many pages stand in the HTML: five, one on columns of explanations (解读)."""
_PREPAGE = re.compile(r"\bprepage[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,4})")
_CLASS = re.compile(
    r"\bclasssql[\"']?\s{0,5}:\s{0,5}(?:[\"']{2}\s{0,5}\|\|\s{0,5}){0,3}[\"']([^\"']{1,200})[\"']"
)
"""``chnlid=1780``: the column as the interface knows it."""
_SORT = re.compile(r"\bsortfield[\"']?\s{0,5}:\s{0,5}[\"']([^\"']{1,100})[\"']")
_CHANNEL = re.compile(r"\b(?:searchId|channelid)[\"']?\s{0,5}:\s{0,5}[\"']?(\d{1,12})")
_API = re.compile(
    r"\blistApi[\"']?\s{0,5}:\s{0,5}\{[^{}]{0,200}?\burl[\"']?\s{0,5}:\s{0,5}[\"']([^\"'\s]{1,300})[\"']"
)
_SHOWN = re.compile(r"(?<!!)\$?\bshowStatic\b")
"""Lists of five rows each stand in boxes with ``ms-visible="$showStatic(1)"``, ``(6)``, ``(11)``."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page's scripts say of its column; ``None`` and ``""`` where they do not.

    ``static`` pages of ``page`` posts stand in the HTML; ``count`` is the column's, as of the
    making of the page.
    """

    mode: str
    count: int | None
    static: int | None
    page: int | None
    channel: str
    classes: str
    sort: str
    api: str

    @property
    def dynamic(self) -> bool:
        """Whether the page holds no row of its own, whatever its count says."""
        return self.mode.startswith(DYNAMIC)


def fits(source: Source) -> bool:
    marks = source.marks
    return says(marks, "fjdzapp", "pageChnlInfo", "trsapi") or (
        "searchId" in marks and any("recordCount" in script for script in source.scripts)
    )


def numbers_of(source: Source) -> Numbers:
    """The numbers of the page, from whichever of its scripts says them."""
    said = "\n".join(script for script in source.scripts if len(script) < 100_000)

    def first(pattern: re.Pattern[str]) -> str:
        match = pattern.search(said)
        return match[1] if match else ""

    def count(pattern: re.Pattern[str]) -> int | None:
        return int(found) if (found := first(pattern)) else None

    return Numbers(
        first(_MODE),
        count(_COUNT),
        count(_STATIC),
        count(_PREPAGE),
        first(_CHANNEL),
        first(_CLASS) or _class_of(source),
        first(_SORT),
        first(_API),
    )


def _class_of(source: Source) -> str:
    """``chnlid=1780`` from the page's ChnlId, where no script says more."""
    for number, tag in enumerate(source.sheet.tags[:80]):
        element = source.sheet.elements[number]
        if tag == "meta" and (element.get("name") or "").lower() == "chnlid":
            digits = (element.get("content") or "").strip()
            return f"chnlid={digits}" if digits.isdigit() else ""
    return ""


def fragment(source: Source) -> str:
    """The lists that stand in the page (``ms-visible="showStatic"``), groups of five made one;
    never the templates.

    All of them are the column's own, whatever folders their posts lead to.
    """
    boxes = list(_boxes(source))
    if not boxes or numbers_of(source).dynamic:
        return ""
    return "".join(
        etree.tostring(box, encoding="unicode", method="html", with_tail=False) for box in boxes
    )


def _boxes(source: Source) -> Iterator[etree._Element]:
    """The outermost elements that show the static pages, with a link in them."""
    sheet, end = source.sheet, 0
    for number, element in enumerate(sheet.elements):
        shown = (element.get("ms-visible") or element.get("ms-if") or "") if number >= end else ""
        if shown and _SHOWN.search(shown):
            end = sheet.end[number]
            if sheet.anchors_in(number):
                yield element


def interface(source: Source) -> str:
    """The address that further pages, and all of a dynamic column, are asked from."""
    return join(source.url, numbers_of(source).api or SEARCH)


def total(source: Source) -> int | None:
    """The posts of the whole column, those of other columns shown in it among them."""
    numbers = numbers_of(source)
    return None if numbers.dynamic else numbers.count


def pages(source: Source) -> int | None:
    """0 where the page was made with no post: in dynamic mode it does not know."""
    return 0 if total(source) == 0 else None


def apart(source: Source) -> bool:
    """Whether the column is dynamic: templates, a loading picture and 暂无数据 stand where its rows
    will be."""
    return numbers_of(source).dynamic


def asks(source: Source) -> tuple[Ask, ...]:
    """The request for the first posts that the page does not hold. One request of :data:`MOST`
    reads what five pages hold."""
    numbers = numbers_of(source)
    shown = not numbers.dynamic and next(_boxes(source), None) is not None
    held = (numbers.static or 1) * (numbers.page or 0) if shown else 0
    if numbers.count is not None and held and numbers.count <= held:
        return ()
    return search_asks(source, held // MOST + 1)


def search_asks(source: Source, page: int = 1) -> tuple[Ask, ...]:
    """The form that ``POST /fjdzapp/search`` wants for page ``page`` of this column, from the
    page's own values."""
    numbers = numbers_of(source)
    if not numbers.channel or not numbers.classes:
        return ()
    form = {
        "channelid": numbers.channel,
        "classsql": numbers.classes,
        "sortfield": numbers.sort or "-docorderpri,-docreltime",
        "classcol": "publishyear",
        "classnum": "100",
        "classsort": "0",
        "cache": "true",
        "page": str(page),
        "prepage": str(MOST),
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Accept": "application/json",
        "X-Requested-With": "XMLHttpRequest",
        "Referer": source.url,
    }
    return (Ask(interface(source), "POST", headers, urlencode(form).encode("ascii")),)


def after(asked: Ask, reading: Reading) -> Ask | None:
    """The form for the page after the one that ``asked`` brought, ``None`` when that was the last.

    The answer counts its pages; where it does not, one that is full may be followed by another.
    """
    form = dict(parse_qsl(asked.body.decode("latin-1"), keep_blank_values=True))
    page, size = form.get("page", ""), form.get("prepage", "")
    if asked.method != "POST" or not page.isdigit() or not size.isdigit() or not reading.posts:
        return None
    pages = reading.identity.get("pages", "")
    more = int(page) < int(pages) if pages.isdigit() else len(reading.posts) >= int(size)
    if not more:
        return None
    form["page"] = str(int(page) + 1)
    return Ask(asked.url, "POST", asked.headers, urlencode(form).encode("ascii"), asked.render)


FAMILY = Family(
    "province",
    fits,
    (b"pageChnlInfo", b"fjdzapp"),
    fragment=fragment,
    interface=interface,
    pages=pages,
    total=total,
    asks=asks,
    anew=search_asks,
    apart=apart,
)
