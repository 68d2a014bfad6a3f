"""Group robots (企业微信、钉钉、飞书) and any web hook that takes JSON, over https."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote_plus

import httpx
from pydantic import Field, model_validator

from crawler.net.answer import Answer, asked
from crawler.net.client import guarded_sender
from crawler.net.resolver import ForbiddenAddress, GuardedWaitingBackend
from monitor.channels._delivery import HandingOver, Receipt, Undelivered, unrecorded
from monitor.channels._traits import ChannelSettings, ChannelTraits, loopback
from monitor.model import Letter
from monitor.words.plain import clean, safe_link

LIMITS = {"wecom": 2000, "dingtalk": 18_000, "feishu": 18_000, "generic": 1_000_000}
"""Bytes of text that fit, a little below what each robot takes (企业微信 text: 2,048)."""

STEPS = 2
"""Timeouts that the whole conversation may take: connecting and answering, however the bytes are
dripped."""
MOST = 65_536
"""Bytes of a platform's answer that are read; a true one has a hundred."""
BUSY: Mapping[str, tuple[int, ...]] = {
    "wecom": (-1, 45009, 45033),
    "dingtalk": (-1, 130101, 410100),
    "feishu": (11232, 9499),
    "generic": (),
}
"""Answers that pass: too many messages, or the platform is busy."""


class WebhookConfig(ChannelSettings):
    """A robot. Its address holds the key, so it stands in an environment variable or a file.

    ``timeout`` is seconds per step; the whole conversation may take twice that. ``inside`` says
    that it stands on this machine or the office's own network; any other one must be public.
    """

    kind: Literal["wecom", "dingtalk", "feishu", "generic"]
    url_env: str | None = None
    url_file: Path | None = None
    secret_env: str | None = Field(default=None, description="钉钉、飞书 加签 secret")
    timeout: float = Field(default=15, gt=0, le=120)
    inside: bool = False

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if bool(self.url_env) == bool(self.url_file):
            raise ValueError(
                "give url_env or url_file (the address holds the key, never write it here)"
            )
        if self.secret_env and self.kind not in ("dingtalk", "feishu"):
            raise ValueError("secret_env is for dingtalk and feishu only")
        return self


TRAITS = ChannelTraits(title="群机器人", section="robots", settings=WebhookConfig, prefix="robot:")


def send(
    letter: Letter,
    settings: WebhookConfig,
    moment: datetime,
    handing_over: HandingOver = unrecorded,
) -> Receipt:
    """Post ``letter``'s subject and text. Raises :class:`Undelivered` for anything but the
    platform's yes."""
    url, secret = _address(settings), _secret(settings)
    url, body = _message(letter, settings.kind, url, secret, int(moment.timestamp()))
    handing_over()
    host = httpx.URL(url).host
    backend = GuardedWaitingBackend(inside=frozenset({host}) if settings.inside else frozenset())
    try:
        with guarded_sender(
            backend, timeout=settings.timeout, whole=STEPS * settings.timeout
        ) as client:
            request = client.build_request(
                "POST", url, json=body, headers={"Idempotency-Key": letter.key}
            )
            answer = asked(client, request, MOST)
    except ForbiddenAddress:
        said = (
            f"{host} 指向内网或本机，未投递；确是本单位内网的机器人，请在它的配置里写 inside: true"
        )
        raise Undelivered(False, said, stage="settings", closed=True) from None
    except httpx.HTTPError as error:
        connected = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        # The error's own text may hold the address, and with it the key.
        said = f"连接出错：{error.__class__.__name__}"
        raise Undelivered(
            False, said, stage="connect", closed=not connected, doubtful=connected
        ) from None
    return _judge(answer, settings.kind)


def _message(
    letter: Letter, kind: str, url: str, secret: str, stamp: int
) -> tuple[str, dict[str, Any]]:
    """The address and body of ``kind``. Plain text only: markdown in a crawled title would be
    obeyed."""
    text = _fit(f"{letter.subject}\n{letter.text}", LIMITS[kind]).replace("<", "＜")
    if kind == "wecom":
        return url, {"msgtype": "text", "text": {"content": text}}
    if kind == "dingtalk":
        millis = stamp * 1000
        sign = _sign(secret.encode(), f"{millis}\n{secret}".encode())
        signed = f"{url}&timestamp={millis}&sign={quote_plus(sign)}" if secret else url
        return signed, {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}
    if kind == "feishu":
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            body |= {"timestamp": str(stamp), "sign": _sign(f"{stamp}\n{secret}".encode(), b"")}
        return url, body
    return url, {
        "key": letter.key,
        "unit": letter.unit,
        "subject": letter.subject,
        "text": letter.text,
    }


def _sign(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _fit(text: str, limit: int) -> str:
    """``text`` cut at a line end so that it stays within ``limit`` bytes of UTF-8, ``<`` counted as
    ``＜``."""
    if len(text.replace("<", "＜").encode()) <= limit:
        return text
    more = "\n……（详见邮件）"
    room = limit - len(more.encode())
    head = text.replace("<", "＜").encode()[:room].decode("utf-8", "ignore")
    whole, newline, _ = head.rpartition("\n")
    return (whole if newline and len(whole) > len(head) // 2 else head) + more


def _judge(answer: Answer, kind: str) -> Receipt:
    said = clean(answer.text[:2000], 300)
    if answer.status != 200 and not (kind == "generic" and 200 <= answer.status < 300):
        permanent = answer.status in (400, 404, 405, 410, 413, 415, 422)
        raise Undelivered(
            permanent, f"HTTP {answer.status} {said}", stage="answer", code=answer.status
        )
    if kind == "generic":
        return Receipt(f"HTTP {answer.status} {said}".strip())
    try:
        data = json.loads(answer.body)
        code = int(data.get("errcode", data.get("code", data.get("StatusCode"))))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Undelivered(False, f"答复无法识别：{said}", stage="answer", doubtful=True) from None
    if code != 0:
        raise Undelivered(code not in BUSY[kind], said, stage="answer", code=code)
    return Receipt(said)


def _address(settings: WebhookConfig) -> str:
    """The robot's address. https only, but for this machine where it may be asked."""
    try:
        url = (
            settings.url_file.read_text(encoding="utf-8").strip()
            if settings.url_file
            else os.environ.get(settings.url_env or "", "")
        )
    except (OSError, UnicodeDecodeError):
        url = ""
    if not safe_link(url) or not (
        url.startswith("https://") or (settings.inside and loopback(httpx.URL(url).host))
    ):
        place = settings.url_file or f"环境变量 {settings.url_env}"
        raise Undelivered(
            False, f"{place} 里没有可用的 https 机器人地址", stage="settings", closed=True
        )
    return url


def _secret(settings: WebhookConfig) -> str:
    if settings.secret_env is None:
        return ""
    if secret := os.environ.get(settings.secret_env):
        return secret
    raise Undelivered(
        False, f"环境变量 {settings.secret_env} 没有设置", stage="settings", closed=True
    )
