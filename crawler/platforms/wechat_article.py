"""微信公众号文章: one known article page, read for its time and its account.

Evidence: LOWER_BOUND (the account is at least this fresh). Probe: ``url`` is the article; ``biz``
or ``user_name`` names the account it must belong to. Reasons of its own: ``deleted``,
``violation``, ``expired``, ``temporarily_unavailable`` (nothing about freshness), ``migrated``,
``migrating``, ``cancelled``, ``account_gone_suspected`` (ask a person), ``account_page``,
``bad_link``, ``not_allowed``. Pages weigh megabytes: read by stream, stop when :func:`enough` says
so, store no body (new-media notes 2.3).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from crawler.model import (
    SHANGHAI,
    Ask,
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
from crawler.platforms._common import AGENT, believe, from_epoch, transport, unreadable
from crawler.platforms._traits import Traits
from crawler.platforms._wechat import (
    EARLIEST,
    biz_in_url,
    biz_of,
    headline_state,
    mismatch,
    page_state,
    wall,
)
from crawler.platforms._wechat_history import history
from crawler.reading.markup import decode

TRAITS = Traits(title="已知文章", service="微信文章（wechat_article）", medium="wechat", saved=True)
ON_BY_DEFAULT = False
TERMS = "微信公众平台服务协议禁止未经许可的自动抓取, robots.txt 据称禁止爬虫; 文章页公开可见。"
WHY = (
    "默认关闭: 每篇一次匿名读取, 只取时间与账号标识, 不存正文, 不绕过验证; 是否启用由使用单位决定。"
)

SCAN = 4_000_000
"""Characters looked at; the largest article pages have about three million."""
NEAR = timedelta(minutes=2)
"""Two times of one article may differ by a minute: a template prints one of them in minutes."""
FAR = timedelta(days=1)
SCRIPT = re.compile(r"<script\b[^>]{0,500}>", re.I)
Q = r"""["']"""
CT = re.compile(rf"(?:\bvar |window\.)ct\s{{0,4}}=\s{{0,4}}{Q}(\d{{10}}){Q}")
"""Articles of 2018 to 2026; a library's ``var ct = {`` is none."""
CROSS = re.compile(
    rf"\b(ori_create_time|oriCreateTime|create_timestamp|createTimestamp|ori_send_time|var create_time|d\.ct)\s{{0,4}}[:=]"
    rf"\s{{0,4}}(?:xml \? [\w.()' *]{{1,80}} : )?{Q}(\d{{10}}){Q}"
)
"""Newer templates carry the time twice; that of 2018 has ``ct`` only."""
MINUTE = re.compile(
    rf"\b(?:create_time|createTime|ct_str)\s{{0,4}}[:=]\s{{0,4}}(?:xml \? [\w.()' *]{{1,80}} : )?(?:JsDecode\()?{Q}"
    rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d){Q}"
)
"""Picture and text posts (types 8, 10) have no ``ct``: Beijing minutes in their place."""
BIZ_FORMS = (
    re.compile(rf"\bbizuin:\s{{0,4}}(?:JsDecode\()?{Q}([A-Za-z0-9+/=]{{8,24}}){Q}"),
    re.compile(
        rf"(?:\bvar |window\.)biz\s{{0,4}}=\s{{0,4}}(?:{Q}{Q}\s{{0,4}}\|\|\s{{0,4}}){{0,3}}{Q}([A-Za-z0-9+/=]{{8,24}}){Q}"
    ),
    re.compile(
        rf"\bd\.biz\s{{0,4}}=\s{{0,4}}xml \? [\w.()' |]{{1,100}} : {Q}([A-Za-z0-9+/=]{{8,24}}){Q}"
    ),
)
"""The account by template: cgiDataNew, ``var biz = "" || "…"``, and newer data objects."""
USER_FORMS = (
    re.compile(rf"(?:\bvar |window\.)user_name\s{{0,4}}=\s{{0,4}}{Q}(gh_\w{{6,30}}){Q}"),
    re.compile(rf"\buser_name:\s{{0,4}}JsDecode\({Q}(gh_\w{{6,30}}){Q}"),
    re.compile(
        rf"\bd\.user_name\s{{0,4}}=\s{{0,4}}xml \? [\w.()' ]{{1,80}} : {Q}(gh_\w{{6,30}}){Q}"
    ),
)
NICK = r"""(?:"([^"\n]{1,200})"|'([^'\n]{1,200})')"""
NICK_FORMS = (
    re.compile(rf"(?:\bvar |window\.)nickname\s{{0,4}}=\s{{0,4}}(?:htmlDecode\()?{NICK}"),
    re.compile(rf"\bnick_name:\s{{0,4}}JsDecode\({NICK}"),
    re.compile(rf"\bd\.nick_name\s{{0,4}}=\s{{0,4}}\(?xml \? [\w.()' ]{{1,80}} : {NICK}"),
    re.compile(r"""class=["']profile_nickname["'][^>]{0,100}>\s{0,50}([^<]{1,200})(<)"""),
)
STATE_USER = re.compile(rf"\buser_name:\s{{0,4}}{Q}(gh_\w{{6,30}}){Q}")
STATE_NICK = re.compile(rf"\bnick_name:\s{{0,4}}{NICK}")
TYPE = re.compile(
    rf"\b(?:real_)?item_show_type{Q}?\s{{0,4}}[:=]\s{{0,4}}(?:xml \? [\w.()' *]{{1,80}} : )?{Q}(\d{{1,2}}){Q}"
)
"""0 article, 5 video, 8 pictures, 10 text, 11 share: which times the page bears."""
TITLE = re.compile(
    r"""(?:<meta property=["']og:title["']\s{1,40}content="([^"]{1,300})")"""
    r"""|(?:\b(?:var |window\.)msg_title\s{0,4}=\s{0,4}['"]([^'"\n]{1,300}))"""
)
ALBUM = re.compile(
    r"\balbum_id(?:_str)?\s{0,4}[:=]\s{0,4}(?:JsDecode\()?['\"](\d{15,22})['\"]|[?&;]album_id=(\d{15,22})"
)
HAS_ARTICLE = re.compile(r"""\bid=["']js_content["']|\bcgiDataNew\b""")
"""An article may quote the words of a refusal: they count only where no article is."""
ACCOUNT_PAGE = re.compile(r"<title>关于公众号</title>|class=[\"']about-page[\"']")
JS_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
KEPT = ("__biz", "mid", "idx", "sn")
"""What an article's long address needs."""


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """The article itself, its long address cut to what identifies it. Raises ``ValueError`` without
    a url."""
    if not probe.url:
        raise ValueError(f"{outlet.id}: wechat_article probe without url")
    parts = urlsplit(probe.url)
    query = parse_qs(parts.query)
    if not all(key in query for key in KEPT):
        return (Ask(probe.url.split("#")[0], headers=AGENT),)
    kept = urlencode({key: query[key][0] for key in KEPT}, safe="=")
    return (Ask(f"{parts.scheme}://{parts.netloc}{parts.path}?{kept}", headers=AGENT),)


def enough(prefix: bytes) -> bool:
    """Whether the first bytes of a page already hold the time and the account: the stream may
    stop."""
    text = "\n".join(_scripts(prefix[:SCAN].decode("utf-8", "ignore")))
    return (
        CT.search(text) is not None
        and _first(BIZ_FORMS, text) != ""
        and _first(USER_FORMS, text) != ""
    )


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The article's moment to the second, or why the page holds none."""
    refusal = wall(page) or transport(page)
    if refusal is not None:
        return refusal
    text = decode(page.body, page.headers)[:SCAN]
    scripts = "\n".join(_scripts(text))
    if HAS_ARTICLE.search(text) is None and CT.search(scripts) is None:
        return _stateless(text, page, outlet, probe)
    identity = _identity(text, scripts)
    when, others = _published(scripts, page)
    if when is None or isinstance(when, Refused):
        doubts = () if when is None else (when,)
        undated = headline_state(text) or unreadable("no_dates", "article without ct")
        return replace(undated, identity=identity, refused=doubts)
    apart = [other for other in others if _gap(when, other) > FAR]
    if apart:
        return unreadable("shape_changed", f"ct {when.raw} but {apart[0].raw}", identity=identity)
    wrong = mismatch(identity, outlet, probe)
    return wrong if wrong is not None else _reading(text, scripts, page, when, others, identity)


def _reading(
    text: str,
    scripts: str,
    page: Page,
    when: Dated,
    others: tuple[Dated, ...],
    identity: Mapping[str, str],
) -> Reading:
    title, kind = TITLE.search(text), TYPE.search(scripts)
    name = html.unescape(title[1] or title[2] or "") if title is not None else ""
    far = tuple(other for other in others if _gap(when, other) > NEAR)
    post = Post(" ".join(name.split())[:60], page.final_url, when, others=far)
    family = f"type{kind[1]}" if kind is not None else ""
    return Reading(Outcome.READ, Evidence.LOWER_BOUND, (post,), identity=identity, family=family)


def albums(page: Page) -> tuple[str, ...]:
    """Ids of the albums that an article page belongs to or links: seeds for ``wechat_album``, in
    order."""
    text = decode(page.body, page.headers)[:SCAN]
    return tuple(dict.fromkeys(match[1] or match[2] for match in ALBUM.finditer(text)))


def _stateless(text: str, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """A page without article: an old account page, a stated refusal, or a shape nobody knows."""
    listed = history(text, page, outlet, probe)
    if listed is not None:
        return listed
    if ACCOUNT_PAGE.search(text):
        return unreadable("account_page", "关于公众号", identity=_identity(text, text))
    state = page_state(text)
    identity = {key: value for key, value in _stated(text).items() if value}
    if state is None:
        return unreadable("shape_changed", "neither article nor known notice", identity=identity)
    return replace(state, identity=identity)


def _stated(text: str) -> Mapping[str, str]:
    user, nick = STATE_USER.search(text), STATE_NICK.search(text)
    return {"nick_name": _unescape(nick) if nick else "", "user_name": user[1] if user else ""}


def _scripts(text: str) -> Iterator[str]:
    """The insides of script elements: the article's own words must not pass for its time."""
    at = 0
    while (opened := SCRIPT.search(text, at)) is not None:
        end = text.find("</script", opened.end())
        at = end if end >= 0 else len(text)
        yield text[opened.end() : at]


def _published(scripts: str, page: Page) -> tuple[Dated | Refused | None, tuple[Dated, ...]]:
    """The likeliest moment, and the other moments that the page gives for its own publication."""
    found = CT.search(scripts)
    crosses: dict[str, str] = {}
    for match in CROSS.finditer(scripts):
        crosses.setdefault(match[1], match[2])
    ranked = sorted(crosses.items(), key=lambda cross: not cross[0].startswith("ori"))
    dated = [
        _epoch(raw, name, page) for name, raw in [*([("ct", found[1])] if found else []), *ranked]
    ]
    others = tuple(
        date for date in dated[1:] if isinstance(date, Dated) and date.moment != _moment(dated[0])
    )
    return (dated[0], tuple(dict.fromkeys(others))) if dated else (_minute(scripts, page), ())


def _epoch(raw: str, name: str, page: Page) -> Dated | Refused:
    moment = from_epoch(raw)
    if moment is None:
        return Refused(raw, "no epoch")
    return believe(moment.astimezone(SHANGHAI), f"{name}={raw}", "script", page, EARLIEST)


def _minute(scripts: str, page: Page) -> Dated | Refused | None:
    """Beijing minutes, where a template gives no epoch at all."""
    found = MINUTE.search(scripts)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=SHANGHAI)
    except ValueError:
        return Refused(found[1], "no such minute")
    return believe(moment, found[1], "script", page, EARLIEST, "to the minute")


def _moment(date: Dated | Refused) -> datetime | None:
    return date.moment if isinstance(date, Dated) else None


def _gap(one: Dated, other: Dated) -> timedelta:
    return abs((one.moment or EARLIEST) - (other.moment or EARLIEST))


def _identity(text: str, scripts: str) -> Mapping[str, str]:
    link = re.search(r"""<meta property=["']og:url["']\s{1,40}content="([^"]{1,600})""", text)
    biz = biz_of(_first(BIZ_FORMS, scripts)) or (biz_in_url(link[1]) if link else "")
    if ACCOUNT_PAGE.search(text) and not biz:
        biz = biz_in_url(text)
    wheres = (scripts, scripts, scripts, text)
    nicks = (form.search(where) for form, where in zip(NICK_FORMS, wheres, strict=True))
    nick = next((match for match in nicks if match is not None), None)
    ids = {
        "biz": biz,
        "nick_name": _unescape(nick) if nick else "",
        "user_name": _first(USER_FORMS, scripts),
    }
    return {key: value for key, value in ids.items() if value}


def _first(forms: tuple[re.Pattern[str], ...], text: str) -> str:
    return next((found[1] for form in forms if (found := form.search(text)) is not None), "")


def _unescape(match: re.Match[str]) -> str:
    raw = next(group for group in match.groups() if group)
    decoded = JS_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), raw)
    return " ".join(html.unescape(html.unescape(decoded)).split())
