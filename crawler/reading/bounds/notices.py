"""A list page that says of itself that its column moved or is no longer kept: what it shows is
nobody's silence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.reading.bounds.sight import Sight
from crawler.reading.lists.outline import LINK, Outline, squeeze

LONG = 160
"""Characters of a notice at most: a sentence or two, no article."""
_GATE = re.compile(
    r"历史|缓存|登录|新版|新网站|新站|新栏目|历史缓存|数据导入|导入中|迁移|搬迁|迁至|移至|转至|并入|归档|存档|更新|停用|下线|维护|整合"
)
_SUBJECT = r"(?:本|该|此|原|以上|上述)?(?:栏目|频道|版块|板块|页面|网页|专栏|专题|列表|目录|网站|站点|内容|信息)"
"""A notice speaks of its column or page; a post about a move names something else."""
_GONE = r"(?:不再|停止|暂停|终止)(?:更新|维护|发布|使用)|停更"
"""Columns that say 本栏目已停止更新 above their old rows."""
_NOTICE = re.compile(
    _SUBJECT + r"[^。；\n]{0,30}?(?:" + _GONE + r")"
    r"|"
    + _SUBJECT
    + r"[^。；，,\n]{0,24}?(?:已|现已|现|将|均|统一|自[^，。]{2,16}起)[^。；，,\n]{0,8}?"
    r"(?:迁移|搬迁|迁至|移至|转移|转至|并入|合并|整合|归档|存档|停用|下线|调整[至到为])"
    r"|\A\W{0,6}(?:已|现已)(?:迁移|搬迁|归档|并入|停用|下线)|\A\W{0,6}(?:" + _GONE + r")"
    r"|(?:请|可)(?:到|至|前往|访问|移步|点击|浏览)[^。；\n]{0,20}(?:新版|新网站|新站|新栏目)|(?:当前|正在|您)[^。；\n]{0,8}(?:浏览|访问|是)[^。；\n]{0,4}(?:旧版|老版|历史)"
    r"|(?:历史(?:数据|信息|快照))[）)]|缓存页面|数据为历史"
    r"|(?:系统|网站|栏目|平台)[^。；，,\n]{0,6}(?:正在)?(?:维护|升级)中|历史缓存|(?:网站|数据|系统)[^。；，,\n]{0,4}迁移中"
    r"|登录(?:后|以后|之后)?(?:方可|才能|可以|可)?(?:查看|浏览|阅读)更多(?!服务|功能|办事|应用)|归档栏目|历史栏目[，,]|(?:已|作)(?:归档|存档)[^。]{0,10}(?:查阅|备查)"
)
"""Columns that went on elsewhere and left their old list standing (本栏目已停止更新, 历史数据（已归档）,
请前往新版网站): its last day is nobody's silence."""
_ITSELF = re.compile(r"本|该|此|已迁移|归档栏目")
"""A linked notice counts only where it speaks of this column; else it is the title of a post."""
_MOVES = ("迁移", "迁至", "搬迁", "并入", "归档", "停用", "下线")
"""One of them is in every notice that is no text of the page: plain words are looked for
quickly."""
_MOVES_LETTERS = "迁并归停下"
"""One of these is in each of them: a single letter is found in a page twenty times as quickly."""
HEAD = 4000
"""Characters of a page in which its title stands."""
_TITLE = re.compile(r"<title[^<>]*>([^<]{0,60}?(?:维护|升级|建设|改版|迁移)中)")
"""Sites under maintenance that say so in their title only."""
_ALERT = re.compile(r"""alert(?<=\balert)\s?\(\s?["']([^"'<>]{6,120})""")
_TOLD = (_ALERT, re.compile(r"""alt(?<=\balt)\s?=\s?["']([^"'<>]{6,120})"""))
"""Notices that are no text of the page: a box that the browser opens, a picture's words."""
_OTHER = re.compile(r"旧版|旧站|老版|旧网|原网站")
"""New sites link back to their old one (旧版)."""
_HERE = re.compile(r"(?:当前|正在|您)[^。；]{0,8}(?:浏览|访问|是)[^。；]{0,4}(?:旧版|老版)")
"""New sites offer a way back to the old one (旧版); only a page that calls itself old is it."""
_NOT_NOW = re.compile(
    r"(?:每日|每天|每周|每月|及时|实时|定期|自动|最后|最近)更新|更新(?:时间|日期|于)"
)
"""Pages that say how often or when they change (每日更新, 更新时间) give no notice."""


def moved_notice(sight: Sight, rows: Sequence[tuple[int, int]]) -> str:
    """The notice with the address it leads to, ``""`` without one. ``rows`` are the text spans of
    the list's dated rows.

    A post about a move is a row; a notice stands alone on the page, and speaks of the column or of
    itself.
    """
    sheet, text = sight.source.sheet, sight.source.text
    title = _TITLE.search(text[:HEAD])
    if title is not None:
        return squeeze(title[1])
    if words := _told(text):
        return squeeze(words)
    for number in sheet.run.hits(_GATE):
        text = sheet.texts[number]
        if len(text) > LONG or any(start <= number < stop for start, stop in rows):
            continue
        node = _sentence(sheet, sheet.owners[number])
        large = (
            node < 0 or sheet.last[node] - sheet.first[node] > 8
        )  # the page itself, or a box of many texts
        words = squeeze(text) if large else sheet.text_of(node)
        if len(words) > 2 * LONG:
            words = squeeze(text)
        match = _NOTICE.search(words)
        if match is None or sheet.hidden(sheet.owners[number]) or _NOT_NOW.search(match[0]):
            continue
        link = sheet.up(sheet.owners[number], LINK)
        linked = (
            link >= 0 and sheet.text_of(link) == words
        )  # a link in a sentence is where the notice leads
        if (_OTHER.search(words) and not _HERE.search(words)) or (
            linked and _ITSELF.search(words) is None
        ):
            continue
        address = next(
            (sight.href(anchor) for anchor in sheet.links_in(node) if sight.href(anchor)), ""
        )
        return f"{words[:LONG]} {address}".strip()
    return ""


def _told(text: str) -> str:
    """A notice in a box that the browser opens, or in a picture's words."""
    if not any(map(text.__contains__, _MOVES_LETTERS)):
        return ""
    told = (
        found[1]
        for sign in _TOLD
        for found in sign.finditer(text)
        if _NOTICE.search(found[1]) and (sign is _ALERT or _ITSELF.search(found[1]))
    )
    words = next(
        (words for words in told if not _OTHER.search(words) and not _NOT_NOW.search(words)), ""
    )
    return words if words and any(word in text for word in _MOVES) else ""


def _sentence(sheet: Outline, node: int) -> int:
    """The largest element around ``node`` that is still one short notice: its link may stand beside
    the words."""
    best = node
    for _ in range(3):
        node = sheet.parents[node]
        if node < 0 or sheet.tags[node] in ("body", "html", "ul", "ol", "table", "tbody"):
            break
        if sheet.last[node] - sheet.first[node] > 8 or len(sheet.text_of(node)) > LONG:
            break
        best = node
    return best
