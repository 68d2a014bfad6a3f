"""A real browser before the sample office: the stage of a module, sign-in, and an ear for all that
goes wrong."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from lxml.html import fromstring

from crawler.net.browser import lacking
from monitor.access.roles import ROLES, Role
from monitor.demo.district import District
from monitor.demo.web import add_sample_users, sample_web
from tests.support.district import START, Clock, Town, served, small_district, town

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WIDE, DESK, PHONE = (
    {"width": 1366, "height": 900},
    {"width": 1280, "height": 800},
    {"width": 390, "height": 844},
)
HOSTILE = "<script>alert(1)</script>\u202e<img src=x onerror=alert(2)>" + "长" * 2000
"""A title as nobody should write it."""
needs_chromium = pytest.mark.skipif(
    bool(lacking(CHROMIUM)), reason=f"NOT TESTED: the pages in a real browser. {lacking(CHROMIUM)}"
)


@dataclass
class Ear:
    """What was asked by, and went wrong on, the pages of one browser context. ``answer``: dialogs
    are expected, and agreed to."""

    home: str
    outside: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    answer: bool = False
    asked: list[str] = field(default_factory=list)

    def listen(self, page: Any) -> None:
        """Hear every request, console error, exception and dialog of ``page``."""
        page.on("request", self._requested)
        page.on("console", lambda m: self._console(page, m))
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        if self.answer:
            self.asked.append(dialog.message)
            dialog.accept()
        else:
            self.wrong.append(f"dialog {dialog.message}")
            dialog.dismiss()

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((f"{self.home}/", "data:", "about:")):
            self.outside.append(request.url)

    def _console(self, page: Any, message: Any) -> None:
        # A frozen page of somebody else may not run its scripts: the browser says so, which is
        # right.
        if message.type == "error" and "frame is sandboxed" not in message.text:
            self.wrong.append(f"{page.url}: {message.text}")


@dataclass
class Show:
    """The served office and a browser before it."""

    town: Town
    url: str
    password: str
    browser: Any
    states: dict[Role, Any] = field(default_factory=dict)

    @contextmanager
    def page(self, role: Role | None, ear: Ear | None = None, **settings: Any) -> Iterator[Any]:
        """A page of a browser of its own, signed in as ``role``; what goes wrong on it fails the
        test."""
        state = self.signed_in(role) if role else None
        context = self.browser.new_context(
            **{"viewport": WIDE, "locale": "zh-CN", "base_url": self.url, "storage_state": state}
            | settings
        )
        context.set_default_timeout(15_000)
        heard = ear or Ear(self.url)
        try:
            page = context.new_page()
            heard.listen(page)
            yield page
            if ear is None:
                assert (heard.wrong, heard.outside) == ([], [])
        finally:
            context.close()

    def signed_in(self, role: Role) -> Any:
        """The cookies of ``role``, got once by its name and password."""
        if role not in self.states:
            context = self.browser.new_context(base_url=self.url)
            page = context.new_page()
            page.goto("/login")
            page.fill("[name=name]", ROLES[role].sample)
            page.fill("[name=password]", self.password)
            page.click("button.main")
            page.wait_for_url(lambda address: "login" not in address)
            self.states[role] = context.storage_state()
            context.close()
        return self.states[role]


def late_district() -> District:
    """The small district with a second column that is late: one is mended in a story, one stays."""
    data = small_district().model_dump(mode="json", by_alias=True, exclude_unset=True)
    old = next(column for column in data["columns"] if column["id"] == "old")
    more = {"id": "land", "name": "征地信息", "folder": "zdly/zdxx", "newest": "2019-03-04"}
    return District.model_validate(
        {**data, "as_of": START, "columns": [*data["columns"], {**old, **more}]}
    )


@contextmanager
def show(folder: Path, *, hostile: bool = False) -> Iterator[Show]:
    """The small district after its first night, its web, and a Chromium. ``hostile``: with a title
    nobody should write."""
    from playwright.sync_api import sync_playwright

    clock = Clock()
    with served(folder, clock, late_district()) as sample, town(folder, sample, clock) as here:
        if hostile:
            sample.portal.publish("news", HOSTILE, "<b>来源</b>", clock.now)
        here.night()
        password = add_sample_users(here.office, clock)
        # The browser comes last: its loop is this thread's, and the night needs one of its own.
        with sample_web(here.office, clock) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
            try:
                yield Show(here, url, password, browser)
            finally:
                browser.close()


FILE = re.compile(
    r"(\.xlsx|\.csv|\.ics|\.gz|\.json|/files/[^?]*|[?&]download=true|/proof(/[^?]*)?)(\?|$)"
)
"""Addresses that give a file, or a frozen page of somebody else, instead of a page of ours."""


def shape(address: str) -> str:
    """What an address has in common with others of its page: ids taken out."""
    path = re.sub(r"^/(outlets|units|checklist|users)/[^/]+", r"/\1/X", urlsplit(address).path)
    return re.sub(r"/\d[\w%.-]*", "/N", path)


def walk(
    page: Any, home: str, start: Sequence[str], most: Mapping[str, int], *, opened: bool = True
) -> Iterator[tuple[str, int]]:
    """Follow every link of our own, a few of each shape (``most``, else one): the address and its
    status.

    Each page is opened in the browser and stays so while the caller has it; files, and without
    ``opened`` pages too, are only asked for.
    """
    todo, done, seen = deque(start), set[str](), Counter[str]()
    while todo:
        address = todo.popleft()
        kind = shape(address)
        if address in done or seen[kind] >= most.get(kind, 1):
            continue
        done.add(address)
        seen[kind] += 1
        if FILE.search(address):
            yield address, page.request.get(address, max_redirects=0).status
            continue
        answer = page.goto(address) if opened else page.request.get(address)
        links = (
            urljoin(home + address, link.get("href"))
            for link in fromstring(answer.text()).iterfind(".//a[@href]")
        )
        todo.extend(
            one.removeprefix(home).partition("#")[0] or "/" for one in links if one.startswith(home)
        )
        yield address, answer.status
