"""Read pages broken in every way we could think of: ``python -m bench.fuzz [--pages 200000] [--seed
1]``.

No page may raise, and none may take more than :data:`LIMIT` of processor time. The pages are
written by us and then cut, doubled, swapped, transcoded and filled with what readers stumble over.
Floods repeat one piece until the page is large: what is slower than linear shows there. The slowest
pages are named at the end, so that a run tells where the next limit is needed.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from crawler.model import Page
from crawler.reading.article import read_article
from crawler.reading.listing import read_list
from crawler.reading.states import refusal

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
URL = "http://portal.example.org/zwgk/tzgg/index.html"
LIMIT = 0.3
"""Seconds of processor time for one page, refusal and both readers together."""
SLOWEST = 5
"""So many of the slowest pages are named."""
MOST = 400_000
"""Bytes of the longest mutant."""

NAV = "<ul>" + "".join(f'<li><a href="/c{i}/">栏目{i}</a></li>' for i in range(14)) + "</ul>"
FOOT = "<div id=foot>主办：示例区人民政府办公室 <a href='/map'>网站地图</a></div></body></html>"
ROWS = "".join(
    f'<li><a href="./2026{10 + i % 2}/t2026{10 + i % 2}{i % 28 + 1:02d}_{i}.html" title="关于第{i}批事项的公告">'
    f"关于第{i}批事项的公告</a><span>2026-{10 + i % 2}-{i % 28 + 1:02d}</span></li>"
    for i in range(20)
)
CELLS = "".join(
    f"<tr><td>{i}</td><td><a href=info/1027/{i}.htm>公示{i}</a></td><td>[2026/11/{i:02d}]</td></tr>"
    for i in range(1, 20)
)
TERMS = "".join(
    f"<dt><a href='content/post_{i}.html'>通报{i}</a></dt><dd>2026年11月{i}日</dd>"
    for i in range(1, 16)
)
RECORDS = "".join(
    f"<record><![CDATA[<li><a href='/art/2026/11/{i}/art_9_{i}.html'>动态{i}</a><b>2026-11-{i:02d}</b></li>]]></record>"
    for i in range(1, 16)
)
HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告_示例区人民政府</title>'
BODY_TEXT = "<p>各镇人民政府，各街道办事处：为做好防汛工作，2026年11月1日召开会议。</p>" * 6
SEEDS = (
    f"{HEAD}</head><body>{NAV}<p>当前位置：首页 &gt; 通知公告</p><ul class=list>{ROWS}</ul>"
    f"<script>createPageHTML(5,0,'index','html');</script>{FOOT}",
    f"{HEAD}</head><body>{NAV}<table>{CELLS}</table><a href='tzgg/2.htm'>下页</a>{FOOT}",
    f"{HEAD}</head><body>{NAV}<dl>{TERMS}</dl>{FOOT}",
    f"{HEAD}</head><body>{NAV}<script type='text/xml'><datastore><recordset>{RECORDS}</recordset></datastore></script>{FOOT}",
    f'{HEAD}<meta name="PubDate" content="2026-11-02 01:59"><meta name="ArticleTitle" content="关于防汛的公告"></head><body>{NAV}'
    f"<h1>关于防汛的公告</h1><p>发布时间：2026-11-02 13:59 来源：区应急局</p>{BODY_TEXT}<p>2026年10月30日</p>{FOOT}",
    f"{HEAD}</head><body>{NAV}<table><tr><td>索引号</td><td>X-1</td><td>发布日期：</td><td>2026年11月02日</td></tr></table>"
    f"<h2>关于防汛的公告</h2>{BODY_TEXT}<script>var pubdata='2026年11月02日';</script>{FOOT}",
    "<html><head><meta http-equiv='refresh' content='0;url=./list/'></head><body></body></html>",
    "<html><head><script>$_ts=window['$_ts'];document.cookie='a=1';location.reload()</script></head><body></body></html>",
    f"{HEAD}</head><body>{NAV}<p>您访问的页面不存在或已被删除</p>{FOOT}",
    "<html><frameset cols='20%,*'><frame src='left.htm'><frame src='main.htm'></frameset></html>",
    '{"code":0,"data":{"list":[{"title":"公告一","url":"/a/1.html","publishDate":"2026-11-02 10:00:00"}],"total":1}}',
)
TOKENS = (
    "<", ">", "</", "<!--", "-->", "<a href=", "</a>", "<li>", "</li>", "<td>", "<ul>", "</ul>", "<div style='display:none'>",
    "<script>", "</script>", "<title>", "<base href='http://[x'>", "<frame src=x>", "<h1>", "<p>", "<![CDATA[", "]]>", "&nbsp;",
    "&#x110000;", "\x00", "\ufeff", "\u202e", "'", '"', "：", "发布时间：", "来源：", "时间", "2026-11-02", "2026-13-45", "11-02",
    "26/11/02", "[", "]", "2026年", "11月", "今天 10:20", "3小时前", "9" * 40, " " * 300, "-" * 50, "您访问的", "不存在", "请输入",
    "验证码", "location.href='", "document.cookie", "上一页", "下一页", "(" * 30, "\u3000" * 60, "①", "零", "二〇二六年十一月二日",
)  # fmt: skip


REPEATED = (
    *TOKENS, "您访问的信息", "网站域名", "请求访问", "<meta content='1;url=", "location.href = ", "页面页面", "访问的页面的", "找不",
    "document.cookie eval(", "var a = 'b';\n", "来源： ", "时间 : ", "日 期", "2026-11-02 ", "1-1 ", "<table><tr><td>", "<b><i>",
    "<a href='x'>11-02</a>", "<li>2026-11-02</li>", "<a href='t20261102_1.htm'>公告</a><span>11-02</span>", "<font>", "</p>",
    "&", "&#", "当前位置：", "首页 > ", "- ", "--", " -", "\\", "/*", "//", "<script>var pub='2026-11-02';</script>", "<input type=password>",
)  # fmt: skip


def floods(size: int) -> Iterator[tuple[str, bytes]]:
    """Pages of about ``size`` bytes of one piece repeated: alone, in an article, a list, a title, a
    script; and one tag with as many attributes as fit."""
    names = " ".join(f"a{i}=1" for i in range(size // 9))
    yield "attributes", SEEDS[0].replace("<ul class=list>", f"<ul {names}>").encode()
    for piece in dict.fromkeys(REPEATED):
        text = piece * (size // max(1, len(piece.encode("utf-8", "replace"))))
        for place, page in (
            ("alone", text),
            ("article", f"{HEAD}</head><body>{NAV}<h1>关于防汛的公告</h1>{text}{FOOT}"),
            ("list", SEEDS[0].replace("</ul><script", f"</ul>{text}<script", 1)),
            (
                "title",
                f"<html><head><title>{text}</title></head><body>{NAV}<h1>公告</h1>{BODY_TEXT}{FOOT}",
            ),
            ("script", f"{HEAD}<script>{text}</script></head><body></body></html>"),
        ):
            yield f"{piece[:24]!r} {place}", page.encode("utf-8", "replace")


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """``count`` broken pages, the same for the same ``seed``."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(SEEDS)
        for _ in range(chance.randint(1, 6)):
            text = chance.choice(CHANGES)(text, chance)[:MOST]
        yield _encoded(text, chance)


def _cut(text: str, chance: random.Random) -> str:
    start, end = _span(text, chance, 400)
    return text[:start] + text[end:]


def _double(text: str, chance: random.Random) -> str:
    start, end = _span(text, chance, 600)
    return text[:end] + text[start:end] * chance.choice((1, 2, 5, 40)) + text[end:]


def _move(text: str, chance: random.Random) -> str:
    start, end = _span(text, chance, 400)
    piece, rest = text[start:end], text[:start] + text[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + piece + rest[at:]


def _insert(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 30, 300)) + text[at:]


def _digits(text: str, chance: random.Random) -> str:
    old, new = chance.choice("0123456789-/:"), chance.choice("0123456789-/:.年月日 ")
    return text.replace(old, new, chance.randint(1, 50))


def _shorten(text: str, chance: random.Random) -> str:
    return text[: chance.randint(0, len(text))]


def _mix(text: str, chance: random.Random) -> str:
    return text + chance.choice(SEEDS)


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    _cut,
    _double,
    _move,
    _insert,
    _insert,
    _digits,
    _shorten,
    _mix,
)


def _span(text: str, chance: random.Random, longest: int) -> tuple[int, int]:
    start = chance.randint(0, len(text))
    return start, min(len(text), start + chance.randint(1, longest))


def _encoded(text: str, chance: random.Random) -> bytes:
    body = text.encode(chance.choice(("utf-8", "utf-8", "utf-8", "gb18030", "utf-16")), "replace")
    if body and chance.random() < 0.2:
        at = chance.randrange(len(body))
        body = body[:at] + chance.randbytes(chance.randint(1, 8)) + body[at + 1 :]
    return body


def read_all(body: bytes) -> tuple[str, float]:
    """Read ``body`` as every reader would; the list's outcome and the seconds of processor time it
    took."""
    page = Page(URL, URL, 200, {}, body, AS_OF)
    start = time.process_time()
    reading = refusal(page) or read_list(page)
    read_article(page)
    return reading.outcome.value, time.process_time() - start


@dataclass(slots=True)
class Tally:
    """What was read so far: outcomes, seconds in all, the slowest pages, those over the limit."""

    outcomes: Counter[str] = field(default_factory=Counter)
    total: float = 0.0
    slow: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, name: str, body: bytes) -> None:
        """Read one page; what it raises is raised, with its name said before."""
        try:
            outcome, seconds = read_all(body)
        except Exception as error:
            print(f"{name} raised {type(error).__name__}: {error}")
            raise
        told = f"{name}, {len(body)} bytes"
        self.outcomes[outcome] += 1
        self.total += seconds
        self.slowest = heapq.nlargest(SLOWEST, [*self.slowest, (seconds, told)])
        if seconds > LIMIT:
            self.slow += 1
            print(f"{told}: {seconds:.2f} s", flush=True)

    def __str__(self) -> str:
        count = max(1, self.outcomes.total())
        slowest = "\n".join(f"  {seconds:.3f} s  {told}" for seconds, told in self.slowest)
        return (
            f"{self.outcomes.total()} pages, {self.total / count * 1000:.2f} ms a page,"
            f" {self.slow} over {LIMIT} s, the slowest:\n{slowest}\n{dict(self.outcomes)}"
        )


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a page took longer than :data:`LIMIT`. Stopped by Ctrl-C it tells how far it
    came."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flood", type=int, default=200_000, help="bytes of a flood page")
    options = parser.parse_args(arguments)
    numbered = (
        (f"page {i} of seed {options.seed}", body)
        for i, body in enumerate(mutants(options.pages, options.seed))
    )
    tally = Tally()
    with suppress(KeyboardInterrupt):
        for name, body in chain(floods(options.flood), numbered):
            tally.add(name, body)
    print(tally)
    return 1 if tally.slow else 0


if __name__ == "__main__":
    sys.exit(main())
