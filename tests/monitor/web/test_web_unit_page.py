"""A unit's own page, by login and by signed link: it sees and answers what is its own, and looking
changes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from crawler.model import Deed, shanghai_day
from monitor.access.roles import Role
from monitor.board.unit import deadlines
from monitor.record.chain import AuditRow
from monitor.record.links import load_keys, sign
from monitor.record.tables import FindingRow
from monitor.rectify.acks import AckRow
from monitor.rectify.appeals import AppealRow
from monitor.rectify.orders import OrderRow, Terms, issue
from monitor.rectify.rechecks import RecheckRow
from monitor.rectify.replies import ReplyFileRow, ReplyRow
from tests.support.web_helpers import NOW, UNIT, Browser, ClientFor, rows

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
Web = tuple[ClientFor, Any]


def token(office: Any, unit: str = UNIT, until: datetime = NOW + timedelta(days=30)) -> str:
    return sign(load_keys(office.settings.folder / "links.key"), unit, until)


def finding(office: Any, subject: str = "outlet:wjxx") -> str:
    with office.reader.connect() as connection:
        query = select(FindingRow.number).where(
            FindingRow.subject == subject, FindingRow.closed.is_(None)
        )
        return str(connection.execute(query).scalar_one())


def ordered(office: Any) -> str:
    monitor = office.settings.monitor
    with office.engine.begin() as connection:
        made = issue(
            connection,
            finding(office),
            deed=Deed("样例经办人", NOW),
            terms=Terms(monitor.alerts.letters, monitor.orders),
        )
    return made.number


@pytest.fixture(params=["login", "link"])
def contact(
    request: pytest.FixtureRequest, office_web: Web
) -> tuple[Browser, str, Any, dict[str, str]]:
    """The unit's contact: the browser, what addresses end in, the office, and what forms carry
    besides."""
    client_for, office = office_web
    if request.param == "login":
        return client_for(Role.UNIT), "", office, {}
    key = token(office)
    browser = client_for(None)
    browser.csrf = key
    return browser, f"?key={key}", office, {"writer": "样例填报人"}


def test_the_page_tells_what_is_open_until_when_and_what_to_do(contact: Any) -> None:
    browser, tail, office, _ = contact
    text = browser.get(f"/units/{UNIT}{tail}").text
    assert finding(office) in text
    assert "卫生信息" in text
    assert re.search(r"还有 \d+ 个工作日", text)
    assert "怎么办" in text
    assert "仓山镇" not in text
    assert "城管局" not in text
    assert "教育局" in text, "who answers together with it is named"


def test_everybody_opening_the_links_a_hundred_times_changes_not_one_byte(office_web: Web) -> None:
    client_for, office = office_web
    key, browser = token(office), client_for(None)
    number = finding(office)
    browser.get(f"/units/{UNIT}?key={key}")
    before = stored(office)
    for _ in range(25):
        for path in ("", "/calendar.ics", f"/proof/{number}", "/rechecks/1"):
            assert browser.get(f"/units/{UNIT}{path}?key={key}").status_code in (200, 404)
    assert stored(office) == before


def stored(office: Any) -> dict[str, str]:
    folder = office.settings.folder
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda office: token(office, until=NOW - timedelta(seconds=5)), "已过期"),
        (lambda office: token(office)[:-4] + "AAAA", "不是本系统发出的"),
        (lambda office: token(office, "jyj"), "不是这个单位的"),
        (lambda office: "x" * 3000, "不是本系统发出的"),
    ],
)
def test_a_late_forged_or_foreign_link_is_refused_in_a_sentence(
    office_web: Web, make: Callable[[Any], str], says: str
) -> None:
    client_for, office = office_web
    key, browser = make(office), client_for(None)
    browser.csrf = key
    found = browser.get(f"/units/{UNIT}?key={key}")
    assert (found.status_code, says in found.text) == (403, True)
    assert key not in found.text
    assert (
        browser.submit(f"/units/{UNIT}/ack?key={key}", {"finding": finding(office)}).status_code
        == 403
    )
    assert browser.get(f"/units/{UNIT}/calendar.ics?key={key}").status_code == 403
    assert rows(office, AckRow) == []


def test_acknowledging_rests_the_reminders_under_the_name_of_who_wrote(contact: Any) -> None:
    browser, tail, office, more = contact
    given = {"finding": finding(office), "until": "2020-07-24", "text": "本周内更新", **more}
    found = browser.submit(f"/units/{UNIT}/ack{tail}", given)
    assert found.status_code == 303, found.text
    (row,) = rows(office, AckRow)
    assert (row.unit_id, str(row.until)) == (UNIT, "2020-07-24")
    assert row.who == ("卫健局（链接）样例填报人" if more else "样例单位联系人")
    assert [one.who for one in rows(office, AuditRow)][-1] == row.who
    page = browser.get(found.headers["location"])
    assert "2020-07-24前不再提醒" in page.text


def test_a_reply_with_a_file_reaches_the_order_and_comes_back_as_a_download(contact: Any) -> None:
    browser, tail, office, more = contact
    number = ordered(office)
    file = {"files": ("截图.png", PNG, "image/png")}
    given = {"order": number, "text": "已更新<script>alert(1)</script>", **more}
    found = browser.submit(f"/units/{UNIT}/reply{tail}", given, files=file)
    assert found.status_code == 303, found.text
    (reply,), (kept,) = rows(office, ReplyRow), rows(office, ReplyFileRow)
    assert reply.unit_id == UNIT
    assert rows(office, OrderRow)[0].state == "replied"
    page = browser.get(f"/units/{UNIT}{tail}").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    answer = browser.get(f"/units/{UNIT}/files/{kept.sha256}{tail}")
    assert answer.content == PNG
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_judged_by_its_content_and_nothing_is_kept_of_a_refused_reply(
    contact: Any,
) -> None:
    browser, tail, office, more = contact
    number = ordered(office)
    file = {"files": ("证明.pdf", b"MZ not a pdf", "application/pdf")}
    found = browser.submit(
        f"/units/{UNIT}/reply{tail}", {"order": number, "text": "已更新", **more}, files=file
    )
    assert found.status_code == 422
    assert "证明.pdf" in found.text
    assert (rows(office, ReplyRow), rows(office, OrderRow)[0].state) == ([], "issued")


def test_an_appeal_waits_for_a_person_and_asks_for_a_second_look(contact: Any) -> None:
    browser, tail, office, more = contact
    found = browser.submit(
        f"/units/{UNIT}/appeal{tail}", {"finding": finding(office), "reason": "有新信息", **more}
    )
    assert found.status_code == 303
    (row,) = rows(office, AppealRow)
    assert (row.state, row.reason) == ("waiting", "有新信息")
    assert [one.outlet_id for one in rows(office, RecheckRow)] == ["wjxx"]
    again = browser.submit(
        f"/units/{UNIT}/appeal{tail}", {"finding": finding(office), "reason": "再说一次", **more}
    )
    assert (again.status_code, "已有申诉待核" in again.text) == (422, True)


def test_a_recheck_is_asked_for_an_own_outlet_only_and_so_many_times_an_hour(contact: Any) -> None:
    browser, tail, office, more = contact
    foreign = browser.submit(f"/units/{UNIT}/recheck{tail}", {"outlet": "cszw", **more})
    assert (foreign.status_code, rows(office, RecheckRow)) == (422, [])
    most = office.settings.monitor.web.rechecks_an_hour
    found = browser.submit(f"/units/{UNIT}/recheck{tail}", {"outlet": "wjxx", **more})
    assert found.status_code == 303
    progress = browser.get(found.headers["location"])
    assert (progress.status_code, "已排队" in progress.text) == (200, True)
    part = browser.part(found.headers["location"]).text
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    with office.engine.begin() as connection:
        used = [{"who": f"unit:{UNIT}", "what": "recheck", "moment": NOW} for _ in range(most - 1)]
        from monitor.access.tables import CountedActRow

        connection.execute(insert(CountedActRow), used)
    refused = browser.submit(f"/units/{UNIT}/recheck{tail}", {"outlet": "wjkb", **more})
    assert (refused.status_code, "一小时内最多" in refused.text) == (422, True)
    assert len(rows(office, RecheckRow)) == 1


def test_a_done_recheck_tells_the_verdict(contact: Any) -> None:
    browser, tail, office, _ = contact
    verdicts = [{"value": "fresh", "sentence": "栏目“卫生信息”最近一次更新为2020年7月20日<b>"}]
    result = {"visit": {"newest": "2020-07-20"}, "verdicts": verdicts}
    with office.engine.begin() as connection:
        values = {
            "outlet_id": "wjxx",
            "asked_by": "x",
            "asked": NOW,
            "state": "done",
            "ended": NOW,
            "result": result,
        }
        made = connection.execute(insert(RecheckRow).values(values)).inserted_primary_key[0]
        other = connection.execute(
            insert(RecheckRow).values(values | {"outlet_id": "cszw"})
        ).inserted_primary_key[0]
    text = browser.part(f"/units/{UNIT}/rechecks/{made}{tail}").text
    assert "2020年7月20日&lt;b&gt;" in text
    assert "every 2s" not in text
    assert browser.get(f"/units/{UNIT}/rechecks/{other}{tail}").status_code == 404


def test_nothing_of_another_unit_can_be_reached(contact: Any) -> None:
    browser, tail, office, more = contact
    assert browser.get(f"/units/jyj{tail}").status_code == 403
    for what in ("ack", "reply", "appeal", "recheck"):
        assert browser.submit(f"/units/jyj/{what}{tail}", more).status_code == 403
    for path in (
        "/units",
        "/findings",
        "/orders",
        "/overdue",
        f"/units/{UNIT}/letters/1",
        "/attribution",
        "/content",
    ):
        assert browser.get(path + tail).status_code in (403, 303)
    with office.engine.begin() as connection:
        connection.execute(
            FindingRow.__table__.update()
            .where(FindingRow.subject == "outlet:wjkb")
            .values(units=["jyj"])
        )  # type: ignore[attr-defined]
    number = finding(office, "outlet:wjkb")
    assert browser.get(f"/units/{UNIT}/proof/{number}{tail}").status_code == 404
    answer = browser.submit(
        f"/units/{UNIT}/appeal{tail}", {"finding": number, "reason": "不是我们的", **more}
    )
    assert (answer.status_code, rows(office, AppealRow)) == (422, [])


def test_a_form_without_its_word_or_writer_changes_nothing(office_web: Web) -> None:
    client_for, office = office_web
    key, browser = token(office), client_for(None)
    given = {"finding": finding(office), "until": "2020-07-24"}
    assert browser.post(f"/units/{UNIT}/ack?key={key}", data=given).status_code == 403
    browser.csrf = key
    nameless = browser.submit(f"/units/{UNIT}/ack?key={key}", given)
    assert (nameless.status_code, "请填写填报人" in nameless.text) == (422, True)
    assert rows(office, AckRow) == []


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.AUDITOR])
def test_the_office_does_not_write_on_the_units_page(office_web: Web, role: Role) -> None:
    client_for, office = office_web
    browser = client_for(role)
    given = {"finding": finding(office), "until": "2020-07-24", "reason": "x"}
    for what in ("ack", "appeal"):
        assert browser.submit(f"/units/{UNIT}/{what}", given).status_code == 403
    assert (rows(office, AckRow), rows(office, AppealRow)) == ([], [])


def test_the_calendar_holds_the_last_working_days_before_the_limits(contact: Any) -> None:
    browser, tail, _, _ = contact
    found = browser.get(f"/units/{UNIT}/calendar.ics{tail}")
    assert found.headers["content-type"].startswith("text/calendar")
    assert found.text.startswith("BEGIN:VCALENDAR")
    assert "卫健局更新到期" in found.text
    assert "更新到期：通知公告" in found.text.replace("\r\n ", "")
    assert "政务公开" not in found.text.replace("\r\n ", "")


def test_the_calendar_tells_the_last_day_of_an_open_order_to_its_unit_alone(
    office_web: Any,
) -> None:
    client_for, office = office_web
    number = ordered(office)
    (row,) = rows(office, OrderRow)
    found = client_for(Role.UNIT).get(f"/units/{UNIT}/calendar.ics")
    text = found.text.replace("\r\n ", "")
    (event,) = [one for one in text.split("BEGIN:VEVENT") if number in one]
    day = shanghai_day(row.deadline)
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in event
    assert re.search(rf"SUMMARY:{number}：\S*卫生信息", event)
    with office.reader.connect() as c:
        assert deadlines(c, "jyj") == ()
    with office.engine.begin() as c:
        c.execute(update(OrderRow).values(state="withdrawn"))
    assert number not in client_for(Role.UNIT).get(f"/units/{UNIT}/calendar.ics").text.replace(
        "\r\n ", ""
    )
