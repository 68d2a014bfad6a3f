"""The sample mailbox is a real SMTP server: it keeps what it gets and refuses what it is told
to."""

from __future__ import annotations

import smtplib
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.demo.mailbox import Mailbox


def letter(to: str, subject: str = "栏目更新提醒") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "更新监测 <desk@example.org>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("请及时更新。\n")
    message.add_alternative("<p>请及时更新。</p>", subtype="html")
    return message


def send(
    box: Mailbox, message: EmailMessage, to: list[str] | None = None
) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(box.host, box.port, timeout=5) as client:
        return client.send_message(message, to_addrs=to)


def test_a_letter_is_kept_in_memory_and_as_a_file(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mail") as box:
        send(box, letter("jyj@example.org"))
        (kept,) = box.messages
    assert kept.recipients == ("jyj@example.org",)
    assert kept.sender == "desk@example.org"
    assert kept.message["Subject"] == "栏目更新提醒"
    body = kept.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "请及时更新。"
    assert kept.file == tmp_path / "mail" / "0001.eml"
    assert kept.file.read_bytes() == kept.content


def test_letters_are_found_by_recipient(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as box:
        send(box, letter("jyj@example.org", "一"))
        send(box, letter("sjj@example.org", "二"), ["sjj@example.org", "jyj@example.org"])
        assert [kept.message["Subject"] for kept in box.to("jyj@example.org")] == ["一", "二"]
        assert [kept.message["Subject"] for kept in box.to("sjj@example.org")] == ["二"]
        assert box.to("nobody@example.org") == ()
        box.clear()
        assert box.messages == ()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["0001.eml", "0002.eml"]


@pytest.mark.parametrize("answer", ["421 try later", "450 mailbox busy", "550 no such user"])
def test_a_scripted_refusal_is_answered_and_nothing_is_kept(tmp_path: Path, answer: str) -> None:
    with Mailbox(tmp_path, answers={"jyj@example.org": answer}) as box:
        with pytest.raises(
            (smtplib.SMTPRecipientsRefused, smtplib.SMTPServerDisconnected)
        ) as refused:
            send(box, letter("jyj@example.org"))
        if isinstance(refused.value, smtplib.SMTPRecipientsRefused):
            assert refused.value.recipients["jyj@example.org"][0] == int(answer[:3])
        assert box.messages == ()
        box.answers.clear()
        send(box, letter("jyj@example.org"))
        assert len(box.messages) == 1


def test_one_refused_recipient_does_not_stop_the_other(tmp_path: Path) -> None:
    with Mailbox(tmp_path, answers={"gone@example.org": "550 no such user"}) as box:
        refused = send(box, letter("jyj@example.org"), ["gone@example.org", "jyj@example.org"])
        assert refused == {"gone@example.org": (550, b"no such user")}
        assert [kept.recipients for kept in box.messages] == [("jyj@example.org",)]


def test_it_waits_for_letters_of_another_thread(tmp_path: Path) -> None:
    with Mailbox(tmp_path) as box:
        sender = threading.Thread(target=send, args=(box, letter("jyj@example.org")))
        sender.start()
        assert box.wait(1)
        sender.join()
        assert not box.wait(2, seconds=0.01)


def test_it_starts_again_on_its_port_and_never_reuses_a_file(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    box.start()
    port = box.port
    with pytest.raises(RuntimeError, match="already started"):
        box.start()
    send(box, letter("jyj@example.org"))
    box.stop()
    box.stop()
    with pytest.raises(OSError, match="refused"):
        send(box, letter("jyj@example.org"))
    with box:
        assert box.port == port
        send(box, letter("jyj@example.org"))
    assert [kept.file.name for kept in box.messages] == ["0001.eml", "0002.eml"]


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Mailbox(tmp_path) as box:
        send(box, letter("jyj@example.org"))
    assert set(threading.enumerate()) <= before


def test_chinese_subjects_and_attachments_arrive_whole(tmp_path: Path) -> None:
    message = letter("jyj@example.org", "关于栏目更新情况的提醒" * 10)
    message.add_attachment(
        b"\x00\xff" * 50_000, maintype="application", subtype="octet-stream", filename="附件一.xlsx"
    )
    with Mailbox(tmp_path) as box:
        send(box, message)
        (kept,) = box.messages
    (attachment,) = kept.message.iter_attachments()
    assert attachment.get_filename() == "附件一.xlsx"
    assert attachment.get_content() == b"\x00\xff" * 50_000
    assert kept.message["Subject"] == "关于栏目更新情况的提醒" * 10
