"""The printed 来源 as text: cleaned, cut into parts, and outsiders recognised. Knows no unit.

Pure: strings in, strings out. Real forms are messy: labels, brackets, full-width blanks, names of
writers, the section that delivered the text, two bureaus in one line.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Outside(StrEnum):
    """Why an origin is nobody's in the district."""

    MEDIA = "media"
    HIGHER = "higher"
    PROVINCE = "province"
    ELSEWHERE = "elsewhere"
    PARTY = "party"
    OFFICE = "office"
    DESK = "desk"


HAN = r"[\u3400-\u9fff〇]"
_LABEL = re.compile(
    r"^(?:(?:信息|文章|稿件|新闻|内容|本文|原文|资料|图文)?(?:来源(?:单位|部门)?|稿源|出处|转自|转载自?|摘自|摘编自|据)"
    r"|供稿(?:单位|部门|人)?|来稿(?:单位)?|发布(?:机构|单位|部门|人|者)|责任(?:单位|部门)|(?:信息)?(?:提供|报送)(?:单位|部门|者)?"
    r"|索引单位|制发机关|发文(?:机关|单位)|撰稿|通讯员|作者|文|图)\s*[:：]\s*"
)
"""Origins kept with their label: 稿件来源：区教育局, 供稿：区教育局, 转自…."""
_QUOTED = re.compile(r"^(?:转自|转载自?|摘自|摘编自|据)(?=" + HAN + ")")
"""据新华社, 转自福建日报: taken over from who is named."""
_OTHER_LABEL = re.compile(
    r"(?:发布|更新|发文|成文|公开|生成)?(?:时间|日期)\s*[:：].*$"
    r"|(?:点击|浏览|阅读|访问|查看)(?:次数|量|数|率)?\s*[:：].*$"
    r"|(?:责任)?编辑\s*[:：].*$|责编\s*[:：].*$|审核(?:人)?\s*[:：].*$|校对\s*[:：].*$|字(?:体|号)\s*[:：]?.*$"
    r"|(?:打印|关闭|分享|收藏)(?:本页|窗口)?\s*$"
)
"""来源：区教育局 点击数：128: the whole line was taken for the origin."""
_NAMED = re.compile(r"来源(?:单位|部门)?\s*[:：]\s*(\S.*)")
"""Lines with other labels before 来源."""
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
"""Origins that print an address beside the name."""
_DAY = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}\s*:\s*\d{2}(?:\s*:\s*\d{2})?)?"
)
"""2020-05-12 区教育局: the day of the line stands with the name."""
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
"""Marks that nobody sees, within a printed name."""
_ASIDE = re.compile(r"[(\[【〔<《「『](.*?)[)\]】〕>》」』]")
"""【来源：区教育局】, 《仓山区教育局》, and a second name in brackets."""
_CUT = re.compile(r"[、,;/|&+·•\\()\[\]【】〔〕<>《》「」『』\"'“”‘’。:：\-—_\s]+")
"""Joint posts: 区民政局、区农业农村局, 区教育局/基教科."""
_SPACED = re.compile(rf"^{HAN}(?:\s+{HAN})+$")
"""Names with blanks between their letters (教 育 局)."""

NOTHING = frozenset(
    ["", "无", "暂无", "未知", "不详", "空", "null", "none", "undefined", "nan", "n/a", "na", "其他", "其它", "来源",
     "作者", "佚名", "匿名", "admin", "administrator", "管理员", "系统管理员", "网站管理员", "网络管理员", "原创", "本站原创",
     "本站", "本网", "本网站", "本站讯", "本网讯", "本网原创", "本单位", "本局", "我局", "本镇", "我镇", "本街道", "我街道",
     "本部门", "本机关", "本中心", "我中心", "本办", "自编", "自拟", "编辑部", "互联网", "网络", "转载"]
)  # fmt: skip
"""What names nobody: placeholders of content systems. They are read as if nothing had been
printed."""

_MEDIA = re.compile(
    r"新华|人民(?:日报|网|政协报|法院报|公安报)|央视|央广|中央(?:电视|人民广播|广播)|中新(?:社|网)|中国新闻(?:社|网)"
    r"|中国政府网|学习强国|求是|光明(?:日报|网)|经济日报|法制日报|法治日报|解放军报|海峡(?:都市报|导报|网|卫视)|东南(?:网|卫视|快报)"
    r"|澎湃|腾讯|新浪|网易|搜狐|今日头条|凤凰网|百度|知新闻|福视"
    r"|(?:日报|晚报|早报|晨报|快报|时报|商报|周报|周刊|杂志社?|导报|都市报|电视台|广播电台|电台|卫视|新闻网|新闻社|通讯社"
    r"|报社|青年报|工人报|农民报|公报|学报|导刊)(?:记者|客户端|微信|微博|讯|网)?"
)
"""Posts of the press in a district's columns; 福州晚报 is no unit of the city."""
_MINISTRIES = (
    "外交|国防|教育|科技|科学技术|工业和信息化|工信|公安|国家安全|民政|司法|财政|人力资源和?社会保障|人社|自然资源|生态环境|住房和?城乡建设"
    "|住建|交通运输|水利|农业农村|商务|文化和旅游|文旅|退役军人事务|应急管理"
)
"""应急管理部 is no 应急管理局: the last word alone tells the level."""
_HIGHER = re.compile(
    r"^(?:中共中央|党中央|中央|国务院|国办|中办|国家|全国|中国|中华|最高人民|两高|联合国|世界"
    rf"|(?:{_MINISTRIES})部|{HAN}{{2,12}}(?:总局|总署|国家局))"
)
"""National bodies, whose notices district columns carry."""
_PARTY = re.compile(
    r"^(?:委(?:办|宣传|组织|统战|政法|编办|巡察|党校|网信|老干部|文明办|改革办|全面依法|农办|台办|区直机关|机关|常委|员会(?:办|宣传|组织|统战|政法|$)|$)"
    r"|纪委|监委|纪检|人大|政协|法院|人民法院|检察院|人民检察院|团委|共青团|妇联|妇女联合会|总工会|工会|工商联|残联|残疾人联合会"
    r"|科协|文联|侨联|红十字会|计生协|关工委|文明办|网信办|委编办|武装部|党校|宣传部|组织部|统战部|政法委|融媒体中心记者)"
)
"""Party, congress, courts and mass organisations are not in the catalogue of government units."""
_OFFICE = re.compile(
    r"^(?:人民政府|政府|府)?(?:办|办公室|门户网|门户网站|网|网站|官网|信息网|政府网|公众信息网|新闻办|新闻办公室|"
    r"信息公开办|信息公开办公室|督查室|公报|公开办|办公室信息科)?$"
)
"""仓山区人民政府办公室 and the portal's own name."""
_PORTAL = re.compile(r"(?:网|网站|官网)$")
"""Templates print the portal's name where nobody wrote an origin."""
_PLACE = re.compile(
    rf"^{HAN}{{1,6}}?(?:省|自治区|自治州|特别行政区|市|州|盟|地区|区|县|旗)(?!内|外|域|间|直|级)"
)
"""福州市鼓楼区教育局: another district's bureau of the same name; 市场, 区域 are no places."""
_PROVINCES = re.compile(
    r"^(?:全|我)?省|^(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川"
    r"|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|内蒙古|香港|澳门|台湾)(?!路|街|镇|村|社区)"
)
"""福建省教育厅, and streets named for a province (福建路), which are none."""
_KNOWN_PLACES = re.compile(
    r"^(?:厦门|泉州|漳州|莆田|三明|龙岩|南平|宁德|平潭|深圳|广州|杭州|南京|武汉|成都|西安|长沙|合肥|郑州|济南|青岛|大连|沈阳"
    r"|宁波|苏州)(?!路|街|镇|村|社区)"
)
"""Cities named without 市; 厦门路 is a street."""
_PERSON_WORDS = re.compile(
    rf"(?:特约|本报|本网|本站|实习|见习|首席)?(?:记者|通讯员|作者|摄影|摄|文图|图文|供图|撰文|撰稿|整理|编辑|报道)\s*(?:{HAN}{{2,4}})?$"
)
"""记者 and 通讯员 with a name: who, not which unit."""
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭"
    "廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤倪翁池游江占詹庄柯池欧阮施"
)
_NAME = re.compile(rf"^[{_SURNAMES}]{HAN}{{1,2}}$")
"""A writer's bare name of two or three letters as the origin."""
_COMPOUND = re.compile(r"^(?:欧阳|上官|司徒|诸葛|司马|夏侯|东方|皇甫)" + HAN + "{1,2}$")
"""Surnames of two letters."""
_ORGAN_END = re.compile(
    r"(?:局|委|办|镇|乡|街|村|部|院|校|站|所|科|室|队|组|会|社|网|台|报|厅|区|县|市|省|府|处)$"
)
"""林业局 begins with a surname, too: an organ's last word makes it no person."""


def clean(origin: str | None) -> str:
    """The origin in one line: NFKC, no labels, dates, addresses or counters. ``""`` when nothing is
    named."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", origin or "")[:400])
    text = _ADDRESS.sub(" ", text)
    text = " ".join(text.split())
    named = _NAMED.search(text)
    text = _OTHER_LABEL.sub("", named.group(1) if named else text)
    text = _DAY.sub(" ", text)
    text = re.sub(r"(?<=[:：(\[【])\s+|\s+(?=[:：)\]】])", "", text)
    before = None
    while before != text:
        before = text
        text = _LABEL.sub("", text.strip(" :：;,、。.-—|/*·\"'“”"))
    cut = text
    if _SPACED.match(cut):
        cut = cut.replace(" ", "")
    bare = cut.strip("()[]【】〔〕<>《》「」『』 ")
    return "" if bare.lower() in NOTHING else cut


def quoted(origin: str) -> bool:
    """Does the text say that it was taken over from the one it names (转自, 据 ...)?"""
    return bool(re.search(r"转自|转载|摘自|摘编", origin))


def parts(text: str) -> tuple[str, ...]:
    """A cleaned origin cut at separators and brackets; empty pieces and repeats dropped."""
    aside = list(_ASIDE.findall(text))
    main = _ASIDE.sub(" ", text)
    pieces = [piece for source in (main, *aside) for piece in _CUT.split(source)]
    return tuple(
        dict.fromkeys(_QUOTED.sub("", p) for p in pieces if p and p.lower() not in NOTHING)
    )


def outsider(part: str, place: str, city: str, level: str) -> Outside | None:
    """Who outside the catalogue ``part`` names; ``None`` when it may be the district's own.

    ``place`` is the district's name (仓山区), ``city`` the one above (福州市, may be empty), ``level``
    the district's last word (区, 县, 市, 旗).
    """
    own = re.match(_own(place, city, level), part)
    if own and own.end():
        rest = part[own.end() :]
        if _OFFICE.match(rest):
            return _office(rest)
        # the press that bears the district's name
        if re.search(r"(?:新闻网|日报|晚报|时报|周刊)(?:社|客户端)?$", rest):
            return Outside.MEDIA
        return Outside.PARTY if _PARTY.match(rest) else None
    if part == place[:-1]:
        return Outside.OFFICE
    if _MEDIA.search(part):
        return Outside.MEDIA
    if part.startswith(
        ("中共" + city + place, "中共" + place, "共青团" + place, "共青团" + city + place)
    ):
        return Outside.PARTY
    if _HIGHER.match(part):
        return Outside.HIGHER
    if re.match(r"团(?:区|县|市|旗)委", part) or (re.match("委|纪委|监委|人大|政协|团委", part)):
        return Outside.PARTY
    if city and part.startswith((city, city[:-1])):
        return Outside.HIGHER
    # 市教育局 is the city's; 市场, 市政, 市容 and 市民 begin other words
    if level != "市" and re.match(r"(?:全|我|本)?市(?!场|政|容|民)", part):
        return Outside.HIGHER
    if _OFFICE.match(part):
        return _office(part)
    if _PROVINCES.match(part):
        return Outside.PROVINCE
    if _KNOWN_PLACES.match(part) or _PLACE.match(part):
        return Outside.ELSEWHERE
    return None


def _office(named: str) -> Outside:
    """The government's office, or only the portal: templates print its name where nobody wrote an
    origin."""
    return Outside.DESK if _PORTAL.search(named) else Outside.OFFICE


def _own(place: str, city: str, level: str) -> str:
    city_form = f"(?:{re.escape(city)}|{re.escape(city[:-1])})?" if city else ""
    full = f"{re.escape(place)}|{re.escape(place[:-1])}(?={level}|政府|人民政府|门户|新闻)"
    return rf"(?:中共|共青团)?(?:{HAN}{{2,3}}省|{HAN}{{2,8}}?自治区)?{city_form}(?:{full})|(?:全|我|本)?{level}(?!域|块|间|内|外)"


def is_person(part: str) -> bool:
    """Only a writer's name or role (记者 某某, 通讯员 …): it says who, not which unit."""
    if _PERSON_WORDS.fullmatch(part):
        return True
    return bool((_NAME.match(part) or _COMPOUND.match(part)) and not _ORGAN_END.search(part))
