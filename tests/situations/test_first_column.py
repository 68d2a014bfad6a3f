"""Situation 15 on the shipped config: 36 units with a quota, and the first column was entered.
Nobody is short by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import insert, select

from crawler.model import SHANGHAI, Deed
from crawler.store.tables import RunRow
from monitor.access.roles import Role
from monitor.bulletin.model import Period
from monitor.bulletin.printing import draft
from monitor.commands.screen import status_lines
from monitor.desk.wholes import give_whole
from monitor.judging.evaluate import Judgement
from monitor.judging.now import judge_now
from monitor.judging.unit_rhythm import keep_rhythm
from monitor.model import Value
from monitor.night.jobs import write_day
from monitor.office import Office, enter_catalogue, open_office
from monitor.record.tables import FindingRow, LetterRow
from tests.situations.test_saying import everything, shown
from tests.support.judging_store import post, visit
from tests.support.web_helpers import clients, enter_users

SHIPPED = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
NIGHT = NOW - timedelta(hours=7)
FIRST = {
    "id": "first", "name": "发改动态", "path": "部门信息/发改动态", "class": "other", "units": ["fgj"], "only": "fgj",
    "url": "http://www.fzcangshan.gov.cn/fgdt/",
}  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The shipped units and accounts with one column, read whole on two nights: four posts of each
    month."""
    config = yaml.safe_load(SHIPPED.read_text("utf-8"))
    config["catalogue"]["columns"] = [FIRST]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    with open_office(tmp_path / "config.yaml") as found:
        enter_catalogue(found, datetime(2020, 1, 1, tzinfo=SHANGHAI))
        with found.engine.begin() as c:
            for month in (4, 5, 6, 7):
                for day in (3, 8, 13, 18):
                    published = date(2020, month, day)
                    seen = datetime(2020, month, day, 23, tzinfo=SHANGHAI)
                    post(c, "first", f"/fgdt/{published}.html", published, seen)
            for night in (NIGHT - timedelta(days=1), NIGHT):
                run = {
                    "kind": "nightly",
                    "started": night,
                    "ended": night,
                    "planned": 1,
                    "looked": 1,
                }
                c.execute(insert(RunRow).values(run | {"unknown": 0, "new_posts": 0}))
                visit(c, "first", night, date(2020, 7, 18), dated=16, url=FIRST["url"])
        yield found


def judged(office: Office, moment: datetime) -> Judgement:
    found = judge_now(office, moment)
    keep_rhythm(office, moment)
    assert not found.failed_night, "else it would say nothing of anybody for another reason"
    return found


def short(judgement: Judgement) -> set[str]:
    """The units of which a count says something."""
    grave = (Value.STALE, Value.DUE_SOON)
    return {v.name for v in judgement.verdicts if v.rule == "unit_quota" and v.value in grave}


def test_situation_15_the_first_column_makes_none_of_36_units_short(
    office: Office, tmp_path: Path
) -> None:
    judgement = judged(office, NOW - timedelta(hours=1))
    quotas = {v.subject for v in judgement.verdicts if v.rule == "unit_quota"}
    assert len(quotas) == 36
    assert short(judgement) == set()
    write_day(office, NOW, judgement.verdicts)
    with office.reader.connect() as c:
        accused = c.execute(select(FindingRow.sentence).where(FindingRow.ours.is_(False))).all()
        told = set(c.execute(select(LetterRow.unit_id)).scalars())
    assert accused == []
    assert told <= {"_office"}


def test_situation_15_pages_command_and_bulletin_say_why_nobody_is(
    office: Office, tmp_path: Path
) -> None:
    judgement = judged(office, NOW - timedelta(hours=1))
    enter_users(office, "fgj")
    browser = clients(office, lambda: NOW)(Role.OFFICE)
    table = shown(browser.get("/units").text)
    assert "40 个单位中有 40 个尚未确认发布栏目是否都在台账里" in table
    assert "不足 " not in table.replace("不认定不足", "")
    own = shown(browser.get("/units/fgj").text)
    assert "确认以前，数量只说看到了多少，不认定不足" in own
    assert "≥4/10" in own
    for path in ("/", "/leader"):
        text = shown(browser.get(path).text)
        assert "尚未确认" in text, path
        numbers = re.split("本月发布|各单位发布数量", text)[1].partition("一周内到期")[0]
        assert "未判定" in numbers, path
        assert not re.search(r"(?<![\d≥])0(?:/10| ?条)", numbers), path
    status = "\n".join(status_lines(office, judgement))
    assert "40 个单位中有 40 个尚未确认" in status
    assert not re.search(r"(?<!\d)0 ?条", status)
    assert "2020-06 不少于4条 未知" in status
    b = draft(office, Period.parse("2020Q2"), NOW).bulletin
    said = everything(b, tmp_path)
    assert "尚未确认各单位的发布栏目已全部纳入台账" in said or "尚未确认该单位的发布栏目" in said
    rows = [row for group in b.groups for row in group.rows]
    assert {state for row in rows for state in row.states} <= {"unknown"}
    assert not re.search(r"发布信息0条|数量为0", said)


def test_situation_15_once_the_office_vouches_only_the_unit_that_was_seen_whole_is_short(
    office: Office,
) -> None:
    judged(office, NOW - timedelta(hours=1))
    with office.engine.begin() as c:
        names = [unit.id for unit in office.settings.catalogue.units]
        give_whole(c, names, deed=Deed("经办人", NOW - timedelta(minutes=30), "逐个核对"))
    assert short(judged(office, NOW)) == {"发改局"}
