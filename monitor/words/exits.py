"""Exit codes of the command and of its children (docs/operations.md)."""

from __future__ import annotations

DONE, FAULT, REFUSED, NIGHT_FAILED, UNSENT, FOUND = 0, 1, 2, 3, 4, 5
