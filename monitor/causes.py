"""Why a verdict is unknown, in words for the screen. An unknown word is shown as it is, never hidden."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.model import Outcome

AWAITING = "awaiting_second_look"
NOT_LOOKED = "not_looked"
NO_ADDRESS = "no_address"
LOWER_BOUND = "lower_bound"
EMPTIED = "emptied"
NO_DATES = "no_dates"
FUTURE_DATE = "future_date"
FAILED_NIGHT = "failed_night"
BEFORE_HORIZON = "before_horizon"
NOT_COVERED = "not_covered"
UNDECIDED = "undecided"
SITE_DOWN = "site_down"
READER_BROKEN = "reader_broken"
PROBE_OUT = "probe_out_of_service"
MAINTENANCE = "maintenance"
NO_FACTS = "no_facts"

CAUSE_NAMES: Mapping[str, str] = {
    AWAITING: "待复核：只有一次抓取看到，须第二次抓取印证",
    NOT_LOOKED: "没有足够新的抓取记录",
    NO_ADDRESS: "台账中没有地址",
    LOWER_BOUND: "只能看到部分信息，不能据以认定超期",
    EMPTIED: "以前有信息，现在列表为空，须人工核实",
    NO_DATES: "列表没有可信的日期",
    FUTURE_DATE: "列表中有晚于判定日的日期",
    FAILED_NIGHT: "当晚抓取覆盖不足，不作新的认定",
    BEFORE_HORIZON: "早于起采日期",
    NOT_COVERED: "有栏目没有抓取完整",
    UNDECIDED: "有信息的来源尚未读到或待认定",
    SITE_DOWN: "所在网站当时无法访问，已另行登记",
    READER_BROKEN: "所在网站多数栏目同时读不到，已按网站故障或改版另行登记",
    PROBE_OUT: "该平台的读取渠道当晚停用，已另行登记",
    MAINTENANCE: "已报备维护，期间不作新的认定",
    NO_FACTS: "还没有读到这一页",
    "canary_failed": "该平台的读取渠道当晚未通过自检",
    Outcome.BLOCKED.value: "被网站拦截",
    Outcome.UNREACHABLE.value: "无法连接",
    Outcome.UNREADABLE.value: "页面无法识别",
    "captcha": "被验证码拦截",
    "challenge": "被安全防护拦截",
    "login_wall": "要求登录",
    "robots": "网站的 robots.txt 不允许抓取",
    "soft_404": "页面不存在",
    "no_list": "页面上没有找到列表",
    "script_list": "列表由脚本生成，读不到",
    "below_floor": "列表条数少于应有的下限",
    "timeout": "连接超时",
    "dns": "域名无法解析",
    "refused": "连接被拒绝",
    "reset": "连接中断",
    "tls": "证书或加密连接有误",
    "too_large": "页面过大",
    "redirect_loop": "网址循环跳转",
    "host_gave_up": "网站连续没有应答",
    "forbidden_address": "地址不允许抓取",
}


def cause_name(cause: str) -> str:
    """The cause in Chinese."""
    return CAUSE_NAMES.get(cause, cause)
