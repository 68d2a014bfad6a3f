"""The floor plan of docs/house.md, made of the rooms' own sentences: ``python -m
tests.support.floor_plan`` writes it anew."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "house.md"
BEGIN, END = "<!-- rooms: made by python -m tests.support.floor_plan -->", "<!-- end of rooms -->"
FACE = re.compile(r"^Face: (.*)\.$", re.MULTILINE | re.DOTALL)


def storeys(package: str) -> list[list[str]]:
    """The rooms of ``package``, a list a storey, the topmost first, as the contract of
    pyproject.toml has them."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = read["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == [package])
    return [[f"{package}.{name.strip()}" for name in layer.split("|")] for layer in layers]


def sentence(room: str) -> str:
    """What ``room`` says that it holds: the first sentence of its docstring, up to the blank
    line."""
    return " ".join(_docstring(room).split("\n\n")[0].split())


def face(room: str) -> list[str]:
    """The names that ``room`` shows to the others, as ``module.name``."""
    found = FACE.search(_docstring(room))
    return re.findall(r"``([\w.]+)``", found.group(1)) if found else []


def plan() -> str:
    """The table of both packages, a row a room."""
    lines = []
    for package in ("crawler", "monitor"):
        lines += [
            f"\n### {package}, from the top storey down\n",
            "| storey | room | holds | face |",
            "|---|---|---|---|",
        ]
        for number, rooms in enumerate(storeys(package)):
            for room in rooms:
                shown = ", ".join(f"`{one}`" for one in face(room))
                name = f"`{room.partition('.')[2]}`"
                lines.append(
                    f"| {len(storeys(package)) - number} | {name} | {_cell(sentence(room))} | {shown} |"
                )
    return "\n".join(lines).strip("\n")


def page_with(text: str) -> str:
    """The page with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{plan()}\n\n{END}{rest.partition(END)[2]}"


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def _docstring(room: str) -> str:
    path = ROOT / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
