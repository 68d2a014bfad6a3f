"""A small office with its web, for every test of a page: made once a session, copied for each test.

``office_web`` (a fixture of conftest) gives ``(client_for, office)``: ``client_for(Role.OFFICE)``
is a signed-in browser, ``client_for(None)`` a stranger. It is 2020-07-20 09:30 in Shanghai.

| id | is | stands |
|---|---|---|
| jyxx | 教育信息, news, of jyj | fresh |
| jytz | 通知公告, notice, of jyj and wjj | due soon |
| wjxx | 卫生信息, news, of wjj | stale, with an open finding; since the last night |
| wjkb | 健康科普, of wjj | blank, with an open finding |
| cgxx | 城管动态, of cgj | unknown: the captcha |
| cszw | 政务公开, policy, of cst | fresh; its newest post has a hostile title |
| wjwb | 健康仓山, a weibo account of wjj | stale |
| jywx | 仓山教育, a wechat account of jyj | fresh |
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from httpx import Response
from sqlalchemy import insert, select, update

from crawler.model import SHANGHAI, Outcome
from crawler.store.tables import RunRow, open_store
from monitor.access import sessions
from monitor.access.roles import ROLE_NAMES, ROLES, Role
from monitor.access.tables import UserRow
from monitor.access.users import add_user, hashed, secret_of
from monitor.judging.now import judge_now
from monitor.judging.unit_rhythm import keep_rhythm
from monitor.office import Office, enter_catalogue, read_settings
from monitor.tables import METADATA
from monitor.web.app import create_app
from tests.support.empty_store import lay_store
from tests.support.judging_store import post, visit

with warnings.catch_warnings():
    # It would rather have a successor of httpx that nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOW = datetime(2020, 7, 20, 9, 30, tzinfo=SHANGHAI)
TODAY = NOW.date()
NIGHT = datetime(2020, 7, 20, 1, 30, tzinfo=SHANGHAI)
NIGHTS = (NIGHT - timedelta(days=2), NIGHT - timedelta(days=1), NIGHT)
PASSWORD = "yi-ge-ceshi-mima"
NAMES: Mapping[Role, str] = {role: of.sample for role, of in ROLES.items()}
UNIT = "wjj"
"""The unit of the contact ``danwei``."""
HOSTILE = "<script>alert(1)</script>\u202e关于“一网通办”的通知" + "长" * 900
PORTAL = "http://www.example.org"
CATALOGUE: dict[str, Any] = {
    "units": [
        {"id": "jyj", "short": "教育局", "full": "仓山区教育局", "group": "区直部门", "quota": 10, "emails": ["jyj@example.org"]},
        {"id": "wjj", "short": "卫健局", "full": "仓山区卫生健康局", "group": "区直部门", "quota": 10, "emails": ["wjj@example.org"]},
        {"id": "cgj", "short": "城管局", "full": "仓山区城市管理局", "group": "区直部门", "quota": 10},
        {"id": "cst", "short": "仓山镇", "full": "仓山区仓山镇人民政府", "group": "镇街", "quota": 5, "emails": ["cst@example.org"]},
    ],
    "sites": [{"id": "mh", "name": "区政府门户网站", "home": f"{PORTAL}/"}],
    "columns": [
        {"id": "jyxx", "name": "教育信息", "class": "news", "units": ["jyj"], "only": "jyj", "url": f"{PORTAL}/jyxx/", "path": "部门信息/教育信息"},
        {"id": "jytz", "name": "通知公告", "class": "notice", "units": ["jyj", "wjj"], "url": f"{PORTAL}/jytz/", "path": "通知公告"},
        {"id": "wjxx", "name": "卫生信息", "class": "news", "units": ["wjj"], "only": "wjj", "url": f"{PORTAL}/wjxx/", "path": "部门信息/卫生信息"},
        {"id": "wjkb", "name": "健康科普", "class": "other", "units": ["wjj"], "url": f"{PORTAL}/wjkb/", "path": "健康科普"},
        {"id": "cgxx", "name": "城管动态", "class": "other", "units": ["cgj"], "only": "cgj", "url": f"{PORTAL}/cgxx/", "path": "部门信息/城管动态"},
        {"id": "cszw", "name": "政务公开", "class": "policy", "units": ["cst"], "url": f"{PORTAL}/cszw/", "path": "镇街/政务公开"},
    ],
    "whole": {"reason": "已逐个单位核对", "by": "测试", "day": "2020-01-01"},
    "accounts": [
        {"id": "wjwb", "name": "健康仓山", "platform": "weibo", "units": ["wjj"], "handle": {"uid": "2000000001"}, "probes": [{"platform": "weibo"}]},
        {"id": "jywx", "name": "仓山教育", "platform": "wechat", "units": ["jyj"], "handle": {"biz": "MzA1"}, "probes": [{"platform": "manual"}]},
    ],
}  # fmt: skip


class Browser(TestClient):
    """A visitor; ``csrf`` is the word of the session, ``submit`` posts a form with it. Redirects
    are not followed."""

    csrf: str = ""

    def __init__(self, app: Any, **more: Any) -> None:
        super().__init__(app, follow_redirects=False, **more)
        self.headers["Sec-Fetch-Site"] = (
            "same-origin"  # as a browser does that comes from one of our pages
        )

    def submit(self, url: str, data: Mapping[str, Any] | None = None, **more: Any) -> Response:
        found: Response = self.post(url, data={"csrf": self.csrf, **(data or {})}, **more)
        return found

    def part(self, url: str, **more: Any) -> Response:
        """What htmx gets."""
        found: Response = self.get(url, headers={"HX-Request": "true"}, **more)
        return found


ClientFor = Callable[..., Browser]


def config_of(folder: Path) -> Path:
    """The office's config.yaml in ``folder``; its rules are the shipped ones."""
    shipped = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text("utf-8"))
    config = {
        "store": "sqlite:///var/store.db",
        "crawler": {"contact": "office@example.org", "backfill_from": "2020-01-01"},
        "monitor": shipped["monitor"] | {"web": {"port": 0}},
        "catalogue": CATALOGUE,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@contextmanager
def opened(path: Path) -> Iterator[Office]:
    settings = read_settings(path)
    engine, reader = open_store(settings.store), open_store(settings.store, readonly=True)
    try:
        yield Office(settings, engine, reader)
    finally:
        engine.dispose()
        reader.dispose()


def make_office(folder: Path) -> Path:
    """Catalogue, posts, looks, three judged nights, an account of every role; the config's path."""
    path = config_of(folder)
    lay_store(folder / "var" / "store.db")
    with opened(path) as office:
        if office.engine.dialect.name != "sqlite":
            METADATA.create_all(office.engine)
        enter_catalogue(office, NOW - timedelta(days=200))
        for night in NIGHTS:
            _crawled(office, night)
            judge_now(office, night + timedelta(minutes=30))
        keep_rhythm(office, NIGHT + timedelta(minutes=31))
        enter_users(office)
    return path


NEWEST: Mapping[str, date] = {
    "jyxx": date(2020, 7, 19),
    "jytz": date(2020, 2, 1),
    "wjxx": date(2020, 7, 4),
    "cszw": date(2020, 7, 1),
    "wjwb": date(2020, 6, 20),
    "jywx": date(2020, 7, 18),
}


def _crawled(office: Office, night: datetime) -> None:
    """What one night brings: every post on the first, each outlet's look on each; cgxx meets a
    captcha."""
    with office.engine.begin() as c:
        run = {
            "kind": "nightly",
            "started": night,
            "ended": night + timedelta(minutes=12),
            "planned": 8,
            "looked": 8,
        }
        c.execute(insert(RunRow).values(run | {"unknown": 1, "new_posts": 3}))
        for outlet, newest in NEWEST.items():
            if night == NIGHTS[0]:
                _posted(c, outlet, newest, night)
            probe = {"wjwb": "weibo", "jywx": "manual"}.get(outlet, "portal")
            visit(c, outlet, night, newest, dated=20, probe=probe, url=f"{PORTAL}/{outlet}/")
        visit(c, "wjkb", night, None)
        refused = {"outcome": Outcome.BLOCKED.value, "evidence": "none", "reason": "captcha"}
        visit(c, "cgxx", night, None, **refused)


def _posted(c: Any, outlet: str, newest: date, seen: datetime) -> None:
    for n in range(12):
        title = HOSTILE if (outlet, n) == ("cszw", 0) else f"{outlet} 第{n + 1}条工作信息"
        day = newest - timedelta(days=3 * n)
        morning = datetime.combine(day, NIGHT.timetz()) + timedelta(days=1)
        post(
            c,
            outlet,
            f"{PORTAL}/{outlet}/{n}.html",
            day,
            min(seen, morning),
            title=title,
            raw=str(day),
        )


def enter_users(office: Office, of_unit: str = UNIT) -> None:
    """Somebody of every role, all with one password; the contact is of ``of_unit``."""
    secret = hashed(PASSWORD)
    with office.engine.begin() as c:
        for role, name in NAMES.items():
            unit = of_unit if role is Role.UNIT else None
            shown = f"样例{ROLE_NAMES[role]}"
            add_user(
                c, NOW - timedelta(days=9), name=name, shown=shown, role=role, unit=unit, by="测试"
            )
        c.execute(update(UserRow).values(secret=secret))


@contextmanager
def web_over(
    template: Path, folder: Path, clock: Callable[[], datetime] = lambda: NOW
) -> Iterator[tuple[ClientFor, Office]]:
    """A copy of the office at ``template`` (its folder) in ``folder``, with its web."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with opened(folder / "config.yaml") as office:
        yield clients(office, clock), office


def clients(office: Office, clock: Callable[[], datetime] = lambda: NOW) -> ClientFor:
    """Browsers of one application over ``office``."""
    app = create_app(office, clock)

    def client_for(role: Role | None, **more: Any) -> Browser:
        browser = Browser(app, **more)
        if role is not None:
            cookie = sign_in_as(office, app.state.web.cookies, NAMES[role], clock())
            browser.cookies.set("gengxin_session", cookie)
            with office.reader.connect() as c:
                found = sessions.session_of(c, app.state.web.cookies, cookie, clock())
            assert found is not None
            browser.csrf = found.csrf
        return browser

    return client_for


def sign_in_as(office: Office, keys: Any, name: str, now: datetime) -> str:
    """A session without the slow hash; its cookie."""
    with office.engine.begin() as c:
        known = secret_of(c, name)
        assert known is not None, name
        return sessions.begin(c, keys, known[0], now, 12)


def rows(office: Office, table: Any) -> list[Any]:
    """Every row of a table, to see what a page changed."""
    with office.reader.connect() as c:
        return list(c.execute(select(table.__table__)))
