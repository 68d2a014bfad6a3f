"""The demonstration: serve a district on loopback, run the real night over it, print its quarter,
compare."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crawler.clock import Clock
from crawler.config import BadConfig, load_yaml
from crawler.model import OutletKind, shanghai_day
from crawler.system.shipped import shipped
from monitor.bulletin.lint import errors
from monitor.bulletin.model import Bulletin, Period
from monitor.bulletin.printed.beside import compare
from monitor.bulletin.printing import Edition, PrintedFiles, draft, print_bulletin
from monitor.bulletin.reports import kinds
from monitor.demo.accounts import district_media, persons_looks
from monitor.demo.answers import answers
from monitor.demo.catalogue import catalogue
from monitor.demo.district import PROVINCE, District, first_day
from monitor.demo.planted_run import check_planted
from monitor.demo.server import Sample, serve
from monitor.model import Value
from monitor.night import jobs
from monitor.night.child import Progress
from monitor.office import Office, open_office

MARKER = "这是演示目录.txt"
MAIL = "信件"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a demonstration found. ``wrong`` lists where it differs from the district's own truth.
    ``content`` is what the content checks said of the column with planted defects, empty where
    nothing was planted."""

    district: District
    night: jobs.Night
    printed: PrintedFiles
    differences: tuple[str, ...]
    wrong: tuple[str, ...]
    files: tuple[tuple[str, Path], ...]
    content: tuple[str, ...] = ()


@contextmanager
def stage(
    district: District, clock: Clock, folder: Path, *, manner: str = PROVINCE
) -> Iterator[tuple[Sample, Office]]:
    """Serve ``district`` and open an office in ``folder`` that watches it.

    The portal serves itself in the manner of the province's platform, or of plain TRS. An earlier
    demonstration in ``folder`` is replaced. Raises ``BadConfig`` for a folder with other things.
    """
    _clear(folder)
    with serve(district, clock, folder / MAIL, media=district_media, manner=manner) as sample:
        path = folder / "config.yaml"
        path.write_text(_config(district, sample), encoding="utf-8")
        with open_office(path) as office:
            yield sample, office


def show(
    district: District,
    office: Office,
    clock: Clock,
    *,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    sample: Sample | None = None,
) -> Demonstration:
    """Enter what a person saw of silent accounts, run one night, print the district's quarter, and
    compare with its truth and with the printed words.

    With ``sample`` the content of the posts is checked where its portal has planted defects.
    """
    persons_looks(district, office, clock())
    night = jobs.nightly(office, clock, as_of=clock(), on_progress=on_progress)
    content, astray = (
        check_planted(office, clock, sample.portal) if sample is not None else ((), ())
    )
    folder = office.settings.path.parent
    made = draft(office, Period.parse(district.quarter), clock(), edition=Edition(force=True))
    printed = print_bulletin(office, made.bulletin, folder)
    files = [
        ("配置", office.settings.path),
        ("数据库", folder / "store.db"),
        ("信件", folder / MAIL),
    ]
    files += [(kinds()[file.suffix[1:]].holds, file) for file in printed.files]
    wrong = (
        *_wrong(district, night, printed),
        *astray,
        *(fault.sentence for fault in errors(made.faults)),
    )
    return Demonstration(
        district,
        night,
        printed,
        _differences(district, made.bulletin),
        wrong,
        tuple(files),
        content,
    )


def _differences(district: District, bulletin: Bulletin) -> tuple[str, ...]:
    """Where the printed words differ from the data; nothing where a month could not be judged."""
    judged = all("unknown" not in row.states for group in bulletin.groups for row in group.rows)
    if district.printed is None or not judged:
        return ()
    said = district.printed.model_dump(exclude_unset=True)
    return tuple(compare(bulletin, said))


def _wrong(district: District, night: jobs.Night, printed: PrintedFiles) -> Iterator[str]:
    """Where this run differs from what the data file says is true."""
    bulletin = printed.bulletin
    truth = answers(district, district.quarter, shanghai_day(bulletin.as_of))
    counted = {
        row.unit: dict(
            zip(bulletin.period.months, (count.figure for count in row.counts), strict=True)
        )
        for group in bulletin.groups
        for row in group.rows
    }
    said: dict[str, set[str]] = {kind.value: set() for kind in OutletKind}
    kinds = {account.id: "account" for account in district.accounts}
    for verdict in night.judgement.verdicts:
        if verdict.value in (Value.STALE, Value.BLANK) and verdict.subject.startswith("outlet:"):
            outlet = verdict.subject.removeprefix("outlet:")
            said[kinds.get(outlet, "column")].add(outlet)
    ids = {
        number: account.id for account in district.accounts for number in account.handle.values()
    }
    shown = {
        verdict.subject.rpartition(":")[2]
        for verdict in night.judgement.verdicts
        if verdict.rule == "account_unregistered" and verdict.opens
    }
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("各单位每月信息数", counted, {unit: dict(months) for unit, months in truth.posts.items()}),
        ("信息总数", bulletin.portal.total.figure, truth.total),
        ("未归属信息数", bulletin.portal.unattributed.figure, truth.unattributed),
        ("主动公开总数", bulletin.disclosure.total.figure, sum(truth.documents.values())),
        ("超期栏目", said["column"], set(truth.stale_columns)),
        ("超期账号", said["account"], set(truth.idle_accounts)),
        (
            "未登记账号",
            {ids.get(number, number) for number in shown},
            set(truth.unregistered_accounts),
        ),
    )
    for name, found, wanted in pairs:
        if found != wanted:
            yield f"{name}：运行结果为 {str(found)[:150]}，样例数据为 {str(wanted)[:150]}"


def _clear(folder: Path) -> None:
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise BadConfig(f"{folder}：目录里有别的文件，演示不会动它；请用 --out 指定一个空目录")
    if folder.exists():
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(
        "gengxin demo 生成的样例，可以整个删除；再次演示会清空本目录。\n", encoding="utf-8"
    )


def _config(district: District, sample: Sample) -> str:
    """The shipped rules over the sample's catalogue, its own store and mailbox."""
    path = shipped("config.yaml")
    rules = load_yaml(path)["monitor"]["rules"]
    config = {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "office@example.org",
            "allow_loopback": True,
            "backfill_from": first_day(district.months[0]),
            "delay": 0.002,
            "timeout": 10,
        },
        "monitor": {
            "rules": rules,
            "letters": {
                "office": f"{district.name}政务公开工作办公室（样例）",
                "office_emails": ["office@example.org"],
            },
            "mail": {
                "host": sample.smtp_host,
                "port": sample.smtp_port,
                "security": "plain",
                "sender": "office@example.org",
                "sender_name": "更新监测（样例）",
            },
            "bulletin": {"place": district.name, "office": district.portal.keeper},
            "reports": ["word", "sheet", "pdf"],
        },
        "catalogue": catalogue(district, sample.portal_url, sample.media_url),
    }
    head = "# gengxin demo 生成：只在本机有效的样例配置。\n"
    return head + yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=120)
