"""Rows written by hand for the tests of facts, findings and evaluation: what a crawl would have
left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from crawler.model import ColumnClass, Evidence, Outcome, Outlet, OutletKind, Site, Unit
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.tables import OutletRow, PostRow, VisitRow
from monitor.counting.word import vouch

SITE = Site("site", "区政府门户网站", "http://www.example.gov.cn/")


def unit(id_: str, quota: int | None = 10) -> Unit:
    return Unit(id_, f"{id_}局", f"仓山区{id_}局", "区直部门", quota=quota)


def column(
    id_: str,
    *units: str,
    cls: ColumnClass = ColumnClass.OTHER,
    url: str | None = "http://www.example.gov.cn/x/",
) -> Outlet:
    return Outlet(
        id_, OutletKind.COLUMN, f"栏目{id_}", "portal", "site", units, url, cls, path=f"栏目{id_}"
    )


def enter(connection: Connection, now: datetime, units: tuple[Unit, ...], *outlets: Outlet) -> None:
    """The catalogue as of ``now``; outlets that are left out are retired. The office says that it
    is all."""
    sync(connection, Catalogue(units, (SITE,), outlets), now)
    vouch(connection, [one.id for one in units], person="张三", reason="已逐个核对", moment=now)


def visit(
    connection: Connection, outlet: str, moment: datetime, newest: date | None, **values: Any
) -> None:
    """One look and what it leaves in the outlet's row; the walk over its pages is done at once,
    down to the last."""
    row: dict[str, Any] = {
        "outlet_id": outlet,
        "moment": moment,
        "outcome": Outcome.READ.value if newest else Outcome.EMPTY.value,
        "evidence": Evidence.COMPLETE.value,
        "door": "spider",
        "probe": "portal",
        "page_no": 1,
        "reason": "",
        "mark": "",
        "url": "",
        "status": 200,
        "newest": newest,
        "newest_url": "",
        "dated": 1 if newest else 0,
        "page_hash": "",
        "etag": "",
        "last_modified": "",
        "seconds": 0.1,
        "family": "",
    } | values
    connection.execute(insert(VisitRow).values(row))
    if row["page_no"] == 1:
        state: dict[str, Any] = {"last_look": moment}
        if Outcome(row["outcome"]).conclusive:
            state |= {
                "last_conclusive": moment,
                "walk_done": True,
                "newest": newest,
                "whole_since": date.min,
            }
        connection.execute(update(OutletRow).where(OutletRow.id == outlet).values(state))


def failure(connection: Connection, outlet: str, moment: datetime, reason: str = "timeout") -> None:
    """A look that brought nothing."""
    values = {
        "outcome": Outcome.UNREACHABLE.value,
        "evidence": Evidence.NONE.value,
        "reason": reason,
    }
    visit(connection, outlet, moment, None, **values)


def post(
    connection: Connection, outlet: str, url: str, day: date | None, seen: datetime, **values: Any
) -> None:
    """One post as the outlet showed it."""
    row = {
        "outlet_id": outlet,
        "url": url,
        "title": f"样例 {url}",
        "published": day,
        "published_at": None,
        "raw": day.isoformat() if day else "",
        "place": "item",
        "why": "",
        "origin": None,
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": seen,
        "last_seen": seen,
        "prior_look": None,
        "article": "read",
    } | values
    connection.execute(insert(PostRow).values(row))


def show(connection: Connection, outlet: str, moment: datetime, *days: date) -> None:
    """A look that brings one new post for each of ``days``."""
    for day in days:
        post(connection, outlet, f"/{outlet}/{day}/{moment:%m%d%H%M}", day, moment)
    visit(connection, outlet, moment, max(days))
