"""Wrong words by a correcting model, as an extra that is off unless ``crawler.content.model`` names
one.

The only one known is pycorrector's MacBERT (extra ``words``): heavy packages, and weights that come
from its publisher's hub or from a folder of the office. Another one is a new name in ``LOADERS``:
whatever has ``correct(text)`` with ``{"source", "target", "errors": [(wrong, right, position)]}``
will do. It suspects more than it knows: its precision is measured by what people decide, as for
every rule.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from crawler.checks.suspects import Suspect, around

HUB = "shibing624/macbert4csc-base-chinese"
HAN = re.compile(r"[\u4e00-\u9fff]{1,4}")
SENTENCE = re.compile(r"[^。！？；\n]{4,120}[。！？；]?")
MOST_SENTENCES = 80
"""Sentences of one text that are asked: a model takes tens of milliseconds for each."""
NEAR = 4


class Unusable(Exception):
    """One sentence: what is missing, and what to do."""


class Corrector(Protocol):
    """What a model must offer: pycorrector's documented interface."""

    def correct(self, text: str) -> Mapping[str, Any]:
        """``source``, ``target`` and ``errors``: (wrong, right, position in the text)."""
        ...


def load(name: str, folder: str = "") -> Corrector:
    """The model ``name`` with its weights from ``folder``, else from its hub. Takes seconds. Raises
    :class:`Unusable`."""
    if importlib.util.find_spec(name) is None:
        raise Unusable(
            f"crawler.content.model: {name} is not installed; install gengxin[words], or leave model out"
        )
    try:
        return LOADERS[name](folder)
    except Exception as error:  # packages, weights, memory: whatever it is, the model cannot be had
        said = (str(error).splitlines() or [""])[0][:200]
        raise Unusable(
            f"crawler.content.model: {name} cannot be loaded ({type(error).__name__}: {said}); "
            "name a folder with its weights as crawler.content.model_folder, or leave model out"
        ) from None


def _pycorrector(folder: str) -> Corrector:
    made: Corrector = importlib.import_module("pycorrector").MacBertCorrector(folder or HUB)
    return made


LOADERS: Mapping[str, Callable[[str], Corrector]] = {"pycorrector": _pycorrector}


def find_by_model(
    text: str, place: str, model: Corrector, known: Sequence[Suspect] = ()
) -> Iterator[Suspect]:
    """What ``model`` would write otherwise, but for places that ``known`` suspects already tell
    of."""
    for number, found in enumerate(SENTENCE.finditer(text)):
        if number >= MOST_SENTENCES:
            return
        for wrong, right, position in _errors(model, found[0]):
            at = found.start() + position
            if text[at : at + len(wrong)] != wrong or _told(text, at, wrong, known):
                continue
            quote = text[max(found.start(), at - NEAR) : min(found.end(), at + len(wrong) + NEAR)]
            why = f"纠错模型认为“{wrong}”应为“{right}”"
            yield Suspect(
                "wording.model", place, quote, around(text, at, at + len(wrong)), why, right
            )


def _errors(model: Corrector, sentence: str) -> Iterator[tuple[str, str, int]]:
    """What the model says of one sentence, as far as it is about Chinese words."""
    for error in model.correct(sentence).get("errors", ()):
        wrong, right, position = str(error[0]), str(error[1]), int(error[2])
        if HAN.fullmatch(wrong) and HAN.fullmatch(right) and wrong != right:
            yield wrong, right, position


def _told(text: str, at: int, wrong: str, known: Sequence[Suspect]) -> bool:
    window = text[max(0, at - NEAR) : at + len(wrong) + NEAR]
    return any(one.quote and wrong in one.quote and one.quote in window for one in known)
