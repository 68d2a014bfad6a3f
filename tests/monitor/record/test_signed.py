"""What a person decides bears a person's name: given by ``--by``, else who is signed in to the
machine; never the system's."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from sqlalchemy import select

from crawler.store.tables import open_store
from monitor.__main__ import attach, cli, main
from monitor.record.chain import SYSTEM, AuditRow
from tests.support.web_helpers import CATALOGUE, config_of

WRITTEN = ("units", "whole", "add", "教育局", "--reason", "逐个核对")


def commands(group: click.Group, path: str = "gengxin") -> Iterator[tuple[str, click.Command]]:
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, f"{path} {name}")
        else:
            yield f"{path} {name}", one


def test_no_command_has_the_system_answer_for_a_person() -> None:
    attach()
    asked = {
        name: option
        for name, command in commands(cli)
        for option in command.params
        if "--by" in option.opts
    }
    assert len(asked) > 20
    assert [
        name for name, option in asked.items() if not option.required and option.default != ""
    ] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = config_of(tmp_path)
    config = yaml.safe_load(path.read_text("utf-8"))
    config["catalogue"] = {key: value for key, value in CATALOGUE.items() if key != "whole"}
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return tmp_path


def written(monkeypatch: pytest.MonkeyPatch, folder: Path, *more: str) -> tuple[int, set[str]]:
    """The exit code of a person's word, and who says it on the record."""
    monkeypatch.setattr(
        "sys.argv", ["gengxin", *WRITTEN, *more, "--config", str(folder / "config.yaml")]
    )
    code = main()
    with open_store(f"sqlite:///{folder / 'var' / 'store.db'}").connect() as connection:
        found = connection.execute(select(AuditRow.who, AuditRow.what)).all()
    return code, {row.who for row in found if row.what != "catalogue"}


def test_without_a_name_it_is_who_is_signed_in_and_the_command_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOGNAME", "lisi")
    code, who = written(monkeypatch, folder)
    assert (code, who) == (0, {"lisi"})
    assert "留痕记为“lisi”" in capsys.readouterr().err


def test_a_given_name_is_the_one_on_the_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, who = written(monkeypatch, folder, "--by", "张三")
    assert (code, who) == (0, {"张三"})
    assert "留痕记为" not in capsys.readouterr().err


def test_on_a_machine_that_knows_nobody_the_name_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody() -> str:
        raise KeyError("uid 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    code, who = written(monkeypatch, folder)
    assert code == 2
    assert SYSTEM not in who
    assert "请用 --by 写明经办人" in capsys.readouterr().err
