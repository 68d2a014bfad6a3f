"""Each family of content systems: its name, its list, its way to further pages."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Outcome, Reading
from crawler.reading import families
from crawler.reading.families.base import Family
from crawler.reading.listing import read_list
from crawler.reading.lists.outline import Outline
from crawler.reading.lists.pager import MAX_PAGES, links_further
from tests.support.listpages import HOME, days, items, page, title, whole

DAYS = days(10)
FORMS = {
    "plain": "<li><a href='{url}'>{title}</a><span>{day}</span></li>",
    "guangdong": "<li><a href='{plain}'>{title}</a><span>{day}</span></li>",
    "jcms": "<li><a href='/art/{date:%Y}/{date.month}/{date.day}/art_1_{n}.html'>{title}</a><span>{day}</span></li>",
    "boda": "<li id='line_u8_{n}'><a href='../info/1027/{n}439.htm'>{title}</a><span>{day}</span></li>",
    "empire": "<li><img src='/d/file/tzgg/{day}/a{n}.jpg'><a href='{day}/{n}.html'>{title}</a><span>{day}</span></li>",
    "dedecms": "<li><a href='/a/tz/{date:%Y}/{date:%m%d}/{n}.html'>{title}</a><span>{day}</span></li>",
    "phpcms": "<li><a href='/index.php?m=content&c=index&a=show&catid=9&id={n}'>{title}</a><span>{day}</span></li>",
    "jeecms": "<li><span>{day}</span><a href='/tzgg/{n}.jhtml' title='{title}'>{title}</a></li>",
    "siteserver": "<li><a href='/contents/12/{n}456.html'>{title}</a><i>{day}</i></li>",
    "ucap": "<li><span>{day}</span><a href='/x/c100234/{date:%Y%m}/0123456789abcdef0123456789abcdef.shtml?{n}'>{title}</a></li>",
    "epoint": "<tr><td>{n}</td><td><a href='/xx/031002/{date:%Y%m%d}/324adecd-b37e-45cc-82a6-7dcea1d4{n:04}.html'>{title}</a></td><td>{day}</td></tr>",
}


def read(middle: str, url: str, **more: str) -> Reading:
    return read_list(page(whole(middle, **more), url))


def rows(form: str) -> str:
    return f"<ul>{items(DAYS, FORMS[form])}</ul>"


def at(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{HOME}{folder}{name}" for name in names)


def links(*names: str, here: str = "") -> str:
    numbers = "".join(f"<a href='{name}'>{i + 2}</a> " for i, name in enumerate(names))
    return f"<div><span>1</span> {numbers}<a href='{names[0]}'>下一页</a> <a href='{names[-1]}'>尾页</a></div>"


def script(call: str) -> str:
    return f"<div class='p'><script>{call}</script></div>"


TRS_VARIABLES = """
var currentPage = 0;//所在页从0开始
var nextPage = currentPage+1//下一页
var countPage = 4//共多少页
if(countPage>1)
document.write("<a href=\\"index"+"_" + nextPage + "."+"html\\">下一页</a>");
"""

PAGERS = {
    "TRS call": ("trs", rows("plain") + script("createPageHTML(4, 0, 'index', 'html')"), "/a/b/", at("/a/b/", "index_1.html", "index_2.html", "index_3.html")),
    "TRS call on its second page": ("trs", rows("plain") + script('createPageHTML(4, 1, "index", "html");'), "/a/b/index_1.html", at("/a/b/", "index_2.html", "index_3.html")),
    "TRS last page": ("trs", rows("plain") + script("createPageHTML(4, 3, 'index', 'html')"), "/a/b/index_3.html", ()),
    "TRS one page": ("trs", rows("plain") + script("createPageHTML(1, 0, 'index', 'html')"), "/a/b/index.html", ()),
    "TRS counted from 1": ("trs", rows("plain") + script("createPageHTML(3, 1, 'index', 'shtml')"), "/a/b/index.shtml", at("/a/b/", "index_2.shtml", "index_3.shtml")),
    "TRS variables": ("trs", rows("plain") + script(TRS_VARIABLES), "/a/b/index.html", at("/a/b/", "index_1.html", "index_2.html", "index_3.html")),
    "Guangxi call with a total": ("trs", rows("plain") + script("createPageHTML(3,0, 'index','shtml','1089');"), "/zwgk/index.shtml", at("/zwgk/", "index_1.shtml", "index_2.shtml")),
    "UCAP call": ("ucap", rows("ucap") + script("createPageHTML('page_div',3, 1,'common_list','shtml',58);"), "/x/c100234/common_list.shtml", at("/x/c100234/", "common_list_2.shtml", "common_list_3.shtml")),
    "UCAP second page": ("ucap", rows("ucap") + script("createPageHTML('page_div',3, 2,'common_list','shtml',58);"), "/x/c100234/common_list_2.shtml", at("/x/c100234/", "common_list_3.shtml")),
    "Guangdong links": ("guangdong", rows("guangdong") + links("index_2.html", "index_3.html"), "/a/b/index.html", at("/a/b/", "index_2.html", "index_3.html")),
    "EmpireCMS links with a gap": ("empire", rows("empire") + "<b>1</b><a href='index_2.html'>2</a><a href='index_3.html'>3</a><a href='index_2.html'>下一页</a><a href='index_5.html'>尾页</a>", "/tzgg/index.html", at("/tzgg/", "index_2.html", "index_3.html", "index_4.html", "index_5.html")),
    "DedeCMS links": ("dedecms", rows("dedecms") + links("list_12_2.html", "list_12_3.html"), "/a/tz/list_12_1.html", at("/a/tz/", "list_12_2.html", "list_12_3.html")),
    "PHPCMS links": ("phpcms", rows("phpcms") + links("/index.php?m=content&c=index&a=lists&catid=9&page=2"), "/index.php?m=content&c=index&a=lists&catid=9", at("/", "index.php?m=content&c=index&a=lists&catid=9&page=2")),
    "JEECMS links": ("jeecms", rows("jeecms") + links("index_2.jhtml"), "/tzgg/index.jhtml", at("/tzgg/", "index_2.jhtml")),
    "SiteServer links": ("siteserver", rows("siteserver") + links("12_2.html", "12_3.html"), "/channels/12.html", at("/channels/", "12_2.html", "12_3.html")),
    "Boda links, backwards": ("boda", rows("boda") + "<span>1</span><a href='tzgg/3.htm'>2</a><a href='tzgg/3.htm'>下页</a><a href='tzgg/1.htm'>尾页</a>", "/xwgg/tzgg.htm", at("/xwgg/", "tzgg/3.htm", "tzgg/2.htm", "tzgg/1.htm")),
    "Boda count only, backwards": ("boda", rows("boda") + "<td>共38条 1/4 </td>", "/xwgg/tzgg.htm", at("/xwgg/", "tzgg/3.htm", "tzgg/2.htm", "tzgg/1.htm")),
    "Epoint links": ("epoint", f"<table>{items(DAYS, FORMS['epoint'])}</table>" + links("2.html"), "/xx/031002/moreinfo.html", at("/xx/031002/", "2.html")),
    "no pager": ("generic", f"<ul>{items(DAYS, '<li><a href=/x/{n}.html>{title}</a><i>{day}</i></li>')}</ul>", "/x/list.html", ()),
}  # fmt: skip


@pytest.mark.parametrize(("name", "middle", "path", "further"), PAGERS.values(), ids=PAGERS.keys())
def test_a_family_is_named_its_list_read_and_its_pages_found(
    name: str, middle: str, path: str, further: tuple[str, ...]
) -> None:
    reading = read(middle, HOME + path)
    assert reading.outcome is Outcome.READ
    assert [post.published.day for post in reading.posts if post.published] == DAYS
    assert reading.next == further
    assert reading.family == name


LOOPS = {
    "to itself": "<a href='list.html'>下一页</a>",
    "to itself by a mark": "<a href='list.html#top'>下一页</a><a href='#'>2</a>",
    "dead": "<a href='javascript:;'>下一页</a><a>尾页</a>",
    "only back": "<a href='list_1.html'>1</a><a href='list_2.html'>2</a><span>3</span>",
    "without an address": "<span>下一页</span>",
}


@pytest.mark.parametrize("pager", LOOPS.values(), ids=LOOPS.keys())
def test_loops_dead_ends_and_the_last_page_end_quietly(pager: str) -> None:
    middle = (
        f"<ul>{items(DAYS, '<li><a href=/x/{n}.html>{title}</a><i>{day}</i></li>')}</ul>{pager}"
    )
    assert read(middle, f"{HOME}/x/list.html").next == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "2", "3", "9", "下一页", "尾页", "上一页"]),
            st.sampled_from(["", "/a", "/a_2", "/a_3", "/a_900000"]),
        ),
        max_size=12,
    )
)
def test_further_pages_are_few_different_and_never_this_one(found: list[tuple[str, str]]) -> None:
    pages = links_further(
        [(words, f"{HOME}{path}" if path else "") for words, path in found], f"{HOME}/a"
    )
    assert len(pages) <= MAX_PAGES
    assert len(set(pages)) == len(pages)
    assert f"{HOME}/a" not in pages


STORE = """<div id="412"><script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&columnid=79&unitid=412"></a>]]></nextgroup>
<recordset>{records}</recordset></datastore></script></div>
<script>var url="/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45&perpage=15";</script>"""


@pytest.mark.parametrize(
    "form",
    [
        "<li><a href='{url}' title='{title}'>{title}</a><span>{day}</span></li>",
        "<tr><td>·</td><td><a href='{url}'>{title}</a></td><td>[{day}]</td></tr>",
        "<div class='i'><a href='{url}'>{title}</a><b>{day}</b></div>",
    ],
)
def test_jcms_records_are_read_from_the_store_in_the_page(form: str) -> None:
    records = "".join(
        f"<record><![CDATA[\n{items([day], form, i)}]]></record>" for i, day in enumerate(DAYS)
    )
    hot = f"<h3>要闻</h3><ul>{items(days(12, date(2026, 11, 22), 1), FORMS['plain'], 50)}</ul>"
    reading = read(hot + STORE.format(records=records), f"{HOME}/col/col79/index.html")
    assert reading.outcome is Outcome.READ
    assert reading.family == "jcms"
    assert [post.published.day for post in reading.posts if post.published] == DAYS
    assert reading.posts[3].title == title(3)
    assert reading.next == ()
    assert "dataproxy.jsp?startrecord=1&endrecord=45" in reading.mark


def test_rows_of_a_store_that_bring_a_script_of_their_own_are_read() -> None:
    """Found by bench.fuzz: a record that held a script element made the reading raise."""
    form = "<li><script>count(1)</script><a href='{url}'>{title}</a><span>{day}</span></li>"
    records = "".join(
        f"<record><![CDATA[{items([day], form, i)}]]></record>" for i, day in enumerate(DAYS)
    )
    xml = f"<datastore><totalrecord>{len(DAYS)}</totalrecord><recordset>{records}</recordset></datastore>"
    reading = read_list(page(xml, f"{HOME}/module/web/jpage/dataproxy.jsp"))
    assert [post.published.day for post in reading.posts if post.published] == DAYS


def test_the_answer_of_the_jcms_interface_is_read_too() -> None:
    records = "".join(
        f"<record><![CDATA[{items([day], FORMS['jcms'], i)}]]></record>"
        for i, day in enumerate(DAYS)
    )
    xml = f"<datastore><totalrecord>{len(DAYS)}</totalrecord><recordset>{records}</recordset></datastore>"
    reading = read_list(page(xml, f"{HOME}/module/web/jpage/dataproxy.jsp"))
    assert [post.published.day for post in reading.posts if post.published] == DAYS


def test_an_empty_jcms_store_with_its_count_is_empty() -> None:
    xml = "<div><script type='text/xml'><datastore><totalrecord>0</totalrecord><recordset></recordset></datastore></script></div>"
    assert read(xml, f"{HOME}/col/col79/index.html").outcome is Outcome.EMPTY


def test_the_pager_of_jyhcms_is_decoded() -> None:
    pager = "<a class='a1'>63条</a><span>1</span><a href='/html/tz/2.html'>2</a><a href='/html/tz/3.html'>3</a>"
    packed = base64.b64encode(quote_plus(pager).encode()).decode()
    form = (
        "<li><a href='/html/2026/tongzhi_{date:%m%d}/40{n}.html'>{title}</a><span>{day}</span></li>"
    )
    middle = f"<ul>{items(DAYS, form)}</ul><div id=\"pages\" class='page'>{packed}</div>"
    reading = read(middle, f"{HOME}/html/tz/index.html")
    assert reading.family == "jyhcms"
    assert reading.next == at("/html/tz/", "2.html", "3.html")


def data(rows_: list[dict[str, object]], **more: object) -> Reading:
    body = json.dumps({"code": 200, "data": {"rows": rows_, **more}}, ensure_ascii=False)
    return read_list(page(body, f"{HOME}/api/list?page=1"))


DATA_ROWS = {
    "plain": lambda i, day: {"title": title(i), "url": f"/a/{i}.html", "publishTime": f"{day} 10:00:00", "createTime": "2026-11-22"},
    "TRS": lambda i, day: {"DOCTITLE": title(i), "DOCPUBURL": f"/a/{i}.html", "DOCRELTIME": str(day), "CRTIME": "2026-11-22"},
    "Epoint": lambda i, day: {"title": f"<em>{title(i)}</em>", "linkurl": f"/a/{i}.html", "infodate": f"{day}"},
    "milliseconds": lambda i, day: {"infoTitle": title(i), "infoUrl": f"/a/{i}.html", "pubDate": 1000 * (day.toordinal() - 719163) * 86400},
    "wrapped": lambda i, day: {"_id": str(i), "_source": {"title": title(i), "url": f"/a/{i}.html", "pubtime": f"{day}T01:00:00Z"}},
}  # fmt: skip


@pytest.mark.parametrize("make", DATA_ROWS.values(), ids=DATA_ROWS.keys())
def test_lists_from_a_json_interface_are_read(make) -> None:  # type: ignore[no-untyped-def]
    reading = data([make(i, day) for i, day in enumerate(DAYS)], total=len(DAYS))
    assert reading.outcome is Outcome.READ
    assert [post.published.day for post in reading.posts if post.published] == DAYS
    assert reading.posts[2].title == title(2)
    assert reading.posts[2].url == f"{HOME}/a/2.html"
    assert {post.published.place for post in reading.posts if post.published} == {"json"}


def test_a_jpaas_page_names_the_interface_that_fills_its_list() -> None:
    unit = (
        "<div class='list'><script url=\"/api-gateway/jpaas-publish-server/front/page/build/unit\" "
        "querydata=\"{'webId':'7','pageId':'p1','tplSetId':'t9'}\" src='/script/unit.js'></script></div>"
    )
    reading = read(unit, f"{HOME}/col/index.html")
    assert (reading.outcome, reading.reason, reading.family) == (
        Outcome.UNREADABLE,
        "script_list",
        "jpaas",
    )
    assert (
        reading.mark
        == f"{HOME}/api-gateway/jpaas-publish-server/front/page/build/unit?webId=7&pageId=p1&tplSetId=t9"
    )


def test_the_html_in_a_json_answer_is_read_as_a_list() -> None:
    body = json.dumps(
        {"success": True, "data": {"html": f"<ul>{items(DAYS, FORMS['plain'])}</ul>"}},
        ensure_ascii=False,
    )
    reading = read_list(
        page(body, f"{HOME}/api-gateway/jpaas-publish-server/front/page/build/unit?webId=7")
    )
    assert [post.published.day for post in reading.posts if post.published] == DAYS


def test_json_without_rows_is_empty_only_when_it_counts_them() -> None:
    assert data([], total=0).outcome is Outcome.EMPTY
    assert (data([]).outcome, data([]).reason) == (Outcome.UNREADABLE, "script_list")
    assert data([], total=12).outcome is Outcome.UNREADABLE


def test_a_list_written_as_data_into_a_script_is_read() -> None:
    rows_ = [
        {"title": title(i), "url": f"/a/{i}.html", "pubDate": str(day)}
        for i, day in enumerate(DAYS)
    ]
    middle = f"<ul id='l'></ul><script>var list = {json.dumps(rows_, ensure_ascii=False)};render(list);</script>"
    reading = read(middle, f"{HOME}/x/list.html")
    assert [post.published.day for post in reading.posts if post.published] == DAYS


def test_every_family_has_a_name_of_its_own_and_says_what_it_is() -> None:
    names = [family.name for family in families.KNOWN]
    assert len(set(names)) == len(names)
    assert all(isinstance(family, Family) for family in families.KNOWN)


def test_every_family_is_in_the_document() -> None:
    document = (Path(__file__).parents[3] / "docs" / "families.md").read_text("utf-8")
    missing = [family.name for family in families.KNOWN if f"`{family.name}`" not in document]
    assert missing == []


def test_the_example_of_the_document_is_a_family() -> None:
    document = (Path(__file__).parents[3] / "docs" / "families.md").read_text("utf-8")
    code = document.partition("```python\n")[2].partition("```")[0]
    made: dict[str, object] = {}
    exec(compile(code, "docs/families.md", "exec"), made)
    family = made["FAMILY"]
    assert isinstance(family, Family)
    source = families.Source("", f"{HOME}/a/list.html", Outline(), (), b"", "acmePages(3)")
    assert family.fits(source)
    assert family.further(source) == at("/a/", "list-2.html", "list-3.html")
