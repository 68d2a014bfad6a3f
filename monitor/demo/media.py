"""The sample district's platforms on loopback: Weibo, WeChat articles and albums, and a bridge's
feeds.

Formats are the real ones; accounts and titles are samples. Every refusal of the real platforms can
be switched on while the server runs: change ``account.faults``, or ``POST
/switch?account=ID&probe=PROBE&fault=FAULT`` (an empty fault heals, account ``*`` means everybody).
Addresses: ``/visitor``, ``/weibo``, ``/mweibo``, ``/wechat``, ``/bridge``;
:meth:`SampleAccount.probes` gives the chain that asks them. Both Weibo hosts and the bridge answer
at the root too, so that one address can stand for all platforms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.demo import media_pages as pages
from monitor.demo.media_pages import SampleAccount, SamplePost, by_number

__all__ = ["EVERYBODY", "FAULTS", "PROBES", "SampleAccount", "SamplePost", "media_app"]

EVERYBODY = "*"
PROBES = ("visitor", "weibo", "mweibo", "wechat_article", "wechat_album", "feed")
VISITOR = "SampleVisitor"
STATUS = {
    "rate_limited_418": 418,
    "status_432": 432,
    "http_400": 400,
    "http_403": 403,
    "http_404": 404,
    "http_500": 500,
    "http_503": 503,
}
CODES: dict[str, dict[str, Any]] = {
    "ok_minus_100": {"ok": -100, "url": "https://weibo.com/login.php?url=sample"},
    "captcha": {"ok": 0, "errno": "-101", "url": "https://m.weibo.cn/captcha/show?sample=1"},
    "empty": {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}},
    "not_allowed": {"ok": 0, "error_code": 20112, "message": "由于作者隐私设置，你没有权限查看"},
    "gone": {"ok": 0, "error_code": 20003, "message": "用户不存在"},
    "shape_changed": {"ok": 1, "data": {"timeline": []}},
}
FAULTS: dict[str, tuple[str, ...]] = {
    "visitor": (*STATUS, "login_wall", "shape_changed"),
    "weibo": (*STATUS, *CODES, "login_wall", "empty_list", "identity_mismatch"),
    "mweibo": (*STATUS, *CODES, "login_wall", "empty_list", "identity_mismatch"),
    "wechat_article": (
        *STATUS,
        *pages.NOTICES,
        "captcha",
        "captcha_redirect",
        "migrated",
        "shape_changed",
    ),
    "wechat_album": (*STATUS, "captcha", "empty", "login_wall", "rate_limited"),
    "feed": (*STATUS, "empty", "stale", "no_zone", "shape_changed", "identity_mismatch"),
}
"""What each probe can be told to show; names are those that tests and the demonstration use."""


def media_app(accounts: Sequence[SampleAccount], clock: Callable[[], datetime]) -> Starlette:
    """All sample platforms as one application. ``clock`` gives the sample district's aware
    moment."""
    media = _Media(accounts, clock)
    return Starlette(
        routes=[
            Route("/visitor/visitor/genvisitor2", media.visitor, methods=["POST"]),
            Route("/visitor/visitor/visitor", media.crossdomain),
            Route("/visitor/signin", media.signin),
            Route("/weibo/ajax/statuses/mymblog", media.weibo),
            Route("/mweibo/api/container/getIndex", media.mweibo),
            Route("/ajax/statuses/mymblog", media.weibo),
            Route("/api/container/getIndex", media.mweibo),
            Route("/wechat/s/{token}", media.article),
            Route("/wechat/mp/appmsgalbum", media.album),
            Route("/wechat/mp/wappoc_appmsgcaptcha", media.captcha),
            Route("/bridge/feed/{file}", media.feed),
            Route("/feeds/{file}", media.feed),
            Route("/u/{uid}", media.home),
            Route("/mp/profile_ext", media.home),
            Route("/switch", media.switch, methods=["POST"]),
        ]
    )


class _Media:
    """The sample platforms' state: accounts, clock, and the faults shown to everybody."""

    def __init__(self, accounts: Sequence[SampleAccount], clock: Callable[[], datetime]) -> None:
        self.accounts = accounts
        self.clock = clock
        self.faults: dict[str, str] = {}

    def fault(self, probe: str, account: SampleAccount | None) -> str:
        own = account.faults.get(probe, "") if account is not None else ""
        return own or self.faults.get(probe, "")

    async def switch(self, request: Request) -> Response:
        wanted, probe = (
            request.query_params.get("account", ""),
            request.query_params.get("probe", ""),
        )
        fault = request.query_params.get("fault", "")
        account = next((known for known in self.accounts if known.id == wanted), None)
        if (account is None and wanted != EVERYBODY) or (
            fault and fault not in FAULTS.get(probe, ())
        ):
            return JSONResponse(
                {"error": f"no account {wanted} with fault {fault} on {probe}"}, 404
            )
        (self.faults if account is None else account.faults)[probe] = fault
        return JSONResponse({"account": wanted, "probe": probe, "fault": fault})

    async def visitor(self, request: Request) -> Response:
        fault = self.fault("visitor", None)
        if fault in STATUS:
            return Response(status_code=STATUS[fault])
        if fault == "shape_changed":
            return HTMLResponse("<html><body>示例</body></html>")
        refused = fault == "login_wall"
        data = {
            "sub": VISITOR,
            "subp": VISITOR,
            "tid": "sample",
            "new_tid": False,
            "confidence": 95,
        }
        answer = (
            {"retcode": 50111261, "msg": "refused"}
            if refused
            else {"retcode": 20000000, "data": data}
        )
        text = json.dumps(answer)
        callback = "visitor_gray_callback"
        return Response(
            f"window.{callback} && {callback}({text});", media_type="application/javascript"
        )

    async def crossdomain(self, request: Request) -> Response:
        response = Response("")
        response.set_cookie("SUB", request.query_params.get("s", ""))
        response.set_cookie("SUBP", request.query_params.get("sp", ""))
        return response

    async def signin(self, request: Request) -> Response:
        return HTMLResponse(
            "<html><head><title>Sina Visitor System</title></head><body></body></html>"
        )

    async def home(self, request: Request) -> Response:
        """An account's public home, as portals link to it: its name and nothing of its posts."""
        uid, biz = request.path_params.get("uid"), request.query_params.get("__biz")
        named = [known.name for known in self.accounts if known.number == uid or known.biz == biz]
        return (
            HTMLResponse(pages.home(named[0]), 200)
            if named
            else HTMLResponse(pages.notice("页面不存在"), 404)
        )

    async def captcha(self, request: Request) -> Response:
        return HTMLResponse(pages.captcha_page())

    async def weibo(self, request: Request) -> Response:
        return self._list(request, "weibo", request.query_params.get("uid", ""), pages.mymblog)

    async def mweibo(self, request: Request) -> Response:
        return self._list(request, "mweibo", request.query_params.get("value", ""), pages.get_index)

    def _list(
        self,
        request: Request,
        probe: str,
        uid: str,
        page: Callable[[SampleAccount, datetime], dict[str, Any]],
    ) -> Response:
        account = by_number(self.accounts, uid)
        fault = self.fault(probe, account)
        if fault in STATUS or request.cookies.get("SUB") != VISITOR:
            return Response(status_code=STATUS.get(fault, 432))
        if fault == "login_wall":
            return RedirectResponse("/visitor/signin?r=sample", 302)
        if fault in CODES or account is None:
            return JSONResponse(CODES[fault or "empty"])
        if fault == "empty_list":
            return JSONResponse({"ok": 1, "data": {"list": [], "cards": [], "since_id": ""}})
        shown = _another(account) if fault == "identity_mismatch" else account
        return JSONResponse(page(shown, self.clock()))

    async def article(self, request: Request) -> Response:
        token = request.path_params["token"]
        account, post = self._post(token)
        fault = self.fault("wechat_article", account)
        if fault in STATUS:
            return Response(status_code=STATUS[fault])
        if fault == "captcha_redirect":
            return RedirectResponse("/wechat/mp/wappoc_appmsgcaptcha?poc_token=sample", 302)
        if fault == "shape_changed":
            return HTMLResponse("<html><body><div id='app'></div></body></html>")
        special = {"captcha": pages.captcha_page, "migrated": pages.migrated_page}
        if fault in special:
            return HTMLResponse(special[fault]())
        if fault or account is None or post is None:
            return HTMLResponse(pages.notice(pages.NOTICES[fault or "bad_link"]))
        return HTMLResponse(pages.article(account, post))

    def _post(self, token: str) -> tuple[SampleAccount | None, SamplePost | None]:
        now = self.clock()
        for account in self.accounts:
            for post in account.shown(now):
                if account.token(post) == token:
                    return account, post
        return None, None

    async def album(self, request: Request) -> Response:
        wanted = request.query_params.get("album_id", "")
        account = next((known for known in self.accounts if known.album_id == wanted), None)
        fault = self.fault("wechat_album", account)
        if fault in STATUS:
            return Response(status_code=STATUS[fault])
        if fault == "captcha":
            return HTMLResponse(pages.captcha_page())
        if fault in ("login_wall", "rate_limited"):
            ret = {"login_wall": 200003, "rate_limited": 200013}[fault]
            return JSONResponse({"base_resp": {"ret": ret}})
        if fault == "empty" or account is None:
            empty = {"base_info": {}, "continue_flag": "0", "reverse_continue_flag": "1"}
            return JSONResponse({"base_resp": {"ret": 0}, "getalbum_resp": empty})
        newest_first = request.query_params.get("is_reverse") == "1"
        return JSONResponse(pages.album(account, self.clock(), newest_first))

    async def feed(self, request: Request) -> Response:
        number = request.path_params["file"].removeprefix("MP_WXS_").removesuffix(".rss")
        account = by_number(self.accounts, number)
        fault = self.fault("feed", account)
        if account is None or fault in STATUS:
            return Response(status_code=STATUS.get(fault, 400))
        return Response(self._rss(account, fault), media_type="application/rss+xml")

    def _rss(self, account: SampleAccount, fault: str) -> str:
        now = self.clock()
        shown = _another(account) if fault == "identity_mismatch" else account
        if fault == "empty":
            return pages.rss(account, now, now - timedelta(days=36500))
        built = now - timedelta(days=20) if fault == "stale" else now
        text = pages.rss(shown, built, built, zone=fault != "no_zone")
        return text[: len(text) * 2 // 3] if fault == "shape_changed" else text


def _another(account: SampleAccount) -> SampleAccount:
    """What a bridge that mixes accounts up would deliver."""
    return SampleAccount(
        f"{account.id}-other", account.platform, "示例其他账号", "1999999999", account.posts
    )
