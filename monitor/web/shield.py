"""What surrounds every answer: security headers, a limit on what may be sent, no writing from other
sites."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


ASSETS = "public, max-age=31536000, immutable"
"""Files of the package carry their version in their address."""
OURS = ("same-origin", "none")


class Shield:
    """ASGI middleware. A header that an answer sets itself is left as it is. ``broken`` answers for
    a fault of ours: Starlette's own answer would be sent outside of every middleware, without the
    headers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        https: bool,
        broken: Callable[[Request, Exception], Response],
    ) -> None:
        self.app, self.limit, self.https, self.broken = app, limit, https, broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = _Answer(send, self.https, scope)
        if refusal := self._refusal(scope["method"], headers):
            await refusal(scope, receive, answer)
            return
        try:
            await self.app(scope, self._counted(receive), answer)
        except ClientDisconnect:
            return  # whoever sent half a request is gone: nobody is there to be told, and no fault is ours
        except Exception as error:  # the last door: whatever it is, it is told, logged and shown
            if answer.begun:
                raise
            await self.broken(Request(scope), error)(scope, receive, answer)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if method not in READING and foreign(headers):
            return PlainTextResponse(
                "别的网站不能代您提交（经代理访问的，代理须原样转交 Host）", 403
            )
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self.limit:
            return PlainTextResponse(self._too_much(), 413)
        return None

    def _too_much(self) -> str:
        return f"提交的内容超过 {self.limit / 1_000_000:g} MB"

    def _counted(self, receive: Receive) -> Receive:
        """A body without a length is counted while it is read."""
        seen = 0

        async def read() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(413, self._too_much())
            return message

        return read


class _Answer:
    """``send`` with our headers; ``begun`` once the answer is under way."""

    def __init__(self, send: Send, https: bool, scope: Scope) -> None:
        self.send, self.https, self.begun = send, https, False
        named = scope["path"].startswith("/static/") and b"v=" in scope.get("query_string", b"")
        self.cache = ASSETS if named else "no-store"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS:
                headers.setdefault(name, value)
            if self.https:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            headers.setdefault(
                "Cache-Control", self.cache if message["status"] < 400 else "no-store"
            )
        await self.send(message)


def foreign(headers: Headers) -> bool:
    """Whether another site sent this. Browsers say so themselves over https; over plain http only
    ``Origin`` tells.

    ``Origin: null`` tells nothing and passes here: the form's own word is asked for next.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OURS
    origin = headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != headers.get("host", "")


def from_here(headers: Headers) -> bool:
    """Whether a page of ours led here, not a link in a mail or on another site."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(headers.get("referer", "")).netloc == headers.get("host", "?")
