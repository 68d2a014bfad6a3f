"""Seeing less never accuses more, tried many times: ``python -m bench.hidings [runs] [--seed n]
[--workers n] [--most n] [--without kind ...]``.

Each run lives the small district's month with a drawn set of hidings and is held against full sight
(tests/hidings). Prints what was hidden how often, the share of runs with fewer accusations, and
each violation with its least hidings. Ends with exit code 1 where one was found.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.hidings.drawn import hidings
from tests.hidings.hiding import Hiding, said
from tests.hidings.trial import EVERY, full_sight, least, tried

CHUNK = 25


@dataclass
class Found:
    """What some runs showed."""

    runs: int = 0
    fewer: int = 0
    missing: int = 0
    accusations: int = 0
    hidden: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[tuple[Hiding, ...], tuple[str, ...]]] = field(default_factory=list)


def some(number: int, runs: int, without: Sequence[str] = (), most: int = 4) -> Found:
    """``runs`` drawn runs under one seed."""
    logging.disable(logging.ERROR)
    found = Found()

    @seed(number)
    @settings(
        max_examples=runs,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hidings(without=without, most=most))
    def run(hidden: Sequence[Hiding]) -> None:
        phase = len(said(hidden)) % EVERY
        trial = tried(hidden, phase=phase)
        found.runs += 1
        found.fewer += trial.missing > 0
        found.missing += trial.missing
        found.accusations += trial.accusations
        found.kinds.update({one.kind for one in hidden})
        found.hidden += len(hidden)
        if trial.violations:
            fewest = least(hidden, phase=phase)
            lines = tried(fewest, phase=phase).violations
            found.violations.append((fewest, lines))
            print(told(fewest, lines), flush=True)

    run()
    return found


def told(hidden: Sequence[Hiding], lines: Sequence[str]) -> str:
    """A violation as text: what was hidden, and the first of what was said for it."""
    what = said(hidden).replace("\n", "\n          ")
    return "\n".join((f"VIOLATION\n  hidden: {what}", *(f"  {line}" for line in lines[:6])))


def many(runs: int, first: int, workers: int, without: Sequence[str], most: int) -> Iterator[Found]:
    """The runs in chunks, as they end."""
    with ProcessPoolExecutor(workers) as pool:
        chunks = [
            pool.submit(some, first + n, min(CHUNK, runs - n), without, most)
            for n in range(0, runs, CHUNK)
        ]
        for chunk in as_completed(chunks):
            yield chunk.result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where seeing less accused somebody more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--most", type=int, default=4, help="hidings of one run at most")
    parser.add_argument(
        "--without", nargs="*", default=(), help="kinds of hidings that are not drawn"
    )
    given_ = parser.parse_args(arguments)
    began, total = time.monotonic(), Found()
    for found in many(given_.runs, given_.seed, given_.workers, given_.without, given_.most):
        total.runs += found.runs
        total.fewer += found.fewer
        total.missing += found.missing
        total.accusations += found.accusations
        total.kinds += found.kinds
        total.violations += found.violations
        total.hidden += found.hidden
        print(
            f"{total.runs}/{given_.runs} runs, {total.hidden} hidings, {len(total.violations)} violations",
            file=sys.stderr,
            flush=True,
        )
    seconds = time.monotonic() - began
    full = len(full_sight().ever())
    print(
        f"{total.runs} runs, {total.hidden} hidings, seed {given_.seed}, {seconds:.0f} s ({seconds / max(total.runs, 1):.2f} s a run)"
    )
    print(
        f"full sight accuses {full} times; on average {total.accusations / max(total.runs, 1):.2f} with things hidden"
    )
    print(f"fewer accusations in {100 * total.fewer / max(total.runs, 1):.0f} % of the runs")
    print("hidden: " + ", ".join(f"{kind} {count}" for kind, count in total.kinds.most_common()))
    print(f"violations: {len(total.violations)}")
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
