"""The office's own lists: sensitive words (Aho-Corasick) and wrong words. We ship none.

A list is a UTF-8 file with one word a line; after a tab may stand the suggestion, after another the
explanation. ``#`` begins a comment; ``# version: …`` names the version, else the file's own hash is
its version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import ahocorasick  # type: ignore[import-not-found]

from crawler.checks.suspects import Suspect, around

VERSION = re.compile(r"^#\s*version:\s*(\S{1,40})\s*$", re.MULTILINE)
NOISE = re.compile(r"[\s\u200b\u3000\xa0*·.\-_|]")
LONGEST_WORD = 60


class BadList(ValueError):
    """One sentence: which line of a list is wrong."""


@dataclass(frozen=True, slots=True)
class WordList:
    """``words``: word -> (suggestion, explanation)."""

    name: str
    version: str
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def read_list(name: str, data: bytes) -> WordList:
    """A list from its bytes. Raises :class:`BadList` with the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadList(f"{name}: is not UTF-8 text; save it as UTF-8") from None
    words: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition("\t")
        word = word.strip()
        if len(word) < 2 or len(word) > LONGEST_WORD:
            raise BadList(f"{name}: line {number}: a word has 2 to {LONGEST_WORD} characters")
        hint, _, why = rest.partition("\t")
        words[word] = (hint.strip(), why.strip())
    named = VERSION.search(text)
    return WordList(name, named[1] if named else hashlib.sha256(data).hexdigest()[:12], words)


class WordFinder:
    """Every word of several lists in one pass over a text. Spaces and dots put between letters do
    not hide a word."""

    def __init__(self, lists: Iterable[WordList]) -> None:
        self._automaton = ahocorasick.Automaton()
        self.size = 0
        for one in lists:
            for word, (hint, why) in one.words.items():
                plain = NOISE.sub("", word).lower()
                if plain:
                    self._automaton.add_word(
                        plain, (plain, hint, why or f"{one.name}（{one.version}）")
                    )
                    self.size += 1
        if self.size:
            self._automaton.make_automaton()

    def find(self, text: str, place: str) -> Iterator[Suspect]:
        """One suspect a word, the longest where words overlap."""
        if not self.size:
            return
        kept = [(letter, at) for at, letter in enumerate(text) if not NOISE.match(letter)]
        plain = "".join(letter for letter, _ in kept).lower()
        if len(plain) != len(kept):  # a letter whose lower case is two: look at the text as it is
            kept, plain = [(letter, at) for at, letter in enumerate(text)], text
        told: set[str] = set()
        for end, (word, hint, why) in self._automaton.iter_long(plain):
            if word in told:
                continue
            told.add(word)
            start, stop = kept[end - len(word) + 1][1], kept[end][1] + 1
            yield Suspect(
                "sensitive.word",
                place,
                text[start:stop],
                around(text, start, stop),
                why,
                hint,
                f"{place}|{word}",
            )
