"""Refusals and faults as pages (or JSON below ``/api``), one sentence each."""

from __future__ import annotations

import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from crawler.config import BadConfig
from monitor.web.gate import BadForm, MustChange, NotAllowed, NotFound, NotSignedIn
from monitor.web.render import page, partial

log = logging.getLogger(__name__)
WORDS = {
    400: "提交的内容读不懂，请刷新页面后再试",
    404: "没有这一页",
    405: "这里不能这样提交",
}


def handle(app: FastAPI) -> None:
    """Attach the handlers; what none of them knows comes to :func:`broken` through the shield."""
    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(MustChange, must_change)
    app.add_exception_handler(NotAllowed, lambda request, error: answer(request, 403, str(error)))
    app.add_exception_handler(NotFound, lambda request, error: answer(request, 404, str(error)))
    app.add_exception_handler(BadForm, lambda request, error: answer(request, 422, str(error)))
    app.add_exception_handler(BadConfig, lambda request, error: answer(request, 422, str(error)))
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(OperationalError, store_gone)
    app.add_exception_handler(OverflowError, too_much)
    app.add_exception_handler(DataError, too_much)


def answer(request: Request, status: int, sentence: str) -> Response:
    """One sentence in the form the asker reads."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": sentence}, status)
    if partial(request):
        return page(request, "parts/refused.html", status, sentence=sentence)
    return page(request, "refused.html", status, sentence=sentence, status_code=status)


def not_signed_in(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "请先登录或出示令牌"}, 401, {"WWW-Authenticate": "Bearer"})
    back = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
    target = (
        "/login" if request.method != "GET" or request.url.path == "/" else f"/login?next={back}"
    )
    if partial(request):
        return Response(status_code=200, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def must_change(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith("/api/") or request.method != "GET":
        return answer(request, 403, "请先在“我的账号”里换一个自己的密码")
    if partial(request):
        return Response(status_code=200, headers={"HX-Redirect": "/me"})
    return RedirectResponse("/me", 303)


def invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("query", "path", "body"))
    return answer(request, 422, f"“{where[:60]}”填得不对，请改正后再试")


def by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    found = answer(request, error.status_code, WORDS.get(error.status_code, str(error.detail)))
    for name, value in (error.headers or {}).items():
        found.headers[name] = value
    return found


def too_much(request: Request, _error: Exception) -> Response:
    """A number beyond what the store counts to, or a character that it cannot hold, in an address
    or a form."""
    return answer(request, 422, "地址或填写的内容里有过大的数字或不能保存的字符，请改正后再试")


def store_gone(request: Request, error: Exception) -> Response:
    log.error("数据库暂时用不了：%s", str(error).splitlines()[0][:200])
    return answer(request, 503, "数据库暂时用不了，请过一分钟再试；一直如此请告诉管理员")


def broken(request: Request, error: Exception) -> Response:
    log.exception("页面 %s 出错", request.url.path, exc_info=error)
    return answer(request, 500, "系统出错了，已经记下；请告诉管理员这一页的地址和时间")
