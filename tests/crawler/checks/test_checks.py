"""The pure content checks at their boundaries, and on texts that mean them harm."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.checks.attachments import judge_file, kind_of
from crawler.checks.body import find_body
from crawler.checks.days import find_days
from crawler.checks.documents import read_document
from crawler.checks.links import (
    TargetSeen,
    dead,
    failed,
    governmental,
    ours,
    owner_changed,
    owner_of,
    suffix_of,
    to_home,
)
from crawler.checks.page import Office, check_page
from crawler.checks.personal import find_personal, hide, is_card, is_id_number
from crawler.checks.pictures import data_bytes, look_at_picture
from crawler.checks.resources import UNKNOWN, judge_link, reachable
from crawler.checks.rules import RULES, Rule, speaking
from crawler.checks.sensitive import BadList, WordFinder, WordList, read_list
from crawler.checks.suspects import around, masked
from crawler.checks.wording import find_wording
from crawler.model import Outcome, Page
from crawler.reading.markup import tree
from monitor.demo.defect_files import card_number, id_number

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
OFFICE = Office(frozenset({"www.example.gov.cn"}), frozenset(RULES))
URL = "http://www.example.gov.cn/a/t1.htm"


def page(body: bytes, status: int = 200, error: str | None = None, final: str = URL) -> Page:
    return Page(URL, final, status, {"content-type": "text/html; charset=utf-8"}, body, NOW, error)


def html(inside: str, outside: str = "") -> bytes:
    return f'<html><head><title>样例信息的标题在此</title></head><body><div id="zoom">{inside}</div>{outside}</body></html>'.encode()


@pytest.mark.parametrize(
    ("number", "right"),
    [
        (id_number(1), True),
        (id_number(1)[:17] + "?", False),
        (id_number(1, region="160101"), False),
        (id_number(1, region="350000"), False),
        (id_number(1, born="19900231"), False),
        (id_number(1, born="20261123"), True),
        (id_number(1, born="20261124"), False),
        (id_number(1, born="19060101"), True),
        (id_number(1, born="19051231"), False),
        ("1" * 18, False),
    ],
)
def test_an_id_number_needs_region_day_and_check_character(number: str, right: bool) -> None:
    assert is_id_number(number, TODAY) is right


def test_one_changed_digit_breaks_a_card_and_an_id_number() -> None:
    card, number = card_number(7), id_number(7)
    for at in range(len(card)):
        assert not is_card(card[:at] + str((int(card[at]) + 1) % 10) + card[at + 1 :])
    for at in range(17):
        assert not is_id_number(
            number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :], TODAY
        )


@settings(deadline=None)
@given(st.text(alphabet="0123456789Xx身份证号手机卡号账号，。 -", max_size=80))
def test_no_personal_number_leaves_the_check_unmasked(text: str) -> None:
    for suspect in find_personal(text, "正文", TODAY):
        for said in (suspect.quote, suspect.sentence, suspect.key):
            assert not re.search(r"\d{11}", said)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_checks_of_words(text: str) -> None:
    for suspect in [
        *find_wording(text, "正文"),
        *find_days(text, "正文"),
        *find_personal(text, "正文", TODAY),
    ]:
        assert suspect.rule in RULES
        assert suspect.identity


def test_masking_keeps_the_ends_only() -> None:
    assert masked("13800001234") == "138*****234"
    assert hide("号 350199 19900203 1015 完") == "号 350***********1015 完"
    assert hide("电话0591-1234") == "电话0591-1234"


@pytest.mark.parametrize(
    ("host", "right"),
    [
        ("www.fuzhou.gov.cn", True),
        ("gov.cn", True),
        ("例子.政务", True),
        ("www.mygov.cn", False),
        ("gov.cn.example.com", False),
    ],
)
def test_only_government_names_are_governmental(host: str, right: bool) -> None:
    assert governmental(host) is right
    assert ours(host, (), ()) is right


def test_an_allowed_host_stands_for_its_subdomains_and_no_lookalike() -> None:
    assert ours("a.example.com", (), ("example.com",))
    assert not ours("badexample.com", (), ("example.com",))


def test_a_link_is_dead_after_two_days_and_never_by_a_refusal() -> None:
    gone, refused = TargetSeen(404, "", URL), TargetSeen(403, "", URL)
    one, two = [date(2026, 11, 22)], [date(2026, 11, 22), TODAY]
    assert dead(gone, one) is None
    assert dead(gone, two) is True
    assert dead(TargetSeen(0, "dns", URL), two) is True
    assert dead(refused, two) is None
    assert dead(TargetSeen(200, "", URL), two) is False
    assert not failed(refused)
    for word in ("robots", "host_gave_up", "too_large"):
        assert dead(TargetSeen(0, word, URL), two) is None, word


def test_the_same_day_twice_is_one_look() -> None:
    first = reachable("link", URL, "", page(b"", 404), ())
    assert first is not None
    again = reachable("link", URL, "", page(b"", 404), first.failed_on)
    assert again is not None
    assert (again.result, again.failed_on) == (UNKNOWN, (TODAY,))


@pytest.mark.parametrize(
    ("url", "final", "home"),
    [
        ("http://a.gov.cn/x/1.htm", "http://a.gov.cn/", True), ("http://a.gov.cn/x/1.htm", "http://b.com/index.html", True),
        ("http://a.gov.cn/?id=3", "http://a.gov.cn/", True), ("http://a.gov.cn/", "http://a.gov.cn/index.html", False),
        ("http://a.gov.cn/x/1.htm", "http://a.gov.cn/y/1.htm", False), ("http://a.gov.cn/index.jsp", "http://a.gov.cn/", False),
    ],
)  # fmt: skip
def test_a_deep_link_sent_home_is_told(url: str, final: str, home: bool) -> None:
    assert to_home(url, TargetSeen(200, "", final)) is home


def test_an_owner_changed_when_the_record_number_or_every_word_did() -> None:
    assert owner_of("页脚 闽ICP备 12345678号", "标题") == "闽ICP备12345678号"
    assert owner_changed("闽ICP备12345678号", "粤ICP备87654321号")
    assert owner_changed("某某日报社", "棋牌娱乐")
    assert not owner_changed("某某日报社", "某某日报数字版")
    assert not owner_changed("闽ICP备12345678号", "某某日报社"), (
        "a footer that was not found proves nothing"
    )
    assert not owner_changed("", "棋牌娱乐")


def test_suffixes_are_found_in_paths_and_download_scripts() -> None:
    assert suffix_of("http://a.cn/x/%E8%A1%A8.DOCX?v=1") == "docx"
    assert suffix_of("http://a.cn/down.jsp?file=a.pdf&x=1") == "pdf"
    assert suffix_of("http://a.cn/doc/1.htm") == ""


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_checks_of_files(data: bytes) -> None:
    assert kind_of(data)
    judge_file("http://a.cn/a.docx", "表.docx", data)
    read_document(b"PK\x03\x04" + data, "docx")
    read_document(b"%PDF-1.4" + data, "pdf")
    look_at_picture(b"\x89PNG\r\n\x1a\n" + data)
    check_page(page(data), OFFICE)


def test_data_pictures_in_both_spellings() -> None:
    assert data_bytes("data:image/png;base64,iVBORw0KGgo=") == b"\x89PNG\r\n\x1a\n"
    assert data_bytes("data:image/svg+xml,%3Csvg%2F%3E") == b"<svg/>"
    assert data_bytes("data:image/png;base64,@@") is None
    assert data_bytes("/a.png") is None


def test_a_wall_says_nothing_of_the_post() -> None:
    assert check_page(page(b"", 412), OFFICE).suspects == ()
    assert check_page(page(b"", 0, "timeout"), OFFICE).outcome is Outcome.UNREACHABLE


def test_a_body_that_only_seems_to_be_one_never_proves_emptiness() -> None:
    marked = check_page(page(html("", "<p>页脚文字页脚文字页脚文字页脚文字</p>")), OFFICE)
    guessed = check_page(
        page(
            "<html><title>样例标题文字</title><body><div></div><p>页脚文字页脚文字页脚文字</p></body></html>".encode()
        ),
        OFFICE,
    )
    assert "layout.empty" in {s.rule for s in marked.suspects}
    assert "layout.empty" not in {s.rule for s in guessed.suspects}


def test_the_body_is_the_article_and_not_the_frame() -> None:
    root = tree(
        '<body><div class="nav"><a href="/x">导航</a></div><div class="TRS_Editor"><p>正文<a href="b.htm">链接</a></p></div>尾</body>'
    )
    assert root is not None
    body = find_body(root, URL)
    assert (body.certain, body.text) == (True, "正文链接")
    assert [link.url for link in body.links] == ["http://www.example.gov.cn/a/b.htm"]


def test_a_soft_404_counts_as_a_failed_look() -> None:
    body = "<html><head><title>页面不存在</title></head><body>您访问的页面不存在或已被删除</body></html>".encode()
    judged = judge_link(URL, "", page(body), (date(2026, 11, 22),), "")
    assert judged.result == "links.dead"


def test_words_hidden_by_blanks_are_found_and_the_longest_wins() -> None:
    finder = WordFinder(
        [WordList("样例", "1", {"禁用词甲": ("", ""), "禁用词甲乙": ("改", "说明")})]
    )
    assert [s.quote for s in finder.find("有禁 用·词甲 乙在此", "正文")] == ["禁 用·词甲 乙"]
    assert list(WordFinder(()).find("任何文字", "正文")) == []


def test_a_list_is_read_strictly_and_has_a_version() -> None:
    found = read_list("a.txt", "# version: 2026-1\n甲乙\t丙丁\t旧称\n\n戊己\n".encode())
    assert (found.version, found.words) == ("2026-1", {"甲乙": ("丙丁", "旧称"), "戊己": ("", "")})
    assert len(read_list("a.txt", "甲乙\n".encode()).version) == 12
    with pytest.raises(BadList, match="line 2"):
        read_list("a.txt", "甲乙\n丙\n".encode())
    with pytest.raises(BadList, match="UTF-8"):
        read_list("a.txt", "甲乙".encode("gb18030"))


def test_a_rule_below_four_of_five_is_off_unless_turned_on() -> None:
    assert Rule("a.b", "links", "", "", true=7, seen=10).precision() == 0.7
    assert Rule("a.b", "links", "", "", true=1, seen=4).precision() is None
    assert Rule("a.b", "links", "", "", true=3, seen=4).precision(1, 1) == 0.8
    assert "wording.taste" not in speaking()
    assert "wording.taste" in speaking(on=("wording.taste",))
    assert not any(name.startswith("links.") for name in speaking(off=("links",)))


def test_every_rule_has_a_family_a_title_and_its_grounds() -> None:
    for rule in RULES.values():
        assert rule.name.startswith(f"{rule.family}.")
        assert rule.title
        assert rule.basis


def test_the_sentence_is_cut_around_the_quote() -> None:
    text = "前一句。" + "长" * 300 + "词" + "长" * 300 + "。后一句"
    said = around(text, 304, 305)
    assert "词" in said
    assert len(said) < 130
    assert said.startswith("…")
    assert said.endswith("…")


def test_a_title_that_a_list_of_links_cuts_without_a_mark_is_not_unpaired() -> None:
    html = (
        '<div class="TRS_Editor"><p>相关信息如下，供各单位参考，请认真阅读。</p><ul>'
        '<li><a href="/1.htm">民政部关于印发《关于规范基金会</a>05-24</li>'
        '<li><a href="/2.htm">关于公布名单（第一批</a></li>'
        '<li><a href="/3.htm">关于意见的通知（（附目录）</a></li>'
        '<li><a href="/4.htm">关于印发《<></a></li></ul>'
        "<p>请按《关于规范基金会的通知执行。</p></div>"
    )
    url = "http://www.example.gov.cn/a.htm"
    page = Page(
        url,
        url,
        200,
        {},
        f"<html><body>{html}</body></html>".encode(),
        datetime(2026, 11, 23, tzinfo=UTC),
    )
    found = check_page(
        page, Office(frozenset({"www.example.gov.cn"}), frozenset({"wording.unpaired"}))
    ).suspects
    assert sorted(one.sentence[:8] for one in found) == [
        "关于印发《<>",
        "关于意见的通知（",
        "请按《关于规范基",
    ]
