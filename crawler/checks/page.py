"""One post's page through every check that needs nothing but the page: its suspects, and what to
fetch next."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml.html import HtmlElement

from crawler.checks.body import Body, Target, find_body
from crawler.checks.days import find_days
from crawler.checks.hidden import foreign_scripts, hidden_links
from crawler.checks.layout import find_layout, server_code
from crawler.checks.links import foreign_links, local, refused_links
from crawler.checks.model_words import Corrector, find_by_model
from crawler.checks.personal import find_personal
from crawler.checks.pictures import data_bytes, placeholder_name
from crawler.checks.sensitive import WordFinder
from crawler.checks.suspects import Suspect
from crawler.checks.wording import find_wording
from crawler.model import Outcome, Page, shanghai_day
from crawler.reading.article import read_article
from crawler.reading.articles.passages import passages
from crawler.reading.markup import base_url, decode, tree
from crawler.reading.states import refusal

SITE_WIDE = ("hidden.script", "hidden.link", "layout.code")
"""Rules that speak of a template: told once a site, not once a post."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the office adds: ``hosts`` of the catalogue, ``allowed`` hosts, its ``phones``, its
    lists, the rules that speak, and a correcting ``model`` where it asks for one."""

    hosts: frozenset[str]
    rules: frozenset[str]
    allowed: tuple[str, ...] = ()
    phones: frozenset[str] = frozenset()
    wrong: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    finder: WordFinder = field(default_factory=lambda: WordFinder(()))
    model: Corrector | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the post uses: ``kind`` is ``attachment``, ``picture`` or ``link``."""

    kind: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What one page brought. Without a readable page (``outcome`` not READ) nothing is said of the
    post.

    ``embedded`` are pictures inside of the page itself, for the reading room; ``template`` is the
    same for all pages of one template.
    """

    outcome: Outcome
    reason: str = ""
    title: str = ""
    suspects: tuple[Suspect, ...] = ()
    wanted: tuple[Resource, ...] = ()
    embedded: tuple[bytes, ...] = ()
    pictures: int = 0
    without_alt: int = 0
    digest: str = ""
    template: str = ""


def check_page(page: Page, office: Office, *, title: str = "") -> Checked:
    """Every check of the page itself. Never raises for what stands on a page; asks no clock."""
    text = decode(page.body, page.headers)
    wall = refusal(page, text)
    if wall is not None:
        return Checked(wall.outcome, wall.reason)
    root = tree(text)
    if root is None:
        return Checked(Outcome.UNREADABLE, "empty_body")
    name = read_article(page, title=title).title or title
    base = base_url(root, page)
    body = find_body(root, base)
    found = [
        *hidden_links(root, base, office.hosts, office.allowed),
        *foreign_scripts(root, base, office.hosts, office.allowed),
        *find_layout(body, name, text),
        *server_code(passages(root)),
        *_links(body, office),
        *_pictures(body),
        *check_text(name, "标题", office, shanghai_day(page.fetched_at), title=name),
        *check_text(
            body.text, "正文", office, shanghai_day(page.fetched_at), title=name, titles=body.titles
        ),
    ]
    refused = {one.quote for one in found if one.rule == "links.refused"}
    embedded = [data for picture in body.pictures if (data := data_bytes(picture.raw)) is not None]
    return Checked(
        Outcome.READ,
        title=name,
        suspects=heard(found, office.rules),
        wanted=tuple(one for one in _wanted(body) if one.url not in refused),
        embedded=tuple(embedded),
        pictures=len(body.pictures),
        without_alt=sum(not (picture.text or "").strip() for picture in body.pictures),
        digest=hashlib.blake2b(
            f"{name}\n{body.text}".encode("utf-8", "replace"), digest_size=16
        ).hexdigest(),
        template=template_of(root, body),
    )


def template_of(root: HtmlElement, body: Body) -> str:
    """A short hash that pages of one template share: their style sheets and the elements around the
    article."""
    sheets = {
        (link.get("href") or "").partition("?")[0]
        for link in root.iter("link")
        if "stylesheet" in (link.get("rel") or "").lower()
    }
    around = [
        f"{one.tag}#{one.get('id') or ''}.{one.get('class') or ''}"
        for one in (body.element, *body.element.iterancestors())
    ]
    said = "\n".join([*sorted(sheets), *around])
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def check_text(
    text: str,
    place: str,
    office: Office,
    today: date,
    *,
    title: str = "",
    titles: frozenset[str] = frozenset(),
) -> Iterator[Suspect]:
    """The checks of words, for a page's text and for a file's; ``titles`` are passages that may be
    cut at their end."""
    yield from find_personal(text, place, today, title=title, published=office.phones)
    wrong = tuple(find_wording(text, place, office.wrong, titles))
    yield from wrong
    if office.model is not None and "wording.model" in office.rules:
        yield from find_by_model(text, place, office.model, wrong)
    yield from find_days(text, place)
    yield from office.finder.find(text, place)


def heard(found: Iterable[Suspect], rules: frozenset[str]) -> tuple[Suspect, ...]:
    """Those whose rule speaks, each once."""
    kept: dict[tuple[str, str], Suspect] = {}
    for one in found:
        if one.rule in rules:
            kept.setdefault((one.rule, one.identity), one)
    return tuple(kept.values())


def _links(body: Body, office: Office) -> Iterator[Suspect]:
    pairs = [(link.url, link.text or "") for link in body.links]
    yield from foreign_links(pairs, office.hosts, office.allowed)
    yield from refused_links(pairs, office.hosts)
    for link in body.links:
        if local(link.raw):
            yield Suspect(
                "attachments.local",
                "正文",
                link.raw[:200],
                link.text or "",
                "链接指向编辑者电脑上的文件",
                "上传附件后重新链接",
            )


def _pictures(body: Body) -> Iterator[Suspect]:
    for picture in body.pictures:
        if local(picture.raw):
            yield Suspect(
                "pictures.local",
                "正文",
                picture.raw[:200],
                picture.text or "",
                "图片在编辑者的电脑上",
                "上传图片后重新插入",
            )
        elif picture.raw.startswith("data:") and data_bytes(picture.raw) is None:
            yield Suspect(
                "pictures.broken",
                "正文",
                picture.raw[:60],
                "",
                "内嵌图片的数据损坏",
                "重新插入图片",
            )
        elif not picture.raw.startswith("data:") and placeholder_name(picture.url):
            yield Suspect(
                "pictures.placeholder",
                "正文",
                picture.url[:300],
                picture.text or "",
                "图片是占位图",
                "换成真实图片",
            )


def _wanted(body: Body) -> Iterator[Resource]:
    for link in body.links:
        if link.url.startswith(("http://", "https://")) and not local(link.raw):
            yield Resource("attachment" if link.file else "link", link.url, _named(link))
    for picture in body.pictures:
        shown = picture.url.startswith(("http://", "https://")) and not local(picture.raw)
        if shown and not placeholder_name(picture.url):
            yield Resource("picture", picture.url, _named(picture))


def _named(target: Target) -> str:
    return re.sub(r"\s+", " ", target.text or "")[:200]
