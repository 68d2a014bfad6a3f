"""Units: the table, the office's view of one, its letters without their key, and origins
decided."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from monitor.access.roles import Role
from monitor.commands.screen import explain_lines
from monitor.entries.decided import decisions
from monitor.judging.evaluate import explain
from monitor.judging.unit_rhythm import DoubtRow, keep_rhythm
from monitor.letters.alerts import write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.record.chain import AuditRow
from monitor.record.tables import FindingRow, LetterFindingRow, LetterRow
from tests.support.judging_store import post
from tests.support.web_helpers import HOSTILE, NIGHT, NOW, TODAY, ClientFor, rows

Web = tuple[ClientFor, Any]


def test_a_letter_that_left_is_told_with_its_hour_and_no_protocol(office_web: Web) -> None:
    client_for, office = office_web
    letter = {
        "key": "k",
        "unit_id": "wjj",
        "day": TODAY,
        "recipients": ["wjj@example.org"],
        "subject": "更新提醒",
        "text_body": "x",
        "html_body": "",
        "state": "sent",
        "written": NOW,
        "sent": NOW,
        "answer": "250 Message accepted",
    }
    with office.engine.begin() as connection:
        id = connection.execute(insert(LetterRow).values(letter)).inserted_primary_key[0]
    browser = client_for(Role.OFFICE)
    for page in (browser.get("/units/wjj").text, browser.get(f"/units/wjj/letters/{id}").text):
        assert "已送达邮件服务器（2020-07-20 09:30）" in page
        assert "accepted" not in page


def test_every_page_names_the_deadline_that_the_letter_names(office_web: Web) -> None:
    client_for, office = office_web
    settings, units = office.settings.monitor.alerts.letters, office.settings.catalogue.units
    with office.engine.begin() as connection:
        write_letters(connection, Today(TODAY, NOW), Mailing(units, settings))
        query = select(LetterRow.text_body, FindingRow.number).where(LetterRow.unit_id == "wjj")
        query = query.join(LetterFindingRow, LetterFindingRow.letter_id == LetterRow.id)
        query = query.join(FindingRow, FindingRow.id == LetterFindingRow.finding_id)
        letters = connection.execute(query).all()
    assert letters
    named = {day for text, _ in letters for day in re.findall(r"整改期限：(2020年.*? 17:30)", text)}
    assert shown(client_for, letters[0].number) == [named] * 5
    with office.engine.begin() as connection:  # the same letter, three days ago
        for table in (LetterRow, LetterFindingRow):
            connection.execute(update(table).values(day=TODAY - timedelta(days=3)))
    earlier = shown(client_for, letters[0].number)
    assert earlier == [earlier[0]] * 5
    assert len(earlier[0]) == 1
    assert earlier[0] != named


def shown(client_for: ClientFor, number: str) -> list[set[str]]:
    """The deadlines on the unit's own page, on the office's page of it, in the lists and on the
    finding's page."""
    office = client_for(Role.OFFICE)
    pages = (
        "/units/wjj",
        "/findings?unit=wjj",
        "/findings/board?unit=wjj&whose=units",
        f"/findings/{number}",
    )
    texts = [
        client_for(Role.UNIT).get("/units/wjj").text,
        *(office.get(page).text for page in pages),
    ]
    return [set(re.findall(r"20\d\d年\d+月\d+日（周.） 17:30", text)) for text in texts]


def test_the_table_tells_each_month_with_shape_and_word_and_links_its_numbers(
    office_web: Web,
) -> None:
    client_for, _ = office_web
    text = client_for(Role.LEADER).get("/units").text
    for short in ("教育局", "卫健局", "城管局", "仓山镇"):
        assert short in text
    assert "镇街" in text
    assert "/10" in text
    assert '<a href="/findings?state=open&amp;unit=wjj">' in text


def test_the_offices_view_shows_outlets_findings_and_contacts_with_masked_phones(
    office_web: Web,
) -> None:
    client_for, office = office_web
    with office.engine.begin() as connection:
        from crawler.register.unit_contacts import UnitContactRow

        values = {
            "unit_id": "wjj",
            "role": "contact",
            "name": "样例联系人",
            "phone": "13800001234",
            "email": "c@example.org",
            "proof": "",
            "entered": NOW,
        }
        connection.execute(insert(UnitContactRow).values(values))
    text = client_for(Role.OFFICE).get("/units/wjj").text
    for shown in ("卫生信息", "健康仓山", "通知公告", "样例联系人", "看数据表"):
        assert shown in text
    assert "13800001234" not in text
    assert client_for(Role.OFFICE).get("/units/none").status_code == 404


def test_a_letter_is_shown_without_the_key_that_opens_the_units_page(office_web: Web) -> None:
    client_for, office = office_web
    text = "请看 http://x.example.org/units/wjj?key=d2pq.5f.AbC-_9\n<script>alert(1)</script>"
    letter = {
        "key": "k",
        "unit_id": "wjj",
        "day": TODAY,
        "recipients": ["wjj@example.org"],
        "subject": "更新提醒",
        "text_body": text,
        "html_body": "",
        "state": "failed",
        "written": NOW,
        "answer": "550 no such user",
    }
    with office.engine.begin() as connection:
        id = connection.execute(insert(LetterRow).values(letter)).inserted_primary_key[0]
    browser = client_for(Role.LEADER)
    page = browser.get(f"/units/wjj/letters/{id}").text
    assert "AbC-_9" not in page
    assert "收件地址不存在，或对方拒收" in page
    # The server's own words are for whoever keeps the mail server.
    assert "550 no such user" not in page + browser.get("/units/wjj").text
    assert "550 no such user" in client_for(Role.ADMINISTRATOR).get(f"/units/wjj/letters/{id}").text
    assert "&lt;script&gt;" in page
    assert browser.get(f"/units/jyj/letters/{id}").status_code == 404
    assert client_for(Role.UNIT).get(f"/units/wjj/letters/{id}").status_code == 403
    assert "发送失败" in browser.get("/units/wjj").text


def doubtful(office: Any, origin: str = "卫健局办公室转", title: str = "一条信息") -> None:
    with office.engine.begin() as connection:
        for n in range(3):
            url = f"http://www.example.org/x/{n}.html"
            post(
                connection,
                "jyxx",
                url,
                date(2020, 7, 10),
                NIGHT,
                title=f"{title}{n}",
                origin=origin,
            )
    keep_rhythm(office, NOW)


def named(office: Any) -> list[Any]:
    """Those that print an origin; the joint column's posts without one wait too."""
    return [row for row in rows(office, DoubtRow) if row.origin]


def test_doubtful_origins_are_kept_each_night_and_decided_once(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    assert "没有待认定的来源" in browser.get("/attribution?text=专班").text
    doubtful(office, "某某联合工作专班", HOSTILE)
    (row,) = named(office)
    assert (row.origin, row.count) == ("某某联合工作专班", 3)
    page = browser.get("/attribution").text
    assert "某某联合工作专班" in page
    assert "<script>alert" not in page
    assert "某某联合工作专班" in browser.get(f"/attribution/{row.id}").text
    bare = browser.submit("/attribution", {"origin": row.origin, "unit": "wjj"})
    assert (bare.status_code, len(named(office))) == (422, 1)
    assert (
        browser.submit(
            "/attribution", {"origin": row.origin, "unit": "ghost", "why": "x"}
        ).status_code
        == 422
    )
    assert (
        browser.submit(
            "/attribution", {"origin": row.origin, "unit": "wjj", "why": "专班设在卫健局"}
        ).status_code
        == 303
    )
    with office.reader.connect() as c:
        (made,) = decisions(c)
    assert (made.unit, made.by, made.why) == ("wjj", "样例经办人", "专班设在卫健局")
    assert named(office) == []
    assert [one.what for one in rows(office, AuditRow)][-1] == "attribution"
    assert "专班设在卫健局" in browser.get("/attribution").text
    keep_rhythm(office, NOW)
    assert named(office) == []
    again = {"origin": made.origin, "unit": "nobody", "why": "查明不是"}
    assert browser.submit("/attribution", again).status_code == 303
    assert "不归任何单位" in browser.get("/attribution").text


def test_origins_are_for_the_office_alone(office_web: Web) -> None:
    client_for, office = office_web
    for role in (Role.LEADER, Role.INSPECTOR, Role.UNIT, Role.AUDITOR):
        assert client_for(role).get("/attribution").status_code == 403
        assert (
            client_for(role)
            .submit("/attribution", {"origin": "x", "unit": "wjj", "why": "x"})
            .status_code
            == 403
        )
    with office.reader.connect() as c:
        assert decisions(c) == ()
    assert not office.settings.places.decisions.exists()


def test_explain_names_the_clause_that_the_letter_names(office_web: Web) -> None:
    _, office = office_web
    with office.engine.begin() as connection:
        units, letters = office.settings.catalogue.units, office.settings.monitor.alerts.letters
        write_letters(connection, Today(TODAY, NOW), Mailing(units, letters))
        text = connection.execute(
            select(LetterRow.text_body).where(LetterRow.unit_id == "wjj")
        ).scalar_one()
    horizon = office.settings.crawl.backfill_from
    found = explain(office.reader, office.settings.monitor, "wjxx", NOW, horizon=horizon)
    assert found is not None
    lines = explain_lines(found)
    (finding,) = (line for line in lines if line.startswith("问题 "))
    assert finding.partition("依据：")[2].rstrip("。") in re.findall("依据：(.*)", text)
    assert all("依据：" in line for line in lines if line.startswith("["))
