"""Schemes are data with a source; the formula shows its numbers; what is unknown costs nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.config import BadConfig
from monitor.bulletin.scoring import MEASURES, read_scheme, score
from tests.monitor.bulletin.test_bulletin import seed_bulletin

EXAMPLE = """
name: 示例
source: 仅为示例，不是任何文件的规定
example: true
items:
  - {name: 缺信息, measure: missing_posts, points: 0.5, most: 5}
  - {name: 超期栏目, measure: stale_columns, points: 2}
  - {name: 未备案账号, measure: unregistered_accounts, points: 10}
"""


def scheme_file(tmp_path: Path, text: str = EXAMPLE) -> Path:
    (tmp_path / "scheme.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "scheme.yaml"


def test_points_and_formula(tmp_path: Path) -> None:
    found = {s.unit: s for s in score(seed_bulletin(), read_scheme(scheme_file(tmp_path)))}
    assert found["教育局"].formula == "100 = 100"
    assert found["市场监管局"].formula == "100 − 缺信息10×0.5 − 未备案账号1×10 = 85"
    assert found["螺洲镇"].formula == "100 − 缺信息22×0.5，上限5 = 95"
    assert (found["建设局"].points, found["盖山镇"].points) == (96, 96)
    assert len(found) == 36


def test_months_that_could_not_be_judged_cost_nothing(tmp_path: Path) -> None:
    bulletin = seed_bulletin()
    rows = tuple(replace(r, states=("unknown",) * 3) for r in bulletin.groups[0].rows)
    changed = replace(bulletin, groups=(replace(bulletin.groups[0], rows=rows),), columns=())
    assert {s.points for s in score(changed, read_scheme(scheme_file(tmp_path)))} == {100}


def test_a_score_never_falls_below_zero(tmp_path: Path) -> None:
    text = EXAMPLE.replace("points: 10}", "points: 1000}")
    assert (
        min(s.points for s in score(seed_bulletin(), read_scheme(scheme_file(tmp_path, text)))) == 0
    )


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("missing_posts", "likes", "unknown measure likes"),
        ("source: 仅为示例，不是任何文件的规定\n", "", "source"),
        ("points: 2", "points: -2", "points"),
        ("example: true", "bonus: 3", "unknown key bonus"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, word: str) -> None:
    with pytest.raises(BadConfig, match=word):
        read_scheme(scheme_file(tmp_path, EXAMPLE.replace(old, new)))


def test_every_measure_is_a_count_for_every_unit() -> None:
    bulletin = seed_bulletin()
    row = bulletin.groups[1].rows[0]
    assert all(measure(row, bulletin) >= 0 for measure in MEASURES.values())
