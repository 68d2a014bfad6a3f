"""Pages without a dated list: rows dated by their addresses only, and the reason when there is no list."""

from __future__ import annotations

import re

from crawler.blocks import Links, Row, lift
from crawler.cells import ALONE, Cell
from crawler.dates import url_date
from crawler.families.base import Family
from crawler.model import Evidence, Outcome, Post, Reading
from crawler.outline import Outline, squeeze
from crawler.sight import Sight

NO_ITEMS = re.compile(
    r"\W{0,6}(?:对不起|抱歉|很抱歉)?\W{0,3}(?:本栏目|该栏目|此栏目|栏目|当前栏目|目前)?(?:下|内)?\W{0,2}"
    r"(?:暂无|没有|尚无|暂时没有|还没有|未找到|无|暂未发布)(?:任何|相关|更多|最新|符合条件的)?"
    r"(?:的)?(?:信息|数据|内容|记录|文章|公告|资讯|新闻|文件|列表)\W{0,6}\Z"
)
NONE_COUNTED = re.compile(r"(?:共|总计|合计)\s?0\s?(?:条|篇|个|项)")
TEMPLATE = re.compile(
    r"\{\{|\bv-(?:for|if|show|bind|html|text)\b|ng-repeat|<%|data-bind=|\bth:each\b|#if|\$\{"
)
FILLED = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\b|axios|fetch\s?\(|XMLHttpRequest|text/(?:template|html|x-)|\.html\(|innerHTML|laytpl|mustache"
    r"|new Vue\b|createApp|__NUXT__|ReactDOM|id=[\"'](?:app|root)[\"']|\.load\(|datatable|bootstrapTable|morelist|jpaas",
    re.I,
)
LISTS = frozenset({"ul", "ol", "tbody", "table", "dl"})
SCRIPT_LIST, NO_LIST, NO_DATES, FRAMESET = "script_list", "no_list", "no_dates", "frameset"


def address_rows(sight: Sight, links: Links) -> list[Row]:
    """Rows of titled links whose address holds a day, where no date is printed."""
    sheet = sight.source.sheet
    rows: list[Row] = []
    previous = ""
    for anchor in sheet.anchors:
        url = sight.href(anchor)
        if not url or url == previous or not links.titled(anchor):
            continue
        dated = url_date(url, today=sight.today)
        if dated is None:
            continue
        previous = url
        cell = Cell(sheet.first[anchor], anchor, ALONE, dated, dated.raw, place="url")
        rows.append(
            Row(anchor, sheet.parents[anchor], anchor, sheet.first[anchor], sheet.last[anchor], [cell])
        )
    lift(sheet, rows)
    return rows


def why_nothing(sight: Sight, family: Family, pagers: tuple[int, ...]) -> Reading:
    """EMPTY when a list was recognised and holds nothing, else UNREADABLE with its reason."""
    sheet = sight.source.sheet
    frames = _frames(sight)
    if frames:
        return _no(FRAMESET, "frame", family, frames)
    titled = title_rows(sight)
    if titled:
        return Reading(Outcome.UNREADABLE, Evidence.NONE, titled, reason=NO_DATES, family=family.name)
    mark = _says_empty(sight)
    scripted = _script_mark(sight, family)
    pages = family.pages(sight.source)
    if pages is not None and pages <= 1 and (pages == 0 or _empty_list(sheet) is not None):
        return _empty(f"pager: {pages}", family)
    if mark and not scripted:
        return _empty(mark, family)
    if scripted:
        return _no(SCRIPT_LIST, scripted, family, ())
    return _no(NO_LIST, "", family, ())


def _empty(mark: str, family: Family) -> Reading:
    return Reading(Outcome.EMPTY, Evidence.COMPLETE, mark=mark, family=family.name)


def _no(reason: str, mark: str, family: Family, further: tuple[str, ...]) -> Reading:
    return Reading(
        Outcome.UNREADABLE, Evidence.NONE, reason=reason, mark=mark, family=family.name, next=further
    )


def _frames(sight: Sight) -> tuple[str, ...]:
    from crawler.markup import join

    sheet = sight.source.sheet
    sources = [sheet.elements[i].get("src") or "" for i, tag in enumerate(sheet.tags) if tag == "frame"]
    return tuple(join(sight.source.url, src) for src in sources if src and not src.startswith("javascript"))


def _says_empty(sight: Sight) -> str:
    """The words that say so, where a person can read them and no template holds them."""
    sheet = sight.source.sheet
    for number, text in enumerate(sheet.texts):
        if len(text) < 60 and ("无" in text or "没有" in text or "未" in text or "0" in text):
            words = squeeze(text)
            if (NO_ITEMS.match(words) or NONE_COUNTED.search(words)) and not _conditional(
                sheet, sheet.owners[number]
            ):
                return words
    return ""


def _conditional(sheet: Outline, node: int) -> bool:
    """Whether a script decides if the element is shown."""
    for _ in range(12):
        if node < 0:
            return False
        element = sheet.elements[node]
        for name, value in element.attrib.items():
            if name[:2] in ("v-", "ng") or name[:1] in (":", "@") or (name == "style" and "none" in value):
                return True
        node = sheet.parents[node]
    return False


def _empty_list(sheet: Outline) -> int | None:
    """A list element with nothing to read in it and no name for a script to fill it by."""
    for number, tag in enumerate(sheet.tags):
        if tag in LISTS and sheet.first[number] == sheet.last[number] and sheet.end[number] - number < 4:
            return number
    return None


def _script_mark(sight: Sight, family: Family) -> str:
    """What shows that a script fills the page: a known interface, a template, a request."""
    interface = family.interface(sight.source)
    if interface:
        return interface
    match = TEMPLATE.search(sight.source.text) or FILLED.search(sight.source.text)
    return match[0] if match else ""


def title_rows(sight: Sight) -> tuple[Post, ...]:
    return ()
