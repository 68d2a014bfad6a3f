"""The record: who did what to whom, with before and after; checked from its beginning; taken away
as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.access.roles import Permission
from monitor.access.visitor import Visitor
from monitor.board.filters import Selection
from monitor.board.filters.record import FILTERS, WHAT
from monitor.desk import chores
from monitor.record.read import Link, entries
from monitor.sheets.audit import audit_csv, audit_workbook
from monitor.web.filters import filters_of, from_address
from monitor.web.gate import Form, need, posted
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words.exits import DONE, FAULT

router = APIRouter()
Auditor = Annotated[Visitor, Depends(need(Permission.AUDIT))]
Kept = Annotated[Web, Depends(web_of)]
Links = Annotated[Selection, Depends(from_address(FILTERS))]
Before = Annotated[int, Query(ge=0, le=2**31 - 1)]
ROWS, MOST = 50, 20_000
CHECK = "audit-verify"
FIELDS: Mapping[str, str] = {
    "way": "方式", "file": "文件", "record": "记录根值", "sha256": "校验值", "digest": "校验值", "action": "操作", "by": "谁",
    "list": "名单", "name": "名称", "reason": "理由", "why": "理由", "until": "至", "since": "自", "shown": "姓名", "role": "角色",
    "unit": "单位", "disabled": "停用", "label": "用途", "scopes": "权限", "ends": "到期", "token": "令牌号", "subject": "对象",
    "text": "内容", "proof": "依据", "columns": "所记各列", "note": "备注", "state": "状态", "added": "新增", "changed": "改动",
    "row": "所记的行", "by_hand": "手工改的文件", "received": "收到", "done": "办结", "late": "超期办结",
}  # fmt: skip
"""What was recorded, on screen."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One link as shown: ``changes`` are (field, before, after), ``more`` what was recorded
    besides."""

    link: Link
    what: str
    changes: tuple[tuple[str, str, str], ...]
    more: tuple[tuple[str, str], ...]


@router.get("/audit")
def record(
    request: Request, who: Auditor, web: Kept, wanted: Links, before: Before = 0
) -> HTMLResponse:
    """The record, newest first."""
    with web.office.reader.connect() as connection:
        found = entries(connection, wanted.conditions(), limit=ROWS, before=before)
        filters = filters_of(connection, wanted)
    older = found[-1].seq if len(found) == ROWS else 0
    return page(
        request,
        "audit.html",
        lines=[_line(one) for one in found],
        older=older,
        filters=filters,
        before=before,
        check=_check(web),
    )


@router.post("/audit/verify")
def verify(
    request: Request, who: Auditor, form: Annotated[Form, Depends(posted)], web: Kept
) -> Response:
    """Walk the whole chain, beside the web."""
    settings = web.office.settings
    command = ("monitor", "audit", "verify", "--json", "--config", str(settings.path))
    begun = chores.start(
        settings.folder, CHECK, command, web.clock, who.who, accepted=(DONE, FAULT)
    )
    said = "核对已经开始" if begun else "核对正在进行"
    return RedirectResponse(f"/audit?said={said}", 303)


@router.get("/audit/verify")
def verified(request: Request, who: Auditor, web: Kept) -> HTMLResponse:
    """How the check stands, for the page that waits for it."""
    return page(request, "parts/audit_check.html", check=_check(web))


@router.get("/audit.xlsx")
def workbook(who: Auditor, web: Kept, wanted: Links) -> Response:
    """The newest 20,000 links as a workbook."""
    with web.office.reader.connect() as connection:
        data = audit_workbook(_all(connection, wanted))
    return _file(
        data, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "audit.xlsx"
    )


@router.get("/audit.csv")
def comma_separated(who: Auditor, web: Kept, wanted: Links) -> Response:
    """The newest 20,000 links as text."""
    with web.office.reader.connect() as connection:
        data = "".join(audit_csv(_all(connection, wanted)))
    return _file(data.encode("utf-8"), "text/csv; charset=utf-8", "audit.csv")


def _all(connection: Connection, wanted: Selection) -> Iterator[Link]:
    before, left = 0, MOST
    while left > 0:
        found = entries(connection, wanted.conditions(), limit=500, before=before)
        yield from found
        if len(found) < 500:
            return
        before, left = found[-1].seq, left - len(found)


def _check(web: Web) -> chores.Chore | None:
    return chores.look(web.office.settings.folder, CHECK)


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _line(link: Link) -> AuditLine:
    before, after = link.data.get("before"), link.data.get("after")
    sides = [side if isinstance(side, dict) else {"": side} for side in (before, after)]
    names = list(dict.fromkeys((*sides[0], *sides[1])))
    changes = [(FIELDS.get(n, n), _said(sides[0].get(n)), _said(sides[1].get(n))) for n in names]
    more = [
        (FIELDS.get(n, n), _said(value))
        for n, value in link.data.items()
        if n not in ("before", "after")
    ]
    return AuditLine(
        link, WHAT.get(link.what, link.what), tuple(c for c in changes if c[1] != c[2]), tuple(more)
    )


def _said(value: Any) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
