"""The data addresses that a page and its script files name: feeds, ``data-url``, requests in
scripts. Pure.

Nothing is followed here, and nothing is believed of an address: whether it holds the column's list
only its answer tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from crawler.net.guard import host_of
from crawler.offers.expressions import (
    HOLE,
    LONGEST,
    Part,
    Values,
    filled,
    parameters,
    parts_at,
    values_of,
    with_parameters,
)
from crawler.reading.bounds.blank import BUNDLES, KNOWN_SCRIPTS, MAKES_LISTS
from crawler.reading.data.interfaces import LISTS
from crawler.reading.lists.outline import plain_tree
from crawler.reading.markup import join
from crawler.walking.offers import AddressCandidate, How

MOST_FILES = 4
"""Script files of a page that are read: the bundle of its own, never all libraries."""
LONGEST_URL = 600
MOST_CANDIDATES = 40
"""Addresses of a page that are kept at all."""
FEEDS = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json", re.I)
_FEED_LINK = re.compile(
    r"(?:[/_.-]|\A)(?:rss|atom|feed)(?:\.(?:xml|aspx?|jsp|php|do))?(?:[/?]|\Z)", re.I
)
_DATA = re.compile(
    r"data-(?:\w+-)?(?:url|uri|api|src|source|interface|action|json|ajax|load|href|feed)\Z"
)
"""Attributes that hold the address of an element's data (``data-url``, ``data-list-url``)."""
_PICTURES = frozenset(
    {"img", "video", "audio", "source", "iframe", "a", "picture", "script", "link"}
)
"""Elements whose ``data-src`` is a picture that waits, or whose address is a page."""
_ASSETS = re.compile(
    r"\.(?:m?js|css|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|eot|mp[34]|pdf|docx?|xlsx?|zip|rar|exe|apk)\Z",
    re.I,
)
_DEEDS = re.compile(
    r"log(?:in|out|on)|captcha|verify|upload|delete|remove|save|(?<![a-z])add|update|submit|vote|praise|hits?(?![a-z])"
    r"|click|visit|track|token|oauth|sso|pay(?![a-z])|sms|mail",
    re.I,
)
"""Last folders of addresses that do something or count it: they are never asked."""
_OTHERS = re.compile(
    r"sign|like|count|stat|pv|uv|report|weather|auth|user|comment|message|share|wx|config|lang|site|menu|nav|link",
    re.I,
)
"""Last folders of addresses that tell of the visitor or the frame, where they do not speak of a
list."""
_CALL = re.compile(
    r"(?<![\w$.])(?:fetch|axios|request|ajax|loadData|getJSON|\$axios|(?:[\w$]{1,40}\.){1,3}"
    r"(?:get|post|getJSON|ajax|getScript|jsonp|request))\s{0,5}\(\s{0,20}"
)
"""Calls whose first argument is an address, where it looks like one: bundles call their client by
any letter (``n.get``)."""
_NAMED = re.compile(
    r"(?<![\w$])[\"']?(?:url|uri|api|action|dataSource|(?:list|data|news|ajax|query|search|api|post|get|load|req(?:uest)?|"
    r"interface|page|jsonp?)_?(?:url|uri|path|api|addr(?:ess)?))[\"']?\s{0,5}[:=]\s{0,5}",
    re.I,
)
"""Names of settings whose value is an address (``url:``, ``listUrl =``)."""
_LITERAL = re.compile(
    r"[\"'`](?=(?:https?:/)?/(?:api/|[^\"'`\s<>]{3,300}?(?:\?|/api/|\.json|\.jsonp|dataproxy\.jsp|rss\.xml|\.do|\.action)))"
)
"""A text that looks like an interface's address wherever it stands."""
_BY_POST = re.compile(r"[\"']?(?:method|type)[\"']?\s{0,5}:\s{0,5}[\"']post[\"']", re.I)
_VALUES = re.compile(r"[\"']?(?:data|params|query)[\"']?\s{0,5}:\s{0,5}(?=\{)")
_ADDRESS = re.compile(r"(?:https?:)?//[\w.-]+|\.{0,2}/|[\w-]+(?:/[\w.-]+)*(?:\.\w{2,5})?(?:\?|\Z)")
MOST_REQUESTS, MOST_STARTS = 300, 10_000
"""Addresses of one script that are looked at, and places where each kind of them may begin."""
BESIDE = 260
"""Characters around an address in which its request's method and values stand."""


def candidates(text: str, base: str, files: Mapping[str, str]) -> tuple[AddressCandidate, ...]:
    """What the page ``text`` at ``base`` and its script ``files`` (address to text) name, the
    likeliest first.

    Each address once; none that does something, and none that is a picture, a style or the page
    itself.
    """
    root = plain_tree(text)
    if root is None:
        return ()
    inline = [script[:LONGEST] for script in _inline(root)]
    values = values_of(base, inline)
    found = [*_feeds(root, base), *_attributes(root, base)]
    found += [one for script in inline for one in _requests(script, base, How.SCRIPT, values)]
    for script in files.values():
        held = values_of(base, (*inline, script))
        told = replace(held, assigned={**held.assigned, **values.assigned})
        found += _requests(script[:LONGEST], base, How.FILE, told)
    own = _tokens(base)
    told_once: dict[str, AddressCandidate] = {}
    for one in found:
        if _worth(one.url, base):
            marked = replace(one, own=_names(one.url, own), whole=HOLE not in one.url)
            told_once.setdefault(one.url, marked)
    kept = sorted(
        told_once.values(), key=lambda one: (not one.own, one.how is not How.FEED, not one.whole)
    )
    return tuple(kept[:MOST_CANDIDATES])


def files_of(text: str, base: str, hosts: frozenset[str]) -> tuple[str, ...]:
    """The script files of the page that may name its data, on ``hosts``: those first whose name
    says so."""
    root = plain_tree(text)
    if root is None:
        return ()
    told = [join(base, str(one.get("src") or "")) for one in root.iter("script") if one.get("src")]
    told += [
        join(base, str(one.get("href") or ""))
        for one in root.iter("link")
        if str(one.get("rel") or "") in ("modulepreload", "preload")
        and str(one.get("as") or "script") == "script"
    ]
    fit = [
        url
        for url in dict.fromkeys(told)
        if host_of(url) in hosts and not KNOWN_SCRIPTS.search(url)
    ]
    fit.sort(key=lambda url: not (BUNDLES.search(url) or MAKES_LISTS.search(url)))
    return tuple(fit[:MOST_FILES])


def _inline(root: etree._Element) -> Iterator[str]:
    for element in root.iter("script"):
        if element.text and "template" not in str(element.get("type") or ""):
            yield element.text


def _feeds(root: etree._Element, base: str) -> Iterator[AddressCandidate]:
    for link in root.iter("link"):
        if "alternate" in str(link.get("rel") or "").lower() and FEEDS.search(
            str(link.get("type") or "")
        ):
            yield AddressCandidate(join(base, str(link.get("href") or "")), How.FEED)
    for link in root.iter("a"):
        href = str(link.get("href") or "")
        if href and _FEED_LINK.search(urlsplit(join(base, href) or "/").path):
            yield AddressCandidate(join(base, href), How.FEED)


def _attributes(root: etree._Element, base: str) -> Iterator[AddressCandidate]:
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in _PICTURES:
            continue
        for name, value in element.items():
            said = str(value).strip()
            if _DATA.match(str(name)) and _ADDRESS.match(said) and len(said) < 400:
                yield AddressCandidate(join(base, said), How.ATTRIBUTE)


def _requests(script: str, base: str, how: How, values: Values) -> Iterator[AddressCandidate]:
    plain = script.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&")
    seen = 0
    for before, at in _starts(plain):
        parts, end = parts_at(plain, at)
        if not _is_address(parts):
            continue
        seen += 1
        if seen > MOST_REQUESTS:
            return
        url = _rooted(filled(parts, values), values)
        lead, rest = plain[max(0, before - BESIDE) : at], plain[end : end + BESIDE]
        rest = rest[: _close(rest)]
        url = with_parameters(url, _sent(rest, values))
        yield AddressCandidate(join(base, url), how, post=_by_post(lead, rest))


def _starts(script: str) -> list[tuple[int, int]]:
    """Where something begins that may lead to an address, and where the address would begin."""
    found = [
        (match.start(), match.end() if finder is not _LITERAL else match.start())
        for finder in (_CALL, _NAMED, _LITERAL)
        for match in islice(finder.finditer(script), MOST_STARTS)
    ]
    return sorted(found)


def _is_address(parts: tuple[Part, ...]) -> bool:
    """Whether the parts can be one: a name alone is none, and no sentence is."""
    texts = [part for part in parts if isinstance(part, str)]
    text = "".join(texts)
    if len(text) < 3 or re.search(r"[\s<>{}]", text):
        return False
    return "/" in text or re.search(r"\.(?:json|xml|jsp|do|action|php|aspx?)\b", text) is not None


def _rooted(url: str, values: Values) -> str:
    """The address below the ``baseURL`` that the page's scripts set for their requests."""
    root = next(
        (values.assigned[one] for one in ("baseURL", "baseUrl") if one in values.assigned), ""
    )
    if not root or url.startswith(("http", "//", HOLE, root)):
        return url
    return f"{root.rstrip('/')}/{url.lstrip('/')}"


def _close(rest: str) -> int:
    """Where the call that an address stands in ends."""
    depth = 0
    for at, char in enumerate(rest):
        depth += (char in "({") - (char in ")}")
        if depth < 0:
            return at
    return len(rest)


def _sent(rest: str, values: Values) -> dict[str, str]:
    """The values that go with an address: ``{params: {…}}``, ``data: {…}``, or the call's second
    argument itself."""
    named = _VALUES.search(rest)
    if named is not None:
        return parameters(rest[named.end() :][: _close(rest[named.end() + 1 :]) + 2], values)
    second = re.match(r"\s{0,20},\s{0,20}(?=\{)", rest)
    if second is None or _BY_POST.search(rest) or re.search(r"headers\s{0,5}:", rest):
        return {}
    return parameters(rest[second.end() :], values)


def _by_post(lead: str, rest: str) -> bool:
    call = lead[max(lead.rfind(";"), lead.rfind("}"), 0) :]
    called = re.search(r"post\s{0,5}\(\s{0,20}\Z", lead, re.I) is not None
    return called or _BY_POST.search(call) is not None or _BY_POST.search(rest) is not None


def _worth(url: str, base: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or url.partition("#")[0] == base.partition("#")[0]:
        return False
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or HOLE in parts.netloc:
        return False
    path = parts.path.rstrip("/")
    if not path and not parts.query:
        return False
    last = path.rpartition("/")[2]
    if _ASSETS.search(path) or _DEEDS.search(last):
        return False
    return LISTS.search(last) is not None or not _OTHERS.search(last)


def _tokens(url: str) -> frozenset[str]:
    """What may name the column in its page's address: every part with a number, and the name of its
    last folder."""
    parts = urlsplit(url)
    words = re.split(r"[/?&=.,_#-]+", f"{parts.path}?{parts.query}#{parts.fragment}")
    folders = [folder for folder in parts.path.rpartition("/")[0].split("/") if folder]
    return frozenset(
        [one for one in words if len(one) > 1 and any(map(str.isdigit, one))] + folders[-1:]
    )


def _names(url: str, own: frozenset[str]) -> bool:
    parts = urlsplit(url)
    said: Iterable[str] = [value for _, value in parse_qsl(parts.query)]
    return any(one in own for one in (*said, *re.split(r"[/._-]+", parts.path)))
