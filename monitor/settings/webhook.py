"""Robots of chat platforms: the ``monitor.robots`` section of config.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from crawler.config import Strict


class WebhookConfig(Strict):
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
