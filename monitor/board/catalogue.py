"""What the catalogue holds, in numbers, by where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.model import OutletKind
from crawler.store.tables import OutletRow, SiteRow, UnitRow
from monitor.board.accounts import open_candidates
from monitor.record.chain import AuditRow


@dataclass(frozen=True, slots=True)
class Holdings:
    """``kept`` counts outlets in use by kind and home; ``candidates`` wait for a person's word."""

    units: int
    sites: tuple[tuple[str, str], ...]
    kept: dict[tuple[str, str], int]
    without_address: int
    candidates: int

    def total(self, kind: str) -> int:
        """Outlets of ``kind`` in use."""
        return sum(n for (of, _), n in self.kept.items() if of == kind)


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the record about the catalogue."""

    moment: datetime
    who: str
    what: str
    subject: str


def holdings(connection: Connection) -> Holdings:
    """What is in use now."""
    in_use = OutletRow.retired_at.is_(None)
    kept = select(OutletRow.kind, OutletRow.kept_in, func.count()).where(in_use)
    blind = select(func.count()).where(
        in_use, OutletRow.kind == OutletKind.COLUMN.value, OutletRow.url.is_(None)
    )
    units = select(func.count()).select_from(UnitRow).where(UnitRow.retired_at.is_(None))
    sites = (
        select(SiteRow.name, SiteRow.home).where(SiteRow.retired_at.is_(None)).order_by(SiteRow.id)
    )
    return Holdings(
        int(connection.execute(units).scalar_one()),
        tuple((row.name, row.home) for row in connection.execute(sites)),
        {
            (kind, home): n
            for kind, home, n in connection.execute(
                kept.group_by(OutletRow.kind, OutletRow.kept_in)
            )
        },
        int(connection.execute(blind).scalar_one()),
        open_candidates(connection),
    )


WORDS = {
    "column": "栏目", "account": "账号", "import": "账号调查表", "contacts": "通讯录", "account_state": "账号状态",
    "catalogue": "config.yaml", "attestation": "人工登记", "attestation_withdrawn": "撤回人工登记",
    "account_candidate": "未登记账号核实",
}  # fmt: skip


def lately(connection: Connection, limit: int = 12) -> tuple[Entered, ...]:
    """The newest entries of the record about the catalogue, among the last thousand of all."""
    last = connection.execute(select(func.max(AuditRow.seq))).scalar() or 0
    query = (
        select(AuditRow.moment, AuditRow.who, AuditRow.what, AuditRow.subject)
        .where(AuditRow.seq > last - 1000, AuditRow.what.in_(list(WORDS)))
        .order_by(AuditRow.seq.desc())
        .limit(limit)
    )
    return tuple(
        Entered(r.moment, r.who, WORDS[r.what], r.subject) for r in connection.execute(query)
    )
