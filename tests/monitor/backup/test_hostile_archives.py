"""Archives that are none of ours, or no longer what they were: refused in one sentence, and nothing
was touched."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.backup.archive import check
from monitor.backup.manifest import BadArchive
from monitor.backup.restoring import Wish, restore
from monitor.office import Settings
from tests.support.backups import LATER, made, office_of

Members = dict[str, bytes]


def repacked(source: Path, change: Callable[[Members, dict[str, Any]], None]) -> Path:
    """The back-up with its members and its manifest changed."""
    with zipfile.ZipFile(source) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    target = source.with_name("hostile.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
        packed.writestr("manifest.json", json.dumps(manifest))
    return target


def named(name: str, data: bytes = b"x") -> Callable[[Members, dict[str, Any]], None]:
    """A member of that name, in the manifest as well."""

    def change(members: Members, manifest: dict[str, Any]) -> None:
        members[name] = data
        manifest["members"].append({"name": name, "size": len(data), "sha256": "0" * 64})

    return change


def unnamed(members: Members, _manifest: dict[str, Any]) -> None:
    members["files/more"] = b"x"


def bomb(members: Members, manifest: dict[str, Any]) -> None:
    members["config.yaml"] = b"\0" * 60_000_000
    for member in manifest["members"]:
        if member["name"] == "config.yaml":
            member["size"] = 60_000_000


def wrong_hash(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["members"][0]["sha256"] = "0" * 64


def wrong_size(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["members"][0]["size"] += 1


def no_store(members: Members, manifest: dict[str, Any]) -> None:
    del members["store.db"]
    manifest["members"] = [m for m in manifest["members"] if m["name"] != "store.db"]


def newer(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["state"]["revision"] = "0999"


def other_record(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["state"]["root"] = "0" * 64


def unknown_key(_members: Members, manifest: dict[str, Any]) -> None:
    manifest["run"] = "rm"


HOSTILE = {
    "a path that leads up": named("../../outside"),
    "an absolute path": named("/tmp/outside"),
    "a path that leads up by backslashes": named("files\\..\\..\\outside"),
    "a path below files that leads up": named("files/ab/../../../outside"),
    "a key": named("web.key"),
    "a file that no manifest names": unnamed,
    "a bomb": bomb,
    "another hash": wrong_hash,
    "another size": wrong_size,
    "no store": no_store,
    "a newer program's form": newer,
    "another record than it says": other_record,
    "a manifest with more in it": unknown_key,
}


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    (tmp_path / "office").mkdir()
    return office_of(tmp_path / "office")


def seen(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` but the locks, which hold nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_archive_is_refused_and_nothing_is_touched(office: Settings, kind: str) -> None:
    archive = repacked(made(office).archive, HOSTILE[kind])
    before = seen(office.path.parent.parent)
    with pytest.raises(BadArchive) as refused:
        restore(office, Wish(archive, "测试", replace=True), LATER)
    assert "\n" not in str(refused.value)
    assert seen(office.path.parent.parent) == before


def linked(archive: Path) -> None:
    info = zipfile.ZipInfo("letters.ledger")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(info, "/etc/passwd")


def twice(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("store.db", b"other")


def truncated(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-2000])


def spoiled(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 200] = b"\xa5" * 200
    archive.write_bytes(data)


def empty(archive: Path) -> None:
    archive.write_bytes(b"")


def tar(archive: Path) -> None:
    archive.write_bytes(b"config.yaml\0" * 4000)


@pytest.mark.parametrize("harm", [linked, twice, truncated, spoiled, empty, tar])
def test_a_harmed_archive_is_refused_and_nothing_is_touched(
    office: Settings, harm: Callable[[Path], None]
) -> None:
    archive = made(office).archive
    harm(archive)
    before = seen(office.path.parent.parent)
    with pytest.raises(BadArchive):
        check(archive)
    with pytest.raises(BadArchive):
        restore(office, Wish(archive, "测试", replace=True), LATER)
    assert seen(office.path.parent.parent) == before


def test_an_archive_that_is_not_there_is_told(office: Settings) -> None:
    with pytest.raises(BadArchive, match="读不出"):
        check(office.folder / "none.zip")
