"""What rules are called on screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "column_stale": "栏目不更新", "column_blank": "栏目空白", "account_idle": "账号不更新", "unit_quota": "月度发布数量",
    "site_unreachable": "站点无法访问", "home_stale": "首页不更新", "site_veto_columns": "栏目单项否决",
    "messages_stale": "公开留言不更新", "surveys_few": "征集调查次数", "disclosure_zero": "主动公开数量",
    "content_faults": "内容问题", "content_suspects": "内容疑点", "account_unregistered": "疑似未登记账号",
    "backdated_posts": "疑似补录", "removed_posts": "疑似撤下信息", "outlet_unreadable": "栏目读取不了",
    "probe_out_of_service": "读取渠道停用", "site_unseen": "站点整体读取不了", "footer_identity": "页脚标识",
    "host_name": "域名规范", "page_tags": "页面标签", "certificate_expiry": "安全证书到期", "home_moved": "首页地址变更",
    "outlet_pace": "更新频次", "lists_went_back": "列表整批变旧", "old_copies": "缓存旧页面",
    "host_unchanged": "服务器误答未修改", "lists_alike": "不同栏目同一列表", "address_moved": "栏目网址跳转",
    "column_drift": "栏目版式变化",
    "word_wanted": "待人工认定",
}  # fmt: skip
"""Short names of the rules; a rule that is not here is shown under its own name."""


def rule_name(rule: str) -> str:
    """A rule on screen."""
    return RULES.get(rule, rule)
