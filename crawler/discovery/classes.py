"""Which class a column most likely has, by its name and the names above it: a proposal with the
word that made it.

In Chinese the head of a name stands last, so the word that ends last decides: 政策动态 is news, 招聘公告 a
notice.
A name that says nothing takes the class of the nearest section that says something. Columns of a
topic (专题)
are never proposed as news: the indicators leave historical topics out of the 动态要闻 class (rules.md
1.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from crawler.model import ColumnClass

WORDS: tuple[tuple[ColumnClass, str], ...] = (
    (
        ColumnClass.NEWS,
        "动态|要闻|新闻|快讯|快报|简讯|速递|播报|聚焦|头条|时政|看点|见闻|活动报道|媒体关注|媒体看|媒体报道|今日",
    ),
    (ColumnClass.NOTICE, "通知|公告|公示|通告|告示|预警信息|提示公开"),
    (
        ColumnClass.POLICY,
        "政策|法规|规章|规范性文件|文件库|文件|解读|条例|决策|部署",
    ),
    (ColumnClass.DISCLOSURE, "信息公开目录|公开目录|主动公开|法定公开|公开内容"),
    (
        ColumnClass.OTHER,
        "发布会|访谈|征集|调查|信箱|咨询|留言|问答|办事|服务|指南|年报|年度报告|人事|规划|计划|预算|决算|预决算"
        "|统计|数据|机构|职能|职责|领导|简介|概况|招聘|招考|采购|招标|投标|中标|拍卖|依申请|制度|督查|建议提案",
    ),
)
WEAK = re.compile(r"资讯\Z")
"""News in a section of news or on the first level; elsewhere (旅游资讯 under 重点领域) it says nothing."""
TOPIC = re.compile(r"专题|专栏|专项行动|回顾")
NAME = re.compile("|".join(f"(?P<{cls.value}>{words})" for cls, words in WORDS))
INHERITED = (ColumnClass.NEWS, ColumnClass.NOTICE, ColumnClass.POLICY)
ASIDE = re.compile(r"[（(\[【][^）)\]】]{0,40}[）)\]】]")


class Proposed(NamedTuple):
    """A class, and the words that it was proposed for; none where nothing spoke against 其他."""

    cls: ColumnClass
    word: str


def propose_class(name: str, parents: Sequence[str] = ()) -> Proposed:
    """The class of the column ``name`` that stands below ``parents`` (outermost first)."""
    topic = next((match[0] for part in parents if (match := TOPIC.search(part))), "")
    own = _said(name)
    if own is None and WEAK.search(name):
        above = [said.cls for part in parents if (said := _said(part))]
        own = (
            Proposed(ColumnClass.NEWS, "资讯")
            if not parents or above[-1:] == [ColumnClass.NEWS]
            else None
        )
    if own is None:
        said_above = (said for part in reversed(parents) if (said := _said(part)) is not None)
        own = next((said for said in said_above if said.cls in INHERITED), None)
    if own is None:
        return Proposed(ColumnClass.OTHER, "")
    if topic and own.cls is ColumnClass.NEWS:
        return Proposed(ColumnClass.OTHER, topic)
    return own


def _said(name: str) -> Proposed | None:
    """What a name says by itself: its last telling word. What stands in brackets is an aside."""
    matches = list(NAME.finditer(ASIDE.sub("", name)))
    if not matches:
        return None
    last = max(matches, key=lambda match: match.end())
    return Proposed(ColumnClass(last.lastgroup or "other"), last[0])
