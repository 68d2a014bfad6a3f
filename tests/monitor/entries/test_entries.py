"""What people enter lives in the store with its link: all or nothing, eight at once, and whatever
the files say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import yaml
from alembic import command
from alembic.config import Config
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from crawler.config import BadConfig
from crawler.model import Deed
from crawler.store.migrate import migrate, migrations_folder
from monitor.bulletin.edits import LISTS, names_on
from monitor.bulletin.errata import put_errata
from monitor.bulletin.frozen import archived, load, text_of
from monitor.bulletin.model import Edit, Period
from monitor.desk import entering
from monitor.entries import exports, papers
from monitor.entries.by_hand import exports_of, take_in
from monitor.entries.decided import decisions, in_force
from monitor.entries.entered import entries_of
from monitor.entries.exports import State
from monitor.entries.forms import Decision, ErrorReports, read_decisions, read_entries
from monitor.entries.kept import waiting
from monitor.entries.sealing import Unsound, chained, line_of, read_errata, root_of
from monitor.entries.tables import EntryRow, FrozenRow
from monitor.entries.takeover import take_over
from monitor.office import Office, known_units, read_settings
from monitor.record.chain import AuditRow, Entry, append
from monitor.record.check import verify
from tests.conftest import Store, opened
from tests.monitor.bulletin.test_bulletin import seed_bulletin
from tests.monitor.record.test_record import config
from tests.support.entries import break_commits, keep

NOW = datetime(2020, 8, 3, 2, 0, tzinfo=UTC)
SEED = seed_bulletin()
NAME, PERIOD = "2020Q2-20200720", SEED.period
EIGHT = range(8)
STRIKES = [(one, name) for one in LISTS for name in sorted(names_on(SEED, one))]
UNITS = [row.short for group in SEED.groups for row in group.rows]
FILES = ("decisions.yaml", "bulletins/2020Q2.entries.yaml", f"bulletins/{NAME}.json")


def office_over(store: Store, folder: Path) -> Office:
    return Office(
        replace(read_settings(config(folder)), store=store.url), store.engine, store.reader
    )


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """On SQLite and on PostgreSQL."""
    folder = tmp_path / "office"
    folder.mkdir()
    return office_over(store, folder)


def commend(office: Office, n: int) -> None:
    entering.commend(office, PERIOD, name=f"单位{n}", reason="更新及时", by=f"人{n}", now=NOW)


def strike(office: Office, n: int) -> None:
    one = Edit(*STRIKES[n], "strike", "数据补报", f"人{n}")
    entering.edit(office, PERIOD, one, NOW, compiled=SEED)


def add(office: Office, n: int) -> None:
    one = Edit("good", UNITS[n], "add", "数据补报", f"人{n}")
    entering.edit(office, PERIOD, one, NOW, compiled=SEED)


def errors(office: Office, n: int) -> None:
    period = Period.parse(f"2019-0{n + 1}")
    entering.errors(office, period, ErrorReports(received=n, done=n), by=f"人{n}", now=NOW)


def decide(office: Office, n: int) -> None:
    entering.decide_origin(
        office, origin=f"来源{'甲乙丙丁戊己庚辛'[n]}", unit="fgj", by=f"人{n}", why="下属", now=NOW
    )


def freeze(office: Office, n: int) -> None:
    entering.freeze(office, replace(SEED, printed=date(2020, 9, n + 1)), NOW, by=f"人{n}")


def correct(office: Office, n: int) -> None:
    entering.correct(office, PERIOD, subject="某局", text=f"应为{n}条", by=f"人{n}", now=NOW)


def correct_all(office: Office, n: int) -> None:
    """As the decision of an appeal does."""
    with office.engine.begin() as c:
        put_errata(c, UNITS[n], f"栏目{n}", deed=Deed(f"人{n}", NOW, "误读"))
    exports.write(office.reader, office.settings.places, exports.of_paper(NAME))


@dataclass(frozen=True)
class Way:
    """``act`` enters the n-th of eight; ``told`` reads them from the store, ``in_files`` from the
    exported files."""

    act: Callable[[Office, int], None]
    what: str
    told: Callable[[Office], int]
    in_files: Callable[[Path], int]
    paper: bool = False


def stored(kind: str) -> Callable[[Office], int]:
    def count(office: Office) -> int:
        with office.reader.connect() as c:
            query = select(func.count()).select_from(EntryRow).where(EntryRow.kind == kind)
            return c.execute(query).scalar_one()

    return count


def papers_stored(office: Office) -> int:
    with office.reader.connect() as c:
        return len(papers.listed(c))


def entries_in(name: str) -> Callable[[Path], int]:
    return lambda folder: len(
        getattr(read_entries(folder / "bulletins" / "2020Q2.entries.yaml"), name)
    )


def errata_in(folder: Path) -> int:
    file = folder / "bulletins" / f"{NAME}.json"
    return len(read_errata(file, root_of(file.read_text("utf-8"))))


WAYS = {
    "commendation": Way(commend, "commended", stored("commended"), entries_in("commended")),
    "strike": Way(strike, "bulletin_edit", stored("edit"), entries_in("edits")),
    "addition": Way(add, "bulletin_edit", stored("edit"), entries_in("edits")),
    "error reports": Way(errors, "errors", stored("errors"), lambda f: len([*f.glob("bulletins/2019-*.yaml")])),
    "origin": Way(decide, "attribution", stored("origin"), lambda f: len(read_decisions(f / "decisions.yaml", ["fgj"]))),
    "frozen bulletin": Way(freeze, "bulletin_frozen", papers_stored, lambda f: len([*f.glob("bulletins/*.json")])),
    "erratum": Way(correct, "erratum", stored("erratum"), errata_in, paper=True),
    "erratum of a decision": Way(correct_all, "erratum", stored("erratum"), errata_in, paper=True),
}  # fmt: skip
"""Every kind of thing that people enter and that a file tells."""


def begun(office: Office, way: Way) -> None:
    if way.paper:
        with office.engine.begin() as c:
            keep(c, SEED, NOW)
        exports.write(office.reader, office.settings.places, exports.of_paper(NAME))


def links(office: Office, what: str) -> list[Any]:
    with office.reader.connect() as c:
        return list(
            c.execute(
                select(AuditRow.__table__).where(
                    AuditRow.who.startswith("人"), AuditRow.what == what
                )
            )
        )


def files(office: Office) -> dict[str, bytes]:
    folder = office.settings.path.parent
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in folder.rglob("*")
        if f.is_file() and "store.db" not in f.name
    }


@pytest.mark.parametrize("name", WAYS)
def test_eight_at_once_are_eight_kept_and_eight_on_the_record(office: Office, name: str) -> None:
    way = WAYS[name]
    begun(office, way)
    start, failed = Barrier(len(EIGHT)), []

    def work(n: int) -> None:
        start.wait()
        try:
            way.act(office, n)
        except Exception as error:  # told by the assertion below
            failed.append(error)

    threads = [Thread(target=work, args=(n,)) for n in EIGHT]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert way.told(office) == 8
    assert sorted(row.who for row in links(office, way.what)) == [f"人{n}" for n in EIGHT]
    assert way.in_files(office.settings.path.parent) == 8
    with office.reader.connect() as c:
        assert verify(c).broken == ""
        assert papers.unsound(c) == ""
        assert [
            one.sentence for one in exports.look(c, office.settings.places) if one.sentence
        ] == []
    assert not [name for name in files(office) if name.endswith(".part")]


@pytest.mark.parametrize("name", WAYS)
def test_a_commit_that_fails_leaves_nothing_anywhere(office: Office, name: str) -> None:
    way = WAYS[name]
    begun(office, way)
    if not way.paper:
        way.act(office, 0)
    before = (way.told(office), len(links(office, way.what)), files(office))
    break_commits(office.engine)
    with pytest.raises(IntegrityError):
        way.act(office, 1)
    assert (way.told(office), len(links(office, way.what)), files(office)) == before
    with office.reader.connect() as c:
        assert verify(c).broken == ""


def test_eight_who_freeze_the_same_bulletin_get_the_same_one(office: Office) -> None:
    roots: list[str] = []

    def work(n: int) -> None:
        roots.append(entering.freeze(office, SEED, NOW, by=f"人{n}").root)

    threads = [Thread(target=work, args=(n,)) for n in EIGHT]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(roots), len(set(roots)), papers_stored(office)) == (8, 1, 1)
    assert len(links(office, "bulletin_frozen")) == 1


def test_the_last_word_counts_and_every_word_stays(office: Office) -> None:
    for reason in ("更新及时", "信息质量较高"):
        entering.commend(office, PERIOD, name="教育局", reason=reason, by="人", now=NOW)
    with office.reader.connect() as c:
        assert [one.reason for one in entries_of(c, "2020Q2").commended] == ["信息质量较高"]
    assert entering.uncommend(office, PERIOD, "教育局", by="人", now=NOW)
    assert not entering.uncommend(office, PERIOD, "教育局", by="人", now=NOW)
    assert stored("commended")(office) == 3
    told = [json.loads(row.data) for row in links(office, "commended")]
    assert [(one["before"] or {}).get("reason") for one in told] == [
        None,
        "更新及时",
        "信息质量较高",
    ]


@pytest.mark.parametrize("column", ["key", "by", "about"])
def test_a_word_that_is_changed_in_the_store_breaks_the_record(office: Office, column: str) -> None:
    commend(office, 1)
    with office.engine.begin() as c:
        c.execute(text(f"UPDATE entry SET {column} = 'x'"))
    with office.reader.connect() as c:
        assert "entry 表第1行被改动过" in verify(c).broken


@pytest.mark.parametrize("row", [EntryRow, FrozenRow])
def test_a_row_that_came_in_beside_the_record_is_named(office: Office, row: Any) -> None:
    words = {
        "kind": "commended",
        "about": "2020Q2",
        "key": "x",
        "data": {"name": "x", "reason": "xx"},
    }
    paper = {
        "name": "x",
        "period": "x",
        "printed": NOW.date(),
        "sha256": "",
        "size": 0,
        "packed": b"",
    }
    with office.engine.begin() as c:
        c.execute(insert(row).values(**(words if row is EntryRow else paper), by="", moment=NOW))
    with office.reader.connect() as c:
        assert "没有记入留痕链" in verify(c).broken


# The files of the version before


def old_store(url: str) -> None:
    """A store as the version before left it."""
    with opened(url) as store:
        settings = Config()
        settings.set_main_option("script_location", str(migrations_folder()))
        with store.engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "0002")
            append(
                connection, NOW, [Entry("commended", "bulletin:2020Q2", "人0", {"before": None})]
            )


OLD_DECISIONS = [
    {"origin": "房管所", "unit": "jyj", "day": "2020-07-01"},
    {"origin": "来源：房管所", "unit": "fgj", "by": "张三", "day": "2020-07-02", "why": "下属单位"},
    {"origin": "某某网", "unit": "nobody", "by": "李四", "day": "2020-07-02"},
]
OLD_ENTRIES = {
    "edits": [{"list": "columns", "name": "栏目", "action": "strike", "reason": "补报", "by": "张三"}],
    "errors": {"received": 6, "done": 6, "late": 1},
    "commended": [{"name": f"单位{n}", "reason": "更新及时", "by": f"人{n}"} for n in EIGHT],
}  # fmt: skip


def write_old(folder: Path) -> None:
    """Its files, as it wrote them; one with a comment by hand."""
    home = folder / "bulletins"
    home.mkdir(exist_ok=True)
    dumped = yaml.safe_dump(OLD_DECISIONS, allow_unicode=True, sort_keys=False)
    (folder / "decisions.yaml").write_text(f"# 我们的备注\n{dumped}", encoding="utf-8")
    (home / "2020Q2.entries.yaml").write_text(
        yaml.safe_dump(OLD_ENTRIES, allow_unicode=True), encoding="utf-8"
    )
    kept = text_of(SEED)
    (home / f"{NAME}.json").write_text(kept, encoding="utf-8")
    (home / f"{NAME}.sha256").write_text(f"{root_of(kept)}  {NAME}.json\n", encoding="utf-8")
    first = chained(root_of(kept), NOW, "某局", "应为6条", "办公室" * 50)
    second = chained(first.chain, NOW + timedelta(days=1), "某镇", "漏印", "")
    lines = line_of(first) + line_of(second)
    (home / f"{NAME}.errata.jsonl").write_text(lines, encoding="utf-8")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A store and files of the version before, opened by this one; nothing is taken over yet."""
    folder = tmp_path / "office"
    folder.mkdir()
    url = (
        f"sqlite:///{folder}/store.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_database")
    )
    old_store(url)
    write_old(folder)
    with opened(url) as store:
        migrate(store.engine)
        yield office_over(store, folder)


def opening(office: Office) -> None:
    """What every command does first."""
    take_over(office.engine, office.settings.places, lambda c: known_units(office), lambda: NOW)


def all_there(office: Office) -> None:
    with office.reader.connect() as c:
        assert in_force(decisions(c)) == {"房管所": "fgj", "某某网": None}
        assert [one.by for one in decisions(c)] == ["张三", "李四"]
        assert entries_of(c, "2020Q2").model_dump(mode="json", exclude_defaults=True) == OLD_ENTRIES
        kept = archived(c, office.settings.places.archive, PERIOD)
        assert kept is not None
        assert (kept.bulletin, kept.root) == (SEED, root_of(text_of(SEED)))
        assert [(one.subject, one.by) for one in papers.errata(c, NAME)] == [
            ("某局", "办公室" * 50),
            ("某镇", ""),
        ]
        assert verify(c).broken == ""
        assert [
            one.sentence for one in exports.look(c, office.settings.places) if one.sentence
        ] == []


def test_a_store_of_the_version_before_and_its_files_lose_nothing(old: Office) -> None:
    before = files(old)
    opening(old)
    all_there(old)
    after = files(old)
    # A frozen bulletin's files are what they were, byte by byte; of the others the original is kept
    # beside.
    assert {name: after[name] for name in before if NAME in name} == {
        n: d for n, d in before.items() if NAME in n
    }
    for name in FILES[:2]:
        assert after[f"{name}.原文件"] == before[name]
    with old.reader.connect() as c:
        rows = c.execute(select(func.count()).select_from(EntryRow)).scalar_one()
        said = c.execute(
            select(func.count()).select_from(AuditRow).where(AuditRow.what == "taken_over")
        ).scalar_one()
    assert (rows, said) == (3 + 10 + 2, 3 + 10 + 2 + 1)
    assert read_decisions(old.settings.places.decisions, ["jyj", "fgj"])[1:] == tuple(
        Decision.model_validate(one) for one in OLD_DECISIONS[1:]
    )
    assert len(read_decisions(old.settings.places.decisions, ["jyj", "fgj"])) == 3


def test_eight_who_open_at_once_take_over_once(old: Office) -> None:
    threads = [Thread(target=opening, args=(old,)) for _ in EIGHT]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    all_there(old)
    with old.reader.connect() as c:
        assert c.execute(select(func.count()).select_from(EntryRow)).scalar_one() == 15


def test_a_file_that_comes_later_is_told_and_not_read(old: Office) -> None:
    opening(old)
    late = old.settings.places.archive / "2020-07.entries.yaml"
    late.write_text(yaml.safe_dump(OLD_ENTRIES), encoding="utf-8")
    opening(old)
    with old.reader.connect() as c:
        assert entries_of(c, "2020-07").commended == ()
        (found,) = [one for one in exports.look(c, old.settings.places) if one.sentence]
    assert (found.file, found.state) == (late, State.FOREIGN)


def broken_decisions(folder: Path) -> None:
    file = folder / FILES[0]
    file.write_text(
        file.read_text("utf-8") + "- {origin: 甲, unit: 没有这个局, day: 2020-07-03}\n",
        encoding="utf-8",
    )


def broken_entries(folder: Path) -> None:
    file = folder / FILES[1]
    file.write_text(file.read_text("utf-8") + "nonsense: [1, 2]\n", encoding="utf-8")


def half_entries(folder: Path) -> None:
    file = folder / FILES[1]
    file.write_bytes(file.read_bytes()[:-20] + b"\xe5")


def changed_paper(folder: Path) -> None:
    file = folder / FILES[2]
    file.write_text(file.read_text("utf-8").replace("房管局", "某某局"), encoding="utf-8")


def half_paper(folder: Path) -> None:
    """Cut, and sealed anew over what was left."""
    file = folder / FILES[2]
    kept = file.read_text("utf-8")[:3000]
    file.write_text(kept, encoding="utf-8")
    file.with_suffix(".sha256").write_text(f"{root_of(kept)}  {file.name}\n", encoding="utf-8")


def half_errata(folder: Path) -> None:
    file = (folder / FILES[2]).with_suffix(".errata.jsonl")
    file.write_text(file.read_text("utf-8")[:-30], encoding="utf-8")


BROKEN: dict[str, tuple[Callable[[Path], None], int]] = {
    "a decision for an unknown unit": (broken_decisions, 0),
    "a key that is none": (broken_entries, 1),
    "half a file of entries": (half_entries, 1),
    "a changed bulletin": (changed_paper, 2),
    "half a bulletin": (half_paper, 2),
    "half a file of errata": (half_errata, 2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_a_sentence_and_waits_whole(
    old: Office, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    damage, which = BROKEN[name]
    damage(old.settings.path.parent)
    before = files(old)
    opening(old)
    file = old.settings.path.parent / FILES[which]
    with old.reader.connect() as c:
        ((found, why),) = waiting(c).items()
        assert (found, "\n" in why) == (file.name, False)
        assert why in caplog.text
        says = [
            lambda: decisions(c),
            lambda: entries_of(c, "2020Q2"),
            lambda: archived(c, old.settings.places.archive, PERIOD),
        ]
        for n, asked in enumerate(says):
            if n == which:
                with pytest.raises((BadConfig, Unsound)) as refused:
                    asked()
                assert str(refused.value) == why
            else:
                assert asked(), "the others are there"
        about = {0: "", 1: "2020Q2", 2: NAME}[which]
        rows = c.execute(
            select(func.count()).select_from(EntryRow).where(EntryRow.about == about)
        ).scalar_one()
        assert (rows, len(papers.listed(c))) == (0, 0 if which == 2 else 1), "not half of it"
    assert {n: d for n, d in files(old).items() if n == FILES[which]} == {
        FILES[which]: before[FILES[which]]
    }
    write_old(old.settings.path.parent)
    opening(old)
    with old.reader.connect() as c:
        assert waiting(c) == {}
        assert in_force(decisions(c))["房管所"] == "fgj"
        assert len(entries_of(c, "2020Q2").commended) == 8
        assert len(papers.errata(c, NAME)) == 2


def test_a_bulletin_that_is_not_the_one_on_the_record_is_not_taken_over(old: Office) -> None:
    with old.engine.begin() as c:
        data = {"after": {"file": f"{NAME}.json", "sha256": "0" * 64}}
        append(c, NOW, [Entry("bulletin_frozen", f"bulletin:{NAME}", "人", data)])
    opening(old)
    with old.reader.connect() as c:
        assert "留痕链" in waiting(c)[f"{NAME}.json"]


# Files that somebody edits by hand


def test_a_file_edited_by_hand_is_told_left_alone_and_taken_in_when_asked(office: Office) -> None:
    commend(office, 1)
    commend(office, 2)
    errors_before = ErrorReports(received=3, done=3)
    entering.errors(office, PERIOD, errors_before, by="人1", now=NOW)
    file = office.settings.places.archive / "2020Q2.entries.yaml"
    mine = file.read_text("utf-8").replace("单位1", "教育局").replace("人1", "张三")
    file.write_text(mine, encoding="utf-8")
    commend(office, 3)
    assert file.read_text("utf-8") == mine, "what somebody wrote is never overwritten"
    with office.reader.connect() as c:
        assert [one.name for one in entries_of(c, "2020Q2").commended] == [
            "单位1",
            "单位2",
            "单位3",
        ]
        said = exports.edited(c, office.settings.places, exports.of_period("2020Q2"))
    assert len(said) == 1
    assert "改动没有生效" in said[0]
    with office.engine.begin() as c:
        assert take_in(c, file, known_units(office), by="人9", now=NOW) == 3
    exports.adopt(office.reader, office.settings.places, exports_of(file), file)
    with office.reader.connect() as c:
        assert [(one.name, one.by) for one in entries_of(c, "2020Q2").commended] == [
            ("单位2", "人2"),
            ("教育局", "张三"),
        ]
        assert entries_of(c, "2020Q2").errors == errors_before
        assert [one.state for one in exports.look(c, office.settings.places)] == [State.SAME]
        assert verify(c).broken == ""
    assert [row.what for row in links(office, "commended") if row.who == "人9"] == ["commended"] * 3
    assert mine in [f.read_text("utf-8") for f in file.parent.glob("*.原文件")]


def test_a_file_edited_by_hand_gives_way_when_asked(office: Office) -> None:
    decide(office, 1)
    file = office.settings.places.decisions
    file.write_text(
        file.read_text("utf-8") + "- {origin: 甲, unit: fgj, day: 2020-07-03}\n", encoding="utf-8"
    )
    (office.settings.places.archive / "x").mkdir(parents=True)
    assert exports.rewrite(office.reader, office.settings.places) == (file,)
    with office.reader.connect() as c:
        assert [one.state for one in exports.look(c, office.settings.places)] == [State.SAME]
    assert "origin: 甲" in file.with_name("decisions.yaml.原文件").read_text("utf-8")


def test_a_decision_that_is_gone_from_the_file_is_taken_back(office: Office) -> None:
    decide(office, 1)
    decide(office, 2)
    file = office.settings.places.decisions
    file.write_text(
        "- {origin: 来源乙, unit: fgj, by: 人1, day: 2020-08-03, why: 下属}\n", encoding="utf-8"
    )
    with office.engine.begin() as c:
        assert take_in(c, file, known_units(office), by="人9", now=NOW) == 1
        assert in_force(decisions(c)) == {"来源乙": "fgj"}


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("notes.yaml", "edits: []", "不是可以采用的文件"),
        ("2020Q9.entries.yaml", "edits: []", "不是可以采用的文件"),
        ("2020Q2.entries.yaml", "edits: [{list: good}]", "2020Q2.entries.yaml"),
        ("decisions.yaml", "- {origin: 甲, unit: 没有, day: 2020-07-03}", "unknown unit"),
        (f"{NAME}.json", "{}", "没有封存校验值"),
        ("gone.yaml", "", "没有这个文件"),
    ],
)
def test_a_file_that_cannot_be_taken_in_changes_nothing(
    sqlite_store: Store, tmp_path: Path, name: str, said: str, why: str
) -> None:
    office = office_over(sqlite_store, tmp_path)
    decide(office, 1)
    before = files(office)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / name
    if said:
        file.write_text(said, encoding="utf-8")
    with pytest.raises(BadConfig, match=why), office.engine.begin() as c:
        take_in(c, file, known_units(office), by="人9", now=NOW)
    assert {n: d for n, d in files(office).items() if not n.startswith("in/")} == before
    assert [row for row in links(office, "attribution") if row.who == "人9"] == []


def test_a_frozen_bulletin_is_never_replaced_by_a_file(office: Office) -> None:
    entering.freeze(office, SEED, NOW, by="人")
    file = office.settings.places.archive / f"{NAME}.json"
    with pytest.raises(BadConfig, match="只能附更正"), office.engine.begin() as c:
        take_in(c, file, known_units(office), by="人", now=NOW)
    file.write_text(file.read_text("utf-8").replace("房管局", "某某局"), encoding="utf-8")
    with office.reader.connect() as c, pytest.raises(Unsound, match="被改动过"):
        load(c, file.parent, NAME)
    exports.rewrite(office.reader, office.settings.places)
    with office.reader.connect() as c:
        assert load(c, file.parent, NAME).bulletin.period == PERIOD
