"""The office's word that a unit's places are all in the catalogue: command, pages, record; and what
stands without it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import delete, select, update

from crawler.model import Deed
from crawler.store.proof_tables import WholeWordRow
from crawler.store.tables import OutletRow
from monitor.__main__ import main
from monitor.access.roles import Role
from monitor.board.wholes import places
from monitor.desk.wholes import WholeRefused, end_whole, give_whole
from monitor.judging.now import judge_now
from monitor.office import Office
from monitor.record.chain import AuditRow
from tests.support.web_helpers import CATALOGUE, NOW, ClientFor, config_of

Web = tuple[ClientFor, Office]


@pytest.fixture
def nobody_said(office_web: Web) -> Web:
    """Nobody ever vouched for a unit, and the last judgement knew that."""
    with office_web[1].engine.begin() as c:
        c.execute(delete(WholeWordRow))
    judge_now(office_web[1], NOW - timedelta(minutes=5))
    return office_web


def shown(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_pages_say_of_each_unit_whether_its_places_are_known_to_be_all(nobody_said: Web) -> None:
    client_for, _ = nobody_said
    browser = client_for(Role.OFFICE)
    table, own = shown(browser.get("/units").text), shown(browser.get("/units/wjj").text)
    assert "4 个单位中有 4 个尚未确认发布栏目是否都在台账里" in table
    assert "不认定不足" in table
    assert "卫健局 栏目是否齐全：未确认" in table
    assert "发布栏目是否齐全 未确认" in own
    assert "栏目是否齐全未确认" in own, "beside the months that nobody could judge"
    assert "确认以前，数量只说看到了多少，不认定不足" in own
    assert 'class="chip stale">不足' not in browser.get("/units").text


def test_a_clerk_vouches_for_one_unit_and_takes_it_back(nobody_said: Web) -> None:
    client_for, office = nobody_said
    browser = client_for(Role.OFFICE)
    refused = browser.submit("/units/wjj/whole", {"reason": " "})
    assert refused.status_code == 422
    assert "请填写怎样核对的" in refused.text
    assert browser.submit("/units/wjj/whole", {"reason": "已与联系人核对"}).status_code == 303
    text = shown(browser.get("/units/wjj").text)
    assert "已确认" in text
    assert "2020-07-20 样例经办人 确认：已与联系人核对" in text.replace(
        "样例经办人确认", "样例经办人 确认"
    )
    judge_now(office, NOW + timedelta(minutes=1))
    with office.reader.connect() as c:
        assert {
            one.unit
            for one in places(c, NOW + timedelta(minutes=2)).values()
            if one.state == "whole"
        } == {"wjj"}
    assert browser.submit("/units/wjj/whole/end", {"reason": "漏了一个栏目"}).status_code == 303
    assert "发布栏目是否齐全 未确认" in shown(browser.get("/units/wjj").text)
    again = browser.submit("/units/wjj/whole/end", {"reason": "漏了一个栏目"})
    assert again.status_code == 422
    with office.reader.connect() as c:
        said = list(
            c.execute(select(AuditRow.what).where(AuditRow.what.like("whole_word%"))).scalars()
        )
    assert said == ["whole_word", "whole_word_ended"]


def test_many_units_are_vouched_for_at_once_and_only_those_that_were_ticked(
    nobody_said: Web,
) -> None:
    client_for, office = nobody_said
    browser = client_for(Role.OFFICE)
    assert "请勾选要确认的单位" in browser.submit("/units/whole", {"reason": "核对过"}).text
    kept = browser.submit("/units/whole", {"unit": ["jyj"], "reason": ""}).text
    assert re.search(r'value="jyj" checked', kept), "what was ticked stays ticked"
    assert (
        browser.submit("/units/whole", {"unit": ["jyj", "cst"], "reason": "核对过"}).status_code
        == 303
    )
    with office.reader.connect() as c:
        assert {one.unit: one.state for one in places(c, NOW).values()} == {
            "jyj": "whole",
            "cst": "whole",
            "wjj": "open",
            "cgj": "open",
        }
    assert "4 个单位中有 2 个尚未确认" in shown(browser.get("/units").text)


def test_who_may_not_handle_sees_how_it_stands_and_changes_nothing(nobody_said: Web) -> None:
    client_for, office = nobody_said
    for role in (Role.INSPECTOR, Role.LEADER, Role.UNIT):
        for path in ("/units/whole", "/units/wjj/whole", "/units/wjj/whole/end"):
            assert (
                client_for(role).submit(path, {"unit": "wjj", "reason": "核对过"}).status_code
                == 403
            )
    assert "/units/wjj/whole" not in client_for(Role.LEADER).get("/units/wjj").text
    with office.reader.connect() as c:
        assert c.execute(select(WholeWordRow.id)).all() == []


def test_a_word_of_config_is_ended_there_and_a_column_that_left_asks_for_a_new_word(
    office_web: Web,
) -> None:
    _, office = office_web
    with office.engine.begin() as c, pytest.raises(WholeRefused, match=r"config\.yaml"):
        end_whole(c, ["教育局"], deed=Deed("经办人", NOW, "错"))
    with office.engine.begin() as c:
        c.execute(
            update(OutletRow)
            .where(OutletRow.id == "jytz")
            .values(retired_at=NOW - timedelta(minutes=9))
        )
    judge_now(office, NOW - timedelta(minutes=5))
    with office.engine.begin() as c:
        found = places(c, NOW)
        assert {one.state for one in found.values()} == {"again"}
        assert found["jyj"].left == ("通知公告",)
        give_whole(c, ["教育局", "卫健局"], deed=Deed("经办人", NOW, "再次核对"))
        assert places(c, NOW)["jyj"].state == "whole"


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    line = ["gengxin", "units", "whole", *words, "--config", str(folder / "config.yaml")]
    monkeypatch.setattr("sys.argv", line)
    return main()


def test_the_command_takes_names_as_well_as_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_of(tmp_path)
    config = yaml.safe_load(path.read_text("utf-8"))
    config["catalogue"] = {key: value for key, value in CATALOGUE.items() if key != "whole"}
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    reason = ("--reason", "逐个栏目核对", "--by", "张三")
    assert command(monkeypatch, tmp_path, "list") == 0
    assert "4 个单位，已确认 0 个；其余 4 个的数量不作认定" in capsys.readouterr().out
    assert command(monkeypatch, tmp_path, "add", "教育局", "仓山区卫生健康局", "cst", *reason) == 0
    assert "已确认 3 个单位" in capsys.readouterr().out
    assert command(monkeypatch, tmp_path, "list", "--json") == 0
    found = {one["unit"]: one for one in json.loads(capsys.readouterr().out)}
    assert {unit for unit, one in found.items() if one["whole"]} == {"jyj", "wjj", "cst"}
    assert (found["jyj"]["person"], found["jyj"]["reason"]) == ("张三", "逐个栏目核对")
    assert command(monkeypatch, tmp_path, "end", "教育局", "--reason", "漏了") == 0
    assert command(monkeypatch, tmp_path, "end", "教育局", "--reason", "漏了") == 2
    assert command(monkeypatch, tmp_path, "add", "气象局", *reason) == 2
    assert "“气象局”不在台账的单位中" in capsys.readouterr().err
    assert command(monkeypatch, tmp_path, "add", "--all", *reason) == 0
    assert "已确认 2 个单位的发布栏目齐全：城管局、教育局" in capsys.readouterr().out
    assert command(monkeypatch, tmp_path, "add", "--all", *reason) == 2
