"""A process that has loaded the crawl and forks one per request: real crawls to kill, without
Scrapy's start each time.

``python -m tests.nursery ROWS`` reads a line of JSON (arguments of ``python -m crawler``) and
answers with the child's process id; the child tells its exit code on a line of its own when it ends
by itself.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LATE = (
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.engine",
    "scrapy.core.scraper",
    "scrapy.downloadermiddlewares.httpcompression",
    "twisted.internet.asyncioreactor",
    "twisted.web.client",
    "uvloop",
)
"""What a crawl imports only when it starts."""


class Nursery:
    """Crawls as children of one prepared process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, config: Path, *arguments: str) -> Crawling:
        """A crawl that runs now."""
        return Crawling(self, self._say(["--config", str(config), *arguments])["pid"])

    def wait(self, pid: int) -> int:
        """Until the child ends: its exit code, or minus the signal's number."""
        return int(self._say(pid)["code"])

    def _say(self, message: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the nursery ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Crawling:
    """One running crawl."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid

    def wait(self) -> int:
        return self._nursery.wait(self.pid)

    def kill(self) -> None:
        """``kill -9``; a process that has ended stays until :meth:`wait`, so the number is nobody
        else's."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def nursery(rows: int) -> Iterator[Nursery]:
    """Crawls whose keeper writes every ``rows`` rows (as if the district were larger)."""
    command = [sys.executable, "-m", "tests.support.nursery", str(rows)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)


def main(arguments: Sequence[str]) -> int:
    import crawler.__main__ as crawl
    import crawler.walking.keeper as keeper

    for name in LATE:
        importlib.import_module(name)
    keeper.ROWS = int(arguments[0])
    for line in sys.stdin:
        asked = json.loads(line)
        answer = (
            {"code": os.waitstatus_to_exitcode(os.waitpid(asked, 0)[1])}
            if isinstance(asked, int)
            else {}
        )
        if not answer:
            answer = {"pid": _fork(crawl.main, asked)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def _fork(crawl: Any, arguments: list[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    sys.argv = ["crawler", *arguments]
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the child's own, until it ends
    code = 1
    try:
        code = crawl()
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
