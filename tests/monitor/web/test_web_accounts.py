"""What people do about accounts on their pages: a look entered with its proof, changes of state,
unregistered ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from crawler.model import SHANGHAI, AccountState, Outlet, OutletKind, Probe
from crawler.store.tables import AccountRow, AccountStateRow, CandidateRow, OutletRow
from crawler.walking.attestations import Attestation, AttestationRow, attested, enter, with_word
from crawler.walking.known import known_outlets
from monitor.access.roles import Role
from monitor.access.users import add_user
from monitor.night.service import Service
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.rectify.rechecks import RecheckRow
from tests.support.district import Clock, served, town
from tests.support.web_helpers import NAMES, NOW, Browser, ClientFor, clients, rows

Web = tuple[ClientFor, Office]
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of a phone"
ENTRY = {
    "published": "2020-07-18T10:00", "looked": "2020-07-20T09:00", "seen_by": "张三", "until": "2020-07-27",
    "url": "http://www.example.org/post/1", "csrf": "",
}  # fmt: skip


def candidate(office: Office, **more: Any) -> int:
    row = {
        "platform": "weibo",
        "number": "uid:2000000009",
        "name": "<b>仓山某办</b>",
        "link": "https://weibo.com/u/2000000009",
        "place": "link",
        "page_url": "http://www.example.org/",
        "page_hash": "ab" * 16,
        "first_seen": NOW,
        "last_seen": NOW,
        "state": "new",
        "decided_by": "",
        "reason": "",
    } | more
    with office.engine.begin() as c:
        return int(
            c.execute(insert(CandidateRow).values(row).returning(CandidateRow.id)).scalar_one()
        )


def recorded(office: Office, what: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(who, subject, data) of the record's links of one kind."""
    return [
        (r.who, r.subject, json.loads(r.data)) for r in rows(office, AuditRow) if r.what == what
    ]


def test_an_account_s_page_tells_how_each_probe_fares_its_state_and_rhythm(office_web: Web) -> None:
    client_for, _ = office_web
    text = unescape(client_for(Role.LEADER).get("/outlets/wjwb").text)
    assert "新浪微博接口" in text
    assert "读取成功" in text
    assert "在用，2020-01-02 起" in text
    assert "已知发布" in text
    assert "登记一次人工查看" not in text


def test_phones_are_masked_for_everybody(office_web: Web) -> None:
    client_for, office = office_web
    people = [{"role": "contact", "name": "李四", "phone": "13800001234"}]
    with office.engine.begin() as c:
        c.execute(
            update(AccountRow)
            .where(AccountRow.outlet_id == "wjwb")
            .values(contacts=people, body="卫健局宣传科", review=True)
        )
    text = client_for(Role.ADMINISTRATOR).get("/outlets/wjwb").text
    assert "李四 138****1234" in text
    assert "13800001234" not in text
    assert "卫健局宣传科" in text


def test_a_person_s_look_is_kept_with_its_proof_put_on_record_and_asked_for(
    office_web: Web,
) -> None:
    client_for, office = office_web
    browser = client_for(Role.INSPECTOR)
    files = {"file": ("../../截图.png", PNG, "text/html")}
    answer = browser.post(
        "/outlets/wjwb/attestations", data={**ENTRY, "csrf": browser.csrf}, files=files
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/outlets/wjwb?recheck=1&said=")
    (row,) = rows(office, AttestationRow)
    assert (row.seen_by, row.published, row.until, row.file_name) == (
        "张三",
        datetime(2020, 7, 18, 10, tzinfo=SHANGHAI),
        date(2020, 7, 27),
        "截图.png",
    )
    ((who, subject, data),) = recorded(office, "attestation")
    assert (who, subject, data["after"]["shot"]) == ("样例检查员", "outlet:wjwb", row.shot)
    assert [r.outlet_id for r in rows(office, RecheckRow)] == ["wjwb"]
    proof = browser.get(f"/outlets/wjwb/attestations/{row.id}")
    assert proof.content == PNG
    assert proof.headers["content-disposition"] == f'attachment; filename="proof-{row.id}.png"'
    assert browser.get(f"/outlets/jywx/attestations/{row.id}").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"published": "2020-07-20T09:30"}, "晚于查看时间"),
        ({"looked": "2020-07-21T09:00"}, "查看时间还没有到"),
        ({"published": "昨天"}, "请填写发布时间"),
        ({"until": "2020-09-30"}, "31 天之内"),
        ({"until": ""}, "请填写有效期"),
        ({"seen_by": " "}, "请填写查看人"),
        ({"url": ""}, "须有证据"),
        ({"url": "javascript:alert(1)"}, "网址不对"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_what_was_typed_kept(
    office_web: Web, change: dict[str, str], said: str
) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    answer = browser.submit(
        "/outlets/wjwb/attestations", {**{k: v for k, v in ENTRY.items() if k != "csrf"}, **change}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="2020-07-20T09:00"' in answer.text or "looked" in change
    assert rows(office, AttestationRow) == []
    assert rows(office, RecheckRow) == []


@pytest.mark.parametrize("data", [b"MZ a program", b"<html>not a picture</html>", b""])
def test_a_file_is_judged_by_what_is_in_it(office_web: Web, data: bytes) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    files = {"file": ("截图.png", data, "image/png")}
    answer = browser.post(
        "/outlets/wjwb/attestations", data={**ENTRY, "csrf": browser.csrf}, files=files
    )
    assert answer.status_code == 422
    assert "截图.png" in answer.text
    assert rows(office, AttestationRow) == []


def test_columns_take_no_entries_and_leaders_make_none(office_web: Web) -> None:
    client_for, _ = office_web
    entry = {k: v for k, v in ENTRY.items() if k != "csrf"}
    assert client_for(Role.LEADER).submit("/outlets/wjwb/attestations", entry).status_code == 403
    assert client_for(Role.OFFICE).post("/outlets/wjwb/attestations", data=ENTRY).status_code == 403
    answer = client_for(Role.OFFICE).submit("/outlets/wjxx/attestations", entry)
    assert (answer.status_code, "只有在用的账号" in answer.text) == (422, True)


def test_an_entry_is_taken_back_with_its_reason_and_counts_no_more(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    browser.submit("/outlets/wjwb/attestations", {k: v for k, v in ENTRY.items() if k != "csrf"})
    assert (
        browser.submit("/outlets/wjwb/attestations/1/withdraw", {"reason": ""}).status_code == 422
    )
    assert (
        client_for(Role.INSPECTOR)
        .submit("/outlets/wjwb/attestations/1/withdraw", {"reason": "x"})
        .status_code
        == 403
    )
    assert (
        browser.submit("/outlets/jywx/attestations/1/withdraw", {"reason": "看错"}).status_code
        == 422
    )
    assert (
        browser.submit("/outlets/wjwb/attestations/1/withdraw", {"reason": "看错"}).status_code
        == 303
    )
    with office.reader.connect() as c:
        assert attested(c) == {}
    ((who, _, data),) = recorded(office, "attestation_withdrawn")
    assert (who, data["reason"], data["after"]) == ("样例经办人", "看错", "撤回")
    assert (
        browser.submit("/outlets/wjwb/attestations/1/withdraw", {"reason": "再来"}).status_code
        == 422
    )


def test_a_person_s_word_stands_as_the_account_s_manual_probe() -> None:
    word = Probe("manual", None, {"by": "张三"})
    bare = Outlet("x", OutletKind.ACCOUNT, "x", "douyin", "s", ())
    assert with_word(bare, word).probes == (word,)
    old = Outlet(
        "x",
        OutletKind.ACCOUNT,
        "x",
        "wechat",
        "s",
        (),
        probes=(Probe("manual", None, {"by": "李四"}), Probe("feed")),
    )
    assert with_word(old, word).probes == (word, Probe("feed"))
    assert with_word(old, None) is old


def test_an_entry_speaks_only_from_its_moment_on(office_web: Web) -> None:
    _, office = office_web
    entry = Attestation(
        0,
        "wjwb",
        NOW - timedelta(days=2),
        NOW,
        date(2020, 7, 27),
        "http://x.example.org",
        "",
        "",
        "张三",
        NOW,
        None,
    )
    with office.engine.begin() as c:
        enter(c, entry)
    with office.reader.connect() as c:
        assert attested(c, ["wjwb"], as_of=NOW - timedelta(hours=1)) == {}
        assert set(attested(c, ["wjwb", "jywx"], as_of=NOW)) == {"wjwb"}
        (known,) = known_outlets(c, ["wjwb"])
    assert [p.platform for p in known.outlet.probes] == ["weibo", "manual"]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Any, Browser]]:
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as place:
        place.night()
        with place.office.engine.begin() as c:
            # Nobody can see this account any more: its probes are gone.
            c.execute(update(OutletRow).where(OutletRow.id == "wb").values(probes=[]))
            name = NAMES[Role.INSPECTOR]
            add_user(
                c,
                clock(),
                name=name,
                shown="检查员甲",
                role=Role.INSPECTOR,
                password="yi-ge-ceshi-mima",
                by="测试",
            )
        yield place, clients(place.office, clock)(Role.INSPECTOR)


def test_an_account_without_a_probe_is_judged_by_the_person_s_look_at_once(
    live: tuple[Any, Browser],
) -> None:
    place, browser = live
    seen = {**ENTRY, "published": "2020-07-19T10:00", "looked": "2020-07-20T08:59"}
    answer = browser.submit(
        "/outlets/wb/attestations", {k: v for k, v in seen.items() if k != "csrf"}
    )
    assert answer.status_code == 303
    Service(place.office, place.clock, Event()).rechecks()
    done = browser.part("/rechecks/1").text
    assert "复查完成" in done
    assert re.search(r"最新信息 2020-07-19", done)
    text = unescape(browser.get("/outlets/wb").text)
    assert "人工登记" in text
    assert '<span class="chip fresh">正常</span>' in text
    verdicts = place.verdicts()
    assert verdicts["account_idle", "outlet:wb", ""].value == "fresh"
    with place.office.engine.begin() as c:
        c.execute(delete(AttestationRow))


def test_an_account_of_a_workbook_changes_its_state_with_day_and_basis(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    form = {"state": "closed", "since": "2020-07-01", "note": "备案〔2020〕1号"}
    refused = browser.submit("/outlets/wjwb/state", form)
    assert (refused.status_code, "config.yaml" in refused.text) == (422, True)
    with office.engine.begin() as c:
        c.execute(update(OutletRow).where(OutletRow.id == "wjwb").values(kept_in="workbook"))
    assert client_for(Role.INSPECTOR).submit("/outlets/wjwb/state", form).status_code == 403
    assert browser.submit("/outlets/wjwb/state", {**form, "since": "2020-08-01"}).status_code == 422
    assert browser.submit("/outlets/wjwb/state", {**form, "note": ""}).status_code == 422
    assert browser.submit("/outlets/wjwb/state", {**form, "state": "gone"}).status_code == 422
    assert browser.submit("/outlets/wjxx/state", form).status_code == 404
    assert browser.submit("/outlets/wjwb/state", form).status_code == 303
    states = [r for r in rows(office, AccountStateRow) if r.outlet_id == "wjwb"]
    assert (states[-1].state, states[-1].since, states[-1].note) == (
        AccountState.CLOSED,
        date(2020, 7, 1),
        "备案〔2020〕1号",
    )
    ((who, subject, data),) = recorded(office, "account_state")
    assert (who, subject, data["after"]) == ("样例经办人", "outlet:wjwb", "closed")
    assert "已注销" in browser.get("/outlets/wjwb").text


def test_an_unregistered_account_is_judged_by_a_person_with_a_reason(office_web: Web) -> None:
    client_for, office = office_web
    number = candidate(office)
    browser = client_for(Role.OFFICE)
    text = browser.get("/accounts/found").text
    assert "&lt;b&gt;仓山某办&lt;/b&gt;" in text
    assert (
        browser.submit(
            f"/accounts/found/{number}", {"verdict": "dismissed", "reason": ""}
        ).status_code
        == 422
    )
    assert (
        browser.submit(
            f"/accounts/found/{number}", {"verdict": "perhaps", "reason": "x"}
        ).status_code
        == 422
    )
    assert (
        browser.submit("/accounts/found/99", {"verdict": "dismissed", "reason": "x"}).status_code
        == 404
    )
    assert (
        client_for(Role.INSPECTOR)
        .submit(f"/accounts/found/{number}", {"verdict": "dismissed", "reason": "x"})
        .status_code
        == 403
    )
    answer = browser.submit(
        f"/accounts/found/{number}", {"verdict": "dismissed", "reason": "外区账号"}
    )
    assert answer.status_code == 303
    (row,) = rows(office, CandidateRow)
    assert (row.state, row.decided_by, row.reason) == ("dismissed", "样例经办人", "外区账号")
    assert recorded(office, "account_candidate")[0][2]["before"] == "new"
    assert "没有待核实的账号" in browser.get("/accounts/found").text
    assert "外区账号" in browser.get("/accounts/found?all=1").text


def test_no_candidates_is_a_sentence_not_an_empty_page(office_web: Web) -> None:
    assert "没有待核实的账号" in office_web[0](Role.OFFICE).get("/accounts/found").text
