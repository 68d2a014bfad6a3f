"""Is a saved page a list, an article or a home page? Only for ``gengxin read``: the crawl knows
what it asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.model import Article, Outcome, Page, Reading
from crawler.reading.articles.passages import passages
from crawler.reading.articles.printed import IMPRINT
from crawler.reading.markup import decode, metas, said, tree

NOWHERE = "http://unknown.invalid/"
"""Base of a saved page whose address nobody knows: its relative links stay recognisable."""
KINDS = ("auto", "list", "article")
HOME = re.compile(r"/?(?:(?:index|default|main|home)(?:\.\w{2,6})?)?", re.I)
"""Addresses of home pages in all spellings of the first page."""
ARTICLE_ADDRESS = re.compile(
    r"/t\d{6,8}_\d+\.\w+$|/t\d{6,}\.s?html?$|/content/post_\d+\.|/art_\d+_\d+\.|/info/\d+/\d+\.htm|/content_\d+|"
    r"/[0-9a-f]{32}\.s?html?$|/(?:19|20)\d\d[-/]?\d{1,2}[-/]?(?:\d{1,2}/)?[^/]*\d{3,}[^/]*\.\w+$|"
    r"/\d{8}/[^/]+\.\w+$|/(?:article|detail|show|view|doc)[-_/]?(?:info|page)?[-_/]?\d+\.",
    re.I,
)
"""Addresses of articles of the makers in docs/families.md, and dated files of home-grown ones."""
ARTICLE_QUERY = re.compile(
    r"[?&]a=(?:show|view|detail)\b|[?&](?:article|info|news|content|doc|a)_?id=\w|"
    r"/(?:article|detail|show|view|doc|info|content|read)[a-z]{0,8}\.(?:aspx?|php|jsp|do|action|html?)\?(?:[^?#]{0,80}&)?id=",
    re.I,
)
"""Old ASP and PHP portals whose articles are one file with an id."""
LIST_ADDRESS = re.compile(
    r"/(?:$|\?)|/(?:index|list|node|col|column|channel|channels|more|moreinfo\w*|common_list|\w+_list|default)(?:_?\d+)?\.\w+(?:\?|$)|/col/col\d+|"
    r"/channels/\d+",
    re.I,
)
"""Addresses of columns of the same makers: index_2, col/col12, channels/7, moreinfo."""
BODY_LINE = 30
LONG_BODY = 150
FEW_POSTS = 3
"""Related posts below an article are a few rows."""
UNLISTED = ("no_list", "no_dates", "article")
"""Reasons of the list reader that leave room for an article."""


def guess_kind(page: Page, reading: Reading, article: Article) -> str:
    """``home``, ``list``, ``article`` or ``other``, from the address, the labels and what both
    readers found."""
    known = page.url != NOWHERE
    address = urlsplit(page.final_url or page.url)
    path = f"{address.path}?{address.query}".rstrip("?") if known else ""
    if known and HOME.fullmatch(path):
        return "home"
    if _is_article(path, page, reading, article):
        return "article"
    listed = reading.outcome in (Outcome.READ, Outcome.EMPTY) or reading.reason not in (
        "no_list",
        "",
    )
    if listed or LIST_ADDRESS.search(path):
        return "list"
    return "other"


def _is_article(path: str, page: Page, reading: Reading, article: Article) -> bool:
    """An address or labels of an article, or a date of its own above a body, and no list that
    outweighs them."""
    dated = article.published is not None and article.published.place != "htmldate"
    listed = reading.outcome in (Outcome.READ, Outcome.EMPTY)
    if ARTICLE_ADDRESS.search(path.partition("?")[0]) or ARTICLE_QUERY.search(path):
        return dated or reading.outcome is not Outcome.READ
    root = tree(decode(page.body, page.headers))
    if root is None or LIST_ADDRESS.search(path):
        return False
    if dated and said(metas(root).get("articletitle", ())):
        return True
    if not listed and dated and reading.reason in UNLISTED:
        return True
    if not dated and (listed or reading.reason not in UNLISTED):
        return False
    seen = [p.prose for p in passages(root) if not p.hidden and not IMPRINT.search(p.text)]
    body = sum(len(prose) for prose in seen if len(prose) >= BODY_LINE)
    return body >= LONG_BODY and (
        reading.outcome is not Outcome.READ or len(reading.posts) <= FEW_POSTS
    )
