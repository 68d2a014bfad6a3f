"""Does a small change of a page ever prove an older newest post? ``python -m tests.page_mutations
DIR…``

Each labelled list page of DIR (``labels.jsonl``) and of the corpus in
``tests/support/page_corpus.py`` is changed in one way after
the other: what sites really do to a row (a summary that begins with a date, another read-more word,
a headline), slips
of the hand (a missing, impossible or future date), and what stands around (a sidebar, hidden rows,
an empty box). The
truth stays the labelled newest day. *complete*: proven and true; *partial*: not proven, and the
bounds hold the truth;
*refused*: nothing was read; *WRONG*: proven and untrue, or bounds that leave the truth out. Exit
code 1 when one is WRONG.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lxml import etree, html

from crawler.model import Evidence, Page, Reading, upper_bound
from crawler.reading.kinds import NOWHERE
from crawler.reading.listing import read_list
from crawler.reading.markup import decode
from crawler.reading.states import refusal
from tests.support.page_corpus import corpus

AS_OF = datetime(2026, 11, 30, 2, tzinfo=UTC)
COMPLETE, PARTIAL, REFUSED, WRONG, SKIPPED = "complete", "partial", "refused", "WRONG", "-"
DATE = re.compile(r"((?:19|20)\d\d)([-/.年])(\d{1,2})([-/.月])(\d{1,2})(日?)")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A list page with its truth."""

    name: str
    url: str
    text: str
    newest: date
    as_of: datetime = AS_OF


@dataclass(slots=True)
class Row:
    """A row of the parsed page: its element, its title's link, and the text that holds its date
    (element, ``text`` or ``tail``)."""

    element: etree._Element
    link: etree._Element
    holder: etree._Element
    part: str

    @property
    def date(self) -> str:
        return str(getattr(self.holder, self.part))

    def say(self, words: str) -> None:
        """Put ``words`` in the place of the date."""
        setattr(self.holder, self.part, DATE.sub(words.replace("\\", ""), self.date, count=1))


@dataclass(slots=True)
class Sheet:
    """A parsed page with the row of its newest post, and all rows of its list."""

    root: etree._Element
    top: Row
    rows: list[Row]

    @property
    def home(self) -> etree._Element:
        home = self.top.element.getparent()
        assert home is not None
        return home


Mutation = Callable[[Sheet, date], bool]
"""Changes the page; false where it cannot be done on this one."""


def sheet_of(page: Labelled) -> Sheet | None:
    """The page taken apart without the reader: the newest day's text, and the brothers that hold a
    date too."""
    root = html.document_fromstring(
        page.text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8")
    )
    for element in root.iter():
        for part in ("text", "tail"):
            words = (
                getattr(element, part) if isinstance(element.tag, str) or part == "tail" else None
            )
            if (
                words
                and element.tag not in ("script", "style", "title")
                and _day(words) == page.newest
            ):
                owner = element if part == "text" else element.getparent()
                found = _rows_around(owner, element, part)
                if found is not None:
                    return found
    return None


def _day(words: str) -> date | None:
    match = DATE.search(words) if len(words) < 300 else None
    try:
        return date(int(match[1]), int(match[3]), int(match[5])) if match else None
    except ValueError:
        return None


def _rows_around(owner: etree._Element | None, holder: etree._Element, part: str) -> Sheet | None:
    node = owner
    for _ in range(6):
        if node is None or node.tag in ("body", "html"):
            return None
        parent = node.getparent()
        link = _title(node)
        if parent is not None and link is not None:
            brothers = [_row(one) for one in parent if one.tag == node.tag]
            rows = [row for row in brothers if row is not None]
            if len(rows) >= 3 or (
                parent.tag in ("ul", "ol", "tbody", "table") and node.tag in ("li", "tr")
            ):
                return Sheet(node.getroottree().getroot(), Row(node, link, holder, part), rows)
        node = parent
    return None


def _row(element: etree._Element) -> Row | None:
    link = _title(element)
    if link is None:
        return None
    for one in element.iter():
        for part in ("text", "tail"):
            if part == "tail" and one is element:
                continue
            words = getattr(one, part)
            if words and _day(words) is not None:
                return Row(element, link, one, part)
    return None


def _title(element: etree._Element) -> etree._Element | None:
    links = [link for link in element.iter("a") if link.get("href")]
    links = links or ([element] if element.tag == "a" else [])
    return max(links, key=lambda link: len("".join(link.itertext()).strip()), default=None)


def _made(markup: str) -> etree._Element:
    return html.fragment_fromstring(markup)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _said(row: Row) -> tuple[str, str, str]:
    """Address (with the script that opens it), title and date of a row, ready to stand in
    ``href="…"``."""
    title = " ".join("".join(row.link.itertext()).split())
    match = DATE.search(row.date)
    assert match is not None
    href, script = row.link.get("href") or "", row.link.get("onclick") or ""
    opened = f'" onclick="{_escaped(script)}' if script else ""
    return _escaped(href) + opened, _escaped(title), match[0]


def _take_out(sheet: Sheet) -> tuple[str, str, str]:
    said = _said(sheet.top)
    element, home = sheet.top.element, sheet.home
    tail = element.tail
    before = element.getprevious()
    home.remove(element)
    if tail and tail.strip():
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            home.text = (home.text or "") + tail
    return said


def _outer(sheet: Sheet) -> etree._Element:
    """The list element to put something before or after: a table's rows have the table."""
    home = sheet.home
    while home.tag in ("tbody", "tr", "td"):
        parent = home.getparent()
        assert parent is not None
        home = parent
    return home


def _above(sheet: Sheet, markup: str) -> bool:
    """Put ``markup`` just above the list and take the top row out of it; not where it is the only
    one."""
    outer = _outer(sheet)
    parent = outer.getparent()
    if parent is None or len(sheet.rows) < 3:
        return False
    href, title, day = _take_out(sheet)
    parent.insert(parent.index(outer), _made(markup.format(href=href, title=title, day=day)))
    return True


def _each(sheet: Sheet, change: Callable[[Row], None]) -> bool:
    for row in sheet.rows:
        if row.link is row.element:
            return False
        change(row)
    return True


def _after_link(row: Row, markup: str) -> None:
    made, link = _made(markup), row.link
    made.tail, link.tail = link.tail, None
    parent = link.getparent()
    assert parent is not None
    if row.holder is link and row.part == "tail":
        row.holder = made
    parent.insert(parent.index(link) + 1, made)


def summary_begins_with_a_date(sheet: Sheet, newest: date) -> bool:
    more = '<a href="{}">[查看全文]</a>'
    return _each(
        sheet,
        lambda row: _after_link(
            row,
            "<p>2012年3月5日，区里召开会议，部署近期各项重点工作。"
            + more.format(_said(row)[0])
            + "</p>",
        ),
    )


def another_read_more_word(sheet: Sheet, newest: date) -> bool:
    return _each(
        sheet, lambda row: _after_link(row, f'<a href="{_said(row)[0]}">欲知详情请点这里</a>')
    )


def a_category_link_in_the_row(sheet: Sheet, newest: date) -> bool:
    def change(row: Row) -> None:
        parent = row.link.getparent()
        assert parent is not None
        made = _made("<a href='/bm/qfb/'>区府办</a>")
        made.tail = "　"
        parent.insert(parent.index(row.link), made)

    return _each(sheet, change)


def an_attachment_link_in_the_row(sheet: Sheet, newest: date) -> bool:
    return _each(
        sheet, lambda row: _after_link(row, "<a href='/upload/2016/0304/fj.pdf'>附件下载</a>")
    )


def the_top_title_ends_with_a_date(sheet: Sheet, newest: date) -> bool:
    link, row = sheet.top.link, sheet.top
    inside = row.holder is link or (
        row.holder in set(link.iter()) and not (row.holder is link and row.part == "tail")
    )
    if inside or len(link):
        return False
    link.text = f"{link.text or ''}（2015-03-04）"
    return True


def the_top_row_as_a_headline(sheet: Sheet, newest: date) -> bool:
    return _above(
        sheet, "<div class='hot'><h3><a href=\"{href}\">{title}</a></h3><p>{day}</p></div>"
    )


def the_top_row_in_a_picture_strip(sheet: Sheet, newest: date) -> bool:
    return _above(
        sheet,
        "<div class='pics'><a href=\"{href}\"><img src='/images/p1.jpg'><span>{title}</span></a></div>",
    )


def the_top_row_in_a_second_column(sheet: Sheet, newest: date) -> bool:
    """The top row in a list of its own of the same kind, in a column beside."""
    outer = _outer(sheet)
    parent = outer.getparent()
    if parent is None or len(sheet.rows) < 3:
        return False
    row = copy.deepcopy(sheet.top.element)
    row.tail = None
    _take_out(sheet)
    left, right = _made("<div class='fl'></div>"), _made("<div class='fr'></div>")
    column = etree.SubElement(left, outer.tag)
    column.append(row)
    at = parent.index(outer)
    right.tail, outer.tail = outer.tail, None
    parent.insert(at, left)
    parent.insert(at + 1, right)
    right.append(outer)
    return True


def the_top_row_under_a_month_heading(sheet: Sheet, newest: date) -> bool:
    head = f"<div><h4>{newest.year}年{newest.month}月</h4>"
    return _above(
        sheet, head + '<ul><li><a href="{href}">{title}</a><span>{day}</span></li></ul></div>'
    )


def the_top_row_in_other_markup(sheet: Sheet, newest: date) -> bool:
    return _above(
        sheet, "<dl class='first'><dt><a href=\"{href}\">{title}</a></dt><dd>{day}</dd></dl>"
    )


def the_top_date_missing(sheet: Sheet, newest: date) -> bool:
    sheet.top.say("")
    return True


def the_top_date_impossible(sheet: Sheet, newest: date) -> bool:
    sheet.top.say(_like(sheet.top.date, str(newest.year), "11", "31"))
    return True


def the_top_date_in_the_future(sheet: Sheet, newest: date) -> bool:
    sheet.top.say(_like(sheet.top.date, "2027", f"{newest.month:02}", "12"))
    return True


def a_letter_for_a_digit_in_the_top_date(sheet: Sheet, newest: date) -> bool:
    words = _like(sheet.top.date, str(newest.year), f"{newest.month:02}", f"{newest.day:02}")
    sheet.top.say(words.replace("0", "O") if "0" in words else words.replace("1", "l"))
    return True


def a_picture_for_the_top_date(sheet: Sheet, newest: date) -> bool:
    row = sheet.top
    row.say("")
    if row.part == "text":
        row.holder.insert(0, _made("<img src='/images/new.gif'>"))
    else:
        row.holder.addnext(_made("<img src='/images/new.gif'>"))
    return True


def _like(printed: str, year: str, month: str, day: str) -> str:
    match = DATE.search(printed)
    assert match is not None
    return f"{year}{match[2]}{month}{match[4]}{day}{match[6]}"


def _beside(sheet: Sheet, days: Iterable[date]) -> bool:
    rows = "".join(
        f"<li><a href='/zt/hot/2026/{number}{day:%m%d}.html'>全区重点项目建设现场推进会召开（之{number}）</a><span>{day}</span></li>"
        for number, day in enumerate(days)
    )
    parent = _outer(sheet).getparent()
    if parent is None:
        return False
    parent.insert(0, _made(f"<div class='side'><h3>热点信息</h3><ul>{rows}</ul></div>"))
    return True


def a_sidebar_with_newer_dates(sheet: Sheet, newest: date) -> bool:
    return _beside(sheet, [date(2026, 11, 28) - timedelta(days=3 * number) for number in range(6)])


def a_sidebar_with_older_dates(sheet: Sheet, newest: date) -> bool:
    return _beside(sheet, [newest - timedelta(days=40 + 3 * number) for number in range(6)])


def hidden_rows(sheet: Sheet, newest: date) -> bool:
    row = copy.deepcopy(sheet.top.element)
    row.set("style", "display:none")
    link = _title(row)
    if link is None or link is row:
        return False
    link.set("href", "/demo/sample.html")
    copied = _row(row)
    if copied is None:
        return False
    copied.say(_like(copied.date, "2026", "11", "29"))
    sheet.home.append(row)
    return True


def a_second_empty_box(sheet: Sheet, newest: date) -> bool:
    parent = _outer(sheet).getparent()
    if parent is None:
        return False
    parent.insert(0, _made("<div class='box'><h3>相关法规</h3><ul></ul><p>暂无信息</p></div>"))
    return True


def navigation_as_json(sheet: Sheet, newest: date) -> bool:
    nodes = [
        {
            "title": f"栏目{number}",
            "url": f"/lm{number}/index.html",
            "releaseTime": f"2026-11-{number + 1:02} 10:00:00",
        }
        for number in range(25)
    ]
    body = sheet.root.find("body")
    if body is None:
        return False
    script = etree.Element("script")
    script.text = f"var menu = {json.dumps(nodes, ensure_ascii=False)};"
    body.insert(0, script)
    return True


def reversed_order(sheet: Sheet, newest: date) -> bool:
    home = sheet.home
    places = [home.index(row.element) for row in sheet.rows]
    turned = [row.element for row in reversed(sheet.rows)]
    tails = [row.element.tail for row in sheet.rows]
    if len(turned) < 3 or (sheet.top.part == "tail" and sheet.top.holder is sheet.top.element):
        return False
    for element in turned:
        home.remove(element)
    for place, element, tail in zip(places, turned, tails, strict=True):
        home.insert(place, element)
        element.tail = tail
    return True


MUTATIONS: tuple[Mutation, ...] = (
    summary_begins_with_a_date, another_read_more_word, a_category_link_in_the_row, an_attachment_link_in_the_row,
    the_top_title_ends_with_a_date, the_top_row_as_a_headline, the_top_row_in_a_picture_strip,
    the_top_row_in_a_second_column, the_top_row_under_a_month_heading, the_top_row_in_other_markup, the_top_date_missing,
    the_top_date_impossible, the_top_date_in_the_future, a_letter_for_a_digit_in_the_top_date, a_picture_for_the_top_date,
    a_sidebar_with_newer_dates, a_sidebar_with_older_dates, hidden_rows, a_second_empty_box, navigation_as_json,
    reversed_order,
)  # fmt: skip


def mutated(page: Labelled, mutation: Mutation) -> str:
    """The page's text after ``mutation``, ``""`` where it cannot be done."""
    sheet = sheet_of(page)
    if sheet is None or not mutation(sheet, page.newest):
        return ""
    return str(html.tostring(sheet.root, encoding="unicode", method="html"))


def read(page: Labelled, text: str) -> Reading:
    url = page.url or NOWHERE
    made = Page(
        url, url, 200, {"content-type": "text/html; charset=utf-8"}, text.encode(), page.as_of
    )
    return refusal(made) or read_list(made)


def outcome(reading: Reading, truth: date) -> str:
    """What a reading is worth beside the truth."""
    newest = reading.newest.day if reading.newest else None
    if newest is None:
        return WRONG if reading.evidence is Evidence.COMPLETE else REFUSED
    if reading.evidence is Evidence.COMPLETE:
        return COMPLETE if newest == truth else WRONG
    upper = upper_bound(newest, reading.unread)
    if newest <= truth and (upper is None or upper >= truth or reading.evidence is Evidence.WEAK):
        return PARTIAL
    return WRONG


def plain(page: Labelled) -> bool:
    """Whether the page as it is can be mutated: found, and not read wrongly."""
    return sheet_of(page) is not None and outcome(read(page, page.text), page.newest) in (
        COMPLETE,
        PARTIAL,
    )


@dataclass(frozen=True, slots=True)
class Result:
    page: str
    mutation: str
    outcome: str
    said: str


def results(
    pages: Iterable[Labelled], mutations: Iterable[Mutation] = MUTATIONS
) -> Iterator[Result]:
    for page in pages:
        if not plain(page):
            continue
        for mutation in mutations:
            text = mutated(page, mutation)
            if not text:
                yield Result(page.name, mutation.__name__, SKIPPED, "")
                continue
            reading = read(page, text)
            newest = reading.newest.day if reading.newest else None
            said = f"{newest} {reading.evidence} upper {reading.upper}, true {page.newest} {reading.reason}"
            yield Result(page.name, mutation.__name__, outcome(reading, page.newest), said)


def labelled(folder: Path) -> list[Labelled]:
    """The list pages of a folder with ``labels.jsonl``."""
    pages = []
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        if label["kind"] == "list" and label.get("newest_date"):
            text = decode((folder / label["file"]).read_bytes(), {})
            newest = date.fromisoformat(label["newest_date"])
            pages.append(Labelled(label["file"], label["page_url"] or "", text, newest))
    return pages


def own() -> list[Labelled]:
    """The pages written by hand for this."""
    return [Labelled(one.name, one.url, one.text, one.newest) for one in corpus()]


def table(found: Iterable[Result]) -> str:
    counts: dict[str, Counter[str]] = {mutation.__name__: Counter() for mutation in MUTATIONS}
    for one in found:
        counts[one.mutation][one.outcome] += 1
    names = (COMPLETE, PARTIAL, REFUSED, WRONG, SKIPPED)
    lines = [f"{'mutation':40} " + " ".join(f"{name:>9}" for name in names)]
    for mutation, count in counts.items():
        lines.append(
            f"{mutation.replace('_', ' '):40} " + " ".join(f"{count[name]:9}" for name in names)
        )
    total = sum(counts.values(), Counter())
    return "\n".join([*lines, f"{'all':40} " + " ".join(f"{total[name]:9}" for name in names)])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", help="saved pages and labels.jsonl")
    parser.add_argument(
        "--show", default=WRONG, help=f"also list pages with this outcome (default {WRONG})"
    )
    options = parser.parse_args(arguments)
    pages = own() + [page for folder in options.folders for page in labelled(folder)]
    found = list(results(pages))
    for one in found:
        if one.outcome in (WRONG, options.show):
            print(f"{one.outcome} {one.page} {one.mutation}: {one.said}")
    print(table(found))
    print(f"{len({one.page for one in found})} of {len(pages)} pages, {len(found)} pages mutated")
    return 1 if any(one.outcome == WRONG for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
