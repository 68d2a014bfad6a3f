"""Each filter of each list: on its form under its label, chosen again after it was asked for, kept
by the page's links, and obeyed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from monitor.access.roles import Role
from monitor.board.filters import Filter, lists, number_of, selection
from monitor.office import Office
from tests.support.web_helpers import NOW, ClientFor

Web = tuple[ClientFor, Office]
VALUES = {"tick": "true", "number": "7", "moment": "2020-07-01T00:00", "text": "样例"}
ON_FORMS = [(at, one) for at, filters in lists().items() for one in filters if one.label]
BOOKS = {"/columns": "/columns.xlsx", "/accounts": "/accounts.xlsx", "/audit": "/audit.xlsx"}


def value_of(office: Office, one: Filter) -> str:
    """Something that may be asked of it: the last of its choices."""
    if one.choices is None:
        return VALUES[one.kind]
    with office.reader.connect() as connection:
        return [*one.choices(connection)][-1] if one.choices(connection) else ""


@pytest.mark.parametrize(("at", "one"), ON_FORMS, ids=[f"{at}-{one.name}" for at, one in ON_FORMS])
def test_a_filter_is_on_the_form_and_is_kept(office_web: Web, at: str, one: Filter) -> None:
    client_for, office = office_web
    browser, value = client_for(Role.ADMINISTRATOR), value_of(office, one)
    answer = browser.get(at, params={one.name: value})
    assert answer.status_code == 200
    form = re.search(r'<form[^>]*class="filters".*?</form>', answer.text, re.S)
    assert form is not None
    field = re.search(rf'<label[^>]*>[^/]*?name="{one.name}".*?</label>', form.group(), re.S)
    assert field is not None
    assert one.label in field.group()
    chosen = {"tick": " checked", "choice": f'value="{value}" selected'}
    assert chosen.get(one.kind, f'value="{value}"') in unescape(field.group()) or not value
    if at in BOOKS:
        assert browser.get(BOOKS[at], params={one.name: value}).status_code == 200


@pytest.mark.parametrize("at", list(lists()))
def test_what_is_asked_for_by_itself_is_not_narrowed(office_web: Web, at: str) -> None:
    browser = office_web[0](Role.ADMINISTRATOR)
    assert ">清除</a>" not in browser.get(at).text
    last = [one.name for one in lists()[at] if one.label][-1]
    assert ">清除</a>" in browser.get(at, params={last: "1"}).text


def test_a_filter_that_no_list_has_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no such filter: colour"):
        selection(lists()["/columns"], {"colour": "red"})


def test_each_condition_is_made_only_of_what_is_asked_for() -> None:
    for filters in lists().values():
        asked = [one for one in filters if one.default]
        assert len(list(selection(filters, {}).conditions(NOW))) == len(asked)


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("0", 0), ("", 0), ("-1", 0), ("²", 0), ("9" * 12, 0)]
)
def test_a_number_in_an_address_is_a_small_whole_one(text: str, number: int) -> None:
    assert number_of(text) == number
