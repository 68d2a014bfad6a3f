"""The sample platforms' answers, in the formats of the real ones; every text in them is a plain
sample."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from crawler.model import SHANGHAI, Probe

WEIBO_EPOCH = 515483463
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PAGE = 10
NOTICES = {
    "deleted": "该内容已被发布者删除",
    "violation": "此内容因违规无法查看",
    "temporarily_unavailable": "该内容暂时无法查看",
    "expired": "链接已过期",
    "cancelled": "此帐号已自主注销，内容无法查看",
    "account_gone": "此帐号已被屏蔽, 内容无法查看",
    "bad_link": "参数错误",
}


@dataclass(frozen=True, slots=True)
class SamplePost:
    """One post of a sample account; it shows from ``moment`` (aware) on. ``album`` = also in the
    album."""

    moment: datetime
    title: str
    pinned: bool = False
    repost: bool = False
    album: bool = True


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """A sample account. ``number`` is the Weibo uid, or the decimal number inside a WeChat
    ``__biz``.

    ``faults`` maps a probe (``visitor``, ``weibo``, ``mweibo``, ``wechat_article``,
    ``wechat_album``, ``feed``) to the fault it shows now; change it at run time. Known faults:
    :data:`monitor.demo.media.FAULTS`.
    """

    id: str
    platform: str
    name: str
    number: str
    posts: tuple[SamplePost, ...] = ()
    canary: bool = False
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def biz(self) -> str:
        return base64.b64encode(self.number.encode()).decode()

    @property
    def user_name(self) -> str:
        return f"gh_{int(self.number):012x}"

    @property
    def album_id(self) -> str:
        return f"33{self.number:0>17}"

    def shown(self, now: datetime) -> tuple[SamplePost, ...]:
        """Posts published by ``now``, newest first."""
        visible = [post for post in self.posts if post.moment <= now]
        return tuple(sorted(visible, key=lambda post: post.moment, reverse=True))

    def token(self, post: SamplePost) -> str:
        return f"{self.id}-{int(post.moment.timestamp())}"

    def probes(self, base: str, now: datetime) -> tuple[Probe, ...]:
        """The chain of this account on the sample server at ``base``; articles known by ``now``
        included."""
        if self.platform == "weibo":
            visitor = {"uid": self.number, "visitor_base": f"{base}/visitor"}
            return (
                Probe("weibo", None, {**visitor, "host": "weibo.com", "base": f"{base}/weibo"}),
                Probe("weibo", None, {**visitor, "host": "m.weibo.cn", "base": f"{base}/mweibo"}),
            )
        ids = {"biz": self.biz}
        album = {**ids, "album_id": self.album_id, "base": f"{base}/wechat"}
        known = tuple(
            Probe("wechat_article", f"{base}/wechat/s/{self.token(post)}", ids)
            for post in self.shown(now)[:1]
        )
        feed = Probe("feed", f"{base}/bridge/feed/MP_WXS_{self.number}.rss", ids)
        return (feed, Probe("wechat_album", None, album), *known)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def mid(moment: datetime, at: int) -> int:
    """A Weibo id that carries its own second, as the real ones do."""
    return ((seconds(moment) - WEIBO_EPOCH) << 22) + at


def weibo_time(moment: datetime) -> str:
    """``Mon Nov 23 08:00:00 +0800 2026``, the same in every locale."""
    local = moment.astimezone(SHANGHAI)
    return f"{WEEKDAYS[local.weekday()]} {MONTHS[local.month - 1]} {local:%d %H:%M:%S} +0800 {local:%Y}"


def weibo_posts(account: SampleAccount, now: datetime) -> list[dict[str, Any]]:
    """The first page: pins first, then the newest, each with the fields of both hosts."""
    shown = account.shown(now)
    ordered = [post for post in shown if post.pinned] + [post for post in shown if not post.pinned]
    return [_weibo_post(account, post, at) for at, post in enumerate(ordered[:PAGE])]


def _weibo_post(account: SampleAccount, post: SamplePost, at: int) -> dict[str, Any]:
    number = mid(post.moment, at)
    blog: dict[str, Any] = {
        "created_at": weibo_time(post.moment),
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "mblogid": f"S{number:x}",
        "bid": f"S{number:x}",
        "mblogtype": 2 if post.pinned else 0,
        "text": html.escape(post.title),
        "text_raw": post.title,
        "user": {"id": int(account.number), "idstr": account.number, "screen_name": account.name},
    }
    if post.pinned:
        blog |= {"isTop": 1, "title": {"text": "置顶", "base_color": 1}}
    if post.repost:
        old = post.moment - timedelta(days=400)
        blog["retweeted_status"] = {
            "created_at": weibo_time(old),
            "mid": str(mid(old, 0)),
            "user": {"id": 1000000001, "screen_name": "示例转发源"},
        }
    return blog


def mymblog(account: SampleAccount, now: datetime) -> dict[str, Any]:
    posts = weibo_posts(account, now)
    since = f"{posts[-1]['mid']}kp2" if len(posts) == PAGE else ""
    return {
        "data": {"since_id": since, "list": posts, "status_visible": 0, "topicList": []},
        "ok": 1,
    }


def get_index(account: SampleAccount, now: datetime) -> dict[str, Any]:
    posts = weibo_posts(account, now)
    container = f"107603{account.number}"
    cards = [
        {"card_type": 9, "itemid": f"{container}_-_{post['mid']}", "mblog": post} for post in posts
    ]
    info = {"containerid": container, "v_p": 42, "show_style": 1, "total": len(account.shown(now))}
    if not cards:
        user = {"id": int(account.number), "screen_name": account.name, "statuses_count": 0}
        return {"ok": 1, "data": {"userInfo": user, "cardlistInfo": info, "cards": []}}
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "showAppTips": 0}}


def article(account: SampleAccount, post: SamplePost) -> str:
    """An article page of type 0: time and account as the real template gives them, and a decoy
    clock."""
    stamp, minute = (
        seconds(post.moment),
        post.moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
    )
    title, name = html.escape(post.title), html.escape(account.name)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta property="og:title" content="{title}" /></head>
<body id="activity-detail" class="zh_CN">
<script type="text/javascript">
window.cgiDataNew = {{
  user_name: JsDecode('{account.user_name}'), nick_name: JsDecode('{name}'),
  create_time: JsDecode('{minute}'), ori_create_time: '{stamp}' * 1, svr_time: '{stamp + 86400}' * 1,
  bizuin: JsDecode('{account.biz}'), ori_send_time: '{stamp}' * 1, real_item_show_type: '0' * 1,
  album_id: '{account.album_id}', create_timestamp: '{stamp}' * 1
}};
var biz = "" || "{account.biz}"; var item_show_type = "0"; var nickname = htmlDecode("{name}");
var ct = "{stamp}"; var user_name = "{account.user_name}"; var svr_time = "{stamp + 86400}" * 1;
</script>
<div id="js_article"><h1 id="activity-name">{title}</h1><div id="js_content"><p>示例正文。</p></div></div>
</body></html>"""


def notice(words: str) -> str:
    """A page that stands where the article was."""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title></title></head><body class="zh_CN">'
        f'<div class="weui-msg"><div class="weui-msg__title warn">{words}</div></div></body></html>'
    )


def home(name: str) -> str:
    """An account's home page: who it is, as a person would see it."""
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{html.escape(name)}</title></head></html>'


def captcha_page() -> str:
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>环境异常</title></head><body>'
        '<div class="weui-msg"><h2 class="weui-msg__title">环境异常</h2><p>完成验证后即可继续访问</p>'
        '<a id="js_verify" href="javascript:;">去验证</a></div></body></html>'
    )


def migrated_page() -> str:
    return notice("该公众号已迁移").replace(
        "</body>",
        "<script>var transferTargetLink = 'https://mp.weixin.qq.com/s/sample';</script></body>",
    )


def album(account: SampleAccount, now: datetime, newest_first: bool) -> dict[str, Any]:
    """One page of the album; a single entry comes as an object, as on the real platform."""
    posts = [post for post in account.shown(now) if post.album]
    page = (posts if newest_first else posts[::-1])[: 2 * PAGE]
    entries = [_album_entry(account, post) for post in page]
    answer: dict[str, Any] = {
        "base_info": {"nickname": account.name, "article_count": str(len(posts))}
    }
    if entries:
        answer["article_list"] = entries[0] if len(entries) == 1 else entries
    answer |= {
        "continue_flag": "0" if len(posts) <= len(page) else "1",
        "reverse_continue_flag": "0",
    }
    return {"base_resp": {"exportkey_token": "", "ret": 0}, "getalbum_resp": answer}


def _album_entry(account: SampleAccount, post: SamplePost) -> dict[str, str]:
    number = str(2247483600 + seconds(post.moment) % 100_000)
    return {
        "create_time": str(seconds(post.moment)),
        "item_show_type": "0",
        "itemidx": "1",
        "key": f"{account.number}_{number}_1",
        "msgid": number,
        "title": post.title,
        "url": article_url(account, post),
    }


def article_url(account: SampleAccount, post: SamplePost) -> str:
    """The public address that lists print; only the sample server's own ``/wechat/s/`` answers."""
    token = f"{seconds(post.moment):x}"
    return f"http://mp.weixin.qq.com/s?__biz={account.biz}&mid={seconds(post.moment)}&idx=1&sn={token}#rd"


def rss(account: SampleAccount, built: datetime, now: datetime, *, zone: bool = True) -> str:
    """A bridge's RSS 2.0. Without ``zone`` times are printed as one bridge does: local, zone left
    out."""
    items = "".join(_rss_item(account, post, zone) for post in account.shown(now)[: 2 * PAGE])
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{html.escape(account.name)}'
        f"</title><link>https://mp.weixin.qq.com/mp/profile_ext?action=home&amp;__biz={account.biz}</link>"
        f"<lastBuildDate>{format_datetime(built.astimezone(UTC))}</lastBuildDate>{items}</channel></rss>"
    )


def _rss_item(account: SampleAccount, post: SamplePost, zone: bool) -> str:
    local = post.moment.astimezone(SHANGHAI)
    printed = format_datetime(local) if zone else format_datetime(local).rsplit(" ", 1)[0] + " "
    link = html.escape(article_url(account, post))
    return (
        f"<item><title>{html.escape(post.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{account.token(post)}</guid><pubDate>{printed}</pubDate></item>'
    )


def by_number(accounts: Sequence[SampleAccount], number: str) -> SampleAccount | None:
    return next((account for account in accounts if account.number == number), None)
