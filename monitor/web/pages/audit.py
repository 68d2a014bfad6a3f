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
from monitor.desk import chores
from monitor.record.read import Link, entries
from monitor.sheets.audit import audit_csv, audit_workbook
from monitor.web.filters import Filters
from monitor.web.gate import Form, need, posted
from monitor.web.render import page
from monitor.web.state import Web, web_of
from monitor.words.exits import DONE, FAULT

router = APIRouter()
Auditor = Annotated[Visitor, Depends(need(Permission.AUDIT))]
Kept = Annotated[Web, Depends(web_of)]
Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Before = Annotated[int, Query(ge=0, le=2**31 - 1)]
ROWS, MOST = 50, 20_000
CHECK = "audit-verify"
WHAT: Mapping[str, str] = {
    "signed_in": "登录", "user_added": "新增用户", "user_changed": "改用户", "user_password": "换密码", "user_invited": "发一次性链接",
    "token_issued": "生成令牌", "token_revoked": "吊销令牌", "event": "问题进展", "letter": "通知", "again": "重发通知",
    "order_": "整改通知", "reply": "整改反馈", "reply_file": "反馈附件", "ack": "签收", "appeal": "申诉", "decision": "核定",
    "dispensation": "静默豁免", "withdrawn": "撤回", "unit_contact": "联系人", "contacts": "联系人名册", "person_verdict": "人工检查",
    "attribution": "来源认定", "account": "账号登记", "account_state": "账号状态", "account_candidate": "疑似账号",
    "attestation": "人工读取凭证", "attestation_withdrawn": "撤回凭证", "import": "导入", "catalogue": "台账", "column": "栏目",
    "column_word": "认定栏目内容", "column_word_ended": "撤回栏目认定", "whole_word": "确认栏目齐全", "whole_word_ended": "撤回齐全确认",
    "columns": "栏目表", "confirmed": "认定疑点", "superseded": "被代替", "learn_anew": "重新学习栏目", "shape_adopted": "采用新版式", "data_adopted": "采用数据地址", "data_refused": "排除数据地址", "data_given_back": "改回网页地址", "recheck_asked": "请求复查", "bulletin_edit": "修改通报",
    "commended": "记表扬", "errors": "找错数", "bulletin_frozen": "封存通报", "erratum": "更正通报", "taken_over": "接收旧文件",
    "restored": "恢复备份", "letters_read_back": "补回信件登记", "numbers_reserved": "保留已用编号",
}  # fmt: skip
"""What is done, on screen; a kind that is not here is shown under its own name."""
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
    request: Request, who: Auditor, web: Kept, subject: Text = "", by: Text = "", what: Text = "", before: Before = 0
) -> HTMLResponse:  # fmt: skip
    """The record, newest first."""
    with web.office.reader.connect() as connection:
        found = entries(connection, subject=subject, who=by, what=what, limit=ROWS, before=before)
    older = found[-1].seq if len(found) == ROWS else 0
    return page(
        request,
        "audit.html",
        lines=[_line(one) for one in found],
        kinds=WHAT,
        older=older,
        filters=Filters({"subject": subject, "by": by, "what": what}),
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
def workbook(
    who: Auditor, web: Kept, subject: Text = "", by: Text = "", what: Text = ""
) -> Response:
    """The newest 20,000 links as a workbook."""
    with web.office.reader.connect() as connection:
        data = audit_workbook(_all(connection, subject, by, what))
    return _file(
        data, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "audit.xlsx"
    )


@router.get("/audit.csv")
def comma_separated(
    who: Auditor, web: Kept, subject: Text = "", by: Text = "", what: Text = ""
) -> Response:
    """The newest 20,000 links as text."""
    with web.office.reader.connect() as connection:
        data = "".join(audit_csv(_all(connection, subject, by, what)))
    return _file(data.encode("utf-8"), "text/csv; charset=utf-8", "audit.csv")


def _all(connection: Connection, subject: str, by: str, what: str) -> Iterator[Link]:
    before, left = 0, MOST
    while left > 0:
        found = entries(connection, subject=subject, who=by, what=what, limit=500, before=before)
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
