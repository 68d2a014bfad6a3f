"""Whether the kept pages are still those that the record took: bytes, address and moment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from crawler.model import utc
from crawler.walking.copies import PageCopy, copies_by_number
from monitor.record.chain import AuditRow
from monitor.rectify.proof import KEPT

BATCH = 50
"""Copies that are held at once: a body has up to 5 MB."""


def kept_fault(connection: Connection) -> str:
    """What is wrong with the first kept page that is not as the record says, in one sentence; empty:
    nothing is.

    A copy whose time is over is dropped without a word, so one that is gone is no fault here.
    """
    for told in _told(connection):
        for page in copies_by_number(connection, told):
            if fault := _fault(page, told[page.id]):
                return (
                    f"网页存档第 {page.id} 份（{page.outlet}）{fault}，不能作为依据：请从备份恢复"
                )
    return ""


def _fault(page: PageCopy, told: Mapping[str, str]) -> str:
    if page.hash != told["sha256"] or not page.sound:
        return "的内容与留痕所记的校验值不符，被换过或已损坏"
    if page.final_url != told["url"] or utc(page.moment).isoformat() != told["seen"]:
        return "的网址或时间与留痕所记不符，被改动过"
    return ""


def _told(connection: Connection) -> Iterator[Mapping[int, Mapping[str, str]]]:
    """What the record says of the kept pages, by their numbers."""
    query = select(AuditRow.subject, AuditRow.data).where(AuditRow.what == KEPT)
    rows = connection.execute(query.order_by(AuditRow.seq)).all()
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        yield {int(row.subject.partition(":")[2]): json.loads(row.data) for row in some}
