"""Every module that declares tables, of both packages: who needs all tables (migrations, tests) imports this one."""

from __future__ import annotations

from types import ModuleType

from sqlalchemy import MetaData

import crawler.attestations
import crawler.content_store
import crawler.copies
import crawler.proof_store
import crawler.store
import crawler.unit_contacts
import monitor.access.tables
import monitor.acks
import monitor.appeals
import monitor.audit
import monitor.diary
import monitor.ledger
import monitor.orders
import monitor.outbox
import monitor.probes
import monitor.rechecks
import monitor.replies
import monitor.standing
import monitor.unit_rhythm

HOMES: tuple[ModuleType, ...] = (
    crawler.attestations,
    crawler.content_store,
    crawler.copies,
    crawler.proof_store,
    crawler.store,
    crawler.unit_contacts,
    monitor.acks,
    monitor.appeals,
    monitor.audit,
    monitor.diary,
    monitor.ledger,
    monitor.orders,
    monitor.outbox,
    monitor.probes,
    monitor.rechecks,
    monitor.replies,
    monitor.standing,
    monitor.unit_rhythm,
    monitor.access.tables,
)
METADATA: MetaData = crawler.store.Base.metadata
