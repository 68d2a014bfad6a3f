"""A fault of config.yaml is one Chinese sentence: what, where (with its line), what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.config import BadConfig
from monitor.office import read_settings
from tests.support.web_helpers import config_of

ENGLISH = re.compile(
    r"(?i)\b(the|is|are|should|be|must|given|known|unknown|allowed|expected|valid|required|not|an?|error|input|or)\b"
)
C = ("catalogue",)
FAULTS: list[tuple[tuple[str | int, ...], Any, str]] = [
    ((*C, "colums"), [], "没有“colums”这一项"),
    ((*C, "columns", 0, "clas"), "news", "没有“clas”这一项；可以填的是：id、name"),
    ((*C, "columns", 0, "class"), "gossip", "只能填 news、"),
    ((*C, "columns", 0, "units"), ["nobody"], "没有单位“nobody”，请先写进 catalogue.units"),
    ((*C, "columns", 0, "site"), "elsewhere", "没有网站“elsewhere”"),
    ((*C, "columns", 0, "floor"), -1, "不能小于 0"),
    ((*C, "columns", 0, "floor"), "many", "应填整数"),
    ((*C, "columns", 0, "name"), 7, "应填文字"),
    ((*C, "columns", 0, "id"), "a b", "含有不能用的字符"),
    ((*C, "columns", 0), {"id": "x"}, "缺少这一项"),
    ((*C, "columns", 1, "id"), "jyxx", "编号“jyxx”重复"),
    ((*C, "units", 1, "id"), "jyj", "编号“jyj”重复"),
    ((*C, "sites"), [], "至少登记一个网站"),
    ((*C, "units"), "jyj", "应填列表"),
    ((*C, "columns", 0, "url"), "www.example.org/jyxx/", "应以 http:// 或 https:// 开头"),
    ((*C, "columns", 0, "url"), "http://10.0.0.1/", "内部网络"),
    ((*C, "columns", 1, "url"), "https://www.example.org/jyxx", "是同一个网址"),
    ((*C, "accounts", 0, "platform"), "myspace", "没有“myspace”这种平台"),
    ((*C, "accounts", 0, "probes", 0, "platform"), "telepathy", "没有“telepathy”这种查看渠道"),
    ((*C, "accounts", 0, "handle"), {}, "见 docs/platforms.md"),
    ((*C, "whole", "day"), "2020-13-01", "应填日期"),
    ((*C,), "text", "应填下一级的项目"),
    (("crawler", "delay"), 0, "必须大于 0"),
    (("crawler", "delay"), "slow", "应填数字"),
    (("crawler", "backfill_from"), "last year", "应填日期，如 2020-07-20"),
    (("crawler", "allow_loopback"), "perhaps", "只能填 true 或 false"),
    (("crawler", "contact"), "", "至少要有 3 个字"),
    (("crawler", "dealy"), 1, "没有“dealy”这一项"),
    (("store",), "mysql://x/y", "不是数据库地址"),
    (("monitor", "rules", "column_late"), {}, "没有“column_late”这条规则"),
    (("monitor", "rules", "column_blank"), [], "没有写限值"),
    (("monitor", "timetable"), {"nightly": "25:00"}, "应填钟点"),
    (("monitor", "mail"), {"host": "h", "sender": "a@example.org", "prot": 25}, "没有“prot”这一项"),
    (("monitor", "mail"), {"host": "h.example.org", "sender": "nobody"}, "不是邮箱地址"),
    (("monitor", "reports"), ["stone"], "没有“stone”这种报表"),
    (("monitor", "letters"), {"talk_after": 1, "leader_after": 3}, "不能早于 leader_after"),
]  # fmt: skip


def refused(path: Path) -> str:
    with pytest.raises(BadConfig) as caught:
        read_settings(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("keys", "value", "said"), FAULTS, ids=[f"{n}" for n in range(len(FAULTS))]
)
def test_a_fault_is_told_in_chinese_with_its_line(
    tmp_path: Path, keys: tuple[str | int, ...], value: Any, said: str
) -> None:
    path = config_of(tmp_path)
    data = yaml.safe_load(path.read_text("utf-8"))
    spot: Any = data
    for key in keys[:-1]:
        spot = spot[key]
    spot[keys[-1]] = value
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    sentence = refused(path)
    assert said in sentence
    assert re.match(r"config\.yaml 第 \d+ 行，(catalogue|crawler|store|monitor)", sentence), (
        sentence
    )
    assert not ENGLISH.search(re.sub(r"（给的是“.*”）$", "", sentence)), sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "store: x\ncrawler:\n  delay: [1, 2\ncatalogue: {}\n",
            "第 4 行第 10 列：方括号或花括号没有配对",
        ),
        ("crawler:\n\tdelay: 1\n", "第 2 行第 1 列：用了制表符"),
        ("crawler:\n  delay: 1\n  delay: 2\n", "第 3 行第 3 列：“delay”写了两遍"),
        ("crawler: a: b\n", "第 1 行第 11 列：一行里有两个冒号"),
        ("crawler: *none\n", "引用了没有定义的名称"),
        ("crawler: '\n", "不符合 YAML 的写法"),
        ("crawler: {backfill_from: 2020-13-45}\n", "有一个值读不出来"),
        ("- a\n", "最外层应是"),
        ("stroe: x\n", "没有“stroe”这一项；可以填的是：store、crawler、catalogue、monitor"),
        ("\x00", "不是 YAML 文本"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_in_chinese(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, "utf-8")
    sentence = refused(path)
    assert said in sentence
    assert not ENGLISH.search(sentence.replace(str(path), "")), sentence


def test_no_file_a_folder_and_a_workbook_say_what_to_do(tmp_path: Path) -> None:
    assert "没有这个文件" in refused(tmp_path / "none.yaml")
    assert "是一个目录" in refused(tmp_path)
    (tmp_path / "config.yaml").write_bytes("store: 数据库\n".encode("gb18030"))
    assert "另存为 UTF-8" in refused(tmp_path / "config.yaml")
