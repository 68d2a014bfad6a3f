"""A back-up as one zip file: written whole or not at all; read only after everything that it says
of itself was held against what it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crawler.store.copying import flush
from monitor.backup.manifest import (
    MOST_BYTES,
    MOST_MEMBERS,
    NAME,
    BadArchive,
    Manifest,
    Packed,
    read_manifest,
)

CHUNK = 1 << 20
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1
RATIO, FREE_OF_RATIO = 400, 10_000_000
"""A member unpacks to at most so many times its bytes; a store that is nearly empty pages has 30."""
SPARE = 50_000_000
"""Bytes of the disk that unpacking leaves free."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


@dataclass(frozen=True, slots=True)
class Archive:
    """An opened back-up whose outside agrees with its manifest."""

    path: Path
    packed: zipfile.ZipFile
    manifest: Manifest


def pack(
    target: Path,
    partial: Path,
    sources: Sequence[tuple[str, Path]],
    describe: Callable[[Sequence[Packed]], Manifest],
) -> Manifest:
    """Write ``sources`` (name, file) and their manifest to ``target``; a kill leaves only
    ``partial``.

    Raises ``OSError``.
    """
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
            members = [_put(packed, name, source) for name, source in sources]
            manifest = describe(members)
            told = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1)
            packed.writestr(_info(NAME), told, compresslevel=3)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    flush(target.parent)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The back-up at ``path``; nothing of it was unpacked but its manifest.

    Raises :class:`BadArchive` for a file that is none, is cut off, or holds anything that its
    manifest does not name: other places, links, twins, members that are encrypted or too big.
    """
    with closing(_zip(path)) as packed:
        try:
            manifest = _manifest(path, packed)
        except BROKEN as error:
            if isinstance(error, BadArchive):
                raise
            raise _broken(path) from None
        yield Archive(path, packed, manifest)


def unpack(archive: Archive, folder: Path) -> None:
    """Every member into ``folder``, which is empty, each as its hash says.

    Raises :class:`BadArchive`, also where the disk has no room for it: before anything is written.
    """
    wanted = sum(member.size for member in archive.manifest.members)
    if wanted + SPARE > shutil.disk_usage(folder).free:
        raise BadArchive(
            f"{archive.path.name} 展开后有 {wanted / 1e6:.0f} MB，{folder} 所在磁盘放不下：请先腾出空间"
        )
    for member in archive.manifest.members:
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "xb", opener=_private) as file:
            _copy(archive, member, file)
            file.flush()
            os.fsync(file.fileno())


def check(path: Path) -> Manifest:
    """The manifest of the back-up at ``path``, after every byte was read and held against it.

    Raises :class:`BadArchive`.
    """
    with opened(path) as archive, open(os.devnull, "wb") as nowhere:
        for member in archive.manifest.members:
            _copy(archive, member, nowhere)
        return archive.manifest


def file_hash(path: Path) -> str:
    """The sha256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise BadArchive(f"备份 {path} 读不出：{error.strerror or error}") from None
    except BROKEN:
        raise _broken(path) from None


def _broken(path: Path) -> BadArchive:
    return BadArchive(
        f"{path.name} 不是完整的备份（可能没有传完或已损坏）：请重新复制一份，或换一份备份"
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _put(packed: zipfile.ZipFile, name: str, source: Path) -> Packed:
    size, digest = 0, hashlib.sha256()
    with source.open("rb") as file, packed.open(_info(name), "w", force_zip64=True) as out:
        while chunk := file.read(CHUNK):
            out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return Packed(name=name, size=size, sha256=digest.hexdigest())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o600) << 16
    return info


def _manifest(path: Path, packed: zipfile.ZipFile) -> Manifest:
    infos = {info.filename: info for info in packed.infolist()}
    if len(infos) != len(packed.infolist()) or len(infos) > MOST_MEMBERS + 1:
        raise BadArchive(f"{path.name} 里有重名的文件：不是本系统做的备份，没有恢复")
    if NAME not in infos or infos[NAME].file_size > MOST_BYTES:
        raise BadArchive(f"{path.name} 里没有备份清单：不是本系统做的备份，没有恢复")
    for info in infos.values():
        if not _plain(info):
            raise BadArchive(f"{path.name} 里的 {info.filename[:80]!r} 不是备份该有的：没有恢复")
    manifest = read_manifest(packed.read(NAME))
    told = {member.name: member.size for member in manifest.members}
    if told != {name: info.file_size for name, info in infos.items() if name != NAME}:
        raise BadArchive(f"{path.name} 里的文件与备份清单不符，被改动过：请换一份备份")
    return manifest


def _plain(info: zipfile.ZipInfo) -> bool:
    """A regular file, packed as we pack, that is no bomb."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    regular = kind in (0, stat.S_IFREG) and not info.is_dir()
    ours = info.compress_type in WAYS and not info.flag_bits & ENCRYPTED
    return regular and ours and info.file_size <= RATIO * info.compress_size + FREE_OF_RATIO


def _copy(archive: Archive, member: Packed, out: IO[bytes]) -> None:
    """Unpack one member, never more bytes than it says."""
    digest, left = hashlib.sha256(), member.size
    with suppress(*BROKEN), archive.packed.open(member.name) as file:
        # A wrong checksum of the zip raises at the end; our own hash says it better.
        while chunk := file.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            out.write(chunk)
    if left or digest.hexdigest() != member.sha256:
        raise BadArchive(
            f"{archive.path.name} 里的 {member.name} 与校验值不符，已损坏或被改动过：请换一份备份"
        )
