"""Letters: what they say, how long a unit has, and that crawled text does nothing in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.model import SHANGHAI, Unit
from monitor.days.workdays import Calendar, Hours, may_send
from monitor.letters.parts import Matter
from monitor.letters.text import (
    MAX_SHOWN,
    OFFICE,
    News,
    OfficeNews,
    letter,
    letter_key,
    office_letter,
    summary,
)
from monitor.model import Finding, Newest, Value
from monitor.settings.letters import LetterSettings
from monitor.words.plain import clean, safe_link

DAY = date(2020, 7, 20)
UNIT = Unit(
    "jsj", "建设局", "福州市仓山区住房和城乡建设局", "区直部门", emails=("jsj@example.org",)
)
SETTINGS = LetterSettings(
    office="仓山区人民政府办公室",
    contact="政务公开科",
    phone="0591-0000 0000",
    base_url="http://watch.example.org",
)
NEWEST = Newest(
    date(2019, 4, 12),
    "质量监督情况通报",
    "http://portal.example.org/zlaq/t20190412_1.htm",
    "[04-12]",
    "item",
)
FINDING = Finding(
    id=1,
    number="2020-0001",
    rule="column_stale",
    subject="outlet:zlaq",
    period="",
    opened=datetime(2020, 7, 6, 2, tzinfo=SHANGHAI),
    closed=None,
    sentence="项目质量安全监督信息最近一次更新为2019年4月12日，超过1年的更新期限。",
    clause="国办秘函〔2019〕19号 栏目不更新",
    units=("jsj", "yjj"),
    name="项目质量安全监督信息",
    newest=NEWEST,
    due=date(2020, 4, 12),
)
MATTER = Matter(
    FINDING,
    "column",
    "http://portal.example.org/zlaq/",
    datetime(2020, 7, 20, 2, 14, tzinfo=SHANGHAI),
    ("建设局", "应急管理局"),
)


class Tags(HTMLParser):
    """Which elements and addresses a mail program would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


def test_a_letter_says_what_since_when_by_which_clause_with_proof_and_what_to_do() -> None:
    said = letter(UNIT, News([MATTER]), DAY, SETTINGS)
    assert said.subject == "【更新提醒】2020-07-20 建设局：1 项问题"
    assert said.to == ("jsj@example.org",)
    for body in (said.text, said.html):
        for words in (
            "福州市仓山区住房和城乡建设局：",
            "栏目超期未更新",
            FINDING.sentence,
            FINDING.clause,
            "2020年4月12日（周日）",
            "已超期 99 天",
            "2019年4月12日（周五）",
            "质量监督情况通报",
            NEWEST.url,
            "[04-12]",
            "2020年7月20日 02:14",
            "建设局（牵头）、应急管理局",
            "2020年7月6日（周一）",
            "2020年7月27日（周一） 17:30",
            "请尽快发布",
            "0591-0000 0000",
            "http://watch.example.org/units/jsj",
            "2020-0001",
        ):
            assert words in body, words


def test_the_same_findings_make_the_same_letter_whatever_their_order() -> None:
    other = replace(MATTER, finding=replace(FINDING, id=2, number="2020-0002", name="住房保障"))
    forward = letter(UNIT, News([MATTER, other]), DAY, SETTINGS)
    assert forward == letter(UNIT, News([other, MATTER]), DAY, SETTINGS)
    assert forward.text.count("依据：") == 1


def test_findings_are_grouped_by_cause() -> None:
    quota = replace(
        MATTER,
        kind="unit",
        link="",
        looked=None,
        units=("建设局",),
        finding=replace(
            FINDING, id=3, subject="unit:jsj", clause="每月10条", newest=None, due=None
        ),
    )
    blank = replace(
        MATTER, finding=replace(FINDING, id=4, value=Value.BLANK, newest=None, due=None)
    )
    text = letter(UNIT, News([quota, blank, MATTER]), DAY, SETTINGS).text
    places = [
        text.index(title)
        for title in ("一、空白栏目", "二、栏目超期未更新", "三、信息发布数量不足")
    ]
    assert places == sorted(places)
    assert "未发现" not in text, "nothing was not found where no look is told"


def test_the_deadline_counts_working_days_from_the_first_letter_and_never_moves() -> None:
    first = letter(UNIT, News([MATTER]), DAY, SETTINGS)
    told = replace(MATTER, told=DAY)
    last_day = letter(UNIT, News([told]), date(2020, 7, 27), SETTINGS)
    late = letter(UNIT, News([told]), date(2020, 7, 28), SETTINGS)
    for said in (first, last_day, late):
        assert "2020年7月27日（周一） 17:30" in said.text
    assert "再次提醒" not in first.text
    assert "【再次提醒】" in last_day.text
    assert "【逾期】" in late.text
    assert late.subject.endswith("1 项问题（1 项逾期）")


def test_holidays_and_make_up_saturdays_move_the_deadline() -> None:
    settings = SETTINGS.model_copy(
        update={
            "holidays": tuple(date(2020, 10, day) for day in range(1, 9)),
            "workdays": (date(2020, 9, 27), date(2020, 10, 10)),
            "deadline_days": 3,
        }
    )
    said = letter(UNIT, News([MATTER]), date(2020, 9, 29), settings)
    assert "2020年10月10日（周六） 17:30" in said.text


def test_what_came_back_and_what_comes_and_goes_say_so() -> None:
    back = replace(MATTER, finding=replace(FINDING, recurrence=2))
    said = letter(UNIT, News([back]), DAY, SETTINGS)
    for text in (said.text, said.html):
        assert "整改后回潮（第 2 次）" in text
        assert "反复" not in text
    said = letter(
        UNIT, News([replace(MATTER, finding=replace(FINDING, flapping=True))]), DAY, SETTINGS
    )
    for text in (said.text, said.html):
        assert "近期反复出现" in text
        assert "只提醒这一次" in text
        assert "回潮" not in text


@pytest.mark.parametrize(
    ("to", "order", "words"),
    [
        (
            ("教育局",),
            "整改〔2020〕3号",
            "已移交给教育局，不再由你单位整改；整改〔2020〕3号随之终结",
        ),
        (("教育局", "文旅局"), "", "已移交给教育局、文旅局，不再由你单位整改"),
        ((), "", "已不在你单位名下，不再由你单位整改"),
    ],
)
def test_who_lost_a_column_is_told_whose_it_is_now(
    to: tuple[str, ...], order: str, words: str
) -> None:
    said = letter(UNIT, News([], moved=[replace(MATTER, moved_to=to, order=order)]), DAY, SETTINGS)
    assert said.subject == "【移交告知】2020-07-20 建设局：1 项已移交"
    assert words in said.text
    assert "以下问题已随栏目移交" in said.html
    assert "整改期限" not in said.text


def test_a_letter_without_findings_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one finding"):
        letter(UNIT, News([]), DAY, SETTINGS)


def test_our_own_letter_accuses_nobody() -> None:
    ours = replace(
        MATTER, kind="ours", finding=replace(FINDING, ours=True, value=Value.UNKNOWN, units=())
    )
    settings = SETTINGS.model_copy(update={"office_emails": ("office@example.org",)})
    said = office_letter(
        OfficeNews([ours], mute=["审计局"], returned=["建设局 jsj@example.org：550 no such user"]),
        DAY,
        settings,
    )
    assert said.unit == OFFICE
    assert said.to == ("office@example.org",)
    assert said.subject == "【系统待办】2020-07-20 1 项无法判定，1 个单位无邮箱，1 封通知退回"
    for body in (said.text, said.html):
        assert "不对任何单位作出判定" in body
        assert "审计局" in body
        assert "550 no such user" in body
        assert "整改期限" not in body
        assert "逾期" not in body


def test_a_robot_gets_the_day_in_short_and_joint_findings_count_once() -> None:
    late = replace(MATTER, told=date(2020, 7, 1))
    said = summary([("建设局", [MATTER]), ("应急管理局", [late])], DAY, SETTINGS, "_robot-office")
    assert said.subject == "【更新提醒】2020-07-20 2 个单位 1 项问题"
    assert said.text == "建设局：1 项\n应急管理局：1 项（1 项逾期）\n"


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "题目\r\nBcc: everybody@example.org\r\n\r\n<h1>",
    "\u202egnp.exe\u202c\u2066\u200b",
    "{{ 7 * 7 }}{% raw %}",
    "长" * 10_000,
)


@pytest.mark.parametrize("evil", HOSTILE)
def test_crawled_text_does_nothing_in_a_letter(evil: str) -> None:
    newest = replace(NEWEST, title=evil, url=f"javascript:{evil}", raw=evil)
    finding = replace(FINDING, name=evil, sentence=evil, clause=evil, newest=newest, number=evil)
    matter = replace(MATTER, finding=finding, link=f"javascript:{evil}", units=(evil, evil))
    unit = replace(UNIT, short=evil, full=evil)
    said = letter(
        unit, News([matter], moved=[replace(matter, moved_to=(evil,), order=evil)]), DAY, SETTINGS
    )
    plain = Tags(letter(UNIT, News([MATTER], moved=[MATTER]), DAY, SETTINGS).html)
    tags = Tags(said.html)
    assert tags.names <= plain.names
    assert tags.attributes <= plain.attributes
    assert tags.links == {"http://watch.example.org/units/jsj", "tel:0591-00000000"}
    assert len(said.subject) <= 120
    assert len(said.text) < 5_000
    for text in (said.subject, said.text, said.html):
        assert not set(text) & set("\u202e\u202c\u2066\u200b\r")
        assert "49" not in text
    assert "\n" not in said.subject
    assert "\nBcc" not in said.text


def test_a_thousand_findings_stay_one_readable_letter() -> None:
    many = [
        replace(MATTER, finding=replace(FINDING, id=n, number=f"2020-{n:04}"))
        for n in range(1, 301)
    ]
    said = letter(UNIT, News(many), DAY, SETTINGS)
    assert "：300 项问题" in said.subject
    assert f"另有 {300 - MAX_SHOWN} 项未列出" in said.text
    assert "2020-0300" in said.text


@given(st.text())
def test_clean_text_is_one_visible_line_of_limited_length(text: str) -> None:
    line = clean(text, 50)
    assert len(line) <= 50
    assert line == line.strip()
    assert clean(line, 50) == line
    assert all(c == " " or not c.isspace() for c in line)
    assert "\u202e" not in line


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "//example.org/",
        "http:///path",
        "http://www.gov.example.org@evil.example.org/",
        "http://example.org/a b",
        'http://example.org/"onclick="x',
        "http://example.org/\u202egnp",
        "http://example.org/\r\nBcc: x",
        "http://[::1",
        "http://example.org/" + "a" * 2_000,
        "",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert safe_link(url) == ""


def test_a_web_address_stays_as_it_is() -> None:
    for url in (
        "http://example.org/zwgk/t20200101_1.htm?a=1&b=2#x",
        "https://例子.example.org/通知",
    ):
        assert safe_link(url) == url


@given(st.text(min_size=1, max_size=80))
def test_a_key_is_safe_in_a_message_id_whatever_the_unit_is_called(unit: str) -> None:
    key = letter_key(DAY, unit)
    assert key.startswith("20200720-")
    assert len(key) <= 120
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in key)


def test_keys_of_two_units_differ_even_when_one_imitates_the_other() -> None:
    keys = {letter_key(DAY, unit) for unit in ("jsj", "建设局", "jsj ", "JSJ", "x.jsj")}
    assert len(keys) == 5


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_working_days_forward_and_between_agree(day: date, count: int) -> None:
    calendar = Calendar(frozenset({day + timedelta(days=2)}), frozenset({day + timedelta(days=5)}))
    end = calendar.after(day, count)
    assert calendar.works(end)
    assert calendar.between(day, end) == count


def test_quiet_hours_pass_midnight() -> None:
    hours = Hours(time(21), time(7, 30))
    sent = {
        clock: may_send(datetime(2020, 7, 20, *clock, tzinfo=SHANGHAI), hours, Calendar())
        for clock in ((20, 59), (21, 0), (23, 59), (0, 0), (7, 29), (7, 30))
    }
    assert sent == {
        (20, 59): True,
        (21, 0): False,
        (23, 59): False,
        (0, 0): False,
        (7, 29): False,
        (7, 30): True,
    }


def test_without_quiet_hours_letters_always_leave() -> None:
    assert may_send(datetime(2020, 7, 19, 0, 0, tzinfo=SHANGHAI), Hours(), Calendar())


def test_a_weekend_holds_letters_but_a_make_up_saturday_does_not() -> None:
    hours, calendar = Hours(workdays_only=True), Calendar(workdays=frozenset({date(2020, 10, 10)}))
    assert not may_send(datetime(2020, 10, 17, 9, tzinfo=SHANGHAI), hours, calendar)
    assert may_send(datetime(2020, 10, 10, 9, tzinfo=SHANGHAI), hours, calendar)


def test_a_page_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="http or https"):
        LetterSettings(base_url="javascript:alert(1)")


@pytest.mark.parametrize("name", ["quiet_from", "quiet_until", "deadline_time"])
def test_an_hour_without_quotes_is_refused_not_misread(name: str) -> None:
    with pytest.raises(ValidationError, match="in quotes"):
        LetterSettings.model_validate({name: 20 * 60})
    assert getattr(LetterSettings.model_validate({name: "20:00"}), name) == time(20)
