"""新浪微博: the first page of an account's posts, as JSON, seen by an anonymous visitor.

Evidence: COMPLETE, for the first page holds the newest post wherever pins stand; LOWER_BOUND where
only pins, or a post with a doubtful date, could be read. Probes: ``handle["host"]`` is
``weibo.com`` (mymblog) or ``m.weibo.cn`` (getIndex); ``uid`` names the account; ``reposts`` is
``count`` (default) or ``skip``; ``base`` replaces the host's address. Formats and refusals:
new-media notes, chapter 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.model import Ask, Dated, Evidence, Outcome, Outlet, Page, Post, Probe, Reading, Refused
from crawler.platforms._common import (
    AGENT,
    as_list,
    as_map,
    as_text,
    parse_json,
    setting,
    transport,
    unreadable,
)
from crawler.platforms._traits import Traits
from crawler.platforms._weibo_dates import ShapeChanged, id_moment, published
from crawler.platforms._weibo_visitor import (
    HOMES,
    crossdomain_ask,
    visitor_ask,
    visitor_cookies,
    visitor_refusal,
    with_cookies,
    xsrf_token,
)
from crawler.platforms._weibo_walls import code, not_json, wall
from crawler.reading.markup import decode

__all__ = [
    "ON_BY_DEFAULT",
    "TERMS",
    "WHY",
    "crossdomain_ask",
    "read",
    "start",
    "visitor_ask",
    "visitor_cookies",
    "visitor_refusal",
    "with_cookies",
    "xsrf_token",
]

TRAITS = Traits(title="新浪微博接口", service="微博首页（weibo）", medium="weibo", saved=True)
ON_BY_DEFAULT = False
TERMS = "微博未公开授权这些匿名接口; 服务条款禁止未经许可的自动抓取。"
WHY = "默认关闭: 使用访客身份读取公开主页, 须由使用单位知悉平台条款后开启; 遇验证码或登录墙即停, 不绕过。"

CONTAINER = re.compile(r"(?:107603|230413|230283|100505|230869)(\d{5,12})")
"""The phone site names an account's lists by a prefix and the account's number."""
TAGS = re.compile(r"<[^<>]{0,2000}>")
"""Texts of posts come as markup."""
TITLE_LENGTH = 60
"""Times and ids are what we came for; of the text only enough is kept to recognise the post."""


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """The list's first page; the spider adds the visitor's cookies. Raises ``ValueError`` without a
    uid."""
    uid = setting(outlet, probe, "uid")
    if not uid:
        raise ValueError(f"{outlet.id}: weibo probe without uid")
    host = probe.handle.get("host", "weibo.com")
    base = probe.handle.get("base", HOMES.get(host, HOMES["weibo.com"])).rstrip("/")
    headers = {
        **AGENT,
        "X-Requested-With": "XMLHttpRequest",
        "Accept": "application/json, text/plain, */*",
    }
    headers["Referer"] = f"{base}/u/{uid}"
    if host == "m.weibo.cn":
        query = urlencode({"type": "uid", "value": uid, "containerid": f"107603{uid}"})
        return (
            Ask(f"{base}/api/container/getIndex?{query}", headers={**headers, "MWeibo-Pwa": "1"}),
        )
    query = urlencode({"uid": uid, "page": "1", "feature": "0"})
    return (Ask(f"{base}/ajax/statuses/mymblog?{query}", headers=headers),)


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """Posts of the account on the page. EMPTY only where the profile says there never were any."""
    answer = parse_json(decode(page.body, page.headers))
    refusal = wall(page, answer) or transport(page)
    if refusal is not None:
        return refusal
    if not isinstance(answer, dict):
        return not_json(page)
    refusal = code(answer)
    if refusal is not None:
        return refusal
    data = as_map(answer["data"])
    return _posts(_Answer.of(data, setting(outlet, probe, "uid")), page, outlet, probe)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The parts of an answer that matter: all posts shown, whose list it is, what the profile
    counts."""

    data: Mapping[str, Any]
    blogs: Sequence[Mapping[str, Any]]
    uid: str
    named: str
    listed: bool
    statuses: Any

    @classmethod
    def of(cls, data: Mapping[str, Any], uid: str) -> _Answer:
        blogs = {_mid(blog) or str(at): blog for at, blog in enumerate(_blogs(data))}
        profile = as_map(data.get("userInfo")) or as_map(data.get("user"))
        container = CONTAINER.fullmatch(
            as_text(as_map(data.get("cardlistInfo")).get("containerid"))
        )
        named = as_text(profile.get("idstr")) or as_text(profile.get("id"))
        named = container[1] if container else named
        return cls(
            data,
            tuple(blogs.values()),
            uid or named or _most_seen(blogs.values()),
            named,
            isinstance(data.get("list", data.get("cards")), list | dict),
            profile.get("statuses_count"),
        )

    @property
    def own(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            blog for blog in self.blogs if _author(blog) == self.uid and not blog.get("deleted")
        )

    @property
    def identity(self) -> Mapping[str, str]:
        profile = as_map(self.data.get("userInfo")) or as_map(self.data.get("user"))
        users = [profile, *(as_map(blog.get("user")) for blog in self.own)]
        name = next((as_text(user["screen_name"]) for user in users if user.get("screen_name")), "")
        found = self.named or (self.uid if self.own else _most_seen(self.blogs))
        return {key: value for key, value in {"uid": found, "screen_name": name}.items() if value}


def _posts(answer: _Answer, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    own, identity = answer.own, answer.identity
    if answer.uid and answer.named and answer.named != answer.uid:
        return unreadable("identity_mismatch", f"list of {answer.named}", identity=identity)
    if not own:
        return _without_own(answer)
    keep = [blog for blog in own if _counts(blog, setting(outlet, probe, "reposts", "count"))]
    try:
        posts, doubts = _dated(keep, answer.uid, page)
    except ShapeChanged as changed:
        return unreadable("shape_changed", str(changed), identity=identity)
    if not any(post.published for post in posts):
        reason = "no_dates" if keep else "only_reposts"
        mark = doubts[0].text if doubts else f"{len(own)} reposts"
        return unreadable(reason, mark, refused=doubts, identity=identity, next=_next(answer, page))
    reading = Reading(
        Outcome.READ, Evidence.COMPLETE, posts, refused=doubts, identity=identity, family="weibo"
    )
    return _weighed(reading, answer, page, keep)


def _weighed(
    reading: Reading, answer: _Answer, page: Page, keep: Sequence[Mapping[str, Any]]
) -> Reading:
    """COMPLETE only if no post on the page could be newer than what was read."""
    limited = replace(reading, evidence=Evidence.LOWER_BOUND)
    if any(refusal.why != "" for refusal in reading.refused):
        return replace(limited, reason="doubtful_date")
    following = _next(answer, page)
    # accounts whose first page holds pins only: other posts stand on the second
    if following and all(post.pinned for post in reading.posts):
        return replace(limited, reason="only_pinned", next=following)
    quick = [id_moment(_mid(blog)) for blog in answer.own if blog not in keep and _quick(blog)]
    newest = reading.newest
    known = newest.moment if newest is not None else None
    if known is not None and any(moment is not None and moment > known for moment in quick):
        return replace(limited, reason="newer_quick_repost")
    return reading


def _dated(
    blogs: Sequence[Mapping[str, Any]], uid: str, page: Page
) -> tuple[tuple[Post, ...], tuple[Refused, ...]]:
    posts: list[Post] = []
    doubts: list[Refused] = []
    for blog in blogs:
        found = published(as_text(blog.get("created_at")), _mid(blog), page)
        if isinstance(found, Refused):
            doubts.append(found)
        posts.append(_post(blog, uid, found if isinstance(found, Dated) else None))
    return tuple(posts), tuple(doubts)


def _post(blog: Mapping[str, Any], uid: str, when: Dated | None) -> Post:
    title = as_text(blog.get("text_raw")) or TAGS.sub("", as_text(blog.get("text")))
    short = as_text(blog.get("mblogid")) or as_text(blog.get("bid")) or _mid(blog)
    return Post(
        " ".join(title.split())[:TITLE_LENGTH],
        f"https://weibo.com/{uid}/{short}",
        when,
        pinned=_pinned(blog),
    )


def _without_own(answer: _Answer) -> Reading:
    """No post of the account: never posted only by the profile's own count, else nothing is
    known."""
    identity = answer.identity
    if answer.blogs and not answer.named:
        return unreadable("identity_mismatch", "posts of another account only", identity=identity)
    # Weibo says 这里还没有内容 of empty, banned and wrong accounts alike: only the profile's count proves
    never = answer.statuses == 0 and not isinstance(answer.statuses, bool) and not answer.blogs
    if never and answer.named:
        return Reading(
            Outcome.EMPTY,
            Evidence.COMPLETE,
            reason="never_posted",
            mark="statuses_count 0",
            identity=identity,
        )
    if answer.listed:
        return unreadable("empty_list", "no own card", identity=identity)
    if answer.named:
        return unreadable(
            "no_list", f"profile only, statuses_count {answer.statuses}", identity=identity
        )
    return unreadable("shape_changed", "neither list nor cards")


def _blogs(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for blog in as_list(data.get("list")):
        if isinstance(blog, dict):
            yield blog
    for card in as_list(data.get("cards")):
        for part in (card, *as_list(as_map(card).get("card_group"))):
            if isinstance(as_map(part).get("mblog"), dict):
                yield part["mblog"]


def _mid(blog: Mapping[str, Any]) -> str:
    return next(
        (as_text(blog[key]) for key in ("mid", "idstr", "id") if as_text(blog.get(key))), ""
    )


def _author(blog: Mapping[str, Any]) -> str:
    user = as_map(blog.get("user"))
    return as_text(user.get("idstr")) or as_text(user.get("id"))


def _most_seen(blogs: Any) -> str:
    seen = Counter(_author(blog) for blog in blogs if _author(blog))
    return seen.most_common(1)[0][0] if seen else ""


def _pinned(blog: Mapping[str, Any]) -> bool:
    title = blog.get("title")
    text = as_text(as_map(title).get("text")) or as_text(title)
    return (
        # pins as they were marked over the years, the newest way first; mblogtype 1 is none
        as_text(blog.get("profile_type_id")).startswith("proweibotop")
        or blog.get("isTop") in (1, "1", True)
        or as_text(blog.get("mblogtype")) == "2"
        or "置顶" in text
    )


def _quick(blog: Mapping[str, Any]) -> bool:
    """快转: a repost by one tap. Nobody could establish which time it carries, so it never counts."""
    return as_text(blog.get("ori_mid")) not in ("", "0", _mid(blog))


def _counts(blog: Mapping[str, Any], reposts: str) -> bool:
    return not _quick(blog) and (reposts != "skip" or not blog.get("retweeted_status"))


def _next(answer: _Answer, page: Page) -> tuple[str, ...]:
    """The address of the second page, where the answer names one."""
    info = as_map(answer.data.get("cardlistInfo"))
    since = as_text(answer.data.get("since_id")) or as_text(info.get("since_id"))
    following = {"since_id": since} if since not in ("", "0") else {}
    if "list" in answer.data:
        following = {**following, "page": "2"} if following else {}
    elif not following and as_text(info.get("page")) not in ("", "0", "1"):
        following = {"page": as_text(info.get("page"))}
    if not following:
        return ()
    parts = urlsplit(page.url)
    query = urlencode({**dict(parse_qsl(parts.query)), **following})
    return (urlunsplit(parts._replace(query=query, fragment="")),)
