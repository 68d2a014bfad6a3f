"""Chinese date text -> ``Dated`` with its proof, or nothing.

A day is believed only when it exists, is not before 1995 and not later than a day after ``today``.
A year is never made up: the caller hands one in, with the reason, or the date is refused. Times
without a zone are Shanghai times; times with one decide the Shanghai day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from crawler.days.looks import looks_dated
from crawler.days.parts import Part, joined, parts, piece_of, plain, surroundings
from crawler.days.strength import WEAK_PLACES, is_weak
from crawler.model import SHANGHAI, Dated, Refused, shanghai_day

__all__ = [
    "WEAK_PLACES", "Dates", "find_date", "find_dates", "is_weak", "judge", "looks_dated", "settled", "url_date",
]  # fmt: skip

FIRST_YEAR = 1995
"""Chinese government sites begin with 1995 or later; an older date is a topic, not a
publication."""

NO_DAY = "no such day"
FUTURE = "later than a day after the look"
"""A slip (2027 for 2026) or a deadline; a day ahead is another clock."""
TOO_OLD = "before 1995"
NO_YEAR = "no year, and the page gives no reason for one"
NO_MOMENT = "relative time, and the moment of the look is unknown"
"""A saved page whose moment nobody noted may say 昨天."""
NOT_PUBLISHED = "its label says it is not the publication"
"""成文日期, 截止时间 and their like beside a post."""
WHICH_FIRST = "day or month first: the page does not prove which"
"""11/12/2026 on English pages: where no row proves the order none is taken."""
BEGINNING = "the beginning of a range"
"""公示期 and dates of events, printed as a range."""

OTHER_DATE = re.compile(
    r"截止|截至|有效|成文|生效|施行|实施|到期|结束|开标|报名|会议|活动|考试|开始|签署|印发|制定|生成|失效|废止|开庭|办结|受理|答复|出生|抓取"
)
"""Labels of dates that are not the publication date: 成文日期, 截止时间, 有效期 ..."""

_RELATIVE = re.compile(
    r"(?P<word>今天|今日|昨天|昨日|前天|前日|刚刚|刚才|半小时前)"
    r"|(?P<n>\d{1,3}) ?(?P<unit>秒钟?|分钟|分|个?小时|天|日|周|个?星期) ?(?:以|之)?前"
)
"""Forums and new portals: 今天, 3小时前."""
_CLOCK = re.compile(r" {0,3}(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2}
_SECONDS = {"秒": 1, "分": 60, "时": 3600, "天": 86400, "日": 86400, "周": 604800, "期": 604800}
_EPOCH = re.compile(r"\s{0,9}(\d{10})(?:\d{3}){0,2}\s{0,9}\Z")
"""Interfaces that give days as seconds or milliseconds since 1970."""
_URL_DAY = re.compile(
    r"(20[0-4]\d|199[5-9])(?:(?<![0-9A-Za-z]....)|(?<=[tT]....)(?<![0-9A-Za-z].....))(?:"
    r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![0-9A-Za-z])"
    r"|[-/](1[0-2]|0?[1-9])[-/](0[1-9]|[12]\d|3[01]|[1-9])(?![0-9A-Za-z])"
    r"|(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])(?![0-9A-Za-z])"
    r"|-?(0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])/"
    r"|/(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])/"
    r"|/[A-Za-z]{1,30}_(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/)"
)
"""A year with nothing, a mark or a lone ``t`` before it, and its month and day. It begins with the
year, which is quick to look for."""
_URL_YEAR = re.compile(
    r"(?<![0-9A-Za-z])t?(20[0-4]\d|199[5-9])(?:[-/]?(?:0[1-9]|1[0-2]))?(?=[/_.-]|[01]\d[0-3]\d_)"
)
"""Folders of years and months (/2026/, /202611/), and files of TRS (t20261120_1.htm)."""


class Dates(NamedTuple):
    """What a text says, in its order: the dates believed and those refused with the reason."""

    believed: tuple[Dated, ...]
    refused: tuple[Refused, ...]


def find_date(
    text: str,
    *,
    today: date,
    place: str,
    year: int | None = None,
    why: str = "",
    fetched_at: datetime | None = None,
) -> Dated | None:
    """The first believable date of ``text``; a day that stands alone goes before one inside a
    sentence.

    ``today`` is the Shanghai day of the look. ``year`` serves dates without one (``07-20``), and
    ``why``
    says what gave it. ``fetched_at`` (aware) is needed for N小时前. Raises ``ValueError`` when it is
    naive.
    """
    believed, _ = find_dates(
        text, today=today, place=place, year=year, why=why, fetched_at=fetched_at
    )
    return believed[0] if believed else None


def find_dates(
    text: str,
    *,
    today: date,
    place: str,
    year: int | None = None,
    why: str = "",
    fetched_at: datetime | None = None,
) -> Dates:
    """All dates of ``text``, believed and refused. Arguments as for :func:`find_date`."""
    letters = plain(text)
    believed: list[Dated] = []
    refused: list[Refused] = []
    seen = list(parts(letters))
    for part in sorted(seen, key=lambda p: not p.alone):
        raw = text[part.start : part.end].strip()
        _sort(judge(part, raw, today=today, place=place, year=year, why=why), believed, refused)
    if not seen and len(text) <= 200:
        answer = _relative(letters, text, today, place, fetched_at) or _epoch(letters, today, place)
        _sort(answer, believed, refused)
    return Dates(tuple(believed), tuple(refused))


def _sort(answer: Dated | Refused | None, believed: list[Dated], refused: list[Refused]) -> None:
    if isinstance(answer, Dated):
        believed.append(answer)
    elif answer is not None:
        refused.append(answer)


def judge(
    part: Part, raw: str, *, today: date, place: str, year: int | None = None, why: str = ""
) -> Dated | Refused:
    """``part`` as a ``Dated``, or the reason against it. ``raw`` is its text as printed."""
    if OTHER_DATE.search(part.label):
        return Refused(f"{part.label}:{raw}", NOT_PUBLISHED)
    if part.year is None and year is None:
        return Refused(raw, NO_YEAR)
    part = settled(part)
    if part.turned:
        return Refused(raw, WHICH_FIRST)
    own = part.year if part.year is not None else year
    try:
        day = date(own or 0, part.month, part.day)
    except ValueError:
        return Refused(raw, NO_DAY)
    moment = _moment(day, part.time)
    if moment is not None:
        day = moment.date()
    doubt = implausible(day, today)
    if doubt:
        return Refused(raw, doubt)
    reason = why if part.year is None else BEGINNING if part.ranged else ""
    return Dated(day, raw, place, moment, reason)


def settled(part: Part, *, day_first: bool | None = None) -> Part:
    """``part`` with its year last put in order: by itself where one number is no month, else as
    ``day_first`` says."""
    if not part.turned:
        return part
    if part.month > 12 or part.day > 12 or part.month == part.day:
        day_first = part.month > 12
    if day_first is None:
        return part
    month, day = (part.day, part.month) if day_first else (part.month, part.day)
    return replace(part, month=month, day=day, turned=False)


def implausible(day: date, today: date) -> str:
    """Why ``day`` cannot be a publication day seen on ``today``, or an empty string."""
    if day.year < FIRST_YEAR:
        return TOO_OLD
    if day > today and day > today + timedelta(days=1):
        return FUTURE
    return ""


def _moment(day: date, time: tuple[int, int, int, str] | None) -> datetime | None:
    """The moment in Shanghai; ``None`` without a time of day or with an impossible one (25:61)."""
    if time is None:
        return None
    hour, minute, second, zone = time
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(zone))
        return moment.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return None


def _zone(printed: str) -> timezone:
    if not printed:
        return SHANGHAI
    if printed == "Z":
        return UTC
    digits = printed[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if printed[0] == "-" else offset)


def _relative(
    letters: str, text: str, today: date, place: str, fetched_at: datetime | None
) -> Dated | Refused | None:
    """今天, 昨天 10:20, 3小时前 ..., only when nothing else stands around it."""
    match = _RELATIVE.search(letters)
    if match is None:
        return None
    clock = _CLOCK.match(letters, match.end())
    end = clock.end() if clock else match.end()
    _, alone = surroundings(letters, match.start(), end)
    if not alone:
        return None
    raw = text[match.start() : end].strip()
    if fetched_at is None:
        return Refused(raw, NO_MOMENT)
    return _counted_back(match, clock, raw, place, fetched_at, today)


def _counted_back(
    match: re.Match[str],
    clock: re.Match[str] | None,
    raw: str,
    place: str,
    fetched_at: datetime,
    today: date,
) -> Dated | Refused:
    why = "counted back from the look"
    if match["word"] in _BACK:
        day = shanghai_day(fetched_at) - timedelta(days=_BACK[match["word"]])
        time = (int(clock[1]), int(clock[2]), int(clock[3] or 0), "") if clock else None
        return Dated(day, raw, place, _moment(day, time), why)
    seconds = (
        0 if match["unit"] is None else int(match["n"]) * _SECONDS[match["unit"].rstrip("钟")[-1]]
    )
    moment = fetched_at - timedelta(seconds=1800 if match["word"] == "半小时前" else seconds)
    day = shanghai_day(moment)
    doubt = implausible(day, today)
    if doubt:
        return Refused(raw, doubt)
    return Dated(day, raw, place, moment.astimezone(SHANGHAI) if seconds < 86400 else None, why)


def _epoch(letters: str, today: date, place: str) -> Dated | Refused | None:
    """Seconds or milliseconds since 1970, where data and attributes hold them."""
    match = _EPOCH.match(letters) if place in ("json", "attr", "script", "feed") else None
    if match is None:
        return None
    moment = datetime.fromtimestamp(int(match[1]), SHANGHAI)
    doubt = implausible(moment.date(), today)
    return (
        Refused(match[0], doubt) if doubt else Dated(moment.date(), match[0].strip(), place, moment)
    )


def url_date(url: str, *, today: date) -> Dated | None:
    """The day in an address (``t20201119_44.htm``, ``/2020/11/19/``, ``/202011/19/``), place
    ``url``.

    It is the day of saving, often not the printed one: 170 of 566 labelled items differ.
    """
    found = _in_address(url, today)
    if found is None:
        return None
    day, match = found
    start, raw = match.start(), match[0].strip("/")
    before = match.string[start - 1 : start]
    return Dated(day, before + raw if before in ("t", "T") else raw, "url")


def url_day(url: str, *, today: date) -> date | None:
    """The day of :func:`url_date` without its proof: a witness that agrees needs none."""
    found = _in_address(url, today)
    return found[0] if found is not None else None


def _in_address(url: str, today: date) -> tuple[date, re.Match[str]] | None:
    for match in _URL_DAY.finditer(url.partition("?")[0]):
        last = match.lastindex or 0
        try:
            day = date(int(match[1]), int(match[last - 1]), int(match[last]))
        except ValueError:
            continue
        if not implausible(day, today):
            return day, match
    return None


def url_year(url: str) -> int | None:
    """The year in an address (``/2020/``, ``/202011/``, ``t20201119_``), a reason for ``11-19`` in
    a list."""
    match = _URL_YEAR.search(url.partition("?")[0])
    return int(match[1]) if match else None


def join_date(cells: Sequence[str], *, today: date, place: str) -> Dated | Refused | None:
    """A date whose parts stand in two or three elements next to each other: 20 | 2020-07, 2020 | 07-20.

    ``cells`` are the texts of one item in page order. ``None`` when no neighbours fit together.
    """
    pieces = [piece_of(plain(cell)) for cell in cells]
    for i in range(len(pieces) - 1):
        for width in (2, 3):
            year, month, day = joined(pieces[i : i + width])
            if year is not None and month is not None and day is not None:
                raw = " ".join(cell.strip() for cell in cells[i : i + width])
                return judge(
                    Part(year, month, day, 0, len(raw), alone=True), raw, today=today, place=place
                )
    return None
