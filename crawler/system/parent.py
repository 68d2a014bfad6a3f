"""A child process that does not outlive the one that started it, even when that one is killed
(Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tied_to(parent: int | None) -> bool:
    """Ask the system for SIGTERM when the parent ends; ``False`` when ``parent`` is gone already.

    Linux ties the child to the thread that started it: start it from one that lives as long as the
    child should.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # Whoever died while this process was still starting sends no signal any more.
    return parent is None or os.getppid() == parent
