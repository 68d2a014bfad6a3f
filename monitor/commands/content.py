"""``gengxin content``: look at posts now, list suspects, decide about them, show what each rule is
worth."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from crawler.checking.decisions import SCOPES, NoSuchSuspect
from crawler.checking.sweep import Swept
from crawler.checking.views import picture, views
from crawler.checks.rules import FAMILIES, SAMPLE
from crawler.checks.suspects import Suspect
from crawler.clock import clock
from crawler.model import SHANGHAI, Deed, Outcome, shanghai_day
from crawler.walking.known import known_outlets
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.desk.content import (
    SCOPE_NAMES,
    STATES,
    Ruling,
    SuspectLine,
    WantedSuspects,
    dismissals,
    listing,
    one,
    take_back,
)
from monitor.desk.content import decide as decide_on
from monitor.night.content import (
    judge_columns,
    look_at_address,
    outlets_of_post,
    rule_states,
    sweep,
)
from monitor.office import Office, decisions_of, open_office
from monitor.words.causes import cause_name
from monitor.words.exits import DONE, FAULT


@click.group(invoke_without_command=True)
@click.option("--post", help="只查这一篇（网址）")
@click.option("--column", help="只查这个栏目（标识）")
@click.option("--url", help="只看这个网址的页面，不入库")
@click.option("--all", "everything", is_flag=True, help="全部到期的信息，不限时间")
@with_config
@with_as_of
@with_json
@click.pass_context
def content(
    ctx: click.Context,
    post: str | None,
    column: str | None,
    url: str | None,
    everything: bool,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """内容检查：附件、图片、链接、个人信息、错别字、敏感词、排版。例：gengxin content --column tzgg"""
    if ctx.invoked_subcommand is not None:
        return DONE
    with open_office(path) as office:
        now = clock(as_of)
        if url is not None:
            page, checked = asyncio.run(look_at_address(office, now, url))
            tell(
                as_json,
                {
                    "outcome": checked.outcome.value,
                    "suspects": [_plain(s) for s in checked.suspects],
                },
                _lines(checked.suspects, checked.outcome, page.error or checked.reason),
            )
            return DONE if checked.outcome is Outcome.READ else FAULT
        _known(office, column)
        seconds = (
            None if everything or post or column else office.settings.crawl.content.night_seconds
        )
        swept = sweep(office, now, post=post, column=column, seconds=seconds)
        if post and not swept.posts:
            raise click.ClickException(
                f"各栏目的列表里没有这篇信息：{post}；没有入库的网址请用 --url"
            )
        closed = _judged(office, now(), post, column) if post or column else ()
        with office.reader.connect() as connection:
            wanted = WantedSuspects(post=post or "", column=column or "")
            lines = listing(connection, wanted, shanghai_day(now()), limit=20).lines
        ended = [f"问题 {number} 已改正，自动销号。" for number in closed]
        tell(
            as_json,
            _swept_data(swept) | {"closed": list(closed)},
            [_swept_line(swept), *ended, *(_line(one) for one in lines)],
        )
    return DONE


def _known(office: Office, column: str | None) -> None:
    """Raises ``ClickException`` for a column that is none."""
    with office.reader.connect() as connection:
        if column is not None and not known_outlets(connection, [column]):
            raise click.ClickException(
                f"没有标识为 {column} 的栏目；标识见 config.yaml 的 catalogue.columns"
            )


def _judged(office: Office, now: datetime, post: str | None, column: str | None) -> tuple[str, ...]:
    """Judge the columns that were looked at; the numbers of the findings that this closed."""
    with office.reader.connect() as connection:
        outlets = {column} if column else outlets_of_post(connection, post or "")
    return (
        tuple(one.number for one in judge_columns(office, now, outlets).changes.closed)
        if outlets
        else ()
    )


@content.command("list")
@click.option("--state", type=click.Choice(tuple(STATES)), default="open", show_default=True)
@click.option("--column", help="栏目标识")
@click.option("--unit", help="单位标识：其负责的栏目")
@click.option("--family", type=click.Choice(tuple(FAMILIES)), help="类别")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@with_config
@with_as_of
@with_json
def list_(
    state: str, column: str | None, unit: str | None, family: str | None, limit: int, path: Path,
    as_of: datetime | None, as_json: bool,
) -> int:  # fmt: skip
    """列出疑点。"""
    wanted = WantedSuspects(state, family=family or "", column=column or "", unit=unit or "")
    with open_office(path) as office, office.reader.connect() as connection:
        found = listing(connection, wanted, shanghai_day(clock(as_of)()), limit=limit)
    more = (
        [f"共{found.total}处，列出{len(found.lines)}处。"] if found.total > len(found.lines) else []
    )
    tell(
        as_json,
        [asdict(one) for one in found.lines],
        [*map(_line, found.lines), *more] or ["没有。"],
    )
    return DONE


@content.command("dismissals")
@with_config
@with_as_of
@with_json
def dismissals_(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """列出有效的误报排除。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = dismissals(connection, clock(as_of)())
    lines = [
        f"{one.id}　{one.title}　{SCOPE_NAMES.get(one.scope, one.scope)}　{one.phrase or one.url}　"
        f"{one.suspects}处　{one.reason}（{one.by}）　{f'至{shanghai_day(one.until - timedelta(seconds=1))}' if one.until else '长期'}"
        for one in found
    ]
    tell(as_json, [asdict(one) for one in found], lines or ["没有。"])
    return DONE


@content.command("views")
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="把截图存到这个目录")
@with_config
@with_json
def views_(save: Path | None, path: Path, as_json: bool) -> int:
    """列出在浏览器里看过的版面（每种模板一页），须启用 crawler.content.browser。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = views(connection)
        for one in found if save else ():
            assert save is not None
            save.mkdir(parents=True, exist_ok=True)
            if shot := picture(connection, one["id"]):
                (save / f"{one['site_id']}-{one['template']}.jpg").write_bytes(shot)
    lines = [
        f"{one['site_id']}　{one['looked']:%Y-%m-%d}　"
        f"{one['outcome'] or one['doubt'] or '已看'}　宽{one['wide']}　疑点{one['suspects']}　{one['url']}"
        for one in found
    ]
    tell(as_json, [dict(one) for one in found], lines or ["没有。"])
    return DONE


@content.command("withdraw")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="理由")
@click.option("--by", required=True, help="谁定的")
@with_config
@with_as_of
@with_json
def withdraw_(
    number: int, reason: str, by: str, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """撤回一条误报排除，所涉疑点重新待核实。"""
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            count = take_back(connection, number, deed=Deed(by, clock(as_of)(), reason))
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    tell(as_json, {"suspects": count}, [f"已撤回，{count}处疑点重新待核实。"])
    return DONE


@content.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--confirm", "right", is_flag=True, help="属实：交由责任单位整改")
@click.option("--dismiss", "wrong", is_flag=True, help="误报：以后不再提出")
@click.option("--reason", required=True, help="理由")
@click.option("--by", required=True, help="谁定的")
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    default="here",
    show_default=True,
    help="误报的范围：此处、此页、此词、此规则",
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="误报的最后一天，之后重新提出")
@click.option("--unit", help="属实时由哪个单位整改（单位标识）；不写按来源和栏目分工确定")
@with_config
@with_as_of
@with_json
def decide(
    numbers: tuple[int, ...],
    right: bool,
    wrong: bool,
    reason: str,
    by: str,
    scope: str,
    until: datetime | None,
    unit: str | None,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """认定疑点，可以一次几处。例：gengxin content decide 12 15 --dismiss --scope phrase --reason 地名 --by 值班员"""
    if right == wrong:
        raise click.UsageError("请在 --confirm 和 --dismiss 中选一个")
    # The day that was given is the last one.
    end = datetime.combine(until.date() + timedelta(days=1), time(), SHANGHAI) if until else None
    with open_office(path) as office:
        decisions, now = decisions_of(office), clock(as_of)()
        data, lines = [], []
        with office.engine.begin() as connection:
            for number in numbers:
                try:
                    done = decide_on(
                        connection,
                        number,
                        ruling=Ruling(
                            right=right, scope=scope, until=end, unit=unit, decisions=decisions
                        ),
                        deed=Deed(by, now, reason),
                    )
                except (NoSuchSuspect, ValueError) as error:
                    raise click.ClickException(str(error)) from None
                laid = one(connection, number, shanghai_day(now)).unit
                data.append(
                    {
                        "number": number,
                        "suspects": done.suspects,
                        "decision": done.decision,
                        "unit": laid,
                    }
                )
                lines.append(_decided(number, right, done.suspects, laid))
    tell(as_json, data, lines)
    return DONE


def _decided(number: int, right: bool, suspects: int, unit: str) -> str:
    if not right:
        return f"{number}　已排除，涉及{suspects}处。"
    return (
        f"{number}　已认定属实，{f'由 {unit} 整改' if unit else '责任单位未定，请用 --unit 指定'}。"
    )


@content.command()
@with_config
@with_json
def rules(path: Path, as_json: bool) -> int:
    """每条检查规则及其实测准确率；低于80%的自动停用。"""
    with open_office(path) as office, office.reader.connect() as connection:
        settings = office.settings.crawl.content
        states = rule_states(connection, settings.rules_on, settings.rules_off)
    data = [
        {
            "rule": s.rule.name,
            "title": s.rule.title,
            "basis": s.rule.basis,
            "true": s.true,
            "seen": s.seen,
            "sample": SAMPLE.get(s.rule.name, 0),
            "on": s.on,
        }
        for s in states
    ]
    lines = [
        f"{'启用' if s.on else '停用'}　{s.rule.name}　{s.rule.title}　{_share(s.true, s.seen)}　{_sample(s.rule.name)}{s.rule.basis}"
        for s in states
    ]
    tell(as_json, data, lines)
    return DONE


def _sample(rule: str) -> str:
    return f"样例{SAMPLE[rule]}处全找出、无误报　" if rule in SAMPLE else ""


def _share(true: int, seen: int) -> str:
    return f"{true}/{seen}（{100 * true // seen}%）" if seen else "尚无认定"


def _swept_line(swept: Swept) -> str:
    left = "，时间已到，其余下次继续" if swept.left else ""
    views = f"、版面{swept.views}种" if swept.views else ""
    missing = f" {swept.lacking}。" if swept.lacking else ""
    return (
        f"检查信息{swept.posts}篇、附件图片链接{swept.resources}个{views}，新疑点{swept.opened}处，"
        f"{swept.unknown}次未能判断，用时{swept.seconds:.0f}秒{left}。{missing}"
    )


def _swept_data(swept: Swept) -> dict[str, object]:
    return {
        name: getattr(swept, name)
        for name in (
            "posts",
            "resources",
            "opened",
            "unknown",
            "seconds",
            "left",
            "views",
            "lacking",
        )
    }


def _line(one: SuspectLine) -> str:
    said = f"{one.why}：{one.sentence or one.quote}"
    return f"{one.id}　{one.title}　{one.column}《{one.post_title[:30]}》{one.place}　{said[:120]}　{one.url}"


def _plain(suspect: Suspect) -> dict[str, str]:
    return {
        name: getattr(suspect, name)
        for name in ("rule", "place", "quote", "sentence", "why", "hint")
    }


def _lines(found: tuple[Suspect, ...], outcome: Outcome, reason: str) -> list[str]:
    if outcome is not Outcome.READ:
        return [f"没有读到：{cause_name(reason)}"]
    return [
        f"{FAMILIES[s.rule.partition('.')[0]]}　{s.place}　{s.why}：{s.sentence or s.quote}"
        for s in found
    ] or ["没有发现疑点。"]


COMMANDS: tuple[click.Command, ...] = (content,)
