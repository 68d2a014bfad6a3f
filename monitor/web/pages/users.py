"""People: the accounts of the office, one's own tokens, and the one-time link that sets a first
password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.access import invites, tokens
from monitor.access.roles import Permission, Role
from monitor.access.tokens import BadTokenRequest
from monitor.access.users import (
    BadUser,
    User,
    add_user,
    change_user,
    new_password,
    set_password,
    user,
    users,
)
from monitor.access.visitor import Visitor
from monitor.facts.unit_names import unit_names
from monitor.web.gate import (
    BadForm,
    Form,
    NotAllowed,
    NotFound,
    need,
    own_password,
    posted,
    read_form,
)
from monitor.web.pages.signing import signed_in
from monitor.web.render import page
from monitor.web.state import Web, web_of

router = APIRouter()
Keeper = Annotated[Visitor, Depends(need(Permission.USERS))]
SignedIn = Annotated[Visitor, Depends(signed_in)]
Sent = Annotated[Form, Depends(posted)]
Kept = Annotated[Web, Depends(web_of)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/users")
def everybody(request: Request, who: Keeper, web: Kept) -> HTMLResponse:
    """Every account."""
    return _listed(request, web)


@router.post("/users")
def add(request: Request, who: Keeper, form: Sent, web: Kept) -> HTMLResponse:
    """A new account; its one-time password is shown on the answer, once."""
    name, shown = form.text("name", 60).lower(), form.text("shown", 100)
    password, now = new_password(), web.clock()
    try:
        role, unit = _role(form)
        with web.office.engine.begin() as connection:
            add_user(
                connection,
                now,
                name=name,
                shown=shown,
                role=role,
                unit=unit,
                password=password,
                by=who.who,
                must_change=True,
            )
    except (BadUser, BadForm) as error:
        return _listed(request, web, problem=str(error), given=form.values, status=422)
    return _listed(request, web, fresh=(name, password))


@router.get("/users/{id}")
def one(request: Request, who: Keeper, web: Kept, id: Id) -> HTMLResponse:
    """One account."""
    return _card(request, web, id)


@router.post("/users/{id}")
def change(request: Request, who: Keeper, form: Sent, web: Kept, id: Id) -> Response:
    """Another name, role or unit."""
    try:
        role, unit = _role(form)
        shown = form.must("shown", "姓名", 100)
        with web.office.engine.begin() as connection:
            _there(user(connection, id))
            change_user(connection, web.clock(), id, by=who.who, shown=shown, role=role, unit=unit)
    except (BadUser, BadForm) as error:
        return _card(request, web, id, problem=str(error), status=422)
    return RedirectResponse(f"/users/{id}?said=已保存", 303)


@router.post("/users/{id}/password")
def reset(request: Request, who: Keeper, form: Sent, web: Kept, id: Id) -> HTMLResponse:
    """A new one-time password, shown once; the account is signed out everywhere."""
    password = new_password()
    with web.office.engine.begin() as connection:
        _there(user(connection, id))
        set_password(connection, web.clock(), id, password, by=who.who, must_change=True)
    return _card(request, web, id, password=password)


@router.post("/users/{id}/invite")
def invite(request: Request, who: Keeper, form: Sent, web: Kept, id: Id) -> HTMLResponse:
    """A one-time link with which the person sets the password, shown once."""
    try:
        with web.office.engine.begin() as connection:
            key = invites.invite(connection, web.cookies, id, web.clock(), by=who.who)
    except invites.BadInvite as error:
        return _card(request, web, id, problem=str(error), status=422)
    return _card(request, web, id, link=f"{str(request.base_url).rstrip('/')}/join?key={key}")


@router.post("/users/{id}/disabled")
def shut(request: Request, who: Keeper, form: Sent, web: Kept, id: Id) -> Response:
    """Shut the account (``on``) or open it again (``off``)."""
    off = form.text("state", 3) != "off"
    try:
        with web.office.engine.begin() as connection:
            change_user(connection, web.clock(), id, by=who.who, disabled=off)
    except BadUser as error:
        return _card(request, web, id, problem=str(error), status=422)
    return RedirectResponse(f"/users/{id}?said={'已停用' if off else '已恢复'}", 303)


@router.get("/me/tokens")
def own_tokens(request: Request, who: SignedIn, web: Kept) -> HTMLResponse:
    """One's own tokens for programs."""
    return _tokens(request, web, _person(who))


@router.post("/me/tokens")
def issue(request: Request, who: SignedIn, form: Sent, web: Kept) -> HTMLResponse:
    """A new token, shown on the answer, once."""
    owner, days = _person(who), form.text("days", 4)
    chosen = [one for one in Permission if one.value in form.lists.get("scope", ())]
    try:
        with web.office.engine.begin() as connection:
            _, said = tokens.issue(
                connection,
                web.clock(),
                owner,
                label=form.text("label", 100),
                scopes=chosen,
                days=int(days) if days.isascii() and days.isdigit() else 0,
                by=who.who,
            )
    except (BadTokenRequest, BadForm) as error:
        return _tokens(request, web, owner, problem=str(error), status=422)
    return _tokens(request, web, owner, fresh=said)


@router.post("/me/tokens/{id}/revoke")
def revoke(request: Request, who: SignedIn, form: Sent, web: Kept, id: Id) -> Response:
    """End one of one's own tokens."""
    with web.office.engine.begin() as connection:
        done = tokens.revoke(connection, web.clock(), id, _person(who).id, by=who.who)
    if not done:
        raise NotFound("没有这个有效的令牌")
    return RedirectResponse("/me/tokens?said=已吊销", 303)


Key = Annotated[str, Query(max_length=500)]


@router.get("/join")
def invited(request: Request, web: Kept, key: Key = "") -> HTMLResponse:
    """The form behind a one-time link; looking at it uses nothing up."""
    return _join(request, web, key)


@router.post("/join")
def join(request: Request, form: Annotated[Form, Depends(read_form)], web: Kept) -> Response:
    """Set the first password; then sign in with it. The link itself is the word that no other site
    knows."""
    key, password = form.text("key", 500), form.values.get("new", "")
    if password != form.values.get("again", ""):
        return _join(request, web, key, "两次填写的密码不一样")
    try:
        with web.office.engine.begin() as connection:
            invites.join(connection, web.cookies, key, password, web.clock())
    except BadUser as error:
        return _join(request, web, key, str(error))
    except invites.BadInvite as error:
        raise NotAllowed(str(error)) from None
    return RedirectResponse("/login?said=密码已设好，请登录", 303)


def _listed(
    request: Request, web: Web, *, problem: str = "", given: Mapping[str, str] | None = None,
    fresh: tuple[str, str] | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    with web.office.reader.connect() as connection:
        found, units = users(connection), unit_names(connection)
        open_tokens = tokens.open_counts(connection, web.clock())
    return page(
        request,
        "users.html",
        status,
        found=found,
        units=units,
        problem=problem,
        given=given or {},
        fresh=fresh,
        open_tokens=open_tokens,
        all_roles=tuple(Role),
    )


def _card(
    request: Request, web: Web, id: int, *, status: int = 200, **context: Any
) -> HTMLResponse:
    with web.office.reader.connect() as connection:
        found = _there(user(connection, id))
        units, held = unit_names(connection), tokens.listed(connection, id)
    now = web.clock()
    given = {"problem": "", "password": "", "link": ""} | context
    return page(
        request,
        "user.html",
        status,
        found=found,
        units=units,
        all_roles=tuple(Role),
        scope_names=tokens.SCOPE_NAMES,
        held=[one for one in held if one.works(now)],
        **given,
    )


def _tokens(
    request: Request,
    web: Web,
    owner: User,
    *,
    problem: str = "",
    fresh: str = "",
    status: int = 200,
) -> HTMLResponse:
    with web.office.reader.connect() as connection:
        held = tokens.listed(connection, owner.id)
    return page(
        request,
        "tokens.html",
        status,
        held=held,
        now=web.clock(),
        offered=tokens.scopes_for(owner.role),
        scope_names=tokens.SCOPE_NAMES,
        problem=problem,
        fresh=fresh,
        longest=tokens.LONGEST,
    )


def _join(request: Request, web: Web, key: str, problem: str = "") -> HTMLResponse:
    try:
        with web.office.reader.connect() as connection:
            found = invites.invited(connection, web.cookies, key, web.clock())
    except invites.BadInvite as error:
        raise NotAllowed(str(error)) from None
    return page(
        request,
        "join.html",
        422 if problem else 200,
        invited=found,
        invite_key=key,
        problem=problem,
    )


def _role(form: Form) -> tuple[Role, str | None]:
    said = form.must("role", "角色", 20)
    if said not in {role.value for role in Role}:
        raise BadForm("请选一个角色")
    role = Role(said)
    return role, (form.text("unit", 64) or None) if role is Role.UNIT else None


def _there(found: User | None) -> User:
    if found is None:
        raise NotFound("没有这个账号")
    return found


def _person(who: Visitor) -> User:
    if who.user is None:
        raise NotAllowed("请用自己的账号登录")
    own_password(who)
    return who.user
