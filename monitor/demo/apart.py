"""The sample district in a process of its own, for measurements and for a long ``--serve``.

``python -m monitor.demo.apart FILE MOMENT FOLDER`` serves at that one moment, prints one line of
JSON with the addresses, and ends when its standard input closes: it never outlives the process that
started it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from crawler.model import utc
from monitor.demo.district import load_district
from monitor.demo.server import serve

END_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the district is served."""

    portal_url: str
    media_url: str
    smtp_host: str
    smtp_port: int


@contextmanager
def serve_apart(file: Path, moment: datetime, folder: Path) -> Iterator[Addresses]:
    """Serve the district of ``file`` as it stands at ``moment`` from a child process.

    Ready when the block begins, gone when it ends. Faults cannot be switched from here. Raises
    ``RuntimeError`` with the child's own words when it does not come up.
    """
    command = [
        sys.executable,
        "-m",
        "monitor.demo.apart",
        str(file),
        utc(moment).isoformat(),
        str(folder),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield Addresses(**json.loads(_first_line(child)))
        finally:
            _end(child)


def _first_line(child: subprocess.Popen[str]) -> str:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        told = child.stderr.read() if child.stderr else ""
        raise RuntimeError(f"the sample district did not start: {told.strip()[-500:]}")
    return line


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def main(arguments: list[str]) -> int:
    """Serve until standard input closes."""
    file, moment, folder = arguments
    at = utc(datetime.fromisoformat(moment))
    with serve(load_district(Path(file)), lambda: at, Path(folder)) as sample:
        where = Addresses(sample.portal_url, sample.media_url, sample.smtp_host, sample.smtp_port)
        sys.stdout.write(json.dumps(asdict(where)) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
