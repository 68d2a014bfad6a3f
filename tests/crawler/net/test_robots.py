"""robots.txt as editors and servers save it: the rules are obeyed however they were written
down."""

from __future__ import annotations

import codecs
import gzip
from datetime import UTC, datetime

import pytest
from protego import Protego

from crawler.model import Page
from crawler.net.robots import MOST, rules_text

RULES = "User-agent: *\r\nDisallow: /inner/\r\n# 内部栏目\r\n"


def page(body: bytes, status: int = 200) -> Page:
    return Page("", "", status, {}, body, datetime(2026, 11, 30, tzinfo=UTC))


WRITTEN = {
    "plain": RULES.encode(),
    "utf-8 with mark": codecs.BOM_UTF8 + RULES.encode(),
    "utf-16 le": codecs.BOM_UTF16_LE + RULES.encode("utf-16-le"),
    "utf-16 be": codecs.BOM_UTF16_BE + RULES.encode("utf-16-be"),
    "utf-16 le, no mark": RULES.encode("utf-16-le"),
    "utf-16 be, no mark": RULES.encode("utf-16-be"),
    "gbk": RULES.encode("gb18030"),
    "packed": gzip.compress(RULES.encode()),
    "packed utf-16": gzip.compress(codecs.BOM_UTF16_LE + RULES.encode("utf-16-le")),
    "packed, then cut": gzip.compress(RULES.encode())[:-4],
    "packed bomb": gzip.compress(RULES.encode() + b"#" * (8 * MOST)),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_its_rules_are_obeyed_however_it_was_saved(written: str) -> None:
    rules = Protego.parse(rules_text(page(WRITTEN[written])))
    assert not rules.can_fetch("http://www.example.org/inner/1.htm", "gengxin")
    assert rules.can_fetch("http://www.example.org/list/", "gengxin")


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"<!DOCTYPE html><HTML><body>404</body>", b"\x1f\x8b no gzip"]
)
def test_what_is_no_file_of_rules_holds_none(body: bytes) -> None:
    assert rules_text(page(body)) == ""


def test_an_error_page_holds_none() -> None:
    assert rules_text(page(RULES.encode(), 404)) == ""
