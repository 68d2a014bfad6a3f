"""Proof is preserved: what a look kept is put on the record by its hash, and photographed where the
office wants it."""

from __future__ import annotations

import logging
from collections.abc import Collection

from crawler.clock import Clock
from monitor.office import Office
from monitor.record.chain import Entry, append
from monitor.rectify.proof import record_copies

log = logging.getLogger(__name__)

SHOT = "page_shot"


def preserve(office: Office, clock: Clock, outlets: Collection[str]) -> None:
    """After a look at ``outlets`` that kept their pages: the record of the copies, and their
    pictures."""
    with office.engine.begin() as connection:
        record_copies(connection, clock())
    if not office.settings.monitor.proof.screenshots or not outlets:
        return
    from crawler.checking.photographs import (
        photograph,  # a browser and all: only where it is wanted
    )

    try:
        taken = photograph(office.engine, office.reader, office.settings.crawl, clock, outlets)
    except Exception:  # a picture is never worth a night
        log.exception("no pictures of %d pages", len(outlets))
        return
    entries = [
        Entry(SHOT, f"page_copy:{copy}", data={"sha256": hash})
        for copy, hash in sorted(taken.items())
    ]
    with office.engine.begin() as connection:
        append(connection, clock(), entries)
