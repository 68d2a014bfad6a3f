"""The answer of ``gengxin read`` in words, for the person who asks why the reader thinks so."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

KIND_NAMES = {"list": "列表页", "article": "文章页", "home": "首页", "other": "其他网页"}
OUTCOME_NAMES = {
    "read": "读到了",
    "unchanged": "没有变化",
    "empty": "是空白栏目",
    "blocked": "被拦截",
    "unreachable": "打不开",
    "unreadable": "没读懂",
}
REASON_NAMES = {
    "captcha": "验证码页",
    "challenge": "脚本质询",
    "waf": "防火墙拦截页",
    "forbidden": "服务器拒绝",
    "too_many_requests": "访问过于频繁",
    "login_wall": "需要登录",
    "soft_404": "页面不存在（状态码却是 200）",
    "not_found": "页面不存在",
    "server_error": "服务器出错",
    "parking": "域名停放页",
    "closed": "网站已关停",
    "moved": "网站已迁移",
    "maintenance": "网站维护中",
    "default_page": "服务器默认页",
    "redirect_stub": "只是一个跳转",
    "frameset": "框架页",
    "empty_body": "网页没有内容",
    "script_page": "内容全由脚本生成",
    "script_list": "列表由脚本生成",
    "not_html": "不是网页",
    "no_list": "没找到列表",
    "no_dates": "没有可信的日期",
}
PLACE_NAMES = {
    "item": "列表文字",
    "attr": "标题属性",
    "url": "网址",
    "comment": "网页注释",
    "script": "网页脚本",
    "meta": "页面标签",
    "label": "页面所印",
    "id": "信息编号",
    "json": "接口数据",
    "feed": "订阅源",
    "manual": "人工登记",
    "htmldate": "正文推断",
}
"""Where of a page a date was found: one word a place for ``read``, ``explain`` and the column's
page."""
SHOWN = 30


def render(answer: Mapping[str, Any]) -> str:
    """``answer`` of :func:`crawler.reader.read_saved` as Chinese lines; text from the page is made
    harmless."""
    lines = [*_head(answer)]
    if answer["article"]:
        lines += _article(answer["article"])
    posts = answer["posts"]
    if posts:
        lines.append(f"信息 {len(posts)} 条：")
        lines += [
            f"  {post['date'] or '无日期    '}  {_clean(post['title'])}  ［{_proof(post['proof'])}］"
            for post in posts[:SHOWN]
        ]
        lines += [f"  ……另有 {len(posts) - SHOWN} 条"] if len(posts) > SHOWN else []
    if answer["next"]:
        lines.append("后续网页：" + "、".join(_clean(url) for url in answer["next"][:3]))
    if answer["refused"]:
        lines.append("没有采信：")
        lines += [
            f"  {_clean(refused['text'])}：{_clean(refused['why'])}"
            for refused in answer["refused"][:SHOWN]
        ]
    return "\n".join(lines)


def _head(answer: Mapping[str, Any]) -> list[str]:
    file = f"{_clean(answer['file'])}：" if "file" in answer else ""
    outcome = OUTCOME_NAMES.get(answer["outcome"], answer["outcome"])
    reason = REASON_NAMES.get(answer["reason"], answer["reason"])
    lines = [
        f"{file}{KIND_NAMES[answer['kind']]}，{outcome}" + (f"：{_clean(reason)}" if reason else "")
    ]
    if answer["family"]:
        lines.append(f"建站系统：{_clean(answer['family'])}")
    if answer["newest"]:
        lines.append(f"最新日期：{answer['newest']}")
    return lines


def _article(article: Mapping[str, Any]) -> list[str]:
    lines = [f"标题：{_clean(article['title'])}"]
    if article["date"]:
        time = f" {article['moment'][11:16]}" if article["moment"] else ""
        lines.append(f"发布日期：{article['date']}{time}  ［{_proof(article['proof'])}］")
    for name, key in (("来源", "origin"), ("栏目", "column")):
        if article[key]:
            lines.append(f"{name}：{_clean(article[key])}")
    return lines


def _proof(proof: str) -> str:
    place, mark, raw = proof.partition(": ")
    return f"{PLACE_NAMES.get(place, place)}：{_clean(raw)}" if mark else "无"


def _clean(text: str) -> str:
    """One line without control characters: what a page prints must not steer a terminal."""
    return "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text)[
        :300
    ]
