"""The message list of a WeChat account page (``msgList`` of 2017, ``general_msg_list`` of
profile_ext).

The anonymous route is dead since about 2019; saved pages and answers still carry the format.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from crawler.model import (
    SHANGHAI,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    Page,
    Post,
    Probe,
    Reading,
    Refused,
)
from crawler.platforms._common import as_list, as_map, as_text, believe, from_epoch, unreadable
from crawler.platforms._wechat import EARLIEST, HOME, biz_of, mismatch

LIST = re.compile(
    r"""(?:\bvar\s{1,4}msgList\s{0,4}=|["']general_msg_list["']\s{0,4}:)\s{0,4}(?=["'{])"""
)
"""Saved history pages hold their list in a script, as JSON or as an escaped text."""
BIZ = re.compile(r"""\bvar biz\s{0,4}=\s{0,4}["']([A-Za-z0-9+/=]{8,24})["']""")
NICK = re.compile(r"""class=["']profile_nickname["'][^>]{0,100}>\s{0,100}([^<]{1,100})""")
DECODER = json.JSONDecoder()


def history(text: str, page: Page, outlet: Outlet, probe: Probe) -> Reading | None:
    """The posts of such a list (LOWER_BOUND), or ``None`` when ``text`` holds none."""
    messages = _messages(text)
    if messages is None:
        return None
    infos = [as_map(as_map(message).get("comm_msg_info")) for message in messages]
    fakeid = next((as_text(info["fakeid"]) for info in infos if info.get("fakeid")), "")
    biz, nick = BIZ.search(text), NICK.search(text)
    found = {
        "biz": biz_of(biz[1] if biz else fakeid),
        "nick_name": html.unescape(nick[1]).strip() if nick else "",
    }
    identity = {key: value for key, value in found.items() if value}
    wrong = mismatch(identity, outlet, probe)
    if wrong is not None:
        return wrong
    if not messages:
        return unreadable("empty_list", "msgList", identity=identity)
    dated = [_post(as_map(message), page) for message in messages]
    posts = tuple(post for post in dated if isinstance(post, Post))
    doubts = tuple(post for post in dated if isinstance(post, Refused))
    if not posts:
        return unreadable("no_dates", "msgList", identity=identity, refused=doubts)
    return Reading(
        Outcome.READ,
        Evidence.LOWER_BOUND,
        posts,
        identity=identity,
        refused=doubts,
        family="msglist",
    )


def _messages(text: str) -> list[Any] | None:
    opened = LIST.search(text)
    if opened is None:
        return None
    try:
        value, _ = DECODER.raw_decode(text, opened.end())
        value = json.loads(html.unescape(value)) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return list(as_list(as_map(value).get("list")))


def _post(message: Any, page: Page) -> Post | Refused:
    info, main = as_map(message.get("comm_msg_info")), as_map(message.get("app_msg_ext_info"))
    raw = as_text(info.get("datetime"))
    moment = from_epoch(raw)
    when = (
        believe(moment.astimezone(SHANGHAI), raw, "json", page, EARLIEST)
        if moment
        else Refused(raw, "no epoch")
    )
    if not isinstance(when, Dated):
        return when
    link = html.unescape(as_text(main.get("content_url")))
    return Post(
        as_text(main.get("title"))[:60], link if link.startswith("http") else HOME + link, when
    )
