"""The commands by name: where each one lives and the sentence that `gengxin --help` says of it.

A command's file is imported when that command is asked for: the whole house costs two seconds of
processor time, and who reads the help needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

import click


@dataclass(frozen=True, slots=True)
class Item:
    """A command: its name, ``module.attribute`` below ``monitor.commands``, and its sentence (the
    first of its own docstring: tests/monitor/commands/test_menu.py compares them)."""

    name: str
    place: str
    says: str


# fmt: off
MENU: tuple[Item, ...] = (
    Item("accept", "desk.accept.accept", "人工核实栏目改版（或信息减少）属正常：采用新版式；接不上以前信息的，清除以前学到的条数和页面特征，下次抓取重新学习。"),
    Item("accounts", "accounts.accounts", "政务新媒体台账：导入调查表、导出附件、今晚计划、未登记账号。"),
    Item("attribution", "desk.attribution.attribution", "归属：每个单位当月发了多少条、凭什么算它的；来源看不懂的列出来，用 --decide 认定。"),
    Item("audit", "audit.audit", "留痕：事件、通知、核定和修改环环相扣，改动一处即可查出。"),
    Item("backup", "store.backup.backup", "备份数据库、附件和寄信台账为一个文件；运行中可做，密钥不在其中。"),
    Item("bulletin", "bulletin.bulletin", "通报：gengxin bulletin 2020Q2 印制；gengxin bulletin check 文件 检查别人的通报。"),
    Item("check-config", "looking.check_config", "检查配置文件，不动数据。"),
    Item("checklist", "desk.checklist.checklist", "只有人能判的指标：逐项核对、留名留据，并汇总每个站点和账号的结果。"),
    Item("columns", "columns.columns", "栏目台账：导入、导出栏目维护分工表；改动先看后写，停用不删除。"),
    Item("contacts", "contacts.contacts", "通讯录：各单位的联系人和负责人，从哪天到哪天；从工作簿导入，改动先看后写。"),
    Item("content", "content.content", "内容检查：附件、图片、链接、个人信息、错别字、敏感词、排版。例：gengxin content --column tzgg"),
    Item("demo", "demo.demo", "样例区：在本机开一个样例门户，抓取、判定、发信、出附件，全程不联网。"),
    Item("discover", "discover.discover_columns", "从门户首页找出全部栏目：名称、层级、网址、建议类别、最新信息；与台账比对。须人工确认，不会自动生效。"),
    Item("dispense", "desk.dispense.dispense", "静默、豁免、报备：谁批准、什么事由、到哪一天为止。"),
    Item("due", "due.due", "哪一天到期：各栏目、账号的提醒日、期限和最后一个工作日。"),
    Item("entries", "desk.entries.entries", "人工登记（表扬、删补、找错、来源认定、更正、封存）都在库中，旁边的文件是导出的；手工改了文件用这里的命令。"),
    Item("explain", "looking.explain", "一个栏目（账号）为什么这样判定：信息、依据、条款、抓取记录。"),
    Item("judge", "judge.judge", "任一天重新判定，说出与当天所说不同之处及原因。例：gengxin judge --as-of 2020-06-30 --profile national"),
    Item("mail", "mail.mail", "邮件：检查发信设置。"),
    Item("migrate", "store.migrate.migrate", "升级数据库的表结构（SQLite 先在旁边留一份升级前的副本）。"),
    Item("nightly", "night.nightly", "夜间任务：抓取、复看、判定、写信、发信。"),
    Item("order", "desk.order.order", "整改：发整改通知，登记反馈、签收和申诉，核定，撤回认定，列逾期。"),
    Item("proof", "audit.proof", "导出一个问题的网页存档，网页以后改了也能出示。例：proof 2020-0001 --out 存档.warc.gz"),
    Item("read", "read.read", "读一个网页（文件、目录或网址）：读到哪些信息、依据是什么、为什么不信某个日期。"),
    Item("recheck", "night.recheck", "立即复查一个或几个栏目（账号），当场判定。"),
    Item("restore", "store.backup.restore_store", "从备份恢复：先核对，再一步换上；备份以后发出的信从寄信台账补回登记。"),
    Item("serve", "serve.serve", "服务：网页，以及按时间表抓取、判定、发信、探测首页、处理复查，直到停止（Ctrl-C 或 SIGTERM）。"),
    Item("status", "looking.status", "当前状态：单位、栏目、账号与判定。"),
    Item("units", "units.units", "单位：每个单位发布信息的栏目是否已全部纳入台账。"),
    Item("users", "users.users", "网页的用户：新增、停用、重置密码。"),
)
# fmt: on


class Menu(click.Group):
    """A group whose commands are fetched by name; ``load`` fetches all of them."""

    items: tuple[Item, ...] = MENU

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(item.name for item in self.items)

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            self.load(item for item in self.items if item.name == cmd_name)
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of the help, without a command imported."""
        rows = [(item.name, item.says) for item in sorted(self.items, key=lambda one: one.name)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def load(self, items: Iterable[Item] = MENU) -> None:
        """Import ``items``."""
        for item in items:
            module, _, attribute = item.place.rpartition(".")
            found = getattr(import_module(f"monitor.commands.{module}"), attribute)
            self.add_command(found, item.name)
