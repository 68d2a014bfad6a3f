"""附件4 政务新媒体情况调查表 for whoever keeps the register, at a desk or on a page: read, propose, enter."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from crawler.register.account_import import AccountChange, AccountProposal, apply, propose
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.reading import read_workbook
from crawler.register.survey import read_survey
from crawler.register.survey_rows import Survey
from monitor.desk.naming import office_units
from monitor.findings.standing import follow
from monitor.record.chain import Entry, append


def read(path: Path) -> Survey:
    """The workbook at ``path``. Raises :class:`BadWorkbook`, one sentence with the file's name."""
    survey = read_survey(read_workbook(path))
    if not survey.forms:
        raise BadWorkbook(
            f"{path.name}：没有一张工作表是附件4（表头应有“平台类型”“账号名称”等栏），请用导出的附件4空表填写"
        )
    if not survey.rows and not survey.faults:
        raise BadWorkbook(f"{path.name}：表里没有填写任何账号")
    return survey


def proposed(connection: Connection, survey: Survey, now: datetime) -> AccountProposal:
    """What ``survey`` would change; reads only."""
    return propose(connection, survey, now, office_units(connection, now))


def enter(
    connection: Connection, proposal: AccountProposal, now: datetime, *, by: str, proof: str
) -> None:
    """Write ``proposal`` whole, on the record with before and after of each account.

    Raises ``ValueError`` where it has faults.
    """
    apply(connection, proposal, now, proof)
    moved = [change for change in proposal.changes if not change.same]
    entries = [
        Entry("account", f"outlet:{one.id}", by, {**_told(one), "proof": proof}) for one in moved
    ]
    summary = {"proof": proof, "added": len(proposal.added), "changed": len(proposal.changed)}
    append(connection, now, [Entry("import", "accounts", by, summary), *entries])
    follow(connection, now)


def _told(change: AccountChange) -> dict[str, Any]:
    if change.new:
        return {"before": None, "after": {"name": change.row.name}}
    return {
        "before": {name: before for name, before, _ in change.fields},
        "after": {name: after for name, _, after in change.fields},
    }
