"""A changed module put in the place of the loaded one, in this process only: no file is touched."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any


def put(name: str, tree: ast.Module, function: str) -> None:
    """Give the loaded module ``name`` the code of ``tree``: the one function or class where the
    change lies in one (its first name), everything where it lies at the top.

    Functions keep their identity, so whoever imported them runs the new code; a constant is put
    wherever it was imported under its own name. What runs at import is not run again elsewhere.
    """
    module = sys.modules[name]
    fresh = {key: module.__dict__[key] for key in ("__name__", "__file__", "__package__")}
    exec(compile(tree, str(module.__file__), "exec"), fresh)
    only = function.partition(".")[0]
    for key, old in list(vars(module).items()):
        if key.startswith("__") or key not in fresh or (only and key != only):
            continue
        if isinstance(old, type) and old.__module__ == name:
            _put_class(old, fresh[key])
        elif getattr(old, "__module__", None) == name and callable(old):
            _put_function(old, fresh[key])
        elif repr(old) != repr(fresh[key]):
            _put_constant(key, old, fresh[key])


def _put_function(old: Any, new: Any) -> None:
    for layer in _layers(old):
        if hasattr(layer, "cache_clear"):
            layer.cache_clear()
    into, out = list(_layers(old))[-1], list(_layers(new))[-1]
    if isinstance(into, FunctionType) and isinstance(out, FunctionType):
        into.__code__ = out.__code__
        into.__defaults__ = out.__defaults__
        into.__kwdefaults__ = out.__kwdefaults__


def _layers(function: Any) -> Iterator[Any]:
    """A function and what it wraps, the inmost last."""
    yield function
    while (function := getattr(function, "__wrapped__", None)) is not None:
        yield function


def _put_class(old: type, new: type) -> None:
    for key, was in list(vars(old).items()):
        now = vars(new).get(key)
        for into, out in zip(_functions(was), _functions(now), strict=False):
            if into.__closure__ is None and out.__closure__ is None:
                _put_function(into, out)


def _functions(member: Any) -> list[Any]:
    if isinstance(member, property):
        return [member.fget]
    if isinstance(member, cached_property):
        return [member.func]
    if isinstance(member, staticmethod | classmethod):
        return [member.__func__]
    return [member] if isinstance(member, FunctionType) else []


def _put_constant(key: str, old: Any, new: Any) -> None:
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and vars(module).get(key) is old:
            setattr(module, key, new)
