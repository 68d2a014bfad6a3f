"""The media on which an account may live, one entry each with all that is known of it. How it is
looked at say ``platforms``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medium:
    """``id`` is its word in the catalogue and the store, ``title`` its name on screens.

    ``paper`` is its name in a bulletin where that differs. ``spellings`` are what survey forms
    write of it, in lower case. ``proofs`` are addresses whose pages prove an account's identity or
    finish a handshake; they are fetched beside the catalogue's own. ``home`` is the host of its
    accounts' own pages with the path that holds the account's id; media whose homes take more than
    that have their lines in ``homes``.
    """

    id: str
    title: str
    paper: str = ""
    spellings: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    home: tuple[str, re.Pattern[str]] | None = None


OTHER = "other"
MEDIA: tuple[Medium, ...] = (
    Medium(
        "wechat",
        "微信公众号",
        spellings=(
            "微信", "微信公众号", "公众号", "微信订阅号", "微信服务号", "订阅号", "服务号", "微信公众平台",
        ),
        proofs=("https://mp.weixin.qq.com/",),
    ),
    Medium(
        "weibo",
        "新浪微博",
        spellings=("新浪微博", "微博", "新浪官方微博"),
        proofs=("https://weibo.com/", "https://m.weibo.cn/"),
    ),
    Medium(
        "toutiao",
        "今日头条",
        spellings=("今日头条", "头条号", "今日头条号", "头条"),
        home=("toutiao.com", re.compile(r"/c/user/(?:token/)?([A-Za-z0-9_-]{5,100})/?")),
    ),
    Medium(
        "douyin",
        "抖音",
        spellings=("抖音", "抖音号", "抖音短视频"),
        home=("douyin.com", re.compile(r"/user/([A-Za-z0-9_-]{5,100})/?")),
    ),
    Medium("rmh", "人民号", spellings=("人民号", "人民日报客户端", "人民日报人民号")),
    Medium("channels", "视频号", spellings=("视频号", "微信视频号")),
    Medium(
        "app",
        "APP",
        paper="移动客户端",
        spellings=("app", "客户端", "移动客户端", "手机app", "手机客户端"),
    ),
    Medium(OTHER, "其他"),
)  # fmt: skip
MEDIA_NAMES: Mapping[str, str] = {one.id: one.title for one in MEDIA}
PAPER_NAMES: Mapping[str, str] = {one.id: one.paper or one.title for one in MEDIA}


def medium_called(printed: str) -> str:
    """The id of the medium that a survey form calls ``printed`` (no blanks, lower case); ``other``
    for none."""
    return next((one.id for one in MEDIA if printed in one.spellings), OTHER)


def proof_urls(medium: str) -> tuple[str, ...]:
    """The addresses of the medium that are fetched beside the catalogue's own; none for another
    platform."""
    return next((one.proofs for one in MEDIA if one.id == medium), ())
