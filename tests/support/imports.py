"""The imports of the house as a graph: how long its longest chain is, and what a module reaches."""

from __future__ import annotations

from functools import cache, lru_cache

import grimp


@lru_cache(maxsize=1)
def graph() -> grimp.ImportGraph:
    """Every import of both packages, read from their files."""
    return grimp.build_graph("crawler", "monitor", cache_dir=None)


def longest_chain() -> list[str]:
    """The modules of the longest chain of imports, from the top down. Raises ``RecursionError``
    where modules import each other in a circle."""

    @cache
    def below(module: str) -> tuple[str, ...]:
        known = graph().find_modules_directly_imported_by(module)
        return (module, *max(map(below, sorted(known)), key=len, default=()))

    return list(max(map(below, sorted(graph().modules)), key=len))


def reached(module: str) -> set[str]:
    """What ``module`` imports, itself or through others."""
    return set(graph().find_upstream_modules(module))
