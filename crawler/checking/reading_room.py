"""A process that opens hostile files: ``python -m crawler.checking.reading_room``. It has limits of
memory and processor time, no network to speak of and nothing to lose; when a file breaks it, the
next one is started.

Protocol on stdin and stdout: one JSON line ``{"kind", "size"}`` and the bytes; one JSON line as the
answer.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import BinaryIO

from crawler.checks.documents import read_document
from crawler.checks.pictures import look_at_picture
from crawler.system.limits import limit_self

MEMORY = 640_000_000
"""Bytes of address space: Python with its libraries takes a third of it."""


def main(inlet: BinaryIO, outlet: BinaryIO) -> None:
    """Answer until the inlet closes."""
    while line := inlet.readline():
        asked = json.loads(line)
        data = inlet.read(asked["size"])
        outlet.write(
            json.dumps(answer(asked["kind"], data), ensure_ascii=False).encode("utf-8", "replace")
            + b"\n"
        )
        outlet.flush()


def answer(kind: str, data: bytes) -> dict[str, object]:
    """``picture`` or the suffix of a document."""
    if kind == "picture":
        return asdict(look_at_picture(data))
    return asdict(read_document(data, kind))


if __name__ == "__main__":
    limit_self(MEMORY)
    main(sys.stdin.buffer, sys.stdout.buffer)
