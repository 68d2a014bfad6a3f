"""The gate: every route says with ``need`` what it asks of its visitor; forms carry an anti-forgery
word.

A test walks all routes: each is listed as open or asks for a permission, each that changes anything
takes ``Posted``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from monitor.access.roles import Permission, Role
from monitor.access.sessions import same_word, session_of
from monitor.access.visitor import Visitor
from monitor.record.links import BadToken, unit_of
from monitor.web.state import Web, web_of

COOKIE = "gengxin_session"
MAX_FIELDS, MAX_FILES = 2000, 10


class NotSignedIn(Exception):
    """The page asks to sign in first."""


class NotAllowed(Exception):
    """Signed in, but this is not theirs. The sentence is for the screen."""


class MustChange(Exception):
    """Signed in with a password that somebody else knows: their own comes first."""


class BadForm(ValueError):
    """A form that cannot be taken; the sentence says what to do."""


class NotFound(LookupError):
    """What the address names is not there; the sentence says so."""


def visitor(request: Request, web: Annotated[Web, Depends(web_of)]) -> Visitor | None:
    """Whoever comes with a session's cookie, or nobody."""
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        return None
    with web.office.reader.connect() as connection:
        found = session_of(connection, web.cookies, cookie, web.clock())
    if found is None:
        return None
    user = found.user
    return Visitor(user.shown, user.role, user.unit, found.csrf, user=user)


Somebody = Annotated[Visitor | None, Depends(visitor)]


@dataclass(frozen=True, slots=True)
class Need:
    """A dependency: the visitor, who has ``permission``."""

    permission: Permission

    def __call__(self, request: Request, found: Somebody) -> Visitor:
        if found is None:
            raise NotSignedIn
        own_password(found)
        # Also the page of a refusal shows who asked, with their own menu.
        request.state.visitor = found
        if not found.may(self.permission):
            raise NotAllowed("您的角色不能使用这一页")
        return found


def own_password(found: Visitor) -> None:
    """Raises :class:`MustChange` for whoever still has a password that was handed over."""
    if found.user and found.user.must_change:
        raise MustChange


def need(permission: Permission) -> Need:
    """For routes: ``who: Annotated[Visitor, Depends(need(Permission.DISTRICT))]``."""
    return Need(permission)


class OwnUnit:
    """A dependency for a unit's own page: its contact by session, or whoever holds its signed
    link."""

    def __call__(
        self,
        request: Request,
        id: str,
        found: Somebody,
        web: Annotated[Web, Depends(web_of)],
        key: str = "",
    ) -> Visitor:
        """Raises :class:`NotSignedIn` or :class:`NotAllowed`; a link opens its own unit only."""
        if found is not None and found.sees(id):
            own_password(found)
            request.state.visitor = found
            return found
        if not key:
            request.state.visitor = found
            raise NotAllowed("您只能查看本单位") if found else NotSignedIn
        try:
            unit = unit_of(web.links, key, web.clock())
        except BadToken as error:
            raise NotAllowed(str(error)) from None
        if unit != id:
            raise NotAllowed("这个链接不是这个单位的，请从本单位最近一封通知打开")
        # The link itself is the word that no other site knows.
        holder = Visitor(f"{unit}（签名链接）", Role.UNIT, unit, csrf=key, key=key)
        request.state.visitor = holder
        return holder


own_unit = OwnUnit()


@dataclass(frozen=True, slots=True)
class Form:
    """What a form brought: ``values`` (last one wins), ``lists`` (all of a name), ``files`` by
    name."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def text(self, name: str, limit: int = 2000) -> str:
        """A field, stripped; empty where it is missing. Raises :class:`BadForm` when it is longer
        than ``limit``."""
        found = self.values.get(name, "").strip()
        if len(found) > limit:
            raise BadForm(f"“{name}”最多 {limit} 个字")
        return found

    def must(self, name: str, shown: str, limit: int = 2000) -> str:
        """A field that must be filled; ``shown`` is its name on screen."""
        found = self.text(name, limit)
        if not found:
            raise BadForm(f"请填写{shown}")
        return found


async def read_form(request: Request) -> Form:
    """The form as it came, checked by nobody yet."""
    form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS)
    lists: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        else:
            lists.setdefault(name, []).append(value)
    return Form(
        {name: values[-1] for name, values in lists.items()},
        {name: tuple(values) for name, values in lists.items()},
        {name: tuple(f for f in many if f.filename) for name, many in files.items()},
    )


class Posted:
    """A dependency: the form of a request that changes something, with its visitor's word in it.

    Raises :class:`BadForm`, :class:`NotAllowed`.
    """

    async def __call__(self, request: Request, somebody: Somebody) -> AsyncIterator[Form]:
        try:
            yield self._checked(await read_form(request), request, somebody)
        finally:
            await request.close()  # the files that came with it

    def _checked(self, form: Form, request: Request, somebody: Visitor | None) -> Form:
        # Whoever the route found, be it by a signed link; else whoever brought a cookie, in
        # whatever order it asks.
        found = getattr(request.state, "visitor", None) or somebody
        said = request.headers.get("x-csrf-token") or form.values.get("csrf", "")
        if found is not None and not same_word(found.csrf, said):
            raise NotAllowed("这个表单已经失效，请刷新页面后重新提交")
        return form


posted = Posted()
"""Declare it *after* the visitor in a route's arguments: it checks that visitor's word."""

Allowed = Callable[..., Visitor]
