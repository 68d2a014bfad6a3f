"""What a clerk, a leader and a unit read is Chinese: an English word, a code or an id only where it
belongs."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Any

import pytest
from lxml.html import fromstring

from monitor.access.roles import Role
from tests.support.web_browsing import FILE, shape
from tests.support.web_helpers import CATALOGUE, NAMES, ClientFor

ADDRESSES = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)+\b|\bgengxin [a-z]+(?: [a-z]+)?\b"
)
"""Addresses, mail, hosts, names of files and commands are what they are."""
PROGRAMS = {
    "gengxin", "Excel", "Word", "PDF", "APP", "WARC", "SHA", "MB", "GB", "JSON", "HTTP", "docx", "pdf", "xlsx", "xls", "csv", "uid", "ICP",
    "feed", "weibo", "wechat_album", "wechat_article", "API", "Chromium", "Python", "SQLite", "KB", "VIP", "UTF", "URL",
}  # fmt: skip
"""Programs, forms of files and technical marks that a Chinese office calls so itself."""
QUIET = ("/api", "/logout", "/health", "/content/rules", "/me/tokens")
"""For programs, or the administrator's own technical page."""


def given() -> set[str]:
    """Words that are data of the sample: ids, handles, hostile titles, names to sign in by."""
    data = re.findall(r"[A-Za-z]\w+", f"{CATALOGUE} {list(NAMES.values())} script alert")
    return set(data)


@pytest.mark.parametrize(
    ("role", "start"), [(Role.OFFICE, "/"), (Role.LEADER, "/leader"), (Role.UNIT, "/units/wjj")]
)
def test_no_page_speaks_english_or_in_codes(office_web: Any, role: Role, start: str) -> None:
    client_for: ClientFor = office_web[0]
    browser, allowed, seen, done = client_for(role), PROGRAMS | given(), Counter[str](), set[str]()
    todo, wrong = (
        deque([start, "/outlets/wjxx", "/outlets/cgxx"] if role is not Role.UNIT else [start]),
        dict[str, set[str]](),
    )
    while todo:
        address = todo.popleft()
        if (
            address in done
            or seen[shape(address)] >= 3
            or FILE.search(address)
            or address.startswith(QUIET)
        ):
            continue
        done.add(address)
        seen[shape(address)] += 1
        answer = browser.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
            continue
        page = fromstring(answer.text)
        links = (link.get("href").partition("#")[0] for link in page.iterfind(".//a[@href]"))
        todo.extend(one for one in links if one.startswith("/"))
        if words := foreign(page, allowed):
            wrong[address] = words
    assert wrong == {}
    assert len(done) > (1 if role is Role.UNIT else 15)


def foreign(page: Any, allowed: set[str]) -> set[str]:
    """Latin words that a person sees on ``page``."""
    shown = page.xpath(
        "//body//text()[not(ancestor::script or ancestor::style or ancestor::code or ancestor::*[contains(@class, 'mono') or contains(@class, 'hash')])]"
    )
    text = ADDRESSES.sub(" ", " ".join(shown))
    return set(re.findall(r"(?<![\w-])[A-Za-z][A-Za-z_]+(?![\w-])", text)) - allowed
