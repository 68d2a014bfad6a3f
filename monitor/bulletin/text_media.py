"""The second section of the bulletin's text: accounts on the register, idle, blank, and not
registered. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from crawler.reading.media import PAPER_NAMES
from monitor.bulletin.coverage import causes_words
from monitor.bulletin.model import AccountRow, Bulletin
from monitor.bulletin.words import level, units_of
from monitor.days.calendar import chinese_day
from monitor.words import share

IDLE_DAYS = 14


def media(b: Bulletin) -> Iterable[str]:
    """The paragraphs, the rate with its numerators first."""
    yield _rate(b)
    idle = [a for a in b.idle if a in b.registered]
    if idle:
        weeks = "超过2周" if all((a.days or 0) > IDLE_DAYS for a in idle) else "超期"
        yield f"{weeks}未更新的政务新媒体有：{'；'.join(_idle(a) for a in idle)}。"
    blank = [a for a in b.blank_accounts if a in b.registered]
    if blank:
        listed = "；".join(f"{units_of(a.units)}维护的{_name(a.platform, a.name)}" for a in blank)
        yield f"内容空白的政务新媒体有：{listed}。"
    yield from _unregistered(b)


def platform_split(rows: Sequence[AccountRow]) -> str:
    """``微信公众号9个、新浪微博2个``, the most frequent first."""
    found = Counter(PAPER_NAMES.get(row.platform, row.platform) for row in rows)
    return "、".join(f"{name}{count}个" for name, count in found.most_common())


def _rate(b: Bulletin) -> str:
    on, bad = b.registered, {a.outlet for a in (*b.idle, *b.blank_accounts)}
    judged = [a for a in on if a.verdict in ("fresh", "due_soon", "stale", "blank")]
    passed = [a for a in judged if a.outlet not in bad]
    split = f"（{platform_split(on)}）" if on else ""
    text = f"截至{chinese_day(b.check_to)}，我{level(b)}登记在册的{len(on)}个政务新媒体{split}中，"
    found = share(len(passed), len(judged), len(on) - len(judged))
    text += f"检查{found.judged}个，合格{found.good}个" if judged else "没有可据以判定的检查结果"
    text += f"，合格率{found.rate(2)}" if found.rate() else ""
    causes = causes_words(a.cause for a in on if a.verdict == "unknown" and a.cause)
    told = f"（{causes}）" if causes else ""
    text += f"；另有{found.unjudged}个暂无法判定{told}，不计入" if found.unjudged and judged else ""
    return f"{text}（详见附件{len(b.groups) + 1}）。"


def _idle(a: AccountRow) -> str:
    newest = f"（最近一次更新为{chinese_day(a.newest)}，已{a.days}天未更新）" if a.newest else ""
    return f"{units_of(a.units)}维护的{_name(a.platform, a.name)}{newest}"


def _name(platform: str, name: str) -> str:
    return f"{PAPER_NAMES.get(platform, platform)}“{name}”"


def _unregistered(b: Bulletin) -> Iterable[str]:
    listed = [
        f"{units_of(a.units)}的{_name(a.platform, a.name)}{'（内容空白）' if a.verdict == 'blank' else ''}"
        for a in b.unregistered
    ]
    listed += [
        f"{units_of(a.units)}的{_name(a.platform, a.name)}" for a in b.found_accounts if a.sure
    ]
    if listed:
        yield f"未备案的政务新媒体有：{'；'.join(listed)}。请有关单位尽快补办备案，或按规定关停注销。"
