"""PDF by LibreOffice: real where it is installed, and one clear sentence where it is not or
fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.bulletin.reports import pdf
from tests.monitor.bulletin.test_word import official


def test_the_paper_becomes_a_pdf(tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in pdf.PROGRAMS):
        pytest.skip("LibreOffice is not installed: the PDF is NOT tested")
    pdf.write(official(), tmp_path / "b.pdf")
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")


def test_without_libreoffice_the_clerk_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pdf.Unavailable, match="安装 libreoffice-writer"):
        pdf.write(official(), tmp_path / "b.pdf")


@pytest.mark.parametrize(("script", "word"), [("exit 3", "退出码3"), ("exit 0", "没有生成")])
def test_a_failing_libreoffice_is_one_sentence_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, word: str
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(pdf.Unavailable, match=word):
        pdf.write(official(), tmp_path / "b.pdf")
    assert not (tmp_path / "b.pdf").exists()
