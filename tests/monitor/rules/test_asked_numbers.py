"""What may be asked of a rule in config.yaml: the first and the last number that can be meant."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.config import read_rules

HOME = {"clause": "19号", "operator": ">", "days": 14, "warn": 10}


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("certificate_expiry", {"days": [1]}),
        ("certificate_expiry", {"days": [366]}),
        ("certificate_expiry", {"days": [1, 2, 3, 4, 5, 6]}),
        ("home_stale", {"home": HOME, "least": 1}),
        ("home_stale", {"home": HOME, "least": 100}),
        ("host_unchanged", {"days": 1}),
        ("host_unchanged", {"days": 366}),
        ("address_moved", {"least": 2}),
        ("address_moved", {"least": 1000}),
        ("column_drift", {"least": 2}),
        ("column_drift", {"least": 1000}),
        ("data_offered", {"least": 2}),
        ("data_offered", {"least": 1000}),
        ("site_unseen", {"least": 2, "share": 1}),
        ("site_unseen", {"least": 1000}),
        ("site_unreachable", {"visits": 1, "percent": 100, "warn_percent": 100}),
        ("site_unreachable", {"visits": 2000}),
        ("removed_posts", {"least": 1}),
        ("removed_posts", {"least": 1000}),
        ("page_tags", {"articles": 1}),
        ("outlet_unreadable", {"failed_looks": 1}),
        ("outlet_unreadable", {"failed_looks": 4}),
        ("host_name", {"pattern": "abc"}),
    ],
)
def test_the_first_and_last_number_that_can_be_meant_are_taken(
    name: str, numbers: dict[str, object]
) -> None:
    clause = {} if name == "home_stale" else {"clause": "本系统"}
    entry = {"valid_from": "2019-04-01", **clause, **numbers}
    (version,) = read_rules({name: entry}, "rules")[name]
    assert version.valid_from == date(2019, 4, 1)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("certificate_expiry", {"days": [0]}),
        ("certificate_expiry", {"days": [367]}),
        ("certificate_expiry", {"days": [1, 2, 3, 4, 5, 6, 7]}),
        ("home_stale", {"home": HOME, "least": 0}),
        ("home_stale", {"home": HOME, "least": 101}),
        ("host_unchanged", {"days": 0}),
        ("host_unchanged", {"days": 367}),
        ("address_moved", {"least": 1}),
        ("address_moved", {"least": 1001}),
        ("column_drift", {"least": 1}),
        ("column_drift", {"least": 1001}),
        ("data_offered", {"least": 1}),
        ("data_offered", {"least": 1001}),
        ("site_unseen", {"least": 1}),
        ("site_unseen", {"least": 1001}),
        ("site_unseen", {"share": 0}),
        ("site_unseen", {"share": 1.01}),
        ("site_unreachable", {"visits": 0}),
        ("site_unreachable", {"visits": 2001}),
        ("site_unreachable", {"percent": 0}),
        ("site_unreachable", {"percent": 100.5}),
        ("removed_posts", {"least": 0}),
        ("removed_posts", {"least": 1001}),
        ("page_tags", {"articles": 0}),
        ("page_tags", {"articles": 1.01}),
        ("outlet_unreadable", {"failed_looks": 0}),
        ("outlet_unreadable", {"failed_looks": 5}),
        ("host_name", {"pattern": "ab"}),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(name: str, numbers: dict[str, object]) -> None:
    clause = {} if name == "home_stale" else {"clause": "本系统"}
    with pytest.raises(ValueError, match=name):
        read_rules({name: {"valid_from": "2019-04-01", **clause, **numbers}}, "rules")
