"""Layout that a machine can see without a browser: empty bodies, template leftovers, mojibake,
styles as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crawler.checks.body import Body
from crawler.checks.suspects import Suspect, around
from crawler.reading.articles.passages import Passage

LETTER = re.compile(r"[\w\u4e00-\u9fff]")
FEW_LETTERS = 20
"""Letters below which a body beside a picture or a file says nothing of its own."""
EMPTY_LETTERS = 2
FURNITURE = re.compile(
    r"打印|关闭|字号|字体|大\s?中\s?小|分享|扫一扫|上一篇|下一篇|责任编辑|浏览次数|附件|下载|点击|查看|来源|发布时间|相关链接"
)
TEMPLATE = (
    re.compile(r"\{\{[^{}\n]{1,60}\}\}"),
    re.compile(r"\$\{[^{}\n]{1,60}\}"),
    re.compile(r"<%[^%\n]{1,80}%>"),
    re.compile(
        r"\{\$[\w.\->]{1,40}\}|<\$[\w.]{1,30}\$?>|\[!--[\w.]{1,30}--\]|\{pe:[\w. ]{1,40}|\{/?(?:dede|eyou|tag|TRS)[:_]\w{1,30}"
    ),
    re.compile(r"(?<![A-Za-z])(?:undefined|NaN|\[object Object\])(?![A-Za-z])"),
    re.compile(r"Lorem ipsum", re.I),
    re.compile(
        r"请(?:在此|在这里)?输入(?:正文|内容|标题|文字)|(?:在此|此处)(?:添加|输入|填写|插入)(?:正文|内容|标题|文字)|单击此处(?:添加|编辑)|这里是(?:正文|标题|内容)(?!的)|测试测试|【?占位(?:文字|符)】?"
    ),
    re.compile(r"&(?:nbsp|ldquo|rdquo|amp|lt|gt|quot|mdash|middot);"),
)
MOJIBAKE = (
    re.compile(r"\ufffd{1,}"),
    re.compile(r"锟斤拷|烫烫烫|屯屯屯|锘匡豢"),
    re.compile(r"(?:Ã[\x80-\xbf¡-ÿ]|â€[\x80-\xbf™œ\u009d]|[äåæçèé][\x80-\xbf¡-ÿ]{1,2}){2,}"),
    re.compile(r"(?:[涓鍏鐨鏄鍙浠绗鎴鏂鍦璇闂銆鎬鍥鐢鍒鎶鍚锛]){6,}"),
    re.compile(r"(?<=[\u4e00-\u9fff])\?{3,}(?=[\u4e00-\u9fff])|^\?{4,}"),
)
STYLE_TEXT = re.compile(
    r"@font-face\s?\{|mso-[a-z\-]{3,30}\s?:|\.TRS_\w{1,20}\s[\w.]{1,20}\s?\{|<!--\[if|<!\[endif\]|st1\\:\*|"
    r"(?:font-(?:family|size)|margin(?:-\w+)?|text-indent|line-height|border-collapse)\s?:\s?[^;{}\n]{1,60};[^{}\n]{0,200}\}"
)
LOST = 0.02
"""Share of the page behind an unclosed style or comment from which something was swallowed."""


def find_layout(body: Body, title: str, text: str) -> Iterator[Suspect]:
    """What is wrong with the article's layout; ``text`` is the page as it came."""
    yield from _body(body)
    for place, said in (("标题", title), ("正文", body.text)):
        yield from _leftovers(said, place)
    yield from _unclosed(text)


def server_code(passages: Iterable[Passage]) -> Iterator[Suspect]:
    """Code of the server's template anywhere on the page: it is the template's fault, told once a
    site."""
    for passage in passages:
        found = None if passage.hidden else TEMPLATE[2].search(passage.text)
        if found is not None:
            said = around(passage.text, *found.span())
            yield Suspect(
                "layout.code",
                "网页",
                found[0][:60],
                said,
                "服务器模板的代码露在页面上",
                "修改网站模板",
                "layout.code",
            )
            return


def _body(body: Body) -> Iterator[Suspect]:
    """Only an element that says it is the article proves that the article is empty."""
    if not body.certain or body.frames:
        return
    letters = sum(
        len(LETTER.findall(FURNITURE.sub("", p.prose))) for p in body.passages if not p.hidden
    )
    files = [link for link in body.links if link.file]
    if letters < EMPTY_LETTERS and not files and not body.pictures and not body.links:
        yield Suspect(
            "layout.empty", "正文", "", "", "正文区没有文字、图片和附件", "补发正文", "empty"
        )
    elif letters < FEW_LETTERS and not files and body.pictures and not body.links:
        why = f"正文只有{len(body.pictures)}张图片，没有文字"
        yield Suspect("layout.picture", "正文", "", "", why, "补充文字内容", "picture")
    elif letters < FEW_LETTERS and files and not body.pictures:
        why = f"正文只有附件（{len(files)}个），没有说明"
        yield Suspect("layout.attachment", "正文", "", "", why, "在正文说明附件内容", "attachment")


def _leftovers(text: str, place: str) -> Iterator[Suspect]:
    for rule, why, patterns in (
        ("layout.template", "模板代码或占位文字露在页面上", TEMPLATE),
        ("layout.mojibake", "编码错误留下的乱码", MOJIBAKE),
        ("layout.style", "样式代码成了正文", (STYLE_TEXT,)),
    ):
        found = next((m for pattern in patterns if (m := pattern.search(text))), None)
        if found is not None:
            yield Suspect(
                rule,
                place,
                found[0][:60],
                around(text, *found.span()),
                why,
                "重新编辑后发布",
                rule + place,
            )


def _unclosed(text: str) -> Iterator[Suspect]:
    """A style or comment that never ends swallows the rest of the page."""
    for opening, closing, name in (
        ("<style", "</style", "style"),
        ("<!--", "-->", "注释"),
        ("<script", "</script", "script"),
    ):
        lower = text.lower() if opening != "<!--" else text
        at = lower.rfind(opening)
        if at >= 0 and lower.find(closing, at) < 0 and len(text) - at > max(80, LOST * len(text)):
            yield Suspect(
                "layout.style",
                "网页代码",
                text[at : at + 40],
                "",
                f"{name} 没有闭合，后面的内容不显示",
                "补上结束标记",
                f"unclosed {name}",
            )
