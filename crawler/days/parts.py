"""What may be a date in one piece of Chinese text: its parts and where they stood, nothing judged
yet.

Linear in the length of the text: every repetition in a pattern is bounded, none is nested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_ALIKE = {
    "0123456789": "０１２３４５６７８９",
    ":": "：∶︰﹕",
    "-": "－–—−‐‑﹣",
    "/": "／∕⁄",
    ".": "．。",
    "(": "（［【〔〖「『《〈[<",
    ")": "）］】〕〗」』》〉]>",
    " ": "　\xa0\t\r\n\u2002\u2003\u2009\u200b\ufeff",
}
"""Days typed in full-width digits, with other dashes, slashes, colons and brackets."""
_PLAIN = {
    odd: plain[i] if len(plain) > 1 else plain
    for plain, odds in _ALIKE.items()
    for i, odd in enumerate(odds)
}
_ODD = frozenset(_PLAIN)
ZEROS = "〇○◯ＯOｏoОо0"
"""What is typed for 〇 in years in words: the character, circles, letters (Latin and Cyrillic), the
digit."""
_DIGITS = {mark: i for i, mark in enumerate("零一二三四五六七八九")} | dict.fromkeys(ZEROS, 0)

_TIME = (
    r"(?:[T ,]{0,3}(?:\(?(?:星期|周)[一二三四五六日天]\)?)?[T ,]{0,2}"
    r"(?P<half>上午|下午|中午|晚上|凌晨|[AaPp][Mm])? ?"
    r"(?P<hh>\d{1,2})[:时点](?P<mi>\d{1,2})(?:[:分](?P<ss>\d{1,2}))?[分秒]?(?:\.\d{1,9})?"
    r"(?: ?(?P<after>[AaPp][Mm]))?"
    r"(?: ?(?P<zone>Z|\+\d\d:?\d\d|(?:(?<=\d:\d\d:\d\d)|(?<=\.\d\d\d))-\d\d:?\d\d)(?![\d:]))?"
    r"(?: ?(?:--?|[~～至到]) ?\d{1,2}[:时点]\d{1,2}分?)?)?"
)
"""A time of day. West of Greenwich only behind seconds: 15:00-17:00 is a range of hours, no
zone."""
_FULL = re.compile(
    r"(?<!\d)(?P<y>(?:1[89]|2[01])\d\d)(?:"
    r" ?年 {0,2}(?P<m1>\d{1,2}) ?月 {0,2}(?P<d1>\d{1,2})(?!\d) ?[日号]?"
    r"| ?(?P<s>[-/.]) ?(?P<m2>\d{1,2}) ?(?P=s) ?(?P<d2>\d\d(?=\d\d:\d\d)|\d{1,2}(?!\d)))" + _TIME
)
"""The usual form; blanks beside 年 and 月 come from old editors, a glued time from templates."""
_TWO_DIGIT = re.compile(
    r"(?<![\d\-/.])(?P<y>\d\d)(?:(?P<s>[-/.])(?P<m2>\d{1,2})(?P=s)(?P<d2>\d{1,2})(?![\d\-/.])"
    r"|年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号]?)" + _TIME
)
"""Old systems with years of two digits (动易 26-11-20)."""
_NO_YEAR = re.compile(
    r"(?<![\d\-/.])(?:(?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?![\d\-/.%])"
    r"|(?P<m1>\d{1,2}) ?月 ?(?P<d1>\d{1,2}) ?[日号]?)" + _TIME
)
"""Home pages, old ASP lists and forums print MM-DD only."""
_PACKED = re.compile(
    r"(?<![\dA-Za-z])(?P<y>20\d\d|199\d)(?P<m1>\d\d)(?P<d1>\d\d)(?:(?P<hh>\d\d)(?P<mi>\d\d)(?P<ss>\d\d))?(?![\dA-Za-z])"
)
"""20261120 in addresses, data and file names."""
_NUMERALS = re.compile(
    rf"(?P<y>[二一][{ZEROS}零一二三四五六七八九]{{3}}) ?年 ?(?P<m1>[一二三四五六七八九十]{{1,2}}|\d{{1,2}}) ?月"
    r" ?(?P<d1>[一二三四五六七八九十廿卅]{1,3}|\d{1,2}) ?[日号]"
)
"""二〇二六年十一月二十日, 廿一日 in old-fashioned dates."""
_MINGUO = re.compile(
    r"(?:中[华華])?民[国國] ?(?P<y>\d{2,3}) ?年 ?(?P<m1>\d{1,2}) ?月 ?(?P<d1>\d{1,2}) ?日" + _TIME
)
"""Taiwan's years, which notices of 涉台 columns quote: 民國115年 is 2026."""
_MINGUO_BARE = re.compile(
    r"(?<![\w\-/.])(?P<y>1[0-4]\d)(?:(?P<s>[-/.])(?P<m2>\d{1,2})(?P=s)(?P<d2>\d{1,2})|年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日)"
    r"(?![\d\-/.])" + _TIME
)
"""115-11-20 and 115年11月20日, without the word 民國."""
_TURNED = re.compile(
    r"(?<![\d\-/.])(?P<m2>\d{1,2})(?P<s>[-/.])(?P<d2>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)(?![\d\-/.])"
    + _TIME
)
"""The year last (Hong Kong, English pages): 20/11/2026 and 11/20/2026."""
_DIGIT = re.compile(r"\d")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""English columns, and designs with a big day above Nov."""
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_ENGLISH = re.compile(
    rf"(?<![a-z\d])(?:{_MONTH} {{1,2}}(\d{{1,2}})(?:st|nd|rd|th)? ?[, ] ?((?:19|20)\d\d)(?!\d)"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -]((?:19|20)\d\d)(?!\d)"
    rf"|(?:mon|tue|wed|thu|fri|sat|sun) {_MONTH} (\d{{1,2}}) \d\d:\d\d:\d\d CST ((?:19|20)\d\d)(?!\d))",
    re.I,
)
"""July 16, 2020, 16 July 2020, and as Java writes a date of ours: Thu Jul 16 09:30:00 CST 2020."""
_LABEL = re.compile(
    r"[(\s|·,;、*]{0,8}((?:[^\W\d_] ?){0,10}?) ?(:|时间|日期|于|\Z)[(\s|·,;-]{0,200}\Z"
)
"""A label before the day, at most ten letters, blanks between them on old pages."""
_KNOWN_LABEL = re.compile(r"(?:时间|日期|发布|发表|更新|刊登|发文|公布|公开|更新于|发布于|日)\Z")
"""Labels that stand before a day without a colon."""
_UNTIL = re.compile(
    r" {0,2}[-~～至到]++ {0,2}(?:(?:19|20)\d\d ?[-/.年] ?)?(?:\d{1,2} ?[-/.月] ?)?\d{1,2} ?[日号]?(?![\d:])(?:止|为止)?"
)
"""The end of a range behind its beginning: 2026-11-20 至 2026-11-27, 2026年11月20日至27日. Thirty dashes
cost no more than one."""
_TAIL = re.compile(
    r"[\s)|·,;、.-]{0,200}(?:\(?(?:星期|周)[一二三四五六日天]\)?)?"
    r"(?:(?:阅读|点击|浏览|访问|查看|来源|信息来源|作者|编辑|责编|人气|次数|发布|发布者|发布人|字号|分享|[Ss]ource|[Vv]iews?)(?s:.){0,120})?[\s)|·,;、]{0,200}\Z"
)
"""What rows and the line below an article's title print behind the day: 星期五, 阅读：120, 来源：区教育局."""


@dataclass(frozen=True, slots=True)
class Part:
    """Date parts at ``start:end`` of a text. ``year`` is ``None`` where none stands there.

    ``time`` is (hour, minute, second, zone as printed or ""). ``alone`` says that nothing but
    brackets, a label and a view count surrounds it; ``label`` is that label (``发布时间``). ``sure`` is
    false for forms that mean a date only when they stand alone (``07-20``, ``20/07/21``,
    ``20200720``). ``ranged``: it begins a range (公示期). ``turned``: the year stands last, and
    ``month`` and ``day`` are just the first and second number.
    """

    year: int | None
    month: int
    day: int
    start: int
    end: int
    time: tuple[int, int, int, str] | None = None
    alone: bool = False
    label: str = ""
    sure: bool = True
    ranged: bool = False
    turned: bool = False


def plain(text: str) -> str:
    """The same text, letter for letter, with full-width digits and their marks made ASCII."""
    for odd in _ODD.intersection(
        text
    ):  # few or none: str.translate looks up every letter, at twenty times the cost
        text = text.replace(odd, _PLAIN[odd])
    return text


def parts(text: str) -> Iterator[Part]:
    """Every possible date in ``plain`` text, in its order; forms without certainty only when
    alone."""
    if _DIGIT.search(text) is None and "年" not in text:
        return  # a title, a name: nothing below is without a digit or 年
    found, until, label = False, 0, ""
    for match in _FULL.finditer(text):
        found = True
        part = _part(match, text)
        yield (
            replace(part, label=label) if part.start < until else part
        )  # both ends of a range mean one thing
        if part.ranged:
            until, label = _until(text, part.end), part.label
    if "年" in text:
        for match in _NUMERALS.finditer(text):
            found = True
            yield _spelled(match, text)
    if not found and "民" in text:
        for match in _MINGUO.finditer(text):
            found = True
            yield _part(match, text, since=1911)
    if not found and ("20" in text or "19" in text):
        for match in _ENGLISH.finditer(text):
            found = True
            yield _english(match, text)
    if not found and len(text) <= 200:
        yield from _unsure(text)


def _unsure(text: str) -> Iterator[Part]:
    for pattern in (_PACKED, _TURNED, _MINGUO_BARE, _TWO_DIGIT, _NO_YEAR):
        match = pattern.search(text)
        if match is not None:
            since = 1911 if pattern is _MINGUO_BARE else 0
            part = _part(match, text, sure=False, since=since, turned=pattern is _TURNED)
            if part.alone:
                yield part
                return


def _part(
    match: re.Match[str], text: str, *, sure: bool = True, since: int = 0, turned: bool = False
) -> Part:
    group = match.groupdict()
    year = group.get("y")
    since = since or (2000 if year is not None and len(year) == 2 else 0)
    until = _until(text, match.end())
    label, alone = surroundings(text, match.start(), until)
    return Part(
        year=None if year is None else int(year) + since,
        month=int(group.get("m1") or group["m2"]),
        day=int(group.get("d1") or group["d2"]),
        start=match.start(),
        end=match.end(),
        time=_time(group),
        alone=alone,
        label=label,
        sure=sure,
        ranged=until > match.end(),
        turned=turned,
    )


def _until(text: str, end: int) -> int:
    """Where the range that begins before ``end`` ends; ``end`` where none does."""
    match = _UNTIL.match(text, end)
    return match.end() if match is not None else end


def _time(group: dict[str, str | None]) -> tuple[int, int, int, str] | None:
    if not group.get("hh"):
        return None
    hour, half = int(group["hh"] or 0), (group.get("half") or group.get("after") or "").lower()
    if half in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    if half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    if half == "中午" and hour < 3:
        hour += 12
    return hour, int(group["mi"] or 0), int(group.get("ss") or 0), group.get("zone") or ""


def _spelled(match: re.Match[str], text: str) -> Part:
    year = year_said(match["y"])
    start, end = match.span()
    label, alone = surroundings(text, start, end)
    return Part(year, _number(match["m1"]), _number(match["d1"]), start, end, None, alone, label)


def year_said(words: str) -> int:
    """2026 or 二〇二六 as a number."""
    return int(words) if words.isdigit() else int("".join(str(_DIGITS[mark]) for mark in words))


def _english(match: re.Match[str], text: str) -> Part:
    """July 16, 2020 and 16 July 2020."""
    month = _MONTHS.index((match[1] or match[5] or match[7]).lower()) + 1
    label, alone = surroundings(text, match.start(), match.end())
    day, year = int(match[2] or match[4] or match[8]), int(match[3] or match[6] or match[9])
    return Part(year, month, day, match.start(), match.end(), None, alone, label)


def _number(spelled: str) -> int:
    """一 to 三十一, or digits. What is no number (十十) comes out above 31 and is refused later."""
    if spelled.isdigit():
        return int(spelled)
    spelled = spelled.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = spelled.rpartition("十")
    if not ten:
        return _DIGITS[ones] if len(ones) == 1 else 99
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return 99
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def surroundings(text: str, start: int, end: int) -> tuple[str, bool]:
    """The label before ``start``, and whether nothing else of weight surrounds ``start:end``."""
    if start > 230:
        return "", False
    before = _LABEL.match(text, 0, start) if start else None
    if start and before is None:
        return "", False
    label = _label(before) if before is not None else ""
    if label is None:
        return "", False
    return label, _TAIL.match(text, end) is not None


def _label(match: re.Match[str]) -> str | None:
    """The label's words; ``None`` when the words before the date are no label."""
    words = (match[1] + match[2]).replace(" ", "")
    if match[2] == ":":
        return words[:-1]
    return words if not words or _KNOWN_LABEL.search(words) else None


Piece = tuple[int | None, int | None, int | None]
"""Year, month and day as far as one element shows them."""
NO_PIECE: Piece = (None, None, None)

_BARE_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?|[一二三四五六七八九十]{{1,2}}月"
_PIECE = re.compile(
    r"[\s(|/-]{0,9}(?:((?:199|20\d)\d) ?[-/.年] ?(\d{1,2})月?|((?:199|20\d)\d)年?"
    r"|年?(\d{1,2}) ?[-/.月] ?(\d{1,2})[日号]?|年?(\d{1,2})月|月?(\d{1,2})[日号]?"
    rf"|(?:(\d{{1,2}}) ?[-/.]|({_BARE_MONTH})[ ,/.-]{{0,3}}) ?((?:199|20\d)\d)年?"
    rf"|(?:(\d{{1,2}})[ -])?({_BARE_MONTH})(?: ?(\d{{1,2}})(?:st|nd|rd|th|[日号])?)?,?)[\s)|/-]{{0,9}}\Z",
    re.I,
)
"""Designs that give day, month and year an element each, in any usual order."""
MONTH_PIECE = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ -])?(?:{_BARE_MONTH})"
"""How a piece begins that names its month in words (Nov, Nov 20, 十一月): the gates of a page's texts
need it."""


def piece_of(text: str) -> Piece | None:
    """The part of a date that is all that ``plain`` text says (``2020-07``, ``20``, ``7月``, ``Jul
    2020``), or ``None``."""
    match = _PIECE.match(text) if len(text) < 24 else None
    if match is None:
        return None
    whole_year, its_month, year, month, its_day, lone_month, day, *turned = match.groups()
    before_year, named_before_year, last_year, day_before, named, day_behind = turned
    if day_before and day_behind:
        return None
    return (
        int(whole_year or year or last_year or 0) or None,
        int(its_month or month or lone_month or before_year or 0)
        or _month_named(named_before_year or named)
        or None,
        int(its_day or day or day_before or day_behind or 0) or None,
    )


def _month_named(word: str | None) -> int:
    """Nov or 十一月 as a number; 0 for none, 99 for what is no month (十十月)."""
    if not word:
        return 0
    return _number(word[:-1]) if word[-1] == "月" else _MONTHS.index(word[:3].lower()) + 1


def joined(pieces: Sequence[Piece | None]) -> Piece:
    """Two or three neighbouring pieces as one date, each part said once; ``NO_PIECE`` when they do
    not fit.

    The year may be missing. Of three, the year stands first or last.
    """
    if len(pieces) < 2 or (len(pieces) == 3 and (pieces[1] is None or pieces[1][0] is not None)):
        return NO_PIECE
    found: list[int | None] = [None, None, None]
    for piece in pieces:
        if piece is None:
            return NO_PIECE
        for i, value in enumerate(piece):
            if value is not None:
                if found[i] is not None:
                    return NO_PIECE
                found[i] = value
    year, month, day = found
    if month is None or day is None or month > 12 or day > 31:
        return NO_PIECE
    return year, month, day
