"""Group robots and web hooks on a loopback server that answers as the platforms do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.config import BadConfig, section
from crawler.model import SHANGHAI
from crawler.net.resolver import ForbiddenAddress, GuardedWaitingBackend
from monitor.channels import Undelivered
from monitor.channels.webhook import LIMITS, WebhookConfig, send
from monitor.model import Letter

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
LETTER = Letter(
    "20200720-_robot-group",
    "_robot-group",
    ("robot:group",),
    "【更新提醒】2020-07-20 2 个单位 3 项问题",
    '建设局：2 项\n<at user_id="all">所有人</at>：1 项\n',
    "",
)
YES = {
    "wecom": '{"errcode":0,"errmsg":"ok"}',
    "dingtalk": '{"errcode":0,"errmsg":"ok"}',
    "feishu": '{"code":0,"msg":"success","data":{}}',
    "generic": "",
}


@dataclass
class Platform:
    """Answers ``status`` and ``body`` and keeps what it was asked; ``None`` hangs up without an
    answer."""

    status: int = 200
    body: str | None = ""
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            platform.asked.append((self.path, body, dict(self.headers)))
            if platform.body is None:
                self.close_connection = True
                return
            self.send_response(platform.status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(platform.body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        platform.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield platform
        server.shutdown()
        thread.join(5)


@pytest.fixture
def robot(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ROBOT_OF_TEST", f"http://127.0.0.1:{platform.port}/send?key=k-e-y")
    monkeypatch.setenv("SECRET_OF_TEST", "SECabc")
    return "ROBOT_OF_TEST"


def config(kind: str, robot: str, **more: object) -> WebhookConfig:
    return WebhookConfig.model_validate(
        {"kind": kind, "url_env": robot, "timeout": 5, "inside": True} | more
    )


@pytest.mark.parametrize("kind", list(YES))
def test_each_platform_gets_its_own_form_as_plain_text(
    kind: str, platform: Platform, robot: str
) -> None:
    platform.body = YES[kind]
    handed: list[int] = []
    send(LETTER, config(kind, robot), NOW, handing_over=lambda: handed.append(len(platform.asked)))
    assert handed == [0]
    ((path, body, headers),) = platform.asked
    assert path == "/send?key=k-e-y"
    assert headers["Idempotency-Key"] == LETTER.key
    text = {
        "wecom": lambda: (body["msgtype"], body["text"]["content"]),
        "dingtalk": lambda: (body["msgtype"], body["text"]["content"]),
        "feishu": lambda: (body["msg_type"], body["content"]["text"]),
        "generic": lambda: ("text", f"{body['subject']}\n{body['text']}"),
    }[kind]()
    assert text[0] == "text"
    assert text[1].startswith("【更新提醒】2020-07-20 2 个单位 3 项问题\n建设局：2 项\n")
    assert ("<at" in text[1]) == (kind == "generic")


def test_dingtalk_and_feishu_are_signed_with_the_moment(platform: Platform, robot: str) -> None:
    platform.body = YES["dingtalk"]
    send(LETTER, config("dingtalk", robot, secret_env="SECRET_OF_TEST"), NOW)
    query = parse_qs(urlsplit(platform.asked[0][0]).query)
    stamp = str(int(NOW.timestamp()))
    wanted = hmac.digest(b"SECabc", f"{stamp}000\nSECabc".encode(), hashlib.sha256)
    assert query["timestamp"] == [f"{stamp}000"]
    assert base64.b64decode(query["sign"][0]) == wanted
    platform.body = YES["feishu"]
    send(LETTER, config("feishu", robot, secret_env="SECRET_OF_TEST"), NOW)
    body = platform.asked[1][1]
    assert body["timestamp"] == stamp
    assert base64.b64decode(body["sign"]) == hmac.digest(
        f"{stamp}\nSECabc".encode(), b"", hashlib.sha256
    )


@pytest.mark.parametrize(
    ("kind", "status", "body", "permanent"),
    [
        ("wecom", 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', False),
        ("wecom", 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', True),
        ("dingtalk", 200, '{"errcode":310000,"errmsg":"sign not match"}', True),
        ("dingtalk", 200, '{"errcode":130101,"errmsg":"send too fast"}', False),
        ("feishu", 200, '{"code":11232,"msg":"frequency limited"}', False),
        ("feishu", 200, '{"code":19021,"msg":"sign match fail"}', True),
        ("generic", 404, "gone", True),
        ("generic", 503, "busy", False),
        ("generic", 302, "elsewhere", False),
        ("wecom", 500, "", False),
    ],
)
def test_a_no_is_told_from_a_not_now(
    kind: str, status: int, body: str, permanent: bool, platform: Platform, robot: str
) -> None:
    platform.status, platform.body = status, body
    with pytest.raises(Undelivered) as caught:
        send(LETTER, config(kind, robot), NOW)
    assert (caught.value.permanent, caught.value.doubtful) == (permanent, False)
    assert len(platform.asked) == 1
    assert body[:20] in caught.value.answer


@pytest.mark.parametrize("body", ["<html>hotel login</html>", "[]", "{}", None])
def test_an_answer_that_is_none_is_doubtful_never_a_yes(
    body: str | None, platform: Platform, robot: str
) -> None:
    platform.body = body
    with pytest.raises(Undelivered) as caught:
        send(LETTER, config("wecom", robot), NOW)
    assert caught.value.doubtful
    assert "k-e-y" not in caught.value.answer


def test_a_dead_platform_shuts_the_door_and_the_key_stays_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROBOT_OF_TEST", "http://127.0.0.1:9/send?key=k-e-y")
    with pytest.raises(Undelivered) as caught:
        send(LETTER, config("wecom", "ROBOT_OF_TEST"), NOW)
    assert (caught.value.closed, caught.value.doubtful) == (True, False)
    assert "k-e-y" not in caught.value.answer


@pytest.mark.parametrize(
    "url", ["", "http://example.org/send?key=1", "file:///etc/passwd", "https://a@b/"]
)
def test_only_https_leaves_this_machine(url: str, tmp_path: Path) -> None:
    path = tmp_path / "robot"
    path.write_text(url, encoding="utf-8")
    settings = WebhookConfig(kind="wecom", url_file=path)
    with pytest.raises(Undelivered, match="https"):
        send(LETTER, settings, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/send",
        "https://10.0.0.5/send",
        "https://169.254.169.254/",
        "https://localhost:9/",
    ],
)
def test_a_robot_inside_is_asked_only_where_its_settings_say_so(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOT_OF_TEST", url + "?key=k-e-y")
    handed: list[int] = []
    with pytest.raises(Undelivered, match="inside: true") as caught:
        send(
            LETTER, config("generic", "ROBOT_OF_TEST", inside=False), NOW, lambda: handed.append(1)
        )
    assert (caught.value.closed, caught.value.permanent, caught.value.doubtful) == (
        True,
        False,
        False,
    )
    assert "k-e-y" not in caught.value.answer


def test_a_name_that_resolves_inside_gains_nothing() -> None:
    backend = GuardedWaitingBackend(resolve=lambda host, port: ["93.184.216.34", "192.168.1.1"])
    with pytest.raises(ForbiddenAddress):
        backend.connect_tcp("robot.example.org", 443)
    with pytest.raises(ForbiddenAddress):
        backend.connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_long_letter_is_cut_at_a_line_within_the_platforms_limit(
    kind: str, platform: Platform, robot: str
) -> None:
    platform.body = YES[kind]
    long = Letter("k", "u", (), "题", "某某单位<：1 项\n" * 5_000, "")
    send(long, config(kind, robot), NOW)
    body = platform.asked[0][1]
    text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
    assert LIMITS[kind] - 60 < len(text.encode()) <= LIMITS[kind]
    assert text.endswith("某某单位＜：1 项\n……（详见邮件）")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "wecom"}, "give url_env or url_file"),
        ({"kind": "wecom", "url_env": "A", "url_file": "b"}, "give url_env or url_file"),
        ({"kind": "wecom", "url": "https://example.org/?key=1"}, "unknown key url"),
        ({"kind": "wecom", "url_env": "A", "secret_env": "B"}, "dingtalk and feishu only"),
        ({"kind": "email", "url_env": "A"}, "kind"),
    ],
)
def test_wrong_settings_are_refused(data: dict[str, str], said: str) -> None:
    with pytest.raises(BadConfig, match=r"robots\.group") as caught:
        section(WebhookConfig, data, "config.yaml: robots.group")
    assert said in str(caught.value)
