"""Every page that a role can reach by links, in a real browser: whole, quiet, readable by
everybody, and asking nobody else.

One walk a role looks at all of this at once; the tests say what must be true of what it saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from monitor.access.roles import Role
from tests.support.web_browsing import (
    DESK,
    PHONE,
    WIDE,
    Ear,
    Show,
    needs_chromium,
    shape,
    show,
    walk,
)

pytestmark = [pytest.mark.slow, needs_chromium]
ROLES = tuple(Role)
MOST = {"/outlets/X": 3, "/findings/N": 2, "/columns": 3, "/findings": 2}
"""Pages of which there is more than one kind: a column kept up, one late, an account."""
LOOKED = (Role.ADMINISTRATOR, Role.UNIT, Role.LEADER)
"""Whose pages are opened, held against axe and measured: together they are all pages. The others'
are only asked for."""
START = {
    Role.UNIT: ("/me",),
    Role.ADMINISTRATOR: ("/", "/outlets/news", "/outlets/old", "/outlets/wb", "/bulletins/2020Q2"),
}


@dataclass
class Seen:
    """What one role's walk saw."""

    ear: Ear
    status: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    shapes: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with show(tmp_path_factory.mktemp("pages"), hostile=True) as found:
        yield found


@pytest.fixture(scope="module")
def seen(stage: Show) -> dict[Role, Seen]:
    return {role: _walked(stage, role) for role in ROLES}


def _walked(stage: Show, role: Role) -> Seen:
    found = Seen(Ear(stage.url))
    with stage.page(role, found.ear) as page:
        for address, status in walk(
            page, stage.url, START.get(role, ("/",)), MOST, opened=role in LOOKED
        ):
            found.status[address] = status
            if role in LOOKED and shape(address) not in found.shapes and page.url.endswith(address):
                found.faults += [f"{address}: {one}" for one in faults(page)]
                found.wide += [f"{address}: {one}" for one in too_wide(page)]
            found.shapes.add(shape(address))
    return found


def faults(page: Any) -> list[str]:
    """What axe-core calls serious or critical, contrast AA among it."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']} {node['target']} {node['html'][:160]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


STRETCH = """() => {
  for (const cell of document.querySelectorAll('main td.n')) cell.textContent = '12345–67890';
  for (const link of document.querySelectorAll('main td > a, main li > a')) link.textContent += '样例区行政服务中心管理委员会';
}"""
"""The longest numbers and names that a page may be given one day: a table that holds them scrolls
in a box of its own."""


def too_wide(page: Any) -> list[str]:
    """Where the page is wider than the window, on the desk or on the phone, as it is and with
    longer words in it."""
    found = _wider(page, "")
    page.evaluate(STRETCH)
    return found + _wider(page, " with long words")


def _wider(page: Any, how: str) -> list[str]:
    found = []
    for size in (PHONE, DESK, WIDE):
        page.set_viewport_size(size)
        width = page.evaluate("document.scrollingElement.scrollWidth")
        if width > size["width"]:
            found.append(f"{width} at {size['width']}{how}")
    return found


@pytest.mark.parametrize("role", LOOKED)
def test_no_request_leaves_the_machine_and_no_page_complains(
    seen: dict[Role, Seen], role: Role
) -> None:
    assert (seen[role].ear.outside, seen[role].ear.wrong) == ([], [])


@pytest.mark.parametrize("role", ROLES)
def test_every_link_that_a_role_is_shown_opens_for_it(seen: dict[Role, Seen], role: Role) -> None:
    assert {address: code for address, code in seen[role].status.items() if code >= 400} == {}
    assert len(seen[role].status) > (5 if role is Role.UNIT else 30)


@pytest.mark.parametrize("role", LOOKED)
def test_axe_finds_nothing_serious(seen: dict[Role, Seen], role: Role) -> None:
    assert seen[role].faults == []


@pytest.mark.parametrize("role", LOOKED)
def test_no_page_is_wider_than_the_desk_or_the_phone(seen: dict[Role, Seen], role: Role) -> None:
    assert seen[role].wide == []


def test_together_they_saw_every_page(seen: dict[Role, Seen]) -> None:
    wanted = {
        "/",
        "/columns",
        "/accounts",
        "/accounts/found",
        "/units",
        "/units/X",
        "/findings",
        "/findings/N",
        "/findings/board",
        "/orders",
        "/overdue",
        "/bulletins",
        "/bulletins/N",
        "/content",
        "/checklist",
        "/catalogue",
        "/health",
        "/leader",
        "/users",
        "/audit",
        "/charts",
        "/changes",
        "/attribution",
        "/me",
        "/me/tokens",
        "/api/v1/",
        "/outlets/X",
        "/outlets/X/frozen/N/view",
    }
    assert wanted - set().union(*(one.shapes for one in seen.values())) == set()


def test_axe_and_the_sign_in_page_agree(stage: Show) -> None:
    with stage.page(None, viewport=PHONE) as page:
        page.goto("/login")
        assert faults(page) == []
        assert too_wide(page) == []


def test_axe_would_have_found_something(stage: Show) -> None:
    with stage.page(None) as page:
        page.goto("/login")
        page.evaluate("document.querySelector('h1').style.color = '#ddd'")
        assert any("color-contrast" in one for one in faults(page))


def test_a_hostile_title_is_text_on_the_page_of_its_column(stage: Show) -> None:
    with stage.page(Role.OFFICE, viewport=PHONE) as page:
        page.goto("/outlets/news")
        text = page.inner_text("main")
        assert "<script>alert(1)</script>" in text
        assert "\u202e" not in text
        assert page.locator("main script:not([type='application/json']), main img").count() == 0
        assert page.locator("main a[href^='javascript:']").count() == 0
        assert too_wide(page) == []


@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        (Role.OFFICE, "/", ("总览", "距单项否决", "本月发布")),
        (Role.OFFICE, "/outlets/old", ("脱贫攻坚", "为什么", "发布日历")),
        (Role.OFFICE, "/bulletins", ("编制", "已封存")),
        (Role.LEADER, "/leader", ("样例区",)),
        (Role.UNIT, "/units/fgj", ("样例市样例区发展和改革局", "栏目和账号")),
    ],
)
def test_pages_are_read_without_javascript(
    stage: Show, role: Role, path: str, words: tuple[str, ...]
) -> None:
    with stage.page(role, java_script_enabled=False) as page:
        page.goto(path)
        text = page.inner_text("main")
        assert [word for word in words if word not in text] == []


def test_columns_are_filtered_by_their_button_without_javascript(stage: Show) -> None:
    with stage.page(Role.OFFICE, java_script_enabled=False) as page:
        page.goto("/columns")
        page.select_option("[name=value]", "stale")
        page.click("#filters button")
        names = page.locator("#rows tbody td.name a").all_inner_texts()
        assert sorted(name.rpartition("/")[2] for name in names) == ["征地信息", "脱贫攻坚"]
