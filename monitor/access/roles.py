"""Roles and what each may do, as one table. A route names the permission it needs; nothing else
decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who somebody is in the office."""

    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    INSPECTOR = "inspector"
    UNIT = "unit"
    LEADER = "leader"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a route may ask for."""

    DISTRICT = "district"  # see every unit's state: overview, columns, accounts, units, findings, bulletins
    OWN = "own"  # see and answer for one's own unit
    RECHECK = "recheck"  # ask for a look now
    INSPECT = "inspect"  # judge what only a person can: checklist, content suspects
    HANDLE = "handle"  # acknowledge, silence, exempt, decide, send orders
    BULLETIN = "bulletin"  # edit, freeze, correct a bulletin
    CATALOGUE = "catalogue"  # change units, columns, accounts, contacts
    HEALTH = "health"  # nights, probes, outbox, disk
    USERS = "users"  # accounts and tokens of others
    AUDIT = "audit"  # read the record


@dataclass(frozen=True, slots=True)
class RoleTraits:
    """All that is known of a role: ``title`` on screens, what it ``may`` ask for, the name of its
    account in the sample district."""

    title: str
    may: frozenset[Permission]
    sample: str


P = Permission
ROLES: Mapping[Role, RoleTraits] = {
    Role.ADMINISTRATOR: RoleTraits("管理员", frozenset(P) - {P.OWN}, "guanli"),
    Role.OFFICE: RoleTraits(
        "经办人",
        frozenset({P.DISTRICT, P.RECHECK, P.INSPECT, P.HANDLE, P.BULLETIN, P.CATALOGUE, P.HEALTH}),
        "jingban",
    ),
    Role.INSPECTOR: RoleTraits("检查员", frozenset({P.DISTRICT, P.RECHECK, P.INSPECT}), "jiancha"),
    Role.LEADER: RoleTraits("领导", frozenset({P.DISTRICT}), "lingdao"),
    Role.AUDITOR: RoleTraits("审计员", frozenset({P.DISTRICT, P.HEALTH, P.AUDIT}), "shenji"),
    Role.UNIT: RoleTraits("单位联系人", frozenset({P.OWN}), "danwei"),
}
"""A role more is a name above and its line here; no list elsewhere repeats it."""
ROLE_NAMES: Mapping[Role, str] = {role: of.title for role, of in ROLES.items()}
MAY: Mapping[Role, frozenset[Permission]] = {role: of.may for role, of in ROLES.items()}


def may(role: Role, permission: Permission) -> bool:
    """Whether ``role`` has ``permission``."""
    return permission in MAY[role]
