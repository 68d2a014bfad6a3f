"""What a look at a file, picture or link says: fine, unknown, or the rule it breaks. Pure; the
sweep fetches and opens."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.checks.documents import Document
from crawler.checks.links import PARKED, TargetSeen, dead, failed, owner_changed, owner_of, to_home
from crawler.checks.pictures import JudgedPicture
from crawler.checks.suspects import Suspect
from crawler.model import Page, shanghai_day
from crawler.reading.markup import decode
from crawler.reading.states import refusal

FINE, UNKNOWN = "fine", "unknown"
TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})</title", re.I)
MISSING = {"attachment": "attachments.missing", "picture": "pictures.missing", "link": "links.dead"}
DEAD_WORDS = {
    "dns": "域名无法解析", "refused": "连接被拒绝", "timeout": "连接超时", "reset": "连接中断", "tls": "加密连接有误", "network": "网络错误",
}  # fmt: skip
REFUSED = ("forbidden_address", "bad_address")


@dataclass(frozen=True, slots=True)
class Judged:
    """``result`` is ``fine``, ``unknown`` or a rule's name; ``failed_on`` the days of failed looks
    in a row, this one's included. ``suspects`` are raised for every post that uses the resource."""

    result: str
    reason: str = ""
    failed_on: tuple[date, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    note: str = ""
    title: str = ""
    owner: str = ""


def reachable(
    kind: str, url: str, text: str, page: Page, failed_before: Sequence[date]
) -> Judged | None:
    """What the fetch alone says, before anything is looked into; ``None`` = the bytes are there to
    be judged.

    A missing resource is one after two looks on different days; a refusal of us (401, 403, 412 …)
    tells nothing.
    """
    if page.error in REFUSED:
        why = (
            "地址指向内网或本机，未访问"
            if page.error == "forbidden_address"
            else "地址格式有误，未访问"
        )
        return Judged(
            "links.refused",
            why,
            suspects=(
                Suspect(
                    "links.refused", place_of(kind, text), url[:300], text, why, "改为公开地址", url
                ),
            ),
        )
    seen = TargetSeen(page.status, page.error or "", page.final_url)
    if failed(seen):
        return missing(kind, url, text, page, failed_before)
    if page.status == 416:
        return None
    if page.error or page.status >= 400 or page.status == 0:
        return Judged(UNKNOWN, page.error or str(page.status), tuple(failed_before))
    return None


def missing(
    kind: str, url: str, text: str, page: Page, failed_before: Sequence[date], soft: bool = False
) -> Judged:
    """A failed look: the second day makes it a suspect."""
    days = tuple(sorted({*failed_before, shanghai_day(page.fetched_at)}))
    why = DEAD_WORDS.get(page.error or "", "") or (
        "页面提示内容不存在" if soft else f"状态码 {page.status}"
    )
    if not dead(TargetSeen(page.status, page.error or "", page.final_url, soft=soft), days):
        return Judged(UNKNOWN, why, days)
    said = f"{days[0]}、{days[-1]} 两次都打不开（{why}）"
    return Judged(
        MISSING[kind],
        why,
        days,
        (Suspect(MISSING[kind], place_of(kind, text), url[:300], text, said, "更换或删除", url),),
    )


def judge_link(
    url: str, text: str, page: Page, failed_before: Sequence[date], approved_owner: str
) -> Judged:
    """A link's target that answered."""
    body = decode(page.body, page.headers)
    found = TITLE.search(body)
    title = " ".join(found[1].split()) if found else ""
    wall = refusal(page, body)
    owner = owner_of(body, title) if wall is None else ""
    rule, why = _link_rule(url, page, body, title, owner, approved_owner)
    if not rule and wall is not None and wall.reason in ("soft_404", "not_found"):
        return missing("link", url, text, page, failed_before, soft=True)
    suspects = (Suspect(rule, "链接", url[:300], text, why, "更换或删除链接", url),) if rule else ()
    return Judged(rule or FINE, why, (), suspects, title=title, owner=owner)


def _link_rule(
    url: str, page: Page, body: str, title: str, owner: str, approved: str
) -> tuple[str, str]:
    if PARKED.search(body[:20_000]):
        return "links.parked", f"页面为域名停放或出售：{title[:60]}"
    if owner_changed(approved, owner):
        return "links.owner", f"原为“{approved[:40]}”，现为“{owner[:40]}”"
    if to_home(url, TargetSeen(page.status, "", page.final_url)):
        return "links.home", f"原地址已转到首页 {page.final_url[:120]}"
    return "", ""


def judge_picture(url: str, text: str, seen: JudgedPicture) -> Judged:
    """A picture as the reading room saw it."""
    if not seen.problem:
        return Judged(FINE)
    rule = f"pictures.{seen.problem}"
    return Judged(
        rule, seen.why, (), (Suspect(rule, "图片", url[:300], text, seen.why, "更换图片", url),)
    )


def judge_document(url: str, text: str, seen: Document) -> Judged:
    """An attachment as the reading room opened it."""
    if not seen.problem:
        return Judged(FINE, note=seen.note)
    rule = f"attachments.{seen.problem}"
    return Judged(
        rule,
        seen.why,
        (),
        (Suspect(rule, place_of("attachment", text), url[:300], text, seen.why, "重新上传", url),),
    )


def place_of(kind: str, text: str) -> str:
    """Where a reader finds it."""
    return f"附件《{text[:60]}》" if kind == "attachment" else {"picture": "图片"}.get(kind, "链接")


def unpacked(page: Page, most: int) -> bytes:
    """The bytes of a resource, of which no more than ``most`` are unpacked where a server packs
    although it was asked not to."""
    packing = page.headers.get("content-encoding", "").strip().lower()
    if packing not in ("gzip", "x-gzip", "deflate"):
        return page.body
    for bits in (47, -15):
        try:
            return zlib.decompressobj(bits).decompress(page.body, most)
        except zlib.error:
            continue
    return page.body
