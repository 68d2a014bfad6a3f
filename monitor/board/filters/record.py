"""The filters of the record: what was done, by whom, to what."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.board.filters._filter import Filter
from monitor.record.chain import AuditRow

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
FILTERS = (
    Filter(
        "what",
        where=lambda ask: AuditRow.what == ask.value,
        label="做了什么",
        kind="choice",
        choices=lambda _: WHAT,
    ),
    Filter("by", where=lambda ask: AuditRow.who == ask.value, label="谁（全名）", most=200),
    Filter(
        "subject",
        where=lambda ask: AuditRow.subject == ask.value,
        label="对象（如 outlet:编号）",
        most=200,
    ),
)
LISTS = {"/audit": FILTERS}
