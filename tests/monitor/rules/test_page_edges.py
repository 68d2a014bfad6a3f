"""What pages say of themselves: labels and footers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitor.model import OutletFacts, PageFacts, SiteFacts, Value, Verdict
from tests.support.site_facts import NOW, OTHER, SITE, of, said


def page(kind: str = "home", **found: Any) -> PageFacts:
    return PageFacts(kind, SITE.site.home, found, NOW)


def tags(site: SiteFacts, *outlets: OutletFacts, **given: object) -> Verdict:
    (verdict,) = said("page_tags", *outlets, sites=(site,), given=given)
    return verdict


def test_tags_are_judged_where_a_page_was_read_and_only_there() -> None:
    assert said("page_tags", of("a")) == []
    read = replace(of("a"), page=page("column"))
    assert tags(SITE, read).value is Value.FRESH
    assert tags(SITE, read).numbers == {"home": 0, "columns": 0, "of": 1}
    assert tags(replace(SITE, page=page())).ours
    assert said("page_tags", read, partial=True) == []
    assert said("page_tags", read, sites=(OTHER,)) == []


def test_columns_without_tags_are_counted_and_four_tags_are_named() -> None:
    bad = replace(of("a"), page=page("column", lacking=["A", "B", "C"], void=["D", "E"]))
    verdict = tags(SITE, bad, replace(of("b"), page=page("column")))
    assert verdict.value is Value.STALE
    assert "1个栏目页（共2个）缺少或空置A、B、C、D" in verdict.sentence
    assert "E" not in verdict.sentence
    assert verdict.numbers == {"home": 0, "columns": 1, "of": 2}


@pytest.mark.parametrize(
    ("domain", "host", "told"),
    [
        ("www.example.gov.cn", "www.example.gov.cn", ""),
        ("example.gov.cn", "www.example.gov.cn", ""),
        ("WWW.example.gov.cn", "www.EXAMPLE.gov.cn", ""),
        ("http://www.example.gov.cn", "www.example.gov.cn", "SiteDomain带有协议"),
        ("other.example.org", "www.example.gov.cn", "SiteDomain为other.example.org，与域名"),
        ("other.example.org", "127.0.0.1", ""),
        ("other.example.org", "", ""),
        ("", "www.example.gov.cn", ""),
    ],
)
def test_the_domain_of_a_home_page_is_its_host_without_a_scheme(
    domain: str, host: str, told: str
) -> None:
    verdict = tags(replace(SITE, page=page(tags={"SiteDomain": domain}, host=host)))
    assert verdict.value is (Value.STALE if told else Value.FRESH)
    assert told in verdict.sentence
    assert verdict.numbers["home"] == int(bool(told))


@pytest.mark.parametrize(("count", "told"), [(5, True), (4, False)])
def test_articles_without_a_tag_are_told_from_one_in_twenty_on(count: int, told: bool) -> None:
    articles = page("article", pages=100, lacking={"PubDate": count})
    verdict = tags(replace(SITE, page=page(), articles=articles))
    assert (f"{count}个文章页（共100个）缺少或空置PubDate" in verdict.sentence) is told
    clock = page("article", pages=100, lacking={"clock12": 1})
    verdict = tags(replace(SITE, page=page(), articles=clock))
    assert "1个文章页的PubDate为12小时制" in verdict.sentence


FOOTER = ("code", "icp", "police", "keeper", "contact", "report", "map")


def footer(registered: str = "", **found: str) -> Verdict:
    site = replace(SITE, site=replace(SITE.site, code=registered), page=page(footer=found))
    (verdict,) = said("footer_identity", sites=(site,))
    return verdict


def test_a_footer_is_whole_lacks_something_or_was_not_read() -> None:
    whole = footer(**dict.fromkeys(FOOTER, "x"))
    assert (whole.value, whole.ours, whole.numbers) == (Value.FRESH, True, {"missing": 0})
    for part in FOOTER:
        lacking = footer(**{one: "x" for one in FOOTER if one != part})
        assert (lacking.value, lacking.numbers["missing"]) == (Value.STALE, 1)
    none = footer(party="x")
    assert (none.value, none.ours, none.cause) == (Value.UNKNOWN, False, "script_list")
    assert said("footer_identity") == []
    assert said("footer_identity", sites=(replace(SITE, page=page()),), partial=True) == []


@pytest.mark.parametrize(
    ("shown_code", "registered", "value"),
    [("1", "1", Value.FRESH), ("1", "2", Value.STALE), ("", "2", Value.FRESH), ("1", "", Value.FRESH)],
)  # fmt: skip
def test_a_code_that_is_not_the_registered_one_is_told(
    shown_code: str, registered: str, value: Value
) -> None:
    verdict = footer(registered, site_code=shown_code, **dict.fromkeys(FOOTER, "x"))
    assert verdict.value is value
    assert (f"页面为{shown_code}，台账为{registered}" in verdict.sentence) is (value is Value.STALE)
