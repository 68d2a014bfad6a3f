"""Back-ups and restores killed at random moments: no half file under a back-up's name, the old store
or the new one, whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import insert, text

from crawler.store.tables import QrImageRow
from monitor.backup.archive import check
from monitor.backup.manifest import BadArchive
from monitor.office import Settings
from monitor.record.chain import AuditRow
from tests.conftest import opened
from tests.support.backups import LATER, MADE, column, made, put_back, sound
from tests.support.outbox_store import NOW

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILL_TEST_KILLS", "5"))
ROWS = int(os.environ.get("KILL_TEST_ROWS", "3000"))
CHILD = """
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from monitor.backup.making import back_up
from monitor.backup.restoring import Wish, restore
from monitor.office import read_settings
work, config, store, target, now = sys.argv[1:]
settings = replace(read_settings(Path(config)), store=store)
print("ready", flush=True)
sys.stdin.readline()
moment = datetime.fromisoformat(now)
if work == "backup":
    back_up(settings, Path(target), moment)
else:
    restore(settings, Wish(Path(target), "测试", replace=True), moment)
os._exit(0)  # what is timed is the work, not the interpreter's end
"""


def fill(office: Settings, more: str) -> None:
    """Rows that take a moment to copy, each of ``more``."""
    with opened(office.store) as store, store.engine.begin() as c:
        rows = [
            {"url": f"{more}{n}", "looked": NOW, "text": random.Random(n).randbytes(600).hex()}
            for n in range(ROWS)
        ]
        c.execute(insert(QrImageRow), rows)


def killed(office: Settings, work: str, target: Path, n: int, after: float) -> tuple[int, float]:
    """A child at ``work`` that gets SIGKILL ``after`` seconds (0: never); its end and its time."""
    moment = (MADE if work == "backup" else LATER) + timedelta(minutes=n)
    words = [work, str(office.path), office.store, str(target), moment.isoformat()]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "ready\n"
    begun = time.monotonic()
    timer = Timer(after, child.send_signal, [signal.SIGKILL])
    if after:
        timer.start()
    child.communicate("\n", timeout=120)
    timer.cancel()
    return child.returncode, time.monotonic() - begun


def whole(path: Path) -> bool:
    try:
        check(path)
    except BadArchive:
        return False
    return True


def test_a_killed_back_up_leaves_whole_ones_and_the_store_as_it_was(office: Settings) -> None:
    fill(office, "a")
    folder = office.path.parent / "backups"
    _, whole_run = killed(office, "backup", folder, 0, 0)
    chance, ends = random.Random(7), []
    for n in range(1, KILLS + 1):
        ends.append(killed(office, "backup", folder, n, chance.uniform(0.01, whole_run))[0])
        assert all(whole(path) for path in folder.glob("*.zip"))
    assert killed(office, "backup", folder, KILLS + 1, 0)[0] == 0
    assert -signal.SIGKILL in ends
    left = [path.name for path in folder.iterdir() if path.suffix != ".zip"]
    assert left == []
    with opened(office.store) as store:
        assert sound(store)
        assert len(column(store, QrImageRow.url)) == ROWS
    kills = ends.count(-signal.SIGKILL)
    print(f"\nback-up: {kills} kills, {len(list(folder.glob('*.zip')))} whole")  # noqa: T201


def test_a_killed_restore_leaves_the_old_store_or_the_new_one(office: Settings) -> None:
    fill(office, "a")
    archive = made(office).archive
    fill(office, "b")
    old = made(office, MADE + timedelta(hours=1)).archive
    _, whole_run = killed(office, "restore", archive, 0, 0)
    chance, found, ends = random.Random(11), {"old": 0, "new": 0}, []
    for n in range(1, KILLS + 1):
        put_back(office, old, LATER + timedelta(days=n))
        ends.append(killed(office, "restore", archive, n, chance.uniform(0.01, whole_run))[0])
        found[which(office)] += 1
    kills = ends.count(-signal.SIGKILL)
    print(f"\nrestore: {kills} kills in {whole_run:.1f} s, then {found}")  # noqa: T201
    assert kills
    assert found["old"] <= kills
    assert killed(office, "restore", archive, KILLS + 1, 0)[0] == 0
    assert which(office) == "new"
    assert not list(office.folder.glob(".backup-work"))


def which(office: Settings) -> str:
    with opened(office.store) as store:
        assert sound(store)
        with store.reader.connect() as c:
            count = c.execute(text("SELECT count(*) FROM qr_image")).scalar()
        assert count in (ROWS, 2 * ROWS)
        if count == 2 * ROWS:
            return "old"
        if store.url.startswith("sqlite"):  # PostgreSQL's record comes in a transaction of its own
            assert "restored" in column(store, AuditRow.what)
        return "new"
