"""A changed page never proves an older newest: the whole of our own corpus always, labelled pages
where they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.model import Dated, Evidence, Outcome, Post, Reading, Unread
from tests import page_mutations as made
from tests.support.page_corpus import NEWEST

SHARED = Path(__file__).parents[4] / "shared" / "fixtures"
SHARED = SHARED if SHARED.is_dir() else Path(__file__).parents[5] / "shared" / "fixtures"
OWN = made.own()


@pytest.fixture(scope="module")
def results() -> list[made.Result]:
    return list(made.results(OWN))


def test_the_corpus_is_read_as_it_is() -> None:
    for page in OWN:
        assert made.outcome(made.read(page, page.text), page.newest) in (
            made.COMPLETE,
            made.PARTIAL,
        ), page.name
        whole = made.read(page, page.text).evidence is Evidence.COMPLETE
        assert whole or page.name == "an undated hot list beside", page.name


def test_no_mutation_of_our_pages_proves_an_older_newest(results: list[made.Result]) -> None:
    assert [one for one in results if one.outcome == made.WRONG] == []


def test_most_pages_can_be_mutated_in_most_ways(results: list[made.Result]) -> None:
    """A mutation that changes nothing would prove nothing."""
    done = [one for one in results if one.outcome != made.SKIPPED]
    assert len(made.MUTATIONS) >= 20
    assert len({one.page for one in done}) >= 24
    assert len(done) >= 0.9 * len(OWN) * len(made.MUTATIONS)


@pytest.mark.parametrize(
    "mutation",
    [
        made.summary_begins_with_a_date,
        made.another_read_more_word,
        made.a_category_link_in_the_row,
        made.an_attachment_link_in_the_row,
        made.a_sidebar_with_older_dates,
        made.a_second_empty_box,
        made.navigation_as_json,
        made.hidden_rows,
    ],
)
def test_what_belongs_to_a_row_or_stands_beside_does_not_make_the_list_unknown(
    results: list[made.Result], mutation: made.Mutation
) -> None:
    found = [
        one for one in results if one.mutation == mutation.__name__ and one.outcome != made.SKIPPED
    ]
    right = [one for one in found if one.outcome == made.COMPLETE]
    assert len(right) >= 0.9 * len(found), [one for one in found if one.outcome != made.COMPLETE]


def test_each_mutation_changes_the_page() -> None:
    for mutation in made.MUTATIONS:
        changed = [page for page in OWN if made.mutated(page, mutation) not in ("", page.text)]
        assert len(changed) > len(OWN) / 2, mutation.__name__


def test_an_untrue_proof_and_bounds_without_the_truth_are_wrong() -> None:
    """The measure itself: a reader that says older with COMPLETE is caught."""
    post = Post(
        "某某通知", "http://www.example.org/1.html", Dated(date(2026, 1, 5), "2026-01-05", "item")
    )
    older = Reading(Outcome.READ, Evidence.COMPLETE, (post,))
    assert made.outcome(older, NEWEST) == made.WRONG
    part = Unread("row 1", "undated", day=date(2026, 2, 1))
    assert (
        made.outcome(Reading(Outcome.READ, Evidence.PARTIAL, (post,), unread=(part,)), NEWEST)
        == made.WRONG
    )
    open_part = Unread("row 1", "undated")
    assert (
        made.outcome(Reading(Outcome.READ, Evidence.PARTIAL, (post,), unread=(open_part,)), NEWEST)
        == made.PARTIAL
    )
    assert made.outcome(Reading(Outcome.EMPTY, Evidence.COMPLETE), NEWEST) == made.WRONG
    assert made.outcome(Reading(Outcome.UNREADABLE, Evidence.NONE), NEWEST) == made.REFUSED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pages", "pages-2"])
def test_no_mutation_of_the_labelled_pages_proves_an_older_newest(name: str) -> None:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no labelled pages at {folder}: nothing measured")
    found = list(made.results(made.labelled(folder)))
    assert found
    assert [one for one in found if one.outcome == made.WRONG] == []
