"""Broken pages: none raises, none is slow. ``python -m bench.fuzz`` reads 200,000 of them."""

import pytest

from bench.fuzz import SEEDS, floods, mutants, read_all
from crawler.model import Outcome

pytestmark = pytest.mark.slow

OUTCOMES = {outcome.value for outcome in Outcome}
AMPLE = 10.0
"""Seconds of processor time: what is quadratic takes minutes. How fast pages are is asked by
``bench.fuzz`` on a machine that does nothing else."""


def test_a_thousand_mutants_are_read_without_an_exception_and_none_for_ever() -> None:
    seen = set()
    for body in mutants(1000, seed=20261123):
        outcome, seconds = read_all(body)
        seen.add(outcome)
        assert seconds < AMPLE, body[:400]
    assert {"read", "unreadable", "blocked", "unreachable"} <= seen <= OUTCOMES


def test_the_unbroken_pages_are_understood() -> None:
    outcomes = [read_all(seed.encode())[0] for seed in SEEDS]
    assert outcomes[:4] == ["read"] * 4
    assert "blocked" in outcomes
    assert "unreachable" in outcomes


def test_mutants_are_the_same_for_the_same_seed() -> None:
    assert list(mutants(20, seed=7)) == list(mutants(20, seed=7))


@pytest.mark.parametrize("size", [50_000])
def test_one_piece_repeated_ten_thousand_times_is_not_read_for_ever(size: int) -> None:
    read = [(name, read_all(body)[1]) for name, body in floods(size)]
    assert [(name, seconds) for name, seconds in read if seconds > AMPLE] == []
