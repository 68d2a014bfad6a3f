"""Signed links: they expire, open one unit's page only, cannot be made up, and are not used up by
being opened."""

from __future__ import annotations

import logging
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import SHANGHAI
from monitor.record.links import BadToken, Keys, allows, load_keys, sign, signer, unit_of

NOW = datetime(2020, 7, 20, 9, tzinfo=SHANGHAI)
KEYS = Keys((bytes(range(32)),))
TOKEN = sign(KEYS, "jsj", NOW + timedelta(days=30))


def test_a_token_opens_its_unit_again_and_again_until_it_expires() -> None:
    for _ in range(3):  # scanners, previews, the reader
        assert unit_of(KEYS, TOKEN, NOW) == "jsj"
    assert unit_of(KEYS, TOKEN, NOW + timedelta(days=30)) == "jsj"
    with pytest.raises(BadToken, match="已过期"):
        unit_of(KEYS, TOKEN, NOW + timedelta(days=30, seconds=1))
    assert not allows(KEYS, TOKEN, "yjj", NOW)
    assert allows(KEYS, TOKEN, "jsj", NOW)


@given(st.text(max_size=200))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(BadToken, match="不是本系统发出的"):
        unit_of(KEYS, text, NOW)


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_token_with_one_character_changed_opens_nothing_else(place: int, letter: str) -> None:
    other = TOKEN[:place] + letter + TOKEN[place + 1 :]
    try:
        assert unit_of(KEYS, other, NOW) == "jsj"  # the last character of base64 has spare bits
    except BadToken:
        return
    assert place == len(TOKEN) - 1 or other == TOKEN


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64))
def test_any_unit_id_goes_through_an_address_unharmed(unit: str) -> None:
    token = signer(KEYS, NOW, 1)(unit)
    assert unit_of(KEYS, token, NOW) == unit
    assert all(c.isascii() and (c.isalnum() or c in "-_.") for c in token)


def test_the_key_file_is_made_once_for_its_owner_and_keys_can_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "var" / "links.key"
    keys = load_keys(path)
    assert load_keys(path) == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["links.key"]
    token = sign(keys, "jsj", NOW)
    path.write_text("ab" * 32 + "\n" + path.read_text("ascii"), "ascii")
    turned = load_keys(path)
    assert unit_of(turned, token, NOW) == "jsj"
    assert unit_of(turned, sign(turned, "jsj", NOW), NOW) == "jsj"
    with pytest.raises(BadToken):
        unit_of(keys, sign(turned, "jsj", NOW), NOW)


@pytest.mark.parametrize("text", ["", "zz", "ab"])
def test_a_broken_key_file_is_told_and_never_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "links.key"
    path.write_text(text, "ascii")
    with pytest.raises(BadToken, match="不是完整的密钥文件"):
        load_keys(path)
    assert path.read_text("ascii") == text


def test_neither_key_nor_token_is_in_any_text_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert KEYS.keys[0].hex() not in repr(KEYS)
    assert repr(KEYS.keys[0]) not in repr(KEYS)
    with pytest.raises(BadToken) as told:
        unit_of(KEYS, TOKEN + "x", NOW)
    assert TOKEN not in str(told.value)
    assert caplog.text == ""
