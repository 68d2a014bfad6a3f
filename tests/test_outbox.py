"""The outbox: one letter per unit and day, claimed once, every attempt recorded, nothing lost by a crash."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from crawler.model import SHANGHAI, Unit
from crawler.store import OutletRow, SiteRow, UnitRow, VisitRow
from monitor import outbox
from monitor.alerts import AlertsConfig, Send, Sent, send_waiting, write_letters
from monitor.channels.mail import MailConfig
from monitor.delivery import HandingOver, Receipt, Refusal, Undelivered
from monitor.ledger import EventRow, FindingRow, LetterFindingRow, LetterRow
from monitor.letterhead import LetterSettings
from monitor.letters import OFFICE
from monitor.model import Letter, Value, Verdict
from monitor.outbox import LEASE, RETRIES, AttemptRow
from tests.conftest import Store
from tests.mailbox import Script, mail_server

DAY = date(2020, 7, 20)
NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
UNITS = (
    Unit("jsj", "建设局", "住房和城乡建设局", "区直部门", emails=("jsj@example.org", "jsj2@example.org")),
    Unit("yjj", "应急管理局", "应急管理局", "区直部门", emails=("yjj@example.org",)),
    Unit("sjj", "审计局", "审计局", "区直部门"),
    Unit("jyj", "教育局", "教育局", "区直部门", emails=("jyj@example.org",)),
)
SETTINGS = LetterSettings(office_emails=("office@example.org",))
MAIL = MailConfig(
    host="127.0.0.1", security="plain", sender="watch@example.org", copy_to=("head@example.org",)
)
CONFIG = AlertsConfig(letters=SETTINGS, mail=MAIL)


def seed(store: Store, *findings: Sequence[str], units: Sequence[Unit] = UNITS) -> None:
    """The catalogue, one column, and findings answered for by the given units (none: it is ours)."""
    with store.engine.begin() as c:
        rows = [
            {
                "id": u.id,
                "short": u.short,
                "full": u.full,
                "group_name": u.group,
                "aliases": [],
                "quota": None,
            }
            | {"emails": list(u.emails), "retired_at": None}
            for u in units
        ]
        c.execute(insert(UnitRow), rows)
        c.execute(
            insert(SiteRow).values(
                id="s", name="门户", home="http://portal/", hosts=[], delay=1, concurrency=1, legacy_tls=False
            )
        )
        column = {"id": "zlaq", "kind": "column", "name": "质量安全", "platform": "portal", "site_id": "s"}
        column |= {"url": "http://portal.example.org/zlaq/", "cls": "other", "path": "", "level": 2}
        column |= {"floor": 1, "state": "registered", "handle": {}, "probes": []}
        c.execute(insert(OutletRow).values(column))
        c.execute(insert(VisitRow).values(visit("read", NOW - timedelta(hours=7))))
        c.execute(insert(VisitRow).values(visit("blocked", NOW - timedelta(hours=1))))
    for answerable in findings:
        open_finding(store, *answerable)


def visit(outcome: str, moment: datetime) -> dict[str, Any]:
    texts = dict.fromkeys(("reason", "mark", "url", "newest_url", "page_hash", "etag", "last_modified"), "")
    return texts | {
        "outlet_id": "zlaq", "moment": moment, "outcome": outcome, "evidence": "complete", "door": "spider",
        "probe": "portal", "page_no": 1, "status": 200, "dated": 20, "seconds": 0.1, "family": "trs",
    }  # fmt: skip


def open_finding(store: Store, *units: str) -> int:
    with store.engine.begin() as c:
        number = (c.scalar(select(func.max(FindingRow.id))) or 0) + 1
        row = {"number": f"2020-{number:04}", "rule": "column_stale", "subject": "outlet:zlaq"}
        row |= {
            "period": str(number),
            "name": "质量安全",
            "value": "stale",
            "sentence": "超期。",
            "clause": "19号",
        }
        row |= {"units": list(units), "numbers": {}, "newest": {}, "ours": not units, "due": date(2020, 7, 1)}
        row |= {"opened": NOW - timedelta(days=5)}
        return c.execute(insert(FindingRow).values(row).returning(FindingRow.id)).scalar_one()


def write(store: Store, day: date = DAY, moment: datetime = NOW, **more: Any) -> Any:
    with store.engine.begin() as c:
        return write_letters(c, day, moment, UNITS, SETTINGS, **more)


def rows(store: Store, table: Any) -> Sequence[Any]:
    with store.reader.connect() as c:
        return c.execute(select(table.__table__).order_by(table.id)).all()


def states(store: Store) -> dict[str, str]:
    return {row.unit_id: row.state for row in rows(store, LetterRow)}


@dataclass
class Fake:
    """A channel that does as it is told: an answer, or an exception, per call; then always yes."""

    plan: list[Any] = field(default_factory=list)
    got: list[Letter] = field(default_factory=list)

    def __call__(self, letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        handing_over()
        step = self.plan.pop(0) if self.plan else Receipt("250 ok")
        if isinstance(step, BaseException):
            raise step
        self.got.append(letter)
        assert isinstance(step, Receipt)
        return step


def deliver(store: Store, channel: Send, now: datetime = NOW, config: AlertsConfig = CONFIG) -> Sent:
    return send_waiting(store.engine, config, now, {"mail": channel}, elapsed=lambda: 0.0)


def again(permanent: bool = False, **more: Any) -> Undelivered:
    return Undelivered(permanent, "550 no" if permanent else "451 later", **more)


def test_one_letter_per_unit_with_its_findings_and_an_event_each(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("jsj",), ())
    assert write(store).n == 3
    letters = {row.unit_id: row for row in rows(store, LetterRow)}
    assert set(letters) == {"jsj", "yjj", OFFICE}
    assert letters["jsj"].recipients == ["jsj@example.org", "jsj2@example.org"]
    assert letters[OFFICE].recipients == ["office@example.org"]
    assert "2 项问题" in letters["jsj"].subject
    assert (
        "2020年7月20日 02:00" in letters["jsj"].text_body
    )  # the look that proved something, not the blocked one
    assert "http://portal.example.org/zlaq/" in letters["jsj"].text_body
    told = Counter(
        (row.finding_id, row.detail["unit"]) for row in rows(store, EventRow) if row.kind == "told"
    )
    assert told == Counter({(1, "jsj"): 1, (1, "yjj"): 1, (2, "jsj"): 1, (3, OFFICE): 1})


def test_the_second_night_of_a_day_writes_nothing_and_the_next_day_does(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    write(store)
    before = [rows(store, table) for table in (LetterRow, LetterFindingRow, EventRow)]
    open_finding(store, "jsj")  # found later the same day: it waits for tomorrow's letter
    assert write(store).n == 0
    assert [rows(store, table) for table in (LetterRow, LetterFindingRow, EventRow)] == before
    assert write(store, DAY + timedelta(days=1), NOW + timedelta(days=1)).n == 2
    assert "【再次提醒】" in rows(store, LetterRow)[2].text_body


def test_a_transaction_that_breaks_leaves_neither_letter_nor_event(store: Store) -> None:
    seed(store, ("jsj",))
    with pytest.raises(RuntimeError), store.engine.begin() as c:  # noqa: PT012
        write_letters(c, DAY, NOW, UNITS, SETTINGS)
        raise RuntimeError("killed")
    assert rows(store, LetterRow) == []
    assert rows(store, EventRow) == []


def test_a_unit_without_an_address_is_recorded_reported_and_not_counted_as_told(store: Store) -> None:
    seed(store, ("sjj",))
    written = write(store)
    assert (written.n, written.no_address) == (1, ("sjj",))
    assert states(store) == {"sjj": "refused", OFFICE: "waiting"}
    assert "审计局" in rows(store, LetterRow)[1].text_body
    assert rows(store, EventRow) == []
    reached = [replace_emails(UNITS, "sjj", "sjj@example.org")]
    with store.engine.begin() as c:
        tomorrow = DAY + timedelta(days=1)
        assert write_letters(c, tomorrow, NOW + timedelta(days=1), reached[0], SETTINGS).n == 1
    assert "再次提醒" not in rows(store, LetterRow)[2].text_body


def replace_emails(units: Sequence[Unit], unit: str, *emails: str) -> list[Unit]:
    return [u if u.id != unit else Unit(u.id, u.short, u.full, u.group, emails=emails) for u in units]


def test_a_closed_finding_is_in_no_letter(store: Store) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        c.execute(update(FindingRow).values(closed=NOW - timedelta(hours=1)))
    assert write(store).n == 0


def test_a_unit_is_told_once_that_its_finding_ended_and_how_long_it_lasted(store: Store) -> None:
    seed(store, ("jsj",), ("yjj",))
    write(store)
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    with store.engine.begin() as c:
        c.execute(update(FindingRow).values(closed=tomorrow - timedelta(hours=2)))
        c.execute(
            insert(EventRow).values(finding_id=1, kind="closed", moment=tomorrow, detail={"reason": "fresh"})
        )
        c.execute(update(LetterRow).where(LetterRow.unit_id == "yjj").values(state="refused"))
    assert write(store, tomorrow.date(), tomorrow).n == 1
    last = rows(store, LetterRow)[-1]
    assert last.subject == "【整改确认】2020-07-21 建设局：1 项已销号"
    for words in ("已更新，自动销号", "2020年7月15日（周三）发现", "2020年7月21日（周二）销号", "历时 6 天"):
        assert words in last.text_body
        assert words in last.html_body
    assert "整改期限" not in last.text_body
    assert write(store, later.date(), later).n == 0


def test_a_limit_that_passes_soon_is_told_on_the_working_days_that_count(store: Store) -> None:
    seed(store)
    due = date(2020, 7, 26)  # a Sunday
    soon = Verdict(
        "column_stale", "outlet:zlaq", Value.DUE_SOON, "质量安全将于7月26日到期。", "19号", ("jsj", "gone"),
        due=due, name="质量安全",
    )  # fmt: skip
    told = {}
    for n in range(20, 28):
        now = NOW.replace(day=n)
        told[n] = write(store, now.date(), now, verdicts=[soon]).n
    assert told == {20: 0, 21: 0, 22: 1, 23: 0, 24: 1, 25: 0, 26: 0, 27: 0}
    letter = rows(store, LetterRow)[0]
    assert letter.subject == "【到期提醒】2020-07-22 建设局：1 项即将到期"
    assert "2020年7月26日（周日）" in letter.text_body
    assert "质量安全将于7月26日到期。" in letter.html_body
    assert rows(store, EventRow) == []


def test_the_office_learns_of_an_overdue_unit_on_the_day_after_its_deadline(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("jsj",))
    write(store)
    days = {}
    for n in range(1, 10):
        now = NOW + timedelta(days=n)
        write(store, now.date(), now)
        days[now.date().day] = [row.subject for row in rows(store, LetterRow) if row.unit_id == OFFICE]
    assert [len(subjects) for subjects in days.values()] == [0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert days[28] == ["【系统待办】2020-07-28 2 个单位逾期"]
    ours = next(row for row in rows(store, LetterRow) if row.unit_id == OFFICE)
    assert "建设局：2 项" in ours.text_body
    assert "应急管理局：1 项" in ours.html_body


def test_a_letter_is_sent_once_and_its_attempt_recorded(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    channel = Fake()
    assert deliver(store, channel) == Sent(n=1)
    assert deliver(store, channel) == Sent()
    assert [letter.to for letter in channel.got] == [("jsj@example.org", "jsj2@example.org")]
    (letter,) = rows(store, LetterRow)
    assert (letter.state, letter.sent, letter.tries, letter.answer) == ("sent", NOW, 1, "250 ok")
    (attempt,) = rows(store, AttemptRow)
    assert (attempt.result, attempt.answer, attempt.ended) == ("sent", "250 ok", NOW)


def test_one_letters_failure_never_stops_the_next(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"))
    write(store)
    channel = Fake([again(True), ValueError("a bug in the channel"), Receipt("250 ok")])
    assert deliver(store, channel) == Sent(n=1, refused=1, doubtful=1)
    assert Counter(states(store).values()) == {"refused": 1, "waiting": 1, "sent": 1}
    assert "ValueError" in next(row.answer for row in rows(store, AttemptRow) if row.result == "doubtful")


def test_a_temporary_fault_backs_off_and_is_given_up_in_the_end(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    now = NOW
    for wait in RETRIES:
        assert deliver(store, Fake([again()]), now) == Sent(failed=1)
        assert deliver(store, Fake(), now + wait - timedelta(seconds=1)) == Sent()
        now += wait
    assert states(store) == {"jsj": "waiting"}
    assert deliver(store, Fake([again()]), now) == Sent(failed=1)
    assert states(store) == {"jsj": "failed"}
    assert len(rows(store, AttemptRow)) == len(RETRIES) + 1
    with store.engine.begin() as c:
        assert outbox.again(c, 1, now)
        assert not outbox.again(c, 1, now)
    assert deliver(store, Fake(), now) == Sent(n=1)


def test_a_permanent_refusal_is_not_tried_again_and_comes_back_in_our_own_letter(store: Store) -> None:
    seed(store, ("jyj",))
    write(store)
    assert deliver(store, Fake([again(True)])) == Sent(refused=1)
    assert deliver(store, Fake(), NOW + timedelta(days=3)) == Sent()
    tomorrow = NOW + timedelta(days=1)
    assert write(store, tomorrow.date(), tomorrow).n == 2
    ours = next(row for row in rows(store, LetterRow) if row.unit_id == OFFICE)
    assert "教育局 jyj@example.org：550 no" in ours.text_body
    assert "1 封通知退回" in ours.subject
    later = NOW + timedelta(days=2)
    assert write(store, later.date(), later).n == 1


def test_of_two_recipients_only_the_one_refused_for_now_is_tried_again(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    first = Receipt("250 ok", {"jsj2@example.org": Refusal(False, "450 greylisted")})
    channel = Fake([first])
    assert deliver(store, channel) == Sent(n=1, partly=1)
    assert states(store) == {"jsj": "waiting"}
    assert deliver(store, channel, NOW + RETRIES[0]) == Sent(n=1)
    assert [letter.to for letter in channel.got][1] == ("jsj2@example.org",)
    assert states(store) == {"jsj": "sent"}


def test_a_recipient_refused_for_good_is_recorded_and_the_letter_counts_as_sent(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    channel = Fake([Receipt("250 ok", {"jsj2@example.org": Refusal(True, "550 no such user")})])
    assert deliver(store, channel) == Sent(n=1, partly=1)
    assert states(store) == {"jsj": "sent"}
    assert rows(store, AttemptRow)[0].refused == [["jsj2@example.org", True, "550 no such user"]]


def test_a_letter_of_which_only_the_supervisors_copy_arrived_was_refused(store: Store) -> None:
    seed(store, ("yjj",))
    with store.engine.begin() as c:
        write_letters(c, DAY, NOW, UNITS, SETTINGS, copies=["head@example.org"])
    assert rows(store, LetterRow)[0].recipients == ["yjj@example.org", "head@example.org"]
    channel = Fake([Receipt("250 ok", {"yjj@example.org": Refusal(True, "550 no such user")})])
    assert deliver(store, channel) == Sent(refused=1)
    assert states(store) == {"yjj": "refused"}


def test_a_letter_never_goes_to_an_address_that_left_the_catalogue(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"))
    write(store)
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(emails=["jsj2@example.org"]))
        c.execute(update(UnitRow).where(UnitRow.id == "yjj").values(retired_at=NOW))
        c.execute(update(LetterRow).where(LetterRow.unit_id == "jyj").values(recipients=["evil@example.org"]))
    channel = Fake()
    assert deliver(store, channel) == Sent(n=1, refused=2)
    assert [letter.to for letter in channel.got] == [("jsj2@example.org",)]


def test_a_shut_door_is_knocked_at_twice_and_the_rest_waits_untouched(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"), ())
    write(store)
    shut = again(closed=True)
    assert deliver(store, Fake([shut, shut, shut, shut])) == Sent(failed=2, held=2)
    assert len(rows(store, AttemptRow)) == 2
    assert deliver(store, Fake(), NOW + RETRIES[0]) == Sent(n=4)


def test_quiet_hours_hold_letters_and_drop_none(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    quiet = CONFIG.model_copy(update={"letters": SETTINGS.model_copy(update={"workdays_only": True})})
    sunday = NOW - timedelta(days=1)
    assert deliver(store, Fake(), sunday, quiet) == Sent(held=1)
    assert deliver(store, Fake(), NOW, quiet) == Sent(n=1)


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


def test_a_sender_killed_before_the_hand_over_is_found_and_the_letter_simply_sent(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)

    def killed(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        raise Killed

    with pytest.raises(Killed):
        deliver(store, killed)
    assert deliver(store, Fake(), NOW + LEASE - timedelta(seconds=1)) == Sent()
    assert deliver(store, Fake(), NOW + LEASE) == Sent(n=1)
    assert [row.result for row in rows(store, AttemptRow)] == ["died", "sent"]


def test_a_sender_killed_after_the_hand_over_leaves_a_doubt_and_the_same_key(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    with pytest.raises(Killed):
        deliver(store, Fake([Killed()]))
    channel = Fake()
    assert deliver(store, channel, NOW + LEASE) == Sent(n=1)
    assert [row.result for row in rows(store, AttemptRow)] == ["doubtful", "sent"]
    assert channel.got[0].key == rows(store, LetterRow)[0].key == "20200720-jsj"


def test_a_lost_answer_is_counted_as_doubtful_and_repeated_three_times_at_most(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    now = NOW
    for _ in range(3):
        assert deliver(store, Fake([again(doubtful=True)]), now) == Sent(doubtful=1)
        now += timedelta(days=1)
    assert states(store) == {"jsj": "failed"}
    assert deliver(store, Fake(), now) == Sent()


def test_a_sender_taken_for_dead_may_not_hand_over_any_more(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    other = Fake()

    def slow(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        assert deliver(store, other, NOW + LEASE) == Sent(n=1)
        handing_over()
        raise AssertionError("the letter left twice")

    assert deliver(store, slow) == Sent()
    assert len(other.got) == 1
    assert [row.result for row in rows(store, AttemptRow)] == ["died", "sent"]


def test_a_late_yes_drops_the_waiting_repeat(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)

    def slow(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        handing_over()
        with store.engine.begin() as c:
            assert outbox.sweep(c, NOW + LEASE).doubtful == 1
        return Receipt("250 at last")

    assert deliver(store, slow) == Sent(n=1)
    assert states(store) == {"jsj": "sent"}
    assert deliver(store, Fake(), NOW + timedelta(days=1)) == Sent()


def test_many_senders_at_once_send_each_letter_once(store: Store) -> None:
    units = [
        Unit(f"u{n}", f"单位{n}", f"单位{n}", "区直部门", emails=(f"u{n}@example.org",)) for n in range(30)
    ]
    seed(store, tuple(u.id for u in units), units=units)
    with store.engine.begin() as c:
        assert write_letters(c, DAY, NOW, units, SETTINGS).n == 30
    channel, sent = Fake(), []

    def run() -> None:
        sent.append(deliver(store, channel))

    together(run, 4)
    assert sum(one.n for one in sent) == 30
    assert Counter(letter.key for letter in channel.got) == Counter(f"20200720-u{n}" for n in range(30))


def test_a_letter_that_another_sender_took_meanwhile_is_left_alone(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"))
    write(store)
    channel = Fake()

    def overtaken(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        if not channel.got:
            assert deliver(store, channel) == Sent(n=2)
        return channel(letter, moment=moment, handing_over=handing_over)

    assert deliver(store, overtaken) == Sent(n=1)
    assert Counter(letter.unit for letter in channel.got) == Counter(["jsj", "yjj", "jyj"])
    assert [row.tries for row in rows(store, LetterRow)] == [1, 1, 1]


def test_two_nights_at_once_write_each_letter_once(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    written: list[int] = []
    together(lambda: written.append(write(store).n), 4)
    assert sorted(written) == [0, 0, 0, 2]
    assert len(rows(store, LetterFindingRow)) == 2


def together(work: Callable[[], Any], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_robot_gets_the_summary_and_its_failure_does_not_touch_the_mail(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    assert write(store, robots=["group"]).n == 3
    robot, post = Fake([again(closed=True)]), Fake()
    config = AlertsConfig.model_validate(
        {"mail": MAIL, "robots": {"group": {"kind": "wecom", "url_env": "X"}}, "letters": SETTINGS}
    )
    doors = {"mail": post, "robot:group": robot}
    assert send_waiting(store.engine, config, NOW, doors, lambda: 0.0) == Sent(n=2, failed=1)
    assert send_waiting(store.engine, config, NOW + RETRIES[0], doors, lambda: 0.0) == Sent(n=1)
    assert robot.got[0].subject == "【更新提醒】2020-07-20 2 个单位 1 项问题"


def test_without_a_mail_server_letters_wait(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    assert send_waiting(store.engine, AlertsConfig(), NOW) == Sent()
    assert states(store) == {"jsj": "waiting"}


def test_letters_arrive_at_a_real_server_through_faults_each_with_one_message_id(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"), ("jsj",), ())
    write(store)
    script = Script(
        recipient={"jsj2@example.org": "550 5.1.1 no such user", "yjj@example.org": "450 greylisted"},
        data=["451 4.3.0 busy"],
    )
    with mail_server(script) as port:
        config = CONFIG.model_copy(update={"mail": MAIL.model_copy(update={"port": port, "timeout": 5})})
        first = send_waiting(store.engine, config, NOW)
        script.recipient.pop("yjj@example.org")
        script.drop_after_data = 1
        second = send_waiting(store.engine, config, NOW + RETRIES[0] + timedelta(minutes=1))
        third = send_waiting(store.engine, config, NOW + timedelta(hours=6))
    assert (first.n, first.partly, first.failed, first.refused) == (2, 0, 2, 0)
    assert (second.n, second.doubtful) == (1, 1)
    assert (third.n, third.doubtful) == (1, 0)
    assert set(states(store).values()) == {"sent"}
    tried = [row.recipients for row in rows(store, AttemptRow) if row.letter_id == 1]
    assert tried == [["jsj@example.org", "jsj2@example.org"], ["jsj@example.org"], ["jsj@example.org"]]
    ids = Counter(str(mail["Message-ID"]) for mail in script.mails())
    assert sorted(ids.values()) == [1, 1, 1, 2]
    reached = {address for recipients, _ in script.kept for address in recipients}
    assert reached == {"jsj@example.org", "yjj@example.org", "jyj@example.org", "office@example.org"}
