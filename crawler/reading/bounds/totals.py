"""How many posts and pages a list page says that its column has: printed at its pager, or written
into its scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from crawler.model import Post, Unread
from crawler.reading.families.base import Family, Source
from crawler.reading.lists.outline import Outline

TURNED = 0.2
"""Share of rows that may stand out of order in a list that is in order."""
NEAR_PAGER = 200
"""Characters that a pager's element holds at most."""
_TOTAL = re.compile(
    r"(?:共|合计|总计|共有|共计)\W{0,3}(\d{1,7})\W{0,3}(?:条|篇|个(?!月)|项|则|件)(?!\s?(?:评论|留言|回复|跟帖|咨询|点赞|附件))"
    r"|总(?:记录|条|信息|文章|篇|件)?数\W{0,3}(\d{1,7})"
    r"|(?<![\d/])(\d{1,7})\W{0,3}条(?:记录|信息|数据|结果)"
)
"""共107条 at pagers; 共3个月 and 共5条评论 count something else."""
_PAGES = re.compile(
    r"共\W{0,3}(\d{1,5})\W{0,3}页|总页数\W{0,3}(\d{1,5})|(?<![\d/.-])\d{1,5}\s{0,2}/\s{0,2}(\d{1,5})(?![\d/.-])"
)
"""Pagers that count pages only: 共8页, 总页数, 1/8; a date with slashes is none."""
_SCRIPTED = re.compile(
    r"\b(?:recordCount|totalRecords?|totalCount|m_nRecordCount|total_count)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(\d{1,7})\b"
)
"""The province's platform, JCMS and their relatives count in a script."""
_SCRIPT_SIGNS = ("recordCount", "RecordCount", "totalRecord", "totalCount", "total_count")
"""The province's platform and its relatives say in a script how many posts the whole column has."""
FETCHES = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\b|axios|fetch\s?\(|XMLHttpRequest|\.load\(", re.I
)
"""A script that asks for the list begins to count at 0: that is no total."""


@dataclass(frozen=True, slots=True)
class Total:
    """``posts`` of the whole column and ``pages`` of its list, ``None`` where the page does not
    say."""

    posts: int | None = None
    pages: int | None = None

    def least(self, rows: int) -> int | None:
        """At least so many posts, when this page shows ``rows`` of them; ``None`` where the page
        does not say.

        A number below what the page shows itself counts something else (a page, comments).
        """
        if self.posts is not None and self.posts >= rows:
            return self.posts
        if self.pages is not None and self.pages > 1 and rows:
            return (self.pages - 1) * rows + 1
        return None


NO_TOTAL = Total()


def fewer(posts: Sequence[Post], total: Total) -> tuple[Unread, ...]:
    """That the column has more posts than the page shows and no further page to walk, as one thing
    unread.

    In a list in order (a few pinned rows on top do not count) what is missing is not newer than its
    oldest row; but where the page says that it is the only one, what is missing stands on it, and
    nobody knows where.
    """
    least = total.least(len(posts)) or 0
    if least <= len(posts):
        return ()
    days = [post.published.day for post in posts if post.published is not None]
    return (
        Unread(
            "the whole column",
            "total",
            f"{len(posts)} / {least}",
            "",
            None if total.pages == 1 else _end(days),
        ),
    )


def backwards(posts: Sequence[Post]) -> tuple[Unread, ...]:
    """That a list with further pages begins with its oldest post: its newest stand on a page that
    was not read."""
    days = [post.published.day for post in posts if post.published is not None]
    if len(set(days)) > 2 and all(one <= other for one, other in pairwise(days)):
        return (Unread("further pages", "part"),)
    return ()


def _end(days: list[date]) -> date | None:
    """The newest day that can follow the list.

    Its last where it is in order but for pinned rows on top, the newest of its lower half where a
    few rows stand out of order (posts put in later), ``None`` where it is in no order.
    """
    half = len(days) // 2
    if half < 2:
        return None
    if any(all(a >= b for a, b in pairwise(days[pinned:])) for pinned in range(half)):
        return days[-1]
    turned = sum(a < b for a, b in pairwise(days))
    return max(days[half:]) if turned <= TURNED * len(days) else None


def total_of(source: Source, pagers: Sequence[int], family: Family) -> Total:
    """What the page says: by its family, in its scripts, or at its pagers (texts ``pagers``)."""
    sheet, pages = source.sheet, family.pages(source)
    posts = family.total(source)
    if posts is None:
        posts = next(filter(None.__ne__, map(_scripted, source.scripts)), None)
    for number in pagers:
        if number >= len(sheet.owners):
            continue
        if posts is not None and pages is not None:
            break
        words = _pager_words(sheet, number)
        if posts is None and (found := _TOTAL.search(words)) is not None:
            posts = int(next(group for group in found.groups() if group))
        if pages is None and (found := _PAGES.search(words)) is not None:
            pages = int(next(group for group in found.groups() if group))
    return Total(posts, pages)


def _scripted(script: str) -> int | None:
    if "ecord" not in script and "ount" not in script:  # in all signs: two looks instead of five
        return None
    match = _SCRIPTED.search(script) if any(map(script.__contains__, _SCRIPT_SIGNS)) else None
    if match is None or (int(match[1]) == 0 and FETCHES.search(script)):
        return None
    return int(match[1])


def _pager_words(sheet: Outline, number: int) -> str:
    """All that the pager around text ``number`` says: its numbers stand in elements of their
    own."""
    node = sheet.owners[number]
    words = sheet.text_of(node)
    for _ in range(4):
        node = sheet.parents[node]
        if (
            node < 0
            or sheet.tags[node] in ("body", "html")
            or sheet.last[node] - sheet.first[node] > 40
        ):
            break
        larger = sheet.text_of(node)
        if len(larger) > NEAR_PAGER:
            break
        words = larger
    return words
