"""``gengxin backup`` and ``gengxin restore``: the office as one file, and the way back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.clock import clock
from monitor.backup.archive import check
from monitor.backup.making import Made, back_up
from monitor.backup.manifest import Manifest
from monitor.backup.restoring import Restored, Wish, restore
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.days.chinese import chinese_moment
from monitor.office import Settings, read_settings
from monitor.words.exits import DONE


@click.command("backup")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="放备份的文件夹；不填为数据库旁边的 backups",
)
@with_config
@with_as_of
@with_json
def backup(folder: Path | None, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """备份数据库、附件和寄信台账为一个文件；运行中可做，密钥不在其中。"""
    settings = read_settings(path)
    made = back_up(settings, folder or settings.folder / "backups", clock(as_of)())
    tell(as_json, _made_data(made), made_lines(made))
    return DONE


@click.command("restore")
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--check", "only", is_flag=True, help="只核对备份是否完好，什么也不动")
@click.option("--replace", is_flag=True, help="代替现有的数据库（原库改名留在旁边）")
@with_by()
@with_config
@with_as_of
@with_json
def restore_store(
    archive: Path,
    only: bool,
    replace: bool,
    by: str,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """从备份恢复：先核对，再一步换上；备份以后发出的信从寄信台账补回登记。"""
    if only:
        manifest = check(archive)
        tell(as_json, manifest.model_dump(mode="json"), [f"{archive} 完好：{said(manifest)}"])
        return DONE
    settings = read_settings(path)
    done = restore(settings, Wish(archive, signed(by), replace), clock(as_of)())
    tell(as_json, _restored_data(done), restored_lines(done, settings))
    return DONE


def said(manifest: Manifest) -> str:
    """A back-up in a few words."""
    links, files = manifest.state.links, len(manifest.files)
    return f"{chinese_moment(manifest.made)}，版本 {manifest.program}，留痕 {links} 条，附件 {files} 份"


def made_lines(made: Made) -> list[str]:
    """What a person is told of a back-up that was made."""
    lines = [f"{made.archive}：{made.size / 1e6:.1f} MB，{said(made.manifest)}"]
    lines.append(f"校验值 SHA-256 {made.sha256}")
    if made.keys:
        names = "、".join(map(str, made.keys))
        lines.append(f"密钥 {names} 不在备份里：请另行抄存一份，与备份分开保管")
    return [*lines, "请把备份文件复制到另一台机器", *made.notes]


def restored_lines(done: Restored, settings: Settings) -> list[str]:
    """What a person is told of a back-up that was put back, and has to do now."""
    lines = [f"已恢复到 {said(done.manifest)}"]
    booked = f"（台账记到{chinese_moment(done.booked)}）" if done.booked else ""
    lines.append(f"从寄信台账补回 {done.letters} 封信的登记{booked}，其编号不再使用")
    if done.kept is not None:
        lines.append(f"原来的数据库留在 {done.kept}，确认无误后可删")
    missing = [name for name in ("web.key", "links.key") if settings.folder / name not in done.keys]
    if missing:
        lines.append(
            f"{'、'.join(missing)} 不在 {settings.folder}：请放回另行保管的那份，否则已发出的链接和登录失效"
        )
    return [*lines, "请运行 gengxin entries export 和 gengxin audit verify，再启动服务"]


def _made_data(made: Made) -> dict[str, Any]:
    return {
        "archive": str(made.archive),
        "size": made.size,
        "sha256": made.sha256,
        "keys_apart": [str(key) for key in made.keys],
        "notes": list(made.notes),
        "state": made.manifest.state.model_dump(),
    }


def _restored_data(done: Restored) -> dict[str, Any]:
    return {
        "made": done.manifest.made.isoformat(),
        "letters": done.letters,
        "booked": done.booked.isoformat() if done.booked else None,
        "kept": str(done.kept) if done.kept else None,
        "keys": [str(key) for key in done.keys],
    }
