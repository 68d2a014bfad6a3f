"""A ``Content-Encoding`` is undone in small pieces and no further than a limit: a bomb costs what
the largest page costs.

Pure. Layers (``gzip, gzip``) are undone one after the other, each within the same limit; a name
that nobody knows says nothing about the bytes, as browsers take it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli

OFFERED = "gzip, deflate, br"
"""What the ``Accept-Encoding`` of a request names."""
PIECE = 65_536
"""Bytes that one step unpacks at most."""
MOST_LAYERS = 4


class Oversized(Exception):
    """The body unpacks to more than the limit."""


class Garbled(ValueError):
    """The body did not come in the coding that it names."""


class Layer(Protocol):
    """One coding being undone: packed bytes in, unpacked pieces of at most :data:`PIECE` bytes
    out."""

    def __call__(self, packed: bytes) -> Iterator[bytes]: ...


class Unpacked:
    """Collects a body. ``most`` is the limit in bytes of every layer and of the whole."""

    def __init__(self, coding: str, most: int) -> None:
        self.most = most
        self.body = bytearray()
        names = [name for name in re.split(r"[\s,]+", coding.lower()) if name in LAYERS]
        if len(names) > MOST_LAYERS:
            raise Oversized
        self.layers = [LAYERS[name]() for name in reversed(names)]
        self.sizes = [0] * len(self.layers)

    def add(self, packed: bytes) -> None:
        """Take the next bytes of the wire. Raises :class:`Oversized`, or :class:`Garbled`."""
        try:
            self._through(packed, 0)
        except (zlib.error, brotli.error) as error:
            raise Garbled(str(error)) from None

    def _through(self, data: bytes, depth: int) -> None:
        if depth == len(self.layers):
            self.body += data
            if len(self.body) > self.most:
                raise Oversized
            return
        for piece in self.layers[depth](data):
            self.sizes[depth] += len(piece)
            if self.sizes[depth] > self.most:
                raise Oversized
            self._through(piece, depth + 1)


class _Gzip:
    """Members follow each other; what comes after the last one is ignored."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def __call__(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            yield from _inflated(self.inner, packed)
            packed = self.inner.unused_data
            if not self.inner.eof or not packed.startswith(b"\x1f\x8b"):
                return
            self.inner = zlib.decompressobj(zlib.MAX_WBITS | 16)


class _Deflate:
    """With the head of zlib, as the standard has it, or without, as old servers send it."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj()
        self.begun, self.held = False, b""

    def __call__(self, packed: bytes) -> Iterator[bytes]:
        self.held += b"" if self.begun else packed
        try:
            for piece in _inflated(self.inner, packed):
                self.begun, self.held = True, b""
                yield piece
        except zlib.error:
            if self.begun:
                raise
            self.begun, self.inner = True, zlib.decompressobj(-zlib.MAX_WBITS)
            yield from _inflated(self.inner, self.held)


def _inflated(inner: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while True:
        piece = inner.decompress(packed, PIECE)
        if piece:
            yield piece
        packed = inner.unconsumed_tail
        if inner.eof or not (packed or len(piece) == PIECE):
            return


class _Brotli:
    def __init__(self) -> None:
        self.inner = brotli.Decompressor()

    def __call__(self, packed: bytes) -> Iterator[bytes]:
        while not self.inner.is_finished():
            piece = self.inner.process(packed, output_buffer_limit=PIECE)
            packed = b""
            if piece:
                yield piece
            if self.inner.can_accept_more_data():
                return


LAYERS: dict[str, Callable[[], Layer]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
}
