"""Hanweb JCMS: the list stands as records in ``<script type="text/xml"><datastore>``.

Further pages come from ``dataproxy.jsp`` by POST with columnid, unitid and webid; by GET the server answers
with the first page again, so they are named as the interface and not as addresses of further pages.
"""

from __future__ import annotations

import html
import re

from crawler.families.base import Family, Source, says
from crawler.markup import join

_ARTICLE = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d")
_COUNT = re.compile(
    r"<totalrecord>\s{0,5}(\d{1,9})\s{0,5}</totalrecord>|\b(?:m_nRecordCount\s{0,3}=|totalRecord[\"']?\s{0,3}:)\s{0,3}[\"']?(\d{1,9})"
)
_STORE = "<datastore"
_PROXY = re.compile(r"[\"']([^\"'\s]{0,120}dataproxy\.jsp[^\"'\s]{0,300})[\"']")


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        says(marks, "<datastore", "dataproxy.jsp", "/col/col", "/jcms_files/")
        or _ARTICLE.search(marks) is not None
    )


def fragment(source: Source) -> str:
    """The records of every datastore as one list. The answer of ``dataproxy.jsp`` is a bare datastore."""
    stores = source.scripts
    if source.text[:300].lstrip().startswith((_STORE, "<?xml")):
        stores = (source.text,)
    records: list[str] = []
    for store in stores:
        if _STORE in store:
            pieces = store.split("<record>")[1:]
            records.extend(_row(piece.partition("</record>")[0]) for piece in pieces)
    return f"<ul>{''.join(records)}</ul>" if records else ""


def _row(record: str) -> str:
    """One record without its CDATA; escaped markup is made markup again; table rows become items."""
    row = record.replace("<![CDATA[", "").replace("]]>", "").strip()
    if "&lt;" in row and "<a" not in row:
        row = html.unescape(row)
    if row[:3].lower() == "<li":
        return row
    return f"<li><table>{row}</table></li>" if row[:3].lower() == "<tr" else f"<li>{row}</li>"


def interface(source: Source) -> str:
    """The address that the page's script posts to for more records."""
    if "dataproxy.jsp" not in source.text:
        return ""
    found = [html.unescape(match) for match in _PROXY.findall(source.text)]
    return join(source.url, max(found, key=lambda address: "startrecord" in address)) if found else ""


def total(source: Source) -> int | None:
    """The records that the datastore or its script counts in the whole column."""
    match = _COUNT.search(source.text)
    return int(match[1] or match[2]) if match is not None else None


def pages(source: Source) -> int | None:
    """0 when the datastore says that the column has no records."""
    return 0 if total(source) == 0 else None


FAMILY = Family("jcms", fits, fragment=fragment, interface=interface, pages=pages, total=total)
