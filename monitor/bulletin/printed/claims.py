"""What a printed bulletin claims: its period, the lines of its annexes, and what its text says of
them. Pure.

Only what is understood is taken; a form that is not known yields no claim, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.bulletin.printed.files import Block, Table
from monitor.model import NOT_COUNTED, Count, exactly

_QUARTER = re.compile(r"(\d{4})年(?:度)?第?([一二三四1234])季度")
_MONTH_TITLE = re.compile(r"关于.{0,20}?(\d{4})年(\d{1,2})月")
_MONTH = re.compile(r"^(\d{1,2})月(?:份)?(?:发布数|更新数|\(条\)|（条）)?$")
_QUOTA = re.compile(r"每月.{0,12}?(?:应|须|需)?(?:达到|不少于|不低于|至少)(\d{1,4})条")
_TOTAL = re.compile(
    r"(?:门户网站|网站)[^。；，]{0,12}?(?:共|累计|合计|总计)(?:发布|更新|公开)了?(?:各类)?(?:政务|政府)?信息([\d,，]+)条"
)
_REST = re.compile(r"未归属[^\d。；，不]{0,6}((?:不少于)?\d+(?:至\d+)?)条")
_GROUP = re.compile(
    r"(\d+)个(镇街|乡镇街道|镇\(街道?\)|镇（街道?）|乡镇|街道|镇|[区县市]直(?:[^，。；、：:\d]{0,6}?(?:单位|部门)))([^。；]{0,40})"
)
_BLAME = re.compile(r"未|不|没|差|超期|空白|为0|滞后|排名")
_REGISTERED = re.compile(r"(?:登记在册|已备案|备案|在册)的?(\d+)个(?:政务新媒体|账号)")
_RATE = re.compile(
    r"(?:检查|抽查|监测)[^。；]{0,12}?(\d+)(?:个|家)[^。；]{0,20}?(不合格|未达标|合格|达标)[^。；\d]{0,8}?(\d+)(?:个|家)[^。；]{0,20}?"
    r"(?<!不)(?:合格|达标)率[^。；\d]{0,4}?(\d+(?:\.\d+)?)[%％]"
)
_DEADLINE = re.compile(
    r"于?(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:上午|下午|中午|下班|[\d:：点时]{1,6})*(?:之)?前"
)
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4}
_TOTAL_WORDS = ("合计", "总计", "小计", "附件合计", "全站合计", "未归属")


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One unit's line in an annex, as printed: a number, a range, at least so many, or none
    (未判定)."""

    name: str
    counts: tuple[Count, ...]
    completion: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Annex:
    """A table of units by month. ``months`` are the numbers in its head; ``sums`` the printed
    totals line."""

    title: str
    months: tuple[int, ...]
    lines: tuple[PrintedLine, ...]
    sums: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """A printed rate with its numerators; ``failing`` tells which of the two was printed."""

    checked: int
    part: int
    failing: bool
    percent: str
    text: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything that was understood. ``year`` 0 and no ``months``: the period was not found.

    ``rest`` is the printed number of posts that belong to no unit (未归属).
    """

    year: int
    months: tuple[int, ...]
    quota: int | None
    total: int | None
    groups: tuple[tuple[int, str], ...]
    annexes: tuple[Annex, ...]
    registered: int | None
    accounts: int | None
    good: tuple[str, ...]
    several: tuple[str, ...]
    every: tuple[str, ...]
    every_said: bool
    rates: tuple[Rate, ...] = ()
    deadlines: tuple[date, ...] = ()
    rest: Count | None = None
    body: str = ""


def claims(blocks: Sequence[Block]) -> Claims:
    """Read the blocks of a bulletin."""
    body = _plain("".join(block.text for block in blocks if block.text))
    year, months = _period(body)
    annexes = tuple(_annexes(blocks))
    known = frozenset(line.name for annex in annexes for line in annex.lines)
    quota, total, registered = _QUOTA.search(body), _TOTAL.search(body), _REGISTERED.search(body)
    return Claims(
        year=year,
        months=months,
        quota=int(quota.group(1)) if quota else None,
        total=_number(total.group(1)) if total else None,
        groups=tuple(
            (int(n), name)
            for n, name, rest in _GROUP.findall(body)
            if not _BLAME.search(rest.split("。")[0][:12])
        ),
        annexes=annexes,
        registered=int(registered.group(1)) if registered else None,
        accounts=_account_lines(blocks),
        good=_names(
            r"做得?的?较?好的?(?:单位)?(?:主要)?(?:有|为|是)?[：:]([^，。；（(]+)", body, known
        ),
        several=_names(r"多次未达(?:到|标)[^：:。；，]{0,24}[：:]([^，。；（(]+)", body, known),
        every=_every(body, known),
        every_said="每月均未" in body or "每个月均未" in body,
        rates=tuple(_rates(body)),
        deadlines=tuple(_deadlines(body, year)),
        rest=_count(rest.group(1)) if (rest := _REST.search(body)) else None,
        body=body,
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s*#]+", "", text.replace("：", "：").replace("\u3000", ""))


def _number(text: str) -> int:
    return int(re.sub(r"[,，]", "", text))


def _period(body: str) -> tuple[int, tuple[int, ...]]:
    found = _QUARTER.search(body)
    if found:
        quarter = _NUMERALS.get(found.group(2)) or int(found.group(2))
        return int(found.group(1)), tuple(range(quarter * 3 - 2, quarter * 3 + 1))
    month = _MONTH_TITLE.search(body)
    return (int(month.group(1)), (int(month.group(2)),)) if month else (0, ())


def _names(pattern: str, body: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(name for found in re.findall(pattern, body) for name in _split(found, known))
    )


def _split(text: str, known: Collection[str]) -> list[str]:
    """A printed list of names; 和 and 及 part names only where both sides are known (文化体育和旅游局)."""
    names = []
    for name in re.split(r"[、,，]", re.sub(r"等(?:\d+个)?(?:单位|部门|镇街)?$", "", text)):
        halves = re.split(r"以及|和|及|与", name)
        names += halves if name not in known and all(half in known for half in halves) else [name]
    return [name for name in names if name]


def _every(body: str, known: Collection[str]) -> tuple[str, ...]:
    """Units said to have failed every month: named right before (其中…), or the list just given
    (且…)."""
    found: list[str] = []
    for clause in re.finditer(r"(?:第?[一二三四1-4]季度)?每个?月均未(?:达到|达标|完成)", body):
        sentence = re.split(r"[。；]", body[: clause.start()])[-1]
        named = re.search(r"其中[，：:]?([^，。；：:]+)$", sentence)
        listed = re.search(r"[：:]([^：:]+?)[，,]?且(?:在)?$", sentence)
        if named or listed:
            found += _split((named or listed).group(1), known)  # type: ignore[union-attr]
    return tuple(dict.fromkeys(found))


def _annexes(blocks: Sequence[Block]) -> Iterable[Annex]:
    title = ""
    for block in blocks:
        if block.text:
            title = block.text if "附件" not in title or len(block.text) > 4 else title + block.text
        elif (annex := _annex(title, block.rows)) is not None:
            yield annex


def _annex(title: str, rows: Table) -> Annex | None:
    for number, row in enumerate(rows[:6]):
        heads = [_MONTH.match(re.sub(r"\s+", "", cell)) for cell in row]
        months = [(at, int(found.group(1))) for at, found in enumerate(heads) if found]
        if len(months) >= 1 and all(1 <= month <= 12 for _, month in months):
            parts = _parts(months)
            rest = rows[number + 1 :]
            lines = [
                line
                for row_ in rest
                for part in parts
                if (line := _line(row_, part, row, parts)) is not None
            ]
            units = [line for line in lines if line.name not in _TOTAL_WORDS]
            sums = next((line.counts for line in lines if line.name == "合计"), ())
            if not units or not _of_posts(title, row, units):
                return None
            return Annex(title, tuple(month for _, month in parts[0]), tuple(units), sums)
    return None


def _of_posts(title: str, head: Sequence[str], lines: Sequence[PrintedLine]) -> bool:
    """Is this the table of posts (and not, for example, of disclosed documents)?"""
    judged = any("完成" in cell for cell in head) or any(
        "完成" in line.completion for line in lines
    )
    return judged or ("公开" not in title and bool(re.search(r"信息(?:更新|发布)", title)))


def _parts(months: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Tables print two lines of units side by side: the months begin again."""
    parts: list[list[tuple[int, int]]] = [[]]
    for at, month in months:
        if parts[-1] and month <= parts[-1][-1][1]:
            parts.append([])
        parts[-1].append((at, month))
    return parts


def _line(
    row: Sequence[str],
    part: list[tuple[int, int]],
    head: Sequence[str],
    parts: list[list[tuple[int, int]]],
) -> PrintedLine | None:
    first, last = part[0][0], part[-1][0]
    following = [other[0][0] for other in parts if other[0][0] > last]
    end = min([*(at - 1 for at in following), max(len(row), last + 2)])
    cells = [re.sub(r"\s+", "", row[at]) if at < len(row) else "" for at, _ in part]
    name = re.sub(r"[\s*]+", "", row[first - 1]) if 0 < first <= len(row) else ""
    counts = [_count(cell) for cell in cells]
    if not name or name.isdigit() or None in counts:
        return None
    word, total = "", None
    for at in range(last + 1, min(end, len(row))):
        label = re.sub(r"\s+", "", head[at]) if at < len(head) else ""
        value = row[at].strip()
        if "合计" in label or "总" in label:
            total = int(value) if value.isdigit() else None
        elif not value.isdigit() or "完成" in label:
            word = word or value
    return PrintedLine(name, tuple(count for count in counts if count is not None), word, total)


_RANGE = re.compile(r"(\d{1,6})(?:至|–|—|~|-)(\d{1,6})")
_LEAST = re.compile(r"(?:不少于|≥|>=)(\d{1,6})")
_OPEN = ("印为区间",)


def _count(cell: str) -> Count | None:
    """A cell as our own annexes print it; ``None`` for one that holds no count."""
    if re.fullmatch(r"\d{1,6}", cell):
        return exactly(int(cell))
    if (found := _RANGE.fullmatch(cell)) and int(found[1]) <= int(found[2]):
        return Count(int(found[1]), int(found[2]), _OPEN)
    if found := _LEAST.fullmatch(cell):
        return Count(int(found[1]), None, _OPEN)
    return NOT_COUNTED if cell in (NOT_COUNTED.text, NOT_COUNTED.sign) else None


def _account_lines(blocks: Sequence[Block]) -> int | None:
    """How many accounts the annex of accounts lists: lines under a head that names them."""
    count, seen = 0, False
    for block in blocks:
        for number, row in enumerate(block.rows):
            joined = "".join(row)
            if "政务新媒体名称" in joined and ("单位" in joined or "序号" in joined):
                seen = True
                count += _numbered(block.rows[number + 1 :], row)
                break
        if block.rows and _annex("", block.rows) is None and seen:
            continue
    return count if seen else None


def _numbered(rows: Table, head: Sequence[str]) -> int:
    at = next(n for n, cell in enumerate(head) if "政务新媒体名称" in cell)
    again = any("政务新媒体名称" in "".join(row) for row in rows)
    filled = [row for row in rows if at < len(row) and row[at] and "政务新媒体名称" not in row[at]]
    return len(filled) if filled or not again else 0


def _rates(body: str) -> Iterable[Rate]:
    for found in _RATE.finditer(body):
        checked, word, part, percent = found.groups()
        yield Rate(int(checked), int(part), word in ("不合格", "未达标"), percent, found.group(0))


def _deadlines(body: str, year: int) -> Iterable[date]:
    for found in _DEADLINE.finditer(body):
        try:
            yield date(int(found.group(1) or year or 0), int(found.group(2)), int(found.group(3)))
        except ValueError:
            continue
