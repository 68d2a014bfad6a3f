"""The command as a person types it: on a small district, by its exit codes, its sentences and its
JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.__main__ import main
from tests.support.district import Clock, Town, served, town

AS_OF = "2020-07-20T09:30"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("command")
    clock = Clock()
    with served(folder, clock) as sample, town(folder, sample, clock) as made:
        made.night()
        yield made


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["gengxin", *words])
    code = main()
    caught = capsys.readouterr()
    return code, caught.out + caught.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status"], "脱贫攻坚"),
        (["status", "--json"], '"rule": "column_stale"'),
        (["explain", "old"], "责任单位：民政局"),
        (["explain", "old", "--json"], '"posts"'),
        (["due"], "脱贫攻坚"),
        (["recheck", "old"], "最新信息 2019-05-08"),
        (["judge"], "判定"),
        (["accounts", "list"], "样例发布"),
        (["attribution", "--month", "2020-06"], "民政局"),
    ],
)
def test_what_a_clerk_asks_is_answered(
    place: Town,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    dated = [] if words[0] in ("accounts", "attribution") else ["--as-of", AS_OF]
    code, text = run(monkeypatch, capsys, *words, "--config", str(place.config), *dated)
    assert code == 0, text
    assert said in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recheck", "nosuch"], "台账里没有这个栏目或账号：nosuch"),
        (["explain", "nosuch"], "台账里没有这个栏目或账号：nosuch"),
        (["status", "--as-of", "2020-13-01"], "is no moment"),
        (["bulletin", "2020Q7"], "2020Q2"),
        (["frobnicate"], "frobnicate"),
        (["read", "nothing.html"], "读不到这个文件"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_exit_code_2(
    place: Town,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    more = [] if words[0] in ("frobnicate", "read") else ["--config", str(place.config)]
    code, text = run(monkeypatch, capsys, *words, *more)
    assert code == 2, text
    assert said in text
    assert "Traceback" not in text
    assert len(text.strip().splitlines()) == 1


def test_a_config_that_is_a_workbook_or_broken_is_refused_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book, broken = tmp_path / "book.xlsx", tmp_path / "broken.yaml"
    book.write_bytes(b"PK\x03\x04\xff\xfe")
    broken.write_text("store: [unclosed\ncrawler: {", encoding="utf-8")
    for path, said in ((book, "不能是表格文件"), (broken, "第 2 行")):
        code, text = run(monkeypatch, capsys, "check-config", "--config", str(path))
        assert (code, said in text) == (2, True), text


def test_a_whole_quarter_is_printed_from_the_command_line(
    place: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text = run(
        monkeypatch,
        capsys,
        "bulletin",
        "2020Q2",
        "--config",
        str(place.config),
        "--as-of",
        AS_OF,
        "--out",
        str(tmp_path / "out"),
        "--json",
    )
    assert code in (0, 5), text
    data = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert data["figures"]["posts"] >= 36
    assert "posts" in data["figures"]["at_least"], "one night saw no month whole"
    assert data["figures"]["documents"] is None, "of documents nothing was seen"
