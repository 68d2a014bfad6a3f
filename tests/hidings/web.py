"""The district's servers in memory: every address answered as it stands at a moment, through what
is hidden just then.

What a hiding hides was shown before or is shown to others: nothing here lies about what no look
ever saw.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from crawler.model import SHANGHAI, Ask, Page, shanghai_day
from monitor.demo import media_pages as media
from tests.hidings import pages
from tests.hidings.hiding import Hiding
from tests.hidings.pages import Altered
from tests.hidings.story import ACCOUNTS, CANARIES, SHELVES, SITES, Shelf, Told

HTML = "text/html; charset=utf-8"
HOSTS = {host: site for site, host in SITES.items()}
MEDIA_HOST = "media.example.org"
FAULTS = (
    "timeout",
    "reset",
    "refused",
    "dns",
    "http_503",
    "http_403",
    "captcha",
    "empty_body",
    "login",
)
"""How a look may fail."""
CAPTCHA = (
    '<html><head><title>访问验证</title></head><body><h2>您的访问过于频繁，请输入验证码后继续访问</h2>'
    '<form action="/_v" method="post"><input name="captcha" placeholder="请输入验证码"></form></body></html>'
)  # fmt: skip
LOGIN = (
    '<html><head><title>统一身份认证平台 - 用户登录</title></head><body><h2>用户登录</h2><form action="/login" method="post">'
    '<input name="username"><input type="password" name="password"></form><p>请登录后访问</p></body></html>'
)  # fmt: skip


@dataclass
class Web:
    """``moment`` is the true time; ``clock`` what the office takes for it (it stamps the pages)."""

    moment: Callable[[], datetime]
    clock: Callable[[], datetime]
    hidings: Sequence[Hiding] = ()
    shown: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    asked: int = 0

    def fetch(self, ask: Ask) -> Page:
        """The answer to ``ask`` now; a fault is a page with its error."""
        self.asked += 1
        parts = urlsplit(ask.url)
        host = parts.hostname or ""
        now = self.moment()
        down = self._down(host, shanghai_day(now))
        if down:
            return self._failed(ask, down)
        if host == MEDIA_HOST:
            return self._media(ask, parts.path, parts.query, now)
        if host not in HOSTS:
            return self._failed(ask, "dns")
        return self._site(ask, HOSTS[host], parts.path, now)

    def home(self, site: str) -> str:
        """The fault of a visit to a home page now, or nothing."""
        return self._down(SITES[site], shanghai_day(self.moment()))

    # What is hidden

    def _active(self, kind: str, place: str, day: date) -> Hiding | None:
        return next(
            (one for one in self.hidings if one.kind == kind and one.covers(place, day)), None
        )

    def _down(self, host: str, day: date) -> str:
        line = self._active("line", "", day)
        site = self._active("site", HOSTS.get(host, ""), day)
        return (line or site or Hiding("none")).how if line or site else ""

    # Portals

    def _site(self, ask: Ask, site: str, path: str, now: datetime) -> Page:
        day = shanghai_day(now)
        if path == "/robots.txt":
            return self._page(ask, 404, b"none")
        if path == "/":
            return self._page(ask, 200, pages.home_page(site, self._newest(site, now)))
        shelf = next(
            (one for one in SHELVES if one.site == site and path.startswith(f"/{one.id}/")), None
        )
        if shelf is None:
            return self._page(ask, 404, "页面不存在".encode())
        name = path.removeprefix(f"/{shelf.id}/")
        found = re.fullmatch(r"(?:index(?:_(\d+))?\.html)?", name)
        if found:
            return self._list(ask, shelf, int(found[1] or 0), now, day)
        told = next((one for one in shelf.shown(now) if shelf.path(one) == path), None)
        if told is None:
            return self._page(ask, 404, "页面不存在".encode())
        hidden = self._active("articles", shelf.id, day)
        return (
            self._failed(ask, hidden.how)
            if hidden
            else self._page(ask, 200, pages.article_page(shelf.id, told))
        )

    def _newest(self, site: str, now: datetime) -> list[tuple[str, str, str]]:
        found = [
            (one, shelf) for shelf in SHELVES if shelf.site == site for one in shelf.shown(now)[:3]
        ]
        found.sort(key=lambda pair: (pair[0].day, pair[0].number), reverse=True)
        return [(one.title, shelf.path(one), one.day.isoformat()) for one, shelf in found[:8]]

    def _list(self, ask: Ask, shelf: Shelf, number: int, now: datetime, day: date) -> Page:
        """A list's page through what is hidden of the column today, the gravest first."""
        if failing := self._active("look", shelf.id, day):
            return self._failed(ask, failing.how)
        validators = {name.lower() for name in ask.headers} & {"if-none-match", "if-modified-since"}
        if validators and self._active("liar", shelf.id, day):
            return self._page(ask, 304, b"")
        if cached := self._active("cache", shelf.id, day):
            past = now - timedelta(days=cached.amount)
            return self._copy(
                ask, pages.list_page(shelf, shelf.shown(past), number), past, now, cached.how
            )
        older = self._active("older", shelf.id, day)
        shown = self._older(shelf, now, older.amount) if older else shelf.shown(now)
        altered = self._altered(shelf, day) if number == 0 else pages.WHOLE
        if not older and altered == pages.WHOLE and number == 0:
            self.shown[shelf.id].update(one.number for one in shown[: pages.PER_PAGE])
        return self._listed(ask, pages.list_page(shelf, shown, number, altered), shown, shelf, now)

    def _older(self, shelf: Shelf, now: datetime, amount: int) -> tuple[Told, ...]:
        """The list as it was before the newest ``amount`` posts that some look was shown; as it is
        where none was."""
        seen = [one for one in shelf.shown(now) if one.number in self.shown[shelf.id]]
        if not seen:
            return shelf.shown(now)
        limit = seen[min(amount, len(seen)) - 1]
        return tuple(
            one for one in shelf.shown(now) if (one.day, one.number) < (limit.day, limit.number)
        )

    def _altered(self, shelf: Shelf, day: date) -> Altered:
        """What the alterations that hold today make of the page together; the first of a kind
        counts."""
        found = pages.WHOLE
        if hiding := self._active("dates", shelf.id, day):
            found = Altered(dates=hiding.how, rows=hiding.amount)
        elif hiding := self._active("shape", shelf.id, day):
            found = Altered(shape=hiding.how, rows=hiding.amount)
        if hiding := self._active("cut", shelf.id, day):
            found = Altered(found.dates, found.shape, found.rows, 100 * hiding.amount)
        return found

    def _listed(
        self, ask: Ask, body: bytes, shown: Sequence[Told], shelf: Shelf, now: datetime
    ) -> Page:
        changed = max(
            (one.shown for one in shown),
            default=datetime.combine(date(2020, 1, 1), time(), SHANGHAI),
        )
        etag = f'"{blake2b(body, digest_size=6).hexdigest()}"'
        wanted = {name.lower(): value for name, value in ask.headers.items()}
        if wanted.get("if-none-match") == etag:
            return self._page(ask, 304, b"", etag=etag)
        return self._page(ask, 200, body, etag=etag, last_modified=_http(changed))

    def _copy(self, ask: Ask, body: bytes, past: datetime, now: datetime, how: str) -> Page:
        """A cache's copy made at ``past``, that says so: by its age, by a warning, or by the hour
        of its making."""
        age = str(int((now - past).total_seconds()))
        said = {
            "age": {"age": age, "via": "1.1 squid"},
            "warning": {"warning": '110 squid "Response is stale"', "age": age},
            "date": {
                "date": _http(past),
                "via": "1.1 cache",
                "x-cache": "HIT from cache.example.org",
            },
        }[how]
        return self._page(
            ask, 200, body, **{name.replace("-", "_"): value for name, value in said.items()}
        )

    # Platforms

    def _media(self, ask: Ask, path: str, query: str, now: datetime) -> Page:
        day = shanghai_day(now)
        asked = parse_qs(query)
        if path.startswith("/visitor"):
            return self._visitor(ask)
        probe = path.split("/")[1]
        if hidden := self._active("probe", probe, day):
            return self._failed(ask, hidden.how)
        number = {
            "weibo": asked.get("uid", [""])[0],
            "mweibo": asked.get("value", [""])[0],
            "bridge": path.rpartition("MP_WXS_")[2].removesuffix(".rss"),
        }.get(probe, "")
        everybody = [account for account, _ in ACCOUNTS] + list(CANARIES)
        if probe == "wechat":
            return self._wechat(ask, path, asked, now, everybody)
        account = media.by_number(everybody, number)
        if account is None:
            return self._page(ask, 404, b"")
        if hidden := self._active("account", account.id, day):
            return self._failed(ask, hidden.how)
        if probe == "bridge":
            frozen = self._active("bridge_frozen", account.id, day)
            built = now - timedelta(days=frozen.amount) if frozen else now
            text = media.rss(account, built, built)
            return self._page(ask, 200, text.encode(), content_type="application/rss+xml")
        made = media.mymblog if probe == "weibo" else media.get_index
        return self._json(ask, made(account, now))

    def _wechat(
        self,
        ask: Ask,
        path: str,
        asked: Mapping[str, list[str]],
        now: datetime,
        everybody: Sequence[media.SampleAccount],
    ) -> Page:
        if path.startswith("/wechat/s/"):
            token = path.rpartition("/")[2]
            for account in everybody:
                for post in account.shown(now):
                    if account.token(post) == token:
                        return self._page(ask, 200, media.article(account, post).encode())
            return self._page(ask, 404, b"")
        wanted = asked.get("album_id", [""])[0]
        owner = next((one for one in everybody if one.album_id == wanted), None)
        if owner is None:
            return self._page(ask, 404, b"")
        return self._json(ask, media.album(owner, now, asked.get("is_reverse", [""])[0] == "1"))

    def _visitor(self, ask: Ask) -> Page:
        data = {
            "sub": "SampleVisitor",
            "subp": "SampleVisitor",
            "tid": "sample",
            "new_tid": False,
            "confidence": 95,
        }
        text = json.dumps({"retcode": 20000000, "data": data})
        call = f"window.visitor_gray_callback && visitor_gray_callback({text});"
        return self._page(ask, 200, call.encode(), content_type="application/javascript")

    # Answers

    def _json(self, ask: Ask, data: object) -> Page:
        return self._page(
            ask, 200, json.dumps(data, ensure_ascii=False).encode(), content_type="application/json"
        )

    def _page(self, ask: Ask, status: int, body: bytes, **headers: str) -> Page:
        named = {"content-type": HTML, "date": _http(self.moment())}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(ask.url, ask.url, status, named, body, self.clock())

    def _failed(self, ask: Ask, how: str) -> Page:
        if how.startswith("http_"):
            return self._page(
                ask,
                int(how.removeprefix("http_")),
                f"<html><body><h1>{how[5:]}</h1></body></html>".encode(),
            )
        if how in ("captcha", "login"):
            return self._page(ask, 200, (CAPTCHA if how == "captcha" else LOGIN).encode())
        if how == "empty_body":
            return self._page(ask, 200, b"")
        return Page(ask.url, ask.url, 0, {}, b"", self.clock(), how)


def _http(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def http_moment(text: str) -> datetime:
    """The moment of a ``Date`` header."""
    return parsedate_to_datetime(text)
