"""The situations in which somebody was accused wrongly once: none of their tests is lost."""

from __future__ import annotations

import re
from pathlib import Path

NAMED = re.compile(r"^(?:async )?def test_situations?((?:_\d\d)+)_", re.MULTILINE)
SITUATIONS = 34


def test_every_situation_has_a_test_of_its_number() -> None:
    found: set[int] = set()
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for numbers in NAMED.findall(file.read_text("utf-8")):
            found.update(map(int, numbers.strip("_").split("_")))
    assert found == set(range(1, SITUATIONS + 1))
