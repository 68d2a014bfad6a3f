"""The three feed formats as one shape, every time still as printed: feedparser would read a missing
zone as UTC."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Any

import feedparser

from crawler.model import SHANGHAI, Dated, Page, Refused
from crawler.platforms._common import as_list, as_map, as_text, believe, parse_json
from crawler.platforms._wechat import biz_in_url, biz_of

WXS = re.compile(r"MP_WXS_([1-9]\d{5,11})")
"""WeRead's bridges name an account MP_WXS_ and the number that its ``__biz`` encodes."""
WEIBO_UID = re.compile(
    r"weibo\.c(?:om|n)/(?:u/|user/)?([1-9]\d{8,10})\b|/weibo/user/([1-9]\d{8,10})\b"
)
"""Feeds of Weibo bridges tell their account only in their links."""
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)")
"""One bridge writes times without their zone: the operator must state it."""
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?", re.I)
SAFE_ZONES = re.compile(r"(?:\b(?:GMT|UTC|UT|Z)|[+-]\d{4})\s*$")
"""``CST`` is China's in China and Chicago's in the mail standard: letters other than these are no
zone."""
HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
"""Bridges send feeds as plain text or in another charset than they say: the entries are sound."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry: ``printed`` is its time as it stands there, ``kind`` the feed's format."""

    id: str
    title: str
    link: str
    printed: str
    kind: str

    @property
    def biz(self) -> str:
        """The account that the item's own ids name, or ``""``."""
        found = WXS.search(f"{self.id}\n{self.link}")
        return biz_in_url(self.link) or biz_in_url(self.id) or (biz_of(found[1]) if found else "")


@dataclass(frozen=True, slots=True)
class Feed:
    """``built`` is when the bridge says it built or renewed the feed; ``None`` where it does not
    say."""

    id: str
    title: str
    link: str
    items: tuple[FeedItem, ...]
    built: datetime | None


def biz_in(text: str) -> str:
    """The WeChat account that a feed's ids and addresses name, or ``""``."""
    found = WXS.search(text)
    return biz_of(found[1]) if found else next(filter(None, map(biz_in_url, text.splitlines())), "")


def uid_in(text: str) -> str:
    """The one Weibo account that ids and links name; ``""`` for none or several."""
    uids = {first or second for first, second in WEIBO_UID.findall(text)}
    return uids.pop() if len(uids) == 1 else ""


def part_in(text: str, wanted: str) -> str:
    """``wanted`` where it stands as a whole part of an address; other platforms give no better
    proof."""
    return wanted if wanted and re.search(rf"[/=:]{re.escape(wanted)}(?:[/?&#.\s]|$)", text) else ""


def parse(page: Page, text: str) -> Feed | None:
    """The feed, or ``None`` for what is not well-formed or no feed at all. Reads bytes, opens
    nothing."""
    data = parse_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else None
    if isinstance(data, dict):
        return _json_feed(data)
    if "<!ENTITY" in text[:20_000] or not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    types = {"content-type": page.headers.get("content-type", "application/xml")}
    parsed = feedparser.parse(io.BytesIO(page.body), response_headers=types, sanitize_html=False)
    sound = not parsed.bozo or isinstance(parsed.get("bozo_exception"), HARMLESS)
    return _xml_feed(parsed) if sound and parsed.get("version") else None


def zone_of(stated: str) -> tzinfo | None:
    """``+08:00``, ``Asia/Shanghai`` or ``UTC`` as a zone; ``None`` for anything else or nothing."""
    if stated in ("Asia/Shanghai", "北京时间"):
        return SHANGHAI
    if stated.upper() in ("UTC", "GMT", "Z"):
        return UTC
    found = OFFSET.fullmatch(stated)
    if found is None:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(size if found[1] == "+" else -size) if size < timedelta(hours=24) else None


def read_moment(
    item: FeedItem, zone: tzinfo | None, page: Page, earliest: datetime
) -> Dated | Refused:
    """The item's moment, in the zone printed, else in the one stated by the operator."""
    moment = moment_in(item.printed)
    if moment is None:
        return Refused(item.printed, "no date form that we know")
    if moment.tzinfo is None and zone is None:
        return Refused(item.printed, "no zone")
    why = "" if moment.tzinfo is not None else "zone stated by the operator"
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return believe(aware, item.printed, "feed", page, earliest, why)


def moment_in(printed: str) -> datetime | None:
    """RFC 822 or ISO 8601, naive where no zone is printed; ``None`` for other forms."""
    printed = printed.strip()
    try:
        if ISO.fullmatch(printed):
            return datetime.fromisoformat(printed.upper())
        fields = parsedate_tz(printed)
        if fields is None:
            return None
        naive = datetime(*fields[:6])  # noqa: DTZ001 - the zone, if there is one, is put on below
        safe = SAFE_ZONES.search(printed) is not None
        zone = (
            timezone(timedelta(seconds=fields[9] or 0)) if safe and "-0000" not in printed else None
        )
        return naive.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _built(printed: str) -> datetime | None:
    moment = moment_in(printed)
    return moment if moment is not None and moment.tzinfo is not None else None


def _json_feed(data: Mapping[str, Any]) -> Feed | None:
    """JSON Feed 1 and 1.1. wewe-rss prints ``date_modified`` where the standard says
    ``date_published``."""
    if "jsonfeed.org" not in as_text(data.get("version")) or not isinstance(
        data.get("items"), list
    ):
        return None
    items = tuple(_json_item(as_map(item)) for item in as_list(data["items"]))
    link = as_text(data.get("home_page_url"))
    return Feed(as_text(data.get("feed_url")), as_text(data.get("title")), link, items, None)


def _json_item(item: Mapping[str, Any]) -> FeedItem:
    printed = as_text(item.get("date_published")) or as_text(item.get("date_modified"))
    link = as_text(item.get("url")) or as_text(item.get("external_url"))
    return FeedItem(as_text(item.get("id")), as_text(item.get("title")), link, printed, "json")


def _xml_feed(parsed: Any) -> Feed:
    channel = parsed.feed
    kind = "atom" if str(parsed.version).startswith("atom") else "rss"
    items = tuple(_xml_item(entry, kind) for entry in parsed.entries)
    links = " ".join(as_text(as_map(link).get("href")) for link in dict.get(channel, "links", []))
    built = _built(_words(channel, "updated")) or _built(_words(channel, "published"))
    return Feed(f"{_words(channel, 'id')} {links}", _words(channel, "title"), links, items, built)


def _xml_item(entry: Mapping[str, Any], kind: str) -> FeedItem:
    printed = _words(entry, "published") or _words(entry, "updated")
    return FeedItem(
        _words(entry, "id"), _words(entry, "title"), _words(entry, "link"), printed, kind
    )


def _words(node: Any, key: str) -> str:
    """A text of a feedparser node; its own ``get`` mixes ``updated`` with ``published`` and
    warns."""
    return as_text(dict.get(node, key))
