"""Figures for a monitoring system (Prometheus): what was asked of the web, and how the store stands
at the scrape."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.board import running
from monitor.findings.standing import stands
from monitor.web.state import Web

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "(none)"


class Measured:
    """What is counted of one application, in a registry of its own."""

    def __init__(self, web: Web) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        labels = ("route", "method", "status")
        self.requests = Counter("gengxin_requests", "Requests", labels, registry=self.registry)
        self.seconds = Histogram(
            "gengxin_request_seconds",
            "Seconds to answer",
            ("route", "method"),
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.registry.register(StoreFigures(web))

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """One answered request."""
        name = method if method in METHODS else "OTHER"
        self.requests.labels(route, name, str(status)).inc()
        self.seconds.labels(route, name).observe(seconds)


class StoreFigures(Collector):
    """Gauges read from the store when somebody scrapes."""

    def __init__(self, web: Web) -> None:
        self.web = web

    def describe(self) -> list[Metric]:
        """Nothing is asked of the store to register."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        with self.web.office.reader.connect() as connection:
            yield from self._outlets(connection)
            yield from self._night(connection)
            letters = GaugeMetricFamily("gengxin_letters", "Letters by state", labels=("state",))
            for state, n in running.letters(connection).items():
                letters.add_metric((state,), n)
            yield letters
            found = GaugeMetricFamily("gengxin_open_findings", "Open findings", labels=("whose",))
            counts = running.open_findings(connection)
            for whose, ours in (("units", False), ("ours", True)):
                found.add_metric((whose,), counts.get(ours, 0))
            yield found
        free = shutil.disk_usage(self.web.office.settings.folder).free
        yield GaugeMetricFamily("gengxin_disk_free_bytes", "Bytes free where the data lies", free)

    def _outlets(self, connection: Connection) -> Iterator[Metric]:
        found = GaugeMetricFamily(
            "gengxin_outlets", "Outlets by kind and verdict", labels=("kind", "value")
        )
        for kind in ("column", "account"):
            for value, n in stands(connection, kind).items():
                found.add_metric((kind, value), n)
        yield found

    def _night(self, connection: Connection) -> Iterator[Metric]:
        night = running.last_night(connection)
        if night is None:
            return
        age = (self.web.clock() - night.started).total_seconds()
        ended = 1 if night.ended is not None else 0
        for name, told, value in (
            ("planned", "Outlets planned", night.planned),
            ("looked", "Outlets looked at", night.looked),
            ("unknown", "Outlets unknown", night.unknown),
            ("seen", "Outlets seen", night.sight.seen),
            ("age_seconds", "Seconds since it began", age),
            ("ended", "1 = it ran to its end", ended),
        ):
            yield GaugeMetricFamily(f"gengxin_last_night_{name}", f"Last night: {told}", value)


class Meter:
    """ASGI middleware: counts every answer under the template of its route, never under an
    address."""

    def __init__(self, app: ASGIApp, *, measured: Measured) -> None:
        self.app, self.measured = app, measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            self.measured.note(route_of(scope), scope["method"], status, perf_counter() - start)


def route_of(scope: Scope) -> str:
    """The template of the route that answered: ``/outlets/{id}``; files under one name, the rest under none."""
    if scope["path"].startswith("/static/"):
        return "/static"
    route = scope.get("route")
    context = (
        scope.get("fastapi", {}).get("effective_route_context")
        if isinstance(scope.get("fastapi"), dict)
        else None
    )
    return str(getattr(context, "path", None) or getattr(route, "path", None) or NO_ROUTE)
