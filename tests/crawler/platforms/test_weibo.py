"""Weibo: the first page read by an anonymous visitor. A refused look is never silence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import SHANGHAI, Evidence, Outcome, Outlet, OutletKind, Page, Probe, Reading
from crawler.platforms import weibo
from crawler.platforms._weibo_dates import ID_EPOCH, id_moment

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
UID = "5900000001"
OUTLET = Outlet("w1", OutletKind.ACCOUNT, "示例发布", "weibo", "", ("u1",), handle={"uid": UID})
AJAX = Probe("weibo")
MOBILE = Probe("weibo", None, {"host": "m.weibo.cn"})
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def mid(moment: datetime, at: int = 7) -> int:
    return ((int(moment.timestamp()) - ID_EPOCH) << 22) + at


def printed(moment: datetime) -> str:
    day = moment.astimezone(SHANGHAI)
    return f"{DAYS[day.weekday()]} {MONTHS[day.month - 1]} {day:%d %H:%M:%S} +0800 {day:%Y}"


def blog(
    moment: datetime, *, uid: str = UID, text: str | None = None, **more: Any
) -> dict[str, Any]:
    number = mid(moment)
    return {
        "created_at": printed(moment) if text is None else text,
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "mblogid": f"x{number}",
        "text_raw": "示例微博",
        "user": {"id": int(uid), "idstr": uid, "screen_name": "示例发布"},
        **more,
    }


def mymblog(*blogs: Mapping[str, Any], since: str = "") -> dict[str, Any]:
    return {"ok": 1, "data": {"since_id": since, "list": list(blogs)}}


def get_index(*blogs: Mapping[str, Any], uid: str = UID, **info: Any) -> dict[str, Any]:
    cards = [{"card_type": 9, "mblog": one} for one in blogs]
    return {
        "ok": 1,
        "data": {"cardlistInfo": {"containerid": f"107603{uid}", **info}, "cards": cards},
    }


def look(
    answer: Any,
    *,
    probe: Probe = AJAX,
    status: int = 200,
    final: str = "",
    error: str | None = None,
) -> Reading:
    body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
    url = weibo.start(OUTLET, probe)[0].url
    return weibo.read(Page(url, final or url, status, {}, body, NOW, error), OUTLET, probe)


def ago(**size: float) -> datetime:
    return NOW - timedelta(**size)


def newest(reading: Reading) -> datetime | None:
    return reading.newest.moment if reading.newest is not None else None


def test_the_newest_own_post_counts_wherever_the_pin_stands() -> None:
    pin = blog(ago(days=90), isTop=1, title={"text": "置顶"})
    reading = look(mymblog(pin, blog(ago(days=2)), blog(ago(days=5))))
    assert (reading.outcome, reading.evidence) == (Outcome.READ, Evidence.COMPLETE)
    assert newest(reading) == ago(days=2)
    assert [post.pinned for post in reading.posts] == [True, False, False]
    assert reading.identity == {"uid": UID, "screen_name": "示例发布"}


@pytest.mark.parametrize(
    "mark",
    [
        {"mblogtype": 2},
        {"isTop": 1},
        {"title": {"text": "置顶"}},
        {"profile_type_id": "proweibotop_1"},
    ],
    ids=lambda mark: next(iter(mark)),
)
def test_each_sign_of_a_pin_is_known(mark: dict[str, Any]) -> None:
    assert look(mymblog(blog(ago(days=9), **mark))).posts[0].pinned


def test_mblogtype_1_is_no_pin() -> None:
    assert not look(mymblog(blog(ago(days=9), mblogtype=1))).posts[0].pinned


def test_a_page_of_pins_alone_clears_and_never_convicts() -> None:
    reading = look(mymblog(blog(ago(days=90), isTop=1), since="4900kp2"))
    assert (reading.evidence, reading.reason) == (Evidence.LOWER_BOUND, "only_pinned")
    assert parse_qs(urlsplit(reading.next[0]).query)["since_id"] == ["4900kp2"]


def test_an_account_whose_only_post_is_pinned_was_read_completely() -> None:
    assert look(mymblog(blog(ago(days=90), isTop=1))).evidence is Evidence.COMPLETE


def test_a_repost_counts_with_its_own_time_or_not_at_all() -> None:
    old = {"created_at": printed(ago(days=900)), "mid": str(mid(ago(days=900)))}
    answer = mymblog(blog(ago(days=1), retweeted_status=old), blog(ago(days=6)))
    assert newest(look(answer)) == ago(days=1)
    assert newest(look(answer, probe=Probe("weibo", None, {"reposts": "skip"}))) == ago(days=6)
    only = mymblog(blog(ago(days=1), retweeted_status=old))
    assert look(only, probe=Probe("weibo", None, {"reposts": "skip"})).reason == "only_reposts"


def test_a_quick_repost_never_counts_and_forbids_to_convict() -> None:
    reading = look(mymblog(blog(ago(days=1), ori_mid="4900000000000001"), blog(ago(days=30))))
    assert newest(reading) == ago(days=30)
    assert (reading.evidence, reading.reason) == (Evidence.LOWER_BOUND, "newer_quick_repost")


def test_posts_of_others_on_the_page_do_not_count() -> None:
    reading = look(
        get_index(blog(ago(hours=1), uid="1000000001"), blog(ago(days=20))), probe=MOBILE
    )
    assert (newest(reading), len(reading.posts)) == (ago(days=20), 1)


def test_cards_inside_groups_are_read_and_twins_counted_once() -> None:
    one, two = blog(ago(days=3)), blog(ago(days=4))
    group = {
        "card_type": 11,
        "card_group": [{"card_type": 9, "mblog": one}, {"card_type": 9, "mblog": two}],
    }
    answer = get_index(one)
    answer["data"]["cards"].append(group)
    assert len(look(answer, probe=MOBILE).posts) == 2
    answer["data"]["cards"] = group | {"card_group": {"card_type": 9, "mblog": one}}
    assert len(look(answer, probe=MOBILE).posts) == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("刚刚", ago(seconds=20)),
        ("30秒前", ago(seconds=35)),
        ("5分钟前", ago(minutes=5, seconds=20)),
        ("15小时前", ago(hours=15, minutes=30)),
        ("今天 08:30", NOW.replace(hour=8, minute=30, second=44)),
        ("昨天 23:59", (NOW - timedelta(days=1)).replace(hour=23, minute=59, second=9)),
        ("11-20", datetime(2026, 11, 20, 13, 1, 2, tzinfo=SHANGHAI)),
        ("12-31", datetime(2025, 12, 31, 23, 1, 2, tzinfo=SHANGHAI)),
        ("2024-02-29", datetime(2024, 2, 29, 1, 2, 3, tzinfo=SHANGHAI)),
        ("24-2-29 01:02", datetime(2024, 2, 29, 1, 2, 3, tzinfo=SHANGHAI)),
    ],
)
def test_partial_dates_get_their_second_from_the_id(text: str, moment: datetime) -> None:
    found = look(get_index(blog(moment, text=text)), probe=MOBILE).newest
    assert found is not None
    assert (found.moment, found.raw, found.place) == (moment, text, "id")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨天 08:30", "2026-11-22"),
        ("3小时前", "2026-11-23"),
        ("12-31", "2025-12-31"),
        ("02-29", None),
    ],
)
def test_without_a_telling_id_the_fetch_gives_day_and_year(text: str, day: str | None) -> None:
    reading = look(
        get_index(blog(NOW, text=text) | {"mid": "99", "idstr": "99", "id": 99}), probe=MOBILE
    )
    found = reading.newest
    assert (found and str(found.day)) == day
    assert reading.outcome is (Outcome.READ if day else Outcome.UNREADABLE)


def test_a_date_that_the_id_contradicts_by_days_means_a_changed_format() -> None:
    reading = look(mymblog(blog(ago(days=40), text=printed(ago(days=2)))))
    assert (reading.outcome, reading.reason, reading.posts) == (
        Outcome.UNREADABLE,
        "shape_changed",
        (),
    )


def test_a_time_after_the_fetch_is_refused_and_the_list_no_longer_complete() -> None:
    reading = look(mymblog(blog(ago(hours=-3)), blog(ago(days=20))))
    assert newest(reading) == ago(days=20)
    assert (reading.evidence, reading.reason) == (Evidence.LOWER_BOUND, "doubtful_date")
    assert look(mymblog(blog(ago(minutes=-9)))).outcome is Outcome.READ


def test_never_posted_is_known_only_from_the_profiles_own_count() -> None:
    answer = get_index()
    answer["data"]["userInfo"] = {"id": int(UID), "screen_name": "示例发布", "statuses_count": 0}
    reading = look(answer, probe=MOBILE)
    assert (reading.outcome, reading.evidence, reading.reason) == (
        Outcome.EMPTY,
        Evidence.COMPLETE,
        "never_posted",
    )
    answer["data"]["userInfo"]["statuses_count"] = 12
    assert look(answer, probe=MOBILE).reason == "empty_list"
    answer["data"]["userInfo"]["statuses_count"] = False
    assert look(answer, probe=MOBILE).outcome is Outcome.UNREADABLE


LOGIN = "https://passport.weibo.com/visitor/visitor?entry=miniblog"
REFUSALS: list[tuple[str, Any, dict[str, Any], Outcome, str]] = [
    ("432", "", {"status": 432}, Outcome.BLOCKED, "http_error"),
    ("418", "", {"status": 418}, Outcome.BLOCKED, "rate_limited"),
    ("429", "", {"status": 429}, Outcome.BLOCKED, "rate_limited"),
    ("403", "", {"status": 403}, Outcome.BLOCKED, "http_error"),
    ("400", "", {"status": 400}, Outcome.BLOCKED, "http_error"),
    ("404", "", {"status": 404}, Outcome.UNREADABLE, "http_error"),
    ("503", "", {"status": 503}, Outcome.UNREACHABLE, "http_error"),
    ("timeout", "", {"status": 0, "error": "timeout"}, Outcome.UNREACHABLE, "network"),
    ("redirect loop", "", {"status": 0, "error": "redirect_loop"}, Outcome.BLOCKED, "http_error"),
    ("passport", "<html></html>", {"final": LOGIN}, Outcome.BLOCKED, "login_wall"),
    (
        "sina login",
        "",
        {"final": "https://login.sina.com.cn/sso/login.php"},
        Outcome.BLOCKED,
        "login_wall",
    ),
    (
        "captcha page",
        "",
        {"final": "https://m.weibo.cn/captcha/show?x"},
        Outcome.BLOCKED,
        "captcha",
    ),
    (
        "ok -100",
        {"ok": -100, "url": "https://weibo.com/login.php?url=x"},
        {},
        Outcome.BLOCKED,
        "login_wall",
    ),
    ("ok -100 403", {"ok": -100, "url": LOGIN}, {"status": 403}, Outcome.BLOCKED, "login_wall"),
    (
        "json captcha",
        {"ok": 0, "url": "https://m.weibo.cn/c/verify"},
        {},
        Outcome.BLOCKED,
        "captcha",
    ),
    (
        "too often",
        {"ok": 0, "errno": "100005", "msg": "请求过于频繁,歇歇吧"},
        {},
        Outcome.BLOCKED,
        "rate_limited",
    ),
    ("20112", {"ok": 0, "error_code": 20112, "message": "x"}, {}, Outcome.BLOCKED, "not_allowed"),
    ("no user", {"ok": 0, "msg": "用户不存在"}, {}, Outcome.UNREADABLE, "account_gone_suspected"),
    (
        "empty",
        {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}},
        {},
        Outcome.UNREADABLE,
        "empty_list",
    ),
    ("ok 1, empty", mymblog(), {}, Outcome.UNREADABLE, "empty_list"),
    ("ok 1, no data", {"ok": 1}, {}, Outcome.UNREADABLE, "shape_changed"),
    ("new shape", {"ok": 1, "data": {"timeline": []}}, {}, Outcome.UNREADABLE, "shape_changed"),
    ("no ok", {"data": {"list": []}}, {}, Outcome.UNREADABLE, "shape_changed"),
    ("html", "<html><body>维护</body></html>", {}, Outcome.UNREADABLE, "shape_changed"),
    ("visitor page", "<title>Sina Visitor System</title>", {}, Outcome.BLOCKED, "login_wall"),
    ("verify page", "<html>请输入验证码</html>", {}, Outcome.BLOCKED, "captcha"),
    ("nothing", "", {}, Outcome.UNREADABLE, "shape_changed"),
    ("array", [], {}, Outcome.UNREADABLE, "shape_changed"),
    ("another", mymblog(blog(NOW, uid="1000000001")), {}, Outcome.UNREADABLE, "identity_mismatch"),
    (
        "other list",
        get_index(blog(NOW), uid="1000000001"),
        {},
        Outcome.UNREADABLE,
        "identity_mismatch",
    ),
    ("nonsense dates", mymblog(blog(NOW, text="某天")), {}, Outcome.UNREADABLE, "no_dates"),
]


@pytest.mark.parametrize("probe", [AJAX, MOBILE], ids=["mymblog", "getIndex"])
@pytest.mark.parametrize(
    ("answer", "more", "outcome", "reason"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_every_refusal_is_unknown_with_its_cause(
    answer: Any, more: dict[str, Any], outcome: Outcome, reason: str, probe: Probe
) -> None:
    reading = look(answer, probe=probe, **more)
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert (reading.evidence, reading.posts, reading.newest) == (Evidence.NONE, (), None)
    assert reading.mark


def test_an_unfollowed_redirect_to_the_passport_is_a_login_wall() -> None:
    page = Page("https://weibo.com/x", "https://weibo.com/x", 302, {"location": LOGIN}, b"", NOW)
    assert weibo.read(page, OUTLET, AJAX).reason == "login_wall"


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_body_makes_the_reader_raise(body: bytes) -> None:
    page = Page("https://weibo.com/x", "https://weibo.com/x", 200, {}, body, NOW)
    assert not weibo.read(page, OUTLET, AJAX).outcome.conclusive


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["list", "cards", "mblog", "user", "id", "created_at", "mid"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_shape_of_data_makes_the_reader_raise_or_accuse(data: Any) -> None:
    reading = look({"ok": 1, "data": data})
    assert reading.evidence is Evidence.NONE


@given(st.integers(1_350_000_000, 2_200_000_000), st.integers(0, 2**22 - 1))
def test_the_id_gives_back_its_second(second: int, low: int) -> None:
    assert id_moment(str(((second - ID_EPOCH) << 22) + low)) == datetime.fromtimestamp(second, UTC)


def test_the_visitors_handshake_is_three_plain_steps() -> None:
    ask = weibo.visitor_ask(AJAX)
    assert (ask.method, ask.url) == ("POST", "https://passport.weibo.com/visitor/genvisitor2")
    assert b"cb=visitor_gray_callback" in ask.body
    data = {"sub": "_2Ab", "subp": "003x", "tid": "t/1="}
    answer = f"window.visitor_gray_callback && visitor_gray_callback({json.dumps({'retcode': 20000000, 'data': data})});"
    page = Page(ask.url, ask.url, 200, {}, answer.encode(), NOW)
    assert weibo.visitor_refusal(page) is None
    assert weibo.visitor_cookies(page) == {"SUB": "_2Ab", "SUBP": "003x"}
    step = weibo.crossdomain_ask(page, AJAX, "0.5")
    assert step is not None
    assert parse_qs(urlsplit(step.url).query)["s"] == ["_2Ab"]
    listed = weibo.with_cookies(
        weibo.start(OUTLET, AJAX)[0], {**weibo.visitor_cookies(page), "XSRF-TOKEN": "k"}
    )
    assert listed.headers["Cookie"] == "SUB=_2Ab; SUBP=003x; XSRF-TOKEN=k"
    assert listed.headers["X-XSRF-TOKEN"] == "k"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, 'cb({"retcode":50111261,"msg":"x"});', "login_wall"),
        (200, 'cb({"retcode":20000000,"data":{"sub":"a; b","subp":"c"}});', "login_wall"),
        (200, "<html></html>", "shape_changed"),
        (418, "", "rate_limited"),
    ],
)
def test_a_failed_handshake_names_its_cause_and_gives_no_cookie(
    status: int, body: str, reason: str
) -> None:
    page = Page(
        "https://passport.weibo.com/x",
        "https://passport.weibo.com/x",
        status,
        {},
        body.encode(),
        NOW,
    )
    refusal = weibo.visitor_refusal(page)
    assert refusal is not None
    assert refusal.reason == reason
    assert weibo.visitor_cookies(page) == {}
    assert weibo.crossdomain_ask(page, AJAX, "0.5") is None


def test_a_probe_pointed_elsewhere_never_asks_the_real_hosts() -> None:
    probe = Probe("weibo", None, {"base": "http://127.0.0.1:9/weibo"})
    urls = [weibo.start(OUTLET, probe)[0].url, weibo.visitor_ask(probe).url]
    assert all(url.startswith("http://127.0.0.1:9/weibo/") for url in urls)


def test_a_probe_without_uid_is_refused_by_name() -> None:
    bare = Outlet("w2", OutletKind.ACCOUNT, "示例", "weibo", "", ())
    with pytest.raises(ValueError, match="w2: weibo probe without uid"):
        weibo.start(bare, AJAX)
