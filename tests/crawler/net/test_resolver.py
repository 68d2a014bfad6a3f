"""Scrapy's names under the guard: one that leads inside has no address, and the look says why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import dnscache
from twisted.internet.error import DNSLookupError

from crawler.config import CrawlConfig
from crawler.doors.settings import scrapy_settings
from crawler.doors.spiders.forbidden import Forbidden
from crawler.doors.spiders.guard import GuardMiddleware
from crawler.doors.spiders.resolver import GuardedResolver

NAMES = {"www.example.gov.cn": "93.184.216.34", "inner.example.gov.cn": "10.0.0.5", "own.example.gov.cn": "10.0.0.6", "here.example.gov.cn": "127.0.0.1"}  # fmt: skip


@pytest.fixture
def resolver() -> Iterator[GuardedResolver]:
    before = GuardedResolver.refused
    for name, address in NAMES.items():
        dnscache[name] = address
    found = GuardedResolver(cast("Any", None), 100, 1.0)
    found.inside = frozenset({"own.example.gov.cn"})
    yield found
    dnscache.clear()
    GuardedResolver.refused = before


def asked(resolver: GuardedResolver, name: str) -> object:
    told: list[object] = []
    resolver.getHostByName(name).addBoth(told.append)
    failure = getattr(told[0], "value", None)
    return failure if failure is not None else told[0]


def test_a_public_name_and_the_offices_own_have_their_address(resolver: GuardedResolver) -> None:
    assert asked(resolver, "www.example.gov.cn") == "93.184.216.34"
    assert asked(resolver, "own.example.gov.cn") == "10.0.0.6"


def test_a_name_that_leads_inside_has_none_and_the_look_says_so(resolver: GuardedResolver) -> None:
    assert isinstance(asked(resolver, "inner.example.gov.cn"), DNSLookupError)
    gate = GuardMiddleware(frozenset({"inner.example.gov.cn"}), allow_loopback=False)
    with pytest.raises(Forbidden, match="forbidden_address"):
        gate.process_exception(Request("http://inner.example.gov.cn/"), CannotResolveHostError())
    gate.process_exception(Request("http://gone.example.gov.cn/"), CannotResolveHostError())


def test_loopback_is_for_the_sample_only(resolver: GuardedResolver) -> None:
    assert isinstance(asked(resolver, "here.example.gov.cn"), DNSLookupError)
    resolver.allow_loopback = True
    assert asked(resolver, "here.example.gov.cn") == "127.0.0.1"


def test_the_spider_is_given_the_guarded_resolver() -> None:
    settings = scrapy_settings(CrawlConfig(contact="office@example.org"), {})
    assert (
        settings["TWISTED_DNS_RESOLVER"]
        == f"{GuardedResolver.__module__}.{GuardedResolver.__name__}"
    )
    assert settings["GUARD_ALLOW_LOOPBACK"] is False
