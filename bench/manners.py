"""Manners and errors of a night, as the portal saw them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.figures import Figure
from bench.stage import Stage

DELAY, LATENCY = 0.5, 0.05
TIMEOUT = 3.0
CAP = 3
BREAKING = ("500", "503", "403", "reset", "stall")
"""What makes a look inconclusive; ``slow`` answers in time and must not."""


def manners(stage: Stage, hosts: int, columns: int) -> Iterator[Figure]:
    """Politely over many hosts, then with a cap that binds, then with dead hosts among them."""
    stage.scene(latency=LATENCY)
    stage.fill("polite", hosts, columns, delay=DELAY)
    polite = stage.night("polite", hosts, columns, delay=DELAY)
    seen = stage.seen()
    most = max(one["most"] for one in seen.values())
    last = _last_good(seen)
    # One delay between each two requests, robots.txt and the home page among them.
    limit = (max(sum(one["asked"].values()) for one in seen.values()) - 1) * DELAY + LATENCY
    yield Figure("requests in flight on one host, cap 1", most, "", 1)
    note = f"limit {limit:.2f} s; with the start and end of the process {polite['wall']:.2f} s"
    yield Figure(
        "first request to last answer / politeness limit",
        last / limit,
        "",
        1.15,
        sized=True,
        note=note,
    )
    yield from _capped(stage, hosts, columns)
    yield from _dead(stage, hosts, columns, limit, last)


def _capped(stage: Stage, hosts: int, columns: int) -> Iterator[Figure]:
    """Answers take longer than the delay, so the cap alone holds requests back."""
    stage.scene(latency=0.3)
    plan: dict[str, Any] = {"delay": 0.01, "concurrency": CAP}
    stage.fill("capped", hosts, columns, **plan)
    stage.night("capped", hosts, columns, **plan)
    most = max(one["most"] for one in stage.seen().values())
    yield Figure(f"requests in flight on one host, cap {CAP}, slow answers", most, "", CAP)


def _dead(stage: Stage, hosts: int, columns: int, limit: float, before: float) -> Iterator[Figure]:
    """A tenth of the hosts is dead: some accept and never answer, the last refuses."""
    dead = list(range(0, hosts, max(1, hosts // 3)))[:3]
    stage.scene(latency=LATENCY, silent=dead[:-1])
    plan: dict[str, Any] = {"delay": DELAY, "timeout": TIMEOUT, "refusing": dead[-1:]}
    stage.fill("dead", hosts, columns, **plan)
    night = stage.night("dead", hosts, columns, **plan)
    last = _last_good(stage.seen())
    yield Figure(
        f"last good page with {len(dead)} dead hosts of {hosts} / without",
        last / before,
        "",
        1.2,
        sized=True,
    )
    ends = limit + 3 * TIMEOUT
    yield Figure(
        "end of that night / limit and three time-outs",
        night["wall"] / ends,
        "",
        1,
        sized=True,
        note=f"{ends:.1f} s",
    )
    yield Figure(
        "columns of dead hosts unknown", night["unknown"], "", len(dead) * columns, exact=True
    )
    yield Figure("wrong dates that night", len(night["wrong"]), "", 0, exact=True)


def _last_good(seen: dict[int, dict[str, Any]]) -> float:
    """Seconds from the first request anywhere to the last good answer."""
    first = min(one["first"] for one in seen.values() if one["first"])
    return float(max(one["last_good"] for one in seen.values()) - first)


def errors(stage: Stage, hosts: int, columns: int) -> Iterator[Figure]:
    """Two nights with a fault on every sixth column, other ones each night, and new posts in
    between."""
    stage.fill("errors", hosts, columns)
    wrong, unknown, planned, looks = [], 0, 0, 0
    for version in (1, 2):
        faults = _faults(hosts, columns, version)
        stage.scene(version=version, faults=faults)
        night = stage.night("errors", hosts, columns, timeout=1.0, truth=version)
        wrong += night["wrong"]
        unknown += night["unknown"]
        planned += sum(not fault.startswith("slow") for fault in faults.values())
        looks += night["right"]
    stage.scene()
    share = 100 * looks / (looks + len(wrong)) if looks else 0.0
    yield Figure(
        "newest date right with errors injected",
        share,
        "%",
        100,
        exact=True,
        note=", ".join(wrong[:3]),
    )
    yield Figure(
        "looks that a fault left unknown",
        unknown,
        "",
        planned,
        exact=True,
        note=f"of {2 * hosts * columns}",
    )


def _faults(hosts: int, columns: int, shift: int) -> dict[str, str]:
    kinds = (*BREAKING, "slow:0.3")
    every = ((host, column) for host in range(hosts) for column in range(columns))
    return {
        f"{host}/{column}": kinds[(host * columns + column) // 6 % len(kinds)]
        for host, column in every
        if (host * columns + column + 2 * shift) % 6 == 0
    }
