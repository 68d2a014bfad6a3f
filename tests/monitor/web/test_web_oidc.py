"""The office's own sign-on, against a small provider on loopback that signs with a key of its
own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwk, jwt

from monitor.access.roles import Role
from monitor.access.tables import SessionRow, UserRow
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.settings.web import OidcSettings
from monitor.web.app import create_app
from tests.support.web_helpers import NAMES, NOW, Browser, ClientFor, rows

Web = tuple[ClientFor, Office]
CLIENT, SECRET = "gengxin-kehu", "mi=yao:&"
Changed = Callable[[dict[str, Any]], Any]


@dataclass
class Provider:
    """What it answers; a test changes a part of it. ``seen`` are the token requests, ``asked`` the
    nonce of each code."""

    key: Any
    url: str = ""
    name: str = NAMES[Role.OFFICE]
    seen: list[dict[str, Any]] = field(default_factory=list)
    challenge: str = ""
    nonce: str = ""
    claims: Changed = lambda claims: claims
    about: Changed = lambda about: about
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "k1"})
    signer: Any = None
    status: int = 200

    def discovery(self) -> Any:
        at = self.url
        return self.about(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
            }
        )

    def token(self, form: dict[str, str], authorization: str) -> Any:
        self.seen.append({"form": form, "authorization": authorization})
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == self.challenge, "PKCE"
        now = int(NOW.timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "42",
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
            "preferred_username": self.name,
        }
        said = self.claims(claims)
        text = (
            said
            if isinstance(said, str)
            else jwt.encode(
                self.header, said, self.signer or self.key, algorithms=["RS256", "HS256"]
            )
        )
        return {"access_token": "x", "token_type": "Bearer", "id_token": text}


@contextmanager
def serving(provider: Provider) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            public = {"keys": [provider.key.as_dict(private=False, kid="k1")]}
            self.tell(
                {"/.well-known/openid-configuration": provider.discovery, "/keys": lambda: public}[
                    self.path
                ]()
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.tell(provider.token(form, self.headers.get("authorization", "")))

        def tell(self, said: Any) -> None:
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(provider.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def rsa() -> Any:
    return jwk.RSAKey.generate_key(2048, auto_kid=False)


@pytest.fixture
def provider(rsa: Any) -> Iterator[Provider]:
    found = Provider(rsa)
    with serving(found):
        yield found


@pytest.fixture
def entrance(
    office_web: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> tuple[Browser, Office]:
    """A browser of an office whose sign-on is the provider."""
    monkeypatch.setenv("GENGXIN_OIDC", SECRET)
    return browser_of(office_web[1], provider.url), office_web[1]


def browser_of(office: Office, issuer: str, **more: Any) -> Browser:
    oidc = OidcSettings(issuer=issuer, client_id=CLIENT, **(more or {"secret_env": "GENGXIN_OIDC"}))
    monitor = office.settings.monitor
    web = monitor.web.model_copy(update={"oidc": oidc})
    settings = replace(office.settings, monitor=replace(monitor, web=web))
    app = create_app(Office(settings, office.engine, office.reader), lambda: NOW)
    return Browser(app)


def left(browser: Browser, provider: Provider, next: str = "") -> dict[str, str]:
    """Leave for the provider; what it is asked."""
    answer = browser.get("/oidc/start", params={"next": next})
    assert answer.status_code == 303, answer.text
    target = urlsplit(answer.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{provider.url}/authorize"
    provider.challenge, provider.nonce = asked["code_challenge"], asked["nonce"]
    return asked


def back(browser: Browser, state: str, **more: str) -> Any:
    return browser.get("/oidc/callback", params={"code": "c-1", "state": state, **more})


def test_somebody_with_an_account_comes_in_with_its_role(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, office = entrance
    asked = left(browser, provider, "/columns?value=stale")
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/oidc/callback"
    answer = back(browser, asked["state"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/columns?value=stale")
    assert browser.get("/columns").status_code == 200
    assert browser.get("/users").status_code == 403
    said = [row for row in rows(office, AuditRow) if row.what == "signed_in"][-1]
    assert (said.subject, json.loads(said.data)["way"]) == (
        f"user:{NAMES[Role.OFFICE]}",
        "统一身份认证",
    )
    assert "gengxin_oidc" not in browser.cookies


def test_the_secret_goes_to_the_provider_and_nowhere_else(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, _ = entrance
    asked = left(browser, provider)
    back(browser, asked["state"])
    wanted = base64.b64encode(f"{CLIENT}:mi%3Dyao%3A%26".encode()).decode()
    assert provider.seen[0]["authorization"] == f"Basic {wanted}"
    assert "client_secret" not in provider.seen[0]["form"]
    assert SECRET not in json.dumps(asked)


def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, _ = entrance
    provider.about = lambda about: (
        about | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    )
    assert back(browser, left(browser, provider)["state"]).status_code == 303
    assert provider.seen[0]["form"]["client_secret"] == SECRET


def test_a_stranger_to_us_gets_a_sentence_and_no_account(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, office = entrance
    before, provider.name = len(rows(office, UserRow)), "<b>zhangsan"
    answer = back(browser, left(browser, provider)["state"])
    assert answer.status_code == 403
    assert "没有可用的账号" in answer.text
    assert "<b>zhangsan" not in answer.text
    assert len(rows(office, UserRow)) == before
    assert rows(office, SessionRow) == []


LATER = int((NOW + timedelta(hours=1)).timestamp())
WRONG: dict[str, Changed] = {
    "issuer": lambda c: c | {"iss": "https://evil.example.org"},
    "audience": lambda c: c | {"aud": "another"},
    "audiences without a party": lambda c: c | {"aud": [CLIENT, "another"]},
    "another party": lambda c: c | {"azp": "another"},
    "nonce": lambda c: c | {"nonce": "old"},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "expired": lambda c: c | {"exp": int(NOW.timestamp()) - 600},
    "no end": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "from the future": lambda c: c | {"iat": LATER, "nbf": LATER},
    "no name": lambda c: {k: v for k, v in c.items() if k != "preferred_username"},
    "a name that is none": lambda c: c | {"preferred_username": ["guanli"]},
    "an empty name": lambda c: c | {"preferred_username": "  "},
    "no token": lambda c: "",
    "rubbish": lambda c: "a.b.c",
    "unsigned": lambda c: ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, c)
    ) + ".",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_proof_lets_nobody_in(
    entrance: tuple[Browser, Office], provider: Provider, name: str
) -> None:
    browser, office = entrance
    provider.claims = WRONG[name]
    answer = back(browser, left(browser, provider)["state"])
    assert answer.status_code == 403
    assert "统一身份认证" in answer.text
    assert rows(office, SessionRow) == []


def test_another_key_or_a_shared_secret_signs_nobody_in(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, office = entrance
    provider.signer = jwk.RSAKey.generate_key(2048, auto_kid=False)
    assert back(browser, left(browser, provider)["state"]).status_code == 403
    provider.signer, provider.header = (
        jwk.OctKey.import_key(SECRET * 8),
        {"alg": "HS256", "kid": "k1"},
    )
    assert back(browser, left(browser, provider)["state"]).status_code == 403
    assert rows(office, SessionRow) == []


def test_only_the_browser_that_left_comes_back_and_soon(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, office = entrance
    state = left(browser, provider)["state"]
    assert back(browser, "other").status_code == 403
    assert back(browser, "").status_code == 403
    stranger = browser_of(office, provider.url)
    assert back(stranger, state).status_code == 403
    stranger.cookies.set("gengxin_oidc", "forged")
    assert back(stranger, state).status_code == 403
    late = create_app(browser.app.state.web.office, lambda: NOW + timedelta(minutes=11))  # type: ignore[attr-defined]
    slow = Browser(late, cookies=dict(browser.cookies))
    assert back(slow, state).status_code == 403
    assert back(browser, state, error="access_denied").status_code == 403
    assert rows(office, SessionRow) == []


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.1:9/x", "https://evil.example.org/x", "file:///etc/passwd", "", "http://[::1"],
)
def test_only_the_issuers_own_host_is_asked(
    entrance: tuple[Browser, Office], provider: Provider, name: str, place: str
) -> None:
    browser, _ = entrance
    provider.about = lambda about: about | {name: place}
    answer = browser.get("/oidc/start")
    assert answer.status_code == 403
    assert "monitor.web.oidc" in answer.text or "没有正常回答" in answer.text


@pytest.mark.parametrize("about", [lambda a: a | {"issuer": "https://evil.example.org"}, lambda a: [], lambda a: b"{", lambda a: b"x" * 1_100_000])  # fmt: skip
def test_a_provider_that_says_odd_things_is_left_alone(
    entrance: tuple[Browser, Office], provider: Provider, about: Changed
) -> None:
    provider.about = about
    assert entrance[0].get("/oidc/start").status_code == 403


def test_a_provider_that_fails_or_is_gone_gets_a_sentence(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, office = entrance
    provider.status = 500
    assert "用登录名和密码登录" in browser.get("/oidc/start").text
    gone = browser_of(office, "http://127.0.0.1:9")
    assert gone.get("/oidc/start").status_code == 403
    plain = browser_of(office, "http://sso.example.org")
    assert "https" in plain.get("/oidc/start").text


def test_a_secret_from_a_file_and_a_secret_that_is_missing(
    office_web: Web, provider: Provider
) -> None:
    office = office_web[1]
    (office.settings.path.parent / "oidc.secret").write_text(SECRET + "\n", encoding="utf-8")
    browser = browser_of(office, provider.url, secret_file="oidc.secret")
    assert back(browser, left(browser, provider)["state"]).status_code == 303
    none = browser_of(office, provider.url, secret_file="nowhere")
    answer = back(none, left(none, provider)["state"])
    assert answer.status_code == 403
    assert "secret_file" in answer.text


def test_nobody_is_sent_elsewhere_afterwards(
    entrance: tuple[Browser, Office], provider: Provider
) -> None:
    browser, _ = entrance
    asked = left(browser, provider, "//evil.example.org/")
    assert back(browser, asked["state"]).headers["location"] == "/"


def test_without_a_sign_on_there_is_no_door(office_web: Web) -> None:
    browser = office_web[0](None)
    assert (
        browser.get("/oidc/start").status_code == browser.get("/oidc/callback").status_code == 404
    )
    assert "oidc" not in browser.get("/login").text


def test_the_sign_in_page_offers_it(entrance: tuple[Browser, Office]) -> None:
    assert "统一身份认证登录" in entrance[0].get("/login").text
