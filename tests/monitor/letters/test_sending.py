"""Sending letters: claimed once, every attempt recorded, nothing lost by a fault or a crash."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from crawler.model import Unit
from crawler.store.tables import UnitRow
from monitor.channels import HandingOver, Receipt, RecipientRefused
from monitor.channels.webhook import WebhookConfig
from monitor.letters import outbox
from monitor.letters.alerts import Sent, send_waiting, write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.letters.outbox import LEASE, RETRIES, AttemptRow
from monitor.letters.text import OFFICE
from monitor.model import Letter
from monitor.record.tables import LetterRow
from monitor.settings.sending import AlertsConfig
from tests.conftest import Store
from tests.support.mailbox import Script, mail_server
from tests.support.outbox_store import (
    CONFIG,
    DAY,
    MAIL,
    NOW,
    SETTINGS,
    UNITS,
    Fake,
    again,
    deliver,
    rows,
    seed,
    states,
    together,
    write,
)


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
    assert "ValueError" in next(
        row.answer for row in rows(store, AttemptRow) if row.result == "doubtful"
    )


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


def test_a_permanent_refusal_is_not_tried_again_and_comes_back_in_our_own_letter(
    store: Store,
) -> None:
    seed(store, ("jyj",))
    write(store)
    assert deliver(store, Fake([again(True)])) == Sent(refused=1)
    assert deliver(store, Fake(), NOW + timedelta(days=3)) == Sent()
    tomorrow = NOW + timedelta(days=1)
    assert write(store, tomorrow.date(), tomorrow).n == 2
    ours = next(row for row in rows(store, LetterRow) if row.unit_id == OFFICE)
    assert "教育局 jyj@example.org：收件地址不存在，或对方拒收（550 no）" in ours.text_body
    assert "1 封通知退回" in ours.subject
    deliver(store, Fake(), tomorrow)
    later = NOW + timedelta(days=4)
    assert write(store, later.date(), later).n == 1


def test_of_two_recipients_only_the_one_refused_for_now_is_tried_again(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    first = Receipt("250 ok", {"jsj2@example.org": RecipientRefused(False, "450 greylisted")})
    channel = Fake([first])
    assert deliver(store, channel) == Sent(n=1, partly=1)
    assert states(store) == {"jsj": "waiting"}
    assert deliver(store, channel, NOW + RETRIES[0]) == Sent(n=1)
    assert [letter.to for letter in channel.got][1] == ("jsj2@example.org",)
    assert states(store) == {"jsj": "sent"}


def test_a_recipient_refused_for_good_is_recorded_and_the_letter_counts_as_sent(
    store: Store,
) -> None:
    seed(store, ("jsj",))
    write(store)
    channel = Fake(
        [Receipt("250 ok", {"jsj2@example.org": RecipientRefused(True, "550 no such user")})]
    )
    assert deliver(store, channel) == Sent(n=1, partly=1)
    assert states(store) == {"jsj": "sent"}
    assert rows(store, AttemptRow)[0].refused == [["jsj2@example.org", True, "550 no such user"]]


def test_a_letter_of_which_only_the_supervisors_copy_arrived_was_refused(store: Store) -> None:
    seed(store, ("yjj",))
    with store.engine.begin() as c:
        write_letters(c, Today(DAY, NOW), Mailing(UNITS, SETTINGS, copies=["head@example.org"]))
    assert rows(store, LetterRow)[0].recipients == ["yjj@example.org", "head@example.org"]
    channel = Fake(
        [Receipt("250 ok", {"yjj@example.org": RecipientRefused(True, "550 no such user")})]
    )
    assert deliver(store, channel) == Sent(refused=1)
    assert states(store) == {"yjj": "refused"}


def test_a_letter_never_goes_to_an_address_that_left_the_catalogue(store: Store) -> None:
    seed(store, ("jsj", "yjj", "jyj"))
    write(store)
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(emails=["jsj2@example.org"]))
        c.execute(update(UnitRow).where(UnitRow.id == "yjj").values(retired_at=NOW))
        c.execute(
            update(LetterRow)
            .where(LetterRow.unit_id == "jyj")
            .values(recipients=["evil@example.org"])
        )
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
    quiet = replace(CONFIG, letters=SETTINGS.model_copy(update={"workdays_only": True}))
    sunday = NOW - timedelta(days=1)
    assert deliver(store, Fake(), sunday, quiet) == Sent(held=1)
    assert deliver(store, Fake(), NOW, quiet) == Sent(n=1)


class Killed(BaseException):
    """The process dies here: nothing after it runs."""


def test_a_sender_killed_before_the_hand_over_is_found_and_the_letter_simply_sent(
    store: Store,
) -> None:
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


def test_a_lost_answer_is_counted_as_doubtful_and_repeated_three_times_at_most(
    store: Store,
) -> None:
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
        Unit(f"u{n}", f"单位{n}", f"单位{n}", "区直部门", emails=(f"u{n}@example.org",))
        for n in range(30)
    ]
    seed(store, tuple(u.id for u in units), units=units)
    with store.engine.begin() as c:
        assert write_letters(c, Today(DAY, NOW), Mailing(units, SETTINGS)).n == 30
    channel, sent = Fake(), []

    def run() -> None:
        sent.append(deliver(store, channel))

    together(run, 4)
    assert sum(one.n for one in sent) == 30
    assert Counter(letter.key for letter in channel.got) == Counter(
        f"20200720-u{n}" for n in range(30)
    )


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


def test_a_robot_gets_the_summary_and_its_failure_does_not_touch_the_mail(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    assert write(store, doors=["robot:group"]).n == 3
    robot, post = Fake([again(closed=True)]), Fake()
    group = WebhookConfig(kind="wecom", url_env="X")
    config = AlertsConfig(SETTINGS, {"mail": MAIL, "robots": {"group": group}})
    doors = {"mail": post, "robot:group": robot}
    assert send_waiting(store.engine, config, NOW, doors, lambda: 0.0) == Sent(n=2, failed=1)
    assert send_waiting(store.engine, config, NOW + RETRIES[0], doors, lambda: 0.0) == Sent(n=1)
    assert robot.got[0].subject == "【更新提醒】2020-07-20 2 个单位 1 项问题"


def test_without_a_mail_server_letters_wait(store: Store) -> None:
    seed(store, ("jsj",))
    write(store)
    assert send_waiting(store.engine, AlertsConfig(), NOW) == Sent()
    assert states(store) == {"jsj": "waiting"}


def test_letters_arrive_at_a_real_server_through_faults_each_with_one_message_id(
    store: Store,
) -> None:
    seed(store, ("jsj", "yjj", "jyj"), ("jsj",), ())
    write(store)
    script = Script(
        recipient={
            "jsj2@example.org": "550 5.1.1 no such user",
            "yjj@example.org": "450 greylisted",
        },
        data=["451 4.3.0 busy"],
    )
    with mail_server(script) as port:
        mail = MAIL.model_copy(update={"port": port, "timeout": 5})
        config = replace(CONFIG, channels={"mail": mail})
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
    assert tried == [
        ["jsj@example.org", "jsj2@example.org"],
        ["jsj@example.org"],
        ["jsj@example.org"],
    ]
    ids = Counter(str(mail["Message-ID"]) for mail in script.mails())
    assert sorted(ids.values()) == [1, 1, 1, 2]
    reached = {address for recipients, _ in script.kept for address in recipients}
    assert reached == {
        "jsj@example.org",
        "yjj@example.org",
        "jyj@example.org",
        "office@example.org",
    }
