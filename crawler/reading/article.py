"""Article page -> what it says of itself: date with proof, title, origin, column.

The staircase: a printed 发布时间, national meta tags (国办发〔2017〕47号), other printed forms (日期：, a bare
date beside the title), variables of a script, dates that are not the publication's own (成文日期), and
``htmldate`` at last. A meta date later than the printed one is the moment of some new print, and
one that equals 页面生成时间 is no date: on 5 of 44 government articles PubDate lay 4 days to 14 years
after what a citizen reads. The day in the address only checks. Dates that disagree are kept in
``others``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from lxml.html import HtmlElement

from crawler.days.text import FIRST_YEAR, FUTURE, NO_DAY, find_dates, url_date
from crawler.model import Article, Dated, Outcome, Page, Refused, shanghai_day
from crawler.reading.articles.hints import attributes, lone_literal, variables
from crawler.reading.articles.passages import Passage, passages
from crawler.reading.articles.printed import (
    bare_date,
    crumb,
    is_published,
    labelled_dates,
    of_the_site,
    origin,
    signed_dates,
)
from crawler.reading.markup import decode, metas, said, tree
from crawler.reading.states import refusal
from crawler.reading.tags import article_tags

META_DATES = (
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publishtime",
    "pubtime",
    "firstpublishedtime",
    "article:published_time",
    "og:published_time",
    "og:release_date",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
)
"""Names seen in the heads of articles: the state's PubDate in any case, makers' own, and those of
social networks and libraries."""
NORMAL = re.compile(r"[\W_]+")
TITLE_TAILS = re.compile(
    r"\s*[|_—–｜]+\s*|\s+-+\s*|\s*-+\s+|(?<=[\u4e00-\u9fff）)])-+(?=[\u4e00-\u9fff])"
)
"""Titles of pages end with the column's and the site's name behind a bar, a line or a dash."""
HEADINGS = frozenset({"h1", "h2", "h3"})
HTMLDATE_LIMIT = 300_000
"""Characters handed to ``htmldate``; its date stands in the head or beside the title."""
LONGEST_TAG = 300
LONG_TITLE = 8
"""Letters from which a passage that repeats the title tag is the title and not a column's or site's
name."""
SEPARATORS = " >-_/|»"
"""What templates leave between the site's name and the column's in ColumnName."""
SMALL_HOURS = range(1, 7)
"""A template with ``hh`` prints 01:59 for 13:59 in PubDate: these hours may be the afternoon's."""
HALF_DAY = timedelta(hours=12)
GENERATED = "the moment at which the page was generated"
"""PubDate and 页面生成时间 agreed to the second on all seven government pages that bear both."""

logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def read_article(page: Page, *, title: str = "") -> Article:
    """What the article at ``page`` says of itself. Never raises, asks no clock.

    ``title`` is the title that a list printed, if known: it helps to find the article on its page.
    READ needs a believed date; a page without one is UNREADABLE (``no_dates``), and a wall is what
    :func:`crawler.states.refusal` says of it. ``others`` are believed dates of another day, or of
    another half of the day where the clock of the template is in doubt.
    """
    text = decode(page.body, page.headers)
    wall = refusal(page, text)
    if wall is not None:
        return Article(wall.outcome, title, reason=wall.reason, mark=wall.mark)
    root = tree(text)
    if root is None:
        return Article(Outcome.UNREADABLE, title, reason="empty_body", mark="no element")
    return _read(page, text, root, title)


def _read(page: Page, text: str, root: HtmlElement, hint: str) -> Article:
    labels, found, today = metas(root), passages(root), shanghai_day(page.fetched_at)
    title = _title(labels, root, found, hint)
    at = _find_title(found, title)
    believed, refused = _dates(labels, root, found, at, today)
    made = {moment.date() for moment in _generated(labels, today)}
    garbled = any(
        one.why in (NO_DAY, FUTURE) for one in refused
    )  # a day is printed, and it cannot be
    last = () if believed or garbled else _last_step(text, today)
    believed += [d for d in last if d.day not in made and not of_the_site(found, at, d.day, today)]
    address = url_date(page.final_url or page.url, today=today)
    published, others = _decide(believed, address)
    return Article(
        outcome=Outcome.READ if published else Outcome.UNREADABLE,
        title=title,
        published=published,
        origin=_first(labels, "contentsource") or _printed_origin(labels, found, at),
        column=_column(labels) or crumb(found, at, title),
        others=others,
        refused=tuple(dict.fromkeys(refused)),
        reason="" if published else "no_dates",
        tags=article_tags(labels),
    )


def _first(labels: dict[str, list[str]], name: str) -> str | None:
    return next(iter(said(labels.get(name, ()))), None)


def _printed_origin(labels: dict[str, list[str]], found: Sequence[Passage], at: int) -> str | None:
    """The printed 来源; nobody's word where ContentSource was left empty and the template fills in
    the site's own name.

    The province's platform does so, although the text is signed by a bureau.
    """
    printed = origin(found, at)
    empty = "contentsource" in labels and _first(labels, "contentsource") is None
    return (
        None if empty and printed is not None and printed == _first(labels, "sitename") else printed
    )


def _column(labels: dict[str, list[str]]) -> str | None:
    """ColumnName, without the site's name that some templates put in front."""
    name, site = _first(labels, "columnname"), _first(labels, "sitename")
    if name and site and name.startswith(site) and len(name) > len(site):
        return name[len(site) :].strip(SEPARATORS) or name
    return name


def _dates(
    labels: dict[str, list[str]], root: HtmlElement, found: Sequence[Passage], at: int, today: date
) -> tuple[list[Dated], list[Refused]]:
    """All believed dates, the best proof first, and what was refused."""
    tagged, refused = _tagged(labels, today)
    printed, unprinted = labelled_dates(found, at, today)
    refused += unprinted
    if not printed:
        bare = bare_date(found, at, today)
        printed = [bare] if bare else []
    believed = _by_strength(tagged, printed)
    if not printed:
        believed += variables(root, today)
    if not believed:
        believed += signed_dates(found, at, today)
    if not believed:
        made = {moment.date() for moment in _generated(labels, today)}
        hinted = attributes(root, today) or lone_literal(root, today)
        believed += [one for one in hinted if one.day not in made]
    return believed, refused


def _tagged(labels: dict[str, list[str]], today: date) -> tuple[list[Dated], list[Refused]]:
    """The dates of meta tags, without those that are the moment at which the page was generated."""
    believed: list[Dated] = []
    refused: list[Refused] = []
    made = _generated(labels, today)
    for name in META_DATES:
        for value in labels.get(name, ()):
            dates = find_dates(value, today=today, place="meta")
            own = [
                one for one in dates.believed[:1] if one.moment is None or one.moment not in made
            ]
            believed += own
            refused += dates.refused
            refused += [Refused(one.raw, GENERATED) for one in dates.believed[:1] if one not in own]
    return believed, refused


def _generated(labels: dict[str, list[str]], today: date) -> frozenset[datetime]:
    """The moments at which the page says that it was made: ``<meta name="others" content="页面生成时间
    …">``."""
    told = [value.partition("生成")[2].lstrip("时间日期 :：") for value in labels.get("others", ())]
    dates = [one for value in told for one in find_dates(value, today=today, place="meta").believed]
    return frozenset(
        one.moment for one in dates if one.moment is not None and not _is_midnight(one)
    )


def _by_strength(tagged: Sequence[Dated], printed: Sequence[Dated]) -> list[Dated]:
    """Printed as 发布时间 before meta; printed otherwise before a later meta; else meta before
    printed."""
    if not (tagged and printed):
        return [*tagged, *printed]
    first = printed[0]
    stronger = first.day != tagged[0].day and is_published(first)
    later = tagged[0].day > first.day
    return [*printed, *tagged] if stronger or later else [*tagged, *printed]


def _last_step(text: str, today: date) -> list[Dated]:
    """What ``htmldate`` finds without searching the body; its proof is only its name."""
    try:
        import htmldate  # a fifth of a second to load, and few pages come this far

        day = htmldate.find_date(
            text[:HTMLDATE_LIMIT],
            extensive_search=False,
            original_date=True,
            min_date=f"{FIRST_YEAR}-01-01",
            max_date=(today + timedelta(days=1)).isoformat(),
        )
    except (
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
        RecursionError,
        AssertionError,
    ):
        return []  # a foreign reader's bug on odd markup says nothing about this page
    found = date.fromisoformat(day) if day else None
    if found is None or (found.day == 1 and not _says_day(text, found)):
        return []  # a year and month alone, and half a day (2026-11 of 2026-11-30), become its first
    return [Dated(found, found.isoformat(), "htmldate", why="found by htmldate")]


def _says_day(text: str, day: date) -> bool:
    """Whether the page holds this first day of a month in any order of its numbers, or its month in
    words."""
    if re.search(rf"{day.year}\D{{1,3}}0?{day.month}\D{{1,3}}0?1(?!\d)|{day:%Y%m%d}", text):
        return True
    return (
        re.search(
            rf"(?<!\d)0?1\D{{1,3}}(?:0?{day.month}|{day:%b}[a-z]*)\D{{1,3}}{day.year}|{day:%b}[a-z]* 1,? {day.year}",
            text,
        )
        is not None
    )


def _decide(
    believed: Sequence[Dated], address: Dated | None
) -> tuple[Dated | None, tuple[Dated, ...]]:
    """The best date with its time of day, and the others that disagree with it."""
    if not believed:
        return None, ()
    first, *rest = believed
    published, doubts = _time_of_day(first, [dated for dated in rest if dated.day == first.day])
    others: dict[date, Dated] = {}
    for dated in (*rest, *([address] if address else [])):
        if dated.day != published.day:
            others.setdefault(dated.day, dated)
    return published, (*doubts, *others.values())


def _time_of_day(first: Dated, same_day: list[Dated]) -> tuple[Dated, tuple[Dated, ...]]:
    """Mend the moment of ``first`` by the page's other prints of the same day.

    A template with ``hh`` prints 01:59 for 13:59 in PubDate; midnight is what a date without a time
    becomes. Where nothing else tells, both readings are kept.
    """
    moment = first.moment
    printed = next(
        (dated for dated in same_day if dated.moment is not None and dated.place != first.place),
        None,
    )
    if printed is not None and (moment is None or _is_midnight(first)):
        return replace(
            first, moment=printed.moment, why=f"time of day as printed: {printed.raw}"
        ), ()
    if moment is None:
        return first, ()
    if _is_midnight(first):
        return replace(first, moment=None, why="midnight is no time of day"), ()
    gap = (
        abs(printed.moment - moment) if printed is not None and printed.moment is not None else None
    )
    if printed is not None and gap is not None and abs(gap - HALF_DAY) < timedelta(minutes=1):
        later = max(printed.moment or moment, moment)
        why = f"12-hour clock: {first.raw} and {printed.raw}"
        return replace(first, moment=later, why=why), (replace(first, why="12-hour clock"),)
    if gap:
        return first, ()
    if first.place == "meta" and moment.hour in SMALL_HOURS:
        why = f"{moment:%H:%M} may be {moment + HALF_DAY:%H:%M}: 12-hour clock"
        return replace(first, why=why), (replace(first, moment=moment + HALF_DAY, why=why),)
    return first, ()


def _is_midnight(dated: Dated) -> bool:
    return dated.moment is not None and (
        dated.moment.hour,
        dated.moment.minute,
        dated.moment.second,
    ) == (
        0,
        0,
        0,
    )


def _norm(text: str) -> str:
    return NORMAL.sub("", text)


def _title(
    labels: dict[str, list[str]], root: HtmlElement, found: Sequence[Passage], hint: str
) -> str:
    """ArticleTitle, the heading that the title tag repeats, the list's title, the title tag's first
    part."""
    stated = _first(labels, "articletitle")
    if stated:
        return stated
    tag = next(
        (" ".join((element.text or "")[:LONGEST_TAG].split()) for element in root.iter("title")), ""
    )
    return _heading(found, tag, hint) or hint or TITLE_TAILS.split(tag)[0].strip()


def _heading(found: Sequence[Passage], tag: str, hint: str) -> str:
    """The passage that repeats the title tag or the list's title; else the page's own long ``h1``.

    Among those that repeat it a heading comes before other passages, and the longest first.
    """
    whole, wanted = _norm(tag), _norm(hint.rstrip(".…"))
    best, rank = "", (False, 0)
    for passage in found:
        text = _norm(passage.text)
        if not 4 <= len(text) <= 200 or passage.hidden or not passage.prose:
            continue
        score = (passage.tag in HEADINGS, len(text))
        if score > rank and (text in whole or (len(wanted) >= 4 and text.startswith(wanted))):
            best, rank = passage.text, score
    if rank[0] or rank[1] >= LONG_TITLE:
        return best
    return next(
        (p.prose for p in found if p.tag == "h1" and len(_norm(p.prose)) >= LONG_TITLE), best
    )


def _find_title(found: Sequence[Passage], title: str) -> int:
    """Index of the passage that shows the title: as a heading, outside of links, alone, else the
    first at all."""
    wanted = _norm(title)
    if len(wanted) < 2:
        return -1
    best, at = 0, -1
    for i, passage in enumerate(found):
        text = _norm(passage.prose)
        if wanted not in text:
            continue
        score = (
            1
            + (not passage.hidden) * 8
            # breadcrumbs repeat the title beside much else
            + (len(text) <= len(wanted) + 12) * 4
            + (passage.tag in HEADINGS) * 2
        )
        if score > best:
            best, at = score, i
    return at
