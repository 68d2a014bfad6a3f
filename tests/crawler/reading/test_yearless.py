"""Lists of month and day: the walk asks two articles for their day, and never makes one up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.model import Ask, Evidence, Outcome, Page, Visit
from crawler.walking.model import Known
from crawler.walking.walk import Walk
from tests.support.walking import HOME, Memory, config, outlet

NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
COLUMN = f"{HOME}/x/"
DAYS = [date(2026, 8, 30) - timedelta(days=9 * n) for n in range(12)]


def listed(days: list[date]) -> bytes:
    rows = "".join(
        f'<li><a href="show.asp?id={100 - n}">样例区第{100 - n}号工作信息</a><span>[{day:%m-%d}]</span></li>'
        for n, day in enumerate(days)
    )
    return f'<html><head><meta charset="utf-8"><title>栏目x</title></head><body><ul>{rows}</ul><a href="list.asp?page=2">下一页</a></body></html>'.encode()


def article(number: int, day: date | None) -> bytes:
    told = f"<p>发布时间：{day}</p>" if day else ""
    title = f"样例区第{number}号工作信息"
    return f'<html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>{told}<p>正文。</p></body></html>'.encode()


def night(days: list[date], says: Callable[[int], date | None]) -> tuple[Visit, list[str]]:
    """One look at a column of such rows, and the articles that were asked for it."""
    asked: list[str] = []

    async def fetch(ask: Ask) -> Page:
        if ask.url == COLUMN:
            return Page(ask.url, ask.url, 200, {}, listed(days), NOW)
        if "show.asp" not in ask.url:
            return Page(ask.url, ask.url, 404, {}, b"", NOW)
        asked.append(ask.url)
        number = int(ask.url.rpartition("=")[2])
        return Page(ask.url, ask.url, 200, {}, article(number, says(number)), NOW)

    memory = Memory()
    settings = config(robots=False)
    hosts = frozenset({"www.example.gov.cn"})
    walk = Walk(
        fetch, memory, settings, lambda: NOW, hosts, {}, "recheck", articles=False, pages=False
    )
    column = replace(outlet("x"), url=COLUMN)
    asyncio.run(walk.run([Known(column)]))
    return memory.looks[0].visit, asked


def test_the_first_and_the_last_article_give_all_rows_their_years() -> None:
    visit, asked = night(DAYS, lambda number: DAYS[100 - number])
    assert (visit.outcome, visit.evidence, visit.newest) == (
        Outcome.READ,
        Evidence.COMPLETE,
        DAYS[0],
    )
    assert visit.dated == len(DAYS)
    assert asked == [f"{HOME}/x/show.asp?id=100", f"{HOME}/x/show.asp?id=89"]


def test_an_old_list_of_months_and_days_is_as_old_as_its_articles() -> None:
    old = [day.replace(year=day.year - 3) for day in DAYS]
    visit, _ = night(old, lambda number: old[100 - number])
    assert (visit.evidence, visit.newest) == (Evidence.COMPLETE, old[0])


@pytest.mark.parametrize("told", [(), (100,)], ids=["none", "the first alone"])
def test_articles_that_tell_no_day_leave_the_list_unknown(told: tuple[int, ...]) -> None:
    visit, _ = night(DAYS, lambda number: DAYS[100 - number] if number in told else None)
    assert visit.evidence is not Evidence.COMPLETE


def test_the_last_article_is_enough_where_the_order_leaves_one_year() -> None:
    visit, _ = night(DAYS, lambda number: DAYS[11] if number == 89 else None)
    assert (visit.evidence, visit.newest) == (Evidence.COMPLETE, DAYS[0])


def test_an_old_pinned_row_on_top_does_not_make_the_column_old() -> None:
    pinned = [date(2023, 8, 31), *DAYS]
    visit, _ = night(pinned, lambda number: pinned[100 - number])
    assert visit.evidence is not Evidence.COMPLETE
