"""The crawl as a child process: started, listened to, limited in time, never outliving us."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

GRACE = 10.0
"""Seconds between asking a crawl to stop and killing it. What it had stored stays; the next run goes on."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """How the child ended: its run's id (``None`` when it did not finish) and the fault in one sentence."""

    run: int | None
    planned: int
    looked: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """``looked`` of ``planned`` outlets; ``outcome`` of the last one."""

    planned: int
    looked: int
    outcome: str = ""


def run_crawl(
    config: Path,
    as_of: datetime | None,
    *,
    time_limit: float,
    only: Sequence[str] | None = None,
    kind: str = "nightly",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Crawled:
    """Run ``python -m crawler`` to its end or to ``time_limit`` seconds. Never raises for the child's faults."""
    command = [sys.executable, "-m", "crawler", "--config", str(config), "--kind", kind]
    command += ["--parent", str(os.getpid())]
    if as_of is not None:
        command += ["--as-of", as_of.isoformat()]
    if only is not None:
        command += ["--only", *only]
    return asyncio.run(_run(command, time_limit, on_progress))


async def _run(command: Sequence[str], time_limit: float, on_progress: Callable[[Progress], None]) -> Crawled:
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=2**20
    )
    listener = _Listener(on_progress)
    assert child.stdout is not None
    assert child.stderr is not None
    errors = asyncio.create_task(child.stderr.read())
    fault = ""
    try:
        async with asyncio.timeout(time_limit):
            async for line in child.stdout:
                listener.hear(line)
            await child.wait()
    except TimeoutError:
        fault = f"抓取超过 {time_limit:.0f} 秒时限，已停止；下次运行从断处继续"
    finally:
        await _end(child)
    said = (await errors).decode("utf-8", "replace").strip()
    if not fault and child.returncode:
        last = said.splitlines()[-1][:300] if said else ""
        fault = f"抓取进程以 {child.returncode} 结束：{last}"
    return Crawled(listener.run, listener.planned, listener.looked, fault)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(GRACE):
            await child.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


class _Listener:
    """Understands the child's JSON lines; a line that is none is not ours and is passed over."""

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        self.on_progress = on_progress
        self.run: int | None = None
        self.planned = 0
        self.seen: set[str] = set()

    @property
    def looked(self) -> int:
        """Outlets looked at; an account asked through two probes is one."""
        return len(self.seen)

    def hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return
        if "planned" in message:
            self.planned = message["planned"]
            self.on_progress(Progress(self.planned, 0))
        elif "look" in message:
            self.seen.add(message["look"])
            self.on_progress(Progress(self.planned, self.looked, message["outcome"]))
        elif "run" in message:
            self.run = message["run"]
