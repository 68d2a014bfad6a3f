"""What the addresses of a list's posts have in common, to know a post outside the list by its address."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from crawler.dates import url_day
from crawler.model import EARLIEST, Dated, Post

ARTICLE_ADDRESS = re.compile(
    r"/t\d{6,8}_\d+\.\w+$|/t\d{6,}\.s?html?$|/content/post_\d+\.|/art_\d+_\d+\.|/info/\d+/\d+\.htm|/content_\d+|"
    r"/[0-9a-f]{32}\.s?html?$|/(?:19|20)\d\d[-/]?\d{1,2}[-/]?(?:\d{1,2}/)?[^/]*\d{3,}[^/]*\.\w+$|"
    r"/\d{8}/[^/]+\.\w+$|/(?:article|detail|show|view|doc)[-_/]?(?:info|page)?[-_/]?\d+\.",
    re.I,
)
ARTICLE_QUERY = re.compile(
    r"[?&]a=(?:show|view|detail)\b|[?&](?:article|info|news|content|doc|a)_?id=\w|"
    r"/(?:article|detail|show|view|doc|info|content|read)[a-z]{0,8}\.(?:aspx?|php|jsp|do|action|html?)\?(?:[^?#]{0,80}&)?id=",
    re.I,
)
SAVED, NIGHTS, SHOWN = timedelta(days=7), timedelta(days=3), 5
"""A post is printed with a day at most so long after the day in its address, the day of saving; a list of so many posts with
both shows itself how long, a weekend at least."""
_MONTH_FOLDER = re.compile(r"/(20[0-4]\d)-?(0[1-9]|1[0-2])/")
_DIGITS = re.compile(r"\d+")
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9A-Za-z-]*\d)(?:[0-9a-fA-F]{16,40}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
)
_LAST_NUMBER = re.compile(r"\d{2,18}(?=\D*\Z)")
RUNS = 4
"""So many posts of other days or hours must agree before the running number of an address says which of two posts is older."""
SHARE = 0.5


def host_of(url: str) -> str:
    """The host without ``www.``; ``""`` for what is no address."""
    head = url.partition("//")[2]
    host = head.partition("/")[0].partition("?")[0].lower()
    return host.removeprefix("www.")


def pattern(url: str) -> str:
    """The address without host, its numbers as ``#`` and its hashes as ``*``: ``/xwzx/#/t#_#.htm``."""
    path = url.partition("//")[2].partition("#")[0]
    path = path[path.find("/") :] if "/" in path else "/"
    if _HASH.search(path):
        path = _HASH.sub("*", path)
    return _DIGITS.sub("#", path)


def tail(shape: str) -> str:
    """The end of a pattern that tells an article from a column, whatever folder it stands in; ``""`` when nothing does.

    From the first folder that begins with a number on (``#/t#_#.htm``), at least the file with its query.
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
    return ARTICLE_ADDRESS.search(path) is not None or ("?" in url and ARTICLE_QUERY.search(url) is not None)


def column_like(url: str) -> bool:
    """Whether the address is a folder's or its first page's: a column, a site, a menu's entry, whatever its name."""
    path, _, query = url.partition("//")[2].partition("?")
    name = path.rpartition("/")[2] if "/" in path else ""
    stem = name.partition(".")[0].lower()
    return not query and (
        stem in ("", "index", "default", "main", "list") or ("." not in name and not _DIGITS.search(name))
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a list: its ``hosts``, ``tails`` of its posts, ``patterns`` in the column's own folder.

    ``folder`` is the column's own folder, ``""`` when most posts stand elsewhere. ``numbers`` are running numbers and
    ``days`` the posts' days, both ascending, by tail; empty where the numbers do not run with the days. ``lag`` is the
    longest time from the day in an address to the printed one. ``files`` are folder and ending of posts whose
    addresses have no number (``/lg/*.html``).
    """

    hosts: frozenset[str]
    folder: str
    tails: frozenset[str]
    patterns: frozenset[str]
    runs: dict[str, tuple[tuple[int, ...], tuple[date, ...]]]
    lag: timedelta
    files: frozenset[str] = frozenset()

    def same_site(self, url: str) -> bool:
        return host_of(url) in self.hosts

    def like(self, url: str) -> bool:
        """Whether it is made like the list's own posts, in whatever folder."""
        return tail(pattern(url)) in self.tails

    def alike(self, url: str) -> bool:
        """Whether it stands in a folder of the list's own posts, and is made like them."""
        return pattern(url) in self.patterns

    def beside(self, url: str) -> bool:
        """Whether it is a file beside posts whose addresses have no number: only where it stands can tell it from a column."""
        return _file(url) in self.files

    def own(self, url: str) -> bool:
        """Whether it lies in the column's own folder, made like its posts."""
        return bool(self.folder) and self.below(url) and self.like(url)

    def below(self, url: str) -> bool:
        return bool(self.folder) and url.partition("//")[2].startswith(self.folder)

    def latest(self, url: str, today: date) -> date | None:
        """The newest day that a post at ``url`` can bear, ``None`` when its address does not bound it.

        By the day or month in the address (a post is saved before it is shown, at most ``lag`` before), else by its
        running number: makers number posts as they are written, so one with a lower number than a post of the list
        is not newer. That is believed only where the list's own numbers and days run together without exception:
        numbers that run down the page, or posts imported in a batch, bound nothing.
        """
        saved = url_day(url, today=today)
        if saved is not None:
            return min(saved + self.lag, today)
        month = _MONTH_FOLDER.search(url)
        if month is not None:
            return min(_month_end(int(month[1]), int(month[2])) + self.lag, today)
        shape = tail(pattern(url))
        run = self.runs.get(shape)
        found = _number(url)
        if run is None or found is None:
            return None
        at = bisect_right(run[0], found)
        return run[1][at] if at < len(run[0]) else None


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def addresses_of(posts: Sequence[Post], page_url: str, folder: str, today: date) -> Addresses:
    """What the ``posts`` of a list have in common. ``folder`` is the page's own: ``www.x.gov.cn/xwzx/``."""
    urls = [post.url for post in posts if post.url]
    hosts = Counter(host_of(url) for url in urls)
    own = [url for url in urls if url.partition("//")[2].startswith(folder)]
    named = folder if folder.count("/") > 1 and len(own) >= SHARE * max(1, len(urls)) else ""
    shapes = Counter(pattern(url) for url in urls)
    tails = {tail(shape) for shape in shapes} - {""}
    kept = frozenset(host for host, count in hosts.items() if 2 * count >= len(urls))
    return Addresses(
        kept | {host_of(page_url)},
        named,
        frozenset(tails),
        frozenset(shapes),
        _runs(posts),
        _lag(posts, today),
        _files(urls),
    )


def _file(url: str) -> str:
    """Folder and ending of an address: ``www.x.gov.cn/lg/*.html``."""
    folder, _, name = url.partition("//")[2].partition("?")[0].rpartition("/")
    stem, _, ending = name.partition(".")
    return "" if stem in ("", "index", "default", "list") else f"{folder}/*.{ending}"


def _files(urls: Sequence[str]) -> frozenset[str]:
    bare = [url for url in urls if not tail(pattern(url))]
    return frozenset(_file(url) for url in bare if _file(url)) if 2 * len(bare) > len(urls) else frozenset()


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


def _runs(posts: Iterable[Post]) -> dict[str, tuple[tuple[int, ...], tuple[date, ...]]]:
    """Running numbers and days by tail, where they run together."""
    told: dict[str, list[tuple[int, Dated]]] = {}
    for post in posts:
        number = _number(post.url) if post.url else None
        if number is not None and post.published is not None:
            told.setdefault(tail(pattern(post.url)), []).append((number, post.published))
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
