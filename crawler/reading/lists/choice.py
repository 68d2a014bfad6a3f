"""Which of a page's blocks is the column's own list, by what a person would look at."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.reading.bounds.blank import NEAR, empty_lists
from crawler.reading.lists.blocks import Block, brothers, shape
from crawler.reading.lists.outline import LINK, Outline, squeeze

FOREIGN = re.compile(
    r"热[点门](?!话题|问题|回应|解读)|热文|热读|排行|点击榜|推荐|相关(?:文章|信息|新闻|链接|阅读|内容|稿件)|猜你|友情|最新(?:信息|文章|动态|发布|更新|消息)"
    r"|图片新闻|本周|浏览历史|延伸阅读"
)
"""Headings of blocks that show other columns' posts."""
MORE = re.compile(r"\W*(?:更多|more|查看更多|点击查看更多)\W*\Z", re.I)
"""Boxes of channel and home pages: a taste of a column whose list stands elsewhere."""
PAGER = re.compile(
    r"下一?页|后一页|尾页|末页|最后一页|上一?页|第\s?\d{1,5}\s?页|共\s?\d{1,6}\s?页|\d{1,5}\s?/\s?\d{1,5}\s?页|页[次数]\W|每页"
    r"|共有?\s?\d{1,7}\s?(?:条|篇)(?!\s?(?:评论|留言|回复|跟帖))|\d\s?条记录|总(?:页|条|记录)数"
)
"""Words of pagers of all makers; 共3条评论 counts something else."""
_PAGER_LETTER = re.compile("[页条篇]|总记录")
PAGER_SCRIPT = (
    "createPage", "countPage", "CountPage", "pageCount", "totalPage", "PageHTML", "laypage", "pagination", "Pagination", "pageTurn",
)  # fmt: skip
"""Words of scripts that write a pager."""
ENTITLED = re.compile(r"[\u4e00-\u9fff]{2,10}\Z")
"""The name of a column as it stands bare above its box."""
NEUTRAL = re.compile(
    r"标题|名称|序号|日期|时间|文号|索引|发布|位置|列表|搜索|查询|检索|全部|首页|正文|共|页|排序|筛选|置顶|状态|操作|信息|内容|年|月|日"
)
"""Words before a list that are no title of it: heads of tables, paths, filters."""
PATH = re.compile(r"位置|首页|[>»]")
"""The breadcrumb stands before the list on most portals and is no title of it."""
IMPRINT = re.compile(r"版权所有|copyright|©|ICP\s?(?:备\s?\d|备案序?号)|公网安备|网站标识码", re.I)
"""A day in the foot is the site's last change."""
SITE_UPDATE = re.compile(r"更新|维护|最后")
"""最后更新：2026-11-20 in the foot tells of the site."""
CLOCK = re.compile(r"今天是|今日是?|现在是?|日\s{0,4}(?:星期|周)[一二三四五六日天]")
"""Words of a portal's head and foot: a date with them is not a post's."""
TABLE = frozenset({"table"})
HEAD_TITLE, HEAD_DATE = re.compile(r"标题|名称|题目|主题|内容"), re.compile(r"时间|日期")
"""A table of one row under a head of title and day is a list."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BEFORE = 6
"""Texts before a block among which its heading is looked for."""
REACH = 40
"""Texts between a list and its pager at most."""
COVERED = 0.5
"""Share of a block's links that must be dated before it is joined to another block."""
OUTSIDE = frozenset({"aside", "footer", "nav", "header"})
"""What pages in HTML5 put around their menu, side lists and foot: no column's own list."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A block with the reasons for it.

    ``own``: something ties it to this column. ``foreign``: its heading is another's. ``other``: its
    heading is none of the names. ``paged``: a pager follows it. ``more``: a 更多 link says that it is
    a taste of another column. ``covered``: the share of its live links that have a date.
    """

    block: Block
    points: float
    own: bool
    foreign: bool
    other: bool
    paged: bool
    more: bool
    covered: float


def pager_texts(sheet: Outline, scripts: Iterable[tuple[int, str]]) -> list[int]:
    """Where in the page's texts a pager stands: real links, counts, or the script that writes
    it."""
    texts = sheet.texts
    found = [
        number
        for number in sheet.run.hits(_PAGER_LETTER)
        if len(texts[number]) < 90 and PAGER.search(texts[number])
    ]
    found.extend(sheet.first[element] for element, text in scripts if _writes_pager(text))
    return sorted(found)


def _writes_pager(script: str) -> bool:
    return "age" in script and any(map(script.__contains__, PAGER_SCRIPT))


def folder(url: str) -> str:
    """Host and folder of an address: ``www.x.gov.cn/xwzx/``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path.rpartition('/')[0]}/"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page says of its column: ``names`` of it, its ``folder``, pagers, ``href`` of its
    links, ``total`` posts."""

    names: tuple[str, ...]
    folder: str
    pagers: tuple[int, ...]
    href: Callable[[int], str]
    total: int | None = None


def rank(sheet: Outline, blocks: list[Block], around: Surroundings) -> list[Scored]:
    """The blocks with their points, best first."""
    owners = _pager_owners(sheet, blocks, around.pagers)
    near = [_share_near(block, around) for block in blocks]
    tells = len(set(near)) > 1 or len(blocks) == 1
    found = [
        _score(
            sheet, block, around, number in owners, near[number] if tells else 0.0, blocks[:number]
        )
        for number, block in enumerate(blocks)
    ]
    return sorted(found, key=lambda scored: -scored.points)


def _score(
    sheet: Outline,
    block: Block,
    around: Surroundings,
    paged: bool,
    near: float,
    before: list[Block],
) -> Scored:
    named, foreign, other, more = _heading(
        sheet, block, before[-1].stop if before else 0, around.names
    )
    # a side list without a name that has more posts than the column must not win by their number
    points = 3 * math.log2(1 + min(block.dated, 30)) + min(_title_length(sheet, block), 16) / 4
    # what ties a list to its column: a pager, the column's name above it, the column's folder
    points += 8 * paged + 5 * named + 6 * near
    # hot lists, boxes of other columns, tastes with 更多, menus and feet, tabs switched off
    points -= (
        9 * foreign
        + 4 * other
        + 3 * more
        + 8 * (_outside(sheet, block))
        + 3 * sheet.hidden(block.rows[0].home)
    )
    own = paged or named or near >= 0.5 or _counted(block, around.total) or _headed(sheet, block)
    return Scored(block, points, own, foreign, other, paged, more, _covered(block, around))


def _counted(block: Block, total: int | None) -> bool:
    """Whether the block has just as many rows as the page says that its column has posts."""
    return total is not None and total > 1 and len(block.rows) == total


def _headed(sheet: Outline, block: Block) -> bool:
    """Whether the rows stand in a table under a head of 标题 and 日期, made by the server: a list of
    one row is a list."""
    home = block.rows[0].home
    if home < 0 or sheet.tags[home] not in ("table", "tbody"):
        return False
    table = sheet.up(home, TABLE)
    head = (
        [squeeze(text) for text in sheet.texts[sheet.first[table] : block.start]]
        if table >= 0
        else []
    )
    words = " ".join(head) if len(head) < 12 else ""
    return HEAD_TITLE.search(words) is not None and HEAD_DATE.search(words) is not None


def _pager_owners(sheet: Outline, blocks: list[Block], pagers: tuple[int, ...]) -> set[int]:
    """The block around or before each pager, unless an empty list stands between them."""
    owners: set[int] = set()
    if not pagers:
        return owners
    shown = [i for i, block in enumerate(blocks) if not sheet.hidden(block.rows[0].home)]
    numbers = shown or list(
        range(len(blocks))
    )  # a tab that is switched off is not what the pager turns
    starts = [blocks[i].start for i in numbers]
    for pager in pagers:
        at = bisect_right(starts, pager) - 1
        i = numbers[at] if at >= 0 else -1
        if i < 0 or pager - blocks[i].stop > REACH:
            continue
        if not empty_lists(sheet, max(blocks[i].stop, pager - NEAR), pager):
            owners.add(i)
    return owners


def _covered(block: Block, around: Surroundings) -> float:
    bare = sum(1 for row in block.rows if not row.cells and around.href(row.anchor))
    return block.dated / (block.dated + bare) if block.dated else 0.0


def _share_near(block: Block, around: Surroundings) -> float:
    """The share of rows whose links lead below the page's own folder."""
    hrefs = [around.href(row.anchor) for row in block.rows]
    live = [href for href in hrefs if href]
    if not live or around.folder.count("/") < 2:
        return 0.0
    return sum(1 for href in live if href.partition("//")[2].startswith(around.folder)) / len(live)


def _heading(
    sheet: Outline, block: Block, floor: int, names: tuple[str, ...]
) -> tuple[bool, bool, bool, bool]:
    """Whether the words just before the block name the column, name another's list, say something
    else, offer 更多.

    The nearest telling words decide. A heading element without the column's name ends the search,
    and so do the few words that a box begins with: what stands above them (the path to the column)
    is not the box's.
    """
    named = foreign = other = False
    start = max(floor, block.start - BEFORE)
    for number in range(block.start - 1, start - 1, -1):
        words = squeeze(sheet.texts[number])
        if len(words) > 40:
            break
        named = any(name in words for name in names)
        foreign = not named and FOREIGN.search(words) is not None
        if named or foreign:
            break
        other = _entitles(sheet, number, words, block)
        if other or sheet.up(sheet.owners[number], HEADINGS) >= 0:
            break
    near = (
        sheet.texts[max(start, block.start - 3) : block.start]
        + sheet.texts[block.stop : block.stop + 1]
    )
    return named, foreign, other, any(MORE.match(text) for text in near)


def _entitles(sheet: Outline, number: int, words: str, block: Block) -> bool:
    """Whether text ``number`` is the title of the box that holds the block: few plain words, no
    link."""
    if not ENTITLED.match(words) or NEUTRAL.search(words):
        return False
    owner = sheet.owners[number]
    if sheet.up(owner, LINK) >= 0:
        return False
    home = max(block.rows[0].home, 0)
    box = sheet.parents[home]
    return box >= 0 and (
        sheet.inside(owner, box) or sheet.inside(owner, max(sheet.parents[box], 0))
    )


def stands_bare(sheet: Outline, names: tuple[str, ...]) -> str:
    """The column's name where it stands as the title of a box with no link in it, else ``""``."""
    for number, text in enumerate(sheet.texts):
        words = squeeze(text) if len(text) < 60 else ""
        if words not in names or not words:
            continue
        owner = sheet.owners[number]
        if sheet.up(owner, LINK) >= 0 or sheet.hidden(owner):
            continue
        box = sheet.parents[owner]
        around = sheet.text_of(box) if box >= 0 else ""
        if (
            box >= 0
            and sheet.tags[box] != "body"
            and not sheet.anchors_in(box)
            and not PATH.search(around)
        ):
            return words
    return ""


def _title_length(sheet: Outline, block: Block) -> float:
    rows = block.rows[:12]
    total = 0
    for row in rows:
        for number in range(sheet.first[row.anchor], sheet.last[row.anchor]):
            total += len(sheet.texts[number].strip())
    return total / len(rows)


def _outside(sheet: Outline, block: Block) -> bool:
    return sheet.up(block.rows[0].node, OUTSIDE) >= 0


def is_of_the_site(sheet: Outline, block: Block) -> bool:
    """Whether a lone date is the portal's own: today's in the head, the last update's in the
    foot."""
    row = next((row for row in block.rows if row.cells), block.rows[0])
    # an imprint is short: such words in running text are none
    said = [text for text in sheet.texts[block.start : block.stop] if len(text) < 300]
    if any(IMPRINT.search(text) for text in said):
        return True
    around = sheet.texts[max(0, block.start - 4) : block.stop + 4]
    dates = [
        sheet.texts[number]
        for cell in row.cells
        for number in cell.texts
        if number < len(sheet.texts)
    ]
    if any(SITE_UPDATE.search(text) for text in dates):
        return any(IMPRINT.search(text) for text in around)
    return any(CLOCK.search(text) for text in dates)


def merged_channel(sheet: Outline, ranked: list[Scored]) -> list[Block]:
    """The best block, and on a channel page (boxes of several columns, no pager) its equals, in
    page order."""
    best = ranked[0]
    if best.paged:
        return [best.block]
    same = [
        scored.block
        for scored in ranked[1:]
        if not scored.foreign
        and scored.covered >= COVERED
        and (best.more or not scored.more)
        and scored.own == best.own
        and (
            scored.other == best.other
            or brothers(sheet, best.block.rows[0].home, scored.block.rows[0].home)
        )
        and alike(sheet, best.block, scored.block)
    ]
    return sorted([best.block, *same], key=lambda block: block.start)


def alike(sheet: Outline, one: Block, other: Block) -> bool:
    """Whether two blocks have rows of one make and dress."""
    return shape(sheet, one) == shape(sheet, other) and _dress(sheet, one) == _dress(sheet, other)


def _dress(sheet: Outline, block: Block) -> tuple[str, str]:
    """The class attributes of rows and home: compared with each other, never with known words."""
    row = block.rows[0]
    home = sheet.elements[row.home].get("class") or "" if row.home >= 0 else ""
    return sheet.elements[row.node].get("class") or "", home
