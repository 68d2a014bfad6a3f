"""The content sample run through the real sweep on two days, and what it found beside what it
should."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import insert, select

from crawler.checking.sweep import Swept
from crawler.checks.rules import FAMILIES
from crawler.model import SHANGHAI
from crawler.store.content_tables import CheckedPostRow, SuspectRow
from crawler.store.tables import PostRow
from monitor.demo.defect_site import DefectSite, resolve, served_site, title_of
from monitor.demo.defects import Case
from monitor.night.content import sweep
from monitor.office import Office, enter_catalogue, open_office

START = datetime(2020, 6, 2, 9, tzinfo=SHANGHAI)
COLUMN = "tzgg"
CONFIG: dict[str, object] = {
    "contact": "office@example.org", "allow_loopback": True, "delay": 0.001, "timeout": 5, "retries": 0, "give_up_after": 20,
    "total_concurrency": 8,
    "content": {"allow": ["allowed.example.com"], "sensitive_words": ["sensitive.txt"], "wrong_words": "wrong.txt"},
}  # fmt: skip


SENSITIVE = "# version: 样例1\n示例禁用词甲\n示例禁用词乙丙\t改用规范表述\t样例说明\n"
WRONG = "# version: 样例1\n样例旧称局\t样例新称局\t机构已更名\n"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: of ``defects`` planted ``found``, of ``near`` misses ``false`` alarms,
    ``limits`` known."""

    family: str
    defects: int
    found: int
    near: int
    false: int
    limits: int


@dataclass(frozen=True, slots=True)
class DefectResult:
    """``missed`` and ``alarmed`` name each case that went wrong and is no known limit."""

    rows: tuple[Row, ...]
    missed: tuple[str, ...]
    alarmed: tuple[str, ...]
    first: Swept
    second: Swept


@contextmanager
def stage(folder: Path) -> Iterator[tuple[DefectSite, Office]]:
    """The sample served, and an office in ``folder`` whose one column lists it."""
    with served_site() as site:
        (folder / "sensitive.txt").write_text(SENSITIVE, encoding="utf-8")
        (folder / "wrong.txt").write_text(WRONG, encoding="utf-8")
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(_config(site.port), allow_unicode=True), encoding="utf-8")
        with open_office(path) as office:
            enter_catalogue(office, START)
            _list(office, site)
            yield site, office


def run(site: DefectSite, office: Office) -> DefectResult:
    """Sweep on two days: dead links need both. Then compare with the truth."""
    first = sweep(office, lambda: START, resolve=resolve)
    second = sweep(office, lambda: START + timedelta(days=1), resolve=resolve)
    found = _found(office)
    return _compare(site.cases, site.port, found, first, second)


def _compare(
    cases: tuple[Case, ...], port: int, found: Mapping[str, set[str]], first: Swept, second: Swept
) -> DefectResult:
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    missed, alarmed = [], []
    for case in cases:
        told = found.get(f"http://127.0.0.1:{port}{case.path}", set())
        line = tally[FAMILIES[case.kind.partition("（")[0].partition(".")[0]]]
        lacking, extra = case.rules - told, told - case.rules
        if case.limit:
            line[4] += 1
        elif case.near:
            line[2] += 1
            line[3] += bool(extra)
        else:
            line[0] += 1
            line[1] += not lacking
        said = f"{case.number} {case.kind}：{case.html[-160:]!r}"
        if lacking and not case.limit:
            missed.append(f"{said} 应报{sorted(lacking)} 实报{sorted(told)}")
        if extra and not case.limit:
            alarmed.append(f"{said} 误报{sorted(extra)}")
    rows = tuple(Row(family, *tally[family]) for family in FAMILIES.values() if family in tally)
    return DefectResult(rows, tuple(missed), tuple(alarmed), first, second)


def _found(office: Office) -> dict[str, set[str]]:
    query = (
        select(CheckedPostRow.url, SuspectRow.rule)
        .join(SuspectRow, SuspectRow.post_id == CheckedPostRow.id)
        .where(SuspectRow.state == "open")
    )
    found: dict[str, set[str]] = defaultdict(set)
    with office.reader.connect() as connection:
        for url, rule in connection.execute(query):
            found[url].add(rule)
    return found


def _list(office: Office, site: DefectSite) -> None:
    """The posts as a night would have stored them."""
    rows: list[dict[str, object]] = [
        {
            "outlet_id": COLUMN,
            "url": f"http://127.0.0.1:{site.port}{case.path}",
            "title": title_of(case),
            "published": START.date(),
            "published_at": None,
            "raw": "2020-06-01",
            "place": "item",
            "why": "",
            "origin": "样例单位",
            "others": [],
            "pinned": False,
            "page_hash": "",
            "first_seen": START,
            "last_seen": START,
            "prior_look": None,
            "article": "read",
        }
        for case in site.cases
    ]
    with office.engine.begin() as connection:
        connection.execute(insert(PostRow), rows)


def _config(port: int) -> dict[str, object]:
    base = f"http://127.0.0.1:{port}"
    rules = {
        "content_suspects": {"valid_from": "2019-04-01", "clause": "内部规则"},
        "content_faults": {"valid_from": "2019-04-01", "clause": "样例"},
    }
    return {
        "store": "sqlite:///store.db",
        "crawler": CONFIG,
        "monitor": {"rules": rules},
        "catalogue": {
            "units": [
                {"id": "yldw", "short": "样例单位", "full": "样例区样例单位", "group": "区直部门"}
            ],
            "sites": [
                {
                    "id": "portal",
                    "name": "内容检查样例门户",
                    "home": f"{base}/",
                    "delay": 0.001,
                    "concurrency": 4,
                }
            ],
            "columns": [
                {
                    "id": COLUMN,
                    "name": "通知公告",
                    "url": f"{base}/tzgg/",
                    "class": "notice",
                    "units": ["yldw"],
                }
            ],
            "accounts": [],
        },
    }
