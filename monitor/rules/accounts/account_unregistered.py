"""{place}有台账中没有登记的{platform}{name}，请核实是否漏报。

Ours, for a person to decide: an account that the portal links to or shows as a QR code, and that
the register does not know; the page is the proof. So is an account that the register itself calls
unregistered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crawler.model import AccountState, OutletKind
from crawler.reading.media import MEDIA_NAMES
from monitor.model import Facts, OutletFacts, Unlisted, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.plain import clean

NAME = "account_unregistered"
TRAITS = Traits(
    title="疑似未登记账号",
    advice="请核实是否本地单位的账号：是的登记入册，不是的排除。",
)
SENTENCE = sentence_of(__doc__)
CAUSE = "unregistered"
ACCEPTED, DISMISSED = "accepted", "dismissed"


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per account that was seen and per account in the state ``unregistered``."""
    names = {of.unit.id: of.unit.short for of in facts.units}
    for one in facts.unlisted:
        yield _judge(one, names, clause)
    for of in facts.outlets:
        if of.outlet.kind is OutletKind.ACCOUNT and of.outlet.state is AccountState.UNREGISTERED:
            yield _listed(of, clause)


def _judge(one: Unlisted, names: Mapping[str, str], clause: str) -> Verdict:
    value, sentence = _stand(one, names)
    return Verdict(
        rule=NAME,
        subject=f"account:{one.platform}:{one.number}"[:120],
        value=value,
        sentence=sentence,
        clause=clause,
        cause=CAUSE if value is Value.UNKNOWN else "",
        numbers={
            "page": clean(one.page_url),
            "page_hash": one.page_hash,
            "first_seen": one.first_seen.isoformat(),
            "units": "、".join(names.get(unit, unit) for unit in one.units),
            "like": clean(one.like),
        },
        ours=True,
        name=clean(one.name) or one.number,
    )


def _stand(one: Unlisted, names: Mapping[str, str]) -> tuple[Value, str]:
    name = f"“{clean(one.name)}”" if one.name else f"（{one.number}）"
    platform = MEDIA_NAMES.get(one.platform, one.platform)
    if one.known:
        return Value.FRESH, f"{platform}{name}已在台账中。"
    if one.standing == DISMISSED:
        said = f"{platform}{name}经{clean(one.decided_by)}核实与本区无关：{clean(one.reason)}。"
        return Value.EXEMPT, said
    shown = "链接" if one.place == "link" else "二维码"
    place = f"门户网站{f'栏目“{clean(one.column)}”' if one.column else ''}的{shown}中"
    sentence = SENTENCE.format(place=place, platform=platform, name=name)
    if one.units:
        sentence += f"该栏目的责任单位：{'、'.join(names.get(unit, unit) for unit in one.units)}。"
    if one.like:
        sentence += f"名称与已登记的“{clean(one.like)}”相近。"
    if one.standing == ACCEPTED:
        sentence += f"{clean(one.decided_by)}已核实属实，待补登记。"
    return Value.UNKNOWN, sentence


def _listed(of: OutletFacts, clause: str) -> Verdict:
    said = f"{display(of)}尚未登记备案，请督促补报。"
    return on_outlet(NAME, of, Standing(Value.UNKNOWN, CAUSE), clause, said, ours=True)
