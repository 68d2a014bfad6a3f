"""Which addresses may be fetched: the catalogue's hosts, never this machine or its network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.net.guard import host_of, refusal_of

HOSTS = frozenset({"www.example.gov.cn", "127.0.0.1", "10.0.0.1", "localhost", "[::1]", "::1"})


@pytest.mark.parametrize("url", ["http://www.example.gov.cn/", "https://WWW.example.gov.cn:8443/a?b=c#d"])
def test_an_address_of_the_catalogue_is_fetched(url: str) -> None:
    assert refusal_of(url, HOSTS) == ""


@pytest.mark.parametrize(
    "url",
    [
        "", "/a/", "www.example.gov.cn/", "ftp://www.example.gov.cn/", "file:///etc/passwd",
        "javascript:void(0)", "http://", "http://:80/", "http://www.example.gov.cn:0/",
        "http://www.example.gov.cn:99999/", "http://[::1", "http://user:pw@www.example.gov.cn/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert refusal_of(url, HOSTS) == "bad_address"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.9.9.9:8000/", "http://localhost/", "http://a.localhost/",
        "http://10.0.0.1/", "http://172.16.3.4/", "http://192.168.1.1/", "http://169.254.169.254/",
        "http://0.0.0.0/", "http://[::1]/", "http://[fe80::1]/", "http://[::ffff:127.0.0.1]/",
        "http://2130706433/", "http://127.1/", "http://0x7f.1/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://127.0.0.1./", "http://localhost./", "http://224.0.0.1/", "http://100.64.0.1/",
    ],
)  # fmt: skip
def test_this_machine_and_its_network_are_never_asked(url: str) -> None:
    host = host_of(url)
    assert refusal_of(url, HOSTS | {host}) == "forbidden_address"


def test_the_sample_district_may_be_on_loopback_and_nothing_else_inside() -> None:
    assert refusal_of("http://127.0.0.1:8000/", HOSTS, allow_loopback=True) == ""
    assert refusal_of("http://localhost/", HOSTS, allow_loopback=True) == ""
    assert refusal_of("http://10.0.0.1/", HOSTS, allow_loopback=True) == "forbidden_address"
    assert refusal_of("http://127.0.0.1:8000/", frozenset(), allow_loopback=True) == "foreign_host"


@pytest.mark.parametrize(
    "url", ["http://elsewhere.example.com/", "http://example.gov.cn/", "http://8.8.8.8/"]
)
def test_a_host_that_no_catalogue_names_is_foreign(url: str) -> None:
    assert refusal_of(url, HOSTS) == "foreign_host"


@given(st.text(max_size=60), st.booleans())
def test_no_text_passes_or_breaks_the_guard(text: str, loopback: bool) -> None:
    words = {"bad_address", "forbidden_address", "foreign_host"}
    assert refusal_of(f"http://{text}", frozenset(), allow_loopback=loopback) in words
    assert isinstance(host_of(text), str)
