"""The mail server: the ``monitor.mail`` section of config.yaml."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from crawler.config import Strict


class MailConfig(Strict):
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
        if self.security == "plain" and not _loopback(self.host):
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


ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
