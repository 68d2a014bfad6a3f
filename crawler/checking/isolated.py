"""Files opened in the reading room, from this side: one answer in time, or the room is closed and
made anew."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from crawler.checks.documents import Document
from crawler.checks.pictures import JudgedPicture

LONGEST_ANSWER = 4_000_000
USES = 2000
"""Files after which a room is made anew: foreign readers leak."""


@dataclass
class ReadingRoom:
    """One child process, one file at a time. ``seconds`` is what a file may take."""

    seconds: float = 20.0
    started: int = 0
    _process: asyncio.subprocess.Process | None = None
    _uses: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __aenter__(self) -> ReadingRoom:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._close()

    async def picture(self, data: bytes) -> JudgedPicture:
        """What the picture shows; one that takes too long or too much is ``refused``."""
        told = await self._ask("picture", data)
        return (
            JudgedPicture(**told)
            if told is not None
            else JudgedPicture("refused", "解码超时或占用过多，已中止")
        )

    async def document(self, data: bytes, suffix: str) -> Document:
        """The text of the file; one that takes too long or too much is ``refused``."""
        told = await self._ask(suffix or "file", data)
        return (
            Document(**told)
            if told is not None
            else Document(problem="refused", why="打开超时或占用过多，已中止")
        )

    async def _ask(self, kind: str, data: bytes) -> dict[str, Any] | None:
        async with self._lock:
            process = await self._room()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                async with asyncio.timeout(self.seconds):
                    process.stdin.write(
                        json.dumps({"kind": kind, "size": len(data)}).encode() + b"\n" + data
                    )
                    await process.stdin.drain()
                    line = await process.stdout.readline()
                found: dict[str, Any] = json.loads(line)
            except (TimeoutError, ValueError, ConnectionError):
                await (
                    self._close()
                )  # the file killed it, or would have: its answer is that there is none
                return None
            return found

    async def _room(self) -> asyncio.subprocess.Process:
        if self._process is not None and (
            self._process.returncode is not None or self._uses >= USES
        ):
            await self._close()
        if self._process is None:
            self.started += 1
            self._uses = 0
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "crawler.checking.reading_room",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_ANSWER,
            )
        self._uses += 1
        return self._process

    async def _close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
