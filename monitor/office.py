"""What every job needs, opened once: the configuration read strictly, the store at its newest
form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url, select

from crawler.clock import clock
from crawler.config import BadConfig, CrawlConfig, crawl_config, load_yaml, store_url
from crawler.model import Outlet, shanghai_day
from crawler.register.account_cards import CONFIG
from crawler.register.catalogue import Catalogue, read_catalogue
from crawler.register.enter import Diff, sync
from crawler.store.migrate import UnfitStore, migrate, must_be_newest, stored_revision
from crawler.store.rows import outlet_of
from crawler.store.soundness import Depth, sound_sentence
from crawler.store.tables import DutyRow, OutletRow, SiteRow, UnitRow, open_store
from crawler.system.config_words import in_chinese
from monitor.config import MonitorConfig, monitor_config
from monitor.counting.asked import USUAL, CountBasis, Stretch
from monitor.counting.counts import outlets_of, unit_month_counts
from monitor.counting.word import keep_config
from monitor.entries.decided import decisions, in_force
from monitor.entries.exports import Places
from monitor.entries.forms import DECISIONS
from monitor.entries.takeover import take_over
from monitor.findings.standing import follow
from monitor.model import Count
from monitor.record.chain import SYSTEM, Entry, append

UNIT_TOLD = ("short", "full", "group_name", "aliases", "quota", "emails")
SITE_TOLD = ("name", "home", "hosts")
OUTLET_TOLD = ("name", "url", "path", "cls", "state", "purpose")


@dataclass(frozen=True, slots=True)
class Settings:
    """config.yaml, read and found good."""

    path: Path
    store: str
    crawl: CrawlConfig
    monitor: MonitorConfig
    catalogue: Catalogue

    @property
    def folder(self) -> Path:
        """What lies beside the store: attachments, the key of signed links. For a server, ``var``
        beside config.yaml."""
        if self.store.startswith("sqlite:///"):
            return Path(self.store.removeprefix("sqlite:///")).parent
        return self.path.parent / "var"

    @property
    def book(self) -> Path:
        """The book of letters that left, beside the store and never put back with it."""
        return self.folder / "letters.ledger"

    @property
    def places(self) -> Places:
        """Where what people enter is exported to, beside config.yaml unless the archive's setting
        is absolute."""
        home = self.path.parent
        return Places(home / DECISIONS, home / self.monitor.bulletin.archive)


@dataclass(frozen=True, slots=True)
class Office:
    """Settings with their open store. ``engine`` writes, ``reader`` only reads."""

    settings: Settings
    engine: Engine
    reader: Engine


def read_settings(path: Path) -> Settings:
    """config.yaml as a whole. Raises ``BadConfig``: its first fault in Chinese, with line and
    place."""
    try:
        return _settings(path)
    except BadConfig as error:
        raise BadConfig(in_chinese(str(error), path)) from None


def _settings(path: Path) -> Settings:
    data = load_yaml(path)
    crawl = crawl_config(data, path)
    return Settings(
        path=path.resolve(),
        store=store_url(data, path),
        crawl=crawl,
        monitor=monitor_config(data, path),
        catalogue=read_catalogue(data, path, crawl),
    )


@contextmanager
def open_office(path: Path, *, looking: bool = False) -> Iterator[Office]:
    """Settings and store for one command; the store is made or brought to its newest form first.

    What the version before kept in files is taken over by the first opening, see
    :mod:`monitor.entries.takeover`. ``looking``: a store of an earlier release is refused, not
    brought forward. Raises ``UnfitStore`` for a store that cannot be worked with, and for one that
    is gone while what belongs to it is there.
    """
    settings = read_settings(path)
    _must_not_be_lost(settings)
    engine, reader = open_store(settings.store), open_store(settings.store, readonly=True)
    try:
        if looking:
            must_be_newest(engine)
        migrate(engine)
        take_over(engine, settings.places, partial(_units, settings), clock())
        yield Office(settings, engine, reader)
    finally:
        engine.dispose()
        reader.dispose()


def remains(settings: Settings) -> tuple[str, ...]:
    """What shows that there was a store: keys and attachments beside it, frozen bulletins."""
    folder = settings.folder
    beside = [folder / name for name in ("web.key", "links.key", settings.book.name)]
    found = [path for path in beside if path.exists()]
    found += [kept for kept in (folder / "files",) if kept.is_dir() and any(kept.iterdir())]
    found += sorted(settings.places.archive.glob("*.sha256"))[:1]
    return tuple(str(path) for path in found)


def must_be_sound(settings: Settings, depth: Depth, seconds: float) -> None:
    """Raises ``UnfitStore`` for a store with a damaged page: what it says is not to be trusted."""
    if fault := sound_sentence(settings.store, depth, seconds):
        raise UnfitStore(fault)


def _must_not_be_lost(settings: Settings) -> None:
    """A store that is gone or empty is made anew only where nothing tells that there was one."""
    if not (left := remains(settings)) or not _is_gone(settings.store):
        return
    raise UnfitStore(
        f"数据库 {shown_store(settings.store)} 不见了或是空的，而 {'、'.join(left)} 还在：不另建新库。"
        "请检查 config.yaml 的 store，或从备份恢复；确要从头开始，先把它们移走"
    )


def shown_store(url: str) -> str:
    """The store's address for a person: no password."""
    return make_url(url).render_as_string(hide_password=True).removeprefix("sqlite:///")


def _is_gone(url: str) -> bool:
    if url.startswith("sqlite:///"):
        # Not asked of SQLite: opening it would make the file.
        store = Path(url.removeprefix("sqlite:///"))
        return not store.exists() or not store.stat().st_size
    engine = open_store(url, readonly=True)
    try:
        return stored_revision(engine) is None
    finally:
        engine.dispose()


def enter_catalogue(office: Office, now: datetime, *, by: str = SYSTEM) -> Diff:
    """Make the store's catalogue equal to config.yaml's; what changed is on the record with before
    and after."""
    with office.engine.begin() as connection:
        before = _told(connection)
        diff = sync(connection, office.settings.catalogue, now)
        keep_config(connection, office.settings.catalogue, now)
        follow(connection, now)
        if diff != Diff():
            after = _told(connection)
            moved = {name: before.get(name) for name in (*diff.changed, *diff.retired)}
            data = asdict(diff) | {
                "before": moved,
                "after": {name: after.get(name) for name in moved},
            }
            append(connection, now, [Entry("catalogue", "config.yaml", by, data)])
    return diff


def _told(connection: Connection) -> dict[str, dict[str, object]]:
    """What the record says of each entry of the catalogue: its name, where it stands, who answers
    for it."""
    duties: dict[str, list[str]] = defaultdict(list)
    query = select(DutyRow.outlet_id, DutyRow.unit_id).where(DutyRow.until.is_(None))
    for row in connection.execute(query.order_by(DutyRow.outlet_id, DutyRow.position)):
        duties[row.outlet_id].append(row.unit_id)
    found: dict[str, dict[str, object]] = {}
    names = (
        ("unit", UnitRow, UNIT_TOLD),
        ("site", SiteRow, SITE_TOLD),
        ("outlet", OutletRow, OUTLET_TOLD),
    )
    for kind, table, told in names:
        columns = [getattr(table, name) for name in ("id", "retired_at", *told)]
        for one in connection.execute(select(*columns)).mappings():
            said = {name: one[name] for name in told} | {"retired": one["retired_at"] is not None}
            found[f"{kind}:{one['id']}"] = said | (
                {"units": duties[one["id"]]} if kind == "outlet" else {}
            )
    return found


def outlets_now(office: Office, moment: datetime) -> list[Outlet]:
    """Every outlet in use with who answers for it then: config.yaml's in its order, then those of
    the workbooks by id."""
    places = {outlet.id: number for number, outlet in enumerate(office.settings.catalogue.outlets)}
    with office.reader.connect() as connection:
        found = outlets_of(connection, shanghai_day(moment))
    return sorted(found, key=lambda o: (places.get(o.id, len(places)), o.id))


def of_workbooks(office: Office) -> list[Outlet]:
    """The outlets in use that a workbook brought and config.yaml does not name, without who answers
    for them."""
    query = select(OutletRow.__table__).where(
        OutletRow.retired_at.is_(None), OutletRow.kept_in != CONFIG
    )
    named = {outlet.id for outlet in office.settings.catalogue.outlets}
    with office.reader.connect() as connection:
        rows = connection.execute(query.order_by(OutletRow.id)).mappings().all()
    return [outlet_of(row) for row in rows if row["id"] not in named]


def known_units(office: Office) -> frozenset[str]:
    """The ids of every unit that is or was in the catalogue: what a decision may name."""
    with office.reader.connect() as connection:
        return _units(office.settings, connection)


def _units(settings: Settings, connection: Connection) -> frozenset[str]:
    stored = connection.execute(select(UnitRow.id)).scalars().all()
    return frozenset(stored) | {unit.id for unit in settings.catalogue.units}


def decisions_of(office: Office) -> Mapping[str, str | None]:
    """The decisions in force. Raises ``BadConfig`` while a file of the version before is broken."""
    with office.reader.connect() as connection:
        return in_force(decisions(connection))


def counter(
    office: Office,
) -> Callable[[Connection, date, date, datetime], Mapping[tuple[str, str], Count]]:
    """:func:`count_until` under the decisions and the rule of counting of this office."""
    rule = office.settings.monitor.counting
    return partial(count_until, basis=CountBasis(decisions=decisions_of(office), rule=rule))


def count_until(
    connection: Connection, start: date, end: date, as_of: datetime, *, basis: CountBasis = USUAL
) -> Mapping[tuple[str, str], Count]:
    """Units' posts per month from ``start`` up to, not with, ``end``: what the rules ask for."""
    last = end - timedelta(days=1)
    return unit_month_counts(
        connection,
        Stretch(start, last, as_of),
        basis=CountBasis(decisions=basis.decisions, rule=basis.rule),
    )
