"""The catalogue (台账): units, sites and outlets from config.yaml, read strictly.

Every fault is a :class:`BadConfig` with its place and what is allowed; nothing is half-read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from crawler.config import BadConfig, CrawlConfig, Strict, section
from crawler.model import (
    ROLE_NAMES,
    AccountCard,
    AccountState,
    Addressee,
    ColumnClass,
    Contact,
    ContactRole,
    Manners,
    Outlet,
    OutletKind,
    Probe,
    Purpose,
    Site,
    Unit,
)
from crawler.net.guard import host_of, refusal_of
from crawler.platforms import probe_urls
from crawler.reading.media import MEDIA_NAMES, proof_urls
from crawler.register.contacts import phone_in
from crawler.walking.addresses import is_route, one_address

Id = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")


@dataclass(frozen=True, slots=True)
class Whole:
    """The office's word, given on ``day``, that the catalogue holds every place where its units
    publish."""

    reason: str
    by: str
    day: date


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is watched, who answers for it, and where it stands; ``whole`` where the office says
    that it is all."""

    units: tuple[Unit, ...]
    sites: tuple[Site, ...]
    outlets: tuple[Outlet, ...]
    cards: Mapping[str, AccountCard] = field(default_factory=dict)
    whole: Whole | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """Every host the crawl may ask."""
        return frozenset(host for site in self.sites for host in _site_hosts(site))


MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
ROLES = {name: role for role, name in ROLE_NAMES.items()}


class AddresseeEntry(Strict):
    role: ContactRole = ContactRole.CONTACT
    email: str = Field(default="", max_length=254)
    name: str = Field(default="", max_length=50)
    phone: str | int = Field(default="", repr=False)
    valid_from: date | None = None
    valid_to: date | None = None

    @field_validator("role", mode="before")
    @classmethod
    def _chinese(cls, value: Any) -> Any:
        return ROLES.get(value, value) if isinstance(value, str) else value


class UnitEntry(Strict):
    id: str = Id
    short: str = Field(min_length=1, max_length=100)
    full: str = Field(min_length=1, max_length=200)
    group: str = Field(min_length=1, max_length=100)
    aliases: tuple[str, ...] = ()
    quota: int | None = Field(default=None, ge=0, le=10_000)
    emails: tuple[str, ...] = ()
    contacts: tuple[AddresseeEntry, ...] = ()
    since: date | None = Field(
        default=None,
        description="the unit's first day, where it began while the others were watched",
    )


class WholeEntry(Strict):
    """The office's word that these columns are all places where the units publish."""

    reason: str = Field(min_length=2, max_length=400, description="how that was made sure")
    by: str = Field(min_length=1, max_length=100, description="who says so")
    day: date = Field(description="the day of the word; renew it when units join or columns leave")


class SiteEntry(Strict):
    id: str = Id
    name: str = Field(min_length=1, max_length=200)
    home: str
    code: str | None = None
    hosts: tuple[str, ...] = ()
    delay: float | None = Field(default=None, gt=0, le=600)
    concurrency: int | None = Field(default=None, ge=1, le=8)
    legacy_tls: bool = False


class ColumnEntry(Strict):
    id: str = Id
    name: str = Field(min_length=1, max_length=200)
    path: str = ""
    url: str | None = None
    cls: ColumnClass = Field(default=ColumnClass.OTHER, alias="class")
    level: int = Field(default=2, ge=1, le=9)
    units: tuple[str, ...] = ()
    floor: int = Field(default=1, ge=0, le=1000)
    render: Literal["plain", "browser"] = "plain"
    only: str = Field(default="", description="the one unit whose posts this column can hold")
    site: str | None = None
    purpose: Purpose = Purpose.NONE


class ProbeEntry(Strict):
    platform: str
    url: str | None = None
    handle: dict[str, str] = Field(default_factory=dict)


class ContactEntry(Strict):
    role: ContactRole = ContactRole.CONTACT
    name: str = Field(default="", max_length=50)
    phone: str | int = Field(default="", repr=False)  # unquoted digits are a number to YAML


class AccountEntry(Strict):
    id: str = Id
    name: str = Field(min_length=1, max_length=200)
    platform: str
    units: tuple[str, ...] = ()
    state: AccountState = AccountState.REGISTERED
    handle: dict[str, str] = Field(default_factory=dict)
    probes: tuple[ProbeEntry, ...] = ()
    site: str | None = None
    body: str = Field(default="", max_length=200)
    review: bool | None = None
    contacts: tuple[ContactEntry, ...] = ()
    dates: dict[AccountState, date] = Field(default_factory=dict)
    link: str = Field(default="", max_length=500)
    printed: str = Field(default="", max_length=100)


class CatalogueEntry(Strict):
    units: tuple[UnitEntry, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    columns: tuple[ColumnEntry, ...] = ()
    whole: WholeEntry | None = None
    accounts: tuple[AccountEntry, ...] = ()
    canaries: tuple[AccountEntry, ...] = ()


def read_catalogue(data: Mapping[str, Any], path: Path, crawl: CrawlConfig) -> Catalogue:
    """The ``catalogue`` section of a loaded config.yaml.

    Raises :class:`BadConfig` for unknown keys, classes or units, ids given twice, addresses that
    may never be fetched, and accounts or columns of an unknown site.
    """
    place = f"{path.name}: catalogue"
    entry = section(CatalogueEntry, data.get("catalogue"), place)
    _unique(place, "units", entry.units)
    _unique(place, "sites", entry.sites)
    _unique(
        place, "columns, accounts and canaries", [*entry.columns, *entry.accounts, *entry.canaries]
    )
    if not entry.sites:
        raise BadConfig(f"{place}.sites: name at least one portal with id, name and home")
    units = {unit.id for unit in entry.units}
    sites = {site.id for site in entry.sites}
    first = entry.sites[0].id
    outlets: list[Outlet] = []
    for number, column in enumerate(entry.columns):
        where = f"{place}.columns.{number} ({column.id})"
        _known(where, "units", column.units, units)
        _known(where, "units", [column.only] if column.only else [], units)
        _known(where, "site", [column.site] if column.site else [], sites)
        if column.url is not None:
            _fetchable(f"{where}.url", column.url, crawl)
            _routed(f"{where}.url", column)
        outlets.append(_column(column, first))
    _one_column_each(place, entry.columns)
    cards: dict[str, AccountCard] = {}
    watched = [("accounts", OutletKind.ACCOUNT, a) for a in entry.accounts]
    watched += [("canaries", OutletKind.CANARY, a) for a in entry.canaries]
    for number, (part, kind, account) in enumerate(watched):
        where = f"{place}.{part}.{number} ({account.id})"
        _known(where, "units", account.units, units)
        _known(where, "site", [account.site] if account.site else [], sites)
        if account.platform not in MEDIA_NAMES:
            raise BadConfig(
                f"{where}.platform: unknown platform {account.platform}; known: {', '.join(MEDIA_NAMES)}"
            )
        outlet = _account(account, first, kind)
        _probes(where, outlet, crawl)
        outlets.append(outlet)
        cards[account.id] = _card(where, account)
    for number, site in enumerate(entry.sites):
        _fetchable(f"{place}.sites.{number} ({site.id}).home", site.home, crawl)
    own = {s.id: _hosts_of(s, [o for o in outlets if o.site == s.id]) for s in entry.sites}
    return Catalogue(
        units=tuple(
            _unit(f"{place}.units.{n} ({unit.id})", unit) for n, unit in enumerate(entry.units)
        ),
        sites=tuple(_site(site, own[site.id], crawl) for site in entry.sites),
        outlets=tuple(outlets),
        cards=cards,
        whole=Whole(entry.whole.reason, entry.whole.by, entry.whole.day) if entry.whole else None,
    )


def _unique(place: str, what: str, entries: Iterable[Any]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise BadConfig(
                f"{place}: {what}: id {entry.id} is given twice; every id must be its own"
            )
        seen.add(entry.id)


def _routed(where: str, column: ColumnEntry) -> None:
    if column.render != "browser" and is_route(column.url or ""):
        raise BadConfig(
            f"{where}: {column.url} names its list behind #, which no server sees: "
            "write the list's own address, or render: browser"
        )


def _one_column_each(place: str, columns: Iterable[ColumnEntry]) -> None:
    """http and https, with or without a slash, are one address; a column that is counted twice
    counts wrongly."""
    seen: dict[str, str] = {}
    for column in columns:
        if column.url is None:
            continue
        address = one_address(column.url, rendered=column.render == "browser")
        if address in seen:
            raise BadConfig(
                f"{place}.columns: {seen[address]} and {column.id} have one address, {column.url}; keep one of them"
            )
        seen[address] = column.id


def _known(where: str, what: str, given: Iterable[str], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise BadConfig(
                f"{where}.{what}: unknown {what.rstrip('s')} {name}; add it under catalogue.{what}"
            )


def _fetchable(where: str, url: str, crawl: CrawlConfig) -> None:
    reason = refusal_of(url, [host_of(url)], allow_loopback=crawl.allow_loopback)
    shown = re.sub(r"//[^/@]*@", "//***@", url)[:80]  # a password is not repeated
    if reason == "bad_address":
        raise BadConfig(
            f"{where}: {shown} is no address to fetch; allowed: http:// or https:// and a host"
        )
    if reason:
        raise BadConfig(
            f"{where}: {shown} lies on this machine or a private network; allowed: public addresses"
        )


def _probes(where: str, outlet: Outlet, crawl: CrawlConfig) -> None:
    """Every probe's module exists, has what it needs, and asks only addresses that may be
    fetched."""
    for number, probe in enumerate(outlet.probes):
        place = f"{where}.probes.{number}"
        try:
            urls = probe_urls(outlet, probe)
        except KeyError:
            raise BadConfig(
                f"{place}.platform: there is no crawler/platforms/{probe.platform}.py"
            ) from None
        except ValueError as error:
            raise BadConfig(
                f"{place}: {error}; see docs/platforms.md for what this probe needs"
            ) from None
        for url in urls:
            _fetchable(place, url, crawl)


def _unit(where: str, entry: UnitEntry) -> Unit:
    people = tuple(
        _addressee(f"{where}.contacts.{n}", person) for n, person in enumerate(entry.contacts)
    )
    return Unit(**entry.model_dump(exclude={"contacts"}), contacts=people)


def _addressee(where: str, entry: AddresseeEntry) -> Addressee:
    if entry.email and not MAIL.fullmatch(entry.email):
        raise BadConfig(
            f"{where}.email: {entry.email[:60]!r} is not a mail address like name@example.org"
        )
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        raise BadConfig(
            f"{where}.valid_to: {entry.valid_to} lies before valid_from {entry.valid_from}"
        )
    phone = _phone(where, entry.phone)
    return Addressee(entry.role, entry.email, entry.name, phone, entry.valid_from, entry.valid_to)


def _phone(where: str, given: str | int) -> str:
    """The digits of a phone number; the sentence never repeats them: it may end in a log."""
    phone = phone_in(str(given)) if given else ""
    if phone is None:
        raise BadConfig(
            f"{where}.phone: is no Chinese phone number; write 11 digits in quotes, or 0591-1234567"
        )
    return phone


def _column(entry: ColumnEntry, first_site: str) -> Outlet:
    return Outlet(
        id=entry.id,
        kind=OutletKind.COLUMN,
        name=entry.name,
        platform="portal",
        site=entry.site or first_site,
        units=entry.units,
        url=entry.url,
        cls=entry.cls,
        path=entry.path or entry.name,
        level=entry.level,
        floor=entry.floor,
        purpose=entry.purpose,
        render=entry.render,
        only=entry.only,
    )


def _account(entry: AccountEntry, first_site: str, kind: OutletKind) -> Outlet:
    return Outlet(
        id=entry.id,
        kind=kind,
        name=entry.name,
        platform=entry.platform,
        site=entry.site or first_site,
        units=entry.units,
        state=entry.state,
        handle=entry.handle,
        probes=tuple(Probe(p.platform, p.url, p.handle) for p in entry.probes),
        floor=0,
    )


ENDS = (AccountState.CLOSED, AccountState.MERGED)


def _card(where: str, entry: AccountEntry) -> AccountCard:
    for state in ENDS:
        if state in entry.dates and entry.state is not state:
            raise BadConfig(
                f"{where}.dates.{state}: the account is {entry.state}; write state: {state} or take the date out"
            )
    contacts: list[Contact] = []
    for number, person in enumerate(entry.contacts):
        phone = _phone(f"{where}.contacts.{number}", person.phone)
        contacts.append(Contact(person.role, person.name, phone))
    return AccountCard(
        entry.body, entry.review, tuple(contacts), entry.dates, entry.link, entry.printed
    )


def _hosts_of(site: SiteEntry, outlets: Iterable[Outlet]) -> tuple[str, ...]:
    urls = [outlet.url for outlet in outlets if outlet.url]
    for outlet in outlets:
        for probe in outlet.probes:
            urls += [*probe_urls(outlet, probe), *proof_urls(outlet.platform)]
    return tuple(sorted({host_of(url) for url in urls} | set(site.hosts)))


def _site(entry: SiteEntry, hosts: tuple[str, ...], crawl: CrawlConfig) -> Site:
    manners = Manners(
        delay=entry.delay if entry.delay is not None else crawl.delay,
        concurrency=entry.concurrency or crawl.concurrency,
        legacy_tls=entry.legacy_tls,
    )
    return Site(entry.id, entry.name, entry.home, entry.code, hosts, manners)


def _site_hosts(site: Site) -> tuple[str, ...]:
    return tuple({host_of(site.home), *site.hosts} - {""})
