"""The content sample: planted defects and near misses of every kind as tables, one post each
(docs/content.md).

A near miss looks like a defect to a careless check and is none. Where ``limit`` is set the check is
known to err.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from monitor.demo import defect_near as near
from monitor.demo import defect_texts as texts
from monitor.demo.defect_resources import Served, resource_cases
from monitor.demo.defect_shapes import shape_cases


@dataclass(frozen=True, slots=True)
class Case:
    """One post. ``rules`` are what must be found: none for a near miss. ``html`` is the article's
    inside, or with ``whole`` the whole page. ``files`` are served for it by path."""

    number: int
    kind: str
    rules: frozenset[str]
    html: str
    files: dict[str, Served]
    title: str = ""
    whole: bool = False
    limit: str = ""

    @property
    def near(self) -> bool:
        return not self.rules

    @property
    def path(self) -> str:
        return f"/nr/t20200601_{3_500_000 + self.number}.htm"


LEAD = "<p>这是演示用的样例信息，内容并不对应任何真实事件，供检查内容质量之用。</p>\n"


def cases(port: int) -> tuple[Case, ...]:
    """Every case; foreign and dead links need the sample's ``port``."""
    found: list[Case] = []
    for kind, rules, html, files, title, whole, limit in _all(port):
        found.append(Case(len(found) + 1, kind, frozenset(rules), html, files, title, whole, limit))
    return tuple(found)


Row = tuple[str, tuple[str, ...], str, dict[str, Served], str, bool, str]


def _all(port: int) -> Iterator[Row]:
    for rule, sentences in texts.WRONG.items():
        for sentence in sentences:
            yield rule, (rule,), LEAD + _paragraphs(sentence), {}, "", False, ""
    for rule, sentences in near.RIGHT.items():
        for sentence in sentences:
            yield rule, (), LEAD + _paragraphs(sentence), {}, "", False, ""
    for rule, title, sentence in near.RIGHT_TITLED:
        yield rule, (), LEAD + _paragraphs(sentence), {}, title, False, ""
    for rule, sentence, wanted, limit in near.LIMITS:
        yield rule, wanted, LEAD + _paragraphs(sentence), {}, "", False, limit
    yield from shape_cases(port, LEAD)
    yield from resource_cases(port, LEAD)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>\n" for line in text.split("\n"))
