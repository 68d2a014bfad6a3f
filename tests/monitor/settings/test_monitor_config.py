"""The monitor section is refused with its place, and says what is allowed."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.config import BadConfig
from monitor.config import MonitorConfig, monitor_config
from monitor.rules import rule_names
from monitor.settings.limits import Limit
from tests.support.judging_facts import RULES

RULE_DATA = yaml.safe_load(RULES)


def read(monitor: Any) -> MonitorConfig:
    return monitor_config({"monitor": monitor}, Path("some/config.yaml"))


def refused(monitor: Any) -> str:
    with pytest.raises(BadConfig) as caught:
        read(monitor)
    message = str(caught.value)
    assert "\n" not in message
    return message


def with_rule(name: str, entry: Any) -> dict[str, Any]:
    return {"rules": {**RULE_DATA, name: entry}}


def with_news(**changes: Any) -> dict[str, Any]:
    news = {**RULE_DATA["column_stale"]["news"], **changes}
    return with_rule("column_stale", {**RULE_DATA["column_stale"], "news": news})


def test_limits_reach_the_rule_as_its_keyword_arguments() -> None:
    version = read({"rules": RULE_DATA}).in_force(date(2020, 7, 20))["column_stale"]
    news = version.arguments["news"]
    assert isinstance(news, Limit)
    assert (news.days, news.operator, news.warn, news.text) == (14, ">", 10, "14天")
    assert version.arguments["disclosure"] is None
    assert version.arguments["look_hours"] == 48
    assert "valid_from" not in version.arguments


def test_the_version_in_force_on_the_judged_day_is_used() -> None:
    clause = {"clause": "old", "valid_from": date(2019, 4, 1)}
    newer = {"clause": "new", "valid_from": date(2020, 7, 1)}
    config = read(with_rule("column_blank", [newer, clause]))
    assert config.in_force(date(2020, 6, 30))["column_blank"].arguments["clause"] == "old"
    assert config.in_force(date(2020, 7, 1))["column_blank"].arguments["clause"] == "new"
    assert "column_blank" not in config.in_force(date(2019, 3, 31))


@pytest.mark.parametrize(
    ("monitor", "said"),
    [
        (None, "config.yaml: monitor.rules: Field required"),
        ({"rules": {}}, "monitor.rules"),
        ({"rules": RULE_DATA, "colour": 1}, "config.yaml: monitor: unknown key colour; known: coverage, rules, timetable"),
        (with_rule("column_late", {}), "monitor.rules: unknown rule column_late; known: account_idle, "),
        (with_rule("../model", {}), "unknown rule ../model"),
        (with_rule("column_blank", []), "config.yaml: monitor.rules.column_blank: no limits given"),
        (with_rule("column_blank", 3), "config.yaml: monitor.rules.column_blank"),
        (with_rule("column_blank", {"clause": "c"}), "monitor.rules.column_blank.valid_from: Field required"),
        (with_rule("column_blank", {"clause": "", "valid_from": "2019-04-01"}), "monitor.rules.column_blank.clause"),
        (
            with_rule("column_stale", {**RULE_DATA["column_stale"], "newss": {}}),
            "config.yaml: monitor.rules.column_stale: unknown key newss; known: valid_from, life, news, notice, policy, "
            "other, disclosure, look_hours",
        ),
        (with_news(days=-14), "config.yaml: monitor.rules.column_stale.news.days"),
        (with_news(days=0), "monitor.rules.column_stale.news.days"),
        (with_news(warn=15), "column_stale.news: Value error, warn 15 lies beyond the limit; allowed: 1 to 14"),
        (with_news(operator=">=", warn=14), "warn 14 lies beyond the limit; allowed: 1 to 13"),
        (with_news(months=1), "give either days or months"),
        (with_news(days=None), "give either days or months"),
        (with_news(operator="<"), "monitor.rules.column_stale.news.operator"),
        (with_news(tolerance=3), "monitor.rules.column_stale.news: unknown key tolerance; known: clause, operator"),
        (with_news(days=float("inf")), "monitor.rules.column_stale.news.days"),
        (
            with_rule("outlet_unreadable", {"valid_from": "2019-04-01", "clause": "c", "failed_looks": 0}),
            "monitor.rules.outlet_unreadable.failed_looks",
        ),
        (
            with_rule("column_blank", [{"clause": "a", "valid_from": "2019-04-01"}] * 2),
            "monitor.rules.column_blank.1.valid_from: 2019-04-01 is given twice",
        ),
        ({"rules": RULE_DATA, "coverage": 1.5}, "config.yaml: monitor.coverage"),
        ({"rules": RULE_DATA, "timetable": {"nightly": 690}}, 'in quotes, like "08:30"'),
        ({"rules": RULE_DATA, "timetable": {"nightly": "25:00"}}, "monitor.timetable.nightly"),
        ({"rules": RULE_DATA, "mail": {"host": "h", "sender": "a@example.org", "prot": 25}}, "monitor.mail: unknown key prot"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(monitor: Any, said: str) -> None:
    assert said in refused(monitor)


def test_hours_and_letters_are_read() -> None:
    config = read(
        {
            "rules": RULE_DATA,
            "timetable": {"nightly": "23:05"},
            "letters": {"office": "区大数据服务中心"},
        }
    )
    assert config.timetable.nightly == time(23, 5)
    assert config.alerts.letters.office == "区大数据服务中心"
    assert config.coverage == 0.8


DOCS = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_limits_shown_in_the_documentation_are_accepted() -> None:
    block = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    config = read(yaml.safe_load(block))
    assert set(config.in_force(date(2020, 7, 20))) == set(RULE_DATA)
    assert config.in_force(date(2025, 1, 1))["account_idle"].arguments["idle"].days == 10


def test_every_rule_stands_in_the_documentation() -> None:
    table = DOCS.read_text(encoding="utf-8")
    for name in rule_names():
        assert f"| `{name}` |" in table
