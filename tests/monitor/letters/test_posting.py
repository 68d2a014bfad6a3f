"""What became of a letter is told in Chinese, whatever the server said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.letters.outbox import DIED
from monitor.words.posting import posted, reason, told_raw

SENT = datetime(2020, 7, 20, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "answer", "said"),
    [
        ("sent", "250 Message accepted", "已送达邮件服务器（2020-07-20 09:05）"),
        ("sent", "250 2.0.0 Ok: queued as 4F1", "已送达邮件服务器（2020-07-20 09:05）"),
        ("waiting", "451 4.7.1 Greylisted", "上次没有送达：邮件服务器要求稍后再试"),
        ("waiting", "timed out", "上次没有送达：连不上邮件服务器，或连接中断"),
        ("waiting", "", ""),
        ("refused", "550 5.1.1 no such user", "收件地址不存在，或对方拒收"),
        ("failed", "599 who knows", "对方服务器拒绝接收"),
        ("failed", "HTTP 503 upstream", "对方服务器暂时不能接收"),
        ("failed", DIED, DIED),
        ("waiting", "信件已交出，未收到答复：timed out", "上次没有送达：信件已交出，未收到答复"),
    ],
)
def test_the_fate_of_a_letter_in_words(state: str, answer: str, said: str) -> None:
    assert posted(state, SENT, answer) == said


@given(
    st.sampled_from(("sent", "waiting", "failed", "refused")),
    st.text(alphabet=st.characters(max_codepoint=126, min_codepoint=32)),
)
def test_no_foreign_word_comes_through(state: str, answer: str) -> None:
    assert not [one for one in posted(state, None, answer) if one.isascii() and one.isalpha()]


def test_the_offices_letter_keeps_the_servers_words_behind_the_reason() -> None:
    assert told_raw("550 no such user") == f"{reason('550 no such user')}（550 no such user）"
    assert told_raw("收件地址无效") == "收件地址无效"
