"""Who asks: a program with a token, or a signed-in person's browser (reading only); how often;
whether anything is new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from monitor.access.roles import Permission
from monitor.access.tokens import resolve
from monitor.access.visitor import Visitor
from monitor.board.newness import newness
from monitor.web.api.rates import Rates
from monitor.web.gate import NotAllowed, NotSignedIn, Somebody
from monitor.web.state import Web, web_of

SCHEME = "bearer "


class TooOften(Exception):
    """Asked again too soon. ``wait`` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"请求太频繁，请 {wait} 秒后再试")
        self.wait = wait


class Unchanged(Exception):
    """The caller has the newest answer already."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def rates_of(request: Request) -> Rates:
    """The buckets of this application."""
    found: Rates = request.app.state.rates
    return found


def caller(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    found: Somebody,
    rates: Annotated[Rates, Depends(rates_of)],
) -> Visitor:
    """Whoever asks. A session's cookie may only read: other sites cannot make a token, but they can
    make a form."""
    given = request.headers.get("authorization", "")
    if given:
        who, name = _bearer(web, given)
    elif found is not None and request.method == "GET":
        who, name = found, f"user:{found.user.id if found.user else found.who}"
    else:
        raise NotSignedIn
    if who.user and who.user.must_change:
        raise NotAllowed("请先在网页“我的账号”里换一个自己的密码")
    if wait := rates.wait(name, web.clock()):
        raise TooOften(wait)
    request.state.visitor = who
    return who


def _bearer(web: Web, given: str) -> tuple[Visitor, str]:
    if given[: len(SCHEME)].lower() != SCHEME:
        raise NotSignedIn
    with web.office.reader.connect() as connection:
        known = resolve(connection, given[len(SCHEME) :].strip(), web.clock())
    if known is None:
        raise NotSignedIn
    return known[1], f"token:{known[0]}"


Caller = Annotated[Visitor, Depends(caller)]


@dataclass(frozen=True, slots=True)
class Asks:
    """A dependency: the caller, who has one of ``permissions``."""

    permissions: tuple[Permission, ...]

    def __call__(self, found: Caller) -> Visitor:
        if not any(found.may(one) for one in self.permissions):
            raise NotAllowed("令牌或账号没有这项权限")
        return found


def asks(*permissions: Permission) -> Asks:
    """For routes: ``who: Annotated[Visitor, Depends(asks(Permission.DISTRICT,
    Permission.OWN))]``."""
    return Asks(permissions)


Reading = Annotated[Visitor, Depends(asks(Permission.DISTRICT, Permission.OWN))]
"""Everybody of the office, and a unit's contact bound to that unit."""
District = Annotated[Visitor, Depends(asks(Permission.DISTRICT))]
Running = Annotated[Visitor, Depends(asks(Permission.HEALTH))]


def scope_of(who: Visitor) -> str:
    """The unit that the caller is bound to; empty for whoever sees the district."""
    if who.may(Permission.DISTRICT):
        return ""
    if not who.unit:
        raise NotAllowed("这个账号没有单位")
    return who.unit


def fresh(
    request: Request, response: Response, who: Caller, web: Annotated[Web, Depends(web_of)]
) -> None:
    """A dependency: marks the answer with a weak tag of everything it may rest on. Raises
    :class:`Unchanged`."""
    with web.office.reader.connect() as connection:
        known = newness(connection, web.clock())
    seen = "" if who.may(Permission.DISTRICT) else who.unit
    asked = f"{request.url.path}?{request.url.query}|{seen}|{known}"
    tag = f'W/"{hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:24]}"'
    given = {one.strip() for one in request.headers.get("if-none-match", "")[:2000].split(",")}
    if tag in given or "*" in given:
        raise Unchanged(tag)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
