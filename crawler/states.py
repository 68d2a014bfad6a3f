"""Is this page an answer at all? Blocked, unreachable and odd pages are told apart before a reader sees them.

A wall read as a page without posts would accuse a unit of silence, so every doubt here ends in an outcome
with the mark that gave it away. The other way round counts as much: a page that has a list or an article
is never refused for the words it quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.jumps import frames, jumps
from crawler.markup import base_url, decode, join, metas, said, tree
from crawler.model import Evidence, Outcome, Page, Reading
from crawler.passages import Passage, passages
from crawler.wording import (
    APP,
    CAPTCHA_SCRIPTS,
    CHALLENGE_SCRIPTS,
    ERROR_PATH,
    LOGIN_PATH,
    PROVE_AND_RELOAD,
    SIGNS,
    SOFT_404,
    TITLES,
)

BLOCKED, UNREACHABLE, UNREADABLE = Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.UNREADABLE

ERRORS: dict[str, Outcome] = {"robots": BLOCKED, "too_large": UNREADABLE}
"""Fetch errors that are not simply UNREACHABLE."""

FEW_LINKS = 12
"""A column page links to its portal's other columns; a wall, a stub or a notice hardly links at all."""
LITTLE = 900
"""Characters of text up to which a page with few links may be a notice (the longest seen has 260)."""
TEMPLATE_PROSE = 1500
"""Characters outside of links up to which a page with the portal's own frame may be its error page."""
LOGIN_WORDS = 300
"""A page of more words mentions 请登录 among other things."""
MANY_DATES = 3
SHORT_PASSAGE = 90
DATE = re.compile(r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|(?<![\d-])\d{2}-\d{2}(?![\d-])")
TITLE = re.compile(r"<title[^>]{0,80}>([^<]{0,300})", re.I)
SPLIT_TITLE = re.compile(r"\s*[|_—–｜]+\s*|\s+-+\s+|(?<=[\u4e00-\u9fff\d])-(?=[\u4e00-\u9fff])")
HINTS = ("不存在", "找", "删除", "ot found")
"""One of these is in every wording of a soft 404; each costs one search of the text."""
PRINTED = re.compile(
    r"发布(?:时间|日期)|发表(?:时间|日期)|(?:信息|文章|稿件|新闻)?来源\s?[:：]|(?:浏览|阅读|点击)(?:次数|量|数)|上一[篇条]|下一[篇条]"
)
"""What an article prints and a wall does not."""
TEXT_TYPES = ("text/", "html", "xml", "json", "javascript")
BINARY_STARTS = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"\x1f\x8b",
    b"RIFF",
)


@dataclass(frozen=True, slots=True)
class _Look:
    """A suspicious page taken apart: ``text`` all that is seen, ``prose`` what stands outside of links."""

    page: Page
    source: str
    root: HtmlElement
    title: str
    passages: list[Passage]
    scripts: str
    text: str
    prose: str
    links: int

    @property
    def dates(self) -> int:
        return len(DATE.findall(self.text))

    @property
    def says_little(self) -> bool:
        return len(self.text) <= LITTLE and self.links <= FEW_LINKS and self.dates < MANY_DATES


def refusal(page: Page, text: str | None = None) -> Reading | None:
    """Why ``page`` can be neither list nor article, or ``None`` when a reader should look at it.

    BLOCKED, UNREACHABLE or UNREADABLE with ``reason`` and ``mark``. For ``redirect_stub`` and ``frameset``
    the ``next`` addresses tell where the content stands; follow them once. ``text`` spares the decoding when
    the caller has done it. Never raises; on an ordinary list page it costs a few searches in the text.
    """
    if page.status == 304 and not page.error:
        return None
    answered = _by_answer(page)
    if answered is not None and answered.outcome is not BLOCKED and page.status < 500:
        return answered
    if text is None:
        text = decode(page.body, page.headers)
    if answered is not None:
        return _wall_in(page, text, answered)
    return _by_redirect(page) or _by_content(page, text)


def _no(outcome: Outcome, reason: str, mark: str, next_: tuple[str, ...] = ()) -> Reading:
    return Reading(outcome, Evidence.NONE, next=next_, reason=reason, mark=" ".join(mark.split())[:200])


def _by_answer(page: Page) -> Reading | None:
    """What the fetch itself says: network error, status, type of content."""
    status = page.status
    if page.error or not status:
        reason = page.error or "no_answer"
        return _no(ERRORS.get(reason, UNREACHABLE), reason, page.error or "status 0")
    mark = f"HTTP {status}"
    if status in (404, 410):
        return _no(UNREACHABLE, "not_found", mark)
    if status == 401 or status == 407:
        return _no(BLOCKED, "login_wall", mark)
    if status == 408:
        return _no(UNREACHABLE, "timeout", mark)
    if status >= 500:
        return _no(UNREACHABLE, "server_error", mark)
    if status >= 400:
        return _no(BLOCKED, {412: "challenge", 429: "too_many_requests"}.get(status, "forbidden"), mark)
    if status >= 300:
        target = join(page.final_url, page.headers.get("location", ""))
        return _no(UNREADABLE, "redirect_stub", mark, (target,) if target else ())
    return _by_type(page)


def _by_type(page: Page) -> Reading | None:
    body = page.body
    if not body.strip():
        return _no(BLOCKED, "challenge", "HTTP 202, empty") if page.status == 202 else _empty()
    kind = page.headers.get("content-type", "").lower()
    if body.startswith(BINARY_STARTS) or b"\x00\x00\x00\x00" in body[:512]:
        return _no(UNREADABLE, "not_html", kind or repr(body[:8]))
    if kind and not any(word in kind for word in TEXT_TYPES) and b"<" not in body[:2048]:
        return _no(UNREADABLE, "not_html", kind)
    return None


def _empty() -> Reading:
    return _no(UNREADABLE, "empty_body", "nothing between the tags")


def _wall_in(page: Page, text: str, answered: Reading) -> Reading:
    """A status that refuses, with the words of the wall where the body has some: 521 is often a challenge."""
    root = tree(text)
    if root is None:
        return answered
    found = _said(_look(page, text, root))
    if found is None or found.outcome is not BLOCKED:
        return answered
    return _no(BLOCKED, found.reason, f"{answered.mark}: {found.mark}")


def _by_redirect(page: Page) -> Reading | None:
    """The server led somewhere else: to a login, an error page, or from a column to the home page."""
    if page.final_url == page.url or not page.final_url:
        return None
    try:
        asked, came = urlsplit(page.url), urlsplit(page.final_url)
    except ValueError:
        return _no(UNREADABLE, "bad_address", page.final_url)
    if LOGIN_PATH.search(came.path) and not LOGIN_PATH.search(asked.path):
        return _no(BLOCKED, "login_wall", f"redirected to {page.final_url}")
    if ERROR_PATH.search(came.path) and not ERROR_PATH.search(asked.path):
        return _no(UNREACHABLE, "soft_404", f"redirected to {page.final_url}")
    if not came.query and _is_home(came.path) and not _is_home(asked.path):
        return _no(UNREACHABLE, "soft_404", f"redirected to the home page {page.final_url}")
    return None


def _is_home(path: str) -> bool:
    return re.fullmatch(r"/?(?:index|default|main|home)?(?:\.\w{2,6})?", path, re.I) is not None


def _by_content(page: Page, text: str) -> Reading | None:
    """A page that came: a few searches decide whether it needs to be taken apart."""
    title = _title(text)
    titled = _by_title(title)
    if not (titled or page.status == 202 or _has_few_links(text) or _hinted(text)):
        return None
    root = tree(text)
    if root is None:
        return _empty() if not text.strip() or "<" in text else _plain(page, text)
    look = _look(page, text, root)
    return _said(look) or _portal_error(look, titled)


def _title(text: str) -> str:
    at = text.find("<title")
    match = TITLE.match(text, at) if at >= 0 else TITLE.search(text, 0, 20_000)
    return SPLIT_TITLE.split(" ".join(match[1].split()))[0].strip() if match else ""


def _by_title(title: str) -> Reading | None:
    if not 1 < len(title) <= 40:
        return None
    for outcome, reason, words in TITLES:
        if words.fullmatch(title):
            return _no(outcome, reason, f"title: {title}")
    return None


def _has_few_links(text: str) -> bool:
    at, count = 0, 0
    while count < FEW_LINKS:
        found = text.find("<a", at)
        at = (found if found >= 0 else text.find("<A", at)) + 2
        if at < 2:
            return True
        count += 1
    return False


def _hinted(text: str) -> bool:
    """Does the page say anywhere that something was not found? (The words are then read in their place.)"""
    for hint in HINTS:
        at = text.find(hint)
        for _ in range(20):
            if at < 0:
                break
            if SOFT_404.search(text, max(0, at - 40), at + 30):
                return True
            at = text.find(hint, at + 30)
    return False


def _plain(page: Page, text: str) -> Reading | None:
    """Text without a tag: a wall's one sentence, or data that the list reader may know."""
    words = " ".join(text.split())
    if len(words) > LITTLE:
        return None
    return _phrase(words) or (None if words[0] in "{[" else _no(UNREADABLE, "not_html", words[:60]))


def _look(page: Page, text: str, root: HtmlElement) -> _Look:
    parts = passages(root)
    seen = [passage for passage in parts if not passage.hidden]
    return _Look(
        page=page,
        source=text,
        root=root,
        title=_title(text),
        passages=parts,
        scripts="\n".join(script.text for script in root.iter("script") if script.text),
        text="\n".join(passage.text for passage in seen),
        prose="\n".join(passage.prose for passage in seen if passage.prose),
        links=sum(passage.links for passage in seen),
    )


def _said(look: _Look) -> Reading | None:
    """What a page that says little else says: its own words, then its script, then where it leads."""
    if not look.says_little or _is_data(look):
        return None
    return _script_wall(look) or _words(look) or _leads_away(look) or _nothing(look)


def _is_data(look: _Look) -> bool:
    """A list in a data block, or a page that presents itself as an article, is no wall."""
    if "<record" in look.source or (PRINTED.search(look.text) and DATE.search(look.text)):
        return True
    return bool(said(metas(look.root).get("pubdate", ())))


def _script_wall(look: _Look) -> Reading | None:
    if len(look.text) > 200:
        return None
    match = CHALLENGE_SCRIPTS.search(look.source)
    if match:
        return _no(BLOCKED, "challenge", match[0])
    if look.page.status == 202 and look.links == 0:
        return _no(BLOCKED, "challenge", "HTTP 202")
    match = CAPTCHA_SCRIPTS.search(look.scripts) if not look.links else None
    if match and not _has_password(look):
        return _no(BLOCKED, "captcha", match[0])
    return None


def _has_password(look: _Look) -> bool:
    return any((box.get("type") or "").lower() == "password" for box in look.root.iter("input"))


def _words(look: _Look) -> Reading | None:
    """The phrase that the page consists of. Links are other pages' words, unless there is nothing else."""
    alerts = " ".join(ALERT.findall(look.scripts))
    words = "\n".join((look.title, look.prose if len(look.prose) > 8 else look.text, alerts))
    if _has_password(look):
        return _no(BLOCKED, "login_wall", f"a password box; {look.title or look.text[:40]}")
    return _by_title(look.title) or _phrase(words)


ALERT = re.compile(r"""(?:alert|confirm|document\.write)\(\s{0,9}["']([^"'<>]{2,120})["']""")


def _phrase(words: str) -> Reading | None:
    for outcome, reason, pattern in SIGNS:
        match = pattern.search(words)
        if match and (reason != "login_wall" or len(words) <= LOGIN_WORDS):
            return _no(outcome, reason, match[0])
    return None


def _leads_away(look: _Look) -> Reading | None:
    """A page that only sends the browser on: meta refresh, script, frames."""
    base = base_url(look.root, look.page)
    framed = frames(look.root, base, alone=len(look.text) <= 60 and look.links < 3)
    if framed:
        return _no(UNREADABLE, "frameset", f"frames: {framed[0]}", framed)
    jump = jumps(look.root, look.scripts, look.page.headers.get("refresh", ""), base)
    if jump is None or (APP.search(look.source) and not jump.by_meta):
        return None
    if jump.targets and LOGIN_PATH.search(urlsplit(jump.targets[0]).path):
        return _no(BLOCKED, "login_wall", jump.raw)
    if jump.targets and ERROR_PATH.search(urlsplit(jump.targets[0]).path):
        return _no(UNREACHABLE, "soft_404", jump.raw)
    if not jump.targets or jump.targets[0] == look.page.final_url:
        return _no(BLOCKED, "challenge", jump.raw) if PROVE_AND_RELOAD.search(look.scripts) else None
    return _no(UNREADABLE, "redirect_stub", jump.raw, jump.targets)


def _nothing(look: _Look) -> Reading | None:
    """No text at all: a script that proves the browser, an application's empty box, or really nothing."""
    if len(look.text) > 60 or look.links:
        return None
    if (
        APP.search(look.source)
        or next(look.root.iter("img", "iframe", "table", "ul", "dl"), None) is not None
    ):
        return None
    match = PROVE_AND_RELOAD.search(look.scripts)
    if match and not look.text:
        return _no(BLOCKED, "challenge", match[0][:80])
    scripted = next(look.root.iter("script"), None) is not None
    if look.text:
        return None
    return _no(UNREADABLE, "script_page", "only scripts, no text") if scripted else _empty()


def _portal_error(look: _Look, titled: Reading | None) -> Reading | None:
    """The portal's own error page inside its usual frame of navigation and footer."""
    if len(look.prose) > TEMPLATE_PROSE or said(metas(look.root).get("pubdate", ())):
        return None
    if titled is not None and (
        titled.reason in ("soft_404", "server_error")
        or (titled.reason == "login_wall" and _has_password(look))
    ):
        return titled
    if look.dates >= MANY_DATES:
        return None
    for passage in look.passages:
        if (
            not passage.hidden
            and len(passage.prose) <= SHORT_PASSAGE
            and (match := SOFT_404.search(passage.prose))
        ):
            return _no(UNREACHABLE, "soft_404", match[0])
    return None
