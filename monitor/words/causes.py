"""Why a verdict is unknown, in words for the screen. An unknown word is shown as it is, never
hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crawler.model import Outcome
from monitor.words.plain import clean

AWAITING = "awaiting_second_look"
NOT_LOOKED = "not_looked"
NO_ADDRESS = "no_address"
LOWER_BOUND = "lower_bound"
EMPTIED = "emptied"
NO_DATES = "no_dates"
FUTURE_DATE = "future_date"
REDATED = "redated"
FAILED_NIGHT = "failed_night"
BEFORE_HORIZON = "before_horizon"
NOT_COVERED = "not_covered"
UNDECIDED = "undecided"
SITE_DOWN = "site_down"
READER_BROKEN = "reader_broken"
PROBE_OUT = "probe_out_of_service"
MAINTENANCE = "maintenance"
NO_FACTS = "no_facts"
SUSPECTED = "suspected"
UNKNOWN_YEAR = "unknown_year"
CATALOGUE_OPEN = "catalogue_open"
NO_COLUMN = "no_column"
NO_REGISTER = "no_register"
LIVED_PARTLY = "lived_partly"
MONTH_RUNNING = "month_running"
NOT_JUDGED = "not_judged_yet"
UNREAD_NEWER = "unread_newer"
WEAK_DATE = "weak_date"
WENT_BACK = "went_back"
LIAR = "liar_304"
DRIFT = "drift"
OFFERED = "data_offered"
ONE_BRIDGE = "one_bridge"
NEWER_ELSEWHERE = "newer_elsewhere"

CAUSE_NAMES: Mapping[str, str] = {
    AWAITING: "待复核：只有一次抓取看到，须第二次抓取印证",
    NOT_LOOKED: "没有足够新的抓取记录",
    NO_ADDRESS: "台账中没有地址",
    LOWER_BOUND: "只能看到部分信息，不能据以认定超期",
    EMPTIED: "以前有信息，现在列表为空，须人工核实",
    NO_DATES: "列表没有可信的日期",
    FUTURE_DATE: "列表中有晚于判定日的日期",
    REDATED: "列表所示最新日期晚于首次抓取时的日期，同一网址的日期可能改过，须人工核对",
    FAILED_NIGHT: "当晚抓取覆盖不足，不作新的认定",
    BEFORE_HORIZON: "早于起采日期",
    NOT_COVERED: "有栏目没有抓取完整",
    UNDECIDED: "有信息的来源尚未读到或待认定",
    CATALOGUE_OPEN: "尚未确认该单位的发布栏目已全部纳入台账",
    NO_COLUMN: "台账中没有该单位发布信息的栏目",
    NO_REGISTER: "台账中没有主动公开文件的栏目",
    LIVED_PARTLY: "该单位在这个月里只存在部分时间（撤并或新设）",
    MONTH_RUNNING: "本月尚未结束",
    SITE_DOWN: "所在网站当时无法访问，已另行登记",
    READER_BROKEN: "所在网站多数栏目同时读不到，已按网站故障或改版另行登记",
    PROBE_OUT: "该平台的读取渠道当晚停用，已另行登记",
    MAINTENANCE: "已报备维护，期间不作新的认定",
    NO_FACTS: "还没有读到这一页",
    SUSPECTED: "有疑点，须人工核对",
    NOT_JUDGED: "尚未判定，等下一次抓取或复查",
    UNREAD_NEWER: "可能有未读出的较新信息",
    WEAK_DATE: "最近一条的日期只见于网址或推算，不能据以认定超期",
    WENT_BACK: "列表所示最新日期早于以前看到的，须人工核实",
    DRIFT: "版式变了，与以前看到的信息接不上，须人工核实",
    OFFERED: "网页读不出列表，已找到数据地址，待人工采用",
    LIAR: "该网站对未变化的答复不可信，须重新读取整页",
    "lists_alike": "与其他栏目显示同一个列表",
    ONE_BRIDGE: "只有一个订阅服务能看到，两次也只算一次，须另一渠道或人工登记印证",
    UNKNOWN_YEAR: "该年的放假安排尚未登记，不知是否工作日",
    "canary_failed": "该平台的读取渠道当晚未通过自检",
    Outcome.BLOCKED.value: "被网站拦截",
    Outcome.UNREACHABLE.value: "无法连接",
    Outcome.UNREADABLE.value: "页面无法识别",
    "old_copy": "看到的是缓存里的旧页面，不是现在的页面",
    "bad_304": "没有询问是否变化，服务器却答“未修改”，须重新读取整页",
    "no_known_posts": "列表里一条以前看到的信息都没有，须人工核实",
    "turned_round": "列表由旧到新排列，最新的信息在另一页",
    "moved_address": "网址跳转到了别处，须核实栏目的地址",
    "other_column": "网址跳转到了另一个已登记的栏目，须核实栏目的地址",
    "suspects_open": "有内容疑点待人工核实",
    "captcha": "被验证码拦截",
    "challenge": "被安全防护拦截",
    "login_wall": "要求登录",
    "robots": "网站的 robots.txt 不允许抓取",
    "soft_404": "页面不存在",
    "cut": "网页中途截断，没有传完",
    "no_list": "页面上没有找到列表",
    "script_list": "列表由脚本生成，读不到",
    "below_floor": "列表条数少于应有的下限",
    "redesigned": "页面已改版，读不到原来的列表",
    "needs_browser": "列表由脚本生成，须用浏览器读取，浏览器没有装好",
    "browser_failed": "浏览器没能打开这一页",
    "timeout": "连接超时",
    "dns": "域名无法解析",
    "refused": "连接被拒绝",
    "reset": "连接中断",
    "tls": "证书或加密连接有误",
    "too_large": "页面过大",
    "redirect_loop": "网址循环跳转",
    "host_gave_up": "网站连续没有应答",
    "forbidden_address": "地址不允许抓取",
    "rate_limited": "访问过于频繁，被平台限制",
    "server_error": "网站返回服务器错误",
    "not_found": "网址不存在",
    "not_html": "返回的不是网页",
    "empty_body": "返回空白页",
    "default_page": "只有服务器的默认页",
    "parking": "域名停放页",
    "waf": "被防火墙拦截",
    "bad_address": "地址写法有误",
    "bad_encoding": "返回内容解不开",
    "http_error": "平台返回错误",
    "network": "网络不通",
    "not_allowed": "账号设置了查看权限",
    "shape_changed": "平台页面或接口已改版，读不懂",
    "empty_list": "平台返回空列表，不能当作没有更新",
    "only_pinned": "只看到置顶内容",
    "only_reposts": "只看到转发内容",
    "platform_error": "平台返回错误代码",
    "identity_mismatch": "看到的是别的账号",
    "identity_unconfirmed": "未能核实是否本账号",
    "account_gone_suspected": "账号疑似已注销或被封，请人工核实",
    "zone_missing": "订阅源的时间没有时区",
    "stale_bridge": "订阅服务本身停止更新",
    "freshness_unproven": "不能证明订阅服务仍在工作",
    "asking_time": "订阅里的时间都是读取的时刻，不是发布时间",
    "foreign_items": "订阅里混有别的账号的内容",
    "doubtful_date": "有的时间不可信",
    NEWER_ELSEWHERE: "别处看到更新的内容，列表不完整",
    "newer_quick_repost": "有更新的快转，时间未知",
    "deleted": "所知文章已被删除",
    "violation": "所知文章因违规无法查看",
    "expired": "所知文章链接已过期",
    "temporarily_unavailable": "所知文章暂时无法查看",
    "migrated": "账号已迁移，请人工核实新账号",
    "migrating": "账号正在迁移",
    "cancelled": "账号显示已注销，请人工核实",
    "bad_link": "所知文章的链接有误",
    "account_page": "地址是账号主页，不是文章",
    "no_source": "没有可用的查看方式",
    "no_entry": "没有人工登记",
    "incomplete_entry": "人工登记不完整",
    "entry_expired": "人工登记已过期",
    "entry_old": "人工登记超过两天，只能证明当时的情况",
    "entry_not_believed": "人工登记的时间前后矛盾",
    "reader_broke": "读取程序出错",
    "too_many": "当晚核对的网页已达上限",
}


FEWER = re.compile(r"(\d+) < (\d+)")
SHOWN_MARKS = ("tls", "redesigned", "needs_browser", "browser_failed", "reader_broke")
"""Causes whose mark tells the office what to do."""


def looked_like(reason: str, mark: str) -> str:
    """Why one look came to nothing, with the numbers or words that the page gave away."""
    name = cause_name(reason)
    if reason in ("below_floor", EMPTIED) and (found := FEWER.match(mark)):
        return f"{name}：看到 {found[1]} 条，下限 {found[2]} 条"
    return f"{name}：{clean(mark)}" if reason in SHOWN_MARKS and mark and mark != reason else name


def cause_name(cause: str) -> str:
    """The cause in Chinese."""
    return CAUSE_NAMES.get(cause, cause)
