"""What surrounds every answer: security headers, a limit on what may be sent, no writing from other sites."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Shield:
    """ASGI middleware. A header that an answer sets itself is left as it is."""

    def __init__(self, app: ASGIApp, *, limit: int, https: bool) -> None:
        self.app, self.limit, self.https = app, limit, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._with_headers(send)
        if refusal := self._refusal(scope["method"], headers):
            await refusal(scope, receive, answer)
            return
        await self.app(scope, self._counted(receive), answer)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if method not in READING and headers.get("sec-fetch-site", "same-origin") not in (
            "same-origin",
            "none",
        ):
            return PlainTextResponse("别的网站不能代您提交", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.limit:
            return PlainTextResponse(f"提交的内容超过 {self.limit // 1_000_000} MB", 413)
        return None

    def _counted(self, receive: Receive) -> Receive:
        """A body without a length is cut off at the limit: the reader sees a broken connection."""
        seen = 0

        async def read() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self.limit else message

        return read

    def _with_headers(self, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS:
                    headers.setdefault(name, value)
                if self.https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return answer
