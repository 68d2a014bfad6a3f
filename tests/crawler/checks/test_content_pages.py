"""On saved articles of real portals the alarms are those that a person has looked at, and no
others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.checks.page import Office, check_page
from crawler.checks.rules import speaking
from crawler.model import Outcome, Page
from crawler.net.guard import host_of
from tests.conftest import SHARED

FOLDER = SHARED / "fixtures" / "pages"
REVIEWED = {
    ("gxpopss.gxnews.com.cn_art_20190520.html", "wording.halfwidth"),
    ("hdzfxxgk.hd.gov.cn_t20200802_1352104.html", "layout.code"),
    ("www.cicpa.org.cn_t20210429_61745.html", "hidden.script"),
}
"""All three are right."""


def articles() -> list[dict[str, Any]]:
    labels = FOLDER / "labels.jsonl"
    if not labels.is_file():
        return []
    entries = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    return [entry for entry in entries if entry["kind"] == "article"]


@pytest.mark.skipif(not articles(), reason="the saved pages are not beside the project (../shared)")
def test_the_alarms_on_saved_articles_are_those_that_were_looked_at() -> None:
    found, read = set(), 0
    for entry in articles():
        url = entry.get("page_url") or f"http://{entry['file'].split('_')[0]}/a/b.html"
        page = Page(
            url,
            url,
            200,
            {},
            (FOLDER / entry["file"]).read_bytes(),
            datetime(2026, 11, 23, tzinfo=UTC),
        )
        checked = check_page(page, Office(frozenset({host_of(url)}), speaking()))
        read += checked.outcome is Outcome.READ
        found |= {(entry["file"], suspect.rule) for suspect in checked.suspects}
    assert read >= 15
    assert found == REVIEWED
