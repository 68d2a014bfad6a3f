"""Half-sent requests: a real server on loopback ends them, and they shut nobody else out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.web.patience import Patience
from monitor.web.run import configured, listen

LONG = 60.0
PATIENT = Patience(LONG, LONG, LONG, 512)
WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HALF_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX-"
HALF_BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab"
BIG = 50_000_000
MANY = 500


async def echo(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def unheard(request: Request) -> Response:
    return PlainTextResponse("no", 413)


async def big(request: Request) -> Response:
    return Response(b"x" * BIG)


APP = Starlette(
    routes=[
        Route("/", echo, methods=["GET", "POST"]),
        Route("/unheard", unheard, methods=["POST"]),
        Route("/big", big),
    ]
)


@contextmanager
def served(patience: Patience) -> Iterator[int]:
    sock = listen("127.0.0.1", 0)
    server = uvicorn.Server(configured(APP, patience=patience))
    thread = Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        sock.close()


def caller(port: int, said: bytes) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port), 20)
    found.sendall(said)
    return found


def to_the_end(sock: socket.socket) -> bytes:
    """All until the server hangs up; a reset is an end, too. A server that never does is a
    time-out."""
    found = b""
    try:
        while piece := sock.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"G",
        HALF_HEAD,
        HALF_BODY,
        HALF_BODY.replace(b"POST /", b"POST /unheard"),
        WHOLE + HALF_HEAD,
    ],
    ids=[
        "nothing",
        "one letter",
        "half a head",
        "half a body",
        "body that nobody reads",
        "half a second",
    ],
)
def test_a_half_sent_request_is_hung_up_on(said: bytes) -> None:
    with served(Patience(0.5, 0.5, LONG, 512)) as port, caller(port, said) as half:
        answer = to_the_end(half)
    assert answer.count(b"200 OK") == said.count(WHOLE)


@pytest.mark.parametrize("said", [HALF_HEAD, HALF_BODY], ids=["head", "body"])
def test_a_drip_does_not_put_the_deadline_off(said: bytes) -> None:
    with served(Patience(0.5, 0.5, LONG, 512)) as port, caller(port, said) as half:
        assert 0 < dripped(half) < MANY


def dripped(half: socket.socket) -> int:
    """How many drips the server took before it hung up."""
    half.settimeout(0.02)
    for drips in range(MANY):
        try:
            half.sendall(b"a")
            if not half.recv(10):
                return drips
        except TimeoutError:
            continue
        except ConnectionError:
            return drips
    return MANY


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    with (
        served(Patience(LONG, LONG, 0.2, 1)) as port,
        caller(port, b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n") as idle,
    ):
        said = b""
        while not said:  # refused as long as the one place is taken by whom we owe an answer
            with caller(port, WHOLE) as other:
                other.settimeout(1)
                try:
                    said = other.recv(100)
                except (ConnectionError, TimeoutError):
                    continue
        assert b"200 OK" in said
        assert len(to_the_end(idle)) < BIG


@pytest.mark.parametrize("said", [b"", HALF_HEAD, HALF_BODY], ids=["nothing", "head", "body"])
def test_more_half_sent_requests_than_places_shut_nobody_out(said: bytes) -> None:
    with served(Patience(LONG, LONG, LONG, 20)) as port, ExitStack() as held:
        for _ in range(120):
            held.enter_context(caller(port, said))
        for _ in range(5):
            with caller(port, WHOLE) as honest:
                assert b"200 OK" in honest.recv(1_000)


def test_whole_requests_are_answered_one_behind_the_other_on_one_line() -> None:
    with served(PATIENT) as port, caller(port, b"") as line:
        for size in (0, 3, 100_000):
            line.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
            line.sendall(b"x" * size)
            assert line.recv(1_000).endswith(b"%d bytes" % size)
