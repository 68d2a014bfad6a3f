"""What the addresses of a list's posts have in common, to know a post outside the list by its
address."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from urllib.parse import urlsplit

from crawler.days.text import url_day
from crawler.model import EARLIEST, Dated, Post

ARTICLE_ADDRESS = re.compile(
    r"/t\d{6,8}_\d+\.\w+$|/t\d{6,}\.s?html?$|/content/post_\d+\.|/art_\d+_\d+\.|/info/\d+/\d+\.htm|/content_\d+|"
    r"/[0-9a-f]{32}\.s?html?$|/(?:19|20)\d\d[-/]?\d{1,2}[-/]?(?:\d{1,2}/)?[^/]*\d{3,}[^/]*\.\w+$|"
    r"/\d{8}/[^/]+\.\w+$|/(?:article|detail|show|view|doc)[-_/]?(?:info|page)?[-_/]?\d+\.",
    re.I,
)
"""TRS, Guangdong, JCMS, Boda, UCAP and home-grown makers, each as its articles are addressed."""
ARTICLE_QUERY = re.compile(
    r"[?&]a=(?:show|view|detail)\b|[?&](?:article|info|news|content|doc|a)_?id=\w|"
    r"/(?:article|detail|show|view|doc|info|content|read)[a-z]{0,8}\.(?:aspx?|php|jsp|do|action|html?)\?(?:[^?#]{0,80}&)?id=",
    re.I,
)
"""Old ASP, PHP and JSP portals whose articles are one file with an id."""
SAVED, NIGHTS, SHOWN = timedelta(days=7), timedelta(days=3), 5
"""A post is printed with a day at most so long after the day in its address, the day of saving; a
list of so many posts with both shows itself how long, a weekend at least."""
_MONTH_FOLDER = re.compile(r"/(20[0-4]\d)-?(0[1-9]|1[0-2])/")
"""TRS keeps articles in month folders (202611/t20261120_1.htm)."""
_DIGITS = re.compile(r"\d+")
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9A-Za-z-]*\d)(?:[0-9a-fA-F]{16,40}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
)
"""UCAP and Epoint name articles by a hash or a UUID."""
_HASH_SIGN = re.compile(r"[0-9a-fA-F]{16}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-")
"""Stands in every address with a hash: a short walk over those without."""
_LAST_NUMBER = re.compile(r"\d{2,18}(?=\D*\Z)")
"""Makers that number posts as they are written (post_123.html, ID.shtml)."""
RUNS = 4
"""So many posts of other days or hours must agree before the running number of an address says
which of two posts is older."""
SHARE = 0.5
"""Many posts of a column may be other columns' and only shown here (../../ on the province's
platform)."""


def host_of(url: str) -> str:
    """The host without ``www.``; ``""`` for what is no address."""
    head = url.partition("//")[2]
    host = head.partition("/")[0].partition("?")[0].lower()
    return host.removeprefix("www.")


def pattern(url: str) -> str:
    """The address without host, its numbers as ``#`` and its hashes as ``*``:
    ``/xwzx/#/t#_#.htm``."""
    path = url.partition("//")[2].partition("#")[0]
    path = path[path.find("/") :] if "/" in path else "/"
    if _HASH_SIGN.search(path) is not None:
        path = _HASH.sub("*", path)
    return _DIGITS.sub("#", path)


def tail(shape: str) -> str:
    """The end of a pattern that tells an article from a column, whatever folder it stands in;
    ``""`` when nothing does.

    From the first folder that begins with a number on (``#/t#_#.htm``), at least the file with its
    query.
    """
    path, mark, query = shape.partition("?")
    if path.endswith("/") and len(path) > 1:  # a post that is a folder: /2026/11/20/gonggao-5/
        path, mark = path[:-1], "/" + mark
    folders = path.split("/")
    if not ("#" in folders[-1] or "*" in folders[-1] or "#" in query):
        return ""
    at = len(folders) - 1
    while at > 1 and folders[at - 1][:1] in ("#", "*"):
        at -= 1
    return "/".join(folders[at:]) + mark + query


def article_like(url: str) -> bool:
    """Whether addresses of this form are articles on portals of all makers."""
    path = url.partition("?")[0]
    return ARTICLE_ADDRESS.search(path) is not None or (
        "?" in url and ARTICLE_QUERY.search(url) is not None
    )


def column_like(url: str) -> bool:
    """Whether the address is a folder's or its first page's: a column, a site, a menu's entry,
    whatever its name."""
    path, _, query = url.partition("//")[2].partition("?")
    name = path.rpartition("/")[2] if "/" in path else ""
    stem = name.partition(".")[0].lower()
    return not query and (
        stem in ("", "index", "default", "main", "list")
        or ("." not in name and not _DIGITS.search(name))
    )


class Addresses:
    """The addresses of a list's ``posts``; each of its facts is made out when it is first asked
    for.

    ``folder`` is the column's own folder, ``""`` when most posts stand elsewhere.
    """

    def __init__(self, posts: Sequence[Post], page_url: str, folder: str, today: date) -> None:
        self.posts, self.today, self._page_url = posts, today, page_url
        self.urls = [post.url for post in posts if post.url]
        below = sum(url.partition("//")[2].startswith(folder) for url in self.urls)
        self.folder = (
            folder if folder.count("/") > 1 and below >= SHARE * max(1, len(self.urls)) else ""
        )
        self._origin = "/".join([*page_url.split("/", 3)[:3], ""])
        self._likes: dict[str, bool] = {}

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The page's host and those of at least half of the posts."""
        hosts = Counter(map(host_of, self.urls))
        kept = {host for host, count in hosts.items() if 2 * count >= len(self.urls)}
        return frozenset(kept | {host_of(self._page_url)})

    @cached_property
    def shapes(self) -> dict[str, str]:
        """The pattern of each post's address."""
        return {url: pattern(url) for url in self.urls}

    @cached_property
    def patterns(self) -> frozenset[str]:
        """The posts' patterns, in whatever folder they stand."""
        return frozenset(self.shapes.values())

    @cached_property
    def _tails(self) -> dict[str, str]:
        return {shape: tail(shape) for shape in self.patterns}

    @cached_property
    def tails(self) -> frozenset[str]:
        """The ends of the posts' patterns that tell an article from a column."""
        return frozenset(self._tails.values()) - {""}

    @cached_property
    def files(self) -> frozenset[str]:
        """Folder and ending of posts where most addresses have no number (``/lg/*.html``)."""
        bare = [url for url in self.urls if not self._tails[self.shapes[url]]]
        return (
            frozenset(filter(None, map(_file, bare)))
            if 2 * len(bare) > len(self.urls)
            else frozenset()
        )

    @cached_property
    def lag(self) -> timedelta:
        """The longest time from the day in an address to the printed one."""
        return _lag(self.posts, self.today)

    @cached_property
    def runs(self) -> dict[str, tuple[tuple[int, ...], tuple[date, ...]]]:
        """Running numbers and the posts' days, both ascending, by tail; none where numbers do not
        run with days."""
        told: dict[str, list[tuple[int, Dated]]] = {}
        for post in self.posts:
            number = _number(post.url) if post.url else None
            if number is not None and post.published is not None:
                told.setdefault(self._tails[self.shapes[post.url]], []).append(
                    (number, post.published)
                )
        return _runs(told)

    def same_site(self, url: str) -> bool:
        return url.startswith(self._origin) or host_of(url) in self.hosts

    def like(self, url: str) -> bool:
        """Whether it is made like the list's own posts, in whatever folder."""
        like = self._likes.get(url)
        if like is None:
            like = self._likes[url] = tail(pattern(url)) in self.tails
        return like

    def alike(self, url: str) -> bool:
        """Whether it stands in a folder of the list's own posts, and is made like them."""
        return pattern(url) in self.patterns

    def beside(self, url: str) -> bool:
        """Whether it is a file beside posts whose addresses have no number: only where it stands
        can tell it from a column."""
        return bool(self.files) and _file(url) in self.files

    def own(self, url: str) -> bool:
        """Whether it lies in the column's own folder, made like its posts."""
        return bool(self.folder) and self.below(url) and self.like(url)

    def below(self, url: str) -> bool:
        return bool(self.folder) and url.partition("//")[2].startswith(self.folder)

    def latest(self, url: str) -> date | None:
        """The newest day that a post at ``url`` can bear, ``None`` when its address does not bound
        it.

        By the day or month in the address (a post is saved before it is shown, at most ``lag``
        before), else by its running number: makers number posts as they are written, so one with a
        lower number than a post of the list is not newer. That is believed only where the list's
        own numbers and days run together without exception: numbers that run down the page, or
        posts imported in a batch, bound nothing.
        """
        saved = url_day(url, today=self.today)
        if saved is not None:
            return min(saved + self.lag, self.today)
        month = _MONTH_FOLDER.search(url)
        if month is not None:
            return min(_month_end(int(month[1]), int(month[2])) + self.lag, self.today)
        found = _number(url)
        run = self.runs.get(tail(pattern(url))) if found is not None else None
        if run is None or found is None:
            return None
        at = bisect_right(run[0], found)
        return run[1][at] if at < len(run[0]) else None


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _file(url: str) -> str:
    """Folder and ending of an address: ``www.x.gov.cn/lg/*.html``."""
    folder, _, name = url.partition("//")[2].partition("?")[0].rpartition("/")
    stem, _, ending = name.partition(".")
    return "" if stem in ("", "index", "default", "list") else f"{folder}/*.{ending}"


def _number(url: str) -> int | None:
    match = _LAST_NUMBER.search(url.partition("#")[0])
    return int(match[0]) if match else None


def _lag(posts: Iterable[Post], today: date) -> timedelta:
    told = [
        post.published.day - saved
        for post in posts
        if post.published is not None and post.published.place != "url" and post.url
        if (saved := url_day(post.url, today=today)) is not None
    ]
    return max(NIGHTS, *told) if len(told) >= SHOWN else SAVED


def _runs(
    told: Mapping[str, list[tuple[int, Dated]]],
) -> dict[str, tuple[tuple[int, ...], tuple[date, ...]]]:
    """Of numbers with their days by tail those that run together."""
    runs = {}
    for shape, pairs in told.items():
        pairs.sort(key=lambda pair: pair[0])
        days = [dated.day for _, dated in pairs]
        times = [(dated.day, dated.moment or EARLIEST) for _, dated in pairs]
        enough = len(set(times)) >= RUNS and len(set(days)) > 1
        if enough and all(one <= other for one, other in pairwise(times)):
            runs[shape] = tuple(number for number, _ in pairs), tuple(days)
    return runs


def path_of(url: str) -> str:
    """Path and query, for a person to read; the whole address when it is broken."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
