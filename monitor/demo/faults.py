"""Faults that the sample portal can be given while it runs, and the log of what it was asked."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

STATUSES = {"403": 403, "412": 412, "500": 500, "502": 502, "503": 503}
LIST_FAULTS = ("future", "no_title", "redesign")
"""Faults inside an otherwise healthy list page: a date in 2099, an empty title, cards without
dates."""

KINDS = (
    *STATUSES,
    "captcha",
    "empty",
    "challenge",
    "login",
    "stopped",
    "cut",
    "slow",
    "huge",
    "gzip_bomb",
    "redirect_loop",
    "redirect_private",
    "gbk",
    *LIST_FAULTS,
)
HUGE = 50_000_000
"""Bytes of the page that is too large."""
BOMB = 100_000_000
"""Bytes that the gzip bomb unpacks to."""
PRIVATE = "http://10.0.0.1/"


@dataclass(frozen=True, slots=True)
class ServedFault:
    """``kind`` is one of :data:`KINDS`; ``seconds`` is how long ``slow`` waits."""

    kind: str
    prefix: str = "/"
    seconds: float = 60.0


class Faults:
    """What is broken now, for the whole portal or below a path. The longest matching prefix counts.

    ``stopped`` closes the listening socket, so it always means the whole portal; ``on_stop`` and
    ``on_clear`` are how the server hears of it. May be called from any thread.
    """

    def __init__(self) -> None:
        self._faults: dict[str, ServedFault] = {}
        self.on_stop: Callable[[], None] = _nothing
        self.on_clear: Callable[[], None] = _nothing

    def set(self, kind: str, prefix: str = "/", *, seconds: float = 60.0) -> None:
        """Break it. Raises ``ValueError`` for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind}; known: {', '.join(KINDS)}")
        if kind == "stopped":
            self.on_stop()
            return
        self._faults = {**self._faults, prefix: ServedFault(kind, prefix, seconds)}

    def clear(self) -> None:
        """Mend everything; a stopped portal listens again on the same port."""
        self._faults = {}
        self.on_clear()

    def at(self, path: str) -> ServedFault | None:
        """The fault that holds for ``path``."""
        if not self._faults:
            return None
        fitting = [fault for prefix, fault in self._faults.items() if path.startswith(prefix)]
        return max(fitting, key=lambda fault: len(fault.prefix), default=None)


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Hit:
    """One request: ``moment`` in seconds of the monotonic clock, ``conditional`` if it sent a
    validator."""

    moment: float
    path: str
    status: int
    conditional: bool


@dataclass(slots=True)
class Log:
    """What was asked since the last ``clear``, in the order of the answers."""

    hits: list[Hit] = field(default_factory=list)
    in_flight: int = 0
    max_in_flight: int = 0

    def enter(self) -> None:
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def leave(self, hit: Hit) -> None:
        self.in_flight -= 1
        self.hits.append(hit)

    def paths(self) -> Counter[str]:
        """How often each path was asked."""
        return Counter(hit.path for hit in list(self.hits))

    def seconds(self) -> Counter[int]:
        """How many requests each second of the monotonic clock saw."""
        return Counter(int(hit.moment) for hit in list(self.hits))

    def statuses(self) -> Counter[int]:
        """How often each status was answered."""
        return Counter(hit.status for hit in list(self.hits))

    def clear(self) -> None:
        self.hits.clear()
        self.max_in_flight = self.in_flight


@cache
def gzip_bomb(size: int = BOMB) -> bytes:
    """One gzip member of ``size`` zero bytes, made of one compressed block repeated."""
    block = bytes(1_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    times = size // len(block)
    crc = 0
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    tail = packer.flush() + crc.to_bytes(4, "little") + (times * len(block)).to_bytes(4, "little")
    return head + first * times + tail


CAPTCHA = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>访问验证</title></head><body>
<div class="verify"><h2>您的访问过于频繁，请输入验证码后继续访问</h2>
<form action="/_verify" method="post"><img src="/_verify/captcha.png" alt="验证码">
<input name="captcha" placeholder="请输入验证码"><button>提交</button></form></div></body></html>"""

CHALLENGE = """<!DOCTYPE html><html><head><meta charset="utf-8">
<meta id="9DhefwqGPrzGxEp9hPaoag" content="sample" r="m"><script>
$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=10001;$_ts.cd="sample";
document.cookie="acw_sc__v2=sample;path=/";setTimeout(function(){location.reload();},1500);
</script><noscript>请开启JavaScript并刷新该页</noscript></head><body></body></html>"""

LOGIN = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>统一身份认证平台 - 用户登录</title></head><body>
<h2>用户登录</h2><form action="/login" method="post"><label>用户名<input name="username"></label>
<label>密码<input type="password" name="password"></label><button>登录</button></form>
<p>请登录后访问</p></body></html>"""

REFUSED = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{status}</title></head><body>
<h1>{status}</h1><p>{words}</p></body></html>"""

WORDS = {
    403: "您的请求被网站防火墙拦截，禁止访问",
    412: "Precondition Failed",
    500: "服务器内部错误",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
