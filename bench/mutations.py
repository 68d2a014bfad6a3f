"""Small changes made on purpose to a module's syntax tree. Pure: source in, changed trees out.

A change that no answer of the program could show is none: what is left out, and why, stands at
:data:`LEFT_OUT` and in the walk below.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LEFT_OUT = {
    "strings": "words for people, keys and patterns: a change of their letters tests the spelling",
    "docstrings": "told to people only",
    "type hints": "nothing runs by them",
    "imports": "a missing one is no small change, ruff and mypy tell it",
    "decorators": "caches change the speed, slots and frozen what the program never does",
    "assertions": "they narrow types and hold by what stands before them",
    "raised errors": "their sentence; that they are raised is changed with the condition above",
    "strict= of zip": "a guard against a fault of ours that no input reaches",
}
"""Kinds of changes that are not made, each with the reason."""

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: its kind, its lines, the function (``""`` at the top of the module), before and
    after."""

    number: int
    kind: str
    line: int
    last: int
    function: str
    before: str
    after: str

    def said(self) -> str:
        """The change in one line, without its line number: it stays true when lines move."""
        place = f"`{self.function}`" if self.function else "top of the module"
        return f"{place}: {self.kind}: `{self.before}` → `{self.after}`"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of the tree: where it hangs and in which function."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    function: str

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutations(source: str) -> list[Mutation]:
    """All changes of a module in the order of its text; the same source gives the same list."""
    return [mutation for mutation, _, _ in _all(ast.parse(source))]


def mutated(source: str, number: int) -> ast.Module:
    """The module's tree with change ``number`` of :func:`mutations` made.

    :raises IndexError: where there is no such change.
    """
    tree = ast.parse(source)
    _, place, new = list(_all(tree))[number]
    place.put(ast.copy_location(new, place.node))
    return ast.fix_missing_locations(tree)


def _all(tree: ast.Module) -> Iterator[tuple[Mutation, _Place, ast.AST]]:
    number = 0
    for place in _places(tree, ""):
        for kind, new in _changes(place):
            node = place.node
            line = getattr(node, "lineno", 0)
            last = getattr(node, "end_lineno", None) or line
            yield (
                Mutation(
                    number,
                    kind,
                    line,
                    last,
                    place.function,
                    _short(node, place),
                    _short(new, place),
                ),
                place,
                new,
            )
            number += 1


def _short(node: ast.AST, place: _Place) -> str:
    shown = node
    if isinstance(node, ast.Constant) and isinstance(place.parent, ast.expr | ast.keyword):
        parent = copy.copy(place.parent)
        if place.index is None:
            setattr(parent, place.field, node)
        else:
            siblings = list(getattr(parent, place.field))
            siblings[place.index] = node
            setattr(parent, place.field, siblings)
        shown = parent
    text = " ".join(ast.unparse(shown).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-26:]}"


def _places(parent: ast.AST, function: str) -> Iterator[_Place]:
    """Every node that may be changed, in the order of the text."""
    for field, value in ast.iter_fields(parent):
        if _left_out(parent, field):
            continue
        many = isinstance(value, list)
        for index, node in enumerate(value if many else [value]):
            if not isinstance(node, ast.AST) or _told_only(node):
                continue
            inner = function
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{function}.{node.name}" if function else node.name
            yield _Place(parent, field, index if many else None, node, function)
            yield from _places(node, inner)


def _left_out(parent: ast.AST, field: str) -> bool:
    """Type hints and decorators of ``parent``."""
    return field in ("annotation", "returns", "decorator_list", "type_comment") or (
        isinstance(parent, ast.ClassDef) and field in ("bases", "keywords")
    )


def _told_only(node: ast.AST) -> bool:
    """Nodes below which nothing is changed (:data:`LEFT_OUT`)."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.Raise):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return True
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _changes(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    for change in CHANGES:
        yield from change(place)


def _comparison(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if not isinstance(node, ast.Compare):
        return
    for index, operator in enumerate(node.ops):
        new = copy.copy(node)
        new.ops = [*node.ops[:index], COMPARED[type(operator)](), *node.ops[index + 1 :]]
        yield "other comparison", new


def _connective(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if isinstance(node, ast.BoolOp):
        new = copy.copy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and / or", new


def _negation(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    """A ``not`` dropped; a plain condition turned round (a comparison is turned by its own)."""
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", node.operand
    elif _is_condition(place) and not isinstance(node, ast.Compare):
        yield "condition turned", ast.UnaryOp(ast.Not(), node)  # type: ignore[arg-type]


def _is_condition(place: _Place) -> bool:
    if isinstance(place.parent, ast.If | ast.IfExp | ast.While):
        return place.field == "test"
    return isinstance(place.parent, ast.comprehension) and place.field == "ifs"


def _number(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield "true / false", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield "off by one", ast.Constant(node.value + 1)


def _arithmetic(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in COUNTED:
        new = copy.copy(node)
        new.op = COUNTED[type(node.op)]()
        yield "other arithmetic", new


def _answer(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    """A function that answers nothing; one that has said yes or no is changed by the constant."""
    node = place.node
    if not isinstance(node, ast.Return) or node.value is None:
        return
    if isinstance(node.value, ast.Constant) and node.value.value in (None, True, False):
        return
    yield "answers nothing", ast.Return(ast.Constant(None))


def _call(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in NAMED:
        new = copy.copy(node)
        new.func = ast.Name(NAMED[node.func.id], ast.Load())
        yield "other builtin", new
    elif len(node.args) >= 2 and not any(isinstance(arg, ast.Starred) for arg in node.args[:2]):
        new = copy.copy(node)
        new.args = [node.args[1], node.args[0], *node.args[2:]]
        yield "arguments swapped", new
    for index, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg != "strict":
            new = copy.copy(node)
            new.keywords = node.keywords[:index] + node.keywords[index + 1 :]
            yield f"`{keyword.arg}=` dropped", new


def _statement(place: _Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if isinstance(node, ast.Break):
        yield "break / continue", ast.Continue()
    elif isinstance(node, ast.Continue):
        yield "break / continue", ast.Break()
    elif isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield "not done", ast.Pass()


CHANGES: tuple[Callable[[_Place], Iterator[tuple[str, ast.AST]]], ...] = (
    _comparison,
    _connective,
    _negation,
    _number,
    _arithmetic,
    _answer,
    _call,
    _statement,
)
