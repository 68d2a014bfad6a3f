"""A page that says little, taken apart: a wall, an error page, a stub, or nothing at all?

Words prove something only where the page says little else. A page with a list or an article is
never refused for the words it quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.model import Evidence, Outcome, Page, Reading
from crawler.reading.articles.passages import Passage, passages
from crawler.reading.markup import base_url, metas, said
from crawler.reading.refusals.jumps import frames, jumps
from crawler.reading.refusals.wording import (
    APP,
    CAPTCHA_SCRIPTS,
    CHALLENGE_SCRIPTS,
    ERROR_PATH,
    LOGIN_PATH,
    PROVE,
    PUZZLE,
    SIGNS,
    SOFT_404,
    TITLES,
)

BLOCKED, UNREACHABLE, UNREADABLE = Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.UNREADABLE
FEW_LINKS = 12
"""A column page links to its portal's other columns; a wall, a stub or a notice hardly links at
all."""
LITTLE = 900
"""Characters of text up to which a page with few links may be a notice (the longest seen has
260)."""
TEMPLATE_PROSE = 1500
"""Characters outside of links up to which a page with the portal's own frame may be its error
page."""
FEW_WORDS = 300
"""A page of more words mentions 请登录 or 验证码 among other things."""
MANY_DATES = 3
"""A page with so many days may be a list, whatever its words."""
SHORT_PASSAGE = 90
"""A portal's own error page says it in a line, within the usual menu and foot."""
LONGEST_APOLOGY = 45
"""Error pages with a list of news beside: the apology is a short line of its own."""
APOLOGY = re.compile(
    r"\W*(?:非常|很|真)?(?:抱歉|对不起|遗憾|哎呀|404|sorry|您(?:要|所|想)?(?:访问|查看|浏览|请求|查找)的)",
    re.I,
)
"""How such lines begin: 抱歉，您访问的页面不存在."""
DATE = re.compile(
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|(?<![\d-])\d{2}-\d{2}(?![\d-])"
)
"""Days as lists and articles print them, with year or as MM-DD."""
TITLE = re.compile(r"<title[^>]{0,80}>([^<]{0,300})", re.I)
SPLIT_TITLE = re.compile(r"\s*[|_—–｜]+\s*|\s+-+\s+|(?<=[\u4e00-\u9fff\d])-(?=[\u4e00-\u9fff])")
"""Error pages put the site's name behind their words: 404-某某区人民政府."""
PRINTED = re.compile(
    r"发布(?:时间|日期)|发表(?:时间|日期)|(?:信息|文章|稿件|新闻)?来源\s?[:：]|(?:浏览|阅读|点击)(?:次数|量|数)|上一[篇条]|下一[篇条]"
)
"""What an article prints and a wall does not."""


@dataclass(frozen=True, slots=True)
class Look:
    """A suspicious page taken apart: ``text`` all that is seen, ``prose`` what stands outside of
    links."""

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


def no(outcome: Outcome, reason: str, mark: str, next_: tuple[str, ...] = ()) -> Reading:
    return Reading(
        outcome, Evidence.NONE, next=next_, reason=reason, mark=" ".join(mark.split())[:200]
    )


def empty() -> Reading:
    return no(UNREADABLE, "empty_body", "nothing between the tags")


def title_of(text: str) -> str:
    at = text.find("<title")
    match = TITLE.match(text, at) if at >= 0 else TITLE.search(text, 0, 20_000)
    return SPLIT_TITLE.split(" ".join(match[1].split()))[0].strip() if match else ""


def by_title(title: str) -> Reading | None:
    if not 1 < len(title) <= 40:
        return None
    for outcome, reason, words in TITLES:
        if words.fullmatch(title):
            return no(outcome, reason, f"title: {title}")
    return None


def look_at(page: Page, text: str, root: HtmlElement) -> Look:
    parts = passages(root)
    seen = [passage for passage in parts if not passage.hidden]
    return Look(
        page=page,
        source=text,
        root=root,
        title=title_of(text),
        passages=parts,
        scripts="\n".join(_scripts(root)),
        text="\n".join(passage.text for passage in seen),
        prose="\n".join(passage.prose for passage in seen if passage.prose),
        links=sum(passage.links for passage in seen),
    )


def _scripts(root: HtmlElement) -> list[str]:
    """The page's inline scripts, and what its body does on loading."""
    found = [script.text for script in root.iter("script") if script.text]
    return found + [body.get("onload") for body in root.iter("body") if body.get("onload")]


def said_by(look: Look) -> Reading | None:
    """What a page that says little else says: its own words, then its script, then where it
    leads."""
    if not look.says_little or _is_data(look):
        return None
    return _script_wall(look) or _words(look) or _leads_away(look) or _nothing(look)


def _is_data(look: Look) -> bool:
    """A list in a data block, or a page that presents itself as an article, is no wall."""
    if "<record" in look.source or (PRINTED.search(look.text) and DATE.search(look.text)):
        return True
    return bool(said(metas(look.root).get("pubdate", ())))


def _script_wall(look: Look) -> Reading | None:
    if len(look.text) > 200:
        return None
    match = CHALLENGE_SCRIPTS.search(look.source)
    if match:
        return no(BLOCKED, "challenge", match[0])
    if look.page.status == 202 and look.links == 0:
        return no(BLOCKED, "challenge", "HTTP 202")
    match = CAPTCHA_SCRIPTS.search(look.scripts) if not look.links else None
    if match and not _has_password(look):
        return no(BLOCKED, "captcha", match[0])
    return None


def _has_password(look: Look) -> bool:
    return any((box.get("type") or "").lower() == "password" for box in look.root.iter("input"))


def _words(look: Look) -> Reading | None:
    """The phrase that the page consists of. Links are other pages' words, unless there is nothing
    else."""
    alerts = " ".join(ALERT.findall(look.scripts))
    words = "\n".join((look.title, look.prose if len(look.prose) > 8 else look.text, alerts))
    if _has_password(look):
        return no(BLOCKED, "login_wall", f"a password box; {look.title or look.text[:40]}")
    return by_title(look.title) or phrase(words)


ALERT = re.compile(r"""(?:alert|confirm|document\.write)\(\s{0,9}["']([^"'<>]{2,120})["']""")
"""Pages that refuse by a box that the browser opens, and hold no text."""


def phrase(words: str) -> Reading | None:
    for outcome, reason, pattern in SIGNS:
        match = pattern.search(words)
        if match and (reason != "login_wall" or len(words) <= FEW_WORDS):
            return no(outcome, reason, match[0])
    match = PUZZLE.search(words) if len(words) <= FEW_WORDS else None
    return no(BLOCKED, "captcha", match[0]) if match else None


def _leads_away(look: Look) -> Reading | None:
    """A page that only sends the browser on: meta refresh, script, frames."""
    base = base_url(look.root, look.page)
    framed = frames(look.root, base, alone=len(look.text) <= 60 and look.links < 3)
    if framed:
        return no(UNREADABLE, "frameset", f"frames: {framed[0]}", framed)
    jump = jumps(look.root, look.scripts, look.page.headers.get("refresh", ""), base)
    if jump is None or (APP.search(look.source) and not jump.by_meta):
        return None
    if jump.targets and LOGIN_PATH.search(urlsplit(jump.targets[0]).path):
        return no(BLOCKED, "login_wall", jump.raw)
    if jump.targets and ERROR_PATH.search(urlsplit(jump.targets[0]).path):
        return no(UNREACHABLE, "soft_404", jump.raw)
    if not jump.targets or jump.targets[0] == look.page.final_url:
        return no(BLOCKED, "challenge", jump.raw) if PROVE.search(look.scripts) else None
    return no(UNREADABLE, "redirect_stub", jump.raw, jump.targets)


def _nothing(look: Look) -> Reading | None:
    """No text at all: a script that proves the browser, an application's empty box, or really
    nothing."""
    if len(look.text) > 60 or look.links:
        return None
    if (
        APP.search(look.source)
        or next(look.root.iter("img", "iframe", "table", "ul", "dl"), None) is not None
    ):
        return None
    match = PROVE.search(look.scripts)
    if match and not look.text:
        return no(BLOCKED, "challenge", match[0][:80])
    scripted = next(look.root.iter("script"), None) is not None
    if look.text:
        return None
    return no(UNREADABLE, "script_page", "only scripts, no text") if scripted else empty()


def portal_error(look: Look, titled: Reading | None) -> Reading | None:
    """The portal's own error page inside its usual frame of navigation and footer."""
    if len(look.prose) > TEMPLATE_PROSE or said(metas(look.root).get("pubdate", ())):
        return None
    if titled is not None and (
        titled.reason in ("soft_404", "server_error")
        or (titled.reason == "login_wall" and _has_password(look))
    ):
        return titled
    listed = look.dates >= MANY_DATES or _is_data(look)
    for passage in look.passages:
        match = SOFT_404.search(passage.prose) if len(passage.prose) <= SHORT_PASSAGE else None
        if match and not passage.hidden and (not listed or _is_apology(passage)):
            return no(UNREACHABLE, "soft_404", match[0])
    return None


def _is_apology(passage: Passage) -> bool:
    """A line of its own, as error pages have it even where a list of news stands beside it."""
    words = passage.prose
    return (
        len(words) <= LONGEST_APOLOGY
        and bool(APOLOGY.match(words))
        and not DATE.search(passage.text)
    )
