"""Seeing less never accuses more on real servers: portal, platforms, both doors, mailbox, printed
bulletin, leader's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hidings.claims import Said
from tests.hidings.compare import violations
from tests.hidings.demo import lived
from tests.hidings.hiding import Hiding

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return lived(tmp_path_factory.mktemp("full") / "office")


def test_full_sight_finds_what_the_district_did(full: Said) -> None:
    assert full.ever() >= {
        ("column_stale", "outlet:old", ""),
        ("column_stale", "outlet:news", ""),
        ("unit_quota", "unit:mzj", "2020-06"),
    }


HIDDEN = {
    "the news column fails from the third night on": (Hiding("look", ("news",), 2, how="503"),),
    "all columns are blocked while deadlines pass": (Hiding("look", (), 3, how="403"),),
    "the server answers 304 for ever": (Hiding("liar", (), 0),),
    "a cache's copies of the spring, in May": (Hiding("cache", (), 0, amount=75),),
    "rows lose their dates": (Hiding("dates", (), 0, how="lost", amount=6),),
    "rows bear impossible dates": (
        Hiding("dates", ("mzj", "news", "notice"), 0, how="impossible", amount=20),
    ),
    "the newest stand as headlines": (Hiding("shape", (), 0, amount=3),),
    "pages end in the middle": (Hiding("cut", (), 0, amount=6),),
    "a unit's own column is not registered": (Hiding("catalogue", ("mzj",)),),
    "nights are left out, then the site is down": (
        Hiding("night", (), 2, 1),
        Hiding("site", (), 4),
    ),
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
def test_hiding_accuses_nobody_more(full: Said, tmp_path: Path, hidden: tuple[Hiding, ...]) -> None:
    assert violations(full, lived(tmp_path / "office", hidden)) == []
