"""A 栏目维护分工表 goes into the catalogue: first as a proposal that says what would change, then whole or
not at all.

Columns of config.yaml stay config.yaml's: the workbook may list them and change nothing of them.
What the workbook keeps and no longer lists is retired, never deleted; who answered for it until
then stays written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, insert, select, update

from crawler.model import CLASS_NAMES, ColumnClass, Outlet, OutletKind, Purpose, utc
from crawler.net.guard import host_of, refusal_of
from crawler.register.account_cards import CONFIG, WORKBOOK
from crawler.register.books.grid import Fault
from crawler.register.books.proposal import (
    ADDED,
    CHANGED,
    ENDED,
    SAME,
    Fields,
    Outrun,
    Proposal,
    must_be_whole,
    told,
)
from crawler.register.books.units import Units
from crawler.register.column_book import ANYBODY, BY_CLASS, PURPOSES, RENDERS, ColumnBook, ColumnRow
from crawler.register.enter import FRESH, WATCH, outlet_values, sync_duty
from crawler.register.ids import ids_of_urls
from crawler.store.rows import outlet_of
from crawler.store.tables import DutyRow, OutletRow, SiteRow
from crawler.walking.address_store import note_address
from crawler.walking.addresses import is_route, one_address
from crawler.walking.offers import Offer
from crawler.walking.offers.store import reading_at, taken

JOINT = (ColumnClass.NEWS, ColumnClass.NOTICE)
"""Classes in which most portals print the posts of many units."""
PURPOSE_SAID: Mapping[Purpose, str] = {one: name for name, one in PURPOSES.items()} | {
    Purpose.NONE: BY_CLASS
}
RENDER_SAID = {one: name for name, one in RENDERS.items()}
REFUSED: Mapping[str, str] = {
    "bad_address": "不是可以抓取的网址",
    "forbidden_address": "指向本机或内部网络，不能抓取",
    "foreign_host": "不在任何站点之内；请先在 config.yaml 的 catalogue.sites 里把这个主机加进该站点的 hosts",
}

ROUTED = "网址用 # 后面的部分选列表，服务器看不到；请改填列表自己的网址，或把读取方式填“浏览器”"


@dataclass(frozen=True, slots=True)
class KeptColumn:
    """A column as the store has it, with the units that answer for it now."""

    outlet: Outlet
    kept_in: str
    retired: bool


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """What happens to one column: ``new`` is empty for one that is retired, ``old`` for one that
    was never there.

    ``fields`` are (name, before, after). ``cell`` is the row's address, empty for one that the book
    does not list.
    """

    id: str
    name: str
    cell: str = ""
    old: KeptColumn | None = field(default=None, repr=False)
    new: Outlet | None = field(default=None, repr=False)
    fields: Fields = ()

    @property
    def kind(self) -> str:
        """``added`` (also one that comes back), ``changed``, ``ended`` or ``same``."""
        if self.new is None:
            return ENDED
        if self.old is None or self.old.retired:
            return ADDED
        return CHANGED if self.fields else SAME

    @property
    def line(self) -> str:
        """The change as one Chinese line."""
        if self.kind == ENDED:
            return f"停用：{self.name}（{self.id}），表上没有"
        if self.kind == ADDED:
            back = "，曾停用，现恢复" if self.old else ""
            return f"新增 {self.cell}：{self.name}（{self.id}{back}）"
        if self.kind == SAME:
            return f"不变 {self.cell}：{self.name}"
        return f"变更 {self.cell}：{self.name}（{self.id}）：{told(self.fields)}"


@dataclass(slots=True)
class _Catalogue:
    """What rows are held against. ``taken`` are ids of outlets of every kind."""

    columns: dict[str, KeptColumn]
    units: Units
    sites: dict[str, tuple[str, frozenset[str]]]
    taken: set[str]
    allow_loopback: bool
    by_url: dict[str, str]
    by_path: dict[tuple[str, str], list[str]]
    data: dict[str, Offer]


def columns_kept(connection: Connection) -> tuple[KeptColumn, ...]:
    """Every column that is or was in the catalogue, in the order of its id."""
    units: dict[str, list[str]] = {}
    duties = (
        select(DutyRow.outlet_id, DutyRow.unit_id)
        .where(DutyRow.until.is_(None))
        .order_by(DutyRow.position)
    )
    for outlet, unit in connection.execute(duties):
        units.setdefault(outlet, []).append(unit)
    query = (
        select(OutletRow.__table__)
        .where(OutletRow.kind == OutletKind.COLUMN.value)
        .order_by(OutletRow.id)
    )
    return tuple(
        KeptColumn(
            outlet_of(row, units.get(row["id"], ())), row["kept_in"], row["retired_at"] is not None
        )
        for row in connection.execute(query).mappings()
    )


def propose(
    connection: Connection, book: ColumnBook, units: Units, *, allow_loopback: bool = False
) -> Proposal[ColumnChange]:
    """What ``book`` would do to the catalogue; reads only."""
    known = _catalogue(connection, units, allow_loopback)
    faults, changes = list(book.faults), []
    ids = _ids(book.rows, known)
    listed: dict[str, str] = {}
    for row, id in zip(book.rows, ids, strict=True):
        change = _change(row, id, known)
        if id in listed:
            change = [Fault(row.cell, f"与 {listed[id]} 是同一个栏目（{id}），同一栏目只填一行")]
        listed.setdefault(id, row.cell)
        if isinstance(change, ColumnChange):
            changes.append(change)
        else:
            faults += change
    if book.whole and not book.faults:
        changes += _retired(known, listed)
    faults += _twins(changes, book.rows, ids, known)
    return Proposal(
        tuple(changes), tuple(dict.fromkeys(faults)), tuple(_notes(book, changes, known, listed))
    )


def _twins(
    changes: Sequence[ColumnChange],
    rows: Sequence[ColumnRow],
    ids: Sequence[str],
    known: _Catalogue,
) -> Iterator[Fault]:
    """Columns of one address: http and https, with or without a slash at its end, lead to one
    list."""
    cells = {id: row.url_cell for row, id in zip(rows, ids, strict=True)}
    after = {one.outlet.id: one.outlet for one in _live(known.columns)}
    for change in changes:
        if change.new is None:
            after.pop(change.id, None)
        else:
            after[change.id] = change.new
    seen: dict[str, Outlet] = {}
    for one in sorted(
        after.values(), key=lambda outlet: outlet.id in cells
    ):  # what the book does not list first
        if not one.url:
            continue
        other = seen.setdefault(one_address(one.url, rendered=one.render == "browser"), one)
        # Two rows with one address are named by the book itself.
        named = other.id in cells and other.url == one.url
        if other is not one and one.id in cells and not named:
            yield Fault(
                cells[one.id],
                f"与栏目“{other.name}”（{other.id}）是同一个网址（http、https 和末尾的斜杠不算不同），"
                f"栏目 {one.id} 不能再用，同一网址只登记一个栏目",
            )


def apply(connection: Connection, proposal: Proposal[ColumnChange], now: datetime) -> None:
    """Write ``proposal`` in the caller's transaction.

    Raises ``ValueError`` where it has faults, :class:`Outrun` where the catalogue is no longer what
    it was made from.
    """
    must_be_whole(proposal)
    for change in proposal.changes:
        if change.kind == SAME:
            continue
        if change.new is None:
            _update(connection, change, {"retired_at": utc(now)})
            continue
        values = {**outlet_values(change.new), "kept_in": WORKBOOK}
        if change.old is None:
            if connection.execute(select(OutletRow.id).where(OutletRow.id == change.id)).first():
                raise Outrun(STALE)
            connection.execute(insert(OutletRow).values(**values))
            note_address(connection, change.id, None, change.new.url, now)
        else:
            old = outlet_values(change.old.outlet)
            note_address(connection, change.id, change.old.outlet.url, change.new.url, now)
            anew = (
                FRESH
                if change.old.retired or any(old[name] != values[name] for name in WATCH)
                else {}
            )
            _update(connection, change, {**values, **anew, "retired_at": None})
        sync_duty(connection, change.new, now)


STALE = "台账刚才被别人改过，请重新导入一次，核对变化后再写入"


def _update(connection: Connection, change: ColumnChange, values: Mapping[str, object]) -> None:
    """Only where the column still stands as the proposal saw it."""
    old = change.old
    assert old is not None
    held = OutletRow.retired_at.is_not(None) if old.retired else OutletRow.retired_at.is_(None)
    mine = (OutletRow.id == change.id) & held & (OutletRow.kept_in == old.kept_in)
    if connection.execute(update(OutletRow).where(mine).values(**values)).rowcount != 1:
        raise Outrun(STALE)


def _catalogue(connection: Connection, units: Units, allow_loopback: bool) -> _Catalogue:
    kept = {one.outlet.id: one for one in columns_kept(connection)}
    own = taken(connection)
    live = [one.outlet for one in kept.values() if not one.retired]
    by_path: dict[tuple[str, str], list[str]] = {}
    for one in live:
        by_path.setdefault((one.path, one.name), []).append(one.id)
    sites = select(SiteRow.id, SiteRow.name, SiteRow.home, SiteRow.hosts).where(
        SiteRow.retired_at.is_(None)
    )
    return _Catalogue(
        kept,
        units,
        {
            row.id: (row.name, frozenset({host_of(row.home), *row.hosts}))
            for row in connection.execute(sites.order_by(SiteRow.id))
        },
        set(connection.execute(select(OutletRow.id)).scalars()),
        allow_loopback,
        {
            one_address(one.outlet.url, rendered=one.outlet.render == "browser"): one.outlet.id
            for one in (*_gone(kept), *_live(kept))
            if one.outlet.url
        }
        | {one_address(offer.page): id for id, offer in own.items() if id in kept},
        by_path,
        own,
    )


def _live(kept: Mapping[str, KeptColumn]) -> list[KeptColumn]:
    return [one for one in kept.values() if not one.retired]


def _gone(kept: Mapping[str, KeptColumn]) -> list[KeptColumn]:
    return [one for one in kept.values() if one.retired]


def _ids(rows: Sequence[ColumnRow], known: _Catalogue) -> list[str]:
    """The id of each row: its own, that of the column with its address or its path, else a new
    one."""
    said = {row.id for row in rows if row.id}
    found = [row.id or _matched(row, known, said) for row in rows]
    taken = known.taken | set(found)
    for place, row in enumerate(rows):
        if not found[place]:
            wanted = row.proposed if row.proposed and row.proposed not in taken else ""
            found[place] = wanted or _new_id(row, taken)
            taken.add(found[place])
    return found


def _matched(row: ColumnRow, known: _Catalogue, said: set[str]) -> str:
    by_url = (
        known.by_url.get(one_address(row.url, rendered=row.render == "browser"), "")
        if row.url
        else ""
    )
    same = known.by_path.get((row.path, row.name)) or known.by_path.get(
        (row.full_path, row.name), []
    )
    found = by_url or (same[0] if len(same) == 1 else "")
    return found if found not in said else ""


def _new_id(row: ColumnRow, taken: set[str]) -> str:
    if row.url:
        return ids_of_urls([row.url], taken)[0]
    return f"lm-{blake2b(f'{row.path}|{row.name}'.encode(), digest_size=5).hexdigest()}"


def _change(row: ColumnRow, id: str, known: _Catalogue) -> ColumnChange | list[Fault]:
    faults = []
    if id in known.taken and id not in known.columns:
        faults.append(Fault(row.id_cell, f"编号 {id} 是一个账号的编号，请另起一个"))
    units, bad = _units(row, known)
    only, wrong = _only(row, known)
    site, url_fault = _site(row, known)
    faults += [*bad, *wrong, *url_fault]
    if faults:
        return faults
    old = known.columns.get(id)
    render = row.render or (old.outlet.render if old else "plain")
    if row.url and render != "browser" and is_route(row.url):
        return [Fault(row.url_cell, ROUTED)]
    base = old.outlet if old else Outlet(id, OutletKind.COLUMN, row.name, "portal", site, ())
    new = replace(
        base,
        name=row.name,
        path=row.path if old and base.path == row.path else row.full_path,
        url=row.url,
        cls=row.cls,
        units=units,
        site=site,
        level=_level(row) if old is None else base.level if row.level is None else row.level,
        floor=base.floor if row.floor is None else row.floor,
        render=base.render if row.render is None else row.render,
        purpose=base.purpose if row.purpose is None else row.purpose,
        only=base.only if only is None else only,
    )
    new = reading_at(
        new, known.data.get(id)
    )  # the book may name the page; a person reads the column at its data
    fields = tuple(_fields(old.outlet, new, known)) if old else ()
    if old and old.kept_in == CONFIG and not old.retired and fields:
        home = f"栏目“{old.outlet.name}”（{id}）登记在 config.yaml，要改请在那里改"
        return [Fault(row.cell, f"{home}：{told(fields)}")]
    return ColumnChange(id, row.name, row.cell, old, new, fields)


def _level(row: ColumnRow) -> int:
    return row.level or min(row.full_path.count("/") + 1, 9)


def _units(row: ColumnRow, known: _Catalogue) -> tuple[tuple[str, ...], list[Fault]]:
    found, faults = [], []
    for name in row.units:
        unit = known.units.find(name)
        if unit is None:
            faults.append(Fault(row.unit_cell, known.units.unknown(name)))
        elif unit in found:
            faults.append(Fault(row.unit_cell, f"“{name[:40]}”与前面写的是同一个单位"))
        else:
            found.append(unit)
    return tuple(found), faults


def _only(row: ColumnRow, known: _Catalogue) -> tuple[str | None, list[Fault]]:
    """The id of the one unit whose posts the column can hold; empty for anybody's, ``None`` where
    that stays as it is."""
    if not row.only:
        return row.only, []
    unit = known.units.find(row.only)
    return unit, [] if unit else [Fault(row.only_cell, known.units.unknown(row.only))]


def _site(row: ColumnRow, known: _Catalogue) -> tuple[str, list[Fault]]:
    """The site that a row names, or whose host its address has, and what is wrong with either."""
    named = [id for id, (name, _) in known.sites.items() if row.site in (id, name)]
    if row.site and not named:
        return "", [
            Fault(
                row.site_cell,
                f"没有站点“{row.site[:40]}”；站点在 config.yaml 的 catalogue.sites 里登记",
            )
        ]
    hosts = frozenset(host for _, own in known.sites.values() for host in own)
    if row.url:
        reason = refusal_of(row.url, hosts, allow_loopback=known.allow_loopback)
        if reason:
            return "", [
                Fault(
                    row.url_cell,
                    f"网址的主机 {host_of(row.url)[:80] or '（无）'} {REFUSED[reason]}",
                )
            ]
        named = named or [id for id, (_, own) in known.sites.items() if host_of(row.url) in own]
    old = known.columns.get(row.id)
    if (
        not row.site
        and old
        and (not row.url or host_of(row.url) in known.sites.get(old.outlet.site, ("", ()))[1])
    ):
        named = [old.outlet.site]
    return (named or list(known.sites))[0], []


def _fields(old: Outlet, new: Outlet, known: _Catalogue) -> Iterator[tuple[str, str, str]]:
    for (name, before), (_, after) in zip(_said(old, known), _said(new, known), strict=True):
        if before != after:
            yield name, before, after


def _said(one: Outlet, known: _Catalogue) -> Iterable[tuple[str, str]]:
    names = [known.units.short(unit) for unit in one.units]
    return (
        ("栏目名称", one.name),
        ("层级路径", one.path),
        ("网址", one.url or ""),
        ("类别", CLASS_NAMES[one.cls]),
        ("层级", str(one.level)),
        ("责任单位", "、".join(names)),
        ("更新要求", PURPOSE_SAID[one.purpose]),
        ("条数下限", str(one.floor)),
        ("读取方式", RENDER_SAID[one.render]),
        ("站点", known.sites.get(one.site, (one.site, frozenset()))[0]),
        ("仅限单位", known.units.short(one.only) if one.only else ANYBODY),
    )


def _retired(known: _Catalogue, listed: Mapping[str, str]) -> Iterator[ColumnChange]:
    for id, kept in known.columns.items():
        if id not in listed and kept.kept_in == WORKBOOK and not kept.retired:
            yield ColumnChange(id, kept.outlet.name, "", kept)


def _notes(
    book: ColumnBook, changes: Sequence[ColumnChange], known: _Catalogue, listed: Mapping[str, str]
) -> Iterator[str]:
    yield from book.notes
    here = [one for one in changes if one.new is not None]
    if bare := [one.name for one in here if one.new and not one.new.units]:
        yield f"没有责任单位的栏目 {len(bare)} 个，超期时没有单位收到通知：{'、'.join(bare[:10])}"
    if blind := [one.name for one in here if one.new and not one.new.url]:
        yield f"没有网址的栏目 {len(blind)} 个，只能判为“未知”：{'、'.join(blind[:10])}"
    joint = [one.name for one in here if one.new and one.new.only and one.new.cls in JOINT]
    if joint:
        yield (
            f"动态要闻、通知公告类填了“仅限单位”的 {len(joint)} 个，请核对：别的单位也在那里发布的话，会误认定它们数量不足："
            f"{'、'.join(joint[:10])}"
        )
    own = [k for k in known.columns.values() if k.kept_in == CONFIG and not k.retired]
    if book.whole and (left := [k.outlet.name for k in own if k.outlet.id not in listed]):
        yield f"登记在 config.yaml、表上没有的栏目 {len(left)} 个，保持不动"
    if book.left_out:
        yield f"“是否纳入”填“否”的 {book.left_out} 行，没有写入"
    if book.proposed:
        yield "表中有“是否纳入”一栏，按新增建议处理：表上没有的栏目保持不动"
    if book.ignored:
        yield f"跳过不是栏目维护分工表的工作表：{'、'.join(name[:20] for name in book.ignored[:10])}"
