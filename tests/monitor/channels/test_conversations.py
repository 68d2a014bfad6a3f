"""Whole conversations end: whoever drips or floods is left, at every door through which we call a
machine."""

from __future__ import annotations

import gzip
from datetime import datetime

import pytest

from crawler.model import SHANGHAI
from monitor.channels import Undelivered, mail, webhook
from monitor.channels._punctual import MOST_SAID
from monitor.channels.mail import MailConfig
from monitor.channels.webhook import WebhookConfig
from monitor.model import Letter
from monitor.settings.web import OidcSettings
from tests.support.hostile_server import Hostile, hostile

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
LETTER = Letter("20200720-jsj", "jsj", ("jsj@example.org",), "题", "文", "<p>文</p>")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n"
BUFFERS = 20_000_000
"""Bytes that loopback's own buffers may take beyond what was read."""


def robot(monkeypatch: pytest.MonkeyPatch, server: Hostile, kind: str) -> WebhookConfig:
    monkeypatch.setenv("ROBOT_OF_TEST", f"http://127.0.0.1:{server.port}/send?key=k-e-y")
    return WebhookConfig.model_validate(
        {"kind": kind, "url_env": "ROBOT_OF_TEST", "timeout": 0.2, "inside": True}
    )


def posted(monkeypatch: pytest.MonkeyPatch, server: Hostile, kind: str = "wecom") -> str:
    with hostile(server):
        with pytest.raises(Undelivered) as caught:
            webhook.send(LETTER, robot(monkeypatch, server, kind), NOW)
        assert caught.value.doubtful
        assert "k-e-y" not in caught.value.answer
    return caught.value.answer


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (HEAD, b" "),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    ],
    ids=["body", "status", "headers", "provisional"],
)
def test_a_robot_that_drips_is_left_at_the_deadline_and_the_letter_is_in_doubt(
    first: bytes, again: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posted(monkeypatch, Hostile(first, again, drips=True)) in (
        "连接出错：ReadTimeout",
        "连接出错：RemoteProtocolError",  # an illegal status line may be told first
    )


def test_a_robot_that_floods_is_left_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Hostile(HEAD, b" " * 65_536)
    assert posted(monkeypatch, server).startswith("答复无法识别")
    assert server.served < BUFFERS


def test_a_bomb_of_two_layers_is_unpacked_to_the_cap_and_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = gzip.compress(gzip.compress(b" " * 60_000_000, 9), 9)
    assert len(bomb) < 20_000
    assert posted(monkeypatch, Hostile(PACKED, bomb)).startswith("答复无法识别")


def test_a_hook_that_says_200_has_the_letter_however_much_it_says_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Hostile(HEAD, b"ok " * 20_000)
    with hostile(server):
        receipt = webhook.send(LETTER, robot(monkeypatch, server, "generic"), NOW)
    assert receipt.answer.startswith("HTTP 200 ok ok")
    assert server.served < BUFFERS


def mailed(server: Hostile) -> Undelivered:
    with hostile(server):
        settings = MailConfig(
            host="127.0.0.1",
            port=server.port,
            security="plain",
            sender="watch@example.org",
            timeout=0.5,
            answer_timeout=1.0,
        )
        with pytest.raises(Undelivered) as caught:
            mail.send(LETTER, settings, NOW)
    return caught.value


@pytest.mark.parametrize("again", [b"2", b"220-wait\r\n"], ids=["one line", "many lines"])
def test_a_mail_server_that_greets_by_drips_is_left_at_the_deadline(again: bytes) -> None:
    error = mailed(Hostile(b"", again, drips=True, greets=True))
    assert (error.stage, error.closed, error.doubtful) == ("connect", True, False)
    assert "时限" in error.answer


def test_a_mail_server_that_says_hello_for_ever_is_left_at_the_deadline() -> None:
    error = mailed(
        Hostile(b"220 mail.example.org\r\n250-a\r\n", b"250-b\r\n", drips=True, greets=True)
    )
    assert (error.stage, error.closed, error.doubtful) == ("hello", True, False)


def test_a_mail_server_that_floods_its_greeting_is_left_at_the_cap() -> None:
    server = Hostile(b"", b"220-wait\r\n" * 1_000, greets=True)
    error = mailed(server)
    assert (error.stage, error.closed, error.doubtful) == ("connect", True, False)
    assert "长得不正常" in error.answer
    assert MOST_SAID <= server.served < BUFFERS


def test_an_answer_to_the_letter_that_drips_is_a_doubt_not_a_failure() -> None:
    yes = b"220 a\r\n250 a\r\n250 b\r\n250 c\r\n354 go\r\n250-"
    error = mailed(Hostile(yes, b"x", drips=True, greets=True))
    assert (error.stage, error.closed, error.doubtful) == ("answer", False, True)


@pytest.mark.parametrize("drips", [True, False], ids=["drips", "floods"])
def test_a_sign_on_that_drips_or_floods_gets_no_more_than_one_conversation(
    drips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sso = pytest.importorskip("monitor.web.sso")
    monkeypatch.setattr(sso, "SECONDS", 0.3)
    server = Hostile(HEAD, b" " if drips else b" " * 65_536, drips=drips)
    with hostile(server):
        settings = OidcSettings(
            issuer=f"http://127.0.0.1:{server.port}", client_id="x", secret_env="GENGXIN_OIDC"
        )
        with pytest.raises(sso.SsoRefused, match="没有正常回答"):
            sso.discovered(settings)
    assert server.served < BUFFERS
