"""A list page taken apart: its outline, addresses, and what it says of its own column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crawler import markup
from crawler.families.base import Source
from crawler.model import Page, shanghai_day
from crawler.outline import Outline, squeeze

_SPLIT = re.compile(r"\s?[-_|—–>》:：]+\s?")


@dataclass(frozen=True, slots=True)
class Sight:
    """A list page taken apart: what the choice of the list and the reading of its rows need."""

    source: Source
    today: date
    page: Page
    hrefs: dict[int, str]
    names: tuple[str, ...]


def sight_of(text: str, sheet: Outline, page: Page, column: str) -> Sight:
    base = page.final_url or page.url
    said: list[str] = [column]
    for number, tag in enumerate(sheet.tags):
        element = sheet.elements[number]
        if tag == "base" and element.get("href"):
            base = markup.join(base, element.get("href") or "") or base
        elif tag == "title":
            said.extend(_SPLIT.split(squeeze(element.text or ""))[:1])
        elif tag == "meta" and (element.get("name") or "").lower() in ("columnname", "columntype"):
            said.append(squeeze(element.get("content") or ""))
        elif tag == "body":
            break
    scripts = tuple(sheet.elements[number].text or "" for number in sheet.scripts)
    hrefs = {anchor: address(sheet, anchor, base) for anchor in sheet.anchors}
    names = tuple(dict.fromkeys(name for name in said if 1 < len(name) < 25))
    return Sight(Source(text, base, sheet, scripts), shanghai_day(page.fetched_at), page, hrefs, names)


def address(sheet: Outline, anchor: int, base: str) -> str:
    """The absolute http address of a link, ``""`` where it has none (``javascript:;``, ``#``, ``mailto:``)."""
    href = (sheet.elements[anchor].get("href") or "").strip()
    if not href or href[0] == "#" or href[:11].lower() == "javascript:" or href[:7].lower() == "mailto:":
        href = _opened(sheet.elements[anchor].get("onclick") or href)
        if not href:
            return ""
    url = markup.join(base, href)
    return url if url[:4].lower() == "http" else ""


_OPENED = re.compile(r"""(?:window\.open|location(?:\.href)?|open)\s{0,3}[=(]\s{0,3}["']([^"']{1,500})["']""")


def _opened(script: str) -> str:
    match = _OPENED.search(script)
    return match[1] if match else ""
