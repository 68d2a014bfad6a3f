"""Proposed columns as YAML for config.yaml: every entry is one line to keep, mend or strike out.

Columns that the catalogue has already are left out; those without an address there, those that
moved and those that the site does not lead to stand as comments, because a person changes the entry
that exists.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from typing import Any

import yaml

from crawler.discovery.proposals import STANDING_NAMES, Findings, ProposedColumn, Standing
from crawler.register.ids import ids_of_urls

HEAD = """\
# 门户栏目建议：{home}
# 由 gengxin discover 提出，须人工核对：逐行核对名称、层级（level）、类别（class）、网址，补上责任单位（units，牵头单位在前），
# 不是栏目的删去，再把留下的各行并入 config.yaml 的 catalogue.columns。本文件不会自动生效。
"""
OUTCOMES = {
    "read": "读到列表",
    "empty": "列表为空",
    "unreadable": "没读懂",
    "blocked": "被拦截",
    "unreachable": "打不开",
}
REASONS = {
    "no_dates": "有标题没有日期",
    "script_list": "列表由脚本生成",
    "not_found": "页面不存在",
    "no_address": "台账没有地址",
}


def columns_yaml(found: Findings, *, taken: Collection[str] = (), site: str = "") -> str:
    """The text of the file. ``taken`` are ids that the catalogue uses; ``site`` is named where it
    is not the first.

    It reads as ``catalogue: {columns: [...]}`` and is accepted by
    :func:`crawler.catalogue.read_catalogue`.
    """
    lines = [HEAD.format(home=visible(found.home)).rstrip("\n")]
    fresh = [one for one in found.columns if one.standing is Standing.NEW]
    ids = proposed_ids(fresh, taken)
    lines += ["catalogue:", "  columns:" if fresh else "  columns: []"]
    for one, id in zip(fresh, ids, strict=True):
        lines += [f"    # {remark(one)}", f"    - {_entry(one, id, site)}"]
    lines += [f"# {line}" for line in _asides(found)]
    return "\n".join(lines) + "\n"


def remark(one: ProposedColumn) -> str:
    """What the page showed, in a few words."""
    said = [outcome_name(one.outcome.value, one.reason)]
    if one.posts:
        said.append(f"首页 {one.posts} 条" + ("，后有续页" if one.more else ""))
    if one.newest:
        said.append(f"最新 {one.newest}")
    said.append(f"类别依据：{one.word or '名称没有提示，按其他'}")
    if one.family not in ("", "generic"):
        said.append(f"建站系统 {one.family}")
    return visible("；".join(said))


def outcome_name(outcome: str, reason: str) -> str:
    name = OUTCOMES.get(outcome, outcome)
    return f"{name}（{REASONS.get(reason, reason)}）" if reason else name


def _entry(one: ProposedColumn, id: str, site: str) -> str:
    values: dict[str, Any] = {
        "id": id,
        "name": visible(one.name),
        "path": visible(one.path),
        "url": one.url,
    }
    values |= {"class": one.cls.value, "level": one.level, "units": []}
    if one.by_script:
        values["render"] = "browser"
    if site:
        values["site"] = site
    return flow(values)


def flow(values: dict[str, Any]) -> str:
    """One mapping on one line, as YAML."""
    text: str = yaml.safe_dump(
        values, default_flow_style=True, allow_unicode=True, sort_keys=False, width=100_000
    )
    return text.strip()


def _asides(found: Findings) -> Iterable[str]:
    for one in found.columns:
        if one.standing in (Standing.ADDRESS, Standing.MOVED):
            name = f"{STANDING_NAMES[one.standing]}：{one.outlet}（{one.name}）"
            yield visible(f"{name} url: {one.url}", 600)
    for gone in found.absent:
        state = (
            outcome_name(gone.outcome.value, gone.reason)
            if gone.outcome
            else REASONS.get(gone.reason, "未查看")
        )
        yield visible(
            f"台账有、站内没有链接指向：{gone.outlet}（{gone.name}）{gone.url}，{state}", 600
        )
    for doubt in found.doubts:
        state = outcome_name(doubt.outcome.value, doubt.reason)
        yield visible(f"看不清，须人工打开：{doubt.name} {doubt.url}，{state}", 600)
    if found.left:
        yield f"还有 {found.left} 个链接没有看（已到网页数上限）：加大 --pages 再查"


def proposed_ids(columns: Iterable[ProposedColumn], taken: Collection[str] = ()) -> list[str]:
    """An id for each column from its address: the last folder, with more of the address where that
    is taken."""
    return ids_of_urls((one.url for one in columns), taken)


def visible(text: str, limit: int = 200) -> str:
    """``text`` as one line of printable characters: crawled text must not break out of a
    comment."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 10 * limit])
    return " ".join(kept.split())[:limit]
