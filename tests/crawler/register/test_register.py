"""The register of accounts: cards, contacts, states that keep their dates, and two homes that do
not fight."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crawler.config import BadConfig, CrawlConfig
from crawler.model import (
    AccountCard,
    AccountState,
    Contact,
    ContactRole,
    Outlet,
    OutletKind,
    Site,
    Unit,
)
from crawler.register.account_cards import (
    StateSince,
    cards,
    histories,
    put_card,
    put_states,
    state_on,
)
from crawler.register.catalogue import Catalogue, read_catalogue
from crawler.register.contacts import BadContact, contacts_in, masked, phone_in, without_phones
from crawler.register.enter import sync
from crawler.store.tables import OutletRow
from monitor.facts.facts import gather
from tests.conftest import Store

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PHONE = "13800001234"
ROLE = ContactRole.CONTACT


def account(id: str = "a", **more: Any) -> Outlet:
    return Outlet(
        id, OutletKind.ACCOUNT, f"账号{id}", more.pop("platform", "wechat"), "s", ("u",), **more
    )


def catalogue(*outlets: Outlet, **card_of: AccountCard) -> Catalogue:
    unit, site = Unit("u", "单位", "单位全称", "区直部门"), Site("s", "门户", "http://portal/")
    return Catalogue((unit,), (site,), outlets, card_of)


def entry(**more: Any) -> dict[str, Any]:
    return {
        "catalogue": {
            "units": [{"id": "u", "short": "单位", "full": "单位全称", "group": "区直部门"}],
            "sites": [{"id": "s", "name": "门户", "home": "http://portal.example.org/"}],
            "accounts": [{"id": "a", "name": "账号", "platform": "wechat", "units": ["u"], **more}],
        }
    }


def read(**more: Any) -> Catalogue:
    return read_catalogue(
        entry(**more), Path("config.yaml"), CrawlConfig(contact="office@example.org")
    )


def put(store: Store, found: Catalogue, moment: datetime = NOW) -> Any:
    with store.engine.begin() as connection:
        return sync(connection, found, moment)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        (PHONE, PHONE),
        ("13800001234.0", PHONE),
        ("1.3800001234E+10", PHONE),
        ("138 0000 1234", PHONE),
        ("138-0000-1234", PHONE),
        ("+86 13800001234", PHONE),
        ("１３８００００１２３４", PHONE),
        ("0591-2345678", "0591-2345678"),
        ("1.38E+10", None),
        ("1380000123", None),
        ("138000012345", None),
        ("电话", None),
        ("", None),
    ],
)
def test_a_phone_number_is_read_whatever_excel_made_of_it(text: str, phone: str | None) -> None:
    assert phone_in(text) == phone


@pytest.mark.parametrize(
    ("texts", "people"),
    [
        (["张三、13800001234"], [("张三", PHONE)]),
        (["张三", "13800001234.0"], [("张三", PHONE)]),
        (["姓名：张三\n手机号码：138 0000 1234"], [("张三", PHONE)]),
        (["张三13800001234，李四 13900005678"], [("张三", PHONE), ("李四", "13900005678")]),
        (["张三 13800001234 / 0591-2345678"], [("张三", PHONE), ("张三", "0591-2345678")]),
        (["张三"], [("张三", "")]),
        (["", " "], []),
    ],
)
def test_people_are_read_with_their_numbers(
    texts: list[str], people: list[tuple[str, str]]
) -> None:
    assert [(c.name, c.phone) for c in contacts_in(texts, ROLE)] == people


@pytest.mark.parametrize("text", ["张三 1380000", "1.38E+10", "张三 13800001234567"])
def test_digits_that_are_no_number_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(BadContact) as refusal:
        contacts_in([text], ROLE)
    assert not any(digits in str(refusal.value) for digits in ("1380000", "1.38"))


@given(st.text(alphabet="0123456789 -、张三.eE+：", max_size=60))
def test_no_text_breaks_the_reader_of_people(text: str) -> None:
    try:
        people = contacts_in([text], ROLE)
    except BadContact:
        return
    assert all(not any(letter.isdigit() for letter in person.name) for person in people)


def test_a_phone_number_is_masked_and_never_printed() -> None:
    assert masked(PHONE) == "138****1234"
    assert masked("0591-2345678") == "****5678"
    assert masked("") == ""
    assert without_phones("找张三 138-0000-1234") == "找张三 138****1234"
    assert PHONE not in repr(AccountCard(contacts=(Contact(ROLE, "张三", PHONE),)))


def test_config_yaml_states_the_facts_of_an_account() -> None:
    found = read(
        body="单位办公室",
        review=True,
        contacts=[{"role": "leader", "name": "张三", "phone": PHONE}],
        dates={"registered": date(2019, 5, 1)},
    )
    card = found.cards["a"]
    assert (card.body, card.review) == ("单位办公室", True)
    assert card.contacts == (Contact(ContactRole.LEADER, "张三", PHONE),)
    assert card.dates == {AccountState.REGISTERED: date(2019, 5, 1)}


def test_a_bad_number_is_refused_with_its_place_and_without_its_digits() -> None:
    with pytest.raises(BadConfig, match=r"accounts.0 \(a\).contacts.0.phone") as refusal:
        read(contacts=[{"name": "张三", "phone": "1380000"}])
    assert "1380000" not in str(refusal.value)


def test_an_end_needs_its_state() -> None:
    with pytest.raises(BadConfig, match="write state: closed"):
        read(state="closing", dates={"closed": date(2026, 1, 1)})


def test_a_card_enters_the_store_once_and_changes_with_config_yaml(store: Store) -> None:
    card = AccountCard("办公室", True, (Contact(ROLE, "张三", PHONE),))
    assert "outlet:a" in put(store, catalogue(account(), a=card)).added
    assert put(store, catalogue(account(), a=card)).changed == ()
    assert put(store, catalogue(account(), a=replace(card, review=False))).changed == ("outlet:a",)
    with store.reader.connect() as connection:
        assert cards(connection)["a"].contacts == card.contacts
        assert cards(connection)["a"].review is False


def test_states_keep_the_days_they_began(store: Store) -> None:
    opened = {AccountState.REGISTERED: date(2019, 5, 1)}
    put(store, catalogue(account(), a=AccountCard(dates=opened)))
    put(store, catalogue(account(state=AccountState.CLOSING), a=AccountCard(dates=opened)))
    closed = {**opened, AccountState.CLOSED: date(2026, 11, 20)}
    corrected = {**closed, AccountState.CLOSING: date(2026, 10, 1)}
    put(store, catalogue(account(state=AccountState.CLOSED), a=AccountCard(dates=corrected)))
    with store.reader.connect() as connection:
        history = histories(connection)["a"]
    assert [(one.state.value, one.since) for one in history] == [
        ("registered", date(2019, 5, 1)),
        ("closing", date(2026, 10, 1)),
        ("closed", date(2026, 11, 20)),
    ]


def test_a_past_day_is_judged_in_the_state_of_that_day(store: Store) -> None:
    days = {AccountState.REGISTERED: date(2019, 5, 1), AccountState.CLOSED: date(2026, 11, 20)}
    put(store, catalogue(account(state=AccountState.CLOSED), a=AccountCard(dates=days)))
    with store.reader.connect() as connection:
        states = {
            day: gather(
                connection,
                datetime(2026, 11, day, 4, tzinfo=UTC),
                count=lambda *_: {},
                horizon=date(2026, 1, 1),
            ).outlets[0]
            for day in (19, 20)
        }
    assert states[19].outlet.state is AccountState.REGISTERED
    assert states[20].outlet.state is AccountState.CLOSED
    assert states[20].state_since == date(2026, 11, 20)


def test_an_account_first_known_as_closed_was_still_to_be_closed_before() -> None:
    history = (StateSince(AccountState.CLOSED, TODAY),)
    assert state_on(history, TODAY - timedelta(days=1)) == StateSince(AccountState.CLOSING, TODAY)
    assert state_on((), TODAY) is None


def test_a_workbook_fills_what_config_yaml_leaves_open_and_the_sync_takes_nothing_back(
    store: Store,
) -> None:
    put(store, catalogue(account(platform="other")))
    with store.engine.begin() as connection:
        surveyed = AccountCard("办公室", True, (), {}, "https://weibo.com/u/1234567890", "新浪微博")
        put_card(
            connection,
            "a",
            "workbook",
            surveyed,
            NOW,
            platform="weibo",
            handle={"uid": "1234567890"},
        )
    put(store, catalogue(account(platform="other"), a=AccountCard(review=False)))
    assert (
        put(store, catalogue(account(platform="other"), a=AccountCard(review=False))).changed == ()
    )
    with store.reader.connect() as connection:
        row = connection.execute(select(OutletRow.platform, OutletRow.handle)).one()
        card = cards(connection)["a"]
    assert tuple(row) == ("weibo", {"uid": "1234567890"})
    assert (card.body, card.review, card.printed) == ("办公室", False, "新浪微博")


def test_config_yaml_wins_where_it_speaks(store: Store) -> None:
    put(store, catalogue(account(handle={"biz": "MzA="})))
    with store.engine.begin() as connection:
        put_card(
            connection, "a", "workbook", AccountCard(), NOW, platform="weibo", handle={"uid": "1"}
        )
    put(store, catalogue(account(handle={"biz": "MzA="})))
    with store.reader.connect() as connection:
        assert connection.execute(select(OutletRow.handle)).scalar_one() == {"biz": "MzA="}


def test_the_sync_retires_only_its_own(store: Store) -> None:
    put(store, catalogue(account("a"), account("b")))
    with store.engine.begin() as connection:
        put_card(connection, "b", "workbook", AccountCard("办公室"), NOW)
    assert put(store, catalogue()).retired == ("outlet:a",)
    assert put(store, catalogue()).retired == ()
    with store.reader.connect() as connection:
        rows = connection.execute(
            select(OutletRow.id, OutletRow.kept_in, OutletRow.retired_at)
        ).all()
        assert cards(connection)["b"].body == "办公室"
    kept = {row.id: (row.kept_in, row.retired_at is None) for row in rows}
    assert kept == {"a": ("config", False), "b": ("workbook", True)}


def test_states_of_the_same_kind_may_come_again(store: Store) -> None:
    put(store, catalogue(account()))
    with store.engine.begin() as connection:
        for day, state in enumerate((AccountState.CLOSING, AccountState.REGISTERED), 1):
            put_states(connection, "a", state, {}, NOW + timedelta(days=day))
    with store.reader.connect() as connection:
        history = histories(connection)["a"]
    assert [one.state.value for one in history] == ["registered", "closing", "registered"]
    assert state_on(history, TODAY + timedelta(days=9)) == history[-1]
