"""The province's platform end to end, at both doors: situations 30, 32, 33 and 34 of the design,
with a local server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from crawler.clock import clock as real_clock
from crawler.config import load_yaml
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.model import SHANGHAI
from crawler.store.tables import OutletRow, PostRow, VisitRow
from monitor.night.child import run_crawl
from monitor.office import Office, enter_catalogue, open_office
from tests.support.district import PROJECT
from tests.support.empty_store import lay_migrated_store
from tests.support.province import Column, Portal, posts
from tests.support.serving import serving

NIGHT = datetime(2026, 11, 23, 2, tzinfo=SHANGHAI)
NEWEST = date(2026, 11, 20)
# The spider costs a process; that both doors come to one visit is tests/crawler/doors/test_doors.py.
DOORS = (pytest.param("spider", marks=pytest.mark.slow), "recheck")


@dataclass
class Watch:
    """An office that watches the columns of a portal."""

    path: Path
    office: Office
    portal: Portal
    door: str

    def look(self, moment: datetime) -> None:
        """One look at every column, with its further pages and its articles."""
        if self.door == "spider":
            crawled = run_crawl(self.path, moment, time_limit=120)
            assert crawled.fault == ""
        else:
            ids = [f"c{i}" for i in range(len(self.portal.columns))]
            crawl = self.office.settings.crawl
            recheck(
                Desk(self.office.engine, self.office.reader, crawl, real_clock(moment)),
                ids,
                glance=Glance(whole=True),
            )

    def row(self, number: int = 0) -> dict[str, Any]:
        with self.office.reader.connect() as connection:
            query = select(OutletRow.__table__).where(OutletRow.id == f"c{number}")
            return dict(connection.execute(query).mappings().one())

    def visits(self, number: int = 0) -> list[dict[str, Any]]:
        with self.office.reader.connect() as connection:
            query = (
                select(VisitRow.__table__)
                .where(VisitRow.outlet_id == f"c{number}")
                .order_by(VisitRow.id)
            )
            return [dict(row) for row in connection.execute(query).mappings()]

    def stored(self, number: int = 0) -> int:
        with self.office.reader.connect() as connection:
            count = select(func.count()).where(PostRow.outlet_id == f"c{number}")
            return connection.execute(count).scalar_one()

    def origins(self, number: int = 0) -> set[str | None]:
        with self.office.reader.connect() as connection:
            return set(
                connection.execute(
                    select(PostRow.origin).where(PostRow.outlet_id == f"c{number}")
                ).scalars()
            )


@contextmanager
def watched(folder: Path, door: str, *columns: Column) -> Iterator[Watch]:
    places = {f"/xwzx/col{i}/": one for i, one in enumerate(columns)}
    with serving(Portal(places)) as portal:
        base = load_yaml(PROJECT / "config.yaml")
        settings = {"contact": "office@example.org", "delay": 0.001, "timeout": 30, "retries": 0}
        settings |= {"allow_loopback": True, "backfill_from": "2026-11-01"}
        listed = [
            {"id": f"c{i}", "name": "通知公告", "url": f"{portal.url}{place}"}
            for i, place in enumerate(places)
        ]
        sites = [{"id": "portal", "name": "样例", "home": f"{portal.url}/", "delay": 0.001}]
        data = {
            "store": f"sqlite:///{folder}/store.db",
            "crawler": settings,
            "monitor": base["monitor"],
        }
        data["catalogue"] = {"sites": sites, "columns": listed}
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
        lay_migrated_store(folder / "store.db")
        with open_office(path) as office:
            enter_catalogue(office, NIGHT)
            yield Watch(path, office, portal, door)


def dynamic(form: str = "pageChnlInfo") -> Column:
    return Column(1780, posts(107, NEWEST, 0.5), mode="动态", form=form)


@pytest.mark.parametrize("door", DOORS)
def test_situation_30_dynamic_columns_are_read_by_their_interface(
    tmp_path: Path, door: str
) -> None:
    second = Column(1790, posts(80, date(2026, 11, 12), 0.5), mode="动态", form="listModel")
    with watched(tmp_path, door, dynamic(), second) as watch:
        watch.look(NIGHT)
        assert (watch.stored(0), watch.stored(1)) == (107, 80)
        for number, newest in ((0, NEWEST), (1, date(2026, 11, 12))):
            first = watch.visits(number)[0]
            assert (first["outcome"], first["evidence"], first["newest"]) == (
                "read",
                "complete",
                newest,
            )
            assert watch.row(number)["walk_done"]
        asked = [(form["classsql"], form["page"]) for form in watch.portal.forms()]
        assert sorted(asked) == [
            ("chnlid=1780", "1"),
            ("chnlid=1780", "2"),
            ("chnlid=1790", "1"),
            ("chnlid=1790", "2"),
        ]
        assert {form["prepage"] for form in watch.portal.forms()} == {"75"}


@pytest.mark.parametrize("door", ["recheck"])
def test_situation_30_a_quiet_night_asks_a_dynamic_column_one_form(
    tmp_path: Path, door: str
) -> None:
    with watched(tmp_path, door, dynamic()) as watch:
        watch.look(NIGHT)
        before = len(watch.portal.forms())
        watch.look(NIGHT + timedelta(days=1))
        assert len(watch.portal.forms()) == before + 1
        watch.portal.columns["/xwzx/col0/"].posts[:0] = posts(1, date(2026, 11, 24), 1)
        watch.look(NIGHT + timedelta(days=2))
        assert len(watch.portal.forms()) == before + 2
        assert watch.row()["newest"] == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("door", "fault"),
    [
        ("spider", "html"),
        *(("recheck", fault) for fault in ("error", "tiny", "html", "empty", "json")),
    ],
)
def test_situation_30_what_the_interface_fails_to_answer_is_unknown(
    tmp_path: Path, door: str, fault: str
) -> None:
    with watched(tmp_path, door, dynamic()) as watch:
        watch.portal.fault = fault
        watch.look(NIGHT)
        assert {visit["outcome"] for visit in watch.visits()} <= {
            "unreadable",
            "unreachable",
            "blocked",
        }
        assert (watch.stored(), watch.row()["newest"], watch.row()["last_conclusive"]) == (
            0,
            None,
            None,
        )


@pytest.mark.parametrize("door", DOORS)
def test_situation_32_static_pages_are_a_part_and_the_rest_is_walked(
    tmp_path: Path, door: str
) -> None:
    """75 of 432 posts stand in the page. The horizon is the first of the month: the walk ends
    behind a whole older page."""
    with watched(tmp_path, door, Column(1780, posts(432, NEWEST, 0.15))) as watch:
        watch.look(NIGHT)
        first = watch.visits()[0]
        assert (first["outcome"], first["evidence"], first["newest"], first["total"]) == (
            "read",
            "complete",
            NEWEST,
            432,
        )
        pages = [form["page"] for form in watch.portal.forms()]
        assert pages == ["2", "3"]  # posts 151 to 225 are all older than this month
        assert watch.stored() == 225
        assert watch.row()["walk_done"]
        watch.look(NIGHT + timedelta(days=1))
        assert len(watch.portal.forms()) == 2  # nothing changed: nobody is asked


@pytest.mark.parametrize("fault", ["error", "tiny", "html", "empty", "json"])
def test_situation_32_while_the_interface_fails_the_walk_stays_open(
    tmp_path: Path, fault: str
) -> None:
    with watched(tmp_path, "recheck", Column(1780, posts(432, NEWEST, 0.15))) as watch:
        watch.portal.fault = fault
        watch.look(NIGHT)
        assert (watch.stored(), watch.row()["newest"]) == (75, NEWEST)
        assert not watch.row()["walk_done"]
        assert watch.row()["whole_since"] is None
        watch.portal.fault = ""
        watch.look(NIGHT + timedelta(days=1))
        assert (watch.stored(), watch.row()["walk_done"]) == (225, True)
        assert watch.row()["whole_since"] <= date(2026, 11, 1)


def test_situation_32_a_post_put_in_below_the_static_part_is_looked_for(tmp_path: Path) -> None:
    """Its day is old, so the page shows the same rows and counts one more."""
    with watched(tmp_path, "recheck", Column(1780, posts(120, NEWEST, 0.5))) as watch:
        watch.look(NIGHT)
        listed = watch.portal.columns["/xwzx/col0/"].posts
        listed.insert(100, ("补发的通知", "./202611/t20261124_88888.htm", listed[100][2]))
        watch.look(NIGHT + timedelta(days=1))
        assert watch.stored() == 121


@pytest.mark.parametrize("door", ["recheck"])
def test_situation_33_rows_of_other_folders_are_the_columns(tmp_path: Path, door: str) -> None:
    with watched(
        tmp_path, door, Column(1780, posts(32, NEWEST, 2, folder="../../zwgk/zdly"))
    ) as watch:
        watch.look(NIGHT)
        first = watch.visits()[0]
        assert (first["outcome"], first["newest"], watch.stored()) == ("read", NEWEST, 32)


def test_situation_34_the_sites_own_name_is_nobodys_word(tmp_path: Path) -> None:
    with watched(tmp_path, "recheck", Column(1780, posts(10, NEWEST, 2))) as watch:
        watch.look(NIGHT)
        assert any(path.endswith(".htm") for _, path, _ in watch.portal.asked)
        assert watch.origins() == {None}
