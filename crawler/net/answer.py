"""The answer of a machine that we call (a robot, a sign-on): read as it comes, unpacked within a
cap, never further."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from crawler.net.unpacking import OFFERED, Garbled, Oversized, Unpacked


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is unpacked and at most the cap long; ``whole`` is false where more came than was
    read."""

    status: int
    body: bytes
    whole: bool

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def asked(client: httpx.Client, request: httpx.Request, most: int) -> Answer:
    """Send ``request`` and read at most ``most`` bytes of its answer; the connection is closed
    after that.

    Raises ``httpx.HTTPError`` as httpx does, and for a body that is not in the coding that it
    names.
    """
    request.headers["Accept-Encoding"] = OFFERED
    answer = client.send(request, stream=True)
    try:
        body, whole = _read(answer, most)
    finally:
        answer.close()
    return Answer(answer.status_code, body, whole)


def _read(answer: httpx.Response, most: int) -> tuple[bytes, bool]:
    try:
        unpacked = Unpacked(answer.headers.get("content-encoding", ""), most)
    except Oversized:
        return b"", False
    try:
        for piece in answer.iter_raw():
            unpacked.add(piece)
    except Oversized:
        return bytes(unpacked.body[:most]), False
    except Garbled as error:
        raise httpx.DecodingError(str(error)) from None
    return bytes(unpacked.body), True
