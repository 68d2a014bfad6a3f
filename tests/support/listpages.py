"""Builders of list pages for the tests: portals as they are, written by us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from crawler.model import Page

LOOK = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOME = "http://www.cangxia.example.org"
COLUMN = f"{HOME}/xwzx/tzgg/index.html"
SUBJECTS = (
    "区教育局关于做好秋季学期开学工作的通知",
    "区住建局关于老旧小区改造项目招标结果的公示",
    "仓霞街道开展消防安全隐患排查整治行动",
    "关于公布第三批区级非物质文化遗产名录的通告",
    "区卫健局召开基层医疗卫生工作推进会",
    "关于开展安全生产月活动的通知",
    "区市场监管局食品抽检信息公告（第十二期）",
    "关于调整部分公交线路走向的通告",
)
MENU = (
    "<div class='m'><ul>"
    + "".join(
        f"<li><a href='/{code}/index.html'>{name}</a></li>"
        for code, name in (
            ("index", "网站首页"),
            ("zwgk", "政务公开"),
            ("bsfw", "办事服务"),
            ("hdjl", "互动交流"),
            ("xwzx", "新闻中心"),
            ("ztzl", "专题专栏"),
        )
    )
    + "</ul></div>"
)
FOOT = (
    "<div class='f'><p>主办：仓霞区人民政府办公室 备案号：闽ICP备05000000号</p>"
    "<ul><li><a href='http://www.gov.cn/'>中国政府网</a></li><li><a href='http://www.fujian.example.org/'>省政府门户网站</a></li></ul></div>"
)


def page(
    html: str | bytes,
    url: str = COLUMN,
    *,
    at: datetime = LOOK,
    headers: dict[str, str] | None = None,
) -> Page:
    """``html`` as fetched from ``url``."""
    body = html.encode("utf-8") if isinstance(html, str) else html
    return Page(url, url, 200, headers or {}, body, at)


def days(count: int, newest: date = date(2026, 11, 20), step: int = 3) -> list[date]:
    """``count`` days, newest first."""
    return [newest - timedelta(days=step * i) for i in range(count)]


def title(i: int) -> str:
    return f"{SUBJECTS[i % len(SUBJECTS)]}（{i + 1}）"


def items(
    when: Sequence[date],
    form: str = "<li><a href='{url}'>{title}</a><span>{day}</span></li>",
    start: int = 0,
) -> str:
    """One row of ``form`` for every day, addresses below the column's own folder."""
    return "\n".join(
        form.format(
            url=f"./{day:%Y%m}/t{day:%Y%m%d}_{4000000 + start + i}.htm",
            plain=f"./content/post_{4000000 + start + i}.html",
            title=title(start + i),
            day=day.isoformat(),
            date=day,
            n=i + 1,
        )
        for i, day in enumerate(when)
    )


def whole(
    middle: str, *, name: str = "通知公告", before: str = "", after: str = "", head: str = ""
) -> str:
    """A portal page: menu, breadcrumb, ``middle``, footer."""
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{name}_仓霞区人民政府</title>"
        f"<meta name='ColumnName' content='{name}'>{head}</head><body>{MENU}"
        f"<div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href='/xwzx/'>新闻中心</a> &gt; {name}</div>"
        f"{before}{middle}{after}{FOOT}</body></html>"
    )


PAGER = "<div class='p'><a href='index.html'>首页</a><a href='index_1.html'>下一页</a><a href='index_4.html'>尾页</a></div>"
