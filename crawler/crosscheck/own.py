"""Which addresses and articles are a column's own: by the folder of its page, of its posts, or by
the column named. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.model import Article

_NORMAL = re.compile(r"\W+")
_PARTS = re.compile(r"[>»›/|\\→]+|\s-+\s")
_DATED = re.compile(r"/(?:19|20)\d\d(?:[-_]?\d{1,2}){0,2}(?:/\d{1,2}){0,2}/\Z")
"""Folders of years, months and days: posts go on in the next one."""

SHORTEST = 8
"""Characters of a title that names one post."""


def bare(url: str) -> str:
    """The address without scheme, ``www.``, query and fragment: twins are one."""
    return url.partition("//")[2].partition("#")[0].partition("?")[0].lower().removeprefix("www.")


def folder_of(url: str) -> str:
    """The folder of an address, dated ones at its end taken off: ``x.gov.cn/xwzx/`` of
    ``/xwzx/202006/t1.htm``.

    Empty for what stands in a host's root: that is nobody's folder.
    """
    folder = _DATED.sub("/", bare(url).rpartition("/")[0] + "/")
    return folder if folder.count("/") > 1 else ""


def folders_of(urls: Iterable[str]) -> tuple[str, ...]:
    """The folders that posts at ``urls`` stand in."""
    return tuple(sorted({folder_of(url) for url in urls} - {""}))


@dataclass(frozen=True, slots=True)
class Own:
    """What tells a post of the column ``name``. ``page`` is the folder of its page, ``posts`` are
    those of its posts; a folder that other columns' posts share is in neither. ``titles`` are those
    of its rows without a sure day (:func:`plain_title`).
    """

    name: str
    page: str = ""
    posts: tuple[str, ...] = ()
    titles: frozenset[str] = frozenset()

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple({*self.posts, *([self.page] if self.page else [])})

    def below(self, url: str) -> bool:
        """Whether the address lies in one of the folders."""
        place = bare(url)
        return any(place.startswith(folder) for folder in self.folders)

    def titled(self, title: str) -> bool:
        """Whether a link says the title of a row whose day is not sure: there it may stand with its
        day."""
        return plain_title(title) in self.titles

    def holds(self, article: Article, url: str) -> bool:
        """Whether the article at ``url`` is a post of the column.

        In the folder of its page whatever it says. In a folder below, and in one of its posts
        (makers put posts of many columns in one), unless it names another column. Elsewhere only
        where it names this one.
        """
        if self.page and folder_of(url) == self.page:
            return True
        said = _said(article.column or "")
        if said == _NORMAL.sub("", self.name):
            return True
        return self.below(url) and (not said or said in self.name or self.name in said)


def plain_title(title: str) -> str:
    """A title without blanks and signs; empty for one that is too short to tell two posts apart."""
    plain = _NORMAL.sub("", title)
    return plain if len(plain) >= SHORTEST else ""


def _said(column: str) -> str:
    """The last name of a trail of columns."""
    names = [part for part in (_NORMAL.sub("", one) for one in _PARTS.split(column)) if part]
    return names[-1] if names else ""
