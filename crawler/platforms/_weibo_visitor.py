"""The anonymous visitor's handshake of Weibo, as pure steps; ``weibo`` offers them to the spider.

Order: :func:`visitor_ask`, then :func:`crossdomain_ask` made of its answer (redirects not
followed), then the lists with :func:`with_cookies`. One handshake at a time, cookies kept in memory
only and for half an hour at most; they name nobody, and still they are never logged or stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from crawler.model import Ask, Page, Probe, Reading
from crawler.platforms._common import (
    as_map,
    as_text,
    blocked,
    landed,
    parse_json,
    transport,
    unreadable,
)
from crawler.reading.markup import decode

SUCCESS = "20000000"
PASSPORTS = {
    "weibo.com": "https://passport.weibo.com",
    "m.weibo.cn": "https://visitor.passport.weibo.cn",
}
HOMES = {"weibo.com": "https://weibo.com", "m.weibo.cn": "https://m.weibo.cn"}
XSRF = re.compile(r"XSRF-TOKEN=([\w%.-]{1,200})")
TOKEN = re.compile(r"[\w.%~+/=-]{1,500}")


def visitor_ask(probe: Probe) -> Ask:
    """The request that begins the handshake.

    ``handle["visitor_base"]`` replaces the passport's address; where only the list's ``base`` is
    replaced, its ``/visitor`` does: a probe that was pointed elsewhere never asks the real
    passport.
    """
    host = probe.handle.get("host", "weibo.com")
    form = {
        "cb": "visitor_gray_callback",
        "ver": "20250916",
        "tid": "",
        "from": "weibo",
        "webdriver": "false",
        "return_url": f"{HOMES.get(host, HOMES['weibo.com'])}/",
    }
    base = _passport(probe)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"{base}/visitor/visitor",
    }
    return Ask(f"{base}/visitor/genvisitor2", "POST", headers, urlencode(form).encode())


def visitor_refusal(page: Page) -> Reading | None:
    """Why the handshake failed (the chain goes on with this), or ``None`` when it succeeded."""
    failed = transport(page)
    if failed is not None:
        return failed
    if "captcha" in landed(page)[1]:
        return blocked("captcha", page.final_url)
    answer = as_map(parse_json(decode(page.body, page.headers)))
    if not answer:
        return unreadable("shape_changed", "visitor handshake is not JSONP")
    if as_text(answer.get("retcode")) != SUCCESS or not visitor_cookies(page):
        return blocked("login_wall", f"visitor handshake retcode {as_text(answer.get('retcode'))}")
    return None


def visitor_cookies(page: Page) -> Mapping[str, str]:
    """``SUB`` and ``SUBP`` of a successful handshake; empty when the platform gave none."""
    answer = as_map(parse_json(decode(page.body, page.headers)))
    data: Mapping[str, Any] = as_map(answer.get("data"))
    found = {"SUB": as_text(data.get("sub")), "SUBP": as_text(data.get("subp"))}
    usable = as_text(answer.get("retcode")) == SUCCESS and all(map(TOKEN.fullmatch, found.values()))
    return found if usable else {}


def crossdomain_ask(page: Page, probe: Probe, rand: str) -> Ask | None:
    """The step that makes the cookies valid on the list's host; ``None`` after a failed handshake.

    ``rand`` is any fresh decimal fraction: this module asks neither clock nor dice.
    """
    cookies = visitor_cookies(page)
    if not cookies:
        return None
    data = as_map(as_map(parse_json(decode(page.body, page.headers))).get("data"))
    query = {
        "a": "crossdomain",
        "t": as_text(data.get("tid")),
        "sp": cookies["SUBP"],
        "s": cookies["SUB"],
        "from": "weibo",
        "_rand": rand,
        "url": f"{HOMES.get(probe.handle.get('host', ''), HOMES['weibo.com'])}/",
    }
    return Ask(f"{_passport(probe)}/visitor/visitor?{urlencode(query)}")


def with_cookies(ask: Ask, cookies: Mapping[str, str]) -> Ask:
    """``ask`` as the visitor sends it; ``XSRF-TOKEN``, where given, goes back as a header too."""
    headers = dict(ask.headers)
    headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if "XSRF-TOKEN" in cookies:
        headers["X-XSRF-TOKEN"] = cookies["XSRF-TOKEN"]
    return replace(ask, headers=headers)


def xsrf_token(page: Page) -> str:
    """The ``XSRF-TOKEN`` that an answer of weibo.com sets, or ``""``."""
    found = XSRF.search(page.headers.get("set-cookie", ""))
    return found[1] if found else ""


def _passport(probe: Probe) -> str:
    if "base" in probe.handle:
        default = f"{probe.handle['base'].rstrip('/')}/visitor"
    else:
        default = PASSPORTS.get(probe.handle.get("host", "weibo.com"), PASSPORTS["weibo.com"])
    return probe.handle.get("visitor_base", default).rstrip("/")
