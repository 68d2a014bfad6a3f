"""Whatever a person enters leaves its link in the record: who, what, before and after. All writing
functions, by name."""

from __future__ import annotations

import ast
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import insert, select

from crawler.config import load_yaml
from crawler.model import AccountState, Contact, ContactRole, Deed
from crawler.register.account_import import propose
from crawler.register.books.units import units_in
from crawler.register.survey_rows import Survey, SurveyRow
from crawler.store.tables import CandidateRow, OutletRow
from crawler.system.shipped import shipped
from monitor.bulletin.model import Edit, ErrorReports
from monitor.bulletin.printing import Edition, draft, print_bulletin
from monitor.commands.bulletin import Period
from monitor.desk import accounts as accounts_desk
from monitor.desk import contacts as contacting
from monitor.desk import entering
from monitor.entries.sealing import root_of
from monitor.findings import dispensations
from monitor.judging import checklist
from monitor.letters import outbox
from monitor.office import Office, decisions_of, enter_catalogue, open_office
from monitor.record.chain import AuditRow, seal
from monitor.record.check import papers, verify, where_is
from monitor.record.tables import FindingRow, LetterRow
from monitor.rectify import acks, appeals, orders, rechecks, replies
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings
from tests.crawler.register.test_contacts import book
from tests.monitor.bulletin.test_bulletin_commands import LOOK, UNITS
from tests.support.empty_store import lay_migrated_store
from tests.support.judging_store import post, visit

ROOT = Path(__file__).parents[3]
WHO = "经办人"
NOW = LOOK + timedelta(days=1, hours=7)
LETTERS, ORDERS = LetterSettings(), OrderSettings()
QUARTER = Period.parse("2020Q2")


@dataclass
class Place:
    """A small district with a finding, a letter that failed, a candidate and a survey; ``number``
    is the finding's."""

    office: Office
    folder: Path
    number: str = "2020-0001"

    def do(self, what: Callable[..., Any], *words: Any, **more: Any) -> Any:
        with self.office.engine.begin() as connection:
            return what(connection, *words, **more)


def config(folder: Path, columns: dict[str, str] | None = None) -> Path:
    """A district of the four units; ``columns`` says otherwise who answers for a column."""
    moved = columns or {}
    path = folder / "config.yaml"
    settings = {
        "store": "sqlite:///store.db",
        "crawler": {"contact": "office@example.org", "backfill_from": date(2020, 1, 1)},
        "monitor": {
            "rules": load_yaml(shipped("config.yaml"))["monitor"]["rules"],
            "bulletin": {"place": "样例县", "office": "样例县人民政府办公室"},
            "reports": ["sheet", "word"],
        },
        "catalogue": {
            "units": [
                {"id": id, "short": short, "full": full, "group": group, "quota": 10}
                for id, (short, full, group, _) in UNITS.items()
            ],
            "sites": [{"id": "p", "name": "门户", "home": "http://portal.example.org/"}],
            "whole": {"reason": "逐个单位核对", "by": "测试", "day": "2020-01-01"},
            "columns": [
                {
                    "id": f"c-{id}",
                    "name": f"{unit[0]}动态",
                    "url": f"http://portal.example.org/{id}/",
                }
                | {"units": [moved.get(f"c-{id}", id)]}
                for id, unit in UNITS.items()
            ],
        },
    }
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    lay_migrated_store(tmp_path / "store.db")
    with open_office(config(tmp_path)) as office:
        enter_catalogue(office, LOOK - timedelta(days=200))
        with office.engine.begin() as c:
            for id in UNITS:
                post(
                    c,
                    f"c-{id}",
                    f"http://portal.example.org/{id}/1.htm",
                    date(2020, 4, 3),
                    LOOK,
                    origin="房管所",
                )
                for moment in (LOOK, LOOK + timedelta(days=1)):
                    visit(c, f"c-{id}", moment, date(2020, 4, 3))
            finding = {
                "number": "2020-0001",
                "rule": "column_stale",
                "subject": "outlet:c-fgj",
                "name": "房管局动态",
            }
            finding |= {
                "value": "stale",
                "sentence": "超期。",
                "clause": "19号",
                "units": ["fgj"],
                "numbers": {},
            }
            c.execute(insert(FindingRow).values(**finding, newest={}, opened=LOOK))
            letter = {
                "key": "20200719-fgj",
                "unit_id": "fgj",
                "day": LOOK.date(),
                "recipients": ["a@example.org"],
            }
            letter |= {
                "subject": "",
                "text_body": "",
                "html_body": "",
                "written": LOOK,
                "state": "failed",
            }
            c.execute(insert(LetterRow).values(letter))
            seal(c, "letter", [1], LOOK)
            c.execute(
                insert(CandidateRow).values(
                    platform="weibo",
                    number="uid:1",
                    name="样例",
                    link="",
                    place="link",
                    page_url="",
                    page_hash="",
                    first_seen=LOOK,
                    last_seen=LOOK,
                )
            )
        yield Place(office, tmp_path)


def issued(place: Place) -> None:
    place.do(
        orders.issue, place.number, deed=Deed("别人", NOW), terms=orders.Terms(LETTERS, ORDERS)
    )


def issue(place: Place) -> None:
    place.do(orders.issue, place.number, deed=Deed(WHO, NOW), terms=orders.Terms(LETTERS, ORDERS))


def withdraw(place: Place) -> None:
    issued(place)
    place.do(orders.withdraw, "2020-1", deed=Deed(WHO, NOW, "重复"))


def reply(place: Place) -> None:
    issued(place)
    more = {
        "settings": ORDERS,
        "enclosed": replies.Enclosed(place.folder / "files", [("报告.pdf", b"%PDF-1.7")]),
    }
    place.do(replies.reply, "2020-1", deed=Deed(WHO, NOW, "已更新", "fgj"), **more)


def acknowledge(place: Place) -> None:
    until = NOW.date() + timedelta(days=2)
    place.do(
        acks.acknowledge,
        place.number,
        deed=Deed(WHO, NOW, unit="fgj"),
        until=until,
        letters=LETTERS,
    )


def appeal(place: Place) -> None:
    place.do(appeals.appeal, place.number, deed=Deed(WHO, NOW, "栏目已停用", "fgj"))


def decide(place: Place) -> None:
    place.do(appeals.appeal, place.number, deed=Deed("别人", NOW, "栏目已停用", "fgj"))
    place.do(appeals.decide, place.number, upheld=True, deed=Deed(WHO, NOW, "属实"), exempt_days=30)


def take_back(place: Place) -> None:
    place.do(appeals.take_back, place.number, deed=Deed(WHO, NOW, "日期识别有误"), exempt_days=30)


def grant(place: Place) -> None:
    day = NOW.date()
    more = {"deed": Deed(WHO, NOW, "改版"), "bounds": dispensations.Bounds(day, day)}
    place.do(dispensations.grant, dispensations.DispensationKind.SILENCE, "outlet:c-fgj", **more)


def ungrant(place: Place) -> None:
    day = NOW.date()
    more = {"deed": Deed("别人", NOW, "改版"), "bounds": dispensations.Bounds(day, day)}
    made = place.do(
        dispensations.grant, dispensations.DispensationKind.SILENCE, "outlet:c-fgj", **more
    )
    place.do(dispensations.withdraw, made.id, WHO, NOW)


def answer(place: Place) -> None:
    item = next(one.id for one in checklist.items() if one.applies == "site")
    asked = checklist.AskedOf(item, "site:p", "2020Q2")
    given = checklist.IndicatorAnswer.PASS
    place.do(checklist.answer, asked=asked, given=given, deed=Deed(WHO, NOW, "截图1"))


def contacts(place: Place) -> None:
    path = book(
        place.folder / "b.xlsx", [["房管局", "联系人", "张三", "", "z@example.org", None, None]]
    )
    with place.office.reader.connect() as c:
        proposal = contacting.proposed(c, contacting.read(path), NOW)
    place.do(contacting.enter, proposal, NOW, by=WHO, proof="b.xlsx")


def accounts(place: Place) -> None:
    contact = (Contact(ContactRole.CONTACT, "张三", "13800001234"),)
    row = SurveyRow(
        "附件4!B5",
        "房管局",
        "附件4!B2",
        "wechat",
        "微信公众号",
        "样例房管",
        "",
        "",
        {},
        True,
        contact,
    )
    with place.office.reader.connect() as c:
        proposal = propose(c, Survey((row,), ()), NOW, units_in(c))
    place.do(accounts_desk.enter, proposal, NOW, by=WHO, proof="a.xlsx")


def account_state(place: Place) -> None:
    accounts(place)
    with place.office.reader.connect() as c:
        account = c.scalar(select(OutletRow.id).where(OutletRow.kind == "account"))
    more = {"by": WHO, "note": "备案〔2020〕1号", "now": NOW}
    place.do(entering.account_state, account, AccountState.CLOSED, NOW.date(), **more)


def candidate(place: Place) -> None:
    place.do(entering.candidate, 1, "dismissed", by=WHO, reason="不是本县的", now=NOW)


def learn_anew(place: Place) -> None:
    place.do(entering.learn_anew, "c-fgj", by=WHO, reason="改版", now=NOW)


def again(place: Place) -> None:
    place.do(outbox.again, 1, NOW, WHO)


def decide_origin(place: Place) -> None:
    entering.decide_origin(
        place.office, origin="房管所", unit="fgj", by=WHO, why="下属单位", now=NOW
    )


def edit(place: Place) -> None:
    entering.edit(place.office, QUARTER, Edit("every", "房管局", "strike", "数据补报", WHO), NOW)


def commend(place: Place) -> None:
    entering.commend(place.office, QUARTER, name="教育局", reason="更新及时", by=WHO, now=NOW)


def errors(place: Place) -> None:
    entering.errors(
        place.office, QUARTER, ErrorReports(received=2, done=2, late=0), by=WHO, now=NOW
    )


def unedit(place: Place) -> None:
    edit(place)
    assert entering.unedit(place.office, QUARTER, "every", "房管局", by=WHO, now=NOW)


def uncommend(place: Place) -> None:
    commend(place)
    assert entering.uncommend(place.office, QUARTER, "教育局", by=WHO, now=NOW)


def freeze(place: Place) -> Any:
    made = draft(place.office, QUARTER, NOW, edition=Edition(force=True))
    return entering.freeze(place.office, made.bulletin, NOW, by=WHO)


def correct(place: Place) -> None:
    freeze(place)
    entering.correct(place.office, QUARTER, subject="房管局", text="应为6条", by=WHO, now=NOW)


def ask_again(place: Place) -> None:
    """Twice, while the first still waits: one request, one link."""
    place.do(rechecks.ask, "c-fgj", WHO, NOW)
    place.do(rechecks.ask, "c-fgj", WHO, NOW)


def catalogue(place: Place) -> None:
    config(place.folder, {"c-fgj": "jyj"})
    with open_office(place.folder / "config.yaml") as office:
        enter_catalogue(office, NOW, by=WHO)


# function -> (what does it, the kinds of links it leaves under that name, what it changed as the
# link tells it)
WRITES: dict[str, tuple[Callable[[Place], Any], set[str], tuple[Any, Any] | None]] = {
    "rectify.acks.acknowledge": (acknowledge, {"ack", "event"}, None),
    "rectify.appeals.appeal": (appeal, {"appeal", "event"}, None),
    "rectify.appeals.decide": (decide, {"decision", "event", "dispensation"}, ("waiting", "upheld")),
    "rectify.appeals.take_back": (take_back, {"event", "dispensation"}, None),
    "judging.checklist.answer": (answer, {"person_verdict"}, (None, "pass")),
    "desk.contacts.enter": (contacts, {"contacts", "unit_contact"}, ([], ["联系人 张三 z@example.org"])),
    "findings.dispensations.grant": (grant, {"dispensation"}, None),
    "findings.dispensations.withdraw": (ungrant, {"withdrawn"}, ("in force", "withdrawn")),
    "desk.entering.account_state": (account_state, {"import", "account", "account_state"}, ("registered", "closed")),
    "desk.accounts.enter": (accounts, {"import", "account"}, (None, {"name": "样例房管"})),
    "desk.entering.candidate": (candidate, {"account_candidate"}, ("new", "dismissed")),
    "desk.entering.commend": (
        commend, {"commended"}, (None, {"name": "教育局", "reason": "更新及时", "by": WHO}),
    ),
    "desk.entering.correct": (
        correct, {"bulletin_frozen", "erratum"}, (None, {"subject": "房管局", "text": "应为6条"}),
    ),
    "desk.entering.decide_origin": (decide_origin, {"attribution"}, (None, "fgj")),
    "desk.entering.edit": (
        edit, {"bulletin_edit"},
        (None, {"list": "every", "name": "房管局", "action": "strike", "reason": "数据补报", "by": WHO}),
    ),
    "desk.entering.errors": (errors, {"errors"}, (None, {"received": 2, "done": 2, "late": 0})),
    "desk.entering.freeze": (freeze, {"bulletin_frozen"}, None),
    "desk.entering.learn_anew": (learn_anew, {"learn_anew"}, ({"dated": 0, "family": ""}, None)),
    "desk.entering.uncommend": (
        uncommend, {"commended"}, ({"name": "教育局", "reason": "更新及时", "by": WHO}, None),
    ),
    "desk.entering.unedit": (
        unedit, {"bulletin_edit"},
        ({"list": "every", "name": "房管局", "action": "strike", "reason": "数据补报", "by": WHO}, None),
    ),
    "office.enter_catalogue": (catalogue, {"catalogue"}, None),
    "rectify.orders.issue": (issue, {"order_", "event"}, None),
    "rectify.orders.withdraw": (withdraw, {"event"}, None),
    "letters.outbox.again": (again, {"again"}, ("failed", "waiting")),
    "rectify.rechecks.ask": (ask_again, {"recheck_asked"}, (None, "waiting")),
    "rectify.replies.reply": (reply, {"reply", "reply_file", "event"}, None),
}  # fmt: skip
ELSEWHERE = (
    "access.", "desk.attesting.", "desk.columns.", "desk.content.", "desk.wholes.", "entries.",
    "bulletin.errata.", "desk.offers.", "desk.column_words.", "desk.workbooks.",
)  # fmt: skip
"""Rooms whose own tests look at their links; here they only have to write one, or call who does."""
LINKING = (
    "append(connection", "append_sealing(connection", "enter(connection", "papers.correct(", "contacts.enter(", "entering.",
)  # fmt: skip


def links(place: Place) -> list[Any]:
    with place.office.reader.connect() as c:
        return list(
            c.execute(select(AuditRow.__table__).where(AuditRow.who == WHO).order_by(AuditRow.seq))
        )


@pytest.mark.parametrize("name", WRITES)
def test_what_a_person_writes_is_on_the_record(place: Place, name: str) -> None:
    act, kinds, change = WRITES[name]
    act(place)
    made = links(place)
    assert {row.what for row in made} == kinds
    told = [json.loads(row.data) for row in made]
    assert any({"before", "after"} <= data.keys() or "digest" in data for data in told)
    if change is not None:
        assert change in [(data.get("before"), data.get("after")) for data in told]
    with place.office.reader.connect() as c:
        assert verify(c).broken == ""


def test_a_catalogue_that_changed_says_from_what_to_what(place: Place) -> None:
    catalogue(place)
    data = json.loads(links(place)[-1].data)
    assert data["changed"] == ["outlet:c-fgj"]
    assert data["before"]["outlet:c-fgj"]["units"] == ["fgj"]
    assert data["after"]["outlet:c-fgj"]["units"] == ["jyj"]


def writing_functions() -> set[str]:
    """Every function of the monitor that is handed a store and somebody's name, but the record's
    own."""
    found = set()
    for path in sorted((ROOT / "monitor").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "monitor").with_suffix("").parts)
        if name.startswith(("web.", "record.")):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                words = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
                if words[:1] in (["connection"], ["office"]) and {
                    "deed",
                    "by",
                    "who",
                    "approved_by",
                    "asked_by",
                } & {*words}:
                    found.add(f"{name}.{node.name}")
    return found - {
        "rectify.orders.note_event",
        "access.attempts.note",
        "access.attempts.count",
        "access.attempts.forget",
    }


def test_no_writing_function_is_left_out() -> None:
    found = writing_functions()
    left = found - WRITES.keys()
    missing = {name for name in left if not name.startswith(ELSEWHERE)}
    assert missing == set(), "put them into WRITES above: each must leave its link"
    files = {ROOT / "monitor" / f"{name.rpartition('.')[0].replace('.', '/')}.py" for name in left}
    texts = {str(file): "".join(file.read_text(encoding="utf-8").split()) for file in files}
    assert [name for name, text in texts.items() if not any(call in text for call in LINKING)] == []
    assert WRITES.keys() - found <= {"desk.entering.edit"}


def test_a_file_that_cannot_be_written_takes_nothing_back(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """The store holds what was entered; the file only tells it, and that it does not is told."""
    (place.folder / "decisions.yaml").mkdir()
    decide_origin(place)
    assert [row.what for row in links(place)] == ["attribution"]
    assert decisions_of(place.office) == {"房管所": "fgj"}
    assert "decisions.yaml" in caplog.text


def test_a_frozen_paper_prints_the_days_root_and_the_record_knows_it(place: Place) -> None:
    decide_origin(place)
    kept = freeze(place)
    assert kept.bulletin.record is not None
    root = kept.bulletin.record.root
    printed = print_bulletin(place.office, kept.bulletin, place.folder / "out")
    line = f"记录根值（2020-07-20）：{root[:16]}… 可用 gengxin audit verify 核对"
    assert line in words_of(next(f for f in printed.files if f.suffix == ".docx"))
    assert line in words_of(next(f for f in printed.files if f.suffix == ".xlsx"))
    with place.office.reader.connect() as c:
        found = where_is(c, f"{root[:16]}…")
    assert found is not None
    assert found.what == "attribution"  # the last link before the paper was frozen
    assert json.loads(links(place)[-1].data)["after"]["sha256"] == kept.root


def test_a_frozen_paper_that_was_changed_with_its_seal_is_named(place: Place) -> None:
    kept = freeze(place)
    with place.office.reader.connect() as c:
        assert papers(c, kept.file.parent) == ""
    text = kept.file.read_text(encoding="utf-8").replace("房管局", "某某局")
    kept.file.write_text(text, encoding="utf-8")
    kept.file.with_suffix(".sha256").write_text(
        f"{root_of(text)}  {kept.file.name}\n", encoding="utf-8"
    )
    with place.office.reader.connect() as c:
        assert f"封存通报 {kept.file.name} 被改动过" in papers(c, kept.file.parent)
        kept.file.unlink()
        assert f"封存通报 {kept.file.name} 不在" in papers(c, kept.file.parent)


def test_a_draft_prints_no_root(place: Place) -> None:
    made = draft(place.office, QUARTER, NOW, edition=Edition(force=True))
    printed = print_bulletin(place.office, made.bulletin, place.folder / "out")
    assert made.bulletin.record is None
    assert not any("记录根值" in words_of(f) for f in printed.files if f.suffix != ".json")


def words_of(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        parts = [name for name in packed.namelist() if name.endswith(".xml")]
        return "".join(packed.read(name).decode("utf-8") for name in parts)


@pytest.mark.parametrize("root", ["", "abc", "ABCDEF0123456789…", "x" * 64, "%" * 16])
def test_what_is_no_printed_root_is_not_found(place: Place, root: str) -> None:
    decide_origin(place)
    with place.office.reader.connect() as c:
        assert where_is(c, root) is None
