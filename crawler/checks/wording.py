"""Wrong words and forms in Chinese government writing. Each rule explains itself and suggests; a
person decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from crawler.checks.pairs import NAME_UNLESS, NAMES, PLAIN, TASTE, UNLESS, table
from crawler.checks.suspects import Suspect, around

HAN = "\u4e00-\u9fff"
NUMBER = re.compile(
    r"([\u4e00-\u9fff]{0,8}[发办函字文规政委通综审财建教环人社卫告令监农水民交安住资])\s{0,2}"
    r"([\[［（(【〔])\s{0,2}((?:19|20)\d{2})\s{0,2}([\]］）)】〕])\s{0,2}(第?)\s{0,2}(\d{1,5})\s{0,2}号"
)
HALF = re.compile(rf"(?<=[{HAN}])([,;?!])(?=[{HAN}])")
HALF_NAMES = {",": "，", ";": "；", "?": "？", "!": "！"}
REPEATED_MARKS = re.compile(r"[，。；：、]{2,}|[，、；：][。！？]|[。！？][，、；：]")
DOTS = re.compile(r"[。．.…·]{3,}")
REPEATED_WORDS = re.compile(
    r"(进行|工作|关于|通知|我们|以及|领导|根据|推进|加强|开展|提高|落实|情况|单位|人员|会议|管理|政府|组织|服务|群众|企业|项目|问题|"
    r"相关|有关|认真|积极|全面|切实|确保|要求|精神|活动|安全|建设|发展|通过|按照|实施|召开|完成|街道|社区|贯彻|学习)\1"
)
REPEAT_UNLESS = (
    "发展发展中",
    "管理管理",
    "服务服务",
    "组织组织",
    "问题问题",
    "安全安全",
    "学习学习",
    "通过通过",
    "积极积极",
    "认真认真",
    "建设建设",
    "工作工作",
    "服务服务业",
    "项目项目",
    "企业企业",
)
"""Starts of runs that may be two words side by side (``服务业``, ``工作人员``): they count only before a
stop or 的."""
FUNCTION = re.compile(
    r"(?<!的)的的(?![的确士])|(?<![了为])了了(?!解|然|断|结|不起|了|事|却|如|无|之)|(?<![和])和和(?![和美气平睦谐])|(?<!与)与与(?!会|时|否|其|之|此)|(?<!在)在在(?!线|岗|职|校|建|册|编|场|于|位|押|读|逃|乎|此|野|座|案|家|世|即|途|外|内|理|意)|(?<!将)将将(?!军|来|领|士|官|近|要|于|就|会|至)|(?<!对)对对(?!联|方|外|内|口|应|象|照|手|策|立|面|接|话|标|比|抗|称|子)"
)
UNPAIRED = (("《", "》"), ("〔", "〕"), ("【", "】"))
CUT_SHORT = re.compile(r"(?:…|\.{2,})\s{0,3}(?:[\[（(]?\d{2,4}[-/.年]|$)")
FACE = re.compile(r"[:;]-?[)(]")
QUANTITY = (
    (re.compile(r"近\d[\d,.]{0,9}(?:余|多)[\u4e00-\u9fff]"), "“近”与“余”矛盾", "留一个"),
    (re.compile(r"百分之\s?\d{1,3}(?:\.\d+)?\s?[%％]"), "“百分之”与“%”重复", "留一个"),
    (
        re.compile(r"(?:超过|超|逾)\d[\d,.]{0,9}(?:余|多)[人户家个项件名次万亿]"),
        "“超过”与“余”重复",
        "留一个",
    ),
    (re.compile(r"(?:大约|约)\d[\d,.]{0,9}[\u4e00-\u9fff]{0,3}左右"), "“约”与“左右”重复", "留一个"),
)
FULLWIDTH = re.compile(r"[０-９Ａ-Ｚａ-ｚ]{2,}")


def find_wording(
    text: str,
    place: str,
    own: Mapping[str, tuple[str, str]] | None = None,
    titles: Collection[str] = (),
) -> Iterator[Suspect]:
    """Every wrong word or form in ``text``, which has one passage a line; each kind once a passage.

    ``own`` is the office's list: wrong -> (right, explanation). ``titles`` are passages that may be
    cut at their end.
    """
    yield from _words(text, place, "wording.pair", _pairs(), UNLESS, "易混词")
    yield from _words(text, place, "wording.name", _names(), NAME_UNLESS, "名称不规范")
    yield from _words(text, place, "wording.taste", _taste(), {}, "推荐词形")
    for wrong, (right, why) in (own or {}).items():
        for at in _hits(text, wrong, ()):
            yield Suspect(
                "wording.office",
                place,
                wrong,
                around(text, at, at + len(wrong)),
                why or "本办词表",
                right,
            )
    yield from _document_numbers(text, place)
    for passage in text.split("\n"):
        yield from _forms(passage, place, passage in titles)


@cache
def _pairs() -> Mapping[str, str]:
    return table(PLAIN)


@cache
def _names() -> Mapping[str, str]:
    return table(NAMES)


@cache
def _taste() -> Mapping[str, str]:
    return table(TASTE)


def _words(
    text: str,
    place: str,
    rule: str,
    words: Mapping[str, str],
    unless: Mapping[str, tuple[str, ...]],
    why: str,
) -> Iterator[Suspect]:
    for wrong, right in words.items():
        if wrong in text:
            for at in _hits(text, wrong, unless.get(wrong, ())):
                yield Suspect(
                    rule,
                    place,
                    wrong,
                    around(text, at, at + len(wrong)),
                    f"{why}：应为“{right}”",
                    right,
                )


def _hits(text: str, wrong: str, unless: tuple[str, ...]) -> Iterator[int]:
    """The first place where ``wrong`` stands and none of its exceptions covers it."""
    at = text.find(wrong)
    while at >= 0:
        covered = any(
            text.startswith(longer, at - longer.find(wrong))
            for longer in unless
            if at >= longer.find(wrong)
        )
        if not covered:
            yield at
            return
        at = text.find(wrong, at + 1)


def _document_numbers(text: str, place: str) -> Iterator[Suspect]:
    for found in NUMBER.finditer(text):
        before, left, year, right, ordinal, number = found.groups()
        before = before[-6:]
        wrong = []
        if (left, right) != ("〔", "〕"):
            wrong.append("年份应用六角括号〔〕")
        if ordinal:
            wrong.append("发文顺序号不加“第”字")
        if number.startswith("0"):
            wrong.append("发文顺序号不编虚位")
        if wrong and not ordinal_of_order(before, ordinal, left):
            hint = f"{before}〔{year}〕{number.lstrip('0') or number}号"
            yield Suspect(
                "wording.number",
                place,
                found[0][-40:],
                around(text, *found.span()),
                "；".join(wrong),
                hint,
            )


def ordinal_of_order(before: str, ordinal: str, left: str) -> bool:
    """Announcements and orders count by 第…号 (财政部公告2019年第3号): only their brackets could be wrong."""
    return bool(ordinal) and left == "〔" and before.endswith(("告", "令"))


def _forms(passage: str, place: str, cut: bool) -> Iterator[Suspect]:
    """Forms that are judged within one passage, which may be ``cut`` at its end."""
    found = HALF.search(passage)
    if found and len(re.findall(f"[{HAN}]", passage)) > 8:
        right = HALF_NAMES[found[1]]
        said = around(passage, *found.span())
        why = f"汉字之间用了半角“{found[1]}”"
        yield Suspect(
            "wording.halfwidth",
            place,
            passage[max(0, found.start() - 6) : found.end() + 6],
            said,
            why,
            right,
            place,
        )
    for found in REPEATED_MARKS.finditer(passage):
        if not _dotted(passage, found):
            yield _at(
                "wording.marks", passage, found, place, f"标点“{found[0]}”重复或冲突", found[0][0]
            )
    for pattern in (REPEATED_WORDS, FUNCTION):
        for found in pattern.finditer(passage):
            if not _two_words(passage, found):
                yield _at(
                    "wording.repeat",
                    passage,
                    found,
                    place,
                    f"“{found[0]}”重复",
                    found[0][: len(found[0]) // 2],
                )
    yield from _unpaired(passage, place, cut)
    for pattern, why, hint in QUANTITY:
        for found in pattern.finditer(passage):
            yield _at("wording.quantity", passage, found, place, why, hint)
    found = FULLWIDTH.search(passage)
    if found:
        yield _at("wording.fullwidth", passage, found, place, "数字、字母用了全角", "改为半角")


def _dotted(passage: str, found: re.Match[str]) -> bool:
    """Part of a run of dots: fillers of a form, or an ellipsis."""
    return any(
        dots.start() < found.end() and found.start() < dots.end() for dots in DOTS.finditer(passage)
    )


def _two_words(passage: str, found: re.Match[str]) -> bool:
    """Two words side by side: the second one goes on as a longer word, or a name ends with the
    first."""
    if any(found[0] == start[: len(found[0])] for start in REPEAT_UNLESS):
        after = passage[found.end() : found.end() + 1]
        return bool(after) and after not in "，。；、！？的）”"
    return False


def _unpaired(passage: str, place: str, cut: bool) -> Iterator[Suspect]:
    """Pairs within one passage; a title that a list cut short (…, or without a mark) is none, nor
    is a closing bracket of ``1）``."""
    if len(passage) > 2000 or CUT_SHORT.search(passage):
        return
    for left, right in UNPAIRED:
        opened, closed = passage.count(left), passage.count(right)
        if opened != closed:
            mark = left if opened > closed else right
            if cut and mark == left and _runs_out(passage, passage.rfind(mark)):
                continue
            yield _pair(passage, place, mark, passage.rfind(mark), f"“{left}{right}”不成对")
    open_at: list[int] = []
    for at, letter in enumerate(FACE.sub("  ", passage)):
        if letter in "（(":
            open_at.append(at)
        elif letter in "）)" and open_at:
            open_at.pop()
    if cut and open_at and _runs_out(passage, open_at[0]):
        return
    if len(open_at) == 1 and open_at[0] < len(passage.rstrip()) - 1:
        yield _pair(passage, place, "（", open_at[0], "括号没有后半")


def _runs_out(passage: str, at: int) -> bool:
    """Words follow the mark and nothing closes it up to the end."""
    rest = passage[at + 1 :]
    return len(re.findall(f"[{HAN}]", rest)) >= 2 and not any(mark in rest for mark in "》）)】〕")


def _pair(passage: str, place: str, mark: str, at: int, why: str) -> Suspect:
    key = f"{mark}{passage[:30]}"
    return Suspect("wording.unpaired", place, mark, around(passage, at, at + 1), why, "补全", key)


def _at(rule: str, passage: str, found: re.Match[str], place: str, why: str, hint: str) -> Suspect:
    quote = passage[max(0, found.start() - 6) : found.end() + 6]
    return Suspect(rule, place, quote, around(passage, found.start(), found.end()), why, hint)
