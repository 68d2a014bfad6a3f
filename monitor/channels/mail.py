"""Mail through an SMTP server: SSL, STARTTLS, or plain on this machine only."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from crawler.net.deadline import within
from monitor.channels._delivery import (
    HandingOver,
    Receipt,
    RecipientRefused,
    Undelivered,
    unrecorded,
)
from monitor.channels._punctual import Conversation, SealedConversation
from monitor.channels._smtp_answers import fault_of, refusal_of, said_in, words_of
from monitor.channels._traits import ChannelSettings, ChannelTraits, loopback
from monitor.model import Letter
from monitor.words.plain import clean

PORTS = {"ssl": 465, "starttls": 587, "plain": 25}
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
STEPS = 10
"""Timeouts that all until the end mark may take together: a server that greets or answers by drips
ends there."""


class MailConfig(ChannelSettings):
    """The mail server and who we are there. The password stands in an environment variable or a
    file.

    ``timeout`` is seconds per step and a tenth of what all steps may take together,
    ``answer_timeout`` seconds for the server's last word on a letter (RFC 5321 4.5.3.2.6 asks for
    patience there: who hangs up early sends twice).
    """

    host: str = Field(min_length=1, max_length=253)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["ssl", "starttls", "plain"] = "ssl"
    username: str | None = None
    password_env: str | None = Field(default=None, description="name of the environment variable")
    password_file: Path | None = None
    ca_file: Path | None = Field(
        default=None, description="PEM of the office's own certificate authority"
    )
    sender: str
    sender_name: str = Field(default="", max_length=60)
    reply_to: str | None = None
    copy_to: tuple[str, ...] = Field(default=(), description="the supervisor, in the Cc line")
    timeout: float = Field(default=30, gt=0, le=300)
    answer_timeout: float = Field(default=300, gt=0, le=900)

    @field_validator("sender", "reply_to", "copy_to")
    @classmethod
    def _addresses(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for address in (value,) if isinstance(value, str) else value or ():
            if not ADDRESS.fullmatch(address):
                raise ValueError(f"{address[:60]!r} is not a mail address like name@example.org")
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "plain" and not loopback(self.host):
            raise ValueError(
                f"security plain is for this machine only; use ssl or starttls for {self.host}"
            )
        if self.password_env and self.password_file:
            raise ValueError("give password_env or password_file, not both")
        if bool(self.username) != bool(self.password_env or self.password_file):
            raise ValueError(
                "username goes with password_env or password_file; give both or neither"
            )
        return self

    def message_id(self, key: str) -> str:
        """Districts that share a mail domain write to the same units' leaders: the sender tells
        them apart."""
        local, _, domain = self.sender.partition("@")
        return f"<{key}.{local}@{domain}>"

    @property
    def copies(self) -> tuple[str, ...]:
        """The supervisor."""
        return self.copy_to


TRAITS = ChannelTraits(title="邮件", section="mail", settings=MailConfig)


def send(
    letter: Letter, settings: MailConfig, moment: datetime, handing_over: HandingOver = unrecorded
) -> Receipt:
    """Send ``letter`` to ``letter.to``; returns the server's answer and whom it refused.

    ``moment`` becomes the Date line. ``handing_over`` is called when the server has the whole
    letter but its end mark: a letter whose end mark never came is not delivered (RFC 5321 4.1.1.4).
    Raises :class:`Undelivered` when nobody gets it, or when the last answer was lost
    (``doubtful``).
    """
    message = compose(letter, settings, moment).as_bytes()
    with _session(settings) as smtp:
        refused = _envelope(smtp, letter, settings, len(message))
        try:
            return Receipt(_data(smtp, message, settings, handing_over), refused)
        except Undelivered as error:
            error.refused = refused
            raise


def compose(letter: Letter, settings: MailConfig, moment: datetime) -> EmailMessage:
    """``letter`` as a mail. The Message-ID comes from its key and sender, so that a repeat is known
    as one.

    Raises :class:`Undelivered` (permanent) for an address that is none.
    """
    if not letter.to or not all(ADDRESS.fullmatch(address) for address in letter.to):
        bad = next((a for a in letter.to if not ADDRESS.fullmatch(a)), "")
        raise Undelivered(True, f"收件地址无效：{clean(bad, 60)!r}", stage="recipient")
    main = [a for a in letter.to if a not in settings.copy_to] or list(letter.to)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(clean(settings.sender_name, 60), addr_spec=settings.sender)
    message["To"] = [Address(addr_spec=address) for address in main]
    if copies := [Address(addr_spec=address) for address in letter.to if address not in main]:
        message["Cc"] = copies
    if settings.reply_to:
        message["Reply-To"] = Address(addr_spec=settings.reply_to)
    message["Subject"] = clean(letter.subject)
    message["Date"] = moment
    message["Message-ID"] = settings.message_id(letter.key)
    # Out-of-office robots must not answer a robot (RFC 3834; the second is Exchange's word for it).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    return message


@contextmanager
def _session(settings: MailConfig) -> Iterator[Conversation]:
    """A server that has greeted us, encrypted, and let us in."""
    smtp = _connect(settings)
    try:
        _greet(smtp, settings)
        yield smtp
    finally:
        # The letter's fate is settled by now; how the line ends is of no interest.
        with suppress(OSError, smtplib.SMTPException):
            smtp.step, smtp.deadline = settings.timeout, within(settings.timeout)
            smtp.quit()
        smtp.close()


def _connect(settings: MailConfig) -> Conversation:
    port = settings.port or PORTS[settings.security]
    hello = settings.sender.partition("@")[2]
    whole = within(STEPS * settings.timeout)
    try:
        if settings.security == "ssl":
            return SealedConversation(
                settings.host, port, hello, settings.timeout, whole, context=_context(settings)
            )
        return Conversation(settings.host, port, hello, settings.timeout, whole)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        stage = "tls" if isinstance(error, ssl.SSLError) else "connect"
        raise fault_of(stage, error) from error


def _greet(smtp: Conversation, settings: MailConfig) -> None:
    stage = "hello"
    try:
        if smtp.sock is not None:
            # The end mark goes alone; without this it waits 40 ms for the letter's acknowledgement.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            stage = "tls"
            # A server that hides STARTTLS raises here: never fall back to a line others can read.
            smtp.starttls(context=_context(settings))
            smtp.ehlo_or_helo_if_needed()
        if settings.username:
            stage = "login"
            smtp.login(settings.username, _password(settings))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise fault_of(stage, error) from error


def _context(settings: MailConfig) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)


def _password(settings: MailConfig) -> str:
    name = settings.password_env or ""
    try:
        if settings.password_file:
            return settings.password_file.read_text(encoding="utf-8").strip()
        return os.environ[name]
    except (OSError, UnicodeDecodeError) as error:
        answer = f"读不到密码文件 {settings.password_file}：{words_of(error)}"
        raise Undelivered(False, answer, stage="settings", closed=True) from error
    except KeyError:
        answer = f"环境变量 {name} 没有设置，取不到邮箱密码"
        raise Undelivered(False, answer, stage="settings", closed=True) from None


def _envelope(
    smtp: Conversation, letter: Letter, settings: MailConfig, size: int
) -> dict[str, RecipientRefused]:
    """Sender and recipients; returns the refused ones. Raises when the sender or everybody is
    refused."""
    try:
        options = [f"SIZE={size}"] if smtp.has_extn("size") else []
        code, words = smtp.mail(settings.sender, options)
        if code != 250:
            raise refusal_of("sender", code, words)
        answers = {address: smtp.rcpt(address) for address in letter.to}
    except (OSError, smtplib.SMTPException) as error:
        raise fault_of("recipient", error) from error
    refused = {
        a: refusal_of("recipient", *said)
        for a, said in answers.items()
        if said[0] not in (250, 251)
    }
    refusals = {a: RecipientRefused(why.permanent, why.answer) for a, why in refused.items()}
    if len(refused) < len(letter.to):
        return refusals
    first = next(iter(refused.values()))
    permanent = all(why.permanent for why in refused.values())
    closed = any(why.code == 421 for why in refused.values())
    raise Undelivered(
        permanent, first.answer, stage="recipient", code=first.code, refused=refusals, closed=closed
    )


def _data(
    smtp: Conversation, message: bytes, settings: MailConfig, handing_over: HandingOver
) -> str:
    """The letter itself; returns the server's answer. From the end mark on a silence is
    doubtful."""
    try:
        code, words = smtp.docmd("DATA")
        if code != 354:
            raise refusal_of("data", code, words)
        smtp.send(re.sub(rb"(?m)^\.", b"..", message))
    except (OSError, smtplib.SMTPException) as error:
        raise fault_of("data", error) from error
    try:
        handing_over()
    except BaseException:
        smtp.close()  # a QUIT would become part of the letter
        raise
    try:
        smtp.step, smtp.deadline = settings.answer_timeout, within(settings.answer_timeout)
        smtp.send(b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n")
        code, words = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(
            False, f"信件已交出，未收到答复：{words_of(error)}", stage="answer", doubtful=True
        ) from error
    if code == -1:
        raise Undelivered(
            False, f"信件已交出，答复无法识别：{said_in(words)}", stage="answer", doubtful=True
        )
    if code != 250:
        raise refusal_of("data", code, words)
    return f"{code} {said_in(words)}"
