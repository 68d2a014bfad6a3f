"""Signing in and out, one's own account, and the first administrator's one-time link."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.access import sessions
from monitor.access.roles import Permission
from monitor.access.signing_in import SignInRefused, sign_in
from monitor.access.users import BadUser, matches, secret_of, set_password
from monitor.access.visitor import Visitor
from monitor.web.gate import COOKIE, Form, NotAllowed, NotSignedIn, Somebody, posted, read_form
from monitor.web.render import page
from monitor.web.shield import from_here
from monitor.web.state import Web, web_of

router = APIRouter()


def home_of(visitor: Visitor) -> str:
    """The page that a visitor begins with."""
    return "/" if visitor.may(Permission.DISTRICT) else f"/units/{visitor.unit}"


def signed_in(request: Request, found: Somebody) -> Visitor:
    """Anybody who is signed in, whatever their role."""
    if found is None:
        raise NotSignedIn
    request.state.visitor = found
    return found


SignedIn = Annotated[Visitor, Depends(signed_in)]


@router.get("/login")
def login(request: Request, found: Somebody, next: str = "") -> Response:
    """The form; whoever is signed in already goes on."""
    if found is not None:
        return RedirectResponse(home_of(found), 303)
    return _form(request, next)


@router.post("/login")
def enter(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    form: Annotated[Form, Depends(read_form)],
) -> Response:
    """Sign in. Nobody is signed in yet whose word could be asked for: the form must come from our
    own page."""
    if request.headers.get("origin") == "null" and not from_here(request.headers):
        raise NotAllowed("请从本系统的登录页登录")
    name, password = form.text("name", 200), form.values.get("password", "")
    address = request.client.host if request.client else ""
    try:
        user, cookie = sign_in(
            web.office.engine, web.cookies, web.settings, web.clock(), name, password, address
        )
    except SignInRefused as error:
        return _form(request, form.text("next", 500), str(error), name, 401)
    target = safe_next(form.text("next", 500)) or home_of(Visitor(user.shown, user.role, user.unit))
    return remember(RedirectResponse(target, 303), web, cookie)


@router.post("/logout")
def leave(
    request: Request,
    who: SignedIn,
    form: Annotated[Form, Depends(posted)],
    web: Annotated[Web, Depends(web_of)],
) -> Response:
    """Sign this browser out."""
    with web.office.engine.begin() as connection:
        sessions.end(connection, web.cookies, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/me")
def me(request: Request, who: SignedIn) -> HTMLResponse:
    """One's own account."""
    return page(request, "me.html", problem="")


@router.post("/me")
def change_password(
    request: Request,
    who: SignedIn,
    form: Annotated[Form, Depends(posted)],
    web: Annotated[Web, Depends(web_of)],
) -> Response:
    """A new password for oneself, the old one given; every browser signs in again."""
    assert who.user is not None
    with web.office.reader.connect() as connection:
        known = secret_of(connection, who.user.name)
    if known is None or not matches(form.values.get("old", ""), known[1]):
        return page(request, "me.html", 422, problem="现在的密码不对")
    if form.values.get("new", "") != form.values.get("again", ""):
        return page(request, "me.html", 422, problem="两次填写的新密码不一样")
    try:
        with web.office.engine.begin() as connection:
            set_password(
                connection, web.clock(), who.user.id, form.values.get("new", ""), by=who.who
            )
    except BadUser as error:
        return page(request, "me.html", 422, problem=str(error))
    return RedirectResponse(f"/login?said={quote('密码已更换，请重新登录')}", 303)


def safe_next(text: str) -> str:
    """A path of this site to go on to; anything else is dropped."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain and "\\" not in text else ""


def remember(answer: Response, web: Web, cookie: str) -> Response:
    """Set the session's cookie on an answer."""
    hours = web.settings.session_hours
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=hours * 3600,
        httponly=True,
        samesite="lax",
        secure=web.settings.https,
    )
    return answer


def _form(
    request: Request, next: str, problem: str = "", name: str = "", status: int = 200
) -> HTMLResponse:
    web = web_of(request)
    oidc = web.settings.oidc.label if web.settings.oidc else ""
    return page(
        request, "login.html", status, next=safe_next(next), problem=problem, name=name, oidc=oidc
    )
