"""Data addresses of columns whose page shows no list, gathered for the rules and the screen; what
newer post they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from crawler.crosscheck.model import Deposition, Where, Witness
from crawler.walking.offers import Offer
from crawler.walking.offers.store import offers
from monitor.looks.column_words import ColumnWord, words_of
from monitor.looks.crosscheck_rows import as_row
from monitor.model import OutletFacts

FEW = 400
"""As many columns are asked for by name; for more all offers are read."""


def offer_for(connection: Connection, outlet: str) -> Offer | None:
    """What was found for one column and waits for a person now; also a search that found nothing
    that fits."""
    return offers(connection, [outlet]).get(outlet)


def with_offers(
    connection: Connection, outlets: tuple[OutletFacts, ...], as_of: datetime
) -> tuple[OutletFacts, ...]:
    """``outlets`` with what was offered for them at ``as_of``.

    A newer post that the data shows stands beside the list: it may take an accusation back, and
    makes none.
    """
    names = [of.outlet.id for of in outlets] if len(outlets) <= FEW else None
    found = {name: one for name, one in offers(connection, names, as_of).items() if one.url}
    words = words_of(connection, found, as_of) if found else {}
    return tuple(_with(of, found.get(of.outlet.id), words) for of in outlets)


def _with(
    of: OutletFacts, offer: Offer | None, words: Mapping[str, tuple[ColumnWord, ...]]
) -> OutletFacts:
    if offer is None or of.outlet.url != offer.page:
        return of
    newer = newer_of(offer, of)
    if newer is None or any(word.dismisses(as_row(newer)) for word in words.get(of.outlet.id, ())):
        return replace(of, offered=offer)
    return replace(of, offered=offer, elsewhere=(*of.elsewhere, newer))


def newer_of(offer: Offer, of: OutletFacts) -> Witness | None:
    """The newest post of the data, where it is newer than all that the column's page ever
    showed."""
    day = offer.after.newest if offer.after is not None else None
    known = of.newest.day if of.newest is not None else None
    if offer.after is None or day is None or (known is not None and day <= known):
        return None
    row = next((row for row in offer.after.rows if row.day == day), None)
    title, url = (row.title, row.url or offer.url) if row is not None else ("", offer.url)
    return Witness(Where.DATA, url, offer.last_seen, Deposition.NEWER, "", title, day)
