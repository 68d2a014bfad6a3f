"""The pages: one file a subject; each reads, shows, and hands changes to the rooms below."""

from __future__ import annotations

from fastapi import APIRouter

from monitor.web.pages import finding_acts, findings, outlets, overview, signing, users

ROUTERS: tuple[APIRouter, ...] = (
    signing.router,
    overview.router,
    outlets.router,
    findings.router,
    finding_acts.router,
    users.router,
)
