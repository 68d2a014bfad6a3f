"""A page as the passages of text that a person sees, in page order: for articles and for odd pages.

Lists do not use it (they look at elements); it walks the tree once, without recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "textarea", "select", "title", "object", "svg"}
)
"""A browser shows none of it as the page's words: a template's sample date is nobody's."""
INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "ucaptitle",
        "ucapcontent",
    ]
)
HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.I)
"""What a browser does not show: sample rows for scripts, the same rows again for phones."""
BLANKS = re.compile(r"[\s\u3000\xa0\u200b\ufeff]+")
"""Blanks of old editors: full-width, no-break and without width."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of text: ``text`` is all of it, ``prose`` what stands outside of links, blanks
    collapsed.

    ``links`` counts the links in it. ``tag`` is the element that opened it; ``hidden`` says that a
    style on the page hides it.
    """

    text: str
    prose: str
    links: int
    tag: str
    hidden: bool


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the open passage, and how deep it is inside links, unseen and hidden
    elements."""

    done: list[Passage] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    links: int = 0
    tag: str = ""
    inside_link: int = 0
    unseen: int = 0
    hidden: int = 0

    def say(self, text: str | None) -> None:
        if text and not self.unseen:
            self.words.append(text)
            if not self.inside_link:
                self.prose.append(text)

    def close(self, tag: str) -> None:
        """End the open passage; what follows belongs to ``tag``."""
        if self.words:
            text = BLANKS.sub(" ", "".join(self.words)).strip()
            if text:
                prose = BLANKS.sub(" ", "".join(self.prose)).strip()
                self.done.append(Passage(text, prose, self.links, self.tag, self.hidden > 0))
            self.words, self.prose = [], []
        self.links = 0
        self.tag = tag


def passages(root: HtmlElement) -> list[Passage]:
    """The passages of text under ``root`` in page order. Linear in the size of the page; never
    raises."""
    walk = _Walk()
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            _start(walk, element)
        elif event == "end":
            _end(walk, element)
        else:
            walk.say(element.tail)
    walk.close("")
    return walk.done


def _start(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag not in INLINE:
        walk.close(tag)
    if tag in UNSEEN:
        walk.unseen += 1
    elif tag == "a":
        walk.inside_link += 1
        walk.links += element.get("href") is not None
    if _is_hidden(element):
        walk.hidden += 1
    walk.say(element.text)


def _end(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag not in INLINE:
        walk.close("")
    if tag in UNSEEN:
        walk.unseen -= 1
    elif tag == "a":
        walk.inside_link -= 1
    if _is_hidden(element):
        walk.hidden -= 1
    walk.say(element.tail)


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style")
    return bool(style and HIDDEN.search(style)) or element.get("hidden") is not None
