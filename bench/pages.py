"""The sample portal scaled up: many hosts with many columns each, list pages of about 55 KB.

The pages are the sample district's own (``monitor.demo.pages``) under the kind of navigation and
scripts that make real portals heavy. Everything is computed from two numbers, the host's and the
column's, so the truth about any column is known without a crawl.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from crawler.model import SHANGHAI, ColumnClass
from monitor.demo import pages
from monitor.demo.content import SamplePage
from monitor.demo.district import SampleColumn, load_district

AS_OF = datetime(2026, 11, 23, 1, tzinfo=UTC)
"""The moment at which every night of the bench takes place: 09:00 in Fuzhou."""
TODAY = date(2026, 11, 23)
WEIGHT = 55_000
MENU = 100
"""Columns in the navigation; what a host has beyond them looks like one of these."""
MODIFIED = "Mon, 23 Nov 2026 00:00:00 GMT"
ACCOUNTS = '<a href="https://weibo.com/u/1000000001" target="_blank">官方微博样例</a>'
"""Portals show their accounts on every page."""
HOT = "redian"
NAMES = (
    "工作动态",
    "通知公告",
    "政策文件",
    "财政预决算",
    "人事任免",
    "行政许可",
    "应急管理",
    "重点项目",
)


def address(host: int) -> str:
    """The loopback address of host number ``host``: every host is one of its own to a polite
    crawler."""
    return f"127.0.{host // 200}.{host % 200 + 1}"


def path(column: int) -> str:
    return f"/zwgk/lm{column:03d}/"


def etag(host: int, column: int, version: int = 1) -> str:
    return f'"{host:x}-{column:x}-{version}"'


def newest(host: int, column: int, version: int = 1) -> date:
    """The day of the newest post of a column: the truth that a crawl must find."""
    return (
        TODAY - timedelta(days=1 + (host * 37 + column * 101) % 1500) + timedelta(days=version - 1)
    )


def title(host: int, number: int) -> str:
    return f"第{host:03d}区召开{NAMES[number % len(NAMES)]}专题会议部署第{number}号事项并通报近期进展情况"


def items(host: int, column: int, version: int = 1) -> list[SamplePage]:
    """Twenty posts, newest first; every seventh column pins an old one to the top.

    A version has one post more than the one before: a list that shows none of the posts it had is
    another list.
    """
    first, home = newest(host, column), f"lm{column % MENU:03d}"
    base = (host * 1000 + column) * 100 + 3_000_050

    def item(back: int, day: date) -> SamplePage:
        moment = datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI)
        return SamplePage(base - back, title(host, base - back), "样例单位", moment, moment, home)

    found = [item(-n, newest(host, column, n + 1)) for n in range(version - 1, 0, -1)]
    found += [item(n, first - timedelta(days=3 * n)) for n in range(pages.PER_PAGE)]
    pinned = [item(40, first - timedelta(days=500))] if column % 7 == 0 else []
    return [*pinned, *found][: pages.PER_PAGE]


@cache
def _frame() -> pages.Frame:
    """The sample district's frame with a hundred columns, and weight: a menu of everything,
    scripts."""
    sample = load_district()
    unit = sample.units[0].id
    shelves = tuple(
        SampleColumn.model_validate(
            {
                "id": f"lm{n:03d}",
                "name": f"{NAMES[n % len(NAMES)]}{n:03d}",
                "path": f"政务公开/栏目{n:03d}",
                "folder": f"zwgk/lm{n:03d}",
                "class": ColumnClass.OTHER,
                "units": (unit,),
            }
        )
        for n in range(MENU)
    )
    apart = shelves[0].model_copy(update={"id": HOT, "folder": f"zwgk/{HOT}"})
    district = sample.model_copy(update={"columns": (*shelves, apart), "accounts": ()})
    bare = pages.frame(district)
    shown = pages.list_page(bare, shelves[0], items(0, 0), 0, hot(0), "")
    missing = max(0, WEIGHT - len(shown.encode()))
    return replace(bare, header=_script(missing * 3 // 5) + bare.header + _menu(missing * 2 // 5))


def _menu(size: int) -> str:
    """A hidden drop-down menu of everything, as real portals repeat it on each page."""
    entries, length = [], 0
    while length < size:
        n = len(entries)
        entry = (
            f'<li class="nav-item"><a href="/ztzl/zt{n:03d}/" target="_blank" title="专题专栏{n:03d}">'
            f'<i class="ico"></i><em>专题专栏{n:03d}</em></a></li>\n'
        )
        entries.append(entry)
        length += len(entry.encode())
    return f'<div class="drop" style="display:none"><ul>{"".join(entries)}</ul>{ACCOUNTS}</div>\n'


def _script(size: int) -> str:
    line = "if(typeof(window.portal)=='undefined'){window.portal={tabs:[],open:function(n){return n%2?n:0;}};}\n"
    return f'<script type="text/javascript">\n{line * (size // len(line))}</script>\n'


def hot(host: int) -> list[SamplePage]:
    """The week's sidebar: newer than most columns and no part of any: what stands in a column's own
    folder is the column's."""
    moment = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
    return [
        SamplePage(9_000_000 + n, f"一周热点样例{host}之{n}", "样例单位", moment, moment, HOT)
        for n in range(8)
    ]


def body(host: int, column: int, version: int = 1) -> bytes:
    """The first page of a column as bytes."""
    frame = _frame()
    shelf = frame.columns[f"lm{column % MENU:03d}"]
    return pages.list_page(frame, shelf, items(host, column, version), 0, hot(host), "").encode()
