"""Long work that somebody asked for from a page: a child process each, one of a name at a time, its
state in a file.

The child holds a locked file as long as it lives, so a page knows whether it still works even when
the web was started anew meanwhile. What it prints last as JSON is its result; what it writes into
its step file is shown.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO, Any

from monitor.words.exits import DONE

FOLDER = "chores"
LONGEST = 1800.0
"""Seconds after which a child is ended."""
RUNNING, READY, FAILED = "running", "done", "failed"
STEP = "GENGXIN_STEP"
"""The variable that tells a child where its step file is."""
LOST = "上一次没有做完（程序停过），请再来一次"


@dataclass(frozen=True, slots=True)
class Chore:
    """One piece of work as it stands. ``about`` names its matter, ``result`` is what the child
    printed, ``note`` why it failed."""

    name: str
    state: str
    started: datetime
    by: str
    about: str = ""
    ended: datetime | None = None
    step: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def running(self) -> bool:
        return self.state == RUNNING


def start(
    folder: Path,
    name: str,
    command: Sequence[str],
    clock: Callable[[], datetime],
    by: str,
    *,
    about: str = "",
    accepted: Sequence[int] = (DONE,),
) -> bool:
    """Begin ``command`` (arguments for ``python -m``); ``False`` when one of that name works
    already.

    ``accepted`` are the exit codes that mean that it did its work.
    """
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / f"{name}.lock").open("a+")
    if not _locked(lock):
        lock.close()
        return False
    step = home / f"{name}.step"
    step.unlink(missing_ok=True)
    chore = Chore(name, RUNNING, clock(), by, about)
    _write(home, chore)
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, STEP: str(step), "PYTHONIOENCODING": "utf-8"},
        **_holding(lock),
    )
    keeper = Thread(
        target=_keep,
        args=(home, chore, child, lock, clock, accepted),
        name=f"chore-{name}",
        daemon=True,
    )
    keeper.start()
    return True


def look(folder: Path, name: str) -> Chore | None:
    """How the newest work of that name stands; ``None`` where there was none."""
    file = folder / FOLDER / f"{name}.json"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        known = Chore(
            **{**data, "started": _moment(data["started"]), "ended": _moment(data["ended"])}
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not known.running:
        return known
    with (folder / FOLDER / f"{name}.lock").open("a+") as lock:
        if _locked(lock):
            # Nobody works any more; the keeper may just be writing the end.
            again = json.loads(file.read_text(encoding="utf-8"))
            return (
                replace(known, state=FAILED, note=LOST)
                if again["state"] == RUNNING
                else look(folder, name)
            )
    step = folder / FOLDER / f"{name}.step"
    return replace(known, step=step.read_text(encoding="utf-8") if step.exists() else "")


def tell_step(text: str) -> None:
    """For the child: what it is at now. Does nothing where nobody started it as a chore."""
    place = os.environ.get(STEP)
    if place:
        partial = Path(f"{place}.part")
        partial.write_text(text, encoding="utf-8")
        partial.replace(place)


def _keep(
    home: Path,
    chore: Chore,
    child: subprocess.Popen[bytes],
    lock: IO[str],
    clock: Callable[[], datetime],
    accepted: Sequence[int],
) -> None:
    with _closing(lock):
        try:
            out, said = child.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            _write(
                home,
                replace(
                    chore, state=FAILED, ended=clock(), note=f"超过 {LONGEST / 60:.0f} 分钟没有做完"
                ),
            )
            return
        result = _result(out)
        if child.returncode in accepted and result is not None:
            _write(home, replace(chore, state=READY, ended=clock(), result=result))
            return
        lines = said.decode("utf-8", "replace").strip().splitlines()
        note = lines[-1][:500] if lines else f"程序中断（退出码 {child.returncode}）"
        _write(home, replace(chore, state=FAILED, ended=clock(), note=note))


@contextmanager
def _closing(lock: IO[str]) -> Iterator[None]:
    """The lock is given up after the end was written."""
    try:
        yield
    finally:
        lock.close()


def _result(out: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(out.decode("utf-8", "replace"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _write(home: Path, chore: Chore) -> None:
    """Write whole or not at all."""
    partial = home / f"{chore.name}.json.part"
    partial.write_text(json.dumps(asdict(chore), ensure_ascii=False, default=str), encoding="utf-8")
    partial.replace(home / f"{chore.name}.json")


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


def _holding(lock: IO[str]) -> dict[str, Any]:
    """The child inherits the locked file; Windows locks belong to one process, the web's."""
    return {} if sys.platform == "win32" else {"pass_fds": (lock.fileno(),)}


def _locked(handle: IO[str]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
