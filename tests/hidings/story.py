"""The small district of the hidings: eight columns on two sites, three accounts, five units; what
it published and when.

A month is watched (:data:`FIRST` to :data:`LAST`). In full sight they hold every kind of breach: a
news column that is silent, six months and one year that pass, a blank column, two idle accounts,
months with too few posts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from crawler.model import SHANGHAI, ColumnClass
from monitor.demo.media_pages import SampleAccount, SamplePost

FIRST, LAST = date(2021, 3, 8), date(2021, 4, 8)
CALM = 7
"""So many nights pass before the first breach of the story."""
HORIZON = date(2021, 1, 1)
QUOTA = 4
NEWS, NOTICE, OTHER = ColumnClass.NEWS, ColumnClass.NOTICE, ColumnClass.OTHER


def days(first: date, last: date, every: int = 1) -> Iterator[date]:
    """``first``, and every so many days, up to ``last``."""
    while first <= last:
        yield first
        first += timedelta(days=every)


@dataclass(frozen=True)
class Told:
    """One post: the day it bears, from nine o'clock of which it is shown; ``by`` is who signs
    it."""

    number: int
    day: date
    by: str

    @property
    def shown(self) -> datetime:
        return datetime.combine(self.day, time(9), SHANGHAI)

    @property
    def title(self) -> str:
        return f"{self.by}关于第{self.number}号样例事项的情况"


@dataclass(frozen=True)
class Shelf:
    """A column: who answers, how its pages are built (``manner``), what it published. ``dated`` =
    addresses bear the day."""

    id: str
    name: str
    site: str
    cls: ColumnClass
    level: int
    units: tuple[str, ...]
    manner: str
    items: tuple[Told, ...]
    dated: bool = False

    @cached_property
    def by_day(self) -> tuple[Told, ...]:
        return tuple(sorted(self.items, key=lambda one: (one.day, one.number), reverse=True))

    def shown(self, now: datetime) -> tuple[Told, ...]:
        """What stands in the column at ``now``, newest first."""
        return tuple(one for one in self.by_day if one.shown <= now)

    def path(self, one: Told) -> str:
        """The address of a post below its site."""
        day = f"{one.day:%Y%m}/t{one.day:%Y%m%d}_{one.number}" if self.dated else f"{one.number}"
        return f"/{self.id}/{day}.html"


SITES = {"portal": "www.example.org", "second": "second.example.org"}
UNITS: tuple[dict[str, str], ...] = (
    {"id": "jyj", "short": "教育局", "full": "样例区教育局"},
    {"id": "mzj", "short": "民政局", "full": "样例区民政局"},
    {"id": "wjj", "short": "卫健局", "full": "样例区卫生健康局"},
    {"id": "jtj", "short": "交通局", "full": "样例区交通运输局"},
    {"id": "gsz", "short": "盖山镇", "full": "样例区盖山镇人民政府"},
)
UNCOUNTED = ("gsz",)
"""Units without a quota."""
PAPER = "样例日报"


def _told(base: int, signed: Iterable[tuple[date, str]]) -> tuple[Told, ...]:
    return tuple(Told(base + number, day, by) for number, (day, by) in enumerate(sorted(signed)))


def _every(
    first: date, last: date, every: int, by: str, *, but: tuple[date, date] | None = None
) -> list[tuple[date, str]]:
    return [
        (day, by) for day in days(first, last, every) if but is None or not but[0] <= day <= but[1]
    ]


def _months(by: str, *counts: int) -> list[tuple[date, str]]:
    """So many posts in January, February, … 2021, spread over the month."""
    return [
        (date(2021, month, 2 + 26 * n // max(count, 1)), by)
        for month, count in enumerate(counts, 1)
        for n in range(count)
    ]


_SILENT = (date(2021, 3, 2), date(2021, 3, 24))
SHELVES: tuple[Shelf, ...] = (
    Shelf("yw", "样例要闻", "portal", NEWS, 1, ("jyj",), "ul", _told(10000, _every(date(2020, 12, 20), LAST, 2, PAPER, but=_SILENT))),
    Shelf(
        "bmdt", "部门动态", "portal", NEWS, 1, ("mzj",), "table",
        _told(20000, [*_every(date(2020, 12, 22), LAST, 6, "样例区交通运输局"), *_every(date(2020, 12, 24), LAST, 12, "样例区民政局")]),
    ),
    Shelf(
        "tzgg", "通知公告", "portal", NOTICE, 1, ("wjj",), "summary",
        _told(30000, [*_every(date(2020, 4, 26), date(2020, 9, 18), 5, PAPER), (date(2021, 3, 25), PAPER), (date(2021, 4, 2), PAPER)]),
    ),
    Shelf("jy", "教育信息", "portal", OTHER, 2, ("jyj",), "ul", _told(40000, _months("样例区教育局", 6, 7, 5, 2)), dated=True),
    Shelf("mz", "民政信息", "portal", OTHER, 2, ("mzj",), "summary", _told(50000, _months("样例区民政局", 5, 4, 0, 1))),
    Shelf("wj", "卫生健康", "second", OTHER, 2, ("wjj",), "trs", _told(60000, _months("样例区卫生健康局", 4, 3, 4, 1))),
    Shelf("tp", "脱贫攻坚", "second", OTHER, 2, ("gsz",), "table", _told(70000, _every(date(2019, 12, 20), date(2020, 3, 12), 9, "盖山镇"))),
    Shelf("kong", "镇务公开", "portal", OTHER, 2, ("gsz",), "ul", _told(80000, _every(date(2021, 3, 18), LAST, 5, "盖山镇"))),
)  # fmt: skip


def _posted(first: date, last: date, every: int) -> tuple[SamplePost, ...]:
    return tuple(
        SamplePost(datetime.combine(day, time(15), SHANGHAI), f"样例动态 {day}")
        for day in days(first, last, every)
    )


ACCOUNTS: tuple[tuple[SampleAccount, str], ...] = (
    (SampleAccount("fabu", "weibo", "样例发布", "5900000001", _posted(date(2021, 1, 3), LAST, 3)), "jyj"),
    (
        SampleAccount(
            "wb", "weibo", "样例民政", "5900000002",
            (*_posted(date(2021, 1, 3), date(2021, 3, 2), 5), *_posted(date(2021, 3, 26), LAST, 4)),
        ),
        "mzj",
    ),
    (SampleAccount("wx", "wechat", "样例盖山", "3900000004", _posted(date(2021, 1, 5), date(2021, 3, 5), 4)), "gsz"),
)  # fmt: skip
"""Each with the unit that answers for it."""
CANARIES = (
    SampleAccount(
        "cwb",
        "weibo",
        "样例灯塔微博",
        "5900000099",
        _posted(date(2021, 2, 20), LAST, 1),
        canary=True,
    ),
    SampleAccount(
        "cwx",
        "wechat",
        "样例灯塔微信",
        "3900000099",
        _posted(date(2021, 2, 20), LAST, 1),
        canary=True,
    ),
)
MEDIA = "http://media.example.org"


def by_id(name: str) -> Shelf:
    """The column of that id."""
    return next(shelf for shelf in SHELVES if shelf.id == name)


COLUMN_IDS = tuple(shelf.id for shelf in SHELVES)
ACCOUNT_IDS = tuple(account.id for account, _ in ACCOUNTS)
