"""A small district on loopback for the tests of the whole job: six columns, two accounts, a night
in a second.

``News`` alone is published until the last day; ``old`` stopped years ago and is the one column to
blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, MetaData, select

from crawler.config import load_yaml
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import SHANGHAI, OutletKind, Visit
from crawler.walking.known import known_outlets
from monitor.demo.catalogue import catalogue
from monitor.demo.district import District
from monitor.demo.server import Sample, serve
from monitor.judging.now import judge_now
from monitor.model import Verdict
from monitor.night import jobs
from monitor.night.child import Crawled, Progress
from monitor.office import Office, open_office
from tests.support.empty_store import lay_migrated_store

PROJECT = Path(__file__).parents[2]
START = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
BLAMED = "outlet:old"
"""The one column that a good first night finds late."""
COLUMNS = ("news", "notice", "fgj", "mzj", "gsz", "old")
ACCOUNTS = ("wb", "wx")


class Clock:
    """The time at the district and in the office; a test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Every look at the clock is a millisecond later than the one before."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def small_district(posts: int = 12, archive: int = 8) -> District:
    """Three units with ``posts`` each in April to July 2020, and ``archive`` older posts in every
    column."""
    counts = dict.fromkeys(("2020-04", "2020-05", "2020-06", "2020-07"), posts)
    unit = {"group": "区直部门", "quota": 10, "posts": counts}
    column = {"level": 2, "archive": archive, "class": "other"}
    return District.model_validate(
        {
            "name": "样例区",
            "city": "样例市",
            "portal": {
                "name": "样例区人民政府门户网站",
                "domain": "yl.example.org",
                "code": "3501990000",
                "keeper": "样例区人民政府办公室",
            },
            "as_of": START,
            "quarter": "2020Q2",
            "horizon": date(2020, 7, 19),
            "archive_from": date(2018, 1, 1),
            "groups": [
                {
                    "name": "区直部门",
                    "origins": ["样例区{short}", "{full}"],
                    "shared": [{"column": "notice", "share": 20}],
                }
            ],
            "units": [
                {
                    **unit,
                    "id": "fgj",
                    "short": "发改局",
                    "full": "样例市样例区发展和改革局",
                    "column": "fgj",
                },
                {
                    **unit,
                    "id": "mzj",
                    "short": "民政局",
                    "full": "样例市样例区民政局",
                    "column": "mzj",
                },
                {
                    **unit,
                    "id": "gsz",
                    "short": "盖山镇",
                    "full": "样例区盖山镇人民政府",
                    "column": "gsz",
                },
            ],
            "origins": [{"name": "样例日报", "columns": ["news"], "posts": counts}],
            "columns": [
                {
                    **column,
                    "id": "news",
                    "name": "样例要闻",
                    "path": "政务动态",
                    "folder": "zwdt/ylyw",
                }
                | {"class": "news", "units": ["fgj"]},
                {
                    **column,
                    "id": "notice",
                    "name": "通知公告",
                    "path": "政务动态",
                    "folder": "zwdt/tzgg",
                }
                | {"class": "notice", "units": ["mzj"]},
                {
                    **column,
                    "id": "fgj",
                    "name": "发改局",
                    "path": "部门",
                    "folder": "bm/fgj",
                    "units": ["fgj"],
                },
                {
                    **column,
                    "id": "mzj",
                    "name": "民政局",
                    "path": "部门",
                    "folder": "bm/mzj",
                    "units": ["mzj"],
                },
                {
                    **column,
                    "id": "gsz",
                    "name": "盖山镇",
                    "path": "镇街",
                    "folder": "zj/gsz",
                    "units": ["gsz"],
                },
                {
                    **column,
                    "id": "old",
                    "name": "脱贫攻坚",
                    "path": "重点领域",
                    "folder": "zdly/tpgj",
                }
                | {"units": ["mzj"], "newest": date(2019, 5, 8)},
            ],
            "accounts": [
                {"id": "wb", "platform": "weibo", "name": "样例发布", "unit": "fgj"}
                | {"handle": {"uid": "5900000001"}, "newest": date(2020, 7, 9), "every": 4},
                {"id": "wx", "platform": "wechat", "name": "样例民政", "unit": "mzj"}
                | {"handle": {"biz": "Mzk5MDAwMDAwNA=="}, "newest": date(2020, 7, 8), "every": 5},
            ],
        }
    )


@dataclass
class Town:
    """The served district with its office: ``config`` is the file, ``clock`` the time at both."""

    sample: Sample
    office: Office
    clock: Clock
    config: Path

    def night(self) -> jobs.Night:
        """A whole night; its crawl walks through the httpx door in this process, which is quick."""
        return jobs.nightly(self.office, self.clock, crawl=self.crawl)

    def crawl(self, config: Path, as_of: datetime | None, **_: Any) -> Crawled:
        return crawl_here(self.office, self.clock)

    def verdicts(self) -> dict[tuple[str, str, str], Verdict]:
        """What is said now, by rule, subject and period."""
        said = judge_now(self.office, self.clock(), record=False).verdicts
        return {(v.rule, v.subject, v.period): v for v in said}

    def publish_everywhere(self, day: date) -> None:
        """A new post in every column but the late one, and ten for every unit in the month of
        ``day``."""
        for column in COLUMNS[:-1]:
            moment = datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)
            self.sample.portal.publish(column, f"【样例】{column} {day}", "样例日报", moment)


def crawl_here(
    office: Office,
    clock: Callable[[], datetime],
    only: Sequence[str] | None = None,
    *,
    conditional: bool = True,
) -> Crawled:
    """The crawl's walk in this process, through httpx: the same walk and the same visits
    (test_doors)."""
    with office.reader.connect() as connection:
        known = known_outlets(connection)
    ids = [one.outlet.id for one in known if one.outlet.kind is not OutletKind.CANARY]
    wanted = ids if only is None else list(only)
    visits = recheck(
        Desk(office.engine, office.reader, office.settings.crawl, clock),
        wanted,
        glance=Glance(conditional=conditional, whole=True, name="spider"),
    )
    return Crawled(1, len(wanted), len(visits))


@contextmanager
def served(
    folder: Path, clock: Clock | None = None, district: District | None = None
) -> Iterator[Sample]:
    """The small district (or ``district``) on loopback as it stands at ``clock``."""
    with serve(district or small_district(), clock or Clock(), folder / "mail") as sample:
        yield sample


def write_config(
    folder: Path, sample: Sample, *, store: str = "", whole: bool = True, **crawler: Any
) -> Path:
    """A config.yaml that watches ``sample``; ``crawler`` overrides settings of the crawl.

    ``whole``: with the office's word that the catalogue holds all places of its units.
    """
    base = load_yaml(PROJECT / "config.yaml")
    settings = {
        "contact": "office@example.org",
        "delay": 0.002,
        "timeout": 5,
        "allow_loopback": True,
        "backfill_from": date(2020, 4, 1),
        **crawler,
    }
    data = {
        "store": store or f"sqlite:///{folder}/store.db",
        "crawler": settings,
        "monitor": base["monitor"],
        "catalogue": catalogue(sample.district, sample.portal_url, sample.media_url),
    }
    if not whole:
        del data["catalogue"]["whole"]
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return path


@contextmanager
def town(folder: Path, sample: Sample, clock: Clock, **settings: Any) -> Iterator[Town]:
    """An office with a store of its own (in ``folder``) that watches ``sample``."""
    config = write_config(folder, sample, **settings)
    if "store" not in settings and not (folder / "store.db").exists():
        lay_migrated_store(folder / "store.db")
    with open_office(config) as office:
        yield Town(sample, office, clock, config)


KEPT = ("unit", "site", "outlet", "duty", "post", "finding", "event")
"""The tables of what is known; others tell of looks and nights, which every night adds to."""


def contents(engine: Engine, *, without: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the :data:`KEPT` tables in order of their keys; ``table`` or ``table.column`` may
    be left out."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.sorted_tables:
            if table.name not in KEPT or table.name in without:
                continue
            columns = [c for c in table.columns if f"{table.name}.{c.name}" not in without]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(_plain(value) for value in row) for row in rows]
    return found


def _plain(value: Any) -> Any:
    return repr(value) if isinstance(value, dict | list) else value


def accused(verdicts: dict[tuple[str, str, str], Verdict]) -> set[str]:
    """Subjects that somebody but us would be told of."""
    return {v.subject for v in verdicts.values() if v.opens and not v.ours}


def told(_: Progress) -> None:
    """Nobody listens to the progress."""


def visits_of(visits: Sequence[Visit]) -> dict[str, Visit]:
    return {visit.outlet: visit for visit in visits}
