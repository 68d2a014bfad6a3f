"""A corpus of our own: small pages written by hand, one habit each, against what a reader of the
page would say.

``tests/corpus/answers.yaml`` holds the answers, written before the reader was asked. A page that is
read wrongly and cannot be mended yet stands in ``NOT_YET`` with its reason: the day it is read
right, the test fails and asks for its removal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.model import Article, Evidence, Page, Reading
from crawler.reading.article import read_article
from crawler.reading.listing import read_list
from crawler.reading.states import refusal

CORPUS = Path(__file__).parents[2] / "corpus"
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
COLUMN = "http://www.linshui.example.gov.cn/xwzx/tzgg/index.html"
OPEN = "open"
ANSWERS: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (CORPUS / "answers.yaml").read_text("utf-8")
)
NOT_YET: Mapping[str, str] = {}


def page(file: str) -> Page:
    url = ANSWERS[file].get("url", COLUMN)
    return Page(url, url, 200, {}, (CORPUS / file).read_bytes(), NOW)


def told_of_a_list(reading: Reading) -> dict[str, Any]:
    """What the reading says, in the words of the answers."""
    newest, upper = reading.newest, reading.upper
    return {
        "outcome": reading.outcome.value,
        "reason": reading.reason,
        "newest": newest.day if newest else None,
        "posts": sum(post.published is not None for post in reading.posts),
        "evidence": reading.evidence.value,
        "upper": upper.isoformat() if upper else OPEN,
        "total": reading.total,
        "next": reading.next[0] if reading.next else None,
        "family": reading.family,
        "first": reading.posts[0].title if reading.posts else None,
    }


def told_of_an_article(article: Article) -> dict[str, Any]:
    published = article.published
    return {
        "date": published.day if published else None,
        "weak": published.place if published else None,
        "origin": article.origin,
    }


def differences(told: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[str]:
    for name, right in answer.items():
        if name in told:
            allowed = [str(one) for one in (right if isinstance(right, list) else [right])]
            if str(told[name]) not in allowed:
                yield f"{name}: said {told[name]}, right is {' or '.join(allowed)}"


def files(*, articles: bool, marked: bool = True) -> list[Any]:
    return [
        pytest.param(
            file,
            id=answer["says"],
            marks=[pytest.mark.xfail(reason=NOT_YET[file], strict=True)]
            if marked and file in NOT_YET
            else [],
        )
        for file, answer in ANSWERS.items()
        if file.startswith("articles/") == articles
    ]


@pytest.mark.parametrize("file", files(articles=False))
def test_a_list_page_is_read_as_a_reader_would(file: str) -> None:
    one, answer = page(file), ANSWERS[file]
    told = told_of_a_list(refusal(one) or read_list(one))
    assert list(differences(told, {"outcome": "read"} | dict(answer))) == []


@pytest.mark.parametrize("file", files(articles=True))
def test_an_article_is_read_as_a_reader_would(file: str) -> None:
    assert list(differences(told_of_an_article(read_article(page(file))), ANSWERS[file])) == []


@pytest.mark.parametrize("file", files(articles=False, marked=False))
def test_no_page_proves_another_newest_day(file: str) -> None:
    """Also where the reader is not yet right: refused or partial it may be, never wrong."""
    one, answer = page(file), ANSWERS[file]
    reading = refusal(one) or read_list(one)
    proven = reading.evidence is Evidence.COMPLETE and reading.newest is not None
    right = answer.get("newest")
    days = right if isinstance(right, list) else [right]
    assert not proven or right is None or reading.newest is None or reading.newest.day in days
    assert not proven or answer.get("evidence") not in ("partial", "weak", "none")


def test_every_page_has_its_answer_and_every_answer_its_page() -> None:
    there = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*.*")} - {"answers.yaml"}
    assert there == set(ANSWERS)
    assert len({answer["says"] for answer in ANSWERS.values()}) == len(ANSWERS) >= 150
    assert set(NOT_YET) <= set(ANSWERS)
