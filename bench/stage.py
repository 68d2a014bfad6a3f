"""The stage of a measurement: the portal in one process, each night in another, a folder for their
stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Stage:
    """A running portal and the nights against it. Stores are named; a name is a file in
    ``folder``."""

    folder: Path
    portal: subprocess.Popen[str]
    port: int
    environment: dict[str, str]

    def scene(self, **switches: Any) -> None:
        """Set what the portal does from now on (see ``bench.server``); what is not named is as at
        the start."""
        self._say(switches)
        self.seen()

    def seen(self) -> dict[int, dict[str, Any]]:
        """What every host saw since the last question."""
        return {int(host): seen for host, seen in self._say({"report": True})["hosts"].items()}

    def _say(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self.portal.stdin is not None
        assert self.portal.stdout is not None
        self.portal.stdin.write(json.dumps(command) + "\n")
        self.portal.stdin.flush()
        answer: dict[str, Any] = json.loads(self.portal.stdout.readline())
        return answer

    def fill(self, store: str, hosts: int, columns: int, **plan: Any) -> None:
        """A fresh store with its catalogue."""
        for path in self.folder.glob(f"{store}.db*"):
            path.unlink()
        self._child("bench.night", self._url(store), hosts, columns, new=True, **plan)

    def night(self, store: str, hosts: int, columns: int, **plan: Any) -> dict[str, Any]:
        """One night of ours over ``hosts`` times ``columns``, measured (see ``bench.night``)."""
        return self._child("bench.night", self._url(store), hosts, columns, **plan)

    def minimal(self, store: str, hosts: int, columns: int) -> dict[str, Any]:
        """One night of the spider beside us, measured."""
        return self._child("bench.minimal", str(self.folder / f"{store}.db"), hosts, columns)

    def _url(self, store: str) -> str:
        return f"sqlite:///{self.folder / f'{store}.db'}"

    def _child(
        self, module: str, store: str, hosts: int, columns: int, **more: Any
    ) -> dict[str, Any]:
        options = {"hosts": hosts, "columns": columns, "port": self.port, **more}
        done = subprocess.run(
            [sys.executable, "-m", module, store],
            input=json.dumps(options),
            text=True,
            capture_output=True,
            env=self.environment,
            cwd=ROOT,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{module} failed with {done.returncode}:\n{done.stderr[-3000:]}")
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


@contextmanager
def staged(hosts: int, columns: int) -> Iterator[Stage]:
    """Serve ``hosts`` times ``columns`` until the block ends."""
    with tempfile.TemporaryDirectory(prefix="gxbench") as folder:
        environment = _environment(Path(folder))
        command = [
            sys.executable,
            "-m",
            "bench.server",
            "--hosts",
            str(hosts),
            "--columns",
            str(columns),
        ]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        ) as portal:
            assert portal.stdin is not None
            assert portal.stdout is not None
            try:
                port = json.loads(portal.stdout.readline())["port"]
                yield Stage(Path(folder), portal, port, environment)
            finally:
                portal.stdin.close()


def _environment(folder: Path) -> dict[str, str]:
    """Ours, with compiled modules kept as any installation keeps them: compiling is no part of a
    night."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
