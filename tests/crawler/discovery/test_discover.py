"""From a portal's home page to its columns: the sample district, and portals of other build in
memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
import zxingcpp
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image

from crawler.config import BadConfig, CrawlConfig
from crawler.discovery.classes import propose_class
from crawler.discovery.columns_file import columns_yaml, proposed_ids, visible
from crawler.discovery.discover import NoPortal, PortalSurvey, Scout, hosts_of, place_of
from crawler.discovery.navigation import crumb_of, links_of, plain, soup_of
from crawler.discovery.proposals import Findings, ProposedColumn, Standing, findings
from crawler.model import Ask, ColumnClass, Manners, Outcome, Outlet, OutletKind, Page
from crawler.register.catalogue import read_catalogue
from crawler.walking.hosts import HostQueue
from monitor.__main__ import attach, cli
from monitor.demo.catalogue import catalogue
from monitor.demo.district import load_district
from monitor.demo.server import Sample, serve
from monitor.sheets.columns import write_columns

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
HOME = "http://www.example.gov.cn"
CONFIG = CrawlConfig(contact="office@example.org", delay=0.0001)


class Site:
    """A portal in memory. Values are HTML, a status, or the name of a network fault; ``asked`` in
    order."""

    def __init__(self, pages: Mapping[str, str | int], robots: str = "") -> None:
        self.pages: dict[str, str | int] = {
            f"{HOME}{path}": answer for path, answer in pages.items()
        }
        self.pages[f"{HOME}/robots.txt"] = robots or 404
        self.asked: list[str] = []
        self.flying = self.most = 0

    async def fetch(self, ask: Ask) -> Page:
        self.asked.append(ask.url)
        self.flying += 1
        self.most = max(self.most, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        answer = self.pages.get(ask.url, 404)
        if isinstance(answer, int):
            return Page(ask.url, ask.url, answer, {}, b"<html>x</html>", NOW)
        if answer.isalpha():
            return Page(ask.url, ask.url, 0, {}, b"", NOW, answer)
        return Page(ask.url, ask.url, 200, {"content-type": "text/html"}, answer.encode(), NOW)

    def survey(
        self, depth: int = 2, pages: int = 100, home: str = f"{HOME}/", **more: Any
    ) -> PortalSurvey:
        line = HostQueue(place_of(home), Manners(0.0001), 3)
        scout = Scout(self.fetch, CONFIG, hosts_of(home), line, place_of(home), pages)
        return asyncio.run(scout.run(home, depth, **more))

    def columns(self, *outlets: Outlet, **options: Any) -> Findings:
        return findings(self.survey(**options), outlets)


def html(body: str, *, title: str = "", column: str = "") -> str:
    meta = f'<meta name="ColumnName" content="{column}">' if column else ""
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{meta}</head><body>{body}</body></html>'


def rows(folder: str, count: int = 12, *, dated: bool = True, start: int = 0) -> str:
    items = []
    for number in range(start, start + count):
        day = date(2020, 7, 18) - timedelta(days=number)
        span = f"<span>{day}</span>" if dated else ""
        title = f"某区召开第{number}次重点工作推进会议部署有关事项"
        items.append(f'<li><a href="{folder}/show_{4000 + number}.html">{title}</a>{span}</li>')
    return f'<ul class="list">{"".join(items)}</ul>'


def menu(entries: Mapping[str, Any]) -> str:
    """Nested menus: ``{name: path}`` or ``{name: (path, {...})}``."""
    items = []
    for name, value in entries.items():
        path, inner = value if isinstance(value, tuple) else (value, {})
        items.append(f'<li><a href="{path}">{name}</a>{menu(inner) if inner else ""}</li>')
    return f"<ul>{''.join(items)}</ul>"


def names(found: Findings) -> dict[str, ProposedColumn]:
    return {one.name: one for one in found.columns}


# The sample district: what issue 3 asks to be shown.


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Any:
    district = load_district()
    with serve(district, lambda: district.as_of, tmp_path_factory.mktemp("mail")) as running:
        yield running


def config_for(
    sample: Sample, folder: Path, **catalogue_changes: Callable[[list[Any]], Any]
) -> Path:
    data: dict[str, Any] = {
        "store": "sqlite:///store.db",
        "crawler": {"contact": "office@example.org", "allow_loopback": True, "delay": 0.002},
        "monitor": yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text("utf-8"))[
            "monitor"
        ],
        "catalogue": catalogue(sample.district, sample.portal_url, sample.media_url),
    }
    for part, change in catalogue_changes.items():
        data["catalogue"][part] = change(data["catalogue"][part])
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def run(*words: str) -> Any:
    attach()
    return CliRunner().invoke(cli, ["discover", *words], standalone_mode=False)


def test_the_sample_district_is_found_whole_with_its_classes_and_nothing_else(
    sample: Sample, tmp_path: Path
) -> None:
    path = config_for(sample, tmp_path)
    result = run(f"{sample.portal_url}/", "--config", str(path), "--json")
    assert result.exception is None, result.output
    found = json.loads(result.stdout)
    wanted = {c["id"]: c for c in catalogue(sample.district, sample.portal_url)["columns"]}
    by_id = {c["outlet"]: c for c in found["columns"] if c["standing"] == "known"}
    assert set(by_id) == set(wanted)
    right = sum(by_id[id]["class"] == wanted[id]["class"] for id in wanted)
    assert right >= 0.95 * len(wanted)
    assert len(found["columns"]) - len(by_id) <= 0.05 * len(found["columns"])
    assert [(c["name"], c["path"], c["level"]) for c in by_id.values()] == [
        (wanted[id]["name"], wanted[id]["path"], wanted[id]["level"]) for id in by_id
    ]
    assert by_id["xmzlaqjd"]["newest"] == "2019-05-16"
    assert found["absent"] == found["doubts"] == []


def test_for_an_empty_catalogue_the_file_of_the_sample_district_is_one_that_the_catalogue_accepts(
    sample: Sample, tmp_path: Path
) -> None:
    out = tmp_path / "columns.yaml"
    path = config_for(sample, tmp_path, columns=lambda _: [])
    result = run(f"{sample.portal_url}/", "--config", str(path), "--out", str(out), "--pages", "30")
    assert result.exception is None, result.output
    read = accepted(out.read_text("utf-8"), loopback=True)
    assert 15 <= len(read) <= 30
    assert "还有" in result.stdout


def test_a_column_that_the_catalogue_lacks_and_one_that_the_site_lacks_are_both_told(
    sample: Sample, tmp_path: Path
) -> None:
    def change(columns: list[Any]) -> list[Any]:
        gone = {
            "id": "old",
            "name": "老栏目",
            "url": f"{sample.portal_url}/xjwz/gone/",
            "units": [],
        }
        unknown = {**columns[1], "url": None}
        return [unknown, *columns[2:], gone]

    path = config_for(sample, tmp_path, columns=change)
    out = tmp_path / "columns.yaml"
    result = run(f"{sample.portal_url}/", "--config", str(path), "--out", str(out), "--json")
    found = json.loads(result.stdout)
    standing = {c["name"]: c["standing"] for c in found["columns"]}
    assert (standing["仓山要闻"], standing["部门动态"], standing["镇街动态"]) == (
        "new",
        "address",
        "known",
    )
    assert [(a["outlet"], a["outcome"], a["reason"]) for a in found["absent"]] == [
        ("old", "unreachable", "not_found")
    ]
    text = out.read_text("utf-8")
    assert [column["name"] for column in yaml.safe_load(text)["catalogue"]["columns"]] == [
        "仓山要闻"
    ]
    assert "台账缺地址：bmdt（部门动态）" in text
    assert "old（老栏目）" in text


# Portals of other build.


def test_nested_menus_give_the_path_where_no_breadcrumb_does() -> None:
    nav = menu(
        {
            "首页": "/",
            "新闻中心": ("/xw/", {"要闻": "/xw/yw.html", "图片新闻": "/xw/tp.html"}),
            "公示公告": "/gg/",
        }
    )
    home = html(nav + rows("/xw/a", 8), title="某区人民政府")
    pages = {
        "/": home,
        "/xw/": html(nav + '<h3>要闻 <a href="/xw/yw.html">更多</a></h3>' + rows("/xw/yw", 5)),
    }
    for place, folder in (("/xw/yw.html", "/xw/yw"), ("/xw/tp.html", "/xw/tp"), ("/gg/", "/gg/c")):
        pages[place] = html(nav + rows(folder))
    found = names(Site(pages).columns())
    assert {name: (one.path, one.level, one.cls) for name, one in found.items()} == {
        "要闻": ("新闻中心/要闻", 2, ColumnClass.NEWS),
        "图片新闻": ("新闻中心/图片新闻", 2, ColumnClass.NEWS),
        "公示公告": ("公示公告", 1, ColumnClass.NOTICE),
    }


def test_lists_in_tables_and_menus_in_tables_are_found() -> None:
    def table(folder: str) -> str:
        cells = "".join(
            f'<tr><td>{n}</td><td><a href="{folder}_{n}.html">关于开展第{n}批专项检查工作的情况说明</a></td>'
            f"<td>2020/06/{28 - n:02d}</td></tr>"
            for n in range(1, 15)
        )
        return f"<table>{cells}</table>"

    nav = '<table><tr><td><a href="/bsgg.html">部门公告</a></td><td><a href="/fgwj.html">法规文件</a></td></tr></table>'
    site = Site(
        {
            "/": html(nav),
            "/bsgg.html": html(nav + table("/d/gg")),
            "/fgwj.html": html(nav + table("/d/wj")),
        }
    )
    found = names(site.columns())
    assert {name: (one.cls, one.posts, one.newest) for name, one in found.items()} == {
        "部门公告": (ColumnClass.NOTICE, 14, date(2020, 6, 27)),
        "法规文件": (ColumnClass.POLICY, 14, date(2020, 6, 27)),
    }


def test_a_stub_is_followed_to_the_column_that_it_stands_for_and_counted_once() -> None:
    nav = menu({"工作动态": "/dt/", "工作动态首页": "/dt/index_list.html"})
    stub = (
        '<html><head><meta http-equiv="refresh" content="0;url=/dt/index_list.html"></head></html>'
    )
    script = (
        '<html><head><script>window.location.href="/dt/index_list.html";</script></head></html>'
    )
    column = html(nav + rows("/dt/w"), column="工作动态")
    for first in (stub, script):
        site = Site({"/": html(nav), "/dt/": first, "/dt/index_list.html": column})
        found = site.columns()
        assert [(one.name, one.url) for one in found.columns] == [
            ("工作动态", f"{HOME}/dt/index_list.html")
        ]
        assert site.asked.count(f"{HOME}/dt/index_list.html") == 1


def test_columns_without_dates_and_lists_made_by_script_are_proposed_and_marked() -> None:
    nav = menu({"办事指南": "/zn/", "数据开放": "/sj/", "领导之窗": "/ld/"})
    script = '<div id="app"><ul><li v-for="item in list">{{ item.title }}</li></ul></div><script src="/a.js"></script>'
    site = Site(
        {
            "/": html(nav),
            "/zn/": html(nav + rows("/zn/x", dated=False)),
            "/sj/": html(nav + script),
            "/ld/": html(nav + "<p>区长：分管全面工作。</p>"),
        }
    )
    found = names(site.columns())
    assert {name: (one.outcome, one.reason, one.listed) for name, one in found.items()} == {
        "办事指南": (Outcome.UNREADABLE, "no_dates", False),
        "数据开放": (Outcome.UNREADABLE, "script_list", False),
    }
    written = accepted(columns_yaml(site.columns()))
    assert [(one.name, one.render) for one in written] == [
        ("办事指南", "plain"),
        ("数据开放", "browser"),
    ]


def test_a_list_behind_a_known_interface_is_read_there() -> None:
    nav = menu({"通知公告": "/tz/"})
    unit = "/jpaas-publish-server/front/page/build/unit"
    page = f"""<div class="list"><script url="{unit}" querydata="{{'webId':'7'}}" src="/unit.js"></script></div>"""
    answer = json.dumps({"success": True, "data": {"html": rows("/tz/a")}})
    site = Site({"/": html(nav), "/tz/": html(nav + page), f"{unit}?webId=7": answer})
    assert [(one.name, one.outcome, one.dated) for one in site.columns().columns] == [
        ("通知公告", Outcome.READ, 12)
    ]


def test_an_empty_column_is_a_column() -> None:
    nav = menu({"规划计划": "/gh/"})
    site = Site({"/": html(nav), "/gh/": html(nav + "<div class='list'><p>暂无相关信息</p></div>")})
    assert [(one.name, one.outcome) for one in site.columns().columns] == [
        ("规划计划", Outcome.EMPTY)
    ]


def test_other_hosts_files_articles_and_services_are_not_asked() -> None:
    nav = menu(
        {
            "要闻": "/yw/",
            "省政府": "http://www.fujian.gov.cn/",
            "年报": "/nb.pdf",
            "网站地图": "/map/",
            "登录": "/in/",
        }
    )
    post = '<a href="/yw/202007/t20200718_55.html">区领导调研</a>'
    site = Site({"/": html(nav + post), "/yw/": html(nav + rows("/yw/a"))})
    survey = site.survey()
    assert site.asked == [f"{HOME}/robots.txt", f"{HOME}/", f"{HOME}/yw/"]
    assert [link.url for link in survey.others] == ["http://www.fujian.gov.cn/"]


def test_articles_behind_opaque_addresses_cost_a_few_requests_and_not_all() -> None:
    posts = "".join(f'<li><a href="/v.asp?id={n}">区里第{n}件事</a></li>' for n in range(60))
    nav = menu({"要闻": "/list.asp?c=1"})
    text = (
        "<p>"
        + "会议强调，要进一步压实责任、细化措施，确保各项任务按期完成，切实维护群众利益。" * 9
        + "</p>"
    )
    article = html(f"{nav}<h1>区里的一件事</h1><p>发布时间：2020-07-01</p>{text}")
    pages: dict[str, str | int] = {f"/v.asp?id={n}": article for n in range(60)}
    site = Site(
        {**pages, "/": html(nav + f"<ul>{posts}</ul>"), "/list.asp?c=1": html(nav + rows("/z"))}
    )
    found = site.columns()
    assert [one.name for one in found.columns] == ["要闻"]
    assert len(site.asked) < 10


def test_loops_and_endless_calendars_end() -> None:
    def day(number: int) -> str:
        onward = f'<a href="/cal?d={number + 1}">次日</a><a href="/cal?d={number}">今日</a>'
        return html(menu({"要闻": "/yw/", "日历": "/cal?d=0"}) + onward)

    site = Site({"/": day(0), "/yw/": html(menu({"首": "/", "要闻": "/yw/"}) + rows("/yw/a"))})
    site.pages |= {f"{HOME}/cal?d={n}": day(n) for n in range(500)}
    survey = site.survey(depth=2)
    assert len(site.asked) < 12
    survey = site.survey(depth=4, pages=6)
    assert survey.left > 0
    assert len({plain(seen.url) for seen in survey.seen}) == len(survey.seen)


def test_a_page_that_fails_is_a_doubt_and_not_a_missing_column() -> None:
    nav = menu({"要闻": "/yw/", "公告": "/gg/", "政策": "/zc/"})
    site = Site({"/": html(nav), "/yw/": html(nav + rows("/yw/a")), "/gg/": 500, "/zc/": "timeout"})
    outlets = [
        Outlet(name, OutletKind.COLUMN, name, "portal", "s", (), f"{HOME}/{name}/")
        for name in ("yw", "gg")
    ]
    found = site.columns(*outlets)
    assert {d.name: (d.outcome, d.reason) for d in found.doubts} == {
        "公告": (Outcome.UNREACHABLE, "server_error"),
        "政策": (Outcome.UNREACHABLE, "timeout"),
    }
    assert [(a.outlet, a.outcome) for a in found.absent] == [("gg", Outcome.UNREACHABLE)]


def test_a_dead_host_is_given_up() -> None:
    nav = menu({f"栏目{n}": f"/c{n}/" for n in range(20)})
    site = Site({"/": html(nav), **{f"/c{n}/": "timeout" for n in range(20)}})
    survey = site.survey()
    assert survey.gave_up
    assert len(site.asked) == 5
    assert survey.left == 17


def test_robots_txt_is_obeyed_and_what_it_bars_is_counted() -> None:
    nav = menu({"要闻": "/yw/", "内网": "/inner/"})
    site = Site(
        {"/": html(nav), "/yw/": html(nav + rows("/yw/a"))}, "User-agent: *\nDisallow: /inner/\n"
    )
    assert site.survey().barred == 1
    assert f"{HOME}/inner/" not in site.asked


@pytest.mark.parametrize(
    ("pages", "robots", "word"),
    [
        ({}, "", "首页读不到链接"),
        ({"/": "timeout"}, "", "timeout"),
        ({"/": html("<p>请输入验证码后继续访问</p>", title="安全验证")}, "", "首页读不到链接"),
        ({"/": html(menu({"要闻": "/yw/"}))}, "User-agent: *\nDisallow: /\n", "robots.txt"),
    ],
)
def test_a_home_page_that_is_none_is_refused_with_its_cause(
    pages: dict[str, str | int], robots: str, word: str
) -> None:
    with pytest.raises(NoPortal, match=word):
        Site(pages, robots).survey()


def test_one_request_at_a_time() -> None:
    nav = menu({f"栏目{n}动态": f"/c{n}/" for n in range(8)})
    site = Site({"/": html(nav), **{f"/c{n}/": html(nav + rows(f"/c{n}/a")) for n in range(8)}})
    assert len(site.columns().columns) == 8
    assert site.most == 1


def test_private_addresses_are_refused() -> None:
    for url in ("http://10.0.0.1/", "http://localhost/", "ftp://www.example.gov.cn/"):
        refused = run(url).exception
        assert isinstance(refused, BadConfig)
        assert "不能抓取这个地址" in str(refused)


def test_a_section_that_shows_its_first_columns_list_is_no_second_column() -> None:
    nav = menu({"政务动态": ("/dt/", {"要闻": "/dt/yw/", "部门": "/dt/bm/"})})
    crumb = '<div>当前位置：<a href="/">首页</a> &gt; 政务动态 &gt; {}</div>'
    site = Site(
        {
            "/": html(nav),
            "/dt/": html(nav + rows("/dt/yw/a")),
            "/dt/yw/": html(nav + crumb.format("要闻") + rows("/dt/yw/a")),
            "/dt/bm/": html(nav + crumb.format("部门") + rows("/dt/bm/a")),
        }
    )
    found = site.columns()
    assert {one.path: one.cls for one in found.columns} == {
        "政务动态/要闻": ColumnClass.NEWS,
        "政务动态/部门": ColumnClass.NEWS,
    }
    assert found.sections == (f"{HOME}/dt/",)


def test_a_tag_copied_with_the_template_does_not_name_every_column_alike() -> None:
    nav = menu(
        {name: f"/{n}/" for n, name in enumerate(("区内要闻", "通知公告", "政策文件", "人事信息"))}
    )
    pages = {f"/{n}/": html(nav + rows(f"/{n}/a"), column="区内要闻") for n in range(4)}
    found = names(Site({"/": html(nav), **pages}).columns())
    assert set(found) == {"区内要闻", "通知公告", "政策文件", "人事信息"}


def test_a_column_that_moved_is_told_from_one_that_is_gone() -> None:
    nav = menu({"要闻": "/new/yw/"})
    site = Site({"/": html(nav), "/new/yw/": html(nav + rows("/new/yw/a"))})
    old = Outlet("yw", OutletKind.COLUMN, "要闻", "portal", "s", (), f"{HOME}/old/yw/", path="要闻")
    found = site.columns(old, also=[f"{HOME}/old/yw/"])
    assert [(one.standing, one.outlet) for one in found.columns] == [(Standing.MOVED, "yw")]
    assert [(gone.outlet, gone.reason) for gone in found.absent] == [("yw", "not_found")]


# Names, classes, files.


@pytest.mark.parametrize(
    ("name", "parents", "cls"),
    [
        ("政策动态", (), ColumnClass.NEWS),
        ("招聘公告", ("人事信息",), ColumnClass.NOTICE),
        ("政策解读", ("政务公开",), ColumnClass.POLICY),
        ("政府信息公开目录", ("政务公开",), ColumnClass.DISCLOSURE),
        ("政府信息公开年报", ("政务公开",), ColumnClass.OTHER),
        ("旅游资讯", ("重点领域信息公开",), ColumnClass.OTHER),
        ("综合资讯", ("新闻中心",), ColumnClass.NEWS),
        ("教育局", ("部门动态",), ColumnClass.NEWS),
        ("教育局", ("部门信息公开",), ColumnClass.OTHER),
        ("工作动态", ("专题专栏", "创建文明城市"), ColumnClass.OTHER),
        ("财政预决算（通知）", (), ColumnClass.OTHER),
        ("新闻发布会", (), ColumnClass.OTHER),
    ],
)
def test_a_class_is_proposed_by_the_word_that_ends_last(
    name: str, parents: tuple[str, ...], cls: ColumnClass
) -> None:
    assert propose_class(name, parents).cls is cls


@pytest.mark.parametrize(
    ("crumb", "names"),
    [
        (
            "<div>您现在的位置：<a href='/'>首页</a> >> <a href='/a/'>政务公开</a> >> 政策文件</div>",
            ("政务公开", "政策文件"),
        ),
        ("<p><span>当前位置</span>：</p><p></p>", ()),
        (
            "<div><b>当前位置：</b><a>网站首页</a><i></i><a>信息公开</a><i></i><a>人事</a></div>",
            ("信息公开", "人事"),
        ),
        ("<div><a href='/'>首页</a> &gt; 新闻 &gt; 正文</div>", ("新闻",)),
        ("<div>位置：某区人民政府 > 镇街 > 盖山镇人民政府</div>", ("镇街", "盖山镇人民政府")),
        ("<ul><li><a href='/'>首页</a></li><li><a href='/x'>要闻</a></li></ul>", ()),
    ],
)
def test_breadcrumbs_are_read_in_their_usual_shapes(crumb: str, names: tuple[str, ...]) -> None:
    page = Page(HOME, HOME, 200, {}, html(crumb).encode(), NOW)
    assert crumb_of(soup_of(page)) == names


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="http://[]:@?#&=%.a1中\\ <>'\"\x00\n", max_size=30), max_size=8))
def test_whatever_stands_in_a_page_the_walk_goes_on(hrefs: list[str]) -> None:
    body = "".join(f'<li><a href="{href}">要闻</a><div>当前位置：{href}</div>' for href in hrefs)
    site = Site({"/": html(menu({"要闻": "/yw/"}) + body), "/yw/": html(rows("/yw/a") + body)})
    found = site.columns()
    assert f"{HOME}/yw/" in [one.url for one in found.columns]
    assert len(accepted(columns_yaml(found))) == len(found.columns)


def test_links_written_as_script_calls_are_links() -> None:
    body = """<a href="javascript:void(0)" onclick="window.open('/a/')">甲</a><a href="javascript:location.href='/b/'">乙</a>
    <a href="javascript:;">丙</a><a href="#x">丁</a><a href="/c/" title="全名很长的栏目">全名...</a>"""
    page = Page(f"{HOME}/", f"{HOME}/", 200, {}, html(body).encode(), NOW)
    assert [(link.url, link.text) for link in links_of(soup_of(page), page)] == [
        (f"{HOME}/a/", "甲"),
        (f"{HOME}/b/", "乙"),
        (f"{HOME}/c/", "全名很长的栏目"),
    ]


def hostile() -> Findings:
    one = ProposedColumn(
        '=HYPERLINK("http://x")\n- {id: x}',
        ("@父",),
        f"{HOME}/a/index.html",
        ColumnClass.NEWS,
        "动态",
        Outcome.READ,
        "",
        "trs",
        20,
        20,
        date(2020, 7, 18),
        True,
    )
    twin = ProposedColumn(
        "要闻: [x",
        (),
        f"{HOME}/b/a/",
        ColumnClass.NEWS,
        "要闻",
        Outcome.UNREADABLE,
        "no_dates",
        "",
        0,
        0,
        None,
        False,
    )
    return Findings(HOME, (one, twin))


def accepted(text: str, *, loopback: bool = False) -> list[Outlet]:
    """The columns of a written file, pasted into a catalogue and read as strictly as any."""
    data = yaml.safe_load(text)
    data["catalogue"]["sites"] = [{"id": "portal", "name": "门户", "home": f"{HOME}/"}]
    config = CrawlConfig(contact="office@example.org", allow_loopback=loopback)
    return list(read_catalogue(data, Path("config.yaml"), config).outlets)


def test_crawled_text_is_only_text_in_the_yaml_file() -> None:
    outlets = accepted(columns_yaml(hostile(), taken=["a"]))
    assert [o.id for o in outlets] == ["a-2", "b-a"]
    assert outlets[0].name == '=HYPERLINK("http://x") - {id: x}'
    assert outlets[1].name == "要闻: [x"


def test_nothing_found_is_a_file_without_columns() -> None:
    assert accepted(columns_yaml(Findings(HOME, ()))) == []


def test_crawled_text_is_inert_in_the_workbook_and_the_clerks_columns_stay_open(
    tmp_path: Path,
) -> None:
    path = tmp_path / "columns.xlsx"
    write_columns(hostile(), path)
    sheet = load_workbook(path)["栏目维护分工表"]
    head = [cell.value for cell in sheet[2]]
    row = dict(zip(head, [cell.value for cell in sheet[3]], strict=True))
    assert row["栏目名称"].startswith("'=HYPERLINK")
    assert row["一级栏目"] == "'@父"
    assert (row["责任单位（牵头）"], row["是否纳入"]) == (None, None)
    assert (row["类别（建议）"], row["首页条数"]) == ("动态要闻", 20)
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_ids_are_short_unique_and_never_the_catalogues_own() -> None:
    def at(url: str) -> ProposedColumn:
        return ProposedColumn(
            "甲", (), url, ColumnClass.OTHER, "", Outcome.READ, "", "", 1, 1, None, False
        )

    urls = [
        "/xw/yw/",
        "/tz/yw/index.html",
        "/list.php?tid=3",
        "/list.php?tid=4",
        "/",
        "/中文/",
        "/xw/yw/",
    ]
    ids = proposed_ids([at(f"{HOME}{url}") for url in urls], ["3"])
    assert ids == ["yw", "tz-yw", "list-3", "list-4", "column", "column-2", "xw-yw"]


def test_visible_text_is_one_line() -> None:
    assert visible("甲\n# 乙\u202e\x00丙　丁") == "甲 # 乙 丙 丁"


# Accounts that the portal shows.


def test_accounts_are_found_by_their_links_and_their_codes_and_compared_with_the_register() -> None:
    code = zxingcpp.create_barcode(
        "http://weixin.qq.com/r/abcDEF123456", zxingcpp.BarcodeFormat.QRCode
    )
    picture = BytesIO()
    Image.fromarray(code.to_image(scale=6)).save(picture, "PNG")
    foot = """<p>关注我们：<a href="https://weibo.com/u/5900000001">仓山发布</a>
    <a href="https://mp.weixin.qq.com/s/abc">一篇推文</a><img src="/images/ewm.png" alt="仓山教育微信"></p>"""
    site = Site({"/": html(menu({"要闻": "/yw/"}) + foot), "/yw/": html(rows("/yw/a") + foot)})

    async def fetch(ask: Ask) -> Page:
        page = await Site.fetch(site, ask)
        shown = ask.url.endswith(".png")
        return Page(ask.url, ask.url, 200, {}, picture.getvalue(), NOW) if shown else page

    site.fetch = fetch  # type: ignore[method-assign]
    known = Outlet("fb", OutletKind.ACCOUNT, "发布", "weibo", "s", (), handle={"uid": "5900000001"})
    found = site.columns(known)
    assert [(a.platform, a.number, a.name, a.place, a.outlet) for a in found.accounts] == [
        ("weibo", "5900000001", "仓山发布", "link", "fb"),
        ("wechat", "abcDEF123456", "仓山教育微信", "qr", ""),
    ]
    assert found.absent == ()
