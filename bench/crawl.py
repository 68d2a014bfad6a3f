"""What a night costs and how it behaves: ``python -m bench.crawl [--quick] [--json] [--rounds 2]``.

The sample portal scaled up is served from a process of its own; beside our crawl a minimal Scrapy
spider fetches the same pages. Processor times are compared within one run, the best of some rounds,
because machines differ and neighbours disturb. Exit code 1 when a figure misses its limit. See
docs/bench.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bench.figures import Figure, missed
from bench.manners import errors, manners
from bench.stage import Stage, staged

PAGE_RATIO, UNCHANGED_RATIO, STORE_SHARE = 1.5, 0.4, 5.0
MEMORY, GROWTH = 130.0, 1.0


@dataclass(frozen=True)
class Size:
    """How much is measured: a night of ``hosts`` by ``columns``, growth to ten times that and to
    ``many`` hosts."""

    hosts: int
    columns: int
    many: int
    polite: int
    faulty: int


FULL = Size(hosts=30, columns=100, many=300, polite=10, faulty=20)
QUICK = Size(hosts=6, columns=20, many=30, polite=4, faulty=12)


def costs(stage: Stage, size: Size, rounds: int) -> Iterator[Figure]:
    """Full nights and unchanged nights of ours and of the minimal spider, by turns; the best of
    each."""
    hosts, columns = size.hosts, size.columns
    pages = hosts * columns
    ours: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    theirs_again: list[dict[str, Any]] = []
    stage.scene()
    for number in range(rounds):
        stage.fill("ours", hosts, columns)
        ours.append(stage.night("ours", hosts, columns))
        stage.seen()
        again.append(stage.night("ours", hosts, columns))
        seen = stage.seen()
        theirs.append(stage.minimal(f"minimal{number}", hosts, columns))
        theirs_again.append(stage.minimal(f"minimal{number}", hosts, columns))
    best, other = _least(ours) / pages, _least(theirs) / pages
    yield Figure("CPU per page, full night, ours", 1000 * best, "ms")
    yield Figure("CPU per page, full night, minimal spider", 1000 * other, "ms")
    yield Figure("CPU per page, ours / minimal", best / other, "", PAGE_RATIO, sized=True)
    yield Figure("CPU per unchanged column, ours", 1000 * _least(again) / pages, "ms")
    yield Figure(
        "CPU per unchanged column, minimal spider", 1000 * _least(theirs_again) / pages, "ms"
    )
    yield Figure(
        "CPU per unchanged column / our own full page",
        _least(again) / _least(ours),
        "",
        UNCHANGED_RATIO,
        sized=True,
    )
    share = min(night["store_cpu"] for night in ours) / _least(ours)
    yield Figure("store's share of a full night's CPU", 100 * share, "%", STORE_SHARE, sized=True)
    yield from _requests(seen, pages)
    peak = max(night["peak"] for night in [*ours, *again]) / 1024
    yield Figure(f"peak memory at {pages:,} columns", peak, "MB", MEMORY, sized=True)
    right = sum(night["right"] for night in [*ours, *again])
    yield Figure("newest date right", 100 * right / (2 * rounds * pages), "%", 100, exact=True)


def _least(nights: Iterable[dict[str, Any]]) -> float:
    return min(float(night["cpu"]) for night in nights)


def _requests(seen: dict[int, dict[str, Any]], pages: int) -> Iterator[Figure]:
    """One request a column, answered 304; and one robots.txt and one home page a host."""
    asked = [(path, count) for one in seen.values() for path, count in one["asked"].items()]
    hosts = [count for path, count in asked if path in ("/robots.txt", "/")]
    lists = [count for path, count in asked if path not in ("/robots.txt", "/")]
    unchanged = sum(one["statuses"].get("304", 0) for one in seen.values())
    most = max(lists) if len(lists) == pages else 0
    yield Figure(
        "requests per unchanged column", most, "", 1, exact=True, note=f"{unchanged} answers 304"
    )
    yield Figure(
        "requests beside them: robots.txt and home page, each", max(hosts), "", 1, exact=True
    )


def growth(stage: Stage, size: Size) -> Iterator[Figure]:
    """Memory of unchanged nights (the store knows most then): ten times the columns twice, then the
    hosts."""
    stage.scene()
    peaks = []
    for columns in (size.columns // 10, size.columns, 10 * size.columns):
        night = _grown(stage, size.hosts, columns)
        peaks.append(night["peak"])
        note = f"{night['rss'] / 1024:.1f} MB at the end, {1000 * night['cpu'] / size.hosts / columns:.2f} ms a column"
        name = f"peak memory of an unchanged night at {size.hosts * columns:,}"
        yield Figure(name, night["peak"] / 1024, "MB", note=note)
    added = 9 * size.columns * size.hosts
    yield Figure(
        f"growth per column, up to {10 * size.columns * size.hosts:,}",
        (peaks[2] - peaks[1]) / added,
        "KB",
        GROWTH,
        sized=True,
    )
    yield from _catalogue(stage.night("grown", size.hosts, 10 * size.columns, catalogue_only=True))
    wide = _grown(stage, size.many, size.columns * size.hosts // size.many)
    yield Figure(
        "memory of one more host", (wide["peak"] - peaks[1]) / (size.many - size.hosts), "KB"
    )


def _grown(stage: Stage, hosts: int, columns: int) -> dict[str, Any]:
    stage.fill("grown", hosts, columns, settled=True)
    return stage.night("grown", hosts, columns)


def _catalogue(cost: dict[str, Any]) -> Iterator[Figure]:
    """What it takes to plan the night, and to know everything at once as rules and screens do."""
    count = cost["outlets"]
    yield Figure(f"planning {count:,} columns: CPU", cost["planned"]["cpu"], "s")
    yield Figure(
        "planning: memory of one column",
        cost["planned"]["kilobytes"] / count,
        "KB",
        GROWTH,
        sized=True,
    )
    yield Figure(f"known_outlets of {count:,}: CPU", cost["known"]["cpu"], "s")
    yield Figure("known_outlets: memory of one", cost["known"]["kilobytes"] / count, "KB")


def measure(size: Size, rounds: int, told: Callable[[Figure], None]) -> list[Figure]:
    """Every figure, told as soon as it is known."""
    figures = []
    with staged(size.many, 10 * size.columns) as stage:
        _warm(stage)
        parts = (
            costs(stage, size, rounds),
            growth(stage, size),
            manners(stage, size.hosts, size.polite),
            errors(stage, size.hosts, size.faulty),
        )
        for part in parts:
            for found in part:
                figure = replace(found, limit=None) if found.sized and size is not FULL else found
                figures.append(figure)
                told(figure)
    return figures


def _warm(stage: Stage) -> None:
    """Once through everything, so that every module is compiled before the first measurement."""
    stage.fill("warm", 2, 2)
    stage.night("warm", 2, 2)
    stage.minimal("warmed", 2, 2)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a small size: does it run and behave?"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document at the end")
    parser.add_argument(
        "--rounds", type=int, default=2, help="nights of each kind; the best counts"
    )
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def told(figure: Figure) -> None:
        if not options.json:
            print(figure.line(), flush=True)

    figures = measure(QUICK if options.quick else FULL, options.rounds, told)
    seconds = time.monotonic() - began
    if options.json:
        plain = {"seconds": round(seconds, 1), "figures": [figure.plain() for figure in figures]}
        print(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        print(
            f"{len(missed(figures))} of {len(figures)} figures missed their limit; {seconds:.0f} s"
        )
    return 1 if missed(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
