"""One file a platform: ``start(outlet, probe)`` says what to ask, ``read(page, outlet, probe)`` what came.

The name in the catalogue is the module's name. Readers are pure: no network, no store, no clock.

Face: ``platform``, ``probes_of``, ``probe_urls``.
"""

from __future__ import annotations

import importlib
import re
from typing import Any, Protocol, cast

from crawler.model import Ask, Outlet, Page, Probe, Reading


class Platform(Protocol):
    """What every module in this package offers."""

    def start(self, outlet: Outlet, probe: Probe) -> tuple[Ask, ...]: ...

    def read(self, page: Page, outlet: Outlet, probe: Probe) -> Reading: ...


def platform(name: str) -> Platform:
    """The module ``crawler.platforms.NAME``. Raises ``KeyError`` when there is none."""
    if not re.fullmatch(r"[a-z][a-z_]*", name):
        raise KeyError(name)
    try:
        module = importlib.import_module(f"crawler.platforms.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"crawler.platforms.{name}":
            raise
        raise KeyError(name) from None
    return cast(Platform, module)


def probes_of(outlet: Outlet) -> tuple[Probe, ...]:
    """The ways to look at ``outlet``: a column's address is its only one; no address, no way."""
    if outlet.probes:
        return outlet.probes
    return (Probe(outlet.platform, outlet.url),) if outlet.url else ()


def probe_urls(outlet: Outlet, probe: Probe) -> list[str]:
    """Addresses that looking at ``outlet`` through ``probe`` asks: its own, its handshake's, its proof's.

    Raises ``KeyError`` for an unknown platform and ``ValueError`` where an id or address is missing.
    """
    module: Any = platform(probe.platform)
    urls = [ask.url for ask in module.start(outlet, probe)]
    if hasattr(module, "visitor_ask"):
        urls.append(module.visitor_ask(probe).url)
    return urls
