"""Data addresses in the catalogue: by command, beside config.yaml, and beside a workbook that still
names the page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crawler.model import Deed
from crawler.register.column_book import ColumnBook
from crawler.register.column_import import columns_kept
from crawler.register.enter import sync
from crawler.store.tables import OutletRow
from crawler.walking.offers import How, SearchResult, Side, Tried, Why
from crawler.walking.offers.store import keep, offers
from crawler.walking.shapes import ShapeRow
from monitor.commands.columns import columns
from monitor.desk import columns as desk
from monitor.desk.column_words import WordRefused
from monitor.desk.offers import back, take
from monitor.office import enter_catalogue, open_office
from tests.conftest import Store
from tests.crawler.register.test_column_import import HOST, NEWS, NOW, book, catalogue
from tests.support.web_helpers import NOW as MORNING
from tests.support.web_helpers import PORTAL, config_of

DATA = f"{HOST}api/yw.json"


def found(outlet: str, page: str, url: str, moment: datetime) -> SearchResult:
    rows = (ShapeRow("样例\x00信息", f"{page}1.html", date(2020, 7, 19)),)
    after = Side("read", "", date(2020, 7, 19), 12, None, rows)
    tried = (Tried(url, How.SCRIPT, Why.GOOD),)
    return SearchResult(
        outlet, page, moment, Side("unreadable", "no_list"), url, How.SCRIPT, after, tried
    )


def read(folder: Path, *lines: list[str]) -> ColumnBook:
    return desk.read(book(folder / "分工表.xlsx", *lines))


def test_an_offer_in_the_store_is_one_row_however_many_nights(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        for days in range(3):
            keep(connection, [found("yw", f"{HOST}yw/", DATA, NOW + timedelta(days=days))])
    with store.reader.connect() as connection:
        (one,) = offers(connection).values()
        before = offers(connection, as_of=NOW - timedelta(days=1))
    assert (one.first_seen, one.last_seen) == (NOW, NOW + timedelta(days=2))
    assert one.after is not None
    assert [row.title for row in one.after.rows] == ["样例信息"]
    assert before == {}


def test_config_that_names_another_page_ends_a_data_address(store: Store) -> None:
    given = catalogue()
    with store.engine.begin() as connection:
        sync(connection, given, NOW)
        keep(connection, [found("yw", f"{HOST}yw/", DATA, NOW)])
        take(connection, "yw", deed=Deed("经办人", NOW, "核对无误"))
        assert sync(connection, given, NOW).changed == ()
        assert (
            connection.execute(select(OutletRow.url).where(OutletRow.id == "yw")).scalar_one()
            == DATA
        )
        moved = tuple(
            replace(one, url=f"{HOST}new/") if one.id == "yw" else one for one in given.outlets
        )
        sync(connection, replace(given, outlets=moved), NOW)
        now = connection.execute(select(OutletRow.url).where(OutletRow.id == "yw")).scalar_one()
    assert now == f"{HOST}new/"


def test_a_workbook_that_still_names_the_page_changes_nothing(store: Store, tmp_path: Path) -> None:
    row = ["ms", "政务动态", "民生", "民生", "动态要闻", "民政局", "", f"{HOST}ms/", "", ""]
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        proposal = desk.proposed(connection, read(tmp_path, NEWS, row), NOW)
        assert proposal.faults == ()
        desk.enter(connection, proposal, NOW, by="经办人", proof="x")
        connection.execute(
            OutletRow.__table__.update().where(OutletRow.id == "ms").values(render="browser")
        )
        keep(connection, [found("ms", f"{HOST}ms/", f"{HOST}api/ms.json", NOW)])
        take(connection, "ms", deed=Deed("经办人", NOW, "核对无误"))
        again = desk.proposed(connection, read(tmp_path, NEWS, row), NOW)
        assert (again.faults, again.changed, again.added, again.ended) == ((), (), (), ())
        (kept,) = [one for one in columns_kept(connection) if one.outlet.id == "ms"]
        assert (kept.outlet.url, kept.outlet.render) == (f"{HOST}api/ms.json", "plain")
        back(connection, "ms", deed=Deed("经办人", NOW, "数据停了"))
        (kept,) = [one for one in columns_kept(connection) if one.outlet.id == "ms"]
        assert (kept.outlet.url, kept.outlet.render) == (f"{HOST}ms/", "browser")


def test_an_address_of_another_column_is_not_taken(store: Store, tmp_path: Path) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(), NOW)
        other = ["ms", "政务动态", "民生", "民生", "动态要闻", "民政局", "", DATA, "", ""]
        proposal = desk.proposed(connection, read(tmp_path, NEWS, other), NOW)
        desk.enter(connection, proposal, NOW, by="经办人", proof="x")
        keep(connection, [found("yw", f"{HOST}yw/", DATA, NOW)])
        with pytest.raises(WordRefused, match="已是栏目 ms 的网址"):
            take(connection, "yw", deed=Deed("经办人", NOW, "核对无误"))


def said(path: Path, *words: str, code: int = 0) -> str:
    more = ["--as-of", "2020-07-20T10:00"] if words[1] != "list" else []
    result = CliRunner().invoke(columns, [*words, "--config", str(path), *more])
    assert result.exit_code == code, result.output
    return result.stdout


def test_the_command_lists_takes_and_gives_back_some_columns_or_none(tmp_path: Path) -> None:
    path = config_of(tmp_path)
    with open_office(path) as office, office.engine.begin() as connection:
        sync(connection, office.settings.catalogue, MORNING - timedelta(days=9))
        for name in ("wjxx", "cgxx"):
            moment = MORNING.astimezone(UTC) - timedelta(hours=3)
            keep(
                connection, [found(name, f"{PORTAL}/{name}/", f"{PORTAL}/api/{name}.json", moment)]
            )
    listed = said(path, "data", "list")
    assert f"wjxx {PORTAL}/api/wjxx.json（12 条，最新 2020-07-19）" in listed
    data = json.loads(said(path, "data", "list", "--json"))
    assert [one["outlet"] for one in data] == ["cgxx", "wjxx"]
    told = ("--by", "经办人", "--reason", "核对无误")
    result = CliRunner().invoke(
        columns,
        ["data", "take", "wjxx", "jyxx", "--config", str(path), *told],
        standalone_mode=False,
    )
    assert "jyxx 没有待采用的数据地址" in str(result.exception)
    assert "wjxx：已采用数据地址" in said(path, "data", "take", "wjxx", *told)
    assert "cgxx：已排除" in said(path, "data", "refuse", "cgxx", *told)
    assert "没有待采用的数据地址" in said(path, "data", "list")
    with open_office(path) as office:
        enter_catalogue(office, MORNING)
        with office.reader.connect() as connection:
            urls = dict(
                connection.execute(
                    select(OutletRow.id, OutletRow.url).where(OutletRow.url.is_not(None))
                ).all()  # type: ignore[arg-type]
            )
    assert urls["wjxx"] == f"{PORTAL}/api/wjxx.json"
    assert urls["cgxx"] == f"{PORTAL}/cgxx/"
    assert "wjxx：已改回" in said(path, "data", "back", "wjxx", *told)
