"""Is a site's home page to be opened, and how long does it take? One timed visit, each stage apart.

Source of the rule: 国办秘函〔2019〕19号 站点无法访问 (a week, at least 20 spaced visits, 15 seconds, 5 %).
"""

from __future__ import annotations

import asyncio
import errno
import random
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

import httpx

from crawler.model import SHANGHAI, utc
from crawler.net.client import Gate, guarded_client, verifying
from crawler.net.resolver import ForbiddenAddress
from crawler.net.tls import any_certificate
from monitor.model import SECONDS, Probed

MAX_BYTES = 5_000_000
REDIRECTS = 5
ANYWHERE = Gate()
"""Public addresses only."""
REFUSED = frozenset({401, 403, 405, 412, 418, 429, 432})
"""Answers of a firewall to us: they tell nothing about what a citizen sees."""
NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})
CHAIN = "incomplete_chain"
"""The word for a server that does not send the certificates between its own and the authority's."""
NO_ISSUER = frozenset({20, 21})
"""OpenSSL's X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY and …_VERIFY_LEAF_SIGNATURE: the issuer
was not sent."""
PAST_CACHES = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


@dataclass(slots=True)
class _Watch:
    """Collects httpx's trace events of the first connection as seconds; ``dns`` is the first name's
    look-up."""

    began: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    dns: float | None = None

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        stage, _, what = name.rpartition(".")
        if what == "started":
            self.began.setdefault(stage, monotonic())
        elif what == "complete" and stage in self.began:
            self.took.setdefault(stage, monotonic() - self.began[stage])

    def gate(self, gate: Gate) -> Gate:
        """``gate`` with its look-up timed."""

        async def timed(host: str, port: int) -> list[str]:
            began = monotonic()
            found = await gate.resolve(host, port)
            if self.dns is None:
                self.dns = monotonic() - began
            return found

        return replace(gate, resolve=timed)

    def stage(self, name: str, less: float = 0.0) -> float | None:
        found = self.took.get(name)
        return None if found is None else round(max(0.0, found - less), 4)


async def visit_home(
    url: str,
    moment: datetime,
    headers: Mapping[str, str],
    *,
    seconds: float = SECONDS,
    tls: ssl.SSLContext | None = None,
    gate: Gate = ANYWHERE,
) -> Probed:
    """Open ``url`` once, redirects followed, reading the whole page. Never raises for the site's
    faults.

    Certificates are verified unless ``tls`` says otherwise. Every connection passes ``gate``.
    """
    began = monotonic()
    watch = _Watch()
    asked = {**headers, **PAST_CACHES}
    fault = ""
    try:
        async with asyncio.timeout(seconds):
            try:
                found = await _whole_page(url, asked, watch, tls or verifying(), gate)
            except (OSError, httpx.HTTPError) as error:
                if not _without_issuer(error):
                    raise
                fault = CHAIN
                found = await _whole_page(url, asked, watch, any_certificate(), gate)
    except TimeoutError:
        return _without_page(moment, began, watch, "closed", "timeout")
    except ForbiddenAddress:
        return _without_page(moment, began, watch, "blocked", "forbidden_address")
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        result = "own_outage" if _no_route(error) else "closed"
        return _without_page(moment, began, watch, result, _word(error))
    spent = round(monotonic() - began, 4)
    status, host, until, told = found
    result = "blocked" if status in REFUSED else "open" if status < 400 else "closed"
    said = fault if status < 400 else f"http_{status}"
    return Probed(
        moment,
        result,
        spent,
        status=status,
        error=said,
        host=host,
        certificate_until=until,
        ahead=_ahead(moment, told),
        **_stages(watch),
    )


def _without_page(moment: datetime, began: float, watch: _Watch, result: str, error: str) -> Probed:
    return Probed(moment, result, round(monotonic() - began, 4), error=error, **_stages(watch))


def _stages(watch: _Watch) -> dict[str, Any]:
    """Connecting includes the look-up, which is told apart."""
    return {
        "dns": None if watch.dns is None else round(watch.dns, 4),
        "tcp": watch.stage("connection.connect_tcp", less=watch.dns or 0.0),
        "tls": watch.stage("connection.start_tls"),
        "first": watch.stage("http11.receive_response_headers"),
    }


async def _whole_page(
    url: str, headers: Mapping[str, str], watch: _Watch, tls: ssl.SSLContext, gate: Gate
) -> tuple[int, str, date | None, Mapping[str, str]]:
    async with (
        guarded_client(watch.gate(gate), tls, headers, timeout=None, redirects=REDIRECTS) as client,
        client.stream("GET", url, extensions={"trace": watch}) as answer,
    ):
        until = _certificate(answer)
        size = 0
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            if size > MAX_BYTES:
                break
        return answer.status_code, answer.url.host, until, answer.headers


def _ahead(moment: datetime, headers: Mapping[str, str]) -> float | None:
    """Seconds from the server's ``Date`` to our moment; a header that is none tells nothing, nor
    does a copy's."""
    if cached(headers):
        return None
    try:
        return round(
            (moment - utc(parsedate_to_datetime(headers.get("date", "")))).total_seconds(), 1
        )
    except ValueError:
        return None


def cached(headers: Mapping[str, str]) -> bool:
    """Whether the answer may be a cache's copy, whose ``Date`` is that of the day when it was made
    (RFC 9111, 5.1).

    ``Age`` above 0, ``Warning`` 110 to 113, a ``Cache-Status`` or ``X-Cache`` (nginx, squid, the
    clouds' own spellings) that says hit or stale. One that came through a relay (``Via``) and says
    nothing else is not believed either.
    """
    age = headers.get("age", "").strip()
    if age.isdigit() and int(age) > 0:
        return True
    if any(word in headers.get("warning", "") for word in ("110", "111", "112", "113")):
        return True
    told = " ".join(headers.get(name, "") for name in CACHE_HEADERS).lower()
    if any(word in told for word in ("hit", "stale", "updating", "revalidated")):
        return True
    return bool(headers.get("via")) and not any(
        word in told for word in ("miss", "bypass", "dynamic")
    )


CACHE_HEADERS = (
    "cache-status", "x-cache", "x-cache-status", "x-cache-lookup", "x-proxy-cache", "cf-cache-status",
)  # fmt: skip


def _without_issuer(error: BaseException | None) -> bool:
    """The certificate could not be verified because the server did not send the one that signed
    it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_code in NO_ISSUER
        error = error.__cause__ or error.__context__
    return False


def _certificate(answer: httpx.Response) -> date | None:
    """The last day on which the server's certificate is valid."""
    stream = answer.extensions.get("network_stream")
    channel = stream.get_extra_info("ssl_object") if stream is not None else None
    known = channel.getpeercert() if channel is not None else None
    if not known:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(known["notAfter"]), SHANGHAI).date()


def _no_route(error: BaseException | None) -> bool:
    """We had no way out: no network, no host reachable, no name server. Not the site's fault."""
    while error is not None:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            return True
        if isinstance(error, OSError) and error.errno in NO_ROUTE:
            return True
        error = error.__cause__ or error.__context__
    return False


def _word(error: BaseException) -> str:
    text = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if isinstance(error, httpx.TooManyRedirects):
        return "redirect_loop"
    if "gaierror" in text or "getaddrinfo" in text:
        return "dns"
    if "SSL" in text or "certificate" in text.lower():
        return "tls"
    if isinstance(error, httpx.ConnectError):
        return "refused"
    return "reset" if isinstance(error, httpx.HTTPError) else "network"


def day_plan(site: str, day: date, count: int) -> list[datetime]:
    """``count`` moments of ``day`` (Asia/Shanghai), one at a random point of each equal part of the
    day.

    The same site and day give the same plan, so a restart neither repeats nor forgets a visit.
    """
    dice = random.Random(f"{site} {day.isoformat()}")  # noqa: S311 - spread, not secrecy
    start = datetime.combine(day, time(0), SHANGHAI)
    part = 86400 / count
    return [start + timedelta(seconds=part * (number + dice.random())) for number in range(count)]


def due_visits(
    site: str,
    after: datetime,
    now: datetime,
    count: int,
    catch_up: timedelta = timedelta(minutes=30),
) -> list[datetime]:
    """Planned moments in (``after``, ``now``]; those longer past than ``catch_up`` are forgone, not
    made up."""
    first = max(after, now - catch_up)
    day = first.astimezone(SHANGHAI).date()
    found: list[datetime] = []
    while day <= now.astimezone(SHANGHAI).date():
        found += [moment for moment in day_plan(site, day, count) if first < moment <= now]
        day += timedelta(days=1)
    return found
