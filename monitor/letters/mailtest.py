"""One test mail, and the server's refusal in words that tell a clerk what to do."""

from __future__ import annotations

import html
import smtplib
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime

from monitor.channels import Undelivered, mail
from monitor.channels.mail import MailConfig
from monitor.days.chinese import chinese_moment
from monitor.model import Letter

STAGES = {
    "settings": "读取设置",
    "connect": "连接服务器",
    "tls": "建立加密连接",
    "hello": "与服务器打招呼",
    "login": "登录",
    "sender": "提交发件人",
    "recipient": "提交收件人",
    "data": "提交信件内容",
    "answer": "等待服务器确认",
}

HINTS: Sequence[tuple[str, tuple[int, ...], tuple[str, ...], str]] = (
    (
        "login",
        (535, 534),
        (),
        "用户名或密码不对。许多邮箱要填“授权码”而不是登录密码，并须先在邮箱里开通 SMTP 服务",
    ),
    ("login", (538, 530), (), "服务器要求先加密：请把 security 改为 ssl 或 starttls"),
    (
        "login",
        (),
        (),
        "服务器不接受登录。请核对 username 与密码，或向邮箱管理员确认已开通 SMTP 服务",
    ),
    ("sender", (530,), (), "服务器要求登录：请填写 username 和 password_env（或 password_file）"),
    ("sender", (), (), "服务器不接受这个发件人。发件地址 sender 一般须与登录的邮箱账号一致"),
    ("recipient", (552, 452), ("full", "quota"), "对方邮箱已满或服务器繁忙，请对方清理后再试"),
    ("recipient", (450, 451), (), "服务器要求稍后再试（常见于首次来信的“灰名单”），系统会自动重发"),
    ("recipient", (554, 571), (), "服务器拒绝转发。发往外部地址通常需要先登录：请核对 username"),
    ("recipient", (550, 551, 553, 501), (), "收件地址不存在或被拒收，请核对地址是否写对"),
    ("data", (552,), (), "信件超过服务器允许的大小"),
    (
        "data",
        (550, 554),
        (),
        "信件被当作垃圾邮件拒收：请邮箱管理员把发件地址加入白名单，并配置域名的 SPF 记录",
    ),
    ("answer", (), (), "信件可能已送达，但服务器没有答复。请到收件箱查看，不要急于重发"),
    ("settings", (), (), "请设置好再试"),
)
"""Stage, codes (empty: any), words of the answer (empty: any), and what to do. The first that fits
is said."""


def mail_test(config: MailConfig, to: str, moment: datetime) -> str:
    """Send one test mail to ``to``; returns a Chinese sentence about its success.

    Raises :class:`Undelivered`; say :func:`explain` of it to the person.
    """
    receipt = mail.send(_test_letter(config, to, moment), config, moment)
    where = f"{config.host}:{config.port or mail.PORTS[config.security]}"
    return f"测试邮件已由 {where} 接收，收件人 {to}。服务器答复：{receipt.answer}。请到收件箱（及垃圾箱）确认。"


def explain(error: Undelivered, config: MailConfig) -> str:
    """Which step failed, what to do, and the server's own words, as one Chinese text."""
    where = f"{config.host}:{config.port or mail.PORTS[config.security]}"
    step = STAGES.get(error.stage, "发送")
    cause = _hint(error) if error.code or error.doubtful else _cause(_root(error), config)
    cause = cause or _hint(error) or _by_code(error.code)
    return f"发送失败：在“{step}”这一步（{where}）。{cause}。服务器原话：{error.answer}"


def _root(error: BaseException) -> BaseException | None:
    """What went wrong first: smtplib hides a time-out inside "connection closed"."""
    cause = error.__cause__
    inner = cause.__context__ if cause else None
    return inner if isinstance(inner, TimeoutError) else cause


def _cause(cause: BaseException | None, config: MailConfig) -> str:
    if isinstance(cause, socket.gaierror):
        return f"找不到服务器 {config.host}：请核对 host 是否写对、本机能否解析域名"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "服务器的证书不受信任、过期或与 host 不符。单位自建的证书请用 ca_file 指定"
    if isinstance(cause, ssl.SSLError):
        return "加密方式与端口不符：465 端口用 ssl，587 或 25 端口用 starttls"
    if isinstance(cause, ConnectionRefusedError):
        return "端口没有开放：请核对 port（ssl 为 465，starttls 为 587），或请网管放行"
    if isinstance(cause, TimeoutError):
        return "服务器没有应答：请核对 host 和 port，并请网管确认本机可以访问该端口"
    if isinstance(cause, UnicodeEncodeError):
        return "用户名或密码里有中文或全角字符，请改用英文和数字"
    if isinstance(cause, smtplib.SMTPNotSupportedError):
        return "服务器不支持所选的加密或登录方式：请改用 security: ssl（465 端口）或询问邮箱管理员"
    if isinstance(cause, smtplib.SMTPServerDisconnected | ConnectionError):
        return "服务器中途断开：常见原因是端口与 security 不符（465 端口用 ssl），或本机地址被拒绝"
    return ""


def _hint(error: Undelivered) -> str:
    for stage, codes, words, hint in HINTS:
        if stage != error.stage:
            continue
        if not codes or error.code in codes or any(word in error.answer.lower() for word in words):
            return hint
    return ""


def _by_code(code: int) -> str:
    if 400 <= code < 500:
        return "服务器暂时不能接收，稍后再试；系统会自动重发"
    return "服务器拒绝了这封信，请把下面的原话转给邮箱管理员"


def _test_letter(config: MailConfig, to: str, moment: datetime) -> Letter:
    text = (
        f"这是更新监测系统发出的测试邮件，时间 {chinese_moment(moment)}。\n"
        f"收到本邮件，说明邮件设置（{config.host}）可用。无需回复。\n"
    )
    body = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    key = f"test-{moment:%Y%m%d%H%M%S}"
    return Letter(
        key, "", (to,), "【测试】更新监测系统邮件设置", text, f'<html lang="zh-CN">{body}</html>'
    )
