"""Roles and what each may do, as one table. A route names the permission it needs; nothing else
decides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """Who somebody is in the office."""

    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    INSPECTOR = "inspector"
    UNIT = "unit"
    LEADER = "leader"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.ADMINISTRATOR: "管理员",
    Role.OFFICE: "经办人",
    Role.INSPECTOR: "检查员",
    Role.UNIT: "单位联系人",
    Role.LEADER: "领导",
    Role.AUDITOR: "审计员",
}


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


P, R = Permission, Role
MAY: Mapping[Role, frozenset[Permission]] = {
    R.ADMINISTRATOR: frozenset(P) - {P.OWN},
    R.OFFICE: frozenset(
        {P.DISTRICT, P.RECHECK, P.INSPECT, P.HANDLE, P.BULLETIN, P.CATALOGUE, P.HEALTH}
    ),
    R.INSPECTOR: frozenset({P.DISTRICT, P.RECHECK, P.INSPECT}),
    R.UNIT: frozenset({P.OWN}),
    R.LEADER: frozenset({P.DISTRICT}),
    R.AUDITOR: frozenset({P.DISTRICT, P.HEALTH, P.AUDIT}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether ``role`` has ``permission``."""
    return permission in MAY[role]
