"""Orders, replies and appeals as Chinese lines for the screen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crawler.walking.copies import PageCopy
from monitor.days.chinese import chinese_moment
from monitor.facts.facts import Shown
from monitor.rectify.appeals import STATE_NAMES as APPEAL_NAMES
from monitor.rectify.appeals import Appeal
from monitor.rectify.orders import STATE_NAMES, Order
from monitor.rectify.overdue import Overdue
from monitor.rectify.replies import RESULT_NAMES, Reply
from monitor.words.plain import clean


def order_line(order: Order, units: Mapping[str, str]) -> str:
    """One order on one line."""
    unit = units.get(order.unit, order.unit)
    again = f"，退回 {order.reopened} 次" if order.reopened else ""
    back = f"，回潮 {order.recurrence} 次" if order.recurrence else ""
    return (
        f"{order.number}　{unit}　{clean(order.name, 40)}　期限 {chinese_moment(order.deadline)}　"
        f"{STATE_NAMES[order.state]}{again}{back}（问题 {order.finding}）"
    )


def order_lines(
    order: Order,
    units: Mapping[str, str],
    replies: Sequence[Reply],
    appeals: Sequence[Appeal],
    copies: Sequence[PageCopy],
    posts: Sequence[Shown],
) -> list[str]:
    """An order with everything that somebody who decides about it must see."""
    return [
        order_line(order, units),
        f"  {clean(order.sentence, 300)}",
        f"  依据：{clean(order.clause, 300)}",
        f"  责任单位：{'、'.join(units.get(unit, unit) for unit in order.units)}　签发：{clean(order.issued_by, 40)}，"
        f"{chinese_moment(order.issued)}"
        + (f"　说明：{clean(order.note, 200)}" if order.note else ""),
        *_replies(replies),
        *proof_lines(copies, posts),
        *appeal_lines(appeals),
    ]


def _replies(replies: Iterable[Reply]) -> Iterator[str]:
    for one in replies:
        yield f"  反馈 {chinese_moment(one.moment)}　{clean(one.who, 40)}：{clean(one.text, 300)}（{RESULT_NAMES[one.result]}）"
        for name, sha256 in one.files:
            yield f"    附件：{clean(name, 80)}　SHA-256 {sha256}"


def proof_lines(copies: Iterable[PageCopy], posts: Iterable[Shown]) -> Iterator[str]:
    """The frozen pages and the dates as printed on them."""
    for page in copies:
        sound = "" if page.sound else "【与校验值不符】"
        yield (
            f"  网页存档{sound}：{chinese_moment(page.moment)}至{chinese_moment(page.last)}　{clean(page.final_url, 120)}　"
            f"SHA-256 {page.hash}"
        )
    for post in posts:
        others = "、".join(f"{o.get('raw', '')}（{o.get('place', '')}）" for o in post.others)
        doubt = f"，另见 {clean(others, 120)}" if others else ""
        yield (
            f"  信息：{post.published or '日期不明'}　原文“{clean(post.raw, 60)}”（{post.place}）{doubt}　"
            f"{clean(post.title, 60)}　首见 {chinese_moment(post.first_seen)}"
        )


def appeal_lines(appeals: Iterable[Appeal]) -> Iterator[str]:
    """Appeals with their second look and their decision."""
    for one in appeals:
        yield f"  申诉 {chinese_moment(one.moment)}　{one.unit} {clean(one.who, 40)}：{clean(one.reason, 300)}"
        look = one.second_look.get("visit") if one.second_look else None
        yield f"    第二次查看：{_look(look)}" if look else "    第二次查看：尚未完成"
        if one.decided:
            yield (
                f"    核定 {chinese_moment(one.decided)}　{clean(one.decided_by, 40)}：{APPEAL_NAMES[one.state]}，"
                f"{clean(one.decision, 300)}"
            )
        else:
            yield f"    {APPEAL_NAMES[one.state]}"


def _look(look: Mapping[str, Any]) -> str:
    return f"{look.get('moment', '')}　{look.get('outcome', '')}　最新信息 {look.get('newest') or '无'}"


def overdue_lines(rows: Iterable[Overdue], units: Mapping[str, str]) -> list[str]:
    """The list for 约谈."""
    lines = []
    for row in rows:
        more = f"，退回 {row.reopened} 次" if row.reopened else ""
        more += f"，回潮 {row.recurrences} 次" if row.recurrences else ""
        lines.append(
            f"{units.get(row.unit, row.unit)}：{len(row.orders)} 件逾期，最长 {row.days} 个工作日{more}"
        )
        lines += [f"  {order_line(order, units)}" for order in row.orders]
    return lines or ["没有逾期未办结的整改通知。"]


def unseen_lines(
    orders: Iterable[Order], held: Mapping[int, str], units: Mapping[str, str]
) -> list[str]:
    """Orders past their deadline that are called late by nobody, because no look of the last two
    days bears them out."""
    lines = [
        f"  {order.number}　{units.get(order.unit, order.unit)}　{clean(order.name, 40)}：{held[order.finding_id]}"
        for order in orders
    ]
    return (
        [f"另有 {len(lines)} 件期限已过，近两日没有看清，暂不列为逾期：", *lines] if lines else []
    )
