"""The title of an item as the office wrote it: whole, without dates, bullets and marks."""

from __future__ import annotations

import re

from crawler.reading.lists.blocks import Row
from crawler.reading.lists.links import IDLE
from crawler.reading.lists.outline import Outline, squeeze

INLINE = frozenset({"a", "font", "em", "b", "strong", "i", "u", "mark", "sup", "sub"})
"""Fonts and emphasis of old editors within a title cut no words."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PINNED = re.compile(r"置\s?顶|[\[【(（]顶[\])】）]")
"""Portals that mark a pinned row in words: [置顶], 【顶】."""
_PIN_MARK = re.compile(r"[\[【(（]?\s?(?:置\s?顶|(?<=[\[【(（])顶)\s?[\])】）]?[:：]?\s?")
_BULLET = re.compile(r"\A[\s·•●◆■□▪▶►>＞»›\-–—*※◇○|]{1,12}(?=\S)")
"""Lists of old portals print their bullets as letters before the title."""
_TAGS = re.compile(r"<[^<>]{0,300}>")
"""Title attributes that hold the markup of the title."""
_TAIL_DATE = re.compile(
    r"\s{0,9}[\[(（【]?\s?(?:(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?|\d{1,2}[-/.月]\d{1,2}日?)(?: \d{1,2}:\d{2}(?::\d{2})?)?\s?[\])）】]?\Z"
)
"""Rows that print their day at the end of the title's link: 标题(2026-11-20)."""
_HEAD_DATE = re.compile(
    r"\A[\[(（【]?\s?(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?\s?[\])）】]?\s{0,9}(?=\S)"
)
"""Links that begin with the day."""
_TOLD_LABEL = re.compile(r"\A\s{0,9}(?:文章|信息)?\s{0,3}(?:标\s{0,9}题|名\s{0,9}称)\s{0,3}[:：]")
"""Tooltips of several lines: 文章标题：…, 作者：…, 发表时间：…."""
_CUT = re.compile(r"(?:\.{2,}|…{1,3}|。。。)\Z")
"""Lists that cut long titles; the whole one stands in the attribute or on the picture's link."""
_CUT_ENDS = (".", "…", "。")
_BULLETS = "·•●◆■□▪▶►>＞»›-–—*※◇○| "
"""What a bullet begins with; asked of every title before the pattern is."""


def title_of(sheet: Outline, row: Row, dates: frozenset[int], *, edge: bool = False) -> str:
    """The full title of ``row``: its link's words, or the ``title`` attribute where the words were
    cut.

    ``dates`` are the texts that hold nothing but a date; ``edge`` takes a date at the end of the
    title off.
    """
    shown = _shown(sheet, row.anchor, dates)
    told = _told(sheet, row.anchor)
    title = _better(shown, told) or _picture(sheet, row.anchor)
    if not title or (title.endswith(_CUT_ENDS) and _CUT.search(title)):
        title = _beside(sheet, row, title) or title
    if edge:
        title = _HEAD_DATE.sub("", _TAIL_DATE.sub("", title))
    if "顶" in title and PINNED.search(title):
        title = _PIN_MARK.sub("", title)
    return (
        _BULLET.sub("", title).strip()
        if title[:1] in _BULLETS or title[:1].isspace()
        else title.strip()
    )


def _told(sheet: Outline, anchor: int) -> str:
    told = sheet.elements[anchor].get("title") or ""
    if "\n" in told or "\r" in told:
        told = _TOLD_LABEL.sub("", next((line for line in told.splitlines() if line.strip()), ""))
    return squeeze(_TAGS.sub(" ", told) if "<" in told else told)


def _shown(sheet: Outline, anchor: int, dates: frozenset[int]) -> str:
    """The words of the link. A link around a whole card shows several groups: the heading, else the
    first."""
    groups: list[tuple[int, list[str]]] = []
    for number in range(sheet.first[anchor], sheet.last[anchor]):
        if number in dates:
            continue
        owner = sheet.owners[number]
        while owner > anchor and sheet.tags[owner] in INLINE:
            owner = sheet.parents[owner]
        if groups and groups[-1][0] == owner:
            groups[-1][1].append(sheet.texts[number])
        else:
            groups.append((owner, [sheet.texts[number]]))
    if not groups:
        return ""
    if len(groups) == 1:
        return squeeze("".join(groups[0][1]))
    return _chosen(sheet, groups)


def _chosen(sheet: Outline, groups: list[tuple[int, list[str]]]) -> str:
    words = [(owner, squeeze("".join(texts))) for owner, texts in groups]
    for owner, text in words:
        if sheet.tags[owner] in HEADINGS and len(text) > 1:
            return text
    if all(sheet.tags[owner] in ("span", "a") for owner, _ in words):
        return squeeze(" ".join(text for _, text in words))
    long = [text for _, text in words if len(text) > 5 and IDLE.match(text) is None]
    return long[0] if long else max((text for _, text in words), key=len)


def _better(shown: str, told: str) -> str:
    """The attribute, when the words shown were cut or are missing; else the words."""
    if not told or told == shown:
        return shown
    if len(shown) < 2 or IDLE.match(shown):
        return told
    stem = _CUT.sub("", shown) if shown.endswith(_CUT_ENDS) else shown
    if len(told) > len(stem) and _plain(told).startswith(_plain(stem)[:40]):
        return told
    return shown


def _plain(text: str) -> str:
    return "".join(text.split())


def _beside(sheet: Outline, row: Row, cut: str) -> str:
    """The whole title on the row's other links (a picture's), where the shown one was cut."""
    stem = _plain(_CUT.sub("", cut))
    if row.flat:
        return ""
    for anchor in sheet.links_in(row.node)[:6]:
        if anchor != row.anchor and sheet.hrefs.get(anchor) == sheet.hrefs.get(row.anchor):
            for words in (_told(sheet, anchor), _picture(sheet, anchor)):
                if len(words) > len(stem) and _plain(words).startswith(stem):
                    return words
    return ""


def _picture(sheet: Outline, anchor: int) -> str:
    for number in range(anchor, sheet.end[anchor]):
        if sheet.tags[number] == "img":
            return squeeze(sheet.elements[number].get("alt") or "")
    return ""
