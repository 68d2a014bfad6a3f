"""The reform of the bureaus, end to end: a unit is renamed, one is merged into a new one, a column
goes to another.

Findings of a day stay with the owner of that day, letters and orders follow the column, the old
owner is told once, and a bulletin that was frozen before still says what was true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from sqlalchemy import select

from crawler.config import load_yaml
from crawler.model import SHANGHAI, Deed
from crawler.system.shipped import shipped
from monitor.bulletin.model import Period
from monitor.bulletin.printing import Edition, archive, draft, kept_bulletin, print_bulletin
from monitor.channels import HandingOver, Receipt
from monitor.desk import entering
from monitor.judging.now import judge_now
from monitor.letters.alerts import send_waiting
from monitor.model import Letter, Verdict
from monitor.night.jobs import write_day
from monitor.office import Office, enter_catalogue, open_office
from monitor.record.check import papers, verify
from monitor.record.tables import EventRow, FindingRow, LetterFindingRow
from monitor.rectify.handover import moves
from monitor.rectify.orders import EVERY, MOVED, Order, Terms, issue, listed
from monitor.settings.sending import AlertsConfig
from tests.support.empty_store import lay_migrated_store
from tests.support.judging_store import post, visit

OLD = date(2020, 1, 3)
FIRST = date(2020, 7, 20)
REFORM = date(2020, 7, 28)
QUARTER = Period.parse("2020Q2")
BEFORE = {
    "fgj": ("房管局", "样例县房产管理局"),
    "jyj": ("教育局", "样例县教育局"),
    "dhz": ("东河镇", "样例县东河镇人民政府"),
    "sjj": ("审计局", "样例县审计局"),
}
AFTER = {
    "zjj": ("住建局", "样例县住房和城乡建设局"),  # 房管局 was merged into it
    "jyj": ("教育局", "样例县教育局"),
    "dhz": ("东河街道", "样例县东河街道办事处"),  # a town became a street
    "sjj": ("审计局", "样例县审计局"),
}
DUTIES = {"c-fgj": "fgj", "c-jyj": "jyj", "c-dhz": "dhz"}
MOVED_DUTIES = {"c-fgj": "zjj", "c-jyj": "sjj", "c-dhz": "dhz"}


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def write_config(folder: Path, units: dict[str, tuple[str, str]], duties: dict[str, str]) -> Path:
    path = folder / "config.yaml"
    settings = {
        "store": "sqlite:///store.db",
        "crawler": {"contact": "office@example.org", "backfill_from": date(2020, 1, 1)},
        "monitor": {
            "rules": load_yaml(shipped("config.yaml"))["monitor"]["rules"],
            "letters": {"office_emails": ["office@example.org"], "workdays_only": True},
            "bulletin": {"place": "样例县", "office": "样例县人民政府办公室"},
            "reports": ["word"],
        },
        "catalogue": {
            "units": [
                {"id": id, "short": short, "full": full, "group": "区直部门", "quota": 10}
                | {"emails": [f"{id}@example.org"]}
                for id, (short, full) in units.items()
            ],
            "sites": [{"id": "p", "name": "门户", "home": "http://portal.example.org/"}],
            "columns": [
                {
                    "id": id,
                    "name": f"{BEFORE[id[2:]][0]}动态",
                    "url": f"http://portal.example.org/{id}/",
                }
                | {"units": [unit], "class": "news"}
                for id, unit in duties.items()
            ],
        },
    }
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return path


@dataclass
class County:
    """The county with its mail; ``got`` are the letters that arrived, by day and address."""

    office: Office
    got: dict[tuple[date, str], Letter] = field(default_factory=dict)

    def night(self, day: date) -> tuple[Verdict, ...]:
        """What the crawl would have left at two o'clock, the catalogue, the judgement, the letters,
        the mail."""
        enter_catalogue(self.office, at(day, 1))
        with self.office.engine.begin() as c:
            for id in DUTIES:
                visit(c, id, at(day, 2) - timedelta(days=1), OLD)
                visit(c, id, at(day, 2), OLD, door="recheck")
        judgement = judge_now(self.office, at(day, 3))
        write_day(self.office, at(day, 7), judgement.verdicts)
        config = AlertsConfig(letters=self.office.settings.monitor.alerts.letters)
        send_waiting(self.office.engine, config, at(day), {"mail": self.channel}, lambda: 0.0)
        return judgement.verdicts

    def channel(self, letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        handing_over()
        self.got |= {(moment.astimezone(SHANGHAI).date(), address): letter for address in letter.to}
        return Receipt("250 ok")

    def said(self, day: date, unit: str) -> str:
        return self.got[day, f"{unit}@example.org"].text

    def told(self, unit: str) -> list[str]:
        """The days of the letters of ``unit``, in order."""
        return [
            f"{day:%m-%d}" for day, address in sorted(self.got) if address.startswith(f"{unit}@")
        ]

    def orders(self) -> dict[str, Order]:
        with self.office.reader.connect() as c:
            return {one.unit: one for one in listed(c, states=EVERY)}

    def finding(self, column: str) -> Any:
        with self.office.reader.connect() as c:
            query = select(FindingRow.__table__).where(FindingRow.subject == f"outlet:{column}")
            return c.execute(query.where(FindingRow.rule == "column_stale")).one()


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    lay_migrated_store(tmp_path / "store.db")
    with open_office(write_config(tmp_path, BEFORE, DUTIES)) as office:
        enter_catalogue(office, at(date(2020, 1, 1)))
        with office.engine.begin() as c:
            for id in DUTIES:
                post(
                    c,
                    id,
                    f"http://portal.example.org/{id}/1.htm",
                    OLD,
                    at(FIRST, 1),
                    origin=BEFORE[id[2:]][0],
                )
        yield County(office)


@pytest.fixture
def reformed(county: County, tmp_path: Path) -> Iterator[County]:
    """Told, ordered and printed on 20 July; the reform of 28 July; nights until the 30th."""
    county.night(FIRST)
    for column in ("c-fgj", "c-jyj"):
        with county.office.engine.begin() as c:
            issue(
                c,
                county.finding(column).number,
                deed=Deed("办公室", at(FIRST, 10)),
                terms=Terms(
                    county.office.settings.monitor.alerts.letters,
                    county.office.settings.monitor.orders,
                    20,
                ),
            )
    made = draft(county.office, QUARTER, at(FIRST, 11), edition=Edition(force=True))
    entering.freeze(county.office, made.bulletin, at(FIRST, 11), by="办公室")
    write_config(tmp_path, AFTER, MOVED_DUTIES)
    with open_office(tmp_path / "config.yaml") as office:
        after = County(office, county.got)
        for day in (REFORM, date(2020, 7, 29), date(2020, 7, 30), date(2020, 7, 31)):
            after.night(day)
        yield after


def test_the_old_owner_is_told_once_and_the_new_one_gets_its_own_time(reformed: County) -> None:
    handed = reformed.said(REFORM, "jyj")
    assert "教育局动态：已移交给审计局，不再由你单位整改；整改〔2020〕2号随之终结" in handed
    later = [
        text.text
        for (day, to), text in reformed.got.items()
        if day > REFORM and to == "jyj@example.org"
    ]
    assert not any("移交" in text or "教育局动态" in text for text in later), "told once"
    first = reformed.said(REFORM, "sjj")
    assert "教育局动态" in first
    assert "整改期限：2020年8月4日" in first  # five working days from its own first letter
    assert "再次提醒" not in first


def test_a_merged_unit_gets_nothing_any_more_and_its_heir_everything(reformed: County) -> None:
    assert all(day < "07-28" for day in reformed.told("fgj"))
    assert "房管局动态" in reformed.said(REFORM, "zjj")


def test_orders_of_who_lost_the_column_end_as_handed_over_in_the_record(reformed: County) -> None:
    found = reformed.orders()
    assert {unit: (one.state, one.ended) for unit, one in found.items()} == {
        "fgj": (MOVED, MOVED),
        "jyj": (MOVED, MOVED),
    }
    with reformed.office.reader.connect() as c:
        query = select(EventRow.detail).where(EventRow.kind == "transferred").order_by(EventRow.id)
        details = c.execute(query).scalars().all()
        assert verify(c).broken == ""
    assert [(d["from"], d["to"]) for d in details] == [("fgj", ["zjj"]), ("jyj", ["sjj"])]


def test_the_office_is_told_once_which_orders_ended(reformed: County) -> None:
    ours = [letter for (_, to), letter in reformed.got.items() if to.startswith("office@")]
    told = [letter for letter in ours if "随栏目移交终结" in letter.text]
    assert len(told) == 1
    assert "2 件整改通知随栏目移交" in told[0].subject
    number = reformed.finding("c-jyj").number
    assert f"整改〔2020〕2号（教育局动态，问题 {number}）：现责任单位 审计局" in told[0].text


def test_a_new_order_may_be_issued_to_the_new_owner(reformed: County) -> None:
    settings = reformed.office.settings.monitor
    with reformed.office.engine.begin() as c:
        made = issue(
            c,
            reformed.finding("c-jyj").number,
            deed=Deed("办公室", at(date(2020, 7, 31))),
            terms=Terms(settings.alerts.letters, settings.orders),
        )
    assert (made.unit, made.state) == ("sjj", "issued")


def test_a_renamed_unit_goes_on_under_its_new_name_and_hears_of_no_move(reformed: County) -> None:
    assert "东河街道办事处" in reformed.said(date(2020, 7, 31), "dhz")
    assert not any(
        "移交" in letter.text for (_, to), letter in reformed.got.items() if to.startswith("dhz@")
    )
    assert reformed.finding("c-dhz").units == ["dhz"]


def test_findings_of_a_day_are_the_owners_of_that_day(reformed: County) -> None:
    before = judge_now(reformed.office, at(FIRST, 12), record=False).verdicts
    after = judge_now(reformed.office, at(date(2020, 7, 31), 12), record=False).verdicts

    def owners(verdicts: tuple[Verdict, ...]) -> dict[str, tuple[str, ...]]:
        return {v.subject[7:]: v.units for v in verdicts if v.rule == "column_stale"}

    assert owners(before) == {"c-fgj": ("fgj",), "c-jyj": ("jyj",), "c-dhz": ("dhz",)}
    assert owners(after) == {"c-fgj": ("zjj",), "c-jyj": ("sjj",), "c-dhz": ("dhz",)}


def test_a_frozen_bulletin_prints_the_same_after_the_reform(
    reformed: County, tmp_path: Path
) -> None:
    kept = kept_bulletin(reformed.office, QUARTER)
    assert kept is not None
    printed = print_bulletin(reformed.office, kept.bulletin, tmp_path / "again")
    paper = docx.Document(str(next(f for f in printed.files if f.suffix == ".docx")))
    text = "\n".join(p.text for p in paper.paragraphs)
    text += "\n".join(
        cell.text for table in paper.tables for row in table.rows for cell in row.cells
    )
    assert {"房管局", "东河镇"} <= {
        row.short for group in kept.bulletin.groups for row in group.rows
    }
    for name in ("房管局", "东河镇"):
        assert name in text
    for name in ("住建局", "东河街道"):
        assert name not in text
    with reformed.office.reader.connect() as c:
        assert papers(c, archive(reformed.office)) == ""


def test_who_holds_the_column_or_never_held_it_has_nothing_to_hand_over(reformed: County) -> None:
    with reformed.office.engine.begin() as c:
        finding = reformed.finding("c-dhz").id
        query = select(LetterFindingRow.unit_id).where(LetterFindingRow.finding_id == finding)
        assert set(c.execute(query).scalars()) == {"dhz"}
        assert moves(c, {(finding, "dhz"), (finding, "jyj")}) == {}
