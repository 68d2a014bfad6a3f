"""The office's own sign-on (OpenID Connect): it proves who comes; what they may do stands in our
accounts.

Authorization code with PKCE. Only the issuer's own host is asked, over https (plain http on
loopback alone), past the guard. What the provider says is believed only where its signature,
issuer, audience, nonce and times are right.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeSerializer
from joserfc import jwk, jwt

from crawler.model import utc
from crawler.net.answer import asked
from crawler.net.client import guarded_sender
from crawler.net.resolver import ForbiddenAddress, GuardedWaitingBackend
from monitor.access.sessions import same_word
from monitor.record.links import Keys
from monitor.settings.web import OidcSettings

SALT = "gengxin oidc 1"
LASTS = timedelta(minutes=10)
SECONDS, LEEWAY = 10.0, 60
MOST = 1_000_000
"""Bytes of one answer of the provider."""
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512")
"""Signatures with the provider's own key only: never ``none``, never one made with a shared
secret."""
NEAR = frozenset({"127.0.0.1", "::1", "localhost"})
AGAIN = "请重新从登录页开始"
BAD_PLACE = "统一身份认证的地址须是 issuer 所在主机的 https 地址，请管理员检查 monitor.web.oidc"
SILENT = "统一身份认证没有正常回答，请稍后再试，或用登录名和密码登录"


class SsoRefused(ValueError):
    """One sentence for whoever tries to sign in."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the issuer says of itself."""

    issuer: str
    authorize: str
    token: str
    keys: str
    post_secret: bool


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """What the browser keeps between leaving and coming back, signed."""

    state: str
    nonce: str
    verifier: str
    until: int
    next: str


def discovered(settings: OidcSettings) -> Provider:
    """Ask the issuer. Raises :class:`SsoRefused`."""
    issuer = settings.issuer.rstrip("/")
    said = _asked(settings, "GET", f"{issuer}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != issuer:
        raise SsoRefused("统一身份认证自报的地址与配置的 issuer 不一致，请告诉管理员")
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    post = isinstance(ways, list) and "client_secret_basic" not in ways
    return Provider(
        issuer=str(said["issuer"]),
        authorize=_ours(settings, str(said.get("authorization_endpoint", ""))),
        token=_ours(settings, str(said.get("token_endpoint", ""))),
        keys=_ours(settings, str(said.get("jwks_uri", ""))),
        post_secret=post,
    )


def start(
    settings: OidcSettings, provider: Provider, back: str, next: str, now: datetime
) -> tuple[str, BegunSignIn]:
    """Where to send the browser, and what it must bring back."""
    until = int(utc(now + LASTS).timestamp())
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = BegunSignIn(state, nonce, verifier, until, next)
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    join = "&" if urlsplit(provider.authorize).query else "?"
    return f"{provider.authorize}{join}{urlencode(asked)}", begun


def packed(keys: Keys, begun: BegunSignIn) -> str:
    """For the cookie."""
    return str(URLSafeSerializer(keys.keys[0].hex(), salt=SALT).dumps(asdict(begun)))


def unpacked(keys: Keys, cookie: str, state: str, now: datetime) -> BegunSignIn:
    """What this browser began. Raises :class:`SsoRefused` when it did not, too long ago, or another
    one did."""
    for key in keys.keys:
        try:
            found = BegunSignIn(**URLSafeSerializer(key.hex(), salt=SALT).loads(cookie[:4000]))
        except (BadSignature, TypeError):
            continue
        if utc(now).timestamp() <= found.until and same_word(found.state, state):
            return found
    raise SsoRefused(f"这次登录已经过期或不是从这个浏览器开始的，{AGAIN}")


def name_of(
    settings: OidcSettings,
    provider: Provider,
    begun: BegunSignIn,
    code: str,
    back: str,
    folder: Path,
    now: datetime,
) -> str:
    """The sign-in name that the provider vouches for. Raises :class:`SsoRefused`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": begun.verifier,
        "client_id": settings.client_id,
    }
    secret, headers = _secret(settings, folder), {}
    if provider.post_secret:
        form["client_secret"] = secret
    else:
        pair = f"{quote(settings.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    said = _asked(settings, "POST", provider.token, form, headers)
    claims = _claims(settings, provider, begun, str(said.get("id_token", "")), now)
    name = claims.get(settings.claim)
    if not isinstance(name, str) or not name.strip():
        raise SsoRefused(f"统一身份认证没有给出登录名（{settings.claim}），请告诉管理员")
    return name.strip().lower()[:60]


def _claims(
    settings: OidcSettings, provider: Provider, begun: BegunSignIn, token: str, now: datetime
) -> Mapping[str, Any]:
    keys = _asked(settings, "GET", provider.keys)
    try:
        known = jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        wanted = {
            name: {"essential": True, "value": value}
            for name, value in (("iss", provider.issuer), ("aud", settings.client_id))
        }
        claims = CodeIDToken(
            known.claims,
            known.header,
            wanted,
            {"nonce": begun.nonce, "client_id": settings.client_id},
        )
        claims.validate(now=int(utc(now).timestamp()), leeway=LEEWAY)
    except (
        Exception
    ) as error:  # a provider's answer may be wrong in any way; none of them signs anybody in
        raise SsoRefused(
            f"统一身份认证的证明通不过核对（{error.__class__.__name__}），{AGAIN}"
        ) from None
    return dict(claims)


def _asked(
    settings: OidcSettings, method: str, url: str, form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One JSON object of the provider's. Raises :class:`SsoRefused`."""
    host = urlsplit(_ours(settings, url)).hostname or ""
    backend = GuardedWaitingBackend(inside=frozenset({host}))
    try:
        with guarded_sender(backend, timeout=SECONDS, whole=SECONDS) as client:
            said = {"Accept": "application/json", **(headers or {})}
            answer = asked(client, client.build_request(method, url, data=form, headers=said), MOST)
        found = json.loads(answer.body) if answer.whole else None
    except (httpx.HTTPError, ForbiddenAddress, ValueError, RecursionError):
        raise SsoRefused(SILENT) from None
    if answer.status != 200 or not isinstance(found, dict):
        raise SsoRefused(SILENT)
    return found


def _ours(settings: OidcSettings, url: str) -> str:
    """``url`` when it lies on the issuer's host and cannot be overheard. Raises
    :class:`SsoRefused`."""
    try:
        home, there = urlsplit(settings.issuer), urlsplit(url)
        safe = there.scheme == "https" or (there.scheme == "http" and there.hostname in NEAR)
    except ValueError:
        raise SsoRefused(BAD_PLACE) from None
    if not safe or (there.scheme, there.netloc) != (home.scheme, home.netloc):
        raise SsoRefused(BAD_PLACE)
    return url


def _secret(settings: OidcSettings, folder: Path) -> str:
    """The client's secret. Raises :class:`SsoRefused` where it is not where the settings say."""
    try:
        if settings.secret_file is not None:
            found = (folder / settings.secret_file).read_text(encoding="utf-8").strip()
        else:
            found = os.environ.get(settings.secret_env, "").strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if not found:
        raise SsoRefused(
            "统一身份认证的密钥没有配置好，请管理员检查 monitor.web.oidc 的 secret_env 或 secret_file"
        )
    return found
