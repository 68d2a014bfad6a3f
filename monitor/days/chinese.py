"""Chinese words for days and moments."""

from __future__ import annotations

from datetime import datetime

from crawler.model import SHANGHAI, utc


def chinese_moment(moment: datetime) -> str:
    """``2020年7月20日 02:14``, in Asia/Shanghai."""
    local = utc(moment).astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
