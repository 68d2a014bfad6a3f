"""Which addresses are one, which are none, and where a redirect leads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.register.enter import sync
from crawler.walking.address_store import addresses_of, column_at
from crawler.walking.addresses import is_archive, is_route, one_address, other_host, same_place
from tests.conftest import Store
from tests.crawler.walking.test_store import NOW, catalogue, outlet

BASE = "http://www.example.org/xwzx/gzdt"


@pytest.mark.parametrize("other", [f"{BASE}/", "https://www.example.org/xwzx/gzdt", "HTTP://WWW.example.org:80/xwzx/gzdt#top", "http://www.example.org/xwzx/%67zdt"])  # fmt: skip
def test_spellings_of_one_address_are_one(other: str) -> None:
    assert one_address(other) == one_address(BASE)


@pytest.mark.parametrize("other", [f"{BASE}/list", f"{BASE}?id=7", "http://www.example.org:8080/xwzx/gzdt", "http://m.example.org/xwzx/gzdt", "http://www.example.org/XWZX/gzdt"])  # fmt: skip
def test_addresses_that_may_be_two_are_two(other: str) -> None:
    assert one_address(other) != one_address(BASE)
    assert not same_place(BASE, other)


def test_what_stands_behind_the_hash_counts_where_a_browser_reads_it() -> None:
    first, second = f"{BASE}#/list/1", f"{BASE}#/list/2"
    assert one_address(first) == one_address(second)
    assert one_address(first, rendered=True) != one_address(second, rendered=True)


@pytest.mark.parametrize(
    ("url", "route"),
    [("#/list/1", True), ("#!news", True), ("#!/news", True), ("#col=3", True), ("#top", False), ("#", False), ("", False)],
)  # fmt: skip
def test_a_route_is_told_from_a_place_on_the_page(url: str, route: bool) -> None:
    assert is_route(BASE + url) is route


@pytest.mark.parametrize("other", [f"{BASE}/", f"{BASE}/index.shtml", f"{BASE}/list.html", f"{BASE}/index_1.htm", "https://example.org/xwzx/gzdt/"])  # fmt: skip
def test_a_redirect_to_the_same_page_is_no_move(other: str) -> None:
    assert same_place(BASE, other)
    assert same_place(other, BASE)


@pytest.mark.parametrize("other", [f"{BASE}/2025/", f"{BASE}/index.html?id=2", "http://www.example.org/xwzx/", "http://www.example.org/", "http://[broken/"])  # fmt: skip
def test_a_redirect_elsewhere_is_one(other: str) -> None:
    assert not same_place(BASE, other)


def test_a_portal_that_moved_with_its_paths_is_told_from_another_page() -> None:
    assert other_host(BASE, "https://new.example.org/xwzx/gzdt/")
    assert not other_host(BASE, "https://new.example.org/xwzx/")
    assert not other_host(BASE, f"{BASE}/")


@pytest.mark.parametrize(
    ("landed", "archive"),
    [
        (f"{BASE}/2025/", True),
        (f"{BASE}_2025/", True),
        ("http://www.example.org/archive/gzdt/", True),
        ("http://www.example.org/lssj/gzdt/index.html", True),
        ("http://www.example.org/list?year=2025", True),
        (f"{BASE}/c120250/", False),
        (f"{BASE}/older/goldenhistoryofus/", False),
        (f"{BASE}/gzdt/", False),
    ],
)
def test_an_archive_is_known_by_its_folders(landed: str, archive: bool) -> None:
    assert is_archive(BASE, landed) is archive


def test_a_column_whose_own_address_bears_a_year_is_no_archive() -> None:
    assert not is_archive(f"{BASE}/2025/", f"{BASE}/2025/list/")
    assert is_archive(f"{BASE}/2025/", f"{BASE}/2024/")


def test_addresses_are_kept_with_their_days(store: Store) -> None:
    later = NOW + timedelta(days=3)
    with store.engine.begin() as connection:
        sync(connection, catalogue(outlet("a")), NOW)
        sync(connection, catalogue(outlet("a", floor=3)), NOW + timedelta(days=1))
        moved = catalogue(outlet("a", floor=3), outlet("b"))
        object.__setattr__(moved.outlets[0], "url", "http://portal/new/")
        sync(connection, moved, later)
        assert addresses_of(connection, "a") == [
            ("http://portal/a/", NOW, later),
            ("http://portal/new/", later, None),
        ]
        assert column_at(connection, "https://www.portal/b/index.html", "a") == "b"
        assert column_at(connection, "https://portal/b/", "b") == ""
        assert column_at(connection, "https://portal/nobody/", "a") == ""
