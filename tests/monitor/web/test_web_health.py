"""Health tells how the system itself is doing: nights, readers, letters, jobs, home pages, the
machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from crawler.store.tables import OutletRow, RunRow
from monitor.access.roles import Permission, Role, may
from monitor.board import health as board
from monitor.board.machine import Disk, machine
from monitor.facts.probes import add
from monitor.findings.standing import StandingRow
from monitor.letters.outbox import AttemptRow
from monitor.model import Probed
from monitor.night.diary import DailyRow
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.record.tables import JudgementRow, LetterRow
from tests.conftest import Store
from tests.support.web_helpers import NIGHT, NIGHTS, NOW, TODAY, Browser, ClientFor, rows

Fixture = tuple[ClientFor, Office]


@pytest.fixture
def browser(office_web: Fixture) -> Browser:
    return office_web[0](Role.OFFICE)


def letter(c: Any, state: str, answer: str = "", **more: Any) -> int:
    values = {
        "key": f"{state}-{answer}",
        "unit_id": "wjj",
        "day": TODAY,
        "recipients": ["wjj@example.org"],
        "subject": "通知",
        "text_body": "",
        "html_body": "",
        "state": state,
        "written": NOW,
        "tries": 8,
        "answer": answer,
    } | more
    found: int = c.execute(insert(LetterRow).values(values).returning(LetterRow.id)).scalar_one()
    return found


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_see_health_sees_it(office_web: Fixture, role: Role) -> None:
    answer = office_web[0](role).get("/health")
    assert answer.status_code == (200 if may(role, Permission.HEALTH) else 403)


def test_the_nights_are_told_with_what_they_saw(office_web: Fixture) -> None:
    with office_web[1].reader.connect() as c:
        found = board.runs(c)
    assert [run.started for run in found] == list(reversed(NIGHTS))
    assert {(run.planned, run.looked, run.unknown, run.new_posts, run.failed) for run in found} == {
        (8, 8, 1, 3, False)
    }
    assert found[0].minutes == 12
    assert found[0].sight.coverage == "87.5%", "what gave no answer that says anything was not seen"


def test_a_night_without_an_end_and_one_that_was_not_enough_are_told_loudly(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        c.execute(
            update(RunRow)
            .where(RunRow.started == NIGHT)
            .values(looked=3, ended=None, note="被中断")
        )
        c.execute(update(JudgementRow).where(JudgementRow.as_of > NIGHT).values(failed_night=True))
    text = browser.get("/health").text
    assert "最近一晚不可用" in text
    assert "25.0%" in text
    assert "被中断" in text
    with office.reader.connect() as c:
        assert [run.failed for run in board.runs(c)] == [True, False, False]


def test_a_judgement_belongs_to_the_night_before_it_only(office_web: Fixture) -> None:
    """A night that was never judged is not told by the judgement of the next one."""
    office = office_web[1]
    with office.engine.begin() as c:
        c.execute(JudgementRow.__table__.delete().where(JudgementRow.as_of < NIGHTS[1]))  # type: ignore[attr-defined]
    with office.reader.connect() as c:
        assert [run.failed for run in board.runs(c)] == [False, False, None]


def test_what_cannot_be_judged_is_told_by_cause_and_family(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        c.execute(update(OutletRow).where(OutletRow.id.in_(["cgxx", "jyxx"])).values(family="trs"))
        broken = {"value": "unknown", "cause": "redesigned", "since": NOW}
        c.execute(
            update(StandingRow).where(StandingRow.outlet_id.in_(["jyxx", "jywx"])).values(broken)
        )
    with office.reader.connect() as c:
        found = {one.cause: one for one in board.causes(c)}
        newest = board.unread(c)
    assert (found["redesigned"].columns, found["redesigned"].accounts) == (1, 1)
    assert found["redesigned"].families == (("trs", 1),)
    assert (found["captcha"].columns, found["captcha"].accounts) == (1, 0)
    assert {one.id for one in newest[:2]} == {"jyxx", "jywx"}
    assert "页面已改版" in browser.get("/health").text


def test_a_channel_out_of_service_comes_first(office_web: Fixture, browser: Browser) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        out = {"value": "unknown", "gravity": 3, "sentence": "微博首页的读取渠道停用。"}
        c.execute(update(StandingRow).where(StandingRow.subject == "probe:weibo").values(out))
    with office.reader.connect() as c:
        assert board.channels(c)[0].value == "unknown"
    assert '<p class="note bad">微博首页的读取渠道停用。</p>' in browser.get("/health").text


def test_letters_that_did_not_leave_show_the_servers_answer_and_its_marks_are_text(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        failed = letter(c, "failed", "451 <script>alert(1)</script> try later")
        letter(c, "refused", "550 no such user")
        letter(c, "sent", "250 ok")
        letter(c, "failed", "451 long ago", written=NOW - timedelta(days=40))
        attempt = {
            "letter_id": failed,
            "recipients": [],
            "started": NOW,
            "refused": [],
            "result": "temporary",
        }
        c.execute(insert(AttemptRow).values(attempt | {"next_try": NOW + timedelta(hours=1)}))
    text = browser.get("/health").text
    assert "邮件服务器要求稍后再试" in text
    assert "收件地址不存在，或对方拒收" in text
    assert "no such user" not in text
    raw = office_web[0](Role.ADMINISTRATOR).get("/health").text
    assert "451 &lt;script&gt;alert(1)&lt;/script&gt; try later" in raw
    assert "550 no such user" in raw
    assert "对方不收，请在台账里改地址" in text
    assert "250 ok" not in raw
    assert "long ago" not in text
    assert "2020-07-20 10:30" in text


def test_a_failed_letter_is_put_back_by_name_and_once(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        number = letter(c, "failed", "451 later")
    page = browser.get("/health").text
    assert f'action="/health/letters/{number}/again"' in page
    sent = browser.submit(f"/health/letters/{number}/again")
    assert sent.status_code == 303
    assert "已重新投递" in browser.get(sent.headers["location"]).text
    assert [(row.state, row.tries) for row in rows(office, LetterRow)] == [("waiting", 0)]
    said = [row for row in rows(office, AuditRow) if row.what == "again"]
    assert [(row.subject, row.who) for row in said] == [(f"letter:{number}", "样例经办人")]
    assert browser.submit(f"/health/letters/{number}/again").status_code == 404
    assert browser.submit("/health/letters/999/again").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LEADER, Role.INSPECTOR, Role.UNIT])
def test_whoever_may_only_look_sends_nothing(office_web: Fixture, role: Role) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        number = letter(c, "failed", "451 later")
    looker = client_for(role)
    assert looker.submit(f"/health/letters/{number}/again").status_code == 403
    assert "again" not in looker.get("/health").text
    assert (
        client_for(Role.OFFICE).post(f"/health/letters/{number}/again", data={}).status_code == 403
    )
    assert [row.state for row in rows(office, LetterRow)] == ["failed"]


def test_the_diary_tells_what_was_done_again_and_what_was_not_done(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]
    jobs = (
        ("nightly", NOW, 1, ""),
        ("content", NOW, 3, "中断"),
        ("letters", None, 2, "磁盘已满"),
        ("retention", None, 1, ""),
    )
    with office.engine.begin() as c:
        for name, ended, tries, note in jobs:
            row = {
                "name": name,
                "day": TODAY,
                "started": NIGHT,
                "tried": NIGHT,
                "ended": ended,
                "tries": tries,
            }
            c.execute(insert(DailyRow).values(row | {"note": note}))
        old = {
            "name": "nightly",
            "day": TODAY - timedelta(days=9),
            "started": NIGHT,
            "tried": NIGHT,
        }
        c.execute(insert(DailyRow).values(old | {"ended": NOW, "tries": 1, "note": ""}))
    with office.reader.connect() as c:
        found = {job.name: job.state for job in board.diary(c, TODAY)}
    assert found == {
        "夜间抓取和判定": "done",
        "内容检查": "again",
        "写信": "failed",
        "清理": "open",
    }
    assert "磁盘已满" in browser.get("/health").text


def visits(c: Any, days: int, results: Iterator[str], until: date | None = None) -> None:
    for n in range(days * 4):
        moment = NOW - timedelta(hours=6 * n + 1)
        add(
            c,
            "mh",
            Probed(
                moment,
                next(results),
                0.4,
                host="www.example.org",
                certificate_until=until,
                ahead=90.0,
            ),
        )


def test_home_pages_are_told_week_by_week_with_their_certificate(
    office_web: Fixture, browser: Browser
) -> None:
    office = office_web[1]

    def results() -> Iterator[str]:
        yield "closed"
        while True:
            yield "open"

    with office.engine.begin() as c:
        visits(c, 10, results(), TODAY + timedelta(days=12))
    with office.reader.connect() as c:
        site = board.availability(c, NOW)[0]
    assert site.closed == (None, None, None, None, None, None, 0.0, 3.57)
    assert site.certificate_left == 12
    text = browser.get("/health").text
    assert "证书还有 12 天" in text
    assert "快到期" in text
    assert "本机时间比各网站快 90 秒" in text
    assert re.search(r'id="availability-data">.*"yAxis": 5', text, flags=re.S)


def test_a_new_office_is_told_what_will_come(office_web: Fixture, browser: Browser) -> None:
    office = office_web[1]
    with office.engine.begin() as c:
        for table in (RunRow, StandingRow, JudgementRow):
            c.execute(table.__table__.delete())  # type: ignore[attr-defined]
    text = browser.get("/health").text
    for said in (
        "还没有夜间抓取",
        "还没有判定过",
        "没有留下未发出的",
        "还没有访问记录",
        "没有记录",
    ):
        assert said in text


def test_the_machine_tells_its_versions_and_its_stores_size(store: Store, tmp_path: Path) -> None:
    with store.reader.connect() as c:
        found = machine(c, tmp_path / "not" / "yet", "/no/such/chromium")
    assert found.store is not None
    assert found.store > 10_000
    names = dict(found.versions)
    assert {"gengxin", "Python", "sqlalchemy", store.engine.dialect.name} <= set(names)
    assert "没有安装" in names["浏览器"]
    assert found.disk.path == str(tmp_path)
    assert Disk("/", 100, 9).tight
    assert not Disk("/", 100, 10).tight
