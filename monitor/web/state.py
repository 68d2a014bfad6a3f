"""What every page has at hand, opened once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from jinja2 import Environment

from monitor.office import Office
from monitor.record.links import Keys
from monitor.settings.web import WebSettings


@dataclass(frozen=True, slots=True)
class Web:
    """``links`` opens signed links, ``cookies`` signs sessions."""

    office: Office
    clock: Callable[[], datetime]
    settings: WebSettings
    links: Keys
    cookies: Keys
    templates: Environment


def web_of(request: Request) -> Web:
    """The web's state; for routes as ``Depends(web_of)``."""
    found: Web = request.app.state.web
    return found
