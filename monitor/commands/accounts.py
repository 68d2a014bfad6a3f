"""``gengxin accounts``: the register of new-media accounts: survey forms in, annexes out, the
night's plan, and what the portal shows that nobody registered. Phones are masked but where they are
asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from crawler.accounts.chain import plan_night
from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import (
    GONE,
    ROLE_NAMES,
    AccountState,
    Ask,
    Outlet,
    OutletKind,
    Probe,
    UnknownOutlet,
    shanghai_day,
)
from crawler.platforms import platform
from crawler.reading.media import MEDIA_NAMES
from crawler.register.account_candidates import UnknownCandidate, candidates
from crawler.register.account_cards import CONFIG
from crawler.register.account_import import (
    STATE_NAMES,
    Registered,
    people,
    registered,
    several,
)
from crawler.register.contacts import masked
from crawler.walking.known import known_outlets
from monitor.commands import screen
from monitor.commands.imports import Telling, importing, noted, notes_data
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.desk import entering
from monitor.office import Office, enter_catalogue, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean

HOMES = {"config": "config.yaml", "workbook": "调查表"}


def _row(change: Any) -> dict[str, object]:
    row = change.row
    return {
        "cell": row.cell,
        "id": change.id,
        "unit": change.unit,
        "platform": row.platform,
        "name": row.name,
        "fields": [list(one) for one in change.fields],
    }


def _notes(proposal: Any) -> list[str]:
    twice = [f"注意：{one}（原则上一个主体在一个平台只开一个账号）" for one in proposal.twice]
    absent = [f"表上没有、台账里有（保持不动）：{one}" for one in proposal.absent]
    return [*twice, *absent, *noted(proposal)]


def _more(proposal: Any) -> dict[str, object]:
    told = {"twice": list(proposal.twice), "absent": list(proposal.absent)}
    return {**told, **notes_data(proposal)}


TELLING = Telling(
    "accounts",
    "导入附件4 政务新媒体情况调查表；有一处不合格就一条也不写。",
    "台账",
    "个",
    "",
    _row,
    _notes,
    _more,
)


@click.group(commands=[importing(TELLING)])
def accounts() -> None:
    """政务新媒体台账：导入调查表、导出附件、今晚计划、未登记账号。"""


@accounts.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("附件"),
    show_default=True,
    help="输出目录",
)
@with_config
@with_as_of
def export(out: Path, path: Path, as_of: datetime | None) -> int:
    """导出附件3（现开通政务新媒体情况）和空的附件4（调查表）。"""
    from monitor.sheets.survey import write_annex3, write_annex4

    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        found = _registered(office, now)
    names = _names(office)
    rows = [(_units(one, names), one.outlet.name) for one in found if one.state not in GONE]
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_annex3(out / "附件3.xlsx", [(clean(unit), clean(name)) for unit, name in rows])
        write_annex4(out / "附件4.xlsx")
    except OSError as error:
        raise BadConfig(f"{out}：写不进去（{error.strerror}），请换一个目录") from None
    click.echo(f"{out / '附件3.xlsx'}：账号 {len(rows)} 个\n{out / '附件4.xlsx'}：空表")
    return DONE


@accounts.command("list")
@click.option("--phones", is_flag=True, help="显示完整电话号码（只给有权查看的人）")
@with_config
@with_as_of
@with_json
def list_(phones: bool, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """台账里的账号，电话号码默认打码。"""
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        found = _registered(office, now)
    names = _names(office)
    tell(as_json, [_data(one, phones) for one in found], _lines(found, names, phones))
    return DONE


def _registered(office: Office, now: datetime) -> tuple[Registered, ...]:
    with office.reader.connect() as connection:
        return registered(connection, now)


def _names(office: Office) -> dict[str, str]:
    return {unit.id: unit.short for unit in office.settings.catalogue.units}


def _units(one: Registered, names: dict[str, str]) -> str:
    return "、".join(names.get(unit, unit) for unit in one.units)


def _data(one: Registered, phones: bool) -> dict[str, Any]:
    card = one.card
    return {
        "id": one.outlet.id,
        "name": one.outlet.name,
        "platform": one.outlet.platform,
        "units": list(one.units),
        "state": one.state.value,
        "dates": {state.value: day.isoformat() for state, day in card.dates.items()},
        "handle": dict(one.outlet.handle),
        "body": card.body,
        "review": card.review,
        "link": card.link,
        "printed": card.printed,
        "kept_in": one.kept_in,
        "probes": [p.platform for p in one.outlet.probes],
        "contacts": [
            {"role": c.role.value, "name": c.name, "phone": c.phone if phones else masked(c.phone)}
            for c in card.contacts
        ],
    }


def _lines(found: Sequence[Registered], names: dict[str, str], phones: bool) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("编号", "单位", "平台", "账号名称", "运营主体", "状态", "审核机制", "联系人", "登记在")
    ]
    for one in found:
        card = one.card
        since = card.dates.get(one.state)
        state = STATE_NAMES[one.state] + (f" {since}" if since else "")
        shown = (
            "；".join(f"{ROLE_NAMES[c.role]} {c.name} {c.phone}" for c in card.contacts)
            if phones
            else people(card.contacts)
        )
        review = {None: "未说明", True: "有", False: "无"}[card.review]
        place = MEDIA_NAMES.get(one.outlet.platform, one.outlet.platform)
        place = card.printed if one.outlet.platform == "other" and card.printed else place
        cells = (
            one.outlet.id,
            _units(one, names),
            place,
            one.outlet.name,
            card.body,
            state,
            review,
            shown,
        )
        rows.append((*map(clean, cells), HOMES[one.kept_in]))
    bodies: dict[tuple[str, str, str], list[str]] = {}
    for one in (one for one in found if one.state not in GONE):
        unit = _units(one, names)
        bodies.setdefault((unit, one.card.body or unit, one.outlet.platform), []).append(
            one.outlet.name
        )
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    lines = screen.rendered(table)
    lines.append(f"合计 {len(found)} 个")
    return lines + [f"注意：{clean(said)}" for said in several(bodies)]


@accounts.command()
@click.argument("account")
@click.argument("value", type=click.Choice([state.value for state in AccountState]))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="从哪一天起")
@click.option("--note", default="", help="依据，如备案文号")
@with_by()
@with_config
@with_as_of
def state(
    account: str,
    value: str,
    since: datetime,
    note: str,
    by: str,
    path: Path,
    as_of: datetime | None,
) -> int:
    """登记账号的状态和日期（closing 注销中仍要更新，closed 已注销、merged 已合并不再判定）。"""
    day: date = since.date()
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        known = {one.outlet.id: one for one in _registered(office, now)}
        if account not in known:
            raise UnknownOutlet(account)
        if known[account].kept_in == CONFIG:
            raise BadConfig(
                f"{account} 登记在 config.yaml，请在那里改 catalogue.accounts 的 state 和 dates，否则下次又会改回去"
            )
        if day > shanghai_day(now):
            raise BadConfig(f"--since {day} 还没有到，到那一天再登记")
        with office.engine.begin() as connection:
            entering.account_state(
                connection, account, AccountState(value), day, by=signed(by), note=note, now=now
            )
    click.echo(f"{account}：{day} 起{STATE_NAMES[AccountState(value)]}")
    return DONE


@accounts.command()
@click.option(
    "--pace",
    type=click.FloatRange(0.1, 600),
    default=2.0,
    show_default=True,
    help="同一主机每隔几秒一次",
)
@with_config
@with_as_of
@with_json
def plan(pace: float, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """今晚有多少账号应查、要多久。"""
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        with office.reader.connect() as connection:
            known = known_outlets(connection, kind=OutletKind.ACCOUNT)
    newest = {one.outlet.id: one.newest for one in known if one.newest is not None}
    living = [one.outlet for one in known if one.outlet.state not in GONE]
    found = plan_night(living, newest, {}, shanghai_day(now), _asks, pace=pace)
    blind = [outlet.id for outlet in found.due if not outlet.probes]
    lines = list(found.lines())
    if blind:
        lines.append(
            f"其中 {len(blind)} 个还没有查看办法（probes），只能判为“未知”：{'、'.join(blind[:20])}"
        )
    data = {
        "due": [outlet.id for outlet in found.due],
        "skipped": [outlet.id for outlet in found.skipped],
        "requests": dict(found.requests),
        "at_most": dict(found.at_most),
        "pace": pace,
        "seconds": found.seconds,
        "seconds_at_most": found.seconds_at_most,
        "without_probes": blind,
    }
    tell(as_json, data, lines)
    return DONE


def _asks(outlet: Outlet, probe: Probe) -> Sequence[Ask]:
    """What a probe asks; one that lacks its address asks nothing, and its account is unknown."""
    try:
        return platform(probe.platform).start(outlet, probe)
    except (ValueError, KeyError):
        return ()


@accounts.command()
@click.option("--all", "everything", is_flag=True, help="也列出已处理的")
@with_config
@with_as_of
@with_json
def found(everything: bool, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """门户网站上有、台账里没有的账号（疑似漏报），等人核实。"""
    with open_office(path) as office, office.reader.connect() as connection:
        seen = [one for one in candidates(connection, clock(as_of)()) if everything or one.open]
    lines = []
    for one in seen:
        like = f"，名称与已登记的“{clean(one.like)}”相近" if one.like else ""
        lines.append(
            f"{one.id}　{MEDIA_NAMES.get(one.platform, one.platform)}“{clean(one.name)}”{one.number}{like}"
        )
        lines.append(
            f"  见 {clean(one.page_url)}（页面指纹 {one.page_hash}，{shanghai_day(one.first_seen)} 首见）"
        )
        if not one.open:
            lines.append(f"  已处理：{one.standing} {clean(one.decided_by)} {clean(one.reason)}")
    lines.append(f"合计 {len(seen)} 个；核实后用 gengxin accounts accept 或 dismiss 编号 登记结论")
    tell(as_json, [one.data for one in seen], lines)
    return DONE


def _decide(
    number: int, verdict: str, by: str, reason: str, path: Path, as_of: datetime | None
) -> int:
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            entering.candidate(
                connection, number, verdict, by=signed(by), reason=reason, now=clock(as_of)()
            )
        except UnknownCandidate as error:
            raise BadConfig(
                f"没有编号 {error} 的待核实账号；gengxin accounts found --all 列出全部编号"
            ) from None
    click.echo(
        f"{number}：{'属实，请补登记' if verdict == 'accepted' else '不是本区账号，不再提示'}"
    )
    return DONE


def _deciding(command: Any) -> Any:
    command = click.option("--reason", required=True, help="理由")(command)
    command = click.option("--by", required=True, help="核实人")(command)
    return click.argument("number", type=int)(command)


@accounts.command()
@_deciding
@with_config
@with_as_of
def accept(number: int, by: str, reason: str, path: Path, as_of: datetime | None) -> int:
    """核实为漏报：登记进台账之前，问题一直开着。"""
    return _decide(number, "accepted", by, reason, path, as_of)


@accounts.command()
@_deciding
@with_config
@with_as_of
def dismiss(number: int, by: str, reason: str, path: Path, as_of: datetime | None) -> int:
    """核实为与本区无关：不再提示。"""
    return _decide(number, "dismissed", by, reason, path, as_of)


COMMANDS: tuple[click.Command, ...] = (accounts,)
