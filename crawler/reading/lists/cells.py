"""The places on a list page where a date may stand, and how sure each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from crawler.days.parts import MONTH_PIECE, ZEROS, Part, Piece, parts, piece_of, plain
from crawler.days.text import WHICH_FIRST, find_date, find_dates, implausible, judge, settled
from crawler.model import Dated, Refused
from crawler.reading.lists.outline import Outline
from crawler.reading.lists.pieces import assembled, neighbours
from crawler.reading.lists.scan import Run

ALONE, EDGE, INSIDE = 3, 2, 0
"""A date that has its text for itself (or a label), one at the edge of a text, one inside a
sentence."""

KEPT, SHORT = 2048, 40
"""Dates repeat, on a page, a site and from site to site: as many texts of fewer characters are not
read again."""
MANY = 40
"""Dates looked at in one text: a row has few, and a page of running text must stay quick."""
_DATE_LIKE = (
    re.compile(r"[-/.年月－／．—](?:(?<=\d.)|(?<=\d\s.))\s?\d"),
    re.compile(
        r"[今昨前刚](?:(?<=[今昨前])[天日]|(?<=刚)[刚才]"
        r"|(?<=[秒分钟时天日周期]前)|(?<=[秒分钟时天日周期][\s以之]前)|(?<=[秒分钟时天日周期]\s[以之]前))"
    ),
    re.compile(rf"年(?<=[{ZEROS}零一二三四五六七八九]年)\s?[一二三四五六七八九十\d]"),
    re.compile(r"[12１２](?:[09０９]\d{6}(?!\d)|0\d\d(?<=[., -]20\d\d))"),
)
"""The two gates below for the run of a page's texts: with the next they find every text that passes
one and may hold a date.

Several, because each begins with few letters: together they would stop at every digit of the page.
"""
_PIECE_LIKE = re.compile(
    rf"\x00[^\w\x00]{{0,9}}(?:[年月]?\d{{1,4}}\s?[年月日]?[^\w\x00]{{0,9}}|{MONTH_PIECE}[^\x00]{{0,9}})(?=\x00)",
    re.I,
)
"""Texts that are all of them a number or a month."""
_GATE = re.compile(
    r"\d\s?[-/.年月－／．—]\s?\d|(?<!\d)\d{8}(?!\d)|[今昨前][天日]|刚[刚才]|[秒分钟时天日周期]\s?[以之]?前"
    rf"|[{ZEROS}零一二三四五六七八九]年\s?[一二三四五六七八九十\d]"
    r"|\A\W{0,9}[年月]?\d{1,4}\s?[年月日]?\W{0,9}\Z"
    rf"|\A\W{{0,9}}(?i:{MONTH_PIECE})[ ,\d]{{0,9}}年?\W{{0,9}}\Z"
)
"""Every form of day seen in lists; most texts of a page pass none and cost no more."""
_ENGLISH_GATE = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[., -]{1,3}(?:\d{1,2}(?:st|nd|rd|th)?[, ]{1,3})?20\d\d"
)
"""English columns of portals, and designs with Nov 20, 2026."""
_SIMPLE = re.compile(r"[\s\[(（【]*(([12]\d{3})([-/.])(\d{1,2})\3(\d{1,2}))[\s\])）】]*\Z")
"""Four of five dates in the labelled lists are YYYY-MM-DD alone or in brackets."""
_RELATIVE = re.compile(r"[今昨前][天日]|刚[刚才]|前")
"""Forums and new portals: 今天, 昨天, 3小时前, counted from the look."""
_LABEL_BEFORE = re.compile(
    r"((?:[\u4e00-\u9fff] ?){0,6}(?:时间|日期|日间)|发布于|更新于|发布|日 {0,4}期) {0,3}:? {0,3}\Z"
)
"""Items without elements of their own for the day: title and 发布时间：2026-11-20 in one text."""
_LABEL_CELL = re.compile(
    r"\W{0,4}((?:[\u4e00-\u9fff]\s{0,4}){0,6}?(?:时\s{0,4}间|日\s{0,4}期))\W{0,4}\Z"
)
"""Tables and cards that give 成文日期 one element and its day the next; old ones pad it: 日　期."""
_SHOWN_LABEL = re.compile(r"发布|公开|公布|回复")
"""Of two labelled dates in one text, the one from which the item could be read: a letter's
reply."""
_WORD = re.compile(r"\w")


@dataclass(slots=True)
class Cell:
    """A date at text ``text`` in element ``owner``. ``answer`` is ``None`` while the year is
    missing."""

    text: int
    owner: int
    rank: int
    answer: Dated | Refused | None
    raw: str
    label: str = ""
    month: int = 0
    day: int = 0
    place: str = "item"
    pieces: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[int, ...]:
        """All the texts that it was read from."""
        return self.pieces or (self.text,)


def cells_of(sheet: Outline, today: date, fetched_at: datetime | None) -> list[Cell]:
    """Every date candidate among the texts of the page, in page order, at most one a text."""
    found: list[Cell] = []
    pieces: list[tuple[int, Piece]] = []
    texts, owners = sheet.texts, sheet.owners
    for number in like_dates(sheet.run):
        text = texts[number]
        short = len(text) < SHORT
        simple = _kept_simple(text, today) if short else _simple(text, today)
        if simple is not None:
            found.append(Cell(number, owners[number], ALONE, simple, simple.raw))
            _label_from_before(found[-1], sheet)
            continue
        told = _kept_told(text) if short else _told(text)
        if told is None:
            continue
        piece = told.piece
        if piece is not None:
            if pieces and not neighbours(sheet, pieces[-1][0], number):
                pieces.clear()
            pieces.append((number, piece))
            whole = _cell_of_pieces(pieces[-3:], sheet, today)
            if whole is not None:
                _label_from_before(whole, sheet)
                while found and found[-1].answer is None and found[-1].text >= whole.pieces[0]:
                    found.pop()
                found.append(whole)
                continue
            if piece[1] is None or piece[2] is None:
                continue
        cell = _cell((number, owners[number]), text, told, today, fetched_at, "item")
        if cell is not None:
            _label_from_before(cell, sheet)
            found.append(cell)
    _order_years_last(found, today)
    return found


def like_dates(run: Run) -> list[int]:
    """The numbers of the texts that may hold a date or be a piece of one, in their order."""
    return sorted({*run.hits(*_DATE_LIKE), *run.opening(_PIECE_LIKE)})


def cell_at(sheet: Outline, number: int, today: date) -> Cell | None:
    """The date candidate of one text by itself, without the pieces beside it."""
    text = sheet.texts[number]
    told = _told(text)
    return (
        _cell((number, sheet.owners[number]), text, told, today, None, "item")
        if told is not None
        else None
    )


_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/. ]{1,3}(\d{1,2})[-/. ]{1,3}((?:19|20)\d\d)(?!\d)")
"""English and Hong Kong pages print 03/10/2026, in either order."""


def _order_years_last(cells: list[Cell], today: date) -> None:
    """03/10/2026 is read as the page's other dates prove, those whose day is above 12; where they
    do not, it stays refused."""
    open_ = [
        cell
        for cell in cells
        if isinstance(cell.answer, Refused) and cell.answer.why == WHICH_FIRST
    ]
    if not open_:
        return
    told = [match for cell in cells if (match := _YEAR_LAST.search(plain(cell.raw)))]
    day_first = any(int(match[1]) > 12 for match in told)
    month_first = any(int(match[2]) > 12 for match in told)
    for cell in open_ if day_first != month_first else ():
        match = _YEAR_LAST.search(plain(cell.raw))
        if match is not None:
            part = Part(
                int(match[3]),
                int(match[1]),
                int(match[2]),
                0,
                len(cell.raw),
                alone=True,
                turned=True,
            )
            cell.answer = judge(
                settled(part, day_first=day_first), cell.raw, today=today, place=cell.place
            )


def _simple(text: str, today: date) -> Dated | None:
    """The form of nine lists in ten: a year, month and day alone in their element."""
    match = _SIMPLE.match(text)
    if match is None:
        return None
    try:
        day = date(int(match[2]), int(match[4]), int(match[5]))
    except ValueError:
        return None
    return None if implausible(day, today) else Dated(day, match[1], "item")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a text says by itself: its ``letters`` made plain, all of it as a ``piece`` of a date,
    its ``best`` candidate."""

    letters: str
    piece: Piece | None
    best: tuple[int, str, Part] | None


def _told(text: str) -> _Told | None:
    """``None`` where nothing in it looks like a date."""
    if _GATE.search(text) is None and ("20" not in text or _ENGLISH_GATE.search(text) is None):
        return None
    letters = plain(text)
    return _Told(letters, piece_of(letters), _best(letters))


_kept_simple = lru_cache(maxsize=KEPT)(_simple)
_kept_told = lru_cache(maxsize=KEPT // 2)(_told)


def _best(letters: str) -> tuple[int, str, Part] | None:
    best: tuple[int, str, Part] | None = None
    for part in islice(parts(letters), MANY):
        rank, label = _rank(letters, part)
        better = best is not None and rank == best[0] and _SHOWN_LABEL.search(label) is not None
        if best is None or rank > best[0] or (better and _SHOWN_LABEL.search(best[1]) is None):
            best = rank, label, part
    return best


def _cell(
    at: tuple[int, int],
    text: str,
    told: _Told,
    today: date,
    fetched_at: datetime | None,
    place: str,
) -> Cell | None:
    """The best candidate of one text, which stands at text number and element ``at``."""
    if told.best is None:
        return _relative_cell(at, text, told.letters, today, fetched_at, place)
    rank, label, part = told.best
    raw = text[part.start : part.end].strip()
    if part.year is None:
        return (
            Cell(*at, rank, None, raw, label, part.month, part.day, place)
            if part.month < 13
            else None
        )
    return Cell(*at, rank, judge(part, raw, today=today, place=place), raw, label, place=place)


def _rank(letters: str, part: Part) -> tuple[int, str]:
    if part.alone:
        return ALONE, part.label
    before = _LABEL_BEFORE.search(letters, max(0, part.start - 30), part.start)
    if before is not None:
        return ALONE, before[1].replace(" ", "")
    if _WORD.search(letters, part.end) is None or _WORD.search(letters, 0, part.start) is None:
        return EDGE, ""
    return INSIDE, ""


def _relative_cell(
    at: tuple[int, int],
    text: str,
    letters: str,
    today: date,
    fetched_at: datetime | None,
    place: str,
) -> Cell | None:
    if len(text) > 60 or _RELATIVE.search(letters) is None:
        return None
    believed, refused = find_dates(text, today=today, place=place, fetched_at=fetched_at)
    if believed:
        return Cell(*at, ALONE, believed[0], believed[0].raw, place=place)
    return Cell(*at, ALONE, refused[0], refused[0].text, place=place) if refused else None


def _cell_of_pieces(pieces: list[tuple[int, Piece]], sheet: Outline, today: date) -> Cell | None:
    """The date that the last pieces make together; day and month alone still want a year."""
    found = assembled(pieces, sheet)
    if found is None:
        return None
    part, raw, numbers = found.part, found.raw, found.numbers
    at = (numbers[-1], sheet.owners[numbers[-1]])
    if part.year is None:
        return Cell(*at, ALONE, None, raw, "", part.month, part.day, pieces=numbers)
    return Cell(*at, ALONE, judge(part, raw, today=today, place="item"), raw, pieces=numbers)


def _label_from_before(cell: Cell, sheet: Outline) -> None:
    """成文日期 in one element, its date in the next."""
    if cell.texts[0] and not cell.label and cell.rank == ALONE:
        before = sheet.texts[cell.texts[0] - 1]
        match = _LABEL_CELL.match(before) if "间" in before or "期" in before else None
        if match is not None:
            cell.label = "".join(match[1].split())


_ATTRIBUTE_SIGN = re.compile(rb"""=["'](?:(?:20|199)\d|(?>[\x80-\xff]{4,24}):? ?20\d\d|1\d{9})""")
"""Stands wherever one of the four signs below stands."""
_ATTRIBUTE_GATES = (
    re.compile(
        rb"""="(?:20\d\d|199\d)\D{1,3}\d{1,2}\D{1,3}\d{1,2}[^\d"<>=]{0,3}(?:[ T][\d:.+Z-]{4,20})?\""""
    ),
    re.compile(
        rb"""='(?:20\d\d|199\d)\D{1,3}\d{1,2}\D{1,3}\d{1,2}[^\d'<>=]{0,3}(?:[ T][\d:.+Z-]{4,20})?\'"""
    ),
    re.compile(rb"""="[\x80-\xff]{4,24}:? ?20\d\d[-/.\xe5\xc4]"""),
    re.compile(rb"""data-[\w-]{1,30}=["'](?:1\d{9}|20\d{6})"""),
)
"""Cheap signs, asked of the bytes, that it is worth to look at every attribute."""
_LINED_TITLE = re.compile(rb"""-(?<=\d\d-)\d\d?-\d\d?(?!\d)[^"'<>]{0,30}["']""")
"""A day inside an attribute, as tooltips of several lines end: 标题：…, 点击数：…, 发表时间：26-11-20 09:10."""
_LINE_LABEL = re.compile(r"\W{0,3}(?:发布|发表|更新|公布)?(?:时间|日期)\W{1,3}(?=\d)")
"""Tooltips of several lines (动易): 发表时间：26-11-20 stands in one of them."""
_DATE_ATTRIBUTES = ("title", "datetime", "date", "time", "pubdate", "alt", "aria-label")
"""动易 tells the day in the title attribute only; pictures of days in their alt."""
_TAILED = re.compile(
    rb"20\d\d(?:[-/.]|\xe5\xb9\xb4|\xc4\xea)\d{1,2}(?:[-/.]|\xe6\x9c\x88|\xd4\xc2)\d{1,2}(?:[^\w\s<>\"']{0,6}|\s[\d:]{4,8})[\"']"
)
"""A day at the end of an attribute: links whose ``title`` or ``aria-label`` says the title and then
the day."""
_BETWEEN = " \u3000,，;；|-—_·"
"""Signs between a title and its day in a tooltip."""
_COMMENT_GATE = re.compile(r"\d{1,4}[-/.年月]\d{1,2}")
"""Templates whose day is commented out beside each row."""
_TAGS = re.compile(r"<[^<>]{0,200}>")


def unseen_cells(
    sheet: Outline, source: bytes, today: date, fetched_at: datetime | None
) -> list[Cell]:
    """Dates in attributes (``title``, ``datetime``, ``data-``) and in comments, each alone in its
    place."""
    found = []
    if _ATTRIBUTE_SIGN.search(source) and any(gate.search(source) for gate in _ATTRIBUTE_GATES):
        for number, element in enumerate(sheet.elements):
            for name, value in element.items():
                said = str(value)
                if len(said) < 60 and (name in _DATE_ATTRIBUTES or str(name)[:5] == "data-"):
                    found.extend(
                        _unseen(sheet, number, sheet.first[number], said, "attr", today, fetched_at)
                    )
    if _LINED_TITLE.search(source):
        for number, element in enumerate(sheet.elements):
            for line in (element.get("title") or "")[:400].splitlines()[1:]:
                if len(line) < 60 and _LINE_LABEL.match(line):
                    found.extend(
                        _unseen(sheet, number, sheet.first[number], line, "attr", today, fetched_at)
                    )
    if _TAILED.search(source):
        for number in sheet.anchors:
            for rest in _behind_title(sheet, number):
                found.extend(
                    _unseen(sheet, number, sheet.first[number], rest, "attr", today, fetched_at)
                )
    for owner, text, comment in sheet.comments:
        if len(comment) < 300 and "<a" not in comment and _COMMENT_GATE.search(comment):
            words = _TAGS.sub(" ", comment)
            found.extend(_unseen(sheet, owner, text, words, "comment", today, fetched_at))
    return found


def _behind_title(sheet: Outline, anchor: int) -> Iterator[str]:
    """What a link's ``title`` and ``aria-label`` say behind the words that it shows."""
    words = sheet.text_of(anchor)
    for name in ("title", "aria-label"):
        said = " ".join((sheet.elements[anchor].get(name) or "")[:300].split())
        if len(words) > 3 and len(said) > len(words) and said.startswith(words):
            rest = said[len(words) :].strip(_BETWEEN)
            if len(rest) < 60:
                yield rest


_WRITE = re.compile(r"document\.write(?:ln)?\s{0,3}\(")
"""Rows whose day a small script writes where it stands."""
WRITE_SCRIPT = 400
"""Characters of a script at most that writes one item's date."""


def written_cells(
    sheet: Outline, scripts: tuple[str, ...], today: date, fetched_at: datetime | None
) -> list[Cell]:
    """Dates that small scripts in the page's body write where they stand
    (``document.write("<i>2026-11-20</i>")``)."""
    found: list[Cell] = []
    for number, script in zip(sheet.scripts, scripts, strict=True):
        if len(script) < WRITE_SCRIPT and "document.write" in script and _WRITE.search(script):
            words = _TAGS.sub(" ", script[script.index("document.write") :])
            told = [part for part in parts(plain(words)) if part.year is not None]
            if len(told) == 1:
                raw = words[told[0].start : told[0].end].strip()
                answer = judge(
                    told[0], raw, today=today, place="item"
                )  # a reader sees it in its row
                found.append(Cell(sheet.first[number], sheet.parents[number], ALONE, answer, raw))
    return found


def _unseen(
    sheet: Outline,
    owner: int,
    text: int,
    value: str,
    place: str,
    today: date,
    fetched_at: datetime | None,
) -> list[Cell]:
    letters = plain(value)
    if not _WORD.search(letters):
        return []
    if letters.strip().isdigit():
        answer = find_date(letters, today=today, place=place) if len(letters.strip()) > 7 else None
        return [Cell(text, owner, ALONE, answer, answer.raw, place=place)] if answer else []
    told = _Told(letters, None, _best(letters))
    cell = _cell((text, owner), value, told, today, fetched_at, place)
    return [cell] if cell is not None and cell.rank == ALONE and cell.answer is not None else []
