"""Our date reader beside ``htmldate`` and ``dateparser`` on our own cases; writes docs/dates.md.

    python -m bench.dates docs/dates.md

A case is a text as it stands in a list item, the truth (``None``: no publication day can be known
from it), and what it is an example of. Right, wrong and refused are counted: wrong is what accuses
or clears falsely.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import dateparser
from htmldate import find_date as html_find_date

from crawler.days.text import find_date
from crawler.model import SHANGHAI

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
JULY = date(2020, 7, 20)

CASES: tuple[tuple[str, date | None, str], ...] = (
    ("2020-07-20", JULY, "ISO"),
    ("2020/7/20", JULY, "slashes, not padded"),
    ("2020.07.20", JULY, "points"),
    ("[2020-07-20]", JULY, "brackets"),
    ("（2020-07-20）", JULY, "full-width brackets"),
    ("[2020-07-20 16:35]", JULY, "brackets and time"),
    ("２０２０－０７－２０", JULY, "full-width digits"),
    ("2020年7月20日", JULY, "Chinese"),
    ("2020 年 07 月 20 日", JULY, "Chinese with blanks"),
    ("二〇二〇年七月二十日", JULY, "Chinese numerals"),
    ("20/07/21", date(2020, 7, 21), "two-digit year"),
    ("20200720", JULY, "packed"),
    ("2020-07-19T16:30:00Z", JULY, "another zone, Shanghai's day"),
    ("发布时间：2020-07-20 10:00:00 阅读次数：31", JULY, "label and view count"),
    ("日间：2020-07-20", JULY, "misspelt label"),
    ("2020-07-2009:15:00", JULY, "time without a blank"),
    ("2020年7月20日 星期一", JULY, "day of the week"),
    ("今天 08:10", TODAY, "relative"),
    ("昨天", date(2026, 11, 22), "relative"),
    ("前天", date(2026, 11, 21), "relative"),
    ("12小时前", date(2026, 11, 22), "relative, across midnight"),
    ("5分钟前", TODAY, "relative"),
    ("刚刚", TODAY, "relative"),
    ("07-20", None, "no year"),
    ("[07-20]", None, "no year"),
    ("（11月3日）", None, "no year"),
    ("2020-07", None, "a month"),
    ("2020-02-30", None, "no such day"),
    ("2026-12-24", None, "the future"),
    ("1949年10月1日", None, "before the web"),
    ("成文日期：2020-07-20", None, "day of writing"),
    ("截止时间：2020-07-20", None, "deadline"),
    ("1-6月全区经济运行情况", None, "months of a report"),
    ("3-5岁幼儿入园登记", None, "ages"),
    ("仓政〔2020〕11号", None, "number of a document"),
    ("0591-83312345", None, "telephone"),
    ("192.168.10.20", None, "network address"),
    ("第12.5条", None, "an article of a law"),
    ("阅读 1024", None, "views"),
    ("今日头条", None, "a name"),
    ("13:45", None, "a time of day"),
)


def ours(text: str) -> date | None:
    found = find_date(text, today=TODAY, place="item", fetched_at=NOW)
    return found.day if found else None


def with_dateparser(text: str) -> date | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dateparser.parse(
            text,
            languages=["zh"],
            settings={
                "TIMEZONE": "Asia/Shanghai",
                "TO_TIMEZONE": "Asia/Shanghai",
                "RELATIVE_BASE": NOW.astimezone(SHANGHAI).replace(tzinfo=None),
            },
        )
    return found.date() if found else None


def with_htmldate(text: str) -> date | None:
    return _htmldate(text, extensive=False)


def with_htmldate_extensive(text: str) -> date | None:
    return _htmldate(text, extensive=True)


def _htmldate(text: str, *, extensive: bool) -> date | None:
    page = f"<html><body><ul><li><a href='/x/1.html'>关于做好有关工作的通知</a><span>{text}</span></li></ul></body></html>"
    found = html_find_date(
        page, extensive_search=extensive, original_date=True, max_date="2026-11-24"
    )
    return date.fromisoformat(found) if found else None


READERS: dict[str, Callable[[str], date | None]] = {
    "gengxin": ours,
    "dateparser": with_dateparser,
    "htmldate": with_htmldate,
    "htmldate, extensive": with_htmldate_extensive,
}


def mark(found: date | None, truth: date | None) -> str:
    if found == truth:
        return "right"
    return "refused" if found is None else "**wrong**"


def table() -> str:
    counts = {name: {"right": 0, "refused": 0, "**wrong**": 0} for name in READERS}
    spent = dict.fromkeys(READERS, 0.0)
    lines = []
    for text, truth, kind in CASES:
        cells = []
        for name, read in READERS.items():
            start = time.perf_counter()
            found = read(text)
            spent[name] += time.perf_counter() - start
            verdict = mark(found, truth)
            counts[name][verdict] += 1
            cells.append(verdict if verdict != "**wrong**" else f"**{found}**")
        lines.append(f"| `{text}` | {kind} | {truth or 'none'} | " + " | ".join(cells) + " |")
    head = (
        "| text | what | truth | "
        + " | ".join(READERS)
        + " |\n|---|---|---|"
        + "---|" * len(READERS)
    )
    sums = [
        "| reader | right | refused | wrong | ms a text |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {c['right']} | {c['refused']} | {c['**wrong**']} | {spent[name] * 1000 / len(CASES):.3f} |"
            for name, c in counts.items()
        ),
    ]
    return "\n".join(sums) + "\n\n" + head + "\n" + "\n".join(lines) + "\n"


INTRODUCTION = """# Dates: what is believed, what is refused

`crawler/days/text.py` turns a text into a day with its proof, or nothing. A day is believed when it exists, is not
before 1995, and not later than a day after the look. A year that is not printed is taken from the address of
the item, from its own article or from the order of the list (`crawler/days/years.py`), and the proof says so; where a list prints
month and day only, the look asks its first and its last article (`crawler/walking/yearless.py`); without such a reason the
date is refused. Days of writing, deadlines and other labelled days are kept as refused, never as publication.

Compared on texts of list items (`python -m bench.dates docs/dates.md`, looked at on 2026-11-23 09:00 in
Shanghai). "Refused" is no answer where there was one; a wrong day stands in bold: it would clear or accuse a
unit falsely. Both libraries are made for other work: dateparser for a date that somebody typed, htmldate for
whole article pages.

"""


def main() -> None:
    text = INTRODUCTION + table()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
