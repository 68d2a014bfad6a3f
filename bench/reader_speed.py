"""How fast list pages are read: pages a second at 55 KB on one core, and time a megabyte up to 1
MB.

    python -m bench.reader_speed

The pages are made here: a menu, a sidebar, the column's rows, scripts and a footer, in a portal's
proportions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from crawler.model import Page
from crawler.reading.listing import read_list
from crawler.reading.states import refusal

KB = 1024
LOOK = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
URL = "http://www.cangxia.example.org/xwzx/tzgg/index.html"
SUBJECT = "区住房和城乡建设局关于做好老旧小区改造项目前期工作的通知"
FORMS = {
    "list": "<li><a href='./{day:%Y%m}/t{day:%Y%m%d}_{n}.htm' title='{subject}'>{subject}</a><span>{day}</span></li>\n",
    "table": "<tr><td>{n}</td><td><a href='./{day:%Y%m}/t{day:%Y%m%d}_{n}.htm'>{subject}</a></td><td>{day}</td></tr>\n",
    "cards": (
        "<div class='card'><a href='/x/{n}.html'><img src='/images/{n}.jpg'></a><h3><a href='/x/{n}.html'>{subject}</a></h3>"
        "<p>为深入贯彻落实会议精神，扎实推进各项工作……</p><div><b>{day:%d}</b><i>{day:%Y-%m}</i></div></div>\n"
    ),
}


def make(form: str, size: int, rows: int | None = None) -> Page:
    """A page of about ``size`` bytes with ``rows`` rows (as many as fit when ``None``), the rest
    navigation."""
    head = "<html><head><meta charset='utf-8'><title>通知公告_仓霞区人民政府</title></head><body>"
    foot = "<div class='pages'><script>createPageHTML(9, 0, 'index', 'html')</script></div></body></html>"
    menu = "<ul><li><a href='/zwgk/fdzdgknr/{0}/index.html' target='_blank'><i></i><span>信息公开目录{0}</span></a></li></ul>\n"
    script = "<script>function show{0}(id) {{ document.getElementById(id).style.display = 'block'; return {0}; }}</script>\n"
    newest = date(2026, 11, 20)
    parts = [
        FORMS[form].format(day=newest - timedelta(days=n % 4000), n=n, subject=SUBJECT)
        for n in range(rows or 20)
    ]
    if rows is None:
        one = len(parts[0].encode())
        parts = [
            FORMS[form].format(day=newest - timedelta(days=n % 4000), n=n, subject=SUBJECT)
            for n in range(int(size * 0.9 / one))
        ]
    body, i, filling = len("".join(parts).encode()), 0, []
    while body + sum(map(len, filling[-1:])) < size - 800:
        piece = menu.format(i) + (script.format(i) if i % 4 == 0 else "")
        body += len(piece.encode())
        filling.append(piece)
        i += 1
    html = f"{head}{''.join(filling)}<h2>通知公告</h2><ul>{''.join(parts)}</ul>{foot}"
    if form == "table":
        html = html.replace("<h2>通知公告</h2><ul>", "<h2>通知公告</h2><table>")
    return Page(URL, URL, 200, {"content-type": "text/html"}, html.encode(), LOOK)


def seconds(work: Callable[[], object], at_least: float = 0.7) -> float:
    """CPU seconds of one call: the mean over as many calls as fill ``at_least`` seconds."""
    work()
    calls, start = 0, time.process_time()
    while (spent := time.process_time() - start) < at_least:
        work()
        calls += 1
    return spent / calls


def main() -> None:
    print("| page of 55 KB | rows | refusal + read, ms | pages a second |")
    print("|---|---|---|---|")
    for form in FORMS:
        page = make(form, 55 * KB, rows=20)
        cost = seconds(lambda page=page: refusal(page) or read_list(page))  # type: ignore[misc]
        found = len(read_list(page).posts)
        print(
            f"| {form}, {len(page.body) / KB:.0f} KB | {found} | {cost * 1000:.2f} | {1 / cost:.0f} |"
        )
    print("\n| size | rows | ms | ms a 100 KB |")
    print("|---|---|---|---|")
    for size in (32, 64, 128, 256, 512, 1024):
        page = make("list", size * KB)
        cost = seconds(lambda page=page: read_list(page))  # type: ignore[misc]
        print(
            f"| {len(page.body) / KB:.0f} KB | {len(read_list(page).posts)} | {cost * 1e3:.1f} | {cost * 1e5 * KB / len(page.body):.2f} |"
        )


if __name__ == "__main__":
    main()
