"""The JSON interface against its own description: whatever is asked, no fault of ours, and every
answer as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from monitor.access import tokens
from monitor.access.roles import Role
from monitor.access.users import secret_of
from monitor.bulletin.printing import Edition, draft
from monitor.days.period import Period
from monitor.desk.entering import freeze
from monitor.web.api.rates import Rates
from monitor.web.app import create_app
from tests.support.web_helpers import NAMES, NOW, UNIT, Browser, make_office, opened

pytestmark = pytest.mark.slow
EXAMPLES = 40
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
ODD = ("0", "-1", "2147483648", "9223372036854775808", "9" * 40, "%00", "%FF", "..%2f..", "%F0%9F%98%80", "' OR 1=1--", "x" * 3000, "²", "wjxx", UNIT, "2020Q2")  # fmt: skip
"""What a page's address may hold instead of what it expects."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An application that nobody asks too often, with a frozen bulletin in it."""
    path = make_office(tmp_path_factory.mktemp("schema"))
    with opened(path) as office:
        freeze(
            office,
            draft(office, Period.parse("2020-06"), NOW, edition=Edition(force=True)).bulletin,
            NOW,
            by="测试",
        )
        made = create_app(office, lambda: NOW)
        made.state.rates = Rates(burst=10**9, a_minute=10**9)
        yield made


@pytest.fixture(scope="module")
def headers(app: Any) -> dict[str, dict[str, str]]:
    """A token of every role that has one, by role."""
    found = {}
    for role in Role:
        with app.state.web.office.engine.begin() as c:
            known = secret_of(c, NAMES[role])
            assert known is not None
            said = tokens.issue(
                c, NOW, known[0], label="表", scopes=tokens.scopes_for(role), days=9, by="测试"
            )[1]
        found[role.value] = {"Authorization": f"Bearer {said}"}
    return found


def operations(app: Any, address: str = "/api/v1/openapi.json") -> list[Any]:
    schema = schemathesis.openapi.from_asgi(address, app)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.UNIT])
def test_whatever_is_asked_is_answered_as_described(
    app: Any, headers: dict[str, dict[str, str]], role: Role, mode: GenerationMode
) -> None:
    found = operations(app)
    assert len(found) > 15
    for operation in found:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @_given(operation, mode)
        def ask(case: Any) -> None:
            case.call_and_validate(headers=headers[role.value], checks=CHECKS)

        ask()


def _given(operation: Any, mode: GenerationMode) -> Any:
    return given(case=operation.as_strategy(generation_mode=mode))


def test_the_english_description_describes_the_same(app: Any) -> None:
    pairs = [
        [(o.method, o.path) for o in operations(app, f"/api/v1/{name}")]
        for name in ("openapi.json", "openapi.en.json")
    ]
    assert pairs[0] == pairs[1]


def test_pages_answer_odd_addresses_with_a_sentence(app: Any) -> None:
    """No page breaks over what somebody types into its address."""
    from tests.monitor.web.test_web_permissions import TABLE
    from tests.support.web_helpers import sign_in_as

    browser = Browser(app)
    web = app.state.web
    browser.cookies.set(
        "gengxin_session", sign_in_as(web.office, web.cookies, NAMES[Role.ADMINISTRATOR], NOW)
    )
    broken = []
    for template in (one.removeprefix("GET ") for one in TABLE if one.startswith("GET ")):
        if template == "/healthz":
            continue
        for odd in ODD:
            path = _filled(template, odd)
            for query in (
                "",
                f"?page={odd}&before={odd}&number={odd}&unit={odd}&text={odd}&sort={odd}&value={odd}&day={odd}",
            ):
                answer = browser.get(f"{path}{query}")
                if answer.status_code >= 500:
                    broken.append((path[:80], query[:40], answer.status_code))
    assert broken == []


def _filled(template: str, odd: str) -> str:
    while "{" in template:
        head, _, rest = template.partition("{")
        template = head + odd + rest.partition("}")[2]
    return template
