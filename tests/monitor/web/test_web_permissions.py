"""Who may open what: every route, for every role and for nobody, as one table that a person can
read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from monitor.access import tokens
from monitor.access.roles import Role
from monitor.access.users import secret_of
from monitor.office import Office
from tests.support.web_helpers import NAMES, NOW, UNIT, ClientFor

Web = tuple[ClientFor, Office]
LETTERS = {
    "A": Role.ADMINISTRATOR, "O": Role.OFFICE, "I": Role.INSPECTOR, "U": Role.UNIT, "L": Role.LEADER, "R": Role.AUDITOR,
    "-": None,
}  # fmt: skip
"""A role a letter; ``-`` is a stranger."""
FORGED = "这个表单已经失效"
"""What whoever may post gets to hear without the form's word: so nothing is changed by asking."""
FILLED = {
    "{id}": UNIT, "{number}": "2020-0001", "{name}": "2020Q2", "{day}": "2020-07-20", "{suffix}": "docx", "{period}": "2020Q2",
}  # fmt: skip
NUMBERED = ("/users/", "/me/tokens/", "/v1/rechecks/", "/letters/{id}")
"""Where ``{id}`` is a number."""
DOORS = {"POST /login", "GET /join", "POST /join"}
"""Open to anybody; what they ask for instead of a role has its own tests."""
TABLE: dict[str, str] = {
    "GET /": "AOILR",
    "GET /accounts": "AOILR",
    "GET /accounts.xlsx": "AOILR",
    "GET /accounts/found": "AO",
    "POST /accounts/found/{number}": "AO",
    "GET /api/v1/": "AOIULR-",
    "GET /api/v1/accounts": "AOIULR",
    "GET /api/v1/bulletins": "AOILR",
    "GET /api/v1/bulletins/{period}": "AOILR",
    "GET /api/v1/findings": "AOIULR",
    "GET /api/v1/findings/{number}": "AOIULR",
    "GET /api/v1/health": "AOR",
    "GET /api/v1/nights": "AOR",
    "GET /api/v1/openapi.en.json": "AOIULR-",
    "GET /api/v1/openapi.json": "AOIULR-",
    "GET /api/v1/orders": "AOIULR",
    "GET /api/v1/orders/{number}": "AOIULR",
    "GET /api/v1/outlets": "AOIULR",
    "GET /api/v1/outlets/{id}": "AOIULR",
    "GET /api/v1/outlets/{id}/posts": "AOIULR",
    "GET /api/v1/outlets/{id}/verdicts": "AOIULR",
    "GET /api/v1/outlets/{id}/visits": "AOIULR",
    "GET /api/v1/overview": "AOILR",
    "POST /api/v1/rechecks": "AOIU",
    "GET /api/v1/rechecks/{id}": "AOIULR",
    "GET /api/v1/units": "AOIULR",
    "GET /api/v1/units/{id}": "AOIULR",
    "GET /attribution": "AO",
    "POST /attribution": "AO",
    "GET /attribution/{number}": "AO",
    "GET /audit": "AR",
    "GET /audit.csv": "AR",
    "GET /audit.xlsx": "AR",
    "GET /audit/verify": "AR",
    "POST /audit/verify": "AR",
    "GET /bulletins": "AOILR",
    "POST /bulletins": "AO",
    "GET /bulletins/{name}": "AOILR",
    "POST /bulletins/{name}/commend": "AO",
    "POST /bulletins/{name}/draft": "AO",
    "POST /bulletins/{name}/edits": "AO",
    "POST /bulletins/{name}/edits/undo": "AO",
    "POST /bulletins/{name}/errors": "AO",
    "GET /bulletins/{name}/evidence": "AOILR",
    "GET /bulletins/{name}/files/{suffix}": "AOILR",
    "POST /bulletins/{name}/freeze": "AO",
    "GET /bulletins/{name}/kept/{day}": "AOILR",
    "POST /bulletins/{name}/kept/{day}/correct": "AO",
    "GET /bulletins/{name}/kept/{day}/files/{suffix}": "AOILR",
    "POST /bulletins/{name}/kept/{day}/papers": "AO",
    "GET /bulletins/{name}/progress": "AOILR",
    "GET /catalogue": "AO",
    "POST /catalogue/apply": "AO",
    "GET /catalogue/contacts.xlsx": "A",
    "GET /catalogue/diff": "AO",
    "POST /catalogue/upload": "AO",
    "GET /catalogue/{kind}.xlsx": "AO",
    "GET /changes": "AOILR",
    "GET /charts": "AOILR",
    "GET /checklist": "AOI",
    "GET /checklist/{subject}": "AOI",
    "POST /checklist/{subject}": "AOI",
    "GET /columns": "AOILR",
    "GET /columns.xlsx": "AOILR",
    "GET /content": "AOI",
    "GET /content/dismissals": "AOI",
    "POST /content/dismissals/{number}": "AOI",
    "GET /content/rules": "AOI",
    "GET /content/{number}": "AOI",
    "POST /content/{number}": "AOI",
    "GET /findings": "AOILR",
    "GET /findings/board": "AOILR",
    "GET /findings/{number}": "AOILR",
    "POST /findings/{number}/ack": "AO",
    "POST /findings/{number}/correct": "AO",
    "POST /findings/{number}/decide": "AO",
    "POST /findings/{number}/dispense": "AO",
    "GET /findings/{number}/files/{sha256}": "AOILR",
    "POST /findings/{number}/order": "AO",
    "GET /findings/{number}/proof": "AOILR",
    "GET /findings/{number}/proof.warc.gz": "AOILR",
    "GET /findings/{number}/shot.png": "AOILR",
    "POST /findings/{number}/reply": "AO",
    "POST /findings/{number}/restore": "AO",
    "POST /findings/{number}/withdraw": "AO",
    "GET /health": "AOR",
    "POST /health/letters/{id}/again": "AO",
    "GET /healthz": "AOIULR-",
    "GET /leader": "AOILR",
    "GET /login": "AOIULR-",
    "POST /logout": "AOIULR",
    "GET /me": "AOIULR",
    "POST /me": "AOIULR",
    "GET /me/tokens": "AOIULR",
    "POST /me/tokens": "AOIULR",
    "POST /me/tokens/{id}/revoke": "AOIULR",
    "GET /metrics": "AOR",
    "GET /oidc/callback": "AOIULR-",
    "GET /oidc/start": "AOIULR-",
    "GET /orders": "AOILR",
    "GET /outlets/{id:path}": "AOILR",
    "POST /outlets/{id:path}/attestations": "AOI",
    "GET /outlets/{id:path}/attestations/{number:int}": "AOILR",
    "POST /outlets/{id:path}/attestations/{number:int}/withdraw": "AO",
    "GET /outlets/{id:path}/frozen/{number:int}": "AOILR",
    "GET /outlets/{id:path}/frozen/{number:int}/view": "AOILR",
    "POST /outlets/{id:path}/recheck": "AOI",
    "POST /outlets/{id:path}/shape/{number:int}/adopt": "AO",
    "POST /outlets/{id:path}/data/back": "AO",
    "POST /outlets/{id:path}/data/{number:int}/refuse": "AO",
    "POST /outlets/{id:path}/data/{number:int}/take": "AO",
    "POST /outlets/{id:path}/state": "AO",
    "POST /outlets/{id:path}/words": "AO",
    "POST /outlets/{id:path}/words/{number:int}/end": "AO",
    "GET /overdue": "AOILR",
    "GET /overdue.xlsx": "AOILR",
    "GET /rechecks/{number}": "AOILR",
    "GET /units": "AOILR",
    "GET /units/{id}": "AOIULR",
    "POST /units/{id}/ack": "U",
    "POST /units/{id}/appeal": "U",
    "GET /units/{id}/calendar.ics": "AOIULR",
    "GET /units/{id}/files/{sha256}": "AOIULR",
    "GET /units/{id}/letters/{number}": "AOILR",
    "GET /units/{id}/proof/{number}": "AOIULR",
    "POST /units/{id}/recheck": "U",
    "GET /units/{id}/rechecks/{number}": "AOIULR",
    "POST /units/{id}/reply": "U",
    "POST /units/whole": "AO",
    "POST /units/{id}/whole": "AO",
    "POST /units/{id}/whole/end": "AO",
    "GET /users": "A",
    "POST /users": "A",
    "GET /users/{id}": "A",
    "POST /users/{id}": "A",
    "POST /users/{id}/disabled": "A",
    "POST /users/{id}/invite": "A",
    "POST /users/{id}/password": "A",
}  # fmt: skip


def routes_of(app: Any) -> Iterator[tuple[str, str]]:
    """Method and template of every route but the files'."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, Mount):
            continue
        for method in sorted((context.methods or set()) - {"HEAD"}):
            if f"{method} {context.path}" not in DOORS:
                yield method, str(context.path)


def address(path: str) -> str:
    """A template with something in every place."""
    filled = FILLED | ({"{id}": "1"} if any(part in path for part in NUMBERED) else {})
    for place, value in filled.items():
        path = path.replace(place, value)
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + "1" + rest.partition("}")[2]
    return path


def outcomes(client_for: ClientFor, office: Office, method: str, path: str) -> str:
    """The letters of those who get in."""
    return "".join(
        letter for letter, role in LETTERS.items() if enters(client_for, office, role, method, path)
    )


def enters(
    client_for: ClientFor, office: Office, role: Role | None, method: str, path: str
) -> bool:
    browser, headers = client_for(role), {}
    if path.startswith("/api/"):
        browser.cookies.clear()
        headers = {"Authorization": f"Bearer {token_for(office, role)}"} if role else {}
    # A unit's own page lets the office look and only the unit write: who may is seen with the word
    # in the form.
    word = (
        {"csrf": browser.csrf, "outlet": "wjxx"}
        if method == "POST" and path.startswith("/units/")
        else None
    )
    answer = browser.request(method, address(path), headers=headers, data=word)
    # The test's store was made without migrations, which the health door tells.
    assert answer.status_code < 500 or path == "/healthz", (method, path, role, answer.text[:300])
    if method != "GET" and FORGED in answer.text:
        return True
    turned = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return answer.status_code not in (401, 403) and not turned


GIVEN: dict[tuple[int, Role], str] = {}


def token_for(office: Office, role: Role) -> str:
    """A token with everything that the role's may have; one an office and role."""
    if (id(office), role) not in GIVEN:
        GIVEN[id(office), role] = _made(office, role)
    return GIVEN[id(office), role]


def _made(office: Office, role: Role) -> str:
    with office.engine.begin() as c:
        known = secret_of(c, NAMES[role])
        assert known is not None
        return tokens.issue(
            c, NOW, known[0], label="表", scopes=tokens.scopes_for(role), days=1, by="测试"
        )[1]


def test_every_route_lets_in_whom_the_table_says(office_web: Web) -> None:
    client_for, office = office_web
    app = client_for(None).app
    found = {f"{m} {p}": outcomes(client_for, office, m, p) for m, p in routes_of(app)}
    assert found == TABLE


def test_the_table_names_no_route_that_is_gone(office_web: Web) -> None:
    client_for, _ = office_web
    assert set(TABLE) - {f"{m} {p}" for m, p in routes_of(client_for(None).app)} == set()


@pytest.mark.parametrize("path", [path for path in TABLE if "/units/{id}" in path])
def test_a_units_contact_is_kept_from_other_units(office_web: Web, path: str) -> None:
    client_for, office = office_web
    method, _, template = path.partition(" ")
    other = address(template).replace(f"/units/{UNIT}", "/units/jyj")
    headers = {}
    browser = client_for(Role.UNIT)
    if template.startswith("/api/"):
        browser.cookies.clear()
        headers = {"Authorization": f"Bearer {token_for(office, Role.UNIT)}"}
    answer = browser.request(method, other, headers=headers)
    assert answer.status_code in (403, 404)
    assert FORGED not in answer.text
