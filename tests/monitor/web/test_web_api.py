"""The JSON interface: who may ask, what is told, a unit's bounds, paging, tags, rates, bad
input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from crawler.store.tables import OutletRow, VisitRow
from monitor.access import tokens
from monitor.access.roles import Permission as P
from monitor.access.roles import Role
from monitor.access.tables import TokenRow, UserRow
from monitor.access.users import change_user, secret_of
from monitor.bulletin.printing import Edition, draft
from monitor.days.period import Period
from monitor.desk.entering import correct, freeze
from monitor.office import Office
from monitor.record.chain import AuditRow
from monitor.rectify.rechecks import RecheckRow
from monitor.web.api.rates import Rates
from monitor.web.api.words import in_english
from tests.support.web_helpers import HOSTILE, NAMES, NOW, UNIT, ClientFor, rows

Web = tuple[ClientFor, Office]
API = "/api/v1"


def token_for(office: Office, role: Role, *scopes: P, days: int = 30) -> str:
    with office.engine.begin() as c:
        known = secret_of(c, NAMES[role])
        assert known is not None
        chosen = scopes or tokens.scopes_for(role)
        return tokens.issue(c, NOW, known[0], label="测试", scopes=chosen, days=days, by="测试")[1]


def bearer(said: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {said}"}


def test_nobody_is_told_anything(office_web: Web) -> None:
    client_for, _ = office_web
    found = client_for(None).get(f"{API}/overview")
    assert found.status_code == 401
    assert found.json() == {"detail": "请先登录或出示令牌"}
    assert found.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "given", ["Bearer ", "Bearer gxt_wrong", "Basic Z3VhbmxpOng=", "bearer gxt_\xe9", "x" * 5000]
)
def test_a_token_that_is_none_opens_nothing(office_web: Web, given: str) -> None:
    client_for, _ = office_web
    assert (
        client_for(None)
        .get(f"{API}/overview", headers={"Authorization": given.encode("latin-1")})
        .status_code
        == 401
    )


def test_a_wrong_token_is_not_saved_by_a_good_cookie(office_web: Web) -> None:
    client_for, _ = office_web
    assert (
        client_for(Role.OFFICE).get(f"{API}/overview", headers=bearer("gxt_wrong")).status_code
        == 401
    )


def test_the_overview_tells_the_pages_figures(office_web: Web) -> None:
    client_for, office = office_web
    found = (
        client_for(None)
        .get(f"{API}/overview", headers=bearer(token_for(office, Role.LEADER)))
        .json()
    )
    assert found["columns"]["stale"] == 1
    assert found["night"]["looked"] == 8
    assert sum(found["columns"].values()) == 6


def test_a_session_may_read_but_not_write(office_web: Web) -> None:
    """Another site can make a browser post JSON-like forms; it cannot make it send a token."""
    client_for, office = office_web
    browser = client_for(Role.OFFICE)
    assert browser.get(f"{API}/outlets").status_code == 200
    assert browser.post(f"{API}/rechecks", json={"outlet": "wjxx"}).status_code == 401
    assert rows(office, RecheckRow) == []


def test_scopes_bound_the_role_and_the_role_bounds_the_scopes(office_web: Web) -> None:
    client_for, office = office_web
    seeing = bearer(token_for(office, Role.OFFICE, P.DISTRICT))
    browser = client_for(None)
    assert browser.get(f"{API}/nights", headers=seeing).status_code == 403
    assert browser.get(f"{API}/findings", headers=seeing).status_code == 200
    running = bearer(token_for(office, Role.OFFICE, P.HEALTH))
    assert browser.get(f"{API}/nights", headers=running).status_code == 200
    assert browser.get(f"{API}/findings", headers=running).status_code == 403
    with pytest.raises(tokens.BadTokenRequest):
        token_for(office, Role.LEADER, P.HEALTH)


def test_a_token_dies_with_its_day_its_role_its_person(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(None)

    def works(said: str) -> bool:
        return browser.get(f"{API}/units", headers=bearer(said)).status_code == 200

    said = token_for(office, Role.LEADER)
    assert works(said)
    with office.engine.begin() as c:
        c.execute(update(TokenRow).values(ends=NOW))
    assert not works(said)
    said = token_for(office, Role.INSPECTOR)
    assert works(said)
    with office.engine.begin() as c:
        known = secret_of(c, NAMES[Role.INSPECTOR])
        assert known is not None
        change_user(c, NOW, known[0].id, by="测试", disabled=True)
    assert not works(said)


def test_the_store_keeps_no_token(office_web: Web) -> None:
    _, office = office_web
    said = token_for(office, Role.OFFICE)
    assert all(said not in str(row) and said[4:] not in str(row) for row in rows(office, TokenRow))
    assert all(said[4:] not in row.data for row in rows(office, AuditRow))


def test_a_units_token_sees_its_unit_only(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.UNIT))

    def get(path: str) -> Any:
        return browser.get(f"{API}{path}", headers=own)

    assert {row["id"] for row in get("/outlets").json()["rows"]} == {"jytz", "wjxx", "wjkb"}
    assert {row["id"] for row in get("/accounts").json()["rows"]} == {"wjwb"}
    assert [row["id"] for row in get("/units").json()["rows"]] == [UNIT]
    assert all(UNIT in row["units"] for row in get("/findings?state=all").json()["rows"])
    assert get("/findings").json()["total"] >= 2
    assert get("/orders").status_code == 200
    for path in ("/outlets?unit=jyj", "/findings?unit=jyj", "/orders?unit=jyj", "/units/jyj"):
        assert get(path).status_code == 404, path
    for path in (
        "/outlets/jyxx",
        "/outlets/jyxx/posts",
        "/outlets/jyxx/visits",
        "/outlets/jyxx/verdicts",
    ):
        assert get(path).status_code == 404, path
    assert get("/outlets/wjxx/verdicts").status_code == 200
    assert (
        get("/overview").status_code
        == get("/bulletins").status_code
        == get("/nights").status_code
        == 403
    )


def test_lists_are_paged_and_name_the_pages_around(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.OFFICE))
    whole = [
        row["id"] for row in browser.get(f"{API}/outlets?sort=name", headers=own).json()["rows"]
    ]
    assert len(whole) == 6
    for offset in range(8):
        found = browser.get(f"{API}/outlets?sort=name&limit=2&offset={offset}", headers=own)
        assert [row["id"] for row in found.json()["rows"]] == whole[offset : offset + 2]
        assert found.json()["total"] == 6
    link = browser.get(f"{API}/outlets?sort=name&limit=2&offset=2&text=", headers=own).headers[
        "link"
    ]
    assert '</api/v1/outlets?sort=name&text=&limit=2&offset=4>; rel="next"' in link
    assert 'offset=0>; rel="prev"' in link


def test_lists_filter_like_the_pages(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.OFFICE))

    def ids(query: str) -> set[str]:
        return {
            row["id"] for row in browser.get(f"{API}/outlets?{query}", headers=own).json()["rows"]
        }

    assert ids("value=stale") == {"wjxx"}
    assert ids("unit=jyj") == {"jyxx", "jytz"}
    assert ids("cls=policy") == {"cszw"}
    assert ids("kind=account&value=fresh") == {"jywx"}


def test_verdicts_come_with_their_proof(office_web: Web) -> None:
    client_for, office = office_web
    found = (
        client_for(None)
        .get(f"{API}/outlets/wjxx/verdicts", headers=bearer(token_for(office, Role.OFFICE)))
        .json()
    )
    stale = [one for one in found["verdicts"] if one["value"] == "stale"]
    assert stale[0]["clause"]
    assert stale[0]["looked"]
    assert found["proofs"][0]["published"] == "2020-07-04"
    assert found["proofs"][0]["raw"] == "2020-07-04"


def test_hostile_titles_are_data(office_web: Web) -> None:
    client_for, office = office_web
    found = client_for(None).get(
        f"{API}/outlets/cszw/posts", headers=bearer(token_for(office, Role.OFFICE))
    )
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.json()["rows"][0]["title"] == HOSTILE


def test_a_blocked_look_is_told_as_such(office_web: Web) -> None:
    client_for, office = office_web
    own = bearer(token_for(office, Role.OFFICE))
    found = client_for(None).get(f"{API}/outlets/cgxx/visits?limit=1", headers=own).json()
    assert (found["rows"][0]["outcome"], found["rows"][0]["reason"]) == ("blocked", "captcha")
    assert client_for(None).get(f"{API}/outlets/cgxx", headers=own).json()["value"] == "unknown"


def test_units_and_findings_and_orders(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.OFFICE))
    card = browser.get(f"{API}/units/wjj", headers=own).json()
    assert card["months"][-1]["month"] == "2020-07"
    assert len(card["months"]) == 13
    assert (card["months"][-2]["posts"], card["months"][-2]["gaps"]) == (
        10,
        ["台账中没有主动公开文件的栏目"],
    )
    blocked = browser.get(f"{API}/units/cgj", headers=own).json()["months"][-2]
    assert (blocked["posts"], blocked["posts_at_least"], blocked["posts_at_most"]) == (
        None,
        0,
        None,
    )
    assert "没有抓取完整" in blocked["gaps"][0], "cgxx met the captcha"
    never = card["months"][0]
    assert (never["posts"], never["as_of"]) == (None, None), (
        "of what nobody counted no number is said"
    )
    assert card["open_findings"] >= 2
    found = browser.get(f"{API}/findings?subject=outlet:wjxx", headers=own).json()["rows"]
    assert browser.get(f"{API}/findings/{found[0]['number']}", headers=own).json() == found[0]
    assert browser.get(f"{API}/findings/2020-9999", headers=own).status_code == 404
    for number in ("2020-1", "2020-99999999999999999999", "整改〔2020〕1号", "²-1"):
        assert browser.get(f"{API}/orders/{number}", headers=own).status_code == 404, number


def test_nothing_new_is_told_in_few_bytes(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.OFFICE))
    first = browser.get(f"{API}/outlets", headers=own)
    tag = first.headers["etag"]
    again = browser.get(f"{API}/outlets", headers={**own, "If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (
        browser.get(f"{API}/outlets?limit=5", headers={**own, "If-None-Match": tag}).status_code
        == 200
    )
    with office.engine.begin() as c:
        row = c.execute(VisitRow.__table__.select().limit(1)).mappings().one()
        c.execute(insert(VisitRow).values({k: v for k, v in row.items() if k != "id"}))
    assert browser.get(f"{API}/outlets", headers={**own, "If-None-Match": tag}).status_code == 200


def test_one_callers_tag_is_not_anothers(office_web: Web) -> None:
    client_for, office = office_web
    browser = client_for(None)
    tag = browser.get(f"{API}/outlets", headers=bearer(token_for(office, Role.OFFICE))).headers[
        "etag"
    ]
    unit = {**bearer(token_for(office, Role.UNIT)), "If-None-Match": tag}
    assert browser.get(f"{API}/outlets", headers=unit).status_code == 200


def test_a_recheck_is_asked_for_and_told(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.INSPECTOR))
    asked = browser.post(f"{API}/rechecks", json={"outlet": "wjxx"}, headers=own)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    again = browser.post(f"{API}/rechecks", json={"outlet": "wjxx"}, headers=own)
    assert again.json()["id"] == asked.json()["id"]
    assert browser.get(asked.headers["location"], headers=own).json()["outlet"] == "wjxx"
    assert [row.asked_by for row in rows(office, RecheckRow)] == ["样例检查员（令牌：测试）"]
    assert (
        browser.post(f"{API}/rechecks", json={"outlet": "nowhere"}, headers=own).status_code == 404
    )


def test_a_unit_asks_for_its_own_and_not_too_often(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.UNIT))
    assert browser.post(f"{API}/rechecks", json={"outlet": "jyxx"}, headers=own).status_code == 404
    limit = office.settings.monitor.web.rechecks_an_hour
    statuses = []
    for _ in range(limit + 1):
        statuses.append(
            browser.post(f"{API}/rechecks", json={"outlet": "wjxx"}, headers=own).status_code
        )
        with office.engine.begin() as c:
            c.execute(update(RecheckRow).values(state="done"))
    assert statuses == [202] * limit + [429]
    id = rows(office, RecheckRow)[0].id
    assert browser.get(f"{API}/rechecks/{id}", headers=own).status_code == 200


def test_what_left_the_catalogue_is_not_looked_at_again(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(update(OutletRow).where(OutletRow.id == "wjxx").values(retired_at=NOW))
    own = bearer(token_for(office, Role.OFFICE))
    assert (
        client_for(None).post(f"{API}/rechecks", json={"outlet": "wjxx"}, headers=own).status_code
        == 404
    )


def test_whoever_asks_too_often_waits(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.LEADER))
    browser.app.state.rates = Rates(burst=3, a_minute=6)  # type: ignore[attr-defined]
    assert [browser.get(f"{API}/units", headers=own).status_code for _ in range(4)] == [
        200,
        200,
        200,
        429,
    ]
    found = browser.get(f"{API}/units", headers=own)
    assert found.headers["retry-after"] == "10"
    assert "10 秒" in found.json()["detail"]
    assert (
        browser.get(f"{API}/units", headers=bearer(token_for(office, Role.OFFICE))).status_code
        == 200
    )


def test_a_bucket_fills_again_and_never_overflows() -> None:
    rates = Rates(burst=2, a_minute=60)
    assert [rates.wait("a", NOW) for _ in range(3)] == [0, 0, 1]
    assert rates.wait("a", NOW + timedelta(seconds=1)) == 0
    later = NOW + timedelta(hours=1)
    assert [rates.wait("a", later) for _ in range(3)] == [0, 0, 1]
    assert rates.wait("a", NOW) == 1, "a clock that is set back gives nothing"


BROKEN = [
    "/outlets?limit=0", "/outlets?limit=99999999999999999999", "/outlets?offset=-1", "/outlets?offset=1e3",
    "/outlets?text=%00", "/outlets?unit=%00", "/outlets?value=red", "/outlets?cls=x", "/outlets?sort=1;drop", "/outlets?days=10001",
    "/outlets/%00", "/outlets/a%20b", "/units/%00", "/findings/%00", "/findings?rule=%00", "/findings?state=x",
    "/orders?state=x", "/rechecks/0", "/rechecks/2147483648", "/rechecks/x", "/bulletins/%00%00%00%00", "/bulletins/2020Q2?printed=x",
    "/nights?kind=x", f"/outlets?text={'x' * 101}",
]  # fmt: skip


@pytest.mark.parametrize("path", BROKEN)
def test_bad_input_is_refused_in_a_sentence(office_web: Web, path: str) -> None:
    client_for, office = office_web
    found = client_for(None).get(f"{API}{path}", headers=bearer(token_for(office, Role.OFFICE)))
    assert found.status_code == 422
    assert list(found.json()) == ["detail"]
    assert isinstance(found.json()["detail"], str)


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"outlet": 5}', '{"outlet": ""}', '{"outlet": "a\\u0000"}', '{"outlet": "\\ud800"}', '{"outlet": "a", "more": 1}'])  # fmt: skip
def test_a_bad_body_is_refused_in_a_sentence(office_web: Web, body: str) -> None:
    client_for, office = office_web
    own = {**bearer(token_for(office, Role.OFFICE)), "Content-Type": "application/json"}
    found = client_for(None).post(f"{API}/rechecks", content=body, headers=own)
    assert found.status_code == 422
    assert isinstance(found.json()["detail"], str)


def test_an_unknown_place_answers_json(office_web: Web) -> None:
    client_for, _ = office_web
    found = client_for(None).get(f"{API}/nowhere")
    assert (found.status_code, found.json()) == (404, {"detail": "没有这一页"})
    assert client_for(None).delete(f"{API}/outlets").status_code == 405


def test_a_frozen_bulletin_and_its_errata_are_told(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.LEADER))
    assert browser.get(f"{API}/bulletins", headers=own).json() == {"total": 0, "rows": []}
    period = Period.parse("2020-06")
    freeze(office, draft(office, period, NOW, edition=Edition(force=True)).bulletin, NOW, by="测试")
    correct(office, period, subject="卫健局", text="条数更正", by="测试", now=NOW)
    listed = browser.get(f"{API}/bulletins", headers=own).json()["rows"]
    assert [(one["period"], one["printed"], one["errata"]) for one in listed] == [
        ("2020-06", "2020-07-20", 1)
    ]
    one = browser.get(f"{API}/bulletins/2020-06", headers=own).json()
    assert one["figures"]["groups"].keys() == {"镇街", "区直部门"}
    assert one["errata"][0]["text"] == "条数更正"
    for path in ("2020-05", "2020Q9", "2020-06?printed=2020-07-19"):
        assert browser.get(f"{API}/bulletins/{path}", headers=own).status_code == 404


def test_health_and_nights_are_for_those_who_run_it(office_web: Web) -> None:
    client_for, office = office_web
    browser, own = client_for(None), bearer(token_for(office, Role.AUDITOR))
    health = browser.get(f"{API}/health", headers=own).json()
    assert health["disk_free"] > 0
    assert health["status"] == "ok"
    nights = browser.get(f"{API}/nights", headers=own).json()
    assert [row["looked"] for row in nights["rows"]] == [8, 8, 8]


def test_the_description_has_the_same_shape_in_both_languages(office_web: Web) -> None:
    client_for, _ = office_web
    chinese = client_for(None).get(f"{API}/openapi.json").json()
    english = client_for(None).get(f"{API}/openapi.en.json").json()

    def shape(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                k: shape(v) for k, v in node.items() if k not in ("description", "summary", "title")
            }
        return [shape(one) for one in node] if isinstance(node, list) else node

    assert shape(chinese) == shape(english)
    assert "x-en" not in json.dumps(chinese) + json.dumps(english)


def test_every_route_field_and_parameter_is_told_in_both_languages(office_web: Web) -> None:
    client_for, _ = office_web
    for name, han in (("openapi.json", True), ("openapi.en.json", False)):
        made = client_for(None).get(f"{API}/{name}").json()
        told = list(_descriptions(made, ""))
        assert len(told) > 150
        assert [one for one in told if any("一" <= c <= "鿿" for c in one[1]) != han] == []


def _descriptions(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every summary and description in a document, with its place."""
    if isinstance(node, list):
        node = dict(enumerate(node))
    for name, one in node.items() if isinstance(node, dict) else ():
        if name in ("description", "summary") and isinstance(one, str):
            yield place, one
        else:
            yield from _descriptions(one, f"{place}/{name}")


def test_translating_leaves_what_has_no_english() -> None:
    assert in_english({"description": "甲", "deep": [{"x-en": "b", "description": "乙"}]}) == {
        "description": "甲",
        "deep": [{"description": "b"}],
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_readable_description_needs_nothing_from_outside(
    office_web: Web, language: str
) -> None:
    client_for, _ = office_web
    found = client_for(None).get(f"{API}/?lang={language}")
    assert found.status_code == 200
    assert "/api/v1/outlets/{id}/verdicts" in found.text
    assert "VerdictLine" in found.text
    assert 'src="http' not in found.text


def test_a_person_who_must_change_the_password_changes_it_first(office_web: Web) -> None:
    client_for, office = office_web
    with office.engine.begin() as c:
        c.execute(
            update(UserRow).where(UserRow.name == NAMES[Role.OFFICE]).values(must_change=True)
        )
    assert client_for(Role.OFFICE).get(f"{API}/units").status_code == 403
