"""The shipped config.yaml in an empty folder, without a network: nothing seen, nobody accused, no
letter to a unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.store.tables import open_store
from monitor.__main__ import main
from monitor.record.tables import FindingRow, LetterRow

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def test_the_shipped_config_in_an_empty_folder_accuses_nobody_and_ends_with_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody listens there: this test asks no network.
    text = SHIPPED.read_text("utf-8").replace(
        "http://www.fzcangshan.gov.cn/", "http://127.0.0.1:9/"
    )
    text = text.replace("  robots: true", "  robots: true\n  allow_loopback: true")
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    monkeypatch.setattr(
        "sys.argv", ["gengxin", "nightly", "--config", str(tmp_path / "config.yaml")]
    )
    assert main() == 3
    assert "昨晚没有看到任何栏目" in capsys.readouterr().out
    engine = open_store(f"sqlite:///{tmp_path}/var/gengxin.db", readonly=True)
    with engine.connect() as connection:
        accused = connection.execute(
            select(FindingRow.number).where(FindingRow.ours.is_(False))
        ).all()
        told = set(connection.execute(select(LetterRow.unit_id)).scalars())
    engine.dispose()
    assert accused == []
    assert told <= {"_office"}
