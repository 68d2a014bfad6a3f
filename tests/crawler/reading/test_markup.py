from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Page
from crawler.reading.markup import base_url, declared_charset, decode, join, metas, said, tree

CHINESE = "<html><head><title>通知公告</title></head><body>关于开展防汛工作的通知 2026-11-02</body></html>"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def page(url: str = "http://portal.example.org/tzgg/", final: str = "") -> Page:
    return Page(url, final or url, 200, {}, b"", NOW)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_page_without_a_declaration_is_read_by_its_bytes(charset: str) -> None:
    assert decode(CHINESE.encode(charset), {}) == CHINESE


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_bom_is_seen(charset: str) -> None:
    ascii_page = "<html><body><p>" + "text " * 50 + "</body></html>"
    assert decode(ascii_page.encode(charset), {}) == ascii_page


@pytest.mark.parametrize(
    ("real", "declared"), [("gbk", "utf-8"), ("utf-8", "gb2312"), ("gb18030", "iso-8859-1")]
)
def test_a_wrong_declaration_loses_against_the_bytes(real: str, declared: str) -> None:
    text = CHINESE.replace("<head>", f'<head><meta charset="{declared}">')
    assert decode(text.encode(real), {"content-type": f"text/html; charset={declared}"}) == text


def test_utf_8_with_a_character_cut_in_half_stays_utf_8() -> None:
    body = CHINESE.encode().replace("作".encode(), "作".encode()[:2])
    text = decode(body, {"content-type": "text/html; charset=gbk"})
    assert "通知公告" in text
    assert "防汛工" in text


def test_gbk_with_a_broken_byte_stays_gbk() -> None:
    body = CHINESE.encode("gbk").replace("公告".encode("gbk"), "公告".encode("gbk") + b"\xff")
    text = decode(body, {})
    assert "通知公告" in text
    assert "防汛工作的通知" in text


def test_gbk_bytes_that_happen_to_be_valid_utf_8_are_gbk_when_declared() -> None:
    body = '<meta charset="gbk"><p>联通</p>'.encode("gbk")
    assert "联通" in decode(body, {})


def test_big5_is_read_when_declared() -> None:
    text = '<meta charset="big5"><p>關於開展宣傳活動的通知公告</p>'
    assert decode(text.encode("big5"), {}) == text


def test_chinese_far_behind_a_long_ascii_head_is_still_gbk() -> None:
    text = "<!--" + "x" * 200_000 + "-->" + CHINESE
    assert decode(text.encode("gbk"), {}).endswith(CHINESE)


def test_the_page_names_its_charset_before_the_header_does() -> None:
    assert (
        declared_charset(b'<meta charset="gb2312">', {"content-type": "text/html; charset=utf-8"})
        == "gb18030"
    )
    assert declared_charset(b"<p>", {"content-type": "text/html;charset=GBK"}) == "gb18030"
    assert declared_charset(b'<meta charset="no-such-thing">', {}) == ""


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_and_no_header_make_decode_raise(body: bytes, header: str) -> None:
    text = decode(body, {"content-type": header})
    assert isinstance(text, str)
    root = tree(text)
    assert root is None or isinstance(root.tag, str)


@pytest.mark.parametrize("text", ["", "  ", "\x00", "<!-- only a comment", "<?xml version='1.0'?>"])
def test_a_page_without_elements_has_no_tree(text: str) -> None:
    assert tree(text) is None


def test_an_xml_declaration_of_another_charset_does_not_disturb() -> None:
    root = tree('<?xml version="1.0" encoding="gbk"?><html><body><p>通知</p></body></html>')
    assert root is not None
    assert root.text_content() == "通知"


def test_a_list_behind_three_hundred_open_elements_is_still_there() -> None:
    root = tree("<font>" * 300 + "<a href='a.htm'>通知</a>")
    assert root is not None
    assert [a.text for a in root.iter("a")] == ["通知"]


def test_nulls_and_lone_surrogates_do_not_stop_the_parser() -> None:
    root = tree("<p>通\x00知\ud800</p>")
    assert root is not None
    assert root.text_content().startswith("通知")


def test_metas_are_found_by_name_in_any_case_and_order() -> None:
    root = tree(
        '<meta content="2026-11-02 10:00" name="PubDate"><META NAME="pubdate" CONTENT="null">'
        '<meta name="ContentSource"><meta name="ColumnName" content=" 通知公告 "><meta charset="utf-8">'
    )
    assert root is not None
    assert metas(root) == {
        "pubdate": ["2026-11-02 10:00", "null"],
        "contentsource": [""],
        "columnname": ["通知公告"],
    }


def test_a_no_break_space_inside_a_tag_does_not_hide_the_value() -> None:
    root = tree(
        '<meta name="PubDate"\xa0content="2026-11-02 10:00"><meta\u3000name="ColumnName" content="公告">'
    )
    assert root is not None
    assert metas(root)["pubdate"] == ["2026-11-02 10:00"]


def test_what_says_nothing_is_dropped_only_when_asked() -> None:
    assert said(["", "NULL", " undefined", "本站"]) == ["本站"]


def test_links_start_from_the_base_tag_and_else_from_the_final_address() -> None:
    plain, based = tree("<p>x"), tree('<base href="/zwgk/"><p>x')
    assert plain is not None
    assert based is not None
    moved = page(final="http://new.example.org/gg/index.html")
    assert base_url(plain, moved) == "http://new.example.org/gg/index.html"
    assert base_url(based, moved) == "http://new.example.org/zwgk/"


def test_a_broken_address_joins_to_nothing() -> None:
    assert join("http://a.example.org/", "http://[broken") == ""
    assert join("http://a.example.org/b/", " ../c.htm\n") == "http://a.example.org/c.htm"
