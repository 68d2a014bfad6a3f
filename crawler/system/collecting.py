"""The garbage collector kept at bay while millions of objects are made and hardly a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 20_000
"""As many new objects bring the garbage collector; a page's tree is about a thousand."""


@contextmanager
def rare_collections(*, freeze: bool = False) -> Iterator[None]:
    """Let the collector come rarely; with ``freeze`` it passes over all that is there already.

    At Python's usual pace it took a sixth of a night's processor time (``python -m bench.crawl``)
    and a fifth of a large judgement's (``python -m bench.judging``), and freed nothing earlier.
    """
    usual = gc.get_threshold()
    if freeze:
        gc.collect()
        gc.freeze()
    gc.set_threshold(OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if freeze:
            gc.unfreeze()
