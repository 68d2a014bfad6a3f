"""What became of a letter, in Chinese: a mail server's protocol words are for the administrator
alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from crawler.model import SHANGHAI

CODE = re.compile(r"(HTTP )?([2-5]\d\d)\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REASONS: Sequence[tuple[tuple[int, ...], str]] = (
    ((421,), "邮件服务器暂时不接收"),
    ((450, 451), "邮件服务器要求稍后再试"),
    ((452, 552), "对方邮箱已满，或信件超过允许的大小"),
    ((501, 550, 551, 553), "收件地址不存在，或对方拒收"),
    ((530, 534, 535, 538), "发信账号登录不了邮件服务器"),
    ((554, 571), "被当作垃圾邮件，或不许转发"),
)
"""By the server's number (RFC 5321, RFC 4954)."""
PASSING, LASTING, AWAY = (
    "对方服务器暂时不能接收",
    "对方服务器拒绝接收",
    "连不上邮件服务器，或连接中断",
)


def reason(answer: str) -> str:
    """Why a letter did not arrive, from what the server (or our own sender, in Chinese) said; empty
    for no word."""
    if found := CODE.match(answer):
        code = int(found[2])
        if found[1]:  # a robot's: of HTTP it is the server's faults that pass
            return LASTING if code < 500 else PASSING
        listed = next((words for codes, words in REASONS if code in codes), "")
        return listed or (PASSING if code < 500 else LASTING)
    if not answer or CHINESE.match(answer):
        return _own(answer)
    return AWAY


def told_raw(answer: str) -> str:
    """For the office's own letter, which is forwarded to whoever keeps the mail server: the reason,
    then its own words."""
    why = reason(answer)
    return f"{why}（{answer}）" if why and why != answer else answer


def posted(state: str, sent: datetime | None, answer: str) -> str:
    """What became of a letter, beyond its state's name; empty where there is nothing to add."""
    if state == "sent":
        moment = f"（{sent.astimezone(SHANGHAI):%Y-%m-%d %H:%M}）" if sent else ""
        return f"已送达邮件服务器{moment}"
    why = reason(answer)
    return f"上次没有送达：{why}" if why and state in ("waiting", "claimed") else why


def _own(answer: str) -> str:
    """Our own sentence without the foreign words behind its colon."""
    lead, colon, rest = answer.partition("：")
    return answer if not colon or CHINESE.search(rest) else lead
