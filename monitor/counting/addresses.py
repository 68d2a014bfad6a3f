"""When are two addresses one article? By what chooses the article, without what only tells where a
reader came from. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

SURE = re.compile(
    r"utm_\w+|spm|gclid|fbclid|yclid|msclkid|bd_vid|mc_[ce]id|isappinstalled|nsukey|wxshare_count|share_(?:token|medium|source"
    r"|from)|jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|hmsr|hmpl|hmcu|hmkw|hmci",
    re.IGNORECASE,
)
"""Names that readers' apps, advertisers and session keepers append: they choose no article
anywhere."""
LIKELY = re.compile(
    r"from|source|src|ref|referer|share|scene|sid|session(?:_?id)?|token|t|_t|ts|timestamp|time|rand(?:om)?|rnd|_|v|ver"
    r"|version|r|nocache|cache|channel|mobile|wap|spread",
    re.IGNORECASE,
)
"""Names that mostly do the same, and on some portals choose the article (``?t=4711``): what they
part is in doubt."""
PATH_SESSION = re.compile(r";jsessionid=[^?/#]*", re.IGNORECASE)
ANCHOR = re.compile(r"[\w.\-:一-鿿]*")
"""A place on the page. A fragment with a slash, a sign or a query (``#/detail/12``) is a route: it
chooses the article."""

NUMBER = re.compile(r"\d{3,}")
"""A long number alone (``view.html#4711``) chooses the article that a script shows."""


def exact(url: str) -> str:
    """An address without scheme and place on the page: http and https show the same post."""
    plain, sign, fragment = url.partition("#")
    rest = plain.partition("://")[2] or plain
    host, slash, path = rest.partition("/")
    route = sign and (ANCHOR.fullmatch(fragment) is None or bool(NUMBER.fullmatch(fragment)))
    return f"{host.lower()}{slash}{path}" + (f"#{fragment}" if route else "")


def article(url: str) -> str:
    """:func:`exact` without what tells only where a reader came from, the query in order."""
    return _without(url, SURE)


def perhaps(url: str) -> str:
    """:func:`article` without what most often tells that, too."""
    return _without(url, SURE, LIKELY)


def _without(url: str, *names: re.Pattern[str]) -> str:
    whole = exact(url)
    if "?" not in whole and ";" not in whole:
        return whole
    plain, sign, fragment = whole.partition("#")
    path, _, query = plain.partition("?")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        if not any(one.fullmatch(name) for one in names)
    )
    asked = "&".join(f"{name}={value}" for name, value in kept)
    return unquote(PATH_SESSION.sub("", path)) + (f"?{asked}" if asked else "") + sign + fragment
