"""Bodies are unpacked within their limit, whatever they name and however they come."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.net.unpacking import Garbled, Oversized, Unpacked

TEXT = "样例工作动态信息。".encode() * 500


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "a name that nobody knows": ("utf-8", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "two members": ("gzip", lambda body: gzip.compress(body[:700]) + gzip.compress(body[700:])),
    "rubbish behind": ("gzip", lambda body: gzip.compress(body) + b"\r\n\r\n"),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "twice": ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "mixed": ("deflate, br", lambda body: brotli.compress(zlib.compress(body))),
}


def unpacked(coding: str, packed: bytes, *, step: int = 1000, most: int = 1_000_000) -> bytes:
    found = Unpacked(coding, most)
    for start in range(0, len(packed), step):
        found.add(packed[start : start + step])
    return bytes(found.body)


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_a_body_comes_out_as_it_went_in(name: str, step: int) -> None:
    coding, pack = PACKED[name]
    assert unpacked(coding, pack(TEXT), step=step) == TEXT


@given(st.binary(max_size=3000), st.sampled_from(sorted(PACKED)), st.integers(1, 500))
def test_whatever_the_body_and_the_pieces(body: bytes, name: str, step: int) -> None:
    coding, pack = PACKED[name]
    assert unpacked(coding, pack(body), step=step) == body


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    ],
    ids=["gzip", "br", "deflate", "twice"],
)  # fmt: skip
def test_a_bomb_is_stopped_at_the_limit_and_costs_no_more(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(bytes(50_000_000))
    found = Unpacked(coding, 2_000_000)
    tracemalloc.start()
    with pytest.raises(Oversized):
        found.add(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_many_layers_are_refused() -> None:
    with pytest.raises(Oversized):
        Unpacked(", ".join(["gzip"] * 20), 1_000_000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_what_is_not_packed_as_it_says_is_told(coding: str) -> None:
    with pytest.raises(Garbled):
        unpacked(coding, b"<html><body>this is a page as it is</body></html>" * 40)


def test_a_torn_body_is_what_came_of_it() -> None:
    assert TEXT.startswith(unpacked("gzip", gzip.compress(TEXT)[:-10]))
