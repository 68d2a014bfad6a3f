"""Every content rule by its name: family, Chinese name, what it rests on, and its measured
precision.

``true`` of ``seen`` alarms were right when they were read one by one (docs/content.md tells on
what); decisions of the office are added to them. A rule below 80 % is off unless config.yaml turns
it on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

LEAST_PRECISION = 0.8
FEW = 5
"""Alarms below which a measured share says nothing: then ``by_default`` holds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``true`` and ``seen`` are the alarms measured; ``by_default`` is what we think of it
    before."""

    name: str
    family: str
    title: str
    basis: str
    by_default: bool = True
    true: int = 0
    seen: int = 0

    def precision(self, true: int = 0, seen: int = 0) -> float | None:
        """The share of right alarms, with the office's own decisions added; ``None`` while too few
        are known."""
        all_seen = self.seen + seen
        return (self.true + true) / all_seen if all_seen >= FEW else None


FAMILIES: Mapping[str, str] = {
    "attachments": "附件",
    "pictures": "图片",
    "links": "链接",
    "hidden": "暗链",
    "personal": "个人信息",
    "wording": "错别字",
    "sensitive": "敏感词",
    "layout": "排版",
    "view": "版面",
}

_RULES = (
    Rule("attachments.missing", "attachments", "附件下载不了", "两个不同日期都取不到"),
    Rule(
        "attachments.page",
        "attachments",
        "附件链接打开的是网页",
        "应为文件处返回登录页、错误页或其他网页",
    ),
    Rule("attachments.empty", "attachments", "附件为零字节", "文件没有内容"),
    Rule("attachments.type", "attachments", "附件内容与扩展名不符", "按文件头与扩展名比对"),
    Rule("attachments.broken", "attachments", "附件打不开", "压缩包、文档结构损坏"),
    Rule("attachments.locked", "attachments", "附件需密码打开", "加密的文档公众无法阅读"),
    Rule(
        "attachments.refused", "attachments", "附件超出安全限度", "解压后过大、嵌套过深等，不予打开"
    ),
    Rule(
        "attachments.local",
        "attachments",
        "附件指向本机文件",
        "file: 或盘符地址，只在编辑者电脑上能打开",
    ),
    Rule("pictures.missing", "pictures", "图片不显示", "两个不同日期都取不到"),
    Rule("pictures.page", "pictures", "图片地址返回的不是图片", "按文件头判断"),
    Rule("pictures.broken", "pictures", "图片损坏", "解码失败"),
    Rule("pictures.tiny", "pictures", "图片只有1×1像素", "占位点，不是内容"),
    Rule("pictures.placeholder", "pictures", "图片是占位图", "文件名或内容是占位图、纯色图"),
    Rule("pictures.refused", "pictures", "图片超出安全限度", "像素过多，不予解码"),
    Rule(
        "pictures.local", "pictures", "图片指向本机文件", "file: 或盘符地址，只在编辑者电脑上能显示"
    ),
    Rule("links.dead", "links", "链接打不开", "两个不同日期都打不开"),
    Rule("links.post", "links", "列表中的信息打不开", "列表仍显示，两个不同日期打开都提示不存在"),
    Rule("links.home", "links", "链接转到首页", "原页面已不存在，被转到网站首页"),
    Rule("links.parked", "links", "链接的域名已停放或出售", "页面为域名出售、停放页"),
    Rule("links.foreign", "links", "链接到非政府网站", "不是 .gov.cn、.政务，也不在本办准许名单"),
    Rule("links.owner", "links", "所链网站换了主人", "准许之后备案号或主域名、标题变了"),
    Rule("links.refused", "links", "链接地址不应公开", "指向内网、本机或不能访问的地址"),
    Rule("hidden.link", "hidden", "疑似暗链", "看不见的元素里藏着外部链接", true=4, seen=4),
    Rule(
        "hidden.script",
        "hidden",
        "载入外部脚本",
        "脚本或框架来自非政府网站，也不在准许名单",
        true=8,
        seen=9,
    ),
    Rule("personal.id", "personal", "身份证号", "18位、校验位正确、日期和地区合理"),
    Rule("personal.mobile", "personal", "手机号码", "11位手机号，且不是公布的办公电话"),
    Rule("personal.card", "personal", "银行卡号", "卡号段与校验位正确，且有账户字样"),
    Rule("wording.pair", "wording", "错别字", "易混词表"),
    Rule("wording.name", "wording", "机构、文件名称有误", "规范名称表"),
    Rule(
        "wording.number",
        "wording",
        "发文字号不规范",
        "GB/T 9704—2012：年份用六角括号〔〕，不加“第”字，不编虚位",
    ),
    Rule("wording.halfwidth", "wording", "汉字间用半角标点", "GB/T 15834—2011", true=6, seen=6),
    Rule("wording.repeat", "wording", "字词重复", "重复字词表"),
    Rule("wording.marks", "wording", "标点重复或冲突", "GB/T 15834—2011"),
    Rule("wording.unpaired", "wording", "书名号、括号不成对", "同一段落内不成对", true=2, seen=2),
    Rule("wording.date", "wording", "日期不存在", "公历没有这一天"),
    Rule("wording.weekday", "wording", "日期与星期不符", "按公历推算"),
    Rule("wording.range", "wording", "起止日期颠倒", "止早于起"),
    Rule("wording.quantity", "wording", "数量表述矛盾", "如“近100余人”“百分之50%”"),
    Rule("wording.office", "wording", "本办词表", "本办自有词表"),
    Rule("wording.model", "wording", "纠错模型的疑点", "纠错模型（须启用 crawler.content.model）"),
    Rule("wording.fullwidth", "wording", "全角数字、字母", "各地习惯不一", by_default=False),
    Rule(
        "wording.taste", "wording", "推荐词形", "《第一批异形词整理表》为推荐性", by_default=False
    ),
    Rule("sensitive.word", "sensitive", "敏感词", "本办自有词表"),
    Rule("layout.empty", "layout", "正文空白", "正文区没有文字、图片、附件"),
    Rule("layout.picture", "layout", "正文只有图片", "公众和无障碍工具读不到内容"),
    Rule("layout.attachment", "layout", "正文只有附件", "正文应有说明"),
    Rule("layout.template", "layout", "模板残留", "页面上露出模板代码或占位文字", true=2, seen=2),
    Rule("layout.code", "layout", "网站模板代码外露", "页面上露出服务器端代码", true=3, seen=3),
    Rule("layout.mojibake", "layout", "乱码", "编码错误留下的字符"),
    Rule("layout.style", "layout", "样式代码外露或未闭合", "style、注释未闭合，或样式代码成了正文"),
    Rule(
        "view.blank",
        "view",
        "正文在浏览器里空白",
        "源码有文字，用浏览器打开却不显示（须启用浏览器）",
    ),
    Rule("view.overflow", "view", "页面横向超出屏幕", "1366像素宽的屏幕要左右拖动（须启用浏览器）"),
    Rule("view.sheet", "view", "样式表缺失", "样式表取不到，页面散乱（须启用浏览器）"),
)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _RULES}
SAMPLE: Mapping[str, int] = {
    "attachments.broken": 5, "attachments.empty": 3, "attachments.local": 2, "attachments.locked": 2,
    "attachments.missing": 4, "attachments.page": 4, "attachments.refused": 1, "attachments.type": 7, "hidden.link": 9,
    "hidden.script": 4, "layout.attachment": 3, "layout.code": 1, "layout.empty": 5, "layout.mojibake": 5,
    "layout.picture": 3, "layout.style": 6, "layout.template": 10, "links.dead": 8, "links.foreign": 7,
    "links.home": 3, "links.parked": 2, "links.refused": 6, "personal.card": 4, "personal.id": 10,
    "personal.mobile": 9, "pictures.broken": 6, "pictures.local": 3, "pictures.missing": 3, "pictures.page": 4,
    "pictures.placeholder": 6, "pictures.refused": 1, "pictures.tiny": 2, "sensitive.word": 4, "wording.date": 10,
    "wording.halfwidth": 4, "wording.marks": 5, "wording.name": 8, "wording.number": 6, "wording.office": 2,
    "wording.pair": 46, "wording.quantity": 5, "wording.range": 4, "wording.repeat": 8, "wording.unpaired": 5,
    "wording.weekday": 4,
}  # fmt: skip
"""Planted defects of the sample that each rule finds, all of them and nothing else
(``tests/monitor/demo/test_content_demo.py`` holds it).

A sample that we wrote proves that a rule works, not how often it is right on pages of others.
"""


def speaking(on: Collection[str] = (), off: Collection[str] = ()) -> frozenset[str]:
    """The rules that may raise suspects: on by default and measured well, or turned on; never those
    turned off."""
    found = set(on)
    for rule in _RULES:
        share = rule.precision()
        if rule.by_default if share is None else share >= LEAST_PRECISION and rule.by_default:
            found.add(rule.name)
    return frozenset(
        name for name in found if name not in off and name.partition(".")[0] not in off
    )
