"""``gengxin bulletin``: print a period, check somebody's paper, edit, freeze, correct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.config import BadConfig
from monitor.bulletin.asked import PrintDates
from monitor.bulletin.compile import figures
from monitor.bulletin.edits import ADDABLE, LISTS, BadEdit
from monitor.bulletin.filter import UnknownGroup
from monitor.bulletin.frozen import Kept
from monitor.bulletin.model import Edit, ErrorReports, Period
from monitor.bulletin.printed.check import Fault, claims_of, read_words
from monitor.bulletin.printed.check import check as check_claims
from monitor.bulletin.printed.files import NotRead
from monitor.bulletin.printing import (
    Draft,
    Edition,
    draft,
    kept_bulletin,
    print_bulletin,
    write_errata,
)
from monitor.bulletin.reports import BadTemplate
from monitor.bulletin.screen import bulletin_lines, fault_lines
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.days.official_days import KNOWN, official_days
from monitor.days.workdays import Calendar
from monitor.desk import entering
from monitor.entries.sealing import Unsound
from monitor.office import Office, open_office
from monitor.words.exits import DONE, FOUND

LIST_NAMES = {
    "较好": "good", "多次": "several", "每月": "every", "栏目": "columns", "空白栏目": "blank_columns",
    "超期一年": "year_units", "公开为0": "no_documents", "账号": "idle", "空白账号": "blank_accounts",
}  # fmt: skip


class PeriodType(click.ParamType[Period]):
    """2020Q2, 2020-06 and the like."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        if isinstance(value, Period):
            return value
        try:
            return Period.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class DayType(click.ParamType[date]):
    """2020-07-20"""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2020-07-20", param, ctx)


class SpanType(click.ParamType[tuple[date, date]]):
    """2020-07-13..2020-07-20, or one day"""

    name = "span"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, date]:
        first, _, last = str(value).partition("..")
        try:
            start, end = (
                date.fromisoformat(first.strip()),
                date.fromisoformat((last or first).strip()),
            )
        except ValueError:
            self.fail(
                f"{value!r} is no span of days; write it like 2020-07-13..2020-07-20", param, ctx
            )
        if start > end:
            self.fail(f"{value!r}: the last day lies before the first", param, ctx)
        return start, end


class Otherwise(click.Group):
    """A group whose first word, when it is none of its commands, is an argument of the command
    ``otherwise``."""

    otherwise = "print"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.otherwise, *args]
        return super().parse_args(ctx, args)


@contextmanager
def refusing() -> Iterator[None]:
    """What a person can mend becomes one sentence and the exit code of refused input."""
    try:
        yield
    except (BadTemplate, BadEdit, NotRead, Unsound, UnknownGroup) as error:
        raise BadConfig(str(error)) from error
    except (
        PermissionError,
        FileNotFoundError,
        IsADirectoryError,
        NotADirectoryError,
        FileExistsError,
    ) as error:
        raise BadConfig(
            f"{error.filename}：不能读写（{error.strerror}）；请检查路径和权限，或先关闭已打开的文件"
        ) from error


@click.group(cls=Otherwise, no_args_is_help=True)
def bulletin() -> None:
    """通报：gengxin bulletin 2020Q2 印制；gengxin bulletin check 文件 检查别人的通报。

    印制的全部选项见 gengxin bulletin print --help。
    """


@bulletin.command("print")
@click.argument("period", type=PeriodType())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("通报"),
    show_default=True,
    help="输出目录",
)
@click.option("--group", "groups", multiple=True, help="只印这一类单位（可重复），如 --group 镇街")
@click.option("--check", "window", type=SpanType(), help="检查期间，如 2020-07-13..2020-07-20")
@click.option("--printed", type=DayType(), help="印发日期，如 2020-07-20；时限从这一天起算")
@click.option("--freeze", is_flag=True, help="印发并封存：以后再印都是同一份数据")
@click.option(
    "--unfinished",
    default="",
    help="统计期没有结束、或没有看到期末，也要封存的理由（印在通报上，写入留痕）",
)
@with_by("谁印发的（写入留痕）；不填为电脑登录名")
@click.option("--draft", "anew", is_flag=True, help="已封存的也按现有数据重新生成草稿")
@click.option("--force", is_flag=True, help="自检有错也印，并写入文件属性")
@with_config
@with_as_of
@with_json
def print_(
    period: Period,
    out: Path,
    groups: tuple[str, ...],
    window: tuple[date, date] | None,
    printed: date | None,
    freeze: bool,
    unfinished: str,
    by: str,
    anew: bool,
    force: bool,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """印制一期通报（Word、Excel、PDF 和数据）。统计期、检查期间、印发日期各自可设。"""
    if freeze and (groups or anew):
        raise BadConfig("--freeze 封存整份通报，不能与 --group、--draft 同用")
    with open_office(path) as office, refusing():
        kept = None if anew or groups else kept_bulletin(office, period, printed)
        if kept is not None:
            return _print_kept(office, kept, out, as_json)
        made = draft(
            office,
            period,
            clock(as_of)(),
            dates=PrintDates(window, printed),
            edition=Edition(groups, force),
        )
        if made.stopped:
            return _stopped(made, as_json)
        if freeze:
            kept = entering.freeze(
                office, made.bulletin, clock(as_of)(), by=signed(by), unfinished=unfinished
            )
            made = replace(made, bulletin=kept.bulletin)
        return _print(office, made, out, as_json, kept)


@bulletin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--quota",
    type=click.IntRange(1, 10_000),
    help="每月应发条数；不填时取正文所写，正文没有写按 10 条",
)
@with_json
def check(file: Path, quota: int | None, as_json: bool) -> int:
    """检查一份已印的通报（.docx、.xlsx、.txt）自己是否前后矛盾。有错误时退出码为 5。"""
    days = official_days(Calendar(), KNOWN)
    with refusing():
        found = claims_of(file)
    faults = check_claims(
        found, quota=quota, works=lambda day: day.year not in KNOWN or days.works(day)
    )
    wrong = sum(fault.level == "error" for fault in faults)
    told = f"发现 {wrong} 处错误，{len(faults) - wrong} 处提示" if faults else "没有发现矛盾"
    data = {"file": str(file), "read": read_words(found), "faults": [asdict(f) for f in faults]}
    tell(as_json, data, [f"{file.name}：{read_words(found)}；{told}", *fault_lines(faults)])
    return FOUND if wrong else DONE


@bulletin.command()
@click.argument("period", type=PeriodType())
@click.argument("list_", metavar="名单", type=click.Choice([*LIST_NAMES, *LISTS]))
@click.argument("name")
@click.option("--reason", required=True, help="理由，随通报数据保存")
@with_by("谁决定的（写入留痕）；不填为电脑登录名")
@with_config
@with_as_of
def strike(
    period: Period, list_: str, name: str, reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """从名单中删去一个名称，写明理由。例：gengxin bulletin strike 2020Q2 多次 房管局 --reason 数据补报核实"""
    return _edit(
        path, period, Edit(LIST_NAMES.get(list_, list_), name, "strike", reason, signed(by)), as_of
    )


@bulletin.command()
@click.argument("period", type=PeriodType())
@click.argument("list_", metavar="名单", type=click.Choice(["较好", "多次", "每月", *ADDABLE]))
@click.argument("name")
@click.option("--reason", required=True, help="理由，随通报数据保存")
@with_by("谁决定的（写入留痕）；不填为电脑登录名")
@with_config
@with_as_of
def add(
    period: Period, list_: str, name: str, reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """在名单中补列一个单位，写明理由；数字不变。"""
    return _edit(
        path, period, Edit(LIST_NAMES.get(list_, list_), name, "add", reason, signed(by)), as_of
    )


@bulletin.command()
@click.argument("period", type=PeriodType())
@click.argument("name")
@click.option("--reason", required=True, help="表扬什么")
@with_by("谁提出的（写入留痕）；不填为电脑登录名")
@with_config
def commend(period: Period, name: str, reason: str, by: str, path: Path) -> int:
    """记一条表扬，印在正文中。"""
    with open_office(path) as office, refusing():
        file = entering.commend(
            office, period, name=name, reason=reason, by=signed(by), now=clock()()
        )
    click.echo(f"已记入 {file}")
    return DONE


@bulletin.command()
@click.argument("period", type=PeriodType())
@click.option("--received", type=click.IntRange(0, 1_000_000), required=True, help="转来的找错留言")
@click.option("--done", type=click.IntRange(0, 1_000_000), required=True, help="已办结")
@click.option("--late", type=click.IntRange(0, 1_000_000), default=0, help="其中超过 1 个月办结")
@with_by("谁填报的（写入留痕）；不填为电脑登录名")
@with_config
def errors(period: Period, received: int, done: int, late: int, by: str, path: Path) -> int:
    """记入本期“我为政府网站找错”留言数。"""
    found = ErrorReports(received=received, done=done, late=late)
    with open_office(path) as office, refusing():
        file = entering.errors(office, period, found, by=signed(by), now=clock()())
    click.echo(f"已记入 {file}")
    return DONE


@bulletin.command("correct")
@click.argument("period", type=PeriodType())
@click.option("--subject", required=True, help="更正谁、哪一处")
@click.option("--text", required=True, help="更正内容")
@with_by("谁更正的（写入留痕）；不填为电脑登录名")
@click.option("--printed", type=DayType(), help="哪一天印发的；不填为最近一次")
@with_config
@with_as_of
def correct_(
    period: Period,
    subject: str,
    text: str,
    by: str,
    printed: date | None,
    path: Path,
    as_of: datetime | None,
) -> int:
    """给已封存的通报附一条更正；封存的数据不变。"""
    with open_office(path) as office, refusing():
        now = clock(as_of)()
        kept = entering.correct(
            office, period, subject=subject, text=text, by=signed(by), now=now, printed=printed
        )
    click.echo(f"已附更正，封存数据不变：{kept.file}")
    return DONE


def _edit(path: Path, period: Period, edit: Edit, as_of: datetime | None) -> int:
    """Enter an edit after trying it on the bulletin as it stands."""
    with open_office(path) as office, refusing():
        file = entering.edit(office, period, edit, clock(as_of)())
    click.echo(
        f"已记入 {file}：{'删去' if edit.action == 'strike' else '补列'} {edit.name}（{edit.reason}）"
    )
    return DONE


def _stopped(made: Draft, as_json: bool) -> int:
    lines = [
        "自检发现错误，没有生成文件；改正后重印，确需印制加 --force：",
        *fault_lines(made.faults),
    ]
    tell(as_json, {"stopped": True, "faults": [asdict(fault) for fault in made.faults]}, lines)
    return FOUND


def _print(office: Office, made: Draft, out: Path, as_json: bool, kept: Kept | None) -> int:
    printed = print_bulletin(office, made.bulletin, out)
    lines = [*bulletin_lines(made.bulletin), *fault_lines(made.faults)]
    lines += [f"文件：{file}" for file in printed.files] + list(printed.missing)
    lines += [f"已封存：{kept.file}（sha256 {kept.root}）"] if kept else []
    tell(as_json, _data(printed.files, made, printed.missing, kept), lines)
    return DONE


def _print_kept(office: Office, kept: Kept, out: Path, as_json: bool) -> int:
    """The kept data again, with the errata beside it."""
    printed = print_bulletin(office, kept.bulletin, out)
    corrections, beside = write_errata(office, kept, out)
    files = (*printed.files, *([beside] if beside else []))
    lines = [
        f"这一期已于 {kept.bulletin.printed} 封存，按封存数据重印（sha256 {kept.root}）；重新生成草稿加 --draft"
    ]
    lines += bulletin_lines(kept.bulletin)
    lines += [f"更正：{one.subject}：{one.text}" for one in corrections]
    lines += [f"文件：{file}" for file in files] + list(printed.missing)
    tell(as_json, _data(files, Draft(kept.bulletin), printed.missing, kept), lines)
    return DONE


def _data(
    files: Sequence[Path], made: Draft, missing: Sequence[str], kept: Kept | None
) -> dict[str, object]:
    faults: Sequence[Fault] = made.faults
    return {
        "figures": figures(made.bulletin),
        "files": [str(file) for file in files],
        "faults": [asdict(fault) for fault in faults],
        "missing": list(missing),
        "forced": made.bulletin.forced,
        "kept": {"file": str(kept.file), "root": kept.root} if kept else None,
    }
