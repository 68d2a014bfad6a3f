"""The web application: routes, gate and shield put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from monitor.office import Office
from monitor.record.links import load_keys
from monitor.web import faults
from monitor.web.api.attached import attach
from monitor.web.metrics import Measured, Meter
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
    offers,
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
from monitor.web.pages.metrics import router as doors
from monitor.web.render import STATIC, environment
from monitor.web.shield import Shield
from monitor.web.state import Web

ROUTERS: tuple[APIRouter, ...] = (
    signing.router,
    oidc.router,
    overview.router,
    outlets.router,
    outlet.router,
    column_words.router,
    shapes.router,
    offers.router,
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


def create_app(office: Office, clock: Callable[[], datetime]) -> FastAPI:
    """The application over an open office. ``clock`` gives aware moments; nothing else asks the
    time."""
    settings = office.settings.monitor.web
    app = FastAPI(title="gengxin", docs_url=None, redoc_url=None, openapi_url=None)
    folder = office.settings.folder
    app.state.web = Web(
        office,
        clock,
        settings,
        load_keys(folder / "links.key"),
        load_keys(folder / "web.key"),
        environment(),
    )
    for router in ROUTERS:
        app.include_router(router)
    attach(app)
    app.include_router(doors)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.handle(app)
    app.add_middleware(
        Shield, limit=settings.upload_bytes, https=settings.https, broken=faults.broken
    )
    app.state.measured = Measured(app.state.web)
    app.add_middleware(Meter, measured=app.state.measured)
    return app
