"""Which links of a portal may lead to a column: by words, by address, and by what addresses of one
shape turned out to be."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from crawler.discovery.navigation import Link
from crawler.reading.kinds import ARTICLE_ADDRESS, LIST_ADDRESS
from crawler.reading.lists.pager import is_pager_word

LONGEST_TEXT = 25
"""Characters of a link's words; longer ones are titles of articles."""
SHORT_TEXT = 8
FEW = 3
"""So many articles behind addresses of one shape, and never a list: the shape is not asked
again."""
SHAPE_LIMIT = 400
"""Pages of one shape asked at most: calendars and filters have no end."""
FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar|7z|gz|jpe?g|png|gif|bmp|svg|ico|webp|css|js|xml|rss|txt|mp[34]|"
    r"avi|flv|wmv|swf|apk|exe|ipa|ceb)\Z",
    re.I,
)
SERVANTS = re.compile(
    r"登录|注册|登出|注销|搜索|检索|无障碍|长者|关怀版|适老|英文|繁体|简体|设为首页|收藏|RSS|打印|关闭|English|返回|手机版|"
    r"客户端|下载|网站地图|站点地图|联系我们|关于我们|关于本站|版权|隐私|免责|网站声明|找错|纠错|首页\Z|主页\Z",
    re.I,
)
"""Words of links that lead to the portal's services, never to a column."""
LONGEST_ADDRESS = 500


def worth_asking(link: Link) -> bool:
    """Whether the page behind ``link`` may be a column or a section; its host is the caller's
    question."""
    text = link.text
    if (
        len(link.url) > LONGEST_ADDRESS
        or len(text) > LONGEST_TEXT
        or (is_pager_word(text) and not link.more)
    ):
        return False
    path = urlsplit(link.url).path
    return not (FILES.search(path) or ARTICLE_ADDRESS.search(path) or SERVANTS.search(text))


def likely(link: Link) -> bool:
    """Asked before the others: it stands in a menu, says 更多, has few words, or an address like a
    list's."""
    short = 1 < len(link.text) <= SHORT_TEXT
    return (
        bool(link.menu)
        or link.more
        or short
        or LIST_ADDRESS.search(urlsplit(link.url).path) is not None
    )


def shape_of(url: str) -> str:
    """An address with its numbers and values taken out: ``/detail?id=7`` and ``/detail?id=8`` are
    one shape."""
    parts = urlsplit(url)
    keys = sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.netloc}{re.sub(r'[0-9a-f]{16,}|[0-9]+', '#', parts.path)}?{'&'.join(keys)}"


class Shapes:
    """What the addresses of each shape turned out to be; articles are not asked one by one."""

    def __init__(self) -> None:
        self._articles: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()

    def article(self, url: str) -> None:
        self._articles[shape_of(url)] += 1

    def page(self, url: str) -> None:
        self._pages[shape_of(url)] += 1

    def skips(self, url: str) -> bool:
        """Whether another page of this shape would only be another article, or one of too many."""
        shape = shape_of(url)
        return self._pages[shape] >= SHAPE_LIMIT or (
            self._articles[shape] >= FEW and not self._pages[shape]
        )
