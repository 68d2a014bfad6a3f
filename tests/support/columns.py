"""What the sample portals publish: the same ten columns everywhere, each with the truth about it.

A column that lives gets new posts while the nights go on; the others stand as they stood. ``truth``
is what a person who knows the district would say of it on any of the nights.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

START = date(2026, 9, 1)
"""The day of the first night."""
FRESH, STALE, BLANK = "fresh", "stale", "blank"
SUBJECTS = (
    "召开重点工作推进会",
    "开展汛期安全检查",
    "便民服务点正式启用",
    "组织志愿者清理河道岸线",
    "老旧管网更新改造工程顺利完工并通过验收",
    "走访慰问基层一线工作人员",
    "举办群众文化活动",
    "完成秋粮收购准备工作",
    "召开专题学习会议",
    "启动社区微更新项目",
)


@dataclass(frozen=True)
class Told:
    """A post: ``number`` is its own on the whole portal, and rises with the days of its column."""

    title: str
    number: int
    day: date


@dataclass(frozen=True)
class SampleColumn:
    """A column: ``age`` days old is its newest post on the first day, ``every`` so many days there
    was one, ``count`` in all.

    ``key`` is its name in addresses, ``place`` its place among the columns, from which its posts
    get their numbers.
    """

    key: str
    name: str
    section: str
    truth: str
    age: int = 0
    every: int = 1
    count: int = 0
    lives: bool = False
    place: int = 0

    def posts(self, today: date) -> list[Told]:
        """The posts that exist on ``today``, newest first."""
        more = ((today - START).days + self.age) // self.every if self.lives else 0
        days = [
            START - timedelta(days=self.age - self.every * (more - i))
            for i in range(self.count + more)
        ]
        first = 1000 * (self.place + 1) + self.count + more
        return (
            [Told(self._title(first - i), first - i, day) for i, day in enumerate(days)]
            if self.count
            else []
        )

    def _title(self, number: int) -> str:
        return f"{SUBJECTS[number % len(SUBJECTS)]}（第{number % 1000}次）"


NEWS, OPEN = "新闻中心", "政务公开"


def standard() -> tuple[SampleColumn, ...]:
    """Ten columns of a district: of every class a fresh and a stale one, and one without any
    post."""
    columns = (
        SampleColumn("yw", "要闻动态", NEWS, FRESH, 1, 2, 60, lives=True),
        SampleColumn("bm", "部门动态", NEWS, FRESH, 4, 3, 35, lives=True),
        SampleColumn("zj", "镇街动态", NEWS, STALE, 47, 4, 20),
        SampleColumn("tz", "通知公告", OPEN, FRESH, 12, 8, 30, lives=True),
        SampleColumn("zk", "招考公告", OPEN, STALE, 250, 20, 12),
        SampleColumn("zc", "政策文件", OPEN, FRESH, 33, 25, 18),
        SampleColumn("jd", "政策解读", OPEN, STALE, 410, 30, 9),
        SampleColumn("rs", "人事信息", OPEN, FRESH, 90, 30, 10),
        SampleColumn("cz", "财政信息", OPEN, STALE, 640, 90, 4),
        SampleColumn("gh", "规划计划", OPEN, BLANK),
    )
    return numbered(columns)


def numbered(columns: Iterable[SampleColumn]) -> tuple[SampleColumn, ...]:
    """The columns with their places."""
    return tuple(
        SampleColumn(c.key, c.name, c.section, c.truth, c.age, c.every, c.count, c.lives, place)
        for place, c in enumerate(columns)
    )


def paged(posts: list[Told], page: int, size: int) -> list[Told]:
    """The posts of page ``page``, from 1."""
    return posts[(page - 1) * size : page * size]


def pages_of(posts: list[Told], size: int) -> int:
    """The number of pages, at least one."""
    return max(1, -(-len(posts) // size))


BODY = "<p>　　近日，有关单位按照工作安排，扎实推进各项任务，取得阶段性成效。</p>" * 4
