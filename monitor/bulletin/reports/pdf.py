"""The bulletin as PDF: the Word document, printed by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.bulletin.model import Bulletin
from monitor.bulletin.reports import Unavailable as Unavailable
from monitor.bulletin.reports import word
from monitor.bulletin.reports._traits import ReportTraits

TRAITS = ReportTraits(title="PDF", suffix=".pdf", media_type="application/pdf", inline=True)
PROGRAMS = ("soffice", "libreoffice")
SECONDS = 180.0
ALIASES = {
    word.TITLE: (
        "方正小标宋_GBK",
        "华文中宋",
        "STZhongsong",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
    word.BODY: (
        "仿宋",
        "FangSong",
        "华文仿宋",
        "STFangsong",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
    ),
    word.HEAD: ("SimHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
}
"""What stands in for the official fonts, best first."""


def write(bulletin: Bulletin, path: Path) -> None:
    """Write ``bulletin`` to ``path``. Raises :class:`Unavailable` without LibreOffice or when it
    fails."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise Unavailable(
            "没有找到 LibreOffice，不能生成 PDF；请安装 libreoffice-writer，或用 Word 打开 .docx 另存为 PDF"
        )
    with TemporaryDirectory(prefix="gengxin-pdf-") as folder:
        source = Path(folder) / "bulletin.docx"
        word.write(bulletin, source)
        _convert(program, source, Path(folder))
        made = source.with_suffix(TRAITS.suffix)
        if not made.is_file() or made.stat().st_size == 0:
            raise Unavailable("LibreOffice 没有生成 PDF；请用 Word 打开 .docx 另存为 PDF")
        shutil.copyfile(made, path)


def _convert(program: str, source: Path, folder: Path) -> None:
    """Run LibreOffice with a profile of its own, so that an open one does not swallow the order."""
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(source),
    ]
    try:
        done = subprocess.run(
            command, env=_environment(folder), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(
            f"LibreOffice 在{SECONDS:.0f}秒内没有完成转换；请用 Word 打开 .docx 另存为 PDF"
        ) from None
    except OSError as error:
        raise Unavailable(f"LibreOffice 启动失败（{error.strerror}）；请检查安装") from None
    if done.returncode != 0:
        raise Unavailable(
            f"LibreOffice 转换失败（退出码{done.returncode}）；请用 Word 打开 .docx 另存为 PDF"
        )


def _environment(folder: Path) -> Mapping[str, str]:
    """Our environment with a font configuration that knows the stand-ins."""
    names = "".join(
        f"<alias binding='same'><family>{font}</family><prefer>{''.join(f'<family>{f}</family>' for f in others)}"
        "</prefer></alias>"
        for font, others in ALIASES.items()
    )
    known = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    text = (
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>"
        f"<fontconfig><include ignore_missing='yes'>{known}</include>{names}</fontconfig>"
    )
    file = folder / "fonts.conf"
    file.write_text(text, encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(file), "HOME": str(folder)}
