"""What the sample district publishes: the same posts every time, made from names and numbers
alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from crawler.model import SHANGHAI
from monitor.demo.district import District, SampleColumn, SampleUnit, UnitGroup, days_in, first_day

FIRST_NUMBER = 3_100_007
MARK = "【样例】"
ACTS = (
    "召开{theme}工作推进会",
    "开展{theme}专项检查",
    "扎实推进{theme}各项工作",
    "部署近期{theme}重点任务",
    "组织{theme}业务培训",
    "走访调研{theme}情况",
    "多措并举做好{theme}服务保障群众需求",
    "{theme}工作取得阶段性成效",
    "通报{theme}进展情况",
    "举办{theme}主题宣传活动",
    "约谈{theme}相关责任单位并督促限期整改到位",
    "公布{theme}有关事项",
)
THEMES = (
    "复工复产",
    "古厝保护",
    "乡村振兴",
    "城区品质提升",
    "民生实事",
    "防汛抗台",
    "数字经济",
    "交通建设",
)
PAPERS = (
    "关于{theme}工作的通知",
    "关于印发{theme}实施方案的通知",
    "关于{theme}有关问题的批复",
    "{theme}工作要点",
)


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One published page. It exists from ``moment`` on and prints ``dated`` (mostly the same
    moment).

    ``home`` is the column in whose folder it lies, ``also`` those that list the same address.
    ``unit`` is the truth about who wrote it (``None``: somebody else); ``origin`` is the 来源 as
    printed.
    """

    number: int
    title: str
    origin: str
    moment: datetime
    dated: datetime
    home: str
    also: tuple[str, ...] = ()
    unit: str | None = None
    document: bool = False

    @property
    def file(self) -> str:
        """``202006/t20200619_3101234.htm``, below its column's folder."""
        day = self.moment.astimezone(SHANGHAI)
        return f"{day:%Y%m}/t{day:%Y%m%d}_{self.number}.htm"


def roll(*words: object) -> int:
    """A number below 2**32 that depends on the words alone."""
    return zlib.crc32("\x1f".join(map(str, words)).encode())


def generate(district: District) -> tuple[SamplePage, ...]:
    """Everything published from ``archive_from`` to ``horizon``, oldest first, numbered in that
    order."""
    items = [
        *_of_units(district),
        *_of_others(district),
        *_documents(district),
        *_archive(district),
    ]
    items.sort(key=lambda item: (item.moment, item.home, item.title))
    return tuple(replace(item, number=FIRST_NUMBER + 7 * n) for n, item in enumerate(items))


def _of_units(d: District) -> Iterator[SamplePage]:
    groups = {g.name: g for g in d.groups}
    for unit in d.units:
        topics = [c for c in d.columns if c.share and c.units[0] == unit.id]
        for month, count in unit.posts.items():
            for i, moment in enumerate(_moments(month, count, d.horizon, unit.id)):
                seed = roll("post", unit.id, month, i)
                home, also = _place(unit, groups[unit.group], topics, seed)
                title = _title(unit.short, unit.themes or THEMES, seed, month, i)
                yield _item(
                    title, signed(unit, groups[unit.group], seed), moment, home, also, unit.id
                )


def _of_others(d: District) -> Iterator[SamplePage]:
    for origin in d.origins:
        for month, count in origin.posts.items():
            for i, moment in enumerate(_moments(month, count, d.horizon, origin.name)):
                seed = roll("other", origin.name, month, i)
                home = origin.columns[seed % len(origin.columns)]
                second = origin.columns[(seed + 1) % len(origin.columns)]
                also = (second,) if second != home and seed // 16 % 12 == 0 else ()
                yield _item(
                    _title("", THEMES, seed, month, i, origin.name), origin.name, moment, home, also
                )


def _documents(d: District) -> Iterator[SamplePage]:
    if d.register is None:
        return
    groups = {g.name: g for g in d.groups}
    for unit in d.units:
        for month, count in unit.documents.items():
            for i, moment in enumerate(_moments(month, count, d.horizon, unit.id, "document")):
                seed = roll("document", unit.id, month, i)
                title = _paper(unit, seed, month, i)
                origin = signed(unit, groups[unit.group], seed)
                item = _item(title, origin, moment, d.register.id, (), unit.id)
                yield replace(item, document=True)


def _archive(d: District) -> Iterator[SamplePage]:
    """A few older posts of each column; a column with ``newest`` ends exactly on that day."""
    before = first_day(d.months[0]) - timedelta(days=1)
    for column in d.columns:
        end = column.newest or before - timedelta(days=roll("end", column.id) % 20)
        span = (end - d.archive_from).days
        for i in range(column.archive):
            day = end - timedelta(days=span * i // column.archive)
            seed = roll("archive", column.id, i)
            moment = datetime.combine(day, time(9 + seed % 8, seed // 8 % 60), SHANGHAI)
            yield _archived(d, column, moment, seed, i)


def _archived(d: District, column: SampleColumn, moment: datetime, seed: int, i: int) -> SamplePage:
    unit = d.unit(column.units[seed // 64 % len(column.units)])
    group = next(g for g in d.groups if g.name == unit.group)
    others = [o.name for o in d.origins if column.id in o.columns]
    document = column is d.register
    if others:
        name = others[seed % len(others)]
        return _item(
            _title("", THEMES, seed, f"{moment:%Y-%m}", i, name), name, moment, column.id, ()
        )
    origin = signed(unit, group, seed)
    make = _paper(unit, seed, f"{moment:%Y-%m}", i)
    title = make if document else _title(unit.short, (column.name,), seed, f"{moment:%Y-%m}", i)
    return replace(_item(title, origin, moment, column.id, (), unit.id), document=document)


def _item(
    title: str,
    origin: str,
    moment: datetime,
    home: str,
    also: tuple[str, ...],
    unit: str | None = None,
) -> SamplePage:
    return SamplePage(0, title, origin, moment, moment, home, also, unit)


def _place(
    unit: SampleUnit, group: UnitGroup, topics: Sequence[SampleColumn], seed: int
) -> tuple[str, tuple[str, ...]]:
    """Where one post stands, and which other column lists the same address."""
    own, lot = unit.column or "", seed % 100
    for id, share in [(c.id, c.share) for c in topics] + [
        (s.column, s.share) for s in group.shared
    ]:
        if lot < share:
            return id, ((own,) if seed // 128 % 7 == 0 else ())
        lot -= share
    return own, ((group.shared[0].column,) if group.shared and seed // 128 % 9 == 0 else ())


def signed(unit: SampleUnit, group: UnitGroup, seed: int) -> str:
    """The unit's name as this post prints it: one of its group's ways."""
    form = group.origins[seed // 4096 % len(group.origins)]
    return form.format(short=unit.short, full=unit.full)


def _title(who: str, themes: Sequence[str], seed: int, month: str, i: int, origin: str = "") -> str:
    theme = themes[seed // 32 % len(themes)]
    act = ACTS[seed // 256 % len(ACTS)].format(theme=theme)
    tail = f"（{origin}{month[:4]}年{int(month[5:])}月第{i + 1}条）"
    return f"{MARK}{who}{act}{tail}"


def _paper(unit: SampleUnit, seed: int, month: str, i: int) -> str:
    theme = (unit.themes or THEMES)[seed // 32 % len(unit.themes or THEMES)]
    paper = PAPERS[seed // 256 % len(PAPERS)].format(theme=theme)
    return f"{MARK}{unit.full}{paper}（{month[:4]}〔{int(month[5:])}〕{i + 1}号）"


def _moments(month: str, count: int, horizon: date, *words: str) -> Iterator[datetime]:
    """``count`` moments spread over the month's days up to the horizon, in office hours.

    Some of the first and last fall within minutes of the month's edge: there UTC has another month.
    """
    first = first_day(month)
    days = min(days_in(month), (horizon - first).days + 1)
    for i in range(count):
        seed = roll("moment", *words, month, i)
        day = first + timedelta(days=(i * days + seed % days) // count)
        clock = time(8 + seed // 64 % 10, seed // 1024 % 60)
        if i == 0 and seed % 5 == 0:
            day, clock = first, time(0, 10)
        elif i == count - 1 and seed % 5 == 1:
            day, clock = first + timedelta(days=days - 1), time(23, 50)
        yield datetime.combine(day, clock, SHANGHAI)
