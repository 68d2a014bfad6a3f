"""A correcting model is an extra: off by default, refused in one sentence when it is missing, one
suspect a place."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from crawler.checks.model_words import HUB, MOST_SENTENCES, Unusable, find_by_model, load
from crawler.checks.page import Office, check_text
from crawler.checks.rules import RULES, speaking
from crawler.config import BadConfig, ContentConfig, section
from monitor.__main__ import attach, cli

TODAY = date(2020, 6, 1)


@dataclass
class Fake:
    """Answers as pycorrector documents it; ``words`` are what it would change."""

    words: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def correct(self, text: str) -> Mapping[str, Any]:
        self.asked.append(text)
        errors = [
            (w, r, at)
            for w, r in self.words.items()
            for at in range(len(text))
            if text.startswith(w, at)
        ]
        target = text
        for wrong, right, _ in errors:
            target = target.replace(wrong, right)
        return {"source": text, "target": target, "errors": errors}


def told(text: str, words: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(s.quote, s.why, s.hint) for s in find_by_model(text, "正文", Fake(words))]


def test_each_place_is_told_with_its_sentence_and_suggestion() -> None:
    text = "今天新情很好。\n会议要求压实责任。各单位要认识到为，落实到位。"
    assert told(text, {"新": "心", "为": "位"}) == [
        ("今天新情很好。", "纠错模型认为“新”应为“心”", "心"),
        ("要认识到为，落实到", "纠错模型认为“为”应为“位”", "位"),
    ]


@pytest.mark.parametrize(
    "words", [{"A": "B"}, {"，": "。"}, {"新": "new"}, {"新": "新"}, {"2": "二"}]
)
def test_what_is_no_chinese_word_is_not_the_models_business(words: dict[str, str]) -> None:
    assert told("今天A新情，很好2次。", words) == []


def test_a_position_that_does_not_fit_is_not_believed() -> None:
    class Off(Fake):
        def correct(self, text: str) -> Mapping[str, Any]:
            return {
                "source": text,
                "target": text,
                "errors": [("新", "心", 5), ("天", "夭", -1), ("情", "清", 900)],
            }

    assert list(find_by_model("今天新情很好。", "正文", Off({}))) == []


def test_a_long_text_asks_so_many_sentences_and_no_more() -> None:
    model = Fake({})
    assert list(find_by_model("样例句子文字。" * 5000, "正文", model)) == []
    assert len(model.asked) == MOST_SENTENCES
    assert max(map(len, model.asked)) <= 121


def test_what_a_rule_already_tells_is_not_told_again() -> None:
    model = Fake({"布": "部", "新": "心"})
    office = Office(frozenset(), speaking(), model=model)
    found = [s.rule for s in check_text("会议布署了工作。今天新情很好。", "正文", office, TODAY)]
    assert found == ["wording.pair", "wording.model"]


def test_without_a_model_or_with_its_rule_off_nothing_is_asked() -> None:
    model = Fake({"新": "心"})
    off = Office(frozenset(), speaking(off=("wording.model",)), model=model)
    assert [s.rule for s in check_text("今天新情很好。", "正文", off, TODAY)] == []
    assert model.asked == []
    assert [
        s.rule for s in check_text("今天新情很好。", "正文", Office(frozenset(), speaking()), TODAY)
    ] == []
    assert RULES["wording.model"].precision(1, 5) == 0.2


def test_a_model_that_is_not_installed_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"not installed; install gengxin\[words\]"):
        load("pycorrector_that_is_not_there")
    path = tmp_path / "config.yaml"
    data = {
        "monitor": {
            "rules": {"content_suspects": {"valid_from": "2019-04-01", "clause": "内部规则"}}
        },
        "store": "sqlite:///s.db",
        "catalogue": {"sites": [{"id": "p", "name": "门户", "home": "http://www.example.org/"}]},
        "crawler": {"contact": "office@example.org", "content": {"model": "pycorrector"}},
    }
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    if "pycorrector" in sys.modules or _installed():
        pytest.skip("NOT TESTED: refusal of a missing model. pycorrector is installed here")
    attach()
    result = CliRunner().invoke(cli, ["content", "--config", str(path)], standalone_mode=False)
    assert isinstance(result.exception, BadConfig)
    assert "gengxin[words]" in str(result.exception)
    assert "\n" not in str(result.exception)


def _installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("pycorrector") is not None


def package(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    """A package of pycorrector's shape on the path."""
    (folder / "pycorrector").mkdir()
    (folder / "pycorrector" / "__init__.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "pycorrector", raising=False)


SOUND = """
class MacBertCorrector:
    def __init__(self, path):
        self.path = path
    def correct(self, text):
        return {"source": text, "target": text, "errors": []}
"""


def test_the_package_is_loaded_with_the_offices_weights_or_the_hubs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package(monkeypatch, tmp_path, SOUND)
    assert load("pycorrector").path == HUB  # type: ignore[attr-defined]
    assert load("pycorrector", "/weights").path == "/weights"  # type: ignore[attr-defined]
    assert isinstance(sys.modules["pycorrector"], ModuleType)
    monkeypatch.delitem(sys.modules, "pycorrector")


def test_a_model_that_cannot_be_loaded_says_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package(
        monkeypatch,
        tmp_path,
        "class MacBertCorrector:\n    def __init__(self, path):\n        raise OSError('no\\nweights')\n",
    )
    with pytest.raises(Unusable, match="OSError: no") as caught:
        load("pycorrector")
    assert "model_folder" in str(caught.value)
    assert "\n" not in str(caught.value)
    monkeypatch.delitem(sys.modules, "pycorrector")


def test_an_unknown_model_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(BadConfig, match="model"):
        section(ContentConfig, {"model": "gpt"}, "config.yaml: crawler.content")
