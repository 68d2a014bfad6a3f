"""Crosschecks in the store, and what the store knows that one needs: whose folders, which posts,
which home page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select

from crawler.crosscheck.model import Crosscheck, Deposition, SilentColumn, Where, Witness
from crawler.crosscheck.own import Own, folder_of, folders_of
from crawler.model import OutletKind, utc
from crawler.store.proof_tables import CrosscheckRow
from crawler.store.tables import OutletRow, PostRow, SiteRow

ROW = CrosscheckRow.__table__.c
POSTS, CHUNK = 60, 300
LONGEST_URL, LONGEST_TITLE = 800, 200
TWINS = (("http://", "https://"), ("https://", "http://"))


def keep(connection: Connection, checks: Iterable[Crosscheck]) -> None:
    """Write crosschecks, in the caller's transaction."""
    rows = [
        {
            "outlet_id": one.outlet,
            "moment": utc(one.moment),
            "newest": one.newest,
            "looked": [_values(page) for page in one.looked],
        }
        for one in checks
    ]
    if rows:
        connection.execute(insert(CrosscheckRow), rows)


def crosschecks(
    connection: Connection, since: datetime, until: datetime, outlets: Collection[str] | None = None
) -> dict[str, tuple[Crosscheck, ...]]:
    """The crosschecks after ``since`` up to ``until`` by outlet, the newest first; of ``outlets``
    alone where given."""
    query = select(CrosscheckRow.__table__).where(ROW.moment > utc(since), ROW.moment <= utc(until))
    if outlets is not None:
        query = query.where(ROW.outlet_id.in_(sorted(outlets)))
    found: dict[str, list[Crosscheck]] = {}
    for row in connection.execute(query.order_by(ROW.moment.desc(), ROW.id.desc())):
        looked = tuple(_checked(one) for one in row.looked)
        found.setdefault(row.outlet_id, []).append(
            Crosscheck(row.outlet_id, row.moment, row.newest, looked)
        )
    return {outlet: tuple(checks) for outlet, checks in found.items()}


def last_of(
    connection: Connection, outlets: Collection[str], until: datetime
) -> dict[str, Crosscheck]:
    """The last crosscheck of each of ``outlets`` up to ``until``, however long ago."""
    newest = (
        select(func.max(ROW.id)).where(ROW.outlet_id.in_(sorted(outlets)), ROW.moment <= utc(until))
    ).group_by(ROW.outlet_id)
    rows = connection.execute(select(CrosscheckRow.__table__).where(ROW.id.in_(newest)))
    return {
        row.outlet_id: Crosscheck(
            row.outlet_id, row.moment, row.newest, tuple(_checked(one) for one in row.looked)
        )
        for row in rows
    }


def _values(one: Witness) -> dict[str, str]:
    return {
        "where": one.where.value,
        "url": _clean(one.url[:LONGEST_URL]),
        "moment": utc(one.moment).isoformat(),
        "found": one.found.value,
        "reason": one.reason[:100],
        "title": _clean(one.title[:LONGEST_TITLE]),
        "day": one.day.isoformat() if one.day else "",
    }


def _clean(text: str) -> str:
    """Crawled text that both databases take."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _checked(values: Mapping[str, str]) -> Witness:
    return Witness(
        Where(values["where"]),
        values["url"],
        datetime.fromisoformat(values["moment"]),
        Deposition(values["found"]),
        values["reason"],
        values["title"],
        date.fromisoformat(values["day"]) if values["day"] else None,
    )


@dataclass(frozen=True, slots=True)
class SitePages:
    """A site's home page, and the addresses of its columns."""

    home: str
    columns: tuple[str, ...]


def sites_of(connection: Connection, suspects: Iterable[SilentColumn]) -> dict[str, SitePages]:
    """The sites of the suspects by id."""
    wanted = sorted({one.outlet.site for one in suspects})
    homes = select(SiteRow.id, SiteRow.home).where(
        SiteRow.id.in_(wanted), SiteRow.retired_at.is_(None)
    )
    columns: dict[str, list[str]] = {}
    query = select(OutletRow.site_id, OutletRow.url).where(
        OutletRow.site_id.in_(wanted),
        OutletRow.kind == OutletKind.COLUMN.value,
        OutletRow.url.is_not(None),
    )
    for site, url in connection.execute(query.where(OutletRow.retired_at.is_(None))):
        columns.setdefault(site, []).append(str(url))
    return {
        row.id: SitePages(row.home, tuple(columns.get(row.id, ())))
        for row in connection.execute(homes)
    }


def own_of(connection: Connection, suspect: SilentColumn, columns: Sequence[str]) -> Own:
    """What tells the suspect's posts: its folders that no other column's page or posts share."""
    outlet = suspect.outlet
    query = select(PostRow.url).where(PostRow.outlet_id == outlet.id).order_by(PostRow.id.desc())
    urls = list(connection.execute(query.limit(POSTS)).scalars())
    posts = [one for one in folders_of(urls) if not _shared(connection, outlet.id, one, urls)]
    page = folder_of(outlet.url or "")
    pages = [folder_of(url) for url in columns if url != outlet.url]
    if page and (page in pages or _shared(connection, outlet.id, page, [outlet.url or ""])):
        page = ""
    return Own(outlet.name, page, tuple(posts))


def _shared(connection: Connection, outlet: str, folder: str, urls: Sequence[str]) -> bool:
    """Whether posts of others stand in the folder, at the scheme and host under which ``urls`` name
    it."""
    heads = {url[: url.find("/", url.find("//") + 2)] for url in urls}
    path = folder[folder.find("/") :]
    spans = [f"{head}{path}" for head in sorted(heads)]
    query = select(PostRow.id).where(
        PostRow.outlet_id != outlet,
        or_(*(and_(PostRow.url >= span, PostRow.url < span + "\U0010ffff") for span in spans)),
    )
    return connection.execute(query.limit(1)).first() is not None


def undated_rows(connection: Connection, outlet: str, most: int) -> list[tuple[str, str]]:
    """Address and title of the outlet's posts without a believed day, those that came last first,
    in page order."""
    query = select(PostRow.url, PostRow.title).where(
        PostRow.outlet_id == outlet, PostRow.published.is_(None)
    )
    rows = connection.execute(query.order_by(PostRow.first_seen.desc(), PostRow.id).limit(most))
    return [(row.url, row.title) for row in rows if row.url.startswith(("http://", "https://"))]


def known_posts(
    connection: Connection, outlet: str, urls: Iterable[str]
) -> dict[str, tuple[bool, date | None]]:
    """Those of ``urls`` that are stored posts: whether one of ``outlet``, and the newest day they
    bear there."""
    wanted: dict[str, str] = {}
    for url in urls:
        if len(url) <= LONGEST_URL:
            wanted[url] = url
            wanted |= {new + url[len(old) :]: url for old, new in TWINS if url.startswith(old)}
    found: dict[str, tuple[bool, date | None]] = {}
    every = sorted(wanted)
    for start in range(0, len(every), CHUNK):
        query = select(PostRow.outlet_id, PostRow.url, PostRow.published)
        for row in connection.execute(query.where(PostRow.url.in_(every[start : start + CHUNK]))):
            _fold(found, wanted[row.url], row, outlet)
    return found


def _fold(found: dict[str, tuple[bool, date | None]], url: str, row: Any, outlet: str) -> None:
    mine = row.outlet_id == outlet
    known = found.get(url)
    if known is None or (mine and not known[0]):
        found[url] = (mine, row.published)
