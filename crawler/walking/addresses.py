"""Addresses of columns: which two are one, which are none, and where a redirect leads. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

PORTS = {"http": 80, "https": 443}
ROUTE = re.compile(r"[/=!]")
"""What a fragment that a script reads holds (``#/list/1``, ``#!news``, ``#col=3``); ``#top`` is a
place on the page."""
INDEX = re.compile(r"(?:index|default|list|main|home)(?:_1)?\.\w{2,6}", re.I)
"""The page that a folder's address shows."""
ARCHIVE = re.compile(
    r"(?:^|[/_.=-])(?:(?:19|20)\d\d|archives?|history|old|bak|backup|lssj|lsxx|lsgd|gdsj|gdzl|guidang|lishi|wqhg)(?=[/_.&-]|$)",
    re.I,
)
"""Folders of what was put away: a year, or 归档, 历史, 往期 in the ways that portals spell them."""


def is_route(url: str) -> bool:
    """Whether a script chooses the list by what stands behind ``#``: no server ever sees it."""
    return ROUTE.search(urlsplit(url).fragment) is not None


def one_address(url: str, *, rendered: bool = False) -> str:
    """The same text for every spelling of one address: http or https, with or without a slash at
    its end.

    What stands behind ``#`` counts where the column is ``rendered``.
    """
    parts = _split(url)
    if parts is None:
        return url
    kept = f"#{parts.fragment}" if rendered and parts.fragment else ""
    return f"{_host(parts)}{_path(parts).rstrip('/')}?{parts.query}{kept}"


def same_place(registered: str, landed: str) -> bool:
    """Whether a server that led from one address to the other meant the same page.

    http and https, ``www.`` or not, slash or not, a folder and its index page.
    """
    return _place(registered) == _place(landed)


def place_of(url: str) -> str:
    """The same text for all addresses that :func:`same_place` calls one."""
    host, path, query = _place(url)
    return f"{host}{path}?{query}"


def other_host(registered: str, landed: str) -> bool:
    """Whether only the host differs: a portal that moved with all its paths."""
    first, second = _place(registered), _place(landed)
    return first[1:] == second[1:] and first[1] != "" and first[0] != second[0]


def host_of(url: str) -> str:
    """``host``, with the port where it is not the scheme's own; the address itself where it is
    none."""
    parts = _split(url)
    return url if parts is None else _host(parts)


def is_archive(registered: str, landed: str) -> bool:
    """Whether the other address is, by its folders, one for what was put away, and the registered
    one is not."""
    before = {found.lower() for found in ARCHIVE.findall(_told(registered))}
    return any(found.lower() not in before for found in ARCHIVE.findall(_told(landed)))


def _told(url: str) -> str:
    parts = _split(url)
    return "" if parts is None else f"{parts.path}?{parts.query}"


def _place(url: str) -> tuple[str, str, str]:
    parts = _split(url)
    if parts is None:
        return url, "", ""
    folder, _, name = _path(parts).rpartition("/")
    path = folder if INDEX.fullmatch(name) or not name else f"{folder}/{name}"
    return _host(parts).removeprefix("www."), path, parts.query


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - a port that is no number raises here
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    return host if parts.port in (None, PORTS.get(parts.scheme.lower())) else f"{host}:{parts.port}"


def _path(parts: SplitResult) -> str:
    """Without needless escapes; dots stay: servers, not we, resolve them."""
    return unquote(parts.path, errors="surrogateescape")
