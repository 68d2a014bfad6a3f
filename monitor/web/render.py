"""Templates: autoescaped, undefined names refused, every printed text freed of what a reader cannot
see."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from crawler.model import SHANGHAI, shanghai_day
from monitor.access.roles import ROLE_NAMES, Permission
from monitor.access.visitor import Visitor
from monitor.model import VALUE_NAMES, Value
from monitor.web.shield import from_here
from monitor.web.state import web_of
from monitor.words.plain import clean, safe_link
from monitor.words.posting import posted, reason

STATIC = Path(__file__).parent / "static"
LONGEST = 600
"""Characters of one printed text; a title of a thousand characters is cut, its whole stands in the
store."""


@cache
def environment() -> Environment:
    """The templates of the package, compiled once."""
    env = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    env.filters |= {
        "day": day,
        "moment": moment,
        "link": safe_link,
        "query": query,
        "short": clean,
        "whole": whole,
        "reason": reason,
    }
    env.globals |= {
        "values": VALUE_NAMES,
        "Value": Value,
        "roles": ROLE_NAMES,
        "P": Permission,
        "asset": asset,
        "posted": posted,
    }
    return env


def _plain(value: Any) -> Any:
    """Crawled text is hostile: bidi marks, controls and line ends never reach the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value, LONGEST)
    return "" if value is None else value


def whole(text: str, limit: int = 20_000) -> Markup:
    """A text of many lines (a reply, a letter) in full: each line freed of what nobody sees, line
    ends kept."""
    return Markup("<br>").join(clean(line, limit) for line in text[:limit].splitlines())


def day(value: date | datetime | None) -> str:
    """A day as 2020-07-20; a moment by its day in Asia/Shanghai."""
    if value is None:
        return "—"
    return str(shanghai_day(value) if isinstance(value, datetime) else value)


def moment(value: datetime | None) -> str:
    """A moment as 2020-07-20 09:00 in Asia/Shanghai."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else "—"


def query(values: dict[str, Any], **changed: Any) -> str:
    """A query string of ``values`` with some changed; empty ones are left out."""
    return "?" + urlencode({k: v for k, v in (values | changed).items() if v not in ("", None)})


@cache
def asset(name: str) -> str:
    """The address of a file of the package, with its version: browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The page ``template`` for the visitor of ``request``."""
    web = web_of(request)
    found = getattr(request.state, "visitor", None)
    text = web.templates.get_template(template).render(
        visitor=found,
        title=web.settings.title,
        today=shanghai_day(web.clock()),
        path=request.url.path,
        key=found.key if found else "",
        said=_said(request, found),
        **context,
    )
    return HTMLResponse(text, status)


def _said(request: Request, found: Visitor | None) -> str:
    """What a page is told to say after a change; not what another site's link would have it say."""
    own = from_here(request.headers) or bool(found and found.key)
    return request.query_params.get("said", "")[:200] if own else ""


def partial(request: Request) -> bool:
    """Whether htmx asks for a part of the page only."""
    return request.headers.get("hx-request") == "true"
