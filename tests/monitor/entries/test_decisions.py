"""A doubtful origin is decided once; the decision is kept and counts from then on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.config import BadConfig
from monitor.counting.asked import CountBasis, Stretch
from monitor.counting.counts import tally
from monitor.entries.decided import decide, decisions, exported, in_force
from monitor.entries.forms import Decision, read_decisions
from monitor.entries.kept import WordKind, history
from tests.conftest import Store
from tests.support.quarter import AS_OF, add_outlet, add_posts, add_site, add_unit, new_store, post

UNITS = ("广电中心", "教育局")


def test_a_decision_is_kept_and_the_last_word_holds(store: Store, tmp_path: Path) -> None:
    made = (
        Decision(origin="区融媒体", unit="教育局", day=date(2020, 7, 1)),
        Decision(origin="来源：区融媒体", unit="广电中心", day=date(2020, 7, 2), by="办公室"),
        Decision(origin="区老年大学", unit="nobody", day=date(2020, 7, 2)),
    )
    with store.engine.begin() as c:
        for one in made:
            decide(c, one, UNITS, AS_OF)
        assert len(history(c, WordKind.ORIGIN)) == 3
        assert in_force(decisions(c)) == {"区融媒体": "广电中心", "区老年大学": None}
        (tmp_path / "decisions.yaml").write_text(exported(c), encoding="utf-8")
    assert read_decisions(tmp_path / "decisions.yaml", UNITS) == made


def test_decided_posts_count_and_leave_the_queue(tmp_path: Path) -> None:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "广电中心")
        add_outlet(connection, "news")
        add_posts(
            connection,
            [post("news", date(2020, 5, 6), "仓山区融媒体", title=f"样例{n}") for n in range(4)],
        )
    period = (date(2020, 4, 1), date(2020, 6, 30))
    with engine.connect() as connection:
        quarter = Stretch(*period, AS_OF)
        decided = CountBasis(decisions={"仓山区融媒体": "广电中心"})
        before = tally(connection, quarter)
        after = tally(connection, quarter, basis=decided)
    assert ([d.count for d in before.doubts], before.attributed.at_least) == ([4], 0)
    assert (after.doubts, after.count("广电中心", "2020-05").at_least) == ((), 4)


def test_no_file_means_nothing_was_decided(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "none.yaml", UNITS) == ()
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    assert read_decisions(tmp_path / "empty.yaml", UNITS) == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("- {origin: 甲, unit: 乙局, day: 2020-07-01}", "unknown unit 乙局"),
        ("- {origin: 本站, unit: 教育局, day: 2020-07-01}", "names nothing"),
        ("- {origin: 甲, unit: 教育局}", "day"),
        ("- {origin: 甲, unit: 教育局, day: 2020-07-01, who: x}", "unknown key who"),
        ("origin: 甲", "list"),
        ("- [", "not YAML"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "d.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig, match=word):
        read_decisions(tmp_path / "d.yaml", UNITS)


def test_a_refused_decision_leaves_what_was_decided_as_it_was(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as c:
        decide(c, Decision(origin="区融媒体", unit="教育局", day=date(2020, 7, 1)), UNITS, AS_OF)
        before = decisions(c)
        with pytest.raises(BadConfig, match="unknown unit"):
            decide(c, Decision(origin="区融媒体", unit="甲局", day=date(2020, 7, 1)), UNITS, AS_OF)
        assert decisions(c) == before
