"""The visits to home pages as rows, kept for a year, and what a week of them says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from statistics import median

from sqlalchemy import Connection, Float, ForeignKey, Index, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base, SiteRow
from crawler.walking.hosts import host_key
from monitor.model import SECONDS, Probed, SiteWeek

KEPT = timedelta(days=366)
WEEK = timedelta(days=7)
CONFIRMED = 2
"""So many visits in a row must fail before a site is called down now."""
TOGETHER = timedelta(minutes=10)
"""Sites that fail within so much of each other fail for a reason that they share: our line, our
resolver, our clock."""


class ProbeRow(Base):
    """One visit. ``confirms`` marks one that does not count: the second visit made minutes after a
    failed one, or one that only asked for the time. ``ahead`` = seconds that our clock was ahead of
    the server's.
    """

    __tablename__ = "probe"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    moment: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(12))
    confirms: Mapped[bool] = mapped_column(default=False)
    seconds: Mapped[float]
    dns: Mapped[float | None] = mapped_column(Float)
    tcp: Mapped[float | None] = mapped_column(Float)
    tls: Mapped[float | None] = mapped_column(Float)
    first: Mapped[float | None] = mapped_column(Float)
    status: Mapped[int]
    error: Mapped[str] = mapped_column(String(40))
    host: Mapped[str] = mapped_column(String(255))
    certificate_until: Mapped[date | None]
    ahead: Mapped[float | None] = mapped_column(Float)
    __table_args__ = (Index("ix_probe_site_id_moment", "site_id", "moment"),)


def add(connection: Connection, site: str, probed: Probed, *, confirms: bool = False) -> None:
    """Keep one visit. A visit that took the limit or longer counts as closed whatever came
    after."""
    late = probed.result == "open" and probed.seconds >= SECONDS
    connection.execute(
        insert(ProbeRow).values(
            site_id=site,
            moment=probed.moment,
            result="closed" if late else probed.result,
            confirms=confirms,
            seconds=probed.seconds,
            dns=probed.dns,
            tcp=probed.tcp,
            tls=probed.tls,
            first=probed.first,
            status=probed.status,
            error="slow" if late else probed.error,
            host=probed.host,
            certificate_until=probed.certificate_until,
            ahead=probed.ahead,
        )
    )


def last_moments(connection: Connection) -> dict[str, datetime]:
    """When each site was last visited."""
    query = select(ProbeRow.site_id, func.max(ProbeRow.moment)).group_by(ProbeRow.site_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def ahead(connection: Connection) -> float | None:
    """By how many seconds our clock is ahead of the sites': the median of their last visits;
    ``None`` = none told.

    A site whose last visit failed says nothing: what it told before was about another hour, maybe
    another clock.
    """
    newest = select(func.max(ProbeRow.id)).group_by(ProbeRow.site_id)
    found = (
        connection.execute(select(ProbeRow.ahead).where(ProbeRow.id.in_(newest))).scalars().all()
    )
    told = [one for one in found if one is not None]
    return median(told) if told else None


def unconfirmed(connection: Connection, earliest: datetime, latest: datetime) -> set[str]:
    """Sites whose last visit of all failed between the two moments and was not looked at again."""
    newest = select(func.max(ProbeRow.id)).group_by(ProbeRow.site_id)
    query = select(ProbeRow.site_id).where(
        ProbeRow.id.in_(newest),
        ProbeRow.result == "closed",
        ProbeRow.confirms.is_(False),
        ProbeRow.moment >= earliest,
        ProbeRow.moment <= latest,
    )
    return set(connection.execute(query).scalars())


def weeks(connection: Connection, as_of: datetime) -> tuple[SiteWeek, ...]:
    """The week before ``as_of`` for every site that is not retired.

    A closed visit whose confirmation minutes later found the site open still counts: the rule asks
    for the share of visits. Where a failing visit turns out to be our own outage it does not, nor
    where other sites failed in the same minutes (:func:`shared`).
    """
    query = (
        select(ProbeRow)
        .where(ProbeRow.moment > as_of - WEEK, ProbeRow.moment <= as_of)
        .order_by(ProbeRow.moment)
    )
    by_site: dict[str, list[ProbeRow]] = defaultdict(list)
    for row in connection.execute(query):
        by_site[row.site_id].append(row)  # type: ignore[arg-type]
    sites = connection.execute(
        select(SiteRow.id, SiteRow.name, SiteRow.home)
        .where(SiteRow.retired_at.is_(None))
        .order_by(SiteRow.id)
    ).all()
    hosts = {site.id: host_key(site.home) for site in sites}
    ours = shared([row for rows in by_site.values() for row in rows], hosts)
    return tuple(
        _week(site.id, site.name, site.home, by_site.get(site.id, []), ours) for site in sites
    )


def shared(rows: Iterable[ProbeRow], hosts: Mapping[str, str]) -> frozenset[int]:
    """The failed visits that other hosts shared: within minutes at least one other failed, and not
    fewer failed than opened.

    Whatever the error: a broken line, resolver or proxy of ours gives time-outs, refusals and 502
    alike. One that fails alone while others open, and one that nobody else was asked beside, fail
    for themselves.
    """
    ordered = sorted((row for row in rows if row.result != "blocked"), key=lambda row: row.moment)
    found: set[int] = set()
    first = 0
    for row in ordered:
        if row.result != "closed":
            continue
        while ordered[first].moment < row.moment - TOGETHER:
            first += 1
        near = list(takewhile(lambda one: one.moment <= row.moment + TOGETHER, ordered[first:]))  # noqa: B023
        own = hosts.get(row.site_id, row.site_id)
        others = {hosts.get(one.site_id, one.site_id): one for one in near} | {own: row}
        failed = sum(one.result in ("closed", "own_outage") for one in others.values())
        if failed > 1 and failed >= len(others) - failed:
            found.add(row.id)
    return frozenset(found)


def _week(
    site: str, name: str, home: str, rows: Sequence[ProbeRow], ours: Collection[int]
) -> SiteWeek:
    planned = [row for row in rows if not row.confirms]
    excluded = _excluded(rows) | set(ours)
    counted = [row for row in planned if row.id not in excluded]
    opened = [row for row in rows if row.result == "open"]
    last = opened[-1] if opened else None
    return SiteWeek(
        site,
        name,
        home,
        len(counted),
        sum(row.result == "closed" for row in counted),
        len(planned) - len(counted),
        last.host if last else "",
        last.certificate_until if last else None,
        rows[-1].moment if rows else None,
        last.moment if last else None,
        last.error if last else "",
        _down(rows, excluded),
    )


def _down(rows: Sequence[ProbeRow], excluded: Collection[int]) -> bool:
    """Whether the newest two visits that tell anything both failed: one alone is not confirmed."""
    newest = [row.result for row in rows if row.id not in excluded][-CONFIRMED:]
    return len(newest) == CONFIRMED and set(newest) == {"closed"}


def _excluded(rows: Iterable[ProbeRow]) -> set[int]:
    """Visits that tell nothing: our own outages (found at once or at the confirmation) and
    refusals."""
    found: set[int] = set()
    before: ProbeRow | None = None
    for row in rows:
        if row.result in ("own_outage", "blocked"):
            found.add(row.id)
            if row.confirms and before is not None and row.result == "own_outage":
                found.add(before.id)
        before = row
    return found


def forget(connection: Connection, now: datetime) -> int:
    """Drop visits older than a year; returns how many."""
    return connection.execute(delete(ProbeRow).where(ProbeRow.moment < now - KEPT)).rowcount
