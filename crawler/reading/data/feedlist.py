"""A feed as a column's address (RSS, RSS 1.0, Atom): its entries are the column's list.

Only well-formed XML, without entities of its own. ``pubDate`` and ``published`` are the
publication; where an entry says only when it was ``updated``, or all of them bear the moment at
which the feed was made, their dates only clear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from lxml import etree

from crawler.days.strength import GENERATED, UPDATED
from crawler.days.text import find_date, find_dates, implausible, is_weak
from crawler.model import (
    SHANGHAI,
    Dated,
    Evidence,
    Outcome,
    Page,
    Post,
    Reading,
    Refused,
    Unread,
    shanghai_day,
)
from crawler.reading import markup
from crawler.reading.lists.outline import squeeze

FAMILY = "feed"
_ROOT = re.compile(r"<(?:rss|feed|(?:rdf:)?RDF)[\s>]")
_ENTRIES = ("item", "entry")
_PUBLISHED = ("pubdate", "published", "issued", "date")
"""RSS 2.0 says pubDate, RSS 1.0 dc:date, Atom published, its first version issued."""
_UPDATED = ("updated", "modified", "created")
"""An entry's last change clears and never convicts."""
_TAGS = re.compile(r"<[^<>]{0,300}>")
ECHO = timedelta(minutes=2)
"""Entries that all bear the moment of the build or of the look, give or take this, have no dates of
their own."""
LONGEST = 2_000_000


def is_feed(text: str) -> bool:
    """Whether ``text`` begins as a feed does; quick, asked of every page."""
    head = text[:1500].lstrip("\ufeff \t\r\n")
    return head.startswith("<") and _ROOT.search(head) is not None and "<html" not in head.lower()


def read_feed(text: str, page: Page) -> Reading:
    """The entries of a feed as posts. A feed that is broken or holds no entry is UNREADABLE: it may
    be one that failed."""
    root = _tree(text)
    if root is None:
        return Reading(
            Outcome.UNREADABLE,
            Evidence.NONE,
            reason="no_list",
            mark="a feed that is not well-formed",
            family=FAMILY,
        )
    entries = [_entry(node, page) for node in root.iter() if _name(node) in _ENTRIES]
    if not entries:
        return Reading(
            Outcome.UNREADABLE,
            Evidence.NONE,
            reason="no_list",
            mark="a feed without entries",
            family=FAMILY,
        )
    built = _moment(_word(root, "lastbuilddate", "updated", deep=True))
    posts = _without_echo([entry.post for entry in entries], built, page)
    refused = tuple(dict.fromkeys(doubt for entry in entries for doubt in entry.refused))
    reading = Reading(Outcome.READ, Evidence.COMPLETE, posts, family=FAMILY, refused=refused)
    newest = reading.newest
    if newest is None:
        return replace(
            reading, outcome=Outcome.UNREADABLE, evidence=Evidence.NONE, reason="no_dates"
        )
    unread = tuple(
        Unread(f"row {post.url or post.title[:80]}", "undated", post.title[:80], post.url)
        for post in posts
        if post.published is None
    )
    sure = [
        post.published.day
        for post in posts
        if post.published is not None and not is_weak(post.published)
    ]
    if not sure or newest.day > max(sure):
        return replace(reading, evidence=Evidence.WEAK, unread=unread)
    return replace(
        reading, evidence=Evidence.PARTIAL if unread else Evidence.COMPLETE, unread=unread
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    post: Post
    refused: tuple[Refused, ...]


def _tree(text: str) -> etree._Element | None:
    if len(text) > LONGEST or "<!ENTITY" in text[:20_000]:
        return None
    body = re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", text.lstrip("\ufeff \t\r\n"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None


def _name(node: etree._Element) -> str:
    """The local name in small letters, ``""`` for what is no element."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _entry(node: etree._Element, page: Page) -> _Entry:
    base = page.final_url or page.url
    title = squeeze(_TAGS.sub("", html.unescape(_word(node, "title"))))
    link = _link(node)
    url = markup.join(base, link) if link else ""
    refused: list[Refused] = []
    dated = next(_dates(node, page, refused), None)
    post = Post(
        title or url,
        url if url[:4] == "http" else "",
        dated,
        _word(node, "author", "creator", "source") or None,
    )
    return _Entry(post, tuple(refused))


def _dates(node: etree._Element, page: Page, refused: list[Refused]) -> Iterator[Dated]:
    """The believed dates of an entry, those of the publication first."""
    today = shanghai_day(page.fetched_at)
    for names, place in ((_PUBLISHED, "feed"), (_UPDATED, UPDATED)):
        for name in names:
            said = _word(node, name)
            if not said:
                continue
            moment = _moment(said)
            if moment is None:
                found = find_date(said, today=today, place=place, fetched_at=page.fetched_at)
                refused.extend(() if found else find_dates(said, today=today, place=place).refused)
            else:
                local = moment.astimezone(SHANGHAI)
                doubt = implausible(local.date(), today)
                found = None if doubt else Dated(local.date(), said, place, local)
                refused.extend([Refused(said, doubt)] if doubt else [])
            if found is not None:
                yield found


def _moment(said: str) -> datetime | None:
    """RFC 822 with its zone (Shanghai where none is printed); ``None`` for other forms."""
    try:
        fields = parsedate_tz(said) if said and not said[:4].isdigit() else None
        if fields is None:
            return None
        zone = (
            SHANGHAI
            if fields[9] is None or "CST" in said
            else timezone(timedelta(seconds=fields[9]))
        )
        return datetime(*fields[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _without_echo(posts: list[Post], built: datetime | None, page: Page) -> tuple[Post, ...]:
    """Posts that all bear the moment of the build, or of the look, are dated by whoever made the
    feed."""
    moments = [
        post.published.moment
        for post in posts
        if post.published is not None and post.published.moment
    ]
    echoes = [one for one in (built, page.fetched_at) if one is not None]
    if len(moments) < 2 or not any(all(abs(m - echo) <= ECHO for m in moments) for echo in echoes):
        return tuple(posts)
    return tuple(
        replace(post, published=replace(post.published, place=GENERATED))
        if post.published is not None
        else post
        for post in posts
    )


def _word(node: etree._Element, *names: str, deep: bool = False) -> str:
    """The text of the first child with one of ``names``; ``deep`` looks into the channel too, never
    into entries."""
    for name in names:
        for child in node:
            if _name(child) == name:
                return squeeze("".join(map(str, child.itertext())))[:500]
            if deep and _name(child) == "channel":
                said = _word(child, name)
                if said:
                    return said
    return ""


def _link(node: etree._Element) -> str:
    """RSS's ``<link>address</link>``, Atom's ``<link href>`` (the alternate one), or a permanent
    id."""
    for child in node:
        if _name(child) == "link":
            href = child.get("href") or squeeze(child.text or "")
            if href and child.get("rel", "alternate") == "alternate":
                return href
    guid = _word(node, "guid", "id")
    return guid if guid[:4] == "http" else ""
