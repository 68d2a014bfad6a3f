"""Why a page shows no list: it is empty, a script fills it, frames hold it, or it was not found."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import Evidence, Outcome, Post, Reading
from crawler.reading.bounds.elsewhere import elsewhere
from crawler.reading.bounds.empty_boxes import HEADINGS, all_empty
from crawler.reading.bounds.sight import Sight
from crawler.reading.bounds.totals import Total
from crawler.reading.families.base import Family
from crawler.reading.lists.outline import Outline, squeeze

NO_LIST, NO_DATES, FRAMESET = "no_list", "no_dates", "frameset"
LISTS = frozenset({"ul", "ol", "tbody", "dl"})
PROSE = 400
"""Running text outside links and rows, in characters, that makes a page an article: its 暂无 is not a
column's."""
ROOM = {"width": 400, "height": 200}
"""Pixels that a frame has at least when it holds a list."""
_SIZE = re.compile(r"(?<![\w-])(width|height)\s{0,3}:\s{0,3}(\d{1,4}(?:px|%)?)")
"""A weather box's frame says its size in its style, others in attributes."""
_PIXELS = re.compile(r"\s{0,3}(\d{1,5})(?:px)?\s{0,3}\Z")
BOX = 12
"""Texts that a box with nothing but its title and 暂无信息 holds at most."""
NEAR = 14
"""Texts between an empty list and its pager at most."""

NO_ITEMS = re.compile(
    r"\W{0,6}(?:对不起|抱歉|很抱歉|温馨提示)?\W{0,3}(?:本|该|此|当前)?(?:栏目|类别|分类|目录|页面)?(?:目前|下|内|中)?\W{0,2}"
    r"(?:暂无|没有|尚无|暂时没有|还没有|目前没有|没有(?:找|查|检索|搜索)到|未找到|未检索到|未查询到|查无|无|暂未发布|尚未发布)(?:任何|相关|更多|最新|符合条件的?|匹配的?|可显示的?)?"
    r"(?:的)?(?:信息|数据|内容|记录|文章|公告|资讯|新闻|文件|列表|结果|信息公开|资料)\W{0,6}\Z"
)
"""暂无数据 in the place of the list, 对不起，该栏目暂无内容 as a sentence: alone, not within one."""
NONE_COUNTED = re.compile(
    r"(?:共有?|总计|合计|总数)(?:\s?\d{1,2}\s?页)?\W{0,3}0\s?(?:条|篇|个|项|记录)(?!\s?(?:评论|留言|回复|跟帖|咨询|点赞))"
    r"|\A\W{0,2}0\s?条\W{0,2}\Z"
    r"|(?:总记录数?|记录(?:总|条)?数|总条数|信息(?:总|条)?数)\W{0,3}0(?![\d.])"
)
"""Pagers of empty lists: 共0条记录, PHPCMS 0条 alone; 0条评论 counts something else."""
_MARKS = r"\{\{|\{%|<%[=\s@]|\$\{[a-zA-Z_.]{1,40}\}|#\{[a-zA-Z_.]{1,40}\}|\{@each\b|<#list\b|#foreach\b|<c:forEach\b|<template\b"
_BINDS = (
    r"(?:v-(?:for|if|else|show|bind|html|text|model|cloak)|ng-(?:repeat|if|show|bind|model|controller|app)"
    r"|ms-(?:repeat|each|for|visible|if|attr|text|html|controller|href|duplex)|x-(?:for|if|show|data|text)|wx:for|a:for|s-for"
    r"|th:(?:each|if|text)|data-(?:bind|repeat|template|tpl|each)|\*ngFor|:key|@click|jsx?-for|tal:repeat|bind:)\b"
)
"""Attributes by which Vue, Angular, avalon (the province's platform) and template engines fill a
list."""
_TEMPLATE_SIGN = re.compile(rf"""{_MARKS}|[\s"']{_BINDS}""")
"""Stands wherever the next one does: a short walk over a page without a template."""
TEMPLATE = re.compile(rf"""{_MARKS}|<[^<>]{{0,200}}[\s"']{_BINDS}""")
"""Signs of a template in any of the languages that pages are written in: what fills it decides what
is shown."""
FILLED = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\b|axios|fetch\s?\(|XMLHttpRequest|innerHTML|laytpl|mustache"
    r"|new Vue\b|createApp|__NUXT__|ReactDOM|\.load\(|dataTable|bootstrapTable|dataproxy",
    re.I,
)
"""Words of scripts that fetch or write a list."""
_SCRIPT_TEMPLATE = re.compile(r"text/(?!javascript|ecmascript)|template|x-", re.I)
"""Templates kept in script elements: ``<script type="text/html">``."""
_ROOTS = frozenset({"app", "root", "__next", "__nuxt"})
"""Ids of elements that a whole page is drawn into."""
_NAMED = re.compile(r"""(?:#|getElementById\(\s?["']|id["']?\s?[:=]\s?["'])([\w-]{1,60})""")
_PLACEHOLDER = re.compile(
    r"no-?_?data|no-?_?(?:result|content|list)|empty|\bhid(?:e|den)|\bnone\b|loading", re.I
)
"""Class and id words, common to all makers, of boxes that a script shows when it found nothing."""
KNOWN_SCRIPTS = re.compile(
    r"jquery|bootstrap|swiper|slide|html5shiv|respond|modernizr|tongji|analytics|hm\.js|cnzz|trs_?ta|share|jiathis|wza|barrier|conac",
    re.I,
)
"""Files of scripts that make no lists: libraries, counters, accessibility, the seal of public
bodies."""
MAKES_LISTS = re.compile(
    r"(?:^|[/._-])(?:list|news|data|load|page|column|channel|article|content|app|main|render|vue|react|chunk|bundle"
    r"|ajax|get|query|search|xxgk|zwgk|xinxiang|jsonp)[^/]*\.(?:m?js|jsp|do|action)",
    re.I,
)
"""Files of scripts of whose purpose the name says that it may be the list."""
BUNDLES = re.compile(r"(?:^|[/._-])(?:app|main|chunk|bundle|vue|react)[^/]*\.m?js", re.I)
"""The same beside a total of 0, which a page that is all script shows before it asked (a pager's
own file says nothing)."""
FAILED = re.compile(
    r"(?:加载|读取|查询|请求)(?:数据)?失败|点击重试|java\.(?:sql|lang)\.\w*Exception|SQLException"
)
"""A list whose query failed looks empty but for these words."""
_FAILED_WORDS = ("失败", "点击重试", "Exception")
"""The server's own trouble, told beside the words of an empty list; one of the words is in each."""
COUNTERS = re.compile(r"\b_hmt\b|hm\.js|cnzz|googletagmanager|tongji|_trs_ta|s\.51\.la|analytics")
"""Words of inline scripts that load a counter of visitors."""
_SWITCHED = re.compile(r"\bhid(?:e|den)|\bnone\b|loading", re.I)
"""Of those, the words of boxes that are not shown as the page comes."""


@dataclass(frozen=True, slots=True)
class Blank:
    """What speaks for an empty list: ``mark`` says it in the page's words; ``certain`` even beside
    another list.

    ``script`` is what shows that a script makes the list instead. ``at`` is the text where the list
    would stand.
    """

    mark: str = ""
    certain: bool = False
    script: str = ""
    at: int = 0


def emptiness(
    sight: Sight, family: Family, pagers: Sequence[int], total: Total, *, beside: bool
) -> Blank:
    """Whether the page itself shows that its list was made and holds nothing, or that a script
    makes it.

    A total above nothing, or a second page, is never an empty column. Words like 暂无信息 count only
    where no script decides about them and they do not stand in a box of another name; an empty list
    element only when the server's own pager counts one page at most and no script knows the element
    by name. ``beside`` a list that was found, a template inside a script (for search results) says
    nothing; one on the page does.
    """
    source = sight.source
    if total.posts == 0 or total.pages == 0:
        bundle = "" if beside else _maker(source.sheet, BUNDLES)
        if bundle:
            return Blank(script=bundle)
        return Blank("pager: 0 items", certain=True, at=min(pagers, default=0))
    template = None
    if (not beside or _shows_template(source.sheet)) and _TEMPLATE_SIGN.search(
        source.text
    ) is not None:
        template = TEMPLATE.search(source.text)
    interface = family.interface(source)
    if template or interface:
        return Blank(script=interface or (template[0][-60:].strip() if template else ""))
    failed = (
        FAILED.search(source.text) if any(map(source.text.__contains__, _FAILED_WORDS)) else None
    )
    if failed:
        return Blank(script=failed[0])
    if total.posts or (total.pages or 0) > 1:
        return Blank(script=f"total: {total.posts or f'{total.pages} pages'}")
    filled = _filled_names(sight)
    requests = _requests(sight)
    words, decided, at = _says_empty(sight, filled, fills=bool(requests))
    if waiting(source.sheet, seen=True):
        return Blank(script="an empty list with a name")
    if words and source.sheet.prose() <= PROSE:
        made = "" if beside else _maker(source.sheet)
        return Blank(script=made) if made else Blank(words, certain=True, at=at)
    if decided:
        return Blank(script=decided)
    made = "" if beside else _maker(source.sheet, BUNDLES)
    if made and total.pages == 1:
        return Blank(script=made)
    before = _empty_before(source.sheet, pagers, filled) if total.pages == 1 else -1
    if before >= 0:
        return Blank("an empty list and its pager of 1 page", at=before)
    # without words or a pager to say so only a page that no script could fill is proven empty
    boxes = (
        -1
        if beside or requests or _unknown_script(sight)
        else all_empty(source.sheet, empty_lists(source.sheet))
    )
    return Blank("boxes with titles and nothing in them", at=boxes) if boxes >= 0 else Blank()


def _maker(sheet: Outline, makes: re.Pattern[str] = MAKES_LISTS) -> str:
    """A script of the page that may make its list, though nothing in the page says so: a module, or
    a file named for it."""
    for number in sheet.scripts:
        source = sheet.elements[number].get("src") or ""
        if not source or KNOWN_SCRIPTS.search(source):
            continue
        if (sheet.elements[number].get("type") or "").lower() == "module" or makes.search(source):
            return source[-60:]
    return ""


def _shows_template(sheet: Outline) -> bool:
    return any("{{" in text for text in sheet.texts)


def why_nothing(sight: Sight, family: Family, blank: Blank, titled: tuple[Post, ...]) -> Reading:
    """The reading of a page without a list to read."""
    frames = _frames(sight)
    if frames:
        return _no(FRAMESET, "frame", family, frames)
    if blank.mark:
        return empty(blank, family)
    if titled:
        return Reading(
            Outcome.UNREADABLE, Evidence.NONE, titled, reason=NO_DATES, family=family.name
        )
    mark = blank.script or _requests(sight)
    if not mark:
        return _no(NO_LIST, "", family, ())
    return elsewhere(sight.source, family, mark)


def empty(blank: Blank, family: Family) -> Reading:
    """EMPTY, with the words or the pager that say so."""
    return Reading(Outcome.EMPTY, Evidence.COMPLETE, mark=blank.mark, family=family.name)


def _no(reason: str, mark: str, family: Family, further: tuple[str, ...]) -> Reading:
    return Reading(
        Outcome.UNREADABLE,
        Evidence.NONE,
        reason=reason,
        mark=mark,
        family=family.name,
        next=further,
    )


def _requests(sight: Sight) -> str:
    """What in the page's scripts fetches or writes a list, else ``""``.

    Only scripts are asked: ``text/html`` in a meta tag, and words of an article, say nothing.
    """
    sheet = sight.source.sheet
    for number, script in zip(sheet.scripts, sight.source.scripts, strict=True):
        element = sheet.elements[number]
        kind = element.get("type") or ""
        if kind and _SCRIPT_TEMPLATE.search(kind) and script.strip():
            return kind[:60]
        match = FILLED.search(script) or FILLED.search(element.get("src") or "")
        if match is not None:
            return match[0][:60]
    roots = (
        i
        for i, tag in enumerate(sheet.tags)
        if tag in ("div", "section", "main") and sheet.elements[i].get("id") in _ROOTS
    )
    root = next(roots, None)
    return f"id={sheet.elements[root].get('id')}" if root is not None else ""


def _frames(sight: Sight) -> tuple[str, ...]:
    """Addresses of the frames of a frameset, or of the large iframe that is a page's middle."""
    sheet = sight.source.sheet
    tags = ("frame",) if "frame" in sheet.tags else ("iframe",)
    # an iframe without a size holds the list where the page has hardly a text of its own
    bare = sum(len(text.strip()) for text in sheet.texts) <= 400
    sources = [
        sheet.elements[i].get("src") or ""
        for i, tag in enumerate(sheet.tags)
        if tag in tags and (tag == "frame" or room(sheet, i, unsaid=bare))
    ]
    addresses = [
        sight.join(src) for src in sources if src and src[:5].lower() not in ("javas", "about")
    ]
    return tuple(dict.fromkeys(address for address in addresses if address[:4] == "http"))


def room(sheet: Outline, number: int, *, unsaid: bool) -> bool:
    """Whether an iframe has room for a list: a weather box, a counter and a hidden one have not."""
    if sheet.hidden(number):
        return False
    element = sheet.elements[number]
    sizes = {name: element.get(name) or "" for name in ("width", "height")}
    sizes.update(_SIZE.findall((element.get("style") or "").lower()))
    small = {
        name: (m := _PIXELS.match(size)) and int(m[1]) < ROOM[name] for name, size in sizes.items()
    }
    if any(small.values()):
        return False
    return unsaid or bool(_PIXELS.match(sizes["height"]))


def _filled_names(sight: Sight) -> frozenset[str]:
    """Names of elements that the page's inline scripts know."""
    return frozenset(name for script in sight.source.scripts for name in _NAMED.findall(script))


def _says_empty(sight: Sight, filled: frozenset[str], *, fills: bool) -> tuple[str, str, int]:
    """The words that say so where a person reads them, those whose showing a script decides, and
    their text's number.

    ``fills``: a script of the page fetches or writes, so a box named for such words may be its own.
    """
    sheet = sight.source.sheet
    decided = ""
    for number, text in enumerate(sheet.texts):
        if len(text) > 120 or not ("无" in text or "没有" in text or "未" in text or "0" in text):
            continue
        words = squeeze(text)
        # pagers that give the count an element of its own: 共 <b>0</b> 条
        if words == "0":
            words = _counted(sheet, sheet.owners[number])
        if NO_ITEMS.match(words) or NONE_COUNTED.search(words):
            if _entitled_other(sight, number):
                continue
            if not sheet.scripts and sheet.hidden(sheet.owners[number]):
                continue  # nobody sees them, and nothing on the page could show them
            if not _decided(sight, sheet.owners[number], filled, fills):
                return words, "", number
            decided = decided or words
    return "", decided, 0


def _entitled_other(sight: Sight, number: int) -> bool:
    """Whether the box of text ``number`` begins with a title that is none of the column's names: a
    second, empty box.

    A channel page shows several boxes; one of them without posts does not make the column empty.
    """
    sheet = sight.source.sheet
    node = sheet.owners[number]
    for _ in range(4):
        node = sheet.parents[node]
        if (
            node < 0
            or sheet.tags[node] in ("body", "html")
            or sheet.last[node] - sheet.first[node] > BOX
        ):
            return False
        first = sheet.first[node]
        words = squeeze(sheet.texts[first])
        if first < number and sheet.tags[sheet.owners[first]] != "th":
            headed = sheet.up(sheet.owners[first], HEADINGS) >= node or sheet.tags[node] == "dl"
            return headed and not any(name in words or words in name for name in sight.names)
    return False


def _counted(sheet: Outline, node: int) -> str:
    """The words around a count of 0 that stands in an element of its own, ``""`` when they are
    many."""
    words = ""
    for _ in range(2):
        node = sheet.parents[node]
        if node < 0 or sheet.last[node] - sheet.first[node] > 16:
            return words
        words = sheet.text_of(node)
    return words


def _decided(sight: Sight, node: int, filled: frozenset[str], fills: bool) -> bool:
    """Whether a script decides if the element is shown: hidden now, bound, or known by name.

    A page without any script shows what it holds, whatever its classes are called.
    """
    sheet = sight.source.sheet
    named = (
        _PLACEHOLDER if fills or _unknown_script(sight) else _SWITCHED if sheet.scripts else None
    )
    for _ in range(8):
        if node < 0 or sheet.tags[node] == "body":
            return False
        for name, value in sheet.elements[node].items():
            key, said = str(name), str(value)
            if key[:2] in ("v-", "ng") or key[:1] in (":", "@"):
                return True
            if key == "style" and "none" in said and "display" in said:
                return True
            if key == "id" and said in filled:
                return True
            if named is not None and key in ("class", "id") and named.search(said):
                return True
        node = sheet.parents[node]
    return False


def _unknown_script(sight: Sight) -> bool:
    """Whether the page has a script of which nobody knows what it does: no library's file, no
    counter of visitors."""
    sheet = sight.source.sheet
    return any(
        not KNOWN_SCRIPTS.search(sheet.elements[i].get("src") or "x") and not _counter(script)
        for i, script in zip(sheet.scripts, sight.source.scripts, strict=True)
    )


def _counter(script: str) -> bool:
    """Whether an inline script only counts visitors: it loads a counter's file and touches nothing
    of the page."""
    return len(script) < 600 and COUNTERS.search(script) is not None and not FILLED.search(script)


def _empty_before(sheet: Outline, pagers: Sequence[int], filled: frozenset[str]) -> int:
    """The text at which a list element with nothing to read in it stands just before a pager,
    ``-1`` without one."""
    for number in empty_lists(sheet):
        here = sheet.first[number]
        after = bisect_left(pagers, here)
        near = after < len(pagers) and pagers[after] - here <= NEAR
        if near and sheet.elements[number].get("id") not in filled:
            return here
    return -1


def waiting(sheet: Outline, *, seen: bool = False) -> bool:
    """Whether a list stands empty under a name of its own, as a script needs it, or a table has
    only its head.

    ``seen``: only lists that are not switched off (a box for search results waits hidden beside a
    full list).
    """
    for number in empty_lists(sheet):
        if seen and sheet.hidden(number):
            continue
        if sheet.elements[number].get("id"):
            return True
        before = number - 1
        while before > 0 and sheet.end[before] != number:
            before = sheet.parents[before]
        if sheet.tags[number] == "tbody" and before > 0 and sheet.tags[before] == "thead":
            return True
    return False


def empty_lists(sheet: Outline, start: int = 0, stop: int = -1) -> list[int]:
    """List elements with nothing to read and no link in them; with ``stop`` only those before texts
    ``start`` to ``stop``."""
    first, last = sheet.first, sheet.last
    numbers = (
        range(len(first))
        if stop < 0
        else range(bisect_left(first, start), bisect_right(first, stop))
    )
    return [
        number
        for number in numbers
        if sheet.tags[number] in LISTS
        and first[number] == last[number]
        and not sheet.anchors_in(number)
    ]
