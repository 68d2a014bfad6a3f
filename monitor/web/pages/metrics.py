"""Doors for machines that watch the service: is it alive, and its figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from crawler.store.migrate import newest_revision
from monitor.access.roles import Permission
from monitor.access.tokens import resolve
from monitor.board.running import revision
from monitor.web.gate import NotAllowed, Somebody
from monitor.web.metrics import Measured
from monitor.web.state import Web, web_of

router = APIRouter()
Kept = Annotated[Web, Depends(web_of)]
NEAR = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


@router.get("/healthz")
def alive(web: Kept) -> JSONResponse:
    """200 when the store answers and has the form that this program needs; else 503 with the
    reason. Tells no more."""
    try:
        with web.office.reader.connect() as connection:
            known = revision(connection)
    except SQLAlchemyError:
        return JSONResponse({"status": "store", "reason": "数据库没有回答"}, 503)
    if known != newest_revision():
        return JSONResponse(
            {"status": "schema", "reason": "数据库结构与程序不符，请重启服务完成升级"}, 503
        )
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
def figures(request: Request, web: Kept, found: Somebody) -> Response:
    """The figures, for whoever asks from this machine or with the permission HEALTH."""
    if not (from_this_machine(request) or _may(request, web, found)):
        raise NotAllowed("只有本机或带有“读取运行状况”权限的令牌可以读取")
    measured: Measured = request.app.state.measured
    return Response(generate_latest(measured.registry), media_type=CONTENT_TYPE_LATEST)


def from_this_machine(request: Request) -> bool:
    """Whether the asker is on this machine; what a proxy on this machine passes on is not."""
    near = request.client is not None and request.client.host in NEAR
    return near and not any(name in request.headers for name in FORWARDED)


def _may(request: Request, web: Web, found: Somebody) -> bool:
    given = request.headers.get("authorization", "")
    if given[:7].lower() == "bearer ":
        with web.office.reader.connect() as connection:
            known = resolve(connection, given[7:].strip(), web.clock())
        return known is not None and known[1].may(Permission.HEALTH)
    return found is not None and found.may(Permission.HEALTH)
