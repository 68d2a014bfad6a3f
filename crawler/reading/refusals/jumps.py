"""Where a page sends the browser: meta refresh, assignments to ``location``, frames. Read, never
run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.reading.markup import join

REFRESH = re.compile(
    r"\s{0,9}[\d.]{0,6}\s{0,9}[;,]\s{0,9}url\s{0,9}=\s{0,9}[\"']?\s{0,9}([^\"'>]{1,1000})", re.I
)
"""Top columns that are a meta refresh to their first sub-column."""
WRITTEN = re.compile(
    r"content\s?=\s?\\?[\"']\s?[\d.]{0,6}\s?[;,]\s?url\s?=\s?([^\"'>\s\\]{1,1000})", re.I
)
"""Some such stubs write their refresh by ``document.write``."""
ASSIGNED = re.compile(
    r"(?:location(?:\.href)?\s{0,9}=(?!=)|location\.(?:replace|assign)\s{0,9}\(|\bnavigate\s{0,9}\()"
    r"\s{0,9}(?:\\?[\"'](?P<to>[^\"'\\\s]{1,1000})\\?[\"']|([A-Za-z_$][\w$]{0,40}))",
    re.I,
)
"""Stubs that assign ``location``, or call a function of their own for it."""
OPENED = re.compile(
    r"window\.open\s{0,9}\(\s{0,9}[\"']([^\"'\s]{1,1000})[\"']\s{0,9},\s{0,9}[\"']_(?:self|top|parent)"
)
"""Stubs that open the new site in their own window."""
_LEADS = r"""\s{0,9}(?:\\?["'](?P<to>[^"'\\\s]{1,1000})\\?["']|([A-Za-z_$][\w$]{0,40}))"""
_SENT = (
    re.compile(r"location(?:(?:\.href)?\s{0,9}=(?!=)|\.(?:replace|assign)\s{0,9}\()" + _LEADS),
    re.compile(r"navigate(?<=\bnavigate)\s{0,9}\(" + _LEADS),
)
"""An assignment to ``location`` as scripts know it. Each begins with a plain word: much quicker
than one of two in any case."""
_STATEMENT = re.compile(
    r"(?:setTimeout\s{0,9}\(\s{0,9}(?:[\"']|function\s{0,9}\(\s{0,9}\)\s{0,9}\{|\(\s{0,9}\)\s{0,9}=>\s{0,9}\{?)\s{0,99})?"
    r"(?<![\w$.])(?:(?:window|document|self|top|parent|this)\.){0,2}\Z",
    re.I,
)
"""What stands before it in the same statement, at once or after a while."""
STATEMENT = 220
"""Characters of that at most."""
MOBILE = re.compile(r"//(?:m|wap|3g)\.|/(?:m|wap|mobile|phone)(?:/|$)|mobile", re.I)
"""Stubs that send phones elsewhere: the other address is the one for us."""
HTTP = re.compile(r"https?://[^/\s]", re.I)
MOST = 20
"""Assignments looked at; a stub has one or two."""
AT_ONCE = 60
"""Seconds: a slower refresh is a page that keeps itself up to date."""


@dataclass(frozen=True, slots=True)
class Jump:
    """``targets`` are absolute addresses, the likeliest first; none when only a script knows.
    ``raw`` as written."""

    targets: tuple[str, ...]
    raw: str
    by_meta: bool


def jumps(root: HtmlElement | None, scripts: str, header: str, base: str) -> Jump | None:
    """Where the page leads, or ``None`` when it stays. ``header`` is the ``Refresh`` header or
    ``""``; ``root`` is ``None`` for a page without an element (all of it an open comment)."""
    for content in (header, *_refreshes(root)):
        match = REFRESH.match(content)
        if match and _seconds(content) <= AT_ONCE:
            return Jump(_absolute([match[1].strip()], base), content, by_meta=True)
    written = WRITTEN.search(scripts)
    if written:
        return Jump(_absolute([written[1]], base), written[0], by_meta=True)
    return _by_script(scripts, base)


def _refreshes(root: HtmlElement | None) -> list[str]:
    tags = () if root is None else root.iter("meta")
    return [
        tag.get("content") or ""
        for tag in tags
        if (tag.get("http-equiv") or "").strip().lower() == "refresh"
    ]


def _seconds(content: str) -> float:
    match = re.match(r"\s{0,9}(\d{1,6})", content)
    return float(match[1]) if match else 0.0


def _by_script(scripts: str, base: str) -> Jump | None:
    raw, targets = "", []
    found = (*islice(ASSIGNED.finditer(scripts), MOST), *islice(OPENED.finditer(scripts), MOST))
    for match in found:
        if _is_commented(scripts, match.start()):
            continue
        raw = raw or match[0]
        literal = match[1] or _value_of(match[2], scripts)
        if literal:
            targets.append(literal)
    if not raw and not re.search(r"location\.reload\s?\(", scripts):
        return None
    targets.sort(key=lambda target: MOBILE.search(target) is not None)
    return Jump(_absolute(targets, base), raw or "location.reload()", by_meta=False)


def unasked(script: str, base: str) -> Jump | None:
    """Where one script sends every browser: an assignment that stands under no condition and in no
    function.

    ``if (…) location = …``, a click's function and an unfinished comment are none: who is sent
    there, nobody knows.
    """
    found = [match for pattern in _SENT for match in islice(pattern.finditer(script), MOST)]
    for match in sorted(found, key=re.Match.start)[:MOST]:
        begins = _STATEMENT.search(script, max(0, match.start() - STATEMENT), match.start())
        if begins is None or _is_commented(script, begins.start()):
            continue
        if not _first_of_statement(script[: begins.start()]):
            continue
        literal = match["to"] or (_value_of(match[2], script) if match[2] else "")
        if literal:
            return Jump(_absolute([literal], base), begins[0] + match[0], by_meta=False)
    return None


WAITS = re.compile(
    r"\$\(\s?(?:document\s?\)\s?\.\s?ready\s?\(\s?)?function\s?\(\s?\)\s?\{|(?<![\w$.)])\(\s?function\s?\(\s?\)\s?\{"
    r"|\bonload\s?=\s?function\s?\(\s?\)\s?\{|\btry\s?\{"
)
"""Functions that every browser calls by itself once the page is there."""
_LINE_COMMENT = re.compile(r"//(?<!://)[^\n]*")
_WHOLE = re.compile(r"=\s{0,3}(?:\d+|[\"'][^\"']*[\"']|true|false)\Z")
"""The end of a statement that a line ends without its semicolon."""


def _first_of_statement(before: str) -> bool:
    """Whether a statement begins here, that stands under no condition and in no function."""
    said = _LINE_COMMENT.sub("", before.replace("<!--", "")).rstrip(" \t")
    fresh_line = said[-1:] == "\n" and _WHOLE.search(said.strip()[-60:]) is not None
    said = said.strip()
    last = said[-1:]
    if last == "{" and _calls_itself(said):
        last = ";"
    if last and last not in ";}>/" and not fresh_line:
        return False
    said, waits = WAITS.subn(";", said)
    closed = said.count("}") - said.count("{")  # of the functions that only wait some may be closed
    return 0 <= closed <= waits and said.count("/*") == said.count("*/")


def _calls_itself(said: str) -> bool:
    """Whether the function that begins at the end of ``said`` is one that only waits for the
    page."""
    return any(found.end() == len(said) for found in WAITS.finditer(said, max(0, len(said) - 80)))


def _is_commented(scripts: str, at: int) -> bool:
    line = scripts[max(scripts.rfind("\n", 0, at), at - 300) + 1 : at]
    return re.search(r"(?<!:)//", line) is not None


def _value_of(name: str, scripts: str) -> str:
    match = re.search(
        rf"(?<![\w$.]){re.escape(name)}\s{{0,9}}=\s{{0,9}}[\"']([^\"'\s]{{1,1000}})[\"']", scripts
    )
    return match[1] if match else ""


def _absolute(targets: list[str], base: str) -> tuple[str, ...]:
    joined = (
        join(base, target)
        for target in targets
        if not target.lower().startswith(("javascript:", "about:"))
    )
    return tuple(dict.fromkeys(target for target in joined if HTTP.match(target)))


def frames(root: HtmlElement, base: str, *, alone: bool) -> tuple[str, ...]:
    """Addresses of the frames of a frameset; of an ``iframe`` only when it stands ``alone`` on the
    page."""
    tags = ("frame", "iframe") if alone else ("frame",)
    found = _absolute([tag.get("src") or "" for tag in root.iter(*tags) if tag.get("src")], base)
    return tuple(
        sorted(
            found,
            # framesets of old portals: the content before head and menu
            key=lambda src: re.search(r"top|head|menu|left|foot|bottom|nav", src, re.I) is not None,
        )
    )
