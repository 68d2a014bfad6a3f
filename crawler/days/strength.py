"""How much a date proves: the strong ones convict, the weak ones only clear.

Printed in its row > printed on its article > the head's PubDate > in the address > all others. Only
the first three may carry an accusation (``evidence.md``); what stands in no such place may show
that something is new, never that it is old.
"""

from __future__ import annotations

from crawler.model import Dated

UPDATED, WRITTEN, EVENT, GENERATED = "updated", "written", "event", "generated"
"""Places of dates that tell of something else than the publication.

``updated``: an interface's ``updateTime`` or ``createTime``; ``written``: 成文日期, 签署时间; ``event``:
when a meeting was held; ``generated``: when the page was made.
"""

WEAK_PLACES = frozenset(
    {"url", "comment", "script", "htmldate", "id", UPDATED, WRITTEN, EVENT, GENERATED}
)
"""Places whose dates clear and never convict. One home: readings and rules ask :func:`is_weak`."""

DOUBTED = "doubted: "
"""A ``why`` that begins so takes the strength of a date that stands in a strong place."""


def is_weak(dated: Dated) -> bool:
    """Whether ``dated`` may only clear: its place is no printed one, or its own proof is
    doubted."""
    return dated.place in WEAK_PLACES or dated.why.startswith(DOUBTED)
