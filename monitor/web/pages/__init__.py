"""The pages: one file a subject; each reads, shows, and hands changes to the rooms below."""

from __future__ import annotations

from fastapi import APIRouter

from monitor.web.pages import (
    accounts,
    audit,
    catalogue,
    finding_acts,
    findings,
    outlet,
    outlets,
    overview,
    signing,
    unit_page,
    units,
    users,
)

ROUTERS: tuple[APIRouter, ...] = (
    signing.router,
    overview.router,
    outlets.router,
    outlet.router,
    accounts.router,
    catalogue.router,
    findings.router,
    finding_acts.router,
    units.router,
    unit_page.router,
    users.router,
    audit.router,
)
