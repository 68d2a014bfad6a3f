"""What can be shown of a finding after the page changed: its page as WARC or as one HTML file, and
its retention."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from crawler.model import utc
from crawler.walking.copies import (
    PageCopy,
    PageCopyRow,
    Shot,
    copied_since,
    copies_of,
    forget_copies,
    shot_of,
)
from monitor.days.chinese import chinese_moment
from monitor.model import Verdict
from monitor.record.chain import AuditRow, Entry, append
from monitor.record.tables import FindingRow, SaidRow
from monitor.settings.proof import ProofSettings

KEPT = "page_kept"
"""What a link of the record is called that knows a page copy."""
AROUND = timedelta(hours=36)
"""A finding opens at most so long after the look it rests on."""
HEAD, BODY = (re.compile(rb"<%s(?:\s[^>]*)?>" % tag, re.IGNORECASE) for tag in (b"head", b"body"))
PACKED = ("content-encoding", "transfer-encoding", "content-length")


class NoProof(LookupError):
    """One sentence: why there is nothing to show."""


@dataclass(frozen=True, slots=True)
class FindingProof:
    """A finding with the page that stood behind it, and the later copies of the same page.

    ``shot`` is the picture of ``page``, where one was taken; ``recorded``: the record knows the
    page by its hash.
    """

    number: str
    subject: str
    name: str
    sentence: str
    clause: str
    opened: datetime
    closed: datetime | None
    newest: dict[str, Any]
    page: PageCopy
    later: tuple[PageCopy, ...] = ()
    shot: Shot | None = None
    recorded: bool = False


def proof_of(connection: Connection, number: str) -> FindingProof:
    """The proof of finding ``number``. Raises :class:`NoProof`."""
    row = connection.execute(
        select(FindingRow.__table__).where(FindingRow.number == number)
    ).first()
    if row is None:
        raise NoProof(f"没有编号为 {number} 的问题")
    kind, _, outlet = row.subject.partition(":")
    if kind != "outlet":
        raise NoProof(
            f"问题 {number} 是关于{row.name}的统计，没有单独的网页；依据见 gengxin explain 和附件“依据”页"
        )
    before, after = _around(copies_of(connection, outlet), row.opened)
    if before is None:
        raise NoProof(f"问题 {number} 没有网页存档：可能已超过保存期限，或由人工登记认定")
    told = ("number", "subject", "name", "sentence", "clause", "opened", "closed", "newest")
    return FindingProof(
        **{name: getattr(row, name) for name in told},
        page=before,
        later=after,
        shot=shot_of(connection, before.id),
        recorded=on_record(connection, before.id, before.hash),
    )


def _around(
    copies: Sequence[PageCopy], opened: datetime
) -> tuple[PageCopy | None, tuple[PageCopy, ...]]:
    """The copy that was current when the finding opened, and those that came after it."""
    known = [one for one in copies if one.moment <= opened and one.last >= opened - AROUND]
    first = max(known, key=lambda one: one.last, default=None)
    return first, tuple(one for one in copies if one.moment > opened)


def unproved(
    connection: Connection, verdicts: Sequence[Verdict], as_of: datetime
) -> tuple[str, ...]:
    """Outlets that ``verdicts`` are about to accuse for the first time, of whose page there is no
    copy yet."""
    open_now = set(
        connection.execute(select(FindingRow.subject).where(FindingRow.closed.is_(None))).scalars()
    )
    new = {
        v.subject.removeprefix("outlet:")
        for v in verdicts
        if v.value.accuses and v.subject.startswith("outlet:") and v.subject not in open_now
    }
    return tuple(sorted(new - copied_since(connection, sorted(new), as_of - AROUND)))


def in_doubt(connection: Connection, outlets: Collection[str]) -> frozenset[str]:
    """Those of ``outlets`` under an open finding, or of which anything but fresh is said: their
    pages are proof."""
    subjects = [f"outlet:{outlet}" for outlet in outlets]
    found = select(FindingRow.subject).where(
        FindingRow.closed.is_(None), FindingRow.subject.in_(subjects)
    )
    said = select(SaidRow.subject).where(SaidRow.until.is_(None), SaidRow.subject.in_(subjects))
    rows = connection.execute(found.union(said)).scalars()
    return frozenset(subject.removeprefix("outlet:") for subject in rows)


def forget(connection: Connection, now: datetime, settings: ProofSettings) -> int:
    """Drop the page copies whose time is over; those of outlets under an open or lately ended
    finding stay."""
    before = utc(now) - timedelta(days=settings.keep_days)
    recent = FindingRow.closed.is_(None) | (FindingRow.closed >= before)
    subjects = connection.execute(select(FindingRow.subject).where(recent).distinct()).scalars()
    spare = [
        subject.removeprefix("outlet:") for subject in subjects if subject.startswith("outlet:")
    ]
    return forget_copies(connection, before, spare)


def record_copies(connection: Connection, now: datetime) -> int:
    """Put every page copy that the record does not know into it, by hash and address; returns how
    many."""
    known = select(AuditRow.subject).where(AuditRow.what == KEPT)
    last = connection.scalar(known.order_by(AuditRow.seq.desc()).limit(1)) or "page_copy:0"
    query = select(PageCopyRow.id, PageCopyRow.hash, PageCopyRow.final_url, PageCopyRow.moment)
    rows = connection.execute(
        query.where(PageCopyRow.id > int(last.partition(":")[2])).order_by(PageCopyRow.id)
    ).all()
    entries = [
        Entry(
            KEPT,
            f"page_copy:{row.id}",
            data={"sha256": row.hash, "url": row.final_url, "seen": row.moment},
        )
        for row in rows
    ]
    append(connection, now, entries)
    return len(entries)


def on_record(connection: Connection, copy: int, sha256: str, what: str = KEPT) -> bool:
    """Whether the record took ``sha256`` for the page copy ``copy`` when it was kept."""
    mine = (AuditRow.what == what) & (AuditRow.subject == f"page_copy:{copy}")
    query = select(func.count()).where(
        mine, AuditRow.data.contains(f'"sha256":"{sha256}"', autoescape=True)
    )
    return bool(connection.scalar(query))


def to_warc(proof: FindingProof, moment: datetime) -> bytes:
    """A gzipped WARC 1.1 file: who wrote it, each page as the server gave it, and what was found of
    it.

    Bodies are stored unpacked; the server's own packing headers keep their names with
    ``x-archive-orig-`` before.
    """
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    info = {
        "software": "gengxin",
        "format": "WARC File Format 1.1",
        "description": f"问题 {proof.number}",
    }
    writer.write_record(_at(writer.create_warcinfo_record(f"{proof.number}.warc.gz", info), moment))
    for page in (proof.page, *proof.later):
        record = writer.create_warc_record(
            page.final_url,
            "response",
            payload=io.BytesIO(page.body),
            length=len(page.body),  # without it warcio leaves a temporary file open
            http_headers=StatusAndHeaders(f"{page.status} OK", _headers(page), protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": _stamp(page.moment),
                **({"WARC-Truncated": "length"} if page.cut else {}),
            },
        )
        writer.write_record(record)
    if proof.shot is not None:
        picture = writer.create_warc_record(
            f"urn:gengxin:screenshot:{proof.number}",
            "resource",
            payload=io.BytesIO(proof.shot.picture),
            length=len(proof.shot.picture),
            warc_content_type="image/png",
            warc_headers_dict={"WARC-Date": _stamp(proof.shot.moment)},
        )
        writer.write_record(picture)
    said = json.dumps(_said(proof), ensure_ascii=False, indent=1).encode("utf-8")
    note = writer.create_warc_record(
        proof.page.final_url,
        "metadata",
        payload=io.BytesIO(said),
        length=len(said),
        warc_content_type="application/json",
        warc_headers_dict={"WARC-Date": _stamp(moment)},
    )
    writer.write_record(note)
    return out.getvalue()


def _at(record: Any, moment: datetime) -> Any:
    record.rec_headers.replace_header("WARC-Date", _stamp(moment))
    return record


def _stamp(moment: datetime) -> str:
    return f"{utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def _headers(page: PageCopy) -> list[tuple[str, str]]:
    kept = []
    for name, value in page.headers.items():
        if name.startswith(":"):
            continue
        line = re.sub(r"[\r\n]+", " ", value)
        kept.append((f"x-archive-orig-{name}" if name in PACKED else name, line))
    return [*kept, ("content-length", str(len(page.body)))]


def _said(proof: FindingProof) -> dict[str, Any]:
    return {
        "finding": proof.number,
        "subject": proof.subject,
        "name": proof.name,
        "sentence": proof.sentence,
        "clause": proof.clause,
        "opened": utc(proof.opened).isoformat(),
        "closed": utc(proof.closed).isoformat() if proof.closed else None,
        "newest": proof.newest,
        "on_record": proof.recorded,
        "screenshot": proof.shot.sha256 if proof.shot else None,
        "pages": [
            {"url": page.url, "final_url": page.final_url, "sha256": page.hash, "sound": page.sound}
            | {"first_seen": utc(page.moment).isoformat(), "last_seen": utc(page.last).isoformat()}
            for page in (proof.page, *proof.later)
        ],
    }


def to_html(proof: FindingProof) -> bytes:
    """The page as it was, in its own encoding, under a line that says what it is; its scripts and
    forms are dead.

    What is added is plain ASCII, so that it stands in any encoding.
    """
    page = proof.page
    newest = proof.newest
    dated = (
        f"最近信息：{newest['day']}（网页原文：{newest['raw']}）。" if newest else "未发现信息。"
    )
    sound = "" if page.sound else "【存档内容与校验值不符】"
    said = (
        f"{sound}网页存档　问题 {proof.number}：{proof.sentence}{dated}"
        f"抓取时间：{chinese_moment(page.moment)}至{chinese_moment(page.last)}。"
        f"原址：{page.final_url}　SHA-256：{page.hash}"
    )
    policy = "default-src 'none'; img-src http: https: data:; style-src http: https: 'unsafe-inline'; form-action 'none'"
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<base href="{html.escape(page.final_url)}">'
    )
    bar = (
        '<div style="all:initial;display:block;background:#fff7d6;color:#333;border-bottom:3px solid #b5251c;'
        f'padding:10px 14px;font:14px/1.7 sans-serif;word-break:break-all">{html.escape(said)}</div>'
    )
    return _after(BODY, _after(HEAD, page.body, head), bar)


def _after(tag: re.Pattern[bytes], body: bytes, text: str) -> bytes:
    """``body`` with ``text`` behind its first ``tag``, or before everything."""
    found = tag.search(body)
    place = found.end() if found else 0
    return body[:place] + text.encode("ascii", "xmlcharrefreplace") + body[place:]
