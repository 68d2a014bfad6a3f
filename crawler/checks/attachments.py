"""Attachments: does what came open as the file that was promised? Magic bytes, size, type against
suffix.

What is inside of a file is for ``documents.py``, in a process of its own.
"""

from __future__ import annotations

import re

from crawler.checks.links import suffix_of
from crawler.checks.suspects import Suspect

OLE, ZIP, PDF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK", b"%PDF"
MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (OLE, "ole"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"{\\rtf", "rtf"), (b"\xff\xd8\xff", "picture"), (b"\x89PNG", "picture"), (b"GIF8", "picture"), (b"BM", "picture"),
    (b"\x1f\x8b", "gzip"), (b"MZ", "program"), (b"\x7fELF", "program"),
)  # fmt: skip
FITS: dict[str, frozenset[str]] = {
    "pdf": frozenset({"pdf"}),
    "docx": frozenset({"zip"}), "xlsx": frozenset({"zip"}), "pptx": frozenset({"zip"}), "ofd": frozenset({"zip"}),
    "zip": frozenset({"zip"}), "rar": frozenset({"rar"}), "7z": frozenset({"7z"}), "rtf": frozenset({"rtf"}),
    # Word and WPS open these under their old suffixes without a word.
    "doc": frozenset({"ole", "zip", "rtf", "web_archive", "word_html"}), "wps": frozenset({"ole", "zip", "rtf"}),
    "xls": frozenset({"ole", "zip", "web_archive", "word_html", "spreadsheet_xml"}), "et": frozenset({"ole", "zip"}),
    "ppt": frozenset({"ole", "zip"}), "dps": frozenset({"ole", "zip"}),
    "txt": frozenset({"text", "zero_text"}), "csv": frozenset({"text"}),
}  # fmt: skip
HTML = re.compile(
    rb"\s{0,64}(?:\xef\xbb\xbf)?\s{0,64}(?:<!--.{0,500}?-->\s{0,64})?<(?:!doctype\s+html|html|head|body|script|meta)",
    re.I | re.S,
)
OFFICE_HTML = re.compile(rb"urn:schemas-microsoft-com:office|content=[\"']?(?:Word|Excel)\.", re.I)
LOGIN = re.compile("登录|登陆|统一身份认证|用户名|password|login".encode(), re.I)
MISSING = re.compile("404|不存在|已删除|未找到|not found|找不到".encode(), re.I)
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
READABLE = {"docx": "docx", "xlsx": "xlsx", "pdf": "pdf", "zip": "zip", "pptx": "zip", "ofd": "zip"}
NAMES = {
    "pdf": "PDF", "zip": "ZIP 或新版 Office", "ole": "旧版 Office", "rar": "RAR", "7z": "7z", "rtf": "RTF", "picture": "图片",
    "gzip": "GZIP", "program": "可执行程序", "text": "文本", "unknown": "无法识别的格式",
}  # fmt: skip


def kind_of(head: bytes) -> str:
    """What the first bytes say: ``pdf``, ``zip``, ``ole``, ``html``, ``text`` … or ``unknown``."""
    if PDF in head[:1024]:
        return "pdf"
    for magic, kind in MAGICS:
        if head.startswith(magic):
            return kind
    if OFFICE_HTML.search(head[:4096]):
        return "word_html"
    if HTML.match(head[:2048]):
        return "html"
    if head[:200].lstrip().startswith(b"MIME-Version:"):
        return "web_archive"
    if head[:5] == b"<?xml":
        return "spreadsheet_xml" if b"Excel" in head[:2048] else "text"
    return "text" if b"\x00" not in head[:4096] else "unknown"


def judge_file(url: str, named: str, body: bytes) -> Suspect | None:
    """What is wrong with the bytes that came for an attachment, before anything is opened; ``None``
    = nothing.

    ``named`` is the text of its link: the suffix it shows counts where the address has none.
    """
    suffix = suffix_of(url) or suffix_of(f"/{named.strip()}")
    place, key = f"附件《{named[:60]}》", url
    if not body:
        return Suspect(
            "attachments.empty", place, url[:300], named, "取到的文件为0字节", "重新上传", key
        )
    kind = kind_of(body)
    if kind == "html":
        return _page(place, url, named, body) if suffix or not named else None
    if kind == "ole" and suffix in ("docx", "xlsx", "pptx") and ENCRYPTED in body:
        return Suspect(
            "attachments.locked",
            place,
            url[:300],
            named,
            "文件加了密码，公众打不开",
            "去掉密码后重新上传",
            key,
        )
    fits = FITS.get(suffix)
    if fits is not None and kind not in fits:
        said = f"扩展名是 .{suffix}，内容是{NAMES.get(kind, kind)}"
        return Suspect(
            "attachments.type", place, url[:300], named, said, "改为相符的扩展名后重新上传", key
        )
    return None


def _page(place: str, url: str, named: str, body: bytes) -> Suspect:
    head = body[:20_000]
    what = "登录页" if LOGIN.search(head) else "错误页" if MISSING.search(head) else "网页"
    return Suspect(
        "attachments.page",
        place,
        url[:300],
        named,
        f"应为文件，返回的是{what}",
        "检查附件地址和权限",
        url,
    )
