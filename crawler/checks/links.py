"""Links: whose host it is, and what a look at the target says of it. Dead needs two looks on
different days."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from crawler.checks.suspects import Suspect

SUFFIXES = (
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "zip", "rar", "7z", "wps", "et", "dps", "ofd", "txt", "csv", "rtf",
)  # fmt: skip
FILE_SUFFIX = re.compile(rf"\.({'|'.join(SUFFIXES)})(?:\s|$|[）)】\]])", re.I)
LOCAL = re.compile(r"^(?:file:|[a-z]:[\\/]|\\\\)", re.I)
GOVERNMENT = (".gov.cn", ".政务", ".xn--zfr164b")
MARKS = ("bszs.conac.cn", "dcs.conac.cn", "www.conac.cn")
"""The marks (标识) that every government site must carry lead to this institution."""
HOME = re.compile(r"/?(?:(?:index|default|home|main)(?:\.\w{3,5})?)?/?", re.I)
PARKED = re.compile(
    r"域名(?:正在|可以|已经?)?(?:出售|转让|停放|到期|过期)|(?:此|该|本)域名.{0,12}(?:出售|转让|过期|停放)|"
    r"domain\s(?:name\s)?(?:is\s|may\sbe\s)?for\ssale|buy\sthis\sdomain|domain\shas\sexpired|parked\s(?:free|domain)",
    re.I,
)
RECORD = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]ICP[备证]\s{0,2}\d{6,10}号?"
)
GONE = (404, 410)
NETWORK = ("dns", "refused", "timeout", "reset", "tls", "network")
DAYS_NEEDED = 2


@dataclass(frozen=True, slots=True)
class TargetSeen:
    """What one look at a link's target brought. ``soft`` is a page that says it is no page."""

    status: int
    error: str
    final_url: str
    soft: bool = False


def suffix_of(url: str) -> str:
    """The suffix of a file in ``url`` (in its path, or in a query as download scripts write it), or
    ``""``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    for text in (parts.path, parts.query):
        found = re.search(rf"\.({'|'.join(SUFFIXES)})(?:$|[&;?#])", unquote(text), re.I)
        if found:
            return found[1].lower()
    return ""


def governmental(host: str) -> bool:
    """Whether ``host`` is a name that only government bodies get."""
    host = host.rstrip(".").lower()
    return any(host.endswith(end) or host == end[1:] for end in GOVERNMENT)


def ours(host: str, hosts: Collection[str], allowed: Collection[str]) -> bool:
    """Whether a post may link to ``host``: the site itself, a government name, or one the office
    allows.

    An allowed ``example.com`` stands for its subdomains too.
    """
    host = host.rstrip(".").lower()
    if governmental(host) or host in hosts:
        return True
    return any(host == one or host.endswith(f".{one}") for one in (*MARKS, *allowed))


def local(raw: str) -> bool:
    """An address on the editor's own computer."""
    return LOCAL.match(raw) is not None


def foreign_links(
    links: Iterable[tuple[str, str]], hosts: Collection[str], allowed: Collection[str]
) -> Iterator[Suspect]:
    """One suspect for every host outside; ``links`` are (address, text)."""
    told: set[str] = set()
    for url, text in links:
        host = _host(url)
        if not host or host in told or ours(host, hosts, allowed) or _private(host):
            continue
        told.add(host)
        yield Suspect(
            "links.foreign",
            "链接",
            url[:300],
            text[:120],
            f"{host} 不是政府网站，也不在准许名单",
            "核实必要性；确需链接的报备后列入名单",
            host,
        )


def refused_links(links: Iterable[tuple[str, str]], hosts: Collection[str]) -> Iterator[Suspect]:
    """Links to an inner network or of a scheme that no reader can open."""
    for url, text in links:
        scheme, host = urlsplit(url).scheme if _splits(url) else "", _host(url)
        if (host and host not in hosts and _private(host)) or scheme in ("ftp",):
            yield Suspect(
                "links.refused",
                "链接",
                url[:300],
                text[:120],
                "指向内网、本机或公众打不开的地址",
                "改为公开地址",
            )


def dead(seen: TargetSeen, days: Collection[date]) -> bool | None:
    """Whether the target is dead, given the ``days`` on which it failed (this look's included);
    ``None`` = not known.

    A refusal of us (401, 403, 412, 429 …, robots) tells nothing. A network fault counts like a
    missing page.
    """
    if seen.status in GONE or seen.soft or seen.error in NETWORK or seen.status >= 500:
        return len(days) >= DAYS_NEEDED or None
    if seen.error or seen.status >= 400 or seen.status == 0:
        return None
    return False


def failed(seen: TargetSeen) -> bool:
    """Whether this look counts as one of the two that make a dead link."""
    return seen.status in GONE or seen.soft or seen.error in NETWORK or seen.status >= 500


def to_home(url: str, seen: TargetSeen) -> bool:
    """Whether a deep address was sent to a home page: the page asked for is gone."""
    if seen.status != 200 or not seen.final_url or not _splits(url) or not _splits(seen.final_url):
        return False
    asked, came = urlsplit(url), urlsplit(seen.final_url)
    deep = not HOME.fullmatch(asked.path) or bool(asked.query)
    return (
        deep and HOME.fullmatch(came.path) is not None and not came.query and url != seen.final_url
    )


def owner_of(text: str, title: str) -> str:
    """The fingerprint of who runs a site: its record number, else its title."""
    found = RECORD.search(text)
    return re.sub(r"\s", "", found[0]) if found else title.strip()[:100]


def owner_changed(before: str, now: str) -> bool:
    """Whether the owner changed: both known, and two record numbers that differ, or titles without
    a word in common."""
    if not before or not now or before == now:
        return False
    if RECORD.fullmatch(before) and RECORD.fullmatch(now):
        return before != now
    if RECORD.fullmatch(before) or RECORD.fullmatch(now):
        return False
    pairs = {before[i : i + 2] for i in range(len(before) - 1)}
    return not any(now[i : i + 2] in pairs for i in range(len(now) - 1))


def _splits(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _private(host: str) -> bool:
    """A literal inner address or a bare name; names with dots are judged when they are resolved."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan"))
