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
from threading import Event

STOP_BEAT = 0.2
GRACE = 5.0
"""Seconds between asking a crawl to stop and killing it. What it had stored stays; the next run
goes on."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """How the child ended: its run's id (``None`` when it did not finish) and the fault in one
    sentence.

    ``crashed`` tells a child that fell over from one that we ended: it may be started again.
    """

    run: int | None
    planned: int
    looked: int
    fault: str = ""
    crashed: bool = False


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
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
) -> Crawled:
    """Run ``python -m crawler`` to its end, to ``time_limit`` seconds, or until ``stop`` is set.

    ``since`` leaves out what was looked at after that moment: a crashed crawl goes on from where it
    was. Never raises for the child's faults.
    """
    command = [sys.executable, "-m", "crawler", "--config", str(config), "--kind", kind]
    command += ["--parent", str(os.getpid())]
    if as_of is not None:
        command += ["--as-of", as_of.isoformat()]
    if only is not None:
        command += ["--only", *only]
    if since is not None:
        command += ["--since", since.isoformat()]
    return asyncio.run(_run(command, time_limit, on_progress, stop))


async def _run(
    command: Sequence[str],
    time_limit: float,
    on_progress: Callable[[Progress], None],
    stop: Event | None,
) -> Crawled:
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=2**20
    )
    listener = _Listener(on_progress)
    assert child.stdout is not None
    assert child.stderr is not None
    errors = asyncio.create_task(child.stderr.read())
    watch = asyncio.create_task(_end_on(stop, child)) if stop else None
    fault = ""
    try:
        async with asyncio.timeout(time_limit):
            async for line in child.stdout:
                listener.hear(line)
            await child.wait()
    except TimeoutError:
        fault = f"抓取超过 {time_limit:.0f} 秒时限，已停止；下次运行从断处继续"
    finally:
        if watch is not None:
            watch.cancel()
        await _end(child)
    stopped = stop is not None and stop.is_set()
    said = (await errors).decode("utf-8", "replace").strip()
    if not fault and stopped:
        fault = "服务停止，抓取中断；下次运行从断处继续"
    crashed = bool(not fault and child.returncode)
    if crashed:
        last = said.splitlines()[-1][:300] if said else ""
        fault = f"抓取进程以 {child.returncode} 结束：{last}"
    return Crawled(listener.run, listener.planned, listener.looked, fault, crashed)


async def _end_on(stop: Event, child: asyncio.subprocess.Process) -> None:
    """End the child when somebody outside this loop sets ``stop``."""
    while not stop.is_set():
        await asyncio.sleep(STOP_BEAT)
    await _end(child)


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
        elif "look" in message and message["look"] not in self.seen:  # a second look is no progress
            self.seen.add(message["look"])
            self.on_progress(Progress(self.planned, self.looked, message["outcome"]))
        elif "run" in message:
            self.run = message["run"]
