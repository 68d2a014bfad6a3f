"""A person enters what an account showed (人工登记), with proof: checked, kept, on the record, and
looked at at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.model import OutletKind, shanghai_day, utc
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
    connection: Connection,
    account: str,
    *,
    published: datetime,
    looked: datetime,
    until: date,
    seen_by: str,
    by: str,
    now: datetime,
    folder: Path,
    url: str = "",
    file: Attachment | None = None,
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
    _check(published, looked, until, seen_by, now, url, file)
    entry = Attestation(
        0,
        account,
        published,
        looked,
        until,
        url,
        file.sha256 if file else "",
        file.name if file else "",
        seen_by.strip(),
        now,
        None,
    )
    before = next(
        (one for one in attestations_of(connection, account) if one.withdrawn is None), None
    )
    number = enter(connection, entry)
    if file is not None:
        put(folder, file)
    append(
        connection,
        now,
        [Entry("attestation", f"outlet:{account}", by, _told(entry, before) | {"number": number})],
    )
    return ask(connection, account, by, now)[0]


def take_back(
    connection: Connection, account: str, number: int, *, by: str, reason: str, now: datetime
) -> None:
    """Withdraw an entry of ``account``. Raises :class:`AttestationRefused`."""
    if not reason.strip():
        raise AttestationRefused("请写明撤回的理由")
    mine = {one.id for one in attestations_of(connection, account) if one.withdrawn is None}
    if number not in mine or not withdraw(connection, number, by, now):
        raise AttestationRefused("这条登记不存在，或已经撤回")
    said = {"number": number, "before": "有效", "after": "撤回", "reason": reason.strip()}
    append(connection, now, [Entry("attestation_withdrawn", f"outlet:{account}", by, said)])


def _check(
    published: datetime,
    looked: datetime,
    until: date,
    seen_by: str,
    now: datetime,
    url: str,
    file: Attachment | None,
) -> None:
    if not seen_by.strip():
        raise AttestationRefused("请填写查看人")
    if published > looked:
        raise AttestationRefused("最新信息的时间晚于查看时间，请核对")
    if looked > utc(now):
        raise AttestationRefused("查看时间还没有到，请核对")
    if published < EARLIEST:
        raise AttestationRefused("最新信息的时间太早，请核对年份")
    if until < shanghai_day(now) or until > shanghai_day(looked + LONGEST):
        raise AttestationRefused(f"有效期应在今天之后、查看之日起 {LONGEST.days} 天之内")
    if not url and file is None:
        raise AttestationRefused("须有证据：信息的网址，或截图、PDF 文件")
    if url and not safe_link(url):
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
