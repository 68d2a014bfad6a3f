"""Facts, verdicts, findings and letters as plain frozen data; imports no query.

Moments are aware; days are ``date`` in Asia/Shanghai; a month is its text ``2020-04``."""

from __future__ import annotations

from monitor.model.content import ContentCheck, ContentFacts, ContentFault, FaultLine
from monitor.model.counts import NOT_COUNTED, ZERO, Count, Coverage, exactly, together
from monitor.model.facts import Facts, UnitFacts
from monitor.model.findings import ErrorRate, Finding, Letter, Witness
from monitor.model.looks import Look, Newest
from monitor.model.outlets import LatePost, OutletFacts, PacedPosts, RemovedPosts
from monitor.model.sites import SECONDS, HomeFacts, PageFacts, Probed, SiteFacts, SiteWeek, Unlisted
from monitor.model.verdicts import VALUE_NAMES, Value, Verdict

__all__ = [
    "NOT_COUNTED",
    "SECONDS",
    "VALUE_NAMES",
    "ZERO",
    "ContentCheck",
    "ContentFacts",
    "ContentFault",
    "Count",
    "Coverage",
    "ErrorRate",
    "Facts",
    "FaultLine",
    "Finding",
    "HomeFacts",
    "LatePost",
    "Letter",
    "Look",
    "Newest",
    "OutletFacts",
    "PacedPosts",
    "PageFacts",
    "Probed",
    "RemovedPosts",
    "SiteFacts",
    "SiteWeek",
    "UnitFacts",
    "Unlisted",
    "Value",
    "Verdict",
    "Witness",
    "exactly",
    "together",
]
