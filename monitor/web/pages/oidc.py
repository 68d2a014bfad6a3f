"""Signing in through the office's own sign-on: leaving for it, and coming back. It never makes an
account."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.access.signing_in import enter
from monitor.access.users import secret_of
from monitor.access.visitor import Visitor
from monitor.settings.web import OidcSettings
from monitor.web.gate import NotAllowed, NotFound
from monitor.web.pages.signing import home_of, remember, safe_next
from monitor.web.state import Web, web_of

router = APIRouter()
Kept = Annotated[Web, Depends(web_of)]
COOKIE, PATH = "gengxin_oidc", "/oidc"
Short = Annotated[str, Query(max_length=500)]
Long = Annotated[str, Query(max_length=4000)]


@router.get("/oidc/start")
def start(request: Request, web: Kept, next: Short = "") -> Response:
    """Leave for the sign-on; a short signed cookie remembers what was begun."""
    settings, sso = _ready(web)
    try:
        provider = sso.discovered(settings)
        target, begun = sso.start(
            settings, provider, _back(request, web), safe_next(next), web.clock()
        )
    except sso.SsoRefused as error:
        raise NotAllowed(str(error)) from None
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        COOKIE,
        sso.packed(web.cookies, begun),
        max_age=int(sso.LASTS.total_seconds()),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=web.settings.https,
    )
    return answer


@router.get("/oidc/callback")
def callback(
    request: Request, web: Kept, code: Long = "", state: Short = "", error: Short = ""
) -> Response:
    """Come back: whoever the provider vouches for and has an account here is signed in."""
    settings, sso = _ready(web)
    now = web.clock()
    try:
        begun = sso.unpacked(web.cookies, request.cookies.get(COOKIE, ""), state, now)
        if error or not code:
            raise sso.SsoRefused("统一身份认证没有放行，请重新登录")
        provider = sso.discovered(settings)
        folder = web.office.settings.path.parent
        name = sso.name_of(settings, provider, begun, code, _back(request, web), folder, now)
    except sso.SsoRefused as refused:
        raise NotAllowed(str(refused)) from None
    with web.office.reader.connect() as connection:
        known = secret_of(connection, name)
    if known is None:
        raise NotAllowed(f"统一身份认证的用户 {name} 在本系统没有可用的账号，请管理员先开通")
    user = known[0]
    cookie = enter(web.office.engine, web.cookies, web.settings, now, user, "统一身份认证")
    target = begun.next or home_of(Visitor(user.shown, user.role, user.unit))
    answer = remember(RedirectResponse(target, 303), web, cookie)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _ready(web: Web) -> tuple[OidcSettings, Any]:
    """The settings and the flow. Raises ``NotFound`` where it is not set up, ``NotAllowed`` where
    it is not installed."""
    if web.settings.oidc is None:
        raise NotFound("没有启用统一身份认证")
    try:
        from monitor.web import sso  # an extra: offices without a sign-on do not install it
    except ImportError:
        raise NotAllowed(
            "没有安装统一身份认证组件，请管理员运行 pip install 'gengxin[oidc]'"
        ) from None
    return web.settings.oidc, sso


def _back(request: Request, web: Web) -> str:
    """Where the provider sends the browser back: the address that the letters tell, else the one
    that was asked."""
    known = web.office.settings.monitor.alerts.letters.base_url
    return f"{(known or str(request.base_url)).rstrip('/')}/oidc/callback"
