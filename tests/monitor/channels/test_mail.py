import os
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult
from pydantic import ValidationError

from crawler.config import BadConfig, section
from crawler.model import SHANGHAI
from monitor.channels import Undelivered
from monitor.channels.mail import MailConfig, compose, send
from monitor.letters.mailtest import explain, mail_test
from monitor.model import Letter
from tests.support.mailbox import Script, check_login, mail_server

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
LETTER = Letter(
    "20200720-jsj",
    "jsj",
    ("jsj@example.org", "office.jsj@example.org"),
    "【更新提醒】2020-07-20 建设局：2 项问题",
    "建设局：\n.以点开头的一行\n两项问题。\n",
    "<p>建设局</p>",
)


def config(port: int, **more: object) -> MailConfig:
    given = {"host": "127.0.0.1", "port": port, "security": "plain", "sender": "watch@example.org"}
    return MailConfig.model_validate({"timeout": 5, "answer_timeout": 5} | given | more)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MAIL_PASSWORD_OF_TEST", "secret")
    return "MAIL_PASSWORD_OF_TEST"


def test_a_chinese_letter_arrives_as_it_was_written() -> None:
    script = Script()
    with mail_server(script) as port:
        receipt = send(
            LETTER, config(port, sender_name="仓山区更新监测", reply_to="boss@example.org"), NOW
        )
    assert receipt.answer == "250 2.0.0 queued"
    assert receipt.refused == {}
    (mail,) = script.mails()
    assert script.kept[0][0] == list(LETTER.to)
    assert mail["Subject"] == LETTER.subject
    assert str(mail["From"]) == "仓山区更新监测 <watch@example.org>"
    assert mail["Reply-To"] == "boss@example.org"
    assert mail["Message-ID"] == "<20200720-jsj.watch@example.org>"
    assert mail["Date"].datetime == NOW
    assert body(mail, "plain") == LETTER.text
    assert body(mail, "html").strip() == LETTER.html


def test_the_supervisor_stands_in_the_copy_line_and_gets_the_letter() -> None:
    script = Script()
    letter = Letter("k", "jsj", ("jsj@example.org", "head@example.org"), "s", "t", "h")
    with mail_server(script) as port:
        send(letter, config(port, copy_to=["head@example.org"]), NOW)
    assert script.mails()[0]["To"] == "jsj@example.org"
    assert script.mails()[0]["Cc"] == "head@example.org"
    assert script.kept[0][0] == ["jsj@example.org", "head@example.org"]


@pytest.mark.parametrize("implicit", [True, False])
def test_login_works_over_ssl_and_starttls(
    implicit: bool, server_tls: ssl.SSLContext, ca_file: Path, password: str
) -> None:
    script = Script()
    logins: list[bool] = []

    def authenticator(*args: Any) -> AuthResult:
        result = check_login(*args)
        logins.append(bool(result.success))
        return result

    # Inside SSL the server does not see that it is encrypted, so it cannot insist.
    options = {"authenticator": authenticator, "auth_require_tls": not implicit}
    with mail_server(script, tls=server_tls, implicit=implicit, **options) as port:
        login = {"username": "office", "password_env": password, "ca_file": ca_file}
        send(LETTER, config(port, security="ssl" if implicit else "starttls", **login), NOW)
    assert len(script.kept) == 1
    assert logins == [True]


def test_a_wrong_password_shuts_the_door_without_blaming_the_letter(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv(password, "wrong")
    options = {"authenticator": check_login, "auth_require_tls": False}
    with mail_server(Script(), **options) as port:
        settings = config(port, username="office", password_env=password)
        with pytest.raises(Undelivered) as caught:
            send(LETTER, settings, NOW)
    assert (caught.value.permanent, caught.value.closed, caught.value.stage) == (
        False,
        True,
        "login",
    )
    assert "授权码" in explain(caught.value, settings)
    assert "535" in explain(caught.value, settings)


def test_a_password_file_is_read_and_a_missing_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret\n", encoding="utf-8")
    script = Script()
    options = {"authenticator": check_login, "auth_require_tls": False}
    with mail_server(script, **options) as port:
        send(LETTER, config(port, username="office", password_file=path), NOW)
        path.unlink()
        with pytest.raises(Undelivered, match="password"):
            send(LETTER, config(port, username="office", password_file=path), NOW)
    assert len(script.kept) == 1


def test_a_missing_environment_variable_is_named(password: str) -> None:
    del os.environ[password]
    with mail_server(Script()) as port, pytest.raises(Undelivered, match=password):
        send(LETTER, config(port, username="office", password_env=password), NOW)


def test_a_server_without_starttls_is_never_spoken_to_in_the_clear(
    password: str, ca_file: Path
) -> None:
    script = Script()
    options = {"authenticator": check_login, "auth_require_tls": False}
    with mail_server(script, **options) as port:
        login = {"username": "office", "password_env": password, "ca_file": ca_file}
        with pytest.raises(Undelivered) as caught:
            send(LETTER, config(port, security="starttls", **login), NOW)
    assert caught.value.stage == "tls"
    assert script.kept == []


def test_an_untrusted_certificate_is_refused_in_plain_words(server_tls: ssl.SSLContext) -> None:
    script = Script()
    with mail_server(script, tls=server_tls, implicit=True) as port:
        settings = config(port, security="ssl")
        with pytest.raises(Undelivered) as caught:
            send(LETTER, settings, NOW)
    assert (caught.value.stage, script.kept) == ("tls", [])
    assert "证书" in explain(caught.value, settings)


def test_one_refused_recipient_of_two_is_a_return_value() -> None:
    script = Script(recipient={"office.jsj@example.org": "550 5.1.1 no such user"})
    with mail_server(script) as port:
        receipt = send(LETTER, config(port), NOW)
    assert script.kept[0][0] == ["jsj@example.org"]
    (refusal,) = receipt.refused.values()
    assert (refusal.permanent, refusal.answer) == (True, "550 5.1.1 no such user")


@pytest.mark.parametrize(
    ("said", "permanent"),
    [("550 no such user", True), ("450 greylisted", False), ("451 later", False)],
)
def test_when_all_recipients_are_refused_the_number_tells_lasting_from_passing(
    said: str, permanent: bool
) -> None:
    script = Script(recipient=dict.fromkeys(LETTER.to, said))
    with mail_server(script) as port, pytest.raises(Undelivered, match=said[:3]) as caught:
        send(LETTER, config(port), NOW)
    assert caught.value.permanent is permanent
    assert set(caught.value.refused) == set(LETTER.to)
    assert not caught.value.closed


@pytest.mark.parametrize(
    ("said", "permanent", "closed"),
    [("554 5.7.1 spam", True, False), ("451 4.7.1 later", False, False), ("421 bye", False, True)],
)
def test_an_answer_to_the_letter_itself_is_known_and_not_doubtful(
    said: str, permanent: bool, closed: bool
) -> None:
    script = Script(data=[said])
    with mail_server(script) as port, pytest.raises(Undelivered) as caught:
        send(LETTER, config(port), NOW)
    error = caught.value
    assert (error.permanent, error.closed, error.doubtful) == (permanent, closed, False)
    assert error.answer == said


def test_a_refused_sender_is_our_fault_not_the_letters() -> None:
    with mail_server(Script(sender="553 sender must equal authorized user")) as port:
        with pytest.raises(Undelivered) as caught:
            send(LETTER, config(port), NOW)
        assert (caught.value.permanent, caught.value.closed) == (False, True)
        assert "发件地址" in explain(caught.value, config(port))


def test_a_line_cut_after_the_end_mark_is_doubtful_and_repeats_the_same_message_id() -> None:
    script = Script(drop_after_data=1)
    with mail_server(script) as port:
        with pytest.raises(Undelivered) as caught:
            send(LETTER, config(port), NOW)
        assert caught.value.doubtful
        send(LETTER, config(port), NOW)
    first, second = script.mails()
    assert first["Message-ID"] == second["Message-ID"]


def test_the_hand_over_is_told_before_the_server_can_deliver() -> None:
    script = Script()
    seen: list[int] = []
    with mail_server(script) as port:
        send(LETTER, config(port), NOW, handing_over=lambda: seen.append(len(script.kept)))
    assert seen == [0]
    assert len(script.kept) == 1


def test_a_hand_over_that_is_forbidden_delivers_nothing() -> None:
    def forbid() -> None:
        raise RuntimeError("another sender has it")

    script = Script()
    with mail_server(script) as port:
        with pytest.raises(RuntimeError):
            send(LETTER, config(port), NOW, handing_over=forbid)
        send(LETTER, config(port), NOW)
    assert len(script.kept) == 1


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_silent_server_and_a_closed_port_shut_the_door(silent_port: int) -> None:
    with pytest.raises(Undelivered) as silent:
        send(LETTER, config(silent_port, timeout=0.2), NOW)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with pytest.raises(Undelivered) as closed:
        send(LETTER, config(free), NOW)
    for caught in (silent, closed):
        assert (caught.value.closed, caught.value.permanent, caught.value.doubtful) == (
            True,
            False,
            False,
        )
    assert "没有应答" in explain(silent.value, config(silent_port))
    assert "端口" in explain(closed.value, config(free))


def test_an_answer_that_is_no_smtp_after_the_letter_is_doubtful() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        talk = threading.Thread(target=_babble, args=(listener,))
        talk.start()
        with pytest.raises(Undelivered) as caught:
            send(LETTER, config(listener.getsockname()[1]), NOW)
        talk.join(5)
    assert caught.value.doubtful


def _babble(listener: socket.socket) -> None:
    call, _ = listener.accept()
    with call, call.makefile("rwb") as line:
        for said in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"250 ok", b"354 go"):
            line.write(said + b"\r\n")
            line.flush()
            line.readline()
        while line.readline() != b".\r\n":
            pass
        line.write(b"<html>who are you?\r\n")
        line.flush()
        line.readline()


@pytest.mark.parametrize(
    "bad", ["a@example.org\r\nBcc: x@example.org", "no-address", "a@b, c@d", "张@example.org"]
)
def test_a_bad_address_is_refused_for_good_and_nothing_is_sent(bad: str) -> None:
    with pytest.raises(Undelivered) as caught:
        compose(Letter("k", "u", (bad,), "s", "t", "h"), config(25), NOW)
    assert caught.value.permanent
    assert "\n" not in caught.value.answer


def test_a_subject_with_line_ends_adds_no_header() -> None:
    script = Script()
    evil = Letter(
        "k", "u", ("a@example.org",), "题目\r\nBcc: x@example.org\u202e" + "长" * 10_000, "t", "h"
    )
    with mail_server(script) as port:
        send(evil, config(port), NOW)
    (mail,) = script.mails()
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("题目 Bcc: x@example.org长")
    assert len(mail["Subject"]) <= 200
    assert script.kept[0][0] == ["a@example.org"]


def test_plain_is_allowed_on_this_machine_only() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        assert MailConfig(host=host, security="plain", sender="a@example.org").host == host
    for host in ("10.0.0.1", "mail.example.org", "127.0.0.1.example.org", "0.0.0.0"):
        with pytest.raises(ValidationError, match="this machine only"):
            MailConfig(host=host, security="plain", sender="a@example.org")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password": "secret"}, "unknown key password; known: host"),
        ({"username": "office"}, "username goes with"),
        ({"password_env": "X"}, "username goes with"),
        ({"sender": "no address"}, "mail.sender"),
        ({"sender": "a@example.org\nBcc: b@example.org"}, "mail.sender"),
        ({"copy_to": ["x"]}, "mail.copy_to"),
        ({"security": "tls"}, "mail.security"),
        ({"port": 0}, "mail.port"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(more: dict[str, object], said: str) -> None:
    data = {"host": "mail.example.org", "sender": "a@example.org"} | more
    with pytest.raises(BadConfig, match=r"^config\.yaml: monitor\.mail") as caught:
        section(MailConfig, data, "config.yaml: monitor.mail")
    assert said in str(caught.value)


def test_the_test_mail_arrives_and_says_so() -> None:
    script = Script()
    with mail_server(script) as port:
        said = mail_test(config(port), "me@example.org", NOW)
    assert "测试邮件已由" in said
    assert "250 2.0.0 queued" in said
    assert script.mails()[0]["Subject"] == "【测试】更新监测系统邮件设置"


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        (Script(recipient={"me@example.org": "550 5.1.1 user unknown"}), "收件地址不存在"),
        (Script(recipient={"me@example.org": "554 relay denied"}), "拒绝转发"),
        (Script(recipient={"me@example.org": "452 mailbox full"}), "邮箱已满"),
        (Script(recipient={"me@example.org": "450 greylisted"}), "灰名单"),
        (Script(data=["554 DT:SPM"]), "垃圾邮件"),
        (Script(data=["451 busy"]), "稍后再试"),
        (Script(drop_after_data=1), "可能已送达"),
    ],
)
def test_a_refusal_is_explained_with_the_servers_own_words(script: Script, hint: str) -> None:
    with mail_server(script) as port:
        with pytest.raises(Undelivered) as caught:
            mail_test(config(port), "me@example.org", NOW)
        said = explain(caught.value, config(port))
    assert hint in said
    assert caught.value.answer in said


def test_an_ssl_port_spoken_to_in_the_clear_is_explained(server_tls: ssl.SSLContext) -> None:
    with mail_server(Script()) as port:
        settings = config(port, security="ssl")
        with pytest.raises(Undelivered) as caught:
            send(LETTER, settings, NOW)
    assert "465 端口用 ssl" in explain(caught.value, settings)
