"""``gengxin order``: issue orders, enter replies and appeals, decide, and see who is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection, select

from crawler.clock import clock
from crawler.model import Deed
from crawler.store.tables import UnitRow
from crawler.walking.copies import copies_of
from monitor.bulletin.errata import put_errata
from monitor.commands.desk import order_lines
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.entries import exports
from monitor.entries.sealing import Unsound
from monitor.facts.facts import posts_of
from monitor.findings.borne_out import waiting
from monitor.findings.ledger import open_findings
from monitor.office import Office, open_office
from monitor.rectify.acks import acknowledge
from monitor.rectify.appeals import STATE_NAMES, appeal, appeals, decide, pending
from monitor.rectify.appeals import take_back as take_accusation_back
from monitor.rectify.orders import EVERY, OPEN, StepRefused, Terms, issue, listed, one, withdraw
from monitor.rectify.overdue import overdue as overdue_of
from monitor.rectify.replies import Enclosed, replies, reply
from monitor.words.ends import CORRECTED, end_words
from monitor.words.exits import DONE

DAY = click.DateTime(["%Y-%m-%d"])
POSTS = 5
BY = click.option("--by", required=True, help="经办人（写入留痕）")
REASON = click.option("--reason", required=True, help="理由")
UNIT = click.option("--unit", required=True, help="单位编号")


@click.group()
def order() -> None:
    """整改：发整改通知，登记反馈、签收和申诉，核定，撤回认定，列逾期。"""


@contextmanager
def writing(path: Path) -> Iterator[tuple[Office, Connection]]:
    """An open office with its transaction; a refusal is one sentence and nothing is written."""
    try:
        with open_office(path) as office, office.engine.begin() as connection:
            yield office, connection
    except (StepRefused, Unsound) as error:
        raise click.ClickException(str(error)) from None


@order.command("list")
@click.option("--all", "everything", is_flag=True, help="连同已办结的")
@with_config
@with_json
def show_list(everything: bool, path: Path, as_json: bool) -> int:
    """未办结的整改通知，期限近的在前；其后是还没有发整改通知的问题。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = listed(connection, states=EVERY if everything else OPEN)
        ordered = {one.finding for one in found if one.state in OPEN}
        free = [
            f
            for f in open_findings(connection, clock()())
            if not f.ours and f.number not in ordered
        ]
        units = names(connection)
    lines = [order_lines.order_line(one, units) for one in found] or ["没有未办结的整改通知。"]
    lines += [
        f"未发整改通知：{f.number}　{f.name}　{'、'.join(units.get(u, u) for u in f.units)}"
        for f in free
    ]
    tell(
        as_json, {"orders": [asdict(o) for o in found], "without": [asdict(f) for f in free]}, lines
    )
    return DONE


@order.command()
@click.argument("number")
@with_config
@with_json
def show(number: str, path: Path, as_json: bool) -> int:
    """一份整改通知：反馈、网页存档、日期原文、申诉与第二次查看。"""
    with writing(path) as (office, _), office.reader.connect() as connection:
        found = one(connection, number)
        outlet = found.subject.removeprefix("outlet:")
        said = replies(connection, found.id)
        heard = appeals(connection, found.finding_id)
        pages = copies_of(connection, outlet)
        posts = posts_of(connection, outlet, clock()(), POSTS)
        units = names(connection)
    data = {
        "order": asdict(found),
        "replies": [asdict(r) for r in said],
        "appeals": [asdict(a) for a in heard],
    }
    data["pages"] = [
        {"url": p.final_url, "hash": p.hash, "moment": p.moment, "sound": p.sound} for p in pages
    ]
    data["posts"] = [asdict(post) for post in posts]
    tell(as_json, data, order_lines.order_lines(found, units, said, heard, pages, posts))
    return DONE


@order.command("issue")
@click.argument("findings", nargs=-1, required=True)
@click.option(
    "--days", type=click.IntRange(0, 60), default=0, help="整改期限（工作日），默认按配置"
)
@click.option("--note", default="", help="说明")
@BY
@with_config
@with_as_of
@with_json
def issue_orders(
    findings: Sequence[str],
    days: int,
    note: str,
    by: str,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """对一个或几个问题发整改通知；下一封通知写明文号和期限。例：issue 2020-0001 --by 办公室"""
    with writing(path) as (office, connection):
        monitor = office.settings.monitor
        made = [
            issue(
                connection,
                finding,
                deed=Deed(by, clock(as_of)(), note),
                terms=Terms(monitor.alerts.letters, monitor.orders, days),
            )
            for finding in dict.fromkeys(findings)
        ]
        units = names(connection)
    tell(
        as_json,
        [asdict(o) for o in made],
        [f"已发：{order_lines.order_line(o, units)}" for o in made],
    )
    return DONE


@order.command("withdraw")
@click.argument("number")
@BY
@REASON
@with_config
@with_as_of
def take_back(number: str, by: str, reason: str, path: Path, as_of: datetime | None) -> int:
    """撤回误发的整改通知；问题本身不变。"""
    with writing(path) as (_, connection):
        found = withdraw(connection, number, deed=Deed(by, clock(as_of)(), reason))
    click.echo(f"已撤回 {found.number}。")
    return DONE


@order.command("reply")
@click.argument("number")
@UNIT
@BY
@click.option("--text", required=True, help="整改情况")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="附件",
)
@with_config
@with_as_of
@with_json
def enter_reply(
    number: str,
    unit: str,
    by: str,
    text: str,
    files: Sequence[Path],
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """登记单位的整改反馈，并请系统复查：看到新信息才销号。"""
    with writing(path) as (office, connection):
        found = reply(
            connection,
            number,
            deed=Deed(by, clock(as_of)(), text, unit=unit),
            settings=office.settings.monitor.orders,
            enclosed=Enclosed(
                office.settings.folder / "files", [(file.name, file.read_bytes()) for file in files]
            ),
        )
        outlet = found.subject.removeprefix("outlet:")
    tell(
        as_json,
        asdict(found),
        [f"已登记 {found.number} 的反馈，等待复查；立即复查：gengxin recheck {outlet}"],
    )
    return DONE


@order.command("ack")
@click.argument("finding")
@UNIT
@BY
@click.option("--until", type=DAY, required=True, help="在这一天（含）以前不再提醒")
@click.option("--text", default="", help="说明")
@with_config
@with_as_of
def enter_ack(
    finding: str, unit: str, by: str, until: datetime, text: str, path: Path, as_of: datetime | None
) -> int:
    """登记单位对一个问题的签收：提醒暂停到某日，整改期限不变。"""
    with writing(path) as (office, connection):
        letters = office.settings.monitor.alerts.letters
        now = clock(as_of)()
        acknowledge(
            connection,
            finding,
            deed=Deed(by, now, text, unit=unit),
            until=until.date(),
            letters=letters,
        )
    click.echo(f"已登记：{unit} 签收问题 {finding}，{until:%Y-%m-%d}（含）以前不再提醒。")
    return DONE


@order.command("appeal")
@click.argument("finding")
@UNIT
@BY
@REASON
@with_config
@with_as_of
@with_json
def enter_appeal(
    finding: str, unit: str, by: str, reason: str, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """登记单位对一个问题的申诉，请系统第二次查看；核定前不作逾期处理。"""
    with writing(path) as (_, connection):
        entered = appeal(connection, finding, deed=Deed(by, clock(as_of)(), reason, unit=unit))
        lines = list(order_lines.appeal_lines([entered]))
    tell(as_json, asdict(entered), [f"已登记对问题 {finding} 的申诉。", *lines])
    return DONE


@order.command("decide")
@click.argument("finding")
@click.option("--upheld/--rejected", "upheld", required=True, help="申诉成立／不成立")
@BY
@REASON
@with_config
@with_as_of
@with_json
def enter_decision(
    finding: str,
    upheld: bool,
    by: str,
    reason: str,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """核定申诉。成立的：问题销号，原通报旁加更正，其后一段时间不再判定。"""
    now = clock(as_of)()
    put: tuple[str, ...] = ()
    with writing(path) as (office, connection):
        days = office.settings.monitor.orders.exempt_days
        found = decide(
            connection, finding, upheld=upheld, deed=Deed(by, now, reason), exempt_days=days
        )
        name = next(
            (f.name for f in open_findings(connection, found.moment) if f.number == finding),
            finding,
        )
        if upheld:
            put = put_errata(connection, finding, name, deed=Deed(by, now, reason))
    lines = [f"问题 {finding}：{STATE_NAMES[found.state]}。", *_corrected(path, put)]
    tell(as_json, asdict(found), lines)
    return DONE


@order.command("correct")
@click.argument("finding")
@BY
@REASON
@with_config
@with_as_of
@with_json
def enter_correction(
    finding: str, by: str, reason: str, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """我办撤回一个不成立的认定：问题销号，原通报旁加更正，其后一段时间不再判定。"""
    now = clock(as_of)()
    with writing(path) as (office, connection):
        days = office.settings.monitor.orders.exempt_days
        name = take_accusation_back(
            connection, finding, deed=Deed(by, now, reason), exempt_days=days
        )
        put = put_errata(connection, finding, name, deed=Deed(by, now, reason), appealed=False)
    lines = [f"问题 {finding}：{end_words(CORRECTED)}。", *_corrected(path, put)]
    tell(as_json, {"finding": finding, "ended": CORRECTED, "reason": reason}, lines)
    return DONE


def _corrected(path: Path, names: Sequence[str]) -> list[str]:
    """The frozen bulletins that were corrected, each exported anew and told in a line."""
    if names:
        with open_office(path) as office:
            for name in names:
                exports.write(office.reader, office.settings.places, exports.of_paper(name))
    return [f"已在 {name}.json 旁加更正。" for name in names]


@order.command("overdue")
@with_config
@with_as_of
@with_json
def show_overdue(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """逾期未办结的整改通知，按单位列出，供约谈用。"""
    now = clock(as_of)()
    with open_office(path) as office, office.reader.connect() as connection:
        calendar = office.settings.monitor.alerts.letters.calendar
        held = waiting(connection, open_findings(connection, now), now)
        orders = listed(connection)
        rows = overdue_of(orders, now, calendar, {*pending(connection), *held})
        unseen = [o for o in orders if o.deadline < now and o.finding_id in held]
        units = names(connection)
    lines = [
        *order_lines.overdue_lines(rows, units),
        *order_lines.unseen_lines(unseen, held, units),
    ]
    tell(as_json, [asdict(row) for row in rows], lines)
    return DONE


def names(connection: Connection) -> Mapping[str, str]:
    """Units' short names by id."""
    return {row.id: row.short for row in connection.execute(select(UnitRow.id, UnitRow.short))}
