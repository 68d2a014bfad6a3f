"""The interface put together and attached to the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from monitor.web.api import bulletins, docs, matters, models, outlets, rechecks, state
from monitor.web.api.docs import ROOT
from monitor.web.api.gate import TooOften, Unchanged
from monitor.web.api.rates import Rates
from monitor.web.api.words import EN

WHY: Mapping[int, tuple[str, str]] = {
    400: ("读不懂的内容", "The body could not be read"),
    401: ("没有令牌，或令牌无效", "No token, or one that opens nothing"),
    403: ("没有这项权限", "Not permitted"),
    404: ("没有这一项", "Not there"),
    422: ("参数不对", "A parameter is wrong"),
    429: ("请求太频繁", "Asked too often"),
    503: ("数据库暂时用不了", "The store does not answer"),
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": models.Refusal, "description": chinese, EN: english}
    for status, (chinese, english) in WHY.items()
}


def api_router() -> APIRouter:
    """All routes, to be attached under ``/api/v1``."""
    made = APIRouter(responses=REFUSALS)
    for one in (state, outlets, matters, bulletins, rechecks):
        made.include_router(one.router)
    return made


def attach(app: FastAPI, rates: Rates | None = None) -> None:
    """Add the interface, its faults and its limits to ``app``."""
    app.state.rates = rates or Rates()
    app.include_router(api_router(), prefix=ROOT)
    app.state.api = app.routes[-1]
    app.include_router(docs.router)
    app.add_exception_handler(TooOften, too_often)
    app.add_exception_handler(Unchanged, unchanged)


def too_often(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    return JSONResponse({"detail": str(error)}, 429, {"Retry-After": str(error.wait)})


def unchanged(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Unchanged)
    return Response(
        status_code=304, headers={"ETag": error.tag, "Cache-Control": "private, no-cache"}
    )
