"""Files, pictures and links of the content sample: what is served for each case, right and
wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.demo import defect_files as files
from monitor.demo.defect_files import docx, id_number, pdf, png, xlsx, zipped

HTML = "text/html; charset=utf-8"
BINARY = "application/octet-stream"
LOGIN = "<!DOCTYPE html><html><head><title>用户登录</title></head><body><form>用户名 密码 登录</form></body></html>".encode()
ERROR = "<!DOCTYPE html><html><head><title>404</title></head><body>您访问的文件不存在</body></html>".encode()
PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body><div class='TRS_Editor'><p>{text}</p></div>{foot}</body></html>"
PLAIN = "这是样例站点的一个普通网页，内容足够长，用来说明链接可以正常打开，读者能够看到文字。" * 4


@dataclass(frozen=True, slots=True)
class Served:
    """One answer of the sample. ``location`` makes it a redirect."""

    body: bytes = b""
    status: int = 200
    kind: str = BINARY
    location: str = ""


Row = tuple[str, tuple[str, ...], str, dict[str, Any], str, bool, str]


def resource_cases(port: int, lead: str) -> Iterator[Row]:
    """Rows of ``defects.py``: kind, wanted rules, html, files, title, whole page, limit."""
    yield from _attachments(lead)
    yield from _pictures(lead)
    yield from _links(port, lead)


def _file(
    lead: str,
    rule: str,
    wanted: str,
    path: str,
    served: Served | None,
    text: str = "附件：样例文件",
    limit: str = "",
) -> Row:
    link = f'<p><a href="{path}">{text}</a></p>'
    return (
        rule,
        (wanted,) if wanted else (),
        lead + link,
        {path: served} if served else {},
        "",
        False,
        limit,
    )


def _attachments(lead: str) -> Iterator[Row]:
    row = partial(_file, lead)
    broken, locked = docx("正文")[:120], files.OLE + "EncryptedPackage".encode("utf-16-le")
    number = id_number(120)
    wrong: tuple[tuple[str, str, Served | None], ...] = (
        ("missing", "a01.docx", None),
        ("missing", "a02.pdf", None),
        ("missing", "a03.xls", Served(b"x", 410)),
        ("missing", "a04.zip", Served(b"x", 500)),
        ("page", "a05.docx", Served(LOGIN, kind=HTML)),
        ("page", "a06.pdf", Served(ERROR, kind=HTML)),
        ("page", "a07.xlsx", Served(LOGIN)),
        ("page", "a08.zip", Served(ERROR)),
        ("empty", "a09.docx", Served()),
        ("empty", "a10.pdf", Served()),
        ("empty", "a11.zip", Served()),
        ("type", "a12.pdf", Served(docx("正文"))),
        ("type", "a13.docx", Served(pdf())),
        ("type", "a14.xlsx", Served(files.OLE)),
        ("type", "a15.docx", Served(b"MZ" + bytes(300))),
        ("type", "a16.rar", Served(zipped({"a.txt": b"a"}))),
        ("type", "a17.docx", Served(files.OLE)),
        ("type", "a18.pdf", Served(png())),
        ("broken", "a19.docx", Served(broken)),
        ("broken", "a20.xlsx", Served(xlsx("表")[:150])),
        ("broken", "a21.pdf", Served(b"%PDF-1.4\nnothing else")),
        ("broken", "a22.docx", Served(zipped({"readme.txt": b"no document"}))),
        ("broken", "a23.zip", Served(zipped({"a.txt": b"a" * 300})[:60])),
        ("locked", "a24.docx", Served(locked)),
        ("locked", "a25.xlsx", Served(locked)),
        ("refused", "a26.zip", Served(files.nested(5))),
    )
    for rule, name, served in wrong:
        yield row(f"attachments.{rule}", f"attachments.{rule}", f"/fj/{name}", served)
    for name, served, wanted in (
        ("a31.docx", Served(docx(f"名单：样例甲，身份证号{number}")), "personal.id"),
        ("a32.xlsx", Served(xlsx("姓名", "样例乙", number)), "personal.id"),
        (
            "a33.pdf",
            Served(pdf(f"ID {number} of a sample applicant, printed in full")),
            "personal.id",
        ),
        ("a34.docx", Served(docx("会议布署了下半年工作。")), "wording.pair"),
        ("a35.docx", Served(docx("活动于2020年2月30日举行。")), "wording.date"),
        ("a36.xlsx", Served(xlsx("手机", "样例丙17000000031")), "personal.mobile"),
    ):
        yield row(f"{wanted}（附件内）", wanted, f"/fj/{name}", served)
    right: tuple[tuple[str, Served], ...] = (
        ("b01.docx", Served(docx("正文完整。"))),
        ("b02.xlsx", Served(xlsx("指标", "数值"))),
        ("b03.pdf", Served(pdf())),
        ("b04.zip", Served(zipped({"a.txt": b"a"}))),
        ("b05.doc", Served(files.OLE)),
        ("b06.doc", Served(docx("新版内容，旧扩展名"))),
        ("b07.doc", Served(b"{\\rtf1 text}")),
        ("b08.xls", Served(files.OLE)),
        ("b09.rar", Served(b"Rar!\x1a\x07\x00" + bytes(100))),
        ("b10.7z", Served(b"7z\xbc\xaf\x27\x1c" + bytes(100))),
        ("b11.wps", Served(files.OLE)),
        ("b12.doc", Served(b"MIME-Version: 1.0\r\nContent-Type: multipart/related;")),
        (
            "b13.xls",
            Served(
                b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table></table></html>"
            ),
        ),
        ("b14.pdf", Served(b"\n\n" + pdf())),
        ("b15.txt", Served("纯文本说明".encode())),
        ("b16.csv", Served(b"a,b\n1,2\n")),
        ("b17.docx", Served(docx("附件正文"), kind=HTML)),
        ("b18.pdf", Served(b"", 403)),
        ("b19.docx", Served(b"", 412)),
        ("b20.pdf", Served(pdf(""))),
        ("b21.zip", Served(files.nested(1))),
        ("b22.ofd", Served(zipped({"OFD.xml": b"<ofd/>"}))),
        ("b23.pptx", Served(zipped({"ppt/presentation.xml": b"<p/>"}))),
        ("b24.docx", Served(docx("咨询电话：17000000032。"))),
    )
    for name, served in right:
        yield row("attachments", "", f"/fj/{name}", served)


def _picture(lead: str, rule: str, path: str, served: Served | None, alt: str = "样例图片") -> Row:
    html = f'<p><img src="{path}" alt="{alt}"></p>'
    return (
        rule or "pictures",
        (rule,) if rule else (),
        lead + html,
        {path: served} if served else {},
        "",
        False,
        "",
    )


def _pictures(lead: str) -> Iterator[Row]:
    good, image = png(), "image/png"
    wrong: tuple[tuple[str, str, Served | None], ...] = (
        ("missing", "p01.png", None),
        ("missing", "p02.jpg", Served(b"x", 404)),
        ("missing", "p03.gif", Served(b"x", 502)),
        ("page", "p04.png", Served(ERROR, kind=HTML)),
        ("page", "p05.jpg", Served(LOGIN, kind=HTML)),
        ("page", "p06.png", Served(b"not a picture", kind=image)),
        ("broken", "p07.png", Served(good[:80], kind=image)),
        ("broken", "p08.jpg", Served(files.saved("JPEG")[:200], kind="image/jpeg")),
        ("broken", "p09.gif", Served(b"GIF89a", kind="image/gif")),
        ("broken", "p10.png", Served(b"", kind=image)),
        ("tiny", "p11.gif", Served(png(1, 1), kind=image)),
        ("placeholder", "p12.png", Served(png(flat=True), kind=image)),
        ("placeholder", "p13.png", Served(png(200, 100, flat=True), kind=image)),
        ("refused", "p14.png", Served(files.huge_png(), kind=image)),
    )
    for rule, name, served in wrong:
        yield _picture(lead, f"pictures.{rule}", f"/tp/{name}", served)
    for name in ("nopic.gif", "no_image.png", "loading.gif", "placeholder.png"):
        yield _picture(lead, "pictures.placeholder", f"/tp/{name}", Served(good, kind=image))
    right: tuple[tuple[str, Served], ...] = (
        ("q01.png", Served(good, kind=image)),
        ("q02.jpg", Served(files.saved("JPEG"), kind="image/jpeg")),
        ("q03.gif", Served(files.saved("GIF"), kind="image/gif")),
        ("q04.bmp", Served(files.saved("BMP"), kind="image/bmp")),
        ("q05.webp", Served(files.saved("WEBP"), kind="image/webp")),
        ("q06.png", Served(good, kind=BINARY)),
        ("q07.jpg", Served(good, kind="image/jpeg")),
        ("q08.png", Served(png(20, 20, flat=True), kind=image)),
        (
            "q09.svg",
            Served(b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", kind="image/svg+xml"),
        ),
        ("q10.png", Served(b"", 403)),
        ("q11.png", Served(png(2000, 2), kind=image)),
        ("q12.png", Served(png(3, 3), kind=image)),
        ("default_scene.png", Served(good, kind=image)),
        ("loading_dock.png", Served(good, kind=image)),
        ("q15.png", Served(b"", 301, location="/tp/q01.png")),
    )
    for name, served in right:
        yield _picture(lead, "", f"/tp/{name}", served)


def _page(title: str, text: str = PLAIN, foot: str = "", status: int = 200) -> Served:
    return Served(PAGE.format(title=title, text=text, foot=foot).encode(), status, HTML)


def _links(port: int, lead: str) -> Iterator[Row]:
    def row(
        wanted: str,
        href: str,
        served: dict[str, Served] | None = None,
        text: str = "相关链接",
        more: tuple[str, ...] = (),
        limit: str = "",
    ) -> Row:
        rules = (wanted, *more) if wanted else more
        return (
            rules[0] if rules else "links",
            rules,
            f'{lead}<p>详见<a href="{href}">{text}</a>。</p>',
            served or {},
            "",
            False,
            limit,
        )

    gov, shop = f"http://www.sample.gov.cn:{port}", f"http://www.shop.example.com:{port}"
    yield row("links.dead", "/lj/d01.htm")
    yield row("links.dead", "../lj/d02.htm")
    yield row("links.dead", f"{gov}/lj/d03.htm", {"/lj/d03.htm": _page("410", status=410)})
    yield row("links.dead", f"http://gone.sample.gov.cn:{port}/lj/d04.htm")
    yield row(
        "links.dead",
        "/lj/d05.htm",
        {"/lj/d05.htm": _page("页面不存在", "对不起，您访问的页面不存在或已被删除。")},
    )
    yield row("links.dead", f"{gov}/lj/d06.htm", {"/lj/d06.htm": _page("错误", status=500)})
    yield row("links.dead", "http://www.sample.gov.cn:1/lj/d07.htm")
    yield row("links.home", "/lj/h01.htm", {"/lj/h01.htm": Served(status=302, location="/")})
    yield row(
        "links.home",
        f"{gov}/lj/2019/h02.htm",
        {"/lj/2019/h02.htm": Served(status=301, location=f"{gov}/index.html")},
    )
    yield row(
        "links.home", "/lj/h03.htm?id=5", {"/lj/h03.htm": Served(status=302, location="/index.htm")}
    )
    parked = "此域名正在出售，有意者请联系。This domain is for sale."
    yield row("links.parked", f"{gov}/lj/k01.htm", {"/lj/k01.htm": _page("域名出售", parked)})
    yield row(
        "links.parked",
        f"{gov}/lj/k02.htm",
        {
            "/lj/k02.htm": _page(
                "Welcome", "Buy this domain today. The owner parked it here for a while."
            )
        },
    )
    for n, host in enumerate(
        ("www.shop.example.com", "news.example.net", "m.example.org", "tools.example.cn"), 1
    ):
        yield row(
            "links.foreign",
            f"http://{host}:{port}/lj/f{n:02d}.htm",
            {f"/lj/f{n:02d}.htm": _page("样例商城")},
        )
    yield row(
        "links.foreign",
        f"http://fake-gov.cn.example.com:{port}/lj/f05.htm",
        {"/lj/f05.htm": _page("样例")},
    )
    yield row(
        "links.foreign", f"http://www.mygov.cn:{port}/lj/f06.htm", {"/lj/f06.htm": _page("样例")}
    )
    yield row("links.foreign", f"{shop}/lj/f07.htm", more=("links.dead",))
    yield row("links.refused", "http://10.1.2.3/lj/r01.htm")
    yield row("links.refused", "http://192.168.0.8:8080/oa/")
    yield row("links.refused", "http://169.254.169.254/latest/meta-data/")
    yield row("links.refused", "ftp://ftp.sample.gov.cn/r04.zip", text="下载资料")
    yield row("links.refused", f"http://inner.sample.gov.cn:{port}/lj/r05.htm")
    yield row(
        "links.refused",
        "/lj/r06.htm",
        {"/lj/r06.htm": Served(status=302, location="http://127.0.0.1.sample.gov.cn/")},
    )
    right: tuple[tuple[str, dict[str, Served]], ...] = (
        ("/lj/n01.htm", {"/lj/n01.htm": _page("正常页面")}),
        ("./n02.htm", {"/nr/n02.htm": _page("相对地址")}),
        (f"{gov}/lj/n03.htm", {"/lj/n03.htm": _page("政府网站")}),
        ("/lj/n04.htm", {"/lj/n04.htm": _page("拒绝访问", status=403)}),
        ("/lj/n05.htm", {"/lj/n05.htm": _page("要求登录", status=401)}),
        ("/lj/n06.htm", {"/lj/n06.htm": _page("太快", status=429)}),
        (
            "/lj/n07.htm",
            {
                "/lj/n07.htm": Served(status=302, location="/lj/n01.htm"),
                "/lj/n01.htm": _page("正常页面"),
            },
        ),
        ("/", {}),
        (f"{gov}/", {}),
        ("#top", {}),
        ("mailto:office@example.org", {}),
        ("javascript:void(0)", {}),
        (f"http://样例.政务:{port}/lj/n13.htm", {"/lj/n13.htm": _page("政务域名")}),
        (f"http://allowed.example.com:{port}/lj/n14.htm", {"/lj/n14.htm": _page("准许的网站")}),
        (
            "/lj/n15.htm",
            {"/lj/n15.htm": _page("关于域名管理的通知", "本局负责全区域名管理工作。" + PLAIN)},
        ),
        ("tel:0591-00000000", {}),
        ("/lj/n18.htm#s2", {"/lj/n18.htm": _page("带锚点")}),
        (
            f"http://sub.allowed.example.com:{port}/lj/n19.htm",
            {"/lj/n19.htm": _page("准许的下级域名")},
        ),
    )
    for href, served in right:
        yield row("", href, served)
    about = {"/lj/n16.htm": _page("如何避免404错误", "讲解网页不存在时如何提示。" + PLAIN)}
    yield row("", "/lj/n16.htm", about, limit="标题里谈404的网页会被当作错误页")
