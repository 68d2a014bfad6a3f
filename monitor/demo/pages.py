"""The sample portal's pages as text, in the manner of a TRS WCM portal. Everything printed is
escaped."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from crawler.model import SHANGHAI, AccountState
from monitor.demo.content import SamplePage
from monitor.demo.district import District, SampleAccountFacts, SampleColumn

PER_PAGE = 20
CUT = 26
"""Titles longer than this are cut in lists, with the whole title in the ``title`` attribute."""

STYLE = """
body{margin:0;font:16px/1.7 "Microsoft YaHei",sans-serif;color:#333;background:#f5f6f8}
a{color:#333;text-decoration:none}a:hover{color:#b1181e}ul{list-style:none;margin:0;padding:0}
.top{background:#b1181e;color:#fff;padding:18px 8%}.top h1{margin:0;font-size:28px}.top .sub{font-size:14px}
.nav{background:#fff;border-bottom:2px solid #b1181e;padding:0 8%}.nav>ul>li{display:inline-block;position:relative}
.nav>ul>li>a{display:block;padding:10px 16px;font-weight:bold}.nav ul ul{display:none;position:absolute;z-index:9;
background:#fff;border:1px solid #ddd;width:560px;padding:8px}.nav li:hover ul{display:block}
.nav ul ul li{display:inline-block;width:32%}.wrap{margin:16px 8%;display:flex;gap:20px}
.main{flex:1;background:#fff;padding:16px 24px}.side{width:280px;background:#fff;padding:16px}
.crumb{margin:12px 8% 0;font-size:14px;color:#777}.list li{display:flex;justify-content:space-between;padding:5px 0;
border-bottom:1px dashed #e3e3e3}.list li.line{border:0;height:12px}.list span{color:#888;font-size:14px}
.panel{display:inline-block;vertical-align:top;width:48%;margin-right:1%}.panel h3{border-left:4px solid #b1181e;
padding-left:8px}.article h1{text-align:center;font-size:24px}.article .info{text-align:center;color:#888;
font-size:14px}.foot{background:#444;color:#ddd;padding:18px 8%;font-size:14px}.foot a{color:#fff}
.sample{background:#fff4ce;padding:6px 8%;font-size:14px}
"""

PAGER = """function createPageHTML(count,current,name,ext){var s='';for(var i=0;i<count;i++){
var f=(i==0?name:name+'_'+i)+'.'+ext;s+=i==current?' <b>'+(i+1)+'</b>':' <a href="'+f+'">'+(i+1)+'</a>';}
document.write(s);}
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of one portal repeats, made once: navigation and footer as ready text."""

    district: District
    columns: Mapping[str, SampleColumn]
    header: str
    footer: str
    media_url: str = ""


def frame(district: District, media_url: str = "") -> Frame:
    """The frame of ``district``'s portal; account links lead to ``media_url``."""
    columns = {c.id: c for c in district.columns}
    return Frame(district, columns, _header(district), _footer(district, media_url), media_url)


def address(columns: Mapping[str, SampleColumn], item: SamplePage) -> str:
    """The item's path on the portal."""
    return f"/{columns[item.home].folder}/{item.file}"


def sections(district: District) -> dict[str, list[SampleColumn]]:
    """Columns by the parent folder that has a page of its own."""
    folders = {c.folder for c in district.columns}
    found: dict[str, list[SampleColumn]] = defaultdict(list)
    for column in district.columns:
        parent = posixpath.dirname(column.folder)
        if "/" in parent and parent not in folders:
            found[parent].append(column)
    return dict(found)


def list_page(
    f: Frame,
    column: SampleColumn,
    items: Sequence[SamplePage],
    page: int,
    hot: Sequence[SamplePage],
    fault: str,
) -> str:
    """Page ``page`` (from 0) of a column. ``items`` are all of its posts, newest first."""
    pages = max(1, -(-len(items) // PER_PAGE))
    shown = items[page * PER_PAGE : (page + 1) * PER_PAGE]
    body = cards(f, shown) if fault == "redesign" else _list(f, column, shown, fault)
    pager = (
        f'<div class="page"><script>createPageHTML({pages}, {page}, "index", "htm");</script></div>'
    )
    return column_page(f, column, f"<h2>{escape(column.name)}</h2>{body}{pager}", hot)


def column_page(f: Frame, column: SampleColumn, main: str, hot: Sequence[SamplePage]) -> str:
    """A column's page around ``main``: labels, path, the owner's accounts and the week's hot
    list."""
    title = f"{column.name}-{f.district.portal.name}"
    whole = f"{main}{_follow(f, column)}"
    return _page(f, title, _metas(f, column), _crumb(f, column), whole, _hot(f, hot))


def article_page(f: Frame, item: SamplePage, hot: Sequence[SamplePage], more: str = "") -> str:
    """One article with the ten national meta tags; ``more`` is HTML that stands at the end of its
    text."""
    column = f.columns[item.home]
    moment = f"{item.dated.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    own = (("ArticleTitle", item.title), ("PubDate", moment), ("ContentSource", item.origin))
    main = (
        f'<div class="article"><h1>{escape(item.title)}</h1><p class="info">发布时间：{moment}　'
        f"来源：{escape(item.origin)}　字号：【大 中 小】</p>{_card(item) if item.document else ''}"
        f'<div class="TRS_Editor">{_text(item)}{more}</div><p>【打印本页】【关闭窗口】</p></div>'
    )
    return _page(
        f, item.title, [*_metas(f, column), *own], _crumb(f, column, "正文"), main, _hot(f, hot)
    )


def home_page(f: Frame, panels: Iterable[tuple[SampleColumn, Sequence[SamplePage]]]) -> str:
    """The home page: the newest of some columns, and the way to all of them."""
    main = "".join(_panel(f, column, items) for column, items in panels)
    return _page(f, f.district.portal.name, _site_metas(f), "", main + _all_columns(f), "")


def section_page(
    f: Frame, name: str, panels: Iterable[tuple[SampleColumn, Sequence[SamplePage]]]
) -> str:
    """A first-level page that only leads to its columns."""
    main = f"<h2>{escape(name)}</h2>" + "".join(
        _panel(f, column, items) for column, items in panels
    )
    return _page(f, f"{name}-{f.district.portal.name}", _site_metas(f), "", main, "")


def missing_page(f: Frame) -> str:
    """What a wrong address gets, with status 404."""
    main = "<h2>404</h2><p>对不起，您访问的页面不存在或已被删除。</p>"
    return _page(f, f"页面不存在-{f.district.portal.name}", [], "", main, "")


def _page(
    f: Frame, title: str, metas: Iterable[tuple[str, str]], crumb: str, main: str, side: str
) -> str:
    tags = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in metas)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n{tags}<style>{STYLE}</style>\n"
        f'<script src="/images/pages.js"></script></head><body>\n{f.header}{crumb}'
        f'<div class="wrap"><div class="main">{main}</div>{side}</div>\n{f.footer}</body></html>\n'
    )


def _site_metas(f: Frame) -> list[tuple[str, str]]:
    portal = f.district.portal
    return [("SiteName", portal.name), ("SiteDomain", portal.domain), ("SiteIDCode", portal.code)]


def _metas(f: Frame, column: SampleColumn) -> list[tuple[str, str]]:
    return [
        *_site_metas(f),
        ("ColumnName", column.name),
        ("ColumnDescription", f"{f.district.portal.name}{column.name}栏目"),
        ("ColumnKeywords", f"{f.district.name},{column.name}"),
        ("ColumnType", column.path),
    ]


def _list(f: Frame, column: SampleColumn, items: Sequence[SamplePage], fault: str) -> str:
    rows = []
    for n, item in enumerate(items):
        broken = fault if n == 0 else ""
        rows.append(row(f, column, item, broken))
        if n % 5 == 4:
            rows.append('<li class="line"></li>')
    return f'<ul class="list">\n{"".join(rows)}</ul>'


def row(f: Frame, column: SampleColumn, item: SamplePage, fault: str) -> str:
    """One post of a list; ``fault`` is ``future``, ``no_title`` or nothing."""
    title = "" if fault == "no_title" else item.title
    day = "2099-01-01" if fault == "future" else f"{item.dated.astimezone(SHANGHAI):%Y-%m-%d}"
    return (
        f'<li><a href="{_href(f, column, item)}" target="_blank" title="{escape(title)}">'
        f"{escape(cut(title))}</a><span>{day}</span></li>\n"
    )


def cut(title: str) -> str:
    """The title as a list shows it."""
    return title if len(title) <= CUT else f"{title[:CUT]}..."


def _href(f: Frame, column: SampleColumn, item: SamplePage) -> str:
    if item.home == column.id:
        return f"./{item.file}"
    return f"{posixpath.relpath(f.columns[item.home].folder, column.folder)}/{item.file}"


def cards(f: Frame, items: Sequence[SamplePage]) -> str:
    """The list after a redesign: no dates, neither printed nor in addresses."""
    rows = (
        f'<div class="card"><a href="/detail?id={i.number}">{escape(i.title)}</a></div>'
        for i in items
    )
    return f'<div class="cards">{"".join(rows)}</div>'


def _panel(f: Frame, column: SampleColumn, items: Sequence[SamplePage]) -> str:
    rows = "".join(
        f'<li><a href="{address(f.columns, item)}" title="{escape(item.title)}">{escape(cut(item.title))}</a>'
        f"<span>{item.dated.astimezone(SHANGHAI):%m-%d}</span></li>"
        for item in items
    )
    more = f'<a href="/{column.folder}/">更多</a>'
    return f'<div class="panel"><h3>{escape(column.name)} {more}</h3><ul class="list">{rows}</ul></div>'


def _hot(f: Frame, items: Sequence[SamplePage]) -> str:
    rows = "".join(
        f'<li><a href="{address(f.columns, item)}">{escape(cut(item.title))}</a>'
        f"<span>{item.dated.astimezone(SHANGHAI):%m-%d}</span></li>"
        for item in items
    )
    return f'<div class="side"><h3>一周热点</h3><ul class="list">{rows}</ul></div>'


def _crumb(f: Frame, column: SampleColumn, last: str = "") -> str:
    path = "".join(
        f" &gt; {escape(part)}" for part in column.path.split("/") if part != column.name
    )
    here = f'<a href="/{column.folder}/" class="CurrChnlCls">{escape(column.name)}</a>'
    end = f" &gt; {last}" if last else ""
    return f'<div class="crumb">当前位置：<a href="/" class="CurrChnlCls">首页</a>{path} &gt; {here}{end}</div>'


def _follow(f: Frame, column: SampleColumn) -> str:
    """A unit's own column links to the accounts that the unit runs, registered or not."""
    owners = {u.id for u in f.district.units if u.column == column.id}
    links = "".join(_account_link(f.media_url, a) for a in f.district.accounts if a.unit in owners)
    return f'<p class="follow">关注我们：{links}</p>' if links else ""


def _account_link(media_url: str, account: SampleAccountFacts) -> str:
    path = account_path(account.platform, account.handle)
    return f'<a href="{escape(media_url + path)}" target="_blank">{escape(account.name)}</a> '


def account_path(platform: str, handle: Mapping[str, str]) -> str:
    """Where an account lives on its platform: the shapes that real portals link to."""
    if platform == "weibo":
        return f"/u/{handle['uid']}"
    return f"/mp/profile_ext?action=home&__biz={handle['biz']}"


def _card(item: SamplePage) -> str:
    """The information card of a disclosure document. 生成日期 is not the publication date."""
    made = f"{item.dated.astimezone(SHANGHAI):%Y-%m}-01"
    rows = (
        ("索引号", f"CS00100-{item.number}"),
        ("发布机构", item.origin),
        ("生成日期", made),
        ("备注/文号", ""),
    )
    cells = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<table class="card">{cells}</table>'


def _text(item: SamplePage) -> str:
    """Sample paragraphs, enough to make a page of ordinary weight."""
    lines = (
        "这是演示用的样例信息，内容并不对应任何真实事件。",
        "会议要求，各有关单位要提高认识，压实责任，细化措施，确保各项任务按时完成。",
        "下一步，将继续加强统筹协调，及时解决群众反映的问题，不断提升服务水平。",
    )
    return "".join(
        f'<p style="text-indent:2em">{escape(item.title)}。{line}</p>\n' for line in lines * 6
    )


def _all_columns(f: Frame) -> str:
    rows = "".join(
        f'<li><a href="/{c.folder}/">{escape(c.name)}</a></li>' for c in f.district.columns
    )
    return f'<div class="map"><h3>栏目导航</h3><ul>{rows}</ul></div>'


def _header(d: District) -> str:
    groups: dict[str, list[SampleColumn]] = defaultdict(list)
    for column in d.columns:
        groups[column.path.split("/")[0]].append(column)
    nav = "".join(_menu(name, columns) for name, columns in groups.items())
    return (
        '<div class="sample">样例数据：本站由演示程序生成，信息均为虚构，不代表任何单位。</div>\n'
        f'<div class="top"><h1>{escape(d.portal.name)}</h1><div class="sub">{escape(d.portal.domain)}</div></div>\n'
        f'<div class="nav"><ul><li><a href="/">首页</a></li>{nav}</ul></div>\n'
    )


def _menu(name: str, columns: Sequence[SampleColumn]) -> str:
    parent = min((posixpath.dirname(c.folder) for c in columns), key=len)
    top = columns[0].folder if len(columns) == 1 else parent
    rows = "".join(
        f'<li><a href="/{c.folder}/" title="{escape(c.name)}">{escape(c.name)}</a></li>'
        for c in columns
    )
    inner = f"<ul>{rows}</ul>" if len(columns) > 1 else ""
    return f'<li><a href="/{top}/">{escape(name)}</a>{inner}</li>\n'


def _footer(d: District, media_url: str) -> str:
    accounts = "".join(
        _account_link(media_url, a)
        for a in d.accounts
        if a.state is AccountState.REGISTERED and a.newest
    )
    friends = "".join(
        f'<option value="http://link{n}.example.org/">{escape(d.city)}友情链接样例{n:02d}</option>'
        for n in range(1, 31)
    )
    return (
        f'<div class="foot"><p>友情链接：<select>{friends}</select></p><p>政务新媒体：{accounts}</p>'
        f"<p>主办单位：{escape(d.portal.keeper)}　网站标识码：{escape(d.portal.code)}（样例）　"
        "闽ICP备00000000号（样例）　联系电话：0591-00000000（样例）</p>"
        '<p><a href="/map.htm">网站地图</a>　<a href="/about.htm">关于我们</a>　'
        '<a href="/jiucuo.htm">我为政府网站找错</a></p></div>\n'
    )
