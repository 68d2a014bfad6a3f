"""What scripts of nothing but ``document.write('…')`` write, put where they stand: a browser shows
it as part of the page.

Read, never run: a script with anything else in it (a condition, a variable, another call) stays as
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.reading.data.jsonish import text_at

_SIGN = "document.write"
_OPEN = re.compile(r"<script\b([^<>]{0,300})>", re.I)
_END = re.compile(r"</script\s{0,9}>", re.I)
_FOREIGN = re.compile(
    r"\bsrc\s{0,3}=|\btype\s{0,3}=\s{0,3}[\"']?(?!text/javascript|application/javascript)", re.I
)
_BETWEEN = re.compile(r"(?:\s+|;|<!--|(?://)?\s{0,3}-->|//[^\n]*(?=\n)|/\*(?:[^*]|\*(?!/))*\*/)+")
"""Old pages wrap scripts in ``<!--`` and ``//-->``."""
_CALL = re.compile(r"document\.write(?:ln)?\s{0,9}\(\s{0,9}")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`")
_PLUS = re.compile(r"\s{0,9}\+\s{0,9}")
_CLOSED = re.compile(r"\s{0,9}\)")
_UNSAFE = re.compile(r"<script|</script|<!--|-->", re.I)
"""What a script writes of further scripts or comments is left to a browser."""
LONGEST = 200_000
"""Characters of one script at most."""


def written_out(text: str) -> str:
    """``text`` with such scripts replaced by what they write; itself where there is none."""
    return "".join(_pieces(text)) if _SIGN in text else text


def _pieces(text: str) -> Iterator[str]:
    at = 0
    while (opened := _OPEN.search(text, at)) is not None:
        end = _END.search(text, opened.end())
        if end is None:
            break
        said = text[opened.end() : end.start()]
        written = None if _FOREIGN.search(opened[1]) else _all_written(said)
        yield text[at : opened.start()] if written is not None else text[at : end.end()]
        yield written or ""
        at = end.end()
    yield text[at:]


def _all_written(said: str) -> str | None:
    """What a script writes that does nothing else, else ``None``."""
    if _SIGN not in said or len(said) > LONGEST:
        return None
    pieces: list[str] = []
    for piece in _written(said):
        if piece is None:
            return None
        pieces.append(piece)
    out = "".join(pieces)
    return None if _UNSAFE.search(out) else out


def _written(said: str) -> Iterator[str | None]:
    """The literals of the calls in their order; ``None`` where something else stands."""
    at = 0
    while True:
        blank = _BETWEEN.match(said, at)
        at = blank.end() if blank else at
        if at >= len(said):
            return
        call = _CALL.match(said, at)
        value, at = _argument(said, call.end()) if call else (None, at)
        yield value
        if value is None:
            return


def _argument(said: str, at: int) -> tuple[str | None, int]:
    """What one call writes, a literal or several put together by ``+``, and where the call ends;
    ``None`` for anything else."""
    pieces: list[str] = []
    while True:
        literal = _STRING.match(said, at)
        value = text_at(literal[0], 0) if literal else None
        if literal is None or value is None:
            return None, at
        pieces.append(value)
        more = _PLUS.match(said, literal.end())
        if more is None:
            closed = _CLOSED.match(said, literal.end())
            return ("".join(pieces), closed.end()) if closed else (None, at)
        at = more.end()
