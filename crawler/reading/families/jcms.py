"""Hanweb JCMS: the list stands as records in ``<script type="text/xml"><datastore>``.

Further pages come from ``dataproxy.jsp`` by POST with the parameters that the page's script says
(columnid, unitid, webid …); by GET the server answers with the first page again. Where the script
does not say them the interface is only named.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from crawler.model import Ask, Reading
from crawler.reading.families.base import Family, Source, says
from crawler.reading.markup import join

_ARTICLE = re.compile(r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d")
_COUNT = re.compile(
    r"<totalrecord>\s{0,5}(\d{1,9})\s{0,5}</totalrecord>|\b(?:m_nRecordCount\s{0,3}=|totalRecord[\"']?\s{0,3}:)\s{0,3}[\"']?(\d{1,9})"
)
"""The datastore counts the column's records; some pages only say it in their pager's script."""
_STORE = "<datastore"
_PER_PAGE = re.compile(r"\bperPage[\"']?\s{0,3}:\s{0,3}[\"']?(\d{1,4})")
_PARAM = re.compile(r"\bparam[\"']?\s{0,3}:\s{0,3}\{([^{}]{10,1500})\}")
"""What the pager posts to dataproxy.jsp: columnid, unitid, webid."""
_PAIR = re.compile(
    r"[\"']?(\w{1,30})[\"']?\s{0,3}:\s{0,3}(?:'([^']{0,200})'|\"([^\"]{0,200})\"|(-?\d{1,12}))"
)
_PROXY = re.compile(r"[\"']([^\"'\s]{0,120}dataproxy\.jsp[^\"'\s]{0,300})[\"']")


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        says(marks, "<datastore", "dataproxy.jsp", "/col/col", "/jcms_files/")
        or _ARTICLE.search(marks) is not None
    )


def fragment(source: Source) -> str:
    """The records of every datastore as one list. The answer of ``dataproxy.jsp`` is a bare
    datastore."""
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
    """One record without its CDATA; escaped markup is made markup again; table rows become
    items."""
    row = record.replace("<![CDATA[", "").replace("]]>", "").strip()
    if "&lt;" in row and "<a" not in row:
        row = html.unescape(row)
    if row[:3].lower() == "<li":
        return row
    return f"<li><table>{row}</table></li>" if row[:3].lower() == "<tr" else f"<li>{row}</li>"


def asks(source: Source) -> tuple[Ask, ...]:
    """The form for the records after those that the page holds, as many again; none where the page
    holds all."""
    count, held = total(source), source.text.count("<record>")
    proxy = _first(_PROXY, source.text)
    form = _parameters(source)
    if not count or not held or count <= held or not proxy or "columnid" not in form:
        return ()
    per = _first(_PER_PAGE, source.text)
    return (
        _form(
            join(source.url, html.unescape(proxy)),
            source.url,
            form,
            held + 1,
            held,
            int(per or held),
        ),
    )


def _parameters(source: Source) -> dict[str, str]:
    """The parameters of the pager's call (``param:{col:1,webid:7,columnid:21,unitid:'642',…}``)."""
    for script in source.scripts:
        match = _PARAM.search(script)
        if match is not None:
            pairs = _PAIR.findall(match[1])
            return {name: one or other or number for name, one, other, number in pairs}
    return {}


def _form(url: str, page: str, form: Mapping[str, str], first: int, held: int, per: int) -> Ask:
    query = urlencode({"startrecord": first, "endrecord": first + held - 1, "perpage": per})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Requested-With": "XMLHttpRequest",
        "Referer": page,
    }
    return Ask(f"{url.partition('?')[0]}?{query}", "POST", headers, urlencode(form).encode("ascii"))


def after(asked: Ask, reading: Reading) -> Ask | None:
    """The form for the records after those that ``asked`` brought; ``None`` when those were the
    last."""
    address, _, query = asked.url.partition("?")
    said = dict(parse_qsl(query))
    first, last, per = (said.get(name, "") for name in ("startrecord", "endrecord", "perpage"))
    if asked.method != "POST" or not (first.isdigit() and last.isdigit() and per.isdigit()):
        return None
    if not reading.posts or reading.total is None or reading.total <= int(last):
        return None
    form = dict(parse_qsl(asked.body.decode("latin-1"), keep_blank_values=True))
    held = int(last) - int(first) + 1
    return _form(address, asked.headers.get("Referer", ""), form, int(last) + 1, held, int(per))


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match is not None else ""


def interface(source: Source) -> str:
    """The address that the page's script posts to for more records."""
    if "dataproxy.jsp" not in source.text:
        return ""
    found = [html.unescape(match) for match in _PROXY.findall(source.text)]
    return (
        join(source.url, max(found, key=lambda address: "startrecord" in address)) if found else ""
    )


def total(source: Source) -> int | None:
    """The records that the datastore or its script counts in the whole column."""
    match = _COUNT.search(source.text)
    return int(match[1] or match[2]) if match is not None else None


def pages(source: Source) -> int | None:
    """0 when the datastore says that the column has no records."""
    return 0 if total(source) == 0 else None


FAMILY = Family(
    "jcms", fits, fragment=fragment, interface=interface, pages=pages, total=total, asks=asks
)
