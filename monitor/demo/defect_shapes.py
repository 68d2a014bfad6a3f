"""Pages of the content sample whose fault is their shape: empty bodies, hidden links, foreign
scripts, local files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor.demo.defect_files import data_url, docx, png
from monitor.demo.defect_resources import Served

Row = tuple[str, tuple[str, ...], str, dict[str, Any], str, bool, str]
LONG = "<p>" + "样例页面的正文继续说明情况，读者应当能够看到这一段文字。" * 12 + "</p>"


def shape_cases(port: int, lead: str) -> Iterator[Row]:
    """Rows of ``defects.py``: kind, wanted rules, html, files, title, whole page, limit."""
    yield from _layout(lead)
    yield from _local(lead)
    yield from _hidden(port, lead)


def _row(
    rule: str, wanted: bool, html: str, files: dict[str, Any] | None = None, kind: str = ""
) -> Row:
    return kind or rule, (rule,) if wanted else (), html, files or {}, "", False, ""


def _layout(lead: str) -> Iterator[Row]:
    picture = {"/tp/s01.png": Served(png(), kind="image/png")}
    file = {"/fj/s01.docx": Served(docx("内容"))}
    shown, link = (
        '<p><img src="/tp/s01.png" alt="样例"></p>',
        '<p><a href="/fj/s01.docx">样例.docx</a></p>',
    )
    for html in (
        "",
        "<p>&nbsp;</p>",
        "<p></p><p>　</p>",
        "<p><br></p>",
        '<p style="display:none">草稿</p>',
    ):
        yield _row("layout.empty", True, html)
    for html in (shown, shown * 1 + "<p>　</p>", "<p>来源：样例</p>" + shown):
        yield _row("layout.picture", True, html, picture)
    for html in (link, "<p>附件：</p>" + link, link + "<p>点击下载</p>"):
        yield _row("layout.attachment", True, html, file)
    for html in (
        lead,
        "<p>经研究，同意备案。</p>",
        '<p>见视频</p><video src="/v.mp4"></video>',
        '<iframe src="/nr/inner.htm"></iframe>',
    ):
        yield _row("layout.empty", False, html)
    yield _row("layout.picture", False, lead + shown, picture)
    yield _row(
        "layout.attachment",
        False,
        "<p>现将本区二〇二〇年度部门预算予以公开，详见附件。</p>" + link,
        file,
    )
    yield _row("layout.style", True, f"{lead}<style>.a{{color:red}}{LONG}")
    yield _row("layout.style", True, f"{lead}<!-- 开始{LONG}")
    yield _row("layout.style", False, f"{lead}<style>.a{{color:red}}</style>{LONG}")
    yield _row("layout.style", False, f"{lead}<!-- 说明 -->{LONG}")


def _local(lead: str) -> Iterator[Row]:
    for source in ("file:///C:/Users/a/1.png", "C:\\Users\\a\\2.png", "\\\\server\\share\\3.png"):
        yield _row("pictures.local", True, f'{lead}<p><img src="{source}" alt="样例"></p>')
    for href in ("file:///D:/文件/1.doc", "D:\\文件\\2.xls"):
        yield _row("attachments.local", True, f'{lead}<p><a href="{href}">附件</a></p>')
    for data in (
        data_url(png())[:90],
        "data:image/png;base64,@@@@",
        data_url(b"not a picture at all"),
    ):
        rule = (
            "pictures.page"
            if data.endswith(data_url(b"not a picture at all")[-8:])
            else "pictures.broken"
        )
        yield _row(rule, True, f'{lead}<p><img src="{data}" alt="样例"></p>')
    yield _row("pictures.tiny", True, f'{lead}<p><img src="{data_url(png(1, 1))}" alt="样例"></p>')
    good = {"/tp/s02.png": Served(png(), kind="image/png")}
    for image in (
        f'<img src="{data_url(png())}" alt="样例">',
        '<img src="/images/loading.gif" data-src="/tp/s02.png" alt="懒加载">',
        '<img src="../tp/s02.png" alt="">',
        '<img src="" alt="">',
        '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E" alt="矢量图">',
    ):
        yield _row("pictures", False, f"{lead}<p>{image}</p>", good)


def _hidden(port: int, lead: str) -> Iterator[Row]:
    """Every hidden thing on a host of its own: a template's fault is told once a site."""

    def link(n: int) -> str:
        return f'<a href="http://casino{n}.example.com:{port}/x.htm">博彩样例</a>'

    for n, box in enumerate(
        (
            '<div style="display:none">{}</div>',
            '<div style="position:absolute;left:-9999px">{}</div>',
            '<div style="height:0;overflow:hidden">{}</div>',
            '<span style="font-size:0px">{}</span>',
            '<p style="text-indent:-5000px">{}</p>',
            '<div style="visibility: hidden">{}</div>',
            '<marquee width="1" height="1">{}</marquee>',
            "<div hidden>{}</div>",
            '<div style="opacity:0">{}</div>',
        )
    ):
        yield (
            "hidden.link",
            ("hidden.link",),
            OUTSIDE.format(lead=lead, more=box.format(link(n))),
            {},
            "",
            True,
            "",
        )
    for n, tag in enumerate(
        (
            '<script src="http://js{n}.example.com:{port}/a.js"></script>',
            '<script src="//js{n}.example.net/a.js"></script>',
            '<iframe src="http://js{n}.example.com:{port}/" width="0" height="0"></iframe>',
            "<script>document.write('<script src=\"http://js{n}.example.com/t.js\"><\\/script>');</script>",
        )
    ):
        yield (
            "hidden.script",
            ("hidden.script",),
            OUTSIDE.format(lead=lead, more=tag.format(n=n, port=port)),
            {},
            "",
            True,
            "",
        )
    yield (
        "layout.code",
        ("layout.code",),
        OUTSIDE.format(lead=lead, more='<p>&lt;%@ page language="java" %&gt;</p>'),
        {},
        "",
        True,
        "",
    )
    for tag in (
        '<div style="display:none"><a href="/nr/menu.htm">下级菜单</a></div>',
        '<div style="display:none"><a href="http://www.sample.gov.cn/">政府网站</a></div>',
        '<div style="display:none"><a href="javascript:share()">分享</a></div>',
        f'{link(20)}<div style="display:none">{link(20)}</div>',
        '<div style="overflow:hidden"><a href="/nr/menu.htm">正常裁剪</a></div>',
        '<script src="/images/pages.js"></script>',
        '<script src="https://hm.baidu.com/hm.js?x"></script>',
        '<script src="http://www.sample.gov.cn/a.js"></script>',
        '<iframe src="/nr/inner.htm" width="600" height="300"></iframe>',
        '<div style="display:none"><a href="http://allowed.example.com/">准许的网站</a></div>',
        "<script>document.write('<a href=\"/nr/menu.htm\">菜单</a>');</script>",
    ):
        rules: tuple[str, ...] = ()
        yield ("hidden", rules, OUTSIDE.format(lead=lead, more=tag), {}, "", True, "")


OUTSIDE = '<div class="TRS_Editor">{lead}</div><div class="foot">{more}</div>'
