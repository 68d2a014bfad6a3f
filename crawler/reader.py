"""A saved page -> plain data for people and measuring scripts: what ``gengxin read`` prints.

The keys are a contract: kind, outcome, reason, newest, posts, next, refused, article, family.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.article import read_article
from crawler.kinds import KINDS, NOWHERE, guess_kind
from crawler.listing import read_list
from crawler.model import Article, Dated, Evidence, Outcome, Page, Post, Reading, Refused
from crawler.states import refusal

DISAGREES = "a believable date that disagrees"


def read_saved(
    body: bytes,
    *,
    url: str,
    as_of: datetime,
    kind: str = "auto",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the readers make of ``body``, saved from ``url`` and judged as of ``as_of`` (aware).

    ``kind`` is ``list``, ``article`` or ``auto``; any other raises ``ValueError``. Dates in the result are
    ``YYYY-MM-DD``, moments ISO 8601 with offset.
    """
    address = url or NOWHERE
    return read_page(Page(address, address, 200, headers or {}, body, as_of), kind=kind)


def read_page(page: Page, *, kind: str = "auto") -> dict[str, Any]:
    """As :func:`read_saved`, of a page as it was fetched: its status, headers and errors count too."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: use one of {', '.join(KINDS)}")
    wall = refusal(page)
    if wall is not None:
        return _answer("other" if kind == "auto" else kind, wall)
    if kind == "list":
        return _answer("list", read_list(page))
    article = read_article(page)
    if kind == "article":
        return _article_answer(article)
    reading = read_list(page)
    guessed = guess_kind(page, reading, article)
    return _article_answer(article) if guessed == "article" else _answer(guessed, reading)


def read_folder(
    folder: Path, urls: Mapping[str, str], *, as_of: datetime, kind: str = "auto"
) -> Iterator[dict[str, Any]]:
    """One answer for every ``.html`` file of ``folder``, in the order of names, with its ``file``.

    ``urls`` gives files their base addresses (:func:`read_urls`).
    """
    for path in sorted(folder.glob("*.html")):
        answer = read_saved(path.read_bytes(), url=urls.get(path.name, ""), as_of=as_of, kind=kind)
        yield {"file": path.name, **answer}


def read_urls(path: Path) -> dict[str, str]:
    """The base addresses of saved pages: lines of ``{"file": ..., "url": ...}``.

    An address may be ``null``. Raises ``ValueError`` naming file and line where a line is something else.
    """
    urls: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            urls[row["file"]] = row["url"] or ""
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f'{path.name}: line {number}: needs {{"file": ..., "url": ...}}') from error
    return urls


def _answer(kind: str, reading: Reading) -> dict[str, Any]:
    newest = reading.newest
    return {
        "kind": kind,
        "outcome": reading.outcome.value,
        "reason": reading.reason,
        "newest": newest.day.isoformat() if newest else None,
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


def _post(post: Post) -> dict[str, Any]:
    day = post.published.day.isoformat() if post.published else None
    return {"title": post.title, "url": post.url, "date": day, "proof": _proof(post.published)}


def _proof(dated: Dated | None) -> str:
    """Place and raw text of a date: ``item: 2026-11-02``, with the reason where a part was inferred."""
    if dated is None:
        return ""
    return f"{dated.place}: {dated.raw}" + (f" ({dated.why})" if dated.why else "")


def _refusals(reading: Reading) -> list[dict[str, str]]:
    """The refused candidates; where the whole page was refused, first the words that gave it away."""
    rows = [{"text": refused.text, "why": refused.why} for refused in reading.refused]
    if reading.mark and not reading.outcome.conclusive:
        rows.insert(0, {"text": reading.mark, "why": reading.reason})
    return rows
