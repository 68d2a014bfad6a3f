"""A person enters what an account showed (人工登记), with proof: checked, kept, on the record, and
looked at at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.model import Deed, OutletKind, shanghai_day, utc
from crawler.store.tables import OutletRow
from crawler.walking.attestations import Attestation, attestations_of, enter, withdraw
from monitor.record.chain import Entry, append
from monitor.rectify.attachments import Attachment, Unacceptable, accept, put
from monitor.rectify.rechecks import ask
from monitor.words.plain import safe_link

EARLIEST = datetime(2009, 8, 1, tzinfo=UTC)
LONGEST = timedelta(days=31)
"""How long an entry may stand; after two days it only tells what was so when somebody looked."""
KINDS = ("png", "jpg", "pdf")
MOST_BYTES = 8_000_000


class AttestationRefused(ValueError):
    """One sentence for the form."""


@dataclass(frozen=True, slots=True)
class PersonLook:
    """What ``seen_by`` saw of an account at the moment ``looked``: its newest post of the moment
    ``published``, proved by ``url`` or ``file``; believed up to the day ``until``."""

    published: datetime
    looked: datetime
    until: date
    seen_by: str
    url: str = ""
    file: Attachment | None = None


def proof_file(name: str, data: bytes) -> Attachment:
    """A screenshot or printed page, judged by its content. Raises :class:`AttestationRefused`."""
    try:
        found = accept(name, data, MOST_BYTES)
    except Unacceptable as error:
        raise AttestationRefused(str(error)) from None
    if found.kind not in KINDS:
        raise AttestationRefused(f"{found.name}：证据请用截图（PNG、JPEG）或 PDF")
    return found


def attest(
    connection: Connection, account: str, *, seen: PersonLook, deed: Deed, folder: Path
) -> int:
    """Keep a person's word on ``account`` and ask for a look that reads it; returns the request's
    number.

    Raises :class:`AttestationRefused`: no such account, moments out of order, no proof, a term too
    long."""
    kind = connection.scalar(
        select(OutletRow.kind).where(OutletRow.id == account, OutletRow.retired_at.is_(None))
    )
    if kind != OutletKind.ACCOUNT.value:
        raise AttestationRefused("只有在用的账号可以人工登记")
    _check(seen, deed.now)
    entry = Attestation(
        0,
        account,
        seen.published,
        seen.looked,
        seen.until,
        seen.url,
        seen.file.sha256 if seen.file else "",
        seen.file.name if seen.file else "",
        seen.seen_by.strip(),
        deed.now,
        None,
    )
    before = next(
        (one for one in attestations_of(connection, account) if one.withdrawn is None), None
    )
    number = enter(connection, entry)
    if seen.file is not None:
        put(folder, seen.file)
    append(
        connection,
        deed.now,
        [
            Entry(
                "attestation",
                f"outlet:{account}",
                deed.by,
                _told(entry, before) | {"number": number},
            )
        ],
    )
    return ask(connection, account, deed.by, deed.now)[0]


def take_back(connection: Connection, account: str, number: int, *, deed: Deed) -> None:
    """Withdraw an entry of ``account``. Raises :class:`AttestationRefused`."""
    if not deed.words.strip():
        raise AttestationRefused("请写明撤回的理由")
    mine = {one.id for one in attestations_of(connection, account) if one.withdrawn is None}
    if number not in mine or not withdraw(connection, number, deed.by, deed.now):
        raise AttestationRefused("这条登记不存在，或已经撤回")
    said = {"number": number, "before": "有效", "after": "撤回", "reason": deed.words.strip()}
    append(
        connection, deed.now, [Entry("attestation_withdrawn", f"outlet:{account}", deed.by, said)]
    )


def _check(seen: PersonLook, now: datetime) -> None:
    if not seen.seen_by.strip():
        raise AttestationRefused("请填写查看人")
    if seen.published > seen.looked:
        raise AttestationRefused("最新信息的时间晚于查看时间，请核对")
    if seen.looked > utc(now):
        raise AttestationRefused("查看时间还没有到，请核对")
    if seen.published < EARLIEST:
        raise AttestationRefused("最新信息的时间太早，请核对年份")
    if seen.until < shanghai_day(now) or seen.until > shanghai_day(seen.looked + LONGEST):
        raise AttestationRefused(f"有效期应在今天之后、查看之日起 {LONGEST.days} 天之内")
    if not seen.url and seen.file is None:
        raise AttestationRefused("须有证据：信息的网址，或截图、PDF 文件")
    if seen.url and not safe_link(seen.url):
        raise AttestationRefused("网址不对：应以 http:// 或 https:// 开头")


def _told(entry: Attestation, before: Attestation | None) -> dict[str, object]:
    after = {
        "published": entry.published.isoformat(),
        "looked": entry.looked.isoformat(),
        "until": entry.until.isoformat(),
        "seen_by": entry.seen_by,
        "url": entry.url,
        "shot": entry.shot,
    }
    return {"before": before.published.isoformat() if before else None, "after": after}
