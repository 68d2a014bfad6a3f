"""Every module that declares tables, of both packages: who needs all tables (migrations, tests)
imports this one."""

from __future__ import annotations

from types import ModuleType

from sqlalchemy import MetaData

import crawler.register.unit_contacts
import crawler.store.content_tables
import crawler.store.proof_tables
import crawler.store.tables
import crawler.walking.attestations
import crawler.walking.copies
import monitor.access.tables
import monitor.entries.tables
import monitor.facts.probes
import monitor.findings.standing
import monitor.judging.unit_rhythm
import monitor.letters.outbox
import monitor.night.diary
import monitor.record.chain
import monitor.record.tables
import monitor.rectify.acks
import monitor.rectify.appeals
import monitor.rectify.orders
import monitor.rectify.rechecks
import monitor.rectify.replies

HOMES: tuple[ModuleType, ...] = (
    crawler.walking.attestations,
    crawler.store.content_tables,
    crawler.walking.copies,
    crawler.store.proof_tables,
    crawler.store.tables,
    crawler.register.unit_contacts,
    monitor.rectify.acks,
    monitor.rectify.appeals,
    monitor.record.chain,
    monitor.night.diary,
    monitor.entries.tables,
    monitor.record.tables,
    monitor.rectify.orders,
    monitor.letters.outbox,
    monitor.facts.probes,
    monitor.rectify.rechecks,
    monitor.rectify.replies,
    monitor.findings.standing,
    monitor.judging.unit_rhythm,
    monitor.access.tables,
)
METADATA: MetaData = crawler.store.tables.Base.metadata
