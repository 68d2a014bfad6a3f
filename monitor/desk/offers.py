"""A clerk takes a column's data address, refuses it, or gives it back: with person and reason, on
the record, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, select

from crawler.model import Deed
from crawler.register.enter import move
from crawler.store.tables import OutletRow
from crawler.walking.address_store import column_at
from crawler.walking.offers import REFUSED, TAKEN, Offer
from crawler.walking.offers.store import close, give_back, offers
from monitor.desk.column_words import WordRefused
from monitor.record.chain import Entry, append

OUTLET = OutletRow.__table__.c
LONGEST = 400
FOUND = "已对照网页和数据，是本栏目的信息"
"""The reason of a click on what is offered."""
CHANGED = "这个数据地址在您查看之后变了，或已有人处理，请看清现在的再定"


def waiting(connection: Connection, column: str, number: int | None = None) -> Offer:
    """The data address that waits for a person; ``number`` names the very one that was looked at.
    Raises :class:`WordRefused`."""
    found = offers(connection, [column]).get(column)
    if found is None or not found.url or (number is not None and found.id != number):
        raise WordRefused(CHANGED if number is not None else f"栏目 {column} 没有待采用的数据地址")
    return found


def take(connection: Connection, column: str, *, deed: Deed, number: int | None = None) -> Offer:
    """The column's address is its data's from now on; the next night reads it there. Raises
    :class:`WordRefused`."""
    offer = waiting(connection, column, number)
    _signed(deed.by, deed.words)
    query = select(OUTLET.url, OUTLET.render).where(
        OUTLET.id == column, OUTLET.retired_at.is_(None)
    )
    here = connection.execute(query).first()
    if here is None or here.url != offer.page:
        raise WordRefused(CHANGED)
    other = column_at(connection, offer.url, column)
    if other:
        raise WordRefused(f"这个地址已是栏目 {other} 的网址，同一网址只登记一个栏目")
    said = deed.words.strip()[:LONGEST]
    close(connection, offer, TAKEN, Deed(deed.by, deed.now, said), render=here.render)
    move(connection, column, offer.url, "plain", deed.now)
    _record(connection, deed, "data_adopted", column, (offer.page, offer.url))
    return offer


def refuse(connection: Connection, column: str, *, deed: Deed, number: int | None = None) -> Offer:
    """This address is never offered again for the column. Raises :class:`WordRefused`."""
    offer = waiting(connection, column, number)
    _signed(deed.by, deed.words)
    close(connection, offer, REFUSED, Deed(deed.by, deed.now, deed.words.strip()[:LONGEST]))
    _record(connection, deed, "data_refused", column, (offer.url, "排除"))
    return offer


def back(connection: Connection, column: str, *, deed: Deed) -> Offer:
    """The column is read at its page again. Raises :class:`WordRefused` where no data address was
    taken."""
    _signed(deed.by, deed.words)
    offer = give_back(connection, column)
    here = connection.execute(select(OUTLET.url).where(OUTLET.id == column)).scalar()
    if offer is None or here != offer.url:
        raise WordRefused(f"栏目 {column} 没有采用过数据地址，或网址已另改")
    move(connection, column, offer.page, offer.render, deed.now)
    _record(connection, deed, "data_given_back", column, (offer.url, offer.page))
    return offer


def _signed(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise WordRefused("请写明理由和经办人")


def _record(
    connection: Connection, deed: Deed, what: str, column: str, change: tuple[str, str]
) -> None:
    """``change``: what stood before, what stands now."""
    told = {"before": change[0], "after": change[1], "reason": deed.words.strip()[:LONGEST]}
    append(connection, deed.now, [Entry(what, f"outlet:{column}", deed.by, told)])
