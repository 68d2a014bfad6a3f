"""WeChat: articles, albums, and the search that is only a hint. Nothing of them ever convicts an
account."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.accounts.answers import read_answer, read_answers
from crawler.model import SHANGHAI, Evidence, Outcome, Outlet, OutletKind, Page, Probe, Reading
from crawler.platforms import sogou, wechat_album, wechat_article
from crawler.platforms._wechat import biz_number, biz_of
from tests.bench_media import agrees, judged
from tests.conftest import SHARED

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
THEN = datetime(2026, 11, 20, 9, 8, 7, tzinfo=SHANGHAI)
BIZ, OTHER = "Mzk5MDAwMDAwNA==", "Mzk5MDAwMDAwOQ=="
GH = "gh_0123456789ab"
OUTLET = Outlet("a1", OutletKind.ACCOUNT, "示例发布", "wechat", "", ("u1",), handle={"biz": BIZ})
NOBODY = Outlet("a0", OutletKind.ACCOUNT, "示例发布", "wechat", "", ())
ARTICLE = Probe("wechat_article", "https://mp.weixin.qq.com/s/sample")
ALBUM = Probe("wechat_album", None, {"album_id": "3300000000000000001"})
FIXTURES = SHARED / "fixtures" / "new-media"


def page(body: str, *, status: int = 200, final: str = "", error: str | None = None) -> Page:
    url = "https://mp.weixin.qq.com/s/sample"
    return Page(url, final or url, status, {}, body.encode(), NOW, error)


def epoch(moment: datetime = THEN) -> int:
    return int(moment.timestamp())


def article(script: str, body: str = '<div id="js_content">示例</div>') -> str:
    return f'<html><meta property="og:title" content="示例标题" />{body}<script>{script}</script></html>'


def template_0(moment: datetime = THEN, biz: str = BIZ) -> str:
    return (
        f'var biz = "" || "{biz}"; var nickname = htmlDecode("示例&amp;发布"); var user_name = "{GH}";'
        f'var item_show_type = "0"; var ct = "{epoch(moment)}"; var svr_time = "{epoch(NOW)}" * 1;'
    )


def template_window(kind: str) -> str:
    return (
        f"window.biz = '' || '{BIZ}'; window.item_show_type = '{kind}' || ''; window.ct = '{epoch()}' || '';"
        f"window.cgiDataNew = {{user_name: JsDecode('{GH}'), nick_name: JsDecode('\\x26quot;示例\\x26quot;'),"
        f"ori_create_time: '{epoch()}' * 1, svr_time: '{epoch(NOW)}' * 1}};"
    )


def template_data(kind: str) -> str:
    return (
        f"window.cgiDataNew = {{user_name: JsDecode('{GH}'), bizuin: JsDecode('{BIZ}'), svr_time: '{epoch(NOW)}' * 1,"
        f"create_timestamp: '{epoch()}' * 1, ori_send_time: '{epoch()}' * 1, real_item_show_type: '{kind}' * 1}};"
        "var ct = {};"
    )


def template_xml() -> str:
    return (
        f"d.ct = xml ? getXmlValue('ori_create_time.DATA') : '{epoch()}';"
        f"d.biz = xml ? getXmlValue('bizuin.DATA') || getXmlValue('__biz') : '{BIZ}' || '';"
        f"d.user_name = xml ? getXmlValue('user_name.DATA') : '{GH}';"
    )


def read(body: str, outlet: Outlet = OUTLET, **more: Any) -> Reading:
    return wechat_article.read(page(body, **more), outlet, ARTICLE)


@pytest.mark.parametrize(
    ("script", "family"),
    [
        (template_0(), "type0"),
        *((template_window(kind), f"type{kind}") for kind in ("8", "10", "11")),
        *((template_data(kind), f"type{kind}") for kind in ("5", "6", "7", "17")),
        (template_xml(), ""),
    ],
)
def test_every_template_gives_its_second_and_its_account(script: str, family: str) -> None:
    reading = read(article(script))
    assert (reading.outcome, reading.evidence, reading.family) == (
        Outcome.READ,
        Evidence.LOWER_BOUND,
        family,
    )
    assert reading.newest is not None
    assert (reading.newest.moment, reading.newest.place) == (THEN, "script")
    assert (reading.identity["biz"], reading.identity["user_name"]) == (BIZ, GH)


def test_names_are_decoded() -> None:
    assert read(article(template_0())).identity["nick_name"] == "示例&发布"
    assert read(article(template_window("8"))).identity["nick_name"] == '"示例"'


def test_the_articles_own_words_are_neither_time_nor_refusal() -> None:
    words = f'<div id="js_content">var ct = "{epoch(NOW)}"; 该内容已被发布者删除, 环境异常, 完成验证后即可继续访问</div>'
    reading = read(article(template_0(), words))
    assert reading.newest is not None
    assert reading.newest.moment == THEN


def test_the_library_and_advertisement_code_name_no_account() -> None:
    noise = "var biz = null; biz_info: {user_name: 'gh_1e80bb81a1d2', nick_name: '微信广告'}; var ct = {};"
    assert read(article(noise + template_0())).identity["user_name"] == GH


def test_cross_checks_days_apart_mean_a_changed_template() -> None:
    late = f"ori_create_time: '{epoch(THEN - timedelta(days=3))}' * 1,"
    reading = read(article(late + template_0()))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "shape_changed")
    hour = f"ori_create_time: '{epoch(THEN - timedelta(hours=1))}' * 1,"
    post = read(article(hour + template_0())).posts[0]
    assert [other.moment for other in post.others] == [THEN - timedelta(hours=1)]


def test_a_template_without_seconds_gives_the_minute() -> None:
    reading = read(
        article(
            f"window.cgiDataNew = {{bizuin: '{BIZ}', create_time: JsDecode('2026-11-20 09:08')}}"
        )
    )
    assert reading.newest is not None
    assert (reading.newest.moment, reading.newest.why) == (THEN.replace(second=0), "to the minute")


@pytest.mark.parametrize(
    "moment", [NOW + timedelta(minutes=11), datetime(2012, 8, 22, tzinfo=SHANGHAI)]
)
def test_times_that_cannot_be_are_refused(moment: datetime) -> None:
    reading = read(article(template_0(moment)))
    assert (reading.outcome, reading.reason, len(reading.refused)) == (
        Outcome.UNREADABLE,
        "no_dates",
        1,
    )


def test_another_accounts_article_proves_nothing() -> None:
    assert read(article(template_0(biz=OTHER))).reason == "identity_mismatch"
    assert read(article(template_0(biz=OTHER)), NOBODY).outcome is Outcome.READ
    assert read(article(f'var ct = "{epoch()}";')).reason == "identity_unconfirmed"
    named = Outlet(
        "a2", OutletKind.ACCOUNT, "示例", "wechat", "", (), handle={"user_name": "gh_ffffffffffff"}
    )
    assert read(article(template_0()), named).reason == "identity_mismatch"


def msg(words: str) -> str:
    return f'<html><body><div class="weui-msg"><div class="weui-msg__title warn">{words}</div></div></body></html>'


PAGES = [
    ("deleted", msg("该内容已被发布者删除"), "deleted", Outcome.UNREADABLE),
    (
        "deleted en",
        msg("The content has been deleted by the author."),
        "deleted",
        Outcome.UNREADABLE,
    ),
    ("violation", msg("此内容因违规无法查看"), "violation", Outcome.UNREADABLE),
    ("complaint", msg("此内容被投诉且经审核涉嫌侵权，无法查看。"), "violation", Outcome.UNREADABLE),
    (
        "temporary",
        '<div class="mesg-block"><p>该内容暂时无法查看</p></div>',
        "temporarily_unavailable",
        Outcome.UNREADABLE,
    ),
    ("expired", msg("链接已过期"), "expired", Outcome.UNREADABLE),
    ("bad link", msg("参数错误"), "bad_link", Outcome.UNREADABLE),
    (
        "blocked account",
        msg("此帐号已被屏蔽, 内容无法查看"),
        "account_gone_suspected",
        Outcome.UNREADABLE,
    ),
    ("cancelled", msg("此账号已自主注销，内容无法查看"), "cancelled", Outcome.UNREADABLE),
    ("migrated", msg("该公众号已迁移"), "migrated", Outcome.UNREADABLE),
    (
        "moved",
        "<script>var transferTargetLink = 'https://mp.weixin.qq.com/s/x';</script>",
        "migrated",
        Outcome.UNREADABLE,
    ),
    ("migrating", msg("此帐号处于帐号迁移流程中"), "migrating", Outcome.UNREADABLE),
    ("not copied", msg("原账号迁移时未将文章素材同步至新账号"), "migrated", Outcome.UNREADABLE),
    ("captcha", msg("环境异常") + "完成验证后即可继续访问", "captcha", Outcome.BLOCKED),
    ("verify", '<a id="js_verify">去验证</a>', "captcha", Outcome.BLOCKED),
    ("client", msg("请在微信客户端打开链接"), "login_wall", Outcome.BLOCKED),
    (
        "script words",
        "<script>var all = '该内容已被发布者删除';</script>",
        "shape_changed",
        Outcome.UNREADABLE,
    ),
    ("nothing", "", "shape_changed", Outcome.UNREADABLE),
    ("about", "<title>关于公众号</title>", "account_page", Outcome.UNREADABLE),
    ("no time", '<div id="js_content"></div>', "no_dates", Outcome.UNREADABLE),
]


@pytest.mark.parametrize(
    ("body", "reason", "outcome"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES]
)
def test_every_page_in_place_of_an_article_is_named(
    body: str, reason: str, outcome: Outcome
) -> None:
    reading = read(body)
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert (reading.evidence, reading.posts) == (Evidence.NONE, ())


TRANSPORT = [
    ({"status": 0, "error": "timeout"}, Outcome.UNREACHABLE, "network"),
    ({"status": 500}, Outcome.UNREACHABLE, "http_error"),
    ({"status": 403}, Outcome.BLOCKED, "http_error"),
    ({"status": 429}, Outcome.BLOCKED, "rate_limited"),
    ({"status": 302}, Outcome.UNREADABLE, "http_error"),
    (
        {"final": "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x"},
        Outcome.BLOCKED,
        "captcha",
    ),
]


@pytest.mark.parametrize(
    "module", [wechat_article, wechat_album, sogou], ids=lambda module: module.__name__
)
@pytest.mark.parametrize(("more", "outcome", "reason"), TRANSPORT)
def test_transport_refusals_are_the_same_for_every_probe(
    module: Any, more: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    reading = module.read(page("", **more), OUTLET, ALBUM)
    assert (reading.outcome, reading.reason, reading.evidence) == (outcome, reason, Evidence.NONE)


def test_the_stream_may_stop_once_time_and_account_are_known() -> None:
    body = article(template_0()).encode()
    assert wechat_article.enough(body)
    assert not wechat_article.enough(body[: len(body) // 3])


def test_long_addresses_keep_what_identifies_the_article() -> None:
    url = f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=2&sn=ab&chksm=zz&scene=27#rd"
    ask = wechat_article.start(OUTLET, Probe("wechat_article", url))[0]
    assert ask.url == f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=2&sn=ab"


def test_albums_are_found_on_the_article_page() -> None:
    body = article(
        "album_id: JsDecode('4278391120221962241'), link: '/mp/appmsgalbum?action=1&amp;album_id=33000000000000001'"
    )
    assert wechat_article.albums(page(body)) == ("4278391120221962241", "33000000000000001")


@pytest.mark.parametrize(
    "unit", ["<script>", "<script", "<", '<div class="weui-msg__title">', "var ct = ", "xml ? a"]
)
def test_hostile_pages_take_linear_time(unit: str) -> None:
    body = unit * (1_000_000 // len(unit))
    began = time.process_time()
    assert read(body).outcome is not Outcome.READ
    assert time.process_time() - began < 5


def entry(moment: datetime = THEN, biz: str = BIZ) -> dict[str, str]:
    return {
        "create_time": str(epoch(moment)),
        "title": "示例",
        "key": f"{biz_number(biz)}_2247483600_1",
        "url": f"http://mp.weixin.qq.com/s?__biz={biz}&mid=2247483600&idx=1&sn=a#rd",
    }


def album(article_list: Any, **more: Any) -> str:
    inner = {"base_info": {"nickname": "示例发布"}, "continue_flag": "0", **more}
    if article_list is not None:
        inner["article_list"] = article_list
    return json.dumps({"base_resp": {"ret": 0}, "getalbum_resp": inner})


def read_album(body: str, outlet: Outlet = OUTLET) -> Reading:
    return wechat_album.read(page(body), outlet, ALBUM)


def test_both_ends_of_an_album_are_asked() -> None:
    urls = [ask.url for ask in wechat_album.start(OUTLET, ALBUM)]
    assert [url[-19:] for url in urls] == ["is_reverse=0&f=json", "is_reverse=1&f=json"]
    assert all(f"__biz={BIZ}&album_id=3300000000000000001" in url for url in urls)


def test_the_newest_entry_counts_in_any_order() -> None:
    days = [THEN - timedelta(days=at) for at in (5, 0, 9)]
    reading = read_album(album([entry(day) for day in days]))
    assert (reading.evidence, len(reading.posts)) == (Evidence.LOWER_BOUND, 3)
    assert reading.newest is not None
    assert reading.newest.moment == THEN


def test_a_single_entry_comes_as_an_object() -> None:
    assert len(read_album(album(entry())).posts) == 1


def test_an_entry_without_address_is_known_by_its_key() -> None:
    assert read_album(album([entry() | {"url": ""}])).identity["biz"] == BIZ


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        (album(None), Outcome.UNREADABLE, "empty_list"),
        (album([]), Outcome.UNREADABLE, "empty_list"),
        (album([entry(biz=OTHER)]), Outcome.UNREADABLE, "identity_mismatch"),
        (album([entry() | {"url": "", "key": ""}]), Outcome.UNREADABLE, "identity_unconfirmed"),
        (album([entry() | {"create_time": "0"}]), Outcome.UNREADABLE, "no_dates"),
        ('{"base_resp":{"ret":0},"ret":200003}', Outcome.BLOCKED, "login_wall"),
        ('{"base_resp":{"ret":-3,"errmsg":"no session"}}', Outcome.BLOCKED, "login_wall"),
        ('{"base_resp":{"ret":200013}}', Outcome.BLOCKED, "rate_limited"),
        ('{"base_resp":{"ret":-1}}', Outcome.UNREADABLE, "platform_error"),
        ("{}", Outcome.UNREADABLE, "shape_changed"),
        (
            "<html><script>window.cgiData = {ret: '0', articleList: []};</script></html>",
            Outcome.UNREADABLE,
            "empty_list",
        ),
        (
            "<html><script>window.cgiData = {ret: '-6'};</script></html>",
            Outcome.BLOCKED,
            "rate_limited",
        ),
        (msg("环境异常"), Outcome.BLOCKED, "captcha"),
        ("", Outcome.UNREADABLE, "shape_changed"),
    ],
)
def test_every_refusal_of_an_album_is_unknown(body: str, outcome: Outcome, reason: str) -> None:
    reading = read_album(body)
    assert (reading.outcome, reading.reason, reading.evidence) == (outcome, reason, Evidence.NONE)


def test_an_album_with_guests_counts_own_posts_only() -> None:
    reading = read_album(album([entry(NOW, OTHER), entry(NOW, OTHER), entry()]))
    assert (len(reading.posts), reading.identity["biz"]) == (1, BIZ)


def test_an_album_page_is_read_from_its_items_or_its_script() -> None:
    item = (
        f'<li data-msgid="1" data-title="示例" data-link="http://mp.weixin.qq.com/s?__biz={BIZ}&amp;mid=1">'
        f'<span class="js_article_create_time x">{epoch()}</span></li>'
    )
    script = f"<script>window.cgiData = {{ret: '0', nick_name: '示例发布', articleList: [{{title: '示例', create_time: '{epoch()}'}}]}}</script>"
    for body, outlet in (
        (f"<html><ul>{item}</ul>{script}</html>", OUTLET),
        (f"<html>{script}</html>", NOBODY),
    ):
        reading = read_album(body, outlet)
        assert reading.newest is not None
        assert reading.newest.moment == THEN
        assert reading.identity["nick_name"] == "示例发布"


def test_the_spellings_of_an_account_number_are_one() -> None:
    assert (
        biz_of("MP_WXS_3286016687")
        == biz_of("3286016687")
        == biz_of("MzI4NjAxNjY4Nw==")
        == "MzI4NjAxNjY4Nw=="
    )
    assert biz_of("MzI4NjAxNjY4Nw%3D%3D") == "MzI4NjAxNjY4Nw=="
    assert (biz_number("gh_0123456789ab"), biz_number("")) == ("", "")


def account(at: int, name: str, wechat_id: str, moment: datetime | None) -> str:
    latest = (
        f"<a uigs='account_article_{at}' href='/link?url=x'>示例</a><script>timeConvert('{epoch(moment)}')</script>"
        if moment
        else ""
    )
    return (
        f"<li d='openid{at}'><a uigs='account_name_{at}' href='/l'>{name}</a>"
        f"<label name='em_weixinhao'>{wechat_id}</label>{latest}</li>"
    )


SEARCH = f"<ul class='news-list2'>{account(0, '示例发布', 'sample', THEN)}{account(1, '示例发布汇', 'other', NOW)}{account(2, '示例', 'mute', None)}</ul>"


def search(body: str, **handle: str) -> Reading:
    return sogou.read(page(body), NOBODY, Probe("sogou", None, handle))


def test_the_search_engine_is_a_hint_and_no_evidence() -> None:
    reading = search(SEARCH, wechat_id="sample")
    assert (reading.outcome, reading.evidence, reading.reason) == (
        Outcome.READ,
        Evidence.NONE,
        "hint_only",
    )
    assert reading.newest is not None
    assert reading.newest.moment == THEN
    assert len(search(SEARCH).posts) == 2


@pytest.mark.parametrize(
    ("body", "handle", "outcome", "reason"),
    [
        (SEARCH, {"wechat_id": "mute"}, Outcome.UNREADABLE, "empty_list"),
        (SEARCH, {"wechat_id": "nobody"}, Outcome.UNREADABLE, "identity_mismatch"),
        ("<div class='news-box'>暂无相关公众号</div>", {}, Outcome.UNREADABLE, "empty_list"),
        ("<p>请输入验证码</p><img id='seccodeImage'>", {}, Outcome.BLOCKED, "captcha"),
        ("", {}, Outcome.UNREADABLE, "shape_changed"),
    ],
)
def test_the_search_engines_refusals(
    body: str, handle: dict[str, str], outcome: Outcome, reason: str
) -> None:
    reading = search(body, **handle)
    assert (reading.outcome, reading.reason, reading.evidence) == (outcome, reason, Evidence.NONE)


@given(
    st.sampled_from(["weibo", "wechat_article", "wechat_album", "feed", "sogou"]),
    st.binary(max_size=400),
)
def test_no_saved_answer_makes_a_reader_raise(platform: str, body: bytes) -> None:
    answer = read_answer(body, platform=platform, id=BIZ, fetched_at=NOW)
    assert (answer["newest"], answer["evidence"], answer["own_posts"]) == (None, "none", 0)


def test_the_contract_names_its_fields() -> None:
    body = article(template_0()).encode()
    answer = read_answer(body, platform="wechat_article", id=BIZ, fetched_at=NOW)
    identity = {"biz": BIZ, "nick_name": "示例&发布", "user_name": GH}
    assert answer == {
        "platform": "wechat_article",
        "outcome": "read",
        "reason": "",
        "evidence": "lower_bound",
        "newest": "2026-11-20T09:08:07+08:00",
        "own_posts": 1,
        "identity": identity,
    }
    assert read_answer(body, platform="wechat_article")["outcome"] == "read"
    assert read_answer(body, platform="wechat_article", id=OTHER)["reason"] == "identity_mismatch"
    with pytest.raises(KeyError):
        read_answer(body, platform="portal")


def test_a_browsers_copy_of_json_is_read(tmp_path: Any) -> None:
    body = f"<html><head></head><body><pre style='x'>{album([entry()])}</pre></body></html>"
    (tmp_path / "a.html").write_text(body, "utf-8")
    label = {"file": "a.html", "platform": "wechat_album", "id": BIZ, "fetched_at": NOW.isoformat()}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n\n", "utf-8")
    answers = list(read_answers(tmp_path, tmp_path / "labels.jsonl"))
    assert [(answer["file"], answer["own_posts"]) for answer in answers] == [("a.html", 1)]


@pytest.mark.parametrize(
    "line", ["{", '{"file":"no.html","platform":"feed"}', '{"file":"labels.jsonl","platform":"x"}']
)
def test_a_label_that_cannot_be_used_is_refused_with_its_line(tmp_path: Any, line: str) -> None:
    (tmp_path / "labels.jsonl").write_text(line, "utf-8")
    with pytest.raises(ValueError, match=r"labels\.jsonl:1"):
        list(read_answers(tmp_path, tmp_path / "labels.jsonl"))


@pytest.mark.skipif(
    not FIXTURES.exists(), reason="the shared saved answers are not beside this checkout"
)
def test_every_saved_answer_is_read_as_its_label_says() -> None:
    rows = list(judged(FIXTURES))
    assert len(rows) >= 24
    assert [label["file"] for right, label, _ in rows if not right] == []


def test_the_bench_can_tell_wrong_from_right() -> None:
    label = {"newest": "2026-11-20T09:08:07+08:00", "posts": 1}
    answer = {
        "outcome": "read",
        "newest": "2026-11-20T01:08:07+00:00",
        "own_posts": 1,
        "reason": "",
    }
    assert agrees(label, answer)
    assert not agrees(label, answer | {"newest": "2026-11-20T01:08:08+00:00"})
    assert not agrees(label, answer | {"own_posts": 2})
    assert not agrees({"newest": None, "posts": 0}, answer | {"evidence": "lower_bound"})
