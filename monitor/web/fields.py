"""What forms bring besides text: days, files, choices; each refused in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from monitor.web.gate import BadForm, Form


def a_day(form: Form, name: str, shown: str) -> date:
    """A day that must be given, as 2020-07-20. Raises ``BadForm``."""
    try:
        return date.fromisoformat(form.must(name, shown, 10))
    except ValueError:
        raise BadForm(f"{shown}写成 2020-07-20 这样") from None


def a_number(form: Form, name: str, shown: str, most: int) -> int:
    """A whole number from 0 to ``most``; 0 where nothing was filled in. Raises ``BadForm``."""
    text = form.text(name, 12)
    if text and not (text.isascii() and text.isdigit() and int(text) <= most):
        raise BadForm(f"{shown}是 0 到 {most} 的整数")
    return int(text or 0)


def one_of(form: Form, name: str, shown: str, allowed: Mapping[str, str]) -> str:
    """One of the names in ``allowed``. Raises ``BadForm``."""
    found = form.must(name, shown, 60)
    if found not in allowed:
        raise BadForm(f"{shown}只能选：{'、'.join(allowed.values())}")
    return found


def files_of(form: Form, name: str) -> list[tuple[str, bytes]]:
    """The files of a field with their names as sent; what they are is judged by their content
    elsewhere."""
    return [(file.filename or "", file.file.read()) for file in form.files.get(name, ())]
