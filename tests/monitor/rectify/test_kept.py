"""A kept page that was replaced, re-dated or harmed is told, by the record's check and by the proof
itself."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from crawler.walking.copies import PageCopyRow
from monitor.rectify.kept import kept_fault
from monitor.rectify.proof import record_copies
from tests.conftest import Store
from tests.support.outbox_store import NOW, seed

BODY = "<p>2020年1月1日的列表</p>".encode()


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with two kept pages that the record knows."""
    seed(store)
    with store.engine.begin() as c:
        for number in range(2):
            body = BODY + b" " * number
            row = {"outlet_id": "zlaq", "hash": hashlib.sha256(body).hexdigest()}
            row |= {"url": "http://portal.example.org/zlaq/", "moment": NOW, "last": NOW}
            row |= {"final_url": row["url"], "status": 200, "headers": {}}
            c.execute(insert(PageCopyRow).values(row | {"body": zlib.compress(body), "cut": False}))
        assert record_copies(c, NOW) == 2
    return store


OTHER = BODY.replace(b"2020", b"2019")
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "another body": {"body": zlib.compress(OTHER)},
    "another body with its hash": {
        "body": zlib.compress(OTHER),
        "hash": hashlib.sha256(OTHER).hexdigest(),
    },
    "a body that cannot be unpacked": {"body": b"\xa5" * 40},
    "another day": {"moment": NOW - timedelta(days=90)},
    "another address": {"final_url": "http://portal.example.org/other/"},
}


def test_pages_that_are_as_they_were_kept_are_no_fault(kept: Store) -> None:
    with kept.reader.connect() as c:
        assert kept_fault(c) == ""


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_page_that_is_not_as_it_was_kept_is_told(kept: Store, change: str) -> None:
    with kept.engine.begin() as c:
        c.execute(update(PageCopyRow).where(PageCopyRow.id == 2).values(CHANGES[change]))
    with kept.reader.connect() as c:
        assert kept_fault(c).startswith("网页存档第 2 份（zlaq）")
