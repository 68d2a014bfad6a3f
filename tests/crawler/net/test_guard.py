"""Which addresses may be fetched: the catalogue's hosts, never this machine or its network."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.net.guard import forbidden, host_of, refusal_of

HOSTS = frozenset({"www.example.gov.cn", "127.0.0.1", "10.0.0.1", "localhost", "[::1]", "::1"})


@pytest.mark.parametrize(
    "url", ["http://www.example.gov.cn/", "https://WWW.example.gov.cn:8443/a?b=c#d"]
)
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


INSIDE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
"""IPv4 that is nobody's on the internet (RFC 6890 and its register)."""
INSIDE6 = [
    "::/96", "::ffff:0:0:0/96", "100::/64", "64:ff9b:1::/48", "2001::/32", "2001:10::/28", "2001:db8::/32", "3fff::/20",
    "5f00::/16", "4000::/3", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip
"""The same of IPv6: compatible, SIIT, the local NAT64's, Teredo's, what nobody was given, local,
site-local, to many at once."""


def within(*networks: str) -> st.SearchStrategy[int]:
    """Any address of ``networks`` as a number, the ends of each often."""
    found = [ip_network(one) for one in networks]
    inner = [st.integers(int(one[0]), int(one[-1])) for one in found]
    ends = st.sampled_from([int(one[at]) for one in found for at in (0, -1)])
    return st.one_of(ends, *inner)


def parts(number: int, count: int) -> list[int]:
    """An IPv4 address as one to four numbers, the last one holding the rest."""
    heads = [number >> shift & 255 for shift in (24, 16, 8)][: count - 1]
    return [*heads, number & (1 << 8 * (5 - count)) - 1]


DIGITS: tuple[Callable[[int], str], ...] = (
    str,
    hex,
    lambda n: f"0{n:o}",
    lambda n: f"0X{n:X}",
    lambda n: f"00{n}",
)


@st.composite
def numbered(draw: st.DrawFn, number: int) -> str:
    """One of the spellings by which resolvers of some system understand an IPv4 address."""
    found = parts(number, draw(st.integers(1, 4)))
    text = ".".join(draw(st.sampled_from(DIGITS))(one) for one in found) + draw(
        st.sampled_from(["", ".", ".."])
    )
    wide = str.maketrans("0123456789.", "０１２３４５６７８９。")
    return draw(
        st.sampled_from(
            [text, text.upper(), text.translate(wide), text.replace(".", "．"), f"{text}\t"]
        )
    )


def wraps(number: int) -> list[str]:
    """IPv6 addresses that lead to this IPv4 address."""
    four, high, low = IPv4Address(number), number >> 16, number & 0xFFFF
    return [
        f"::ffff:{four}",
        f"::ffff:{high:x}:{low:x}",
        f"0:0:0:0:0:FFFF:{high:04X}:{low:04x}",
        f"::{four}",
        f"::ffff:0:{four}",
        f"64:ff9b::{four}",
        f"64:FF9B:0::{high:x}:{low:x}",
        f"64:ff9b:1::{four}",
        f"64:ff9b:1:{high:x}:{low >> 8:x}:{(low & 255) << 8:x}::",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}",
        f"2001:0:{high:x}:{low:x}::",
        f"2400:3200::5efe:{four}",
        f"2400:3200::200:5efe:{high:x}:{low:x}",
    ]


def refused(host: str) -> str:
    """What the guard says of a URL at ``host`` though a catalogue should name it; links of
    strangers alike."""
    url = f"http://{host}/x"
    named = refusal_of(url, {host_of(url), host})
    assert refusal_of(url, frozenset(), foreign=True) == named
    return named


@given(within(*INSIDE).flatmap(numbered))
@example("127.0.0.1")
@example("①②⑦.⓪.⓪.①")
@example("127.0.0.1\u00ad")
@example("0x7f.1")
def test_no_spelling_of_an_inner_number_passes(host: str) -> None:
    assert refused(host) in ("forbidden_address", "bad_address")


@given(within(*INSIDE), st.booleans(), st.data())
def test_no_address_that_wraps_an_inner_one_passes(
    number: int, loopback: bool, data: st.DataObject
) -> None:
    wrap = data.draw(st.sampled_from(wraps(number)))
    assert forbidden(wrap, allow_loopback=loopback), wrap
    assert refused(f"[{wrap}]") == "forbidden_address"


@given(within(*INSIDE6), st.sampled_from(["compressed", "exploded", "upper"]), st.booleans())
def test_no_inner_address_of_the_new_kind_passes(
    number: int, spelling: str, loopback: bool
) -> None:
    address = IPv6Address(number)
    text = {
        "compressed": str(address),
        "exploded": address.exploded,
        "upper": address.exploded.upper(),
    }[spelling]
    assert forbidden(text, allow_loopback=loopback) is not (
        loopback and address == IPv6Address("::1")
    )
    assert refused(f"[{text}]") == "forbidden_address"


@given(within(*INSIDE6, "2400:3200::/32"), st.sampled_from(["eth0", "1", "lo", "25eth0"]))
def test_a_zone_only_means_this_machine(number: int, zone: str) -> None:
    assert forbidden(f"{IPv6Address(number)}%{zone}", allow_loopback=True)
    assert refused(f"[{IPv6Address(number)}%{zone}]") in ("forbidden_address", "bad_address")


@given(
    within(
        "1.0.0.0/8",
        "8.0.0.0/7",
        "11.0.0.0/8",
        "58.0.0.0/7",
        "110.0.0.0/7",
        "202.0.0.0/8",
        "218.0.0.0/7",
    )
)
def test_a_public_number_passes_and_so_does_what_leads_to_it(number: int) -> None:
    four = str(IPv4Address(number))
    ways = (
        four,
        f"64:ff9b::{four}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
        f"::ffff:{four}",
    )
    assert [forbidden(one) for one in ways] == [False] * 4
    assert refused(four) == ""


@given(within("2400::/12", "2600::/12", "2a00::/12"))
def test_a_public_address_of_the_new_kind_passes(number: int) -> None:
    assert not forbidden(str(IPv6Address(number)))


@pytest.mark.parametrize(
    "host", ["政务.example.org", "www.xn--9kq.example.org", "a_b.example.org", "www.example.org."]
)
def test_an_honest_name_is_left_alone(host: str) -> None:
    assert refused(host) == ""


@pytest.mark.parametrize(
    "host",
    [
        "127%2e0%2e0%2e1", "www.example.org\\.evil.example.org", "www.example.org^", "a b.example.org",
        "localhost%00.example.org", "|", "中" * 64 + ".example.org",
    ],
)  # fmt: skip
def test_what_no_name_holds_is_no_address(host: str) -> None:
    assert refused(host) == "bad_address"


@pytest.mark.parametrize(
    "host", ["ｌｏｃａｌｈｏｓｔ", "LOCALHOST。", "a.ⓛocalhost", "printer．local"]
)
def test_a_name_for_this_machine_is_one_in_any_letters(host: str) -> None:
    assert refused(host) == "forbidden_address"
