"""Who looks at a page: a signed-in person, the bearer of a unit's signed link, or a program with a
token."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.access.roles import MAY, Permission, Role
from monitor.access.users import User


@dataclass(frozen=True, slots=True)
class Visitor:
    """``who`` is the name for the record. ``unit`` binds a unit's contact: no query goes beyond it.

    ``csrf`` is the word that this visitor's forms must carry; ``key`` the signed link's token,
    where one was used.
    """

    who: str
    role: Role
    unit: str | None = None
    csrf: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    user: User | None = None
    scopes: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role, and the token's scopes where there is one, allow it."""
        return permission in MAY[self.role] and (self.scopes is None or permission in self.scopes)

    def sees(self, unit: str) -> bool:
        """Whether this visitor may look at ``unit``: everybody of the office, and the unit
        itself."""
        return self.may(Permission.DISTRICT) or (self.unit == unit and self.may(Permission.OWN))
