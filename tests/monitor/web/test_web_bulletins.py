"""Bulletins in the web: made beside it, shown as they print, edited with a name, frozen only as
they were looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from crawler.store.migrate import newest_revision
from monitor.access.roles import Role
from monitor.bulletin.printing import archive, kept_bulletin
from monitor.bulletin.shelf import KeptFile, entered_periods, kept_files
from monitor.days.period import Period
from monitor.desk import chores, drafts, entering
from monitor.desk.drafting import MOVED, main
from monitor.entries.entered import entries_of
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.tables import JudgementRow
from monitor.web.pages.bulletins import WORK
from tests.monitor.desk.test_chores import until_ended
from tests.support.web_helpers import NOW, ClientFor, rows

pytestmark = pytest.mark.slow

Web = tuple[ClientFor, Office]
JUNE = Period.parse("2020-06")
AT = "/bulletins/2020-06"


@pytest.fixture
def web(office_web: Web) -> Web:
    """The office as a command finds it; without a PDF, which takes LibreOffice its time."""
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        c.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": newest_revision()})
    path = office.settings.path
    path.write_text(
        re.sub(r"reports: .*", "reports: [word, sheet]", path.read_text("utf-8")), encoding="utf-8"
    )
    plain = path.read_text("utf-8").replace("  - pdf\n", "")
    path.write_text(plain, encoding="utf-8")
    return client_for, office


def told(office: Office, *more: str, what: str = "draft") -> int:
    """The child's work in this process."""
    given = [
        what,
        "2020-06",
        "--config",
        str(office.settings.path),
        "--as-of",
        NOW.isoformat(),
        *more,
    ]
    return main(given)


def drafted(office: Office) -> drafts.About:
    assert told(office) == 0
    found = drafts.about(drafts.home(office, "2020-06"))
    assert found is not None
    return found


def frozen(office: Office) -> Path:
    about = drafted(office)
    assert told(office, *_looked_at(about), what="freeze") == 0
    return archive(office) / "2020-06-20200720.json"


def kept(office: Office) -> tuple[KeptFile, ...]:
    with office.reader.connect() as c:
        return kept_files(c, archive(office))


def _looked_at(about: drafts.About) -> list[str]:
    return [
        "--printed",
        str(about.printed),
        "--check-from",
        str(about.check_from),
        "--check-to",
        str(about.check_to),
        "--by",
        "测试",
        "--root",
        about.root,
    ]


@contextmanager
def busy(office: Office) -> Iterator[None]:
    """As if somebody's draft were being made."""
    home = office.settings.folder / chores.FOLDER
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{WORK}.lock").open("a+") as lock:
        assert chores._locked(lock)
        known = chores.Chore(WORK, chores.RUNNING, NOW, "甲", "2020年6月草稿")
        chores._write(home, known)
        yield


def test_a_draft_is_made_beside_the_web_and_shown(web: Web) -> None:
    """The whole way once: the form, the child, the wait, the page."""
    client_for, office = web
    browser = client_for(Role.OFFICE)
    assert "还没有草稿" in browser.get(AT).text
    answer = browser.submit(
        f"{AT}/draft",
        {"printed": "2020-07-20", "check_from": "2020-07-13", "check_to": "2020-07-20"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, AT)
    found = until_ended(office.settings.folder, WORK)
    assert (found.state, found.note) == ("done", "")
    assert browser.part(f"{AT}/progress").headers["hx-refresh"] == "true"
    page = browser.get(AT).text
    assert "关于2020年6月" in page
    assert "2020-07-13 至 2020-07-20" in page
    for suffix in ("docx", "xlsx", "json"):
        answer = browser.get(f"{AT}/files/{suffix}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
    assert browser.get(f"{AT}/files/exe").status_code == 422


def test_the_list_compiles_nothing(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    client_for, office = web
    drafted(office)
    monkeypatch.setattr("monitor.bulletin.printing.compile_bulletin", None)
    monkeypatch.setattr("monitor.desk.drafts.compile_bulletin", None)
    browser = client_for(Role.LEADER)
    listed = browser.get("/bulletins").text
    assert "2020年6月" in listed
    assert "2020年第二季度" in listed
    assert "草稿" in browser.get(AT).text


def test_the_preview_says_what_the_paper_says(web: Web) -> None:
    client_for, office = web
    drafted(office)
    page = client_for(Role.LEADER).get(AT).text
    told_ = json.loads((drafts.home(office, "2020-06") / "通报-2020-06.json").read_text("utf-8"))
    for group in told_["groups"]:
        for row in group["rows"]:
            assert row["short"] in page
            assert row["completion"].replace(" ", "") in page.replace(" ", "")
    assert "封存印发" not in page, "a leader reads"


def test_while_it_is_made_the_page_waits_and_nobody_starts_another(web: Web) -> None:
    client_for, office = web
    browser = client_for(Role.OFFICE)
    with busy(office):
        page = browser.get(AT).text
        assert f'hx-get="{AT}/progress"' in page
        assert "甲" in browser.part(f"{AT}/progress").text
        answer = browser.submit(f"{AT}/draft")
        assert answer.status_code == 303
        assert "said=" in answer.headers["location"]
    assert "没有完成" in browser.get(AT).text, "whoever held the lock is gone"


def test_new_judgements_make_a_draft_old(web: Web) -> None:
    client_for, office = web
    about = drafted(office)
    assert "请重新生成" not in client_for(Role.OFFICE).get(AT).text
    with office.engine.begin() as c:
        row = {"as_of": NOW, "failed_night": False, "counts": {}, "digest": "x", "limits": {}}
        c.execute(insert(JudgementRow).values(row))
    browser = client_for(Role.OFFICE)
    assert "又有新的判定" in browser.get(AT).text
    assert browser.submit(f"{AT}/freeze", {"root": about.root}).status_code == 409
    assert kept(office) == ()


def test_a_name_is_struck_and_given_back_with_a_name_on_it(web: Web) -> None:
    client_for, office = web
    drafted(office)
    browser = client_for(Role.OFFICE)
    assert 'value="columns|卫生信息"' in browser.get(AT).text
    answer = browser.submit(
        f"{AT}/edits", {"action": "strike", "what": "columns|卫生信息", "reason": "数据补报核实"}
    )
    assert answer.status_code == 303, answer.text
    page = browser.get(AT).text
    assert 'value="columns|卫生信息"' not in page
    assert "修改已体现在下面的预览里" in page
    assert "数据补报核实" in page
    with office.reader.connect() as c:
        entries = entries_of(c, JUNE.name)
    assert [(e.name, e.by) for e in entries.edits] == [("卫生信息", "样例经办人")]
    assert (
        browser.submit(f"{AT}/edits/undo", {"list": "columns", "name": "卫生信息"}).status_code
        == 303
    )
    assert (
        browser.submit(f"{AT}/edits/undo", {"list": "columns", "name": "卫生信息"}).status_code
        == 422
    )
    assert 'value="columns|卫生信息"' in browser.get(AT).text
    assert "修改已体现" not in browser.get(AT).text, "as it was"
    said = [json.loads(row.data) for row in rows(office, AuditRow) if row.what == "bulletin_edit"]
    assert [(bool(one["before"]), bool(one["after"])) for one in said] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"what": "columns|卫生信息", "reason": ""}, "请填写理由"),
        ({"what": "columns|没有这个", "reason": "理由"}, "无从删去"),
        ({"what": "nowhere|卫生信息", "reason": "理由"}, "不存在"),
        ({"what": "columns|卫生信息", "reason": "a"}, "reason"),
        ({"action": "add", "list": "columns", "what": "卫健局", "reason": "理由"}, "不能手工补列"),
        ({"action": "add", "list": "good", "what": "别的局", "reason": "理由"}, "附件中没有"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(web: Web, given: dict[str, str], said: str) -> None:
    client_for, office = web
    drafted(office)
    answer = client_for(Role.OFFICE).submit(f"{AT}/edits", given)
    assert answer.status_code == 422
    assert said in answer.text
    with office.reader.connect() as c:
        assert entries_of(c, JUNE.name).edits == ()


def test_praise_and_error_reports_stand_in_the_text_at_once(web: Web) -> None:
    client_for, office = web
    drafted(office)
    browser = client_for(Role.OFFICE)
    assert (
        browser.submit(f"{AT}/commend", {"name": "教育局", "reason": "<b>更新</b>及时"}).status_code
        == 303
    )
    assert (
        browser.submit(f"{AT}/errors", {"received": "12", "done": "11", "late": "1"}).status_code
        == 303
    )
    page = browser.get(AT).text
    assert "教育局：&lt;b&gt;更新&lt;/b&gt;及时" in page
    assert "转来留言12条，办结11条，其中超过1个月办结1条" in page
    assert browser.submit(f"{AT}/errors", {"received": "1", "done": "2"}).status_code == 422
    assert browser.submit(f"{AT}/errors", {"received": "x", "done": "2"}).status_code == 422
    assert (
        browser.submit(f"{AT}/edits/undo", {"list": "commended", "name": "教育局"}).status_code
        == 303
    )
    assert "予以表扬" not in browser.get(AT).text


def test_what_was_looked_at_is_frozen_and_told(web: Web) -> None:
    client_for, office = web
    about = drafted(office)
    browser = client_for(Role.OFFICE)
    page = browser.get(AT).text
    if about.stopped:
        pytest.fail(str(about.faults))
    assert f'value="{about.root}"' in page
    answer = browser.submit(f"{AT}/freeze", {"root": about.root})
    assert (answer.status_code, answer.headers["location"]) == (303, AT)
    found = until_ended(office.settings.folder, WORK)
    assert (found.state, found.note) == ("done", "")
    found_kept = kept_bulletin(office, JUNE)
    assert found_kept is not None
    assert found.result["sha256"] == found_kept.root
    said = [row for row in rows(office, AuditRow) if row.what == "bulletin_frozen"]
    assert [row.who for row in said] == ["样例经办人"]
    page = browser.get(f"{AT}/kept/2020-07-20").text
    assert "已封存" in page
    assert "记录根值" in page
    assert browser.get(f"{AT}/kept/2020-07-20/files/docx").content.startswith(b"PK")
    assert browser.get(f"{AT}/kept/2020-07-20/files/json").content == found_kept.file.read_bytes()
    assert "已经封存" in browser.get(AT).text


def test_what_moved_since_it_was_looked_at_is_not_frozen(
    web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    client_for, office = web
    about = drafted(office)
    client_for(Role.OFFICE).submit(f"{AT}/commend", {"name": "教育局", "reason": "更新及时"})
    assert client_for(Role.OFFICE).submit(f"{AT}/freeze", {"root": about.root}).status_code == 409
    assert told(office, *_looked_at(about), what="freeze") == 2, "the child looks for itself"
    assert MOVED in capsys.readouterr().err
    assert kept(office) == ()
    fresh = drafted(office)
    assert client_for(Role.OFFICE).submit(f"{AT}/freeze", {"root": about.root}).status_code == 409
    assert fresh.root != about.root


def test_errors_stop_the_freeze(web: Web) -> None:
    client_for, office = web
    about = drafted(office)
    file = drafts.home(office, "2020-06") / drafts.ABOUT
    data = json.loads(file.read_text("utf-8"))
    data["faults"] = [{"level": "error", "subject": "卫健局", "sentence": "对不上"}]
    file.write_text(json.dumps(data), encoding="utf-8")
    browser = client_for(Role.OFFICE)
    page = browser.get(AT).text
    assert "改正后才能封存" in page
    assert '<a href="#u-卫健局">' in page
    answer = browser.submit(f"{AT}/freeze", {"root": about.root})
    assert answer.status_code == 409
    assert "自检有错误" in answer.text


def test_a_frozen_one_is_corrected_beside_it(web: Web) -> None:
    client_for, office = web
    file = frozen(office)
    before, browser = file.read_bytes(), client_for(Role.OFFICE)
    there = f"{AT}/kept/2020-07-20"
    answer = browser.submit(
        f"{there}/correct", {"subject": "卫健局", "text": "第一行\n<i>第二行</i>"}
    )
    assert answer.status_code == 303
    page = browser.get(there).text
    assert "第一行<br>&lt;i&gt;第二行&lt;/i&gt;" in page
    assert file.read_bytes() == before
    assert browser.submit(f"{there}/correct", {"subject": "", "text": "x"}).status_code == 422
    assert "更正 1 条" in browser.get("/bulletins").text


def test_a_frozen_file_that_was_changed_is_told(web: Web) -> None:
    client_for, office = web
    file = frozen(office)
    drafts_gone = drafts.home(office, file.stem)
    for one in sorted(drafts_gone.rglob("*"), reverse=True):
        one.unlink() if one.is_file() else one.rmdir()
    drafts_gone.rmdir()
    browser, there = client_for(Role.OFFICE), f"{AT}/kept/2020-07-20"
    assert "生成文件" in browser.get(there).text, (
        "printed on another machine: the papers are made when asked for"
    )
    assert browser.get(f"{there}/files/docx").status_code == 404
    assert told(office, "--printed", "2020-07-20", what="papers") == 0
    assert browser.get(f"{there}/files/docx").status_code == 200
    file.write_text(file.read_text("utf-8").replace("卫健局", "教育局"), encoding="utf-8")
    assert told(office, "--printed", "2020-07-20", what="papers") == 2
    for one in sorted(drafts_gone.rglob("*"), reverse=True):
        one.unlink() if one.is_file() else one.rmdir()
    drafts_gone.rmdir()
    assert "与封存时的校验值不符" in browser.get(there).text


def test_the_rows_behind_a_figure_say_why_they_are_theirs(web: Web) -> None:
    client_for, office = web
    about = drafted(office)
    browser = client_for(Role.LEADER)
    for unit in about.units:
        page = browser.get(f"{AT}/evidence", params={"unit": unit})
        assert page.status_code == 200
        assert "工作信息" in page.text
    assert "没有信息" in browser.get(f"{AT}/evidence", params={"unit": "没有这个"}).text
    assert browser.get(f"{AT}/evidence?unit=%00").status_code == 422


@pytest.mark.parametrize(
    "name", ["2020Q5", "x", "1850Q1", "9999", "2020-13", "2020-06..", "2020-06-30..2020-06-01"]
)
def test_a_period_that_is_none_is_not_there(web: Web, name: str) -> None:
    client_for, _ = web
    assert client_for(Role.OFFICE).get(f"/bulletins/{name}").status_code in (404, 422)
    assert client_for(Role.OFFICE).submit(f"/bulletins/{name}/draft").status_code in (404, 405, 422)


def test_any_two_days_are_a_period(web: Web) -> None:
    client_for, _ = web
    answer = client_for(Role.OFFICE).submit("/bulletins", {"name": "2020-04-01..2020-06-25"})
    assert answer.headers["location"] == "/bulletins/2020-04-01..2020-06-25"
    assert client_for(Role.OFFICE).get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"check_from": "2020-07-20", "check_to": "2020-07-01"},
        {"check_from": "2020-07-20"},
        {"printed": "x"},
    ],
)
def test_odd_days_are_refused(web: Web, given: dict[str, str]) -> None:
    assert web[0](Role.OFFICE).submit(f"{AT}/draft", given).status_code == 422


def test_a_broken_draft_is_no_draft(web: Web) -> None:
    client_for, office = web
    drafted(office)
    (drafts.home(office, "2020-06") / drafts.ABOUT).write_text("{", encoding="utf-8")
    assert "还没有草稿" in client_for(Role.OFFICE).get(AT).text


def test_the_child_says_in_one_sentence_why_not(
    web: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    _, office = web
    path = office.settings.path
    path.write_text(path.read_text("utf-8") + "\nnonsense: 1\n", encoding="utf-8")
    assert told(office) == 2
    said = capsys.readouterr().err.strip()
    assert "nonsense" in said
    assert "\n" not in said
    assert told(office, what="papers") == 2


def test_the_store_tells_what_is_frozen_and_what_was_entered(web: Web) -> None:
    _, office = web
    frozen(office)
    entering.commend(
        office, Period.parse("2020-07"), name="教育局", reason="更新及时", by="甲", now=NOW
    )
    entering.correct(office, JUNE, subject="卫健局", text="应为6条", by="甲", now=NOW)
    assert [(one.period, str(one.printed), one.errata) for one in kept(office)] == [
        ("2020-06", "2020-07-20", 1)
    ]
    with office.reader.connect() as c:
        assert entered_periods(c) == {"2020-07"}
