"""The names under which a district's units sign: short, full, aliases, and the usual forms of each.

General knowledge of how Chinese county-level bodies are called is data here (``STEMS``); no
district is. A form that two units could mean is kept as ambiguous: it decides nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crawler.model import Unit
from monitor.counting.origins import HAN, clean

STEMS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in """
    发展和改革 发展改革 发改
    工业和信息化 工业信息化 工信
    科学技术 科技
    人力资源和社会保障 人力资源社会保障 人力资源与社会保障 人社
    住房和城乡建设 住房城乡建设 住建 建设
    住房保障和房产管理 住房保障和房屋管理 房产管理 房屋管理 住房保障 房管
    城市管理 城市管理和综合执法 城市管理综合执法 城管执法 城管
    交通运输 交通
    农业农村 农业和农村
    文化体育和旅游 文化体育局和旅游 文化体育旅游 文化体育和旅游管理 文体旅 文体和旅游 文体旅游
    文化和旅游 文化旅游 文旅
    文化广电和旅游 文化广电旅游 文广旅
    卫生健康 卫生和健康 卫健
    市场监督管理 市场监管 市监
    应急管理 应急
    生态环境 环境保护 环保
    自然资源和规划 自然资源规划 自然资源 资源规划 自规 资规
    退役军人事务 退役军人
    医疗保障 医保
    民族与宗教事务 民族和宗教事务 民族宗教事务 民族宗教 民宗
    国有资产监督管理 国资监管 国资
    行政服务 行政审批服务 政务服务管理 行政审批 政务服务
    金融工作 地方金融监督管理 金融
    广播电视 广电
    旅游事业发展 旅游发展 旅游
    园林绿化 园林建设发展 园林
    土地储备 土地收购储备 土储
    大数据服务 大数据
    营商环境建设 营商环境 营商
    机关事务管理 机关事务服务 机关事务
    信访 司法 审计 统计 商务 财政 民政 公安 教育
    """.strip().splitlines()
)
"""Bodies that are called by several stems; each line is one body (the last line: stems on their
own)."""

_SUFFIX = re.compile(
    rf"^({HAN}{{2,}}?)(分局|委员会|管理委员会|管委会|局|委|办公室|办|中心|站|公司)$"
)
"""One body is 局 or 委 from one reform to the next, and signs with either word."""
_TOWN = re.compile(
    rf"^({HAN}{{2,}}?)(镇|乡|街道|地区)(?:人民政府|政府|办事处|办|党政办|党政办公室)?$"
)
"""Towns and streets sign with and without 人民政府, 办事处, 党政办."""
_PLACE_IN_NAME = re.compile(
    rf"^(?:{HAN}{{2,3}}省|{HAN}{{2,8}}自治区)?({HAN}{{2,6}}?(?:市|州|盟|地区))?({HAN}{{2,8}}?(?:区|县|市|旗))"
)
"""Full names in the catalogue begin with city and district (福州市仓山区教育局)."""
_SWAP = {
    "局": ("局", "委", "委员会"),
    "委": ("委", "局", "委员会"),
    "委员会": ("委员会", "委", "局"),
    "办": ("办", "办公室"),
    "办公室": ("办公室", "办"),
}
"""发改局 signs as 发改委, 营商办 as 营商办公室."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the catalogue is at home: ``district`` 仓山区, ``city`` 福州市 (empty when not known)."""

    district: str
    city: str = ""

    @property
    def level(self) -> str:
        """区, 县, 市 or 旗: how the district calls itself for short."""
        return self.district[-1]

    @property
    def root(self) -> str:
        """The district's name without its last word: 仓山."""
        return self.district[:-1]


@dataclass(frozen=True, slots=True)
class NameForm:
    """One text that names one unit. ``kind``: ``name``, ``alias``, ``usual`` or ``account``."""

    unit: str
    kind: str
    since: date | None = None
    until: date | None = None

    def valid(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


RANK = {"name": 0, "alias": 1, "usual": 2, "account": 3}
"""A usual short form of one unit may be another's own name: the own name wins."""


@dataclass(frozen=True, slots=True)
class NameHit:
    """What stands at the beginning of a text: ``units`` (two or more: ambiguous) and its
    ``length``."""

    units: tuple[str, ...]
    length: int
    kind: str


@dataclass(frozen=True)
class Names:
    """Every form of every unit, ready to be looked up. Build with :meth:`build`."""

    place: Place
    forms: Mapping[str, tuple[NameForm, ...]]
    whole: Mapping[str, tuple[NameForm, ...]]
    towns: frozenset[str]
    decisions: Mapping[str, str | None]
    desks: frozenset[str]
    bounds: tuple[date, ...]
    _prefix: re.Pattern[str] = field(repr=False)
    _city_prefix: re.Pattern[str] = field(repr=False)
    _lengths: tuple[int, ...] = field(repr=False)

    @classmethod
    def build(
        cls,
        units: Iterable[Unit],
        *,
        place: Place | None = None,
        accounts: Mapping[str, str] | None = None,
        decisions: Mapping[str, str | None] | None = None,
        portals: Iterable[str] = (),
    ) -> Names:
        """Names of ``units``; ``accounts`` are account names with their lead unit, ``portals`` the
        sites' own names.

        ``decisions`` are whole origin texts that a person decided once (unit id, or ``None`` =
        nobody's). Without ``place`` it is read off the full names (when none tells, only bare names
        match). Raises ``ValueError`` for an alias whose validity (``NAME 2019-02-01/2024-03-01``,
        ``..`` = open, end excluded) cannot be read.
        """
        known = list(units)
        where = place or place_or_nowhere(known)
        maker = _Maker(where)
        for unit in known:
            maker.add(unit)
        for name, unit_id in (accounts or {}).items():
            maker.put(clean(name), NameForm(unit_id, "account"), maker.whole)
        lengths = sorted({len(text) for text in maker.forms}, reverse=True)
        return cls(
            where,
            {k: tuple(v) for k, v in maker.forms.items()},
            {k: tuple(v) for k, v in maker.whole.items()},
            frozenset(maker.towns),
            {clean(text): unit_id for text, unit_id in (decisions or {}).items()},
            frozenset(form for name in portals for form in _portal_forms(name)),
            tuple(sorted(maker.bounds)),
            re.compile(_prefix_pattern(where)),
            re.compile(f"{where.city}|{where.city[:-1]}" if where.city else r"(?!)"),
            tuple(lengths),
        )

    def era(self, day: date) -> int:
        """Days with the same era have the same valid names."""
        return bisect_right(self.bounds, day)

    def exact(self, text: str, day: date) -> NameHit | None:
        """The unit whose account or special whole name ``text`` is."""
        found = [form for form in self.whole.get(text, ()) if form.valid(day)]
        return _hit(found, len(text)) if found else None

    def match(self, text: str, day: date) -> NameHit | None:
        """The longest name that ``text`` begins with, with or without the district in front."""
        best: NameHit | None = None
        for start in self._starts(text):
            hit = self._longest(text, start, day)
            if hit and (best is None or hit.length > best.length):
                best = hit
        return best

    def ours(self, text: str) -> bool:
        """Does the text begin with the district's own name (仓山区, 区)?"""
        found = self._prefix.match(text)
        return bool(found and found.end())

    def _starts(self, text: str) -> Iterable[int]:
        yield 0
        found = self._prefix.match(text)
        if found and found.end():
            yield from {end for end in (found.end("own"), found.end()) if end > 0}

    def _longest(self, text: str, start: int, day: date) -> NameHit | None:
        city = self._city_prefix.match(text) if start == 0 else None
        for length in self._lengths:
            for offset in (start, city.end() if city else start):
                key = text[offset : offset + length]
                if len(key) < length or (offset != start and key not in self.towns):
                    continue
                found = [form for form in self.forms.get(key, ()) if form.valid(day)]
                if found:
                    return _hit(found, offset + length)
        return None


def _portal_forms(name: str) -> Iterable[str]:
    """A site's own name as templates print it, with and without what stands in brackets behind
    it."""
    whole = clean(name)
    yield from {whole, re.sub(r"[(（].*?[)）]", "", whole)} - {""}


def _hit(found: Sequence[NameForm], length: int) -> NameHit:
    best = min(RANK[form.kind] for form in found)
    chosen = [form for form in found if RANK[form.kind] == best]
    return NameHit(tuple(dict.fromkeys(form.unit for form in chosen)), length, chosen[0].kind)


def place_of(units: Sequence[Unit]) -> Place:
    """The district and city that most full names begin with. Raises ``ValueError`` when none
    does."""
    seen: Counter[tuple[str, str]] = Counter()
    for unit in units:
        found = _PLACE_IN_NAME.match(clean(unit.full))
        if found:
            seen[(found.group(2), found.group(1) or "")] += 1
    if not seen:
        raise ValueError(
            "no unit's full name begins with its district: write full as 福州市仓山区教育局"
        )
    districts = Counter({name: 0 for name, _ in seen})
    for (name, _), count in seen.items():
        districts[name] += count
    district = districts.most_common(1)[0][0]
    cities = Counter(
        {city: count for (name, city), count in seen.items() if name == district and city}
    )
    return Place(district, cities.most_common(1)[0][0] if cities else "")


def place_or_nowhere(units: Sequence[Unit]) -> Place:
    """:func:`place_of`, or 本区 for a catalogue that does not say where it is."""
    try:
        return place_of(units)
    except ValueError:
        return Place("本区")


def split_alias(text: str) -> tuple[str, date | None, date | None]:
    """``经信局 ../2019-02-20`` → name, since, until (excluded). Raises ``ValueError`` with what is
    allowed."""
    name, _, span = text.strip().rpartition(" ")
    if "/" not in span or not name:
        return text.strip(), None, None
    since, _, until = span.partition("/")
    try:
        return name.strip(), _day(since), _day(until)
    except ValueError:
        raise ValueError(
            f"alias {text!r}: validity is written NAME 2019-02-01/2024-03-01, with .. for an open end"
        ) from None


def _day(text: str) -> date | None:
    return None if text in ("", "..") else date.fromisoformat(text)


def _prefix_pattern(place: Place) -> str:
    city = f"(?:{place.city}|{place.city[:-1]})?" if place.city else ""
    own = rf"(?:{HAN}{{2,3}}省|{HAN}{{2,8}}?自治区)?{city}(?:{place.district}|{place.root})|(?:全|我|本)?{place.level}"
    return rf"(?:中共)?(?P<own>{own})(?:人民政府|政府|委)?"


class _Maker:
    """Collects the forms of the units, one after another."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.forms: dict[str, list[NameForm]] = {}
        self.whole: dict[str, list[NameForm]] = {}
        self.towns: set[str] = set()
        self.bounds: set[date] = set()
        self.prefix = re.compile(_prefix_pattern(place))

    def put(
        self, text: str, form: NameForm, table: dict[str, list[NameForm]] | None = None
    ) -> None:
        table = self.forms if table is None else table
        # a district's or city's bare name is nobody's signature
        if len(text) >= 2 and text not in (self.place.root, self.place.district, self.place.city):
            table.setdefault(text, []).append(form)

    def add(self, unit: Unit) -> None:
        """All forms of one unit."""
        for name in (unit.short, unit.full):
            self._named(name, NameForm(unit.id, "name"))
        for alias in unit.aliases:
            name, since, until = split_alias(alias)
            self.bounds |= {bound for bound in (since, until) if bound}
            self._named(name, NameForm(unit.id, "alias", since, until))

    def _named(self, name: str, form: NameForm) -> None:
        text = clean(name)
        self.put(text, form)
        found = self.prefix.match(text)
        for end in {found.end("own"), found.end()} if found and found.end() else set():
            self.put(text[end:], form)
        core = text[found.end() :] if found and _SUFFIX.match(text[found.end() :]) else text
        usual = NameForm(form.unit, "usual", form.since, form.until)
        if town := _TOWN.match(
            text[found.end() :] if found and _TOWN.match(text[found.end() :]) else text
        ):
            self._town(town.group(1), town.group(2), form, usual)
        elif bureau := _SUFFIX.match(core):
            self._bureau(bureau.group(1), bureau.group(2), usual)

    def _town(self, root: str, suffix: str, form: NameForm, usual: NameForm) -> None:
        forms = [root + suffix]
        if suffix == "街道":
            forms += [
                # streets sign as 金山街道办, 金山街办 and 金山街 as well
                root + "街道办",
                root + "街办",
                *([root + "街"] if not root.endswith("街") else []),
            ]
        # a street whose name itself ends with 街 signs without the second one
        if suffix == "街道" and root.endswith("街"):
            forms.append(root + "办")
        for text in forms:
            self.put(text, form if text == forms[0] else usual)
            self.towns.add(text)
        self.put(root, usual, self.whole)

    def _bureau(self, stem: str, suffix: str, usual: NameForm) -> None:
        branch = self._branch(stem, suffix)
        stem = branch or stem
        for other in _stems(stem):
            for end in _SWAP.get(suffix, (suffix,)):
                if not branch:
                    self.put(other + end, usual)
            if suffix in ("局", "分局") and (branch or other in VERTICAL):
                for text in (f"{other}局{self.place.root}分局", f"{self.place.root}{other}分局"):
                    self._with_city(text, usual)
                self.put(other + "分局", usual)
                self._with_city(f"{self.place.root}{other}局", usual)
            if suffix in ("局", "分局"):
                self.put(self.place.root + other, usual, self.whole)

    def _with_city(self, text: str, form: NameForm) -> None:
        city = self.place.city
        for lead in ("", "市", city, city[:-1]):
            self.put(lead + text, form)

    def _branch(self, stem: str, suffix: str) -> str:
        """公安 for 公安分局, 仓山公安分局 and 公安局仓山分局; else nothing."""
        if suffix != "分局":
            return ""
        root = self.place.root
        for lead in (self.place.city, self.place.city[:-1], "市"):
            if lead and stem.startswith(lead):
                stem = stem[len(lead) :]
                break
        return stem.removesuffix(root).removesuffix("局").removeprefix(root)


VERTICAL = frozenset(
    ["公安", "生态环境", "自然资源和规划", "自然资源", "税务", "烟草专卖", "交通运输", "医疗保障"]
)
"""Bodies of the city that sit in the district as a branch (福州市仓山生态环境局)."""


def _stems(stem: str) -> tuple[str, ...]:
    for line in STEMS[:-1]:
        if stem in line:
            return line
    plain = stem.replace("和", "").replace("与", "")
    return tuple(dict.fromkeys((stem, plain, stem.replace("和", "与"), stem.replace("与", "和"))))
