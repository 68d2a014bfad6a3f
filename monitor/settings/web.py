"""The ``monitor.web`` section of config.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from crawler.config import Strict


class OidcSettings(Strict):
    """The office's own sign-on (OpenID Connect). It proves who comes; what they may do stands in
    our accounts.

    The client's secret is read from the environment or from a file, never from here.
    """

    issuer: str
    client_id: str
    secret_env: str = ""
    secret_file: Path | None = None
    claim: str = Field(
        default="preferred_username", description="the claim that holds the sign-in name"
    )
    label: str = "统一身份认证登录"

    @model_validator(mode="after")
    def _one_secret(self) -> OidcSettings:
        if bool(self.secret_env) == bool(self.secret_file):
            raise ValueError("give secret_env or secret_file, one of them")
        return self


class WebSettings(Strict):
    """Where the pages are served. Behind a proxy that speaks https set ``https: true``: cookies
    then travel only so."""

    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535, description="0 = a free one")
    https: bool = False
    proxies: tuple[str, ...] = Field(
        default=(), description="addresses whose X-Forwarded-For is believed"
    )
    session_hours: int = Field(default=12, ge=1, le=720)
    title: str = "更新监测"
    upload_bytes: int = Field(default=12_000_000, ge=100_000, le=200_000_000)
    tries: int = Field(default=5, ge=3, le=50, description="wrong passwords before a name rests")
    rest_minutes: int = Field(default=15, ge=1, le=1440)
    rechecks_an_hour: int = Field(default=6, ge=1, le=600, description="that one unit may ask for")
    oidc: OidcSettings | None = None
