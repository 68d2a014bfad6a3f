"""A saved page -> plain data for people and measuring scripts: what ``gengxin read`` prints.

The keys are a contract: kind, outcome, reason, newest, upper, evidence, unread, total, posts, next,
refused, article, family.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crawler.model import (
    Article,
    Dated,
    Evidence,
    Outcome,
    Page,
    Post,
    Reading,
    Refused,
    Unread,
    upper_bound,
)
from crawler.reading.article import read_article
from crawler.reading.frames import frame_key, learned, proves, remaining
from crawler.reading.kinds import KINDS, NOWHERE, guess_kind
from crawler.reading.listing import read_list
from crawler.reading.lists.addresses import host_of
from crawler.reading.states import refusal

DISAGREES = "a believable date that disagrees"
NOTHING = Reading(Outcome.READ, Evidence.NONE)


def read_saved(
    body: bytes,
    *,
    url: str,
    as_of: datetime,
    kind: str = "auto",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the readers make of ``body``, saved from ``url`` and judged as of ``as_of`` (aware).

    ``kind`` is ``list``, ``article`` or ``auto``; any other raises ``ValueError``. Dates in the
    result are ``YYYY-MM-DD``, moments ISO 8601 with offset.
    """
    address = url or NOWHERE
    return read_page(Page(address, address, 200, headers or {}, body, as_of), kind=kind)


def read_page(page: Page, *, kind: str = "auto") -> dict[str, Any]:
    """As :func:`read_saved`, of a page as it was fetched: its status, headers and errors count
    too."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: use one of {', '.join(KINDS)}")
    guessed, reading, article = _read(page, kind)
    return _article_answer(article) if article is not None else _answer(guessed, reading)


def _read(page: Page, kind: str) -> tuple[str, Reading, Article | None]:
    """What the page is, its reading, and the article where it is one."""
    wall = refusal(page)
    if wall is not None:
        return "other" if kind == "auto" else kind, wall, None
    if kind == "list":
        return "list", read_list(page), None
    article = read_article(page)
    if kind == "article":
        return "article", NOTHING, article
    reading = read_list(page)
    guessed = guess_kind(page, reading, article)
    return guessed, reading, article if guessed == "article" else None


def read_folder(
    folder: Path, urls: Mapping[str, str], *, as_of: datetime, kind: str = "auto"
) -> Iterator[dict[str, Any]]:
    """One answer for every ``.html`` file of ``folder``, in the order of names, with its ``file``.

    ``urls`` gives files their base addresses (:func:`read_urls`). Pages of one host are read as
    columns of one site: what several of them show outside their lists is its frame, and a post
    dated in one list is dated in all.
    """
    readings: dict[str, tuple[str, str, Reading, Article | None]] = {}
    for path in sorted(folder.glob("*.html")):
        address = urls.get(path.name, "") or NOWHERE
        page = Page(address, address, 200, {}, path.read_bytes(), as_of)
        readings[path.name] = (address, *_read(page, kind))
    sites = _sites(
        (address, reading) for address, _, reading, article in readings.values() if article is None
    )
    for name, (address, guessed, reading, article) in readings.items():
        if article is not None:
            yield {"file": name, **_article_answer(article)}
        else:
            yield {"file": name, **_answer(guessed, beside(reading, *sites[host_of(address)]))}


def _sites(
    read: Iterable[tuple[str, Reading]],
) -> dict[str, tuple[frozenset[str], Mapping[str, date]]]:
    """The frame and the dated posts of each host: pages without an address teach nothing."""
    arounds: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    known: defaultdict[str, dict[str, date]] = defaultdict(dict)
    for address, reading in read:
        host = host_of(address)
        arounds[host].update({address: reading.around} if address != NOWHERE else {})
        for post in reading.posts if address != NOWHERE else ():
            if post.published is not None and post.url:
                days = known[host]
                days[post.url] = max(post.published.day, days.get(post.url, post.published.day))
    return {host: (learned(links), known[host]) for host, links in arounds.items()}


def beside(reading: Reading, frame: frozenset[str], known: Mapping[str, date]) -> Reading:
    """``reading`` with what the other pages of its site tell of the rows and links that it left
    unread."""
    newest = reading.newest
    left = remaining(
        reading.unread,
        newest.day if newest else None,
        is_frame=lambda url: frame_key(url) in frame,
        known_day=known.get,
        dismissed=(),
    )
    return replace(reading, unread=left, evidence=proves(reading.evidence, left))


def read_urls(path: Path) -> dict[str, str]:
    """The base addresses of saved pages: lines of ``{"file": ..., "url": ...}``.

    An address may be ``null``. Raises ``ValueError`` naming file and line where a line is something
    else.
    """
    urls: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            urls[row["file"]] = row["url"] or ""
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f'{path.name}: line {number}: needs {{"file": ..., "url": ...}}'
            ) from error
    return urls


def _answer(kind: str, reading: Reading) -> dict[str, Any]:
    newest = reading.newest
    upper = upper_bound(newest.day if newest else None, reading.unread)
    return {
        "kind": kind,
        "outcome": reading.outcome.value,
        "reason": reading.reason,
        "newest": newest.day.isoformat() if newest else None,
        "upper": upper.isoformat() if upper else None,
        "evidence": reading.evidence.value,
        "unread": [_unread(one) for one in reading.unread],
        "total": reading.total,
        "posts": [_post(post) for post in reading.posts],
        "next": list(reading.next),
        "refused": _refusals(reading),
        "article": None,
        "family": reading.family,
    }


def _article_answer(article: Article) -> dict[str, Any]:
    published = article.published
    moment = published.moment if published else None
    refused = (*article.refused, *(Refused(_proof(other), DISAGREES) for other in article.others))
    reading = Reading(
        article.outcome, Evidence.NONE, reason=article.reason, mark=article.mark, refused=refused
    )
    said = {
        "title": article.title,
        "date": published.day.isoformat() if published else None,
        "moment": moment.isoformat() if moment else None,
        "origin": article.origin,
        "column": article.column,
        "proof": _proof(published),
    }
    walled = article.outcome in (Outcome.BLOCKED, Outcome.UNREACHABLE)
    return {**_answer("article", reading), "article": None if walled else said}


def _unread(one: Unread) -> dict[str, Any]:
    day = one.day.isoformat() if one.day else None
    return {"place": one.place, "why": one.why, "text": one.text, "url": one.url, "day": day}


def _post(post: Post) -> dict[str, Any]:
    day = post.published.day.isoformat() if post.published else None
    return {"title": post.title, "url": post.url, "date": day, "proof": _proof(post.published)}


def _proof(dated: Dated | None) -> str:
    """Place and raw text of a date: ``item: 2026-11-02``, with the reason where a part was
    inferred."""
    if dated is None:
        return ""
    return f"{dated.place}: {dated.raw}" + (f" ({dated.why})" if dated.why else "")


def _refusals(reading: Reading) -> list[dict[str, str]]:
    """The refused candidates; where the whole page was refused, first the words that gave it
    away."""
    rows = [{"text": refused.text, "why": refused.why} for refused in reading.refused]
    if reading.mark and not reading.outcome.conclusive:
        rows.insert(0, {"text": reading.mark, "why": reading.reason})
    return rows
