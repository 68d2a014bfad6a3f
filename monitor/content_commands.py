"""``gengxin content``: look at posts now, list suspects, decide about them, show what each rule is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click

from crawler.checks.rules import FAMILIES, RULES
from crawler.checks.suspects import Suspect
from crawler.clock import clock
from crawler.content_decisions import SCOPES, NoSuchSuspect, confirm, dismiss
from crawler.model import SHANGHAI, Outcome
from crawler.sweep import Swept
from monitor.audit import Entry, append
from monitor.causes import cause_name
from monitor.content import look_at_address, rule_states, suspects, sweep
from monitor.office import open_office
from monitor.options import DONE, FAULT, tell, with_as_of, with_config, with_json

STATES = ("open", "confirmed", "dismissed", "mended", "gone")


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
                {"outcome": checked.outcome.value, "suspects": [_plain(s) for s in checked.suspects]},
                _lines(checked.suspects, checked.outcome, page.error or checked.reason),
            )
            return DONE if checked.outcome is Outcome.READ else FAULT
        seconds = None if everything or post or column else office.settings.crawl.content.night_seconds
        swept = sweep(office, now, post=post, column=column, seconds=seconds)
        with office.reader.connect() as connection:
            rows = suspects(connection, post=post, column=column, limit=20)
        tell(as_json, _swept_data(swept), [_swept_line(swept), *(_row_line(row) for row in rows)])
    return DONE


@content.command("list")
@click.option("--state", type=click.Choice(STATES), default="open", show_default=True)
@click.option("--column", help="栏目标识")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True)
@with_config
@with_json
def list_(state: str, column: str | None, limit: int, path: Path, as_json: bool) -> int:
    """列出疑点。"""
    with open_office(path) as office, office.reader.connect() as connection:
        rows = suspects(connection, state=state, column=column, limit=limit)
    tell(as_json, [dict(row) for row in rows], [_row_line(row) for row in rows] or ["没有。"])
    return DONE


@content.command()
@click.argument("number", type=int)
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
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="误报的期限，到期重新提出")
@with_config
@with_as_of
@with_json
def decide(
    number: int,
    right: bool,
    wrong: bool,
    reason: str,
    by: str,
    scope: str,
    until: datetime | None,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """认定一处疑点。例：gengxin content decide 12 --dismiss --scope phrase --reason 地名 --by 值班员"""
    if right == wrong:
        raise click.UsageError("请在 --confirm 和 --dismiss 中选一个")
    end = datetime.combine(until.date(), time(), SHANGHAI) if until else None
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            now = clock(as_of)()
            done = (
                confirm(connection, number, by, reason, now)
                if right
                else dismiss(connection, number, by, reason, now, scope=scope, until=end)
            )
        except (NoSuchSuspect, ValueError) as error:
            raise click.ClickException(str(error)) from None
        word = {"reason": reason, "scope": scope, "suspects": done.suspects}
        append(connection, now, [Entry("confirmed" if right else "dismissed", f"suspect:{number}", by, word)])
    said = f"已{'认定属实' if right else '排除'}，涉及{done.suspects}处。"
    tell(as_json, {"suspects": done.suspects, "decision": done.decision}, [said])
    return DONE


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
            "on": s.on,
        }
        for s in states
    ]
    lines = [
        f"{'启用' if s.on else '停用'}　{s.rule.name}　{s.rule.title}　{_share(s.true, s.seen)}　{s.rule.basis}"
        for s in states
    ]
    tell(as_json, data, lines)
    return DONE


def _share(true: int, seen: int) -> str:
    return f"{true}/{seen}（{100 * true // seen}%）" if seen else "尚无认定"


def _swept_line(swept: Swept) -> str:
    left = "，时间已到，其余下次继续" if swept.left else ""
    return f"检查信息{swept.posts}篇、附件图片链接{swept.resources}个，新疑点{swept.opened}处，{swept.unknown}次未能判断，用时{swept.seconds:.0f}秒{left}。"


def _swept_data(swept: Swept) -> dict[str, object]:
    return {
        name: getattr(swept, name) for name in ("posts", "resources", "opened", "unknown", "seconds", "left")
    }


def _row_line(row: Mapping[Any, Any]) -> str:
    rule = RULES.get(row["rule"])
    said = f"{row['why']}：{row['sentence'] or row['quote']}"
    return f"{row['id']}　{rule.title if rule else row['rule']}　{row['column']}《{row['title'][:30]}》{row['place']}　{said[:120]}　{row['url']}"


def _plain(suspect: Suspect) -> dict[str, str]:
    return {name: getattr(suspect, name) for name in ("rule", "place", "quote", "sentence", "why", "hint")}


def _lines(found: tuple[Suspect, ...], outcome: Outcome, reason: str) -> list[str]:
    if outcome is not Outcome.READ:
        return [f"没有读到：{cause_name(reason)}"]
    return [
        f"{FAMILIES[s.rule.partition('.')[0]]}　{s.place}　{s.why}：{s.sentence or s.quote}" for s in found
    ] or ["没有发现疑点。"]


COMMANDS: tuple[click.Command, ...] = (content,)
