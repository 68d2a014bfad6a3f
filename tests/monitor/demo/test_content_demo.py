"""The content sample: every planted defect is found, no near miss reported; people's word holds;
findings follow it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, func, select, update

from crawler.checking.decisions import confirm, dismiss, expire, learned, withdraw
from crawler.checks.rules import RULES, SAMPLE
from crawler.model import Deed
from crawler.store.content_tables import CheckedPostRow, ResourceRow, SuspectRow
from crawler.store.tables import PostRow
from monitor.__main__ import attach, cli
from monitor.demo.defect_run import START, DefectResult, run, stage
from monitor.demo.defect_site import DefectSite, resolve
from monitor.demo.defect_texts import CARDS, IDS
from monitor.desk.content import WantedSuspects, listing
from monitor.judging.evaluate import evaluate
from monitor.model import Value
from monitor.night.content import rule_states, sweep
from monitor.office import Office, count_until

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
LEAST = 150


@dataclass(frozen=True)
class Ran:
    site: DefectSite
    office: Office
    result: DefectResult


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with stage(tmp_path_factory.mktemp("content")) as (site, office):
        yield Ran(site, office, run(site, office))


def one(office: Office, rule: str, skip: int = 0) -> int:
    query = (
        select(SuspectRow.id)
        .where(SuspectRow.rule == rule, SuspectRow.state == "open")
        .order_by(SuspectRow.id)
    )
    with office.reader.connect() as connection:
        return list(connection.execute(query).scalars())[skip]


def state_of(office: Office, number: int) -> str:
    with office.reader.connect() as connection:
        return str(
            connection.execute(select(SuspectRow.state).where(SuspectRow.id == number)).scalar_one()
        )


def judged(office: Office, moment: datetime, rule: str) -> tuple[Value, tuple[str, ...], bool]:
    judgement = evaluate(
        office.engine,
        office.settings.monitor,
        moment,
        count=count_until,
        horizon=office.settings.crawl.backfill_from,
        record=False,
        failed_night=False,
    )
    (verdict,) = [v for v in judgement.verdicts if v.rule == rule]
    return verdict.value, verdict.units, verdict.ours


def test_every_planted_defect_is_found_and_no_near_miss_reported(ran: Ran) -> None:
    rows = ran.result.rows
    lines = [f"{r.family} {r.defects} {r.found} {r.near} {r.false} {r.limits}" for r in rows]
    sys.stdout.write("\n".join(["族 缺陷 找到 近似 误报 已知局限", *lines]) + "\n")
    assert ran.result.missed == ()
    assert ran.result.alarmed == ()
    assert sum(row.defects for row in rows) >= LEAST
    assert sum(row.near for row in rows) >= LEAST
    assert all(row.defects and row.near for row in rows), "every family has both"


def test_each_rules_figure_is_what_the_sample_holds(ran: Ran) -> None:
    planted = Counter(rule for case in ran.site.cases if not case.limit for rule in case.rules)
    assert planted == SAMPLE
    elsewhere = {
        "links.owner",
        "links.post",
        "wording.model",
        "view.blank",
        "view.overflow",
        "view.sheet",
    }
    off = {rule.name for rule in RULES.values() if not rule.by_default}
    assert set(RULES) - set(SAMPLE) == elsewhere | off, "these have tests of their own"


def test_the_page_of_the_docs_tells_the_same_table(ran: Ran) -> None:
    text = (Path(__file__).parents[3] / "docs" / "content.md").read_text(encoding="utf-8")
    for row in ran.result.rows:
        assert f"| {row.family} | {row.defects} | {row.near} | {row.limits} |" in text


def test_a_dead_link_needs_two_looks_on_different_days(ran: Ran) -> None:
    with ran.office.reader.connect() as connection:
        rows = connection.execute(
            select(SuspectRow.first_seen, ResourceRow.failed_on)
            .join(ResourceRow, ResourceRow.id == SuspectRow.resource_id)
            .where(SuspectRow.rule.in_(("links.dead", "attachments.missing", "pictures.missing")))
        ).all()
    assert rows
    assert all(row.first_seen == START + DAY and len(row.failed_on) == 2 for row in rows)


def test_addresses_inside_are_refused_recorded_and_never_asked(ran: Ran) -> None:
    with ran.office.reader.connect() as connection:
        refused = connection.execute(
            select(SuspectRow.quote, SuspectRow.why).where(SuspectRow.rule == "links.refused")
        ).all()
        reasons = connection.execute(
            select(ResourceRow.reason).where(ResourceRow.result == "links.refused")
        ).scalars()
        assert {"地址指向内网或本机，未访问"} == set(reasons)
    assert len(refused) == 6
    assert not any(path.startswith(("/lj/r05", "/latest")) for path in ran.site.asked)


def test_no_personal_number_is_stored_whole(ran: Ran) -> None:
    with ran.office.reader.connect() as connection:
        rows = connection.execute(select(SuspectRow.__table__)).mappings().all()
    stored = "\n".join(str(value) for row in rows for value in row.values())
    assert any("350***" in line or "350*" in line for line in stored.splitlines())
    for number in (*IDS, *CARDS, "17000000001", "17000000014"):
        assert number not in stored


def test_missing_descriptions_of_pictures_are_counted_apart(ran: Ran) -> None:
    with ran.office.reader.connect() as connection:
        counted = connection.execute(select(func.sum(CheckedPostRow.without_alt))).scalar_one()
    assert counted >= 1


def test_a_foreign_link_says_what_hangs_there_now(ran: Ran) -> None:
    with ran.office.reader.connect() as connection:
        whys = (
            connection.execute(select(SuspectRow.why).where(SuspectRow.rule == "links.foreign"))
            .scalars()
            .all()
        )
    assert any("现为：样例商城" in why for why in whys)


def test_a_second_run_asks_only_what_is_due(ran: Ran) -> None:
    ran.site.asked.clear()
    swept = sweep(ran.office, lambda: START + DAY, resolve=resolve)
    assert (swept.posts, swept.resources) == (0, 0)
    assert sum(ran.site.asked.values()) == 0


def test_open_suspects_are_ours_and_a_confirmed_one_is_the_units(ran: Ran) -> None:
    moment = START + DAY + timedelta(hours=1)
    assert judged(ran.office, moment, "content_suspects") == (Value.UNKNOWN, (), True)
    assert judged(ran.office, moment, "content_faults")[0] is Value.FRESH
    number = one(ran.office, "wording.date")
    with ran.office.engine.begin() as connection:
        confirm(connection, number, Deed("值班员", moment, "确有其误"), "yldw")
    assert judged(ran.office, moment, "content_faults") == (Value.STALE, ("yldw",), False)
    assert judged(ran.office, moment - timedelta(minutes=1), "content_faults")[0] is Value.FRESH, (
        "as it was before"
    )


def test_a_mended_page_ends_its_suspects_and_the_fault(ran: Ran) -> None:
    number, moment = one(ran.office, "wording.weekday"), START + 2 * DAY
    with ran.office.engine.begin() as connection:
        confirm(connection, number, Deed("值班员", moment, "确有其误"))
        url = connection.execute(
            select(CheckedPostRow.url)
            .join(SuspectRow, SuspectRow.post_id == CheckedPostRow.id)
            .where(SuspectRow.id == number)
        ).scalar_one()
    path = url.partition(str(ran.site.port))[2]
    healthy = next(
        case.path for case in ran.site.cases if case.near and case.kind == "wording.weekday"
    )
    was, ran.site.pages[path] = ran.site.pages[path], ran.site.pages[healthy]
    sweep(ran.office, lambda: moment, post=url, resolve=resolve)
    assert state_of(ran.office, number) == "mended"
    ran.site.pages[path] = was
    sweep(ran.office, lambda: moment + DAY, post=url, resolve=resolve)
    assert state_of(ran.office, number) == "open", "what comes back is asked anew"


def test_a_false_alarm_is_never_asked_twice_until_it_expires(ran: Ran) -> None:
    number, moment = one(ran.office, "wording.repeat"), START + 2 * DAY
    with ran.office.engine.begin() as connection:
        url = connection.execute(
            select(CheckedPostRow.url)
            .join(SuspectRow, SuspectRow.post_id == CheckedPostRow.id)
            .where(SuspectRow.id == number)
        ).scalar_one()
        dismiss(
            connection,
            number,
            Deed("值班员", moment, "引用原文"),
            scope="page",
            until=moment + 3 * DAY,
        )
    sweep(ran.office, lambda: moment + DAY, post=url, resolve=resolve)
    assert state_of(ran.office, number) == "dismissed"
    with ran.office.engine.begin() as connection:
        assert expire(connection, moment + 2 * DAY) == 0
        assert expire(connection, moment + 3 * DAY) == 1
    assert state_of(ran.office, number) == "open"


def test_a_phrase_is_dismissed_everywhere_and_a_withdrawn_decision_opens_it_again(ran: Ran) -> None:
    number, moment = one(ran.office, "wording.office"), START + 2 * DAY
    with ran.office.engine.begin() as connection:
        done = dismiss(connection, number, Deed("值班员", moment, "历史名称"), scope="phrase")
    assert done.suspects == 2
    assert done.decision is not None
    with ran.office.engine.begin() as connection:
        assert withdraw(connection, done.decision, moment) == 2


def test_a_dismissal_needs_a_reason_and_a_known_scope(ran: Ran) -> None:
    number = one(ran.office, "wording.quantity")
    with ran.office.engine.begin() as connection:
        with pytest.raises(ValueError, match="reason"):
            dismiss(connection, number, Deed("值班员", START, " "))
        with pytest.raises(ValueError, match="scope"):
            dismiss(connection, number, Deed("值班员", START, "错"), scope="world")
        with pytest.raises(LookupError, match="没有编号"):
            confirm(connection, 10**9, Deed("值班员", START, "对"))


def test_a_rule_that_people_find_wrong_goes_off(ran: Ran) -> None:
    moment = START + 2 * DAY
    with ran.office.engine.begin() as connection:
        for _ in range(4):
            dismiss(
                connection,
                first(connection, "wording.unpaired"),
                Deed("值班员", moment, "版式需要"),
            )
        assert next(s for s in rule_states(connection) if s.rule.name == "wording.unpaired").on
        dismiss(
            connection, first(connection, "wording.unpaired"), Deed("值班员", moment, "版式需要")
        )
        assert learned(connection)["wording.unpaired"] == (0, 5)
        assert not next(s for s in rule_states(connection) if s.rule.name == "wording.unpaired").on
        assert next(
            s
            for s in rule_states(connection, on=("wording.unpaired",))
            if s.rule.name == "wording.unpaired"
        ).on


def first(connection: Connection, rule: str) -> int:
    query = (
        select(SuspectRow.id)
        .where(SuspectRow.rule == rule, SuspectRow.state == "open")
        .order_by(SuspectRow.id)
    )
    return int(connection.execute(query.limit(1)).scalar_one())


def test_an_approved_link_whose_owner_changed_is_told(ran: Ran) -> None:
    office, moment = ran.office, START + 2 * DAY
    with office.reader.connect() as connection:
        row = connection.execute(
            select(SuspectRow.id, CheckedPostRow.url, ResourceRow.url.label("link"))
            .join(CheckedPostRow, CheckedPostRow.id == SuspectRow.post_id)
            .join(ResourceRow, ResourceRow.url == SuspectRow.quote)
            .where(SuspectRow.rule == "links.foreign", SuspectRow.identity == "news.example.net")
        ).one()
    with office.engine.begin() as connection:
        dismiss(connection, row.id, Deed("值班员", moment, "合作媒体"), scope="phrase")
    path = row.link.partition(str(ran.site.port))[2]
    was = ran.site.pages[path]
    ran.site.pages[path] = type(was)(
        was.body.replace("样例商城".encode(), "棋牌娱乐".encode()), 200, was.kind
    )
    sweep(office, lambda: moment, post=row.url, resolve=resolve)
    with office.reader.connect() as connection:
        told = listing(connection, WantedSuspects(post=row.url), moment.date()).lines
    assert [one.rule for one in told] == ["links.owner"]
    assert "棋牌娱乐" in told[0].why


def test_a_killed_sweep_goes_on_where_it_was(ran: Ran) -> None:
    """A sweep stopped in the middle has written what it did; the next one asks only the rest."""
    office, moment = ran.office, START + 30 * DAY
    with office.engine.begin() as connection:
        connection.execute(update(CheckedPostRow).values(due=moment))
    stop = Event()
    done = sweep(
        office, lambda: moment, stop=stop, on_progress=lambda _: stop.set(), resolve=resolve
    )
    assert done.left
    assert done.posts
    ran.site.asked.clear()
    rest = sweep(office, lambda: moment, resolve=resolve)
    with office.reader.connect() as connection:
        total = connection.execute(select(func.count()).select_from(PostRow)).scalar_one()
    assert done.posts + rest.posts == total
    assert not rest.left


def test_the_command_looks_lists_decides_and_shows_the_rules(ran: Ran) -> None:
    attach()
    runner, config = CliRunner(), str(ran.office.settings.path)
    listed = runner.invoke(cli, ["content", "list", "--config", config])
    assert listed.exit_code == 0, listed.output
    number = listed.output.split("　", 1)[0]
    words = [
        "content",
        "decide",
        number,
        "--confirm",
        "--reason",
        "属实",
        "--by",
        "值班员",
        "--config",
        config,
    ]
    assert "已认定属实" in runner.invoke(cli, words).output
    assert runner.invoke(cli, [*words, "--dismiss"]).exit_code != 0
    shown = runner.invoke(cli, ["content", "rules", "--config", config])
    assert "wording.date" in shown.output
    page = f"http://127.0.0.1:{ran.site.port}{ran.site.cases[0].path}"
    looked = runner.invoke(cli, ["content", "--url", page, "--config", config])
    assert "错别字" in looked.output, looked.output
