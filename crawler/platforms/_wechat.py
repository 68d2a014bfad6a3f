"""What the WeChat readers share: ids, pages that stand in place of an answer, and platform codes.

``biz`` is base64 of a decimal account number; ``MP_WXS_<decimal>`` is the same account in bridge
feeds, and ``gh_...`` (``user_name``) its original id.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from crawler.model import Outlet, Page, Probe, Reading
from crawler.platforms._common import as_text, blocked, landed, setting, unreadable

EARLIEST = datetime(2012, 8, 23, tzinfo=UTC)
"""The day on which official accounts opened; earlier times are mistakes."""
HOME = "https://mp.weixin.qq.com"
BIZ = re.compile(r"[A-Za-z0-9+/]{8,18}={0,2}")
"""An account's number in base64, as the addresses of its articles carry it."""
IN_URL = re.compile(r"[?&;]__biz=([A-Za-z0-9+/%]{8,24}(?:={0,2}))")
TAG = re.compile(r"<[^<>]{0,4000}>")
HIDDEN = re.compile(r"<(script|style)\b", re.I)
TITLE_BLOCK = re.compile(
    r'<(h2|div|p)[^>]{0,200}class=["\'][^"\']{0,100}(?:weui-msg__title|mesg-block|global_error_msg|page_msg|'
    r'weui_msg_title|icon_msg_title)[^"\']{0,100}["\'][^>]{0,200}>(.{0,600})',
    re.S,
)
"""Pages that refuse (deleted, migrated, blocked account) have their words in such a box."""
VERIFY = re.compile(r"""wappoc_appmsgcaptcha|\bid=["']js_verify["']""")
"""The captcha's page, where its words are drawn by script."""
STATES: tuple[tuple[str, str], ...] = (
    (
        "captcha",
        r"环境异常|完成验证后即可继续访问|abnormal environment|environment (?:is )?abnormal",
    ),
    (
        "migrated",
        r"(?:公众号|帐号)已迁移|原帐号迁移时未将文章素材同步|account (?:has been |was )?migrated",
    ),
    ("migrating", r"处于帐号迁移流程|帐号迁移中"),
    (
        "cancelled",
        r"帐号已(?:自主)?注销|公众号已(?:自主)?注销|account (?:has been |was )?(?:cancell?ed|deregistered)",
    ),
    (
        "account_gone_suspected",
        r"(?:帐号|公众号)已(?:被(?:屏蔽|封)|停用)|account (?:has been |was )?blocked",
    ),
    (
        "deleted",
        r"[此该](?:内容|文章|合集|专辑|话题)已(?:经)?被.{0,6}删除|(?:合集|专辑)不存在|has been deleted|deleted by",
    ),
    (
        "violation",
        r"违规.{0,8}无法查看|内容被投诉|接.{0,4}投诉|多人投诉|涉嫌(?:违反|侵权)|违反.{0,40}(?:规定|法规)|发送失败.{0,4}无法查看|violat",
    ),
    ("expired", r"链接已过期|link .{0,10}expired"),
    ("temporarily_unavailable", r"暂时无法查看|temporarily unavailable"),
    ("not_allowed", r"作者隐私设置|无权限?查看|仅.{0,6}可见"),
    ("login_wall", r"请在微信客户端打开|请用微信扫|no session"),
    ("rate_limited", r"访问过于频繁|操作(?:过于)?频繁|请求过于频繁"),
    ("bad_link", r"参数错误|链接不存在|页面不存在|invalid (?:args|argument)"),
)
"""Reasons and the words that mean them, 帐号 and 账号 made one. Only for pages without an article."""
PATTERNS = tuple((reason, re.compile(words, re.I)) for reason, words in STATES)
WALLS = frozenset({"captcha", "login_wall", "rate_limited"})
CODES = {"-3": "login_wall", "-6": "rate_limited", "200003": "login_wall", "200013": "rate_limited"}
"""``ret`` of its interfaces: no session, asked too often."""


def biz_number(text: str) -> str:
    """The decimal account number in a ``__biz``, a ``MP_WXS_`` id or a number; ``""`` when it is
    none."""
    text = unquote(text.strip())
    text = text.removeprefix("MP_WXS_")
    if re.fullmatch(r"[1-9]\d{5,11}", text):
        return text
    if not BIZ.fullmatch(text):
        return ""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return plain if re.fullmatch(r"[1-9]\d{5,11}", plain) else ""


def biz_of(text: str) -> str:
    """The canonical ``__biz`` of any of its spellings; one that hides no number stays as it is, or
    ``""``."""
    number = biz_number(text)
    if number:
        return base64.b64encode(number.encode()).decode()
    plain = unquote(text.strip())
    return plain if BIZ.fullmatch(plain) else ""


def biz_in_url(url: str) -> str:
    """The ``__biz`` that an address names, or ``""``."""
    found = IN_URL.search(html.unescape(url))
    return biz_of(found[1]) if found else ""


def mismatch(identity: Mapping[str, str], outlet: Outlet, probe: Probe) -> Reading | None:
    """A refusal when the answer is another account's, or names none although one was expected.

    Names are no identity: look-alikes bear them. Nothing expected, nothing checked.
    """
    biz, gh = biz_of(setting(outlet, probe, "biz")), setting(outlet, probe, "user_name")
    for wanted, found in ((biz, identity.get("biz", "")), (gh, identity.get("user_name", ""))):
        if wanted and found:
            same = wanted == found
            return (
                None
                if same
                else unreadable("identity_mismatch", f"answer of {found}", identity=identity)
            )
    expected = setting(outlet, probe, "biz") or gh
    return (
        unreadable("identity_unconfirmed", "no id in the answer", identity=identity)
        if expected
        else None
    )


def wall(page: Page) -> Reading | None:
    """A redirect to the captcha, where the address alone tells."""
    host, path = landed(page)
    captcha = "wappoc_appmsgcaptcha" in path or "/antispider" in path
    return blocked("captcha", f"{host}{path.split('?')[0]}") if captcha else None


def page_state(text: str) -> Reading | None:
    """The refusal that a page without any article states, or ``None``. ``text`` is the whole page.

    The page's headline speaks before its body, and scripts not at all: they carry the words of
    every state.
    """
    verify = VERIFY.search(text)
    if verify is not None:
        return blocked("captcha", verify[0])
    return headline_state(text) or _stated(" ".join(_visible(text))) or _migration(text)


def headline_state(text: str) -> Reading | None:
    """The refusal that the page's headline states, or ``None``."""
    return _stated(" ".join(block[2] for block in TITLE_BLOCK.finditer(text)))


def _stated(words: str) -> Reading | None:
    plain = " ".join(TAG.sub(" ", words).split()).replace("账号", "帐号")
    for reason, pattern in PATTERNS:
        found = pattern.search(plain)
        if found is not None:
            return blocked(reason, found[0]) if reason in WALLS else unreadable(reason, found[0])
    return None


def _visible(text: str) -> Iterator[str]:
    """``text`` without scripts and styles, in one pass; what an unclosed one swallows is not
    seen."""
    at = 0
    while (opened := HIDDEN.search(text, at)) is not None:
        yield text[at : opened.start()]
        closed = text.find(f"</{opened[1]}", opened.end())
        if closed < 0:
            return
        at = closed
    yield text[at:]


def _migration(text: str) -> Reading | None:
    moved = re.search(
        r"""transfer_?[tT]arget_?[lL]ink\s{0,5}[=:]\s{0,5}['"](http[^'"]{5,500})""", text
    )
    return unreadable("migrated", "transferTargetLink") if moved else None


def coded(answer: Mapping[str, Any]) -> Reading | None:
    """The refusal in ``base_resp.ret`` or top-level ``ret``; ``None`` when one of them says 0."""
    inner = answer.get("base_resp")
    said = [part.get("ret") for part in (inner, answer) if isinstance(part, dict) and "ret" in part]
    codes = [as_text(code) for code in said]
    bad = next((code for code in codes if code != "0"), None)
    if bad is None:
        return None if codes else unreadable("shape_changed", "no ret")
    message = as_text(answer.get("errmsg")) or as_text(answer.get("err_msg"))
    reason = CODES.get(bad, "login_wall" if "session" in message else "platform_error")
    mark = f"ret {bad} {message}"
    return blocked(reason, mark) if reason in WALLS else unreadable(reason, mark)
