"""Whose is a post? By its printed origin (来源), else by the duty of its column; with reason and
confidence.

Pure. Wrong is worse than refused: what is not understood is doubtful and waits for a person, whose
decision is kept as an alias. Joint posts (教育局、卫健局) count once, for the unit named first. A post of
outside (新华社, the city's 教育局) is nobody's, even in a unit's own column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from monitor.counting.names import NameHit, Names
from monitor.counting.origins import HAN, Outside, clean, is_person, outsider, parts, quoted

__all__ = ["REASON_NAMES", "Attribution", "Names", "Reason", "attribute"]


class Reason(StrEnum):
    """Why a post went where it went. The first nine give it to a unit."""

    NAME = "name"
    ALIAS = "alias"
    USUAL = "usual"
    INNER = "inner"
    JOINT = "joint"
    ACCOUNT = "account"
    DECISION = "decision"
    DUTY = "duty"
    PORTAL = "portal"
    MEDIA = "media"
    HIGHER = "higher"
    PROVINCE = "province"
    ELSEWHERE = "elsewhere"
    PARTY = "party"
    OFFICE = "office"
    NOBODY = "nobody"
    AMBIGUOUS = "ambiguous"
    MIXED = "mixed"
    UNLISTED = "unlisted"
    UNREADABLE = "unreadable"
    SEVERAL = "several"
    NO_DUTY = "no_duty"
    PORTAL_ONLY = "portal_only"


REASON_NAMES: dict[Reason, str] = {
    Reason.NAME: "来源为单位名称",
    Reason.ALIAS: "来源为单位别名",
    Reason.USUAL: "来源为单位通用简称",
    Reason.INNER: "来源为单位内设或下属机构",
    Reason.JOINT: "多个单位联合署名，计入排在首位的单位",
    Reason.ACCOUNT: "来源为单位政务新媒体账号",
    Reason.DECISION: "人工认定",
    Reason.DUTY: "无来源，按栏目责任单位",
    Reason.PORTAL: "来源只是本网站名称，按栏目责任单位",
    Reason.MEDIA: "媒体稿件",
    Reason.HIGHER: "国家和市级机关",
    Reason.PROVINCE: "省级机关",
    Reason.ELSEWHERE: "外地单位",
    Reason.PARTY: "党委、人大、政协、群团等不在台账的机关",
    Reason.OFFICE: "区政府（办）及门户网站",
    Reason.NOBODY: "人工认定不归属任何单位",
    Reason.AMBIGUOUS: "来源可指多个单位，待认定",
    Reason.MIXED: "来源同时署本区单位与区外单位，待认定",
    Reason.UNLISTED: "来源像本区单位但台账没有，待认定",
    Reason.UNREADABLE: "来源无法识别，待认定",
    Reason.SEVERAL: "无来源，栏目有多个责任单位，待认定",
    Reason.NO_DUTY: "无来源，栏目无责任单位",
    Reason.PORTAL_ONLY: "来源只是本网站名称，不知是哪个单位，待认定",
}

NAMELESS = frozenset(
    {Reason.DUTY, Reason.PORTAL, Reason.SEVERAL, Reason.NO_DUTY, Reason.PORTAL_ONLY}
)
"""Nobody is named: it is the column that tells, or nothing."""

_KIND = {
    "name": (Reason.NAME, 1.0), "alias": (Reason.ALIAS, 0.97), "usual": (Reason.USUAL, 0.9),
    "account": (Reason.ACCOUNT, 0.9),
}  # fmt: skip
"""What a name proves: the catalogue's own most, a usual form and an account's name less."""
_OUTSIDE = {
    Outside.MEDIA: Reason.MEDIA, Outside.HIGHER: Reason.HIGHER, Outside.ELSEWHERE: Reason.ELSEWHERE,
    Outside.PROVINCE: Reason.PROVINCE,
    Outside.PARTY: Reason.PARTY, Outside.OFFICE: Reason.OFFICE, Outside.DESK: Reason.OFFICE,
}  # fmt: skip
_ROLE = rf"(?:供稿人?|供图|提供|来稿|投稿|报送|发布|消息|讯|编辑|整理|撰稿|撰文|图文|摄|摄影|(?:通讯员|记者|作者)(?:{HAN}{{2,4}})?)"
"""区教育局供稿, 区教育局 通讯员：…: who wrote it stands behind the office's name."""
_INNER = (
    rf"(?:{HAN}{{0,14}}?(?:科|股|室|所|队|队伍|站|中心|办|处|组|课|窗口|党委|党组|党总支|党支部|支部|总支|党工委|纪委|纪工委|团委|团工委"
    r"|团支部|工会|妇联|工青妇|机关|协会|学会|专班|指挥部|部|馆|院|园|学校|小学|中学|幼儿园|社区|居委会|居|村|村委会|村民委员会|委员会|管委会|分局|服务部|系统))"
)
"""区教育局人事科, 上渡司法所, 城管局环卫处: sections and stations of a unit sign as well."""
_GOVERNMENT = r"(?:人民政府|政府|办事处|党委政府|街办)"
"""Towns sign as 某某镇人民政府 or 某某街道办事处."""
_SITE = r"(?:官方)?(?:门户)?(?:网站|官网|网|微信(?:公众号|公众平台)?|公众号|微博|官微|客户端|抖音号?|新媒体)"
"""Posts taken over from a unit's own account or site sign with it."""
_TAIL = re.compile(rf"^{_GOVERNMENT}?(?:{_SITE})?(?P<inner>{_INNER})?(?:{_SITE})?{_ROLE}*$")
_JOIN = re.compile(r"^(?:和|与|及|以及|会同|联合|同|携手|并)")
"""区民政局会同区农业农村局: two units sign one post."""
_INNER_ALONE = re.compile(rf"^(?:{_INNER}{_ROLE}*|{_SITE}|{_ROLE}+)$")
"""A second piece that is a section only (区教育局/基教科) says nothing of its own."""
_LOOKS_OURS = re.compile(
    r"(?:局|委|委员会|办|办公室|中心|镇|乡|街道|社区|村|大队|支队|法院|检察院|医院|学校|小学|中学|幼儿园|站|所|集团|公司)"
)
"""An office's name that the catalogue does not know waits for a person."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """``unit`` is a unit id or ``None``; ``others`` co-signed. ``confidence`` lies in 0..1.

    ``doubtful`` = a person should decide once; it is never counted for a unit until then.
    """

    unit: str | None
    reason: Reason
    confidence: float
    doubtful: bool = False
    others: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in Chinese."""
        return REASON_NAMES[self.reason]


@dataclass(frozen=True, slots=True)
class _Part:
    units: tuple[str, ...] = ()
    kind: str = ""
    inner: bool = False
    ambiguous: bool = False
    outside: Outside | None = None
    noise: bool = False

    @property
    def desk(self) -> bool:
        """The portal itself: what its template prints where nobody wrote an origin is nobody's
        word."""
        return self.outside is Outside.DESK


def attribute(
    post_origin: str | None, column_units: Sequence[str], names: Names, day: date
) -> Attribution:
    """The unit of a post that prints ``post_origin`` in a column of ``column_units`` on ``day``.

    ``column_units`` are the ids answering for the post's columns on that day. Never raises.
    """
    text = clean(post_origin)
    if not text:
        return _by_duty(column_units)
    if text in names.decisions:
        unit = names.decisions[text]
        return Attribution(unit, Reason.DECISION if unit else Reason.NOBODY, 1.0)
    joined = text.replace(" ", "")
    whole = _part(joined, names, day)
    if whole.units and not whole.ambiguous:
        return _granted([whole])
    found = [_part(piece, names, day) for piece in parts(text)]
    if whole.desk or (found and all(part.desk for part in found)):
        return _by_portal(column_units)
    found = [part for part in found if not part.desk]
    if any(part.units for part in found):
        found = [part for part in found if not part.noise]
    # a writer's name alone: the column's unit answers
    elif found and all(is_person(piece) for piece in parts(text)):
        return _by_duty(column_units)
    return _weigh(found, quoted(post_origin or ""), joined, names)


def _by_duty(column_units: Sequence[str]) -> Attribution:
    units = tuple(dict.fromkeys(column_units))
    if len(units) == 1:
        return Attribution(units[0], Reason.DUTY, 0.6)
    return _doubt(Reason.SEVERAL) if units else Attribution(None, Reason.NO_DUTY, 0.6)


def _by_portal(column_units: Sequence[str]) -> Attribution:
    units = tuple(dict.fromkeys(column_units))
    return (
        Attribution(units[0], Reason.PORTAL, 0.5) if len(units) == 1 else _doubt(Reason.PORTAL_ONLY)
    )


def _weigh(found: Sequence[_Part], taken_over: bool, text: str, names: Names) -> Attribution:
    ours = [part for part in found if part.units]
    outside = [part.outside for part in found if part.outside]
    if any(part.ambiguous for part in ours):
        return _doubt(Reason.AMBIGUOUS)
    if ours and len(ours) == len(found):
        return _granted(ours)
    # 区教育局 福建日报: whose of the two, a person says
    if ours and outside:
        return _doubt(Reason.MIXED)
    if outside and (len(outside) == len(found) or taken_over or outside[0] is Outside.MEDIA):
        return Attribution(None, _OUTSIDE[outside[0]], 0.95)
    if ours:
        return _doubt(Reason.UNREADABLE)
    return _doubt(
        Reason.UNLISTED if names.ours(text) or _LOOKS_OURS.search(text) else Reason.UNREADABLE
    )


def _granted(found: Sequence[_Part]) -> Attribution:
    units = tuple(dict.fromkeys(unit for part in found for unit in part.units))
    reason, confidence = _KIND[found[0].kind]
    answer = Attribution(units[0], reason, confidence, others=units[1:])
    if len(units) > 1:
        return replace(answer, reason=Reason.JOINT, confidence=0.85)
    return replace(answer, reason=Reason.INNER, confidence=0.88) if found[0].inner else answer


def _doubt(reason: Reason) -> Attribution:
    return Attribution(None, reason, 0.0, doubtful=True)


def _part(piece: str, names: Names, day: date) -> _Part:
    """One piece of an origin: units of ours, an outsider, or none of these.

    ``noise`` is what says nothing beside a unit's name: a section (宣传科, 办公室), a writer.
    """
    exact = names.exact(piece, day)
    if exact:
        return _of_hit(exact)
    if piece in names.desks:
        return _Part(outside=Outside.DESK)
    hit = names.match(piece, day)
    if hit:
        part = _after(piece[hit.length :], hit, names, day)
        if part:
            return part
    who = outsider(piece, names.place.district, names.place.city, names.place.level)
    inner = not hit and not names.ours(piece) and bool(_INNER_ALONE.match(piece))
    noise = is_person(piece) or (inner and who in (None, Outside.OFFICE, Outside.PARTY))
    return _Part(outside=who, noise=noise)


def _of_hit(hit: NameHit) -> _Part:
    return _Part(hit.units, hit.kind, ambiguous=len(hit.units) > 1)


def _after(rest: str, hit: NameHit, names: Names, day: date) -> _Part | None:
    """What follows a name must be explained whole: nothing, a section, a writer, or another
    unit."""
    first = _of_hit(hit)
    if not rest:
        return first
    again = _JOIN.sub("", rest)
    other = names.match(again, day)
    if other:
        second = _after(again[other.length :], other, names, day)
        if second:
            both = tuple(dict.fromkeys((*first.units, *second.units)))
            return replace(first, units=both, ambiguous=first.ambiguous or second.ambiguous)
    if is_person(rest):
        return first
    tail = _TAIL.match(rest)
    return replace(first, inner=bool(tail.group("inner"))) if tail else None
