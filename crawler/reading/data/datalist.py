"""A data answer of a list interface (the platforms that fill their lists by script) -> posts.

What of the answer became no dated post is named; dates that tell of the work on an entry
(``updateTime``, ``createTime``) only clear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice, pairwise
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.days.strength import UPDATED, WRITTEN
from crawler.days.text import FUTURE, NO_DAY, find_date, find_dates, is_weak, url_date
from crawler.model import (
    Dated,
    Evidence,
    Outcome,
    Page,
    Post,
    Reading,
    Refused,
    Unread,
    shanghai_day,
)
from crawler.reading import markup
from crawler.reading.data.arrays import (
    PAGES,
    TITLES,
    TOTALS,
    URLS,
    Array,
    Choice,
    as_count,
    choose,
    date_keys,
    members,
    number,
    pick,
)
from crawler.reading.data.jsonish import loads, value_at
from crawler.reading.data.statements import rows_by_statements
from crawler.reading.lists.outline import squeeze

FAMILY = "json"
DEPTH = 6
"""Objects within objects, looked into for a headline."""
SHOWN, PUBLISHED, PLAIN, LATE = range(4)
"""How near a key is to what a reader sees: TRS prints ``docreltime``; ``createTime`` tells of the
work on an entry."""
_SHOWN = re.compile(r"docrel|show|display", re.I)
"""TRS: ``docreltime`` is what a reader sees; the same post published anew has a later one."""
_PUBLISHED = re.compile(r"pub|release|fb|issue|deploy|online|trs_time|post", re.I)
_WORKED = re.compile(r"update|modif|edit|oper|crea|cr_?time|add|input|insert|save|last|gen", re.I)
"""Interfaces that give only ``updateTime`` or ``createTime``: they clear and never convict."""
_WRITTEN = re.compile(r"write|sign|cwrq", re.I)
"""成文日期 as a key (cwrq): the day of the document, not of its publication."""
_ORIGINS = re.compile(
    r"(?:doc|info|art|pub)?_?(?:source|origin|laiyuan|ly|sourcename|comefrom|deptname|pub(?:lish)?_?(?:org|unit|dept)\w{0,6})\Z",
    re.I,
)
"""Keys of the origin, in English and pinyin, and of the publishing office."""
_STARTS = re.compile(r"[=:(]\s{0,9}(?=[\[{]\s{0,9}[{\"'\[\w])")
"""Lists written as data into an inline script (``var list = [{"title": …``), first states of
applications."""
_TITLED = re.compile(r"title|Title|TITLE|biaoti")
_TAGS = re.compile(r"<[^<>]{0,300}>")
"""Titles in answers hold markup."""
_DOTNET = re.compile(r"\\?/Date\((\d{10,13})[^)]{0,6}\)\\?/")
"""ASP.NET writes days as ``/Date(…)/`` with milliseconds."""
_PAGE_KEYS = re.compile(r"(?:cur(?:rent)?_?)?(?:page(?:_?(?:no|num|index|number))?|pn|p)\Z", re.I)
"""Names under which interfaces number their pages, counted on for the next one."""
_SIZE_KEYS = re.compile(r"(?:page_?size|limit|rows|per_?page|prepage|size|ps|num)\Z", re.I)
MOST_UNREAD = 40
SUCCESS = frozenset(
    (
        "0",
        "00",
        "000",
        "0000",
        "000000",
        "1",
        "200",
        "20000",
        "ok",
        "success",
        "true",
        "none",
        "y",
        "s",
        "",
    )
)
"""What interfaces answer where all went well."""


def read_data(text: str, page: Page) -> Reading | None:
    """The posts of a data answer; EMPTY when its list and its total say nothing; ``None`` when it
    is no data.

    Data without a list that is understood is UNREADABLE ``script_list``. Never raises.
    """
    data = loads(text)
    if not isinstance(data, dict | list):
        return None
    chosen = choose(data)
    if chosen.best is None:
        return _without_rows(data, chosen.mark)
    return _read(data, chosen.best, chosen, page)


def markup_in_data(text: str) -> str:
    """The longest piece of HTML with links that stands as a string in ``text``, ``""`` without
    one."""
    data = loads(text)
    if not isinstance(data, dict | list):
        return ""
    said = [value for _, value in members(data) if isinstance(value, str)]
    pieces = [
        html.unescape(value) if "&lt;a" in value and "<a" not in value else value for value in said
    ]
    return max((one for one in pieces if "<a" in one and "</" in one), key=len, default="")


def list_in_scripts(scripts: tuple[str, ...]) -> Choice:
    """The list written as data into the inline scripts (``var list = [{"title": …}]``, ``list.push({…})``)."""
    return choose(*values_in(scripts), *rows_by_statements(scripts))


def beside_in_scripts(
    chosen: Choice, posts: Sequence[Post], newest: date, page: Page, base: str
) -> tuple[Unread, ...]:
    """Posts of the scripts' other arrays that may be newer than the list's: a headline, a pinned
    box."""
    return _newer(_parts(chosen.others, posts, page, base), newest)


def values_in(scripts: Iterable[str], told: re.Pattern[str] = _TITLED) -> Iterator[Any]:
    """The data written into inline scripts, where it speaks of ``told``."""
    for script in scripts:
        if len(script) < 60 or not told.search(script):
            continue
        end = 0
        for match in islice(_STARTS.finditer(script), 20):
            if match.end() < end:
                continue
            value = value_at(script, match.end())
            if isinstance(value, dict | list) and told.search(str(value)[:100_000]):
                end = _past(script, match.end())
                yield value


def _past(script: str, start: int) -> int:
    """About where the value that begins at ``start`` ends: at the next statement."""
    at = script.find(";", start)
    return at if at > 0 else len(script)


def read_rows(
    rows: Sequence[Mapping[str, Any]], page: Page, base: str
) -> tuple[tuple[Post, ...], tuple[Refused, ...]]:
    """Rows of data as posts, in their order."""
    told = list(_told(rows, page, base))
    refused = tuple(dict.fromkeys(one for _, doubts in told for one in doubts))
    return tuple(post for post, _ in told), refused


def _told(
    rows: Iterable[Mapping[str, Any]], page: Page, base: str
) -> Iterator[tuple[Post, tuple[Refused, ...]]]:
    """Each row as a post, with what of its dates was not believed."""
    today = shanghai_day(page.fetched_at)
    for row in rows:
        refused: list[Refused] = []
        post = _post(row, base, today, page.fetched_at, refused)
        if post is not None:
            yield post, tuple(refused)


def _read(data: Any, best: Array, chosen: Choice, page: Page) -> Reading:
    base = page.final_url or page.url
    told = list(_told(best.rows, page, base))
    posts = tuple(post for post, _ in told)
    refused = tuple(dict.fromkeys(one for _, doubts in told for one in doubts))
    reading = Reading(Outcome.READ, Evidence.COMPLETE, posts, family=FAMILY, refused=refused)
    newest = reading.newest
    if newest is None:
        return replace(
            reading, outcome=Outcome.UNREADABLE, evidence=Evidence.NONE, reason="no_dates"
        )
    total, pages = number(best.beside, data, TOTALS), number(best.beside, data, PAGES)
    reading = replace(
        reading,
        total=total if total is not None and total >= len(posts) else None,
        identity={} if pages is None else {"pages": str(pages)},
        next=_next_pages(base, len(posts), total, pages),
    )
    lost = _lost(best.rows, base, page) if len(told) < len(best.rows) else ()
    parts = [*lost, *_parts(chosen.others, posts, page, base), *_single(data, posts, page, base)]
    unread = _newer(
        [*_undated(told), *_strays(best, base), *parts, *_backwards(reading)], newest.day
    )
    return replace(reading, unread=unread, evidence=_evidence(posts, unread))


def _evidence(posts: Sequence[Post], unread: Sequence[Unread]) -> Evidence:
    """WEAK where only weak dates bear the newest day, PARTIAL where something unread may be
    newer."""
    dated = [post.published for post in posts if post.published is not None]
    sure = [one.day for one in dated if not is_weak(one)]
    if not sure or max(one.day for one in dated) > max(sure):
        return Evidence.WEAK
    return Evidence.PARTIAL if unread else Evidence.COMPLETE


def _undated(told: Iterable[tuple[Post, tuple[Refused, ...]]]) -> Iterator[Unread]:
    """The rows without a believed date, and why."""
    for post, refused in told:
        if post.published is None:
            whys = {one.why for one in refused}
            why = (
                "future_date"
                if FUTURE in whys
                else "impossible_date"
                if NO_DAY in whys
                else "undated"
            )
            yield Unread(f"row {post.url or post.title[:80]}", why, post.title[:80], post.url)
        elif is_weak(post.published):
            yield Unread(
                f"row {post.url or post.title[:80]}", "weak_date", post.title[:80], post.url
            )


def _lost(rows: Iterable[Mapping[str, Any]], base: str, page: Page) -> Iterator[Unread]:
    """Rows with a title and neither a day nor an address: an entry whose text stands in the data
    itself."""
    for row in rows:
        if (title := pick(row, TITLES)) and _post(
            row, base, shanghai_day(page.fetched_at), page.fetched_at, []
        ) is None:
            yield Unread(f"row {title[:80]}", "undated", title[:80])


def _strays(best: Array, base: str) -> Iterator[Unread]:
    """Members of the list's own array that have a date or an address and no title."""
    for at, row in enumerate(best.strays):
        href = pick(row, URLS)
        if href or date_keys(row):
            url = markup.join(base, href) if href else ""
            yield Unread(f"row {url or at}", "undated", "", url)


def _parts(
    others: Iterable[Array], posts: Sequence[Post], page: Page, base: str
) -> Iterator[Unread]:
    """The newest posts of other arrays of articles (a pinned box, a hot list): parts of the column,
    or beside it."""
    known = {post.url for post in posts if post.url}
    for array in others:
        for post in read_rows(array.rows, page, base)[0]:
            if post.url not in known or not post.url:
                day = (
                    post.published.day
                    if post.published is not None and not is_weak(post.published)
                    else None
                )
                yield Unread(f"array {array.name}", "part", post.title[:80], post.url, day)


def _single(data: Any, posts: Sequence[Post], page: Page, base: str) -> Iterator[Unread]:
    """Objects that are a post and stand in no array (``headline``, ``top``): a part of the
    column."""
    known = {post.url for post in posts if post.url}
    for name, value in _objects(data):
        if not (pick(value, TITLES) and pick(value, URLS) and date_keys(value)):
            continue
        for post in read_rows([value], page, base)[0]:
            if post.url not in known and post.published is not None:
                day = None if is_weak(post.published) else post.published.day
                yield Unread(f"array {name}", "part", post.title[:80], post.url, day)


def _objects(data: Any, depth: int = DEPTH) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named objects that stand in objects only: what stands in an array is one of its rows."""
    for name, value in data.items() if isinstance(data, Mapping) and depth else ():
        if isinstance(value, Mapping):
            yield str(name), value
            yield from _objects(value, depth - 1)


def _backwards(reading: Reading) -> Iterator[Unread]:
    """A list that begins with its oldest has its newest on a page that was not read."""
    days = [post.published.day for post in reading.posts if post.published is not None]
    if reading.total is not None and reading.total <= len(reading.posts):
        return
    more = (
        reading.total is not None
        or bool(reading.next)
        or reading.identity.get("pages", "1") not in ("0", "1")
    )
    if (
        more
        and len(days) > 2
        and days[0] < days[-1]
        and all(one <= other for one, other in pairwise(days))
    ):
        yield Unread("further pages", "part", "")


def _newer(unread: Iterable[Unread], newest: date) -> tuple[Unread, ...]:
    return tuple(one for one in unread if one.day is None or one.day > newest)[:MOST_UNREAD]


def _next_pages(url: str, rows: int, total: int | None, pages: int | None) -> tuple[str, ...]:
    """The address with its page counted on, where the answer says that there is more
    (``?pageNo=1``)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    query = parse_qsl(parts.query, keep_blank_values=True)
    sizes = [size for key, value in query if _SIZE_KEYS.match(key) and (size := as_count(value))]
    for at, (key, value) in enumerate(query):
        here = as_count(value)
        if here is None or _PAGE_KEYS.match(key) is None:
            continue
        size = (
            sizes[0] if sizes else rows if here <= 1 else 0
        )  # the last page is shorter than the others
        more = (
            here < pages
            if pages is not None
            else total is not None and size > 0 and here * size < total
        )
        if more and rows:
            query[at] = (key, str(here + 1))
            return (parts._replace(query=urlencode(query)).geturl(),)
        return ()
    return ()


def _without_rows(data: Any, mark: str) -> Reading:
    """No rows: EMPTY only when the answer counts them as none, and is no error that says so
    (``code`` 500, token expired)."""
    if isinstance(data, dict) and (failed := _failed(data)):
        return Reading(
            Outcome.UNREADABLE,
            Evidence.NONE,
            reason="script_list",
            mark=f"json: {failed}",
            family=FAMILY,
        )
    totals = [
        value for key, value in members(data) if TOTALS.match(key) and isinstance(value, int | str)
    ]
    empty = any(isinstance(value, list) and not value for _, value in members(data))
    if empty and totals and all(str(total) == "0" for total in totals):
        return Reading(Outcome.EMPTY, Evidence.COMPLETE, mark="total: 0", family=FAMILY)
    mark = f"json: {mark}" if mark else "json"
    return Reading(
        Outcome.UNREADABLE, Evidence.NONE, reason="script_list", mark=mark, family=FAMILY
    )


def _failed(data: Mapping[str, Any]) -> str:
    """What the answer says of its own failure: ``code`` or ``status`` that no interface calls a
    success."""
    for key, value in data.items():
        name = str(key).lower()
        if name in ("code", "status", "errcode", "errno", "error_code", "resultcode", "retcode"):
            if str(value).strip().lower() not in SUCCESS:
                return f"{key}: {value}"[:60]
        elif name in ("success", "ok", "issuccess") and str(value).strip().lower() in (
            "false",
            "0",
            "no",
        ):
            return f"{key}: {value}"[:60]
    return ""


def _post(
    row: Mapping[str, Any], base: str, today: date, fetched_at: datetime, refused: list[Refused]
) -> Post | None:
    title = squeeze(_TAGS.sub("", html.unescape(pick(row, TITLES))))
    if not title:
        return None
    href = html.unescape(pick(row, URLS))
    url = markup.join(base, href) if href else ""
    believed: list[Dated] = []
    for key in sorted(date_keys(row), key=_rank):
        text = _as_text(row[key])
        answer = find_date(text, today=today, place="json", fetched_at=fetched_at)
        if answer is not None:
            believed.append(replace(answer, place=_place(key)))
        else:
            refused.extend(
                find_dates(text, today=today, place="json", fetched_at=fetched_at).refused
            )
    address = url_date(url, today=today) if url else None
    told = [*believed, *([address] if address else [])]
    others = tuple(one for one in told[1:] if one.day != told[0].day)
    return Post(
        title,
        url if url[:4] == "http" else "",
        told[0] if told else None,
        pick(row, _ORIGINS) or None,
        others,
    )


def _rank(key: str) -> int:
    """The nearer to what a reader sees, the lower."""
    if _SHOWN.search(key):
        return SHOWN
    if _WORKED.search(key) or _WRITTEN.search(key):
        return LATE
    return PUBLISHED if _PUBLISHED.search(key) else PLAIN


def _place(key: str) -> str:
    """``json`` for the publication; the weak place of dates that tell of something else."""
    if _rank(key) != LATE:
        return "json"
    return WRITTEN if _WRITTEN.search(key) else UPDATED


def _as_text(value: Any) -> str:
    match = _DOTNET.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else str(int(value) if isinstance(value, float) else value)
