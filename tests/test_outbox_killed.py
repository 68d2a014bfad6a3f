"""A sender killed at random moments: every letter arrives, and each one that came twice is in the record."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from crawler.model import SHANGHAI
from crawler.store import UnitRow
from monitor.ledger import LetterRow
from monitor.outbox import LEASE, AttemptRow
from tests.conftest import Store
from tests.mailbox import Script, mail_server

pytestmark = pytest.mark.slow

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
LETTERS = int(os.environ.get("KILL_TEST_LETTERS", "40"))
KILLS = int(os.environ.get("KILL_TEST_KILLS", "5"))

SENDER = """
import sys
from datetime import datetime
from crawler.store import open_store
from monitor.alerts import AlertsConfig, send_waiting
store, port, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
mail = {"host": "127.0.0.1", "port": port, "security": "plain", "sender": "watch@example.org"}
send_waiting(open_store(store), AlertsConfig.model_validate({"mail": mail}), now)
"""


@dataclass
class Deadly(Script):
    """Kills its caller after ``steps`` more commands, in the middle of whatever it does."""

    victim: int = 0
    steps: int = -1

    def _step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            os.kill(self.victim, signal.SIGKILL)

    async def handle_MAIL(self, *args: Any) -> str:
        self._step()
        return await super().handle_MAIL(*args)

    async def handle_RCPT(self, *args: Any) -> str:
        self._step()
        return await super().handle_RCPT(*args)

    async def handle_DATA(self, *args: Any) -> str:
        self._step()
        said = await super().handle_DATA(*args)
        self._step()
        return said


def fill(store: Store) -> None:
    with store.engine.begin() as c:
        for n in range(LETTERS):
            unit = {"id": f"u{n}", "short": f"单位{n}", "full": "", "group_name": "", "aliases": []}
            c.execute(insert(UnitRow).values(unit | {"emails": [f"u{n}@example.org"]}))
            letter = {"key": f"20200720-u{n}", "unit_id": f"u{n}", "day": NOW.date(), "state": "waiting"}
            letter |= {"recipients": [f"u{n}@example.org"], "subject": f"题{n}", "text_body": "文"}
            c.execute(insert(LetterRow).values(letter | {"html_body": "<p>文</p>", "written": NOW}))


def run_sender(store: Store, script: Deadly, port: int, now: datetime, steps: int) -> int:
    script.steps = -1
    child = subprocess.Popen([sys.executable, "-c", SENDER, store.url, str(port), now.isoformat()])
    script.victim, script.steps = child.pid, steps
    return child.wait(120)


def test_a_sender_killed_at_random_moments_loses_nothing_and_repeats_only_what_is_on_record(
    sqlite_store: Store,
) -> None:
    store = sqlite_store
    fill(store)
    chance, script, now = random.Random(20200720), Deadly(), NOW
    with mail_server(script) as port:
        ends = []
        for _ in range(KILLS):
            ends.append(run_sender(store, script, port, now, chance.randint(1, 4 * LETTERS // KILLS)))
            now += LEASE + timedelta(minutes=2)
        assert -signal.SIGKILL in ends
        assert run_sender(store, script, port, now, -1) == 0
    with store.reader.connect() as c:
        assert set(c.scalars(select(LetterRow.state))) == {"sent"}
        results = Counter(c.scalars(select(AttemptRow.result)))
        doubtful = Counter(
            c.scalars(select(LetterRow.key).join(AttemptRow).where(AttemptRow.result == "doubtful"))
        )
    arrived = Counter(str(mail["Message-ID"])[1:].partition(".")[0] for mail in script.mails())
    assert set(arrived) == {f"20200720-u{n}" for n in range(LETTERS)}
    assert results["sent"] == LETTERS
    assert results["died"] + results["doubtful"] == ends.count(-signal.SIGKILL)
    assert all(count <= 1 + doubtful[key] for key, count in arrived.items())
