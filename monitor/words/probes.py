"""What the ways of looking at an account are called."""

from __future__ import annotations

from collections.abc import Mapping

PROBES: Mapping[str, str] = {
    "portal": "网页", "weibo": "新浪微博接口", "feed": "订阅源", "wechat_album": "公众号合集", "wechat_article": "已知文章",
    "sogou": "搜狗微信", "manual": "人工登记", "none": "没有渠道",
}  # fmt: skip
"""Ways to look, as ``explain`` and an outlet's page call them."""
