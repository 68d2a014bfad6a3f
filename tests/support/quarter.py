"""Rows for tests: a store with units, columns and posts, written directly; and the seed's
quarter."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from crawler.store.tables import (
    DutyRow,
    OutletRow,
    PostRow,
    RunRow,
    SiteRow,
    UnitRow,
    open_store,
)
from monitor.counting.word import vouch
from tests.support.empty_store import lay_store
from tests.support.judging_store import visit

SEED = Path(__file__).parents[3] / "shared" / "seed"
AS_OF = datetime(2020, 7, 20, 1, 0, tzinfo=UTC)
BASELINE = datetime(2020, 7, 19, 17, 30, tzinfo=UTC)
MONTHS = ("2020-04", "2020-05", "2020-06")


def new_store(tmp_path: Path) -> Engine:
    return open_store(f"sqlite:///{lay_store(tmp_path / 'store.db')}")


def add_site(connection: Connection, site: str = "portal") -> None:
    connection.execute(
        insert(SiteRow).values(
            id=site,
            name="门户",
            home="http://portal.example.org/",
            code=None,
            hosts=[],
            delay=1.0,
            concurrency=1,
            legacy_tls=False,
        )
    )


def add_unit(
    connection: Connection,
    short: str,
    group: str = "区直部门",
    quota: int | None = 10,
    full: str = "",
    **more: Any,
) -> None:
    connection.execute(
        insert(UnitRow).values(
            id=short,
            short=short,
            full=full or f"福州市仓山区{short}",
            group_name=group,
            aliases=list(more.pop("aliases", [])),
            quota=quota,
            emails=[],
            **more,
        )
    )


def add_outlet(
    connection: Connection,
    name: str,
    units: Iterable[str] = (),
    *,
    since: date = date(2020, 1, 1),
    **more: Any,
) -> None:
    """A column (or, with ``kind="account"``, an account) with its duties."""
    values: dict[str, Any] = {
        "id": name,
        "kind": "column",
        "name": name,
        "platform": "portal",
        "site_id": "portal",
        "url": f"http://portal.example.org/{name}/",
        "cls": "other",
        "path": name,
        "level": 2,
        "floor": 1,
        "state": "registered",
        "handle": {},
        "probes": [],
        "whole_since": date.min,
        "walk_done": True,
        **more,
    }
    connection.execute(insert(OutletRow).values(values))
    for position, unit in enumerate(units):
        connection.execute(
            insert(DutyRow).values(outlet_id=name, unit_id=unit, position=position, since=since)
        )


def watch(connection: Connection, moment: datetime = BASELINE) -> None:
    """A whole look at every column at ``moment``, and the office's word of long ago that they are
    all there are."""
    columns = select(OutletRow.id).where(OutletRow.kind == "column").order_by(OutletRow.id)
    for outlet in connection.execute(columns).scalars().all():
        visit(connection, outlet, moment, None)
    units = connection.execute(select(UnitRow.id)).scalars().all()
    vouch(
        connection,
        units,
        person="张三",
        reason="已逐个核对",
        moment=datetime(2019, 1, 1, tzinfo=UTC),
    )


def post(outlet: str, day: date | None, origin: str | None = None, **more: Any) -> dict[str, Any]:
    """One row for the post table; the address is made from the title unless given."""
    title = more.pop("title", f"样例{outlet}{day}{origin}")
    return {
        "outlet_id": outlet,
        "url": f"http://portal.example.org/{title}.htm",
        "title": title,
        "published": day,
        "raw": str(day),
        "place": "item",
        "why": "",
        "origin": origin,
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": BASELINE,
        "last_seen": BASELINE,
        "prior_look": None,
        "article": "read",
        **more,
    }


def add_posts(connection: Connection, posts: Iterable[Mapping[str, Any]]) -> None:
    rows = [{"published_at": None, "article_tries": 0, "article_reason": "", **p} for p in posts]
    for start in range(0, len(rows), 2000):
        connection.execute(insert(PostRow), rows[start : start + 2000])


def seed_rows() -> list[dict[str, str]]:
    """The two annexes of the printed bulletin; the test is skipped, loudly, where they are not at
    hand."""
    found: list[dict[str, str]] = []
    for name in ("annex1-towns-and-streets.csv", "annex2-departments.csv"):
        if not (SEED / name).is_file():
            pytest.skip(
                f"seed file {name} is not beside the checkout: figures NOT compared",
                allow_module_level=True,
            )
        with (SEED / name).open(encoding="utf-8-sig", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def seed_accounts() -> list[dict[str, str]]:
    if not (SEED / "annex3-accounts.csv").is_file():
        pytest.skip(
            "seed file annex3-accounts.csv is not beside the checkout: figures NOT compared"
        )
    with (SEED / "annex3-accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


OTHERS = ("新华社", "人民日报", "福建日报", "福州日报", "仓山区人民政府办公室", "福州市教育局")


def seed_quarter(connection: Connection) -> None:
    """The seed's quarter as stored rows: 1,993 posts of the 36 units, 1,045 of others, 200
    documents."""
    rows = seed_rows()
    add_site(connection)
    for row in rows:
        add_unit(connection, row["unit"], row["kind"])
    add_unit(connection, "大数据服务中心", quota=None)
    add_outlet(connection, "要闻", cls="news")
    add_outlet(connection, "公开目录", cls="disclosure")
    posts: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        unit = row["unit"]
        add_outlet(connection, unit, [unit])
        for month in MONTHS:
            for n in range(int(row[month])):
                origin = (unit, f"区{unit}", f"福州市仓山区{unit}", None)[n % 4]
                day = _day(month, n)
                posts.append(post(unit, day, origin, title=f"样例{unit}{month}第{n}条"))
                if n % 5 == 0 and origin:
                    posts.append(post("要闻", day, origin, title=f"样例{unit}{month}第{n}条"))
        posts += [
            post("公开目录", _day("2020-05", n), unit, title=f"样例文件{unit}{n}")
            for n in range(_documents(number, unit))
        ]
    posts += [
        post("要闻", _day(MONTHS[n % 3], n), OTHERS[n % len(OTHERS)], title=f"样例转载{n}")
        for n in range(1045)
    ]
    add_posts(connection, posts)
    watch(connection)
    connection.execute(
        insert(RunRow).values(
            kind="nightly",
            started=BASELINE,
            ended=AS_OF - timedelta(hours=2),
            planned=50,
            looked=50,
            unknown=0,
            new_posts=len(posts),
            note="",
        )
    )


NO_DOCUMENTS = ("审计局", "盖山镇", "东升街道", "工信局")


def _documents(number: int, unit: str) -> int:
    """200 documents over 32 of the 36 units."""
    return 0 if unit in NO_DOCUMENTS else 6 + (number < 10)


def _day(month: str, n: int) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1 + n * 7 % 28)
