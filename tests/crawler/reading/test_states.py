"""Every page here is written by us, after the wording of many vendors; none is a copy."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from crawler.model import Outcome, Page
from crawler.reading.states import refusal

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "http://portal.example.org/zwgk/tzgg/index.html"
BLOCKED, UNREACHABLE, UNREADABLE = Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.UNREADABLE


def page(
    body: str | bytes = "",
    *,
    status: int = 200,
    final: str = URL,
    headers: Mapping[str, str] | None = None,
    error: str | None = None,
) -> Page:
    data = body.encode() if isinstance(body, str) else body
    return Page(URL, final, status, headers or {"content-type": "text/html"}, data, NOW, error)


def html(body: str, title: str = "", head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def portal(body: str, title: str = "通知公告_示例区人民政府") -> str:
    """A page in a portal's usual frame: navigation, breadcrumb, footer."""
    names = [
        "首页",
        "政务公开",
        "政务服务",
        "互动交流",
        "走进示例",
        "领导之窗",
        "机构职能",
        "政策文件",
        "通知公告",
        "工作动态",
        "财政信息",
        "人事信息",
    ]
    nav = "".join(f'<li><a href="/{i}/">{name}</a></li>' for i, name in enumerate(names))
    friends = "".join(f'<a href="http://f{i}.example.org/">友情链接{i}</a>' for i in range(8))
    return html(
        f"<ul>{nav}</ul><p>您的位置：<a href='/'>首页</a> > 通知公告</p>{body}"
        f"<div>{friends}<p>主办：示例区人民政府办公室 政府网站标识码：0000000000 联系电话：0000-0000000</p></div>",
        title,
    )


def post_list(titles: list[str]) -> str:
    rows = (
        f'<li><a href="/t202611{i + 1:02d}_{i}.html">{t}</a><span>2026-11-{i + 1:02d}</span></li>'
        for i, t in enumerate(titles)
    )
    return f"<ul>{''.join(rows)}</ul>"


RS_SCRIPT = (
    "<meta id='9DhefwqGPrzG' content='{abc' r='m'><script r='m'>$_ts=window['$_ts'];"
    "if(!$_ts)$_ts={};$_ts.nsd=51821;</script><script src='/4QbVtADbnLVIc/c.FxJzG50F.js' r='m'></script>"
)
NEW_SHIELD = (
    "<script>var _0x4f2a=['cookie','reload'];(function(a,b){var c=function(d){while(--d){a.push(a.shift())}};"
    "c(++b)}(_0x4f2a,0x1f));</script>"
)
COOKIE_RELOAD = "<script>document.cookie='k='+(7*6)+';path=/';location.reload();</script>"
TOO_FAST = "<h3>您的访问过于频繁，请稍后再试</h3><p>请求ID：5f3e-77aa 时间：2026-11-23 08:00:00</p>"

CASES: list[tuple[str, Page, Outcome, str]] = [
    ("time-out", page(status=0, error="timeout"), UNREACHABLE, "timeout"),
    ("no such host", page(status=0, error="dns"), UNREACHABLE, "dns"),
    ("robots", page(status=0, error="robots"), BLOCKED, "robots"),
    ("too large", page(status=0, error="too_large"), UNREADABLE, "too_large"),
    ("403", page(html("<h1>403 Forbidden</h1><hr>nginx"), status=403), BLOCKED, "waf"),
    ("403 without words", page("", status=403), BLOCKED, "forbidden"),
    ("405 of a firewall", page(html("<p>很抱歉，您的访问被阻断</p>"), status=405), BLOCKED, "waf"),
    ("412 with a script", page(html("", head=RS_SCRIPT), status=412), BLOCKED, "challenge"),
    ("418", page("", status=418), BLOCKED, "forbidden"),
    ("429", page("slow down", status=429), BLOCKED, "too_many_requests"),
    ("432", page("", status=432), BLOCKED, "forbidden"),
    ("401", page("", status=401), BLOCKED, "login_wall"),
    ("404", page(html("nginx"), status=404), UNREACHABLE, "not_found"),
    ("410", page("", status=410), UNREACHABLE, "not_found"),
    ("502", page(html("<h1>502 Bad Gateway</h1>"), status=502), UNREACHABLE, "server_error"),
    ("521 challenge", page(html("", head=COOKIE_RELOAD), status=521), BLOCKED, "challenge"),
    (
        "503 browser check",
        page(html("<p>安全验证，请稍候</p>", "Just a moment..."), status=503),
        BLOCKED,
        "challenge",
    ),
    (
        "301 not followed",
        page("", status=301, headers={"location": "/new/"}),
        UNREADABLE,
        "redirect_stub",
    ),
    ("202 challenge", page(html("", head=RS_SCRIPT), status=202), BLOCKED, "challenge"),
    ("202 without a word", page("", status=202), BLOCKED, "challenge"),
    ("200 challenge", page(html("", head=RS_SCRIPT)), BLOCKED, "challenge"),
    (
        "large challenge",
        page(html("", head=RS_SCRIPT + f"<script>var s='{'A' * 90_000}'</script>")),
        BLOCKED,
        "challenge",
    ),
    ("unknown obfuscated challenge", page(html("", head=NEW_SHIELD)), BLOCKED, "challenge"),
    ("cookie and reload", page(COOKIE_RELOAD), BLOCKED, "challenge"),
    (
        "captcha",
        page(html("<p>请输入验证码后继续访问</p><img src='/c.png'><input name='code'>")),
        BLOCKED,
        "captcha",
    ),
    (
        "slider",
        page(html("<div>向右滑动完成拼图</div><script src='/s.js'></script>", "安全验证")),
        BLOCKED,
        "captcha",
    ),
    (
        "captcha made by script",
        page(
            html("<div id='c'></div><script>new TencentCaptcha('1',function(r){}).show()</script>")
        ),
        BLOCKED,
        "captcha",
    ),
    (
        "human check in English",
        page(html("<p>Verify you are human by completing the action below.</p>")),
        BLOCKED,
        "captcha",
    ),
    (
        "login page",
        page(
            html(
                "<form>用户名<input name='u'> 密码<input type='password'><button>登录</button></form>",
                "用户登录",
            )
        ),
        BLOCKED,
        "login_wall",
    ),
    ("login demanded", page(html("<p>请先登录</p>")), BLOCKED, "login_wall"),
    (
        "redirect to login",
        page(portal(""), final="http://portal.example.org/sso/login?service=x"),
        BLOCKED,
        "login_wall",
    ),
    (
        "login by script",
        page("<script>top.location.href='/cas/login?u=1'</script>"),
        BLOCKED,
        "login_wall",
    ),
    (
        "login page in the portal's frame",
        page(portal("<form><input type='password'></form>", "用户登录-示例区人民政府")),
        BLOCKED,
        "login_wall",
    ),
    ("too fast", page(html(TOO_FAST)), BLOCKED, "waf"),
    (
        "firewall in 200",
        page(html("<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", "网站防火墙")),
        BLOCKED,
        "waf",
    ),
    (
        "firewall in English",
        page(html("<h1>Request blocked</h1><p>Event ID: 7f-22</p>")),
        BLOCKED,
        "waf",
    ),
    (
        "threat words",
        page(html("<p>抱歉，您的访问可能对网站造成威胁，被拦截。事件编号 9</p>")),
        BLOCKED,
        "waf",
    ),
    ("one sentence, no tag", page("访问被拒绝"), BLOCKED, "waf"),
    (
        "soft 404",
        page(html("<h2>抱歉，您访问的页面不存在或已被删除</h2><a href='/'>返回首页</a>")),
        UNREACHABLE,
        "soft_404",
    ),
    ("soft 404 in English", page(html("<h1>404 - Page not found</h1>")), UNREACHABLE, "soft_404"),
    ("soft 404 by title", page(html("<img src='/e.png'>", "404错误")), UNREACHABLE, "soft_404"),
    (
        "soft 404 in the portal's frame",
        page(portal("<div>您所查看的信息不存在，3秒后返回首页</div>", "示例区人民政府")),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "soft 404 beside the latest news",
        page(
            portal(
                "<div><p>抱歉，您要访问的页面不存在！</p></div>"
                + post_list(["防汛公告", "放假通知", "招考公示", "征求意见"]),
                "示例区人民政府",
            )
        ),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "404 title in the frame",
        page(portal("<p>看看别的吧</p>", "404 - 页面未找到")),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "redirect to home",
        page(portal(""), final="http://portal.example.org/"),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "redirect to 404.html",
        page(portal(""), final="http://portal.example.org/404.html"),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "script to an error page",
        page("<script>location.replace('/error/404.htm')</script>"),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "alert",
        page("<script>alert('该栏目不存在！');window.location.href='/';</script>"),
        UNREACHABLE,
        "soft_404",
    ),
    (
        "parking",
        page(html("<h1>该域名正在出售</h1>This domain is for sale")),
        UNREACHABLE,
        "parking",
    ),
    ("no licence", page(html("<p>您访问的网站未备案，暂时无法访问</p>")), UNREACHABLE, "parking"),
    (
        "closed",
        page(html("<p>根据集约化要求，本网站已于2019年6月关停。</p>")),
        UNREACHABLE,
        "closed",
    ),
    ("moved", page(html("<p>我单位网站已迁移至新平台，请访问新网址。</p>")), UNREACHABLE, "moved"),
    ("default page", page(html("<h1>Welcome to nginx!</h1>")), UNREACHABLE, "default_page"),
    (
        "maintenance",
        page(html("<h1>网站正在升级维护中，请稍后访问</h1>")),
        UNREACHABLE,
        "maintenance",
    ),
    (
        "stack trace",
        page(html("<pre>java.lang.NullPointerException at x</pre>")),
        UNREACHABLE,
        "server_error",
    ),
    (
        "cookie written in pieces",
        page(
            "<script>document.cookie=('_')+('_')+('j')+'=1;path=/';location.href=location.pathname+location.search</script>"
        ),
        BLOCKED,
        "challenge",
    ),
    (
        "challenge marked on its tags",
        page(
            html("", head="<meta id='x9' content='zzz' r='m'><script r='m' src='/q/w.js'></script>")
        ),
        BLOCKED,
        "challenge",
    ),
    ("blocked page", page(html("<p>该页面因含有敏感内容被防火墙阻断</p>")), BLOCKED, "waf"),
    ("odd behaviour", page(html("<p>系统检测到您的访问存在异常</p>")), BLOCKED, "waf"),
    ("too often", page(html("<p>您的IP访问次数过多</p>")), BLOCKED, "waf"),
    (
        "rejected",
        page(html("The requested URL was rejected. Please consult with your administrator.")),
        BLOCKED,
        "waf",
    ),
    ("puzzle", page(html("<p>看不清？换一张</p><input name='c'>")), BLOCKED, "captcha"),
    ("404.0", page(html("<h2>HTTP 错误 404.0 - Not Found</h2>")), UNREACHABLE, "soft_404"),
    ("404 and nothing else", page(html("<h1>404</h1>")), UNREACHABLE, "soft_404"),
    ("lost", page(html("<p>哎呀，页面不见了……</p>")), UNREACHABLE, "soft_404"),
    ("withdrawn", page(html("<p>该文档尚未公开或已被撤回</p>")), UNREACHABLE, "soft_404"),
    ("JavaScript wanted", page(html("<p>请开启JavaScript并刷新该页。</p>")), BLOCKED, "challenge"),
    (
        "data that refuses",
        page('{"code":401,"msg":"登录已过期，请重新登录"}'),
        BLOCKED,
        "login_wall",
    ),
    ("empty body", page(""), UNREADABLE, "empty_body"),
    ("blanks", page(" \n\t "), UNREADABLE, "empty_body"),
    ("tags without words", page(html("")), UNREADABLE, "empty_body"),
    (
        "pdf",
        page(b"%PDF-1.7 ...", headers={"content-type": "application/pdf"}),
        UNREADABLE,
        "not_html",
    ),
    ("word called html", page(b"\xd0\xcf\x11\xe0\xa1\xb1"), UNREADABLE, "not_html"),
    (
        "picture",
        page(b"\x89PNG\r\n", headers={"content-type": "image/png"}),
        UNREADABLE,
        "not_html",
    ),
    ("only scripts", page(html("<script src='/a.js'></script>")), UNREADABLE, "script_page"),
]


@pytest.mark.parametrize(
    ("seen", "outcome", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_page_that_is_no_answer_is_told_apart(seen: Page, outcome: Outcome, reason: str) -> None:
    reading = refusal(seen)
    assert reading is not None
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert reading.mark
    assert reading.posts == ()


STUBS = {
    "meta refresh": '<meta http-equiv="Refresh" content="0;URL=./list/">',
    "attributes reversed": "<META content='1; url=list/' http-equiv=refresh>",
    "written by script": '<script>document.write(\'<meta http-equiv="Refresh" content="0;URL=list/" />\');</script>',
    "location": "<script>window.location.href = 'list/';</script>",
    "replace": '<script>location.replace("./list/")</script>',
    "after a while": "<script>setTimeout(function(){self.location='list/'},3000)</script>页面跳转中",
    "variable": "<script>var go='list/';top.location.href=go;</script>",
    "phone or desk": "<script>if(/Mobile/.test(navigator.userAgent)){location='/m/'}else{location='list/'}</script>",
    "on loading": "</head><body onload=\"location.href='list/'\">",
    "commented out first": "<script>\n// location.href='old/';\nlocation.href='list/';\n</script>",
}


@pytest.mark.parametrize("head", STUBS.values(), ids=STUBS.keys())
def test_a_stub_tells_where_the_column_stands(head: str) -> None:
    reading = refusal(page(f"<html><head>{head}</head><body></body></html>"))
    assert reading is not None
    assert (reading.outcome, reading.reason) == (UNREADABLE, "redirect_stub")
    assert reading.next[0] == "http://portal.example.org/zwgk/tzgg/list/"


def test_a_refresh_header_is_a_stub_too() -> None:
    reading = refusal(page(html("请稍等"), headers={"refresh": "0; url=/gg/"}))
    assert reading is not None
    assert reading.next == ("http://portal.example.org/gg/",)


def test_a_frameset_names_its_frames_the_content_before_the_menu() -> None:
    frames = "<frameset cols='20%,80%'><frame src='left.htm'><frame src='main.htm'></frameset>"
    reading = refusal(page(f"<html><head><title>公告</title></head>{frames}</html>"))
    assert reading is not None
    assert (reading.outcome, reading.reason) == (UNREADABLE, "frameset")
    assert [url.rsplit("/", 1)[1] for url in reading.next] == ["main.htm", "left.htm"]


def test_a_status_that_refuses_keeps_the_words_of_the_wall_as_its_mark() -> None:
    reading = refusal(
        page(html("<p>当前访问疑似黑客攻击，已被网站管理员设置为拦截。</p>"), status=403)
    )
    assert reading is not None
    assert reading.mark.startswith("HTTP 403: ")
    assert "拦截" in reading.mark


QUOTING = [
    "关于启用短信验证码登录的通知",
    "您访问的页面不存在怎么办",
    "区政府门户网站迁移公告",
    "关于网站升级维护暂停服务的公告",
    "请勿点击“安全验证”短信链接",
    "关于关停注销政务新媒体的公告",
]
ORDINARY: dict[str, str] = {
    "a list whose titles quote every wall": portal(post_list(QUOTING)),
    "a list whose rows are no links": portal(
        "".join(
            f"<li onclick='go({i})'>您访问的页面不存在怎么办<span>2026-11-{i:02d}</span></li>"
            for i in range(1, 9)
        )
    ),
    "a short list without a frame": html(post_list(QUOTING[:3])),
    "an empty column": portal("<div class='list'><ul></ul></div><p>暂无信息</p>"),
    "nothing found in a search box": portal("<ul></ul><p>没有找到相关信息</p>"),
    "a column on security checks": portal(
        post_list(["安全检查情况通报"]), "安全检查-示例区人民政府"
    ),
    "an empty column on security checks": portal("<ul></ul>", "安全检查-示例区人民政府"),
    "a column called 验证": portal(
        post_list(["产品验证公告", "产品验证结果"]), "验证-示例区人民政府"
    ),
    "a login box in the head of a list": portal(
        "<input type='password'>请输入验证码" + post_list(["公告一", "公告二"])
    ),
    "a refresh that keeps the page up to date": portal(post_list(["公告"])).replace(
        "<head>", '<head><meta http-equiv="refresh" content="300">'
    ),
    "an article on captchas": portal(
        "<h1>谨防验证码诈骗</h1><p>发布时间：2026-11-02 来源：区公安分局</p><p>"
        + "骗子会说您访问的页面不存在，请输入验证码。" * 20
        + "</p>",
        "谨防验证码诈骗-示例区人民政府",
    ),
    "a short notice of maintenance as an article": html(
        "<h1>关于网站升级维护的公告</h1><p>发布时间：2026-11-02 10:00 来源：区政务服务中心</p><p>网站将暂停服务两小时。</p>",
        "关于网站升级维护的公告",
    ),
    "an article whose labels say so": html(
        "<p>本网站域名将于12月关停。</p>",
        "公告",
        '<meta name="PubDate" content="2026-11-02 10:00">',
    ),
    "a hidden hint": portal(
        "<div style='display:none'>您访问的页面不存在</div>" + post_list(["公告"])
    ),
    "a data block": html(
        "<script type='text/xml'><datastore><recordset><record>x</record></recordset></datastore></script>"
    ),
    "an application's empty box": html("<div id='app'></div><script src='/app.8f2.js'></script>"),
    "data": '{"code":0,"rows":[]}',
    "data with rows that quote": '{"rows":[{"title":"关于区门户网站迁移的公告","url":"/a/1.html"}]}',
    "an application's hint for old browsers": html(
        "<div id='app'></div><noscript>请开启JavaScript</noscript>"
    ),
}


@pytest.mark.parametrize("body", ORDINARY.values(), ids=ORDINARY.keys())
def test_a_page_that_only_quotes_such_words_goes_to_the_reader(body: str) -> None:
    assert refusal(page(body)) is None


def test_a_home_page_may_lead_to_itself() -> None:
    home = Page(
        "http://a.example.org",
        "http://www.a.example.org/index.html",
        200,
        {},
        portal("").encode(),
        NOW,
    )
    assert refusal(home) is None


def test_a_column_that_moved_to_a_host_of_its_own_is_looked_at() -> None:
    moved = page(portal(post_list(["公告"])), final="http://zwgk.portal.example.org/")
    assert refusal(moved) is None


def test_a_202_with_a_real_list_is_read() -> None:
    assert refusal(page(portal(post_list(["公告"])), status=202)) is None


def test_a_not_modified_answer_is_the_drivers_business() -> None:
    assert refusal(page("", status=304)) is None


def test_walls_in_gbk_are_seen() -> None:
    assert refusal(page(html("<p>您访问的页面不存在</p>").encode("gbk"))) is not None


LISTED = portal(post_list([f"样例信息第{n}号" for n in range(8)]))


@pytest.mark.parametrize(
    ("script", "leads"),
    [
        ("location.href='/new/'", True),
        ("var a = 1; window.location.replace('/new/')", True),
        ("setTimeout(function(){ top.location = '/new/'; }, 3000)", True),
        ("setTimeout(\"location.href='/new/'\", 3000)", True),
        ("<!--\nlocation='/new/'\n//-->", True),
        ("if (a) location.href='/new/'", False),
        ("if (a) {\n location.href='/new/' }", False),
        ("if (a) { b() } else location='/m/'", False),
        ("function go() { location.href='/new/' }", False),
        ("$(function(){ $('a').click(function(){ location='/new/' }) })", False),
        ("// location.href='/new/'", False),
        ("/* location='/new/' */", False),
        ("var here = location.href;", False),
        (f"location.href='{URL}'", False),
    ],
)
def test_a_list_whose_script_sends_every_browser_on_is_no_list(script: str, leads: bool) -> None:
    reading = refusal(page(LISTED.replace("</head>", f"<script>{script}</script></head>")))
    assert (reading is not None) is leads, reading
    if reading is not None:
        assert (reading.outcome, reading.reason) == (UNREADABLE, "redirect_stub")


def test_fifty_thousand_jumps_under_conditions_are_looked_through_at_once() -> None:
    script = "if (a) location.href='/new/';\n" * 50_000
    assert refusal(page(LISTED.replace("</head>", f"<script>{script}</script></head>"))) is None


@pytest.mark.parametrize("header", ["", "0;url=/new/"])
def test_a_page_that_is_one_open_comment_with_a_refresh_in_it_is_looked_through(
    header: str,
) -> None:
    body = "<!--" * 90 + "<meta http-equiv='refresh' content='0;url=/new/'>" + LISTED
    reading = refusal(page(body, headers={"refresh": header} if header else {}))
    assert (reading is not None) is bool(header), reading
