"""The refusals of Weibo: redirects, pages in place of JSON, and the platform's own codes (notes,
3.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.model import Page, Reading
from crawler.platforms._common import as_map, as_text, blocked, landed, unreadable
from crawler.reading.markup import decode

LOGIN_HOSTS = frozenset(
    {"passport.weibo.com", "passport.weibo.cn", "visitor.passport.weibo.cn", "login.sina.com.cn"}
)
LOGIN_PATH = re.compile(r"/(?:login|signin|sso/signin|newlogin)\b")
CAPTCHA = re.compile(r"captcha|geetest|请输入验证码|安全验证|验证身份|verify_?slide", re.I)
"""Answers without data but with an address: its captcha."""
LOGIN_PAGE = re.compile(r"Sina Visitor System|passport\.weibo\.c|登录微博|请先登录")
"""A page of the visitor system in place of JSON."""
TOO_FAST = re.compile(r"频繁|歇歇|稍后再试")
"""Words of refusals that come with a good status."""
GONE = re.compile(
    r"用户不存在|帐号不存在|违反.{0,30}(?:社区公约|法律法规)|已被(?:封禁|注销|屏蔽)|帐号异常|无法查看"
)
"""Accounts banned or cancelled: no proof of silence, a person must look."""
CODES = {"20112": "not_allowed", "20003": "account_gone_suspected", "100005": "rate_limited"}
"""20112: not allowed to view; 100005: too many requests."""


def wall(page: Page, answer: Any) -> Reading | None:
    """Redirects to login and captcha, and refusals whose JSON says more than their status."""
    host, path = landed(page)
    if "captcha" in path.lower():
        return blocked("captcha", f"{host}{path}")
    if host in LOGIN_HOSTS or LOGIN_PATH.search(path.split("?")[0]):
        return blocked("login_wall", host)
    if (
        400 <= page.status < 500
        and isinstance(answer, dict)
        and as_text(answer.get("ok")) == "-100"
    ):
        return code(answer)
    return None


def not_json(page: Page) -> Reading:
    text = decode(page.body, page.headers)[:200_000]
    for pattern, reason in ((LOGIN_PAGE, "login_wall"), (CAPTCHA, "captcha")):
        found = pattern.search(text)
        if found is not None:
            return blocked(reason, found[0])
    return unreadable("shape_changed", "no JSON")


def code(answer: Mapping[str, Any]) -> Reading | None:
    """The refusal that the platform's own code tells, or ``None`` when ``ok`` is 1 and data
    came."""
    good = answer.get("ok") in (1, "1")
    if good and isinstance(answer.get("data"), dict):
        return None
    link = as_text(answer.get("url"))
    if as_text(answer.get("ok")) == "-100" or link:
        wall = "captcha" if CAPTCHA.search(link) else "login_wall"
        plain = (
            as_text(answer.get("ok")) != "-100"
            and not LOGIN_PATH.search(link)
            and "passport" not in link
        )
        return blocked("captcha" if plain else wall, link.split("?")[0] or "ok -100")
    if "retcode" in answer:
        return unreadable("no_list", "answer of the visitor handshake")
    return _said(answer, good)


def _said(answer: Mapping[str, Any], good: bool) -> Reading:
    message = as_text(answer.get("msg")) or as_text(answer.get("message"))
    code = as_text(answer.get("error_code")) or as_text(answer.get("errno"))
    reason = CODES.get(code, "")
    if reason == "rate_limited" or TOO_FAST.search(message):
        return blocked("rate_limited", message or code)
    if reason == "not_allowed":
        return blocked(reason, message or code)
    if reason or GONE.search(message.replace("账号", "帐号")):
        return unreadable("account_gone_suspected", message or code)
    if as_text(answer.get("ok")) == "0":
        cards = as_map(answer.get("data")).get("cards", as_map(answer.get("data")).get("list"))
        empty = "没有内容" in message or "没有微博" in message or cards == []
        return unreadable("empty_list" if empty else "platform_error", message or f"ok 0 {code}")
    return unreadable("shape_changed", "ok without data" if good else "no ok")
