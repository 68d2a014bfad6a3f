"""One file a platform: ``start(outlet, probe)`` says what to ask, ``read(page, outlet, probe)``
what came.

The name in the catalogue is the module's name. Readers are pure: no network, no store, no clock.

Face: ``platform``, ``platform_names``, ``titles``, ``probes_of``, ``probe_urls``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import cache
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from crawler.model import Ask, Outlet, Page, Probe, Reading
from crawler.platforms._traits import Traits


class Platform(Protocol):
    """What every module in this package offers."""

    TRAITS: Traits

    def start(self, outlet: Outlet, probe: Probe) -> tuple[Ask, ...]: ...

    def read(self, page: Page, outlet: Outlet, probe: Probe) -> Reading: ...


NO_WAY = "没有渠道"
"""What a look is called that had no way to the account at all (``none``)."""


@cache
def platform_names() -> tuple[str, ...]:
    """The platforms that exist: one module each."""
    return tuple(sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_")))


def traits(name: str) -> Traits:
    """What the platform says of itself; one of an earlier release that is no more is called by its
    name."""
    if name not in platform_names():
        return Traits(title=name)
    return platform(name).TRAITS


@cache
def titles() -> Mapping[str, str]:
    """Ways to look, as ``explain`` and an outlet's page call them."""
    return {name: traits(name).title for name in platform_names()} | {"none": NO_WAY}


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
    """Addresses that looking at ``outlet`` through ``probe`` asks: its own, its handshake's, its
    proof's.

    Raises ``KeyError`` for an unknown platform and ``ValueError`` where an id or address is
    missing.
    """
    module: Any = platform(probe.platform)
    urls = [ask.url for ask in module.start(outlet, probe)]
    if hasattr(module, "visitor_ask"):
        urls.append(module.visitor_ask(probe).url)
    return urls
