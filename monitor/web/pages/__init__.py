"""The pages: one file a subject; each reads, shows, and hands changes to the rooms below."""

from __future__ import annotations

from fastapi import APIRouter

from monitor.web.pages import (
    accounts,
    attribution,
    audit,
    bulletin_acts,
    bulletins,
    catalogue,
    checklist,
    column_words,
    content,
    finding_acts,
    findings,
    health,
    leader,
    oidc,
    orders,
    outlet,
    outlets,
    overview,
    shapes,
    signing,
    unit_page,
    unit_words,
    units,
    users,
)

ROUTERS: tuple[APIRouter, ...] = (
    signing.router,
    oidc.router,
    overview.router,
    outlets.router,
    outlet.router,
    column_words.router,
    shapes.router,
    accounts.router,
    catalogue.router,
    findings.router,
    finding_acts.router,
    orders.router,
    attribution.router,
    checklist.router,
    content.router,
    units.router,
    unit_words.router,
    unit_page.router,
    users.router,
    health.router,
    leader.router,
    audit.router,
    bulletins.router,
    bulletin_acts.router,
)
