"""Scrapy's exceptions as our machine words."""

from __future__ import annotations

import zlib
from gzip import BadGzipFile

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.doors.spiders.forbidden import Forbidden

WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "refused"),
    (CannotResolveHostError, "dns"),
    (ResponseDataLossError, "reset"),
    (DownloadCancelledError, "too_large"),
    (UnsupportedURLSchemeError, "bad_address"),
)
PACKING = (BadGzipFile, EOFError, zlib.error)
PACKERS = ("brotli", "_brotli", "zstandard", "compression.zstd", "backports.zstd")
"""What unpacking raises: the page did not come in the ``Content-Encoding`` that it names."""


def word_for(error: BaseException) -> str:
    """The word of ``Page.error`` for what a download raised; ``network`` when nothing closer
    fits."""
    if isinstance(error, Forbidden):
        return str(error)
    if isinstance(error, IgnoreRequest):
        return "too_large"  # the only other one: a body that unpacks beyond the limit
    for kind, word in WORDS:
        if isinstance(error, kind):
            return word
    if isinstance(error, PACKING) or type(error).__module__ in PACKERS:
        return "bad_encoding"
    text = f"{type(error).__name__} {error!r} {error.__cause__!r}"
    if "SSL" in text or "certificate" in text.lower():
        return "tls"
    lost = (
        "ConnectionLost",
        "ConnectionDone",
        "ResponseFailed",
        "ConnectionAborted",
        "NeverReceived",
    )
    return "reset" if any(word in text for word in lost) else "network"
