"""Which links of a list page have a title: by structure, with a few words that never are one."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from crawler.reading.lists.outline import Outline, squeeze

IDLE = re.compile(
    r"\W*(?:更多|more|详情|详细|查看|查看详情|查看更多|点击查看|全文|阅读全文|阅读更多|下载|\d{1,5}|\d{1,2}(?::\d\d){1,2}"
    r"|首页|第一页|最后一页|上一页|上页|下一页|下页|尾页|末页|返回|确定|跳转|转到|分享|收藏|打印|关闭|NEW|RSS)\W*\Z",
    re.I,
)
"""Texts of links that are no titles."""
SAME, ITEM_LINKS, TAG, FEW = 4, 4, 8, 12
"""So many links in a row to one address are one item's (picture, title, read more); an item has so
many links; a category or read-more link has so many characters; so many of its repetitions are
looked at."""


@dataclass(slots=True)
class Links:
    """Which links of the page have a title, asked once each."""

    sheet: Outline
    dates: frozenset[int]
    known: dict[int, bool] = field(default_factory=dict)
    holders: dict[int, bool] = field(default_factory=dict)
    doubles: dict[int, bool] = field(default_factory=dict)
    short: dict[str, list[int]] | None = None

    def titled(self, anchor: int) -> bool:
        """Whether the link ``anchor`` says more than a date, a page number or 更多."""
        answer = self.known.get(anchor)
        if answer is None:
            answer = self.known[anchor] = self._ask(anchor)
        return answer

    def _ask(self, anchor: int) -> bool:
        sheet, dates = self.sheet, self.dates
        texts = [
            sheet.texts[t] for t in range(sheet.first[anchor], sheet.last[anchor]) if t not in dates
        ]
        words = (
            squeeze(" ".join(texts))
            if texts
            else (sheet.elements[anchor].get("title") or "").strip()
        )
        if len(words) < 2 or (len(words) <= 12 and IDLE.match(words)):
            return False
        return not self._second(anchor, long=bool(texts) and len(words) > TAG)

    def _second(self, anchor: int, *, long: bool) -> bool:
        """Whether the link belongs to another one's item by structure, whatever it says.

        It leads where the link just before or after it leads (picture, read more), or its few words
        repeat from item to item beside a longer link (category, publisher).
        """
        sheet = self.sheet
        if anchor not in self.doubles:
            group = _same(sheet, anchor)
            others = _all_but_title(sheet, group) if len(group) > 1 else ()
            for one in group:
                self.doubles[one] = one in others
        if self.doubles[anchor]:
            return True
        if long:
            return False
        said = words_of(sheet, anchor)
        if not 0 < len(said) <= TAG or not _beside_title(sheet, anchor, said):
            return False
        return any(
            other != anchor and _beside_title(sheet, other, said) for other in self._saying(said)
        )

    def _saying(self, words: str) -> list[int]:
        """The links that say just these few words."""
        if self.short is None:
            self.short = {}
            for anchor in self.sheet.anchors:
                said = words_of(self.sheet, anchor)
                if 0 < len(said) <= TAG:
                    self.short.setdefault(said, []).append(anchor)
        return self.short.get(words, [])[:FEW]

    def within(self, node: int) -> list[int]:
        """The titled links in ``node``; at most a few more than a row may have."""
        return [anchor for anchor in self.sheet.links_in(node) if self.titled(anchor)]

    def any_within(self, node: int) -> bool:
        """Whether a titled link stands in ``node``; asked of each element once, so that pages stay
        linear."""
        answer = self.holders.get(node)
        if answer is None:
            answer = self.holders[node] = any(map(self.titled, self.sheet.links_in(node)))
        return answer


def _same(sheet: Outline, anchor: int) -> list[int]:
    """The links in a row around ``anchor`` that lead to one address; more than an item has are
    cut."""
    anchors, hrefs = sheet.anchors, sheet.hrefs
    href = hrefs.get(anchor, "")
    if len(href) < 2 or href[:11].lower() == "javascript:":
        return [anchor]
    at = bisect_left(anchors, anchor)
    low, high = at, at + 1
    while low > 0 and at - low <= SAME and hrefs.get(anchors[low - 1]) == href:
        low -= 1
    while high < len(anchors) and high - at <= SAME and hrefs.get(anchors[high]) == href:
        high += 1
    return anchors[low:high]


def words_of(sheet: Outline, anchor: int) -> str:
    """What the link says, blanks squeezed; ``""`` for one without words."""
    first, last = sheet.first[anchor], sheet.last[anchor]
    if last - first == 1:
        return sheet.texts[first].strip()
    return squeeze("".join(sheet.texts[first:last])) if last > first else ""


def _all_but_title(sheet: Outline, group: list[int]) -> list[int]:
    """Of links to one address the one with the title stays: the first that says more than a few
    words."""
    if not 1 < len(group) <= SAME:
        return []
    said = [words_of(sheet, anchor) for anchor in group]
    said = ["" if IDLE.match(words) else words for words in said]
    longest = max(map(len, said))
    if longest < 2:
        return []
    title = next(i for i, words in enumerate(said) if 2 * len(words) >= min(longest, 2 * TAG))
    return [anchor for i, anchor in enumerate(group) if i != title]


def _beside_title(sheet: Outline, anchor: int, said: str) -> bool:
    """Whether the nearest element with other links is one item, and holds a longer link."""
    node = sheet.parents[anchor]
    for _ in range(ITEM_LINKS):
        if node < 0:
            return False
        links = sheet.links_in(node)
        if len(links) > ITEM_LINKS:
            return False
        if len(links) > 1:
            others = [words_of(sheet, link) for link in links if link != anchor]
            return said not in others and max(map(len, others)) > max(TAG, len(said))
        node = sheet.parents[node]
    return False
