"""A template seen in a browser: blank, too wide, without its style sheet; guarded, polite, few; and
told when none is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from crawler.checking.viewing import Viewer
from crawler.checking.views import picture, views
from crawler.checks.view import WIDTH, View, judge_view
from crawler.doors.recheck import HttpDoor
from crawler.model import SHANGHAI, Ask, Page
from crawler.net.browser import Chromium, lacking
from crawler.store.content_tables import CheckedPostRow, SuspectRow, TemplateViewRow
from crawler.store.tables import PostRow
from monitor.__main__ import attach, cli
from monitor.demo.defect_resources import HTML, Served
from monitor.demo.defect_site import DefectSite
from monitor.demo.server import Listener
from monitor.desk.content import whose
from monitor.night.content import sweep
from monitor.office import Office, enter_catalogue, open_office

CHROMIUM = "/usr/bin/chromium"
NOW = datetime(2020, 6, 2, 9, tzinfo=SHANGHAI)
needs_chromium = pytest.mark.skipif(
    bool(lacking(CHROMIUM)),
    reason=f"NOT TESTED: layout in a browser. {lacking(CHROMIUM, '版面检查需要浏览器')}",
)
SEEN = View("http://www.example.gov.cn/1.htm", True, 200, 0, 0, 200, True, WIDTH)
TEXT = "<p>这是供检查之用的样例信息，内容不对应任何真实事件，文字足够多。</p>"


def rules(view: View) -> list[str]:
    return [one.rule for one in judge_view(view)]


def test_what_shows_something_is_not_blank() -> None:
    blank = replace(SEEN, letters=0)
    assert rules(SEEN) == []
    assert rules(blank) == ["view.blank"]
    assert rules(replace(blank, pictures=1)) == []
    assert rules(replace(blank, frames=1)) == []
    assert rules(replace(blank, certain=False)) == [], "a guess proves no blank article"
    assert rules(replace(blank, source=5)) == [], (
        "its source says nothing either: layout.empty tells that"
    )
    assert rules(replace(blank, doubt="script timeout")) == [], (
        "what we could not have proves nothing"
    )


def test_a_page_wider_than_the_screen_says_what_makes_it_so_and_whose_it_is() -> None:
    wide = replace(SEEN, wide=1800, spilling="table.wide", inside=True)
    (one,) = judge_view(wide)
    assert (one.rule, one.place) == ("view.overflow", "正文")
    assert "1800像素" in one.why
    assert judge_view(replace(wide, inside=False))[0].place == "网页"
    assert rules(replace(wide, wide=WIDTH + 20)) == []
    assert rules(replace(wide, spilling="")) == [], "nothing that is seen makes it wide"


def test_without_its_style_sheet_a_page_is_not_judged_by_its_looks() -> None:
    bare = replace(
        SEEN, letters=0, wide=9000, spilling="div", sheets=(("http://a/x.css", "状态码 404"),)
    )
    assert rules(bare) == ["view.sheet"]


PAGES = {
    "good": ("good.css", TEXT, ""),
    "blank": ("blank.css", TEXT, ""),
    "wide": ("good.css", f'{TEXT}<table style="width:2400px"><tr><td>表</td></tr></table>', "w"),
    "sheet": ("missing.css", TEXT, ""),
    "html": ("html.css", TEXT, ""),
    "menu": ("good.css", TEXT, '<div class="menu" style="width:1900px;height:30px;background:#ccc">菜单</div>'),
    "held": ("good.css", f'<div style="overflow-x:auto">{TEXT}<div style="width:3000px">图</div></div>', "h"),
    "script": ("good.css", f'{TEXT}<img src="/pixel.png">', '<script src="/spy.js"></script>'),
}  # fmt: skip
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>样例{name}</title><link rel="stylesheet" href="/css/{css}">'
    '</head><body><div class="{name}box">{extra}<div class="TRS_Editor">{inside}</div></div></body></html>'
)
SPY = "for (const u of ['http://169.254.169.254/latest/meta-data/', 'http://10.0.0.5/']) fetch(u).catch(() => {});"


@dataclass
class Place:
    site: DefectSite
    office: Office
    now: datetime = NOW
    moments: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    site = DefectSite()
    listener = Listener(site)
    listener.start()
    css = "text/css"
    site.pages |= {
        "/css/good.css": Served(b".TRS_Editor{width:900px}", 200, css),
        "/css/blank.css": Served(b".TRS_Editor{display:none}", 200, css),
        "/css/html.css": Served("没有这个网页".encode(), 200, HTML),
        "/spy.js": Served(SPY.encode(), 200, "text/javascript"),
    }
    for name, (sheet, inside, extra) in PAGES.items():
        page = PAGE.format(
            name=name, css=sheet, inside=inside, extra=extra if extra.startswith("<") else ""
        )
        site.pages[f"/tzgg/t20200601_{name}.htm"] = Served(page.encode(), 200, HTML)
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config(listener.url), allow_unicode=True), encoding="utf-8")
    try:
        with open_office(path) as office:
            enter_catalogue(office, NOW)
            with office.engine.begin() as connection:
                connection.execute(insert(PostRow), [row(listener.url, name) for name in PAGES])
            site.port = listener.port
            yield Place(site, office)
    finally:
        listener.stop()


def row(base: str, name: str) -> dict[str, object]:
    return {
        "outlet_id": "tzgg",
        "url": f"{base}/tzgg/t20200601_{name}.htm",
        "title": f"样例{name}",
        "published": NOW.date(),
        "published_at": None,
        "raw": "",
        "place": "item",
        "why": "",
        "origin": "样例单位",
        "others": [],
        "pinned": False,
        "page_hash": "",
        "first_seen": NOW,
        "last_seen": NOW,
        "prior_look": None,
        "article": "read",
    }


def config(base: str) -> dict[str, object]:
    return {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "office@example.org",
            "allow_loopback": True,
            "delay": 0.001,
            "timeout": 10,
            "chromium": CHROMIUM,
            "content": {"browser": True, "browser_pages": 20},
        },
        "monitor": {
            "rules": {"content_suspects": {"valid_from": "2019-04-01", "clause": "内部规则"}}
        },
        "catalogue": {
            "units": [
                {"id": "yldw", "short": "样例单位", "full": "样例区样例单位", "group": "区直部门"}
            ],
            "sites": [{"id": "p", "name": "样例门户", "home": f"{base}/", "delay": 0.001}],
            "columns": [
                {
                    "id": "tzgg",
                    "name": "通知公告",
                    "url": f"{base}/tzgg/",
                    "class": "notice",
                    "units": ["yldw"],
                }
            ],
            "accounts": [],
        },
    }


def found(office: Office) -> dict[str, list[str]]:
    query = (
        select(CheckedPostRow.url, SuspectRow.rule)
        .join(SuspectRow, SuspectRow.post_id == CheckedPostRow.id)
        .where(SuspectRow.rule.startswith("view."), SuspectRow.state == "open")
    )
    told: dict[str, list[str]] = {}
    with office.reader.connect() as connection:
        for url, rule in connection.execute(query):
            told.setdefault(url.rpartition("_")[2].removesuffix(".htm"), []).append(rule)
    return told


@pytest.mark.slow
@needs_chromium
def test_each_template_is_seen_once_through_the_guard_and_judged(
    place: Place, tmp_path: Path
) -> None:
    swept = sweep(place.office, place.clock)
    assert swept.views == len(PAGES)
    assert found(place.office) == {
        "blank": ["view.blank"],
        "wide": ["view.overflow"],
        "menu": ["view.overflow"],
        "sheet": ["view.sheet"],
        "html": ["view.sheet"],
    }
    assert place.site.asked["/css/good.css"] == 1, "what templates share is fetched once"
    assert place.site.asked["/css/missing.css"] == 2, "nothing is missing after one look"
    with place.office.reader.connect() as connection:
        rows = views(connection)
        assert {one["outcome"] for one in rows} == {""}
        assert all(picture(connection, one["id"]).startswith(b"\xff\xd8") for one in rows)
        numbers = dict(
            connection.execute(
                select(SuspectRow.place, SuspectRow.id).where(SuspectRow.rule == "view.overflow")
            ).all()
        )
        assert whose(connection, numbers["正文"], NOW.date()).unit == "yldw", "the post's own table"
        assert whose(connection, numbers["网页"], NOW.date()).unit is None, (
            "the template is the portal's"
        )
    again = sweep(place.office, lambda: NOW + timedelta(hours=1))
    assert again.views == 0, "one look a template and month"
    attach()
    said = CliRunner().invoke(
        cli,
        [
            "content",
            "views",
            "--save",
            str(tmp_path / "shots"),
            "--config",
            str(place.office.settings.path),
        ],
    )
    assert said.exception is None
    assert len(list((tmp_path / "shots").iterdir())) == len(PAGES)


@pytest.mark.slow
@needs_chromium
async def test_what_a_page_asks_inside_is_refused_as_everywhere(place: Place) -> None:
    told: list[str] = []
    crawl = place.office.settings.crawl
    async with HttpDoor(crawl, frozenset({"127.0.0.1"}), place.clock, foreign=True) as door:

        async def fetch(ask: Ask) -> Page:
            page = await door.fetch(ask)
            told.append(
                f"{ask.url.partition('://')[2].partition('/')[0]} {page.error or page.status}"
            )
            return page

        url = f"http://127.0.0.1:{place.site.port}/tzgg/t20200601_script.htm"
        chromium = Chromium(CHROMIUM)
        try:
            seen = await Viewer(fetch, chromium).look(await door.fetch(Ask(url)))
        finally:
            await chromium.close()
    assert isinstance(seen, View)
    assert {"169.254.169.254 forbidden_address", "10.0.0.5 forbidden_address"} <= set(told)


@pytest.mark.slow
@needs_chromium
def test_a_mended_template_ends_its_suspect_and_a_page_look_does_not(place: Place) -> None:
    sweep(place.office, place.clock)
    place.site.pages["/css/blank.css"] = place.site.pages["/css/good.css"]
    place.now += timedelta(days=2)
    sweep(place.office, place.clock)
    assert found(place.office)["blank"] == ["view.blank"], (
        "the page's own checks say nothing of its looks"
    )
    place.now += timedelta(days=8)
    sweep(place.office, place.clock)
    assert "blank" not in found(place.office)
    assert found(place.office)["wide"] == ["view.overflow"]


@pytest.mark.slow
@needs_chromium
def test_the_nights_number_is_kept_and_the_longest_waiting_come_first(place: Place) -> None:
    content = place.office.settings.crawl.content.model_copy(update={"browser_pages": 3})
    crawl = place.office.settings.crawl.model_copy(update={"content": content})
    office = replace(place.office, settings=replace(place.office.settings, crawl=crawl))
    assert [sweep(office, place.clock).views for _ in range(4)] == [3, 3, 2, 0]


def test_without_a_chromium_the_sweep_says_so_and_does_the_rest(place: Place) -> None:
    crawl = place.office.settings.crawl.model_copy(update={"chromium": "/nowhere/chromium"})
    office = replace(place.office, settings=replace(place.office.settings, crawl=crawl))
    swept = sweep(office, place.clock)
    assert (swept.posts, swept.views) == (len(PAGES), 0)
    assert "版面检查需要浏览器" in swept.lacking
    assert found(office) == {}
    with office.engine.begin() as connection:
        assert connection.execute(select(TemplateViewRow.id)).all() == []
        connection.execute(update(CheckedPostRow).values(due=NOW))


def test_it_is_off_unless_somebody_turns_it_on(place: Place) -> None:
    content = place.office.settings.crawl.content.model_copy(update={"browser": False})
    crawl = place.office.settings.crawl.model_copy(update={"content": content})
    office = replace(place.office, settings=replace(place.office.settings, crawl=crawl))
    swept = sweep(office, place.clock)
    assert (swept.views, swept.lacking) == (0, "")
    assert "/css/good.css" not in place.site.asked
