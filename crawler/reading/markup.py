"""Bytes of a page -> text -> tree: the first step of every reader, and the one that never raises.

The charset is decided by the bytes, not by what the page says of itself: portals declare one
charset and serve another, and a copy of a GBK page often keeps its old declaration.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from crawler.model import Page
from crawler.reading.crowded import crowded

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Pages and robots.txt as editors save them, some in UTF-16."""
DECLARED = re.compile(
    rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_.:-]{3,20})""", re.I
)
CJK = re.compile(r"[\u4e00-\u9fff]")
"""Pages in GBK that say utf-8, or nothing: which charset gives Chinese tells."""
WEB_CHARSETS = ("utf-8", "utf-16", "big5", "iso8859", "cp125", "ascii", "shift_jis", "euc_")
"""Pages that declare Big5, or a charset of another script, may be right."""
HEAD_BYTES = 4096
"""Where pages declare their charset; behind it the word stands in scripts and texts."""
SAMPLE_BYTES = 65536
FEW_ERRORS = 0.1
"""Share of broken sequences up to which bytes still count as the charset tried. A page of UTF-8
with titles cut in the middle of a character stays far below it; GBK read as UTF-8 breaks more than
half of them."""
VOID = frozenset({"", "null", "undefined", "none", "nan", "无", "空"})
"""What templates print for an empty field: ContentSource "null", 无."""


def decode(body: bytes, headers: Mapping[str, str]) -> str:
    """The text of a page, by evidence: BOM, valid UTF-8, then declared and probable charsets. Never
    raises.

    ``headers`` have lower-case names; only ``content-type`` is looked at. Bytes that fit no charset
    become U+FFFD.
    """
    for bom, charset in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_broken(body, headers)
    if body.isascii():
        return text if b"\x00" not in body[:HEAD_BYTES] else _decode_wide(body, text)
    return _doubted(body, text, headers)


def declared_charset(body: bytes, headers: Mapping[str, str]) -> str:
    """The charset that the page names for itself, as Python calls it; ``""`` when none or unknown.

    The page's own declaration comes before the header: it travels with the bytes.
    """
    header = headers.get("content-type", "").encode("utf-8", "replace")
    for name in (*DECLARED.findall(body[:HEAD_BYTES]), *DECLARED.findall(header)):
        try:
            charset = codecs.lookup(name.decode("ascii")).name
        except (LookupError, ValueError):
            continue
        if charset.startswith("gb"):
            return "gb18030"
        if charset.startswith(WEB_CHARSETS):
            return charset
    return ""


def _doubted(body: bytes, text: str, headers: Mapping[str, str]) -> str:
    """Valid UTF-8, unless the page says GBK and only GBK gives Chinese (the 联通 accident of short
    pages)."""
    if len(body) > SAMPLE_BYTES or CJK.search(text) or declared_charset(body, headers) != "gb18030":
        return text
    try:
        other = body.decode("gb18030")
    except UnicodeDecodeError:
        return text
    return other if CJK.search(other) else text


def _decode_wide(body: bytes, text: str) -> str:
    """ASCII with zero bytes: UTF-16 without a BOM when every other byte is zero."""
    head = body[:HEAD_BYTES]
    for start, charset in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[start::2].count(0) > 0.4 * len(head) / 2:
            return body.decode(charset, "replace")
    return text


def _decode_broken(body: bytes, headers: Mapping[str, str]) -> str:
    """Bytes that are no clean UTF-8: the charset with the fewest broken sequences in a sample
    wins."""
    sample = body[:SAMPLE_BYTES]
    if sample.isascii():
        at = next(
            i for i in range(0, len(body), SAMPLE_BYTES) if not body[i : i + SAMPLE_BYTES].isascii()
        )
        sample = body[at : at + SAMPLE_BYTES]
    wide = _decode_wide(body, "")
    if wide:
        return wide
    if _broken(sample, "utf-8") <= FEW_ERRORS:
        return body.decode("utf-8", "replace")
    declared = declared_charset(body, headers)
    if declared == "big5" and _broken(sample, "big5hkscs") <= FEW_ERRORS:
        return body.decode("big5hkscs", "replace")
    if _broken(sample, "gb18030") <= FEW_ERRORS or not declared or declared == "utf-8":
        return body.decode("gb18030", "replace")
    return body.decode(
        "cp1252" if declared.startswith(("iso8859", "ascii")) else declared, "replace"
    )


def _broken(sample: bytes, charset: str) -> float:
    """Share of broken sequences among the characters of ``sample`` that are not ASCII."""
    text = sample.decode(charset, "replace")
    foreign = len(text.encode("utf-8", "replace")) - len(text)
    return 0.0 if not foreign else text.count("\ufffd") * 2 / foreign


def tree(text: str) -> HtmlElement | None:
    """The root element of ``text``, or ``None`` when there is no element in it. Never raises.

    A page that is too :func:`crowded <crawler.reading.crowded.crowded>` to be taken apart has none.
    libxml2 stops reading at 256 nested elements unless told that the document is huge; old pages
    nest unclosed ``<font>`` deeper than that. The fetch limits the size, so the larger limit
    (2,048) is safe.
    """
    if crowded(text):
        return None
    if "\x00" in text:
        text = text.replace("\x00", "")
    parser = HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return root if isinstance(root, HtmlElement) else None


def metas(root: HtmlElement) -> dict[str, list[str]]:
    """Every named meta tag: lower-case name -> its values as printed, stripped, in page order.

    Names are compared without case, and attributes may stand in any order. ``null`` and empty
    values are kept, because an audit of labels tells them apart; readers ask :func:`said`.
    """
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or _odd(element, "name")
        if name:
            value = element.get("content") or _odd(element, "content")
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found


def _odd(element: HtmlElement, name: str) -> str:
    """The attribute ``name`` where a no-break or full-width blank stuck to it
    (``<meta\xa0content=…>``)."""
    for key, value in element.items():
        if key.strip("\xa0\u3000\ufeff") == name:
            return str(value)
    return ""


UNFILLED = re.compile(r"\{|\$[\w{.]|#\{|#\w+#\Z|<(?:[%#$]|c:)|\[!--|%[\w{]")
"""How a template's variable begins that nobody filled in: ``{source}``, ``$content.source``, ``[!--befrom--]``."""


def said(values: Iterable[str]) -> list[str]:
    """``values`` without those that say nothing (empty, ``null``, ``undefined``, 无, a template's ``{source}``)."""
    return [
        value
        for value in values
        if value.strip().lower() not in VOID and UNFILLED.match(value.strip()) is None
    ]


def base_url(root: HtmlElement, page: Page) -> str:
    """The address that relative links of the page start from: ``<base href>``, else the final
    address."""
    here = page.final_url or page.url
    for element in root.iter("base"):
        href = (element.get("href") or "").strip()
        if href:
            return join(here, href)
    return here


def join(base: str, href: str) -> str:
    """``href`` made absolute, or ``""`` when it is no address (broken brackets in the host). Never
    raises."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""
